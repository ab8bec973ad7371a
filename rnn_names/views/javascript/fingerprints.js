// Fingerprints of names, as rnn_names/corpus/fingerprints.py makes them: the sum, modulo 2⁶⁴, of
// mix(code + 2²¹ · place) over the characters. The page holds their upper 32 bits, sorted.

const BITS_64 = (1n << 64n) - 1n;

/** The output of SplitMix64 for a state of 64 bits. */
function mix(x) {
  x = (x + 0x9e3779b97f4a7c15n) & BITS_64;
  x = ((x ^ (x >> 30n)) * 0xbf58476d1ce4e5b9n) & BITS_64;
  x = ((x ^ (x >> 27n)) * 0x94d049bb133111ebn) & BITS_64;
  return x ^ (x >> 31n);
}

/** The fingerprint of a name in NFC: 64 bits. */
function fingerprint(name) {
  let sum = 0n;
  let place = 0n;
  for (const character of name.normalize("NFC")) {
    sum += mix(BigInt(character.codePointAt(0)) + (place << 21n));
    place += 1n;
  }
  return sum & BITS_64;
}

/** Whether a name is among `known`, sorted; 1 in 2³² / known.length others is taken for one. */
const isAmong = (name, known) => holds(known, fingerprint(name));

/** Whether the upper half of a sum is in `known`. */
function holds(known, sum) {
  const wanted = Number((sum & BITS_64) >> 32n);
  let low = 0;
  let high = known.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (known[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return known[low] === wanted;
}

const terms = new Map(); // what a character adds at a place: few are ever asked for

function term(code, place) {
  const key = code + place * 0x200000;
  if (!terms.has(key)) terms.set(key, mix(BigInt(key)));
  return terms.get(key);
}

/** Whether a name, or what it becomes by one edit, is in one of the lists. */
function isNearList(name, lists, characters) {
  const codes = Array.from(name.normalize("NFC"), (character) => character.codePointAt(0));
  const others = characters.map((character) => character.codePointAt(0));
  const sumFrom = (start, shift) =>
    codes.slice(start).reduce((sum, code, i) => sum + term(code, start + i + shift), 0n);
  const isListed = (sum) => lists.some((known) => holds(known, sum));
  let before = 0n; // of the characters ahead of the edit
  for (let i = 0; i <= codes.length; i++) {
    const moved = before + sumFrom(i, 1);
    if (others.some((code) => isListed(moved + term(code, i)))) return true; // one put in
    if (i === codes.length) return isListed(before);
    const rest = before + sumFrom(i + 1, 0);
    if (others.some((code) => isListed(rest + term(code, i)))) return true; // one replaced
    if (isListed(before + sumFrom(i + 1, -1))) return true; // one left out
    before += term(codes[i], i);
  }
}

/** Whether two names differ by one edit at most. */
function areNear(a, b) {
  const [short, long] = [Array.from(a), Array.from(b)].sort((x, y) => x.length - y.length);
  if (long.length - short.length > 1) return false;
  const first = short.findIndex((character, i) => character !== long[i]);
  if (first < 0) return true;
  const skip = short.length === long.length ? 1 : 0;
  return short.slice(first + skip).join("") === long.slice(first + 1).join("");
}

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

const isUpper = (character) => /^\p{Uppercase}$/u.test(character);
const isMark = (character) => !/^[\p{L}\p{N}]$/u.test(character);

/**
 * Whether a name, or what it becomes by one edit, is in one of the lists. Case does not count, so an
 * edit leaves capitals where words begin, as in rnn_names/conditions/edits.py.
 */
function isNearList(name, lists, characters) {
  const letters = Array.from(name.normalize("NFC"));
  const known = new Set(characters);
  const within = (character, changed) => (known.has(changed) ? changed : character);
  const lower = (c) => c && within(c, c.toLowerCase());
  const upper = (c) => c && within(c, c.toUpperCase());
  const put = new Set(characters.map(lower));
  const marks = characters.filter(isMark);
  const add = (c, place) => (c ? term(c.codePointAt(0), place) : 0n);
  const sumFrom = (start, shift) =>
    letters.slice(start).reduce((sum, c, i) => sum + add(c, start + i + shift), 0n);
  const isListed = (sum) => lists.some((each) => holds(each, sum));
  let before = 0n; // of the characters ahead of the edit
  for (let i = 0; i <= letters.length; i++) {
    const [at, following] = letters.slice(i, i + 2);
    const inCase = at && isUpper(at) ? upper : (c) => c;
    const next = at && isMark(at) ? lower(following) : following;
    const isAny = (those, rest) => those.some((c) => isListed(before + rest + add(c, i)));
    const others = Array.from(put, inCase);
    const behind = sumFrom(i + 1, 1); // where one is put in
    if (isAny(others, behind + add(lower(at), i + 1))) return true;
    if (isAny(marks, behind + add(upper(at), i + 1))) return true;
    const rest = sumFrom(i + 2, 0); // where one is replaced
    if (isAny(others, rest + add(next, i + 1))) return true;
    if (isAny(marks, rest + add(upper(following), i + 1))) return true;
    if (isListed(before + add(inCase(next), i) + sumFrom(i + 2, -1))) return true; // one left out
    before += add(at, i);
  }
  return isListed(before);
}

/** Whether two names, folded, differ by one edit at most. */
function areNear(a, b) {
  const [short, long] = [Array.from(a), Array.from(b)].sort((x, y) => x.length - y.length);
  if (long.length - short.length > 1) return false;
  const first = short.findIndex((character, i) => character !== long[i]);
  if (first < 0) return true;
  const skip = short.length === long.length ? 1 : 0;
  return short.slice(first + skip).join("") === long.slice(first + 1).join("");
}

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
const isAmong = (name, known) => holds(known, Number(fingerprint(name) >> 32n));

/** Whether some 32 bits are in `known`. */
function holds(known, wanted) {
  let low = 0;
  let high = known.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (known[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return known[low] === wanted;
}

// --- Near copies ---------------------------------------------------------------------------------

// Sums of terms as two numbers, exact up to 2⁵³: many times as fast as BigInt.
const ZERO = { high: 0, low: 0 };
const plus = (a, b) => ({ high: a.high + b.high, low: a.low + b.low });
const upperHalf = ({ high, low }) => (high + Math.floor(low / 2 ** 32)) % 2 ** 32;

const terms = new Map(); // what a character adds at a place: few are ever asked for

function term(character, place) {
  if (!character) return ZERO;
  const key = character.codePointAt(0) + place * 0x200000;
  if (!terms.has(key)) {
    const mixed = mix(BigInt(key));
    terms.set(key, { high: Number(mixed >> 32n), low: Number(mixed & 0xffffffffn) });
  }
  return terms.get(key);
}

const isUpper = (character) => /^\p{Uppercase}$/u.test(character);
const isMark = (character) => !/^[\p{L}\p{N}]$/u.test(character);

/**
 * Tells which names, or what they become by one edit, are in the list of one of some models. An edit
 * leaves capitals where words begin, and letters in either case come in where the lists may have
 * both, as in rnn_names/conditions/edits.py.
 */
class NearLists {
  constructor(models, characters) {
    const known = new Set(characters);
    const within = (character, changed) => (known.has(changed) ? changed : character);
    this.lower = (c) => c && within(c, c.toLowerCase());
    this.upper = (c) => c && within(c, c.toUpperCase());
    this.letters = [...new Set(characters.map(this.lower))];
    this.capitals = this.letters.map(this.upper);
    this.marks = characters.filter(isMark);
    this.either = [...new Set([...this.letters, ...this.capitals])];
    this.lists = models.map(ownListOf);
    this.hasInnerCapitals = models.some(
      ({ pairs }) => !pairs || pairs.some((pair) => /^[Aax]A$/.test(pair)),
    );
    this.hasSmallBeginnings = models.some((model) => !model.bars_lower_case);
    this.swapped = (c) => (isUpper(c) ? this.lower(c) : this.upper(c));
  }

  isListed(sum) {
    return this.lists.some((known) => holds(known, upperHalf(sum)));
  }

  isNear(name) {
    const text = Array.from(name.normalize("NFC"));
    if (this.isOneEditAway(text)) return true;
    const begins = (i) => (i ? isMark(text[i - 1]) : this.hasSmallBeginnings);
    return text.some((c, i) => {
      const swapped = begins(i) ? this.swapped(c) : c; // the case of a first letter is no edit
      return swapped !== c && this.isOneEditAway([...text.slice(0, i), swapped, ...text.slice(i + 1)]);
    });
  }

  isOneEditAway(text) {
    const { lower, upper, marks, either } = this;
    const sumFrom = (start, shift) =>
      text.slice(start).reduce((sum, c, i) => plus(sum, term(c, start + i + shift)), ZERO);
    let before = ZERO; // of the characters ahead of the edit
    for (let i = 0; i <= text.length; i++) {
      const [at, following] = text.slice(i, i + 2);
      const isCapital = at && isUpper(at);
      const varies = i ? this.hasInnerCapitals || isMark(text[i - 1]) : this.hasSmallBeginnings;
      const others = varies ? either : isCapital ? this.capitals : this.letters;
      const next = at && isMark(at) ? lower(following) : following;
      // What comes in there, before one of some characters, which may change its case.
      const isAny = (those, behind, ...cases) =>
        [...new Set(cases)].some((c) => {
          const rest = plus(before, plus(behind, term(c, i + 1)));
          return those.some((each) => this.isListed(plus(rest, term(each, i))));
        });
      const moved = sumFrom(i + 1, 1); // where one is put in
      if (isAny(others, moved, lower(at), ...(varies ? [at] : []))) return true;
      if (isAny(marks, moved, upper(at), at)) return true;
      const left = sumFrom(i + 2, 0); // where one is replaced
      if (isAny(others, left, next, ...(varies ? [following] : []))) return true;
      if (isAny(marks, left, upper(following), following)) return true;
      const firsts = [isCapital ? upper(next) : next, following]; // where one is left out
      const behind = sumFrom(i + 2, -1);
      if (firsts.some((c) => this.isListed(plus(before, plus(term(c, i), behind))))) return true;
      before = plus(before, term(at, i));
    }
    return this.isListed(before);
  }
}

/** Whether two names, as their characters folded, differ by one edit at most. */
function areNear(a, b) {
  const [shorter, longer] = [Math.min(a.length, b.length), Math.max(a.length, b.length)];
  if (longer - shorter > 1) return false;
  let [start, end] = [0, 0]; // characters in common there
  while (start < shorter && a[start] === b[start]) start++;
  while (end < shorter - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return longer - start - end <= 1;
}

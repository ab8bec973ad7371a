// Near copies: names that at most one edit turns into a name of a list or into another drawn name.

import { holds, ownListOf, sumOfTerms, term, ZERO } from "./fingerprints.js";
import { plus } from "./random_keys.js";

const NONE = [undefined]; // no character
const MAX_SPELLINGS = 64; // the most spellings of a name whose words may begin with either case
const isUpper = (character) => /^\p{Uppercase}$/u.test(character);
const isMark = (character) => !/^[\p{L}\p{N}]$/u.test(character);

/**
 * Tests whether names are at most `edits` (0 or 1) edits from a name of the models' lists, as in
 * rnn_names/conditions/near_list.py. Edited words keep their capitals. Both cases of a letter are
 * tried where the lists may contain either.
 */
export class NearList {
  constructor(models, characters, edits, ofAnyShape) {
    this.isWithin = edits ? this.isOneEditAway : (text) => this.isListed(sumOfTerms(text));
    const known = (this.known = new Set(characters));
    const within = (character, changed) => (known.has(changed) ? changed : character);
    this.lower = (c) => c && within(c, c.toLowerCase());
    this.upper = (c) => c && within(c, c.toUpperCase());
    this.letters = [...new Set(characters.map(this.lower))];
    this.capitals = this.letters.map(this.upper);
    this.marks = characters.filter(isMark);
    this.either = [...new Set([...this.letters, ...this.capitals])];
    this.lists = models.map(ownListOf);
    const hasCapitals = ({ pairs }) => !pairs || pairs.some((pair) => /^[Aax]A$/.test(pair));
    this.hasInnerCapitals = ofAnyShape || models.some(hasCapitals);
    this.hasSmallBeginnings = ofAnyShape || models.some((model) => !model.bars_lower_case);
    this.swapped = (c) => (isUpper(c) ? this.lower(c) : this.upper(c));
  }

  isListed(sum) {
    return this.lists.some((known) => holds(known, sum));
  }

  isNear(name) {
    const composed = Array.from(name.normalize("NFC"));
    const text = composed.every((c) => this.known.has(c)) ? composed : Array.from(name);
    let spellings = [text];
    for (const [i, c] of text.entries()) {
      const swapped = this.begins(text, i) ? this.swapped(c) : c; // not an edit
      if (swapped !== c && spellings.length < MAX_SPELLINGS)
        spellings = [...spellings, ...spellings.map((each) => each.with(i, swapped))];
    }
    return spellings.some((each) => this.isWithin(each));
  }

  begins(text, i) {
    return i ? isMark(text[i - 1]) : this.hasSmallBeginnings;
  }

  isOneEditAway(text) {
    let before = ZERO; // the sum of the terms before the edit
    for (let i = 0; i <= text.length; i++) {
      for (const [deleted, characters, cases] of this.editsAt(text, i)) {
        const place = characters === NONE ? i : i + 1; // the place of the next character
        const others = plus(before, sumOfTerms(text.slice(i + deleted + 1), place + 1));
        for (const following of new Set(cases)) {
          const rest = plus(others, term(following, place));
          if (characters.some((c) => this.isListed(plus(rest, term(c, i))))) return true;
        }
      }
      before = plus(before, term(text[i], i));
    }
    return false;
  }

  /** The edits at a place: the number of deleted characters, what is inserted, what may follow. */
  editsAt(text, i) {
    const { lower, upper, marks } = this;
    const [at, following] = text.slice(i, i + 2);
    const isCapital = at && isUpper(at);
    const begins = this.begins(text, i);
    const varies = begins || (i && this.hasInnerCapitals); // either case is possible
    const letters = varies ? this.either : isCapital ? this.capitals : this.letters;
    const nextWord = at && isMark(at) ? lower(following) : following;
    return [
      [1, NONE, [isCapital || begins ? upper(nextWord) : nextWord, following]],
      [1, letters, varies ? [nextWord, following] : [nextWord]],
      [0, letters, varies ? [lower(at), at] : [lower(at)]],
      [1, marks, [following, upper(following)]],
      [0, marks, [at, upper(at)]],
    ];
  }
}

/** Whether two names, given as folded characters, differ by at most `edits` (0 or 1) edits. */
export function areNear(a, b, edits) {
  const [shorter, longer] = [Math.min(a.length, b.length), Math.max(a.length, b.length)];
  if (longer - shorter > edits) return false;
  let [start, end] = [0, 0]; // characters in common at the start and the end
  while (start < shorter && a[start] === b[start]) start++;
  while (end < shorter - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return longer - start - end <= edits;
}

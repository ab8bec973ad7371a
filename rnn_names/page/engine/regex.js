// Regular expressions as in rnn_names/conditions/automaton.py: Python's syntax, for whole names.
//
// An expression becomes a term, a function that adds its places before the place `next`:
// `term(places, next)` returns the first of them. A place { matches, next } reads a character; a place
// { ways } reads none, and continues at any of several places.

import { categorySet } from "./browser_regex.js";
import { lengthOf, WrongSettings } from "./options.js";

const MAX_PLACES = 20_000;

function placed(places, place) {
  if (places.length > MAX_PLACES) throw new WrongSettings("A pattern is too large.");
  return places.push(place) - 1;
}

const one = (matches) => (places, next) => placed(places, { matches, next });
export const any = one(() => true);
export const sequence = (terms) => (places, next) =>
  terms.reduceRight((following, term) => term(places, following), next);
export const either = (terms) => (places, next) =>
  placed(places, { ways: terms.map((term) => term(places, next)) });
const repeated = (term, least, most) => (places, next) => {
  let first = next;
  if (most === Infinity) {
    first = placed(places, { ways: [next] });
    places[first].ways.push(term(places, first));
  }
  for (let i = least; i < most && most < Infinity; i++)
    first = placed(places, { ways: [next, term(places, first)] });
  for (let i = 0; i < least; i++) first = term(places, first);
  return first;
};
export const many = (term) => repeated(term, 0, Infinity);

export const single = (text) => (lengthOf(text) === 1 ? text : undefined);

/** A representative of all characters that `re.IGNORECASE` treats as equal. */
export function caseless(character) {
  if (character === "İ") return "i";
  const upper = single(character.toUpperCase()) ?? character;
  return single(upper.toLowerCase()) ?? upper;
}

/** A test whether a character equals a given one. */
export const same = (wanted, ignoreCase) =>
  ignoreCase
    ? (character) => caseless(character) === caseless(wanted)
    : (character) => character === wanted;

/** The term of a text. */
export const textTerm = (text, ignoreCase) =>
  sequence(Array.from(text, (character) => one(same(character, ignoreCase))));

/** The term of an expression; undefined if it is not regular, as with look-around. */
export function expressionTerm(text, ignoreCase) {
  try {
    return new ExpressionReader(text, ignoreCase).whole();
  } catch (error) {
    if (error instanceof NotRegular) return undefined;
    if (error instanceof RangeError) throw new WrongSettings("A pattern is nested too deeply.");
    throw error;
  }
}

class NotRegular extends Error {}

const CONTROLS = { a: "\x07", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };
const CODE =
  /\\(?:(x[\da-fA-F]{2}|u[\da-fA-F]{4}|U00(?:0[\da-fA-F]|10)[\da-fA-F]{4})|(0[0-7]{0,2}|[1-3][0-7]{2}))/y;

/** Reads an expression from left to right; `at` is the current position. */
class ExpressionReader {
  constructor(text, ignoreCase) {
    this.text = text;
    this.ignoreCase = ignoreCase;
    this.at = 0;
  }

  whole() {
    const term = this.branches();
    if (this.at < this.text.length) throw this.error("unbalanced )");
    return term;
  }

  error(reason) {
    return new WrongSettings(`“${this.text}” is no regular expression: ${reason}.`);
  }

  /** Reads a match of a sticky expression, if there is one. */
  takes(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found;
  }

  branches() {
    const branches = [];
    do {
      const items = [];
      this.comments();
      while (this.at < this.text.length && !"|)".includes(this.text[this.at])) {
        items.push(this.item());
        this.comments();
      }
      branches.push(sequence(items));
    } while (this.takes(/\|/y));
    return either(branches);
  }

  /** Reads an item with its repetition. */
  item() {
    if ((this.at === 0 && this.takes(/\^|\\A/y)) || this.takes(/(?:\$|\\Z)$/y)) return sequence([]);
    if (this.repetition()) throw this.error("nothing to repeat");
    const term = this.atom();
    this.comments();
    const times = this.repetition();
    if (!times) return term;
    if (this.takes(/\+/y)) throw new NotRegular(); // a possessive repetition
    this.takes(/\?/y); // a lazy repetition matches the same names
    if (this.repetition()) throw this.error("multiple repeat");
    const [least, most] = times;
    if (least > most) throw this.error("min repeat greater than max repeat");
    return repeated(term, least, most);
  }

  /** Reads the minimum and maximum of a repetition, if there is one. */
  repetition() {
    const found = this.takes(/([*+?])|\{(?!\})(\d*)(,?)(\d*)\}/y);
    if (!found) return undefined;
    const [, sign, least, comma, most] = found;
    if (sign) return [sign === "+" ? 1 : 0, sign === "?" ? 1 : Infinity];
    return [Number(least), comma ? Number(most || Infinity) : Number(least)];
  }

  atom() {
    if (this.takes(/\./y)) return any;
    if (this.takes(/\[/y)) return one(this.set());
    if (this.takes(/\(/y)) return this.group();
    if ("^$".includes(this.text[this.at])) throw new NotRegular();
    return one(this.member());
  }

  /** Skips comments; a repetition after one is of the item before. */
  comments() {
    while (this.takes(/\(\?#(?:\\.|[^\\)])*\)/sy));
  }

  group() {
    if (!this.takes(/\?:|\?P<\w+>/y) && this.text[this.at] === "?") throw new NotRegular();
    const term = this.branches();
    if (!this.takes(/\)/y)) throw this.error("missing )");
    return term;
  }

  /** Reads a set; returns a test whether a character is in it. */
  set() {
    const isNegated = this.takes(/\^/y);
    const members = [];
    do {
      const member = this.member();
      members.push(this.takes(/-(?!\])/y) ? this.range(member, this.member()) : member);
      if (this.at === this.text.length) throw this.error("missing ]");
    } while (!this.takes(/\]/y));
    const holds = (character) => members.some((member) => member(character));
    return isNegated ? (character) => !holds(character) : holds;
  }

  range({ code: first }, { code: last }) {
    if (!(first <= last)) throw this.error("bad character range");
    const holds = (character) =>
      first <= character.codePointAt(0) && character.codePointAt(0) <= last;
    if (!this.ignoreCase) return holds;
    return (character) => {
      const lower = caseless(character);
      return [character, lower, single(lower.toUpperCase()) ?? lower].some(holds);
    };
  }

  /**
   * A test whether a character is in a category, or equals a character, whose code is its `code`.
   * @returns {any}
   */
  member() {
    const [, category] = this.takes(/\\([dsw])/iy) ?? [];
    if (category) {
      const set = new RegExp(categorySet(category), "u");
      return (character) => set.test(character);
    }
    const character = this.character();
    return Object.assign(same(character, this.ignoreCase), { code: character.codePointAt(0) });
  }

  character() {
    const [, hex, octal] = this.takes(CODE) ?? [];
    if (hex) return String.fromCodePoint(parseInt(hex.slice(1), 16));
    if (octal) return String.fromCodePoint(parseInt(octal, 8));
    const [text, escaped] = this.takes(/\\(.)|[^\\]/suy) ?? [];
    if (!text) throw this.error("something is missing at its end");
    const character = escaped ?? text;
    if (!escaped || !/[a-z\d]/i.test(character)) return character;
    if (Object.hasOwn(CONTROLS, character)) return CONTROLS[character];
    if (/[bB1-9]/.test(character)) throw new NotRegular();
    throw this.error(`bad escape ${text}`);
  }
}

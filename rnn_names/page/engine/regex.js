// Regular expressions in Python's syntax, as in rnn_names/conditions/regex.py.
//
// An expression becomes a term, a function that adds its places before the place `next`:
// `term(places, next)` returns the first of them. A place { matches, next } reads a character; a
// place { ways } reads none and continues at any of several places.
//
// It also becomes the source of a browser's expression, for rules and for expressions without an
// automaton. Each set lists those of its characters that texts can contain, so that the browser
// decides nothing about sets and case. Syntax that browsers read differently is refused.

import { WrongSettings } from "./options.js";

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

/** Returns the same result for all characters that `re.IGNORECASE` treats as equal. */
export const caseless = (character) =>
  character === "İ" ? "I" : character.toLowerCase().toUpperCase();

/** Returns a test of whether a character equals the wanted one. */
export function same(wanted, ignoreCase) {
  if (!ignoreCase) return (character) => character === wanted;
  const common = caseless(wanted);
  return (character) => caseless(character) === common;
}

export const textTerm = (text, ignoreCase) =>
  sequence(Array.from(text, (character) => one(same(character, ignoreCase))));

/** The contents of the sets of Python's \d, \s and \w. */
const MEMBERS = { d: "\\p{Nd}", s: "\\x1c-\\x1f\\p{White_Space}", w: "_\\p{L}\\p{N}" };
const CONTROLS = { a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };
const HEX_CODE = /\\(x[\da-fA-F]{2}|u[\da-fA-F]{4}|U00(?:0[\da-fA-F]|10)[\da-fA-F]{4})/y;
const OCTAL_CODE = /\\(0[0-7]{0,2}|[1-3][0-7]{2}|[1-7][0-7]?(?![0-7]))/y;
const LAST_WITH_CASE = 0x1ffff; // no later code point is a letter in upper or lower case
const ENDS = { "^": "^", "\\A": "^", $: "(?=\\n?$)", "\\Z": "$" }; // $ also ends the last line
const MAX_REPEATED = 2 ** 32 - 2; // of a repetition
const NOTHING = { term: sequence([]), source: "", least: 0, most: 0 };

export class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0; // the current position
  }

  /** Reads a match of a sticky expression, if there is one. */
  take(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found;
  }
}

/**
 * A regular expression: its `term` and its `source` for browsers. Each piece becomes a node
 * { term, source, least, most }; `least` and `most` bound the lengths of the texts that match.
 */
export class Expression extends Reader {
  constructor(text, ignoreCase, characters) {
    super(text);
    this.ignoreCase = ignoreCase;
    this.characters = characters; // that texts can contain
    this.isRegular = true; // without look-around, references or edges inside
    this.isBehind = false; // in a look-behind
    this.repeatsEmpty = false; // whether something that may be empty is repeated
    /** @type {any[]} */ this.groups = [undefined]; // nodes by number, from 1; undefined while open
    this.names = new Map(); // of groups, and their numbers
    this.matched = new Set(); // numbers of the groups that surely have a match here
    this.stale = new Set(); // numbers of the groups that may have matches of earlier repetitions
    const { term, source } = this.whole();
    this.term = term;
    this.source = source;
  }

  whole() {
    try {
      const node = this.branches();
      if (this.at === this.text.length) return node;
    } catch (error) {
      if (error instanceof RangeError)
        throw new WrongSettings("A regular expression is nested too deeply.");
      throw error;
    }
    throw this.error("its ) has no ( before it");
  }

  error(reason) {
    return new WrongSettings(`“${this.text}” is not a regular expression: ${reason}.`);
  }

  /** An error for syntax that browsers lack or read differently. */
  unmatchable() {
    return new WrongSettings(`“${this.text}” is more than browsers can match.`);
  }

  /** The browser's expression, which matches a whole text or a part that begins at `lastIndex`. */
  compiled(isWhole) {
    try {
      return isWhole ? new RegExp(`^(?:${this.source})$`, "u") : new RegExp(this.source, "uy");
    } catch {
      throw this.unmatchable();
    }
  }

  branches() {
    const before = this.matched;
    const branches = [];
    do {
      this.matched = new Set(before);
      branches.push(this.branch());
    } while (this.take(/\|/y));
    if (branches.length > 1) this.matched = before;
    return {
      term: either(branches.map(({ term }) => term)),
      source: branches.map(({ source }) => source).join("|"),
      least: Math.min(...branches.map(({ least }) => least)),
      most: Math.max(...branches.map(({ most }) => most)),
    };
  }

  branch() {
    const items = [];
    this.comments();
    while (this.at < this.text.length && !"|)".includes(this.text[this.at])) {
      items.push(this.item());
      this.comments();
    }
    return {
      term: sequence(items.map(({ term }) => term)),
      source: items.map(({ source }) => source).join(""),
      least: items.reduce((sum, { least }) => sum + least, 0),
      most: items.reduce((sum, { most }) => sum + most, 0),
    };
  }

  /** Skips comments; a repetition after a comment belongs to the item before it. */
  comments() {
    this.take(/(?:\(\?#(?:\\.|[^\\)])*\))+/sy);
  }

  item() {
    const edge = this.edge();
    if (edge) return edge;
    if (this.repetition()) throw this.error("nothing to repeat");
    const before = new Set(this.matched);
    const n_groups = this.groups.length;
    const item = this.atom();
    this.comments();
    const times = this.repetition();
    if (!times) return item;
    const [least, most] = times;
    if (this.take(/\+/y)) throw this.unmatchable(); // a possessive repetition
    const lazy = this.take(/\?/y) ? "?" : ""; // it matches the same names
    if (this.repetition()) throw this.error("multiple repeat");
    if (least > most) throw this.error("min repeat greater than max repeat");
    for (let number = n_groups; number < this.groups.length; number++)
      if (!this.matched.has(number)) this.stale.add(number);
    if (!item.least) this.repeatsEmpty = true;
    if (!item.least || !least) this.matched = before;
    return {
      term: repeated(item.term, least, most),
      source: `(?:${item.source}){${least},${most < Infinity ? most : ""}}${lazy}`,
      least: item.least * least,
      most: item.most && most && item.most * most,
    };
  }

  /** Reads the minimum and maximum of a repetition, if there is one. */
  repetition() {
    const found = this.take(/([*+?])|\{(?!\})(\d*)(,?)(\d*)\}/y);
    if (!found) return undefined;
    const [, sign, least, comma, most] = found;
    if (Math.max(Number(least ?? 0), Number(most ?? 0)) > MAX_REPEATED)
      throw this.error("the repetition number is too large");
    if (sign) return [sign === "+" ? 1 : 0, sign === "?" ? 1 : Infinity];
    return [Number(least), comma ? Number(most || Infinity) : Number(least)];
  }

  /** Reads an anchor or a word boundary, if there is one. */
  edge() {
    const isFirst = this.at === 0;
    const [sign] = this.take(/[\^$]|\\[AZbB]/y) ?? [];
    if (!sign) return undefined;
    const isLast = this.at === this.text.length;
    if (!(isFirst && /[\^A]/.test(sign)) && !(isLast && /[$Z]/.test(sign))) this.isRegular = false;
    if (Object.hasOwn(ENDS, sign)) return { ...NOTHING, source: ENDS[sign] };
    const { source: word } = this.oneOf(categoryTest("w"));
    const edges = `(?<=${word})(?!${word})|(?<!${word})(?=${word})`;
    return { ...NOTHING, source: sign === "\\b" ? `(?:${edges})` : `(?!${edges})` };
  }

  atom() {
    if (this.take(/\./y)) return { ...this.oneOf((character) => character !== "\n"), term: any };
    if (this.take(/\[/y)) return this.oneOf(this.set());
    if (this.take(/\(/y)) return this.group();
    const [, number] = this.take(/\\(?![1-7][0-7]{2})([1-9]\d?)/y) ?? [];
    return number ? this.reference(Number(number)) : this.oneOf(this.member());
  }

  /** The node of the characters that pass a test. */
  oneOf(matches) {
    const members = this.characters.filter(matches);
    const codes = members.map((each) => `\\u{${each.codePointAt(0).toString(16)}}`);
    return { term: one(matches), source: `[${codes.join("")}]`, least: 1, most: 1 };
  }

  group() {
    const [, again] = this.take(/\?P=([^)]*)\)/y) ?? [];
    if (again !== undefined) return this.reference(this.names.get(again));
    if (this.take(/\?:/y)) return this.inside("(?:");
    const [look, behind, sign] = this.take(/\?(<?)([=!])/y) ?? [];
    if (look) return this.lookAround(look, behind, sign === "!");
    const [, name] = this.take(/\?P<([\p{XIDS}_]\p{XIDC}*)>/uy) ?? [];
    if (this.text[this.at] === "?") throw this.unmatchable();
    const number = this.groups.push(undefined) - 1;
    if (this.names.has(name)) throw this.error(`redefinition of group name ${name}`);
    if (name) this.names.set(name, number);
    this.groups[number] = this.inside("(");
    this.matched.add(number);
    return this.groups[number];
  }

  /** Reads up to the bracket that closes a group. */
  inside(bracket) {
    const node = this.branches();
    if (!this.take(/\)/y)) throw this.error("a closing ) is missing");
    return { ...node, source: `${bracket}${node.source})` };
  }

  lookAround(sign, behind, isNegated) {
    const before = new Set(this.matched);
    const wasBehind = this.isBehind;
    this.isRegular = false;
    this.isBehind ||= Boolean(behind);
    const { source, least, most } = this.inside(`(${sign}`);
    this.isBehind = wasBehind;
    if (isNegated) this.matched = before;
    if (behind && least !== most) throw this.error("look-behind requires fixed-width pattern");
    return { ...NOTHING, source };
  }

  /** The node that matches the text of a group again. */
  reference(number) {
    this.isRegular = false;
    if (!(number < this.groups.length)) throw this.error("invalid group reference");
    const group = this.groups[number];
    if (!group) throw this.error("cannot refer to an open group");
    // A reference to a group without a match matches "" in browsers but fails in Python. Browsers
    // equate more letters when case is ignored.
    if (this.ignoreCase || this.isBehind || !this.matched.has(number)) throw this.unmatchable();
    return { ...group, source: `\\${number}` };
  }

  /** Reads a set and returns a test of whether a character is in it. */
  set() {
    const isNegated = this.take(/\^/y);
    const members = [];
    do {
      if (this.at === this.text.length) throw this.error("a closing ] is missing");
      const member = this.member();
      members.push(this.take(/-(?!\])/y) ? this.range(member, this.member()) : member);
    } while (!this.take(/\]/y));
    const holds = (character) => members.some((member) => member(character));
    return isNegated ? (character) => !holds(character) : holds;
  }

  range({ code: first }, { code: last }) {
    if (!(first <= last)) throw this.error("bad character range");
    const equal = new Set();
    for (let code = first; this.ignoreCase && code <= Math.min(last, LAST_WITH_CASE); code++)
      equal.add(caseless(String.fromCodePoint(code)));
    return (character) => {
      const code = character.codePointAt(0);
      return (first <= code && code <= last) || equal.has(caseless(character));
    };
  }

  /** A test for a category, or for a character, with its `code`. @returns {any} */
  member() {
    const [, category] = this.take(/\\([dsw])/iy) ?? [];
    if (category) return categoryTest(category);
    const character = this.character();
    return Object.assign(same(character, this.ignoreCase), { code: character.codePointAt(0) });
  }

  character() {
    const [, hex] = this.take(HEX_CODE) ?? [];
    if (hex) return String.fromCodePoint(parseInt(hex.slice(1), 16));
    const [, octal] = this.take(OCTAL_CODE) ?? [];
    if (octal) return String.fromCodePoint(parseInt(octal, 8));
    const [text, escaped] = this.take(/\\(.)|[^\\]/suy) ?? [];
    if (!text) throw this.error("something is missing at its end");
    const character = escaped ?? text;
    if (!escaped || !/[a-z\d]/i.test(character)) return character;
    if (Object.hasOwn(CONTROLS, character)) return CONTROLS[character];
    if (character === "N") throw this.unmatchable(); // a character by its name
    throw this.error(`bad escape ${text}`);
  }
}

/** Returns a test of whether a character matches \d, \s or \w, or \D, \S or \W. */
function categoryTest(letter) {
  const not = letter in MEMBERS ? "" : "^";
  const set = new RegExp(`[${not}${MEMBERS[letter.toLowerCase()]}]`, "u");
  return (character) => set.test(character);
}

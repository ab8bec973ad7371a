// The pattern of a cast, as rnn_names/conditions/pattern.py reads it: text, `[a|b]` for one of some
// texts, `{MODEL:option=value,…}` for a name, `{A=2+B}` for one of a blend. A backslash makes a sign
// text where that would end or divide what is being read.

import { KINDS, WrongSettings } from "./options.js";

const MOST_SLOTS = 20;

/** Options of a name in a pattern: what each is called for `sample`, and how its value is read. */
const SLOT_OPTIONS = {
  prefix: ["prefix", "texts"],
  suffix: ["suffix", "texts"],
  contains: ["contains", "texts"],
  "exclude-words": ["excludeWords", "texts"],
  match: ["match", "texts"],
  "ignore-case": ["ignoreCase", "flag"],
  "min-length": ["minLength", "length"],
  "max-length": ["maxLength", "length"],
  "any-beginning": ["anyBeginning", "flag"],
  "any-shape": ["anyShape", "flag"],
  "known-triples": ["knownTriples", "flag"],
  novel: ["novel", "flag"],
  listed: ["listed", "flag"],
  "min-edits": ["minEdits", "edits"],
  "no-near-copies": ["noNearCopies", "flag"],
  clean: ["clean", "flag"],
  unique: ["unique", "flag"],
  temperature: ["temperature", "temperature"],
  "top-k": ["topK", "positive"],
  "top-p": ["topP", "share"],
};

/** Reads a pattern from left to right; `at` is where it is. */
export class PatternReader {
  constructor(text, models) {
    this.text = text;
    this.models = models;
    this.at = 0;
  }

  /** The pieces: a string is text, { texts } a choice, { shares, options } a name. */
  pieces() {
    const pieces = [];
    while (this.at < this.text.length) pieces.push(this.piece());
    if (pieces.every((piece) => typeof piece === "string"))
      throw this.error("a pattern has at least one {MODEL} or [a|b]", 0);
    const slots = pieces.filter(({ shares }) => shares);
    if (slots.length > MOST_SLOTS)
      throw this.error(`a pattern has at most ${MOST_SLOTS} names`, slots[MOST_SLOTS].begin);
    return pieces;
  }

  /** An error that shows the pattern, with a caret under a place. */
  error(message, place) {
    const before = Array.from(this.text.slice(0, place)).length;
    const shown = this.text.replace(/\p{C}/gu, "\ufffd");
    return new WrongSettings(`pattern: ${message}\n  ${shown}\n  ${" ".repeat(before)}^`);
  }

  takes(sign) {
    const found = this.text.startsWith(sign, this.at);
    if (found) this.at += sign.length;
    return found;
  }

  /** Reads up to one of some signs, or to the end. */
  until(stops) {
    let read = "";
    while (this.at < this.text.length && !stops.includes(this.text[this.at])) {
      const isSign = `${stops}\\`.includes(this.text[this.at + 1] ?? "no sign");
      if (this.text[this.at] === "\\" && isSign) this.at++;
      read += this.text[this.at++];
    }
    return read;
  }

  /** Reads the bracket that closes the one at `begin`. */
  closes(bracket, begin) {
    if (this.at === this.text.length)
      throw this.error(`${this.text[begin]} without a ${bracket}`, begin);
    if (!this.takes(bracket)) throw this.stray();
  }

  stray() {
    const sign = this.text[this.at];
    return this.error(`${sign} cannot stand here; \\ before it makes it text`, this.at);
  }

  piece() {
    const begin = this.at;
    if (this.takes("[")) {
      const texts = [this.until("|{}[]")];
      while (this.takes("|")) texts.push(this.until("|{}[]"));
      this.closes("]", begin);
      return { texts };
    }
    if (this.takes("{")) return this.slot(begin);
    const text = this.until("{}[]");
    if (!text) throw this.stray();
    return text;
  }

  /** Reads what is between braces. */
  slot(begin) {
    const shares = this.models.map(() => 0);
    do this.share(shares);
    while (this.takes("+"));
    const options = {};
    for (let sign = ":"; this.takes(sign); sign = ",") this.option(options);
    this.closes("}", begin);
    return { begin, shares, options };
  }

  /** Reads MODEL or MODEL=WEIGHT. */
  share(shares) {
    const place = this.at;
    const text = this.until("+:{}").trim();
    if (!text) throw this.error("a model belongs here", place);
    const [, name, weight] = text.match(/^(.*)=([^=]*)$/su) ?? [];
    const named = (wanted) => this.models.findIndex((model) => model.name === wanted);
    const isWhole = named(text) >= 0 || name === undefined;
    const index = named(isWhole ? text : name);
    if (index < 0) {
      const known = this.models.map((model) => model.name).join(", ");
      throw this.error(`no model “${isWhole ? text : name}” here; there are ${known}`, place);
    }
    const share = isWhole ? 1 : Number(weight || NaN);
    if (!KINDS.temperature.allows(share))
      throw this.error("after = belongs the model's weight, a finite number above 0", place);
    shares[index] += share;
  }

  /** Reads an option, and its value if it has one. */
  option(options) {
    const place = this.at;
    const word = this.until("=,{}").trim();
    if (!Object.hasOwn(SLOT_OPTIONS, word))
      throw this.error(
        `no option “${word}”; there are ${Object.keys(SLOT_OPTIONS).join(", ")}`,
        place,
      );
    const [name, type] = SLOT_OPTIONS[word];
    const text = this.takes("=") ? this.until(",}") : undefined;
    if ((type === "flag") !== (text === undefined)) {
      const needs = type === "flag" ? "takes no value" : `needs a value: ${word}=…`;
      throw this.error(`${word} ${needs}`, place);
    }
    if (Object.hasOwn(options, name) && type !== "texts")
      throw this.error(`${word} is given twice`, place);
    const value = type === "flag" || (type === "texts" ? text : Number(text || NaN));
    if (!KINDS[type].allows(value))
      throw this.error(`${word} “${text}”: must be ${KINDS[type].words}`, place);
    options[name] = type === "texts" ? [...(options[name] ?? []), value] : value;
  }
}

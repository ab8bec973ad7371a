// The pattern of a cast, with the syntax of rnn_names/casts/pattern.py: text, `[a|b*3]` for a
// choice, `{MODEL:option=value,…}` for a name, `{A=2+B}` for a name of a blend, `{words.txt}` for a
// line of a file, `{x=MODEL}` for a part with a label, `{=x:rules=FILE}` for its text again,
// changed by rules. A backslash escapes a delimiter; before any other character it is literal.

import { REFUSED, VALUE_TYPES, WrongSettings } from "./options.js";
import { Expression, Reader } from "./regex.js";

const MAX_PARTS = 100;
const MAX_NESTED = 20;
const MAX_TIMES = 1000;
const LABEL =
  /\s*(?:((?=[\p{L}_])[\p{L}\p{N}_][\p{L}\p{N}_-]*)\s*=(?!\s*-?\d*\.?\d*(?:e-?\d+)?\s*[+:|}])|=)/uy;
const WEIGHT = /([*=])\s*(-?\d[\d.,-]*)\s*(?=[|\]])/y; // at the end of an alternative
const RANGE = /^\s*(\d+)\s*(?:-|\.\.)\s*(\d+)\s*$/;
const RULES = /\s*rules\s*=/y;
const RULE_LINE = /^(.*?)\s*->\s*((?:[^\\]|\\[1-9](?!\d))*)$/su;

/** Numbers as Python reads them: 0x1 is not one. */
const WHOLE_NUMBER = /^[+-]?\d+$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const numberIn = (text, form) => (form.test(text.trim()) ? Number(text) : NaN);

/** The first match of a sticky expression. Browsers would also look inside emoji. */
function firstMatch(expression, text) {
  for (let at = 0; at <= text.length; at += text.codePointAt(at) > 0xffff ? 2 : 1) {
    expression.lastIndex = at;
    const found = expression.exec(text);
    if (found) return found;
  }
  return null;
}

/** The expression of a rule; `references` are the \1, \2 and so on in its replacement. */
function expressionOfRule(text, references, characters) {
  const expression = new Expression(text, false, characters);
  const numbers = references.map((reference) => Number(reference[1]));
  const wrong = numbers.find((number) => number >= expression.groups.length);
  if (wrong) throw new SyntaxError(`invalid group reference ${wrong}`);
  // Python repeats empty matches and keeps groups of earlier repetitions; browsers do neither.
  if (expression.repeatsEmpty) throw new SyntaxError("what is repeated may be empty");
  if (numbers.some((number) => expression.stale.has(number)))
    throw new SyntaxError("a group stands in a repeated one");
  return expression.compiled(false);
}

/** The names among the pieces of a pattern, also within choices. */
export const namePartsIn = (pieces) =>
  pieces.flatMap((piece) =>
    piece.kind === "name" ? piece : (piece.alternatives ?? []).flatMap(namePartsIn),
  );

export class PatternReader extends Reader {
  constructor(text, models, files = {}) {
    super(text);
    this.models = models;
    this.files = files;
    this.depth = 0;
    this.columns = [];
    this.labels = new Set(); // of parts that can be in the same line as the next part
  }

  /** The columns and the pieces: texts, and parts of the kinds "choice", "name" and "reference". */
  pattern() {
    const refused = REFUSED.exec(this.text.replaceAll("\n", " "));
    if (refused) throw this.error("no name can hold this character", refused.index);
    const pieces = this.pieces("");
    if (this.at < this.text.length) throw this.unexpected(true);
    if (pieces.every((piece) => typeof piece === "string"))
      throw this.error("a pattern has at least one {MODEL} or [a|b]", 0);
    const tooMany = namePartsIn(pieces)[MAX_PARTS];
    if (tooMany) throw this.error(`a pattern has at most ${MAX_PARTS} names`, tooMany.begin);
    return { pieces, columns: this.columns };
  }

  /** An error that shows the pattern, with a caret under a place. */
  error(message, place) {
    const before = Array.from(this.text.slice(0, place)).length;
    const shown = this.text.replace(/\p{C}/gu, "\ufffd");
    return new WrongSettings(`pattern: ${message}\n  ${shown}\n  ${" ".repeat(before)}^`);
  }

  /** Reads up to one of some delimiters or to the end. */
  until(stops) {
    let read = "";
    while (this.at < this.text.length && !stops.includes(this.text[this.at])) {
      const isEscape = `${stops}\\`.includes(this.text[this.at + 1] ?? "none");
      if (this.text[this.at] === "\\" && isEscape) this.at++;
      read += this.text[this.at++];
    }
    return read;
  }

  close(bracket, begin) {
    if (this.at === this.text.length)
      throw this.error(`${this.text[begin]} without a ${bracket}`, begin);
    if (this.text[this.at] !== bracket) throw this.unexpected(bracket === "]");
    this.at++;
  }

  unexpected(canBeText) {
    const found = this.text[this.at];
    const hint = canBeText ? `; write \\${found} for a literal one` : "";
    return this.error(`unexpected '${found}'${hint}`, this.at);
  }

  /** Reads pieces up to the end of the pattern or of an alternative. */
  pieces(ends) {
    const pieces = [];
    for (let text = ""; ; ) {
      text += this.until(`{}[]${ends}`);
      const sign = this.text[this.at] ?? "";
      WEIGHT.lastIndex = this.at;
      if (sign && "*=".includes(sign) && !WEIGHT.test(this.text)) {
        text += this.text[this.at++];
        continue;
      }
      if (text) pieces.push(text);
      if (!sign || !"{[".includes(sign)) return pieces;
      const begin = this.at;
      pieces.push({ ...this.part(), begin, end: this.at });
      text = "";
    }
  }

  /** Reads a part in brackets or braces. */
  part() {
    const begin = this.at++;
    if (this.text[begin] === "[") return this.choice(begin, this.labelOf(""));
    const given = this.take(LABEL);
    if (!given) return this.namePart(begin, this.labelOf(""));
    if (given[1] === undefined) return this.reference(begin);
    if (/^(name|part_\d+)$/.test(given[1])) {
      const which = given[1] === "name" ? "the whole line" : "parts without a name";
      throw this.error(`'${given[1]}' is reserved for ${which}; choose another name`, begin + 1);
    }
    if (this.labels.has(given[1]))
      throw this.error(`'${given[1]}' already names a part; choose another name`, begin + 1);
    this.labels.add(given[1]);
    const label = this.labelOf(given[1]);
    const bracket = this.at;
    if (!this.take(/\[/y)) return this.namePart(begin, label);
    const piece = this.choice(bracket, label);
    this.close("}", begin);
    return piece;
  }

  /** The label of the next part: the given one, part_N, or "" inside a choice. */
  labelOf(given) {
    const label = given || (this.depth ? "" : `part_${this.columns.length + 1}`);
    if (label && !this.columns.includes(label)) this.columns.push(label);
    return label;
  }

  /** Reads a choice after its [, up to its ]. */
  choice(bracket, label) {
    const alternatives = [];
    const weights = [];
    if (++this.depth > MAX_NESTED)
      throw this.error(`at most ${MAX_NESTED} choices can be nested`, bracket);
    const before = this.labels;
    let labels = before;
    do {
      this.labels = new Set(before);
      alternatives.push(this.pieces("|*="));
      weights.push(this.weight());
      labels = new Set([...labels, ...this.labels]);
    } while (this.take(/\|/y));
    this.depth--;
    this.labels = labels;
    this.close("]", bracket);
    return { kind: "choice", alternatives, weights, label };
  }

  /** Reads the weight at the end of an alternative, such as *3; 1 if there is none. */
  weight() {
    const place = this.at;
    const given = this.take(WEIGHT);
    if (!given) return 1;
    const [, sign, number] = given;
    const weight = /^\d+$/.test(number) ? Number(number) : 0;
    if (sign === "*" && weight >= 1 && weight <= MAX_TIMES) return weight;
    const meant = number.replace(/\D.*/su, "") || "3";
    const expected = `a weight is a whole number from 1 to ${MAX_TIMES} after *, as in *${meant}`;
    throw this.error(`${expected}; write \\${sign} for a literal one`, place);
  }

  /** Reads a reference after {=, up to }. */
  reference(begin) {
    const place = this.at;
    const label = this.until(":{}").trim();
    if (!this.columns.includes(label)) {
      const named = this.columns.filter((column) => !column.startsWith("part_")).join(", ");
      const there = named ? `available: ${named}` : `write {${label || "x"}=MODEL} for one`;
      throw this.error(`no part before this is called “${label}”; ${there}`, place);
    }
    return { kind: "reference", refersTo: label, ...this.options(begin, false) };
  }

  /** Reads a name or a line of a file, up to }. */
  namePart(begin, label) {
    const shares = this.models.map(() => 0);
    const file = /^\s*([^+:|{}]*\.txt)\s*(?=[:}])/u.exec(this.text.slice(this.at));
    if (file) {
      const lines = this.linesOf(file[1], this.at);
      this.at += file[0].length;
      const alternatives = lines.map((line) => [line]);
      const weights = lines.map(() => 1);
      return { kind: "choice", alternatives, weights, label, ...this.options(begin, false) };
    }
    do this.share(shares, begin);
    while (this.take(/\+/y));
    return { kind: "name", shares, label, ...this.options(begin, true) };
  }

  /** The nonblank lines of a given file. */
  linesOf(name, place) {
    const given = Object.hasOwn(this.files, name) ? this.files[name] : [];
    const lines = given.map((line) => line.trim().normalize("NFC")).filter(Boolean);
    if (REFUSED.test(lines.join("")))
      throw this.error(`${name} has a character that no name can hold`, place);
    if (lines.length) return lines;
    throw this.error(`no lines of ${name} here`, place);
  }

  options(begin, isName) {
    const options = {};
    let rules;
    for (let sign = /:/y; this.take(sign); sign = /,/y) {
      const place = this.at;
      if (this.take(RULES)) {
        if (rules) throw this.error("rules is given twice", place);
        rules = this.rulesOf(this.linesOf(this.until(",}"), place), place);
      } else if (isName) this.option(options);
      else throw this.error("only rules=FILE is allowed here: this is not a model", place);
    }
    this.close("}", begin);
    return { options, rules };
  }

  /** A function that changes a text by the first rule that matches: EXPRESSION -> TEXT. */
  rulesOf(lines, place) {
    const characters = this.charactersOfTexts();
    const rules = lines
      .filter((line) => !line.startsWith("#"))
      .map((line) => {
        const [, from, to] = RULE_LINE.exec(line) ?? [];
        try {
          if (to === undefined) throw new SyntaxError("write EXPRESSION -> TEXT");
          return [expressionOfRule(from, to.match(/\\\d/g) ?? [], characters), to];
        } catch (/** @type {any} */ error) {
          throw this.error(`rule “${line}”: ${error.message}`, place);
        }
      });
    return (text) => {
      for (const [expression, to] of rules) {
        const found = firstMatch(expression, text);
        if (!found) continue;
        const end = found.index + found[0].length;
        const changed = to.replace(/\\(\d)/g, (_, number) => found[number] ?? "");
        return text.slice(0, found.index) + changed + text.slice(end);
      }
      return text;
    };
  }

  charactersOfTexts() {
    const letters = this.models.map(({ vocabulary }) => vocabulary);
    const texts = [...letters, this.text, ...Object.values(this.files).flat()].join("\n");
    return [...new Set(texts + texts.normalize("NFC"))];
  }

  /** Reads MODEL or MODEL=WEIGHT. */
  share(shares, begin) {
    const place = this.at;
    const text = this.until("+:|{}").trim().replaceAll("\\=", "=");
    if (this.text[this.at] === "|") {
      if (!this.text.includes("}", begin)) throw this.error("{ without a }", begin);
      const [inside] = this.text.slice(begin + 1).split("}");
      const words = inside.split("|");
      const meant = words.map((word) => `{${word.replace(/[[\] ]/g, "")}}`).join("|");
      throw this.error(`to choose one of several names, write [${meant}]`, this.at);
    }
    if (!text) throw this.error("a model belongs here", place);
    if (this.text[this.at] === "{") throw this.error(`“${text}”: is a } missing?`, this.at);
    if (this.at === this.text.length) throw this.error("{ without a }", begin);
    const [, name, weight] = text.match(/^(.*)=([^=]*)$/su) ?? [];
    const named = (wanted) => this.models.findIndex((model) => model.name === wanted);
    const isWhole = named(text) >= 0 || name === undefined;
    const index = named(isWhole ? text : name);
    if (index < 0) {
      const known = this.models.map((model) => model.name).join(", ");
      throw this.error(`no model “${isWhole ? text : name}” here; available: ${known}`, place);
    }
    const share = isWhole ? 1 : numberIn(weight, NUMBER);
    if (!VALUE_TYPES.temperature.allows(share))
      throw this.error(
        "the text after = must be the model's weight, a finite number above 0",
        place,
      );
    shares[index] += share;
  }

  option(options) {
    const place = this.at;
    const word = this.until("=,{}").trim().replaceAll("_", "-");
    const range = RANGE.exec(
      this.text[this.at] === "=" ? this.text.slice(this.at + 1).split(/[,}]/)[0] : word,
    );
    if (range && (this.text[this.at] !== "=" || word.includes("length"))) {
      const [, least, most] = range;
      const meant = `min-length=${least},max-length=${most}`;
      throw this.error(`for lengths from ${least} to ${most}, write ${meant}`, place);
    }
    if (!word) throw this.error("expected an option, such as prefix=A", place);
    const known = Object.keys(PART_WORDS);
    if (!known.includes(word))
      throw this.error(`no option “${word}”; available: ${known.join(", ")}`, place);
    const name = PART_WORDS[word];
    const { type, words, allows } = VALUE_TYPES[name];
    const text = this.take(/=/y) ? this.until(name === "match" ? ",}" : ",{}") : undefined;
    if ((type === "boolean") !== (text === undefined)) {
      const needs = type === "boolean" ? "takes no value" : `requires a value: ${word}=…`;
      throw this.error(`${word} ${needs}`, place);
    }
    if (text !== undefined && this.text.startsWith("{", this.at))
      throw this.error(`${word} “${text}{”: is a } missing?`, place);
    if (Object.hasOwn(options, name) && type !== "array")
      throw this.error(`${word} is given twice`, place);
    const form = { number: NUMBER, integer: WHOLE_NUMBER }[type];
    const value = type === "boolean" || (form ? numberIn(text, form) : text);
    if (!allows(value)) throw this.error(`${word} “${text}”: must be ${words}`, place);
    const values = name === "excludeWords" ? this.linesOf(text, place) : [value];
    options[name] = type === "array" ? [...(options[name] ?? []), ...values] : value;
  }
}

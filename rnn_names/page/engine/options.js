// Options of names and of casts: what each may be, and what is said of others.

export const lengthOf = (text) => Array.from(text).length; // in characters, not 16-bit units

/** What cannot be: the message is a sentence for people. */
export class WrongSettings extends Error {}

export const MAX_LENGTH = 200; // characters of a name

/** A kind of value: what it is called, and whether something is one. */
export const kind = (words, allows) => ({ words, allows });

const isWhole = (least, most) => (value) =>
  Number.isInteger(value) && value >= least && value <= most;
export const isAmount = (value) => typeof value === "number" && value >= 0 && value < Infinity;

const isSeed = (value) =>
  typeof value === "bigint" ? value >= 0n : isWhole(0, Number.MAX_SAFE_INTEGER)(value);
const isText = (value) => typeof value === "string";

export const KINDS = {
  boldness: kind(`one of ${Object.keys(BOLDNESS).join(", ")}`, (value) =>
    Object.hasOwn(BOLDNESS, value),
  ),
  count: kind("a whole number of at least 0", isWhole(0, Number.MAX_SAFE_INTEGER)),
  files: kind("an object with a list of lines for each file", (value) =>
    Object.values(value ?? [0]).every((lines) => Array.isArray(lines) && lines.every(isText)),
  ),
  flag: kind("true or false", (value) => typeof value === "boolean"),
  initials: kind('"same" or "different"', (value) => ["same", "different"].includes(value)),
  length: kind(`a whole number from 1 to ${MAX_LENGTH}`, isWhole(1, MAX_LENGTH)),
  edits: kind("1 or 2", isWhole(1, 2)),
  positive: kind("a whole number of at least 1", isWhole(1, Number.MAX_SAFE_INTEGER)),
  seed: kind("a whole number of at least 0; above 2 ** 53 - 1, a BigInt", isSeed),
  ratio: kind("a number from 0 to 1", (value) => isAmount(value) && value <= 1),
  share: kind("a number above 0, at most 1", (value) => isAmount(value) && value > 0 && value <= 1),
  temperature: kind("a finite number above 0", (value) => isAmount(value) && value > 0),
  text: kind("a text", isText),
  texts: kind("a text or a list of texts", (value) => [value].flat().every(isText)),
};

export const SAMPLE_OPTIONS = {
  seed: KINDS.seed,
  boldness: KINDS.boldness,
  minP: KINDS.ratio,
  temperature: KINDS.temperature,
  prefix: KINDS.texts,
  suffix: KINDS.texts,
  contains: KINDS.texts,
  excludeWords: KINDS.texts,
  match: KINDS.texts,
  ignoreCase: KINDS.flag,
  minLength: KINDS.length,
  maxLength: KINDS.length,
  topK: KINDS.positive,
  topP: KINDS.share,
  start: KINDS.count,
  anyShape: KINDS.flag,
  anyBeginning: KINDS.flag,
  knownTriples: KINDS.flag,
  novel: KINDS.flag,
  listed: KINDS.flag,
  minEdits: KINDS.edits,
  noNearCopies: KINDS.flag,
  clean: KINDS.flag,
  noWords: KINDS.flag,
  unique: KINDS.flag,
};

/** Options with new names for old ones. */
export const newNames = ({ anyBeginning, noNearCopies, ...options }) => ({
  ...options,
  ...(anyBeginning && { anyShape: true }),
  ...(noNearCopies && { minEdits: 2 }),
});

export const CAST_OPTIONS = {
  ...SAMPLE_OPTIONS,
  initials: KINDS.initials,
  parts: KINDS.flag,
  files: KINDS.files,
};

/** Raises a TypeError that says what is wrong with a value, unless it is of a kind. */
export function check(name, value, { words, allows }) {
  if (!allows(value)) throw new TypeError(`${name} ${shown(value)}: must be ${words}`);
}

/** A value as a message can show it. */
function shown(value) {
  const text = typeof value === "string" ? JSON.stringify(value) : describedValue(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function describedValue(value) {
  if (Array.isArray(value)) return `[${value.map(shown).join(", ")}]`;
  return typeof value === "object" && value ? "{…}" : String(value);
}

/** Raises a TypeError unless options are known and of their kinds. */
export function checkOptions(options, kinds) {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw new TypeError(`options ${shown(options)}: must be an object`);
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(kinds, name))
      throw new TypeError(
        `unknown option ${shown(name)}: there are ${Object.keys(kinds).join(", ")}`,
      );
    if (value !== undefined) check(name, value, kinds[name]);
  }
}

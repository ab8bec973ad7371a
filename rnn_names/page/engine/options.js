// Options of names and of casts: their types, and errors for other values. `OPTIONS` describes the
// options of Python's `sample` (page/script.py).

/** Characters that no name contains, as in corpus/characters.py, such as control characters. */
export const REFUSED =
  /[\p{Cc}\u2028\u2029\ufeff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|\p{Cs}/u;

export const lengthOf = (text) => Array.from(text).length; // in characters, not 16-bit units

/** Settings that no name can meet; the message is a sentence for people. */
export class WrongSettings extends TypeError {}

export const MAX_LENGTH = 200; // characters of a name

const isAmount = (value) => typeof value === "number" && value >= 0 && value < Infinity;
const isText = (value) => typeof value === "string";

/** The type of an option, from its JSON Schema: `words` for errors, and a test of a value. */
function typeOfOption({ type, words, ...schema }) {
  const { minimum = 0, exclusiveMinimum = -1, maximum = Infinity } = schema;
  const isNumber = (value) =>
    isAmount(value) && value >= minimum && value > exclusiveMinimum && value <= maximum;
  const allows = {
    boolean: (value) => typeof value === "boolean",
    number: isNumber,
    integer: (value) => isNumber(value) && Number.isSafeInteger(value),
    array: (value) => [value].flat().every(isText),
  };
  return { type, words, allows: allows[type] ?? ((value) => schema.enum.includes(value)) };
}

export const VALUE_TYPES = Object.fromEntries(
  Object.entries(OPTIONS).map(([name, described]) => [name, typeOfOption(described)]),
);

export const COUNT = VALUE_TYPES.seed;
export const TEXT = { words: "a text", allows: isText };
export const INITIALS = {
  words: '"same" or "different"',
  allows: (value) => ["same", "different"].includes(value),
};

export const SAMPLE_OPTIONS = {
  ...VALUE_TYPES,
  seed: {
    words: `${COUNT.words}; above 2 ** 53 - 1, a BigInt`,
    allows: (value) => (typeof value === "bigint" ? value >= 0n : COUNT.allows(value)),
  },
};

export function sharesType(models) {
  const known = models.map(({ name }) => name).join(", ");
  const words = `a list with a number for each model (${known}), none below 0 and one above it`;
  const isForEach = (value) => Array.isArray(value) && value.length === models.length;
  const allows = (value) => isForEach(value) && value.every(isAmount) && value.some(Boolean);
  return { words, allows };
}

const areLines = (value) => Array.isArray(value) && value.every(isText);
const areFiles = (value) => Object(value) === value && Object.values(value).every(areLines);

export const CAST_OPTIONS = {
  ...SAMPLE_OPTIONS,
  initials: INITIALS,
  parts: VALUE_TYPES.unique,
  files: { words: "an object with a list of lines for each file", allows: areFiles },
};

/** Raises a TypeError that describes the type unless a value has it. */
export function check(name, value, { words, allows }) {
  if (!allows(value)) throw new TypeError(`${name} ${shown(value)}: must be ${words}`);
}

/** A short form of a value for messages. */
function shown(value) {
  let text = Object(value) === value ? "{…}" : String(value);
  if (typeof value === "string") text = JSON.stringify(value);
  const inList = (each) => (Array.isArray(each) ? "[…]" : shown(each));
  if (Array.isArray(value)) text = `[${value.map(inList).join(", ")}]`;
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** The options with their new names. Raises a TypeError for unknown options and wrong types. */
export function checkOptions(/** @type {any} */ options, types) {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw new TypeError(`options ${shown(options)}: must be an object`);
  const known = Object.keys(types).join(", ");
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(types, name))
      throw new TypeError(`unknown option ${shown(name)}; available: ${known}`);
    if (value !== undefined) check(name, value, types[name]);
  }
  const { anyBeginning, ...others } = options; // the old name of `anyShape`
  return anyBeginning ? { ...others, anyShape: true } : others;
}

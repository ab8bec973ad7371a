// The types of options. `OPTIONS` describes those of Python's `sample` (page/script.py).

/** Characters that no name contains, as in corpus/characters.py, such as control characters. */
export const REFUSED =
  /[\p{Cc}\u2028\u2029\ufeff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|\p{Cs}/u;

export const lengthOf = (text) => Array.from(text).length; // in characters, not 16-bit units

/** Settings that no name can meet; the message is a sentence for people. */
export class WrongSettings extends TypeError {}

export const MAX_LENGTH = 200; // characters of a name

export const isAmount = (value) => typeof value === "number" && value >= 0 && value < Infinity;
export const isText = (value) => typeof value === "string";

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

export const COUNT = typeOfOption(OPTIONS.seed);
export const TEXT = { words: "a string", allows: isText };
export const INITIALS = {
  words: '"same" or "different"',
  allows: (value) => ["same", "different"].includes(value),
};

/** The types of the options of `sample`, by name. */
export const VALUE_TYPES = Object.fromEntries(
  Object.entries(OPTIONS).map(([name, described]) => [name, typeOfOption(described)]),
);
VALUE_TYPES.seed = {
  ...COUNT,
  words: `${COUNT.words}; above 2 ** 53 - 1, a BigInt`,
  allows: (value) => (typeof value === "bigint" ? value >= 0n : COUNT.allows(value)),
};

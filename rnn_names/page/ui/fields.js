// The fields of the form, by the ids of their elements.

export const TEXTS = ["prefix", "suffix", "contains", "exclude-words", "match"];
export const CHECKS = ["novel", "no-near-copies", "unique", "clean", "ignore-case"];
export const NUMBERS = ["count", "min-length", "max-length"];

/** The texts of a field, separated by commas; a single text keeps its spaces. */
export function textsIn({ id, value }) {
  const text = value.normalize("NFC");
  const texts = id === "match" ? [text] : text.split(",");
  return texts.map((text) => (texts[1] === undefined ? text : text.trim())).filter(Boolean);
}

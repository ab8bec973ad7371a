// The fields of the form, by the ids of their elements.

export const TEXTS = ["prefix", "suffix", "containing", "exclude-words", "match"];
export const CHECKS = ["novel", "no-near-copies", "unique", "clean", "ignore-case"];
export const NUMBERS = ["count", "min-length", "max-length"];

/** The name of a field's option, also in links. A field "contains" would hide a form's method. */
export const optionOf = (id) => (id === "containing" ? "contains" : id);

/** The texts of a field, separated by commas; a single text keeps its spaces. */
export function textsIn({ id, value }) {
  const text = value.normalize("NFC");
  const texts = id === "match" ? [text] : text.split(",");
  return texts.map((text) => (texts[1] === undefined ? text : text.trim())).filter(Boolean);
}

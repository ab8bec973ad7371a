// Forms of texts that ignore case.

import { lengthOf } from "./options.js";
import { caseless } from "./regex.js";

/** The form in which texts are compared ignoring case: ß is ss, ς is σ, and ı is not i. */
export function folded(text) {
  const upper = Array.from(text, (c) => ("ıİ".includes(c) ? c : c.toLowerCase().toUpperCase()));
  const lower = Array.from(upper.join(""), (c) => c.toLowerCase());
  return lower.join("").normalize("NFC");
}

/** The characters of a text in lower case, except those that would become several. */
export const lowerCase = (text) =>
  Array.from(text, (c) => (lengthOf(c.toLowerCase()) === 1 ? c.toLowerCase() : c));

/** Returns a function that folds the case of a text if `ignoreCase` is true. */
export const folding = ({ ignoreCase }) =>
  ignoreCase ? (text) => Array.from(text, caseless).join("") : (text) => text;

// Forms of texts that ignore case.

import { caseless, single } from "./regex.js";

/** The form in which texts are compared ignoring case: ß is ss, ς is σ, and ı is not i. */
export function folded(text) {
  const upper = Array.from(text, (c) => ("ıİ".includes(c) ? c : c.toLowerCase().toUpperCase()));
  const lower = Array.from(upper.join(""), (c) => c.toLowerCase());
  return lower.join("").normalize("NFC");
}

export const lowerCase = (text) => Array.from(text, (c) => single(c.toLowerCase()) ?? c);

/** Returns a function that folds the case of a text if `ignoreCase` is true. */
export const folding = ({ ignoreCase }) =>
  ignoreCase ? (text) => Array.from(text, caseless).join("") : (text) => text;

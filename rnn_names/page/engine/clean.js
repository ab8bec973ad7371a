// Finds rude and common words in names, as rnn_names/conditions/word_lists.py does. Its lists are
// `RUDE_WORDS`, folded words, and `COMMON_WORDS`, fingerprints of capitalised words.

import { isAmong } from "./fingerprints.js";
import { fingerprintsOf } from "./models.js";
import { folded } from "./text.js";

const commonWords = fingerprintsOf(COMMON_WORDS);

export function isWord(name) {
  const [begin, ...others] = name;
  const [first, ...rest] = begin.toUpperCase() + others.join(""); // ﬁ becomes FI
  return isAmong(first + rest.join("").toLowerCase(), commonWords);
}

/** The share of common words among some fingerprints of 44 bits. */
export function shareOfWords(prints) {
  const words = new Set(commonWords);
  return prints.filter((each) => words.has(Math.floor(each / 2 ** 12))).length / prints.length;
}

const rude = { whole: new Set(RUDE_WORDS.whole.split(",")), parts: RUDE_WORDS.parts };

export function isClean(name) {
  const words = folded(name).match(/[\p{L}\p{Nl}\p{No}]+/gu) ?? [];
  const text = ` ${words.join(" ")} `; // a space in a part is an edge of a word
  if (words.some((word) => rude.whole.has(word))) return false;
  return !rude.parts.some((part) => text.includes(part));
}

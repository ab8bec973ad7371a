// Fingerprints of names, as rnn_names/corpus/fingerprints.py makes them: the sum, modulo 2⁶⁴, of
// mix(code + 2²¹ · place + γ) over the characters. The page stores their sorted upper 44 bits, as
// bundled models do, or 32 bits for common words and old models.

import { GAMMA, mix, plus, word } from "./random_keys.js";

const terms = new Map(); // of characters at places

export function term(character, place) {
  if (!character) return ZERO;
  const number = character.codePointAt(0) + place * 2 ** 21;
  if (!terms.has(number)) terms.set(number, mix(plus(word(number), GAMMA)));
  return terms.get(number);
}

export const ZERO = word(0);

/** The sum of the terms of some characters, which begin at a given place. */
export const sumOfTerms = (text, place = 0) =>
  text.reduce((sum, character, i) => plus(sum, term(character, place + i)), ZERO);

/** The fingerprint of a name: 64 bits. */
export const fingerprint = (name) => sumOfTerms(Array.from(name.normalize("NFC")));

/** The upper 44 bits of a fingerprint. */
export const upperBits = ({ high, low }) => high * 2 ** 12 + (low >>> 20);

/** The upper 44 bits of the fingerprints of the names of a list, sorted. */
export const printsOfNames = (names) =>
  Float64Array.from(names, (name) => upperBits(fingerprint(name))).sort();

/** The fingerprints of a model's own list, without the list of its start model. */
export const ownListOf = ({ listed, fingerprints }) => listed ?? fingerprints;

/** Whether a name is among n `known` ones; true for others with probability n / 2⁴⁴, or n / 2³². */
export const isAmong = (name, known) => holds(known, fingerprint(name));

/** Whether the upper bits of a fingerprint are in `known`. Bisection is faster than a Set. */
export function holds(known, print) {
  const wanted = known instanceof Uint32Array ? print.high : upperBits(print);
  let low = 0;
  let high = known.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (known[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return known[low] === wanted;
}

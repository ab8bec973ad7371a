// The triples of adjacent characters in lists, in lower case; tests of names for other triples.

import { WrongSettings } from "./options.js";
import { folding, lowerCase } from "./text.js";

/** All triples of adjacent characters in the lists of some models, in lower case. */
export function knownTriples(models) {
  if (models.some(({ triples }) => !triples))
    throw new WrongSettings("A model here does not keep which characters its list has in a row.");
  const pairs = models.flatMap(({ triples }) => Object.entries(triples));
  return new Set(pairs.flatMap(([pair, after]) => Array.from(after, (c) => pair + c)));
}

/** Whether all triples of a text, a list of lower-case characters, are known. */
export const hasTriples = (text, known) =>
  text.slice(2).every((_, i) => known.has(text.slice(i, i + 3).join("")));

/** Whether names with only known triples can contain the required texts. */
export const haveTriples = (settings, models) =>
  models.every(({ triples }) => triples) && !unknownTexts(settings, models).length;

/** The required texts that known triples cannot form, each with what a name would do with it. */
export function unknownTexts(/** @type {any} */ { prefix, suffix, contains, ignoreCase }, models) {
  const isUnknown = (given, fold) => {
    const known = new Set(Array.from(knownTriples(models), fold));
    const text = lowerCase(given).map(fold);
    if (text.length > 2) return !hasTriples(text, known);
    return ![...known].some((triple) => triple.includes(text.join("")));
  };
  const fold = folding({ ignoreCase });
  const inAnyCase = folding({ ignoreCase: true }); // a prefix may match in any case
  const begins = prefix.filter((text) => isUnknown(`\n${text}`, inAnyCase));
  const ends = suffix.filter((text) => isUnknown(`${text}\n`, fold));
  // One of several prefixes or suffixes is enough, but all texts of `contains` are needed.
  return [
    ...(begins.length === prefix.length ? begins : []).map((text) => ["begins with", text]),
    ...contains.filter((text) => isUnknown(text, fold)).map((text) => ["has", text]),
    ...(ends.length === suffix.length ? ends : []).map((text) => ["ends with", text]),
  ];
}

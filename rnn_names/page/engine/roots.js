// The roots of a walk: the spellings of required prefixes, or the empty text.

import { START } from "./chain.js";
import { lengthOf, WrongSettings } from "./options.js";
import { MAX_STATES } from "./possible.js";
import { same } from "./regex.js";
import { folding } from "./text.js";

/** Raises WrongSettings unless `needed` texts (by default all) fold to known characters. */
export function checkCharacters(texts, blend, fold, needed = texts.length) {
  const known = new Set(blend.characters.map(fold));
  const unknownIn = (text) => Array.from(text).find((c) => !known.has(fold(c)));
  const wrong = texts.filter(unknownIn);
  const [text] = wrong;
  if (text === undefined || texts.length - wrong.length >= needed) return;
  throw new WrongSettings(
    `“${text}” cannot be in a name: no name in the list has the character “${unknownIn(text)}”.`,
  );
}

/** The spellings of a required prefix, as in conditions/prefixes.py; may extend `shape`. */
export function spellings(text, blend, shape, ignoreCase) {
  const inAnyCase = (fits) => {
    let found = [""];
    for (const character of text) {
      const cases = blend.characters.filter(same(character, true));
      found = found.flatMap((begun) => cases.map((c) => begun + c)).filter(fits);
      if (found.length > MAX_STATES)
        throw new WrongSettings(`“${text}” is too long to be followed in upper and lower case.`);
    }
    return found;
  };
  const isKnown = Array.from(text).every((c) => blend.index.has(c));
  const fits = (begun) => !shape || shape.fits(begun);
  if (isKnown && !ignoreCase && fits(text)) return [text];
  const fitting = inAnyCase(fits);
  if (fitting.length) return fitting;
  if (!ignoreCase) checkCharacters([text], blend, folding({ ignoreCase }));
  const found = ignoreCase ? inAnyCase(() => true) : [text];
  for (const each of found) shape?.allow(each);
  return found;
}

/**
 * The root nodes of a walk, in order: one for each required prefix that begins with no other.
 * @returns {import("./types.js").Root[]}
 */
export function rootsOf(texts, blend, options) {
  const ranks = (text) => String.fromCodePoint(...blend.encode(text));
  const inOrder = [...new Set(texts)].sort((a, b) => (ranks(a) < ranks(b) ? -1 : 1));
  const kept = [];
  for (const text of inOrder) if (!kept.length || !text.startsWith(kept.at(-1))) kept.push(text);
  const roots = kept.filter((text) => kept.length === 1 || lengthOf(text) <= options.maxLength);
  const found = roots.map((text) => {
    let node = { hidden: blend.firstState(), logProb: 0 };
    for (const c of blend.encode(text)) {
      const logProb = node.logProb + blend.logProbs(node.hidden, 1, options)[c];
      node = { hidden: blend.nextStates(node.hidden, 1, [0], [c]), logProb };
    }
    return { text, symbols: START + ranks(text), length: lengthOf(text), ...node };
  });
  const isCut = options.topK < blend.n_y || options.topP < 1;
  if ((found.length > 1 || isCut) && !found.some(({ logProb }) => logProb > -Infinity))
    throw new WrongSettings("No name can begin like that.");
  if (found.length === 1) found[0].logProb = 0; // min-p may rule out the required prefix
  return found;
}

// Tests of whole names: of their spelling, by automata, and of what models keep of their lists.

import { Automaton, Without } from "./automaton.js";
import { isClean, isWord } from "./clean.js";
import { areNear, isAmong, NearLists, ownListOf } from "./fingerprints.js";
import { lengthOf, WrongSettings } from "./options.js";
import { any, Expression, either, many, sequence, textTerm } from "./regex.js";
import { folded, lowerCase } from "./text.js";
import { hasTriples, haveTriples, knownTriples } from "./triples.js";

export const NEW_AND_LISTED = "No name is both new and in the list.";
const GIVEN = 3; // first characters that minMeanP ignores

/**
 * The conditions on whole names, each with a description and the numbers of tested and passed names.
 * Length and spelling come first, conditions that depend on other names last.
 *
 * @param {import("./types.js").DrawOptions} bounds
 * @returns {import("./types.js").Condition[]}
 */
export function conditionsOf(settings, models, blend, bounds) {
  const { characters } = blend;
  const found = [
    ...spellingConditions(settings, characters, bounds),
    ...conditionsOnOneName(settings, models, blend),
    ...conditionsOnOthers(settings),
  ];
  found.sort((a, b) => Number(!a.isOfSpelling) - Number(!b.isOfSpelling));
  return found.map((each) => ({ dependsOnOthers: false, ...each, tested: 0, passed: 0 }));
}

/** A condition that an automaton tests. */
const spelled = (words, automaton) => ({
  words,
  automaton,
  passes: (name) => automaton.passes(name),
  isOfSpelling: true,
});

/** Conditions on length and spelling. */
function* spellingConditions(settings, characters, { minLength, maxLength, shape }) {
  const range = minLength === maxLength ? minLength : `${minLength} to ${maxLength}`;
  const length = `has ${range} characters`;
  yield { words: length, passes: (name) => name !== null, isOfSpelling: true };
  const termOf = (text) => textTerm(text, settings.ignoreCase);
  const { suffix: suffixes, contains, excludeWords: left, match: patterns } = settings;
  if (shape) yield spelled("has capitals and marks where the list has them", shape);
  if (suffixes.length) {
    const ends = new Automaton(sequence([many(any), either(suffixes.map(termOf))]));
    yield spelled(`ends with ${quotedTexts(suffixes)}`, ends);
  }
  for (const text of contains) {
    const automaton = new Automaton(sequence([many(any), termOf(text), many(any)]));
    yield spelled(`contains “${text}”`, automaton);
  }
  if (patterns.length) {
    const words = `matches ${quotedTexts(patterns)}`;
    const found = patterns.map((text) => new Expression(text, settings.ignoreCase, characters));
    if (found.every(({ isRegular }) => isRegular))
      yield spelled(words, new Automaton(either(found.map(({ term }) => term))));
    else {
      const expressions = found.map((each) => each.compiled(true));
      yield { words, passes: (name) => expressions.some((each) => each.test(name)) };
    }
  }
  if (left.length) {
    const words = `does not contain ${quotedTexts(left)}`;
    const hasMarks = characters.some((c) => /[\p{M}\u1160-\u11ff]/u.test(c)); // letters and accents may be separate
    const texts = left.map(folded);
    const passes = (name) => !texts.some((text) => folded(name).includes(text));
    yield hasMarks ? { words, passes } : spelled(words, new Without(left));
  }
}

/** Other conditions on single names; most depend on the models' lists. */
function* conditionsOnOneName({ anyShape, ...wanted }, models, blend) {
  const { prefix, clean, noWords, minMeanP, novel, listed, minEdits } = wanted;
  if (clean) yield { words: "has no rude word", passes: isClean };
  if (noWords) yield { words: "is no common word", passes: (name) => !isWord(name) };
  if (wanted.knownTriples) {
    const known = knownTriples(models);
    if (!haveTriples(wanted, models)) throw new WrongSettings("No listed name has such triples.");
    const passes = (name) => hasTriples(lowerCase(`\n${name}\n`), known);
    yield { words: "has no three characters in a row but those of the list", passes };
  }
  const lists = models.map(({ fingerprints }) => fingerprints);
  if (novel && listed) throw new WrongSettings(NEW_AND_LISTED);
  if ((novel || listed || minEdits) && lists.some((known) => !known))
    throw new WrongSettings(
      "A model here does not keep its list, so it cannot tell which names are new.",
    );
  const isKnown = (name) => lists.some((known) => isAmong(name, known));
  if (novel) yield { words: "is not in the list", passes: (name) => !isKnown(name) };
  const isInOwnList = (name) => models.some((model) => isAmong(name, ownListOf(model)));
  if (listed) yield { words: "is in the list", passes: isInOwnList };
  if (minEdits && !listed) {
    const ofAnyShape = anyShape || prefix.length > 0;
    const near = new NearLists(models, blend.characters, minEdits - 1, ofAnyShape);
    yield { words: "is no near copy of one in the list", passes: (name) => !near.isNear(name) };
  }
  if (minMeanP) {
    const passes = (name) => {
      const counted = Math.max(lengthOf(name) + 1 - GIVEN, 1);
      const characters = Array.from(name, (c) => blend.index.get(c)); // accents may be separate
      return blend.logProb(name, counted, characters) >= counted * Math.log(minMeanP);
    };
    yield { words: "is probable enough", passes };
  }
}

/** Conditions that depend on earlier names. */
function* conditionsOnOthers({ minEdits, unique }) {
  const dependsOnOthers = true;
  if (minEdits) {
    const found = [];
    const passes = (name) => {
      const text = Array.from(folded(name));
      const isNew = !found.some((other) => areNear(text, other, minEdits - 1));
      if (isNew) found.push(text);
      return isNew;
    };
    yield { words: "is no near copy of another", passes, dependsOnOthers };
  }
  if (unique) {
    const seen = new Set();
    const passes = (name) => seen.size < seen.add(name).size;
    yield { words: "has not come before", passes, dependsOnOthers };
  }
}

const quotedTexts = (texts) => texts.map((text) => `“${text}”`).join(" or ");

export function meetsAll(name, conditions) {
  for (const condition of conditions) {
    condition.tested++;
    if (!condition.passes(name)) return false;
    condition.passed++;
  }
  return true;
}

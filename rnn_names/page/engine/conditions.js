// Tests of whole names. Automata test the spelling; others use what models store of their lists.

import { Automaton, Without } from "./automaton.js";
import { isClean, isWord } from "./clean.js";
import { isAmong, ownListOf } from "./fingerprints.js";
import { areNear, NearList } from "./near_list.js";
import { lengthOf, WrongSettings } from "./options.js";
import { any, Expression, either, many, sequence, textTerm } from "./regex.js";
import { folded, folding, lowerCase } from "./text.js";

export const NEW_AND_LISTED = "No name is both new and in the list.";
const GIVEN = 3; // first characters that minMeanP ignores

/**
 * The conditions on whole names: length and spelling first, those that depend on other names last.
 * @param {import("./types.js").DrawOptions} options
 * @returns {import("./types.js").Condition[]}
 */
export function conditionsOf(settings, models, blend, options) {
  const { characters } = blend;
  const conditions = [
    ...spellingConditions(settings, characters, options),
    ...conditionsOnOneName(settings, models, blend),
    ...conditionsOnOthers(settings),
  ];
  conditions.sort((a, b) => Number(!a.isOfSpelling) - Number(!b.isOfSpelling));
  return conditions.map((each) => ({ dependsOnOthers: false, ...each, tested: 0, passed: 0 }));
}

/** A condition that an automaton tests. */
const spelled = (title, automaton) => ({
  title,
  automaton,
  passes: (name) => automaton.passes(name),
  isOfSpelling: true,
});

function* spellingConditions(settings, characters, { minLength, maxLength, shape }) {
  const range = minLength === maxLength ? minLength : `${minLength} to ${maxLength}`;
  const length = `has ${range} characters`;
  yield { title: length, passes: (name) => name !== null, isOfSpelling: true };
  const termOf = (text) => textTerm(text, settings.ignoreCase);
  const { suffix: suffixes, contains, excludeWords: excluded, match: patterns } = settings;
  if (shape) yield spelled("has capitals and punctuation as in the list", shape);
  if (suffixes.length) {
    const ends = new Automaton(sequence([many(any), either(suffixes.map(termOf))]));
    yield spelled(`ends with ${quotedTexts(suffixes)}`, ends);
  }
  for (const text of contains) {
    const automaton = new Automaton(sequence([many(any), termOf(text), many(any)]));
    yield spelled(`contains “${text}”`, automaton);
  }
  if (patterns.length) {
    const title = `matches ${quotedTexts(patterns)}`;
    const found = patterns.map((text) => new Expression(text, settings.ignoreCase, characters));
    if (found.every(({ isRegular }) => isRegular))
      yield spelled(title, new Automaton(either(found.map(({ term }) => term))));
    else {
      const expressions = found.map((each) => each.compiled(true));
      yield { title, passes: (name) => expressions.some((each) => each.test(name)) };
    }
  }
  if (excluded.length) {
    const title = `does not contain ${quotedTexts(excluded)}`;
    const hasMarks = characters.some((c) => /[\p{M}\u1160-\u11ff]/u.test(c)); // separate ones
    const texts = excluded.map(folded);
    const passes = (name) => !texts.some((text) => folded(name).includes(text));
    yield hasMarks ? { title, passes } : spelled(title, new Without(excluded));
  }
}

/** Other conditions on single names; most depend on the models' lists. */
function* conditionsOnOneName({ anyShape, ...settings }, models, blend) {
  const { prefix, clean, noWords, minMeanP, novel, listed, minEdits } = settings;
  if (clean) yield { title: "has no rude word", passes: isClean };
  if (noWords) yield { title: "is no common word", passes: (name) => !isWord(name) };
  if (settings.knownTriples) {
    if (models.some(({ triples }) => !triples))
      throw new WrongSettings("A model here does not keep which characters its list has in a row.");
    if (!haveTriples(settings, models)) throw new WrongSettings("No listed name has such triples.");
    const known = triplesOf(models);
    const passes = (name) => hasTriples(lowerCase(`\n${name}\n`), known);
    yield { title: "has no three characters in a row but those of the list", passes };
  }
  const lists = models.map(({ fingerprints }) => fingerprints);
  if (novel && listed) throw new WrongSettings(NEW_AND_LISTED);
  if ((novel || listed || minEdits) && lists.some((known) => !known))
    throw new WrongSettings(
      "A model here does not keep its list, so it cannot tell which names are new.",
    );
  const isKnown = (name) => lists.some((known) => isAmong(name, known));
  if (novel) yield { title: "is not in the list", passes: (name) => !isKnown(name) };
  const isInOwnList = (name) => models.some((model) => isAmong(name, ownListOf(model)));
  if (listed) yield { title: "is in the list", passes: isInOwnList };
  if (minEdits && !listed) {
    const ofAnyShape = anyShape || prefix.length > 0;
    const near = new NearList(models, blend.characters, minEdits - 1, ofAnyShape);
    yield { title: "is no near copy of one in the list", passes: (name) => !near.isNear(name) };
  }
  if (minMeanP) {
    const passes = (name) => {
      const counted = Math.max(lengthOf(name) + 1 - GIVEN, 1);
      const characters = Array.from(name, (c) => blend.index.get(c)); // accents may be separate
      return blend.logProb(name, counted, characters) >= counted * Math.log(minMeanP);
    };
    yield { title: "is probable enough", passes };
  }
}

/** All triples of adjacent characters in the lists of some models, in lower case. */
function triplesOf(models) {
  const pairs = models.flatMap(({ triples }) => Object.entries(triples));
  return new Set(pairs.flatMap(([pair, after]) => Array.from(after, (c) => pair + c)));
}

/** Whether names with only the lists' triples can contain the required texts. */
export const haveTriples = (settings, models) =>
  models.every(({ triples }) => triples) && !unknownTexts(settings, models).length;

/** The required texts that the lists' triples cannot form, each with what a name does with it. */
export function unknownTexts(/** @type {any} */ { prefix, suffix, contains, ignoreCase }, models) {
  const isUnknown = (given, fold) => {
    const known = new Set(Array.from(triplesOf(models), fold));
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

/** Whether all triples of a text, a list of lower-case characters, are known. */
const hasTriples = (text, known) =>
  text.slice(2).every((_, i) => known.has(text.slice(i, i + 3).join("")));

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
    yield { title: "is no near copy of another", passes, dependsOnOthers };
  }
  if (unique) {
    const seen = new Set();
    const passes = (name) => seen.size < seen.add(name).size;
    yield { title: "has not come before", passes, dependsOnOthers };
  }
}

export const quotedTexts = (texts) => texts.map((text) => `“${text}”`).join(" or ");

/** Tests a name until a condition fails, and counts the tests; returns whether all conditions pass. */
export function testAndCount(name, conditions) {
  for (const condition of conditions) {
    condition.tested++;
    if (!condition.passes(name)) return false;
    condition.passed++;
  }
  return true;
}

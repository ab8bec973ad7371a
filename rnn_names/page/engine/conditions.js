// Conditions on names: settings with defaults from the models, and tests of whole names.

import { Automaton, MAX_STATES, Without } from "./automaton.js";
import { nextLogProbs } from "./blend.js";
import { START } from "./chain.js";
import { folded, isClean, isWord, shareOfWords } from "./clean.js";
import { areNear, isAmong, NearLists, ownListOf } from "./fingerprints.js";
import { newSeed, seedKey } from "./numbers.js";
import { lengthOf, MAX_LENGTH, WrongSettings } from "./options.js";
import { any, caseless, Expression, either, many, same, sequence, textTerm } from "./regex.js";
import { hasTriples, knownTriples, lowerCase, Shape } from "./shape.js";

const MAX_LOSS = 2.3; // nats per character; models with a higher loss have no minMeanP
const GIVEN = 3; // first characters that minMeanP ignores
export const NEW_AND_LISTED = "No name is both new and in the list.";
const FEW_WORDS = 0.1; // words are excluded if at most this share of a list are words

/**
 * Settings with lists of texts, in NFC. Every name begins with "", ends in it and contains it; only
 * an expression that is empty rules names out.
 */
export function withTexts(settings) {
  const texts = (given) => [given ?? []].flat().map((text) => text.normalize("NFC"));
  const anyOf = (given) => (texts(given).includes("") ? [] : texts(given));
  const { prefix, suffix, contains, excludeWords, match } = settings;
  return {
    ...settings,
    prefix: anyOf(prefix),
    suffix: anyOf(suffix),
    contains: texts(contains).filter(Boolean),
    excludeWords: texts(excludeWords).filter(Boolean),
    match: texts(match),
  };
}

/** Settings with the settings that `boldness` implies, as far as the models' lists allow them. */
export function withBoldness({ boldness = "balanced", ...settings }, models) {
  const wanted = { ...BOLDNESS[boldness] };
  if (wanted.knownTriples && !haveTriples(/** @type {any} */ (settings), models))
    delete wanted.knownTriples;
  const [{ loss }, other] = models;
  if (other || !(loss > 0 && loss < MAX_LOSS)) delete wanted.minMeanP; // as in with_boldness
  const lists = models.map(ownListOf);
  if (lists.some((list) => !list)) {
    delete wanted.minEdits;
    delete wanted.noWords;
  } else if (wanted.minEdits && settings.start) {
    delete wanted.minEdits; // since it depends on all earlier names
    wanted.novel = !settings.listed;
  }
  if (wanted.noWords) {
    const prints = [...new Set(lists.flatMap((list) => [...list]))];
    if (shareOfWords(prints) > FEW_WORDS) delete wanted.noWords;
  }
  const isGiven = ([name, value]) =>
    value !== undefined && (value !== false || name in BOLDNESS.safe); // others are false by default
  const given = Object.entries(settings).filter(isGiven);
  return { ...wanted, ...Object.fromEntries(given) };
}

/** Whether names with only known triples can have the required texts. */
function haveTriples(/** @type {any} */ { prefix, suffix, contains, ignoreCase }, models) {
  if (models.some(({ triples }) => !triples)) return false;
  const has = (given, fold = folding({ ignoreCase })) => {
    const known = new Set(Array.from(knownTriples(models), fold));
    const text = lowerCase(given).map(fold);
    if (text.length > 2) return hasTriples(text, known);
    return [...known].some((triple) => triple.includes(text.join("")));
  };
  const inAnyCase = folding({ ignoreCase: true }); // as prefixes may be read without that option
  return (
    contains.every((text) => has(text)) &&
    (!prefix.length || prefix.some((text) => has(`\n${text}`, inAnyCase))) &&
    (!suffix.length || suffix.some((text) => has(`${text}\n`)))
  );
}

/** Folds the case of a text, with `ignoreCase`. */
const folding = ({ ignoreCase }) =>
  ignoreCase ? (text) => Array.from(text, caseless).join("") : (text) => text;

/**
 * The options of `drawBatch`, from settings; by default, lengths are those of the models' names.
 *
 * `models` are the parts of the blend.
 */
export function drawOptions(settings, blend, models) {
  const { prefix: prefixes, suffix, contains } = settings;
  const lengths = prefixes.map(lengthOf);
  const ofLists = Math.min(...models.map((model) => model.shortest));
  const shortest = settings.minLength ?? Math.min(ofLists, settings.maxLength ?? ofLists);
  const minLength = Math.max(shortest, lengths.length ? Math.min(...lengths) : 1, 1);
  const longest = Math.max(...models.map((model) => model.longest), minLength, ...lengths);
  const maxLength = settings.maxLength ?? longest;
  if (minLength > maxLength || maxLength > MAX_LENGTH)
    throw new WrongSettings(
      `No name can have at least ${minLength} and at most ${maxLength} characters.`,
    );
  const { temperature = 1, minP = 0, topK = Infinity, topP = 1, start = 0 } = settings;
  checkStart(settings);
  checkCharacters(prefixes, blend, folding({ ignoreCase: true }));
  checkCharacters(contains, blend, folding(settings));
  // With an ending that no name has in its case, all are read in any case (`drawNames`).
  checkCharacters(suffix, blend, folding(settings), settings.ignoreCase ? 1 : suffix.length);
  const shape = settings.anyShape ? undefined : new Shape(models);
  const options = { minLength, maxLength, temperature, minP, topK, topP, start, shape };
  const texts = prefixes.flatMap((text) => spellings(text, blend, shape, settings.ignoreCase));
  options.roots = rootsOf(texts.length ? texts : [""], blend, options);
  const { numbers, prepared, key = seedKey(settings.seed ?? newSeed()) } = settings;
  return { ...options, numbers, prepared, seed: key };
}

/** Raises WrongSettings if `start` would skip names on which later names depend. */
export function checkStart({ start, unique, minEdits }) {
  if (start && (unique || minEdits))
    throw new WrongSettings("Which names are repeats depends on all before them: leave out start.");
}

/**
 * Raises WrongSettings for a character that no name has; characters that `fold` alike are equal. Of
 * some texts, at least `needed` must be without such a character; by default, all.
 */
function checkCharacters(texts, blend, fold, needed = texts.length) {
  const known = new Set(blend.characters.map(fold));
  const unknownIn = (text) => Array.from(text).find((c) => !known.has(fold(c)));
  const wrong = texts.filter(unknownIn);
  const [text] = wrong;
  if (text === undefined || texts.length - wrong.length >= needed) return;
  throw new WrongSettings(
    `“${text}” cannot be in a name: no name of the list has the character “${unknownIn(text)}”.`,
  );
}

/**
 * The spellings of a required prefix: the given one, or spellings in another case, by the rules of
 * rnn_names/conditions/spelling.py. If the list's shape excludes them, extends `shape`.
 */
function spellings(text, blend, shape, ignoreCase) {
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
 * The root nodes of the walk, in the order of their characters: one for each required prefix that has
 * no other as its own prefix. { text, symbols (as in chain.js), length, hidden, logProb }
 */
function rootsOf(texts, blend, options) {
  const ranks = (text) => String.fromCodePoint(...blend.encode(text));
  const inOrder = [...new Set(texts)].sort((a, b) => (ranks(a) < ranks(b) ? -1 : 1));
  const kept = [];
  for (const text of inOrder) if (!kept.length || !text.startsWith(kept.at(-1))) kept.push(text);
  // The nodes of all prefixes of roots.
  /** @type {Map<string, any>} */
  const after = new Map([["", { hidden: blend.firstState(), logProb: 0 }]]);
  const roots = kept.filter((text) => kept.length === 1 || lengthOf(text) <= options.maxLength);
  const found = roots.map((text) => {
    let [begun, node] = ["", after.get("")];
    for (const character of text) {
      begun += character;
      if (!after.has(begun)) {
        const last = blend.index.get(character);
        const logProb = node.logProb + nextLogProbs(blend, node.hidden, 1, options)[last];
        after.set(begun, { hidden: blend.nextStates(node.hidden, 1, [0], [last]), logProb });
      }
      node = after.get(begun);
    }
    return { text, symbols: START + ranks(text), length: lengthOf(text), ...node };
  });
  const isCut = options.topK < blend.n_y || options.topP < 1;
  if ((found.length > 1 || isCut) && !found.some(({ logProb }) => logProb > -Infinity))
    throw new WrongSettings("No name can begin like that.");
  if (found.length === 1) found[0].logProb = 0; // min-p may rule out what is asked for
  return found;
}

/**
 * The conditions on whole names, each with a description and the numbers of tested and passed names.
 * Length and spelling come first, conditions that depend on other names last.
 */
export function conditionsOf(settings, models, blend, bounds) {
  const { characters } = blend;
  const found = [
    ...onSpelling(settings, characters, bounds),
    ...onOne(settings, models, blend),
    ...onOthers(settings),
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
function* onSpelling(settings, characters, { minLength, maxLength, shape }) {
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
function* onOne({ anyShape, ...wanted }, models, blend) {
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
function* onOthers({ minEdits, unique }) {
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

// Turns settings into the options of a draw: adds what boldness implies and the models' defaults.

import { shareOfWords } from "./clean.js";
import { haveTriples } from "./conditions.js";
import { ownListOf } from "./fingerprints.js";
import { lengthOf, MAX_LENGTH, WrongSettings } from "./options.js";
import { newSeed, seedKey } from "./random_keys.js";
import { checkCharacters, rootsOf, spellings } from "./roots.js";
import { Shape } from "./shape.js";
import { folding } from "./text.js";

const MAX_LOSS = 2.3; // nats per character; models with a higher loss have no minMeanP
const MAX_WORD_SHARE = 0.1; // words are excluded if at most this share of a list are words

/** Settings with texts as lists, in NFC; "" is no condition, except in `match`. */
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

/** Adds the settings that `boldness` implies, as far as the models' lists allow them. */
export function withBoldness({ boldness = "balanced", ...settings }, models) {
  const wanted = { ...BOLDNESS[boldness] };
  if (wanted.knownTriples && !haveTriples(settings, models)) delete wanted.knownTriples;
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
    if (shareOfWords(prints) > MAX_WORD_SHARE) delete wanted.noWords;
  }
  const isGiven = ([name, value]) =>
    value !== undefined && (value !== false || name in BOLDNESS.safe); // others default to false
  return { ...wanted, ...Object.fromEntries(Object.entries(settings).filter(isGiven)) };
}

/**
 * The options of `drawBatch` for the models of a blend. Lengths default to those of their lists.
 * @returns {import("./types.js").DrawOptions}
 */
export function drawOptions(settings, blend, models) {
  const { prefix: prefixes, suffix, contains } = settings;
  const lengths = prefixes.map(lengthOf);
  const listed = models.map((model) => model.shortest);
  const shortest = settings.minLength ?? Math.min(...listed, settings.maxLength ?? Infinity);
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
  // An error for a suffix that is impossible as typed makes `drawNames` ignore case in all texts.
  checkCharacters(suffix, blend, folding(settings), settings.ignoreCase ? 1 : suffix.length);
  const shape = settings.anyShape ? undefined : new Shape(models);
  const options = { minLength, maxLength, temperature, minP, topK, topP, start, shape };
  const texts = prefixes.flatMap((text) => spellings(text, blend, shape, settings.ignoreCase));
  const roots = rootsOf(texts.length ? texts : [""], blend, options);
  const { numbers, key = seedKey(settings.seed ?? newSeed()) } = settings;
  return { ...options, roots, numbers, key };
}

/** Raises WrongSettings if `start` would skip names on which later names depend. */
export function checkStart({ start, unique, minEdits }) {
  if (start && (unique || minEdits))
    throw new WrongSettings("Repeats depend on all earlier names: leave out start.");
}

// What is asked of a name: settings completed by what the models say, and tests of whole names.

const lengthOf = (text) => Array.from(text).length; // in characters, not 16-bit units

/** A text or several as a list, in NFC. */
const textsOf = (given) =>
  [given ?? []]
    .flat()
    .filter(Boolean)
    .map((text) => text.normalize("NFC"));

/** Makes equal what counts as equal. */
const folding = ({ ignoreCase }) =>
  ignoreCase ? (text) => Array.from(text, caseless).join("") : (text) => text;

/** What cannot be: the message is a sentence for people. */
class WrongSettings extends Error {}

/**
 * Some settings as `drawBatch` needs them, with what the models say where nothing is given.
 *
 * `models` are those of the blend's parts, with the lengths of their shortest and longest names.
 */
function completed(settings, blend, models) {
  const prefixes = textsOf(settings.prefix);
  const prefixLength = prefixes.length ? Math.min(...prefixes.map(lengthOf)) : 0;
  const ofLists = Math.min(...models.map((model) => model.shortest));
  const shortest = settings.minLength ?? Math.min(ofLists, settings.maxLength ?? ofLists);
  const minLength = Math.max(shortest, prefixLength, 1);
  const longest = Math.max(...models.map((model) => model.longest), minLength);
  const maxLength = settings.maxLength ?? longest;
  if (minLength > maxLength) {
    throw new WrongSettings(
      `No name can have at least ${minLength} and at most ${maxLength} characters.`,
    );
  }
  const temperature = settings.temperature ?? 1;
  if (!(temperature > 0 && temperature < Infinity))
    throw new WrongSettings("The temperature must be a finite number above 0.");
  const known = new Set(blend.characters.map(folding(settings)));
  for (const text of [prefixes, textsOf(settings.suffix), textsOf(settings.contains)].flat()) {
    const unknown = Array.from(text).find((c) => !known.has(folding(settings)(c)));
    if (unknown)
      throw new WrongSettings(
        `“${text}” cannot be in a name: no name of the list has the character “${unknown}”.`,
      );
  }
  // A single beginning is read before the first character is drawn.
  const isRead = prefixes.length === 1 && !settings.ignoreCase;
  const prefix = isRead ? prefixes[0] : "";
  const start = blend.encode(prefix);
  return {
    seed: settings.seed ?? newSeed(),
    temperature,
    prefix,
    start,
    minLength,
    maxLength,
    firstState: stateAfter(blend, start),
    ahead:
      prefixes.length && !isRead
        ? beginningsOf(prefixes, folding(settings), blend, temperature)
        : new Map(),
    barred: settings.anyBeginning ? [] : barredBeginnings(settings, prefixes, blend, models),
  };
}

/**
 * The indices of lower-case letters, if no name of any of the lists begins with one; nor all of
 * them, where a beginning is asked for that has no other case.
 */
function barredBeginnings(settings, prefixes, blend, models) {
  if (!models.every((model) => model.bars_lower_case)) return [];
  const lowerCase = new Set(models.flatMap((model) => Array.from(model.lower_case)));
  const equal = folding(settings);
  const canBegin = (text) =>
    settings.ignoreCase &&
    blend.characters.some((c) => !lowerCase.has(c) && equal(text).startsWith(equal(c)));
  if (!prefixes.every(canBegin)) return [];
  return blend.characters.filter((c) => lowerCase.has(c)).map((c) => blend.index.get(c));
}

function stateAfter(blend, characters) {
  return characters.reduce(
    (state, character) => blend.nextStates(state, 1, [0], [character]),
    blend.firstState(),
  );
}

/** The conditions that whole names are held to, each with the words for it and a tally. */
function conditionsOf(settings, models, characters) {
  const lists = models.map(({ fingerprints }) => fingerprints);
  const conditions = [];
  const add = (words, passes, automaton) =>
    conditions.push({ words, passes, automaton, tested: 0, passed: 0 });
  const addSpelling = (words, automaton) =>
    add(words, (name) => automaton.passes(name), automaton);
  const termOf = (text) => textTerm(text, settings.ignoreCase);
  const suffixes = textsOf(settings.suffix);
  if (suffixes.length)
    addSpelling(
      `ends with ${quotedTexts(suffixes)}`,
      new Automaton(sequence([many(any), either(suffixes.map(termOf))])),
    );
  for (const text of textsOf(settings.contains))
    addSpelling(
      `contains “${text}”`,
      new Automaton(sequence([many(any), termOf(text), many(any)])),
    );
  const left = textsOf(settings.excludeWords);
  if (left.length) {
    const words = `does not contain ${quotedTexts(left)}`;
    const hasMarks = characters.some((c) => /\p{M}/u.test(c)); // a letter and its mark may be apart
    const texts = left.map(folded);
    if (hasMarks) add(words, (name) => !texts.some((text) => folded(name).includes(text)));
    else addSpelling(words, new Without(left));
  }
  const patterns = textsOf(settings.match);
  if (patterns.length) {
    const words = `matches ${quotedTexts(patterns)}`;
    const terms = patterns.map((text) => expressionTerm(text, settings.ignoreCase));
    if (terms.every(Boolean)) addSpelling(words, new Automaton(either(terms)));
    else {
      const expressions = patterns.map((text) => browserPattern(text, settings.ignoreCase));
      add(words, (name) => expressions.some((expression) => expression.test(name)));
    }
  }
  const hasShape = !settings.anyBeginning && shapeTest(models, textsOf(settings.prefix));
  if (hasShape) add("has capitals and marks where the list has them", hasShape);
  if (settings.clean) add("has no rude word", isClean);
  if (settings.novel && settings.listed)
    throw new WrongSettings("No name is both new and in the list.");
  if (settings.novel || settings.listed || settings.noNearCopies) {
    if (lists.some((known) => !known))
      throw new WrongSettings(
        "A model here does not keep its list, so it cannot tell which names are new.",
      );
  }
  const isListed = (name) => lists.some((known) => isAmong(name, known));
  if (settings.novel) add("is not in the list", (name) => !isListed(name));
  const isInOwnList = (name) => models.some((model) => isAmong(name, ownListOf(model)));
  if (settings.listed) add("is in the list", isInOwnList);
  if (settings.noNearCopies) {
    const [found, near] = [[], new NearLists(settings.listed ? [] : models, characters)];
    add(settings.listed ? "is no near copy of another" : "is no near copy of one in the list or of another", (name) => {
      const text = Array.from(folded(name));
      const isNew = !near.isNear(name) && !found.some((other) => areNear(text, other));
      if (isNew) found.push(text);
      return isNew;
    });
  }
  if (settings.unique) {
    const seen = new Set();
    add("has not come before", (name) => seen.size < seen.add(name).size);
  }
  return conditions;
}

const quotedTexts = (texts) => texts.map((text) => `“${text}”`).join(" or ");

/** The browser's own regular expression, for one that has no automaton. */
function browserPattern(text, ignoreCase) {
  try {
    return new RegExp(`^(?:${text.replaceAll("(?P<", "(?<")})$`, ignoreCase ? "iu" : "u");
  } catch {
    throw new WrongSettings(`“${text}” is more than browsers can match.`);
  }
}

function meetsAll(name, conditions) {
  for (const condition of conditions) {
    condition.tested++;
    if (!condition.passes(name)) return false;
    condition.passed++;
  }
  return true;
}

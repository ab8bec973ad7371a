// What is asked of a name: settings completed by what the models say, and tests of whole names.

const lengthOf = (text) => Array.from(text).length; // in characters, not 16-bit units

/** What cannot be: the message is a sentence for people. */
class WrongSettings extends Error {}

/**
 * Some settings as `drawBatch` needs them, with what the models say where nothing is given.
 *
 * `models` are those of the blend's parts, with the lengths of their shortest and longest names.
 */
function completed(settings, blend, models) {
  const prefix = (settings.prefix ?? "").normalize("NFC");
  const prefixLength = lengthOf(prefix);
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
  const start = blend.encode(prefix);
  const contains = [settings.contains ?? []].flat().filter(Boolean);
  for (const text of [prefix, settings.suffix ?? "", ...contains]) {
    const unknown = Array.from(text.normalize("NFC")).find((c) => !blend.index.has(c));
    if (unknown)
      throw new WrongSettings(
        `“${text}” cannot be in a name: no name of the list has the character “${unknown}”.`,
      );
  }
  return {
    seed: settings.seed ?? newSeed(),
    temperature,
    prefix,
    start,
    minLength,
    maxLength,
    firstState: stateAfter(blend, start),
    barred: prefix || settings.anyBeginning ? [] : barredBeginnings(blend, models),
  };
}

/** The indices of lower-case letters, if no name of any of the lists begins with one. */
function barredBeginnings(blend, models) {
  if (!models.every((model) => model.bars_lower_case)) return [];
  const lowerCase = new Set(models.flatMap((model) => Array.from(model.lower_case)));
  return blend.characters.filter((c) => lowerCase.has(c)).map((c) => blend.index.get(c));
}

function stateAfter(blend, characters) {
  return characters.reduce(
    (state, character) => blend.nextStates(state, 1, [0], [character]),
    blend.firstState(),
  );
}

/** The conditions that whole names are held to, each with the words for it and a tally. */
function conditionsOf(settings, lists) {
  const conditions = [];
  const add = (words, passes) => conditions.push({ words, passes, tested: 0, passed: 0 });
  const suffix = (settings.suffix ?? "").normalize("NFC");
  if (suffix) add(`ends with “${suffix}”`, (name) => name.endsWith(suffix));
  for (const each of [settings.contains ?? []].flat().filter(Boolean)) {
    const text = each.normalize("NFC");
    add(`contains “${text}”`, (name) => name.includes(text));
  }
  if (settings.novel) {
    if (lists.some((known) => !known))
      throw new WrongSettings(
        "A model here does not keep its list, so it cannot tell which names are new.",
      );
    add("is not in the list", (name) => !lists.some((known) => isAmong(name, known)));
  }
  if (settings.unique) {
    const seen = new Set();
    add("has not come before", (name) => seen.size < seen.add(name).size);
  }
  return conditions;
}

function meetsAll(name, conditions) {
  for (const condition of conditions) {
    condition.tested++;
    if (!condition.passes(name)) return false;
    condition.passed++;
  }
  return true;
}

// The functions `sample`, `score` and `cast` of the page and of the ES module. They check their
// arguments.

import { castRows } from "./cast.js";
import { drawNames } from "./draw_names.js";
import { blendOf } from "./models.js";
import { COUNT, INITIALS, isAmount, isText, TEXT, VALUE_TYPES } from "./options.js";
import { PatternReader } from "./pattern.js";

const areLines = (value) => Array.isArray(value) && value.every(isText);
const areFiles = (value) => Object(value) === value && Object.values(value).every(areLines);

const CAST_OPTIONS = {
  ...VALUE_TYPES,
  initials: INITIALS,
  parts: VALUE_TYPES.unique,
  files: { words: "an object with a list of lines for each file", allows: areFiles },
};

export function engineOf(models) {
  const known = models.map(({ name }) => name).join(", ");
  const isForEach = (value) => Array.isArray(value) && value.length === models.length;
  const shares = {
    words: `a list with a number for each model (${known}), none below 0 and one above it`,
    allows: (value) => isForEach(value) && value.every(isAmount) && value.some(Boolean),
  };

  /** Resolves to an array of names, shorter than `count` if no more are found. */
  async function sample(count = 20, options = {}) {
    check("count", count, COUNT);
    const settings = checkOptions(options, { ...VALUE_TYPES, shares });
    return (await drawNames(models, settings, count)).names;
  }

  /** The natural logarithm of a name's probability, including its end; −Infinity for 0. */
  function score(name, options = {}) {
    check("name", name, TEXT);
    checkOptions(options, { shares });
    return blendOf(models, options.shares).blend.logProb(name);
  }

  /** Lines of a pattern such as "[Lord|Lady] {elvish} of {towns}"; lists of texts if `parts`. */
  async function cast(pattern, count = 20, options = {}) {
    check("pattern", pattern, TEXT);
    check("count", count, COUNT);
    const { parts, files, ...shared } = checkOptions(options, CAST_OPTIONS);
    const parsed = new PatternReader(pattern, models, files).pattern();
    const rows = await castRows(models, parsed, count, shared);
    return rows.map((row) => (parts ? row.parts : row.text));
  }

  const logProb = (name, shares) => score(name, { shares }); // the old name of `score`

  return { sample, score, cast, logProb };
}

/** Raises a TypeError that describes the type unless a value has it. */
function check(name, value, { words, allows }) {
  if (!allows(value)) throw new TypeError(`${name} ${shown(value)}: must be ${words}`);
}

/** The options with their new names. Raises a TypeError for unknown options and wrong types. */
function checkOptions(/** @type {any} */ options, types) {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw new TypeError(`options ${shown(options)}: must be an object`);
  const known = Object.keys(types).join(", ");
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(types, name))
      throw new TypeError(`unknown option ${shown(name)}; available: ${known}`);
    if (value !== undefined) check(name, value, types[name]);
  }
  const { anyBeginning, ...others } = options; // the old name of `anyShape`
  return anyBeginning ? { ...others, anyShape: true } : others;
}

/** A short form of a value for messages. */
function shown(value) {
  let text = Object(value) === value ? "{…}" : String(value);
  if (typeof value === "string") text = JSON.stringify(value);
  const inList = (each) => (Array.isArray(each) ? "[…]" : shown(each));
  if (Array.isArray(value)) text = `[${value.map(inList).join(", ")}]`;
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

// The functions of the page and the module for scripts: `sample`, `score`, `cast`; they check arguments.

import { castRows } from "./cast.js";
import { drawNames } from "./draw_names.js";
import { blendOf } from "./models.js";
import {
  CAST_OPTIONS,
  COUNT,
  check,
  checkOptions,
  isAmount,
  newNames,
  SAMPLE_OPTIONS,
  TEXT,
  valueType,
} from "./options.js";
import { PatternReader } from "./pattern.js";

/** The functions of a page or a module with these models. */
export function engineOf(models) {
  const sharesType = () => {
    const known = models.map(({ name }) => name).join(", ");
    const words = `a list with a number for each model (${known}), none below 0 and one above it`;
    const isForEach = (value) => Array.isArray(value) && value.length === models.length;
    const isRight = (value) => value.every(isAmount) && value.some((share) => share > 0);
    return valueType(words, (value) => isForEach(value) && isRight(value));
  };

  /** A promise of an array of names, which is shorter than `count` if no more names are found. */
  async function sample(count = 20, options = {}) {
    check("count", count, COUNT);
    checkOptions(options, { ...SAMPLE_OPTIONS, shares: sharesType() });
    const { blend, parts } = blendOf(models, options.shares);
    return (await drawNames(blend, parts, newNames(options), count)).names;
  }

  /** The natural logarithm of a name's probability, including its end; −Infinity for 0. */
  function score(name, options = {}) {
    check("name", name, TEXT);
    checkOptions(options, { shares: sharesType() });
    return blendOf(models, options.shares).blend.logProb(name);
  }

  /** Lines by a pattern, as "[Lord|Lady] {elvish} of {towns}"; with `parts`, lists of texts. */
  async function cast(pattern, count = 20, options = {}) {
    check("pattern", pattern, TEXT);
    check("count", count, COUNT);
    checkOptions(options, CAST_OPTIONS);
    const { parts, files, ...others } = options;
    const parsed = new PatternReader(pattern, models, files).pattern();
    const rows = await castRows(models, parsed, count, newNames(others));
    return rows.map((row) => (parts ? row.parts : row.text));
  }

  const logProb = (name, shares) => score(name, { shares }); // the old name of `score`

  return { sample, score, cast, logProb };
}

// The functions `sample`, `score` and `cast` of the page and of the ES module. They check their
// arguments.

import { castRows } from "./cast.js";
import { drawNames } from "./draw_names.js";
import { blendOf } from "./models.js";
import {
  CAST_OPTIONS,
  COUNT,
  check,
  checkOptions,
  SAMPLE_OPTIONS,
  sharesType,
  TEXT,
} from "./options.js";
import { PatternReader } from "./pattern.js";

export function engineOf(models) {
  /** Resolves to an array of names, shorter than `count` if no more are found. */
  async function sample(count = 20, options = {}) {
    check("count", count, COUNT);
    const settings = checkOptions(options, { ...SAMPLE_OPTIONS, shares: sharesType(models) });
    return (await drawNames(models, settings, count)).names;
  }

  /** The natural logarithm of a name's probability, including its end; −Infinity for 0. */
  function score(name, options = {}) {
    check("name", name, TEXT);
    checkOptions(options, { shares: sharesType(models) });
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

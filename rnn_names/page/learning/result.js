// Turns a finished run into a model of the page, with the fields of rnn_names/page/script.py.
// Weights are rounded to bfloat16, like those of the page, so that the model, its file and a page
// that is saved with it write the same names.

import { printsOfNames } from "../engine/fingerprints.js";
import { CLIP } from "./adam.js";
import { predictions } from "./gradients.js";
import { someOf } from "./list.js";

const UNKNOWN_PROBABILITY = 1e-4; // of a character that the model does not know, in a blend
export const LEARNED_SHARE = 50;
const OF_START = " (where training started)"; // as in rnn_names/model/bundled.py
const MEASURED_NAMES = 50; // learned names that `unknownLogit` averages over

/** Numbers rounded to bfloat16, the upper 16 bits of float32: to nearest, ties away from zero. */
function toBfloat16(array) {
  const bits = new Uint32Array(Float32Array.from(array).buffer);
  const rounded = bits.map((each) => (each + 0x8000) & 0xffff0000);
  return Float64Array.from(new Float32Array(rounded.buffer));
}

/** The best model of a learner so far, in a form that a worker can send. */
export function learnedModel(learner, name) {
  const { best, characters, start } = learner;
  const arrays = Object.entries(best.params);
  const weights = Object.fromEntries(arrays.map(([each, array]) => [each, toBfloat16(array)]));
  const own = printsOfNames(new Set(learner.names));
  const shared = start?.fingerprints; // of the model that training started from
  return {
    name,
    share: LEARNED_SHARE,
    cell: "gru",
    hidden_size: weights.a0.length,
    vocabulary: characters.join(""),
    ...learner.facts,
    loss: best.trainingLoss,
    unknown_logit: unknownLogit(learner, weights),
    fingerprints: shared ? Float64Array.from(new Set([...own, ...shared])).sort() : own,
    listed: shared && own,
    digest: learner.digest,
    sources: (start?.sources ?? []).map(ofStart),
    startedFrom: start?.name ?? null,
    training: recordOf(learner),
    weights,
  };
}

const ofStart = (source) => ({ ...source, what: source.what.replace(OF_START, "") + OF_START });

/** The record of the training, as `rnn-names info` shows it. */
function recordOf(learner) {
  const { bars_lower_case, ...facts } = learner.facts;
  const { best, heldOut } = learner;
  const distinct = new Set(learner.names).size;
  return {
    epoch: best.epoch,
    training_loss: best.trainingLoss,
    held_out_loss: best.loss,
    names: learner.rows.length,
    distinct_names: distinct - heldOut.length,
    held_out_names: heldOut.length,
    lower_case_beginnings: !bars_lower_case,
    ...facts,
    settings: {
      ...learner.settings,
      cell: "gru",
      hidden_size: best.params.a0.length,
      distil_epochs: 0,
      synthetic_names: 0,
      optimizer: "adam",
      clip: CLIP,
      seed: learner.seed,
    },
  };
}

/**
 * The logit of a character that the model does not know (rnn_names/model/blending.py). It gives the
 * character a mean probability of UNKNOWN_PROBABILITY over some names of the list. It is rounded,
 * since Math.log may differ from browser to browser.
 */
function unknownLogit(learner, weights) {
  const { tree, logits } = predictions(someOf(learner.rows, MEASURED_NAMES), weights);
  let sum = 0;
  for (let row = 0; row < tree.rows; row++) {
    const start = row * tree.outputs;
    const own = logits.subarray(start, start + weights.by.length);
    sum += tree.passing[row] / own.reduce((total, logit) => total + Math.exp(logit), 0);
  }
  return Math.round(1e6 * Math.log((UNKNOWN_PROBABILITY * tree.characters) / sum)) / 1e6;
}

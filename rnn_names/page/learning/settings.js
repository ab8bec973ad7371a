// How a list is learned from: the rule of rnn_names/training/settings.py for one network without
// distillation, and of rnn_names/training/stages.py for how a run goes on.

export const HELD_OUT = 0.1; // the share of the distinct names
export const MOST_HELD_OUT = 2000;
export const CLIP = 5;
export const HIGHEST_RATE = 0.009;
const FULL_DROPOUT = 0.6; // from which on dropout is the same throughout a run

/** What a list of so many distinct names is trained with. */
export function settingsFor(names) {
  const ratio = Math.max(names, 100) / 1200; // to a list as long as the dinosaurs
  const first = Math.min(Math.round(110 / ratio ** 0.58), 150);
  const recurrentDropout = Math.min(Math.max(0.5 - 0.095 * Math.log(ratio), 0.05), 0.6);
  return {
    hiddenSize: names < 500 ? 128 : 192,
    epochs: first + 3,
    batchSize: Math.max(Math.round(64 * ratio ** (2 / 3)), 16),
    dropout: threePlaces(recurrentDropout + 0.1),
    recurrentDropout: threePlaces(recurrentDropout),
    patience: Math.max(16, Math.floor(first / 2)),
  };
}

const threePlaces = (x) => Math.round(x * 1000) / 1000;

/** The learning rate when a share of a run is over: it falls along half a cosine. */
export const learningRate = (share) => (HIGHEST_RATE * (1 + Math.cos(Math.PI * share))) / 2;

/** By what dropout is multiplied when a share of a run is over. */
export function dropoutFactor(dropout, share) {
  const first = Math.min(Math.max(3 - (2 * FULL_DROPOUT) / dropout, 0.5), 1);
  return first + (1 - first) * share;
}

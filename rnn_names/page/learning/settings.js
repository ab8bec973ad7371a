// The settings of a run: the rules of rnn_names/training/settings.py for a network without
// distillation, and of rnn_names/training/stages.py for the learning rate of each epoch.

export const MAX_HELD_OUT = 2000;
export const CLIP = 5;
export const DECAY_TO_START = 2.4; // as in rnn_names/training/trainer.py

/** The settings for a list of `names` distinct names, as in Python; `started`: from the base. */
export function settingsFor(names, started = false) {
  const ratio = Math.max(names, 100) / 1200; // to a list as long as the dinosaurs
  const first = started ? 60 : Math.min(Math.round(110 / ratio ** 0.58), 150);
  const most = started ? 0.45 : 0.6;
  const recurrentDropout = Math.min(Math.max(0.5 - 0.095 * Math.log(ratio), 0.05), most);
  return {
    hidden_size: names < 500 ? 128 : 192,
    epochs: first + 3,
    learning_rate: started ? 0.008 : 0.009,
    held_out: started ? 0 : 0.1,
    batch_size: Math.max(Math.round(64 * ratio ** (2 / 3)), 16),
    dropout: threePlaces(recurrentDropout + 0.1),
    recurrent_dropout: threePlaces(recurrentDropout),
    patience: Math.max(16, Math.floor(first / 2)),
  };
}

const threePlaces = (x) => Math.round(x * 1000) / 1000;

/** The learning rate after a share of the run, as a fraction of the highest: half a cosine. */
export const rateFactor = (share) => (1 + Math.cos(Math.PI * share)) / 2;

// Trains on a list as `rnn-names train --init none --distil-epochs 0` does: epochs of minibatches,
// with a tenth of the names held out. The weights of the best epoch are kept. A run that starts
// from the base learns all names and keeps the weights of its last epoch.

import { NODES } from "../engine/arithmetic.js";
import { EOS, sortedCharacters } from "../engine/network.js";
import { randomNumbers } from "../engine/random_keys.js";
import { adam } from "./adam.js";
import { baseRows, fittedBase } from "./base.js";
import { lossAndGradients, meanLoss } from "./gradients.js";
import { digestOf, factsOf, someOf } from "./list.js";
import { randomWeights, weightsFrom } from "./start.js";
import { encodedNames, prefixTree } from "./tree.js";

const MAX_HELD_OUT = 2000;
const DECAY_TO_START = 2.4; // as in rnn_names/training/trainer.py
const SHARE_AT_HIGHEST_RATE = 0.7; // as in rnn_names/training/settings.py

// The uses of random numbers, each with its own generator.
const [FOR_SPLIT, FOR_WEIGHTS, FOR_EPOCH] = [0, 1, 2];

const COMPARED_NAMES = 300; // names used to choose the model to start from
const CLOSER = 0.5; // nats per character by which it must beat the frequencies of letters

function shuffledNames(names, random) {
  const result = [...names];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}

/** A run on a list: `epochs` trains, and `best` is the best model so far. */
export class Learner {
  /**
   * `names` are in NFC, with repeats. Training starts from the `base` if it suits them, else from
   * the one of `models` that predicts them best, or from random weights if none does well.
   * `heldOut` are distinct names to measure on; by default a random tenth, or none if training
   * starts from the base.
   */
  constructor(names, models = [], { seed = 0, heldOut = undefined, base = undefined } = {}) {
    this.seed = seed;
    this.names = names;
    const distinct = [...new Set(names)].sort();
    const characters = sortedCharacters(names.join(""));
    const rows = base && baseRows(base, distinct, characters);
    this.settings = settingsFor(distinct.length, Boolean(rows));
    const size = Math.min(Math.round(this.settings.held_out * distinct.length), MAX_HELD_OUT);
    const byChance = () => shuffledNames(distinct, randomNumbers(seed, FOR_SPLIT)).slice(0, size);
    const aside = new Set(heldOut ?? byChance());
    const learned = distinct.filter((name) => !aside.has(name));
    this.decay = rows ? DECAY_TO_START / Math.max(learned.length, 100) : 0;
    this.start = rows
      ? fittedBase(base, rows, learned, characters)
      : closestModel(models, someOf(distinct, COMPARED_NAMES));
    this.characters = sortedCharacters(characters.join("") + (this.start?.vocabulary ?? ""));
    this.facts = factsOf(names, this.characters);
    this.digest = digestOf(names);
    const encoded = (list) => encodedNames(list, this.characters);
    this.heldOut = encoded(distinct.filter((name) => aside.has(name)));
    this.rows = encoded(names.filter((name) => !aside.has(name)));
    this.trained = this.firstWeights(randomNumbers(seed, FOR_WEIGHTS));
    this.update = adam(this.trained);
    this.best = /** @type {any} */ ({ epoch: 0, loss: Infinity, params: null });
  }

  firstWeights(random) {
    if (this.start) {
      const known = Array.from(this.start.vocabulary);
      const rows = this.characters.map((character) => known.indexOf(character) + 1 || -1);
      return weightsFrom(random, this.start.weights, [EOS, ...rows]);
    }
    return randomWeights(random, this.characters.length + 1, this.settings.hidden_size);
  }

  /** Trains; yields after each minibatch, and after each epoch with its losses. */
  *epochs() {
    const { epochs, patience } = this.settings;
    for (let epoch = 0; epoch < epochs; epoch++) {
      const trainingLoss = yield* this.epoch(epoch);
      const heldOutLoss = this.heldOut.length ? meanLoss(this.heldOut, this.trained) : null;
      if (!Number.isFinite(trainingLoss + (heldOutLoss ?? 0))) return; // the best before is kept
      const isBest = heldOutLoss === null || heldOutLoss < this.best.loss;
      if (isBest) {
        const params = structuredClone(this.trained);
        this.best = { epoch: epoch + 1, loss: heldOutLoss, trainingLoss, params };
      }
      yield { epoch: epoch + 1, trainingLoss, heldOutLoss, isBest, share: (epoch + 1) / epochs };
      if (epoch + 1 - this.best.epoch >= patience) return;
    }
  }

  /** One epoch; returns the mean training loss, in nats per character. */
  *epoch(epoch) {
    const random = randomNumbers(this.seed, FOR_EPOCH + epoch);
    const rows = shuffledNames(this.rows, random);
    let [loss, characters] = [0, 0];
    for (let start = 0; start < rows.length; start += this.settings.batch_size) {
      const batch = rows.slice(start, start + this.settings.batch_size);
      const share = (epoch + (start + batch.length / 2) / rows.length) / this.settings.epochs;
      const done = this.step(batch, share, random);
      loss += done.loss;
      characters += done.characters;
      yield { share };
    }
    return loss / characters;
  }

  /** Trains on one minibatch, when this share of the run is over. */
  step(batch, share, random) {
    const n_a = this.trained.a0.length;
    const tree = prefixTree(batch, this.trained.by.length);
    const { dropout, recurrent_dropout } = this.settings;
    const unitMask = dropoutMask(random, recurrent_dropout, n_a);
    const nodeMask = dropoutMask(random, dropout, tree.rows * n_a);
    const { loss, gradients } = lossAndGradients(tree, this.trained, { unitMask, nodeMask });
    for (const gradient of Object.values(gradients))
      for (let i = 0; i < gradient.length; i++) gradient[i] /= tree.characters;
    const factor = rateFactor(share, Boolean(this.start));
    this.update(gradients, this.settings.learning_rate * factor, this.decay * factor);
    return { loss, characters: tree.characters };
  }
}

/** Factors of inverted dropout: 0 with the probability `dropout`, else 1 / (1 − dropout). */
function dropoutMask(random, dropout, size) {
  const mask = new Float64Array(size);
  const kept = 1 / (1 - dropout);
  const bound = Math.round(dropout * 2 ** 16);
  for (let i = 0, bits = 0; i < mask.length; i++, bits >>>= 16) {
    if (i % 2 === 0) bits = random() * 2 ** 32; // sixteen bits for each factor
    mask[i] = (bits & 0xffff) >= bound ? kept : 0;
  }
  return mask;
}

/**
 * The model that predicts some names best, or undefined if none beats the frequencies of their
 * letters by `CLOSER`. A large network that knows little of a list only takes longer. A name that a
 * model cannot spell counts as a uniform guess.
 */
function closestModel(models, names) {
  const losses = models.map((model) => lossOfModel(model, names));
  const least = Math.min(entropyOfLetters(names) - CLOSER, ...losses);
  return models[losses.indexOf(least)];
}

/** The entropy of the frequencies of letters and ends, in nats per character. */
function entropyOfLetters(names) {
  const counts = new Map();
  const letters = names.flatMap((name) => [...name, ""]);
  for (const letter of letters) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  const shares = Array.from(counts.values(), (count) => count / letters.length);
  return -shares.reduce((sum, share) => sum + share * Math.log(share), 0);
}

/** The loss of a model on names that it may be unable to spell, in nats per character. */
function lossOfModel({ hidden_size: n_a, vocabulary, weights }, names) {
  const encoded = encodedNames(names, Array.from(vocabulary));
  const spelled = encoded.filter((name) => !name.includes(-1));
  if (n_a % NODES || !spelled.length) return Infinity;
  const characters = (list) => list.reduce((sum, name) => sum + name.length + 1, 0);
  const [all, known] = [characters(encoded), characters(spelled)];
  return (meanLoss(spelled, weights) * known + Math.log(weights.by.length) * (all - known)) / all;
}

// --- Settings, as in rnn_names/training/settings.py ----------------------------------------------

/** The settings for `names` distinct names, as in Python; `started` if it starts from the base. */
function settingsFor(names, started = false) {
  const ratio = Math.max(names, 100) / 1200; // to a list as long as the dinosaurs
  const first = started ? 60 : Math.min(Math.round(80 / ratio ** 0.48), 110);
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

/** The learning rate after a share of the run, as a fraction of the highest. */
function rateFactor(share, started = false) {
  const atHighest = started ? 0 : SHARE_AT_HIGHEST_RATE;
  return (1 + Math.cos((Math.PI * Math.max(share - atHighest, 0)) / (1 - atHighest))) / 2;
}

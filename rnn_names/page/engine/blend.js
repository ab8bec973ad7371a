// A blend of several networks: the normalised geometric mean of their predictions.

import { logSoftmax } from "./arithmetic.js";
import { EOS, sortedCharacters } from "./network.js";
import { lengthOf, MAX_LENGTH } from "./options.js";

/** Scales shares to sum to 1. Divides by the largest first, since the sum may overflow. */
export function scaled(shares) {
  const largest = Math.max(...shares);
  const relative = shares.map((share) => share / largest);
  const total = relative.reduce((sum, share) => sum + share);
  return relative.map((share) => share / total);
}

/**
 * A blend, the normalised geometric mean: log p(c | prefix) = Σ shareᵢ log pᵢ(c | prefix) − log Z.
 * softmax is invariant to constants, so logits are averaged. Wya and by are rounded to float32, as
 * in the joint network of rnn_names/model/blending.py. A character that a network does not know has
 * a fixed logit and leaves its state unchanged. Networks with share 0 are left out.
 */
export class Blend {
  constructor(networks, shares) {
    const weights = scaled(shares);
    const parts = networks.map((network, i) => ({ network, share: weights[i] }));
    this.parts = parts.filter(({ share }) => share > 0);
    this.characters = sortedCharacters(this.parts.flatMap(({ network }) => network.characters));
    this.n_y = this.characters.length + 1;
    this.index = new Map(this.characters.map((character, i) => [character, i + 1]));
    this.by = new Float64Array(this.n_y);
    for (const part of this.parts) {
      const { network, share } = part;
      const indexOf = (character) => network.characters.indexOf(character) + 1 || -1;
      part.index = [EOS, ...this.characters.map(indexOf)];
      part.Wya = network.Wya.map((each) => Math.fround(Math.fround(share) * each));
      part.index.forEach((c, i) => {
        this.by[i] += share * (c < 0 ? Math.fround(network.unknownLogit) : network.by[c]);
      });
    }
    this.by = this.by.map(Math.fround);
  }

  /** The state before a name: an array for each network. */
  firstState() {
    return this.parts.map(({ network }) => network.firstState());
  }

  /** Like `Network.nextStates`, with characters of the joint vocabulary. */
  nextStates(states, m, parent, character) {
    return this.parts.map(({ network, index }, i) => {
      const own = character.map((c) => index[c]);
      return network.nextStates(states[i], m, parent, own);
    });
  }

  /** The log-probabilities of the next character after each of m nodes: (m, n_y). */
  logProbs(states, m, options) {
    const { n_y, by } = this;
    const logits = new Float64Array(m * n_y);
    for (let i = 0; i < m; i++) logits.set(by, i * n_y);
    this.parts.forEach(({ network, index, Wya }, part) => {
      const own = network.outputLayer(states[part], m, Wya);
      for (let i = 0; i < m; i++) {
        for (let c = 0; c < n_y; c++)
          if (index[c] >= 0) logits[i * n_y + c] += own[i * network.outputs + index[c]];
      }
    });
    for (let i = 0; i < m; i++) logSoftmax(logits.subarray(i * n_y, (i + 1) * n_y), options);
    return logits;
  }

  /** The indices of a text's characters; undefined for an unknown character. */
  encode(text) {
    return Array.from(text.normalize("NFC"), (character) => this.index.get(character));
  }

  /** The index and log ŷ (n_y,) of each character of a name and its end, up to an unknown one. */
  predictions(name, characters = this.encode(name)) {
    const places = [];
    let state = this.firstState();
    for (const character of [...characters, EOS]) {
      places.push({ character, logProbs: this.logProbs(state, 1) });
      if (character === undefined) break;
      if (character !== EOS) state = this.nextStates(state, 1, [0], [character]);
    }
    return places;
  }

  /** The log-probability of a name and its end, or of its last `counted` places; −∞ for 0. */
  logProb(name, counted = Infinity, characters = this.encode(name)) {
    if (lengthOf(name.normalize("NFC")) > MAX_LENGTH) return -Infinity;
    const places = this.predictions(name, characters).slice(-counted);
    return places.reduce(
      (sum, { character, logProbs }) => sum + (logProbs[character] ?? -Infinity),
      0,
    );
  }
}

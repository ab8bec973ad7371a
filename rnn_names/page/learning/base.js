// Initial weights for short lists, as in rnn_names/training/warm_start.py. The base is one network that
// has learned all bundled lists, with a vector e for each. A new list's e is fitted to its names:
//
//     ba = ba′ + We_ba e       by = by′ + We_by e − log k       a0 = tanh(a0′ + We_a0 e)

import { tanh } from "../engine/arithmetic.js";
import { weightsOf } from "../engine/models.js";
import { EOS } from "../engine/network.js";
import { randomNumbers } from "../engine/random_keys.js";
import { adam } from "./adam.js";
import { lossAndGradients, meanLoss } from "./gradients.js";
import { someOf } from "./list.js";
import { weightsFrom } from "./start.js";
import { encodedNames, prefixTree } from "./tree.js";

const COMPARED_WITH_LISTS = 50; // names used to find the nearest lists

/** The base's rows (n_y,) for EOS and each character or a similar one; null if it does not suit. */
export function baseRows(base, names, characters) {
  if (names.length >= base.short_list) return null;
  const known = Array.from(base.vocabulary);
  const row = (character) => known.indexOf(character) + 1;
  const rowOf = (character) => row(character) || row(base.alike[character.codePointAt(0)]);
  const letters = Array.from(names.join(""));
  if (letters.filter(rowOf).length < base.least_alike * letters.length) return null;
  return [EOS, ...characters.map((character) => rowOf(character) || row(base.other))];
}

/** The base's network with some rows of its vocabulary; `set` sets its vector. */
class BaseNetwork {
  constructor(base, rows) {
    const { We, vectors, ...shared } = weightsOf(base);
    const d = vectors.length / base.lists.length;
    const split = (array) =>
      Array.from({ length: array.length / d }, (_, k) => array.subarray(k * d, (k + 1) * d));
    this.vectors = split(vectors);
    this.We = split(We);
    this.params = weightsFrom(randomNumbers(0, 0), shared, rows);
    // The places of each array's numbers in `We`, and in `sums`, which contains ba′, by′ and a0′.
    const [ba, by] = [shared.ba.length, shared.by.length];
    this.places = {
      ba: [...shared.ba.keys()],
      by: rows.map((row) => ba + row),
      a0: [...shared.a0.keys()].map((k) => ba + by + k),
    };
    this.sums = [...shared.ba, ...shared.by, ...shared.a0];
    for (const place of new Set(this.places.by)) // − log k: k characters share a row
      this.sums[place] -= Math.log(this.places.by.filter((each) => each === place).length);
  }

  set(e) {
    const sumAt = (i) => e.reduce((sum, x, j) => sum + this.We[i][j] * x, this.sums[i]);
    for (const [name, places] of Object.entries(this.places))
      this.params[name] = Float64Array.from(places, sumAt);
    this.params.a0 = this.params.a0.map(tanh);
  }

  /** The vector's gradient, from the network's by the chain rule. */
  gradient({ ba, by, a0 }) {
    const ofSums = { ba, by, a0: a0.map((x, k) => x * (1 - this.params.a0[k] ** 2)) };
    const gradient = new Float64Array(this.vectors[0].length);
    for (const [name, places] of Object.entries(this.places))
      for (const [k, i] of places.entries())
        for (let j = 0; j < gradient.length; j++) gradient[j] += ofSums[name][k] * this.We[i][j];
    return gradient;
  }
}

/** The base with a vector fitted to some names: a model to start from. */
export function fittedBase(base, rows, names, characters) {
  const network = new BaseNetwork(base, rows);
  const encoded = encodedNames(someOf(names, base.most_fitted), characters);
  const losses = network.vectors.map((e) => {
    network.set(e);
    return meanLoss(someOf(encoded, COMPARED_WITH_LISTS), network.params);
  });
  const nearest = [...losses.keys()].sort((j, k) => losses[j] - losses[k]);

  const start = network.vectors[nearest[0]];
  const [e, tree] = [start.slice(), prefixTree(encoded, rows.length)];
  const update = adam({ e });
  for (let step = 0; step < base.steps; step++) {
    network.set(e);
    const { gradients } = lossAndGradients(tree, network.params, { biasesOnly: true });
    const gradient = network.gradient(gradients);
    const pulled = (g, j) => g / tree.characters + 2 * base.nearness * (e[j] - start[j]);
    update({ e: gradient.map(pulled) }, base.rate * (1 - step / base.steps));
  }
  network.set(e);
  return {
    name: `the base (nearest lists: ${base.lists[nearest[0]]}, ${base.lists[nearest[1]]})`,
    hidden_size: network.params.a0.length,
    vocabulary: characters.join(""),
    weights: network.params,
    sources: base.sources,
  };
}

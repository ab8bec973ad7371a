// Looking ahead, for names that meet rare conditions. A guide guesses from each beginning of a name
// how probable it is that the rest meets the conditions:
//
//     ahead(length, state, last) = [a name may end here] chain(end | last, length)
//                        + Σ_c chain(c | last, length) ahead(length + 1, next(state, c), c)
//
// `chain` are probabilities of a character after another, the means of what the network predicted
// for names that were drawn before, and of the end by the length, too; `state` is of the automaton.
// At beginnings that the guide visited while it learned, what is ahead follows from what the network
// predicted there, and is guessed only where it was not. To learn, it visits the most promising
// beginnings of each length.
//
// A name is proposed with p(c | text) ahead(text c) / Z, where Z is the sum over c. The product of
// Z / ahead(text) over its places, its weight, says how much too rarely it is proposed. It comes
// out weight / bound times on average, so that shares are right whatever the guess is worth. A poor
// guess takes more proposals, and a name of large weight is repeated.
//
// Below a temperature of 1, nearly all steps are certain, and proposals would miss most of what there
// is. So the guide begins to learn at a temperature of 1 to 2, and halves it, as Python does
// (rnn_names/lookahead/preparation.py). While it cools, names that end at visited beginnings are left
// out: they are known. What is ahead, and weights, are natural logarithms.

import { logOfSum } from "./arithmetic.js";
import { DEAD } from "./automaton.js";
import { EOS } from "./network.js";
import { MAX_LENGTH } from "./options.js";

const MOST_GUESSES = 1e8; // additions for `ahead`
const UNSEEN = 0.002; // share of the mean row that is spread evenly, at a temperature of 1

/** The probabilities of a character after another, (n_y, n_y); row EOS is for the first one. */
export class Chain {
  constructor(n_y, temperature = 1) {
    this.n_y = n_y;
    this.unseen = UNSEEN ** Math.max(1, 1 / temperature) / n_y;
    this.sums = new Float64Array(n_y * n_y);
    this.ending = new Float64Array(MAX_LENGTH + 1); // how many names end at each length,
    this.goingOn = new Float64Array(MAX_LENGTH + 1); // and how many go on
  }

  /** Takes in what was predicted at a node. */
  add({ last, length }, probabilities) {
    const row = last * this.n_y;
    this.ending[length] += probabilities[EOS];
    for (let c = 1; c < this.n_y; c++) this.goingOn[length] += probabilities[c];
    for (let c = 0; c < this.n_y; c++) this.sums[row + c] += probabilities[c];
  }

  /** The odds of going on at a length, or at the last one seen before it, over those at all. */
  survival(length) {
    const { ending, goingOn } = this;
    const [ends, goesOn] = [ending, goingOn].map((all) => all.reduce((sum, each) => sum + each, 0));
    let seen = length;
    while (seen && !(ending[seen] + goingOn[seen])) seen--;
    const share = ends / (ends + goesOn); // as if the mean had been seen once at each length
    return ((goingOn[seen] + 1 - share) / (ending[seen] + share)) * (ends / goesOn);
  }

  /** Each row scaled to 1; a rare row is mixed with the mean of all. */
  probabilities() {
    const { n_y, sums } = this;
    const mean = columnMeans(sums, n_y).map((p) => p + this.unseen);
    const out = new Float64Array(n_y * n_y);
    for (let row = 0; row < n_y; row++) {
      let total = 1; // as if the mean had been seen once in each row
      for (let c = 0; c < n_y; c++) total += sums[row * n_y + c];
      for (let c = 0; c < n_y; c++) out[row * n_y + c] = (sums[row * n_y + c] + mean[c]) / total;
    }
    return out;
  }
}

/** The mean row of a square matrix, scaled to 1. */
function columnMeans(matrix, n) {
  const mean = new Float64Array(n);
  let total = 0;
  for (let i = 0; i < matrix.length; i++) {
    mean[i % n] += matrix[i];
    total += matrix[i];
  }
  return mean.map((sum) => sum / total);
}

/** Guides draws; while `isLearning`, it keeps what the network predicts at the nodes they pass. */
export class Guide {
  constructor(automaton, chain, { minLength, maxLength, roots, temperature }) {
    const { n_y } = chain;
    const states = automaton.accepts.length;
    this.automaton = automaton;
    this.chain = chain;
    this.n_y = n_y;
    this.states = states;
    this.minLength = minLength;
    this.maxLength = maxLength;
    this.roots = roots;
    this.halvings = halvingsTo(temperature); // of the temperature, still to come
    this.temperature = temperature * 2 ** this.halvings;
    this.known = -Infinity; // log of the share of the names as wanted that were visited
    this.first = Math.min(...roots.map(({ length }) => length));
    const shares = Float64Array.from(roots, ({ probability }) => Math.log(probability));
    const total = logOfSum(shares);
    this.shares = shares.map((share) => share - total);
    this.visited = roots.map(() => ({ children: new Map() }));
    this.ahead = new Float64Array((maxLength + 1 - this.first) * states * n_y);
    this.isLearning = true;
    this.learn();
  }

  learn() {
    const probabilities = this.chain.probabilities();
    for (let length = this.maxLength; length >= this.first; length--)
      this.fillLevel(length, probabilities);
    const known = this.roots.map(({ length }, i) => {
      const [state, visited] = [this.automaton.starts[i], this.visited[i]];
      return state === DEAD ? -Infinity : this.shares[i] + this.evaluate(visited, length, state);
    });
    this.known = logOfSum(known);
  }

  /** Halves the temperature: probabilities are squared where they were visited. */
  cool() {
    this.halvings--;
    this.temperature /= 2;
    this.chain = new Chain(this.n_y, this.temperature);
    this.roots.forEach((root, i) => {
      this.sharpen(this.visited[i], root.length, root.last);
    });
    this.learn();
  }

  sharpen({ logs, children }, length, last) {
    if (!logs) return;
    for (let c = 0; c < logs.length; c++) logs[c] *= 2;
    const total = logOfSum(logs);
    for (let c = 0; c < logs.length; c++) logs[c] -= total;
    this.chain.add({ last, length }, logs.map(Math.exp));
    for (const [c, child] of children) this.sharpen(child, length + 1, c);
  }

  fillLevel(length, probabilities) {
    const { n_y, states } = this;
    const here = (length - this.first) * states * n_y;
    const survival = this.chain.survival(length);
    const after = new Float64Array(n_y);
    for (let state = 0; state < states; state++) {
      for (let c = 0; c < n_y; c++) after[c] = this.after(length, state, c);
      const largest = after.reduce((a, b) => Math.max(a, b));
      const relative = after.map((log) => (log === -Infinity ? 0 : Math.exp(log - largest)));
      for (let last = 0; last < n_y; last++) {
        const row = probabilities.subarray(last * n_y, (last + 1) * n_y);
        let [sum, further] = [0, 0];
        for (let c = 1; c < n_y; c++) {
          sum += row[c];
          further += row[c] * relative[c];
        }
        const share = (row[EOS] * relative[EOS] + survival * further) / (row[EOS] + survival * sum);
        this.ahead[here + state * n_y + last] = largest + Math.log(share);
      }
    }
  }

  /**
   * Sets what is ahead of a visited node and of those behind it, from the leaves up. Gives how much
   * of it is names that were visited to their ends.
   */
  evaluate(visited, length, state) {
    const { logs, children } = visited;
    if (!logs) return -Infinity;
    const known = [logs[EOS] + this.after(length, state, EOS)];
    for (const [c, child] of children) {
      const next = this.automaton.next[state * this.n_y + c];
      known.push(logs[c] + this.evaluate(child, length + 1, next));
    }
    visited.value = logOfSum(logs.map((log, c) => log + this.after(length, state, c, visited)));
    return logOfSum(known);
  }

  /** What is ahead of a character after a node: as was found, or else as the chain guesses. */
  after(length, state, c, visited) {
    if (c === EOS) {
      if (this.halvings && visited?.logs) return -Infinity; // it is known
      return length >= this.minLength && this.automaton.accepts[state] ? 0 : -Infinity;
    }
    if (length === this.maxLength) return -Infinity;
    const next = this.automaton.next[state * this.n_y + c];
    return this.aheadOf(length + 1, next, c, visited?.children.get(c));
  }

  /** What is ahead of a node. */
  aheadOf(length, state, last, visited) {
    if (state === DEAD) return -Infinity;
    const row = (length - this.first) * this.states + state;
    return visited?.value ?? this.ahead[row * this.n_y + last];
  }

  /**
   * The nodes that names begin from; how probable each is to be proposed; and the logarithm of the
   * guess at the share of names that meet the conditions.
   */
  begin() {
    const nodes = this.roots.map((root, i) => {
      const [state, visited] = [this.automaton.starts[i], this.visited[i]];
      const guess = this.aheadOf(root.length, state, root.last, visited);
      return { ...root, state, visited, guess };
    });
    const logs = this.shares.map((share, i) => share + nodes[i].guess);
    const total = logOfSum(logs);
    return { nodes, probabilities: logs.map((log) => Math.exp(log - total) || 0), total };
  }

  /** The node one character after another. */
  child(node, c) {
    const { visited } = node;
    if (this.isLearning && visited && !visited.children.has(c))
      visited.children.set(c, { children: new Map() });
    return {
      state: this.automaton.next[node.state * this.n_y + c],
      guess: this.after(node.length, node.state, c, visited),
      visited: visited?.children.get(c),
    };
  }

  /** Takes in the logarithms of the probabilities of a node. */
  visit({ visited }, logs) {
    if (this.isLearning && visited) visited.logs ??= logs.slice();
  }

  /**
   * Turns the logarithms of a node into the probabilities of a proposal, in place, and returns by
   * how much names that pass it are proposed too rarely, as a logarithm; −∞ where none goes on.
   * `guess` is what was ahead of the node for the one before.
   */
  propose(row, { length, state, visited, guess }) {
    for (let c = 0; c < this.n_y; c++) row[c] += this.after(length, state, c, visited);
    const total = logOfSum(row);
    for (let c = 0; c < this.n_y; c++) row[c] = Math.exp(row[c] - total) || 0;
    return total === -Infinity ? total : total - guess;
  }
}

/** How often a temperature of 1 to 2 is halved until it is the one wanted. */
function halvingsTo(temperature) {
  return Math.max(Math.ceil(Math.log2(1 / temperature)), 0);
}

/** Whether a guide would not take too long. */
export const canGuide = (automaton, { n_y }, { maxLength }) =>
  automaton !== undefined && automaton.accepts.length * n_y ** 2 * (maxLength + 1) <= MOST_GUESSES;

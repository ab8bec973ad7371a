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

import { scale } from "./arithmetic.js";
import { DEAD } from "./automaton.js";
import { EOS } from "./network.js";
import { MAX_LENGTH } from "./options.js";

const MOST_GUESSES = 1e8; // additions for `ahead`

/** The probabilities of a character after another, (n_y, n_y); row EOS is for the first one. */
export class Chain {
  constructor(n_y) {
    this.n_y = n_y;
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
    const mean = columnMeans(sums, n_y);
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
  constructor(automaton, chain, { minLength, maxLength, roots }) {
    const { n_y } = chain;
    const states = automaton.accepts.length;
    this.automaton = automaton;
    this.chain = chain;
    this.n_y = n_y;
    this.states = states;
    this.minLength = minLength;
    this.maxLength = maxLength;
    this.roots = roots;
    this.known = 0; // the share of the names as wanted that were visited
    this.first = Math.min(...roots.map(({ length }) => length));
    this.shares = Float64Array.from(roots, ({ probability }) => probability);
    scale(this.shares);
    this.visited = roots.map(() => ({ children: new Map() }));
    this.ahead = new Float64Array((maxLength + 1 - this.first) * states * n_y);
    this.isLearning = true;
    this.learn();
  }

  learn() {
    const probabilities = this.chain.probabilities();
    for (let length = this.maxLength; length >= this.first; length--)
      this.fillLevel(length, probabilities);
    this.known = 0;
    this.roots.forEach(({ length }, i) => {
      const [state, visited] = [this.automaton.starts[i], this.visited[i]];
      if (state !== DEAD) this.known += this.shares[i] * this.evaluate(visited, length, state);
    });
  }

  fillLevel(length, probabilities) {
    const { n_y, states } = this;
    const here = (length - this.first) * states * n_y;
    const survival = this.chain.survival(length);
    for (let state = 0; state < states; state++) {
      for (let last = 0; last < n_y; last++) {
        const row = probabilities.subarray(last * n_y, (last + 1) * n_y);
        let [sum, further] = [0, 0];
        for (let c = 1; c < n_y; c++) {
          sum += row[c];
          further += row[c] * this.after(length, state, c);
        }
        const ends = row[EOS] * this.after(length, state, EOS);
        this.ahead[here + state * n_y + last] =
          (ends + survival * further) / (row[EOS] + survival * sum);
      }
    }
  }

  /**
   * Sets what is ahead of a visited node and of those behind it, from the leaves up. Gives how much
   * of it is names that were visited to their ends.
   */
  evaluate(visited, length, state) {
    const { probabilities, children } = visited;
    if (!probabilities) return 0;
    let known = probabilities[EOS] * this.after(length, state, EOS);
    for (const [c, child] of children) {
      const next = this.automaton.next[state * this.n_y + c];
      known += probabilities[c] * this.evaluate(child, length + 1, next);
    }
    visited.value = 0;
    for (let c = 0; c < this.n_y; c++)
      visited.value += probabilities[c] * this.after(length, state, c, visited);
    return known;
  }

  /** What is ahead of a character after a node: as was found, or else as the chain guesses. */
  after(length, state, c, visited) {
    if (c === EOS) return length >= this.minLength && this.automaton.accepts[state] ? 1 : 0;
    if (length === this.maxLength) return 0;
    const next = this.automaton.next[state * this.n_y + c];
    return this.aheadOf(length + 1, next, c, visited?.children.get(c));
  }

  /** What is ahead of a node. */
  aheadOf(length, state, last, visited) {
    if (state === DEAD) return 0;
    const row = (length - this.first) * this.states + state;
    return visited?.value ?? this.ahead[row * this.n_y + last];
  }

  /**
   * The nodes that names begin from; how probable each is to be proposed, cumulated; and the guess
   * at the share of names that meet the conditions.
   */
  begin() {
    const probabilities = this.shares.slice();
    const nodes = this.roots.map((root, i) => {
      const [state, visited] = [this.automaton.starts[i], this.visited[i]];
      const guess = this.aheadOf(root.length, state, root.last, visited);
      probabilities[i] *= guess;
      return { ...root, state, visited, guess };
    });
    const total = scale(probabilities);
    return { nodes, probabilities, total };
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

  /** Takes in the probabilities of a node. */
  visit({ visited }, probabilities) {
    if (this.isLearning && visited) visited.probabilities ??= probabilities.slice();
  }

  /**
   * Turns the probabilities of a node into those of a proposal, in place, and returns by how much
   * names that pass it are proposed too rarely; 0 where none goes on. `guess` is what was ahead of
   * the node for the one before.
   */
  propose(probabilities, { length, state, visited, guess }) {
    for (let c = 0; c < this.n_y; c++) probabilities[c] *= this.after(length, state, c, visited);
    return scale(probabilities) / guess;
  }
}

/** Whether a guide would not take too long. */
export const canGuide = (automaton, { n_y }, { maxLength }) =>
  automaton !== undefined && automaton.accepts.length * n_y ** 2 * (maxLength + 1) <= MOST_GUESSES;

// Looking ahead for names under rare conditions. A guide estimates the probability that a name with
// a given prefix will meet the conditions:
//
//     completion(text) = Σ_c chain(c | text) completion(text c) + [may end here] chain(end | text)
//
// `chain` (chain.js) approximates the network by the length and the last symbols of a text. A state
// of an automaton represents the conditions. The network's predictions replace the chain's after
// prefixes that were visited during preparation.
//
// Each character is proposed with probability p(c | text) completion(text c) / Z, where Z is the
// sum over c. A name's importance weight is the product of Z / completion(text c) over its
// characters and its end, whose completion is 1. guided.js corrects for it.
//
// Nearly all steps are certain at low temperatures, and proposals would miss most names.
// Preparation for a temperature below 1 therefore begins between 1 and 2 and halves it after every
// two rounds. Names that end at visited prefixes are excluded while the guide `explores`.
// Completion probabilities and weights are natural logarithms.

import { forEach, logDifference, logOfSum, logSoftmax, normalise } from "./arithmetic.js";
import { DEAD } from "./automaton.js";
import { Chain, mostFrequent } from "./chain.js";
import { EOS } from "./network.js";

const MAX_CONTEXTS = 4000; // the most contexts of the chain
const MAX_WORK = 2 ** 23; // of an estimate; a large automaton gets fewer contexts
const MIN_TEMPERATURE = 1e-3; // of proposals: below it, steps hardly change
const MIN_SUM = 1e-250; // a smaller sum is replaced by its largest term
// A name is visited if all its prefixes were. Estimates for the other names add up to at most 8
// times their measured probability, or 1/7 of the probability of visited names if that is more.
const [MAX_TO_MEASURED, MAX_TO_VISITED] = [8, 1 / 7];
const MAX_VISITED = 2 ** 23; // the most float64 numbers for visited prefixes

/** Steers draws once it has learned. It visits prefixes of names while `isLearning` is true. */
export class Guide {
  constructor(automaton, { n_y, parts }, options) {
    const { roots, temperature } = options;
    this.automaton = automaton;
    this.n_y = n_y;
    this.options = options;
    this.states = automaton.accepts.length;
    const final = Math.max(temperature, MIN_TEMPERATURE);
    // The remaining halvings of the temperature, which begins between 1 and 2.
    this.halvings = Math.max(Math.ceil(Math.log2(1 / final)), 0);
    this.temperature = final * 2 ** this.halvings;
    this.logVisited = -Infinity; // log-probability of the visited names that meet the conditions
    this.first = Math.min(...roots.map(({ length }) => length));
    this.logShares = normalise(Float64Array.from(roots, ({ logProb }) => logProb));
    // Visited prefixes, roots first; each comes after its parent.
    this.prefixes = roots.map(({ symbols, length }, i) =>
      newPrefix(symbols, length, automaton.starts[i]),
    );
    const n_a = parts.reduce((sum, { network }) => sum + network.n_a, 0);
    this.room = Math.floor(MAX_VISITED / (n_a / 2 + n_y)); // prefixes; hidden states are in float32
    this.isLearning = true;
    this.explores = this.halvings > 0;
    this.shift = 0; // added to the logarithms of estimates after evaluated prefixes
    this.chain = /** @type {any} */ (undefined); // before the first `learn`
    this.completion = /** @type {any} */ (undefined); // logs by length, and by context and state
  }

  /** The options at the current temperature: top-k and top-p apply only at the final one. */
  drawOptions() {
    const all = this.halvings > 0 && { topK: Infinity, topP: 1 };
    return { ...this.options, temperature: this.temperature, ...all };
  }

  /**
   * Fits a new chain to the visited prefixes and computes new estimates. `logUnvisited` is the
   * measured log-probability of unvisited names that meet the conditions. The estimates for these
   * names are reduced if they add up to far more. Yields between slices of the work.
   */
  *learn(logUnvisited = Infinity) {
    const { maxLength } = this.options;
    const additions = this.states * this.n_y * (maxLength + 1);
    const size = Math.max(Math.min(Math.floor(MAX_WORK / additions), MAX_CONTEXTS), 1);
    const { temperature } = this;
    const contexts = yield* mostFrequent(this.visited(), size);
    this.chain = new Chain(contexts, this.n_y, { temperature, maxLength });
    yield* this.chain.learn(this.visited());
    let further = new Float64Array(this.chain.rows.size * this.states).fill(-Infinity);
    this.completion = [];
    for (let length = maxLength; length >= this.first; length--) {
      further = this.fillLevel(length, further);
      this.completion[length] = further;
      yield;
    }
    this.shift = 0;
    yield* this.evaluateAll();
    const { logVisited, explores } = this;
    if (logVisited === -Infinity) return;
    const { total } = this.begin();
    const estimated = explores ? total : logDifference(total, logVisited);
    const byMeasured = logUnvisited + Math.log(MAX_TO_MEASURED);
    const most = Math.max(byMeasured, logVisited + Math.log(MAX_TO_VISITED));
    this.shift = Math.min(most - estimated, 0) || 0;
    if (this.shift) yield* this.evaluateAll();
  }

  /** The visited prefixes with the network's predictions. */
  visited() {
    return this.prefixes.filter(({ logs }) => logs);
  }

  /** Evaluates all visited prefixes, each after its children. */
  *evaluateAll() {
    const known = this.visited().filter(({ state }) => state !== DEAD);
    yield* forEach(known.reverse(), (prefix) => this.evaluate(prefix));
    this.logVisited = logOfSum(
      this.logShares.map((logShare, i) => logShare + logVisitedOf(this.prefixes[i])),
    );
  }

  /** Halves the temperature by squaring the probabilities at visited prefixes. */
  *cool() {
    this.halvings--;
    const wasAbove1 = this.temperature > 1; // then the chain's probabilities change, too
    this.temperature /= 2;
    const options = { ...this.drawOptions(), minP: 0, temperature: 0.5 };
    yield* forEach(this.prefixes, (prefix) => {
      if (prefix.logs) logSoftmax(prefix.logs, options);
      if (wasAbove1) prefix.p = undefined;
    });
    yield* this.learn();
  }

  /** Estimates at a length, by context and state, from those at the next length (`further`). */
  fillLevel(length, further) {
    const { n_y, states, chain, automaton } = this;
    const logs = chain.logProbabilities(length);
    const p = logs.map(Math.exp);
    const scale = further.reduce(
      (a, b) => Math.max(a, b),
      length < this.options.minLength ? -1e300 : 0,
    );
    const relative = further.map((log) => Math.exp(log - scale));
    const completion = new Float64Array(chain.rows.size * states);
    for (let at = 0; at < completion.length; at++) {
      const state = at % states;
      const row = ((at - state) / states) * n_y;
      const end = this.logCompletion(length, state, EOS);
      let sum = p[row] * Math.exp(end - scale);
      let largest = logs[row] + end;
      for (let c = 1; c < n_y; c++) {
        const next = automaton.next[state * n_y + c];
        if (next === DEAD) continue;
        const then = chain.nextContext[row + c] * states + next;
        sum += p[row + c] * relative[then];
        if (sum < MIN_SUM) largest = Math.max(largest, logs[row + c] + further[then]);
      }
      completion[at] = sum < MIN_SUM ? largest : scale + Math.log(sum);
    }
    return completion;
  }

  /** Computes `logValue`, the completion of a visited prefix, and its part from visited names. */
  evaluate(prefix) {
    const { logs, children, length, state, context } = prefix;
    const ofVisited = [logs[EOS] + this.logCompletion(length, state, EOS, context)];
    for (const [c, child] of children) ofVisited.push(logs[c] + logVisitedOf(child));
    prefix.logVisited = logOfSum(ofVisited);
    prefix.logValue = logOfSum(
      logs.map((log, c) => log + this.logCompletion(length, state, c, context, prefix)),
    );
  }

  /** The completion of a node with one more character, or of its end; 0 without an estimate. */
  logCompletion(length, state, c, context, visited) {
    if (!this.chain) return 0;
    if (c === EOS) {
      if (this.explores && visited?.logVisited !== undefined) return -Infinity;
      return length >= this.options.minLength && this.automaton.accepts[state] ? 0 : -Infinity;
    }
    if (length === this.options.maxLength) return -Infinity;
    const next = this.automaton.next[state * this.n_y + c];
    const following = this.chain.nextContext[context * this.n_y + c];
    return this.completionOf(length + 1, next, following, visited?.children.get(c), visited);
  }

  /** The completion of a node: the computed value if it was visited, otherwise the estimate. */
  completionOf(length, state, context, visited, parent) {
    if (!this.chain) return 0;
    if (state === DEAD) return -Infinity;
    const shift = parent?.logVisited === undefined ? 0 : this.shift;
    return visited?.logValue ?? this.completion[length][context * this.states + state] + shift;
  }

  /** The root nodes, the log-probability of proposing each, and `total`, log P(conditions). */
  begin() {
    const nodes = this.options.roots.map((root, i) => {
      const [state, visited] = [this.automaton.starts[i], this.prefixes[i]];
      const context = this.chain?.longest(root.symbols);
      const logEstimate = this.completionOf(root.length, state, context, visited);
      return { ...root, state, visited, context, logEstimate };
    });
    const logs = this.logShares.map((logShare, i) => logShare + nodes[i].logEstimate);
    return { nodes, total: logOfSum(logs), logProbs: normalise(logs) };
  }

  child(/** @type {import("./types.js").Node} */ { visited, state, context, length }, c) {
    const nextState = state === DEAD ? DEAD : this.automaton.next[state * this.n_y + c];
    let longer = visited?.children.get(c);
    if (this.isLearning && visited && !longer) {
      longer = newPrefix(visited.symbols + String.fromCharCode(c), length + 1, nextState);
      visited.children.set(c, longer);
      this.prefixes.push(longer);
    }
    const nextContext = this.chain?.nextContext[context * this.n_y + c];
    const logEstimate = this.completionOf(length + 1, nextState, nextContext, longer, visited);
    return { state: nextState, visited: longer, context: nextContext, logEstimate };
  }

  /** Records the log-probabilities after a node at which there are `nNames` names. */
  visit({ visited, hidden, context }, logs, nNames) {
    if (!this.isLearning || !visited) return;
    visited.nNames += nNames;
    if (visited.hidden || !this.room) return;
    this.room--;
    visited.logs ??= logs.slice();
    visited.context ??= context;
    if (!this.chain) return; // draws without an estimate hardly repeat a prefix
    visited.hidden = hidden.map((state) => Float32Array.from(state));
  }

  /**
   * Converts the log-probabilities after a node to those of proposals, in place. Returns the
   * logarithm of the factor by which names with this prefix are proposed too rarely; −∞ if no name
   * continues. `logEstimate` is the completion of the node that its parent used.
   */
  reweight(row, { length, state, visited, context, logEstimate }) {
    for (let c = 0; c < this.n_y; c++)
      row[c] += this.logCompletion(length, state, c, context, visited);
    const total = logOfSum(row);
    for (let c = 0; c < this.n_y; c++) row[c] -= total;
    return total === -Infinity ? total : total - logEstimate;
  }
}

/** A prefix that is visited from now on. @returns {import("./types.js").Prefix} */
function newPrefix(symbols, length, state) {
  return { symbols, length, state, children: new Map(), nNames: 0 };
}

const logVisitedOf = ({ logVisited = -Infinity }) => logVisited;

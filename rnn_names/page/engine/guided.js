// Names under rare conditions, which are proposed with a guide (guide.js), as in
// rnn_names/lookahead/preparation.py and rnn_names/sampling/guided.py. First the guide learns, round
// by round. Then a proposal comes out weight / bound times on average, so that each name has its share
// however poor the guess. Weights and the bound are natural logarithms.

import { logOfSum } from "./arithmetic.js";
import { EOS } from "./network.js";
import { drawBatch, nextNodes, rowsOf } from "./walk.js";

export const FIRST_ROUND = 1024; // proposals before there is a guess
const ROUND = 512; // proposals of each later round
const LIKELY = 256; // prefixes of each length that a guide visits in a round
const GUIDED = 2 ** 52; // proposals have attempt numbers from here on
const MAX_TESTS = 8; // rounds at the requested temperature, while the guide misses names
const NEARLY_ALL = 0.9; // share of all names: where these are known, a guide has learned enough
const MAX_BOUND = 64; // in mean weights: higher, more proposals for a name; lower, more repeats
const MAX_REPEATS = 0.0025; // share of names that are repeats, by which the bound is set
const MANY_REPEATS = 0.05; // the share above which a warning says so
const MAX_COPIES = 20000; // of a name from one proposal

/** Proposes names with a guide, `atOnce` at a time. */
export class GuidedSampler {
  constructor(blend, options, guide, atOnce) {
    this.blend = blend;
    this.options = options;
    this.guide = guide;
    this.atOnce = atOnce;
    this.proposals = 0; // so far
    this.bound = 0; // of weights: a name of this weight comes out once
    this.guessIsPoor = false; // whether proposals miss at least half of the names that are known
    this.accepted = 0; // proposals that yielded a name, or several copies of it
    this.repeats = 0; // copies beyond the first of each
  }

  /** The options, with the temperature that the guide has reached. */
  settings() {
    return { ...this.options, ...this.guide.settings() };
  }

  /** Some proposals. */
  *propose() {
    const attempts = attemptsFrom(this.proposals, this.atOnce, GUIDED + this.options.start);
    this.proposals += this.atOnce;
    return yield* drawBatch(this.blend, this.settings(), attempts, this.guide);
  }

  /** Has the guide learn; `drawn` attempts were drawn with it before. */
  *prepare(drawn) {
    const { guide } = this;
    do drawn += (yield* this.propose()).length;
    while (drawn < FIRST_ROUND);
    guide.learn();
    for (; guide.halvings; guide.cool()) {
      yield* this.round();
      guide.learn();
      yield* this.round();
    }
    for (let test = 1; guide.isLearning; test++) guide.isLearning = !(yield* this.test(test));
  }

  /** One round of proposals; returns their weights. */
  *round() {
    yield* this.visitLikely();
    const weights = [];
    while (weights.length < ROUND)
      for (const { name, weight } of yield* this.propose())
        weights.push(name === null ? -Infinity : weight);
    return weights;
  }

  /** Has the guide visit, of each length, the likeliest prefixes of names that meet the conditions. */
  *visitLikely() {
    const { blend, guide } = this;
    let { nodes, logProbs } = guide.begin();
    for (const [i, node] of nodes.entries()) node.reach = logProbs[i];
    while (nodes.length) {
      const rows = rowsOf(blend, nodes, this.settings());
      const branches = nodes.flatMap((node, parent) => {
        const row = rows[parent];
        guide.visit(node, row, 1);
        return Array.from(row, (log, c) => {
          const reach = node.reach + log;
          const ahead = guide.logAhead(node.length, node.state, c, node.context, node.visited);
          return { parent, c, reach, score: c === EOS ? -Infinity : reach + ahead };
        }).filter(({ score }) => score > -Infinity);
      });
      branches.sort((a, b) => b.score - a.score).splice(LIKELY);
      yield;
      nodes = nextNodes(blend, nodes, branches, guide);
    }
    guide.evaluateAll();
  }

  /**
   * A round that sets the bound; returns whether the guide has learned enough. The mean weight is the
   * probability of the conditions: if it is less than that of the names that are known, proposals miss
   * some.
   */
  *test(n) {
    const { guide } = this;
    const weights = yield* this.round();
    const mean = logOfSum(weights) - Math.log(weights.length);
    this.guessIsPoor = mean < guide.known - Math.log(2);
    guide.learn();
    const half = weights.filter((_, i) => i % 2);
    this.bound = boundOf(half) ?? guide.begin().total;
    if (n === MAX_TESTS) return true;
    const isGood = !this.guessIsPoor && repeatsOf(weights, this.bound) < MANY_REPEATS;
    return isGood && (n > 1 || guide.known > mean + Math.log(NEARLY_ALL));
  }

  /** The names of some proposals, each as often as it comes out. */
  *names() {
    const proposals = yield* this.propose();
    return proposals.flatMap(({ name, weight, point }) => {
      const copies = Math.exp(Math.min(weight - this.bound, Math.log(MAX_COPIES)));
      const times = name === null ? 0 : Math.floor(copies + point);
      this.accepted += Number(times > 0);
      this.repeats += Math.max(times - 1, 0);
      return Array(times).fill(name);
    });
  }

  /** A sentence on what the names may lack; "" where that is little. */
  warning() {
    if (this.guessIsPoor)
      return "So few names meet the conditions that some may be missing, and others too frequent.";
    const share = this.repeats / (this.accepted + this.repeats || 1);
    if (share <= MANY_REPEATS) return "";
    const percent = Math.round(100 * share);
    return `So few names meet the conditions that about ${percent}% are repeats of others.`;
  }
}

/** Attempts at some numbers in a row, the one with the number `attempt` at each. */
export const attemptsFrom = (first, length, attempt) =>
  Array.from({ length }, (_, i) => ({ number: first + i, attempt }));

/**
 * The least bound of some weights with which hardly any name that comes out repeats another, as in
 * rnn_names/lookahead/preparation.py; all are logarithms.
 */
function boundOf(logs) {
  const scale = logOfSum(logs);
  if (scale === -Infinity) return undefined;
  const falling = logs.map((log) => Math.exp(log - scale)).sort((a, b) => b - a); // of sum 1
  let sum = 0;
  const bounds = falling.map((weight, i) => ((sum += weight) - MAX_REPEATS) / (i + 1));
  const bound = bounds.reduce((a, b) => Math.max(a, b));
  return scale + Math.log(Math.min(bound, MAX_BOUND / logs.length));
}

/** Of the names that come out of proposals with some weights, the share that repeat others. */
function repeatsOf(weights, bound) {
  const times = weights.map((weight) => Math.exp(weight - bound));
  const sum = (numbers) => numbers.reduce((total, each) => total + each, 0);
  return sum(times.map((each) => Math.max(each - 1, 0))) / (sum(times) || 1);
}

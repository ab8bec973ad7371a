// Draws names under rare conditions from the proposals of a guide (guide.js), as in
// rnn_names/sampling/preparation.py and rnn_names/sampling/guided.py. Rounds of proposals prepare
// the guide. Each later proposal yields weight / bound copies on average, so every name has its
// share even if the guide is poor. Weights and the bound are natural logarithms. A seed gives other
// names in Python, which draws them in groups, but with the same distribution.

import { logDifference, logOfSum, slicesOf } from "./arithmetic.js";
import { EOS } from "./network.js";
import { drawBatch, logProbsAfter, nextNodes } from "./walk.js";

export const FIRST_ROUND = 1024; // proposals before the first estimate
const ROUND = 512; // proposals of each later round
const BEAM_WIDTH = 256; // most probable prefixes of each length that a guide visits in a round
const FINAL_BEAM_WIDTH = 4096; // the same, once, at the requested temperature
const GUIDED = 2 ** 52; // the first attempt number of proposals
const MAX_TESTS = 8; // the most rounds at the requested temperature, if the guide misses names
const NEARLY_ALL = 0.9; // preparation ends when this share of all names is visited
const MAX_BOUND = 64; // in mean weights: a higher one needs more proposals, a lower one repeats
const REPEATS_FOR_BOUND = 0.0025; // the share of repeats for which the bound is set
const MANY_REPEATS = 0.05; // a higher share of repeats needs more tests, or a warning
const HARDLY_ANY = -14; // log-probability of conditions below which names can be missing
const MAX_COPIES = 20000; // the most from one proposal; 32 in Python, where a group must hold them

/** Proposes names with a guide, `atOnce` at a time. */
export class GuidedDrawer {
  constructor(blend, /** @type {import("./guide.js").Guide} */ guide, atOnce) {
    this.blend = blend;
    this.guide = guide;
    this.atOnce = atOnce;
    this.proposals = 0; // the number of proposals so far
    this.logBound = 0; // a name of this weight yields one copy
    this.estimatesArePoor = false; // whether proposals miss at least half of the visited names
    this.accepted = 0; // proposals that yielded at least one copy
    this.repeats = 0; // copies after the first of each proposal
  }

  /** Proposals for some attempts, by default at the next numbers. */
  *propose(attempts = attemptsFrom(this.proposals, this.atOnce)) {
    this.proposals += attempts.length;
    const guided = attempts.map(({ number, attempt }) => ({ number, attempt: GUIDED + attempt }));
    return yield* drawBatch(this.blend, this.guide.drawOptions(), guided, this.guide);
  }

  /** At most one name for each attempt. Casts need this, since each line has its own number. */
  *proposeAtMostOnce(attempts) {
    const proposals = yield* this.propose(attempts);
    const isKept = ({ logWeight, point }) => Math.exp(logWeight - this.logBound) + point >= 1;
    return proposals.map((each) => ({ name: isKept(each) ? each.name : null }));
  }

  /** Prepares the guide, which has already recorded `drawn` attempts. */
  *prepare(drawn) {
    const { guide } = this;
    do drawn += (yield* this.propose()).length;
    while (drawn < FIRST_ROUND);
    yield* guide.learn();
    let logUnvisited;
    while (guide.explores) {
      for (let i = 0; i < 2; i++) yield* guide.learn((logUnvisited = meanOf(yield* this.round())));
      if (!guide.halvings) break;
      yield* guide.cool();
    }
    yield* this.beamSearch(FINAL_BEAM_WIDTH);
    if (guide.explores) {
      guide.explores = false;
      yield* guide.learn(logUnvisited);
    }
    for (let test = 1; guide.isLearning; test++) guide.isLearning = !(yield* this.test(test));
  }

  *round() {
    yield* this.beamSearch();
    const logWeights = [];
    while (logWeights.length < ROUND)
      for (const { name, logWeight } of yield* this.propose())
        logWeights.push(name === null ? -Infinity : logWeight);
    return logWeights;
  }

  /** Lets the guide visit the most probable prefixes of each length, given the conditions. */
  *beamSearch(width = BEAM_WIDTH) {
    const { blend, guide } = this;
    let { nodes, logProbs } = guide.begin();
    for (const [i, node] of nodes.entries()) node.reach = logProbs[i];
    while (nodes.length) {
      const branches = [];
      let parent = -1;
      for (const some of slicesOf(nodes)) {
        const rows = logProbsAfter(blend, some, guide.drawOptions());
        for (const [i, node] of some.entries()) {
          const { length, state, context, visited } = node;
          parent++;
          guide.visit(node, rows[i], 1);
          for (const [c, log] of rows[i].entries()) {
            const reach = node.reach + log;
            const score = reach + guide.logCompletion(length, state, c, context, visited);
            if (c !== EOS && score > -Infinity) branches.push({ parent, c, reach, score });
          }
        }
        branches.sort((a, b) => b.score - a.score).splice(width);
        yield;
      }
      nodes = yield* nextNodes(blend, nodes, branches, guide);
    }
    yield* guide.evaluateAll();
  }

  /**
   * Draws a round, lets the guide learn from it and sets the bound. The mean weight of the round
   * estimates P(conditions). Returns whether the guide is ready.
   */
  *test(n) {
    const { guide } = this;
    const logWeights = yield* this.round();
    const mean = meanOf(logWeights);
    this.estimatesArePoor = mean < guide.logVisited - Math.log(2);
    yield* guide.learn(logDifference(mean, guide.logVisited));
    const half = logWeights.filter((_, i) => i % 2);
    this.logBound = boundOf(half) ?? guide.begin().total;
    if (n === MAX_TESTS) return true;
    const isGood = !this.estimatesArePoor && repeatsOf(logWeights, this.logBound) < MANY_REPEATS;
    return isGood && (n > 1 || guide.logVisited > mean + Math.log(NEARLY_ALL));
  }

  /** The names of the next proposals, each as often as it has copies. */
  *names() {
    const proposals = yield* this.propose();
    return proposals.flatMap(({ name, logWeight, point }) => {
      const copies = Math.exp(Math.min(logWeight - this.logBound, Math.log(MAX_COPIES)));
      const times = name === null ? 0 : Math.floor(copies + point);
      this.accepted += Number(times > 0);
      this.repeats += Math.max(times - 1, 0);
      return Array(times).fill(name);
    });
  }

  /** A warning about repeats or missing names; "" if there are few. */
  warning() {
    const { temperature } = this.guide.options;
    if (this.estimatesArePoor || (temperature < 1 && this.logBound * temperature < HARDLY_ANY))
      return "So few names meet the conditions that some may be missing, and others too frequent.";
    const share = this.repeats / (this.accepted + this.repeats || 1);
    if (share <= MANY_REPEATS) return "";
    const percent = Math.round(100 * share);
    return `So few names meet the conditions that about ${percent}% are repeats of others.`;
  }
}

/** The first attempts at consecutive numbers of names. */
export const attemptsFrom = (first, length) =>
  Array.from({ length }, (_, i) => ({ number: first + i, attempt: 0 }));

/** The logarithm of the mean weight. */
const meanOf = (logWeights) => logOfSum(logWeights) - Math.log(logWeights.length);

/** The lowest bound at which few copies are repeats, as in rnn_names/lookahead/guide.py. */
function boundOf(logs) {
  const scale = logOfSum(logs);
  if (scale === -Infinity) return undefined;
  const falling = logs.map((log) => Math.exp(log - scale)).sort((a, b) => b - a); // their sum is 1
  let sum = 0;
  const bounds = falling.map((weight, i) => ((sum += weight) - REPEATS_FOR_BOUND) / (i + 1));
  const bound = bounds.reduce((a, b) => Math.max(a, b));
  return scale + Math.log(Math.min(bound, MAX_BOUND / logs.length));
}

/** The share of repeats among the copies from proposals with some weights. */
function repeatsOf(logWeights, logBound) {
  const times = logWeights.map((logWeight) => Math.exp(logWeight - logBound));
  const sum = (numbers) => numbers.reduce((total, each) => total + each, 0);
  return sum(times.map((each) => Math.max(each - 1, 0))) / (sum(times) || 1);
}

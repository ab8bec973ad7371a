// The names of a seed: name i is that of the first attempt at i that meets the conditions, however
// many are drawn together. So names have the network's distribution given the conditions. Where those
// are rare, names are proposed with a guide (guide.js).

import { logOfSum, NODES } from "./arithmetic.js";
import { automatonOf } from "./automaton.js";
import { meetsAll } from "./conditions.js";
import { Guide } from "./guide.js";
import { EOS } from "./network.js";
import { keyOf } from "./numbers.js";
import { drawBatch, nextNodes, rowsOf } from "./walk.js";

const NAMES_AT_ONCE = 256;
const MIN_AT_ONCE = 16;
const PRODUCTS_AT_ONCE = 2e7; // multiplications between two looks at the clock: about 10 ms
const SEEN = 256; // attempts, after which names may seem rare
const SEEM_RARE = 25; // conditions seem rare if a smaller share than 1 / this has the length and the spelling
const PILOT = 1024; // attempts that then tell; and proposals before there is a guess
const RARE = 200; // a guide is used if at most this share, 1 / RARE, of attempts has the spelling
const [OPEN, LONG_PILOT] = [2, 8192]; // hits that are too few to decide: a longer pilot does
const ROUND = 512; // proposals that a guide learns from
const ROUNDS = 2; // at each temperature
const LIKELY = 256; // beginnings of each length that a guide visits in a round
const GUIDED = 2 ** 52; // what proposals have for the number of an attempt
const MAX_ROUNDS_OF_GUIDE = 8; // at the temperature wanted, while names are missed
const NEARLY_ALL = 0.9; // of the names as wanted: where these are known, a guide has learned enough
const MAX_BOUND = 64; // in mean weights: higher, more proposals for a name; lower, more repeats
const MAX_REPEATS = 0.0025; // of the names that come out; the bound allows for no more
const MANY_REPEATS = 0.05; // more are told
export const GIVE_UP = 20000; // candidates in a row of which none meets the conditions

/** The names of a seed that meet conditions on each alone, batch by batch. */
export class Search {
  constructor(blend, options, conditions) {
    this.blend = blend;
    this.options = options;
    this.conditions = conditions;
    this.guide = /** @type {any} */ (undefined);
    this.spelling = conditions.findLast(({ isOfSpelling }) => isOfSpelling);
    this.atOnce = atOnceFor(blend);
    this.drawn = 0; // attempts, and proposals after those that the guide learned from
    this.drawnAtLastHit = 0; // number drawn when the most recent pending name was found
    this.proposals = 0;
    this.next = options.start;
    this.pendingNumbers = []; // whose names were not returned yet: { number, attempt, name }
    this.waiting = []; // proposals of a round
    this.isJudged = false; // whether it is known if names are rare
    this.guessIsPoor = false; // proposals miss half of the names that the guide knows, or more
    this.bound = 0; // of log weights, by which proposals are accepted
    this.rounds = 0;
    this.acceptedProposals = 0; // those that brought a name, or several
    this.repeats = 0; // names that they brought beside the first of each
  }

  /** Some of the next names, perhaps none; yields now and then. */
  *batch(wanted) {
    if (this.guide) return yield* this.proposed();
    yield* this.attempts(wanted);
    const { passed } = this.spelling;
    const [first] = this.conditions;
    const seemRare = passed * SEEM_RARE < first.tested;
    if (seemRare && first.tested >= SEEN && !this.isJudged) yield* this.judge();
    // What seems rare waits for the judgement, so that the names are those of a guide or none is.
    if (this.guide || (first.tested < SEEN && 4 * passed < first.tested)) return [];
    const undecided = this.pendingNumbers.findIndex(({ name }) => name === null);
    const decided = this.pendingNumbers.splice(0, undecided < 0 ? Infinity : undecided);
    return decided.map(({ name }) => name);
  }

  /** Draws attempts at the names with the next numbers, about as many of each as it takes. */
  *attempts(wanted) {
    const { pendingNumbers, atOnce } = this;
    const undecided = pendingNumbers.filter(({ name }) => name === null);
    while (!undecided.length || (pendingNumbers.length < wanted && undecided.length < atOnce)) {
      const i = this.next++;
      const number = { number: this.options.numbers?.[i] ?? i, attempt: 0, name: null };
      pendingNumbers.push(number);
      undecided.push(number);
    }
    const [first, last] = [this.conditions[0], this.conditions.at(-1)];
    const needed = first.tested
      ? (0.6 * first.tested) / (last.passed + 1) // more would be in vain too often
      : MIN_AT_ONCE / undecided.length;
    const each = Math.ceil(Math.min(needed, Math.max(Math.floor(atOnce / undecided.length), 1)));
    const attempts = undecided.flatMap(({ number, attempt }) =>
      Array.from({ length: each }, (_, i) => ({ number, attempt: attempt + i })),
    );
    const drawn = (yield* drawBatch(this.blend, this.options, attempts)).values();
    this.drawn += attempts.length;
    for (const one of undecided) {
      one.attempt += each;
      for (let i = 0; i < each; i++) {
        const { name } = drawn.next().value;
        if (one.name !== null || !meetsAll(name, this.conditions)) continue;
        one.name = name;
        this.drawnAtLastHit = this.drawn;
      }
    }
  }

  /**
   * Draws the pilot, and makes a guide if it says that names are rare: as in Python, the pilot is
   * that of seed 0, and longer where the first names leave it open.
   */
  *judge() {
    this.isJudged = true;
    const { blend, options, spelling } = this;
    const spelled = this.conditions.filter(({ automaton }) => automaton);
    const beginnings = options.roots.map(({ text }) => text);
    const automaton = automatonOf(spelled, blend, beginnings, options);
    if (!automaton) return;
    const guide = new Guide(automaton, blend, options);
    const before = spelling.passed;
    let [drawn, size] = [0, PILOT];
    while (drawn < size) {
      const attempts = attemptsFrom(drawn, Math.min(this.atOnce, size - drawn), 0);
      const learning = guide.halvings || drawn >= PILOT ? undefined : guide; // or they say little
      const proposals = yield* drawBatch(blend, { ...options, seed: keyOf(0) }, attempts, learning);
      for (const { name } of proposals) meetsAll(name, this.conditions);
      if (learning) this.waiting.push(...proposals);
      drawn += attempts.length;
      const met = spelling.passed - before;
      if (drawn === PILOT && met >= OPEN && met * RARE <= PILOT) size = LONG_PILOT;
    }
    this.drawn += drawn;
    if ((spelling.passed - before) * RARE > drawn) return;
    this.guide = guide;
  }

  /** The names that come of a batch of proposals. */
  *proposed() {
    const { guide, blend } = this;
    const options = { ...this.options, ...guide.settings() };
    if (guide.chain && guide.isLearning && !this.waiting.length)
      yield* visitLikely(blend, options, guide);
    const attempts = attemptsFrom(this.proposals, this.atOnce, GUIDED + options.start);
    this.proposals += this.atOnce;
    const proposals = yield* drawBatch(blend, options, attempts, guide);
    if (guide.isLearning) {
      this.learn(proposals);
      return [];
    }
    this.drawn += this.atOnce;
    const names = proposals.flatMap((each) => this.accepted(each));
    return names.filter((name) => meetsAll(name, this.conditions));
  }

  /**
   * A proposal as often as it comes out: weight / bound times on average, so that all have their
   * share.
   */
  accepted({ name, weight, point }) {
    const expected = Math.exp(Math.min(weight - this.bound, Math.log(GIVE_UP)));
    const times = name === null ? 0 : Math.floor(expected + point);
    this.acceptedProposals += Number(times > 0);
    this.repeats += Math.max(times - 1, 0);
    return Array(times).fill(name);
  }

  /**
   * Takes in a batch, which says how large weights are; none of it comes out. Their mean is the
   * share of names as wanted; the guide has more to learn where it is less than that of the names
   * that are known.
   */
  learn(proposals) {
    const { guide } = this;
    this.waiting.push(...proposals);
    if (this.waiting.length < (guide.chain ? ROUND : PILOT)) return;
    const weights = this.waiting.map(({ name, weight }) => (name === null ? -Infinity : weight));
    this.waiting = [];
    if (!guide.chain) return guide.learn();
    const mean = logOfSum(weights) - Math.log(weights.length);
    this.guessIsPoor = mean < guide.known - Math.log(2);
    this.rounds++;
    if (guide.halvings && this.rounds === ROUNDS) {
      this.rounds = 0;
      return guide.cool();
    }
    guide.learn();
    const half = weights.filter((_, i) => i % 2);
    this.bound = boundOf(half) ?? guide.begin().total;
    const isGood = !this.guessIsPoor && repeatsOf(weights, this.bound) < MANY_REPEATS;
    const isReady = isGood && (this.rounds >= ROUNDS || guide.known > mean + Math.log(NEARLY_ALL));
    guide.isLearning = guide.halvings > 0 || !(isReady || this.rounds === MAX_ROUNDS_OF_GUIDE);
  }

  /** A sentence on what names under rare conditions may lack; "" where that is little. */
  warning() {
    if (this.guessIsPoor)
      return "So few names meet the conditions that some may be missing, and others too frequent.";
    const share = this.repeats / (this.acceptedProposals + this.repeats || 1);
    if (share <= MANY_REPEATS) return "";
    const percent = Math.round(100 * share);
    return `So few names meet the conditions that about ${percent}% are repeats of others.`;
  }
}

const attemptsFrom = (first, length, attempt) =>
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

/** Has a guide visit, of each length, the beginnings that most names as wanted seem to have. */
function* visitLikely(blend, options, guide) {
  let { nodes } = guide.begin();
  for (const node of nodes) node.reach = Math.log(node.probability);
  while (nodes.length) {
    const rows = rowsOf(blend, nodes, options, guide);
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

/** How many names are drawn together: fewer for a large network, which takes longer over each. */
function atOnceFor({ parts }) {
  const sizes = parts.map(({ network: { rows, outputs, n_a } }) => (rows + outputs) * n_a);
  const products = sizes.reduce((sum, size) => sum + size); // for one character of a name
  return Math.max(NODES, Math.min(NAMES_AT_ONCE, Math.floor(PRODUCTS_AT_ONCE / products)));
}

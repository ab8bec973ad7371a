// Drawing names. Each name has a number, which fixes it (numbers.js): it is that of the first
// attempt that meets the conditions, however many are drawn together. So names have the network's
// distribution given the conditions. Where those are rare, names are proposed with a guide.

import { logOfSum, NODES, padded } from "./arithmetic.js";
import { automatonOf } from "./automaton.js";
import { nextLogProbabilities, nextProbabilities } from "./blend.js";
import { completed, conditionsOf, meetsAll, settled } from "./conditions.js";
import { Guide } from "./guide.js";
import { EOS } from "./network.js";
import { child, uniform, word } from "./numbers.js";
import { MAX_LENGTH, WrongSettings } from "./options.js";

const NAMES_AT_ONCE = 256;
const FEWEST_AT_ONCE = 16;
const PRODUCTS_AT_ONCE = 2e7; // multiplications between two looks at the clock: about 10 ms
const SLICE = 16; // ms of work before the browser gets its turn
const FIRST_SLICE = 60; // the first one: a few names are there before anything is painted
const SEEN = 256; // attempts, after which names may seem rare
const SEEM_RARE = 25; // if fewer than one in so many has the length and the spelling
const PILOT = 1024; // attempts that then tell; and proposals before there is a guess
const RARE = 200; // whether fewer than one in so many of them does, and a guide is wanted
const ROUND = 256; // proposals that a guide learns from
const ROUNDS = 2; // at each temperature
const LIKELY = 256; // beginnings of each length that a guide visits in a round
const GUIDED = 2 ** 52; // what proposals have for the number of an attempt
const MOST_ROUNDS_OF_GUIDE = 8; // at the temperature wanted, while names are missed
const NEARLY_ALL = 0.9; // of the names as wanted: where these are known, a guide has learned enough
const MOST_BOUND = 64; // in mean weights: higher, more proposals for a name; lower, more repeats
const MOST_REPEATS = 0.0025; // of the names that come out; the bound allows for no more
const MANY_REPEATS = 0.05; // more are told
const GIVE_UP = 20000; // candidates in a row of which none meets the conditions

/**
 * Draws some attempts, { number, attempt }, together, and yields now and then. `options` come from
 * `completed`. Returns for each its name, null for one of a wrong length; and with a guide the
 * logarithm of its weight, and a random number from 0 to 1 to accept it by.
 */
function* drawBatch(blend, options, attempts, /** @type {any} */ guide = undefined) {
  const { n_y } = blend;
  const { minLength, maxLength } = options;
  let { nodes, probabilities, total } = guide ? guide.begin() : begin(options);
  cumulate(probabilities);
  const candidates = attempts.map(({ number, attempt }) => {
    const state = child(child(options.seed, word(number)), word(attempt));
    const node = nodes.length > 1 ? choose(probabilities, uniform(state, 0)) : 0;
    return { state, node, name: null, weight: total };
  });
  let going = candidates;
  while (going.length) {
    const rows = rowsOf(blend, nodes, options, guide);
    const passed = new Uint32Array(nodes.length);
    for (const { node } of going) passed[node]++;
    nodes.forEach((node, i) => {
      guide?.visit(node, rows[i], passed[i]);
      node.factor = guide ? guide.propose(rows[i], node) : 0;
      cumulate(rows[i]);
    });
    yield;
    /** @type {any[][]} */
    const [branches, further] = [[], []];
    const branchOf = new Map();
    for (const candidate of going) {
      const { node: parent, state } = candidate;
      const { text, length, factor } = nodes[parent];
      candidate.weight += factor;
      if (candidate.weight === -Infinity) continue;
      const c = choose(rows[parent], uniform(state, length));
      if (c === EOS && length >= minLength) candidate.name = text;
      if (c === EOS || length === maxLength) continue;
      const branch = parent * n_y + c;
      if (!branchOf.has(branch)) branchOf.set(branch, branches.push({ parent, c }) - 1);
      candidate.node = branchOf.get(branch);
      further.push(candidate);
    }
    going = further;
    nodes = nextNodes(blend, nodes, branches, guide);
    yield;
  }
  return candidates.map(({ name, weight, state }) => ({
    name,
    weight,
    point: guide && uniform(state, MAX_LENGTH + 1),
  }));
}

/** The nodes that names begin from, and how probable each is. */
function begin({ roots }) {
  const probabilities = Float64Array.from(roots, ({ probability }) => probability);
  return { nodes: roots.map((root) => ({ ...root })), probabilities, total: 0 };
}

/**
 * What comes next after each of some nodes, (n_y,): probabilities, or their logarithms for a guide,
 * which knows those of nodes that it visited.
 */
function rowsOf(blend, nodes, options, guide) {
  const { n_y } = blend;
  const asked = nodes.filter(({ visited }) => !visited?.logs);
  const predicted = guide ? nextLogProbabilities : nextProbabilities;
  const all = predicted(blend, together(blend, asked), asked.length, options);
  let from = 0;
  return nodes.map(({ visited }) => visited?.logs?.slice() ?? all.subarray(from, (from += n_y)));
}

/** The states of some nodes in one array for each network. */
function together({ parts }, nodes) {
  return parts.map(({ network: { n_a } }, part) => {
    const states = new Float64Array(padded(nodes.length, NODES) * n_a);
    nodes.forEach(({ hidden }, i) => states.set(hidden[part].subarray(0, n_a), i * n_a));
    return states;
  });
}

/** The nodes one character further; hidden states that a guide keeps are not computed again. */
function nextNodes(blend, nodes, branches, guide) {
  const next = branches.map(({ parent, c, reach }) => {
    const { text, length } = nodes[parent];
    const known = guide?.child(nodes[parent], c);
    const node = { text: text + blend.characters[c - 1], length: length + 1, reach, ...known };
    return { ...node, parent, c, hidden: known?.visited?.hidden };
  });
  const asked = next.filter(({ hidden }) => !hidden);
  const parents = [...new Set(asked.map(({ parent }) => parent))];
  const place = new Map(parents.map((parent, i) => [parent, i]));
  const before = parents.map((parent) => nodes[parent]);
  const states = blend.nextStates(
    together(blend, before),
    before.length,
    asked.map(({ parent }) => place.get(parent)),
    asked.map(({ c }) => c),
  );
  asked.forEach((node, i) => {
    node.hidden = blend.parts.map(({ network: { n_a } }, part) =>
      states[part].subarray(i * n_a, (i + 1) * n_a),
    );
  });
  return next;
}

/** p[k] becomes p[0] + … + p[k]. */
function cumulate(p) {
  for (let k = 1; k < p.length; k++) p[k] += p[k - 1];
}

/** The first of some cumulated probabilities of which a point, from 0 to below 1, lies before. */
function choose(cumulated, point) {
  const wanted = point * cumulated[cumulated.length - 1];
  let k = 0;
  while (cumulated[k] <= wanted && k < cumulated.length - 1) k++;
  return k;
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
        const after = guide.after(node.length, node.state, c, node.context, node.visited);
        return { parent, c, reach, score: c === EOS ? -Infinity : reach + after };
      }).filter(({ score }) => score > -Infinity);
    });
    branches.sort((a, b) => b.score - a.score).splice(LIKELY);
    yield;
    nodes = nextNodes(blend, nodes, branches, guide);
  }
  guide.learn();
}

/**
 * Draws until `count` names meet the conditions, in slices, so that the browser stays awake. If no
 * name can meet them as they are typed, case is ignored.
 *
 * Returns the names, how many candidates were drawn, and why there are fewer if so, in `shortage`.
 * `watch.found(name)` and `watch.progress(drawn)` are told on the way; `watch.stopped()` ends it.
 */
export async function drawNames(blend, models, settings, count, watch = {}) {
  try {
    return await drawAsTyped(blend, models, settings, count, watch);
  } catch (error) {
    if (!(error instanceof WrongSettings) || settings.ignoreCase || settings.anyShape) throw error;
    const inAnyCase = { ...settings, ignoreCase: true };
    return drawAsTyped(blend, models, inAnyCase, count, watch).catch(() => Promise.reject(error));
  }
}

async function drawAsTyped(blend, models, asked, count, watch) {
  const settings = settled(asked, models);
  const options = completed(settings, blend, models);
  const conditions = conditionsOf(settings, models, blend.characters, options);
  const together = conditions.filter(({ dependsOnOthers }) => dependsOnOthers);
  const search = new Search(
    blend,
    options,
    conditions.filter((each) => !together.includes(each)),
  );
  const names = [];
  let last = 0;
  let offered = 0;
  let until = performance.now() + FIRST_SLICE;
  while (names.length < count && search.drawn - last < GIVE_UP) {
    const wanted = ((count - names.length) * (offered + 1)) / (names.length + 1);
    const batch = search.batch(Math.ceil(wanted));
    let step;
    while (!(step = batch.next()).done) {
      if (performance.now() < until) continue;
      await pause();
      if (watch.stopped?.()) {
        names.push(...search.open.flatMap(({ name }) => name ?? []).slice(0, count - names.length));
        const { drawn } = search;
        return { names, drawn, shortage: shortage(names.length, count, drawn, []) };
      }
      until = performance.now() + SLICE;
    }
    for (const name of step.value) {
      offered++;
      if (!meetsAll(name, together)) continue;
      last = search.drawn;
      names.push(name);
      watch.found?.(name);
      if (names.length === count) break;
    }
    watch.progress?.(search.drawn);
  }
  const { drawn } = search;
  for (const { name } of search.open) // of later numbers than one that has no name yet
    if (names.length < count && name !== null && meetsAll(name, together)) names.push(name);
  const short = shortage(names.length, count, drawn, conditions);
  return { names, drawn, shortage: short || (settings.unique ? "" : search.warning()) };
}

/** The names of a seed that meet conditions on each alone, batch by batch. */
class Search {
  constructor(blend, options, conditions) {
    this.blend = blend;
    this.options = options;
    this.conditions = conditions;
    /** @type {any} */
    this.guide = undefined;
    this.spelling = conditions.findLast(({ isOfSpelling }) => isOfSpelling);
    const products = productsOf(blend);
    this.atOnce = sizeFor(PRODUCTS_AT_ONCE, products, NAMES_AT_ONCE);
    this.drawn = 0; // attempts, and proposals after those that the guide learned from
    this.proposals = 0;
    this.next = options.start;
    this.open = []; // numbers whose names have not come out: { number, attempt, name }
    this.waiting = []; // proposals of a round
    this.rounds = 0;
    this.came = 0; // proposals that came out
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
    const undecided = this.open.findIndex(({ name }) => name === null);
    const decided = this.open.splice(0, undecided < 0 ? this.open.length : undecided);
    return decided.map(({ name }) => name);
  }

  /** Draws attempts at the names with the next numbers, about as many of each as it takes. */
  *attempts(wanted) {
    const { open, atOnce } = this;
    const undecided = open.filter(({ name }) => name === null);
    while (!undecided.length || (open.length < wanted && undecided.length < atOnce)) {
      const i = this.next++;
      const number = { number: this.options.numbers?.[i] ?? i, attempt: 0, name: null };
      open.push(number);
      undecided.push(number);
    }
    const [first, last] = [this.conditions[0], this.conditions.at(-1)];
    const needed = first.tested
      ? (0.6 * first.tested) / (last.passed + 1) // more would be in vain too often
      : FEWEST_AT_ONCE / undecided.length;
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
        if (one.name === null && meetsAll(name, this.conditions)) one.name = name;
      }
    }
  }

  /** Draws the pilot, and makes a guide if it says that names are rare. */
  *judge() {
    this.isJudged = true;
    const { blend, options, spelling } = this;
    const spelled = this.conditions.filter(({ automaton }) => automaton);
    const automaton = automatonOf(
      spelled,
      blend,
      options.roots.map(({ text }) => text),
    );
    if (!automaton) return;
    const guide = new Guide(automaton, blend, options);
    const before = spelling.passed;
    for (let drawn = 0; drawn < PILOT; drawn += this.atOnce) {
      const attempts = attemptsFrom(drawn, Math.min(this.atOnce, PILOT - drawn), 0);
      const learning = guide.halvings ? undefined : guide; // draws at this temperature say little
      const proposals = yield* drawBatch(blend, options, attempts, learning);
      for (const { name } of proposals) meetsAll(name, this.conditions);
      if (learning) this.waiting.push(...proposals);
    }
    this.drawn += PILOT;
    if ((spelling.passed - before) * RARE >= PILOT) return;
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
    if (guide.isLearning) return this.learn(proposals);
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
    this.came += Number(times > 0);
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
    if (this.waiting.length < (guide.chain ? ROUND : PILOT)) return [];
    const weights = this.waiting.map(({ name, weight }) => (name === null ? -Infinity : weight));
    this.waiting = [];
    if (!guide.chain) {
      guide.learn();
      return [];
    }
    const mean = logOfSum(weights) - Math.log(weights.length);
    this.isOff = mean < guide.known - Math.log(2);
    this.rounds++;
    if (guide.halvings && this.rounds === ROUNDS) {
      this.rounds = 0;
      guide.cool();
      return [];
    }
    guide.learn();
    const half = weights.filter((_, i) => i % 2);
    this.bound = boundOf(half) ?? guide.begin().total;
    const isGood = !this.isOff && repeatsOf(weights, this.bound) < MANY_REPEATS;
    const isReady = isGood && (this.rounds >= ROUNDS || guide.known > mean + Math.log(NEARLY_ALL));
    guide.isLearning = guide.halvings > 0 || !(isReady || this.rounds === MOST_ROUNDS_OF_GUIDE);
    return [];
  }

  /** A sentence on what names under rare conditions may lack; "" where that is little. */
  warning() {
    if (this.isOff)
      return "So few names meet the conditions that some may be missing, and others too frequent.";
    const share = this.repeats / (this.came + this.repeats || 1);
    if (share <= MANY_REPEATS) return "";
    const percent = Math.round(100 * share);
    return `So few names meet the conditions that about ${percent}% are repeats of others.`;
  }
}

const attemptsFrom = (first, length, attempt) =>
  Array.from({ length }, (_, i) => ({ number: first + i, attempt }));

/** The least of some weights with which hardly any name that comes out repeats another; all logs. */
function boundOf(logs) {
  const largest = logs.reduce((a, b) => Math.max(a, b));
  const weights = logs.map((log) => Math.exp(log - largest));
  const falling = weights.filter(Boolean).sort((a, b) => b - a);
  const total = falling.reduce((sum, weight) => sum + weight, 0);
  let larger = 0; // the sum of the weights above falling[i]
  const i = falling.findIndex((weight, above) => {
    larger += weight;
    return larger - (above + 1) * (falling[above + 1] ?? 0) > MOST_REPEATS * total;
  });
  if (i < 0) return undefined;
  return largest + Math.log(Math.min(falling[i], (MOST_BOUND * total) / logs.length));
}

/** Of the names that come out of proposals with some weights, the share that repeat others. */
function repeatsOf(weights, bound) {
  const times = weights.map((weight) => Math.exp(weight - bound));
  const sum = (numbers) => numbers.reduce((total, each) => total + each, 0);
  return sum(times.map((each) => Math.max(each - 1, 0))) / (sum(times) || 1);
}

/** The multiplications for one character of a name. */
function productsOf({ parts }) {
  const ofPart = ({ network: { rows, outputs, n_a } }) => (rows + outputs) * n_a;
  return parts.reduce((sum, part) => sum + ofPart(part), 0);
}

/** How many names are drawn together: fewer for a large network, which takes longer over each. */
function sizeFor(allowed, products, most) {
  return Math.max(NODES, Math.min(most, Math.floor(allowed / products)));
}

export const number = (n) => Math.round(n).toLocaleString("en");

/** A sentence on why there are too few names; "" if there are enough. */
function shortage(found, count, drawn, conditions) {
  if (found === count) return "";
  const sentence = `${number(found)} of ${number(count)} names found in ${number(drawn)} drawn.`;
  const tested = conditions.filter((condition) => condition.tested);
  if (!tested.length) return `Stopped: ${sentence}`;
  const rate = ({ tested, passed }) => Math.max(passed, 0.5) / tested;
  const tightest = tested.reduce((a, b) => (rate(b) < rate(a) ? b : a));
  const often = tightest.passed
    ? `1 in ${number(tightest.tested / tightest.passed)} does`
    : `none of ${number(tightest.tested)} did`;
  return `${sentence} The tightest condition: a name ${tightest.words} (${often}).`;
}

/** Lets the browser do what waits. Unlike setTimeout, it is not slowed down when called often. */
function pause() {
  return new Promise((/** @type {any} */ resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      resolve();
    };
    channel.port2.postMessage(null);
  });
}

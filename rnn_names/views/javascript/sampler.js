// Drawing names. A seed fixes an endless stream of candidates: candidate k is drawn with random
// numbers of its own, from the seed and k, so it is the same however many are drawn together.
// Candidates that break a condition are left out: the rest has the network's distribution given the
// conditions.

const NAMES_AT_ONCE = 256;
const FIRST_BATCH = 32; // a few more than are asked for on opening
const PRODUCTS_AT_ONCE = 2e7; // multiplications between two looks at the clock: about 10 ms
const SLICE = 16; // ms of work before the browser gets its turn
const FIRST_SLICE = 60; // the first one: a few names are there before anything is painted
const RARE_AFTER = 2048; // candidates, after which a guide takes over
const RARE = 500; // if fewer than one in so many of them was a name as wanted
const WEIGHED = 1024; // proposals that tell how large weights are
const GIVE_UP = 20000; // candidates in a row of which none meets the conditions

/**
 * Draws the candidates start, …, start + size − 1 together, and yields now and then. `options` come
 * from `completed`. Returns for each its name, null for one of a wrong length; and with a guide its
 * weight, and a random number from 0 to 1 to accept it by. `chain`, if given, takes in predictions.
 */
function* drawBatch(blend, options, start, size, { guide, chain } = {}) {
  const { n_y } = blend;
  const candidates = Array.from({ length: size }, (_, i) => ({
    random: new Random(options.seed, start + i),
    text: options.prefix,
    name: null,
    weight: 1,
    node: 0,
  }));
  let going = candidates;
  let length = options.start.length;
  let states = options.firstState;
  let nodes = [{ text: options.prefix, last: options.start.at(-1) ?? EOS, state: 0, factor: 1 }];
  while (going.length) {
    const probabilities = nextProbabilities(blend, states, nodes.length, options, length);
    nodes.forEach((node, i) => {
      if (options.ahead.size) lookAhead(probabilities, i * n_y, node.text, options.ahead, blend);
      if (guide) node.factor = guide.propose(probabilities, i * n_y, length, node.state, node.last);
    });
    if (chain)
      for (const { node } of going) chain.add(nodes[node].last, probabilities, node * n_y, 1);
    yield;
    const parent = [];
    const character = [];
    const child = new Map();
    const further = [];
    for (const candidate of going) {
      const { node, random } = candidate;
      candidate.weight *= nodes[node].factor;
      if (!candidate.weight) continue;
      const c = choose(probabilities, node * n_y, n_y, random.next() / 2 ** 32);
      if (c === EOS && length >= options.minLength) candidate.name = candidate.text;
      if (c === EOS || length === options.maxLength) continue;
      const branch = node * n_y + c;
      if (!child.has(branch)) {
        child.set(branch, parent.length);
        parent.push(node);
        character.push(c);
      }
      candidate.node = child.get(branch);
      candidate.text += blend.characters[c - 1];
      further.push(candidate);
    }
    going = further;
    if (!going.length) break;
    states = blend.nextStates(states, nodes.length, parent, character);
    nodes = parent.map((node, i) => ({
      text: nodes[node].text + blend.characters[character[i] - 1],
      last: character[i],
      state: guide ? guide.automaton.next[nodes[node].state * n_y + character[i]] : 0,
      factor: 1,
    }));
    length++;
    yield;
  }
  return candidates.map(({ name, weight, random }) => ({
    name,
    weight,
    point: guide ? random.next() / 2 ** 32 : 0,
  }));
}

/** The probabilities of the next character after each of m nodes: (m, n_y). */
function nextProbabilities(blend, states, m, options, length) {
  const logits = blend.logits(states, m);
  if (length === 0) for (const c of options.barred) logits[c] = -Infinity;
  softmax(logits, m, blend.n_y, options.temperature);
  return logits;
}

/** By inversion: the first character with which the probabilities sum to more than `point`. */
function choose(probabilities, start, n, point) {
  let sum = 0;
  let last = 0;
  for (let c = 0; c < n; c++) {
    if (probabilities[start + c] === 0) continue;
    sum += probabilities[start + c];
    if (point < sum) return c;
    last = c;
  }
  return last; // the sum may be a hair below 1
}

/**
 * Draws until `count` names meet the conditions, in slices, so that the browser stays awake. Where
 * hardly any of the first candidates does, the rest are proposed with a guide.
 *
 * Returns the names, how many candidates were drawn, and why there are fewer if so, in `shortage`.
 * `watch.found(name)` and `watch.progress(drawn)` are told on the way; `watch.stopped()` ends it.
 */
async function drawNames(blend, models, settings, count, watch = {}) {
  const options = completed(settings, blend, models);
  const conditions = conditionsOf(settings, models, blend.characters);
  const length = { words: lengthWords(options), tested: 0, passed: 0 };
  const search = new Search(blend, options, automatonOf(conditions, blend, options.prefix));
  const names = [];
  let last = 0;
  let tested = 0;
  let until = performance.now() + FIRST_SLICE;
  while (names.length < count && tested - last < GIVE_UP) {
    const batch = search.batch(names.length, count);
    let step;
    while (!(step = batch.next()).done) {
      if (performance.now() < until) continue;
      await pause();
      if (watch.stopped?.())
        return { names, drawn: tested, shortage: shortage(names.length, count, tested, []) };
      until = performance.now() + SLICE;
    }
    for (const name of step.value) {
      tested++;
      length.tested++;
      if (name === null) continue;
      length.passed++;
      if (!meetsAll(name, conditions)) continue;
      names.push(name);
      last = tested;
      watch.found?.(name);
      if (names.length === count) break;
    }
    watch.progress?.(tested);
  }
  const tallies = [length, ...conditions];
  return { names, drawn: tested, shortage: shortage(names.length, count, tested, tallies) };
}

/** The stream of candidates of a seed, batch by batch: first as they come, then with a guide. */
class Search {
  constructor(blend, options, automaton) {
    Object.assign(this, { blend, options, automaton });
    this.atOnce = batchSize(blend);
    this.drawn = 0;
    this.chain = automaton && new Chain(blend.n_y);
    this.waiting = []; // proposals whose weights tell how large weights are
  }

  /** The next candidates, null for those that are no names; yields now and then. */
  *batch(found, count) {
    if (this.drawn === RARE_AFTER && this.chain) this.lookAheadIfRare(found);
    const { blend, options, drawn, guide, chain } = this;
    let size = Math.ceil(((count - found) * drawn) / Math.max(found, 1)) + 8;
    if (!drawn) size = FIRST_BATCH;
    if (guide) size = this.atOnce;
    size = Math.min(size, this.atOnce);
    if (drawn < RARE_AFTER) size = Math.min(size, RARE_AFTER - drawn);
    const candidates = yield* drawBatch(blend, options, drawn, size, { guide, chain });
    this.drawn += size;
    return guide ? this.accepted(candidates) : candidates.map(({ name }) => name);
  }

  lookAheadIfRare(found) {
    if (found < RARE_AFTER / RARE) this.guide = guideOf(this.automaton, this.chain, this.options);
    this.chain = undefined;
    this.largest = undefined;
  }

  /**
   * Of proposals, those that are accepted: with the probability of their weight, as a share of the
   * largest of the first `WEIGHED` ones, which wait until it is known.
   */
  accepted(proposals) {
    this.waiting.push(...proposals);
    if (this.largest === undefined && this.waiting.length < WEIGHED) return [];
    const weights = this.waiting.map(({ name, weight }) => (name === null ? 0 : weight));
    this.largest ??= Math.max(...weights);
    const names = this.waiting.map(({ name, weight, point }) =>
      name !== null && point * this.largest < weight ? name : null,
    );
    this.waiting = [];
    return names;
  }
}

/** How many names are drawn together: fewer for a large network, which takes longer over each. */
function batchSize(blend) {
  const products = blend.parts.reduce(
    (sum, { network }) => sum + (network.rows + network.outputs) * network.n_a,
    0,
  );
  return Math.max(NODES, Math.min(NAMES_AT_ONCE, Math.floor(PRODUCTS_AT_ONCE / products)));
}

const number = (n) => Math.round(n).toLocaleString("en");

function lengthWords({ minLength, maxLength }) {
  return `has ${minLength} to ${maxLength} characters`;
}

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
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      resolve();
    };
    channel.port2.postMessage(null);
  });
}

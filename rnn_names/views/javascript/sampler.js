// Drawing names. A seed fixes an endless stream of candidates: candidate k is drawn with random
// numbers of its own, from the seed and k, so it is the same however many are drawn together.
// Candidates that break a condition are left out: the rest has the network's distribution given the
// conditions.

const NAMES_AT_ONCE = 256;
const FIRST_BATCH = 32; // a few more than are asked for on opening
const PRODUCTS_AT_ONCE = 2e7; // multiplications between two looks at the clock: about 10 ms
const SLICE = 16; // ms of work before the browser gets its turn
const FIRST_SLICE = 60; // the first one: a few names are there before anything is painted
const RARE_AFTER = 1024; // candidates, after which a guide takes over
const RARE = 500; // if fewer than one in so many of them was a name as wanted
const ROUNDS = 4; // of proposals that a guide learns from, and none of which comes out
const PRODUCTS_OF_ROUND = 1e7; // multiplications for a character of each; a batch at least
const CHARACTERS_OF_ROUND = 2 ** 15; // at most, if all are as long as names may be
const MOST_BOUND = 64; // in mean weights: higher, more proposals for a name; lower, more repeats
const MOST_REPEATS = 0.0025; // of the names that come out; the bound allows for no more
const MANY_REPEATS = 0.05; // more are told
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
  let nodes = [
    {
      text: options.prefix,
      last: options.start.at(-1) ?? EOS,
      state: 0,
      visited: guide?.root,
      guess: 1,
      factor: 1,
    },
  ];
  while (going.length) {
    const probabilities = nextProbabilities(blend, states, nodes.length, options, length);
    nodes.forEach((node, i) => {
      if (options.ahead.size) lookAhead(probabilities, i * n_y, node.text, options.ahead, blend);
    });
    if (chain)
      for (const { node } of going) chain.add(nodes[node].last, probabilities, node * n_y, 1);
    if (guide)
      nodes.forEach((node, i) => {
        node.factor = guide.propose(probabilities, i * n_y, length, node);
      });
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
    nodes = parent.map((node, i) => {
      const [{ text, state, visited }, c] = [nodes[node], character[i]];
      return {
        text: text + blend.characters[c - 1],
        last: c,
        state: guide ? guide.automaton.next[state * n_y + c] : 0,
        visited: guide?.child(visited, c),
        guess: guide?.after(length, state, c, visited),
        factor: 1,
      };
    });
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
  const short = shortage(names.length, count, tested, tallies);
  return { names, drawn: tested, shortage: short || (settings.unique ? "" : search.repeated()) };
}

/** The stream of candidates of a seed, batch by batch: first as they come, then with a guide. */
class Search {
  constructor(blend, options, automaton) {
    Object.assign(this, { blend, options, automaton });
    const products = productsOf(blend);
    this.atOnce = sizeFor(PRODUCTS_AT_ONCE, products, NAMES_AT_ONCE);
    this.round = sizeFor(PRODUCTS_OF_ROUND, products, CHARACTERS_OF_ROUND / options.maxLength);
    this.drawn = 0;
    this.chain = automaton && new Chain(blend.n_y);
    this.waiting = []; // proposals of a round
    this.rounds = 0;
    this.came = 0; // proposals that came out
    this.repeats = 0; // names that they brought beside the first of each
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
    if (guide) guide.isExploring = guide.isLearning && !guide.isExploring;
    const candidates = yield* drawBatch(blend, options, drawn, size, { guide, chain });
    this.drawn += size;
    return guide ? this.accepted(candidates) : candidates.map(({ name }) => name);
  }

  lookAheadIfRare(found) {
    if (found < RARE_AFTER / RARE) this.guide = guideOf(this.automaton, this.chain, this.options);
    if (!this.guide) this.chain = undefined;
  }

  /**
   * Of proposals, the names that come out: each weight / bound times on average, so that all have
   * their share. Those of rounds that the guide learns from do not come out.
   */
  accepted(proposals) {
    if (this.guide.isLearning) return this.learn(proposals);
    return proposals.flatMap(({ name, weight, point }) => {
      const times = name === null ? 0 : Math.floor(weight / this.bound + point);
      if (!times) return [null];
      this.came++;
      this.repeats += times - 1;
      return Array(Math.min(times, GIVE_UP)).fill(name);
    });
  }

  /** A sentence on names that come out several times at once; "" where they are few. */
  repeated() {
    const share = this.repeats / (this.came + this.repeats || 1);
    if (share <= MANY_REPEATS) return "";
    const percent = Math.round(100 * share);
    return `So few names meet the conditions that about ${percent}% are repeats of others.`;
  }

  /** Takes in a batch: every other one explores, and the rest says how large weights are. */
  learn(proposals) {
    const { guide } = this;
    if (guide.isExploring) return [];
    this.waiting.push(...proposals);
    if (this.waiting.length < this.round) return [];
    guide.learn();
    const weights = this.waiting.map(({ name, weight }) => (name === null ? 0 : weight));
    this.bound = boundOf(weights) ?? guide.root.value;
    this.waiting = [];
    guide.isLearning = ++this.rounds < ROUNDS;
    if (!guide.isLearning) this.chain = undefined;
    return [];
  }
}

/** The least of some weights with which hardly any name that comes out repeats another. */
function boundOf(weights) {
  const falling = weights.filter(Boolean).sort((a, b) => b - a);
  const total = falling.reduce((sum, weight) => sum + weight, 0);
  let larger = 0; // the sum of the weights above falling[i]
  const i = falling.findIndex((weight, above) => {
    larger += weight;
    return larger - (above + 1) * (falling[above + 1] ?? 0) > MOST_REPEATS * total;
  });
  return i < 0 ? undefined : Math.min(falling[i], (MOST_BOUND * total) / weights.length);
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

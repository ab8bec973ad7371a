// Drawing names. A seed fixes an endless stream of candidates: candidate k is drawn with random
// numbers of its own, from the seed and k, so it is the same however many are drawn together.
// Candidates that break a condition are left out: the rest has the network's distribution given the
// conditions.

const NAMES_AT_ONCE = 256;
const FIRST_BATCH = 32; // a few more than are asked for on opening
const PRODUCTS_AT_ONCE = 2e7; // multiplications between two looks at the clock: about 10 ms
const SLICE = 16; // ms of work before the browser gets its turn
const FIRST_SLICE = 60; // the first one: a few names are there before anything is painted
const GIVE_UP = 20000; // candidates in a row of which none meets the conditions

/**
 * Draws the candidates start, …, start + size − 1 together, and yields now and then. Returns their
 * names, null for one of a wrong length. `options` come from `completed`.
 */
function* drawBatch(blend, options, start, size) {
  const { n_y } = blend;
  const randoms = Array.from({ length: size }, (_, i) => new Random(options.seed, start + i));
  const texts = new Array(size).fill(options.prefix);
  const names = new Array(size).fill(null);
  const at = new Array(size).fill(0); // the node of each
  let going = texts.map((_, i) => i);
  let length = options.start.length;
  let states = options.firstState;
  let m = 1;
  let nodeTexts = [options.prefix];
  while (going.length) {
    const probabilities = nextProbabilities(blend, states, m, options, length);
    if (options.ahead.size)
      nodeTexts.forEach((text, i) => lookAhead(probabilities, i * n_y, text, options.ahead, blend));
    yield;
    const parent = [];
    const character = [];
    const child = new Map();
    const further = [];
    for (const i of going) {
      const c = choose(probabilities, at[i] * n_y, n_y, randoms[i].next() / 2 ** 32);
      if (c === EOS && length >= options.minLength) names[i] = texts[i];
      if (c === EOS || length === options.maxLength) continue;
      const branch = at[i] * n_y + c;
      if (!child.has(branch)) {
        child.set(branch, parent.length);
        parent.push(at[i]);
        character.push(c);
      }
      at[i] = child.get(branch);
      texts[i] += blend.characters[c - 1];
      further.push(i);
    }
    going = further;
    if (!going.length) break;
    states = blend.nextStates(states, m, parent, character);
    nodeTexts = parent.map((node, i) => nodeTexts[node] + blend.characters[character[i] - 1]);
    m = parent.length;
    length++;
    yield;
  }
  return names;
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
 * Draws until `count` names meet the conditions, in slices, so that the browser stays awake.
 *
 * Returns the names, how many candidates were drawn, and why there are fewer if so, in `shortage`.
 * `watch.found(name)` and `watch.progress(drawn)` are told on the way; `watch.stopped()` ends it.
 */
async function drawNames(blend, models, settings, count, watch = {}) {
  const options = completed(settings, blend, models);
  const conditions = conditionsOf(
    settings,
    models.map((model) => model.fingerprints),
    blend.characters,
  );
  const length = { words: lengthWords(options), tested: 0, passed: 0 };
  const names = [];
  const atOnce = batchSize(blend);
  let drawn = 0;
  let last = 0;
  let size = Math.min(FIRST_BATCH, atOnce);
  let until = performance.now() + FIRST_SLICE;
  while (names.length < count && drawn - last < GIVE_UP) {
    const batch = drawBatch(blend, options, drawn, size);
    let step;
    while (!(step = batch.next()).done) {
      if (performance.now() < until) continue;
      await pause();
      if (watch.stopped?.()) {
        return { names, drawn, shortage: shortage(names.length, count, drawn, []) };
      }
      until = performance.now() + SLICE;
    }
    for (const name of step.value) {
      drawn++;
      length.tested++;
      if (name === null) continue;
      length.passed++;
      if (!meetsAll(name, conditions)) continue;
      names.push(name);
      last = drawn;
      watch.found?.(name);
      if (names.length === count) break;
    }
    watch.progress?.(drawn);
    size = Math.min(
      Math.ceil(((count - names.length) * drawn) / Math.max(names.length, 1)) + 8,
      atOnce,
    );
  }
  return { names, drawn, shortage: shortage(names.length, count, drawn, [length, ...conditions]) };
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

// A walk down the tree of prefixes, which draws many names together. A name depends on the seed,
// the options, its number and its attempt (random_keys.js), not on the other names of the walk.

import { NODES, padded, slicesOf } from "./arithmetic.js";
import { EOS } from "./network.js";
import { MAX_LENGTH } from "./options.js";
import { subkey, uniform, word } from "./random_keys.js";

/**
 * Draws a name for each of some attempts; yields between steps.
 * @param {import("./blend.js").Blend} blend
 * @param {import("./types.js").DrawOptions} options
 * @param {{ number: number, attempt: number }[]} attempts
 * @param {import("./guide.js").Guide} [guide]
 * @returns {Generator<void, import("./types.js").Drawn[]>}
 */
export function* drawBatch(blend, options, attempts, guide) {
  const { n_y } = blend;
  const { minLength, maxLength, roots } = options;
  const unguided = { nodes: roots, logProbs: roots.map(({ logProb }) => logProb), total: 0 };
  let { nodes, logProbs, total } = guide?.begin() ?? unguided;
  const rootEdges = cumulated(logProbs);
  const draws = attempts.map(({ number, attempt }) => {
    const key = subkey(subkey(options.key, word(number)), word(attempt));
    const node = nodes.length > 1 ? choose(rootEdges, uniform(key, 0)) : 0;
    return { key, node, name: null, logWeight: total };
  });
  let active = draws;
  while (active.length) {
    const rows = logProbsAfter(blend, nodes, options); // log p; a guide makes it log q
    const nNames = new Uint32Array(nodes.length); // at each node
    for (const { node } of active) nNames[node]++;
    nodes.forEach((node, i) => {
      guide?.visit(node, rows[i], nNames[i]);
      node.logFactor = guide ? guide.reweight(rows[i], node) : 0;
    });
    const edges = rows.map(cumulated);
    yield;
    const [branches, further] = [/** @type {any[]} */ ([]), /** @type {any[]} */ ([])];
    const branchOf = new Map();
    for (const draw of active) {
      const { node: parent, key } = draw;
      const { text, length, logFactor } = nodes[parent];
      draw.logWeight += logFactor;
      if (draw.logWeight === -Infinity) continue;
      const c = choose(edges[parent], uniform(key, length));
      if (c === EOS && length >= minLength) draw.name = text;
      if (c === EOS || length === maxLength) continue;
      const branch = parent * n_y + c;
      if (!branchOf.has(branch)) branchOf.set(branch, branches.push({ parent, c }) - 1);
      draw.node = branchOf.get(branch);
      further.push(draw);
    }
    active = further;
    nodes = yield* nextNodes(blend, nodes, branches, guide);
  }
  const pointOf = (key) => (guide ? uniform(key, MAX_LENGTH + 1) : 0);
  return draws.map(({ name, logWeight, key }) => ({ name, logWeight, point: pointOf(key) }));
}

/** log p of the next character, (n_y,), after each node; a guide stores that of visited nodes. */
export function logProbsAfter(blend, nodes, options) {
  const { n_y } = blend;
  const asked = nodes.filter(({ visited }) => !visited?.logs);
  const all = blend.logProbs(stacked(blend, asked), asked.length, options);
  let from = 0;
  return nodes.map(({ visited }) => visited?.logs?.slice() ?? all.subarray(from, (from += n_y)));
}

/** The states of some nodes in one array for each network. */
function stacked({ parts }, nodes) {
  return parts.map(({ network: { n_a } }, part) => {
    const states = new Float64Array(padded(nodes.length, NODES) * n_a);
    nodes.forEach(({ hidden }, i) => states.set(hidden[part].subarray(0, n_a), i * n_a));
    return states;
  });
}

/**
 * The children of some nodes; hidden states that a guide has stored are not computed again. Yields
 * between slices of the work.
 * @param {import("./types.js").Node[]} nodes
 * @param {{ parent: number, c: number, reach?: number }[]} branches
 * @param {import("./guide.js").Guide} [guide]
 * @returns {Generator<void, import("./types.js").Node[]>}
 */
export function* nextNodes(blend, nodes, branches, guide) {
  const next = branches.map(({ parent, c, reach }) => {
    const { text, length } = nodes[parent];
    const known = guide?.child(nodes[parent], c);
    const node = { text: text + blend.characters[c - 1], length: length + 1, reach, ...known };
    return { ...node, parent, c, hidden: /** @type {any} */ (known?.visited?.hidden) };
  });
  const asked = next.filter(({ hidden }) => !hidden);
  for (const parents of slicesOf([...new Set(asked.map(({ parent }) => parent))])) {
    const place = new Map(parents.map((parent, i) => [parent, i]));
    const before = parents.map((parent) => nodes[parent]);
    const own = asked.filter(({ parent }) => place.has(parent));
    const rows = own.map(({ parent }) => place.get(parent));
    const characters = own.map(({ c }) => c);
    const states = blend.nextStates(stacked(blend, before), before.length, rows, characters);
    own.forEach((node, i) => {
      node.hidden = blend.parts.map(({ network: { n_a } }, part) =>
        states[part].subarray(i * n_a, (i + 1) * n_a),
      );
    });
    yield;
  }
  return next;
}

/** Cumulative sums of probabilities, from their logarithms, in place. */
function cumulated(logs) {
  let sum = 0;
  for (let k = 0; k < logs.length; k++) logs[k] = sum += Math.exp(logs[k]);
  return logs;
}

/** The first index whose cumulative probability is above `point` times the total; 0 ≤ point < 1. */
function choose(edges, point) {
  const wanted = point * edges[edges.length - 1];
  let k = 0;
  while (edges[k] <= wanted && k < edges.length - 1) k++;
  return k;
}

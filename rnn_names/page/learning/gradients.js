// Back-propagation through time over a prefix tree, by the equations of rnn_names/network/rnn.py.
// `d` before a name denotes a gradient of the loss. dr, dz and dc are the gradients of the
// arguments of σ and tanh.
//
//     forward                                       backward, from da
//
//     r = σ(x Wrᵀ + br + p_r),  p_r = a_prev Urᵀ    w  = da ∘ (1 − z)
//     z = σ(x Wzᵀ + bz + p_z),  p_z = a_prev Uzᵀ    dz = w ∘ (a − c)
//     p = a_prev Unᵀ + bn                           dc = w ∘ (1 − c²)
//     c = tanh(x Wnᵀ + bc + r ∘ p)                  dr = dc ∘ p ∘ r ∘ (1 − r),   dp = dc ∘ r
//     a = (1 − z) ∘ c + z ∘ a_prev                  da_prev = da ∘ z + dr Ur + dz Uz + dp Un
//
//     logits = (mask ∘ a) Wyaᵀ + by                 d_logits = n ŷ − y,   n names at the node
//     loss = − Σ y · log softmax(logits)            da = mask ∘ (d_logits Wya) + what children send
//
// `params` are Wax (3 n_a, n_y), Waa (3 n_a, n_a), ba (3 n_a), Wya (n_y, n_a), by (n_y), a0 and bn
// (n_a), row by row. n_a is a multiple of NODES.

import { NODES, normalise, padded, product, ROWS, sigmoid, tanh } from "../engine/arithmetic.js";
import { EOS, inputTable } from "../engine/network.js";
import { prefixTree } from "./tree.js";

/** The transpose of a matrix, (rows, columns) to (columns, rows), in rows of `stride` numbers. */
function transposed(matrix, rows, columns, stride = rows) {
  const out = new Float64Array(columns * stride);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) out[j * stride + i] = matrix[i * columns + j];
  return out;
}

/** out += dᵀ a: `d` (m, rows), `a` (m, columns), `out` (rows, columns); m and rows are padded. */
// biome-ignore format: in rows
function addOuterProducts(d, a, m, rows, columns, out) {
  for (let i = 0; i < m; i += NODES) {
    const a0 = i * columns, a1 = a0 + columns, a2 = a1 + columns, a3 = a2 + columns;
    for (let j = 0; j < rows; j += ROWS) {
      const d0 = i * rows + j, d1 = d0 + rows, d2 = d1 + rows, d3 = d2 + rows;
      const u0 = d[d0], u1 = d[d1], u2 = d[d2], u3 = d[d3];
      const v0 = d[d0 + 1], v1 = d[d1 + 1], v2 = d[d2 + 1], v3 = d[d3 + 1];
      const o0 = j * columns, o1 = o0 + columns;
      for (let k = 0; k < columns; k++) {
        const x0 = a[a0 + k], x1 = a[a1 + k], x2 = a[a2 + k], x3 = a[a3 + k];
        out[o0 + k] += u0 * x0 + u1 * x1 + u2 * x2 + u3 * x3;
        out[o1 + k] += v0 * x0 + v1 * x1 + v2 * x2 + v3 * x3;
      }
    }
  }
}

/** out = a ∘ mask, for a mask as long as a row of `a` or as `a`. Returns `a` without a mask. */
function masked(a, mask, out = new Float64Array(a.length)) {
  if (!mask) return a;
  for (let start = 0; start < a.length; start += mask.length)
    for (let i = 0; i < mask.length; i++) out[start + i] = a[start + i] * mask[i];
  return out;
}

/** The units that a mask keeps (all without a mask), and one more if their number needs padding. */
function unitsOf(mask, n_a) {
  const units = [...Array(n_a).keys()].filter((k) => !mask || mask[k]);
  return Int32Array.from(units.length % ROWS ? [...units, mask.indexOf(0)] : units);
}

/** out = the columns `units` of the first rows of a matrix (…, n_a): (rows, units). */
function columns(matrix, rows, n_a, units, out) {
  for (let i = 0, o = 0; i < rows; i++)
    for (let k = 0; k < units.length; k++) out[o++] = matrix[i * n_a + units[k]];
}

/** The reverse: adds `values` (rows, units) to the columns `units` of a matrix (…, n_a). */
function addToColumns(matrix, rows, n_a, units, values) {
  for (let i = 0, o = 0; i < rows; i++)
    for (let k = 0; k < units.length; k++) matrix[i * n_a + units[k]] += values[o++];
  return matrix;
}

// --- Forward -------------------------------------------------------------------------------------

/**
 * The hidden states of all rows of a tree, and what the backward pass needs.
 *
 * a, r, z and c (rows, n_a); p (rows, 3 n_a), the projections of rows with children, including bn.
 *
 * Only the units of a that `unitMask` keeps are multiplied by Waa. `units` are their indices, `met`
 * (rows, units) their columns of a, and Waa (3 n_a, units) their columns of the masked Waa.
 */
function hiddenStates(tree, params, unitMask = undefined) {
  const n_a = params.a0.length;
  const size = 3 * n_a;
  const array = (columns) => new Float64Array(tree.rows * columns);
  const units = unitsOf(unitMask, n_a);
  const Waa = new Float64Array(size * units.length);
  columns(masked(params.Waa, unitMask), size, n_a, units, Waa);
  const [a, r, z, c] = [array(n_a), array(n_a), array(n_a), array(n_a)];
  const [p, met] = [array(size), array(units.length)];
  const kept = { a, r, z, c, p, met, units, Waa };
  a.set(params.a0);
  const from_x = inputTable(params);
  for (const { start, n, aboveStart, parents } of tree.levels) {
    const m = padded(parents, NODES);
    const metAbove = met.subarray(aboveStart * units.length);
    columns(a.subarray(aboveStart * n_a), m, n_a, units, metAbove);
    const projected = p.subarray(aboveStart * size);
    product(metAbove, m, Waa, size, units.length, projected);
    for (let i = 0; i < parents; i++)
      for (let k = 0; k < n_a; k++) projected[(3 * i + 2) * n_a + k] += params.bn[k];
    for (let row = start; row < start + n; row++)
      gruForward(kept, row, tree.parent[row], from_x, tree.x[row] * size, n_a);
  }
  return kept;
}

function gruForward({ a, p, r, z, c }, row, parent, from_x, x, n_a) {
  for (let k = 0; k < n_a; k++) {
    const o = row * n_a + k;
    const q = 3 * parent * n_a + k;
    r[o] = sigmoid(from_x[x + k] + p[q]);
    z[o] = sigmoid(from_x[x + n_a + k] + p[q + n_a]);
    c[o] = tanh(from_x[x + 2 * n_a + k] + r[o] * p[q + 2 * n_a]);
    a[o] = c[o] + z[o] * (a[parent * n_a + k] - c[o]);
  }
}

/** The loss of a tree in nats, summed over its characters; `logits` becomes their gradient. */
function lossAndLogitGradients(tree, logits, n_y) {
  const { outputs, y, passing } = tree; // unused rows are 0 in both, so their gradient is 0
  let loss = 0;
  for (let row = 0; row < tree.rows; row++) {
    const start = row * outputs;
    const logs = normalise(logits.subarray(start, start + n_y));
    for (let c = 0; c < n_y; c++) {
      loss -= y[start + c] * logs[c];
      logs[c] = passing[row] * Math.exp(logs[c]) - y[start + c];
    }
  }
  return loss;
}

/** The logits of all rows of states: (rows, outputs). */
function logitsOf(states, { rows, outputs }, params) {
  const [n_a, n_y] = [params.a0.length, params.by.length];
  const Wya = new Float64Array(outputs * n_a); // padded
  Wya.set(params.Wya);
  const logits = new Float64Array(rows * outputs);
  product(states, rows, Wya, outputs, n_a, logits);
  for (let row = 0; row < rows; row++)
    for (let c = 0; c < n_y; c++) logits[row * outputs + c] += params.by[c];
  return logits;
}

/** The tree of encoded names, and the logits of its rows: (rows, outputs). */
export function predictions(names, params) {
  const tree = prefixTree(names, params.by.length);
  return { tree, logits: logitsOf(hiddenStates(tree, params).a, tree, params) };
}

/** The mean loss on encoded names, in nats per character, including ends. */
export function meanLoss(names, params) {
  const { tree, logits } = predictions(names, params);
  return lossAndLogitGradients(tree, logits, params.by.length) / tree.characters;
}

// --- Backward ------------------------------------------------------------------------------------

/**
 * The loss of a tree's names, summed over their characters, and its gradient for each parameter.
 *
 * Dropout: `nodeMask` (rows, n_a) multiplies a before the output layer, and `unitMask` (n_a,)
 * multiplies a_prev before Waa: (mask ∘ a) Waaᵀ = a (Waa ∘ mask)ᵀ. With `biasesOnly`, the gradients
 * of Waa and Wya stay zero, which saves a third of the time.
 */
export function lossAndGradients(tree, params, how = {}) {
  const { unitMask, nodeMask, biasesOnly } = how;
  const { outputs } = tree;
  const [n_a, n_y] = [params.a0.length, params.by.length];
  const kept = hiddenStates(tree, params, unitMask);
  const toOutput = masked(kept.a, nodeMask);
  const d_logits = logitsOf(toOutput, tree, params);
  const loss = lossAndLogitGradients(tree, d_logits, n_y);

  const Wya = new Float64Array(outputs * n_a);
  if (!biasesOnly) addOuterProducts(d_logits, toOutput, tree.rows, outputs, n_a, Wya);
  const by = columnSums(d_logits, tree.rows, outputs).subarray(0, n_y);
  const da = new Float64Array(tree.rows * n_a);
  product(d_logits, tree.rows, transposed(params.Wya, n_y, n_a, outputs), n_a, outputs, da);
  masked(da, nodeMask, da);
  const gradients = overTime(tree, n_a, n_y, kept, da, biasesOnly);
  masked(gradients.Waa, unitMask, gradients.Waa); // by the chain rule, from Waa ∘ mask to Waa
  return { loss, gradients: { ...gradients, Wya: Wya.subarray(0, n_y * n_a), by } };
}

/** Gradients of Wax, Waa, ba, a0 and bn, from the last level to the first; `da` is overwritten. */
function overTime(tree, n_a, n_y, kept, da, biasesOnly) {
  const size = 3 * n_a;
  const { met, units } = kept;
  const n_units = units.length;
  const WaaT = transposed(kept.Waa, size, n_units);
  const dp = new Float64Array(tree.rows * size); // of projections: what children send
  const d_Waa = new Float64Array(size * n_units);
  const d_from_x = new Float64Array(n_y * size); // summed over nodes with the same character
  for (const { start, n, aboveStart, parents } of [...tree.levels].reverse()) {
    for (let row = start; row < start + n; row++)
      gruBackward(kept, row, tree.parent[row], da, dp, d_from_x, tree.x[row] * size, n_a);
    const m = padded(parents, NODES);
    const d_above = dp.subarray(aboveStart * size);
    if (!biasesOnly)
      addOuterProducts(d_above, met.subarray(aboveStart * n_units), m, size, n_units, d_Waa);
    const sent = new Float64Array(m * n_units);
    product(d_above, m, WaaT, n_units, size, sent);
    addToColumns(da.subarray(aboveStart * n_a), parents, n_a, units, sent);
  }
  const bn = columnSums(dp, tree.rows, size).slice(2 * n_a);
  const ba = columnSums(d_from_x, n_y, size);
  d_from_x.fill(0, EOS * size, (EOS + 1) * size); // row x is column x of Wax
  const Wax = transposed(d_from_x, n_y, size);
  const Waa = addToColumns(new Float64Array(size * n_a), size, n_a, units, d_Waa);
  return { Wax, ba, Waa, a0: da.slice(0, n_a), bn };
}

function gruBackward({ a, p, r, z, c }, row, parent, da, dp, d_from_x, x, n_a) {
  for (let k = 0; k < n_a; k++) {
    const o = row * n_a + k;
    const q = 3 * parent * n_a + k;
    const w = da[o] * (1 - z[o]);
    const dz = w * (a[o] - c[o]);
    const dc = w * (1 - c[o] * c[o]);
    const dr = dc * p[q + 2 * n_a] * r[o] * (1 - r[o]);
    da[parent * n_a + k] += da[o] * z[o];
    dp[q] += dr;
    dp[q + n_a] += dz;
    dp[q + 2 * n_a] += dc * r[o];
    d_from_x[x + k] += dr;
    d_from_x[x + n_a + k] += dz;
    d_from_x[x + 2 * n_a + k] += dc;
  }
}

function columnSums(matrix, rows, columns) {
  const sums = new Float64Array(columns);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < columns; k++) sums[k] += matrix[i * columns + k];
  return sums;
}

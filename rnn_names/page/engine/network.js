// The network, with the equations and the notation of rnn_names/network/rnn.py, one row per node:
//
//     r = σ(x Wrᵀ + br + a_prev Urᵀ),  z = σ(x Wzᵀ + bz + a_prev Uzᵀ)      gates, (m, n_a)
//     c = tanh(x Wnᵀ + bc + r ∘ (a_prev Unᵀ + bn))                          candidate
//     a = (1 − z) ∘ c + z ∘ a_prev                                          hidden state
//     ŷ = softmax(a Wyaᵀ + by)                                              prediction, (m, n_y)
//
// Wax = [Wr Wz Wn], Waa = [Ur Uz Un], ba = [br bz bc]. A plain cell is one with r = 1 and z = 0.
// A node is a prefix of names; names share the nodes of their common prefixes.

import { NODES, padded, product, ROWS, sigmoid, tanh } from "./arithmetic.js";

export const EOS = 0; // the index of the end of a name; characters follow in code-point order

/** The distinct characters, in the order of their indices. */
export const sortedCharacters = (characters) =>
  [...new Set(characters)].sort((a, b) => a.codePointAt(0) - b.codePointAt(0));

/** x Waxᵀ + ba (n_y, 3 n_a): a row for each one-hot x, except that row EOS has the zero vector. */
export function inputTable({ Wax, ba }) {
  const size = ba.length;
  const n_y = Wax.length / size;
  const table = new Float64Array(n_y * size);
  for (let x = 0; x < n_y; x++)
    for (let i = 0; i < size; i++) table[x * size + i] = ba[i] + (x === EOS ? 0 : Wax[i * n_y + x]);
  return table;
}

export class Network {
  /** `model` is as in models.js; its `weights` are Wax, Waa, Wya, ba, by, a0 and bn, row by row. */
  constructor({ weights, ...model }) {
    this.characters = Array.from(model.vocabulary); // by code point: index 1, 2, …
    this.n_a = model.hidden_size;
    this.unknownLogit = model.unknown_logit;
    this.rows = padded(3 * this.n_a, ROWS);
    this.outputs = padded(this.characters.length + 1, ROWS);
    this.Waa = new Float64Array(this.rows * this.n_a);
    this.Waa.set(weights.Waa);
    this.Wya = new Float64Array(this.outputs * this.n_a);
    this.Wya.set(weights.Wya);
    this.by = weights.by;
    this.bn = weights.bn;
    this.a0 = weights.a0;
    this.from_x = inputTable(weights);
  }

  /** The state of one node at the beginning of names: the step from a0 with x⟨1⟩ = 0. */
  firstState() {
    const a0 = new Float64Array(NODES * this.n_a);
    a0.set(this.a0);
    return this.nextStates(a0, 1, [0], [EOS]);
  }

  /** The state of each node parent[i] after character[i]; −1 leaves it unchanged. */
  nextStates(states, m, parent, character) {
    const { n_a, rows, from_x, bn } = this;
    const from_a = new Float64Array(padded(m, NODES) * rows);
    product(states, padded(m, NODES), this.Waa, rows, n_a, from_a);
    const a = new Float64Array(padded(parent.length, NODES) * n_a);
    for (let i = 0; i < parent.length; i++) {
      const a_prev = states.subarray(parent[i] * n_a, (parent[i] + 1) * n_a);
      if (character[i] < 0) {
        a.set(a_prev, i * n_a);
        continue;
      }
      const x = 3 * n_a * character[i]; // where its rows of from_x and from_a begin
      const p = rows * parent[i];
      for (let k = 0; k < n_a; k++) {
        const r = sigmoid(from_x[x + k] + from_a[p + k]);
        const z = sigmoid(from_x[x + n_a + k] + from_a[p + n_a + k]);
        const c = tanh(from_x[x + 2 * n_a + k] + r * (from_a[p + 2 * n_a + k] + bn[k]));
        a[i * n_a + k] = c + z * (a_prev[k] - c);
      }
    }
    return a;
  }

  /** a Wyaᵀ of m nodes, with `this.outputs` columns; only the first n_y are used. */
  outputLayer(states, m, Wya) {
    const out = new Float64Array(padded(m, NODES) * this.outputs);
    product(states, padded(m, NODES), Wya, this.outputs, this.n_a, out);
    return out;
  }
}

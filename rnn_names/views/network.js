// The network, with the equations and the notation of rnn_names/network/rnn.py, one row per node:
//
//     a⟨t⟩ = tanh(x⟨t⟩ Waxᵀ + a⟨t-1⟩ Waaᵀ + ba)        hidden state, (m, n_a)
//     ŷ⟨t⟩ = softmax(a⟨t⟩ Wyaᵀ + by)                    prediction of the next character, (m, n_y)
//
// A node is one beginning of a name; names that begin alike share their nodes.
//
// All that leads to a name is made of + − × ÷, rounding and comparison of 64-bit floats. ECMAScript
// says for each of them what the result is, to the last bit. Math.exp and Math.tanh may differ from
// browser to browser, so `exp` is written out here: a link brings the same names in every browser.

const EOS = 0; // the index of the end of a name; characters follow in code-point order

// As many rows and nodes of a product are computed together: matrices are padded to multiples.
const ROWS = 2;
const NODES = 4;

const padded = (n, multiple) => Math.ceil(n / multiple) * multiple;

// --- Arithmetic ----------------------------------------------------------------------------------

const LOG2_E = 1.4426950408889634;
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const POWERS_OF_2 = new Float64Array(2046).fill(1); // 2^(i - 1022)
for (let i = 1023; i < 2046; i++) POWERS_OF_2[i] = 2 * POWERS_OF_2[i - 1];
for (let i = 1021; i >= 0; i--) POWERS_OF_2[i] = POWERS_OF_2[i + 1] / 2;

const FACTORS = new Float64Array(12).fill(1); // 1 / i!
for (let i = 2; i < FACTORS.length; i++) FACTORS[i] = FACTORS[i - 1] / i;

/** eˣ to 1e-14 of it: x = n ln 2 + r with |r| ≤ 0.35; 2ⁿ from a table, eʳ by its series. */
function exp(x) {
  if (x < -700) return 0;
  if (x > 700) x = 700; // σ and tanh are 1 long before
  const n = Math.floor(x * LOG2_E + 0.5);
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  let sum = FACTORS[11];
  for (let i = 10; i >= 0; i--) sum = sum * r + FACTORS[i];
  return sum * POWERS_OF_2[n + 1022];
}

const sigmoid = (x) => 1 / (1 + exp(-x));
const tanh = (x) => 1 - 2 / (1 + exp(2 * x));

/** out = a Wᵀ: `a` (m, columns), `W` (rows, columns), `out` (m, rows); m and rows are padded. */
// prettier-ignore
function product(a, m, W, rows, columns, out) {
  for (let j = 0; j < rows; j += ROWS) {
    const w0 = j * columns, w1 = w0 + columns;
    for (let i = 0; i < m; i += NODES) {
      const a0 = i * columns, a1 = a0 + columns, a2 = a1 + columns, a3 = a2 + columns;
      let s00 = 0, s01 = 0, s10 = 0, s11 = 0, s20 = 0, s21 = 0, s30 = 0, s31 = 0;
      for (let k = 0; k < columns; k++) {
        const u = W[w0 + k], v = W[w1 + k];
        s00 += u * a[a0 + k]; s01 += v * a[a0 + k];
        s10 += u * a[a1 + k]; s11 += v * a[a1 + k];
        s20 += u * a[a2 + k]; s21 += v * a[a2 + k];
        s30 += u * a[a3 + k]; s31 += v * a[a3 + k];
      }
      const o0 = i * rows + j, o1 = o0 + rows, o2 = o1 + rows, o3 = o2 + rows;
      out[o0] = s00; out[o0 + 1] = s01;
      out[o1] = s10; out[o1 + 1] = s11;
      out[o2] = s20; out[o2 + 1] = s21;
      out[o3] = s30; out[o3 + 1] = s31;
    }
  }
}

/** softmax(logits / temperature) of each row: (m, n) in place. */
function softmax(logits, m, n, temperature = 1) {
  for (let start = 0; start < m * n; start += n) {
    let largest = -Infinity;
    let sum = 0;
    for (let c = start; c < start + n; c++) largest = Math.max(largest, logits[c]);
    for (let c = start; c < start + n; c++) {
      logits[c] = exp((logits[c] - largest) / temperature);
      sum += logits[c];
    }
    for (let c = start; c < start + n; c++) logits[c] /= sum;
  }
}

/** log ŷ of one row of logits, in nats. Nothing is drawn by it: browsers' Math.log may differ. */
function logSoftmax(logits) {
  const largest = logits.reduce((a, b) => Math.max(a, b));
  const logSum = Math.log(logits.reduce((sum, logit) => sum + exp(logit - largest), 0));
  return logits.map((logit) => logit - largest - logSum);
}

// --- Cells ---------------------------------------------------------------------------------------

/** a = tanh(from_x + from_a), where from_x = x Waxᵀ + ba and from_a = a_prev Waaᵀ. */
function vanillaStep(from_x, x, from_a, p, a, o, n_a) {
  for (let i = 0; i < n_a; i++) a[o + i] = tanh(from_x[x + i] + from_a[p + i]);
}

/** The GRU as in rnn.py: gates r, z and the candidate c; a = (1 − z) ∘ c + z ∘ a_prev. */
function gruStep(from_x, x, from_a, p, a, o, n_a, bn, a_prev, q) {
  for (let i = 0; i < n_a; i++) {
    const r = sigmoid(from_x[x + i] + from_a[p + i]);
    const z = sigmoid(from_x[x + n_a + i] + from_a[p + n_a + i]);
    const c = tanh(from_x[x + 2 * n_a + i] + r * (from_a[p + 2 * n_a + i] + bn[i]));
    a[o + i] = c + z * (a_prev[q + i] - c);
  }
}

/** One trained network and the characters that it knows. */
class Network {
  /** `model` as views/page.py writes it; `weights`: Wax, Waa, Wya, ba, by, a0 (bn), row by row. */
  constructor(model, weights) {
    this.characters = Array.from(model.vocabulary); // by code point: index 1, 2, …
    this.n_a = model.hidden_size;
    this.n_y = this.characters.length + 1;
    this.unknownLogit = model.unknown_logit;
    this.gates = model.cell === "gru" ? 3 : 1;
    this.rows = padded(this.gates * this.n_a, ROWS);
    this.outputs = padded(this.n_y, ROWS);
    this.Waa = new Float64Array(this.rows * this.n_a);
    this.Waa.set(weights.Waa);
    this.Wya = new Float64Array(this.outputs * this.n_a);
    this.Wya.set(weights.Wya);
    this.by = weights.by;
    this.bn = weights.bn;
    this.a0 = weights.a0;
    this.from_x = this.inputLayer(weights.Wax, weights.ba);
  }

  /** x Waxᵀ + ba for each one-hot x, and for the zero vector, which stands in row EOS. */
  inputLayer(Wax, ba) {
    const size = this.gates * this.n_a;
    const from_x = new Float64Array(this.n_y * size);
    for (let x = 0; x < this.n_y; x++) {
      for (let i = 0; i < size; i++) {
        from_x[x * size + i] = ba[i] + (x === EOS ? 0 : Wax[i * this.n_y + x]);
      }
    }
    return from_x;
  }

  /** The state before a name, a0 with x⟨1⟩ = 0 read: one node. */
  firstState() {
    const a0 = new Float64Array(NODES * this.n_a);
    a0.set(this.a0);
    return this.nextStates(a0, 1, [0], [EOS]);
  }

  /**
   * The states after one more character: child i goes on from node parent[i] with character[i], or
   * stays as it is where that is −1, a character that this network does not know.
   */
  nextStates(states, m, parent, character) {
    const { n_a, rows } = this;
    const size = this.gates * n_a;
    const from_a = new Float64Array(padded(m, NODES) * rows);
    product(states, padded(m, NODES), this.Waa, rows, n_a, from_a);
    const a = new Float64Array(padded(parent.length, NODES) * n_a);
    for (let i = 0; i < parent.length; i++) {
      const x = character[i] * size;
      const p = parent[i] * rows;
      const o = i * n_a;
      const q = parent[i] * n_a;
      if (x < 0) a.set(states.subarray(q, q + n_a), o);
      else if (this.bn) gruStep(this.from_x, x, from_a, p, a, o, n_a, this.bn, states, q);
      else vanillaStep(this.from_x, x, from_a, p, a, o, n_a);
    }
    return a;
  }

  /** a Wyaᵀ + by of m nodes, with `this.outputs` columns, of which the first n_y count. */
  logits(states, m) {
    const { outputs } = this;
    const logits = new Float64Array(padded(m, NODES) * outputs);
    product(states, padded(m, NODES), this.Wya, outputs, this.n_a, logits);
    for (let i = 0; i < m; i++) {
      for (let c = 0; c < this.n_y; c++) logits[i * outputs + c] += this.by[c];
    }
    return logits;
  }
}

// --- Several networks ----------------------------------------------------------------------------

/** Shares scaled to sum to 1; divided by the largest first, as the sum of all may be infinite. */
function scaled(shares) {
  const largest = Math.max(...shares);
  if (!(largest > 0 && shares.every((share) => share >= 0 && share < Infinity)))
    throw new RangeError("Shares must be finite numbers, none below 0 and one above it.");
  const relative = shares.map((share) => share / largest);
  const total = relative.reduce((sum, share) => sum + share);
  return relative.map((share) => share / total);
}

/**
 * A blend, the normalised geometric mean: log p(c | prefix) = Σ shareᵢ log pᵢ(c | prefix) − log Z.
 *
 * softmax forgets constants, so logits are averaged as they are. A character that a network does
 * not know has a fixed logit there, and leaves its state as it is. One with share 0 is left out.
 */
class Blend {
  constructor(networks, shares) {
    if (shares.length !== networks.length) throw new RangeError("Give one share for each model.");
    const weights = scaled(shares);
    const parts = networks.map((network, i) => ({ network, share: weights[i] }));
    this.parts = parts.filter(({ share }) => share > 0);
    const all = new Set(this.parts.flatMap(({ network }) => network.characters));
    this.characters = [...all].sort((a, b) => a.codePointAt(0) - b.codePointAt(0));
    this.n_y = this.characters.length + 1;
    this.index = new Map(this.characters.map((character, i) => [character, i + 1]));
    for (const part of this.parts) {
      const known = new Map(part.network.characters.map((character, i) => [character, i + 1]));
      part.index = [EOS, ...this.characters.map((character) => known.get(character) ?? -1)];
    }
  }

  /** The state before a name: an array for each network. */
  firstState() {
    return this.parts.map(({ network }) => network.firstState());
  }

  /** As `Network.nextStates`; characters are those of the joint vocabulary. */
  nextStates(states, m, parent, character) {
    return this.parts.map(({ network, index }, i) =>
      network.nextStates(
        states[i],
        m,
        parent,
        character.map((c) => index[c]),
      ),
    );
  }

  /** The logits of m nodes: (m, n_y). */
  logits(states, m) {
    const logits = new Float64Array(m * this.n_y);
    this.parts.forEach(({ network, share, index }, part) => {
      const own = network.logits(states[part], m);
      for (let i = 0; i < m; i++) {
        for (let c = 0; c < this.n_y; c++) {
          const logit = index[c] < 0 ? network.unknownLogit : own[i * network.outputs + index[c]];
          logits[i * this.n_y + c] += share * logit;
        }
      }
    });
    return logits;
  }

  /** The indices of a text's characters; undefined for one that no network knows. */
  encode(text) {
    return Array.from(text.normalize("NFC"), (character) => this.index.get(character));
  }

  /**
   * What was expected at each place of a name, its end included: for each the index of what stands
   * there, and log ŷ (n_y,) of all that could. It stops at a character that no network knows.
   */
  expectations(name) {
    const places = [];
    let state = this.firstState();
    for (const character of [...this.encode(name), EOS]) {
      places.push({ character, logProbs: logSoftmax(this.logits(state, 1)) });
      if (character === undefined) break;
      if (character !== EOS) state = this.nextStates(state, 1, [0], [character]);
    }
    return places;
  }

  /** The log-probability of a name, its end included, in nats; −∞ where a character is unknown. */
  logProb(name) {
    return this.expectations(name).reduce(
      (sum, { character, logProbs }) => sum + (logProbs[character] ?? -Infinity),
      0,
    );
  }
}

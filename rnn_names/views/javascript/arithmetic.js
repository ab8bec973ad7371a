// Arithmetic that is the same in every browser: + − × ÷, rounding and comparison of 64-bit floats,
// each of which ECMAScript fixes to the last bit. Math.exp and Math.tanh may differ from browser to
// browser, so `exp` is written out here: a link brings the same names everywhere.

// As many rows and nodes of a product are computed together: matrices are padded to multiples.
const ROWS = 2;
const NODES = 4;

const padded = (n, multiple) => Math.ceil(n / multiple) * multiple;

const LOG2_E = 1.4426950408889634;
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const POWERS_OF_2 = new Float64Array(2046).fill(1); // 2^(i - 1022)
for (let i = 1023; i < 2046; i++) POWERS_OF_2[i] = 2 * POWERS_OF_2[i - 1];
for (let i = 1021; i >= 0; i--) POWERS_OF_2[i] = POWERS_OF_2[i + 1] / 2;

// 1 / i!, each from the one before
// prettier-ignore
const F2 = 1 / 2, F3 = F2 / 3, F4 = F3 / 4, F5 = F4 / 5, F6 = F5 / 6,
  F7 = F6 / 7, F8 = F7 / 8, F9 = F8 / 9, F10 = F9 / 10, F11 = F10 / 11;

/** eˣ to 1e-14 of it: x = n ln 2 + r with |r| ≤ 0.35; 2ⁿ from a table, eʳ by its series. */
function exp(x) {
  if (x < -700) return 0;
  if (x > 700) x = 700; // σ and tanh are 1 long before
  const n = Math.floor(x * LOG2_E + 0.5);
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  const rest = ((((F11 * r + F10) * r + F9) * r + F8) * r + F7) * r + F6; // quicker than a loop
  const series = (((((rest * r + F5) * r + F4) * r + F3) * r + F2) * r + 1) * r + 1;
  return series * POWERS_OF_2[n + 1022];
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

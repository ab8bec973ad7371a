// Arithmetic in 64-bit floats: matrix products, gates and log-probabilities.

// The numbers of rows and of nodes that `product` computes together. Matrices are padded to
// multiples of them.
export const ROWS = 2;
export const NODES = 4;

export const padded = (n, multiple) => Math.ceil(n / multiple) * multiple;

const AT_ONCE = 64; // items of long work between two checks of the clock

/** Some items after others, as lists. */
export function* slicesOf(items) {
  for (let i = 0; i < items.length; i += AT_ONCE) yield items.slice(i, i + AT_ONCE);
}

/** Calls `act` for each of some items; yields now and then. */
export function* forEach(items, act) {
  for (const some of slicesOf(items)) yield some.forEach(act);
}

// eˣ for gates: e^(k/64) from a table, times the Taylor series of the rest. It is accurate to 1e-15
// and takes 2/3 of the time of Math.exp. Beyond ±40, σ is 0 or 1 and tanh is ±1, to 1e-17.
const POWERS = Float64Array.from({ length: 5121 }, (_, k) => Math.exp(k / 64 - 40));

function exp(x) {
  const near = x < -40 ? -40 : x > 40 ? 40 : x;
  const k = (near * 64 + 2560.5) | 0;
  const r = near - (k - 2560) / 64;
  return POWERS[k] * (1 + r * (1 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120))))));
}

export const sigmoid = (x) => 1 / (1 + exp(-x));
export const tanh = (x) => 1 - 2 / (1 + exp(2 * x));

/** out = a Wᵀ: `a` (m, columns), `W` (rows, columns), `out` (m, rows); m and rows are padded. */
// biome-ignore format: in rows
export function product(a, m, W, rows, columns, out) {
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

/**
 * log softmax(logits / temperature), in place. It is −∞ for excluded characters: those less than
 * `minP` times as probable as the most probable one, those less probable than the `topK`-th, and
 * those outside the smallest set of the most probable characters whose sum reaches `topP`.
 */
export function logSoftmax(logits, { temperature = 1, minP = 0, topK = Infinity, topP = 1 } = {}) {
  if (minP) leaveOutBelow(logits, logits.reduce((a, b) => Math.max(a, b)) + Math.log(minP));
  if (temperature !== 1) {
    const best = logits.reduce((a, b) => Math.max(a, b)); // so that no quotient is +∞
    for (let c = 0; c < logits.length; c++) logits[c] = (logits[c] - best) / temperature;
  }
  normalise(logits);
  if (topK < logits.length) normalise(leaveOutBelow(logits, logits.toSorted().at(-topK)));
  if (topP < 1) {
    let sum = 0;
    const last = logits.toSorted().findLast((log) => (sum += Math.exp(log)) >= topP);
    normalise(leaveOutBelow(logits, last ?? -Infinity));
  }
  return logits;
}

function leaveOutBelow(logs, least) {
  for (let c = 0; c < logs.length; c++) if (logs[c] < least) logs[c] = -Infinity;
  return logs;
}

/** Normalises x in place so that Σ exp(x) = 1. */
export function normalise(logs) {
  const total = logOfSum(logs);
  for (let c = 0; c < logs.length; c++) logs[c] -= total;
  return logs;
}

/** log (eᵃ − eᵇ); a very low number if b is not smaller. */
export const logDifference = (a, b) =>
  b === -Infinity ? a : a + Math.log(Math.max(-Math.expm1(Math.min(b - a, 0)), 1e-300));

/** log Σ exp(x), where exp(x) may be too small for float64. */
export function logOfSum(logs) {
  let largest = -Infinity;
  for (let i = 0; i < logs.length; i++) if (logs[i] > largest) largest = logs[i];
  if (largest === -Infinity) return largest;
  let sum = 0;
  for (let i = 0; i < logs.length; i++) sum += Math.exp(logs[i] - largest);
  return largest + Math.log(sum);
}

// A Markov chain of variable order, which is faster than the network:
//
//     P(next character | name so far)  ≈  P(next character | longest context of the name so far)
//
// Its constants are those of rnn_names/lookahead/chain.py. The contexts are the most frequent
// endings, of up to six symbols, of prefixes of drawn names. A symbol is START or the code unit of a
// character's index. The probabilities after a context are the network's mean prediction after
// prefixes that end in it, smoothed with those after the next shorter context.

import { forEach, logSoftmax } from "./arithmetic.js";
import { EOS } from "./network.js";

export const START = "\0"; // no character has the index of EOS
const LONGEST_CONTEXT = 6; // symbols
const PRIOR = 10; // weight of the next shorter context, in prefixes
const MIN_SHORTER_SHARE = 0.1; // share of a context's probabilities from the next shorter context
const UNIFORM_SHARE = 0.002; // uniform share of the empty context's probabilities, so that none is 0

/** K contexts, the probabilities after them (K, n_y) and the next contexts (K, n_y). */
export class Chain {
  constructor(contexts, n_y, { temperature, maxLength }) {
    this.n_y = n_y;
    this.maxLength = maxLength;
    this.temperature = Math.min(temperature, 1); // predictions are averaged at 1 or more
    this.rows = new Map(contexts.map((context, row) => [context, row]));
    this.shorter = contexts.map((context) => (context ? this.longest(context.slice(1)) : 0));
    this.nextContext = this.following(contexts);
    this.p = this.logs = this.endShift = new Float64Array(0); // before `learn`
  }

  /** Learns from visited prefixes (types.d.ts); yields between slices of the work. */
  *learn(prefixes) {
    const temperature = 1 / this.temperature;
    yield* forEach(prefixes, (prefix) => {
      prefix.context = this.longest(prefix.symbols);
      prefix.p ??= logSoftmax(prefix.logs.slice(), { temperature }).map(Math.exp);
    });
    this.p = yield* this.smoothed(prefixes);
    this.endShift = yield* endShift(prefixes, this.p, this.n_y, this.maxLength);
    this.logs = this.p.map(Math.log);
  }

  /** The row of the longest context that is a suffix of some symbols. */
  longest(symbols) {
    for (let k = Math.min(symbols.length, LONGEST_CONTEXT); k; k--) {
      const row = this.rows.get(symbols.slice(-k));
      if (row !== undefined) return row;
    }
    return 0;
  }

  /** Computes the context after each context and character, from short contexts to long ones. */
  following(contexts) {
    const { n_y, rows, shorter } = this;
    const nextContext = new Int32Array(contexts.length * n_y);
    contexts.forEach((context, row) => {
      for (let c = 0; c < n_y; c++) {
        const longer = rows.get(context + String.fromCharCode(c));
        nextContext[row * n_y + c] = longer ?? nextContext[shorter[row] * n_y + c];
      }
    });
    return nextContext;
  }

  /** The probabilities after each context, (K, n_y), from the predictions at prefixes. */
  *smoothed(seen) {
    const { n_y, shorter } = this;
    const sums = new Float64Array(shorter.length * n_y);
    const [n, squares] = [new Float64Array(shorter.length), new Float64Array(shorter.length)];
    yield* forEach(seen, ({ context: row, p, nNames }) => {
      n[row] += nNames;
      squares[row] += nNames ** 2;
      for (let c = 0; c < n_y; c++) sums[row * n_y + c] += nNames * p[c];
    });
    for (let row = shorter.length - 1; row; row--) {
      // A context also counts for its shorter contexts.
      n[shorter[row]] += n[row];
      squares[shorter[row]] += squares[row];
      for (let c = 0; c < n_y; c++) sums[shorter[row] * n_y + c] += sums[row * n_y + c];
    }
    const out = new Float64Array(sums.length);
    for (let row = 0; row < shorter.length; row++) {
      // Prefixes of n₁, n₂, … names count as (Σ nᵢ)² / Σ nᵢ² prefixes: k if k have the same n.
      const evidence = n[row] ** 2 / Math.max(squares[row], 1);
      for (let c = 0; c < n_y; c++) {
        const below = row ? out[shorter[row] * n_y + c] : 1 / n_y;
        const mean = sums[row * n_y + c] / Math.max(n[row], 1);
        const p = (evidence * mean + PRIOR * below) / (evidence + PRIOR);
        const rest = row ? MIN_SHORTER_SHARE : UNIFORM_SHARE;
        out[row * n_y + c] = (1 - rest) * p + rest * below;
      }
    }
    return out;
  }

  /** The log-probabilities after each context, for prefixes of this length: (K, n_y). */
  logProbabilities(length) {
    const { n_y, p, temperature } = this;
    const out = this.logs.slice();
    const odds = Math.exp(-this.endShift[length]);
    for (let at = 0; at < p.length; at += n_y) {
      const end = clipped(p[at]);
      const ends = 1 / (1 + ((1 - end) / end) * odds);
      const shift = Math.log((1 - ends) / (1 - end));
      for (let c = 1; c < n_y; c++) out[at + c] += shift;
      out[at] = Math.log(ends);
      if (temperature !== 1) logSoftmax(out.subarray(at, at + n_y), { temperature });
    }
    return out;
  }
}

/** The empty context and the most frequent ends of prefixes, `size` in all, from short to long. */
export function* mostFrequent(prefixes, size) {
  const counts = new Map();
  yield* forEach(prefixes, ({ symbols, nNames }) => {
    for (let k = 1; k <= Math.min(symbols.length, LONGEST_CONTEXT); k++) {
      const end = symbols.slice(-k);
      counts.set(end, (counts.get(end) ?? 0) + nNames);
    }
  });
  const repeated = [...counts].filter(([, count]) => count > 1).sort((a, b) => b[1] - a[1]);
  const kept = repeated.slice(0, size - 1).map(([context]) => context);
  return ["", ...kept.sort((a, b) => a.length - b.length)];
}

const clipped = (p) => Math.min(Math.max(p, 1e-12), 1 - 1e-9); // otherwise no name could continue

/** The shift of the log-odds of ends, by length, that makes ends as frequent as in the network. */
function* endShift(seen, p, n_y, maxLength) {
  const shift = new Float64Array(maxLength + 1);
  const odds = seen.map(({ context }) => 1 / clipped(p[context * n_y + EOS]) - 1);
  for (let step = 0; step < 8; step++) {
    // Newton's method, damped
    const missing = shift.map((each) => -2 * each);
    const slope = new Float64Array(maxLength + 1).fill(2);
    seen.forEach(({ p: observed, length, nNames }, i) => {
      const share = 1 / (1 + odds[i] * Math.exp(-shift[length]));
      missing[length] += nNames * (observed[EOS] - share);
      slope[length] += nNames * share * (1 - share);
    });
    for (let i = 0; i <= maxLength; i++)
      shift[i] += Math.min(Math.max(missing[i] / slope[i], -1), 1);
    yield;
  }
  return shift;
}

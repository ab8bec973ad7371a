// The initial weights of a run: random, or those of a model (rnn_names/training/setup.py).

/** A roughly normal number, the same in every browser: the sum of 12 uniform ones, less 6. */
const normal = (random) => Array.from({ length: 12 }, random).reduce((sum, each) => sum + each, -6);

const normals = (random, n, deviation) =>
  Float64Array.from({ length: n }, () => normal(random) * deviation);

/** An orthogonal matrix (n, n): random rows, made orthogonal one by one (Gram–Schmidt). */
function orthogonal(random, n) {
  const matrix = normals(random, n * n, 1);
  for (let i = 0; i < n; i++) {
    const row = matrix.subarray(i * n, (i + 1) * n);
    for (let j = 0; j < i; j++) {
      const other = matrix.subarray(j * n, (j + 1) * n);
      const along = row.reduce((sum, x, k) => sum + x * other[k], 0);
      for (let k = 0; k < n; k++) row[k] -= along * other[k];
    }
    const length = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));
    for (let k = 0; k < n; k++) row[k] /= length;
  }
  return matrix;
}

/** Random weights of a GRU, with the variances of rnn.py. */
export function randomWeights(random, n_y, n_a) {
  const Waa = new Float64Array(3 * n_a * n_a);
  for (let gate = 0; gate < 3; gate++) Waa.set(orthogonal(random, n_a), gate * n_a * n_a);
  const zeros = new Float64Array(n_a);
  const known = { Waa, ba: new Float64Array(3 * n_a), by: zeros, a0: zeros, bn: zeros };
  return weightsFrom(random, known, Array(n_y).fill(-1));
}

/**
 * The weights of a model for other characters. `rows` (n_y,) contains the model's index of each,
 * EOS first. −1 marks a character that it lacks: its column of Wax and row of Wya are random.
 */
export function weightsFrom(random, weights, rows) {
  const { Waa, ba, a0, bn } = weights;
  const [n_y, n_a, size, known] = [rows.length, a0.length, ba.length, weights.by.length];
  const Wax = normals(random, size * n_y, Math.sqrt(0.5));
  const Wya = normals(random, n_y * n_a, 1 / Math.sqrt(n_a));
  const by = new Float64Array(n_y);
  rows.forEach((old, c) => {
    if (old < 0) return;
    for (let i = 0; i < size; i++) Wax[i * n_y + c] = weights.Wax[i * known + old];
    Wya.set(weights.Wya.subarray(old * n_a, (old + 1) * n_a), c * n_a);
    by[c] = weights.by[old];
  });
  return { Wax, Waa: Waa.slice(), Wya, ba: ba.slice(), by, a0: a0.slice(), bn: bn.slice() };
}

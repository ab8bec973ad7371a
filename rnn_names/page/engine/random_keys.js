// Random numbers by name: u(seed, i, attempt, t) determines character t of name i of a seed.
//
//     mix(z)              the output of SplitMix64 (Steele, Lea & Flood 2014)
//     subkey(key, k)    = mix(key + (k + 1) γ)
//     u(seed, i, a, t)  = the upper half of subkey(subkey(subkey(seedKey(seed), i), a), t), over 2³²
//
// 64-bit numbers are stored as two halves: { high, low }. Arithmetic is modulo 2⁶⁴.

export const GAMMA = { high: 0x9e3779b9, low: 0x7f4a7c15 };
const FIRST_FACTOR = { high: 0xbf58476d, low: 0x1ce4e5b9 };
const SECOND_FACTOR = { high: 0x94d049bb, low: 0x133111eb };

/** A whole number up to 2⁵³ in 64 bits. */
export const word = (n) => ({ high: Math.floor(n / 2 ** 32), low: n >>> 0 });

export function plus(a, b) {
  const low = a.low + b.low;
  return { high: (a.high + b.high + (low >= 2 ** 32 ? 1 : 0)) >>> 0, low: low >>> 0 };
}

function times(a, b) {
  const [p, q] = [a.low & 0xffff, a.low >>> 16];
  const [r, s] = [b.low & 0xffff, b.low >>> 16];
  const middle = q * r + ((p * r) >>> 16);
  const upper = q * s + (middle >>> 16) + (((middle & 0xffff) + p * s) >>> 16);
  const high = (upper + Math.imul(a.high, b.low) + Math.imul(a.low, b.high)) >>> 0;
  return { high, low: Math.imul(a.low, b.low) >>> 0 };
}

/** z ^ (z >> n), for 0 < n < 32. */
const xorShift = ({ high, low }, n) => ({
  high: (high ^ (high >>> n)) >>> 0,
  low: (low ^ ((low >>> n) | (high << (32 - n)))) >>> 0,
});

export const mix = (z) =>
  xorShift(times(xorShift(times(xorShift(z, 30), FIRST_FACTOR), 27), SECOND_FACTOR), 31);

export const subkey = (key, k) => mix(plus(key, plus(times(k, GAMMA), GAMMA)));

/** The key of a seed, a number or a BigInt of any size. */
export function seedKey(seed) {
  let key = word(0);
  let rest = BigInt(seed);
  do {
    const [high, low] = [rest >> 32n, rest].map((half) => Number(BigInt.asUintN(32, half)));
    key = subkey(key, { high, low });
    rest >>= 64n;
  } while (rest);
  return key;
}

/** Random number `t` of a key, at least 0 and below 1. */
export const uniform = (key, t) => subkey(key, word(t)).high / 2 ** 32;

/** Returns a function that returns the next random number, for one use of a seed. */
export function randomNumbers(seed, use) {
  const key = subkey(seedKey(seed), word(use));
  let t = 0;
  return () => uniform(key, t++);
}

export const newSeed = () => crypto.getRandomValues(new Uint32Array(1))[0];

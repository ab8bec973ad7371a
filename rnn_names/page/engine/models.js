// Reads models in the form that page/script.py writes.

import { Blend } from "./blend.js";
import { printsOfNames } from "./fingerprints.js";
import { Network } from "./network.js";

/** The models of the page's JSON, with their weights and fingerprints as arrays. */
export function modelsIn(described) {
  return described.map((model) => {
    const fingerprints = model.fingerprints && fingerprintsOf(model.fingerprints);
    const listed = model.listed && fingerprintsOf(model.listed);
    return { ...model, described: model, weights: weightsOf(model), fingerprints, listed };
  });
}

const networks = new WeakMap(); // by model, created on first use

function networkOf(model) {
  if (!networks.has(model)) networks.set(model, new Network(model));
  return networks.get(model);
}

const DIGITS = // in base 85
  "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%/()*+-;,=.?@^_`{|}~";

/** The bytes of a text in base 85; 5 digits stand for 4 bytes, the most significant first. */
function bytesOfDigits(text) {
  const digits = new Uint8Array(128); // by code
  for (let i = 0; i < 85; i++) digits[DIGITS.charCodeAt(i)] = i;
  const bytes = new DataView(new ArrayBuffer((4 * text.length) / 5));
  for (let i = 0; i < text.length; i += 5) {
    let word = 0;
    for (let k = i; k < i + 5; k++) word = 85 * word + digits[text.charCodeAt(k)];
    bytes.setUint32((4 * i) / 5, word);
  }
  return new Uint8Array(bytes.buffer);
}

const bytesOf = (base64) => Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));

function riceNumbers(code, bits, numbers) {
  const bytes = bytesOfDigits(code);
  let at = 0;
  const bit = () => (bytes[at >> 3] >> (7 - (at++ & 7))) & 1;
  for (let n = 0; n < numbers.length; n++) {
    let number = 0;
    while (bit()) number++;
    for (let i = 0; i < bits; i++) number = 2 * number + bit();
    numbers[n] = number;
  }
  return numbers;
}

/** The weights of a model, or of the base: arrays by name. */
export function weightsOf(/** @type {any} */ { arrays, ...coded }) {
  const all = Float64Array.from(new Float32Array(bitsOf(coded, arrays).buffer));
  let start = 0;
  const next = (size) => all.subarray(start, (start += size));
  return Object.fromEntries(arrays.map(([name, size]) => [name, next(size)]));
}

/**
 * The bits of float32 weights, from a Rice code. Each number is the rank of an exponent and `rest`
 * further bits, the sign and the fraction. A model that a page has trained has no `rest`: it stores
 * the upper halves of the bits in base64.
 */
function bitsOf({ exponents, rest, weights }, arrays) {
  if (!rest) {
    const halves = new Uint16Array(bytesOf(weights).buffer);
    return Uint32Array.from(halves, (half) => half << 16);
  }
  const count = arrays.reduce((sum, [, size]) => sum + size, 0);
  return riceNumbers(weights, rest, new Uint32Array(count)).map((each) => {
    const sign = (each >>> (rest - 1)) << 31;
    const fraction = (each & (2 ** (rest - 1) - 1)) << (24 - rest);
    return sign | (exponents[each >>> rest] << 23) | fraction;
  });
}

/** The sorted upper 44 (as floats) or 32 bits of fingerprints, from gaps, names or base64. */
export function fingerprintsOf(coded) {
  if (typeof coded === "string") return new Float64Array(bytesOf(coded).buffer);
  if (coded.names) return printsOfNames(unshortened(coded.names));
  const { gaps, bits, count, kept } = coded;
  let sum = 0;
  const numbers = kept > 32 ? new Float64Array(count) : new Uint32Array(count);
  return riceNumbers(gaps, bits, numbers).map((gap) => (sum += gap));
}

/** Sorted names from a text that gives, for each name, the number of first letters that it shares
 * with the previous name and its other letters: "0Ada3m" is Ada, Adam.
 */
function unshortened(text) {
  let name = "";
  return Array.from(text.matchAll(/(\d)(\D*)/g), ([, shared, others]) => {
    name = name.slice(0, Number(shared)) + others;
    return name;
  });
}

/** The blend of some models by their own or other shares, and the models with a share above 0. */
export function blendOf(models, shares = models.map(({ share }) => share)) {
  return {
    blend: new Blend(models.map(networkOf), shares),
    parts: models.filter((_, i) => shares[i] > 0),
  };
}

// Writes and reads models in files that rnn-names loads: zips of arrays, as NumPy's `savez` writes
// them (docs/model-file.md).

import { titleIn } from "./list.js";
import { LEARNED_SHARE } from "./result.js";

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

const joinedBytes = (parts) => Uint8Array.from(parts.flatMap((part) => [...part]));

const ascii = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const utf32 = (text) => Uint32Array.from(text, (character) => character.codePointAt(0));

/** Numbers as little-endian bytes; `sizes` contains the number of bytes of each, as a digit. */
const littleEndian = (sizes, ...values) =>
  Uint8Array.from(
    [...sizes].flatMap((size, k) =>
      Array.from({ length: Number(size) }, (_, i) => Math.floor(values[k] / 2 ** (8 * i)) & 0xff),
    ),
  );

/** An array as NumPy writes it: `type` such as "<f4", a list of sizes, and the numbers. */
function npy(type, shape, { buffer }) {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const length = Math.ceil((10 + header.length + 1) / 64) * 64 - 10; // data begins at 64 · n
  const begin = ascii("\x93NUMPY\x01\x00");
  const text = ascii(`${header.padEnd(length - 1)}\n`);
  return joinedBytes([begin, littleEndian("2", length), text, new Uint8Array(buffer)]);
}

/** A zip of members, { name: bytes }, stored uncompressed. */
function zip(members) {
  const files = [];
  const entries = [];
  let offset = 0;
  for (const [name, bytes] of Object.entries(members)) {
    const [sum, size] = [crc32(bytes), bytes.length];
    const common = [20, 0, 0, 0, 0x21, sum, size, size, name.length, 0];
    const head = littleEndian("42222244422", 0x04034b50, ...common);
    const file = joinedBytes([head, ascii(name), bytes]);
    const rest = [0, 0, 0, 0, offset];
    const entry = littleEndian("42222224442222244", 0x02014b50, 20, ...common, ...rest);
    entries.push(joinedBytes([entry, ascii(name)]));
    files.push(file);
    offset += file.length;
  }
  const directory = joinedBytes(entries);
  const [count, size] = [entries.length, directory.length];
  const end = littleEndian("42222442", 0x06054b50, 0, 0, count, count, size, offset, 0);
  return joinedBytes([...files, directory, end]);
}

/** The bytes of the file of a model that was learned here; `program` wrote the page. */
export function npzOf(model, program) {
  const { weights, fingerprints, listed, ...facts } = model;
  const [n_a, n_y] = [model.hidden_size, weights.by.length];
  const size = weights.ba.length;
  const shapes = { Wax: [size, n_y], Waa: [size, n_a], Wya: [n_y, n_a] };
  const meta = utf32(JSON.stringify({ ...facts, format: 1, program }));
  const members = { "meta.npy": npy(`<U${meta.length}`, [], meta) };
  for (const [name, array] of Object.entries(weights))
    members[`${name}.npy`] = npy("<f4", shapes[name] ?? [array.length], Float32Array.from(array));
  for (const [name, upper] of Object.entries({ fingerprints, listed })) {
    if (!upper) continue;
    const prints = BigUint64Array.from(upper, (each) => BigInt(each) << 20n); // of 44 bits
    members[`${name}.npy`] = npy("<u8", [prints.length], prints);
  }
  return zip(members);
}

/** The model in an ArrayBuffer that `npzOf` wrote; raises an error for any other file. */
export function modelOfNpz(file) {
  const view = new DataView(file);
  const model = /** @type {any} */ ({ weights: {} });
  for (let at = 0; view.getUint32(at, true) === 0x04034b50; ) {
    const begin = at + 30 + view.getUint16(at + 26, true); // after the name
    const end = begin + view.getUint32(at + 18, true);
    const name = String.fromCharCode(...new Uint8Array(file.slice(at + 30, begin)));
    const bytes = file.slice(begin + 10 + view.getUint16(begin + 8, true), end);
    at = end;
    if (name === "meta.npy") {
      const codes = new Uint32Array(bytes);
      const text = Array.from(codes, (code) => String.fromCodePoint(code)).join("");
      Object.assign(model, JSON.parse(text));
    } else if (/^(fingerprints|listed)/.test(name)) {
      const prints = new BigUint64Array(bytes);
      model[name.slice(0, -4)] = Float64Array.from(prints, (each) => Number(each >> 20n));
    } else model.weights[name.slice(0, -4)] = Float64Array.from(new Float32Array(bytes));
  }
  if (!model.digest || !model.training) throw new TypeError("not a model of a page");
  return { ...model, name: titleIn(String(model.name)), title: undefined, share: LEARNED_SHARE };
}

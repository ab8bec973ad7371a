// Writing a model as a file that rnn-names loads: a zip of arrays as NumPy's `savez` writes it,
// nothing compressed (docs/model-file.md).

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

function joinedBytes(parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const ascii = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** Numbers as little-endian bytes: pairs of a value and its size in bytes. */
function littleEndian(...fields) {
  return Uint8Array.from(
    fields.flatMap(([value, size]) =>
      Array.from({ length: size }, (_, i) => Math.floor(value / 2 ** (8 * i)) & 0xff),
    ),
  );
}

/** An array as NumPy writes it: `type` such as "<f4", a list of sizes, and the numbers' bytes. */
function npy(type, shape, bytes) {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const length = Math.ceil((10 + header.length + 1) / 64) * 64 - 10; // numbers begin at 64 bytes
  const text = ascii(`${header.padEnd(length - 1)}\n`);
  return joinedBytes([ascii("\x93NUMPY\x01\x00"), littleEndian([length, 2]), text, bytes]);
}

/** A text as NumPy's array without dimensions: UTF-32. */
function npyOfText(text) {
  const codes = Uint32Array.from(text, (character) => character.codePointAt(0));
  return npy(`<U${codes.length}`, [], new Uint8Array(codes.buffer));
}

/** A zip of members, { name: bytes }, stored as they are. */
function zip(members) {
  const files = [];
  const entries = [];
  let offset = 0;
  for (const [name, bytes] of Object.entries(members)) {
    const sizes = [
      [crc32(bytes), 4],
      [bytes.length, 4],
      [bytes.length, 4],
      [name.length, 2],
    ];
    const common = [[20, 2], [0, 2], [0, 2], [0, 2], [0x21, 2], ...sizes, [0, 2]];
    const file = joinedBytes([littleEndian([0x04034b50, 4], ...common), ascii(name), bytes]);
    const rest = [
      [0, 2],
      [0, 2],
      [0, 2],
      [0, 4],
      [offset, 4],
    ];
    const entry = littleEndian([0x02014b50, 4], [20, 2], ...common, ...rest);
    entries.push(joinedBytes([entry, ascii(name)]));
    files.push(file);
    offset += file.length;
  }
  const directory = joinedBytes(entries);
  const counts = [
    [0, 2],
    [0, 2],
    [entries.length, 2],
    [entries.length, 2],
  ];
  const where = [
    [directory.length, 4],
    [offset, 4],
    [0, 2],
  ];
  return joinedBytes([...files, directory, littleEndian([0x06054b50, 4], ...counts, ...where)]);
}

/** The model file of a model that was learned here: bytes. `program` is what wrote the page. */
export function npzOf(model, program) {
  const { cell, vocabulary, training, sources, weights } = model;
  const [n_a, n_y] = [model.hidden_size, weights.by.length];
  const size = weights.ba.length;
  const shapes = { Wax: [size, n_y], Waa: [size, n_a], Wya: [n_y, n_a] };
  const meta = { format: 1, cell, vocabulary, training, sources, program };
  const members = { "meta.npy": npyOfText(JSON.stringify(meta)) };
  for (const [name, array] of Object.entries(weights)) {
    const bytes = new Uint8Array(Float32Array.from(array).buffer);
    members[`${name}.npy`] = npy("<f4", shapes[name] ?? [array.length], bytes);
  }
  for (const [name, prints] of [
    ["fingerprints", model.prints],
    ["listed", model.ownPrints],
  ]) {
    if (!prints) continue;
    const bytes = new Uint8Array(prints.buffer, prints.byteOffset, prints.byteLength);
    members[`${name}.npy`] = npy(`<u${prints.BYTES_PER_ELEMENT}`, [prints.length], bytes);
  }
  return zip(members);
}

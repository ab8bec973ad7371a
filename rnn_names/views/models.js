// What the page holds, and how its elements are made. Texts of models and of people are only ever
// set as text: `element` is how everything in the page is made.

const $ = (id) => document.getElementById(id);

/** An element with properties and children; strings become text. */
function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const bdi = (text) => element("bdi", {}, text);

/** A probability or a share, from 0 to 1, as people read it. */
function percent(share) {
  if (share === 0) return "0 %";
  if (share < 0.00095) return "under 0.1 %";
  return `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;
}

// --- The models ----------------------------------------------------------------------------------

const data = JSON.parse($("data").textContent);
const models = data.models;
const networks = models.map((model) => {
  model.fingerprints = model.fingerprints && new Uint32Array(bytesOf(model.fingerprints));
  const network = new Network(model, weightsOf(model));
  delete model.weights;
  return network;
});

/** The bytes that a base64 text stands for. */
function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes.buffer;
}

/** Arrays by name, from bfloat16: the upper halves of float32 numbers. */
function weightsOf(model) {
  const upper = new Uint16Array(bytesOf(model.weights));
  const bits = new Uint32Array(upper.length);
  for (let i = 0; i < upper.length; i++) bits[i] = upper[i] << 16;
  const all = Float64Array.from(new Float32Array(bits.buffer));
  let start = 0;
  return Object.fromEntries(
    model.arrays.map(([name, size]) => [name, all.subarray(start, (start += size))]),
  );
}

/** The blend for some shares, and the models that take part. */
function blendOf(shares) {
  return { blend: new Blend(networks, shares), parts: models.filter((_, i) => shares[i] > 0) };
}

const openingShares = () => models.map(({ share }) => share);

// Saving what was learned from a list: as files that the browser downloads.

const fileNameOf = ({ name }) => name.replaceAll(/[^\p{L}\p{M}\p{N}._-]+/gu, "-") || "names";

function downloadBytes(parts, file) {
  const url = URL.createObjectURL(new Blob(parts, { type: "application/octet-stream" }));
  element("a", { href: url, download: file }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/** The page with the models that it has now, as HTML. */
function pageWithModels() {
  const page = pristine.cloneNode(true);
  const text = asScriptData({ ...data, models: models.map(describedModel) });
  page.querySelector("#data").replaceChildren(document.createTextNode(text));
  return `<!DOCTYPE html>\n${page.outerHTML}\n`;
}

/** JSON that can stand inside a script element, as views/engine.py makes it. */
function asScriptData(value) {
  const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value).replace(/[<>&]|[^\0-\x7f]/g, escaped);
}

/** A model as the page's data have it (views/engine.py). */
function describedModel({ network, prints, ownPrints, weights, fingerprints, listed, ...model }) {
  const names = Object.keys(weights);
  const all = Float32Array.from(names.flatMap((name) => Array.from(weights[name])));
  return {
    ...model,
    arrays: names.map((name) => [name, weights[name].length]),
    ...codedWeights(Array.from(new Uint32Array(all.buffer))),
    fingerprints: codedPrints(fingerprints),
    listed: codedPrints(listed),
  };
}

/** The code of fingerprints: of the gaps between them. */
function codedPrints(prints) {
  const gaps = prints?.map((print, i) => print - (prints[i - 1] ?? 0));
  const bits = gaps && Math.floor(Math.log2(2 ** 32 / gaps.length));
  return gaps && { count: gaps.length, bits, gaps: riceCode(gaps, bits) };
}

/** The code of weights, as the bits of float32 numbers, and their exponents, the commonest first. */
function codedWeights(numbers) {
  const exponentOf = (number) => (number >>> 23) & 0xff;
  const counts = new Map();
  for (const each of numbers.map(exponentOf)) counts.set(each, (counts.get(each) ?? 0) + 1);
  const exponents = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a));
  const rank = new Map(exponents.map((exponent, i) => [exponent, i]));
  const coded = numbers.map(
    (each) => (rank.get(exponentOf(each)) << REST_BITS) | ((each >>> 24) & 0x80) | ((each >>> 16) & 0x7f),
  );
  return { exponents, weights: riceCode(coded, REST_BITS) };
}

/** Whole numbers in a Rice code, in base64: of each, its upper part in unary and its lowest `bits`. */
function riceCode(numbers, bits) {
  const upper = (number) => Math.floor(number / 2 ** bits);
  const size = numbers.reduce((sum, number) => sum + upper(number) + 1 + bits, 0);
  const bytes = new Uint8Array(Math.ceil(size / 8));
  let at = 0;
  const put = (bit) => {
    bytes[at >> 3] |= bit << (7 - (at & 7));
    at++;
  };
  for (const number of numbers) {
    for (let i = upper(number); i > 0; i--) put(1);
    put(0);
    for (let i = bits - 1; i >= 0; i--) put((number >>> i) & 1);
  }
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000)
    text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}

// Saving what was learned from a list: as files that the browser downloads.

import { data, element, models } from "./elements.js";
import { pristine } from "./own_list.js";

export const fileNameOf = ({ name }) => name.replaceAll(/[^\p{L}\p{M}\p{N}._-]+/gu, "-") || "names";

export function downloadBytes(parts, file) {
  const url = URL.createObjectURL(new Blob(parts, { type: "application/octet-stream" }));
  element("a", { href: url, download: file }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/** The page with the models that it has now, as HTML. */
export function pageWithModels() {
  const page = pristine.cloneNode(true);
  const described = models.map((model) => model.described ?? describedModel(model));
  const text = asScriptData({ ...data, models: described });
  page.querySelector("#data").replaceChildren(document.createTextNode(text));
  return `<!DOCTYPE html>\n${page.outerHTML}\n`;
}

/** JSON that can stand inside a script element, as page/script.py makes it. */
function asScriptData(value) {
  const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value).replace(/[<>&]|[^\0-\x7f]/g, escaped);
}

/** A model that was learned, as the page's data can have it (models.js). */
function describedModel({ network, prints, ownPrints, weights, fingerprints, listed, ...model }) {
  const names = Object.keys(weights);
  const all = Float32Array.from(names.flatMap((name) => Array.from(weights[name])));
  return {
    ...model,
    arrays: names.map((name) => [name, weights[name].length]),
    weights: base64Of(new Uint16Array(all.buffer).filter((_, i) => i % 2)), // the upper halves
    fingerprints: base64Of(fingerprints),
    listed: listed && base64Of(listed),
  };
}

function base64Of({ buffer }) {
  const bytes = new Uint8Array(buffer);
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000)
    text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}

// Saving what was learned from a list: in the browser, and with the page.

import { data, models } from "./chosen.js";
import { STORE } from "./favourites.js";

/** The page as it came, before anything is shown in it: what is saved with another model. */
const pristine = /** @type {Element} */ (document.documentElement.cloneNode(true));

export const fileNameOf = ({ name }) => name.replaceAll(/[^\p{L}\p{M}\p{N}._-]+/gu, "-") || "names";

/** Does something in the browser's store, under this page's key; undefined where it has none. */
async function stored(mode, action) {
  const done = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  try {
    const opening = indexedDB.open("rnn-names", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("learned");
    const database = await done(opening);
    return await done(action(database.transaction("learned", mode).objectStore("learned")));
  } catch {
    return undefined;
  }
}

/** Keeps what was learned, with its list, for later visits: the key, where that can be. */
export const remember = (learned) => stored("readwrite", (store) => store.put(learned, STORE));
export const remembered = () => stored("readonly", (store) => store.get(STORE));
export const forget = () => stored("readwrite", (store) => store.delete(STORE));

/** The page with the models that it has now, as HTML. */
export function pageWithModels() {
  const page = /** @type {Element} */ (pristine.cloneNode(true));
  const described = models.map((model) => model.described ?? describedModel(model));
  const text = asScriptData({ ...data, models: described });
  page.querySelector("#data")?.replaceChildren(document.createTextNode(text));
  return `<!DOCTYPE html>\n${page.outerHTML}\n`;
}

/** JSON that can stand inside a script element, as page/script.py makes it. */
function asScriptData(value) {
  const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value).replace(/[<>&]|[^\0-\x7f]/g, escaped);
}

/** A model that was learned, as the page's data can have it (models.js). */
function describedModel({ network, weights, fingerprints, listed, ...model }) {
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
  return btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""));
}

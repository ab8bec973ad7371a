// Saves a learned model, in the browser and with the page.

import { data, models } from "./chosen.js";
import { element, within } from "./elements.js";
import { PAGE } from "./favourites.js";
import { headingOf } from "./shares.js";

export const MOST_WAIT = 3000; // ms for the browser's store, which may never answer

/** The page before any changes and without its unpacked scripts: the base of a saved page. */
const pristine = /** @type {Element} */ (document.documentElement.cloneNode(true));
for (const script of pristine.querySelectorAll(".unpacked")) script.remove();

/** Performs an action on the browser's store. Undefined if there is none or if it never answers. */
const stored = (mode, action) => within(MOST_WAIT, done(mode, action));

async function done(mode, action) {
  const result = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  try {
    const opening = indexedDB.open("rnn-names", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("learned");
    const database = await result(opening);
    return await result(action(database.transaction("learned", mode).objectStore("learned")));
  } catch {
    return undefined;
  }
}

/** Stores what was typed, for a reload of this tab, or returns what is stored; undefined if none. */
export function draft(...texts) {
  try {
    if (texts.length) sessionStorage.setItem(PAGE, JSON.stringify(texts));
    return JSON.parse(sessionStorage.getItem(PAGE) ?? "");
  } catch {} // nothing is stored
}

/** Stores a learned model and its list for later visits; returns its key, or undefined. */
export const remember = (learned) => stored("readwrite", (store) => store.put(learned, PAGE));
export const remembered = () => stored("readonly", (store) => store.get(PAGE));

/** Removes and returns the stored model if `isOurs` accepts it, however long that takes. */
export async function forget(isOurs) {
  const learned = await done("readonly", (store) => store.get(PAGE));
  if (!isOurs(learned)) return undefined;
  await done("readwrite", (store) => store.delete(PAGE));
  return learned;
}

export function pageWithModels() {
  const page = /** @type {Element} */ (pristine.cloneNode(true));
  const described = models.map((model) =>
    model.described ? { ...model.described, share: model.share } : describedModel(model),
  );
  const text = asScriptData({ ...data, models: described });
  const { textContent } = element("p", {}, ...headingOf(models.filter(({ share }) => share)));
  if (page.querySelector("#like")) page.querySelector("title")?.replaceChildren(textContent);
  for (const place of page.querySelectorAll("#names li")) place.replaceChildren();
  page.querySelector("#data")?.replaceChildren(document.createTextNode(text));
  return `<!DOCTYPE html>\n${page.outerHTML}\n`;
}

/** JSON for a script element, as page/script.py writes it. */
function asScriptData(value) {
  const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value).replace(/[<>&]|[^\0-\x7f]/g, escaped);
}

/** A learned model in the form of the page's data (models.js). */
function describedModel({ weights, fingerprints, listed, ...model }) {
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

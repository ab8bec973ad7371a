// Saves a learned model: in the browser, and with the page.

import { modelsIn } from "../engine/models.js";
import { data, models } from "./chosen.js";
import { element } from "./elements.js";
import { PAGE } from "./favourites.js";
import { headingOf } from "./shares.js";

/** The page before any changes, and before its scripts were unpacked: the base of a saved page. */
const pristine = /** @type {Element} */ (document.documentElement.cloneNode(true));
for (const script of pristine.querySelectorAll(".unpacked")) script.remove();

export const fileNameOf = ({ name }) => name.replaceAll(/[^\p{L}\p{M}\p{N}._-]+/gu, "-") || "names";

const LEARNED = `${PAGE}: learned`; // what the browser stores of the list that was learned last

/** Stores a learned model and the text of its list for later visits; returns if it worked. */
export function remember({ model, text }) {
  try {
    localStorage.setItem(LEARNED, JSON.stringify({ model: describedModel(model), text }));
    return true;
  } catch {
    return false; // or there is no room
  }
}

/** What was stored, or undefined. */
export function remembered() {
  try {
    const stored = JSON.parse(localStorage.getItem(LEARNED) ?? "");
    const [{ described, ...model }] = modelsIn([stored.model]);
    return described && { ...stored, model };
  } catch {
    return undefined;
  }
}

export const forget = () => localStorage.removeItem(LEARNED);

/** The page with its current models, as HTML. */
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

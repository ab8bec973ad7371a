// The models of the page, and the settings that are not in the form.

import { modelsIn } from "../engine/models.js";
import { newSeed } from "../engine/random_keys.js";
import { $ } from "./elements.js";

export const data = JSON.parse($("data").textContent);
export const models = ownModels();
export const openingShares = () => models.map(({ share }) => share);

/** The title of a model: "Norwegian towns" for norwegian-towns (page/page.py). */
export const titleOf = ({ name, title = name }) => title;

const temperatureOf = (word) => BOLDNESS[word].temperature ?? 1;

export const chosen = {
  seed: /** @type {number | bigint} */ (newSeed()),
  boldness: "safe", // the conditions that it implies; `temperature` is separate
  temperature: temperatureOf("safe"), // may lie between the slider's steps or beyond its ends
  shares: openingShares(), // at least one is above 0; only ratios count
  wantedLists: /** @type {string[]} */ ([]), // digests in a link, until more is drawn
  held: new Map(), // names by place that stay when more names are drawn
  stayed: new Map(), // names by place that stayed in the latest draw, even if released since
  fitted: "", // the number of names or lines last set to fit the window

  /** The models that take part in the blend. */
  writing: () => models.filter((_, i) => chosen.shares[i] > 0),

  /** The names, by place, that a drawing leaves where they are. */
  staying: () => new Map([...chosen.stayed, ...chosen.held]),

  holdNothing() {
    chosen.held.clear();
    chosen.stayed.clear();
  },

  setBoldness(word) {
    chosen.boldness = word;
    chosen.temperature = temperatureOf(word);
  },

  /** How much the temperature was raised from that of the boldness, or lowered if below 0. */
  get tuned() {
    return chosen.temperature - temperatureOf(chosen.boldness);
  },
};

/** The models that the page was written with, each with its own name. */
export function ownModels() {
  const own = modelsIn(data.models);
  for (const [i, model] of own.entries()) nameApart(model, own.slice(0, i));
  return own;
}

/** Adds a number to the name of a model if others have it, since casts find a model by its name. */
export function nameApart(model, others) {
  const { name } = model;
  for (let i = 2; others.some((other) => other.name === model.name); i++)
    model.name = `${name} ${i}`;
}

/** Dispatches "settings" after a change; a step gets an entry in the browser's history. */
export const changed = (isStep = false) =>
  document.dispatchEvent(new CustomEvent("settings", { detail: isStep }));

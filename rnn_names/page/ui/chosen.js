// The models of the page, and what is chosen: all settings that are not in the form.

import { modelsIn } from "../engine/models.js";
import { newSeed } from "../engine/numbers.js";
import { $ } from "./elements.js";

export const data = JSON.parse($("data").textContent);
export const models = modelsIn(data.models);
export const openingShares = () => models.map(({ share }) => share);

/** What people call a model: norwegian-towns are Norwegian towns (page/page.py). */
export const titleOf = ({ name, title = name }) => title;

/** The temperature that a word for boldness stands for. */
const temperatureOf = (word) => BOLDNESS[word].temperature ?? 1;

export const chosen = {
  seed: /** @type {number | bigint} */ (newSeed()),
  boldness: "safe", // what else it stands for than a temperature
  temperature: temperatureOf("safe"), // may lie between the steps of the slider, or beyond its ends
  shares: openingShares(), // one at least is above 0; only ratios count
  wantedLists: "", // those of the link that was opened, until there are other names
  held: new Map(), // names that stay when more are drawn, by place
  fitted: "", // how many names or lines there are since they fit
};

/** The models that take part in the blend. */
export const writing = () => models.filter((_, i) => chosen.shares[i] > 0);

export const setShares = (shares) => Object.assign(chosen, { shares });
export const setTemperature = (temperature) => Object.assign(chosen, { temperature });
export const setSeed = (seed, wantedLists = "") => Object.assign(chosen, { seed, wantedLists });

/** Takes other models, with the shares that they open with. */
export function replaceModels(others) {
  models.splice(0, models.length, ...others);
  setShares(openingShares());
}

/** Takes a word for boldness, and the temperature that it stands for. */
export function setBoldness(word) {
  chosen.boldness = word;
  chosen.temperature = temperatureOf(word);
}

/** Whether the temperature was set apart from the word. */
export const isTuned = () => chosen.temperature !== temperatureOf(chosen.boldness);

/** Tells the page that a setting has changed; if it is a step, there is a way back. */
export const changed = (isStep = false) =>
  document.dispatchEvent(new CustomEvent("settings", { detail: isStep }));

// How the page's elements are made, and what it has chosen. Texts of models and of people are only
// ever set as text: `element` is how everything in the page is made.

import { modelsIn } from "../engine/models.js";
import { newSeed } from "../engine/numbers.js";

/** @type {(id: string) => any} */
export const $ = (id) => document.getElementById(id);

/**
 * An element with properties and children; strings become text.
 * @returns {any}
 */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** A button that does something. */
export function button(label, action, properties = {}) {
  const made = element("button", { type: "button", ...properties }, label);
  made.addEventListener("click", action);
  return made;
}

/** Makes one of some elements the only stop of the Tab key among them. */
export function stopAt(stop, all) {
  for (const each of all) each.tabIndex = each === stop ? 0 : -1;
}

/** In a box, the arrows lead from one child to the next, and `go` does what follows. */
export function listenToArrows(box, go) {
  box.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = Array.from(box.children);
    const next = all[(all.indexOf(event.target) + step + all.length) % all.length];
    go(next, all);
    next.focus();
  });
}

/** A button with a sign that does something to a thing of a list. */
export const signButton = (label, thing, sign, action) =>
  button(sign, action, { className: "remove", title: label, ariaLabel: `${label} ${thing}` });

/** Moves a slider, whose track is filled so far. */
export function setSlider(slider, value) {
  slider.value = value;
  slider.style.setProperty("--fill", (slider.value - slider.min) / (slider.max - slider.min));
}

/** Does something when a button is clicked: actions by its id, which take the event. */
export function onClick(actions) {
  for (const [id, action] of Object.entries(actions)) $(id).addEventListener("click", action);
}

export const bdi = (text) => element("bdi", {}, text);

/** A probability or a share, from 0 to 1, as people read it. */
export function percent(share) {
  if (share === 0) return "0 %";
  if (share < 0.00095) return "under 0.1 %";
  return `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;
}

export const data = JSON.parse($("data").textContent);
export const models = modelsIn(data.models);
export const openingShares = () => models.map(({ share }) => share);

/** What people call a model: norwegian-towns are norwegian towns. As in page/page.py. */
export const titleOf = ({ name }) =>
  name.replaceAll(/(?<=[\p{L}\p{N}])[-_](?=[\p{L}\p{N}])/gu, " ");

/** The temperature that a word for boldness stands for. */
export const temperatureOf = (word) => BOLDNESS[word].temperature ?? 1;

export const chosen = {
  seed: /** @type {number | bigint} */ (newSeed()),
  boldness: "balanced", // what else it stands for than a temperature
  temperature: 1, // may lie between the steps of the slider, or beyond its ends
  shares: openingShares(), // one at least is above 0; only ratios count
  wantedLists: "", // those of the link that was opened, until there are other names
  held: new Map(), // names that stay when more are drawn, by place
  isMixing: false, // whether a press on a model adds it to the blend, or leaves it alone there
};

/** Takes a word for boldness, and the temperature that it stands for. */
export function setBoldness(word) {
  chosen.boldness = word;
  chosen.temperature = temperatureOf(word);
}

/** Tells the page that a setting has changed; if it is a step, there is a way back. */
export const changed = (isStep = false) =>
  document.dispatchEvent(new CustomEvent("settings", { detail: isStep }));

let fading = 0;

/** Says something for some seconds at the bottom of the page, with what can be done about it. */
export function toast(text, actions = {}, time = 6000) {
  const close = () => $("toast").replaceChildren();
  const does = (action) => () => {
    close();
    action();
  };
  const buttons = Object.entries(actions).map(([label, action]) => button(label, does(action)));
  $("toast").replaceChildren(element("span", {}, ...text), ...buttons);
  clearTimeout(fading);
  const fade = () => {
    if ($("toast").matches(":hover, :focus-within")) fading = setTimeout(fade, 1000);
    else close();
  };
  fading = setTimeout(fade, time);
}

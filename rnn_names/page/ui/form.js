// The settings in the form.

import { isCasting, modelsOfCast } from "./casts.js";
import { chosen, openingShares } from "./chosen.js";
import { $, setSlider } from "./elements.js";
import { CHECKS, NUMBERS, optionOf, TEXTS, textsIn } from "./fields.js";
import { showChips } from "./messages.js";
import { giveShare, showShares } from "./shares.js";

/** Whether a checkbox is on; undefined if it is disabled because a model has no list. */
const isOn = ({ checked, disabled }) => (disabled ? undefined : checked);

/** The settings of the form, as arguments of `drawNames`. */
export function settingsOfForm() {
  const { seed, boldness, temperature, shares } = chosen;
  const read = (ids, valueIn) =>
    ids.map((id) => [optionOf(id).replaceAll(/-(.)/g, (_, c) => c.toUpperCase()), valueIn($(id))]);
  const { noNearCopies, ...fields } = /** @type {any} */ (
    Object.fromEntries([
      ...read(CHECKS, isOn),
      ...read(TEXTS, textsIn),
      ...read(NUMBERS, ({ value }) => (value ? Number(value) : undefined)),
    ])
  );
  const count = $("count").validity.valid ? fields.count : $("names").children.length;
  const own = chosen.tuned ? { temperature } : {}; // else boldness sets it, also a part's
  const minEdits = noNearCopies && 2; // false: none, whatever boldness says
  return { ...fields, minEdits, count, seed, boldness, ...own, shares };
}

export function moved(slider) {
  if (slider === $("temperature")) chosen.temperature = Number(slider.value);
  if (slider.dataset.share) giveShare(Number(slider.dataset.share), Number(slider.value));
}

/** Resets all settings except the seed to those of the opening page. */
export function resetForm() {
  $("settings").reset();
  chosen.setBoldness("safe");
  chosen.shares = openingShares();
  chosen.holdNothing();
}

/** Updates the sliders, their numbers and hints after a change of settings. */
export function showValues() {
  showTemperature();
  showShares();
  const parts = chosen.writing();
  const longest = Math.max(...parts.map(({ longest }) => longest));
  $("min-length").placeholder = Math.min(...parts.map(({ shortest }) => shortest));
  $("max-length").placeholder = longest;
  $("names").style.setProperty("--longest", $("max-length").value || longest);
  const used = isCasting() ? modelsOfCast() : parts;
  const isForgetful = used.some((model) => !model.fingerprints);
  $("novel").disabled = $("no-near-copies").disabled = isForgetful; // they need the models' lists
  $("novel-hint").hidden = !isForgetful;
  $("new")?.toggleAttribute("hidden", !isOn($("novel")) || !used.length); // or another subtitle
  showChips();
}

function showTemperature() {
  const short = chosen.temperature.toFixed(2); // shown if it is exact
  const text = Number(short) === chosen.temperature ? short : String(chosen.temperature);
  setSlider($("temperature"), chosen.temperature);
  $("temperature").ariaValueText = `temperature ${text}`;
  const { boldness, tuned } = chosen;
  if (tuned) $("fine").open = true; // a changed temperature must be visible
  $("temperature-value").textContent = text;
  for (const button of $("boldness").children) {
    const isChosen = button.textContent === boldness;
    button.ariaPressed = isChosen && !tuned;
    const than = `${tuned < 0 ? "Closer to the list" : "Bolder"} than ${boldness}.`;
    if (isChosen) $("boldness-hint").textContent = tuned ? than : button.title;
  }
  $("safe-hint").hidden = boldness !== "safe";
}

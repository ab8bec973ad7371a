// The settings, in the form and in the address: a link restores the names.

import {
  INITIALS,
  lengthOf,
  MAX_LENGTH,
  newNames,
  VALUE_TYPES,
  WrongSettings,
} from "../engine/options.js";
import { newSeed } from "../engine/random_keys.js";
import { isRefused, withoutRefused } from "../learning/list.js";
import { followKinds, isCasting, modelsOfCast, showPattern } from "./casts.js";
import {
  changed,
  chosen,
  data,
  holdNothing,
  isTuned,
  models,
  openingShares,
  setBoldness,
  writing,
} from "./chosen.js";
import { showView } from "./drawers.js";
import { $, bdi, button, element, setSlider } from "./elements.js";
import { joined, keepAll, MAX_NOTE, unescaped } from "./favourites.js";
import { areOpeningShares, giveShare, sharesOfLink, showShares } from "./shares.js";

const TEXTS = ["prefix", "suffix", "contains", "exclude-words", "match"];
const CHECKS = ["novel", "no-near-copies", "unique", "clean", "ignore-case"];
const NUMBERS = ["count", "min-length", "max-length"];
const HELD = ["held", "stayed"]; // as in `chosen`

/** Whether a checkbox is on: one that is disabled is so again when another model writes. */
const isOn = ({ checked, disabled }) => checked && !disabled;

/** The settings of the form, as arguments of `drawNames`. */
export function settingsOfForm() {
  const { seed, boldness, temperature, shares } = chosen;
  const read = (ids, valueIn) =>
    ids.map((id) => [id.replaceAll(/-(.)/g, (_, c) => c.toUpperCase()), valueIn($(id))]);
  const fields = Object.fromEntries([
    ...read(CHECKS, (box) => isOn(box) || undefined), // or as boldness says
    ...read(TEXTS, textsIn),
    ...read(NUMBERS, ({ value }) => (value ? Number(value) : undefined)),
  ]);
  const count = $("count").validity.valid ? (fields.count ?? data.count) : data.count;
  const own = isTuned() ? { temperature } : {}; // or as boldness says, that of a part of a cast, too
  return { ...newNames(fields), count, seed, boldness, ...own, shares };
}

/** Raises WrongSettings for a length that is no number of characters of a name. */
export function checkLengths() {
  for (const { value, validity } of [$("min-length"), $("max-length")])
    if (!validity.valid)
      throw new WrongSettings(`No name can have ${value || "that many"} characters.`);
}

/** The texts of a field, separated by commas; a single text keeps its spaces. */
function textsIn({ id, value }) {
  const text = value.normalize("NFC");
  const texts = id === "match" ? [text] : text.split(",");
  return texts.map((text) => (texts[1] === undefined ? text : text.trim())).filter(Boolean);
}

/** Applies the new value of a slider. */
export function moved(slider) {
  if (slider === $("temperature")) chosen.temperature = Number(slider.value);
  if (slider.dataset.share) giveShare(Number(slider.dataset.share), Number(slider.value));
}

/** Resets all settings except the seed to those of the opening page. */
export function resetForm() {
  $("settings").reset();
  setBoldness("safe");
  chosen.shares = openingShares();
  holdNothing();
}

/**
 * The address's part after #: the seed, and the settings that differ from the opening page's. It has
 * a checkbox only if it is on, and boldness unless it is balanced: old links rely on these defaults.
 */
export function addressOfForm() {
  const address = new URLSearchParams({ seed: String(chosen.seed) });
  for (const id of [...NUMBERS, ...TEXTS])
    if ($(id).value !== $(id).defaultValue && $(id).validity.valid) address.set(id, $(id).value);
  const areTheirs = isCasting() === $("names").classList.contains("lines"); // not lines behind a list
  for (const key of areTheirs ? HELD : []) {
    const isNew = ([place]) => key === "held" || !chosen.held.has(place);
    const texts = [...chosen[key]].filter(isNew).map((each) => each.join(" "));
    if (texts.length) address.set(key, joined(texts));
  }
  for (const id of CHECKS) if ($(id).checked) address.set(id, "yes");
  if (chosen.boldness !== "balanced") address.set("boldness", chosen.boldness);
  if (isTuned()) address.set("temperature", String(chosen.temperature));
  if (!areOpeningShares()) address.set("shares", chosen.shares.join(" "));
  if (digestsOfLists().length) address.set("list", digestsOfLists().join(" "));
  if (isCasting()) address.set("cast", $("pattern").value);
  if (isCasting() && $("initials").value) address.set("initials", $("initials").value);
  return `#${address}`;
}

/** The digests of the lists that the page has learned from, for links. */
const digestsOfLists = () => models.flatMap(({ digest }) => digest ?? []);

/** A message if the opened link is from a page that learned from other lists; otherwise "". */
export function missingList() {
  if (new Set(chosen.wantedLists).isSubsetOf(new Set(digestsOfLists()))) return "";
  return "This link is from a page that learned from a list: here it brings other names.";
}

/** Whether a text of a link can be shown as a name or a line. */
const isShowable = (text) => text && lengthOf(text) <= 5 * MAX_LENGTH && !isRefused(text);

/** Whether a text of a link can have been held: no markup. */
const isHoldable = (text) => isShowable(text) && !/[<>]/.test(text);

/**
 * Sets the form from the address. Invalid settings keep their values of the opening page. Returns
 * whether the address has a seed.
 */
export function readAddress() {
  known = location.hash;
  const address = new URLSearchParams(known.slice(1));
  const pattern = $("pattern").value;
  resetForm();
  for (const id of [...NUMBERS, ...TEXTS]) if (address.has(id)) $(id).value = address.get(id);
  for (const id of NUMBERS) if (!$(id).validity.valid) $(id).value = $(id).defaultValue;
  const hasSeed = address.has("seed");
  if (hasSeed) {
    for (const id of CHECKS) $(id).checked = address.get(id) === "yes";
    setBoldness("balanced");
  }
  if (VALUE_TYPES.boldness.allows(address.get("boldness"))) setBoldness(address.get("boldness"));
  const degrees = Number(address.get("temperature"));
  if (degrees > 0 && degrees < Infinity) chosen.temperature = degrees;
  const wantedLists = address.get("list")?.split(" ") ?? [];
  chosen.shares = sharesOfLink(
    address.get("shares") ?? "",
    hasSeed ? wantedLists : digestsOfLists(),
  );
  $("pattern").value = address.get("cast") ?? pattern; // links to names have no pattern
  if (INITIALS.allows(address.get("initials"))) $("initials").value = address.get("initials");
  if (address.has("cast")) showPattern();
  else followKinds();
  if (address.has("cast")) showView("casts");
  else if (isCasting() || (hasSeed && history.state?.view !== "own-list")) showView("results");
  for (const key of HELD)
    for (const text of address.getAll(key).flatMap((texts) => texts.split(/\*(?=\d{1,3} )/u))) {
      const [, place, name] = unescaped(text).match(/^(\d{1,3}) (.+)$/u) ?? [];
      if (isHoldable(name)) chosen[key].set(Number(place), name);
    }
  const [kept, notes] = ["kept", "notes"].map((key) =>
    (address.get(key) ?? "").split("*").map(unescaped),
  );
  const note = (i) => withoutRefused([...(notes[i] ?? "")].slice(0, MAX_NOTE).join(""));
  const pairs = kept.map((name, i) => [name, note(i)]).filter(([name]) => isShowable(name));
  if (pairs.length) keepAll(pairs); // added to the kept names; the next address omits them
  const given = address.get("seed") ?? "";
  const seed = /^\d{1,99}$/.test(given) ? BigInt(given) : newSeed();
  Object.assign(chosen, { seed, wantedLists, fitted: history.state?.fitted ?? "" });
  return hasSeed;
}

let known = ""; // the address that was read or written last
let last = -1; // the entry of the history at which we are
let furthest = 0; // the last one that Forward can reach

/** Writes the settings to the address, as a new entry of the history or in place of the current. */
export function writeAddress(isNew) {
  if (!isNew && location.hash !== known) return; // another one is about to be read
  const address = addressOfForm();
  const isStep = isNew && address !== location.hash;
  const isEntry = isStep || !history.state; // a link that was opened here is one, too
  const depth = (history.state?.depth ?? last + 1) + Number(isStep);
  const { view } = document.body.dataset;
  try {
    if (address !== location.hash || view !== history.state?.view)
      history[isStep ? "pushState" : "replaceState"](
        { depth, view, fitted: chosen.fitted },
        "",
        address,
      );
  } catch {
    location.hash = address; // if the browser forbids the others for a local file
  }
  known = location.hash;
  last = history.state?.depth ?? 0;
  furthest = isEntry ? last : Math.max(furthest, last);
  $("back").disabled = !last;
  $("forward").disabled = last >= furthest;
}

/** Updates the sliders, their numbers and hints after a change of settings. */
export function showValues() {
  showTemperature();
  showShares();
  const parts = writing();
  const longest = Math.max(...parts.map(({ longest }) => longest));
  $("min-length").placeholder = Math.min(...parts.map(({ shortest }) => shortest));
  $("max-length").placeholder = longest;
  $("names").style.setProperty("--longest", $("max-length").value || longest);
  const isForgetful = (isCasting() ? modelsOfCast() : parts).some((model) => !model.fingerprints);
  $("novel").disabled = $("no-near-copies").disabled = isForgetful; // they need the models' lists
  $("novel-hint").hidden = !isForgetful;
  $("new")?.toggleAttribute("hidden", !isOn($("novel"))); // missing if the page has another subtitle
  showChips();
}

function showTemperature() {
  const short = chosen.temperature.toFixed(2); // shown if it is exact
  const text = Number(short) === chosen.temperature ? short : String(chosen.temperature);
  setSlider($("temperature"), chosen.temperature);
  $("temperature").ariaValueText = `temperature ${text}`;
  if (isTuned()) $("fine").open = true; // a changed temperature must be visible
  $("temperature-value").textContent = text;
  for (const button of $("boldness").children) {
    button.ariaPressed = button.textContent === chosen.boldness;
    if (button.ariaPressed === "true") $("boldness-hint").textContent = button.title;
  }
}

const inForce = () => [...TEXTS, "min-length", "max-length"].filter((id) => $(id).value);

/** Shows the conditions in force above the names, each with a button that drops it. */
function showChips() {
  $("chips").hidden = !inForce().length;
  $("chips").replaceChildren(...inForce().map(conditionChip));
}

const labelOf = (id) => $(id).labels[0].textContent.replace(/ \(.*/u, "");

function conditionChip(id) {
  const label = element("span", {}, `${labelOf(id)} `, bdi($(id).value));
  const ariaLabel = `Drop ${label.textContent}`;
  return button(label, () => setCondition(id, ""), { className: "chip", ariaLabel });
}

/** A link that drops a condition; its label has the condition's text, or the name of a length. */
function linkWithout(id) {
  const text = id.endsWith("length") ? labelOf(id) : bdi($(id).value);
  const label = element("span", {}, "Without “", text, "”");
  return button(label, () => setCondition(id, ""), { className: "link" });
}

const wrongHint = element("p", { className: "wrong wide" });

/** Marks the fields of conditions, and says below the first, where a drawer may cover the message. */
function markInvalid(wrong, sentence = "") {
  for (const id of [...TEXTS, ...NUMBERS])
    $(id).ariaInvalid = wrong.includes(id) || !$(id).validity.valid;
  wrongHint.remove();
  wrongHint.textContent = sentence;
  if (wrong.length) $(wrong[0]).parentElement.after(wrongHint);
  wrongHint.scrollIntoView({ block: "nearest" });
}

/** Removes the message and its marks. */
export function unsay() {
  $("status").replaceChildren();
  markInvalid([]);
}

/**
 * Shows a message, and marks the conditions that it is about: the conditions that it names, the first
 * with a link that drops it; or all conditions, if no name can meet them.
 */
export function say(sentence, found = 0) {
  const isQuoted = (id) => textsIn($(id)).some((text) => sentence.includes(`“${text}”`));
  const isLength = (id) => id.endsWith("length") && /characters(\.| \()/u.test(sentence);
  const isPattern = (id) => id === "match" && sentence.startsWith("A pattern");
  const isMeant = sentence.includes("“") ? isQuoted : (id) => isLength(id) || isPattern(id);
  const named = inForce().filter(isMeant);
  const wrong = !named.length && sentence.startsWith("No name") ? inForce() : named;
  markInvalid(wrong, sentence);
  const [dropped] = wrong.length === 1 ? wrong : named;
  const isTooFew = /( found in | all conditions: )/.test(sentence);
  const isTooSafe = !named.length && chosen.boldness === "safe" && isTooFew;
  const beBalanced = () => $("balanced").click();
  $("status").replaceChildren(
    sentence,
    element("span", { className: "unseen" }, ` ${found} name${found === 1 ? "" : "s"}.`),
    ...(dropped ? [" ", linkWithout(dropped)] : []),
    ...(isTooSafe ? [" ", button("Draw balanced ones", beBalanced, { className: "link" })] : []),
  );
}

export function setCondition(id, value) {
  $(id).value = value;
  changed(true);
}

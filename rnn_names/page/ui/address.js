// The settings in the address, so that a link restores the names, and the history of addresses.

import { scaled } from "../engine/blend.js";
import { INITIALS, isAmount, lengthOf, MAX_LENGTH, TEXT, VALUE_TYPES } from "../engine/options.js";
import { newSeed } from "../engine/random_keys.js";
import { isRefused, withoutRefused } from "../learning/list.js";
import { followKinds, isCasting, showPattern } from "./casts.js";
import { chosen, data, models, openingShares } from "./chosen.js";
import { showView } from "./drawers.js";
import { $ } from "./elements.js";
import { joined, keepAll, MAX_NOTE, unescaped } from "./favourites.js";
import { CHECKS, NUMBERS, optionOf, TEXTS } from "./fields.js";
import { resetForm } from "./form.js";
import { sharesOfLink } from "./shares.js";

const HELD = ["held", "stayed"]; // as in `chosen`
const MOST_SHOWN = 40; // characters of a wrong part of a link

/** What the numbers of the form have to be. */
const ofNumber = ({ min, max }) => ({
  words: `a whole number from ${min} to ${max}`,
  allows: (text) => /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max,
});
const { boldness, temperature } = VALUE_TYPES;
const YES_OR_NO = { words: "yes or no", allows: (text) => /^(yes|no)$/.test(text) };
const areAmounts = (text) => text.split(" ").map(Number).every(isAmount);

/** What the parts of links have to be, in words, with a test. */
const TYPES = Object.fromEntries([
  ...[...TEXTS.map(optionOf), ...HELD, "kept", "notes", "cast", "list", "your-list"].map((key) => [
    key,
    TEXT,
  ]),
  ...CHECKS.map((id) => [id, YES_OR_NO]),
  ...NUMBERS.map((id) => [id, ofNumber($(id))]),
  ["seed", { words: "a whole number", allows: (text) => /^\d{1,99}$/.test(text) }],
  ["temperature", { ...temperature, allows: (text) => temperature.allows(Number(text)) }],
  ["shares", { words: "numbers of at least 0", allows: areAmounts }],
  ["boldness", boldness],
  ["initials", INITIALS],
]);

/** Deletes the wrong and unknown parts of an address. Returns a sentence about them, or "". */
function withoutWrong(address) {
  const wrong = [...address].flatMap(([key, text]) => {
    const type = Object.hasOwn(TYPES, key) ? TYPES[key] : undefined;
    if (type?.allows(text)) return [];
    address.delete(key);
    const shown = (text ? `${key}=${text}` : key).slice(0, MOST_SHOWN);
    return `${shown} (${type ? `not ${type.words}` : "unknown here"})`;
  });
  return wrong.length ? `Left out of this link: ${wrong.join(", ")}.` : "";
}

/**
 * The part of the address after #: the seed, and the settings that differ from the opening page's.
 * It contains boldness unless that is balanced, and each checkbox that is on, or off although safe
 * names imply it. Old links rely on these defaults.
 */
export function addressOfForm() {
  const address = new URLSearchParams({ seed: String(chosen.seed) });
  for (const id of [...NUMBERS, ...TEXTS])
    if ($(id).value !== $(id).defaultValue && $(id).validity.valid)
      address.set(optionOf(id), $(id).value);
  const areTheirs = isCasting() === $("names").classList.contains("lines"); // not if hidden
  for (const key of areTheirs ? HELD : []) {
    const isNew = ([place]) => key === "held" || !chosen.held.has(place);
    const texts = [...chosen[key]].filter(isNew).map((each) => each.join(" "));
    if (texts.length) address.set(key, joined(texts));
  }
  for (const id of CHECKS) {
    if ($(id).checked) address.set(id, "yes");
    else if (isImplied(id, chosen.boldness)) address.set(id, "no");
  }
  if (chosen.boldness !== "balanced") address.set("boldness", chosen.boldness);
  if (chosen.tuned) address.set("temperature", String(chosen.temperature));
  const areOpening = scaled(chosen.shares).join() === scaled(openingShares()).join();
  if (!areOpening) address.set("shares", chosen.shares.join(" "));
  if (digestsOfLists().length) address.set("list", digestsOfLists().join(" "));
  if (isCasting()) address.set("cast", $("pattern").value);
  if (isCasting() && $("initials").value) address.set("initials", $("initials").value);
  return `#${address}`;
}

/** Whether a checkbox that a link does not contain is on. */
const isImplied = (id, boldness) => boldness === "safe" && $(id).defaultChecked;

/** The digests of the lists that the page has learned from, for links. */
const digestsOfLists = () => models.flatMap(({ digest }) => digest ?? []);

/** A message if the opened link is from a page that learned from other lists; otherwise "". */
export function missingList() {
  if (new Set(chosen.wantedLists).isSubsetOf(new Set(digestsOfLists()))) return "";
  return "This link is from a page that learned from a list: here it brings other names.";
}

/** Whether a text of a link can be shown as a name or a line. */
const isShowable = (text) => text && lengthOf(text) <= 5 * MAX_LENGTH && !isRefused(text);

/** Sets the form from the address. Returns whether it has a seed, and `note`, on its wrong parts. */
export function readAddress() {
  known = location.hash;
  const address = new URLSearchParams(known.slice(1));
  const pattern = $("pattern").value;
  const hasSeed = address.has("seed");
  const note = withoutWrong(address);
  resetForm();
  for (const id of [...NUMBERS, ...TEXTS]) $(id).value = address.get(optionOf(id)) ?? $(id).value;
  chosen.setBoldness(address.get("boldness") ?? (hasSeed ? "balanced" : "safe"));
  const isOn = (id) => (address.get(id) ?? (isImplied(id, chosen.boldness) && "yes")) === "yes";
  if (hasSeed) for (const id of CHECKS) $(id).checked = isOn(id);
  if (address.has("temperature")) chosen.temperature = Number(address.get("temperature"));
  const wantedLists = address.get("list")?.split(" ") ?? [];
  const lists = hasSeed ? wantedLists : digestsOfLists();
  chosen.shares = sharesOfLink(address.get("shares") ?? "", lists);
  $("pattern").value = address.get("cast") ?? pattern; // links to names have no pattern
  $("initials").value = address.get("initials") ?? "";
  if (address.has("cast")) showPattern();
  else followKinds();
  if (address.has("your-list")) showView("own-list");
  else if (address.has("cast")) showView("casts");
  else if (isCasting() || (hasSeed && history.state?.view !== "own-list")) showView("results");
  for (const key of HELD)
    for (const text of address.getAll(key).flatMap((texts) => texts.split(/\*(?=\d{1,3} )/u))) {
      const [, place, name] = unescaped(text).match(/^(\d{1,3}) (.+)$/u) ?? [];
      if (isShowable(name)) chosen[key].set(Number(place), name);
    }
  const textsOf = (key) => (address.get(key) ?? "").split("*").map(unescaped);
  const [kept, notes] = [textsOf("kept"), textsOf("notes")];
  const noteOn = (i) => withoutRefused([...(notes[i] ?? "")].slice(0, MAX_NOTE).join(""));
  const pairs = kept.map((name, i) => [name, noteOn(i)]).filter(([name]) => isShowable(name));
  if (pairs.length) keepAll(pairs); // added to the kept names; the next address omits them
  const usualSeed = (!known && data.seed) || newSeed(); // of the names that a page begins with
  const seed = BigInt(address.get("seed") ?? usualSeed);
  Object.assign(chosen, { seed, wantedLists, fitted: history.state?.fitted ?? "" });
  return { hasSeed, note };
}

let known = ""; // the address that was read or written last
let last = -1; // the number of the current history entry
let furthest = 0; // the last one that Forward can reach

/** Whether the browser has gone back in its history. */
export const isBack = () => (history.state?.depth ?? last) < last;

/** Writes the settings to the address, in a new history entry or in the current one. */
export function writeAddress(isNew) {
  if (!isNew && location.hash !== known) return; // another address is about to be read
  const address = addressOfForm();
  const isStep = isNew && address !== location.hash;
  const isEntry = isStep || !history.state; // an opened link is one, too
  const depth = (history.state?.depth ?? last + 1) + Number(isStep);
  const { view } = document.body.dataset;
  try {
    const state = { depth, view, fitted: chosen.fitted };
    if (address !== location.hash || view !== history.state?.view)
      history[isStep ? "pushState" : "replaceState"](state, "", address);
  } catch {
    location.hash = address; // if the browser forbids the calls above for a local file
  }
  known = location.hash;
  last = history.state?.depth ?? 0;
  furthest = isEntry ? last : Math.max(furthest, last);
  $("back").disabled = !last;
  $("forward").disabled = last >= furthest;
}

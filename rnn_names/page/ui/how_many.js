// How many names or lines are shown: as many as fit into the window, unless people set the number.

import { writeAddress } from "./address.js";
import { isCasting } from "./casts.js";
import { changed, chosen, data } from "./chosen.js";
import { $, toast } from "./elements.js";
import { NUMBERS } from "./fields.js";
import { settingsOfForm } from "./form.js";
import { columnsShown } from "./names.js";

const TEN = 10; // names that "ten more" adds
const FEW = 5; // the fewest lines of a cast
const [LOW, FEWER] = [900, 16]; // in a window lower than this (px), the page has at least 16 names
const SPARE = 20; // px that an opening page of lines leaves free
const MAX_FITTING = 120; // the most names of an opening page

let added = ["", ""]; // the numbers before and after names were added, to return to the former
let countAtFocus = ""; // the number when its field got the focus
let countedRoom = ""; // the room that the number was counted for last
let countedView = ""; // the view that the number is for
let countedPattern = ""; // the pattern of the lines that are shown; "" for names
const typedCounts = /** @type {any} */ ({}); // the numbers that the user set, by view

const room = () => `${innerWidth} px, ${columnsShown()} columns`;

/** The number of names with ten more, and more still to fill the last row. */
export function afterTen() {
  const rows = Math.ceil((settingsOfForm().count + TEN) / columnsShown());
  return Math.min(rows * columnsShown(), $("count").max);
}

export function countTenMore() {
  const before = countBeforeTen();
  added = [before, String(afterTen())];
  $("count").value = added[1];
}

/** The number of names before ten were added, if they were. */
export const countBeforeTen = () => (added[1] === $("count").value ? added[0] : $("count").value);

/** Leaves the number as it is for the view and the pattern of an opened address. */
export function keepCount(isLink) {
  if (isLink && isCasting()) countedPattern = $("pattern").value; // as many lines as the link says
  countedView = document.body.dataset.view ?? "";
}

/** Sets the number to what fits into the window. */
export function setCountToWindow() {
  chosen.fitted = $("count").value = String(countForWindow());
  countedRoom = room();
}

/** Sets the number for the view that was opened: the one that the user set there, or what fits. */
export function setCountForView() {
  const { view = "" } = document.body.dataset;
  const before = $("count").value;
  if (view === "own-list" || view === countedView) return;
  typedCounts[countedView] = before === chosen.fitted ? "" : before;
  countedView = view;
  if (before === $("count").defaultValue && before !== chosen.fitted) return; // of a link
  if (typedCounts[view]) $("count").value = typedCounts[view];
  else setCountToWindow();
}

/** Sets the number anew in a window, or for a kind of names, with another number of columns. */
export function recountForRoom() {
  if (!isCasting() && countedRoom !== room()) recountUnlessTyped();
}

/**
 * Counts the lines that fit once the height of a new pattern's lines is known. Returns whether the
 * number changed. It stays while the parts are shown.
 */
export function recountForPattern() {
  const before = countedPattern;
  countedPattern = isCasting() ? $("pattern").value : "";
  const isChanged = countedPattern && countedPattern !== before && !$("build").open;
  if (!isChanged || !recountUnlessTyped()) return false;
  writeAddress(false);
  return true;
}

/** Calls `setCountToWindow` unless the user set the number; returns whether the number changed. */
function recountUnlessTyped() {
  const before = $("count").value;
  if (before === chosen.fitted) setCountToWindow();
  return $("count").value !== before;
}

/** The number of names or lines that fit into the window, within bounds. */
function countForWindow() {
  const { top, height, bottom } = $("names").getBoundingClientRect();
  const paddings = [document.body, $("panel").parentElement].map((each) =>
    parseFloat(getComputedStyle(each).paddingBottom),
  );
  const below = $("panel").getBoundingClientRect().bottom - bottom + paddings[0] + paddings[1];
  const spare = isCasting() ? SPARE : 0; // the heights of lines differ
  const columns = columnsShown();
  const places = [...$("names").children].filter(({ offsetHeight }) => offsetHeight);
  if (!places.length) return settingsOfForm().count; // there is nothing to measure
  const row = height / Math.ceil(places.length / columns);
  const rows = Math.floor((innerHeight - top - scrollY - below - spare) / row);
  const set = Number(getComputedStyle($("names")).getPropertyValue("--at-least")); // in a frame
  const usual = set || (innerHeight < LOW ? FEWER : data.count);
  const held = 1 + Math.max(-1, ...chosen.staying().keys());
  const least = isCasting() ? set || FEW : usual;
  const full = (n) => columns * Math.floor(n / columns);
  return Math.max(held, full(least), Math.min(columns * rows, full(MAX_FITTING))) || least;
}

/** Phones show the number of names below the names, beside the hint; other screens, in the bar. */
function placeAmount() {
  const isPhone = getComputedStyle($("amount")).getPropertyValue("--is-below");
  $(isPhone ? "first-hint" : "back").before($("amount"));
}

/** Replaces an invalid number by the nearest, or the one before. Returns whether it was invalid. */
function correct(field) {
  const { validity, valueAsNumber, min, max, labels } = field;
  if (validity.valid) return false;
  const nearest = Math.min(Math.max(Math.trunc(valueAsNumber), min), max);
  const isCount = field === $("count");
  field.value = nearest || (isCount ? countAtFocus : "");
  toast([`${isCount ? "How many" : labels[0].textContent}: from ${min} to ${max}`]);
  changed();
  const bound = { [min]: "At least", [max]: "At most" }[nearest];
  if (isCount) labels[0].textContent = bound ?? "How many";
  return true;
}

export function listenToNumbers() {
  for (const id of NUMBERS) $(id).addEventListener("change", ({ target }) => correct(target));
  $("count").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && correct($("count"))) event.preventDefault(); // or Enter draws names
  });
  $("count").addEventListener("focus", () => (countAtFocus = $("count").value));
  addEventListener("resize", placeAmount);
  placeAmount();
}

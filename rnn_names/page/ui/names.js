// The names in their places, and what a press, a long press and a key do to one.

import { openCard } from "./card.js";
import { isCasting } from "./casts.js";
import { chosen } from "./chosen.js";
import { $, bdi, button, element, nameOfCard, stopAt } from "./elements.js";
import { copy, favourites, toggleFavourite } from "./favourites.js";
import { writeAddress } from "./form.js";

const LONG_PRESS = 500; // ms

let wasLong = false; // whether the press that goes on is a long one; then it is no click

/** A place in the list for each name; those that are there keep their names until new ones come. */
export function placesFor(count) {
  const list = $("names");
  while (list.children.length > count) list.lastChild.remove();
  while (list.children.length < count) list.append(element("li"));
  for (const item of list.children) if (!item.firstChild) item.append(nameButton(), holdButton());
  for (const place of chosen.held.keys()) if (place >= count) chosen.held.delete(place);
  const places = Array.from(list.children, (item) => item.firstChild);
  for (const [place, name] of chosen.held) showName(places[place], name);
  const free = places.filter((_, place) => !chosen.held.has(place));
  for (const place of free) place.classList.add("old");
  return free;
}

/** A place for a name, which keeps it when it is pressed, and opens its card when that takes long. */
function nameButton() {
  let timer = 0;
  const name = () => made.textContent;
  const details = () => isCasting() || openCard(name()); // a line has no card
  const made = button(bdi(""), () => toggleFavourite(name(), isCasting() ? undefined : details), {
    className: "name",
    tabIndex: -1, // one of them is the stop of the Tab key
  });
  made.addEventListener("focus", showStop);
  made.addEventListener("pointerdown", () => {
    timer = setTimeout(() => {
      wasLong = true;
      details();
    }, LONG_PRESS);
  });
  for (const event of ["pointerup", "pointercancel", "pointerleave"])
    made.addEventListener(event, () => clearTimeout(timer));
  made.addEventListener("contextmenu", (event) => wasLong && event.preventDefault());
  return made;
}

const holdButton = () =>
  button("", ({ currentTarget }) => toggleHold(currentTarget.previousSibling), {
    className: "hold",
    tabIndex: -1,
    title: "Hold: it stays when more are drawn (H)",
  });

const placeOfCard = () => shownPlaces().find(({ textContent }) => textContent === nameOfCard());

/** Where its name is among the names, the card can hold it, and on a phone lies below it. */
export function listenToHold() {
  $("hold-name").addEventListener("click", () => toggleHold(placeOfCard()));
  document.addEventListener("card", () => {
    showHeld();
    if (!$("likely").hidden) placeOfCard()?.scrollIntoView({ block: "nearest" });
  });
}

/** Holds a name where it is when more are drawn, or lets it go. */
function toggleHold(name) {
  const place = Array.from($("names").children).indexOf(name.parentElement);
  if (!chosen.held.delete(place)) chosen.held.set(place, name.textContent);
  showHeld();
  writeAddress(false);
}

function showHeld() {
  for (const [place, button] of $("names").querySelectorAll(".hold").entries())
    button.ariaPressed = chosen.held.has(place);
  const place = placeOfCard();
  $("hold-name").hidden = !place;
  $("hold-name").ariaPressed = place?.nextSibling.ariaPressed ?? "false";
}

/** Shows a name; a new one appears gently, by the style sheet. */
export function showName(place, name) {
  if (place.textContent !== name) place.replaceChildren(bdi(name));
  place.hidden = !name;
  place.disabled = false;
  const [width, half] = widthsOf(name);
  place.style.setProperty("--width", width);
  place.style.setProperty("--half", half);
  place.classList.remove("old");
  place.setAttribute("aria-pressed", favourites.has(name));
  place.nextSibling.hidden = !name;
  place.nextSibling.ariaLabel = `Hold ${name}`;
}

const shownPlaces = () => [...$("names").querySelectorAll(".name:enabled:not([hidden])")];

/** Once names are there: a stop of the Tab key, and a size that most of them have. */
export function settle() {
  showStop();
  showHeld();
  for (const measure of ["width", "half"]) {
    const width = ({ style }) => Number(style.getPropertyValue(`--${measure}`));
    const all = Float64Array.from(shownPlaces(), width).sort();
    const most = all[Math.floor(0.85 * all.length)];
    const typical = Math.max(most, Math.min(0.75 * (all.at(-1) ?? 0), 1.25 * most));
    if (all.length) $("names").style.setProperty(`--typical-${measure}`, typical);
  }
}

/** Makes one name the stop of the Tab key: that with the focus, or the first. */
function showStop() {
  const focused = document.activeElement;
  const shown = shownPlaces();
  stopAt(shown.includes(focused) ? focused : shown[0], $("names").querySelectorAll(".name"));
}

export const namesShown = () => shownPlaces().map(({ textContent }) => textContent);

const pen = element("canvas").getContext("2d");

/** How wide a name is in em, a little more as small letters are wider; and on two lines, if it can. */
function widthsOf(name) {
  if (!pen.font.includes("100px"))
    pen.font = `600 100px ${getComputedStyle($("names")).fontFamily}`;
  const width = (text) => (1.05 * pen.measureText(text).width) / 100;
  const halves = Array.from(name.matchAll(/[\s-]/gu), ({ index }) =>
    Math.max(width(name.slice(0, index + 1)), width(name.slice(index + 1))),
  );
  return [width(name), Math.min(width(name), ...halves)];
}

// --- Keys ----------------------------------------------------------------------------------------

const IN_FIELDS = "input:not([type=checkbox]), textarea, select, dialog *";

/** Listens to the keys: `draw` brings more names. */
export function listenToKeys(draw) {
  let isPointed = false; // whether the focus is where it is by a press, not by a key
  const onPress = () => {
    [isPointed, wasLong] = [true, false];
  };
  document.addEventListener("pointerdown", onPress, true); // before the names hear of it
  const onClick = (event) => {
    if (wasLong) event.stopPropagation(); // the card may have moved another name under the finger
    wasLong = false;
  };
  document.addEventListener("click", onClick, true);
  const actions = {
    " ": draw,
    Backspace: (_, isShifted) => $(isShifted ? "forward" : "back").click(),
    "?": () => $("keys").showModal(),
    c: (name) => name && copy(name.textContent),
    h: (name) => name && toggleHold(name),
    d: (name) => name && !isCasting() && openCard(name.textContent),
    ArrowLeft: (name) => moveFocus(name, -1, 0),
    ArrowRight: (name) => moveFocus(name, 1, 0),
    ArrowUp: (name) => moveFocus(name, 0, -1),
    ArrowDown: (name) => moveFocus(name, 0, 1),
  };
  document.addEventListener("keydown", (event) => {
    const target = /** @type {any} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || $("results").hidden) return;
    if (target.matches(IN_FIELDS) || event.defaultPrevented) return;
    const isName = target.matches(".name");
    const isFree = target === document.body || (isPointed && target.matches("button"));
    let action = actions[event.key.toLowerCase()] ?? actions[event.key];
    if (event.key === "Enter" && isFree) action = draw;
    if (!action || !(isFree || isName || ["?", "Backspace"].includes(event.key))) return;
    isPointed = false;
    event.preventDefault();
    if (isFree && !isName) target.blur(); // the key is for the names, not for what was pressed
    action(isName ? target : $("names").querySelector("li:hover .name"), event.shiftKey);
  });
  document.addEventListener("keyup", (event) => {
    const isName = /** @type {any} */ (event.target).matches(".name");
    if (event.key === " " && isName) event.preventDefault(); // Firefox would press it
    if (/^(Tab|Arrow)/.test(event.key)) isPointed = false;
  });
}

/** Moves from a name to the one some places aside and below. */
function moveFocus(name, aside, below) {
  const places = shownPlaces();
  const columns = new Set(places.map((place) => place.getBoundingClientRect().left)).size;
  const at = places.indexOf(name);
  const next = places[at < 0 ? 0 : at + aside + below * columns];
  next?.focus();
}

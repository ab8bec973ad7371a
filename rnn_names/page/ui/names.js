// The names in their places, and what presses and long presses on them do.

import { writeAddress } from "./address.js";
import { openCard, tint } from "./card.js";
import { isCasting } from "./casts.js";
import { chosen } from "./chosen.js";
import { $, copyOf, element, nameOfCard, pressed, stopAt } from "./elements.js";
import { favourites, toggleFavourite } from "./favourites.js";
import { copy } from "./sharing.js";

const LONG_PRESS = 500; // ms

/** Makes at least `count` places. Returns those where no name stays, with their old names yet. */
export function placesFor(count) {
  const list = $("names");
  while (list.children.length < count) list.append(element("li"));
  for (const item of list.children) {
    if (item.querySelector("button")) continue;
    const first = item.textContent; // the page comes with its first names
    item.replaceChildren(...copyOf("place", first));
    if (first) showName(item.firstChild, first);
  }
  const places = Array.from(list.children, (item) => item.firstChild);
  const stay = chosen.staying();
  for (const [place, name] of stay) if (place < count) showName(places[place], name);
  const free = places.filter((_, place) => !stay.has(place));
  for (const place of free) place.classList.add("old");
  return free;
}

/** Opens the card of a name. Lines of casts have no card and are copied. */
export const showDetails = (name) => (isCasting() ? copy : openCard)(name);

/** Keeps or removes the name of a place. The message's buttons act on it while it is there. */
function keepName(place) {
  if (place.matches("body:not(.opening) .old")) return; // about to go
  const name = place.textContent;
  const isFree = () => place.textContent === name && place.nextSibling.ariaPressed !== "true";
  const hold = () => isFree() && toggleHold(place);
  const hasLock = isCasting() || !matchMedia("(hover: none)").matches;
  const actions = { [isCasting() ? "Copy" : "Details"]: () => showDetails(name) };
  toggleFavourite(name, hasLock ? actions : { ...actions, Hold: hold });
}

/** A press keeps a name; one on its lock holds it. A long press opens a card or copies a line. */
export function listenToNames() {
  let timer = 0;
  const listen = (event, act) =>
    $("names").addEventListener(event, (given) => {
      const button = given.target.closest("button");
      if (button?.matches(".name")) act(button, given);
      else if (button && event === "click") toggleHold(button.previousSibling);
    });
  listen("click", keepName);
  listen("focusin", showStop);
  listen("pointerdown", (name) => {
    timer = setTimeout(() => {
      pressed.isLong = true;
      showDetails(name.textContent);
    }, LONG_PRESS);
  });
  listen("pointerover", (name, { pointerType }) => {
    const isExplained = !$("likely").hidden && !$("details").hidden;
    if (pointerType === "mouse" && isExplained) tint(name.firstChild.firstChild);
  });
  $("names").addEventListener("pointerleave", () => tint(null));
  for (const event of ["pointerup", "pointercancel", "pointerout"])
    $("names").addEventListener(event, () => clearTimeout(timer));
  listen("contextmenu", (_, event) => pressed.isLong && event.preventDefault());
  $("hold-name").addEventListener("click", () => toggleHold(placeOfCard()));
  // The name of the card is marked, can be held and stays in view if it is among those shown.
  document.addEventListener("card", () => {
    showHeld();
    const place = placeOfCard();
    place?.scrollIntoView({ block: "nearest" });
    const { left = 0 } = place?.getBoundingClientRect() ?? {};
    $("likely").classList.toggle("left", left > innerWidth / 2); // where it would cover the name
  });
}

const placeOfCard = () =>
  $("likely").hidden ? null : shownPlaces().find((place) => place.textContent === nameOfCard());

/** Holds a name in its place when more names are drawn, or releases it. */
export function toggleHold(name) {
  if (!name?.isConnected || name.disabled || name.matches(".old")) return; // about to go
  const place = Array.from($("names").children).indexOf(name.parentElement);
  if (!chosen.held.delete(place)) chosen.held.set(place, name.textContent);
  showHeld();
  writeAddress(false);
}

function showHeld() {
  const place = placeOfCard();
  for (const [i, button] of $("names").querySelectorAll(".hold").entries()) {
    button.ariaPressed = chosen.held.has(i);
    button.previousSibling.ariaCurrent = button.previousSibling === place || null;
  }
  $("hold-name").hidden = !place;
  $("hold-name").ariaPressed = place?.nextSibling.ariaPressed ?? "false";
}

/** Divides a text by the first expression, and each piece, an element, by the others in turn. */
const inPieces = (text, /** @type {RegExp[]} */ [at, ...others]) =>
  text.split(at).map((piece) => {
    const isWhole = !at || piece === " ";
    return isWhole ? piece : element("span", {}, ...inPieces(piece, others));
  });

/** Lines break between clauses if they can, else before "and" or between words; not at hyphens, nor
 * after "the" and "of".
 */
const piecesOf = (name) => inPieces(name, isCasting() ? BREAKS : []);
const BREAKS = [/(?<=,)( )/, /( )(?=and )/, /(?<!\b(?:the|of))( )/i];

/** Shows a name in a place; the style sheet fades new names in. */
export function showName(place, name) {
  if (place.textContent !== name)
    place.replaceChildren(element("bdi", { className: "new" }, ...piecesOf(name)));
  place.hidden = !name;
  place.disabled = false;
  const [width, half] = widthsOf(name);
  place.style.setProperty("--width", width);
  place.style.setProperty("--half", half);
  place.classList.remove("old");
  place.ariaPressed = favourites.has(name);
  place.nextSibling.hidden = !name;
  place.nextSibling.ariaLabel = `Hold ${name}`;
}

export const shownPlaces = () => [...$("names").querySelectorAll(".name:enabled:not([hidden])")];

/**
 * Chooses the stop of the Tab key and a size that fits most names, after all are shown. The
 * previous size stays if it fits them and is not much too small, so that nothing jumps.
 */
export function settle() {
  showStop();
  showHeld();
  const spread = Number(getComputedStyle($("names")).getPropertyValue("--spread"));
  for (const measure of ["width", "half"]) {
    const width = ({ style }) => Number(style.getPropertyValue(`--${measure}`));
    const all = Float64Array.from(shownPlaces(), width).sort();
    const most = all[Math.floor(0.9 * (all.length - 1))];
    const typical = Math.min(all.at(-1) ?? 0, spread * most); // a name far wider is smaller
    const { style } = $("names");
    const before = Number(style.getPropertyValue(`--typical-${measure}`));
    if (all.length && !(typical <= before && before < 1.25 * typical))
      style.setProperty(`--typical-${measure}`, typical);
  }
}

/** Lets the Tab key reach one name: the focused name, or the first. */
function showStop() {
  const focused = document.activeElement;
  const shown = shownPlaces();
  stopAt(shown.includes(focused) ? focused : shown[0], $("names").querySelectorAll(".name"));
}

export const columnsShown = () =>
  getComputedStyle($("names")).gridTemplateColumns.split(" ").length;

/** The names of the latest draw: not the earlier ones that show while others are looked for. */
export const namesShown = () =>
  shownPlaces().flatMap((place) => (place.matches(".old") ? [] : [place.textContent]));

const pen = element("canvas").getContext("2d");

/** The width of a name in em, on one line and on two, plus 5 % since small letters are wider. */
export function widthsOf(name) {
  if (!pen.font.includes("100px"))
    pen.font = `600 100px ${getComputedStyle($("names")).fontFamily}`;
  const width = (text) => (1.05 * pen.measureText(text).width) / 100;
  const halves = Array.from(name.matchAll(/[\s-]/gu), ({ index }) =>
    Math.max(width(name.slice(0, index + 1)), width(name.slice(index + 1))),
  );
  return [width(name), Math.min(width(name), ...halves)];
}

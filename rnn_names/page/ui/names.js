// The names in their places, and the actions of presses, long presses and keys on them.

import { writeAddress } from "./address.js";
import { openCard } from "./card.js";
import { isCasting } from "./casts.js";
import { chosen } from "./chosen.js";
import { $, bdi, button, element, nameOfCard, pressed, stopAt, toast } from "./elements.js";
import { copy, favourites, toggleFavourite, undo } from "./favourites.js";

const LONG_PRESS = 500; // ms

let wasLong = false; // whether the current press is a long press, which must not become a click

/** Makes `count` places and returns those where no name stays; old names are shown until new ones come. */
export function placesFor(count) {
  const list = $("names");
  while (list.children.length > count) list.lastChild.remove();
  while (list.children.length < count) list.append(element("li"));
  for (const item of list.children) if (!item.firstChild) item.append(nameButton(), holdButton());
  const places = Array.from(list.children, (item) => item.firstChild);
  const stay = chosen.staying();
  for (const [place, name] of stay) if (place < count) showName(places[place], name);
  const free = places.filter((_, place) => !stay.has(place));
  for (const place of free) place.classList.add("old");
  return free;
}

/** A place for a name. A press keeps the name; a long press opens its card, or copies a line. */
function nameButton() {
  let timer = 0;
  const details = (name) => (isCasting() ? copy : openCard)(name); // lines of casts have no card
  const keep = () => {
    const name = made.textContent; // another one may be here when the message's buttons are pressed
    const isFree = () => made.textContent === name && made.nextSibling.ariaPressed !== "true";
    const hold = () => isFree() && toggleHold(made);
    const hasLock = isCasting() || !matchMedia("(hover: none)").matches;
    const actions = { [isCasting() ? "Copy" : "Details"]: () => details(name) };
    toggleFavourite(name, hasLock ? actions : { ...actions, Hold: hold });
  };
  const made = button(bdi(""), keep, {
    className: "name",
    disabled: true, // until there is a name
    tabIndex: -1, // `showStop` chooses the name that the Tab key reaches
  });
  made.addEventListener("focus", showStop);
  made.addEventListener("pointerdown", () => {
    timer = setTimeout(() => {
      wasLong = true;
      details(made.textContent);
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

const placeOfCard = () =>
  $("likely").hidden ? null : shownPlaces().find((place) => place.textContent === nameOfCard());

/** If the name of the card is among the names, it is marked, can be held, and stays in view. */
export function listenToHold() {
  $("hold-name").addEventListener("click", () => toggleHold(placeOfCard()));
  document.addEventListener("card", () => {
    showHeld();
    placeOfCard()?.scrollIntoView({ block: "nearest" });
  });
}

/** Holds a name in its place when more names are drawn, or releases it. */
function toggleHold(name) {
  if (!name?.isConnected || name.disabled || name.matches(".old")) return; // another one takes its place
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

/** A text with an element for each of its pieces, divided at spaces, and for the pieces of these. */
const inPieces = (text, /** @type {RegExp[]} */ [at, ...others]) =>
  text.split(at).map((piece) => {
    const isWhole = !at || piece === " ";
    return isWhole ? piece : element("span", {}, ...inPieces(piece, others));
  });

/** Lines break between clauses if they can, and else between words, never at hyphens. */
const piecesOf = (name) => inPieces(name, isCasting() ? [/(?<=,)( )/, /( )/] : []);

/** Shows a name in a place; the style sheet fades new names in. */
export function showName(place, name) {
  if (place.textContent !== name) place.replaceChildren(element("bdi", {}, ...piecesOf(name)));
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

const shownPlaces = () => [...$("names").querySelectorAll(".name:enabled:not([hidden])")];

/** After all names are shown, chooses the stop of the Tab key, and a size that fits most names. */
export function settle() {
  showStop();
  showHeld();
  for (const measure of ["width", "half"]) {
    const width = ({ style }) => Number(style.getPropertyValue(`--${measure}`));
    const all = Float64Array.from(shownPlaces(), width).sort();
    const most = all[Math.floor(0.95 * (all.length - 1))];
    const widest = all.at(-1) ?? 0; // if it is hardly wider, it has the size of the others
    const smaller = widest < 1.15 * most ? widest : Math.min(0.75 * widest, 1.25 * most);
    const typical = Math.max(most, smaller);
    if (all.length) $("names").style.setProperty(`--typical-${measure}`, typical);
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

export const namesShown = () => shownPlaces().map(({ textContent }) => textContent);

const pen = element("canvas").getContext("2d");

/** The width of a name in em, on one line and on at most two; 5 % more, as small letters are wider. */
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

export function showKeys() {
  $("keys").showModal();
  $("keys-title").focus(); // not the button below, with a frame around it
}

const IN_FIELDS = "input:not([type=checkbox]), textarea, select, dialog *";

/** Listens to the keys; `draw` draws more names. */
export function listenToKeys(draw) {
  const onPress = () => {
    pressed.isPointed = true;
    wasLong = false;
  };
  document.addEventListener("pointerdown", onPress, true); // before the listeners of names
  const onClick = (event) => {
    if (wasLong) event.stopPropagation(); // the opened card may have moved the names
    wasLong = false;
  };
  document.addEventListener("click", onClick, true);
  const actions = {
    " ": draw,
    Backspace: (_, isShifted) => $(isShifted ? "forward" : "back").click(),
    c: (name) => name && copy(name.textContent),
    h: (name) => name && toggleHold(name),
    d: (name) => name && (isCasting() ? copy : openCard)(name.textContent),
    ArrowLeft: (name) => moveFocus(name, -1, 0),
    ArrowRight: (name) => moveFocus(name, 1, 0),
    ArrowUp: (name) => moveFocus(name, 0, -1),
    ArrowDown: (name) => moveFocus(name, 0, 1),
  };
  document.addEventListener("keydown", (event) => {
    const target = /** @type {any} */ (event.target);
    const isControl = event.ctrlKey || event.metaKey;
    if (isControl && event.key === "z" && !target.matches(IN_FIELDS)) {
      event.preventDefault(); // the browser would undo what was typed last
      if ($("undo")) return $("undo").click(); // of what was done last
      const { size } = favourites;
      undo();
      if (favourites.size !== size) toast(["Undone"]);
    }
    if (isControl || event.altKey) return;
    if (event.key === "?" && $("keys").open) return $("keys").close();
    if (target.matches(IN_FIELDS) || event.defaultPrevented) return;
    if (event.key === "?") return showKeys();
    if ($("results").hidden) return;
    const isName = target.matches(".name");
    const isFree = target === document.body || (pressed.isPointed && target.matches("button"));
    let action = actions[event.key.toLowerCase()] ?? actions[event.key];
    if (event.key === "Enter" && isFree) action = draw;
    if (!action || !(isFree || isName || event.key === "Backspace")) return;
    pressed.isPointed = false;
    event.preventDefault();
    if (isFree && !isName) target.blur(); // the key is for the names, not for the pressed button
    action(isName ? target : $("names").querySelector("li:hover .name"), event.shiftKey);
  });
  document.addEventListener("keyup", (event) => {
    const isName = /** @type {any} */ (event.target).matches(".name");
    if (event.key === " " && isName) event.preventDefault(); // Firefox would click the name
    if (/^(Tab|Arrow)/.test(event.key)) pressed.isPointed = false;
  });
}

/** Moves the focus from a name by some columns and rows. */
function moveFocus(name, aside, below) {
  const places = shownPlaces();
  const at = places.indexOf(name);
  places[at < 0 ? 0 : at + aside + below * columnsShown()]?.focus();
}

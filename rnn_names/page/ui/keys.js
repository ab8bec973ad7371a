// Keyboard shortcuts. Most act on the focused name or on the name under the mouse.

import { isCasting } from "./casts.js";
import { $, pressed, toast } from "./elements.js";
import { favourites, undo, undone } from "./favourites.js";
import { columnsShown, showDetails, shownPlaces, toggleHold } from "./names.js";
import { copy } from "./sharing.js";

export const showKeys = () => $("keys").showModal();

const IN_FIELDS = "input:not([type=checkbox]), textarea, select, dialog *";

export function listenToKeys(draw) {
  const actions = {
    " ": draw,
    Backspace: (_, isShifted) => $(isShifted ? "forward" : "back").click(),
    c: (name) => name && copy(name.textContent),
    h: (name) => name && toggleHold(name),
    d: (name) => name && !isCasting() && showDetails(name.textContent),
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
      if (favourites.size !== size) toast([...undone, " – undone"]);
    }
    if (isControl || event.altKey) return;
    if (event.key === "Enter" && target.matches(".note, #typed")) {
      event.preventDefault(); // they have no line breaks
      return target.blur();
    }
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

function moveFocus(name, aside, below) {
  const places = shownPlaces();
  const at = places.indexOf(name);
  places[at < 0 ? 0 : at + aside + below * columnsShown()]?.focus();
}

// Names that are kept: a list that survives a visit, where the browser allows it.

import { openCard } from "./card.js";
import { $, bdi, element, models } from "./elements.js";

const STORE = `rnn-names: ${models.map(({ name }) => name).join(", ")}`;
export const favourites = new Set(storedFavourites());

/** The names kept by an earlier visit; none where the browser keeps nothing. */
function storedFavourites() {
  try {
    const stored = JSON.parse(localStorage.getItem(STORE) ?? "[]");
    return Array.isArray(stored) ? stored.filter((name) => typeof name === "string" && name) : [];
  } catch {
    return [];
  }
}

export function toggleFavourite(name) {
  if (!name) return;
  const isNew = !favourites.delete(name);
  if (isNew) favourites.add(name);
  favouritesChanged();
  if (isNew) $("favourites").scrollTop = $("favourites").scrollHeight; // to where it stands
}

export function favouritesChanged() {
  let isStored = true;
  try {
    localStorage.setItem(STORE, JSON.stringify([...favourites]));
  } catch {
    isStored = false;
  }
  showFavourites(isStored);
}

export function showFavourites(isStored) {
  $("favourites").replaceChildren(...Array.from(favourites, favouriteItem));
  for (const button of document.querySelectorAll(".name"))
    button.setAttribute("aria-pressed", favourites.has(button.textContent));
  for (const button of $("kept-actions").children) button.disabled = !favourites.size;
  $("kept-count").textContent = favourites.size;
  $("kept-total").textContent = favourites.size || "";
  $("kept-hint").textContent = favourites.size
    ? "This browser forgets them when the page is closed."
    : "Press a name to keep it.";
  $("kept-hint").hidden = favourites.size > 0 && isStored;
}

/** A kept name, which opens what belongs to it, and a button that removes it. */
function favouriteItem(name) {
  const open = element("button", { type: "button", className: "kept-name" }, bdi(name));
  open.addEventListener("click", () => {
    openCard(name);
  });
  const remove = element("button", { type: "button", className: "remove", title: "Remove" }, "×");
  remove.setAttribute("aria-label", `Remove ${name}`);
  remove.addEventListener("click", () => {
    const at = Array.from($("favourites").children).indexOf(remove.parentElement);
    toggleFavourite(name);
    ($("favourites").children[Math.min(at, favourites.size - 1)]?.lastChild ?? $("typed")).focus();
  });
  return element("li", {}, open, remove);
}

/** Names as text, a line for each. */
export const asText = (names) => names.map((name) => `${name}\r\n`).join("");

/** One column, each name in quotes, and formulas guarded as in cli/output.py. */
export function asCSV(names) {
  const cell = (name) => `"${(/^[=+\-@]/.test(name) ? "'" : "") + name.replaceAll('"', '""')}"`;
  return ["name", ...names.map(cell)].map((line) => `${line}\r\n`).join("");
}

/** Downloads a text, with a byte-order mark: spreadsheets then read accents right. */
export function download(text, file) {
  const url = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/plain;charset=utf-8" }));
  element("a", { href: url, download: file }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

export async function copy(text, button) {
  const label = (button.dataset.label ??= button.textContent);
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = copiedTheOldWay(text) ? "Copied" : "Not allowed here";
  }
  setTimeout(() => {
    button.textContent = label;
  }, 1500);
}

function copiedTheOldWay(text) {
  const area = element("textarea", { value: text, className: "unseen" });
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
}

/** Prints the kept names alone. */
export function printKept() {
  document.body.classList.add("kept-only");
  window.print();
  document.body.classList.remove("kept-only");
}

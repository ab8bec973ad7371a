// Kept names with a note on each. The browser stores them for later visits if it can. All pages of
// the site share one list, whose store docs/site/framed.py names.

import { openCard } from "./card.js";
import { models, titleOf } from "./chosen.js";
import { $, bdi, copyOf, nameOfCard, onClick, toast } from "./elements.js";
import { asCSV, asText, copy, download, fileNameOf, shareLink } from "./sharing.js";

/** The key of what the browser stores for a page of these models. */
export const PAGE = `rnn-names: ${models.map(({ name }) => name).join(", ")}`;

const STORE = document.documentElement.dataset.store ?? PAGE;
export const MAX_NOTE = 200; // characters
export const favourites = new Map(); // notes by name, in list order
let isStored = false; // whether the browser stores them
export let undo = () => {}; // undoes what was kept or removed last
export let undone = /** @type {any[]} */ ([]); // what that was, in words

/**
 * The stored [name, note] pairs, or those in memory if the browser stores nothing. Old entries are
 * names alone. A site begins with what its single pages stored.
 */
function storedFavourites() {
  try {
    const isOfPage = (key) => key.startsWith(`${STORE}: `);
    const keys = STORE in localStorage ? [STORE] : Object.keys(localStorage).filter(isOfPage);
    const stored = keys.flatMap((key) => JSON.parse(localStorage.getItem(key) ?? "[]"));
    const pairs = stored.map((each) => (Array.isArray(each) ? each : [each, ""]));
    return pairs.filter((pair) => pair[0] && pair.every((text) => typeof text === "string"));
  } catch {
    return [...favourites];
  }
}

/** Replaces the kept names with these [name, note] pairs and stores them. */
function keepThese(pairs) {
  replaceFavourites(pairs);
  store();
  showFavourites();
}

function replaceFavourites(pairs) {
  favourites.clear();
  for (const [name, note] of pairs) favourites.set(name, note);
}

/** Reads what other tabs have stored, since a page that is drawing hears of it late. */
function refresh() {
  if (isStored) replaceFavourites(storedFavourites());
}

/** Edits the kept [name, note] pairs. `undo` undoes this change and nothing later. */
function change(words, edited) {
  undone = words;
  refresh();
  const before = new Map(favourites);
  const after = new Map(edited([...favourites]));
  keepThese(after);
  undo = () => {
    refresh();
    const isOf = ([name, note]) => before.has(name) || after.get(name) !== note;
    const now = [...favourites].filter(isOf);
    for (const [i, pair] of [...before].entries())
      if (!after.has(pair[0]) && !favourites.has(pair[0])) now.splice(i, 0, pair);
    keepThese(now);
  };
}

/** Changes the kept names and shows a message with a button that undoes it. */
function undoably(words, edited) {
  change(words, edited);
  toast(words, { undo });
}

/** Keeps or removes a name, with a message that offers these actions unless its card is open. */
export function toggleFavourite(name, actions) {
  const without = (pairs) => pairs.filter(([kept]) => kept !== name);
  if (favourites.has(name)) return undoably(["Removed ", bdi(name)], without);
  const words = ["Kept ", bdi(name)];
  change(words, (pairs) => [...without(pairs), [name, favourites.get(name) ?? ""]]);
  $("favourites").scrollTop = $("favourites").scrollHeight; // to the new name
  if (!$("likely").hidden && name === nameOfCard()) return;
  toast(words, actions);
}

export function keepAll(pairs) {
  const isNew = ([name]) => !favourites.has(name);
  const words = [`Kept ${pairs.filter(isNew).length} more`];
  undoably(words, (kept) => [...kept, ...pairs.filter(isNew)]);
}

/** Joins texts for a link with *, which URLSearchParams does not escape. */
export const joined = (texts) =>
  texts.map((text) => text.replace(/%(?=2[5A])/g, "%25").replaceAll("*", "%2A")).join("*");

/** A text that was `joined`. */
export const unescaped = (text) => text.replace(/%2[5A]/g, decodeURIComponent);

function store() {
  try {
    localStorage.setItem(STORE, JSON.stringify([...favourites]));
    isStored = true;
  } catch {
    isStored = false;
  }
}

export function listenToFavourites() {
  document.addEventListener("card", showKept);
  keepThese(storedFavourites());
  // Called if another tab changes the kept names, or if this page is shown again as it was left. It
  // stores nothing, since the other tab may have stored later names by now.
  const takeStored = () => {
    refresh();
    showFavourites();
  };
  addEventListener("storage", ({ key }) => key === STORE && takeStored());
  addEventListener("pageshow", ({ persisted }) => persisted && takeStored());
  addEventListener("beforeprint", () => {
    $("kept-title").dataset.of = models.length > 3 ? "" : `: ${models.map(titleOf).join(", ")}`;
    $("kept").dataset.date = new Date().toLocaleDateString("en-GB", { dateStyle: "long" });
  });
  onClick({
    "keep-name": () => toggleFavourite(nameOfCard()),
    copy: () => copy(asText([...favourites])),
    "share-kept": () => {
      const notes = [...favourites.values()];
      const part = (key, texts) => `&${key}=${encodeURIComponent(joined(texts))}`;
      const link = location.href + part("kept", [...favourites.keys()]);
      if (!notes.some(Boolean)) return shareLink(link, "Link to these names copied");
      shareLink(link + part("notes", notes), "Link to these names and notes copied");
    },
    "save-text": () => download([asText([...favourites])], `${fileOfNames()}.txt`),
    // Spreadsheets need the byte-order mark to decode accents.
    "save-csv": () => download(["\ufeff", asCSV([...favourites])], `${fileOfNames()}.csv`),
    print: () => window.print(),
    clear: () => undoably(["Removed all"], () => []),
  });
}

/** The stem of a file of names: elvish-names in the page of one model. */
const fileOfNames = () => (models.length === 1 ? `${fileNameOf(models[0])}-names` : "names");

function showFavourites() {
  $("favourites").replaceChildren(...[...favourites.keys()].map(favouriteItem));
  for (const shown of document.querySelectorAll(".name"))
    shown.ariaPressed = String(favourites.has(shown.textContent));
  showKept();
  $("kept-actions").hidden = !favourites.size;
  $("kept-count").textContent = $("kept-total").textContent = favourites.size || "";
  $("kept-none").hidden = favourites.size > 0;
  $("kept-hint").hidden = !favourites.size || isStored;
}

/** Shows in the card whether its name is kept. */
function showKept() {
  const isKept = favourites.has(nameOfCard());
  $("keep-name").textContent = isKept ? "Kept" : "Keep";
  $("keep-name").ariaPressed = isKept;
}

function move(from, to) {
  const isThere = (i) => i >= 0 && i < favourites.size; // not NaN, from other dropped things
  if (!isThere(from) || !isThere(to)) return;
  const moved = [...favourites.keys()][from];
  refresh();
  const pairs = [...favourites];
  const others = pairs.filter(([name]) => name !== moved);
  others.splice(to, 0, ...pairs.filter(([name]) => name === moved));
  keepThese(others);
}

/** An item for a kept name, with its note and buttons. */
function favouriteItem(name, i) {
  const [item] = copyOf("kept-item", name);
  const [open, note, up, remove] = item.children;
  item.className = /.{25}| .* /.test(name) ? "line" : ""; // long, or of three words
  open.addEventListener("click", () => openCard(name));
  note.value = favourites.get(name);
  note.ariaLabel = `Note on ${name}`;
  note.addEventListener("input", () => {
    refresh();
    favourites.set(name, note.value.replaceAll(/\s/gu, " "));
    store();
  });
  up.ariaLabel = `Move up ${name}`;
  up.disabled = i === 0;
  up.addEventListener("click", () => {
    move(i, i - 1);
    $("favourites").children[i - 1].querySelector(".remove").focus();
  });
  remove.ariaLabel = `Remove ${name}`;
  remove.addEventListener("click", () => {
    toggleFavourite(name);
    const { children } = $("favourites");
    (children[Math.min(i, favourites.size - 1)]?.lastChild ?? document.body).focus();
  });
  // An item can be dragged to the place of another, but dragging in its note selects text.
  item.addEventListener("dragstart", (event) => {
    if (item.contains(document.activeElement?.closest(".note"))) event.preventDefault();
    else event.dataTransfer.setData("text/plain", String(i));
  });
  item.addEventListener("dragover", (event) => event.preventDefault());
  item.addEventListener("drop", (event) => {
    event.preventDefault();
    move(parseInt(event.dataTransfer.getData("text/plain"), 10), i);
  });
  return item;
}

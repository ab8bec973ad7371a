// Names that are kept, with a note on each: a list that survives a visit, where the browser allows
// it.

import { models } from "./chosen.js";
import { $, bdi, button, element, nameOfCard, onClick, signButton, toast } from "./elements.js";

export const STORE = `rnn-names: ${models.map(({ name }) => name).join(", ")}`;
export const favourites = new Map(storedFavourites()); // notes by name, in the order of the list

/** What an earlier visit kept, names or [name, note]; none where the browser keeps nothing. */
function storedFavourites() {
  try {
    const stored = JSON.parse(localStorage.getItem(STORE) ?? "[]");
    const pairs = stored.map((each) => (Array.isArray(each) ? each : [each, ""]));
    return pairs.filter((pair) => pair[0] && pair.every((text) => typeof text === "string"));
  } catch {
    return [];
  }
}

/** Keeps these, and no others. */
function keepThese(pairs) {
  favourites.clear();
  for (const [name, note] of pairs) favourites.set(name, note);
  showFavourites(store());
}

/** Keeps others than before, which can be undone. */
function undoably(words, pairs) {
  const before = [...favourites];
  keepThese(pairs);
  toast(words, { Undo: () => keepThese(before) });
}

/** Keeps a name, or lets it go; the card is opened by `details`. A card of it says so itself. */
export function toggleFavourite(name, details) {
  const others = [...favourites].filter(([kept]) => kept !== name);
  if (favourites.has(name)) return undoably(["Removed ", bdi(name)], others);
  keepThese([...others, [name, ""]]);
  $("favourites").scrollTop = $("favourites").scrollHeight; // to where it stands
  if (!$("likely").hidden && name === nameOfCard()) return;
  toast(["Kept ", bdi(name)], details && { Details: details });
}

export function keepAll(names) {
  const added = names.filter((name) => !favourites.has(name)).map((name) => [name, ""]);
  undoably([`Kept ${added.length} more`], [...favourites, ...added]);
}

/** Stores what is kept: whether the browser allows it. */
function store() {
  try {
    localStorage.setItem(STORE, JSON.stringify([...favourites]));
    return true;
  } catch {
    return false;
  }
}

/** Shows the list; a name that is pressed there is told to the page, which opens its card. */
export function listenToFavourites() {
  document.addEventListener("card", showKept);
  onClick({
    "keep-name": () => toggleFavourite(nameOfCard()),
    copy: () => copy(asText([...favourites])),
    "share-kept": () => {
      const kept = encodeURIComponent([...favourites.keys()].join("*"));
      copy(`${location.href}&kept=${kept}`, "Link to these names copied");
    },
    // With a byte-order mark, spreadsheets read accents right.
    "save-text": () => download(["\ufeff", asText([...favourites])], "names.txt"),
    "save-csv": () => download(["\ufeff", asCSV([...favourites])], "names.csv"),
    print: () => window.print(),
    clear: () => undoably([`Removed ${favourites.size} names`], []),
  });
  showFavourites(true);
}

function showFavourites(isKept) {
  $("favourites").replaceChildren(...[...favourites.keys()].map(favouriteItem));
  for (const shown of document.querySelectorAll(".name"))
    shown.setAttribute("aria-pressed", String(favourites.has(shown.textContent)));
  showKept();
  $("kept-actions").hidden = !favourites.size;
  $("kept-count").textContent = $("kept-total").textContent = favourites.size || "";
  $("kept-none").hidden = favourites.size > 0;
  $("kept-hint").hidden = !favourites.size || isKept;
}

/** Shows whether the name of the card is kept. */
function showKept() {
  const isKept = favourites.has(nameOfCard());
  $("keep-name").textContent = isKept ? "Kept" : "Keep";
  $("keep-name").ariaPressed = isKept;
}

function move(from, to) {
  const isThere = (i) => i >= 0 && i < favourites.size; // false for NaN, of something else dropped
  if (!isThere(from) || !isThere(to)) return;
  const pairs = [...favourites];
  pairs.splice(to, 0, ...pairs.splice(from, 1));
  keepThese(pairs);
}

/** Lets a line be dragged to the place of another, but for its note, in which one selects text. */
function draggable(item, i) {
  item.draggable = true;
  item.addEventListener("dragstart", (event) => {
    if (item.contains(document.activeElement?.closest(".note"))) event.preventDefault();
    else event.dataTransfer.setData("text/plain", String(i));
  });
  item.addEventListener("dragover", (event) => event.preventDefault());
  item.addEventListener("drop", (event) => {
    event.preventDefault();
    move(Number(event.dataTransfer.getData("text/plain")), i);
  });
  return item;
}

/** A kept name, its note, and buttons that move it up and remove it; Alt and an arrow move it, too. */
function favouriteItem(name, i) {
  const tell = () => document.dispatchEvent(new CustomEvent("details", { detail: name }));
  const open = button(bdi(name), tell, { className: "kept-name" });
  const note = element("input", {
    className: "note",
    value: favourites.get(name),
    placeholder: "+ note",
    maxLength: 200,
    dir: "auto",
    ariaLabel: `Note on ${name}`,
  });
  note.addEventListener("change", () => {
    favourites.set(name, note.value);
    store();
  });
  const up = signButton("Move up", name, "↑", () => {
    move(i, i - 1);
    $("favourites").children[i - 1].querySelector(".remove").focus();
  });
  up.disabled = i === 0;
  open.addEventListener("keydown", (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || !event.altKey) return;
    event.preventDefault();
    move(i, i + step);
    ($("favourites").children[i + step] ?? $("favourites").children[i]).firstChild.focus();
  });
  const remove = signButton("Remove", name, "×", () => {
    toggleFavourite(name);
    const { children } = $("favourites");
    (children[Math.min(i, favourites.size - 1)]?.lastChild ?? document.body).focus();
  });
  return draggable(element("li", {}, open, note, up, remove), i);
}

/** Names as text, a line for each; with a note, after a tab. */
export const asText = (pairs) =>
  pairs.map(([name, note]) => `${[name, note].filter(Boolean).join("\t")}\r\n`).join("");

/** Cells in quotes, and formulas guarded as in cli/output.py; a column for notes if there are any. */
function asCSV(pairs) {
  const cell = (text) => `"${(/^[=+\-@]/.test(text) ? "'" : "") + text.replaceAll('"', '""')}"`;
  const columns = pairs.some(([, note]) => note) ? 2 : 1;
  const rows = pairs.map((pair) => pair.slice(0, columns).map(cell));
  return [["name", "note"].slice(0, columns), ...rows].map((row) => `${row}\r\n`).join("");
}

export function download(parts, file) {
  const url = URL.createObjectURL(new Blob(parts, { type: "application/octet-stream" }));
  element("a", { href: url, download: file }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/** Copies a text, and says so. */
export async function copy(text, sentence = "Copied") {
  try {
    await navigator.clipboard.writeText(text);
    toast([sentence]);
  } catch {
    toast(["The browser does not allow pages to copy here"]);
  }
}

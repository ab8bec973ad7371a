// Names that are kept: a list that survives a visit, where the browser allows it.

const STORE = `rnn-names: ${models.map(({ name }) => name).join(", ")}`;
const favourites = new Set(storedFavourites());

/** The names kept by an earlier visit; none where the browser keeps nothing. */
function storedFavourites() {
  try {
    const stored = JSON.parse(localStorage.getItem(STORE) ?? "[]");
    return Array.isArray(stored) ? stored.filter((name) => typeof name === "string" && name) : [];
  } catch {
    return [];
  }
}

function toggleFavourite(name) {
  if (!name) return;
  if (!favourites.delete(name)) favourites.add(name);
  favouritesChanged();
}

function favouritesChanged() {
  let isStored = true;
  try {
    localStorage.setItem(STORE, JSON.stringify([...favourites]));
  } catch {
    isStored = false;
  }
  showFavourites(isStored);
}

function showFavourites(isStored) {
  $("favourites").replaceChildren(...Array.from(favourites, favouriteItem));
  for (const button of document.querySelectorAll(".name")) {
    button.setAttribute("aria-pressed", favourites.has(button.textContent));
  }
  for (const id of ["copy", "save-text", "save-csv", "clear"]) $(id).disabled = !favourites.size;
  const kept = isStored
    ? "This browser keeps them for your next visit."
    : "This browser forgets them when the page is closed.";
  $("kept-hint").textContent = favourites.size ? kept : "None yet: press a name that you like.";
}

function favouriteItem(name) {
  const remove = element("button", { type: "button", className: "remove", title: "Remove" }, "×");
  remove.setAttribute("aria-label", `Remove ${name}`);
  remove.addEventListener("click", () => {
    const at = Array.from($("favourites").children).indexOf(remove.parentElement);
    toggleFavourite(name);
    ($("favourites").children[Math.min(at, favourites.size - 1)]?.lastChild ?? $("typed")).focus();
  });
  return element("li", {}, bdi(name), remove);
}

const asText = () => [...favourites].map((name) => `${name}\r\n`).join("");

/** One column, each name in quotes, and formulas guarded as in cli/output.py. */
function asCSV() {
  const cell = (name) => `"${(/^[=+\-@]/.test(name) ? "'" : "") + name.replaceAll('"', '""')}"`;
  return ["name", ...Array.from(favourites, cell)].map((line) => `${line}\r\n`).join("");
}

/** Downloads a text, with a byte-order mark: spreadsheets then read accents right. */
function download(text, file) {
  const url = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/plain;charset=utf-8" }));
  element("a", { href: url, download: file }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

async function copy(text, button) {
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

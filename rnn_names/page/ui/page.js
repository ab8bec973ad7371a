// The page at work: draws names and shows them.

import { engineOf } from "../engine/api.js";
import { blendOf } from "../engine/models.js";
import { newSeed } from "../engine/numbers.js";
import { WrongSettings } from "../engine/options.js";
import { drawNames } from "../engine/sampler.js";
import { explain, listenToCard, nameOfCard, openCard } from "./card.js";
import { drawLines, isCasting, listenToCasts, showParts } from "./casts.js";
import { listenToDrawers, showView } from "./drawers.js";
import { $, bdi, data, element, models, openingShares, titleOf } from "./elements.js";
import {
  asCSV,
  asText,
  copy,
  download,
  favourites,
  favouritesChanged,
  printKept,
  showFavourites,
  toggleFavourite,
} from "./favourites.js";
import {
  addressOfForm,
  chosen,
  missingList,
  moved,
  readAddress,
  resetForm,
  settingsOfForm,
  showValues,
  writeAddress,
} from "./form.js";
import "./own_list.js";
import { buildShares } from "./shares.js";

let current = null; // the drawing that goes on: an earlier one ends when it sees another here

/** Draws names for the form as it is, and puts each in its place as it is found. */
async function draw() {
  const settings = settingsOfForm();
  const { count } = settings;
  const places = placesFor(count);
  const mine = (current = { isStopped: false });
  let found = 0;
  busy(true);
  try {
    const drawing = isCasting() ? drawLines : drawOfBlend;
    const sentence = await drawing(settings, {
      found: (name) => {
        if (mine === current) showName(places[found++], name);
      },
      progress: (share) => {
        $("progress").value = share ?? found / count;
      },
      stopped: () => mine.isStopped || mine !== current,
    });
    if (mine === current) say(sentence || missingList(), found);
  } catch (error) {
    if (!(error instanceof WrongSettings)) throw error;
    say(error.message);
  }
  if (mine !== current) return;
  places.slice(found).forEach((place) => {
    showName(place, "");
  });
  if (found && !$("typed").value && !isCasting()) explain(places[0].textContent);
  busy(false);
}

/** Draws names of the blend; gives a sentence on what is missing, if anything is. */
async function drawOfBlend(settings, watch) {
  const { blend, parts } = blendOf(models, settings.shares);
  const { shortage } = await drawNames(blend, parts, settings, settings.count, {
    ...watch,
    progress: () => watch.progress(),
  });
  return shortage || withoutLetters(parts);
}

function busy(isBusy) {
  $("stop").disabled = !isBusy;
  $("progress").value = 0;
  $("search").classList.toggle("busy", isBusy);
  $("names").setAttribute("aria-busy", isBusy);
}

/** Says why there are fewer names than wanted; how many there are is for screen readers. */
function say(text, found = 0) {
  $("status").replaceChildren(text, element("span", { className: "unseen" }, ` ${found} names.`));
}

/** A sentence if a model has no letter in common with the others: there are no names between them. */
function withoutLetters(parts) {
  const letters = parts.map(({ vocabulary }) => vocabulary.match(/[\p{L}\p{N}]/gu) ?? []);
  const alone = parts.find((_, i) => {
    const others = new Set(letters.filter((_, other) => other !== i).flat());
    return parts.length > 1 && !letters[i].some((letter) => others.has(letter));
  });
  const sentence = "has no letter in common with the others: set its share to 0, or theirs.";
  return alone ? `${titleOf(alone)} ${sentence}` : "";
}

/** A place in the list for each name; those that are there keep their names until new ones come. */
function placesFor(count) {
  const list = $("names");
  while (list.children.length > count) list.lastChild.remove();
  while (list.children.length < count) list.append(element("li"));
  for (const item of list.children) if (!item.firstChild) item.append(nameButton());
  const places = Array.from(list.children, (item) => item.firstChild);
  for (const place of places) place.classList.add("old");
  return places;
}

/** A place for a name, which keeps it when pressed and opens its card; pressed again, removes it. */
function nameButton() {
  const button = element("button", { type: "button", className: "name" }, bdi(""));
  button.addEventListener("click", () => {
    const name = button.textContent;
    const isOpen = isCasting() || $("typed").value === name; // a line has no card
    if (isOpen || !favourites.has(name)) toggleFavourite(name);
    if (!isCasting()) openCard(name);
  });
  return button;
}

/** Shows a name; a new one appears gently, by the style sheet. */
function showName(button, name) {
  if (button.textContent !== name) button.replaceChildren(bdi(name));
  button.hidden = !name;
  button.style.setProperty("--width", widthOf(name));
  button.classList.remove("old");
  button.setAttribute("aria-pressed", favourites.has(name));
}

const namesShown = () =>
  Array.from(document.querySelectorAll(".name:not([hidden])"), ({ textContent }) => textContent);

const pen = document.createElement("canvas").getContext("2d");
pen.font = `100px ${getComputedStyle($("names")).fontFamily}`;

/** How wide a text is in the letters of names, in em. */
const widthOf = (text) => pen.measureText(text).width / 100;

// --- Start ---------------------------------------------------------------------------------------

/** New names, of another seed. */
function more() {
  chosen.seed = newSeed();
  chosen.wantedLists = "";
  writeAddress(true);
  draw();
}

let waiting; // a change of a control is drawn when nothing has changed for a moment

export function changed() {
  showValues();
  current = null; // names that are being drawn are out of date
  $("names").setAttribute("aria-busy", true);
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    writeAddress(false);
    draw();
    explain(nameOfCard());
  }, 60);
}

/** For what adds a model to `models`: shows it in the blend, and draws names of it. */
export function modelsChanged() {
  chosen.shares = openingShares();
  buildShares();
  showParts();
  changed();
}

function openAddress() {
  readAddress();
  showValues();
  writeAddress(false);
  draw();
}

function listenToSettings() {
  $("settings").addEventListener("submit", (event) => {
    event.preventDefault();
    if ($("results").hidden) showView("results");
    more();
  });
  $("settings").addEventListener("input", (event) => {
    moved(event.target);
    changed();
  });
  $("boldness").addEventListener("click", (event) => {
    if (!event.target.dataset.temperature) return;
    chosen.temperature = Number(event.target.dataset.temperature);
    changed();
  });
  $("start-over").addEventListener("click", () => {
    resetForm();
    changed();
  });
}

function listen() {
  document.addEventListener("keydown", (event) => {
    const elsewhere = event.target === document.body || event.target === document.documentElement;
    if (event.key === "Enter" && elsewhere) more();
  });
  const onClick = (id, action) => {
    $(id).addEventListener("click", (event) => {
      action(event.currentTarget);
    });
  };
  onClick("stop", () => {
    if (current) current.isStopped = true;
  });
  onClick("copy-names", (button) => copy(asText(namesShown()), button));
  onClick("copy-link", (button) => copy(location.href, button));
  onClick("copy", (button) => copy(asText([...favourites]), button));
  onClick("save-text", () => download(asText([...favourites]), "names.txt"));
  onClick("save-csv", () => download(asCSV([...favourites]), "names.csv"));
  onClick("print", printKept);
  onClick("clear", () => {
    favourites.clear();
    favouritesChanged();
    $("typed").focus();
  });
  window.addEventListener("hashchange", () => {
    if (location.hash !== addressOfForm()) openAddress();
  });
}

/** For scripts: functions over the models of the page. */
window.rnnNames = engineOf(models);

if (location.protocol !== "file:") $("copy-link").textContent = "Copy a link to these names";
buildShares();
listenToSettings();
listenToDrawers();
listenToCard();
listenToCasts();
listen();
showFavourites(true);
showView(data.view);
openAddress();

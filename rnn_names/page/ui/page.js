// The page at work: draws names and shows them.

import { engineOf } from "../engine/api.js";
import { blendOf } from "../engine/models.js";
import { newSeed } from "../engine/numbers.js";
import { VALUE_TYPES, WrongSettings } from "../engine/options.js";
import { drawNames } from "../engine/sampler.js";
import { closeCard, explain, listenToCard, openCard } from "./card.js";
import { drawLines, isCasting, listenToCasts } from "./casts.js";
import { changed, chosen, data, models, setBoldness, setSeed } from "./chosen.js";
import { listenToDrawers, showView } from "./drawers.js";
import { $, nameOfCard, onClick, toast } from "./elements.js";
import { asText, copy, keepAll, listenToFavourites } from "./favourites.js";
import {
  addressOfForm,
  missingList,
  moved,
  readAddress,
  resetForm,
  say,
  settingsOfForm,
  showValues,
  writeAddress,
} from "./form.js";
import { listenToHold, listenToKeys, namesShown, placesFor, settle, showName } from "./names.js";
import { listenToOwnList, recall } from "./own_list.js";
import { buildShares, withoutLetters } from "./shares.js";

const TEN = 10; // names that are added below those that are there
const FEW = 5; // lines of a cast that there are at least
const [LOW, FEWER] = [480, 16]; // px of a phone on its side, and names that there are at least
const MAX_FITTING = 120; // names that a page opens with on a large screen
const MAX_WAITING = 500; // ms that names wait for the letters and for what an earlier visit learned

let drawnPattern = ""; // that of the lines that are there, if these are lines
let current = /** @type {any} */ (null); // the drawing that goes on: an earlier one ends when it sees another here

/**
 * Draws names for the form as it is, and puts each in its place as it is found; then it says what is
 * missing, or else a `note`. Returns whether all were found.
 */
async function draw(note = "") {
  const settings = settingsOfForm();
  const { count } = settings;
  const places = placesFor(count);
  const held = new Set(chosen.held.values());
  const mine = (current = { isStopped: false });
  let found = 0;
  busy(true);
  $("status").replaceChildren();
  try {
    const drawing = isCasting() ? drawLines : drawOfBlend;
    const sentence = await drawing(settings, {
      found: (name) => {
        if (mine === current && found < places.length && !held.has(name))
          showName(places[found++], name);
      },
      progress: (share = found / count) => ($("progress").value = share),
      stopped: () => mine.isStopped || mine !== current,
    });
    if (mine === current) say(sentence || missingList() || note, found + held.size);
  } catch (error) {
    if (!(error instanceof WrongSettings)) throw error;
    say(error.message);
  }
  if (mine !== current) return true;
  // Where there are none, those before stay in sight, faint.
  for (const place of places.slice(found)) {
    if (found || !place.textContent) showName(place, "");
    else place.disabled = true;
  }
  settle();
  $("copy-names").disabled = $("keep-all").disabled = !found && !held.size;
  $("ten-more").disabled = found < places.length;
  busy(false);
  const before = drawnPattern;
  drawnPattern = isCasting() ? $("pattern").value : "";
  if (drawnPattern && drawnPattern !== before && fitAgain()) {
    writeAddress(false); // its lines are higher, or lower, than those before
    return draw(note);
  }
  return found === places.length;
}

/** Draws names of the blend; gives a sentence on what is missing, if anything is. */
async function drawOfBlend(settings, watch) {
  const { blend, parts } = blendOf(models, settings.shares);
  const { shortage } = await drawNames(blend, parts, settings, settings.count, watch);
  return shortage || withoutLetters(parts);
}

function busy(isBusy) {
  $("stop").disabled = !isBusy;
  $("progress").value = 0;
  $("search").classList.toggle("busy", isBusy);
  $("names").setAttribute("aria-busy", isBusy);
}

/** New names, of another seed. */
function more() {
  setSeed(newSeed());
  closeCard();
  if (!isCasting()) fitAgain(); // into a window that may be another one; lines differ in height
  writeAddress(true);
  draw();
}

/** Ten more names below those that are there, or some more: the last row is full. */
function addTen() {
  const rows = Math.ceil((settingsOfForm().count + TEN) / columnsShown());
  $("count").value = Math.min(rows * columnsShown(), $("count").max);
  writeAddress(true);
  draw();
}

let waiting = 0; // a change of a control is drawn when nothing has changed for a moment

/** @param {any} event */
function redraw({ detail: isStep }) {
  showValues();
  if (isStep) writeAddress(true);
  current = null; // names that are being drawn are out of date
  $("names").setAttribute("aria-busy", "true");
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    writeAddress(false);
    draw();
    explain(nameOfCard());
  }, 60);
}

const openAddress = () => open(!location.hash, readAddress());

/** Draws names, maybe as many as fit; balanced ones, but for a link, where too few are safe. */
async function open(isToFit, isLink = false, note = "") {
  if (isToFit) fitCount();
  showValues();
  writeAddress(false);
  if ((await draw(note)) || isLink || isCasting() || chosen.boldness !== "safe") return;
  setBoldness("balanced");
  open(false, false, "The list leaves too few safe names: these are balanced ones.");
}

/** Asks for as many names or lines as fit. */
function fitCount() {
  chosen.fitted = $("count").value = String(fitting());
}

/** The same, unless somebody chose how many; returns whether that is another number. */
function fitAgain() {
  const before = $("count").value;
  if (before === chosen.fitted) fitCount();
  return $("count").value !== before;
}

const columnsShown = () => getComputedStyle($("names")).gridTemplateColumns.split(" ").length;

/** How many names fit into the window, but not too few; or how many lines. */
function fitting() {
  if ($("results").hidden) return settingsOfForm().count;
  const { top, height } = $("names").getBoundingClientRect();
  const below = 60 + parseFloat(getComputedStyle(document.documentElement).scrollPaddingBottom); // px
  const columns = columnsShown();
  const row = height / Math.ceil($("names").children.length / columns);
  const rows = Math.floor((innerHeight - top - scrollY - below) / row);
  const usual = innerHeight < LOW ? FEWER : data.count;
  const held = 1 + Math.max(-1, ...chosen.held.keys());
  const least = Math.max(held, isCasting() ? FEW : usual);
  return Math.max(least, columns * Math.min(rows, Math.floor(MAX_FITTING / columns)) || 0);
}

function startOver() {
  const before = location.hash;
  resetForm();
  showValues(); // conditions above the names are gone
  fitCount();
  changed();
  toast(["All settings are reset"], {
    Undo: () => location.assign(before),
  });
}

function listen() {
  document.addEventListener("settings", redraw);
  document.addEventListener("details", (/** @type {any} */ { detail }) => openCard(detail));
  $("settings").addEventListener("submit", (event) => {
    event.preventDefault();
    more();
  });
  document.addEventListener("input", ({ target }) => {
    if (/** @type {any} */ (target).form !== $("settings")) return;
    moved(target);
    changed();
  });
  onClick({
    stop: () => current && (current.isStopped = true),
    "ten-more": addTen,
    back: () => history.back(),
    forward: () => history.forward(),
    "show-keys": () => $("keys").showModal(),
    "close-keys": () => $("keys").close(),
    "copy-names": () => copy(asText(namesShown().map((name) => [name]))),
    "keep-all": () => keepAll(namesShown()),
    "copy-link": () => {
      const who = location.protocol === "file:" ? ". It works for people who have this file." : "";
      copy(location.href, `Link copied${who}`);
    },
    boldness: ({ target }) => {
      if (!VALUE_TYPES.boldness.allows(target.textContent)) return;
      setBoldness(target.textContent);
      changed();
    },
    "start-over": startOver,
  });
  window.addEventListener("hashchange", () => {
    if (location.hash !== addressOfForm()) openAddress();
  });
}

/** For scripts: functions over the models of the page. */
Object.assign(window, { rnnNames: engineOf(models) });

async function start() {
  listenToOwnList(open);
  buildShares();
  listenToDrawers(fitAgain);
  listenToCard();
  listenToCasts(fitAgain);
  listenToFavourites();
  listenToHold();
  listenToKeys(more);
  listen();
  showView(data.view);
  showValues();
  const letters = document.fonts.load(`600 1em ${getComputedStyle($("names")).fontFamily}`);
  const late = new Promise((resolve) => setTimeout(resolve, MAX_WAITING));
  await Promise.race([late, Promise.all([letters, recall()])]);
  openAddress();
}

start();

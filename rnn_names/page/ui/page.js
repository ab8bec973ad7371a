// The entry module of the interface: draws names and shows them.

import { engineOf } from "../engine/api.js";
import { drawNames } from "../engine/draw_names.js";
import { VALUE_TYPES, WrongSettings } from "../engine/options.js";
import { newSeed } from "../engine/random_keys.js";
import { addressOfForm, isBack, missingList, readAddress, writeAddress } from "./address.js";
import { closeCard, explain, listenToCard } from "./card.js";
import { drawLines, isCasting, listenToCasts, useStart } from "./casts.js";
import { changed, chosen, data, models } from "./chosen.js";
import { listenToDrawers, openDrawer, showView } from "./drawers.js";
import { $, listenToPresses, nameOfCard, onClick, toast, within } from "./elements.js";
import { keepAll, listenToFavourites } from "./favourites.js";
import { CHECKS, NUMBERS } from "./fields.js";
import { moved, resetForm, settingsOfForm, showValues } from "./form.js";
import {
  afterTen,
  countBeforeTen,
  countTenMore,
  keepCount,
  listenToNumbers,
  recountForPattern,
  recountForRoom,
  setCountForView,
  setCountToWindow,
} from "./how_many.js";
import { listenToKeys, showKeys } from "./keys.js";
import { reasonIn, say } from "./messages.js";
import { listenToNames, namesShown, placesFor, settle, showName } from "./names.js";
import { listenToOwnList, recall } from "./own_list.js";
import { buildShares, withoutLetters } from "./shares.js";
import { asText, copy, shareLink } from "./sharing.js";

const [FONT_WAIT, HISTORY_WAIT] = [500, 500]; // ms for the font, and for a step in the history
// ms of a search without a name after which the page says so, the shorter if it knows why
const [SHORT_SEARCH, LONG_SEARCH] = [300, 2000];
const MAX_SEARCH = 20000; // ms of a search without a name, after which it pauses and says so

let current = /** @type {any} */ (null); // the latest drawing; replacing it ends it

/** Draws names as the form says and shows a message or `note`. Returns whether all were found. */
async function draw(note = "") {
  const settings = settingsOfForm();
  const places = placesToFill(settings);
  const mine = (current = { isStopped: false, isLate: false });
  busy(true);
  allowTaking(namesShown().length);
  say("");
  const { reason, isSure } = isCasting() ? { reason: "", isSure: false } : reasonIn(settings);
  const inVain = (act) => () => mine === current && !places.n_found && act();
  const none = isCasting() ? "No line" : "No name";
  // While the page opens, it shows names that it came with.
  const isOpening = document.body.classList.contains("opening");
  const sayOfNone = inVain(() => isOpening || say(`${none} found yet.${reason}`));
  const pause = inVain(() => Object.assign(mine, { isStopped: true, isLate: true }));
  const sayTimer = setTimeout(sayOfNone, isSure ? SHORT_SEARCH : LONG_SEARCH);
  const pauseTimer = isCasting() ? 0 : setTimeout(pause, MAX_SEARCH);
  const found = await searched(settings, places, mine);
  for (const timer of [sayTimer, pauseTimer]) clearTimeout(timer);
  if (mine !== current) return true;
  const late = ` after ${MAX_SEARCH / 1000} seconds:`;
  const sentence = mine.isLate ? found.replace(":", late) + reason : found;
  const { count, n_found, n_held, n_free, free } = places;
  const isFull = n_found === n_free;
  if (n_found || isFull) removeAfter(count);
  // If names are held, more are looked for than there are places.
  say((!(isFull && n_held) && sentence) || missingList() || note, n_found + n_held);
  // The earlier names stay if none was found, dimmed unless the search was stopped.
  for (const place of free.slice(n_found)) {
    if (n_found || !place.textContent) showName(place, "");
    else if (mine.isStopped) place.classList.remove("old");
    else place.disabled = true;
  }
  settle();
  if (!mine.isStopped && recountForPattern()) {
    const { count: fitting } = settingsOfForm();
    if (!isFull || fitting > count) return draw(note);
    removeAfter(fitting);
  }
  allowTaking(namesShown().length);
  const n_more = afterTen() - settingsOfForm().count;
  $("ten-more").hidden = !n_more;
  $("ten-more").disabled = !isFull;
  $("ten-more").textContent = `${n_more} more`;
  busy(false);
  return isFull;
}

/** Removes the places after the first `count`. */
function removeAfter(count) {
  while ($("names").children.length > count) $("names").lastChild.remove();
}

/** The places that are free for names, and `show`, which fills the next one. */
function placesToFill({ count, unique, minEdits }) {
  chosen.stayed = chosen.staying();
  const free = placesFor(count);
  const numbers = [...Array(count).keys()].filter((i) => !chosen.stayed.has(i)); // of free places
  const held = [...chosen.stayed].filter(([place]) => place < count);
  const isOnce = unique || (!isCasting() && minEdits);
  const places = { count, free, n_free: numbers.length, n_found: 0, n_held: held.length, show };
  function show(name) {
    const { n_found } = places;
    if (n_found === numbers.length) return;
    // A held name is left out once; if names may repeat, only after its place was passed.
    const isCopy = ([place, text]) => text === name && (isOnce || place < numbers[n_found]);
    const copy = held.findIndex(isCopy);
    if (copy >= 0) held.splice(copy, 1);
    else showName(free[places.n_found++], name);
  }
  return places;
}

/** Looks for names or lines until `mine` is not the current drawing; returns a message or "". */
async function searched(settings, places, mine) {
  const isOver = () => mine !== current;
  const watch = {
    found: (name) => {
      if (isOver()) return;
      if (!places.n_found) say(""); // it may have said that there is none yet
      places.show(name);
      allowTaking(1);
      $("found").textContent = `${places.n_found} / ${settings.count}`;
    },
    progress: (share = places.n_found / settings.count) => share && ($("progress").value = share),
    stopped: () => mine.isStopped || isOver(),
  };
  try {
    if (isCasting()) return await drawLines(settings, watch);
    const { shortage } = await drawNames(models, settings, settings.count, watch);
    return shortage || withoutLetters(chosen.writing());
  } catch (error) {
    if (error instanceof WrongSettings) return error.message;
    throw error;
  }
}

/** Names can be copied and kept once there are any. */
const allowTaking = (n) => ($("copy-names").disabled = $("keep-all").disabled = !n);

function busy(isBusy) {
  $("stop").disabled = !isBusy;
  $("progress").removeAttribute("value"); // moving until something is found
  $("found").textContent = "Looking…";
  $("search").classList.toggle("busy", isBusy);
  $("names").ariaBusy = isBusy;
}

function more() {
  Object.assign(chosen, { seed: newSeed(), wantedLists: [] });
  chosen.stayed.clear();
  closeCard();
  $("count").value = countBeforeTen();
  recountForRoom();
  writeAddress(true);
  draw();
}

function addTen() {
  countTenMore();
  writeAddress(true);
  draw();
}

let waiting = 0; // timer: drawing waits until settings have not changed for 60 ms

function redraw(/** @type {any} */ { detail: isStep }) {
  $("count").labels[0].textContent = "How many"; // which may have been "At most"
  showValues();
  chosen.stayed.clear();
  if (isStep) {
    say("");
    writeAddress(true);
  }
  current = null; // ends a drawing with the old settings
  $("names").ariaBusy = "true";
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    recountForRoom();
    writeAddress(false);
    draw();
    explain(nameOfCard());
  }, 60);
}

function openAddress() {
  const isToFill = !/[#&](seed|count)=/.test(location.hash);
  const { hasSeed: isLink, note } = readAddress();
  keepCount(isLink);
  drawFirst(isToFill, isLink, note);
}

/** Draws the first names. Draws balanced ones if too few are safe, unless a link was opened. */
async function drawFirst(isToFill, isLink = false, note = "") {
  showValues(); // conditions, which take room
  if (isToFill) {
    placesFor($("names").children.length);
    settle(); // their size, and so their height
    setCountToWindow();
  }
  writeAddress(false);
  // The first names are in the page already, and only more of them are looked for.
  document.body.classList.toggle("opening", isToFill && String(chosen.seed) === String(data.seed));
  const isFull = await draw(note);
  document.body.classList.remove("opening");
  if (isFull || isLink || isCasting() || current?.isStopped) return;
  if (chosen.boldness !== "safe" || !$("chips").hidden) return; // or conditions are the reason
  chosen.setBoldness("balanced");
  drawFirst(false, false, "The list leaves too few safe names: these are balanced ones.");
}

let isOwnStep = false; // whether the page's buttons or keys, not the browser's, made the step

/** Goes a step in the history. A second step has to wait, since it could leave the page. */
function step(by) {
  isOwnStep = true;
  $("back").disabled = $("forward").disabled = true;
  history.go(by);
  setTimeout(writeAddress, HISTORY_WAIT, false); // if there was no such step
}

/** Opens the browser's current address. Back closes a drawer first on touch screens. */
function follow() {
  const isOwn = isOwnStep;
  isOwnStep = false;
  if (!isOwn && isBack() && document.body.dataset.drawer && matchMedia("(hover: none)").matches) {
    openDrawer(null);
    history.forward();
  } else if (location.hash !== addressOfForm()) openAddress();
  else writeAddress(false);
}

function startOver() {
  const before = location.hash;
  resetForm();
  useStart();
  showValues();
  say("");
  setCountToWindow(); // the removed conditions and message leave more room
  changed();
  toast(["All settings are reset"], { undo: () => location.assign(before) });
}

function listen() {
  document.addEventListener("settings", redraw);
  $("settings").addEventListener("submit", (event) => {
    event.preventDefault();
    more();
  });
  document.addEventListener("input", ({ target }) => {
    if (/** @type {any} */ (target).form !== $("settings")) return;
    const isHalfTyped = (id) => target === $(id) && !$(id).validity.valid;
    if (NUMBERS.some(isHalfTyped)) return;
    moved(target);
    changed();
  });
  onClick({
    stop: () => current && (current.isStopped = true),
    "ten-more": addTen,
    back: () => step(-1),
    forward: () => step(1),
    "show-keys": showKeys,
    "copy-names": () => copy(asText(namesShown().map((name) => [name]))),
    "keep-all": () => keepAll(namesShown().map((name) => [name, ""])),
    "copy-link": () => shareLink(location.href, "Link copied"),
    boldness: ({ target }) => {
      if (!VALUE_TYPES.boldness.allows(target.textContent)) return;
      chosen.setBoldness(target.textContent);
      if (chosen.boldness === "safe")
        for (const id of CHECKS) $(id).checked ||= $(id).defaultChecked; // safe implies them
      changed();
    },
    "start-over": startOver,
  });
  window.addEventListener("hashchange", follow);
}

/** The engine with the models of the page, for scripts. */
Object.assign(window, { rnnNames: engineOf(models) });

async function start() {
  listenToOwnList(drawFirst);
  buildShares();
  listenToDrawers(setCountForView);
  listenToCard();
  listenToCasts();
  listenToFavourites();
  listenToNames();
  listenToPresses();
  listenToKeys(more);
  listenToNumbers();
  listen();
  showView(document.body.dataset.view);
  showValues();
  const letters = document.fonts.load(`600 1em ${getComputedStyle($("names")).fontFamily}`);
  await Promise.allSettled([recall(), within(FONT_WAIT, letters)]); // a font may be missing
  document.body.inert = false; // the model of an earlier visit is there now
  openAddress();
  removeAfter(settingsOfForm().count); // of the names that the page came with
}

start();

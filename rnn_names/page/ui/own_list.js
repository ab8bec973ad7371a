// "Your own list": a worker learns from a pasted or dropped list. The result is another model of
// the page, which can be saved as a model file or with the page.

import { formatted } from "../engine/draw_names.js";
import { complaintAbout, listIn, MAX_NAMES, MIN_NAMES, someOf, titleIn } from "../learning/list.js";
import { modelOfNpz, npzOf } from "../learning/npz.js";
import { namesToWatch, startLearning } from "../learning/worker.js";
import { writeAddress } from "./address.js";
import { followKinds, isCasting, showPattern } from "./casts.js";
import {
  changed,
  chosen,
  data,
  models,
  nameApart,
  openingShares,
  ownModels,
  titleOf,
} from "./chosen.js";
import { showView } from "./drawers.js";
import { $, bdi, element, onClick, showTitle, toast, within } from "./elements.js";
import { showValues } from "./form.js";
import { widthsOf } from "./names.js";
import { draft, forget, MOST_WAIT, pageWithModels, remember, remembered } from "./saving.js";
import { buildShares } from "./shares.js";
import { download, fileNameOf } from "./sharing.js";

const MAX_FILE = 1e6; // bytes, more than a list of a few thousand names takes

let learning = /** @type {any} */ (null); // the current run, returned by `startLearning`

/** Listens to the controls of the view; `drawFirst` draws names as when the page opens. */
export function listenToOwnList(drawFirst) {
  showSources(); // of a saved page
  $("own-fields").addEventListener("input", () =>
    draft($("own-names").value, $("own-title").value),
  );
  $("own-try").hidden = !data.base; // 40 names are too few without it
  const better = data.base ? "" : " (better 100 or more)"; // without it, fewer make rough names
  $("own-limits").textContent = `${MIN_NAMES} to ${formatted(MAX_NAMES)}${better}`;
  const learned = () => models.findLast(({ digest }) => digest);
  onClick({
    "own-choose": () => $("own-file").click(),
    "own-try": ({ target }) => takeNames(target.dataset.names.replaceAll(",", "\n"), "rivers"),
    "own-learn": learnOwnList,
    "own-stop": () => learning.stop(),
    "own-show": () => {
      if (!chosen.shares[models.indexOf(learned())]) chosen.shares = openingShares();
      chosen.stayed.clear();
      chosen.wantedLists = [];
      showView("results");
      writeAddress(true);
      drawFirst([chosen.fitted, $("count").defaultValue].includes($("count").value));
    },
    "own-save": () => download([npzOf(learned(), data.program)], `${fileNameOf(learned())}.npz`),
    "own-save-page": () => download([pageWithModels()], `${fileNameOf(learned())}.html`),
    "own-forget": forgetModel,
  });
  $("own-names").addEventListener("input", () => {
    const names = listIn($("own-names").value);
    const count = new Set(names).size;
    const few = count ? `${count} of at least ${MIN_NAMES}` : "";
    const repeats = names.length - count;
    const repeated = repeats ? `, ${formatted(repeats)} repeated` : "";
    $("own-count").value = count < MIN_NAMES ? few : `${formatted(count)} names${repeated}`;
    sayOfList("");
    $("own-try").disabled = count > 0;
    $("own-names").ariaInvalid = null;
  });
  const [text, title] = draft() ?? [];
  if (text) takeNames(text, title);
  $("own-file").addEventListener("change", () => {
    takeFile($("own-file").files[0]);
    $("own-file").value = ""; // it may be chosen again
  });
  $("own-list").addEventListener("dragover", (event) => event.preventDefault());
  $("own-list").addEventListener("drop", (event) => {
    const [file] = event.dataTransfer.files;
    if (!file) return; // the browser inserts a dropped text
    event.preventDefault();
    if ($("own-list").className === "learning") return;
    takeFile(file);
  });
}

/** Adds the model of a saved file, or shows the names of a list or an error. */
async function takeFile(file) {
  if (file.name.endsWith(".npz")) {
    try {
      const model = modelOfNpz(await file.arrayBuffer());
      const samples = await namesToWatch(model, chosen.seed); // an error if the model writes none
      $("own-samples").replaceChildren();
      showSamples(samples);
      if (!$("own-names").value) $("own-title").value = model.name;
      const stored = await remembered(); // with its own list; the field may contain another
      return await addModel(model, isOf(stored, [model]) ? stored.text : "");
    } catch {
      return sayOfNames("This file has no model that was saved here: rnn-names reads others.");
    }
  }
  const text = file.size > MAX_FILE ? "\0" : await file.text();
  const names = listIn(text);
  const complaint = complaintAbout(names);
  if (complaint) sayOfNames(complaint);
  else takeNames(names.join("\n"), file.name.replace(/\.\w+$/u, ""));
}

function takeNames(text, title = "") {
  $("own-names").value = text;
  $("own-title").value = title;
  $("own-names").dispatchEvent(new Event("input", { bubbles: true }));
}

const sayOfList = (...text) => $("own-status").replaceChildren(...text);

/** Shows a message below the text field, instead of the number of names. */
function sayOfNames(text) {
  $("own-count").value = text;
  $("own-count").scrollIntoView({ block: "nearest" });
}

async function learnOwnList() {
  const name = titleIn($("own-title").value);
  const names = listIn($("own-names").value);
  const complaint = complaintAbout(names);
  if (complaint) {
    sayOfNames(complaint);
    $("own-names").ariaInvalid = "true";
    return $("own-names").focus();
  }
  const script = `"use strict";${$("engine").textContent}${$("learning").textContent}`;
  const run = { started: 0, left: Infinity }; // ms at the first progress message; s, as last said
  showState("learning");
  $("toast").replaceChildren(); // nothing can be undone meanwhile
  $("own-progress").removeAttribute("value"); // indeterminate at first
  $("own-stop").textContent = "Stop";
  const time = names.length > 300 ? "some minutes" : "under a minute";
  sayOfList(`Getting ready: ${formatted(names.length)} names usually take ${time}.`);
  showSamples(someOf(names, 16), "waiting"); // until the first names are written
  const progress = (message) => showProgress(message, run);
  const starts = models.filter(({ digest }) => !digest); // or links would bring other names
  const message = { name, names, models: starts, base: data.base, seed: chosen.seed };
  learning = startLearning(script, message, progress);
  try {
    await addModel(await learning.finished, $("own-names").value);
  } catch (/** @type {any} */ error) {
    sayOfList(`The browser could not learn from this list: ${error.message}`);
    showState("");
  }
}

/** Shows a state: "learning"; "done", with the form folded; or "", the form alone. */
function showState(state, title = "yours") {
  document.querySelector("h1 .of-list em")?.replaceChildren(bdi(title));
  showTitle();
  $("own-list").className = state;
  $("own-watch").hidden = state !== "learning";
  $("own-done").hidden = state !== "done";
  $("own-form").open = state !== "done";
  if (!state) $("own-samples").replaceChildren();
  $("own-status").scrollIntoView({ block: "nearest" });
}

/** Shows sample names; each replaces an earlier sample, which fades. Other samples stay. */
function showSamples(names, className = "") {
  const before = Array.from($("own-samples").children);
  const places = names.map((name) => element("li", { className }, bdi(name)));
  for (const [i, place] of places.entries()) place.dataset.before = before[i]?.textContent ?? "";
  const stays = (place) => place.className === className && !names.includes(place.textContent);
  const all = [...places, ...before.slice(names.length).filter(stays)];
  $("own-samples").replaceChildren(...all);
  const widths = all.map(({ textContent }) => widthsOf(textContent)[1]);
  $("own-samples").style.setProperty("--widest", Math.max(...widths));
}

/** A sentence about the model that learning starts from; "" for random weights. */
function nearTo(startedFrom) {
  const near = new Set(data.base?.lists.filter((list) => startedFrom?.includes(list)));
  const names = Array.from(near, (list) => list.replace(/, \d+$/u, "")); // without the year
  if (names.length) return ` Nearest lists: ${names.join("; ")}.`;
  const start = models.find(({ name }) => name === startedFrom);
  return start ? ` It starts from ${titleOf(start)}.` : "";
}

/** The time that learning will take at most, from its seconds. */
function timeLeft(seconds) {
  if (seconds > 99) return `At most ${Math.ceil(seconds / 60)} minutes`;
  return seconds > 5 ? `At most ${seconds} seconds` : "A few seconds";
}

/** Shows a progress message of the worker: the bar, the start, the time left, and sample names. */
function showProgress({ share, model, names, startedFrom }, run) {
  run.started ||= performance.now();
  $("own-progress").value = share;
  const seconds = (performance.now() - run.started) / 1000;
  if (seconds > 2) run.left = Math.min(run.left, 5 * Math.ceil((seconds / share - seconds) / 5));
  const most = run.left < Infinity ? ` ${timeLeft(run.left)} more.` : "";
  if (share) sayOfList(`Learning…${most}${nearTo(startedFrom)}`);
  if (names?.length) showSamples(names);
  if (model) $("own-stop").textContent = "Stop, and keep what there is";
}

/** Whether the model that the browser stores is one of some models. */
const isOf = (stored, some) => some.some(({ digest }) => digest === stored?.model.digest);

/** Adds a learned model or replaces the one of the same list. Stores it with the list's text. */
async function addModel(model, text) {
  if (!model) {
    sayOfList("Stopped before there was anything to keep.");
    return showState("");
  }
  $("toast").replaceChildren(); // nothing before it can be undone
  if ($("own-list").hidden) putModelQuietly(model);
  else {
    putModel(model);
    chosen.wantedLists = []; // other names are meant now
    changed(true);
  }
  const isKept = await remember({ model, text });
  const isSecond = models.filter(({ digest }) => digest).length > 1;
  const instead = isSecond ? ", in place of the one before" : "";
  showLearned(model, isKept ? ` This browser keeps it${instead}.` : "");
  $("own-show").focus();
}

/** Returns a function that restores the current shares of models, if any of them has one. */
function sharesNow() {
  const keyOf = ({ digest, name }) => digest ?? name;
  const shares = new Map(models.map((model, i) => [keyOf(model), chosen.shares[i]]));
  return () => {
    const before = models.map((model) => shares.get(keyOf(model)) ?? 0);
    if (before.some(Boolean)) chosen.shares = before;
  };
}

/** Adds a model while people look at names or type a cast, which stay as they are. */
function putModelQuietly(model) {
  const restoreShares = sharesNow();
  putModel(model);
  restoreShares();
  if (!isCasting()) followKinds();
  else if (!$("parts").contains(document.activeElement)) showPattern();
  showValues();
  writeAddress(false);
  if (document.body.dataset.drawer) return; // which the message would cover
  toast([bdi(model.name), " is ready"], { "Show names": () => $("own-show").click() });
}

function putModel(model) {
  const others = models.filter(({ digest }) => digest !== model.digest);
  nameApart(model, others);
  for (const other of others) other.share = 0;
  replaceModels([...others, model]);
}

const sizeOf = ({ training: { distinct_names, held_out_names } }) =>
  `${formatted(distinct_names + held_out_names)} names`;

function showLearned(model, more) {
  const learned = ` is ready: learned from ${sizeOf(model)}.`;
  sayOfList(element("b", {}, bdi(model.name)), learned, nearTo(model.startedFrom), more);
  showState("done", model.name);
}

/** Shows the learned lists under "About these names". */
function showSources() {
  for (const shown of $("sources").querySelectorAll(".learned")) shown.remove();
  for (const model of models.filter(({ digest }) => digest)) {
    const about = element("p", {}, `A list of ${sizeOf(model)}, learned in a browser.`);
    const title = element("h3", {}, bdi(model.name));
    $("sources").prepend(element("div", { className: "learned" }, title, about));
  }
}

function replaceModels(all) {
  models.splice(0, models.length, ...all);
  delete data.seed; // of names of other models
  chosen.shares = openingShares();
  buildShares();
  showSources();
  if (!document.body.inert && !isCasting()) followKinds(); // not while the page opens
}

export async function recall() {
  const learned = await remembered();
  if (!learned) return;
  putModel(learned.model);
  takeNames(learned.text, learned.model.name);
  showLearned(learned.model, " This browser keeps it.");
}

/** Removes the learned models from the page and from the browser. */
async function forgetModel() {
  const [before, restoreShares] = [[...models], sharesNow()];
  const learned = before.filter(({ digest }) => digest);
  const [text, title] = [$("own-names").value, $("own-title").value];
  const { value } = $("pattern");
  // What another tab has stored since stays.
  const forgotten = forget((stored) => isOf(stored, learned));
  await within(MOST_WAIT, forgotten);
  replaceModels(ownModels());
  restoreShares();
  chosen.wantedLists = [];
  changed();
  showState("");
  takeNames("");
  toast(["List forgotten"], {
    undo: async () => {
      if (!$("own-names").value) takeNames(text, title);
      const storedAgain = async (stored) => stored && !(await remembered()) && remember(stored);
      await within(MOST_WAIT, forgotten.then(storedAgain));
      replaceModels(before);
      restoreShares();
      $("pattern").value = value;
      showPattern();
      changed();
      showLearned(learned.at(-1), "");
      $("own-show").focus();
    },
  });
}

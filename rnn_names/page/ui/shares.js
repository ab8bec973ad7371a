// The shares of a blend, which always add up to 100 %. Two models have one slider between them.
// Three or more have a slider each, and chips above the names. One chip is pressed when the page
// opens.

import { scaled } from "../engine/blend.js";
import { LEARNED_SHARE } from "../learning/result.js";
import { changed, chosen, models, openingShares, titleOf } from "./chosen.js";
import { $, bdi, button, element, setSlider, showTitle, stopAt } from "./elements.js";
import { say } from "./messages.js";

const [MAX_NAMED, LONG_TITLE] = [3, 40]; // models and characters of a title, as in page/page.py

/** Shares as texts that add up to 100 %, with one decimal if a share is below 1 %. */
function sharesAsTexts() {
  const exact = scaled(chosen.shares).map((share) => 100 * share);
  const step = exact.some((share) => share > 0 && share < 1) ? 10 : 1;
  const whole = exact.map((share) => Math.floor(share * step));
  const missing = 100 * step - whole.reduce((sum, share) => sum + share);
  const rest = (i) => exact[i] * step - whole[i];
  const largestFirst = [...exact.keys()].sort((a, b) => rest(b) - rest(a));
  for (const i of largestFirst.slice(0, missing)) whole[i]++;
  return whole.map((share, i) =>
    exact[i] > 0 && share === 0 ? "under 0.1 %" : `${(share / step).toFixed(step === 1 ? 0 : 1)} %`,
  );
}

/** Sets the percentage of a model; the others share the rest in their current ratios. */
export function giveShare(model, percentage) {
  const others = chosen.shares.map((share, i) => (i === model ? 0 : share));
  const ratios = scaled(others.some(Boolean) ? others : others.map((_, i) => Number(i !== model)));
  const rest = (ratio) => Math.round(100 * (100 - percentage) * ratio) / 100;
  chosen.shares = ratios.map((ratio, i) => (i === model ? percentage : rest(ratio)));
}

/** The shares of `count` models in a text such as "300 100"; undefined if it has no such number. */
function sharesIn(text, count) {
  const given = text.split(" ").map(Number);
  if (!text || given.length !== count) return undefined;
  return given.some((share) => share > 0) ? given : given.map(() => 1);
}

/**
 * The shares in a link's text, or those that its page opened with if it gives none. `lists` are the
 * digests in the link. Their models came after all others in its page, which opened with the last
 * one. A page without them had the models that this page was written with. Others get no share.
 */
export function sharesOfLink(text, lists) {
  const learned = lists.flatMap((list) => models.find(({ digest }) => digest === list) ?? []);
  const others = models.filter(({ described, digest }) => (lists.length ? !digest : described));
  const its = [...others, ...learned];
  const opened = its.map((model) => (model === learned.at(-1) ? LEARNED_SHARE : 0));
  const opening = learned.length ? opened : others.map(({ described }) => described.share);
  const given = sharesIn(text, its.length) ?? opening;
  const shares = models.map((model) => given[its.indexOf(model)] ?? 0);
  return shares.some(Boolean) ? shares : openingShares();
}

/** A message if a model has no letter in common with the others: no name lies between them. */
export function withoutLetters(parts) {
  const letters = parts.map(
    ({ vocabulary }) => new Set(vocabulary.match(/[\p{L}\p{N}]/gu) ?? vocabulary),
  );
  const isApart = (own) => letters.every((other) => own === other || own.isDisjointFrom(other));
  const alone = parts.length > 1 && parts.find((_, i) => isApart(letters[i]));
  const sentence = "has no letter in common with the others: set its share to 0, or theirs.";
  return alone ? `${titleOf(alone)} ${sentence}` : "";
}

// --- Controls ------------------------------------------------------------------------------------

export function buildShares() {
  $("shares").hidden = models.length < 2;
  $("shares").replaceChildren(...(models.length === 2 ? sliderBetween() : models.map(bar)));
  $("kinds").hidden = models.length < 3;
  const toggle = () => {
    mix.ariaPressed = String(!isMixing());
    if ($("search").matches(".busy")) return; // the message is about the search
    const press = matchMedia("(hover: none)").matches ? "Tap" : "Press";
    say(isMixing() ? `${press} the kinds to mix.` : "");
  };
  const mix = button("Mix", toggle, { className: "chip", id: "mix" });
  mix.title = "Press several to blend them";
  modelChips = models.map((model, i) =>
    button(bdi(titleOf(model)), () => press(i), { className: "chip kind" }),
  );
  const own = modelChips.filter((_, i) => models[i].digest);
  $("kinds").replaceChildren(mix, ...new Set([...own, ...modelChips])); // learned models first
  stopAt(mix.nextSibling, $("kinds").children);
}

let modelChips = []; // a chip for each model

const isMixing = () => $("mix").ariaPressed === "true";

/** Chooses a model alone; while models are mixed, adds it to the blend or removes it. */
function press(model) {
  const taking = chosen.shares.map((share, i) =>
    i === model ? !isMixing() || !share : isMixing() && share > 0,
  );
  if (!taking.some(Boolean)) return;
  chosen.shares = taking.map((takes) => (takes ? 50 : 0));
  changed(true);
}

function slider(model) {
  const input = element("input", { type: "range", id: `share-${model}`, min: 0, max: 100 });
  input.dataset.share = model;
  input.setAttribute("form", "settings");
  return input;
}

const output = (model) => element("output", { id: `share-${model}-value` });

/** A slider between two models: left for the first, right for the second. */
function sliderBetween() {
  const input = slider(1);
  input.ariaLabel = `Blend of ${models.map(titleOf).join(" and ")}`;
  const [left, right] = models.map((model, i) =>
    element("span", {}, bdi(titleOf(model)), " ", output(i)),
  );
  return [left, input, right];
}

function bar(model, i) {
  const label = element("label", { htmlFor: `share-${i}` }, bdi(titleOf(model)));
  return element("div", { className: "share" }, label, output(i), slider(i));
}

/** The words of a heading over names of some models, whose titles are elements. */
export function headingOf(writing) {
  const titles = writing.map(titleOf);
  if (titles.length > MAX_NAMED) titles.splice(MAX_NAMED, Infinity, "more");
  const listed = new Intl.ListFormat("en-GB").formatToParts(titles);
  const stressed = ({ type, value }, i) =>
    type === "element" && i < 2 * MAX_NAMED ? element("em", {}, bdi(value)) : value;
  const words = listed.map(stressed);
  const of = /(^| )(wo)?men$/.test(titles[0]) ? "Names of " : "Names like ";
  const like = titles.length > 1 ? "Names between " : of;
  const isKind = titles.every((title) => /^[A-Z][a-z]+$/.test(title)); // as in "Elvish names"
  return isKind ? [...words, " names"] : [like, ...words];
}

/** Shows the shares in the controls and in the hue of the page, and the models in the title. */
export function showShares() {
  const shares = scaled(chosen.shares);
  const hue = models.reduce((sum, { hue = 290 }, i) => sum + shares[i] * hue, 0);
  document.documentElement.style.setProperty("--hue", hue);
  $("like")?.replaceChildren(...headingOf(chosen.writing())); // unless the page has another title
  $("like")?.parentElement.classList.toggle("long", $("like").textContent.length >= LONG_TITLE);
  showTitle();
  if (models.length < 2) return;
  const texts = sharesAsTexts();
  const inAll = models.map((model, i) => `${titleOf(model)} ${texts[i]}`).join(", ");
  texts.forEach((text, i) => {
    $(`share-${i}-value`).textContent = text;
    const input = $(`share-${i}`);
    if (!input) return; // two models have one slider
    setSlider(input, 100 * shares[i]);
    input.ariaValueText = models.length === 2 ? inAll : text;
  });
  for (const [i, chip] of modelChips.entries()) {
    if (chosen.shares[i] > 0 && chip.ariaPressed !== "true")
      chip.scrollIntoView({ inline: "nearest", block: "nearest" });
    chip.ariaPressed = String(chosen.shares[i] > 0);
  }
  $("mix").ariaPressed = String(chosen.shares.filter(Boolean).length > 1);
}

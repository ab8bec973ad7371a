// The shares of a blend, which always add up to 100 %: a slider between two models, a slider for
// each of more, and for three a triangle to drag in.

import { scaled } from "../engine/blend.js";
import { $, bdi, element, models, openingShares, titleOf } from "./elements.js";
import { chosen } from "./form.js";
import { changed } from "./page.js";

/** Shares as texts that add up to 100 %, in tenths where one is below 1 %. */
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

/** Gives a model so many percent, and the others the rest, in the ratios that they have. */
export function giveShare(model, percentage) {
  const others = chosen.shares.map((share, i) => (i === model ? 0 : share));
  const ratios = others.some((share) => share > 0)
    ? scaled(others)
    : scaled(others.map((_, i) => (i === model ? 0 : 1)));
  chosen.shares = ratios.map((ratio, i) =>
    i === model ? percentage : Math.round(100 * (100 - percentage) * ratio) / 100,
  );
}

/** The shares in a text such as "300 100"; undefined for nonsense. */
export function sharesIn(text) {
  const given = text.split(" ").map((share) => (share === "" ? NaN : Number(share)));
  const isRight = given.every((share) => share >= 0 && share < Infinity);
  if (given.length !== models.length || !isRight) return undefined;
  return given.some((share) => share > 0) ? given : given.map(() => 1);
}

export function areOpeningShares() {
  const opening = scaled(openingShares());
  return scaled(chosen.shares).every((share, i) => share === opening[i]);
}

// --- Controls ------------------------------------------------------------------------------------

/** Makes the controls for the models that there are. */
export function buildShares() {
  const legend = element("legend", {}, "Blend");
  $("shares").hidden = models.length < 2;
  $("shares").replaceChildren(
    legend,
    ...(models.length === 2 ? sliderBetween() : [...triangle(), ...models.map(bar)]),
  );
}

function slider(model) {
  const input = element("input", {
    type: "range",
    id: `share-${model}`,
    min: 0,
    max: 100,
    step: 1,
  });
  input.dataset.share = model;
  return input;
}

const output = (model) => element("output", { id: `share-${model}-value` });

/** To the left there is more of the first model, to the right of the second. */
function sliderBetween() {
  const input = slider(1);
  input.setAttribute("aria-label", `Blend of ${models.map(titleOf).join(" and ")}`);
  const ends = models.map((model, i) => element("span", {}, bdi(titleOf(model)), " ", output(i)));
  return [input, element("div", { className: "ends" }, ...ends)];
}

function bar(model, i) {
  const label = element("label", { htmlFor: `share-${i}` }, bdi(titleOf(model)));
  return element("div", { className: "share" }, label, output(i), slider(i));
}

/** Shows the shares in the controls. */
export function showShares() {
  if (models.length < 2) return;
  const texts = sharesAsTexts();
  const percentages = scaled(chosen.shares).map((share) => 100 * share);
  const inAll = models.map((model, i) => `${titleOf(model)} ${texts[i]}`).join(", ");
  texts.forEach((text, i) => {
    $(`share-${i}-value`).textContent = text;
    const input = $(`share-${i}`);
    if (!input) return; // of two models, one slider is for both
    input.value = percentages[i];
    input.setAttribute("aria-valuetext", models.length === 2 ? inAll : text);
  });
  const handle = $("handle");
  if (!handle) return;
  $("triangle").setAttribute("aria-valuenow", percentages[0]);
  $("triangle").setAttribute("aria-valuetext", inAll);
  const [x, y] = pointOf(percentages);
  handle.setAttribute("cx", x);
  handle.setAttribute("cy", y);
}

// --- The triangle --------------------------------------------------------------------------------

const TRIANGLE = { width: 272, height: 148 };
const CORNERS = [
  [136, 22],
  [36, 122],
  [236, 122],
]; // of the models, in their order

/** The triangle for three models, to drag in; arrow keys move the handle, too. */
function triangle() {
  if (models.length !== 3) return [];
  const { width, height } = TRIANGLE;
  const drawing = svg("svg", { id: "triangle", viewBox: `0 0 ${width} ${height}` });
  drawing.tabIndex = 0;
  drawing.role = "slider"; // its value is the first model's share; its text says all
  drawing.ariaLabel = `Blend of ${models.map(titleOf).join(", ")}`;
  drawing.append(
    svg("polygon", { points: CORNERS.join(" ") }),
    svg("circle", { id: "handle", r: 9 }),
  );
  const places = [
    [width / 2, 12, "middle"],
    [0, height - 6, "start"],
    [width, height - 6, "end"],
  ];
  places.forEach(([x, y, anchor], i) => {
    const text = svg("text", { x, y, "text-anchor": anchor });
    const title = Array.from(titleOf(models[i]));
    text.textContent = title.length > 18 ? `${title.slice(0, 17).join("")}…` : title.join("");
    drawing.append(text);
  });
  const drag = (event) => {
    if (event.buttons) dragTo(drawing, event);
  };
  drawing.addEventListener("pointermove", drag);
  drawing.addEventListener("pointerdown", (event) => {
    drawing.setPointerCapture(event.pointerId);
    drag(event);
  });
  drawing.addEventListener("keydown", nudge);
  return [drawing];
}

const STEP = 5; // percent that a key moves the handle by

/** Moves the handle by an arrow key: up to the first model, or aside between the other two. */
function nudge(event) {
  const [first, second, third] = scaled(chosen.shares).map((share) => Math.round(100 * share));
  const up = { ArrowUp: STEP, ArrowDown: -STEP }[event.key];
  const right = { ArrowRight: STEP, ArrowLeft: -STEP }[event.key];
  if (up) giveShare(0, Math.min(Math.max(first + up, 0), 100));
  else if (right) {
    const last = Math.min(Math.max(third + right, 0), second + third);
    chosen.shares = [first, 100 - first - last, last];
  } else return;
  event.preventDefault();
  changed();
}

function svg(tag, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** Where three percentages are: the mean of the corners, weighted by them. */
function pointOf(percentages) {
  return [0, 1].map((axis) =>
    CORNERS.reduce((sum, corner, i) => sum + (corner[axis] * percentages[i]) / 100, 0),
  );
}

/** Takes the shares from where a pointer is; beside the triangle, from its nearest side. */
function dragTo(drawing, event) {
  const box = drawing.getBoundingClientRect();
  const x = ((event.clientX - box.left) / box.width) * TRIANGLE.width;
  const y = ((event.clientY - box.top) / box.height) * TRIANGLE.height;
  const [[topX, topY], [left, bottom], [right]] = CORNERS;
  const first = Math.min(Math.max((bottom - y) / (bottom - topY), 0), 1);
  const middle = (left + right) / 2 + first * (topX - (left + right) / 2);
  const half = ((1 - first) * (right - left)) / 2;
  const across = half ? Math.min(Math.max((x - middle + half) / (2 * half), 0), 1) : 0.5;
  const top = Math.round(100 * first);
  const third = Math.round((100 - top) * across);
  chosen.shares = [top, 100 - top - third, third];
  changed();
}

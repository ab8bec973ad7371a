// Casts: lines of several names. A pattern is put together from menus, a part for each piece, or
// typed. The pattern is what counts: it is drawn from, and held in the link.

import { castRows, slotsIn } from "../engine/cast.js";
import { lengthOf, WrongSettings } from "../engine/options.js";
import { PatternReader } from "../engine/pattern.js";
import { formatted } from "../engine/sampler.js";
import { changed, data, models, titleOf } from "./chosen.js";
import { $, element, onClick, signButton } from "./elements.js";

const PART_KINDS = { text: "Text", words: "Words", pattern: "Pattern" }; // besides a name of a model

/** The lines of the files that the ready patterns name. */
const files = Object.fromEntries(
  Object.entries(data.words).map(([file, lines]) => [file, lines.split("|")]),
);

/** Parts of a pattern: { kind, text, isSpaced }, with a space before those that are spaced. */
let parts = [];

const escapedIn = (text, signs) =>
  Array.from(text, (sign) => (`\\${signs}`.includes(sign) ? `\\${sign}` : sign)).join("");

const slotOf = ({ name }) => escapedIn(name, "+:{}|");

const PLACES = /town|cit(y|ies)|village|place|taverns|inns|star|sea|desert|lands?\b/i;
const FAMILIES = /surname|famil/i;
const PEOPLE = /^(?!.*(surname|famil)).*(names|men$|el(f|v)|dwar|halfling|giant|goblin|orc)/i;

/** A model of people and one of places, or else of families; without either, what there is. */
function modelsByKind() {
  const own = models.findLast(({ digest }) => digest); // what was learned here comes first
  const [place, family, named] = [PLACES, FAMILIES, PEOPLE].map((kind) =>
    [own ?? models[0], ...models].find(({ name }) => kind.test(name)),
  );
  const isOther = (model) => model && model !== place && model !== family;
  const person = (isOther(own) ? own : (named ?? models.find(isOther))) ?? models[0];
  return { person, place: place ?? family ?? person };
}

/** The parts of a text that was read as a pattern, without spaces between them. */
function partsOf(composed, { pieces }) {
  const found = [];
  let isSpaced = false;
  for (const piece of pieces) {
    if (typeof piece === "string") {
      const text = piece.replace(/^ | $/g, "");
      if (text.trim()) found.push({ kind: "text", text, isSpaced: piece.startsWith(" ") });
      isSpaced = piece.endsWith(" ");
      continue;
    }
    const raw = composed.slice(piece.begin, piece.end);
    const words = wordsOf(piece);
    const kind = piece.shares ? "name" : words && raw.startsWith("[") ? "words" : "pattern";
    const text = { name: raw.slice(1, -1), words, pattern: raw }[kind];
    found.push({ kind, text, isSpaced });
    isSpaced = false;
  }
  return found;
}

/** The words of a choice with a bar between them; undefined where it is of more than words. */
function wordsOf({ alternatives = [], weights = [] }) {
  const isPlain = alternatives.flat().every((piece) => typeof piece === "string");
  if (!isPlain || weights.some((weight) => weight !== 1)) return undefined;
  return alternatives.map((pieces) => pieces.join("")).join("|");
}

function patternOfParts() {
  const filled = parts.filter(({ kind, text }) => text || kind !== "text");
  return filled.map((part, i) => (i && part.isSpaced ? " " : "") + pieceOf(part)).join("");
}

function pieceOf({ kind, text }) {
  if (kind === "name") return `{${text}}`;
  if (kind === "pattern") return text;
  return kind === "text" ? escapedIn(text, "{}[]") : `[${escapedIn(text, "{}[]*=")}]`;
}

/** Words as somebody types them, with commas between them, as they are in a pattern. */
const wordsIn = (typed) =>
  typed.includes("|") ? typed : typed.replaceAll(/\s*,\s*/gu, "|").trim();

const wordsToType = (text) => (/,|^ | $| \||\| /.test(text) ? text : text.replaceAll("|", ", "));

// --- What is drawn -------------------------------------------------------------------------------

export const isCasting = () => !$("casts").hidden;

/** Draws lines; gives a sentence if there are too few. */
export async function drawLines({ shares: _, count, ...shared }, { found, progress, stopped }) {
  const pattern = patternOfCast();
  if (!pattern) return ""; // said beside it
  const slots = slotsIn(pattern.pieces).length;
  let names = 0;
  const options = { ...shared, initials: $("initials").value || undefined };
  const watch = { found: () => progress(++names / (count * slots)), stopped };
  const rows = await castRows(models, pattern, count, options, watch);
  for (const { text } of rows) found(text);
  return rows.length < count ? `${formatted(rows.length)} of ${formatted(count)} lines found.` : "";
}

// --- Controls ------------------------------------------------------------------------------------

/** Shows the parts of the pattern; of one that is wrong, what is wrong. */
export function showPattern() {
  const pattern = patternOfCast();
  if (pattern) parts = partsOf(textOfPattern(), pattern);
  showParts();
}

const textOfPattern = () => $("pattern").value.normalize("NFC");

/** The pattern; undefined if it is wrong, and it says why. */
function patternOfCast() {
  let [pattern, wrong] = [/** @type {any} */ (undefined), ""];
  try {
    pattern = new PatternReader(textOfPattern(), models, files).pattern();
  } catch (error) {
    if (!(error instanceof WrongSettings)) throw error;
    wrong = error.message;
  }
  const [sentence, ...lines] = wrong.split("\n");
  const place = element("pre", { tabIndex: 0 }, lines.join("\n")); // it scrolls
  place.hidden = !textOfPattern().trim(); // there is nothing to point at
  $("pattern-error").replaceChildren(sentence, place);
  $("pattern-error").hidden = !wrong;
  if (wrong) $("build").open = $("by-hand").open = true;
  $("pattern").setAttribute("aria-invalid", wrong !== "");
  return pattern;
}

function showParts() {
  $("parts").replaceChildren(...parts.map(partItem));
  showStart();
}

const starts = () => Array.from($("starts").children);

const patternOfStart = ({ dataset }) =>
  dataset.cast.replaceAll(/(?<=\{)(?:person|place)(?=\})/g, (kind) => slotOf(modelsByKind()[kind]));

export const openingPattern = () => patternOfStart(starts()[0]);

/** Shows from which of the ready patterns it starts. */
function showStart() {
  for (const chip of starts())
    chip.setAttribute("aria-pressed", patternOfStart(chip) === $("pattern").value);
}

/** The parts have changed: the pattern follows them. */
function partsChanged() {
  $("pattern").value = patternOfParts();
  patternOfCast();
  showStart();
  changed();
}

/** A part: a menu of what it is, a field for texts, and buttons that move and remove it. */
function partItem(part, i) {
  const item = element("li", { className: `part of-${part.kind}` }, kindMenu(part, i));
  if (part.kind !== "name") item.append(textField(part, i));
  const tools = element("span", { className: "tools" });
  item.append(tools);
  const act = (label, sign, action) =>
    tools.append(signButton(label, `part ${i + 1}`, sign, action));
  if (i)
    act("Move ahead", "‹", () => {
      parts.splice(i - 1, 2, { ...part, isSpaced: true }, { ...parts[i - 1], isSpaced: true });
      partsRebuilt(i - 1);
    });
  act("Remove", "×", () => {
    parts.splice(i, 1);
    partsRebuilt(Math.min(i, parts.length - 1));
  });
  return item;
}

/** Shows parts that are others than before; the focus goes to one of them. */
function partsRebuilt(focused) {
  showParts();
  ($("parts").children[focused]?.firstChild ?? $("add-name")).focus();
  partsChanged();
}

function kindMenu(part, i) {
  const menu = element("select", { ariaLabel: `Part ${i + 1}` });
  const option = (value, label) => element("option", { value }, label);
  const slots = models.map((model) => option(`name ${slotOf(model)}`, titleOf(model)));
  const isPlain = part.kind !== "name" || models.some((model) => slotOf(model) === part.text);
  if (!isPlain) slots.unshift(option(`name ${part.text}`, part.text));
  menu.append(
    element("optgroup", { label: "A name of" }, ...slots),
    ...Object.entries(PART_KINDS).map(([kind, label]) => option(kind, label)),
  );
  if (part.kind !== "pattern") menu.lastChild.remove(); // it is typed as a whole
  menu.value = part.kind === "name" ? `name ${part.text}` : part.kind;
  fit(menu, menu.selectedOptions[0].textContent);
  menu.addEventListener("change", () => {
    const [kind] = menu.value.split(" ");
    parts[i] = { ...part, kind, text: kind === "name" ? menu.value.slice(5) : "" };
    partsRebuilt(i);
  });
  return menu;
}

/** The files of a pattern that is no plain text, in words. */
const filesIn = (text) =>
  [...new Set(text.match(/[\w-]+(?=\.txt)/g))].join(", ").replaceAll("-", " ") || "as below";

/** A field for a text or for words; what other patterns are of can only be read there. */
function textField(part, i) {
  const isWords = part.kind === "words";
  const read = { text: String, words: wordsToType, pattern: filesIn }[part.kind];
  const field = element("input", {
    value: read(part.text),
    readOnly: part.kind === "pattern",
    placeholder: isWords ? "Lord, Lady" : "of",
    maxLength: 500,
    size: 1,
    dir: "auto",
    ariaLabel: isWords
      ? `Words of part ${i + 1}, with commas between them`
      : `Text of part ${i + 1}`,
  });
  field.setAttribute("form", "settings"); // the Enter key brings more lines
  field.addEventListener("input", () => {
    part.text = isWords ? wordsIn(field.value) : field.value;
    if (part.kind === "text") part.isSpaced = !/^[,.;:!?)]/.test(part.text);
    fit(field, field.value || field.placeholder);
    partsChanged();
  });
  fit(field, field.value || field.placeholder);
  return field;
}

/** Makes a control as wide as what it shows. */
const fit = (control, text) => control.style.setProperty("--letters", lengthOf(text));

/** `fitCount` asks for as many lines as fit, where the parts are folded or unfolded. */
export function listenToCasts(fitCount) {
  const add = (kind, text = "") => {
    parts.push({ kind, text, isSpaced: true });
    partsRebuilt(parts.length - 1);
  };
  onClick({
    "add-name": () => add("name", slotOf(models[0])),
    "add-text": () => add("text"),
    "add-words": () => add("words"),
  });
  for (const chip of starts())
    chip.addEventListener("click", () => {
      $("pattern").value = patternOfStart(chip);
      showPattern();
      changed(true);
    });
  $("build").addEventListener("toggle", () => isCasting() && fitCount() && changed());
  $("pattern").addEventListener("input", showPattern);
}

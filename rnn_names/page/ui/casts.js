// Casts: lines of several names. People type a pattern or compose it from menus, one for each part.
// Lines are drawn from the pattern, and links contain it.

import { castRows } from "../engine/cast.js";
import { formatted } from "../engine/draw_names.js";
import { lengthOf, WrongSettings } from "../engine/options.js";
import { namePartsIn, PatternReader } from "../engine/pattern.js";
import { changed, chosen, data, models, titleOf } from "./chosen.js";
import { $, copyOf, element, onClick } from "./elements.js";

const PART_KINDS = { text: "Text", words: "Words" }; // in addition to "name" and "pattern"

/** The lines of the files in the ready-made patterns. */
const files = Object.fromEntries(
  Object.entries(data.words).map(([file, lines]) => [file, lines.split("|")]),
);

/** Parts of the pattern: { kind, text, isSpaced }; a space precedes a part if it `isSpaced`. */
let parts = [];

const escapedIn = (text, signs) =>
  Array.from(text, (sign) => (`\\${signs}`.includes(sign) ? `\\${sign}` : sign)).join("");

const asPart = ({ name }) => escapedIn(name, "+:{}|");

const PLACES = /town|cit(y|ies)|village|place|taverns|inns|star|sea|desert|lands?\b/i;
const FAMILIES = /surname|famil/i;
const PEOPLE = /^(?!.*(surname|famil)).*(names|men$|el(f|v)|dwar|halfling|giant|goblin|norse|orc)/i;

/** Models of people's names and of places or families, preferably among those of the blend. */
function modelsByKind() {
  const own = chosen.writing().findLast(({ digest }) => digest); // a model learned here comes first
  const ranked = [...(own ? [own] : []), ...chosen.writing(), ...models];
  const [place, family, named] = [PLACES, FAMILIES, PEOPLE].map((kind) =>
    ranked.find(({ name }) => kind.test(name)),
  );
  const isOther = (model) => model && model !== place && model !== family;
  const person = (isOther(own) ? own : (named ?? models.find(isOther))) ?? models[0];
  return { person, place: place ?? family ?? person };
}

/** The parts of a parsed pattern; `composed` is its text. */
function partsOf(composed, { pieces }) {
  return pieces.flatMap((piece, i) => {
    if (typeof piece === "string") {
      const text = piece.replace(/^ | $/g, "");
      return text.trim() ? { kind: "text", text, isSpaced: piece.startsWith(" ") } : [];
    }
    const before = pieces[i - 1];
    const isSpaced = typeof before === "string" && before.endsWith(" ");
    const raw = composed.slice(piece.begin, piece.end);
    const words = raw.startsWith("[") && wordsOf(piece);
    const kind = piece.kind === "name" ? "name" : words ? "words" : "pattern";
    return { kind, text: { name: raw.slice(1, -1), words, pattern: raw }[kind], isSpaced };
  });
}

/** The alternatives of a choice, joined with bars, if all are equally likely texts without bars. */
function wordsOf({ alternatives = [], weights = [] }) {
  const isPlain = alternatives.flat().every((piece) => typeof piece === "string");
  if (!isPlain || weights.some((weight) => weight !== 1)) return undefined;
  const words = alternatives.map((pieces) => pieces.join(""));
  return words.some((word) => word.includes("|")) ? undefined : words.join("|");
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

/** Typed words in the form of a pattern: with bars between them instead of commas. */
const wordsIn = (typed) =>
  typed.includes("|") ? typed : typed.replaceAll(/\s*,\s*/gu, "|").trim();

const wordsToType = (text) => (/,|^ | $| \||\| /.test(text) ? text : text.replaceAll("|", ", "));

// --- Lines ---------------------------------------------------------------------------------------

export const isCasting = () => !$("casts").hidden;

/** Draws lines; returns a message if there are too few, otherwise "". */
export async function drawLines({ shares: _, count, ...shared }, { found, progress, stopped }) {
  const pattern = patternOfCast();
  if (!pattern) return ""; // the error is shown next to the pattern
  const nameParts = namePartsIn(pattern.pieces).length;
  let [names, reason] = [0, ""];
  const options = { ...shared, initials: $("initials").value || undefined };
  const watch = {
    line: (text) => {
      found(text);
      progress();
    },
    found: () => options.initials || progress(++names / (count * nameParts)),
    short: (sentence) => (reason = ` ${sentence}`),
    stopped,
  };
  const rows = await castRows([...models], pattern, count, options, watch);
  const [n_found, n_wanted] = [rows.length, count].map(formatted);
  return rows.length < count ? `${n_found} of ${n_wanted} lines found.${reason}` : "";
}

// --- Controls ------------------------------------------------------------------------------------

/** Shows the parts of the pattern, or its error. */
export function showPattern() {
  const pattern = patternOfCast();
  if (pattern) parts = partsOf($("pattern").value, pattern);
  showParts();
}

export function modelsOfCast() {
  const nameParts = namePartsIn(patternOfCast()?.pieces ?? []);
  return models.filter((_, i) => nameParts.some(({ shares }) => shares[i]));
}

/** The parsed pattern. If it is wrong, shows the error and returns undefined. */
function patternOfCast() {
  let [pattern, wrong] = [/** @type {any} */ (undefined), ""];
  try {
    pattern = new PatternReader($("pattern").value, models, files).pattern();
  } catch (error) {
    if (!(error instanceof WrongSettings)) throw error;
    wrong = error.message;
  }
  const [sentence, ...lines] = wrong.replace(/^pattern: (.)/u, firstUpper).split("\n");
  const place = element("pre", { tabIndex: 0 }, lines.join("\n")); // focusable, since it scrolls
  place.hidden = !$("pattern").value.trim(); // nothing for the caret to point at
  $("pattern-error").replaceChildren(sentence, place);
  $("pattern-error").hidden = !wrong;
  if (wrong) $("build").open = $("by-hand").open = true;
  $("pattern").ariaInvalid = wrong !== "";
  return pattern;
}

const firstUpper = (_, letter) => letter.toUpperCase();

function showParts() {
  $("parts").replaceChildren(...parts.map(partItem));
  showStart();
}

const NOBLE = "[Warden|Regent|Marshal] {person}"; // as in page.html
const TAVERN = "Tavern"; // in a town, if no model writes people
const CREATURES = /saur|beast|monster/i; // they have no titles
const starts = () => Array.from($("starts").children);

/** A lord or a lady if a model has names of men or of women, else a title for both. */
function titled({ name }) {
  const [, kind, sex] = name.match(/^(.*?)(men|women)$/) ?? [];
  if (!sex) return NOBLE;
  const [lord, lady] = ["men", "women"].map((each) => models.find((m) => m.name === kind + each));
  if (lord && lady) return `[Lord {${asPart(lord)}}|Lady {${asPart(lady)}}]`;
  return lord ? "Lord {person}" : "Lady {person}";
}

/** Whether a ready-made pattern is of creatures here, as its model writes no people. */
const isOfCreatures = ({ dataset }) =>
  dataset.cast.startsWith(NOBLE) && CREATURES.test(modelsByKind().person.name);

function patternOfStart(chip) {
  const kinds = modelsByKind();
  const cast = isOfCreatures(chip) ? "[Great|Horned|Crested|Swift] {person}" : chip.dataset.cast;
  const place = isOfTowns() && chip.textContent === TAVERN ? ", {place}" : "";
  return (cast + place)
    .replace(NOBLE, () => titled(kinds.person))
    .replaceAll(/(?<=\{)(?:person|place)(?=\})/g, (kind) => asPart(kinds[kind]));
}

/** Whether no model writes people. */
function isOfTowns() {
  const { person } = modelsByKind();
  return PLACES.test(person.name) && !PEOPLE.test(person.name);
}

/** The pattern to begin with: the first, or one without people if no model has their names. */
function firstStart() {
  if (!isOfTowns()) return starts()[0];
  const isOf = ({ dataset }) => dataset.cast.includes(`=${modelsByKind().person.name}:`);
  return starts().find(isOf) ?? starts().find(({ textContent }) => textContent === TAVERN);
}

/** Writes a ready-made pattern, by default the first, for the models that write names now. */
export function useStart(chip = firstStart()) {
  $("pattern").value = patternOfStart(chip);
  showPattern();
}

/** Rewrites the ready-made pattern that is in use, or the first one if there is no pattern. */
export function followKinds() {
  const chip = starts().find(({ ariaPressed }) => ariaPressed === "true");
  if (chip || !$("pattern").value) useStart(chip);
  else showPattern();
}

/** Marks the ready-made pattern that is in use. */
function showStart() {
  for (const chip of starts()) {
    if (chip.dataset.cast.startsWith(NOBLE))
      chip.textContent = isOfCreatures(chip) ? "Creature" : "Noble";
    chip.ariaPressed = String(patternOfStart(chip) === $("pattern").value);
    if (chip.ariaPressed === "true")
      $("starts").scrollLeft = chip.offsetLeft - $("starts").clientWidth / 2;
  }
}

function partsChanged() {
  $("pattern").value = patternOfParts();
  patternOfCast();
  showStart();
  changed();
}

/** An item for a part: a menu for its kind, a field for its text, buttons to move or remove it. */
function partItem(part, i) {
  const [item] = copyOf("part");
  const [menu, field, { children: tools }] = item.children;
  item.className = `part of-${part.kind}`;
  fillMenu(menu, part, i);
  if (part.kind === "name") field.remove();
  else fillField(field, part, i);
  tools[0].ariaLabel = `Move ahead part ${i + 1}`;
  tools[0].hidden = !i;
  tools[0].addEventListener("click", () => {
    parts.splice(i - 1, 2, { ...part, isSpaced: true }, { ...parts[i - 1], isSpaced: true });
    partsRebuilt(i - 1);
  });
  tools[1].ariaLabel = `Remove part ${i + 1}`;
  tools[1].addEventListener("click", () => {
    parts.splice(i, 1);
    partsRebuilt(Math.min(i, parts.length - 1));
  });
  return item;
}

/** Shows the parts after a change, and focuses the menu of part `focused`, or its field. */
function partsRebuilt(focused, control = "select") {
  showParts();
  ($("parts").children[focused]?.querySelector(control) ?? $("add-name")).focus();
  partsChanged();
}

function fillMenu(menu, part, i) {
  menu.ariaLabel = `Part ${i + 1}`;
  const option = (value, label) => element("option", { value }, label);
  const nameParts = models.map((model) => option(`name ${asPart(model)}`, titleOf(model)));
  const isPlain = part.kind !== "name" || models.some((model) => asPart(model) === part.text);
  if (!isPlain) nameParts.unshift(option(`name ${part.text}`, part.text));
  menu.append(
    element("optgroup", { label: "A name of" }, ...nameParts),
    ...Object.entries(PART_KINDS).map(([kind, label]) => option(kind, label)),
  );
  if (part.kind === "pattern") {
    const isList = /^\{[\w-]+\.txt\}$/.test(part.text);
    menu.append(option("pattern", isList ? "List of" : "One of")); // typed below
  }
  menu.value = part.kind === "name" ? `name ${part.text}` : part.kind;
  setLetters(menu, menu.selectedOptions[0].textContent);
  menu.addEventListener("change", () => {
    const [kind] = menu.value.split(" ");
    parts[i] = { ...part, kind, text: kind === "name" ? menu.value.slice(5) : "" };
    partsRebuilt(i);
  });
}

const PATTERN_BELOW = "the pattern below";

/** The names of the files in a part's pattern, as words. */
const filesIn = (text) =>
  [...new Set(text.match(/[\w-]+(?=\.txt)/g))].join(", ").replaceAll("-", " ") || PATTERN_BELOW;

/** Fills a field with a text, with words or, for other patterns, with a read-only summary. */
function fillField(field, part, i) {
  const isWords = part.kind === "words";
  const read = { text: String, words: wordsToType, pattern: filesIn }[part.kind];
  field.value = read(part.text);
  if (field.value === PATTERN_BELOW) $("by-hand").open = true; // it is only there
  field.readOnly = part.kind === "pattern";
  field.placeholder = isWords ? "for example Lord, Lady" : "of";
  const label = `${isWords ? "Words" : "Text"} of part ${i + 1}`;
  field.ariaLabel = isWords ? `${label}, with commas between them` : label;
  field.addEventListener("input", () => {
    part.text = isWords ? wordsIn(field.value) : field.value;
    if (part.kind === "text") part.isSpaced = !/^[,.;:!?)]/.test(part.text);
    setLetters(field, field.value || field.placeholder);
    partsChanged();
  });
  setLetters(field, field.value || field.placeholder);
}

const setLetters = (control, text) => control.style.setProperty("--letters", lengthOf(text));

export function listenToCasts() {
  const add = (kind, text = "") => {
    parts.push({ kind, text, isSpaced: true });
    partsRebuilt(parts.length - 1, kind === "name" ? "select" : "input");
  };
  onClick({
    "add-name": () => add("name", asPart(models[0])),
    "add-text": () => add("text"),
    "add-words": () => add("words"),
  });
  for (const chip of starts())
    chip.addEventListener("click", () => {
      useStart(chip);
      changed(true);
    });
  $("pattern").addEventListener("input", showPattern);
}

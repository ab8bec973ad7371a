// Casts: lines of several names that follow a pattern. The random numbers of a text depend on the
// seed, the part's path in the pattern and the line's number, as in rnn_names/casts/cast_drawer.py,
// so a change to one part does not change the others. Two things differ from Python. The page skips
// lines with the wrong initials, whereas Python draws names by their initials. The page skips
// repeats if the names of a part are unique, whereas Python replaces them.

import { NEW_AND_LISTED } from "./conditions.js";
import { drawNames } from "./draw_names.js";
import { checkStart } from "./draw_options.js";
import { WrongSettings } from "./options.js";
import { namePartsIn } from "./pattern.js";
import { newSeed, seedKey, subkey, word } from "./random_keys.js";
import { folded } from "./text.js";

const USES = { name: 1, choice: 2 }; // of a key, by the kind of a part, as in Python
const MAX_ROUNDS = 8; // each round doubles the lines, or draws as many as are probably enough
const MARGIN = 1.2; // of the lines that are probably enough
const MAX_SKIPPED = 1e6; // lines that are drawn only because later ones depend on them
const ROUNDS_OF_LETTERS = 4; // after these rounds, initials may repeat when all have been used

/** The first letter or digit of a name, ignoring case and accents; "" if it begins with a mark. */
function initialOf(name) {
  const [begin] = name;
  return /^[\p{L}\p{N}]/u.exec(folded(begin ?? "").normalize("NFKD"))?.[0] ?? "";
}

/** Lines of a pattern, perhaps too few. Each has `text`, `names` and `parts`, texts of columns. */
export async function castRows(models, { pieces, columns }, count, options, watch = {}) {
  const { seed = newSeed(), initials, unique, start = 0, ...shared } = options;
  checkStart(options);
  const nameParts = namePartsIn(pieces);
  if (initials && !nameParts.length)
    throw new WrongSettings("There is no {MODEL} in the pattern whose initials could be alike.");
  if (shared.novel && shared.listed) throw new WrongSettings(NEW_AND_LISTED);
  const ofNames = [shared, ...nameParts.map(({ options }) => options)];
  const dependsOnEarlier = ofNames.some(
    ({ boldness, unique, minEdits }) => boldness === "safe" || unique || minEdits,
  );
  const skipped = initials || dependsOnEarlier ? start : 0;
  if (skipped > MAX_SKIPPED)
    throw new WrongSettings("Lines depend on those before them: start is at most a million.");
  for (const part of nameParts) // checks the conditions
    await drawNames(models, { ...settingsOfPart(part, shared), seed: 0 }, 0);
  const draws = new Map(); // of each part, for all rounds
  const lines = /** @type {any[]} */ ([]);
  for (let round = 0, size = skipped + count, n_found = 0; ; round++) {
    const rows = Array.from({ length: size - lines.length }, (_, i) => lines.length + i);
    for (const row of rows) lines[row] = { text: "", names: [], columns: new Map() };
    const batch = { models, shared, watch, lines, draws, start: start - skipped, end: size };
    const texts = await textsOfPieces(batch, pieces, seedKey(seed), rows);
    rows.forEach((row, i) => (lines[row].text = texts[i]));
    const comeAgain = initials === "different" && round >= ROUNDS_OF_LETTERS;
    const all = validLines(lines.slice(0, batch.end), { initials, unique, comeAgain });
    const valid = all.slice(skipped, skipped + count);
    const isShort = batch.end < size || watch.stopped?.() || !(initials || unique);
    const isLast = valid.length === count || isShort || round === MAX_ROUNDS;
    // Later rounds only add to these lines, unless initials come again.
    if (isLast || !comeAgain)
      for (; n_found < valid.length; n_found++) watch.line?.(valid[n_found].text);
    const partsOf = ({ columns: own }) => columns.map((column) => own.get(column) ?? "");
    if (isLast) return valid.map((line) => ({ ...line, parts: partsOf(line) }));
    const enough = Math.ceil((MARGIN * (skipped + count) * size) / (all.length || 1));
    // The round decides whether initials may come again, so those that differ keep to doubling.
    size = initials === "different" ? 2 * size : Math.min(2 * size, Math.max(enough, size + count));
  }
}

async function textsOfPieces(batch, pieces, key, rows) {
  const numbers = { name: 0, choice: 0 }; // of the next part of each kind
  const columns = rows.map((row) => batch.lines[row].columns);
  const texts = rows.map(() => "");
  for (const piece of rows.length ? pieces : []) {
    const { kind, label, refersTo, rules } = piece;
    let made = rows.map(() => piece);
    if (kind === "reference") made = columns.map((own) => own.get(refersTo) ?? "");
    else if (kind) {
      const textsOfPart = kind === "name" ? namesOfPart : textsOfChoice;
      const own = subkey(subkey(key, word(USES[kind])), word(numbers[kind]++));
      made = await textsOfPart(batch, piece, own, rows);
      if (label) made.forEach((text, i) => columns[i].set(label, text));
    }
    const changed = (text) => (rules && text ? rules(text) : text);
    made.forEach((text, i) => (texts[i] += changed(text)));
  }
  return texts;
}

/** The settings of a part's names. What it asks for of `novel` and `listed` rules out the other. */
function settingsOfPart({ options, shares }, { novel, listed, ...others }) {
  const wanted = { novel: novel && !options.listed, listed: listed && !options.novel };
  return { ...others, ...wanted, ...options, shares };
}

/** The names of a part. If too few are found, the lines end before the first that lacks one. */
async function namesOfPart(batch, piece, key, rows) {
  const { models, shared, watch, lines, draws, start } = batch;
  const { numbers = [], drawUpTo } = draws.get(piece) ?? {}; // a later round continues
  const n_before = numbers.length;
  for (const row of rows) numbers.push(start + row);
  const settings = { ...settingsOfPart(piece, shared), key: subkey(key, word(0)), numbers };
  const count = numbers.length;
  const drawn = await (drawUpTo?.(count) ?? drawNames(models, settings, count, watch));
  draws.set(piece, { ...drawn, numbers });
  const names = drawn.names.slice(n_before);
  names.forEach((name, i) => lines[rows[i]].names.push(name));
  if (names.length < rows.length) {
    batch.end = Math.min(batch.end, rows[names.length]);
    watch.short?.(drawn.shortage);
  }
  return rows.map((_, i) => names[i] ?? "");
}

/** The texts of a choice, dealt from a shuffled deck: every card is dealt before any repeats. */
async function textsOfChoice(batch, { alternatives, weights }, key, rows) {
  const deck = alternatives.flatMap((_, k) => Array(weights[k]).fill(k));
  const orders = new Map();
  const picks = rows.map((row) => {
    const number = batch.start + row;
    const cycle = Math.floor(number / deck.length);
    if (!orders.has(cycle)) orders.set(cycle, orderOf(key, cycle * deck.length, deck.length));
    return deck[orders.get(cycle)[number % deck.length]];
  });
  const texts = Array(rows.length);
  for (const [k, pieces] of alternatives.entries()) {
    const own = [...rows.keys()].filter((i) => picks[i] === k);
    const mine = own.map((i) => rows[i]);
    const made = await textsOfPieces(batch, pieces, subkey(key, word(k)), mine);
    made.forEach((text, i) => (texts[own[i]] = text));
  }
  return texts;
}

/** The numbers from 0 to n − 1, shuffled by sorting them by random keys. */
function orderOf(key, first, n) {
  const keys = Array.from({ length: n }, (_, i) => subkey(subkey(key, word(first + i)), word(0)));
  return [...keys.keys()].sort((a, b) => keys[a].high - keys[b].high || keys[a].low - keys[b].low);
}

/** The lines with the right initials, without repeated lines if `unique`. */
function validLines(lines, { initials, unique, comeAgain }) {
  const [letters, texts] = [new Set(), new Set()];
  const all = new Set(lines.map(({ names }) => initialOf(names[0] ?? "")).filter(Boolean));
  return lines.filter(({ names, text }) => {
    const own = names.map(initialOf);
    if (comeAgain && letters.size === all.size) letters.clear();
    if (initials && own[0] === "") return false;
    if (initials === "same" && own.some((letter) => letter !== own[0])) return false;
    if (initials === "different" && own.length && letters.has(own[0])) return false;
    letters.add(own[0]);
    return !unique || texts.size < texts.add(text).size;
  });
}

// Casts: lines of several names, by a pattern. Each part has a seed of its own, made from the seed
// and its number among the names, or among the choices, and draws by the line's number: a change to
// one part leaves the others as they were.

import { blendOf } from "./models.js";
import { child, key, newSeed, uniform, word } from "./numbers.js";
import { newNames, WrongSettings } from "./options.js";
import { drawNames } from "./sampler.js";

const MOST_ROUNDS = 8; // in each, twice as many names are drawn as in the one before

/** The first letter of a name; case and accents do not count. */
const initialOf = (name) => Array.from(name.normalize("NFD"))[0]?.toUpperCase();

/** The lines of a pattern as lists of their parts, fewer where no more are found. */
export async function castRows(
  models,
  pieces,
  count,
  { seed = newSeed(), initials, unique, ...shared },
  watch = {},
) {
  const parts = pieces.filter((piece) => typeof piece !== "string");
  const slots = parts.filter(({ shares }) => shares);
  if (initials && !slots.length)
    throw new WrongSettings("There is no {MODEL} in the pattern whose initials could be alike.");
  const isAlone = !initials && !unique;
  for (let round = 0, size = count; ; round++, size *= 2) {
    const names = await Promise.all(
      slots.map(({ shares, options }, i) => {
        const { blend, parts: taking } = blendOf(models, shares);
        // A part that is to be listed, or new, is not asked for the opposite.
        const { novel, listed, ...others } = shared;
        const wanted = { novel: novel && !options.listed, listed: listed && !options.novel };
        const own = { ...newNames(options), seed: partSeed(seed, 2 * i) };
        const settings = { ...others, ...wanted, ...own };
        return drawNames(blend, taking, settings, size, watch);
      }),
    );
    const lines = Math.min(size, ...names.map((drawn) => drawn.names.length));
    const rows = chosenRows(
      parts,
      names.map((drawn) => drawn.names),
      lines,
      seed,
      shared.start,
    );
    const kept = keptRows(rows, pieces, initials, unique).slice(0, count);
    const isShort = lines < size || watch.stopped?.();
    if (isAlone || kept.length === count || isShort || round === MOST_ROUNDS) return kept;
  }
}

/** A seed for a part. */
const partSeed = (seed, use) => {
  const { high, low } = child(key(seed), word(use));
  return high * 2 ** 21 + (low >>> 11); // 53 bits
};

/** The parts of each line: names in their order, and texts of choices at random. */
function chosenRows(parts, names, lines, seed, start = 0) {
  const choices = parts.filter(({ texts }) => texts);
  const states = choices.map((_, i) => child(key(seed), word(2 * i + 1)));
  return Array.from({ length: lines }, (_, line) => {
    const [own, state] = [names.values(), states.values()];
    const chosen = (texts) =>
      texts[Math.floor(uniform(state.next().value, start + line) * texts.length)];
    return parts.map(({ texts }) => (texts ? chosen(texts) : own.next().value[line]));
  });
}

/** The rows with initials as wanted, and no line twice where that is wanted. */
function keptRows(rows, pieces, initials, unique) {
  const parts = pieces.filter((piece) => typeof piece !== "string");
  const [letters, lines] = [new Set(), new Set()];
  return rows.filter((row) => {
    const own = row.filter((_, i) => parts[i].shares).map(initialOf);
    if (initials === "same" && own.some((letter) => letter !== own[0])) return false;
    if (initials === "different" && letters.has(own[0])) return false;
    letters.add(own[0]);
    return !unique || lines.size < lines.add(lineOf(pieces, row)).size;
  });
}

/** The whole text of a line. */
export function lineOf(pieces, row) {
  const parts = row.values();
  return pieces.map((piece) => (typeof piece === "string" ? piece : parts.next().value)).join("");
}

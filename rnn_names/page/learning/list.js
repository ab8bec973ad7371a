// Reads a list that somebody pastes or drops: one name per line, or one line with commas.

import { formatted } from "../engine/draw_names.js";
import { fingerprint } from "../engine/fingerprints.js";
import { lengthOf, MAX_LENGTH, REFUSED } from "../engine/options.js";
import { GAMMA, mix, plus } from "../engine/random_keys.js";
import { oddPairs } from "../engine/shape.js";

export const MIN_NAMES = 20;
export const MAX_NAMES = 2000;
const MEAN_OF_SENTENCES = 40; // mean characters per line, above which lines are not names

/** Whether a text contains characters that no name contains, or U+FFFD for undecodable bytes. */
export const isRefused = (text) => REFUSED.test(text) || text.includes("\ufffd");

export const withoutRefused = (text) => Array.from(text, (c) => (isRefused(c) ? "" : c)).join("");

/** The title of a model, from what somebody typed or from a file. */
export const titleIn = (text) => withoutRefused(text.normalize("NFC")).trim() || "my list";

/** List markers around a name: a bullet or number before it, a comma or semicolon after it. */
const SIGNS = /^\s*(?:[-–*•]|\d+[.)])\s+|[,;]\s*$/gu;

const HEADING = /^(first |given |last )?names?$/iu; // of a column

/** The names in a text, in NFC, with repeats: lines, parts of one line, or a column of a table. */
export function listIn(text) {
  const all = text.replace(/^\ufeff/u, "").split(/\r\n|[\n\r\u2028\u2029]/u);
  const lines = all.filter((line) => line.trim());
  const rows = lines.length === 1 ? text.split(/[,;]/u) : column(lines);
  const names = rows.map((line) => line.replace(SIGNS, "").trim().normalize("NFC")).filter(Boolean);
  return HEADING.test(names[0] ?? "") ? names.slice(1) : names;
}

const unquoted = (cell) =>
  cell.trim().replace(/^"(.*)"$/u, (_, text) => text.replaceAll('""', '"'));

/** The column of names if tabs, semicolons or commas separate cells in all lines, or the lines. */
function column(lines) {
  for (const sign of ["\t", ";", ","]) {
    const cells = new RegExp(`(?:"[^"]*"|[^${sign}])*(?:${sign}|$)`, "gu"); // and "" at the end
    const cellOf = (text) => unquoted(text.replace(/[\t;,]$/u, ""));
    const rows = lines.map((line) => line.match(cells).slice(0, -1).map(cellOf));
    if (!rows.length || rows.some((row) => row.length < 2)) continue;
    const isName = (_, i) => rows.slice(1).every((row) => /\p{L}/u.test(row[i] ?? ""));
    const at = Math.max(rows[0].findIndex(isName), 0);
    return rows.map((row) => row[at]);
  }
  return lines.map(unquoted);
}

/** Why the page cannot learn from some names: a sentence for people, or "". */
export function complaintAbout(names) {
  if (names.some(isRefused))
    return "This is not a list of names: it has characters that no name has.";
  const distinct = new Set(names).size;
  const mean = names.reduce((sum, name) => sum + lengthOf(name), 0) / Math.max(names.length, 1);
  if (names.some((name) => lengthOf(name) > MAX_LENGTH) || mean > MEAN_OF_SENTENCES)
    return "These lines are too long for names: put one name on each line.";
  if (!distinct) return `Paste at least ${MIN_NAMES} names first.`;
  const different = `${formatted(distinct)} different name${distinct === 1 ? " is" : "s are"} too`;
  if (distinct < MIN_NAMES) return `${different} few to learn from: give ${MIN_NAMES} or more.`;
  const most = formatted(MAX_NAMES);
  if (distinct > MAX_NAMES)
    return `${different} many for a page: give up to ${most}, or use rnn-names train.`;
  return "";
}

/** At most `most` of some names, evenly spaced. */
export function someOf(names, most) {
  const step = Math.max(names.length / most, 1);
  return names.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
}

/** A digest of a list in 16 hexadecimal digits, whatever the order of its names. */
export function digestOf(names) {
  const each = [...new Set(names)].map((name) => mix(plus(fingerprint(name), GAMMA)));
  const { high, low } = each.reduce(plus);
  return [high, low].map((half) => half.toString(16).padStart(8, "0")).join("");
}

/** The properties of a list that its model stores. */
export function factsOf(names, vocabulary) {
  const lengths = names.map(lengthOf);
  const lowerCase = vocabulary.filter((character) => /\p{Lowercase}/u.test(character));
  return {
    longest: Math.max(...lengths),
    shortest: Math.min(...lengths),
    bars_lower_case: !names.some((name) => lowerCase.includes(Array.from(name)[0])),
    pairs: [...new Set(names.flatMap(oddPairs))].sort(),
  };
}

// Messages about missing names, and chips that drop the conditions in force.

import { unknownTexts } from "../engine/conditions.js";
import { withTexts } from "../engine/draw_options.js";
import { changed, chosen } from "./chosen.js";
import { $, bdi, button, element } from "./elements.js";
import { NUMBERS, TEXTS, textsIn } from "./fields.js";

const inForce = () => [...TEXTS, "min-length", "max-length"].filter((id) => $(id).value);

/** Shows the conditions in force above the names, each with a button that drops it. */
export function showChips() {
  const chips = inForce().map((id) => {
    const label = element("span", {}, `${labelOf(id)} `, bdi($(id).value));
    const ariaLabel = `Drop ${label.textContent}`;
    return button(label, () => setCondition(id, ""), { className: "chip", ariaLabel });
  });
  $("n-conditions").textContent = chips.length ? `(${chips.length})` : "";
  $("chips").hidden = !chips.length;
  $("chips").replaceChildren(...chips);
}

const labelOf = (id) => $(id).labels[0].textContent;

/** A link that drops a condition and names it as the chip does. */
function linkWithout(id) {
  const label = element("span", {}, `Drop “${labelOf(id)} `, bdi($(id).value), "”");
  return button(label, () => setCondition(id, ""), { className: "link" });
}

const wrongHint = element("p", { className: "wrong wide" }); // shown if the fields are in a drawer

/** Marks the fields that a message is about and repeats it below the first. */
function mark(wrong, sentence) {
  for (const id of [...TEXTS, ...NUMBERS, "temperature"])
    $(id).ariaInvalid = wrong.includes(id) || !$(id).validity.valid;
  for (const [i, id] of inForce().entries())
    $("chips").children[i]?.classList.toggle("at-fault", wrong.includes(id));
  $("status").classList.toggle("error", wrong.length > 0);
  wrongHint.remove();
  wrongHint.textContent = sentence;
  const first = wrong.find((id) => id !== "count"); // which is not in the drawer
  if (!first) return;
  $(first).parentElement.after(wrongHint);
  wrongHint.scrollIntoView({ block: "nearest" });
}

/** Why there may be no name: a text that no listed name has, or lengths; and whether it is sure. */
export function reasonIn(settings) {
  const models = chosen.writing();
  const isKnown = models.every(({ triples }) => triples);
  const [text] = isKnown ? unknownTexts(withTexts(settings), models) : [];
  if (text) return { reason: ` No listed name ${text[0]} “${text[1]}”.`, isSure: true };
  const { minLength, maxLength } = settings;
  if (!minLength && !maxLength) return { reason: "", isSure: false };
  const [shortest, longest] = ["min-length", "max-length"].map((id) => Number($(id).placeholder));
  const reason = ` Names of the list have ${shortest} to ${longest} characters.`;
  return { reason, isSure: minLength > longest || maxLength < shortest };
}

/** The conditions that a message is about: it quotes their texts or names their kinds. */
function conditionsIn(sentence) {
  const isQuoted = (id) => textsIn($(id)).some((text) => sentence.includes(`“${text}”`));
  const isNamed = (id) =>
    id === "match"
      ? sentence.startsWith("A regular expression")
      : id.endsWith("length") && /\d characters/u.test(sentence);
  return inForce().filter((id) => isQuoted(id) || isNamed(id));
}

/**
 * Titles of conditions, each with its checkbox and the words of a link that unticks it.
 * @type {any[]}
 */
const REMEDIES = [
  ["is not in the list", "novel", "Allow names of the list"],
  ["is no near copy of", "no-near-copies", "Allow near copies"],
  ["has no rude word", "clean", "Allow rude words"],
  ["has not come before", "unique", "Allow a name twice"],
];

/** Ways on after too few names: [words, action] pairs; none if `dropped` conditions are the cause. */
function remediesFor(sentence, dropped) {
  const isStopped = sentence.startsWith("Stopped");
  const goOn = isStopped ? [["Go on", () => changed()]] : [];
  const isOfAll = sentence.includes(" all conditions: ");
  if (dropped.length && !isOfAll) return goOn;
  const isTightest = ([title, id]) => !isOfAll && sentence.includes(title) && $(id).checked;
  const [, id, label] = REMEDIES.find(isTightest) ?? [];
  const untick = () => {
    $(id).checked = false;
    changed(true);
  };
  const ways = [...goOn, ...(id ? [[label, untick]] : [])];
  if (chosen.boldness === "safe" && (isOfAll || sentence.includes(" found in ")))
    ways.push(["Draw balanced ones", () => $("balanced").click()]);
  return ways;
}

/** Shows a message with links that may help. Screen readers also say the number of `names`. */
export function say(sentence, /** @type {number | undefined} */ names = undefined) {
  const isLeftOut = (id) => sentence.startsWith("Left out") && sentence.includes(` ${id}=`);
  const leftOut = [...NUMBERS, "temperature"].filter(isLeftOut); // of a link
  const named = leftOut.length ? [] : conditionsIn(sentence);
  const wrong =
    !named.length && /^(No name|No line|Stopped.*: 0 )/.test(sentence) ? inForce() : named;
  mark([...wrong, ...leftOut], sentence);
  for (const id of leftOut) $(id).closest("details")?.setAttribute("open", "");
  const dropped = named.length || wrong.length === 1 ? wrong : [];
  const what = document.body.dataset.view === "casts" ? "line" : "name";
  const heard = names === undefined ? "" : ` ${names} ${what}${names === 1 ? "" : "s"}.`;
  $("status").replaceChildren(
    sentence,
    element("span", { className: "unseen" }, heard),
    ...dropped.flatMap((id) => [" ", linkWithout(id)]),
    ...remediesFor(sentence, dropped).flatMap(([words, act]) => [
      " ",
      button(words, act, { className: "link" }),
    ]),
  );
}

export function setCondition(id, value) {
  $(id).value = value;
  changed(true);
}

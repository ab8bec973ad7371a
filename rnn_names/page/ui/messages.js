// Messages on missing names, and chips for the conditions in force, which drop them.

import { changed, chosen } from "./chosen.js";
import { $, bdi, button, element } from "./elements.js";
import { NUMBERS, TEXTS, textsIn } from "./fields.js";

const inForce = () => [...TEXTS, "min-length", "max-length"].filter((id) => $(id).value);

/** Shows the conditions in force above the names, each with a button that drops it. */
export function showChips() {
  $("chips").hidden = !inForce().length;
  $("chips").replaceChildren(...inForce().map(conditionChip));
}

const labelOf = (id) => $(id).labels[0].textContent.replace(/ \(.*/u, "");

function conditionChip(id) {
  const label = element("span", {}, `${labelOf(id)} `, bdi($(id).value));
  const ariaLabel = `Drop ${label.textContent}`;
  return button(label, () => setCondition(id, ""), { className: "chip", ariaLabel });
}

/** A link that drops a condition; its label has the condition's text, or the name of a length. */
function linkWithout(id) {
  const text = id.endsWith("length") ? labelOf(id) : bdi($(id).value);
  const label = element("span", {}, "Without “", text, "”");
  return button(label, () => setCondition(id, ""), { className: "link" });
}

const EDGE = 24; // px at the end of the settings, which fade there
const wrongHint = element("p", { className: "wrong wide" });

/** Marks the fields of conditions, and says below the first, where a drawer may cover the message. */
function markInvalid(wrong, sentence = "") {
  for (const id of [...TEXTS, ...NUMBERS])
    $(id).ariaInvalid = wrong.includes(id) || !$(id).validity.valid;
  wrongHint.remove();
  wrongHint.textContent = sentence;
  if (!wrong.length) return;
  $(wrong[0]).parentElement.after(wrongHint);
  // Not scrollIntoView, which would also scroll the page.
  const [hint, drawer] = [wrongHint, $("settings")].map((each) => each.getBoundingClientRect());
  const below = hint.bottom + EDGE - drawer.bottom;
  if (below > 0) $("settings").scrollTop += below;
}

/** Removes the message and its marks. */
export function unsay() {
  $("status").replaceChildren();
  markInvalid([]);
}

/** Shows a message, and marks the conditions that it names, or all that rule out any name. */
export function say(sentence, found = 0) {
  const isQuoted = (id) => textsIn($(id)).some((text) => sentence.includes(`“${text}”`));
  const isLength = (id) => id.endsWith("length") && /characters(\.| \()/u.test(sentence);
  const isPattern = (id) => id === "match" && sentence.startsWith("A pattern");
  const isMeant = sentence.includes("“") ? isQuoted : (id) => isLength(id) || isPattern(id);
  const named = inForce().filter(isMeant);
  const wrong = !named.length && sentence.startsWith("No name") ? inForce() : named;
  markInvalid(wrong, sentence);
  const [dropped] = wrong.length === 1 ? wrong : named;
  const isTooFew = /( found in | all conditions: )/.test(sentence);
  const isTooSafe = !named.length && chosen.boldness === "safe" && isTooFew;
  const beBalanced = () => $("balanced").click();
  $("status").replaceChildren(
    sentence,
    element("span", { className: "unseen" }, ` ${found} name${found === 1 ? "" : "s"}.`),
    ...(dropped ? [" ", linkWithout(dropped)] : []),
    ...(isTooSafe ? [" ", button("Draw balanced ones", beBalanced, { className: "link" })] : []),
  );
}

export function setCondition(id, value) {
  $(id).value = value;
  changed(true);
}

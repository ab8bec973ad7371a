// Checks whether any name can meet all conditions, as in rnn_names/sampling/sampler.py.

import { automatonOf } from "./automaton.js";
import { quotedTexts } from "./conditions.js";
import { lengthOf, WrongSettings } from "./options.js";

const FEW_POSSIBLE = 1024; // the most spellings that are tested one by one for other conditions

/**
 * The joint automaton of the conditions on the spelling, without those that make it too large.
 * Raises WrongSettings if no name can meet all conditions.
 */
export function automatonOfPossible(blend, options, conditions) {
  const beginnings = options.roots.map(({ text }) => text);
  const joint = (spelled) => automatonOf(spelled, blend, beginnings, options);
  const all = conditions.filter(({ automaton }) => automaton);
  const others = conditions.filter((each) => !each.automaton && !each.isOfSpelling);
  let automaton = /** @type {any} */ (joint(all));
  if (!automaton) {
    const spelled = /** @type {any[]} */ ([]);
    for (const each of all) (joint([...spelled, each]) ? spelled : others).push(each);
    automaton = joint(spelled);
  }
  checkBeginnings(automaton, blend, options);
  const begins = beginnings[0] ? [`begins with ${quotedTexts(beginnings)}`] : [];
  const titles = [...begins, ...conditions.map(({ title }) => title)];
  if (others.length) checkFew(textsOf(automaton, blend, beginnings, options), others, titles);
  return automaton;
}

/** Raises WrongSettings if every possible first character is ruled out as too improbable. */
function checkBeginnings({ next, starts, isOpen }, blend, options) {
  const [root] = options.roots;
  if (root.text || !options.shape) return;
  const isPossible = (log, c) => log > -Infinity && isOpen[1][next[starts[0] * blend.n_y + c]];
  if (!blend.logProbs(root.hidden, 1, options).some(isPossible))
    throw new WrongSettings("No name can begin like that.");
}

/**
 * Raises WrongSettings if there are few possible texts and the other conditions rule out all.
 * `titles` contains the titles of all conditions.
 */
function checkFew(texts, others, titles) {
  const few = Array.from({ length: FEW_POSSIBLE + 1 }, () => texts.next().value);
  const meets = (text) => text && others.every(({ passes }) => passes(text));
  if (few.at(-1) !== undefined || few.some(meets)) return;
  throw new WrongSettings(
    others.length > 1
      ? `No name can meet all conditions: a name ${titles.join(", ")}.`
      : `No name ${others[0].title} here.`,
  );
}

function* textsOf({ next, accepts, starts, isOpen }, { n_y, characters }, beginnings, lengths) {
  const waiting = beginnings.map((text, i) => ({ text, length: lengthOf(text), state: starts[i] }));
  while (waiting.length) {
    const { text, length, state } = waiting.pop();
    if (!isOpen[length]?.[state]) continue;
    if (accepts[state] && length >= lengths.minLength) yield text;
    for (const [i, character] of characters.entries())
      waiting.push({
        text: text + character,
        length: length + 1,
        state: next[state * n_y + i + 1],
      });
  }
}

// The joint automaton of all conditions on spelling, and whether any name can meet all conditions,
// as in rnn_names/sampling/sampler.py.

import { DEAD } from "./automaton.js";
import { quotedTexts } from "./conditions.js";
import { WrongSettings } from "./options.js";

export const MAX_STATES = 500;
const FEW_POSSIBLE = 1024; // the most spellings that are tested one by one for other conditions

/**
 * The joint automaton of the conditions on the spelling, without those that make it too large.
 * Raises WrongSettings if no name can meet all conditions.
 */
export function automatonOfPossible(blend, options, conditions) {
  const joint = (spelled) => automatonOf(spelled, blend, options);
  const all = conditions.filter(({ automaton }) => automaton);
  const others = conditions.filter((each) => !each.automaton && !each.isOfSpelling);
  let automaton = /** @type {any} */ (joint(all));
  if (!automaton) {
    const spelled = /** @type {any[]} */ ([]);
    for (const each of all) (joint([...spelled, each]) ? spelled : others).push(each);
    automaton = joint(spelled);
  }
  checkBeginnings(automaton, blend, options);
  const beginnings = options.roots.map(({ text }) => text);
  const begins = beginnings[0] ? [`begins with ${quotedTexts(beginnings)}`] : [];
  const titles = [...begins, ...conditions.map(({ title }) => title)];
  if (others.length) checkFew(textsOf(automaton, blend, options), others, titles);
  return automaton;
}

/**
 * The joint automaton of several conditions, or undefined if it has too many states. Its fields are
 * `next[state * n_y + c]`, `accepts[state]`, `starts` (the states after the roots) and
 * `isOpen[length][state]` (whether a text of this length can still meet the conditions).
 */
function automatonOf(conditions, blend, options) {
  const parts = conditions.map(({ automaton }) => automaton);
  const nextStates = (states, character) =>
    states.map((state, i) => parts[i].nextState(state, character));
  const all = [];
  const number = new Map();
  const numberOf = (states) => {
    if (states.includes(DEAD)) return DEAD;
    const key = JSON.stringify(states);
    if (!number.has(key)) number.set(key, all.push(states) - 1);
    return number.get(key);
  };
  const first = parts.map((part) => part.first);
  const starts = options.roots.map(({ text }) => numberOf([...text].reduce(nextStates, first)));
  if (!all.length) throw new WrongSettings("No name with this beginning can meet the conditions.");
  const next = [];
  for (const states of all) {
    if (all.length > MAX_STATES) return undefined;
    next.push(DEAD); // after the end of a name
    for (const character of blend.characters) next.push(numberOf(nextStates(states, character)));
  }
  const accepts = all.map((states) => states.every((state, i) => parts[i].accepts(state)));
  const isOpen = openStates(next, accepts, options);
  if (!options.roots.some(({ length }, i) => isOpen[length]?.[starts[i]]))
    throw new WrongSettings("No name can meet these conditions.");
  return { next: Int32Array.from(next), accepts, starts, isOpen };
}

/** Whether each state can lead to an accepted name, by the length of the text so far. */
function openStates(next, accepts, { minLength, maxLength }) {
  const n_y = next.length / accepts.length;
  const isOpen = [accepts.map(() => false)]; // from the longest
  for (let length = maxLength; length >= 0; length--) {
    const [longer] = isOpen;
    const goesOn = (state) => next.slice(state * n_y, (state + 1) * n_y).some((to) => longer[to]);
    isOpen.unshift(accepts.map((ends, state) => (ends && length >= minLength) || goesOn(state)));
  }
  return isOpen;
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

function* textsOf({ next, accepts, starts, isOpen }, { n_y, characters }, { roots, minLength }) {
  const waiting = roots.map(({ text, length }, i) => ({ text, length, state: starts[i] }));
  while (waiting.length) {
    const { text, length, state } = waiting.pop();
    if (!isOpen[length]?.[state]) continue;
    if (accepts[state] && length >= minLength) yield text;
    for (const [i, character] of characters.entries())
      waiting.push({
        text: text + character,
        length: length + 1,
        state: next[state * n_y + i + 1],
      });
  }
}

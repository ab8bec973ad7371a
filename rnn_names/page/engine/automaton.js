// Finite automata for conditions on the spelling of names. The state after a prefix determines the
// continuations that the conditions allow.

import { lengthOf, WrongSettings } from "./options.js";
import { any, either, many, sequence, textTerm } from "./regex.js";
import { folded } from "./text.js";

export const MAX_STATES = 500;
const MAX_KEPT = 20_000; // states of one condition, above which they are discarded
export const DEAD = -1; // the state from which no name meets the conditions
const FINAL = 0; // the place where a term ends

/** The automaton of a term (regex.js). A state is a set of places, created when it is reached. */
export class Automaton {
  constructor(term) {
    this.places = [{}];
    this.start = term(this.places, FINAL);
    this.forget();
  }

  forget() {
    /** @type {any[]} */ this.states = []; // { set, following }: places; states after characters
    /** @type {any} */ this.numbers = new Map();
    this.first = this.state([this.start]);
  }

  state(reached) {
    const all = new Set(reached);
    for (const place of all) for (const way of this.places[place].ways ?? []) all.add(way);
    const set = [...all].filter((place) => !this.places[place].ways).sort((a, b) => a - b);
    if (!set.length) return DEAD;
    const key = set.join();
    if (!this.numbers.has(key))
      this.numbers.set(key, this.states.push({ set, following: new Map() }) - 1);
    return this.numbers.get(key);
  }

  nextState(state, character) {
    if (state === DEAD) return DEAD;
    const { set, following } = this.states[state];
    if (!following.has(character)) {
      const read = set.map((place) => this.places[place]);
      const reached = read.filter(({ matches }) => matches?.(character)).map(({ next }) => next);
      following.set(character, this.state(reached));
    }
    return following.get(character);
  }

  accepts(state) {
    return state !== DEAD && this.states[state].set[0] === FINAL;
  }

  passes(name) {
    if (this.states.length > MAX_KEPT) this.forget();
    return this.accepts([...name].reduce((state, each) => this.nextState(state, each), this.first));
  }
}

/** Accepts the names that contain none of some texts, ignoring case. */
export class Without extends Automaton {
  constructor(texts) {
    const found = texts.map((text) => textTerm(folded(text)));
    super(sequence([many(any), either(found), many(any)]));
  }

  nextState(state, character) {
    const next = [...folded(character)].reduce((at, each) => super.nextState(at, each), state);
    return super.accepts(next) ? DEAD : next;
  }

  accepts(state) {
    return state !== DEAD;
  }
}

/**
 * The joint automaton of several conditions, or undefined if it has too many states. Its fields are
 * `next[state * n_y + c]`, `accepts[state]`, `starts` (the states after the required beginnings)
 * and `isOpen[length][state]` (whether a text of this length can still meet the conditions).
 */
export function automatonOf(conditions, blend, beginnings, lengths) {
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
  const starts = beginnings.map((text) => numberOf([...text].reduce(nextStates, first)));
  if (!all.length) throw new WrongSettings("No name with this beginning can meet the conditions.");
  const next = [];
  for (const states of all) {
    if (all.length > MAX_STATES) return undefined;
    next.push(DEAD); // after the end of a name
    for (const character of blend.characters) next.push(numberOf(nextStates(states, character)));
  }
  const accepts = all.map((states) => states.every((state, i) => parts[i].accepts(state)));
  const isOpen = openStates(next, accepts, lengths);
  if (!beginnings.some((text, i) => isOpen[lengthOf(text)]?.[starts[i]]))
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

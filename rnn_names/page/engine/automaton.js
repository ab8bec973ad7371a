// Finite automata for conditions on the spelling of names. The state after a prefix determines the
// continuations that a condition allows.

import { any, either, many, sequence, textTerm } from "./regex.js";
import { folded } from "./text.js";

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

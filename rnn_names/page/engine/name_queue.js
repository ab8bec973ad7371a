// The names of a seed. Name i comes from the first attempt at i that meets the conditions, whatever
// else is drawn with it, so names have the network's distribution given the conditions. A guide
// proposes names if the conditions are rare (guided.js).

import { NODES } from "./arithmetic.js";
import { testAndCount } from "./conditions.js";
import { Guide } from "./guide.js";
import { attemptsFrom, FIRST_ROUND, GuidedDrawer } from "./guided.js";
import { automatonOfPossible } from "./possible.js";
import { seedKey } from "./random_keys.js";
import { drawBatch } from "./walk.js";

const NAMES_AT_ONCE = 256;
const MIN_AT_ONCE = 16;
const PRODUCTS_AT_ONCE = 2e7; // multiplications between two checks of the clock, about 10 ms
const MIN_SEEN = 256; // the fewest attempts after which names may seem rare
const SEEM_RARE = 1 / 25; // names seem rare if a smaller share of attempts has the spelling
const RARE = 1 / 200; // a guide is used if at most this share of the pilot has the spelling
const [PILOT, LONG_PILOT] = [FIRST_ROUND, 8192]; // attempts of the pilot
const MIN_FOUND = 2; // a longer pilot decides if a short one finds this many names, but few
const GIVE_UP = 20000; // attempts in a row without a name, after which the search ends

/** Draws the names of a seed that meet some conditions, in the order of their numbers. */
export class NameQueue {
  constructor(blend, options, /** @type {import("./types.js").Condition[]} */ conditions) {
    this.blend = blend;
    this.options = options;
    this.onOthers = conditions.filter(({ dependsOnOthers }) => dependsOnOthers);
    this.conditions = conditions.filter(({ dependsOnOthers }) => !dependsOnOthers); // on one name
    this.names = [];
    /** @type {any} */ // `passed` counts the names that pass all conditions on spelling
    this.lastOfSpelling = conditions.findLast(({ isOfSpelling }) => isOfSpelling);
    const sizes = blend.parts.map(({ network: { rows, outputs, n_a } }) => (rows + outputs) * n_a);
    const most = PRODUCTS_AT_ONCE / sizes.reduce((sum, size) => sum + size); // names
    this.atOnce = Math.max(NODES, Math.min(NAMES_AT_ONCE, Math.floor(most)));
    this.nDrawn = 0; // attempts, and proposals after preparation
    this.drawnAtLastHit = 0; // value of `nDrawn` when the most recent name was found
    this.toSkip = this.next = options.start; // the names of a guide to skip, and the next number
    this.waiting = []; // numbers whose names have not been returned yet: { number, attempt, name }
    this.ready = []; // names that meet the conditions on single names, for the next run
    this.offered = 0; // how many of these names were taken so far
    this.guided = /** @type {any} */ (undefined); // the GuidedDrawer of rare names
    this.hasPilot = false; // whether a pilot has shown if names are rare
    this.nNumbers = 0; // how many of the numbers of `options` were known in the last run
  }

  /**
   * Draws until `count` names meet all conditions, or it gives up; yields between batches. Another
   * run with a larger count continues.
   */
  *run(count, watch) {
    const { names } = this;
    this.forgetOthers();
    let drawnAtLastName = this.nDrawn;
    let wasRefused = false; // whether the last name that was ready failed the conditions on others
    while (names.length < count && this.nDrawn - drawnAtLastName < GIVE_UP) {
      const wanted = ((count - names.length) * (this.offered + 1)) / (names.length + 1);
      if (!this.ready.length) this.ready = yield* this.batch(Math.ceil(wanted));
      for (const name of this.ready.splice(0, count - names.length)) {
        this.offered++;
        wasRefused = !this.admit(name, watch);
        if (!wasRefused) drawnAtLastName = this.nDrawn;
      }
      if (!wasRefused) drawnAtLastName = Math.max(drawnAtLastName, this.drawnAtLastHit);
      watch.progress?.();
    }
    if (names.length || this.hasPilot) return;
    automatonOfPossible(this.blend, this.options, this.conditions); // its error says why
  }

  /** Forgets the names after the last of the known numbers, if others followed it. */
  forgetOthers() {
    const { nNumbers, options, ready, waiting, next } = this;
    const numbers = options.numbers ?? [];
    const drawn = numbers.slice(nNumbers, next); // as if each were its index: see `attempts`
    if (drawn.some((number, k) => number !== nNumbers + k)) {
      const left = (some, end) => Math.max(nNumbers - (end - some.length), 0);
      ready.splice(left(ready, next - waiting.length));
      waiting.splice(left(waiting, next));
      this.next = nNumbers;
    }
    this.nNumbers = numbers.length;
  }

  /** Adds a name if it meets the conditions on others; returns whether it does. */
  admit(name, watch) {
    if (!testAndCount(name, this.onOthers)) return false;
    this.names.push(name);
    watch.found?.(name);
    return true;
  }

  /** Adds the names that wait for names of earlier numbers; returns all names found. */
  addWaiting(count, watch) {
    for (const { name } of this.waiting)
      if (name !== null && this.names.length < count) this.admit(name, watch);
    return this.names;
  }

  /** Some of the next names that meet the conditions on single names, perhaps none. */
  *batch(wanted) {
    if (this.guided && !this.options.numbers) {
      const names = yield* this.guided.names();
      this.nDrawn += this.atOnce;
      const met = names.filter((name) => testAndCount(name, this.conditions));
      if (this.toSkip && met.length) this.drawnAtLastHit = this.nDrawn;
      this.toSkip -= met.splice(0, this.toSkip).length;
      return met;
    }
    yield* this.attempts(wanted);
    const { passed } = this.lastOfSpelling;
    const [first] = this.conditions;
    const seemRare = passed / first.tested < SEEM_RARE;
    if (seemRare && first.tested >= MIN_SEEN && !this.hasPilot) yield* this.drawPilot();
    // Names that seem rare wait for the pilot, so that all come from a guide or none.
    if (!this.hasPilot && first.tested < MIN_SEEN && 4 * passed < first.tested) return [];
    const undecided = this.waiting.findIndex(({ name }) => name === null);
    const decided = this.waiting.splice(0, undecided < 0 ? Infinity : undecided);
    return decided.map(({ name }) => name);
  }

  /** Draws attempts at the next numbers, about as many for each as a name needs. */
  *attempts(wanted) {
    const { waiting, atOnce } = this;
    const undecided = waiting.filter(({ name }) => name === null);
    while (!undecided.length || (waiting.length < wanted && undecided.length < atOnce)) {
      const i = this.next++;
      const entry = { number: this.options.numbers?.[i] ?? i, attempt: 0, name: null };
      waiting.push(entry);
      undecided.push(entry);
    }
    const [{ tested }] = this.conditions;
    const passed = this.conditions.at(-1)?.passed ?? 0;
    const needed = tested
      ? (0.6 * tested) / (passed + 1) // attempts at each; more would fail too often
      : MIN_AT_ONCE / undecided.length;
    const each = Math.ceil(Math.min(needed, Math.max(Math.floor(atOnce / undecided.length), 1)));
    const attempts = undecided.flatMap(({ number, attempt }) =>
      Array.from({ length: each }, (_, i) => ({ number, attempt: attempt + i })),
    );
    const draw =
      this.guided?.proposeAtMostOnce(attempts) ?? drawBatch(this.blend, this.options, attempts);
    const results = (yield* draw).values();
    this.nDrawn += attempts.length;
    for (const entry of undecided) {
      entry.attempt += each;
      for (let i = 0; i < each; i++) {
        const { name } = results.next().value;
        if (entry.name !== null || !testAndCount(name, this.conditions)) continue;
        entry.name = name;
        this.drawnAtLastHit = this.nDrawn;
      }
    }
  }

  /** Draws the pilot with seed 0, as in Python. Prepares a guide if names are rare in it. */
  *drawPilot() {
    this.hasPilot = true;
    const { blend, options, lastOfSpelling, atOnce } = this;
    const automaton = automatonOfPossible(blend, options, this.conditions);
    const guide = new Guide(automaton, blend, options);
    const before = lastOfSpelling.passed;
    let [drawn, size, learned] = [0, PILOT, 0];
    while (drawn < size) {
      const attempts = attemptsFrom(drawn, Math.min(atOnce, size - drawn));
      const learning = guide.halvings || drawn >= PILOT ? undefined : guide; // cold draws hardly vary
      const names = yield* drawBatch(blend, { ...options, key: seedKey(0) }, attempts, learning);
      for (const { name } of names) testAndCount(name, this.conditions);
      drawn += attempts.length;
      if (learning) learned = drawn;
      const met = lastOfSpelling.passed - before;
      if (drawn === PILOT && met >= MIN_FOUND && met <= RARE * PILOT) size = LONG_PILOT;
    }
    this.nDrawn += drawn;
    if (lastOfSpelling.passed - before > RARE * drawn) return;
    this.guided = new GuidedDrawer(blend, guide, atOnce);
    [this.waiting, this.next] = [[], options.start]; // numbers begin anew, with proposals
    yield* this.guided.prepare(learned);
  }
}

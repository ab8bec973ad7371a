// What settings ask of endings and of texts inside a name, as an automaton: a state after each
// beginning of a name, from which follows what may still come.

const MOST_STATES = 500;
const DEAD = -1; // after it, no name meets the conditions

/** Follows where some texts occur in another, character by character (Aho & Corasick 1975). */
class Occurrences {
  constructor(texts) {
    this.next = [new Map()];
    this.isEnd = [false]; // of one of the texts, at least
    for (const text of texts) {
      let state = 0;
      for (const character of text) {
        if (!this.next[state].has(character)) {
          this.next[state].set(character, this.next.length);
          this.next.push(new Map());
          this.isEnd.push(false);
        }
        state = this.next[state].get(character);
      }
      this.isEnd[state] = true;
    }
    this.shorter = this.next.map(() => 0); // the state of the longest ending that is in a text, too
    const queue = [...this.next[0].values()];
    for (const state of queue) {
      this.isEnd[state] ||= this.isEnd[this.shorter[state]];
      for (const [character, longer] of this.next[state]) {
        this.shorter[longer] = this.step(this.shorter[state], character);
        queue.push(longer);
      }
    }
  }

  step(state, character) {
    let from = state;
    while (from && !this.next[from].has(character)) from = this.shorter[from];
    return this.next[from].get(character) ?? 0;
  }
}

/** One condition: its first state, the state after a character, and which states a name may end in. */
function partsOf(settings) {
  const fold = folding(settings);
  const part = (texts, folded, step, accepts) => {
    const occurrences = new Occurrences(texts.map(folded));
    const after = (state, character) =>
      [...folded(character)].reduce((at, each) => step(occurrences, at, each), state);
    return { after, accepts: (state) => accepts(occurrences, state) };
  };
  const follow = (occurrences, state, character) => occurrences.step(state, character);
  const stay = (occurrences, state, character) =>
    occurrences.isEnd[state] ? state : occurrences.step(state, character);
  const die = (occurrences, state, character) => {
    const next = state === DEAD ? DEAD : occurrences.step(state, character);
    return occurrences.isEnd[next] ? DEAD : next;
  };
  const isEnd = (occurrences, state) => occurrences.isEnd[state];
  const isAlive = (_, state) => state !== DEAD;
  const lower = (text) => text.toLowerCase();
  const [suffixes, left] = [textsOf(settings.suffix), textsOf(settings.excludeWords)];
  return [
    ...(suffixes.length ? [part(suffixes, fold, follow, isEnd)] : []),
    ...textsOf(settings.contains).map((text) => part([text], fold, stay, isEnd)),
    ...(left.length ? [part(left, lower, die, isAlive)] : []),
  ];
}

/**
 * The automaton of some settings: `next[state * n_y + c]`, `accepts[state]`, and `first`, the state
 * after the text that every name begins with. Undefined where nothing is asked, or too much.
 */
function automatonOf(settings, blend, beginning) {
  const parts = partsOf(settings);
  if (!parts.length) return undefined;
  const after = (states, character) => states.map((state, i) => parts[i].after(state, character));
  const start = [...beginning].reduce(
    after,
    parts.map(() => 0),
  );
  const number = new Map([[start.join(), 0]]);
  const all = [start];
  const next = [];
  for (const states of all) {
    if (all.length > MOST_STATES) return undefined;
    next.push(DEAD); // for the end of a name, which leads nowhere
    for (const character of blend.characters) {
      const to = after(states, character);
      const isDead = to.includes(DEAD);
      if (!isDead && !number.has(to.join())) {
        number.set(to.join(), all.length);
        all.push(to);
      }
      next.push(isDead ? DEAD : number.get(to.join()));
    }
  }
  const accepts = all.map((states) => states.every((state, i) => parts[i].accepts(state)));
  return { next: Int32Array.from(next), accepts, first: 0 };
}

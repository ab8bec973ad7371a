// The shape of names (rnn_names/corpus/shape.py): the kinds of characters that may be adjacent. A
// name may contain a capital right after a letter, or a pair of adjacent spaces or marks, only if a
// name in the list does. Both ends of a name are "\n", which counts as a space.

import { DEAD } from "./automaton.js";

/** A for capitals, a for small letters, x for other letters, 0 for digits, or the character. */
function kindOf(character) {
  if (/^\p{Uppercase}$/u.test(character)) return "A";
  if (/^\p{Lowercase}$/u.test(character)) return "a";
  if (/^[\p{L}\p{M}]$/u.test(character)) return "x";
  return /^\p{N}$/u.test(character) ? "0" : character;
}

/** Whether kind b may follow kind a only if the list contains this pair. */
function isOdd(a, b) {
  return b === "A" ? "Aax".includes(a) : !"Aax0".includes(a) && !"Aax0".includes(b);
}

/** The pairs of adjacent kinds in a text, with "\n" before it. */
function pairsOf(text) {
  const kinds = Array.from(`\n${text}`, kindOf);
  return kinds.slice(1).map((kind, i) => kinds[i] + kind);
}

export const oddPairs = (name) => pairsOf(`${name}\n`).filter((pair) => isOdd(...Array.from(pair)));

/** An automaton of names with the shape of the lists; its states are kinds. */
export class Shape {
  constructor(models) {
    this.allowed = new Set(models.flatMap(({ pairs }) => pairs ?? []));
    this.hasPairs = models.every(({ pairs }) => pairs);
    this.barsLowerCase = models.every((model) => model.bars_lower_case);
    this.first = "\n";
  }

  allow(text) {
    for (const pair of pairsOf(text)) this.allowed.add(pair);
  }

  fits(text) {
    return pairsOf(text).every((pair) => !this.isBarred(...Array.from(pair)));
  }

  isBarred(a, b) {
    if (this.allowed.has(a + b)) return false;
    return (this.hasPairs && isOdd(a, b)) || (this.barsLowerCase && a === "\n" && b === "a");
  }

  nextState(state, character) {
    const kind = kindOf(character);
    return state === DEAD || this.isBarred(state, kind) ? DEAD : kind;
  }

  accepts(state) {
    return state !== DEAD && !this.isBarred(state, "\n");
  }

  passes(name) {
    return this.fits(`${name}\n`);
  }
}

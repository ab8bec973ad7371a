// Looking ahead, for names that meet rare conditions. A guide guesses from each beginning of a name
// how probable it is that the rest meets the conditions:
//
//     ahead(length, state, last) = [a name may end here] chain(end | last)
//                                  + Σ_c chain(c | last) ahead(length + 1, next(state, c), c)
//
// `chain` are probabilities of a character after another, the means of what the network predicted
// for names that were drawn before; `state` is of the automaton. A name is then proposed with
// p(c | text) ahead(text c) / Z, where Z is the sum over c. The product of Z / ahead(text) over its
// places says how much too rarely it is proposed: with that weight, it is accepted or not. So the
// guess decides how many proposals it takes, not which names come out.

const MOST_GUESSES = 1e8; // additions for `ahead`

/** The probabilities of a character after another, (n_y, n_y); row EOS is for the first one. */
class Chain {
  constructor(n_y) {
    this.n_y = n_y;
    this.sums = new Float64Array(n_y * n_y);
  }

  /** Takes in what was predicted at a node that so many names pass. */
  add(last, probabilities, start, passing) {
    const row = last * this.n_y;
    for (let c = 0; c < this.n_y; c++) this.sums[row + c] += passing * probabilities[start + c];
  }

  /** Each row scaled to 1; a rare row is mixed with the mean of all. */
  probabilities() {
    const { n_y, sums } = this;
    const mean = columnMeans(sums, n_y);
    const out = new Float64Array(n_y * n_y);
    for (let row = 0; row < n_y; row++) {
      let total = 1; // as if the mean had been seen once in each row
      for (let c = 0; c < n_y; c++) total += sums[row * n_y + c];
      for (let c = 0; c < n_y; c++) out[row * n_y + c] = (sums[row * n_y + c] + mean[c]) / total;
    }
    return out;
  }
}

/** The mean row of a square matrix, scaled to 1. */
function columnMeans(matrix, n) {
  const mean = new Float64Array(n);
  let total = 0;
  for (let i = 0; i < matrix.length; i++) {
    mean[i % n] += matrix[i];
    total += matrix[i];
  }
  return mean.map((sum) => sum / total);
}

class Guide {
  constructor(automaton, chain, { minLength, maxLength, start }) {
    const { n_y } = chain;
    const states = automaton.accepts.length;
    Object.assign(this, { automaton, n_y, states, minLength, maxLength });
    this.first = start.length;
    const size = states * n_y;
    this.ahead = new Float64Array((maxLength + 1 - this.first) * size);
    const probabilities = chain.probabilities();
    for (let length = maxLength; length >= this.first; length--)
      this.fillLevel(length, probabilities);
  }

  fillLevel(length, probabilities) {
    const { automaton, n_y, states, maxLength } = this;
    const here = (length - this.first) * states * n_y;
    for (let state = 0; state < states; state++) {
      for (let last = 0; last < n_y; last++) {
        let sum = this.mayEnd(length, state) ? probabilities[last * n_y + EOS] : 0;
        for (let c = 1; length < maxLength && c < n_y; c++) {
          const next = automaton.next[state * n_y + c];
          if (next === DEAD) continue;
          sum += probabilities[last * n_y + c] * this.after(length + 1, next, c);
        }
        this.ahead[here + state * n_y + last] = sum;
      }
    }
  }

  mayEnd(length, state) {
    return length >= this.minLength && this.automaton.accepts[state];
  }

  after(length, state, last) {
    return this.ahead[((length - this.first) * this.states + state) * this.n_y + last];
  }

  /**
   * Turns the probabilities of a node into those of a proposal, in place, and returns by how much
   * names that pass it are proposed too rarely; 0 where no name can go on.
   */
  propose(probabilities, start, length, state, last) {
    const { automaton, n_y } = this;
    let sum = 0;
    for (let c = 0; c < n_y; c++) {
      const next = automaton.next[state * n_y + c];
      let ahead = 0;
      if (c === EOS) ahead = this.mayEnd(length, state) ? 1 : 0;
      else if (length < this.maxLength && next !== DEAD) ahead = this.after(length + 1, next, c);
      probabilities[start + c] *= ahead;
      sum += probabilities[start + c];
    }
    if (!sum) return 0;
    for (let c = 0; c < n_y; c++) probabilities[start + c] /= sum;
    return sum / this.after(length, state, last);
  }
}

/** A guide for names after those that a chain was made of; undefined where it would take too long. */
function guideOf(automaton, chain, options) {
  const lengths = options.maxLength + 1 - options.start.length;
  if (automaton.accepts.length * chain.n_y ** 2 * lengths > MOST_GUESSES) return undefined;
  return new Guide(automaton, chain, options);
}

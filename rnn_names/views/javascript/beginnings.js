// Names that begin with one of several texts, or with one in upper or lower case: the texts that
// lead to a beginning, each with the probability of a beginning from there on:
//
//     ahead(text) = 1 where the text has a beginning, else Σ p(c | text) ahead(text c)
//
// Drawn with p(c | text) ahead(text c) / ahead(text), names have the network's distribution given
// that they begin as wanted.

const LEAST_REACH = 1e-15; // a text that is rarer than that leads nowhere

/** `ahead` of the texts that lead to one of `wanted`; `fold` makes equal what counts as equal. */
function beginningsOf(wanted, fold, blend, temperature) {
  const ahead = new Map();
  const folded = wanted.map(fold);
  const leads = (text) => folded.some((each) => each.startsWith(text) || text.startsWith(each));
  const visit = (text, state, reach) => {
    if (folded.some((each) => fold(text).startsWith(each))) return 1;
    if (reach < LEAST_REACH) return 0;
    const probabilities = blend.logits(state, 1);
    softmax(probabilities, 1, blend.n_y, temperature);
    let sum = 0;
    for (let c = 1; c < blend.n_y; c++) {
      const longer = text + blend.characters[c - 1];
      if (!leads(fold(longer))) continue;
      const next = blend.nextStates(state, 1, [0], [c]);
      const value = visit(longer, next, reach * probabilities[c]);
      ahead.set(longer, value);
      sum += probabilities[c] * value;
    }
    ahead.set(text, sum);
    return sum;
  };
  if (!visit("", blend.firstState(), 1)) throw new WrongSettings("No name can begin like that.");
  return ahead;
}

/** Turns the probabilities of a node into those given that a beginning is reached: in place. */
function lookAhead(probabilities, start, text, ahead, blend) {
  const whole = ahead.get(text);
  if (whole === undefined || whole === 1) return; // a beginning is reached, or has been before
  probabilities[start] = 0;
  for (let c = 1; c < blend.n_y; c++)
    probabilities[start + c] *= (ahead.get(text + blend.characters[c - 1]) ?? 0) / whole;
}

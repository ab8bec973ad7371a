// The shape of names (rnn_names/corpus/shape.py): which kinds of characters stand side by side. No
// name has a capital right after a letter, or two spaces or marks in a row, unless one of the list
// has. The ends of a name count as spaces, "\n".

/** A for a capital, a for a small letter, x for any other, 0 for digits; else the character. */
function kindOf(character) {
  if (/^\p{Uppercase}$/u.test(character)) return "A";
  if (/^\p{Lowercase}$/u.test(character)) return "a";
  if (/^[\p{L}\p{M}]$/u.test(character)) return "x";
  return /^\p{N}$/u.test(character) ? "0" : character;
}

/** Whether one kind comes right after another only in names of lists that have such names. */
function isOdd(a, b) {
  return b === "A" ? "Aax".includes(a) : !"Aax0".includes(a) && !"Aax0".includes(b);
}

/** The odd pairs of kinds that a name has. */
function oddPairs(name) {
  const kinds = ["\n", ...Array.from(name, kindOf), "\n"];
  const pairs = kinds.slice(1).map((kind, i) => [kinds[i], kind]);
  return pairs.filter(([a, b]) => isOdd(a, b)).map((pair) => pair.join(""));
}

/**
 * A test of names: whether all their odd pairs are those of the lists of some models, or of the
 * beginnings that were asked for. Undefined where it is not known what pairs a list has.
 */
function shapeTest(models, beginnings) {
  if (!models.every(({ pairs }) => pairs)) return undefined;
  const begun = beginnings.flatMap((text) => oddPairs(`${text}a`));
  const allowed = new Set([...models.flatMap(({ pairs }) => pairs), ...begun]);
  return (name) => oddPairs(name).every((pair) => allowed.has(pair));
}

// Minibatches of names as prefix trees (rnn_names/network/prefix_tree.py). The hidden state after a
// prefix is the same in all names with it, so each distinct prefix is a node, computed once.

import { NODES, padded, ROWS } from "../engine/arithmetic.js";
import { EOS } from "../engine/network.js";

/**
 * The prefix tree of some names, given as lists of indices below n_y.
 *
 * A node has one row in all arrays. Row 0 is a0, the state before a name and the parent of the
 * empty prefix. Levels begin at multiples of NODES, as `product` needs; rows between them stay
 * unused. Nodes with children come first in their level. The names "a", "ba" and "bc":
 *
 *     row  prefix  x  parent  passing   y: EOS a b c
 *     0    a0
 *     4    ""      0  0       3            0   1 2 0
 *     8    "b"     2  4       2            0   1 0 1
 *     9    "a"     1  4       1            1   0 0 0
 *     12   "ba"    1  8       1            1   0 0 0
 *     13   "bc"    3  8       1            1   0 0 0
 *
 * levels: { start, n }, the first row and the number of nodes of each level, and { aboveStart,
 * parents }, the same for its parents. y (rows, outputs): the number of names with each next
 * character; `outputs` is n_y, padded for `product`. passing (rows,): names with the prefix.
 */
export function prefixTree(names, n_y) {
  const outputs = padded(n_y, ROWS);
  const levels = [];
  const nodes = [];
  let above = { start: 0, parents: 1 };
  /** @type {any[]} */ // { x, parent, length, names, row }
  let level = [{ x: EOS, parent: 0, length: 0, names }];
  let start = NODES;
  while (level.length) {
    const first = level.filter(hasChildren);
    level = [...first, ...level.filter((node) => !hasChildren(node))];
    level.forEach((node, i) => (node.row = start + i));
    nodes.push(...level);
    levels.push({ start, n: level.length, aboveStart: above.start, parents: above.parents });
    above = { start, parents: first.length };
    start += padded(level.length, NODES);
    level = first.flatMap(childrenOf);
  }
  return { ...asArrays(nodes, start, outputs), levels, rows: start, outputs };
}

const hasChildren = ({ names, length }) => names.some((name) => name.length > length);

function childrenOf({ row, names, length }) {
  const longer = names.filter((name) => name.length > length);
  const withNext = (x) => longer.filter((name) => name[length] === x);
  const next = new Set(longer.map((name) => name[length]));
  return Array.from(next, (x) => ({ x, parent: row, length: length + 1, names: withNext(x) }));
}

function asArrays(nodes, rows, outputs) {
  const [x, parent] = [new Int32Array(rows), new Int32Array(rows)];
  const [passing, y] = [new Int32Array(rows), new Float64Array(rows * outputs)];
  let characters = 0;
  for (const node of nodes) {
    x[node.row] = node.x;
    parent[node.row] = node.parent;
    passing[node.row] = node.names.length;
    characters += node.names.length; // each continues or ends here
    for (const name of node.names) y[node.row * outputs + (name[node.length] ?? EOS)]++;
  }
  return { x, parent, passing, y, characters };
}

/** Names as lists of indices; −1 for a character that is not among `characters`. */
export function encodedNames(names, characters) {
  const index = new Map(characters.map((character, i) => [character, i + 1]));
  return names.map((name) => Array.from(name, (character) => index.get(character) ?? -1));
}

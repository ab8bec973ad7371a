"""Minibatches as trees of *distinct* prefixes, so that names with the same prefix share a state."""

from dataclasses import dataclass

import numpy as np

from rnn_names.arrays import Array, slices
from rnn_names.corpus.names import EOS
from rnn_names.system import cached_property


@dataclass(frozen=True)
class PrefixTree:
    """The distinct prefixes of a minibatch of names, one node (row) each.

    Level t contains the prefixes of t characters, sorted by descending number of children, so that
    parents come first. The names "a", "ba" and "bc" make this tree, with a, b, c = 1, 2, 3:

        row  prefix  level  x  parent  y: EOS a b c
        0    ""      0      0  0          0   1 2 0
        1    "b"     1      2  0          0   1 0 1      two children: before "a"
        2    "a"     1      1  0          1   0 0 0
        3    "ba"    2      1  0          1   0 0 0      its parent is the first row of level 1
        4    "bc"    2      3  0          1   0 0 0

        levels    [0:1, 1:3, 3:5]
        siblings  [[0]], [[1], [0]], [[0], [1]]
        paths     "a": 0, 2    "ba": 0, 1, 3    "bc": 0, 1, 4
        ends      2, 3, 4
    """

    x: Array  # (N,) int. Index of the last character of each node's prefix; 0 at the empty prefix
    y: Array  # (N, n_y) float. How many names have each next character at each node; 0 is the end
    parent: Array  # (N,) int. Row, within the previous level, of each node's parent; 0 on level 0
    levels: list[slice]  # the rows of each level
    # For each level, arrays of its rows, counted from the level's first: the first child of every
    # parent, then the second child of every parent with two, and so on.
    siblings: list[list[Array]]
    paths: Array  # (depth + 1, m) int. Node of a name after t characters; arbitrary after its end
    ends: Array  # (m,) int. The node at which each name ends

    @cached_property
    def n_parents(self) -> list[int]:
        """For each level, the number of nodes of the previous level that have children."""
        return [len(first) for first, *_ in self.siblings]

    @property
    def n_characters(self) -> int:
        """The number of characters of all names, including end-of-name symbols."""
        return round(float(self.y.sum(dtype=np.float64)))


def prefix_tree(indices: Array, lengths: Array, n_y: int) -> PrefixTree:
    """The prefix tree of names over a vocabulary of `n_y` symbols, including EOS.

    `indices` (m, columns) contains one name per row, in lexicographic order, padded with EOS on the
    right; names may repeat. `lengths` (m,) contains their numbers of characters.

    >>> tree = prefix_tree(np.array([[1, 0], [2, 1], [2, 3]]), np.array([1, 2, 2]), n_y=4)
    >>> tree.levels
    [slice(0, 1, None), slice(1, 3, None), slice(3, 5, None)]
    >>> tree.x.tolist(), tree.ends.tolist()
    ([0, 2, 1, 1, 3], [2, 3, 4])
    >>> tree.y.astype(int).tolist()
    [[0, 1, 2, 0], [0, 1, 0, 1], [1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]]
    """
    indices = indices[:, : lengths.max()]
    number, new, n_names = numbered_prefixes(indices, lengths)

    # The n nodes by number. All but the first are children, one for each new prefix.
    t, name = np.nonzero(new)  # (n - 1,) each: the parent's length, and a name with this prefix
    parent, character = number[t, name], indices[name, t]  # (n - 1,) each
    level = np.append(0, t + 1)  # (n,)
    n, n_children = len(level), np.bincount(parent, minlength=len(level))

    # Rows are sorted by level, then by descending number of children (at most n_y - 1).
    row = np.empty(n, np.intp)
    row[np.argsort(level * n_y + (n_y - 1 - n_children), kind="stable")] = np.arange(n)
    starts = np.searchsorted(level, np.arange(level[-1] + 2))  # first row of each level, then n
    row_in_level = row - starts[level]
    x, parent_in_level = np.zeros((2, n), np.intp)  # the root keeps the zeros
    x[row[1:]] = character
    parent_in_level[row[1:]] = row_in_level[parent]
    paths = row[number]  # (depth + 1, m)
    ends = paths[lengths, np.arange(len(lengths))]  # (m,)
    y = np.zeros((n_y, n), np.float32)  # stored column after column, as predictions are
    y[EOS] = np.bincount(ends, minlength=n)
    y[character, row[parent]] = n_names[1:]

    # Siblings have consecutive numbers. Nodes are sorted by level, index among their siblings and
    # row of their parent. Each run with the same level and index is an array of `siblings`.
    index = np.arange(n - 1) - (np.cumsum(n_children) - n_children)[parent]  # 0, 1, …
    run = level[1:] * n_y + index
    order = np.argsort(run * n + row[parent])  # no two are equal
    run, child = run[order], row_in_level[1:][order]
    siblings = [[np.zeros(1, np.intp)], *([] for _ in starts[2:])]
    for same in slices(np.flatnonzero(np.diff(run, prepend=-1, append=-1))):
        siblings[run[same.start] // n_y].append(child[same])
    return PrefixTree(x, y.T, parent_in_level, slices(starts), siblings, paths, ends)


def numbered_prefixes(indices: Array, lengths: Array) -> tuple[Array, Array, Array]:
    """Numbers the n distinct prefixes by length: first the empty one, then the single characters.

    Returns:
        number: (depth + 1, m) of each name's prefix of t characters; arbitrary after its end.
        new: (depth, m) whether each name is the first with its prefix of 1, 2, … characters.
        n_names: (n,) how many names begin with each prefix; 0 for the empty one.

    >>> names = np.array([[1, 0], [2, 1], [2, 3]]), np.array([1, 2, 2])  # "a", "ba", "bc"
    >>> number, new, n_names = numbered_prefixes(*names)
    >>> number.tolist(), n_names.tolist()  # the 2 below "a" is after its end
    ([[0, 0, 0], [1, 2, 2], [2, 3, 4]], [0, 1, 2, 1, 1])
    >>> new.tolist()
    [[True, True, False], [False, True, True]]
    """
    m, depth = indices.shape
    # Since names are sorted, a prefix is new if its last character differs from the previous
    # name's, if a shorter prefix of the same name is new, or if the name is the first.
    new = np.ones((depth, m), dtype=bool)
    np.not_equal(indices[1:].T, indices[:-1].T, out=new[:, 1:])
    np.logical_or.accumulate(new, axis=0, out=new)
    inside = np.arange(1, depth + 1)[:, None] <= lengths  # (depth, m)
    new &= inside

    # A running count over the array, level by level, increases by 1 at each new prefix.
    number = np.zeros((depth + 1, m), dtype=np.intp)
    np.cumsum(new.ravel(), out=number[1:].ravel())  # 1, 2, …, written to `number` itself
    return number, new, np.bincount(number[1:][inside], minlength=1)

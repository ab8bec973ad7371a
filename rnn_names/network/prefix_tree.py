"""Minibatches of names, laid out as prefix trees.

Names share beginnings, and two names that begin alike have the same hidden states up to where they
part. A minibatch is therefore the tree of its *distinct* prefixes, one node each, level by level:
the rectangular batch of textbooks with its repeats folded. For 64 to 4,096 first names that is 1.4
to 2.3 characters per node; that much arithmetic is never done.

This module knows indices and trees; it knows nothing of the network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

EOS = 0
"""Index of the end-of-name symbol; characters have the indices 1, 2, …"""


@dataclass(frozen=True)
class PrefixTree:
    """The distinct prefixes of a minibatch of names, one node (row) each.

    Level 0 is the empty prefix; level t holds the distinct prefixes of t characters. Within a
    level, nodes with more children come first, so that the nodes that have children at all are its
    first rows.

    Attributes:
        x: (N,) int. Index of the character that leads into each node, which stands for its one-hot
            row; 0, for the zero row, at the empty prefix.
        y: (N, n_y) float. How many names of the batch go on from this node with each character
            (column 0: end here).
        parent: (N,) int. Row, within the level above, of the node that each node hangs from; 0 on
            level 0.
        levels: where each level starts and ends in those rows.
        siblings: for each level, arrays of its rows: first the first child of every node above that
            has a child, then the second child of every node that has two, and so on. The k-th array
            belongs to the first ``len(array)`` nodes above.
        paths: (depth + 1, m) int. The node that each name of the batch is at after 0, 1, 2, …
            characters; anything after its end.
        ends: (m,) int. The node at which each name of the batch ends.
    """

    x: NDArray[Any]
    y: NDArray[Any]
    parent: NDArray[np.intp]
    levels: list[slice]
    siblings: list[list[NDArray[np.intp]]]
    paths: NDArray[np.intp]
    ends: NDArray[np.intp]

    @property
    def n_parents(self) -> list[int]:
        """For each level, how many nodes of the level above have children: its first rows."""
        return [len(first) for first, *_ in self.siblings]

    @property
    def n_characters(self) -> int:
        """Characters of all names of the batch, each end-of-name symbol counted as one."""
        return round(float(self.y.sum(dtype=np.float64)))

    def parent_rows(self, m: int = 1) -> NDArray[np.intp]:
        """Rows of all nodes with children, level by level, in an array that holds `m` initial
        states before the nodes.
        """
        above = [0, *(m + rows.start for rows in self.levels[:-1])]
        return np.concatenate(
            [start + np.arange(n) for start, n in zip(above, self.n_parents, strict=True)]
        )


def prefix_tree(
    indices: NDArray[Any], lengths: NDArray[Any], n_y: int, dtype: Any = np.float32
) -> PrefixTree:
    """The prefix tree of some names.

    Args:
        indices: (m, L) int. A name per row, in lexicographic order, padded with EOS on the right.
            Names may repeat.
        lengths: (m,) int. Characters of each name.
        n_y: size of the vocabulary, EOS counted.
        dtype: of `y`.

    >>> tree = prefix_tree(np.array([[1, 2], [1, 3]]), np.array([2, 2]), n_y=4)   # the names "ab"
    and "ac"
    >>> [level.stop - level.start for level in tree.levels]                       # "", then "a",
    then "ab" and "ac"
    [1, 1, 2]
    >>> tree.y.astype(int).tolist()
    [[0, 2, 0, 0], [0, 0, 1, 1], [1, 0, 0, 0], [1, 0, 0, 0]]
    """
    return prefix_trees(indices, lengths, [len(lengths)], n_y, dtype)[0]


def prefix_trees(
    indices: NDArray[Any],
    lengths: NDArray[Any],
    sizes: Sequence[int],
    n_y: int,
    dtype: Any = np.float32,
) -> list[PrefixTree]:
    """The prefix trees of several minibatches of names; the first `sizes[0]` rows are the first
    minibatch, and so on.

    They are built together, since on the few hundred names of one, an array operation takes longer
    to call than to carry out. Other arguments as in `prefix_tree`; within each minibatch, names are
    in lexicographic order.
    """
    n_trees, depth = len(sizes), int(lengths.max())  # depth 0: only empty names
    number, new, passing = numbered_prefixes(indices[:, :depth], lengths, sizes)
    at = np.flatnonzero(new)  # where each node below the roots stands for the first time
    level, name = np.divmod(at, len(lengths))
    parent = number.ravel()[at]
    n = n_trees + len(at)

    # Levels are counted through all trees, as if each were of full depth.
    roots = np.arange(n_trees) * (depth + 1)
    level = np.concatenate((roots, np.repeat(roots, sizes)[name] + level + 1))
    starts = np.concatenate(([0], np.cumsum(np.bincount(level, minlength=n_trees * (depth + 1)))))
    children = np.bincount(parent, minlength=n)
    order = _stable_order(
        level * (n_y + 1) + (n_y - children)
    )  # within a level, by falling number of children
    row = np.empty(n, np.intp)
    row[order] = np.arange(n)

    x, parent_row = np.zeros((2, n), np.intp)
    x[row[n_trees:]] = indices[:, :depth].T.ravel()[at]
    parent_row[row[n_trees:]] = row[parent] - starts[level[n_trees:] - 1]
    paths = row[number]
    ends = paths[lengths, np.arange(len(lengths))]
    first = starts[:: depth + 1]
    y = _counts(first, row[parent], x[row[n_trees:]], passing[n_trees:], ends, n_y, dtype)
    siblings = _siblings(parent, children, row, order, level, starts)

    trees = []
    for i, names in enumerate(_slices(np.cumsum([0, *sizes]))):
        rows = slice(int(first[i]), int(first[i + 1]))
        levels = [
            part
            for part in _slices(starts[i * (depth + 1) :][: depth + 2] - rows.start)
            if part.start < part.stop
        ]
        its_siblings = siblings[i * (depth + 1) :][: len(levels)]
        its_paths, its_ends = paths[:, names] - rows.start, ends[names] - rows.start
        trees.append(
            PrefixTree(x[rows], y[i], parent_row[rows], levels, its_siblings, its_paths, its_ends)
        )
    return trees


def _slices(bounds: NDArray[Any]) -> list[slice]:
    return [slice(a, b) for a, b in pairwise(bounds.tolist())]


def _counts(
    first: NDArray[Any],
    parent: NDArray[np.intp],
    character: NDArray[np.intp],
    passing: NDArray[np.intp],
    ends: NDArray[np.intp],
    n_y: int,
    dtype: Any,
) -> list[NDArray[Any]]:
    """`PrefixTree.y` of each tree: `passing` names go on with `character` from row `parent`, and a
    name ends at each row of `ends`.

    Rows are counted through all trees; tree i has those from first[i] to first[i + 1].
    """
    n, sizes = int(first[-1]), np.diff(first)
    # Each tree's numbers are stored column after column, as the predictions that they are compared
    # with.
    column = np.arange(n) + np.repeat((n_y - 1) * first[:-1], sizes)
    y = np.zeros(n * n_y, dtype)
    y[column] = np.bincount(ends, minlength=n)
    y[column[parent] + character * np.repeat(sizes, sizes)[parent]] = passing
    return [y[n_y * rows.start : n_y * rows.stop].reshape(n_y, -1).T for rows in _slices(first)]


def numbered_prefixes(
    indices: NDArray[Any], lengths: NDArray[Any], sizes: Sequence[int]
) -> tuple[NDArray[np.intp], NDArray[np.bool_], NDArray[np.intp]]:
    """A number for every distinct prefix of several minibatches, level by level; arguments as in
    `prefix_trees`.

    Returns:
        (L + 1, m) the number of each name's prefix of 0, 1, 2, … characters (anything after its
        end); (L, m) where a prefix of 1, 2, … characters stands for the first time; and how many
        names each prefix is one of.
    """
    # Names are sorted, so a prefix is new exactly where it differs from the same prefix of the name
    # before.
    new = np.ones(indices.T.shape, dtype=bool)
    np.not_equal(indices[1:].T, indices[:-1].T, out=new[:, 1:])
    new[:1, np.cumsum(sizes[:-1], dtype=np.intp)] = True
    np.logical_or.accumulate(new, axis=0, out=new)
    inside = np.arange(1, len(new) + 1)[:, None] <= lengths
    new &= inside
    number = np.empty((len(new) + 1, len(lengths)), dtype=np.intp)
    number[0] = np.repeat(np.arange(len(sizes)), sizes)
    np.cumsum(new.ravel(), out=number[1:].ravel())
    number[1:] += len(sizes) - 1
    return number, new, np.bincount(number[1:][inside], minlength=len(sizes))


def _siblings(
    parent: NDArray[np.intp],
    children: NDArray[np.intp],
    row: NDArray[np.intp],
    order: NDArray[np.intp],
    level: NDArray[np.intp],
    starts: NDArray[Any],
) -> list[list[NDArray[np.intp]]]:
    """Rows of each level grouped as `PrefixTree.siblings` says; arguments as in `prefix_trees`."""
    widest, n_trees = int(children.max()), len(row) - len(parent)
    grouped: list[list[NDArray[np.intp]]] = [[] for _ in starts[1:]]
    for root in level[:n_trees]:
        grouped[root].append(np.zeros(1, np.intp))
    # All children, parent by parent in the order of their rows, and the how manyth child of its
    # parent each is.
    wanted = children[order]
    rank = np.arange(len(parent)) - np.repeat(np.cumsum(wanted) - wanted, wanted)
    child = np.repeat((n_trees + np.cumsum(children) - children)[order], wanted) + rank
    group = level[child] * widest + rank
    rows = (row[child] - starts[level[child]])[_stable_order(group)]
    sizes = np.bincount(group)
    for g, rows_of_group in zip(
        np.flatnonzero(sizes).tolist(),
        _slices(np.concatenate(([0], np.cumsum(sizes[sizes > 0])))),
        strict=True,
    ):
        grouped[g // widest].append(rows[rows_of_group])
    return grouped


def _stable_order(keys: NDArray[np.intp]) -> NDArray[np.intp]:
    """What puts some keys from 0 in order; those of 16 bits are sorted by their digits, several
    times as fast as by comparison.
    """
    return np.argsort(keys.astype(np.min_scalar_type(int(keys.max(initial=0)))), kind="stable")

"""Minibatches of names, laid out as prefix trees.

Names share beginnings, and two names that begin alike have the same hidden states up to where they part. A minibatch is therefore
the tree of its *distinct* prefixes, one node each, level by level: the rectangular batch of textbooks with its repeats folded. For
64 to 4,096 first names that is 1.4 to 2.3 characters per node; that much arithmetic is never done.

This room knows indices and trees; it knows nothing of the network.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rnn_names.corpus import Names

EOS = 0
"""Index of the end-of-name symbol; characters have the indices 1, 2, …"""


@dataclass(frozen=True)
class PrefixTree:
    """The distinct prefixes of a minibatch of names, one node (row) each.

    Level 0 is the empty prefix; level t holds the distinct prefixes of t characters. Within a level, nodes with more children come
    first, so that the nodes that have children at all are its first rows.

    Attributes:
        x: (N,) int. Index of the character that leads into each node, which stands for its one-hot row; 0, for the zero row, at the
            empty prefix.
        y: (N, n_y) float. How many names of the batch go on from this node with each character (column 0: end here).
        parent: (N,) int. Row, within the level above, of the node that each node hangs from; 0 on level 0.
        levels: where each level starts and ends in those rows.
        siblings: for each level, arrays of its rows: first the first child of every node above that has a child, then the second
            child of every node that has two, and so on. The k-th array belongs to the first ``len(array)`` nodes above.
        paths: (depth + 1, m) int. The node that each name of the batch is at after 0, 1, 2, … characters; anything after its end.
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
        """Rows of all nodes with children, level by level, in an array that holds `m` initial states before the nodes."""
        above = [0, *(m + rows.start for rows in self.levels[:-1])]
        return np.concatenate([start + np.arange(n) for start, n in zip(above, self.n_parents, strict=True)])


def prefix_tree(indices: NDArray[Any], lengths: NDArray[Any], n_y: int, dtype: Any = np.float32) -> PrefixTree:
    """The prefix tree of some names.

    Args:
        indices: (m, L) int. A name per row, in lexicographic order, padded with EOS on the right. Names may repeat.
        lengths: (m,) int. Characters of each name.
        n_y: size of the vocabulary, EOS counted.
        dtype: of `y`.

    >>> tree = prefix_tree(np.array([[1, 2], [1, 3]]), np.array([2, 2]), n_y=4)   # the names "ab" and "ac"
    >>> [level.stop - level.start for level in tree.levels]                       # "", then "a", then "ab" and "ac"
    [1, 1, 2]
    >>> tree.y.astype(int).tolist()
    [[0, 2, 0, 0], [0, 0, 1, 1], [1, 0, 0, 0], [1, 0, 0, 0]]
    """
    m, depth = len(lengths), int(lengths.max())  # depth 0: only empty names
    by_level = indices[:, :depth].T
    node, new = numbered_prefixes(indices[:, :depth], lengths)
    parent_node = node[:-1][new]
    character = by_level[new]
    passing = np.bincount(node[1:][np.arange(1, depth + 1)[:, None] <= lengths])
    level_sizes = np.concatenate(([1], new.sum(axis=1)))
    starts = np.concatenate(([0], np.cumsum(level_sizes)))
    n = int(starts[-1])

    # Rows: within a level, by falling number of children.
    children = np.bincount(parent_node, minlength=n)
    level = np.repeat(np.arange(depth + 1), level_sizes)
    order = np.argsort(level * (n_y + 1) - children, kind="stable")
    row = np.empty(n, dtype=np.intp)
    row[order] = np.arange(n)

    parent = np.zeros(n, dtype=np.intp)
    parent[row[1:]] = row[parent_node] - starts[level[1:] - 1]
    x = np.zeros(n, dtype=np.intp)
    x[row[1:]] = character
    y = np.zeros((n_y, n), dtype).T  # by column, as the predictions that it is compared with
    y[row[parent_node], character] = passing[1:]
    paths = row[node]
    ends = paths[lengths, np.arange(m)]
    y[:, EOS] = np.bincount(ends, minlength=n)

    levels = [slice(int(a), int(b)) for a, b in pairwise(starts)]
    return PrefixTree(x, y, parent, levels, _siblings(parent_node, parent, row, level, starts), paths, ends)


def numbered_prefixes(indices: NDArray[Any], lengths: NDArray[Any]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """A number for every distinct prefix of some sorted names, level by level; arguments as in `prefix_tree`.

    Returns:
        (L + 1, m) the number of each name's prefix of 0, 1, 2, … characters (anything after its end), and (L, m) where a prefix of
        1, 2, … characters stands for the first time.
    """
    # Names are sorted, so a prefix is new exactly where it differs from the same prefix of the name before.
    new = np.ones(indices.T.shape, dtype=bool)
    np.logical_or.accumulate(indices[1:].T != indices[:-1].T, axis=0, out=new[:, 1:])
    new &= np.arange(1, len(new) + 1)[:, None] <= lengths
    number = np.zeros((len(new) + 1, len(lengths)), dtype=np.intp)
    np.cumsum(new.ravel(), out=number[1:].ravel())
    return number, new


def _siblings(
    parent_node: NDArray[np.intp],
    parent: NDArray[np.intp],
    row: NDArray[np.intp],
    level: NDArray[np.intp],
    starts: NDArray[np.intp],
) -> list[list[NDArray[np.intp]]]:
    """Rows of each level grouped as `PrefixTree.siblings` says; arguments as in `prefix_tree`, nodes in lexicographic order."""
    n = len(row)
    first_child = np.flatnonzero(np.diff(parent_node, prepend=-1))
    family = np.cumsum(np.diff(parent_node, prepend=-1) > 0) - 1
    rank = np.arange(n - 1) - first_child[family] if n > 1 else np.zeros(0, dtype=np.intp)
    widest = int(rank.max(initial=0)) + 1
    group = level[1:] * widest + rank
    order = np.argsort(group * n + parent[row[1:]], kind="stable")
    rows = row[1:][order] - starts[level[1:][order]]
    sizes = np.bincount(group, minlength=len(starts[:-1]) * widest)
    ends = np.cumsum(sizes)
    grouped: list[list[NDArray[np.intp]]] = [[np.zeros(1, dtype=np.intp)]] + [[] for _ in starts[2:]]
    for g in np.flatnonzero(sizes):
        grouped[g // widest].append(rows[ends[g] - sizes[g] : ends[g]])
    return grouped


@dataclass(frozen=True)
class Batches:
    """A corpus as vocabulary indices, and its minibatches.

    Attributes:
        names: distinct names in lexicographic order; their `codes` are vocabulary indices.
        rows: (n,) int. For each name of the list, repeats counted, its row in `names`.
        n_y: size of the vocabulary, EOS counted.
    """

    names: Names
    rows: NDArray[np.int64]
    n_y: int

    def epoch(self, size: int, rng: np.random.Generator) -> Iterator[tuple[float, NDArray[np.int64]]]:
        """Every name of the list once, in random order, `size` names a batch (the last one may be smaller).

        Yields:
            the middle of the batch in the epoch, from 0 to 1, and its (size,) rows, sorted.
        """
        shuffled = rng.permutation(self.rows)
        for start in range(0, len(shuffled), size):
            rows = np.sort(shuffled[start : start + size])
            yield (start + len(rows) / 2) / len(shuffled), rows

    def tree(self, rows: NDArray[np.int64]) -> PrefixTree:
        """The prefix tree of some rows, which are sorted."""
        return prefix_tree(*self.names.padded(rows), self.n_y)

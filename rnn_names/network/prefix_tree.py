"""Minibatches of names, laid out as prefix trees.

Names that begin alike have the same hidden states up to where they part. A minibatch is therefore
the tree of its *distinct* prefixes, level by level: one node for about two characters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from rnn_names.arrays import Array, ranges, slices, stable_order

EOS = 0  # index of the end-of-name symbol; characters have the indices 1, 2, …


@dataclass(frozen=True)
class PrefixTree:
    """The distinct prefixes of a minibatch of names, one node (row) each.

    Level 0 is the empty prefix; level t holds the distinct prefixes of t characters. Within a
    level, nodes with more children come first, so that the nodes that have children at all are its
    first rows. The names "a", "ba" and "bc" make this tree, with a, b, c = 1, 2, 3:

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

    x: Array  # (N,) int. Index of the character that leads into each node; 0 at the empty prefix
    y: Array  # (N, n_y) float. How many names go on from each node with each character; 0: they end
    parent: Array  # (N,) int. Row, within the level above, of each node's parent; 0 on level 0
    levels: list[slice]  # where each level starts and ends in those rows
    # for each level, arrays of its rows, counted from the level's first: the first child of
    # every node above that has a child, then the second child of every node that has two, and
    # so on. In the example, level 1 has [1], [0]: the first child of "" is "a", row 1 of its
    # level, and the second is "b", row 0.
    siblings: list[list[Array]]
    paths: Array  # (depth + 1, m) int. Node of a name after t characters; arbitrary after its end
    ends: Array  # (m,) int. The node at which each name of the batch ends

    @cached_property
    def n_parents(self) -> list[int]:
        """For each level, how many nodes of the level above have children: its first rows."""
        return [len(first) for first, *_ in self.siblings]

    @property
    def n_characters(self) -> int:
        """Characters of all names of the batch, each end-of-name symbol counted as one."""
        return round(float(self.y.sum(dtype=np.float64)))

    @property
    def parent_rows(self) -> Array:
        """Rows of all nodes with children, in an array with the initial state before the nodes."""
        above = [0, *(1 + rows.start for rows in self.levels[:-1])]
        return ranges(np.array(above), np.array(self.n_parents))


def prefix_tree(indices: Array, lengths: Array, n_y: int) -> PrefixTree:
    """The prefix tree of some names over a vocabulary of `n_y` symbols, EOS counted.

    `indices` (m, columns) has a name per row, in lexicographic order, padded with EOS on the right;
    names may repeat. `lengths` (m,) are their characters.

    >>> tree = prefix_tree(np.array([[1, 0], [2, 1], [2, 3]]), np.array([1, 2, 2]), n_y=4)
    >>> tree.levels
    [slice(0, 1, None), slice(1, 3, None), slice(3, 5, None)]
    >>> tree.x.tolist(), tree.ends.tolist()
    ([0, 2, 1, 1, 3], [2, 3, 4])
    >>> tree.y.astype(int).tolist()
    [[0, 1, 2, 0], [0, 1, 0, 1], [1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]]
    """
    return prefix_trees(indices, lengths, [len(lengths)], n_y)[0]


def prefix_trees(
    indices: Array, lengths: Array, sizes: Sequence[int], n_y: int
) -> list[PrefixTree]:
    """The prefix trees of several minibatches, of `sizes` names, quicker than one by one."""
    depth = int(lengths.max())  # 0 if all names are empty
    indices = indices[:, :depth]
    prefixes = numbered_prefixes(indices, lengths, sizes)
    nodes = _nodes(indices, sizes, prefixes)
    rows = _rows(nodes, len(sizes) * (depth + 1), n_y)

    n_trees, n = len(sizes), len(nodes.level)
    row_of_child = rows.of_node[n_trees:]  # (n - n_trees,): all nodes but the roots are children
    row_of_parent = rows.of_node[nodes.parent]  # (n - n_trees,)
    x, parent = np.zeros(n, np.intp), np.zeros(n, np.intp)  # the roots keep the zeros
    x[row_of_child] = nodes.character
    parent[row_of_child] = row_of_parent - rows.level_starts[nodes.level[n_trees:] - 1]
    paths = rows.of_node[prefixes.number]  # (depth + 1, m)
    ends = paths[lengths, np.arange(len(lengths))]  # (m,)
    siblings = _siblings(nodes, rows)
    tree_starts = rows.level_starts[:: depth + 1]  # (n_trees + 1,) the first row of each tree
    y = _follow_counts(
        tree_starts, row_of_parent, nodes.character, prefixes.passing[n_trees:], ends, n_y
    )

    # Everything is there for all trees in one; cut it apart, and count rows from each tree's root.
    trees = []
    for i, names in enumerate(slices(np.cumsum([0, *sizes]))):
        root, end = tree_starts[i : i + 2].tolist()
        bounds = rows.level_starts[i * (depth + 1) : (i + 1) * (depth + 1) + 1] - root
        levels = [level for level in slices(bounds) if level.start < level.stop]
        trees.append(
            PrefixTree(
                x=x[root:end],
                y=y[i],
                parent=parent[root:end],
                levels=levels,
                siblings=siblings[i * (depth + 1) :][: len(levels)],
                paths=paths[:, names] - root,
                ends=ends[names] - root,
            )
        )
    return trees


# --- 1. A number for every prefix -----------------------------------------------------------------


class NumberedPrefixes(NamedTuple):
    """The n distinct prefixes of several minibatches, from names of at most `depth` characters."""

    number: Array  # (depth + 1, m) of a name's prefix of t characters; arbitrary after its end
    new: Array  # (depth, m) whether a prefix of 1, 2, … characters is the first such
    passing: Array  # (n,) how many names begin with each prefix


def numbered_prefixes(indices: Array, lengths: Array, sizes: Sequence[int]) -> NumberedPrefixes:
    """Numbers the prefixes: the empty one of each minibatch, then those of 1 character, and so on.

    Arguments as in `prefix_trees`.

    >>> names = np.array([[1, 0], [2, 1], [2, 3]]), np.array([1, 2, 2])  # "a", "ba", "bc"
    >>> numbered_prefixes(*names, [3]).number.tolist()  # the 2 below "a" is after its end
    [[0, 0, 0], [1, 2, 2], [2, 3, 4]]
    >>> numbered_prefixes(*names, [3]).new.tolist()
    [[True, True, False], [False, True, True]]
    """
    m, depth = indices.shape
    n_trees = len(sizes)
    # Names are sorted. So a prefix is new where it differs from the name before in its last
    # character, or where a shorter one of the same name is new, or in a minibatch's first name.
    new = np.ones((depth, m), dtype=bool)
    np.not_equal(indices[1:].T, indices[:-1].T, out=new[:, 1:])
    first_names = np.cumsum(sizes[:-1], dtype=np.intp)
    new[:1, first_names] = True
    np.logical_or.accumulate(new, axis=0, out=new)
    inside = np.arange(1, depth + 1)[:, None] <= lengths  # (depth, m)
    new &= inside

    # One count through the array, level after level, goes up by 1 at each new prefix.
    number = np.empty((depth + 1, m), dtype=np.intp)
    number[0] = np.repeat(np.arange(n_trees), sizes)  # the empty prefix of each minibatch
    np.cumsum(new.ravel(), out=number[1:].ravel())  # 1, 2, …, written to `number` itself
    number[1:] += n_trees - 1
    return NumberedPrefixes(number, new, np.bincount(number[1:][inside], minlength=n_trees))


# --- 2. Nodes, by that number ---------------------------------------------------------------------


class _Nodes(NamedTuple):
    """The n nodes of several trees, by the number of their prefix: first the n_trees roots."""

    level: Array  # (n,) of each: level t of tree i is i (depth + 1) + t
    children: Array  # (n,) how many children each has
    parent: Array  # (n - n_trees,) the number of each node's parent, rising; roots have none
    character: Array  # (n - n_trees,) index of the character that leads into each


def _nodes(indices: Array, sizes: Sequence[int], prefixes: NumberedPrefixes) -> _Nodes:
    m, depth = indices.shape
    n_trees = len(sizes)
    # Read row by row, `new` (depth, m) is true once for each node, in the order of their numbers.
    # Its row t is for prefixes of t + 1 characters; row t of `number` has those of t, the parents.
    at = np.flatnonzero(prefixes.new)  # (n - n_trees,)
    t, name = np.divmod(at, m)
    parent = prefixes.number.ravel()[at]
    roots = np.arange(n_trees) * (depth + 1)
    return _Nodes(
        level=np.concatenate((roots, np.repeat(roots, sizes)[name] + t + 1)),
        children=np.bincount(parent, minlength=n_trees + len(at)),
        parent=parent,
        character=indices.T.ravel()[at],
    )


# --- 3. Their rows: tree by tree, level by level, nodes with more children first ------------------


class _Rows(NamedTuple):
    """Where each of n nodes stands in the arrays of all trees, one tree after another."""

    of_node: Array  # (n,) the row of each node
    node: Array  # (n,) the node of each row
    level_starts: Array  # (levels + 1,) the first row of each level, levels counted as in `_Nodes`


def _rows(nodes: _Nodes, n_levels: int, n_y: int) -> _Rows:
    sizes = np.bincount(nodes.level, minlength=n_levels)
    # One key for both: a node has at most n_y - 1 children, so levels do not mix.
    node = stable_order(nodes.level * (n_y + 1) + (n_y - nodes.children))
    of_node = np.empty(len(node), np.intp)
    of_node[node] = np.arange(len(node))
    return _Rows(of_node, node, np.concatenate(([0], np.cumsum(sizes))))


def _siblings(nodes: _Nodes, rows: _Rows) -> list[list[Array]]:
    """`PrefixTree.siblings` of all trees, by levels as they are counted in `_Nodes`.

    Below the rows "b" and "a" of the example hang the families (ba, bc) and ().
    """
    n_trees = len(nodes.level) - len(nodes.parent)
    # All children, family by family, the families in the order of their parents' rows. Siblings
    # have consecutive numbers, after the n_trees roots. So the first child of a node has the number
    # n_trees + how many children the nodes of lower numbers have.
    first_child = (n_trees + np.cumsum(nodes.children) - nodes.children)[rows.node]  # (n,)
    family_sizes = nodes.children[rows.node]
    child = ranges(first_child, family_sizes)  # (n - n_trees,)
    index = child - np.repeat(first_child, family_sizes)  # among its siblings: 0, 1, …

    # Sorted by level and then by index, each group is one of the arrays.
    largest_family = int(nodes.children.max())
    level = nodes.level[child]
    group = level * largest_family + index
    row_in_level = (rows.of_node[child] - rows.level_starts[level])[stable_order(group)]
    group_sizes = np.bincount(group)
    groups = np.flatnonzero(group_sizes)
    bounds = np.concatenate(([0], np.cumsum(group_sizes[groups])))

    siblings: list[list[Array]] = [[] for _ in rows.level_starts[1:]]
    for root in nodes.level[:n_trees]:
        siblings[root].append(np.zeros(1, np.intp))
    for g, members in zip(groups.tolist(), slices(bounds), strict=True):
        siblings[g // largest_family].append(row_in_level[members])
    return siblings


def _follow_counts(
    tree_starts: Array, parent: Array, character: Array, passing: Array, ends: Array, n_y: int
) -> list[Array]:
    """`PrefixTree.y` of each tree: (N, n_y), stored column after column, as predictions are.

    From the row `parent`, `passing` names go on with `character`; `ends` (m,) are where names end.
    """
    n, sizes = int(tree_starts[-1]), np.diff(tree_starts)
    # In memory, tree i is an array (n_y, N_i) that begins at n_y tree_starts[i]. So the entry for
    # EOS, character 0, and a row is n_y tree_starts[i] + (row − tree_starts[i]); that for the
    # character c and the same row comes c N_i after it.
    flat = np.zeros(n * n_y, np.float32)
    size_of_tree = np.repeat(sizes, sizes)  # (n,) for each row, N of its tree
    first_entry = np.arange(n) + np.repeat((n_y - 1) * tree_starts[:-1], sizes)  # (n,)
    flat[first_entry] = np.bincount(ends, minlength=n)
    flat[first_entry[parent] + character * size_of_tree[parent]] = passing
    return [
        flat[n_y * tree.start : n_y * tree.stop].reshape(n_y, -1).T for tree in slices(tree_starts)
    ]

"""The nodes of a walk whose states are still to be computed: they wait on the *frontier*.

They are taken in batches, from the deepest level that fills one. So batches are full where that is
possible, and few nodes wait on any level.
"""

from itertools import accumulate
from typing import Any, NamedTuple, Protocol

import numpy as np

from rnn_names.arrays import Array, Workspace, changes

NO_NAMES = np.zeros(0, np.int32)


class Children(NamedTuple):
    """m nodes, each one character below another."""

    above: Array  # (p, …) states of the nodes above
    parent: Array  # (m,) row in `above` of each one's parent, rising
    character: Array  # (m,) index of the character that leads into each


class NodeBatch(NamedTuple):
    """m nodes of one level, and the k names that have come there."""

    children: Children  # the nodes
    # (m,) what a walk carries along: the automaton's state; `guided.Carried` if it looks ahead
    carried: Any
    names: Array = NO_NAMES  # (k,) numbers
    node: Array = NO_NAMES  # (k,) the node of each name, rising


class Frontier:
    """The nodes that wait on each level, to be taken at most `at_once` together."""

    def __init__(self, levels: int, at_once: int) -> None:
        self._at_once = at_once
        self._batches: list[list[NodeBatch]] = [[] for _ in range(levels)]
        self._nodes = [0] * levels

    def __bool__(self) -> bool:
        """Whether any nodes wait."""
        return any(self._nodes)

    def add(self, level: int, batch: NodeBatch) -> None:
        """Adds nodes to a level. States above without a child are dropped."""
        (above, parent, character), carried, names, node = batch
        for start in range(0, len(parent), self._at_once):
            nodes = slice(start, start + self._at_once)
            here = slice(*np.searchsorted(node, (start, start + self._at_once)))  # of the names
            is_new = changes(parent[nodes])  # whether a node has another parent than the one before
            kept = above.take(parent[nodes][is_new], axis=0)
            children = Children(kept, np.cumsum(is_new) - 1, character[nodes])
            placed = names[here], node[here] - start
            self._batches[level].append(NodeBatch(children, carried[nodes], *placed))
        self._nodes[level] += len(parent)

    def take(self) -> tuple[int, NodeBatch]:
        """Removes nodes from the deepest level with a full batch; else from the first with any."""
        full = [level for level, n in enumerate(self._nodes) if n >= self._at_once]
        level = full[-1] if full else next(level for level, n in enumerate(self._nodes) if n)
        batches = self._batches[level]
        taken = [batches.pop()]
        n = len(taken[0].children.parent)
        while batches and n + len(batches[-1].children.parent) <= self._at_once:
            taken.append(batches.pop())
            n += len(taken[-1].children.parent)
        self._nodes[level] -= n
        return level, _joined(taken)


def _joined(batches: list[NodeBatch]) -> NodeBatch:
    children, carried, names, node = zip(*batches, strict=True)
    above, parent, character = zip(*children, strict=True)
    joined = Children(np.concatenate(above), _rows(parent, above), np.concatenate(character))
    join = np.concatenate if isinstance(carried[0], np.ndarray) else carried[0].concatenate
    return NodeBatch(joined, join(carried), np.concatenate(names), _rows(node, parent))


def _rows(parts: tuple[Array, ...], of: tuple[Array, ...]) -> Array:
    """Rows of several arrays, `of`, as rows of their concatenation."""
    before = accumulate(map(len, of), initial=0)
    return np.concatenate([part + n for part, n in zip(parts, before, strict=False)])


class WalkSource(Protocol):
    """The source of a walk: it says how names go on and end."""

    dtype: Any  # of the states
    n_y: int  # size of the vocabulary, EOS counted
    nodes_at_once: int  # nodes whose states are computed together

    def next_probabilities(self, states: Array, work: Workspace) -> tuple[Array, Array | float]:
        """The probabilities of the next character after each state, one a column: (n_y, nodes).

        And their margin: the largest error of a sum of them, one or (nodes,).
        """

    def states_after(self, children: Children, work: Workspace) -> Array:
        """The states of nodes, a row each; they may be overwritten by the next call."""

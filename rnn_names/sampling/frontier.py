"""The frontier of a walk down the tree of prefixes: nodes whose states are still to be computed.

They are taken in batches, from the deepest level that fills one. So batches are full where that is
possible, and few nodes wait on any level.
"""

from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np

from rnn_names.arrays import Array

NO_NAMES = np.zeros(0, np.int32)


class Children(NamedTuple):
    """Nodes, m of them, each one character below another one."""

    above: Array  # (p, …) states of the nodes above
    parent: Array  # (m,) which row of `above` each hangs from, rising
    character: Array  # (m,) index of the character that leads into each


class NodeBatch(NamedTuple):
    """Nodes of one level, m of them, and the k names that have come there."""

    children: Children  # the nodes
    payload: Any  # what else their owner knows of the m nodes, as `Rows`; None for nothing
    names: Array = NO_NAMES  # (k,) numbers
    node: Array = NO_NAMES  # (k,) at which node each name is, rising


class Frontier:
    """The nodes that wait on each level, to be taken at most `at_once` together."""

    def __init__(self, levels: int, at_once: int) -> None:
        self._at_once = at_once
        self._batches: list[list[NodeBatch]] = [[] for _ in range(levels)]
        self._nodes = [0] * levels

    def __bool__(self) -> bool:
        """Whether there are any."""
        return any(self._nodes)

    def add(self, level: int, batch: NodeBatch) -> None:
        """Adds nodes to a level. States above without a child are dropped."""
        (above, parent, character), payload, names, node = batch
        for start in range(0, len(parent), self._at_once):
            nodes = slice(start, start + self._at_once)
            here = slice(*np.searchsorted(node, (start, start + self._at_once)))  # of the names
            is_new = changes(parent[nodes])  # whether a node has another parent than the one before
            kept = above.take(parent[nodes][is_new], axis=0)
            children = Children(kept, np.cumsum(is_new) - 1, character[nodes])
            known = None if payload is None else payload[nodes]
            self._batches[level].append(NodeBatch(children, known, names[here], node[here] - start))
        self._nodes[level] += len(parent)

    def take(self) -> tuple[int, NodeBatch]:
        """Removes nodes: of the deepest level with a full batch, or else of the first with any."""
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
    children, payloads, names, node = zip(*batches, strict=True)
    above, parent, character = zip(*children, strict=True)
    states_before = accumulate(map(len, above), initial=0)
    nodes_before = accumulate(map(len, parent), initial=0)
    return NodeBatch(
        Children(
            np.concatenate(above),
            np.concatenate([part + n for part, n in zip(parent, states_before, strict=False)]),
            np.concatenate(character),
        ),
        None if payloads[0] is None else payloads[0].concatenate(payloads),
        np.concatenate(names),
        np.concatenate([part + n for part, n in zip(node, nodes_before, strict=False)]),
    )


def changes(rising: Array) -> Array:
    """Whether each number differs from the one before it: (m,) bool.

    >>> changes(np.array([3, 3, 5])).tolist()
    [True, False, True]
    """
    result = np.ones(len(rising), bool)
    np.not_equal(rising[1:], rising[:-1], out=result[1:])
    return result

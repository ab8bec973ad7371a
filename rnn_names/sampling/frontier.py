"""The frontier of a walk down the tree of prefixes: nodes whose states are still to be computed."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rnn_names.sampling.lookahead import LookAheadState


class NodeBatch(NamedTuple):
    """Some nodes of one level, m of them, whose states are still to be computed.

    Attributes:
        above: (p, n_a) states of the nodes that they hang from.
        parent: (m,) which row of `above` each hangs from, rising.
        character: (m,) index of the character that leads into each.
        marks: what the guide knows of them, if there is one.
        names: (k,) the names that are at them.
        node: (k,) at which node each name is, rising.
    """

    above: NDArray[Any]
    parent: NDArray[Any]
    character: NDArray[Any]
    marks: LookAheadState | None
    names: NDArray[Any]
    node: NDArray[Any]


class Frontier:
    """The nodes that a walk has still to go to, by level.

    Only as many as are computed together are taken where that is possible, and the deepest of
    those, so that few wait on any level.
    """

    def __init__(self, levels: int, at_once: int) -> None:
        self._at_once = at_once
        self._parts: list[list[NodeBatch]] = [[] for _ in range(levels)]
        self._nodes = [0] * levels

    def __bool__(self) -> bool:
        """Whether there are any."""
        return any(self._nodes)

    def add(
        self,
        level: int,
        states: NDArray[Any],
        parent: NDArray[Any],
        character: NDArray[Any],
        marks: LookAheadState | None,
        names: NDArray[Any],
        node: NDArray[Any],
    ) -> None:
        """Adds nodes, of which `states` holds the states of all that they may hang from; the rest
        as in `NodeBatch`.
        """
        for start in range(0, len(parent), self._at_once):
            nodes = slice(start, start + self._at_once)
            here = slice(*np.searchsorted(node, (start, start + self._at_once)))
            first = changes(parent[nodes])
            above = states.take(parent[nodes][first], axis=0)
            below = marks and marks[nodes]
            self._parts[level].append(
                NodeBatch(
                    above,
                    np.cumsum(first) - 1,
                    character[nodes],
                    below,
                    names[here],
                    node[here] - start,
                )
            )
        self._nodes[level] += len(parent)

    def take(self) -> tuple[int, NodeBatch]:
        """At most `at_once` nodes, of the deepest level where so many wait, or else of the first
        where any do; and the level.
        """
        full = [level for level, n in enumerate(self._nodes) if n >= self._at_once]
        level = full[-1] if full else next(level for level, n in enumerate(self._nodes) if n)
        parts = self._parts[level]
        taken = [parts.pop()]
        n = len(taken[0].parent)
        while parts and n + len(parts[-1].parent) <= self._at_once:
            taken.append(parts.pop())
            n += len(taken[-1].parent)
        self._nodes[level] -= n
        return level, _joined(taken)


def _joined(parts: list[NodeBatch]) -> NodeBatch:
    """Parts of one level as one."""
    above = [0, *accumulate(len(part.above) for part in parts)]
    nodes = [0, *accumulate(len(part.parent) for part in parts)]
    return NodeBatch(
        np.concatenate([part.above for part in parts]),
        np.concatenate([part.parent + n for part, n in zip(parts, above, strict=False)]),
        np.concatenate([part.character for part in parts]),
        parts[0].marks and parts[0].marks.concatenate([part.marks for part in parts if part.marks]),
        np.concatenate([part.names for part in parts]),
        np.concatenate([part.node + n for part, n in zip(parts, nodes, strict=False)]),
    )


def changes(rising: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether each number is not the one before it: (m,) bool."""
    changes = np.ones(len(rising), bool)
    np.not_equal(rising[1:], rising[:-1], out=changes[1:])
    return changes

"""The frontier of a walk down the tree of prefixes: nodes whose states are still to be computed."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class NodeBatch(NamedTuple):
    """Some nodes of one level, m of them, whose states are still to be computed.

    Attributes:
        above: (p, n_a) states of the nodes that they hang from.
        parent: (m,) which row of `above` each hangs from, rising.
        character: (m,) index of the character that leads into each.
        ahead_state: what else is known of them, as `Rows`: by the look-ahead, if there is one.
        names: (k,) the names that are at them.
        node: (k,) at which node each name is, rising.
    """

    above: NDArray[Any]
    parent: NDArray[Any]
    character: NDArray[Any]
    ahead_state: Any
    names: NDArray[Any]
    node: NDArray[Any]


class Frontier:
    """The nodes that a walk has still to go to, by level.

    They are taken in batches of `at_once`, from the deepest level that has so many. So batches are
    full where that is possible, and few nodes wait on any level.
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
        ahead_state: Any,
        names: NDArray[Any],
        node: NDArray[Any],
    ) -> None:
        """Adds nodes to a level.

        `states` may hold more states than those that the nodes hang from; `parent` says which rows
        those are. The rest is as in `NodeBatch`.
        """
        for start in range(0, len(parent), self._at_once):
            nodes = slice(start, start + self._at_once)
            here = slice(*np.searchsorted(node, (start, start + self._at_once)))  # of the names
            is_new = changes(parent[nodes])  # whether a node has another parent than the one before
            batch = NodeBatch(
                above=states.take(parent[nodes][is_new], axis=0),
                parent=np.cumsum(is_new) - 1,
                character=character[nodes],
                ahead_state=ahead_state and ahead_state[nodes],
                names=names[here],
                node=node[here] - start,
            )
            self._parts[level].append(batch)
        self._nodes[level] += len(parent)

    def take(self) -> tuple[int, NodeBatch]:
        """Some level, and at most `at_once` of its nodes, which are no longer there after this.

        It is the deepest level where so many wait, or else the first where any do.
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
    """Some batches of one level as one."""
    # How many states and nodes there are before each part.
    above = [0, *accumulate(len(part.above) for part in parts)]
    nodes = [0, *accumulate(len(part.parent) for part in parts)]
    ahead_states = [part.ahead_state for part in parts if part.ahead_state]  # all or none has one
    return NodeBatch(
        np.concatenate([part.above for part in parts]),
        np.concatenate([part.parent + n for part, n in zip(parts, above, strict=False)]),
        np.concatenate([part.character for part in parts]),
        ahead_states[0].concatenate(ahead_states) if ahead_states else None,
        np.concatenate([part.names for part in parts]),
        np.concatenate([part.node + n for part, n in zip(parts, nodes, strict=False)]),
    )


def changes(rising: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether each number differs from the one before it: (m,) bool.

    >>> changes(np.array([3, 3, 5])).tolist()
    [True, False, True]
    """
    result = np.ones(len(rising), bool)
    np.not_equal(rising[1:], rising[:-1], out=result[1:])
    return result

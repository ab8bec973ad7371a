"""A walk down the tree of prefixes, on which many names are drawn together.

Nodes whose states are still to be computed wait on the *frontier*. They are taken in batches, from
the deepest level that fills one. So batches are full where that is possible, and few nodes wait on
any level.
"""

from __future__ import annotations

from itertools import accumulate
from random import Random
from typing import Any, NamedTuple, Protocol

import numpy as np

from rnn_names.arrays import Array, Workspace
from rnn_names.conditions.beginnings import Beginnings
from rnn_names.corpus.characters import MAX_NAME_LENGTH
from rnn_names.corpus.names import Names
from rnn_names.corpus.shape import Shape
from rnn_names.network.choice import LARGEST_WALK, choose
from rnn_names.network.prefix_tree import EOS

NO_NAMES = np.zeros(0, np.int32)
Placed = tuple[Array, Array]  # numbers of names, (k,), and the node or branch of each, rising


class Children(NamedTuple):
    """Nodes, m of them, each one character below another one."""

    above: Array  # (p, …) states of the nodes above
    parent: Array  # (m,) row in `above` of each one's parent, rising
    character: Array  # (m,) index of the character that leads into each


class NodeBatch(NamedTuple):
    """Nodes of one level, m of them, and the k names that have come there."""

    children: Children  # the nodes
    known: Any  # what else their walk knows of the m nodes, as `Rows`; None for nothing
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
        (above, parent, character), known, names, node = batch
        for start in range(0, len(parent), self._at_once):
            nodes = slice(start, start + self._at_once)
            here = slice(*np.searchsorted(node, (start, start + self._at_once)))  # of the names
            is_new = changes(parent[nodes])  # whether a node has another parent than the one before
            kept = above.take(parent[nodes][is_new], axis=0)
            children = Children(kept, np.cumsum(is_new) - 1, character[nodes])
            of_nodes = None if known is None else known[nodes]
            placed = names[here], node[here] - start
            self._batches[level].append(NodeBatch(children, of_nodes, *placed))
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
    children, known, names, node = zip(*batches, strict=True)
    above, parent, character = zip(*children, strict=True)
    joined = Children(np.concatenate(above), _rows(parent, above), np.concatenate(character))
    of_all = None if known[0] is None else known[0].concatenate(known)
    return NodeBatch(joined, of_all, np.concatenate(names), _rows(node, parent))


def _rows(parts: tuple[Array, ...], of: tuple[Array, ...]) -> Array:
    """Rows of some arrays, `of`, as rows of all these together."""
    before = accumulate(map(len, of), initial=0)
    return np.concatenate([part + n for part, n in zip(parts, before, strict=False)])


def changes(rising: Array) -> Array:
    """Whether each number differs from the one before it: (m,) bool.

    >>> changes(np.array([3, 3, 5])).tolist()
    [True, False, True]
    """
    result = np.ones(len(rising), bool)
    np.not_equal(rising[1:], rising[:-1], out=result[1:])
    return result


class WalkSource(Protocol):
    """What a walk asks: how names begin, go on and end."""

    n_y: int  # size of the vocabulary, EOS counted
    min_length: int  # of a name that is kept, in characters
    max_length: int  # of a name that is kept, in characters
    nodes_at_once: int  # nodes whose states are computed together
    prefix: Array  # indices of the characters that all names begin with
    first_state: Array  # (1, …) the state after them: all that decides how a name goes on
    beginnings: Beginnings | None  # how names may begin; None: with `prefix`, and then in any way
    shape: Shape | None  # what names must not have side by side, if anything

    def next_probabilities(self, states: Array, work: Workspace) -> Array:
        """The probabilities of the next character after each state, one a column: (n_y, nodes)."""

    def states_after(self, children: Children, work: Workspace) -> Array:
        """The states of nodes, a row each; they may be overwritten by the next call."""


class Walk:
    """Draws `size` names, each the number of its column in `text`.

    Each turn goes from some nodes of one level (prefixes of one length) to their children:

        names       (k,) names that are at these nodes
        node        (k,) at which node each is, rising: 0 0 0 1 2 2 …
        branch      (k,) what each draws, n_y node + character, rising
        parent, character   (k,) the two parts of a branch
        first       (k,) whether a name is the first on its branch: each branch is a new node
        children    the new nodes, which wait in `frontier` for a later turn
        states      (nodes, …)
        probabilities       (n_y, nodes)
    """

    known: Any = None  # what a walk that looks ahead knows of the nodes, as `Rows`

    def __init__(self, source: WalkSource, size: int, bits: Random) -> None:
        assert size <= LARGEST_WALK  # or `choose` would mix names up
        self.source, self.bits, self.work = source, bits, Workspace()
        self.nodes_at_once = source.nodes_at_once
        self.text = np.zeros((source.max_length, size), np.min_scalar_type(source.n_y))
        self.text[: len(source.prefix)] = source.prefix[:, None]
        # A length stays 0 for a name that goes on past the limit or shape.
        self.lengths = np.zeros(size, np.min_scalar_type(MAX_NAME_LENGTH))

    def first_step(self) -> Placed:
        """Draws the first character of every name, at the root: the branch that each takes."""
        source, names = self.source, np.arange(len(self.lengths), dtype=np.int32)
        return self._step(source.first_state, len(source.prefix), names, np.zeros_like(names))

    def go_on(self, step: Placed) -> Names:
        """Draws the rest of every name, and gives those with a length, as indices."""
        source = self.source
        frontier = Frontier(source.max_length + 1, self.nodes_at_once)
        states, length = source.first_state, len(source.prefix)
        last = np.append(EOS, source.prefix)[-1:]  # (nodes,) their last characters
        while True:
            names, branch = step
            parent = branch // source.n_y
            character = branch - parent * source.n_y
            ends = character == EOS
            goes_on = ~ends
            if source.shape is not None:
                fits = source.shape.allows(last, parent, character)
                ends, goes_on = ends & fits, goes_on & fits
            self._end(names[ends], parent[ends], length)
            if length < source.max_length:
                on = np.flatnonzero(goes_on)
                names, branch, parent, character = names[on], branch[on], parent[on], character[on]
                self.text[length, names] = character
                first = changes(branch)
                children = Children(states, parent[first], character[first])
                node = np.cumsum(first, dtype=np.int32) - 1
                frontier.add(length + 1, NodeBatch(children, self._known_of(children), names, node))
            if not frontier:
                break
            length, (children, self.known, names, node) = frontier.take()
            states, last = source.states_after(children, self.work), children.character
            step = self._step(states, length, names, node)
        self.lengths[self.lengths < source.min_length] = 0
        return Names.from_columns(self.text, self.lengths)

    def _step(self, states: Array, length: int, names: Array, node: Array) -> Placed:
        """The branch that each name takes at nodes whose prefixes have `length` characters."""
        probabilities = self.source.next_probabilities(states, self.work)
        beginnings = self.source.beginnings
        if beginnings is not None and length < beginnings.depth:
            beginnings.narrow(probabilities, self.text[:length, names[changes(node)]].T)
        self._weigh(probabilities, length, names, node)
        return choose(probabilities, names, node, self.bits)

    # --- Where a walk that looks ahead does more --------------------------------------------------

    def _weigh(self, probabilities: Array, length: int, names: Array, node: Array) -> None:
        """May change the probabilities in place."""

    def _end(self, names: Array, node: Array, length: int) -> None:
        """Notes names that end, each at a node."""
        self.lengths[names] = length

    def _known_of(self, children: Children) -> Any:
        """What `known` will be at some children of the nodes."""

"""A walk down the tree of prefixes, on which many names are drawn together.

Nodes whose states are still to be computed wait on the *frontier*. They are taken in batches, from
the deepest level that fills one. So batches are full where that is possible, and few nodes wait on
any level.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from rnn_names.arrays import Array, Workspace, stable_order
from rnn_names.corpus.characters import MAX_NAME_LENGTH
from rnn_names.corpus.names import EOS, Names
from rnn_names.network.ahead import by_level
from rnn_names.sampling.choice import MOST_NAMES, choose
from rnn_names.sampling.numbers import choices

if TYPE_CHECKING:
    from rnn_names.conditions.spelling import Spelling, Text

NO_NAMES = np.zeros(0, np.int32)


class Children(NamedTuple):
    """Nodes, m of them, each one character below another one."""

    above: Array  # (p, …) states of the nodes above
    parent: Array  # (m,) row in `above` of each one's parent, rising
    character: Array  # (m,) index of the character that leads into each


class NodeBatch(NamedTuple):
    """Nodes of one level, m of them, and the k names that have come there."""

    children: Children  # the nodes
    known: Any  # (m,) what else is known of the nodes: an array, or `Rows`
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
            placed = names[here], node[here] - start
            self._batches[level].append(NodeBatch(children, known[nodes], *placed))
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
    join = np.concatenate if isinstance(known[0], np.ndarray) else known[0].concatenate
    return NodeBatch(joined, join(known), np.concatenate(names), _rows(node, parent))


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


class Roots(NamedTuple):
    """R texts, none of which begins another one, as indices."""

    texts: Sequence[Text]
    states: Array  # (R, n_a) hidden states after them
    log_prob: Array  # (R,) natural logarithms of numbers that are proportional to probabilities
    known: Any  # (R,) what a walk knows of them: at first, the state of the spelling's automaton

    @property
    def lengths(self) -> Array:
        """Characters of each text, (R,)."""
        return np.array([*map(len, self.texts)])

    def drawn(self, keys: Array) -> Array:
        """A root for each name, (n,), by its first random number; see `numbers`."""
        if len(self.texts) == 1:
            return np.zeros(len(keys), np.intp)
        return choices(keys, 0, self.weights)

    @property
    def weights(self) -> Array:
        """Numbers proportional to the probabilities, 1 at most: (R,)."""
        return np.exp(self.log_prob - max(self.log_prob.max(), -1e300))

    def texts_of(self, root: Array) -> Array:
        """The texts of some roots of one length, (n, length)."""
        used, which = np.unique(root, return_inverse=True)
        return np.array([self.texts[row] for row in used.tolist()], np.intp)[which]


class WalkSource(Protocol):
    """What a walk asks: how names go on and end."""

    dtype: Any  # of the states
    n_y: int  # size of the vocabulary, EOS counted
    nodes_at_once: int  # nodes whose states are computed together

    def next_probabilities(self, states: Array, work: Workspace) -> tuple[Array, Array | float]:
        """The probabilities of the next character after each state, one a column: (n_y, nodes).

        And their margin: the largest error of a sum of them, one or (nodes,).
        """

    def states_after(self, children: Children, work: Workspace) -> Array:
        """The states of nodes, a row each; they may be overwritten by the next call."""


class Walk:
    """Draws names, each the number of its column in `text`.

    Each turn goes from some nodes of one level (prefixes of one length) to their children:

        names       (k,) names that are at these nodes
        node        (k,) at which node each is, rising: 0 0 0 1 2 2 …
        branch      (k,) what each draws, n_y node + character, rising
        parent, character   (branches,) the two parts of each distinct branch
        which       (k,) the number of each name's branch among these
        children    those that go on: new nodes, which wait in the frontier for a later turn
        states      (nodes, …)
        known       (nodes,) the state of the spelling's automaton at each node
        probabilities       (n_y, nodes)

    Args:
        source: what the names are drawn from.
        spelling: what they may look like.
        keys: (names,) the state of each name's random numbers, as in `numbers`.
    """

    def __init__(self, source: WalkSource, spelling: Spelling, keys: Array) -> None:
        assert len(keys) <= MOST_NAMES  # or `choose` would mix names up
        self.source, self.spelling, self.keys = source, spelling, keys
        self.text = np.zeros((spelling.max_length, len(keys)), np.min_scalar_type(source.n_y))
        # A length stays 0 for a name that breaks the spelling, or is too close to call.
        self.lengths = np.zeros(len(keys), np.min_scalar_type(MAX_NAME_LENGTH))
        self.is_close = np.zeros(len(keys), bool)
        self._frontier = Frontier(spelling.max_length + 1, source.nodes_at_once)

    def run(self, roots: Roots, root: Array | None = None) -> None:
        """Draws every name from its root, (names,); where none is given, one is drawn for each."""
        source, work = self.source, Workspace(self.source.dtype)
        root = roots.drawn(self.keys) if root is None else root
        for rows in by_level(roots.lengths):
            names = np.flatnonzero(np.isin(root, rows)).astype(np.int32)
            names = names[stable_order(root[names])]
            here, node = np.unique(root[names], return_inverse=True)
            for first in range(0, len(here), source.nodes_at_once):
                some = here[first : first + source.nodes_at_once]
                part = slice(*np.searchsorted(node, (first, first + len(some))))
                columns, length = names[part], int(roots.lengths[some[0]])
                self.text[:length, columns] = roots.texts_of(root[columns]).T
                states, known = roots.states[some], roots.known[some]
                self._turn(states, known, length, columns, node[part] - first, work)
        while self._frontier:
            length, (children, known, names, node) = self._frontier.take()
            self._turn(source.states_after(children, work), known, length, names, node, work)

    @property
    def names(self) -> Names:
        """Those with a length, as indices."""
        return Names.from_columns(self.text, self.lengths)

    def _turn(
        self, states: Array, known: Any, length: int, names: Array, node: Array, work: Workspace
    ) -> None:
        """Has the names at some nodes, whose prefixes have `length` characters, go on or end."""
        spelling, n_y = self.spelling, self.source.n_y
        probabilities, margin, known = self._predicted(states, known, length, node, work)
        at_state = self._automaton_state(known)
        names, branch, is_close = choose(probabilities, margin, names, node, self.keys, length)
        self.is_close[names[is_close]] = True
        # Of each distinct branch: (branches,)
        first = changes(branch)
        parent, character = np.divmod(branch[first], n_y)
        next_state = spelling.automaton.after[at_state[parent], character]
        ends = character == EOS
        may_end = ends & spelling.may_end[length, at_state[parent]]
        goes_on = ~ends & spelling.can_be_met[length + 1, next_state]
        # Of each name again: (k,)
        which = np.cumsum(first, dtype=np.int32) - 1
        ended = np.flatnonzero(may_end[which] & ~is_close)
        self._end(names[ended], parent[which[ended]], known, length)
        rows = np.flatnonzero(goes_on[which] & ~is_close)
        if len(rows):
            names, which = names[rows], which[rows]
            self.text[length, names] = character[which]
            node = (np.cumsum(goes_on, dtype=np.int32) - 1)[which]
            children = Children(states, parent[goes_on], character[goes_on])
            known = self._known_of(children, known, next_state[goes_on])
            self._frontier.add(length + 1, NodeBatch(children, known, names, node))

    # --- Where a walk that looks ahead does more --------------------------------------------------

    def _predicted(
        self, states: Array, known: Any, length: int, node: Array, work: Workspace
    ) -> tuple[Array, Array | float, Any]:
        """What the source says of the next character, and what is then known of the nodes."""
        return *self.source.next_probabilities(states, work), known

    def _automaton_state(self, known: Any) -> Array:
        """The state of the spelling's automaton at each node."""
        return known

    def _end(self, names: Array, node: Array, known: Any, length: int) -> None:
        """Notes names that end, each at a node."""
        self.lengths[names] = length

    def _known_of(self, children: Children, known: Any, next_state: Array) -> Any:
        """What is known of some children of the nodes, whose automaton is in `next_state`."""
        return next_state

"""A walk down the tree of prefixes from its roots, on which many names are drawn together.

Nodes whose states are still to be computed wait on the *frontier*.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from rnn_names.arrays import Array, Workspace, by_level, changes, stable_order
from rnn_names.corpus.characters import MAX_NAME_LENGTH
from rnn_names.corpus.names import EOS, Names
from rnn_names.network.ahead import LEAST_LOG
from rnn_names.sampling.choice import MAX_NAMES_OF_WALK, choose
from rnn_names.sampling.numbers import weighted_index

if TYPE_CHECKING:
    from rnn_names.conditions.spelling import Spelling, Text


class Children(NamedTuple):
    """m nodes, each one character below another."""

    above: Array  # (p, …) states of the nodes above
    parent: Array  # (m,) row in `above` of each one's parent, rising
    character: Array  # (m,) index of the character that leads into each


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


class Roots(NamedTuple):
    """The R texts that names begin from, none of which begins another one, as indices.

    Mostly there is one, the empty text, or a prefix that is asked for. For several prefixes, or one
    in any case, there are several: the first draw of a name chooses among them. For casts that tie
    first letters, the roots are all the first characters.
    """

    texts: "Sequence[Text]"
    states: Array  # (R, n_a) hidden states after them
    log_prob: Array  # (R,) natural logarithms of numbers that are proportional to probabilities
    carried: Any  # (R,) what a walk carries along: at first, the state of the spelling's automaton

    @property
    def lengths(self) -> Array:
        """Characters of each text, (R,)."""
        return np.array([*map(len, self.texts)])

    def draw(self, keys: Array) -> Array:
        """A root for each name, (n,), by its first random number; see `numbers`."""
        if len(self.texts) == 1:
            return np.zeros(len(keys), np.intp)
        return weighted_index(keys, 0, self.weights)

    @property
    def weights(self) -> Array:
        """Numbers proportional to the probabilities, 1 at most: (R,)."""
        return np.exp(self.log_prob - max(self.log_prob.max(), LEAST_LOG))

    def texts_of(self, root: Array) -> Array:
        """The texts of roots, (n,), that have one length: (n, length)."""
        used, which = np.unique(root, return_inverse=True)
        return np.array([self.texts[row] for row in used.tolist()], np.intp)[which]


class Walk:
    """Draws names. `names` always holds columns of `text`, one for each name.

    Each turn goes from some nodes of one level (prefixes of one length) to their children:

        names       (k,) the columns of the names that are at these nodes
        node        (k,) at which node each is, rising: 0 0 0 1 2 2 …
        branch      (k,) the branch that each draws, n_y node + character, rising
        parent, character   (branches,) the two parts of each distinct branch
        which       (k,) the number of each name's branch among these
        children    those that go on: new nodes, which wait in the frontier for a later turn
        states      (nodes, …)
        carried     (nodes,) the state of the spelling's automaton at each node
        probabilities   (n_y, nodes)

    Args:
        source: what the names are drawn from.
        spelling: what they may look like.
        keys: (names,) the key of each name's random numbers, as in `numbers`.
    """

    def __init__(self, source: WalkSource, spelling: "Spelling", keys: Array) -> None:
        assert len(keys) <= MAX_NAMES_OF_WALK  # or `choose` would mix names up
        self.source, self.spelling, self.keys = source, spelling, keys
        self.text = np.zeros((spelling.max_length, len(keys)), np.min_scalar_type(source.n_y))
        # A length stays 0 for a name that breaks the spelling, or is too close to call.
        self.lengths = np.zeros(len(keys), np.min_scalar_type(MAX_NAME_LENGTH))
        self.is_close = np.zeros(len(keys), bool)
        self._frontier = Frontier(source.nodes_at_once)

    def run(self, roots: Roots, root: Array | None = None) -> None:
        """Draws every name from its root, (names,); where none is given, one is drawn for each."""
        source, work = self.source, Workspace(self.source.dtype)
        root = roots.draw(self.keys) if root is None else root
        for rows in by_level(roots.lengths):
            names = np.flatnonzero(np.isin(root, rows)).astype(np.int32)
            names = names[stable_order(root[names])]
            here, node = np.unique(root[names], return_inverse=True)
            for first in range(0, len(here), source.nodes_at_once):
                some = here[first : first + source.nodes_at_once]
                part = slice(*np.searchsorted(node, (first, first + len(some))))
                columns, length = names[part], len(roots.texts[some[0]])
                self.text[:length, columns] = roots.texts_of(root[columns]).T
                states, carried = roots.states[some], roots.carried[some]
                self._turn(states, carried, length, columns, node[part] - first, work)
        while self._frontier:
            length, (children, carried, names, node) = self._frontier.take()
            self._turn(source.states_after(children, work), carried, length, names, node, work)

    @property
    def names(self) -> Names:
        """The names that have a length, as indices."""
        return Names.from_columns(self.text, self.lengths)

    def _turn(
        self, states: Array, carried: Any, length: int, names: Array, node: Array, work: Workspace
    ) -> None:
        """Extends or ends the names at some nodes, whose prefixes have `length` characters."""
        spelling, n_y = self.spelling, self.source.n_y
        probabilities, margin, carried = self._predicted(states, carried, length, node, work)
        at_state = self._automaton_state(carried)
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
        self._end(names[ended], parent[which[ended]], carried, length)
        rows = np.flatnonzero(goes_on[which] & ~is_close)
        if len(rows):
            names, which = names[rows], which[rows]
            self.text[length, names] = character[which]
            node = (np.cumsum(goes_on, dtype=np.int32) - 1)[which]
            children = Children(states, parent[goes_on], character[goes_on])
            carried = self._carried_to(children, carried, next_state[goes_on])
            self._frontier.add(length + 1, NodeBatch(children, carried, names, node))

    # --- Where a walk that looks ahead does more --------------------------------------------------

    def _predicted(
        self, states: Array, carried: Any, length: int, node: Array, work: Workspace
    ) -> tuple[Array, Array | float, Any]:
        """The source's probabilities of the next character, their margin, and what is carried."""
        return *self.source.next_probabilities(states, work), carried

    def _automaton_state(self, carried: Any) -> Array:
        """The state of the spelling's automaton at each node."""
        return carried

    def _end(self, names: Array, node: Array, carried: Any, length: int) -> None:
        """Notes names that end, each at a node."""
        self.lengths[names] = length

    def _carried_to(self, children: Children, carried: Any, next_state: Array) -> Any:
        """The state carried along at some children, whose automaton is in `next_state`."""
        return next_state


# --- The frontier --------------------------------------------------------------------------------

NO_NAMES = np.zeros(0, np.int32)


class NodeBatch(NamedTuple):
    """m nodes of one level, and the k names that have come there."""

    children: Children  # the nodes
    # (m,) what a walk carries along: the automaton's state; `guided.Carried` if it looks ahead
    carried: Any
    names: Array = NO_NAMES  # (k,) columns of the walk's `text`
    node: Array = NO_NAMES  # (k,) the node of each name, rising


class Frontier:
    """The nodes that wait on each level, to be taken at most `at_once` together.

    They are taken in batches, from the deepest level that fills one. So batches are full where that
    is possible, and few nodes wait on any level.
    """

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._batches = defaultdict[int, list[NodeBatch]](list)
        self._nodes = Counter[int]()  # waiting on each level

    def __bool__(self) -> bool:
        """Whether any nodes wait."""
        return self._nodes.total() > 0

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
        levels = [level for level, n in self._nodes.items() if n]
        full = [level for level in levels if self._nodes[level] >= self._at_once]
        level = max(full) if full else min(levels)
        batches = self._batches[level]
        taken, n = list[NodeBatch](), 0
        while batches and (not taken or n + len(batches[-1].children.parent) <= self._at_once):
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

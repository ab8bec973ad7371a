"""A walk down the tree of prefixes, on which many names are drawn together."""

from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names.arrays import Array, Workspace, changes, stable_order
from rnn_names.corpus.characters import MAX_NAME_LENGTH
from rnn_names.corpus.names import EOS, Names
from rnn_names.network.ahead import by_level
from rnn_names.sampling.choice import MAX_NAMES_OF_WALK, choose
from rnn_names.sampling.frontier import Children, Frontier, NodeBatch, WalkSource
from rnn_names.sampling.roots import Roots

if TYPE_CHECKING:
    from rnn_names.conditions.spelling import Spelling


class Walk:
    """Draws names; the number of a name is its column in `text`.

    Each turn goes from some nodes of one level (prefixes of one length) to their children:

        names       (k,) names that are at these nodes
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
        self._frontier = Frontier(spelling.max_length + 1, source.nodes_at_once)

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
                columns, length = names[part], int(roots.lengths[some[0]])
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

"""A walk down the tree of prefixes, on which many names are drawn together."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from rnn_names.arrays import Array, Workspace
from rnn_names.conditions.beginnings import Beginnings
from rnn_names.corpus.characters import MAX_NAME_LENGTH
from rnn_names.corpus.names import Names
from rnn_names.corpus.shape import Shape
from rnn_names.lookahead.weights import Weights
from rnn_names.network.choice import LARGEST_WALK, choose
from rnn_names.network.prefix_tree import EOS
from rnn_names.sampling.frontier import Children, Frontier, NodeBatch, changes

if TYPE_CHECKING:
    from rnn_names.lookahead.guide import LookAhead, LookAheadState


class Step(NamedTuple):
    """What k names have drawn at some nodes."""

    names: Array  # (k,) numbers
    branch: Array  # (k,) what each has drawn, n_y node + character, rising
    ahead_state: LookAheadState | None = None  # what the look-ahead knows of the nodes
    ahead: Array | None = None  # and of their characters


class Drawn(NamedTuple):
    """The names of a walk."""

    lengths: Array  # (k,) characters; 0 for a name of a wrong length or shape, or given up
    codes: Array  # (characters,) of the other names, as vocabulary indices, name after name
    weights: Weights | None  # of the other names, if there is a look-ahead

    @property
    def names(self) -> Names:
        """The names that have a length."""
        return Names.from_lengths(self.codes, self.lengths[self.lengths > 0])


class WalkSource(Protocol):
    """What a walk asks: how names begin, go on and end."""

    n_y: int  # size of the vocabulary, EOS counted
    min_length: int  # of a name that is kept, in characters
    max_length: int  # of a name that is kept, in characters
    nodes_at_once: int  # nodes whose states are computed together
    prefix: Array  # indices of the characters that all names begin with
    first_state: Array  # (1, …) the state after them: all that decides how a name goes on
    beginnings: Beginnings | None  # how names may begin, if that is not one way or any
    shape: Shape | None  # what names must not have side by side, if anything

    def next_probabilities(self, states: Array, work: Workspace) -> Array:
        """The probabilities of the next character after each state, by column: (n_y, nodes)."""

    def states_after(self, children: Children, work: Workspace) -> Array:
        """The states of nodes, a row each; they may be overwritten by the next call."""


class Walk:
    """Draws `size` names, each the number of its column in `text`; copies come after `size`."""

    def __init__(
        self, source: WalkSource, size: int, bits: Random, look_ahead: LookAhead | None = None
    ) -> None:
        assert size <= LARGEST_WALK  # or `choose` would mix names up
        self.source, self.bits, self.look_ahead = source, bits, look_ahead
        self.work = Workspace()
        self.text = np.zeros((source.max_length, size), np.min_scalar_type(source.n_y))
        self.text[: len(source.prefix)] = source.prefix[:, None]
        # A length stays 0 for a name that goes on past the limit or shape, or is given up.
        self.lengths = np.zeros(size, np.min_scalar_type(MAX_NAME_LENGTH))
        self._size = size
        self._log_weights = np.zeros(0 if look_ahead is None else size)
        self._family = np.arange(len(self._log_weights), dtype=np.int32)
        self._log_means = np.full(source.max_length + 1, -np.inf)
        self._free = np.zeros(0, np.int32)  # columns of names that were given up

    def first_step(self) -> Step:
        """Draws the first character of every name, at the root of the tree."""
        size, prefix = self._size, self.source.prefix
        return self._step(
            self.source.first_state,
            len(prefix),
            np.arange(size, dtype=np.int32),
            np.zeros(size, np.int32),
            None if self.look_ahead is None else self.look_ahead.first(),
        )

    def go_on(self, step: Step) -> Drawn:
        """Draws the rest of every name.

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
        source, guide = self.source, self.look_ahead
        # Level by level, where the mean weight at each level is not known before.
        by_level = guide is not None and guide.chain is not None and guide.log_means is None
        at_once = LARGEST_WALK if by_level else source.nodes_at_once
        frontier = Frontier(source.max_length + 1, at_once)
        states, length = source.first_state, len(source.prefix)
        last = np.append(EOS, source.prefix)[-1:]  # (nodes,) their last characters
        while True:
            names, branch, ahead_state, ahead = step
            parent = branch // source.n_y
            character = branch - parent * source.n_y
            ends = character == EOS
            goes_on = ~ends
            if source.shape is not None:
                fits = source.shape.allows(last, parent, character)
                ends, goes_on = ends & fits, goes_on & fits
            self.lengths[names[ends]] = length
            if ahead_state is not None:
                # A log weight is Σ log(total / ahead): `weigh` adds log total; ahead of EOS is 1.
                self._log_weights[names[ends]] = ahead_state.log_weight[parent[ends]]
            if length < source.max_length:
                on = np.flatnonzero(goes_on)
                names, branch, parent, character = names[on], branch[on], parent[on], character[on]
                self.text[length, names] = character
                first = changes(branch)
                children = Children(states, parent[first], character[first])
                below = None
                if guide is not None and ahead_state is not None:
                    below = guide.follow(ahead_state, *children[1:], ahead)
                node = np.cumsum(first, dtype=np.int32) - 1
                frontier.add(length + 1, NodeBatch(children, below, names, node))
            if not frontier:
                break
            length, (children, ahead_state, names, node) = frontier.take()
            states, last = source.states_after(children, self.work), children.character
            step = self._step(states, length, names, node, ahead_state)
        self.lengths[self.lengths < source.min_length] = 0
        codes = Names.from_columns(self.text, self.lengths).codes
        if guide is None:
            return Drawn(self.lengths, codes, None)
        kept = self.lengths > 0
        of_kept = self._log_weights[kept], self._family[kept]
        return Drawn(self.lengths, codes, Weights(self._size, *of_kept, self._log_means))

    def _step(
        self,
        states: Array,
        length: int,
        names: Array,
        node: Array,
        ahead_state: LookAheadState | None,
    ) -> Step:
        """What each name draws next, at nodes whose prefixes have `length` characters."""
        probabilities = self.source.next_probabilities(states, self.work)
        beginnings = self.source.beginnings
        if beginnings is not None and length < beginnings.depth:
            beginnings.narrow(probabilities, self.text[:length, names[changes(node)]].T)
        ahead = None
        if self.look_ahead is not None and ahead_state is not None:
            ahead_state, ahead = self.look_ahead.weigh(probabilities, ahead_state, length, node)
            if self.look_ahead.chain is not None:
                ahead_state, names, node = self._split(ahead_state, names, node, length)
        names, branch = choose(probabilities, names, node, self.bits)
        return Step(names, branch, ahead_state, ahead)

    def _split(
        self, ahead_state: LookAheadState, names: Array, node: Array, length: int
    ) -> tuple[LookAheadState, Array, Array]:
        """Gives up names of small weight, and splits those of large weight.

        Returns the state, and the names that go on, with the node that each is at.
        """
        assert self.look_ahead is not None
        log_means = self.look_ahead.log_means
        if log_means is None:
            log_means = self._log_means
            ended = self._log_weights[self.lengths > 0]
            there = np.concatenate([ended, ahead_state.log_weight[node]])
            log_means[length:] = np.logaddexp.reduce(there) - np.log(self._size)
        split, copies = self.look_ahead.split(ahead_state, node, log_means[length], self.bits)
        if copies.sum() > LARGEST_WALK:  # more than `choose` can tell apart
            return ahead_state, names, node
        rows = np.repeat(np.arange(len(names)), copies)
        self._free = np.append(self._free, names[copies == 0])
        is_copy = ~changes(rows)
        names, node = names[rows], node[rows]
        names[is_copy] = self._columns_like(names[is_copy], length)
        return split, names, node

    def _columns_like(self, names: Array, length: int) -> Array:
        """Columns for copies of some names, which have `length` characters so far."""
        missing, size = len(names) - len(self._free), len(self.lengths)
        if missing > 0:
            more = max(missing, size // 8)
            self.text = np.pad(self.text, ((0, 0), (0, more)))
            self.lengths, self._family, self._log_weights = (
                np.pad(each, (0, more)) for each in (self.lengths, self._family, self._log_weights)
            )
            self._free = np.append(self._free, np.arange(size, size + more, dtype=np.int32))
        columns, self._free = np.split(self._free, [len(names)])
        self.text[:length, columns] = self.text[:length, names]
        self._family[columns] = self._family[names]
        return columns

"""Finite automata over vocabulary indices: what a name's spelling must be, as a table of states."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from rnn_names.arrays import Array
from rnn_names.errors import RnnNamesError
from rnn_names.network.ahead import by_length

State = TypeVar("State", bound=Hashable)
Kind = TypeVar("Kind", bound=Hashable)

MAX_STATES, MAX_PAIRS = 2000, 8000  # of one automaton; of what two of them accept


class NoAutomatonError(RnnNamesError):
    """A pattern has no automaton, or none that is small enough."""


@dataclass(frozen=True)
class Automaton:
    """A deterministic automaton; it starts in state 0."""

    after: Array  # (S, n_y) the state after each state and character; column EOS is not used
    accepting: Array  # (S,) whether a name may end in each state

    def run(self, indices: Array, lengths: Array) -> Array:
        """The state after each of some texts, (m,), by their indices, (m, L), and lengths, (m,)."""
        state = np.zeros(len(lengths), np.int32)
        for place in range(int(lengths.max(initial=0))):
            inside = np.flatnonzero(lengths > place)
            state[inside] = self.after[state[inside], indices[inside, place]]
        return state

    def may_end(self, min_length: int, max_length: int) -> Array:
        """Whether a name of each length may end in each state: (max_length + 1, S)."""
        return (np.arange(max_length + 1) >= min_length)[:, None] & self.accepting

    def counts(self, min_length: int, max_length: int) -> Array:
        """How many texts it accepts, by length so far and state: (max_length + 2, S)."""
        ones, worth = np.ones(self.after.shape[1]), self.may_end(min_length, max_length)
        with np.errstate(over="ignore"):
            return by_length(lambda _: ones, self.after, worth.astype(float))

    def texts(self, prefix: Sequence[int], min_length: int, max_length: int) -> list[Sequence[int]]:
        """The texts that it accepts, of such lengths, and that begin so."""
        possible = self.counts(min_length, max_length) > 0
        may_end = self.may_end(min_length, max_length)
        start = self.run(np.array([prefix]), np.array([len(prefix)]))[0]
        found, waiting = list[Sequence[int]](), [(prefix, start)]
        for text, state in waiting:  # grows as it is read
            if may_end[len(text), state]:
                found.append(text)
            after = self.after[state]
            following = np.flatnonzero(possible[len(text) + 1][after[1:]]) + 1
            waiting += [((*text, c), after[c]) for c in following.tolist()]
        return found

    def __and__(self, other: Automaton) -> Automaton:
        """The automaton of what both accept: its states are pairs of theirs."""
        ours, theirs = self.after.tolist(), other.after.tolist()
        pairs, after = explored(
            (0, 0), lambda pair: [*zip(ours[pair[0]], theirs[pair[1]], strict=True)], MAX_PAIRS
        )
        first, second = np.array(pairs).T
        return Automaton(after, self.accepting[first] & other.accepting[second])


def explored(
    start: State, targets_of: Callable[[State], list[State]], most: int = MAX_STATES
) -> tuple[list[State], Array]:
    """All states that can be reached, and the numbers, (S, kinds), of those that follow each."""
    number, states, after = {start: 0}, [start], []
    for state in states:  # grows as it is read
        targets = targets_of(state)
        for target in targets:
            if target not in number:
                number[target] = len(states)
                states.append(target)
        if len(states) > most:
            raise NoAutomatonError("too many states")
        after.append([number[target] for target in targets])
    return states, np.array(after, np.int32)


def automaton_of(
    start: State,
    all_after: Callable[[State, list[Kind]], list[State]],
    kinds: Sequence[Kind],
    accepts: Callable[[State], bool],
) -> Automaton:
    """The automaton of states that `all_after` gives, after each of some kinds of characters.

    `kinds` has the kind of each character of the vocabulary.
    """
    distinct = [*dict.fromkeys(kinds)]
    states, after = explored(start, lambda state: all_after(state, distinct))
    column = [0, *map(distinct.index, kinds)]
    return Automaton(after[:, column], np.array([*map(accepts, states)]))


def anything(n_y: int) -> Automaton:
    """Accepts all texts."""
    return Automaton(np.zeros((1, n_y), np.int32), np.ones(1, dtype=bool))

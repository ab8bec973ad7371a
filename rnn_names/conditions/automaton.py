"""Finite automata over vocabulary indices, which accept or reject the text of a name.

For the suffix "ab", state 1 means that "a" was read, and state 2, which accepts, that "ab" was:

    text     ""   "C"   "Ca"   "Cab"
    state    0    0     1      2

An `Acceptor` is an automaton with bounds on the length. For names of at most 3 characters:

    prefix    a name may end    can be accepted
    "a"       no                yes, with "b" or "ab" added
    "ab"      yes               yes, as it is
    "ba"      no                yes, with "b" added
    "bb"      no                no: the walk gives it up
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.names import (
    EOS,
    IndexedNames,
    IndexedTexts,
    Indices,
    Names,
    Vocabulary,
    names_from_indices,
)
from rnn_names.corpus.shape import Shape
from rnn_names.errors import RnnNamesError
from rnn_names.system import cached_property
from rnn_names.value_table import value_table

MAX_STATES, MAX_PAIRS = 2000, 8000  # states of an automaton; of an intersection of two


class NoAutomatonError(RnnNamesError):
    """A pattern has no automaton, or only one that is too large."""


@dataclass(frozen=True)
class Automaton:
    """A deterministic automaton of S states; it starts in state 0."""

    next_state: Array  # (S, n_y) the next state, by state and character; column EOS is not used
    accepting: Array  # (S,) whether a name may end in each state

    def run(self, names: IndexedNames) -> Array:
        """The state after each name: (len(names),)."""
        state = np.zeros(len(names), np.int32)
        lengths = names.lengths
        for place in range(int(lengths.max(initial=0))):
            inside = np.flatnonzero(lengths > place)
            indices = names.codes[names.offsets[inside] + place]
            state[inside] = self.next_state[state[inside], indices]
        return state

    def accepts(self, names: Names, vocabulary: Vocabulary) -> Array:
        """Whether the automaton accepts each name: (len(names),) bool."""
        return self.accepting[self.run(vocabulary.indexed(names))]

    def __and__(self, other: "Automaton") -> "Automaton":
        """The intersection, which accepts what both accept; its states are pairs of states."""
        ours, theirs = self.next_state.tolist(), other.next_state.tolist()
        pairs, next_state = reachable_states(
            (0, 0), lambda pair: [*zip(ours[pair[0]], theirs[pair[1]], strict=True)], MAX_PAIRS
        )
        first, second = np.array(pairs).T
        return Automaton(next_state, self.accepting[first] & other.accepting[second]).minimized()

    def minimized(self) -> "Automaton":
        """The smallest automaton that accepts the same texts, by Moore's algorithm (1956)."""
        columns = np.unique(self.next_state[:, 1:], axis=1)  # many characters have the same one
        group, n_groups = self.accepting.astype(np.intp), 0
        while True:
            key = np.column_stack([group, group[columns]])
            _, first, group = np.unique(key, axis=0, return_index=True, return_inverse=True)
            group = group.ravel()  # NumPy 2.0 returns a column
            if len(first) == n_groups:
                break
            n_groups = len(first)
        order = np.argsort(first)  # groups are numbered by their first state, so 0 is the start
        number = np.argsort(order).astype(np.int32)[group]  # (S,)
        return Automaton(number[self.next_state[first[order]]], self.accepting[first[order]])


def reachable_states(
    start: Hashable, next_states: Callable[[Any], list[Any]], max_states: int = MAX_STATES
) -> tuple[list[Any], Array]:
    """All reachable states, and the numbers of the states that follow each, (S, kinds)."""
    number, states, next_state = {start: 0}, [start], []
    for state in states:  # the list grows during the loop
        targets = next_states(state)
        for target in targets:
            if target not in number:
                number[target] = len(states)
                states.append(target)
        if len(states) > max_states:
            raise NoAutomatonError("too many states")
        next_state.append([number[target] for target in targets])
    return states, np.array(next_state, np.int32)


def build_automaton(
    start: Hashable,
    states_after: Callable[[Any, list[Any]], list[Any]],
    kinds: Sequence[Hashable],
    accepts: Callable[[Any], bool],
) -> Automaton:
    """An automaton whose transitions depend only on the kind of each character.

    `states_after` takes a state and a list of kinds and returns the next state for each kind.
    `kinds` contains the kind of each character of the vocabulary.
    """
    distinct = [*dict.fromkeys(kinds)]
    states, next_state = reachable_states(start, lambda state: states_after(state, distinct))
    column = [0, *map(distinct.index, kinds)]
    return Automaton(next_state[:, column], np.array([*map(accepts, states)]))


def any_text(n_y: int) -> Automaton:
    """Accepts all texts."""
    return Automaton(np.zeros((1, n_y), np.int32), np.ones(1, dtype=bool))


def shape_automaton(shape: Shape) -> Automaton:
    """Accepts the texts of a shape. A state is the kind of the last character."""
    kinds = len(shape.barred)
    next_state = np.where(shape.barred, kinds, np.arange(kinds))
    next_state = np.vstack([next_state, np.full(kinds, kinds)])  # the last: barred texts
    next_state = next_state[:, shape.kind].astype(np.int32)
    return Automaton(next_state, np.append(~shape.barred[:, 0], False))


class Acceptor:
    """The texts from `min_length` to `max_length` that an automaton of S states accepts."""

    def __init__(self, automaton: Automaton, min_length: int, max_length: int) -> None:
        self.automaton, self.min_length, self.max_length = automaton, min_length, max_length
        # By length and state: whether a name may end, (max_length + 1, S); how many accepted texts
        # begin with a text, and whether there is any, (max_length + 2, S) both.
        self.may_end = (np.arange(max_length + 1) >= min_length)[:, None] & automaton.accepting
        ones = np.ones(automaton.next_state.shape[1])
        with np.errstate(over="ignore"):
            self.n_continuations = value_table(
                lambda _: ones, automaton.next_state, self.may_end.astype(float)
            )
        self.can_be_accepted = self.n_continuations > 0

    @cached_property
    def log_may_end(self) -> Array:
        """0 where a name may end, else −∞, by length and state: (max_length + 1, S)."""
        return np.where(self.may_end, 0.0, -np.inf)

    def may_follow(self, length: int, automaton_state: Array) -> Array:
        """Whether each character, or the end, may follow m texts of a length: (m, n_y) bool."""
        next_state = self.automaton.next_state[automaton_state]
        may_follow: Array = self.can_be_accepted[length + 1][next_state]
        may_follow[:, EOS] = self.may_end[length, automaton_state]
        return may_follow

    def accepted_texts(self, roots: IndexedTexts) -> list[Indices]:
        """All accepted texts that begin with a root."""
        states = self.automaton.run(names_from_indices(roots))
        accepted, waiting = list[Indices](), [*zip(roots, states, strict=True)]
        for text, state in waiting:  # the list grows during the loop
            for c in np.flatnonzero(self.may_follow(len(text), np.array([state]))[0]).tolist():
                if c == EOS:
                    accepted.append(text)
                else:
                    waiting.append(((*text, c), self.automaton.next_state[state, c]))
        return accepted

"""Finite automata over vocabulary indices: what a name's spelling must be, as a table of states.

A pattern (a suffix, something contained, a regular expression for the whole name) is a term, built
from a few kinds of smaller terms. A state of its automaton is what remains to be matched: the term
itself at first, then its derivatives by each character (Brzozowski 1964). With "ab|ac" as the term,
the derivative by "a" is "b|c", and that by "b" is nothing at all.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from rnn_names.arrays import Array
from rnn_names.errors import RnnNamesError
from rnn_names.network.ahead import by_length

State = TypeVar("State", bound=Hashable)
Kind = TypeVar("Kind", bound=Hashable)

MAX_STATES, MAX_PAIRS = 2000, 8000
MAX_SIZE = 1 << 18  # of all terms of an automaton: (a{1000}){1000} is short, and its terms are not


class NoAutomatonError(RnnNamesError):
    """A pattern has no automaton, or none within `MAX_STATES` and `MAX_SIZE`."""


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


NOTHING, EMPTY, ANY, ANYTHING = range(4)  # terms: no text, the empty one, a character, any text


class Terms:
    """The terms of one automaton, in simplest form: each is one number, and equal ones are one."""

    def __init__(self) -> None:
        self.all: list[tuple[Any, ...]] = []  # the kind and the parts of each
        self.may_end: list[bool] = []  # whether each matches the empty text
        self._number: dict[tuple[Any, ...], int] = {}
        self._derivatives: dict[tuple[int, int], int] = {}
        self._size = 0
        self._add("nothing")
        self._add("empty")
        self._add("one of", None)
        self._add("many", ANY)

    def _add(self, kind: str, *parts: Any) -> int:
        """The number of a term."""
        term = (kind, *parts)
        number = self._number.get(term)
        if number is None:
            self._size += len(parts[0]) if kind in ("either", "one of") and parts[0] else 1
            if self._size > MAX_SIZE:
                raise NoAutomatonError("too large")
            number = self._number[term] = len(self.all)
            self.all.append(term)
            ends = kind in ("empty", "many")
            if kind == "then":
                ends = self.may_end[parts[0]] and self.may_end[parts[1]]
            elif kind == "either":
                ends = any(self.may_end[part] for part in parts[0])
            self.may_end.append(ends)
        return number

    def one_of(self, indices: Iterable[int]) -> int:
        """One character out of some."""
        indices = frozenset(indices)
        return self._add("one of", indices) if indices else NOTHING

    def then(self, first: int, second: int) -> int:
        """One term after another."""
        if NOTHING in (first, second):
            return NOTHING
        if EMPTY in (first, second):
            return second if first == EMPTY else first
        # (ab)c becomes a(bc), so that equal sequences are equal terms.
        parts = []
        while self.all[first][0] == "then":
            parts.append(self.all[first][1])
            first = self.all[first][2]
        second = self._add("then", first, second)
        for part in reversed(parts):
            second = self._add("then", part, second)
        return second

    def sequence(self, terms: Iterable[int]) -> int:
        """Terms one after another."""
        sequence = EMPTY
        for term in reversed(list(terms)):
            sequence = self.then(term, sequence)
        return sequence

    def either(self, terms: Iterable[int]) -> int:
        """Any of some terms."""
        flat: set[int] = set()
        for term in terms:
            flat |= self.all[term][1] if self.all[term][0] == "either" else {term}
        flat.discard(NOTHING)
        if ANYTHING in flat:
            return ANYTHING
        if len(flat) > 1:
            return self._add("either", frozenset(flat))
        return flat.pop() if flat else NOTHING

    def many(self, term: int) -> int:
        """A term any number of times, none included."""
        if term in (NOTHING, EMPTY):
            return EMPTY
        return term if self.all[term][0] == "many" else self._add("many", term)

    def derivative(self, term: int, index: int) -> int:
        """What remains to be matched of a term after a character."""
        found = self._derivatives.get((term, index))
        if found is None:
            found = self._derivatives[term, index] = self._derivative(term, index)
        return found

    def _derivative(self, term: int, index: int) -> int:
        kind, *parts = self.all[term]
        if kind == "one of":
            return EMPTY if parts[0] is None or index in parts[0] else NOTHING
        if kind == "either":
            return self.either([self.derivative(part, index) for part in parts[0]])
        if kind == "many":
            return self.then(self.derivative(parts[0], index), term)
        # The rest are sequences. A character is matched by the first part; or, if that may be
        # empty, by the second, and so on.
        remains = []
        while kind == "then":
            remains.append(self.then(self.derivative(parts[0], index), parts[1]))
            if not self.may_end[parts[0]]:
                return self.either(remains)
            term = parts[1]
            kind, *parts = self.all[term]
        return self.either([*remains, self.derivative(term, index)]) if remains else NOTHING

    def automaton(self, term: int, n_y: int) -> Automaton:
        """The automaton of a term: its states are the term and its derivatives."""
        sets = [each[1] for each in self.all if each[0] == "one of" and each[1] is not None]
        kinds: dict[tuple[bool, ...], int] = {}  # an index of each kind that terms tell apart
        return automaton_of(
            term,
            lambda state, indices: [self.derivative(state, index) for index in indices],
            [kinds.setdefault(tuple(i in each for each in sets), i) for i in range(1, n_y)],
            lambda state: self.may_end[state],
        )

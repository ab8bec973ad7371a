"""The prefixes that draws have passed: there the look-ahead need not guess.

The probabilities that the network gave after each are kept.

    value(prefix)  =  Σ_c  P(c | prefix) · ahead(prefix, c)

`ahead` of a character is 1 or 0 at the end of a name (does it meet the conditions?), the value of
the longer prefix where that was passed as well, and a guess where it was not. So a value is exact
except for the guesses at the leaves below it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names.ngram.chain import LEAST, LONGEST_CONTEXT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rnn_names.conditions.automaton import Automaton


MAX_NUMBERS = 1 << 23
"""Probabilities that the visits of a draw may hold; further nodes are not recorded."""

NOT_RECORDED = -2
"""Stands for the row of a node that is not recorded."""


class Visits:
    """Records the nodes of a draw, a row each, those of a prefix before those of longer ones."""

    def __init__(self) -> None:
        self._parts: list[tuple[NDArray[Any], ...]] = []
        self._rows = 0

    def add(
        self,
        parent: NDArray[Any],
        character: NDArray[Any],
        length: int,
        probabilities: NDArray[Any],
        passed: NDArray[Any],
    ) -> NDArray[np.int64]:
        """Records some nodes of one length, (m,); gives their rows.

        Args:
            parent: (m,) the row of the node that each hangs from; −1 for the first of all.
            character: (m,) the index that leads into each.
            length: in characters.
            probabilities: (m, n_y) the network's, of what comes next.
            passed: (m,) how many names passed.
        """
        rows = np.full(len(parent), NOT_RECORDED)
        if self._rows * probabilities.shape[1] < MAX_NUMBERS:
            kept = np.flatnonzero(parent != NOT_RECORDED)
            rows[kept] = self._rows + np.arange(len(kept))
            self._rows += len(kept)
            self._parts.append(
                (
                    parent[kept],
                    character[kept],
                    np.full(len(kept), length),
                    probabilities[kept].astype(np.float32),
                    passed[kept],
                )
            )
        return rows

    def __len__(self) -> int:
        return self._rows

    def rows(self) -> list[NDArray[Any]]:
        """All of it: parent, character, length, probabilities and passed."""
        return [np.concatenate(column) for column in zip(*self._parts, strict=True)]


@dataclass
class VisitedPrefixes:
    """Prefixes, N of them; each comes after the one that it is one character longer than.

    Attributes:
        parent: (N,) row of the prefix without the last character; −1 for the first of all, which
            every name begins with.
        character: (N,) index of the last character.
        length: (N,) characters.
        automaton_state: (N,) state of the conditions' automaton.
        recent: (N, LONGEST_CONTEXT) the last characters, the last one first, as in
            `rnn_names.ngram.chain.fitted`.
        probabilities: (N, n_y) float32. The network's, of what comes next.
        passed: (N,) how many names have passed.
    """

    parent: NDArray[np.int64]
    character: NDArray[np.int32]
    length: NDArray[np.int64]
    automaton_state: NDArray[np.int32]
    recent: NDArray[np.int32]
    probabilities: NDArray[np.float32]
    passed: NDArray[np.float64]

    @cached_property
    def _sorted(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """A number for the place of each prefix in the tree, rising, and its row.

        They serve to find prefixes again.
        """
        keys = self.parent * self.probabilities.shape[1] + self.character
        order = np.argsort(keys, kind="stable")
        return keys[order], order

    @classmethod
    def none(cls, n_y: int) -> VisitedPrefixes:
        """No prefixes."""
        empty = np.zeros(0, np.int32)
        return cls(
            parent=empty.astype(np.int64),
            character=empty,
            length=empty.astype(np.int64),
            automaton_state=empty,
            recent=np.zeros((0, LONGEST_CONTEXT), np.int32),
            probabilities=np.zeros((0, n_y), np.float32),
            passed=np.zeros(0),
        )

    def __len__(self) -> int:
        return len(self.parent)

    def child(self, row: NDArray[Any], character: NDArray[Any]) -> NDArray[np.int64]:
        """Rows of the prefixes that are one character longer than those of some rows.

        A row is −1 for a prefix that was not passed, and for all that go on from it.
        """
        keys, order = self._sorted
        if not len(keys):
            return np.full(len(row), -1)
        key = row * self.probabilities.shape[1] + character
        at = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
        return np.where((keys[at] == key) & (row >= 0), order[at], -1)

    def joined(self, visits: Visits, automaton: Automaton, prefix: NDArray[Any]) -> VisitedPrefixes:
        """These and those of further draws; every name begins with `prefix`."""
        parent, character, length, probabilities, passed = visits.rows()
        row = np.full(len(parent), -1)  # of each visit
        for visited in by_level(length):
            above = np.where(parent[visited] < 0, -1, row[parent[visited]])
            found = self.child(above, character[visited])
            row[visited] = np.where(parent[visited] < 0, 0 if len(self) else -1, found)
        new = np.flatnonzero(row < 0)
        before = self.passed.copy()
        before[row[row >= 0]] += passed[row >= 0]
        row[new] = len(self) + np.arange(len(new))
        automaton_state = np.zeros(len(new), np.int32)
        recent = np.full((len(new), LONGEST_CONTEXT), -1, np.int32)
        grown = VisitedPrefixes(
            np.concatenate([self.parent, np.where(parent[new] < 0, -1, row[parent[new]])]),
            np.concatenate([self.character, character[new].astype(np.int32)]),
            np.concatenate([self.length, length[new]]),
            np.concatenate([self.automaton_state, automaton_state]),
            np.concatenate([self.recent, recent]),
            np.concatenate([self.probabilities, probabilities[new]]),
            np.concatenate([before, passed[new]]),
        )
        grown._spell(np.arange(len(self), len(grown)), automaton, prefix)
        return grown

    def _spell(self, rows: NDArray[Any], automaton: Automaton, prefix: NDArray[Any]) -> None:
        """Fills in the automaton's states and the last characters of new rows, from those above."""
        for level in by_level(self.length[rows]):
            these = rows[level]
            if self.parent[these[0]] < 0:
                start = [self.probabilities.shape[1], *prefix][::-1][:LONGEST_CONTEXT]
                self.recent[these, : len(start)] = start
                self.automaton_state[these] = automaton.run(prefix[None], np.array([len(prefix)]))
            else:
                above = self.parent[these]
                self.recent[these, 1:] = self.recent[above, :-1]
                self.recent[these, 0] = self.character[these]
                self.automaton_state[these] = automaton.after[
                    self.automaton_state[above], self.character[these]
                ]

    def log_probs(self) -> NDArray[np.float64]:
        """Natural logarithm of the probability of each prefix, given the first: (N,), in nats."""
        log_probs = np.zeros(len(self))
        with np.errstate(divide="ignore"):
            for rows in by_level(self.length)[1:]:
                above = self.parent[rows]
                of_last = self.probabilities[above, self.character[rows]].astype(np.float64)
                log_probs[rows] = log_probs[above] + np.log(of_last)
        return log_probs

    def texts(self, rows: NDArray[Any], prefix: NDArray[Any]) -> NDArray[np.int32]:
        """The indices of some prefixes, 0 after the last: (m, longest)."""
        texts = np.zeros((len(rows), int(self.length[rows].max(initial=0))), np.int32)
        texts[:, : len(prefix)] = prefix
        here = rows.copy()
        for place in range(texts.shape[1] - 1, len(prefix) - 1, -1):
            there = self.length[here] == place + 1
            texts[there, place] = self.character[here[there]]
            here[there] = self.parent[here[there]]
        return texts

    def values(self, guess: Any, context: NDArray[Any]) -> NDArray[np.float64]:
        """What is ahead of each next character of each prefix: (N, n_y) float64.

        Args:
            guess: gives it for contexts, states and a length, where nothing is known from below.
            context: (N,) of the Markov chain that guesses.
        """
        ahead = np.empty(self.probabilities.shape)
        levels = by_level(self.length)
        for rows in levels:
            ahead[rows] = guess(
                context[rows], self.automaton_state[rows], int(self.length[rows[0]])
            )
        for rows in levels[:0:-1]:
            value = np.einsum("nc,nc->n", self.probabilities[rows], ahead[rows])
            ahead[self.parent[rows], self.character[rows]] = np.where(
                value > 0, np.maximum(value, LEAST), 0
            )
        return ahead

    def most_passed(self, ahead: NDArray[np.float64], size: int) -> NDArray[np.intp]:
        """Rows of the `size` prefixes that draws guided by `ahead` are most likely to pass.

        They are in order; a prefix's beginnings are among them.
        """
        guided = self.probabilities * ahead
        guided /= np.maximum(guided.sum(axis=1, keepdims=True), 1e-300)
        passes = np.ones(len(self))
        for rows in by_level(self.length)[1:]:
            passes[rows] = (
                passes[self.parent[rows]] * guided[self.parent[rows], self.character[rows]]
            )
        return np.sort(np.lexsort((self.length, -passes))[:size])

    def take(self, rows: NDArray[Any]) -> VisitedPrefixes:
        """Some of the prefixes, rows rising, with the beginnings of each."""
        new = np.full(len(self) + 1, -1)  # the last for −1
        new[rows] = np.arange(len(rows))
        parent, *others = (getattr(self, name)[rows] for name in self.__dataclass_fields__)
        return VisitedPrefixes(new[parent], *others)


def by_level(length: NDArray[Any]) -> list[NDArray[np.intp]]:
    """The rows of each length, from the shortest on."""
    order = np.argsort(length, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(length[order])) + 1) if len(order) else []

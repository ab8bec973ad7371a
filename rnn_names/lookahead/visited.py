"""The prefixes that draws have passed: there the look-ahead need not guess.

The probabilities that the network gave after each are kept. What is ahead of a prefix follows from
them (`rnn_names.network.ahead`), with a guess only where no longer prefix was passed.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np

from rnn_names.arrays import Array
from rnn_names.conditions.automaton import Automaton
from rnn_names.network.ahead import by_level
from rnn_names.ngram.chain import LONGEST_CONTEXT
from rnn_names.ngram.contexts import max_symbols

MAX_NUMBERS = 1 << 23  # probabilities that are kept of a draw; further new prefixes are not


@dataclass
class VisitedPrefixes:
    """Prefixes, N of them; each comes after the one that it is one character longer than."""

    parent: Array  # (N,) row of the prefix without the last character; row 0 is its own
    character: Array  # (N,) index of the last character
    length: Array  # (N,) characters
    automaton_state: Array  # (N,) state of the conditions' automaton
    string: Array  # (N,) the last symbols, up to `LONGEST_CONTEXT`, as in `ngram.contexts`
    probabilities: Array  # (N, n_y) float32. The network's, of what comes next
    passed: Array  # (N,) how many names have passed

    @classmethod
    def beginning(cls, prefix: Array, automaton: Automaton) -> VisitedPrefixes:
        """The prefix that every name begins with, not visited yet."""
        n_y = automaton.after.shape[1]
        string = 0
        for symbol in (n_y, *prefix.tolist()):
            string = _followed(string, symbol, n_y)
        return cls(
            parent=np.zeros(1, np.int64),
            character=np.zeros(1, np.int32),
            length=np.array([len(prefix)]),
            automaton_state=automaton.run(prefix[None], np.array([len(prefix)])),
            string=np.array([string], np.int64),
            probabilities=np.zeros((1, n_y), np.float32),
            passed=np.zeros(1),
        )

    def __len__(self) -> int:
        return len(self.parent)

    @cached_property
    def _sorted(self) -> tuple[Array, Array]:
        """A number for the place of each prefix but the first in the tree, rising, and its row."""
        keys = self.parent[1:] * self.probabilities.shape[1] + self.character[1:]
        order = np.argsort(keys, kind="stable")
        return keys[order], order + 1

    def child(self, row: Array, character: Array) -> Array:
        """Rows of the prefixes one character longer than those of some rows; −1 where unknown."""
        keys, order = self._sorted
        if not len(keys):
            return np.full(len(row), -1)
        key = row * self.probabilities.shape[1] + character
        at = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
        return np.where((keys[at] == key) & (row >= 0), order[at], -1)

    def log_probs(self, steps: Array) -> Array:
        """Natural logarithm of each prefix's probability by `steps`, given the first (N,)."""
        log_probs = np.zeros(len(self))
        with np.errstate(divide="ignore"):
            for rows in by_level(self.length)[1:]:
                above = self.parent[rows]
                of_last = steps[above, self.character[rows]].astype(np.float64)
                log_probs[rows] = log_probs[above] + np.log(of_last)
        return log_probs

    def most_passed(self, ahead: Array, size: int) -> Array:
        """Rows, rising, of the `size` prefixes that draws guided by `ahead` pass most likely."""
        guided = self.probabilities * ahead
        guided /= np.maximum(guided.sum(axis=1, keepdims=True), 1e-300)
        return np.sort(np.lexsort((self.length, -self.log_probs(guided)))[:size])

    def take(self, rows: Array) -> VisitedPrefixes:
        """Some of the prefixes, rows rising; the beginnings of each are among them."""
        new = np.zeros(len(self), np.int64)
        new[rows] = np.arange(len(rows))
        parts = {each.name: getattr(self, each.name)[rows] for each in fields(self)}
        return VisitedPrefixes(**{**parts, "parent": new[parts["parent"]]})


class Visits:
    """Records the prefixes that a draw passes: `known` ones, and new ones behind them."""

    def __init__(self, known: VisitedPrefixes) -> None:
        self.known, self.n_passed = known, 0
        self._n_rows = len(known)
        self._most = len(known) + MAX_NUMBERS // known.probabilities.shape[1]
        self._new: list[tuple[Array, ...]] = []
        self._passed: list[tuple[Array, ...]] = []

    def child(self, row: Array, character: Array, automaton_state: Array) -> Array:
        """As in `VisitedPrefixes`, with rows for new prefixes; −1 for those not recorded."""
        rows = self.known.child(row, character)
        new = np.flatnonzero((rows < 0) & (row >= 0))[: self._most - self._n_rows]
        rows[new] = self._n_rows + np.arange(len(new))
        self._n_rows += len(new)
        self._new.append((row[new], character[new], automaton_state[new]))
        return rows

    def passed(self, rows: Array, probabilities: Array, names: Array) -> None:
        """Notes what the network gave after some prefixes, and how many names are there."""
        kept = np.flatnonzero(rows >= 0)
        self.n_passed += len(kept)
        self._passed.append(
            (rows[kept], probabilities[kept].astype(np.float32), names[kept].astype(float))
        )

    def joined(self) -> VisitedPrefixes:
        """All prefixes that are known now."""
        known, n_y = self.known, self.known.probabilities.shape[1]
        n_new = self._n_rows - len(known)
        places = known.parent, known.character, known.automaton_state
        columns = zip(places, *self._new, strict=True)
        parent, character, automaton_state = map(np.concatenate, columns)
        grown = VisitedPrefixes(
            parent,
            character,
            np.pad(known.length, (0, n_new)),
            automaton_state,
            np.pad(known.string, (0, n_new)),
            np.pad(known.probabilities, ((0, n_new), (0, 0))),
            np.pad(known.passed, (0, n_new)),
        )
        first = len(known)
        for part, *_ in self._new:  # a part holds no prefix and its parent
            last = first + len(part)
            grown.length[first:last] = grown.length[part] + 1
            grown.string[first:last] = _followed(grown.string[part], character[first:last], n_y)
            first = last
        for rows, probabilities, names in self._passed:
            grown.probabilities[rows] = probabilities
            grown.passed[rows] += names
        return grown


def _followed(string: Any, symbol: Any, n_y: int) -> Any:
    """The last symbols after one more, as in `VisitedPrefixes.string`."""
    return (string * (n_y + 1) + symbol) % (n_y + 1) ** max_symbols(n_y, LONGEST_CONTEXT)

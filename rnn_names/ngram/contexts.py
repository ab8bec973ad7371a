"""The last few symbols of a name: which strings of them a model knows, and where each one leads.

A symbol is a character, or START, which stands before the first one. A string of symbols is one
integer: its symbols are digits to the base n_y + 1, the last symbol lowest, and START is the digit
n_y. With n_y = 3, START a b is 312₄. No string holds EOS, the digit 0, so no string has the number
of a longer one.

A *context* is a string that a model knows. What begins or ends a context is a context, down to the
empty one, which is 0. So the longest context that a name ends in can be followed character by
character: from each context, each character leads to one other. After "a b" comes c: if "a b c" is
a context, that is the next one; if not, it is the same as after "b".
"""

from functools import cached_property

import numpy as np

from rnn_names.arrays import Array, slices
from rnn_names.corpus.names import EOS, Names


def max_symbols(n_y: int, limit: int) -> int:
    """The most symbols of a string: `limit`, or fewer for a large vocabulary."""
    return min(limit, int(62 / np.log2(n_y + 1)))


def extended(strings: Array, symbols: Array, n_y: int, limit: int) -> Array:
    """The last `limit` symbols of strings, one or many, after one more: (m,) twice to (m,)."""
    base = n_y + 1
    return strings % base ** (limit - 1) * base + symbols  # cut first: one more may not fit


def transitions(names: Names, start: int) -> tuple[Array, Array]:
    """The symbol before each symbol of names, START for the first; and each, EOS included.

    >>> before, after = transitions(Names(np.array([1, 2]), np.array([0, 2])), start=3)
    >>> before.tolist(), after.tolist()
    ([3, 1, 2], [1, 2, 0])
    """
    after = np.insert(names.codes.astype(np.int64), names.offsets[1:], EOS)
    before = np.roll(after, 1)
    before[before == EOS] = start
    return before, after


class Contexts:
    """Some contexts, K of them, from the shortest to the longest."""

    def __init__(self, keys: Array, n_y: int) -> None:
        self.keys, self.base = keys, n_y + 1  # (K,) the strings as integers, rising
        symbols = max_symbols(n_y, len(keys))
        starts = np.searchsorted(keys, [0, *(self.base**k for k in range(symbols + 1))])
        starts = starts[: np.searchsorted(starts, len(keys)) + 1]
        self.by_symbols = slices(starts)  # rows, by symbols
        self.shorter = np.zeros(len(keys), np.int64)  # row of each without its first symbol
        for k, rows in enumerate(self.by_symbols[1:]):
            self.shorter[rows] = np.searchsorted(keys, keys[rows] % self.base**k)

    def __len__(self) -> int:
        return len(self.keys)

    def shortest(self, limit: int) -> "Contexts":
        """At most `limit` of them, but the empty one always: all up to some number of symbols."""
        fitting = [rows.stop for rows in self.by_symbols if rows.stop <= limit]
        return Contexts(self.keys[: max([1, *fitting])], self.base - 1)

    def longest(self, strings: Array) -> Array:
        """The row of the longest context that each string ends in: (m,) to (m,)."""
        rows = np.zeros(len(strings), np.intp)
        for symbols in range(1, len(self.by_symbols)):
            ends = strings % self.base**symbols
            at = np.minimum(np.searchsorted(self.keys, ends), len(self.keys) - 1)
            rows = np.where(self.keys[at] == ends, at, rows)
        return rows

    @cached_property
    def after(self) -> Array:
        """The row that each context and symbol lead to: (K, base)."""
        after = np.zeros((len(self.keys), self.base), np.int32)
        for rows, longer in zip(self.by_symbols, [*self.by_symbols[1:], slice(0, 0)], strict=True):
            after[rows] = after[self.shorter[rows]]
            keys = self.keys[longer]
            begins = np.searchsorted(self.keys, keys // self.base)
            after[begins, keys % self.base] = np.arange(longer.start, longer.stop)
        return after

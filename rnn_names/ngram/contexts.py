"""Contexts: the strings of the last few symbols of a name that a model knows.

A symbol is a character, or START, which precedes the first character. A string of symbols is stored
as an integer in base n_y + 1: its symbols are the digits, the last one is the lowest, and START is
the digit n_y. With n_y = 3, START a b is 312₄. No string contains EOS, the digit 0, so strings of
different lengths have different numbers.

A *context* is a string that a model knows. The model also knows all its prefixes and suffixes,
including the empty one, 0. Each character therefore leads from each context to one context. If
"a b c" is a context, c leads from "a b" to it; otherwise c leads to the same context as from "b".
"""

import numpy as np

from rnn_names.arrays import Array, slices
from rnn_names.corpus.names import EOS, Names
from rnn_names.system import cached_property


def max_symbols(n_y: int, limit: int) -> int:
    """Maximum number of symbols of a string: `limit`, or fewer for a large vocabulary."""
    return min(limit, int(62 / np.log2(n_y + 1)))


def extended(strings: Array, symbols: Array, n_y: int, limit: int) -> Array:
    """The last `limit` symbols of strings with a symbol appended to each: (m,)."""
    base = n_y + 1
    return strings % base ** (limit - 1) * base + symbols  # truncated first, to avoid overflow


def transitions(names: Names, start: int) -> tuple[Array, Array]:
    """The symbol (or START) before each symbol of names, including EOS, and the symbol itself.

    >>> before, after = transitions(Names(np.array([1, 2]), np.array([0, 2])), start=3)
    >>> before.tolist(), after.tolist()
    ([3, 1, 2], [1, 2, 0])
    """
    after = np.insert(names.codes.astype(np.int64), names.offsets[1:], EOS)
    before = np.roll(after, 1)
    before[before == EOS] = start
    return before, after


class Contexts:
    """K contexts, from the shortest to the longest."""

    def __init__(self, strings: Array, n_y: int) -> None:
        self.strings, self.base = strings, n_y + 1  # (K,) integers, ascending
        # No context has more symbols than there are contexts, since its prefixes are contexts, too.
        symbols = max_symbols(n_y, len(strings))
        starts = np.searchsorted(strings, [0, *(self.base**k for k in range(symbols + 1))])
        starts = starts[: np.searchsorted(starts, len(strings)) + 1]
        self.by_symbols = slices(starts)  # the rows of the contexts of 0, 1, 2, … symbols
        self.shorter = np.zeros(len(strings), np.int64)  # the row without its first symbol
        for k, rows in enumerate(self.by_symbols[1:]):
            self.shorter[rows] = np.searchsorted(strings, strings[rows] % self.base**k)

    def __len__(self) -> int:
        return len(self.strings)

    def shortest_ones(self, most: int) -> "Contexts":
        """All contexts up to some length: at most `most` of them, but always the empty one."""
        stops = [rows.stop for rows in self.by_symbols if rows.stop <= most]
        return Contexts(self.strings[: max([1, *stops])], self.base - 1)

    def rows_of(self, strings: Array) -> Array:
        """The row of the longest context that each string, (m,), ends with: (m,)."""
        rows = np.zeros(len(strings), np.intp)
        for symbols in range(1, len(self.by_symbols)):
            ends = strings % self.base**symbols
            at = np.minimum(np.searchsorted(self.strings, ends), len(self.strings) - 1)
            rows = np.where(self.strings[at] == ends, at, rows)
        return rows

    @cached_property
    def next_context(self) -> Array:
        """The row of the context to which each symbol leads from each context: (K, base)."""
        rows_after = np.zeros((len(self.strings), self.base), np.int32)
        for rows, longer in zip(self.by_symbols, [*self.by_symbols[1:], slice(0, 0)], strict=True):
            rows_after[rows] = rows_after[self.shorter[rows]]
            strings = self.strings[longer]
            begins = np.searchsorted(self.strings, strings // self.base)
            rows_after[begins, strings % self.base] = np.arange(longer.start, longer.stop)
        return rows_after

"""A tilt: a reweighting of whole names, applied as factors of the next character.

A tilt multiplies the probability of every name c₁ … c_L by factors for its length, for each
character given the kind of the previous one (a capital, …), and for its last character:

    w(name) = g(L) · f(START, c₁) · f(kind of c₁, c₂) · … · f(kind of c_{L−1}, c_L) · e(c_L)

To draw names character by character, each step needs V, the mean product of the remaining factors.
For a character c that follows a,

    p′(c | name so far) ∝ p(c | name so far) · f(kind of a, c) · V(name so far + c)

and for the end, p · e(a) · g(L). V is the mean over the names of an n-gram, in which names that are
too long count as 0.
"""

from typing import NamedTuple

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.names import EOS
from rnn_names.ngram.kneser_ney import NGram
from rnn_names.value_table import value_table

MAX_HISTORY_TABLE = 1 << 23  # probabilities in a table; histories are shortened to fit


class LogFactors(NamedTuple):
    """The logarithms of the factors of a tilt."""

    kinds: Array  # (n_y + 1,) int, the kind of each symbol; the last symbol is START
    pairs: Array  # (kinds, n_y) log f
    ends: Array  # (n_y + 1,) log e
    lengths: Array  # (longest + 1,) log g

    def plus(self, other: "LogFactors") -> "LogFactors":
        """The tilt that multiplies the factors of both."""
        sums = (mine + its for mine, its in zip(self[1:], other[1:], strict=True))
        return LogFactors(self.kinds, *sums)

    def after(self, symbols: Array) -> Array:
        """The factors of each next character without g, after the symbols: (m,) to (m, n_y)."""
        factors = self.pairs[self.kinds[symbols]]
        factors[:, EOS] = self.ends[symbols]
        return np.exp(factors, out=factors)

    def after_any(self, shares: Array) -> Array:
        """The mean factors of each next character, given shares of the previous one: (n_y,)."""
        shares = np.append(0, shares[1:] / shares[1:].sum())  # EOS precedes no character
        mean = np.bincount(self.kinds[:-1], shares, len(self.pairs)) @ np.exp(self.pairs)
        mean[EOS] = shares @ np.exp(self.ends[:-1])
        return mean


class Tilt:
    """The factors of each next character; an n-gram computes V."""

    def __init__(self, ngram: NGram, factors: LogFactors) -> None:
        self.factors, self._at_end = factors, np.exp(factors.lengths)
        self._contexts = contexts = ngram.contexts.shortest_ones(MAX_HISTORY_TABLE // ngram.n_y)
        p = ngram.after_contexts(np.arange(len(contexts)))
        p[1:] *= factors.after(contexts.strings[1:] % contexts.base)
        p[0] *= factors.after_any(p[0])  # the average, for characters without a context
        next_row = contexts.next_context[:, :-1]  # no name contains START
        self._completion = value_table(lambda _: p, next_row, self._at_end)  # V, (longest + 2, K)

    def of_next(self, history: Array, length: Array) -> Array:
        """The factors of the next character's probabilities, at most 1: (m, n_y)."""
        contexts = self._contexts
        next_contexts = contexts.next_context[contexts.rows_of(history), :-1]  # (m, n_y)
        values = self._completion[length[:, None] + 1, next_contexts]  # V
        values[:, EOS] = self._at_end[length]
        factors = self.factors.after(history % contexts.base) * values
        factors /= factors.max(axis=1, keepdims=True)
        return factors

"""A tilt of whole names as factors of the next character, with what they are still to bring.

A tilt multiplies the probability of every name c₁ … c_L by factors for its length, for each
character after the kind of the one before (a capital, a space, …), and for its last character:

    w(name) = g(L) · f(START, c₁) · f(kind of c₁, c₂) · … · f(kind of c_{L−1}, c_L) · e(c_L)

To write character by character, one has to know at each step what comes later: V, the mean of the
factors that are still ahead. So for a character c after a,

    p′(c | name so far) ∝ p(c | name so far) · f(kind of a, c) · V(name so far + c)

and for the end p · e(a) · g(L). Here V is the mean over names of an n-gram with the list's lengths
(`rnn_names.ngram.lengths`): what is ahead with the factors, divided by what is ahead without them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rnn_names.arrays import Array
from rnn_names.network import ahead
from rnn_names.network.prefix_tree import EOS
from rnn_names.ngram.kneser_ney import NGram
from rnn_names.ngram.lengths import LengthGuide


class Factors(NamedTuple):
    """The logarithms of the factors of a tilt."""

    kinds: Array  # (n_y + 1,) the kind of each symbol, a whole number; START, the last, has its own
    pairs: Array  # (kinds, n_y) log f
    ends: Array  # (n_y + 1,) log e
    lengths: Array  # (longest + 1,) log g

    def times(self, other: Factors) -> Factors:
        """Both tilts, one after the other."""
        sums = (mine + its for mine, its in zip(self[1:], other[1:], strict=True))
        return Factors(self.kinds, *sums)

    def after(self, symbols: Array) -> Array:
        """The factors of each next character but for g, after some symbols: (m,) to (m, n_y)."""
        factors = self.pairs[self.kinds[symbols]]
        factors[:, EOS] = self.ends[symbols]
        return np.exp(factors, out=factors)


class Tilt:
    """What a tilt makes of the next character of an n-gram with the list's lengths."""

    def __init__(self, ngram: NGram, guide: LengthGuide, factors: Factors) -> None:
        self.factors, self._guide = factors, guide
        self._at_end = np.exp(factors.lengths)
        contexts = guide.contexts
        p = ngram.after_contexts(np.arange(len(contexts)))
        last_symbols = contexts.keys[1:] % contexts.base  # the empty context has none
        p[1:] *= factors.after(last_symbols)
        worth = guide.ratio * self._at_end
        tilted = ahead.by_length(lambda _: p, contexts.after[:, :-1], worth)
        self._ahead = np.ones(tilted.shape, np.float32)  # (longest + 2, contexts) V
        np.divide(tilted, guide.ahead, out=self._ahead, where=guide.ahead > 0, casting="same_kind")

    def of_next(self, history: Array, length: Array) -> Array:
        """What the next character's probabilities are multiplied by, 1 at most: (m, n_y)."""
        contexts = self._guide.contexts
        next_contexts = contexts.after[contexts.longest(history), :-1]  # (m, n_y)
        values = self._ahead[length[:, None] + 1, next_contexts]  # V
        values[:, EOS] = self._at_end[length]
        factors = self.factors.after(history % contexts.base) * values
        factors /= factors.max(axis=1, keepdims=True)
        return factors

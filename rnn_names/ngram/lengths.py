"""An n-gram that writes names of the lengths that the list has.

An n-gram can't count: it ends a name by the last few characters alone, so some of its names are too
short and some too long. Here every name's probability is multiplied by

    r(L) = share of length L in the list / share of length L among the n-gram's own names

That needs no other n-gram, only other steps: p · ahead, as in `rnn_names.network.ahead`, where a
name of L characters is worth r(L).
"""

import numpy as np

from rnn_names.arrays import Array
from rnn_names.network import ahead
from rnn_names.network.prefix_tree import EOS
from rnn_names.ngram.contexts import Contexts
from rnn_names.ngram.kneser_ney import NGram

MAX_HISTORY_TABLE = 1 << 23  # probabilities in a table; of more histories, only the shorter ones
PSEUDO_NAMES = 10  # added to the list's with the n-gram's own lengths, so that none is ruled out


class LengthGuide:
    """What the lengths of a list make of the next character of an n-gram."""

    def __init__(self, ngram: NGram, length_counts: Array) -> None:
        self.contexts: Contexts = ngram.contexts.shortest(MAX_HISTORY_TABLE // ngram.n_y)  # S
        self._after = self.contexts.after[:, :-1]  # START leads nowhere from a name
        p = ngram.after_contexts(np.arange(len(self.contexts))).astype(np.float32)
        own = self._own_lengths(p, self.contexts.after[0, -1], len(length_counts))
        wanted = length_counts + PSEUDO_NAMES * own
        ratio = np.divide(wanted / wanted.sum(), own, out=np.zeros(len(own)), where=own > 0)
        self.ratio = ratio.astype(np.float32)  # (longest + 1,) r(L)
        self.ahead = ahead.by_length(lambda _: p, self._after, worth=self.ratio)

    def _own_lengths(self, p: Array, start: int, n: int) -> Array:
        """The shares of the lengths 0, …, n − 1 among the n-gram's own names: (n,)."""
        shares = np.zeros(n)
        at: Array = np.zeros(len(p))  # the probability to be at each context
        at[start] = 1
        for length in range(n):
            there = np.flatnonzero(at)
            steps = p[there] * at[there, None]  # (contexts that are possible, n_y)
            shares[length] = steps[:, EOS].sum()
            targets = self._after[there, EOS + 1 :].ravel()
            weights = steps[:, EOS + 1 :].ravel()
            at = np.bincount(targets, weights, minlength=len(p)).astype(np.float64)
        shares[0] = 0  # a name has a character
        return shares / shares.sum()

    def factors(self, history: Array, length: Array) -> Array:
        """What is ahead of each next character, and r(L) for EOS: (m, n_y), to multiply by."""
        next_contexts = self._after[self.contexts.longest(history)]  # (m, n_y)
        factors = self.ahead[length[:, None] + 1, next_contexts]
        factors[:, EOS] = self.ratio[length]
        return factors

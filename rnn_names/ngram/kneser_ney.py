"""A character n-gram with interpolated Kneser-Ney smoothing, in arrays.

Order k predicts a character w from its history h, the previous k − 1 symbols. Every count c is
reduced by a discount D, and the remaining probability λ goes to order k − 1, whose history h′ is h
without its first symbol. Order 0 is uniform:

    p_k(w | h) = max(c(hw) − D(c(hw)), 0) / c(h)  +  λ(h) p_{k−1}(w | h′)
    λ(h) = Σ_w D(c(hw)) / c(h)

At the highest order, c counts occurrences. At lower orders, it counts the *different* symbols
before hw, since a lower order matters only if a higher one has no counts (Kneser & Ney 1995). There
are three discounts, as in Chen & Goodman 1999, section 3. One START precedes each name. Nothing
precedes START, so strings that begin with it are counted by occurrences at every order.
"""

import numpy as np

from rnn_names.arrays import Array, ranges
from rnn_names.corpus.names import Names
from rnn_names.ngram.contexts import Contexts, extended, max_symbols, transitions

ORDER = 6  # no other order is better by 0.01 nats per character on lists of 1,000 to 90,000 names


class NGram:
    """An n-gram fitted to names of vocabulary indices; each name counts `weights`, (n,), times.

    >>> ngram = NGram(Names(np.array([1, 2, 1, 1]), np.array([0, 2, 4])), n_y=3)  # "ab" and "aa"
    >>> ngram.probabilities(np.array([ngram.start])).round(2).tolist()  # both begin with "a"
    [[0.13, 0.8, 0.07]]
    """

    def __init__(self, names: Names, n_y: int, weights: Array | None = None) -> None:
        self.n_y, self.base, self.start = n_y, n_y + 1, n_y  # `start` is the history START
        self.order = max_symbols(n_y, ORDER)
        histories, characters = self._histories(names)
        while self.order > 1 and histories.max() < self.base ** (self.order - 2):
            self.order -= 1  # all names are short
        n_each = np.ones(len(names), np.int64) if weights is None else weights
        orders = self._counts(histories, characters, np.repeat(n_each, names.lengths + 1))
        seen, counts, discounts = (np.concatenate(each) for each in zip(*orders, strict=True))
        # The last digit of a gram is the character, the others are the history. Since grams are
        # sorted, grams with the same history are adjacent.
        histories_seen, first = np.unique(seen // self.base, return_index=True)  # (K,) both
        self.contexts = Contexts(histories_seen, n_y)
        totals = np.add.reduceat(counts, first)  # (K,) c(h)
        self._starts = np.append(first, len(seen))  # the first gram of each history
        self._characters = seen % self.base
        self._discounted = (counts - discounts) / np.repeat(totals, np.diff(self._starts))
        self._left_over = np.add.reduceat(discounts, first) / totals  # (K,) λ(h)

    def _histories(self, names: Names) -> tuple[Array, Array]:
        """The history of every character of all names, including EOS, and these characters."""
        last, characters = transitions(names, self.start)
        histories = last if self.order > 1 else 0 * last
        for _ in range(2, self.order):  # one more symbol, unless the history begins with START
            longer = np.roll(histories, 1) * self.base + last
            histories = np.where(last == self.start, histories, longer)
        return histories, characters

    def _counts(
        self, histories: Array, characters: Array, n_each: Array
    ) -> list[tuple[Array, Array, Array]]:
        """For each order, the sorted distinct grams, their counts c and discounts D."""
        orders: list[tuple[Array, Array, Array]] = []
        for symbols in range(self.order - 1, -1, -1):
            power = self.base**symbols
            is_long = histories >= power // self.base  # whether they have this many symbols or more
            grams = histories[is_long] % power * self.base + characters[is_long]
            seen, which = np.unique(grams, return_inverse=True)
            counts = np.bincount(which, n_each[is_long]).astype(np.int64)
            if orders:
                # The number of different longer grams that end in each; grams that begin with
                # START keep their occurrences.
                ends = orders[-1][0] % (power * self.base)
                inner, different = np.unique(ends, return_counts=True)
                counts[np.searchsorted(seen, inner)] = different
            n = np.bincount(np.minimum(counts, 5), minlength=6).astype(float)
            orders.append((seen, counts, _discounts(n[1:5])[np.minimum(counts, 3) - 1]))
        return orders[::-1]

    def extend(self, history: Array, character: Array) -> Array:
        """The histories after one more character, (m,)."""
        return extended(history, character, self.n_y, self.order - 1)

    def probabilities(self, history: Array) -> Array:
        """The probabilities of the next character after each history: (m,) to (m, n_y)."""
        return self.after_contexts(self.contexts.rows_of(history))

    def after_contexts(self, rows: Array) -> Array:
        """The probabilities of the next character after the contexts in `rows`: (m, n_y)."""
        p = np.full((len(rows), self.n_y), 1 / self.n_y)
        longer = np.flatnonzero(rows)
        if len(longer):  # contexts that differ only in their first symbol share p_{k−1}
            shorter, which = np.unique(self.contexts.shorter[rows[longer]], return_inverse=True)
            p[longer] = self.after_contexts(shorter)[which]
        p *= self._left_over[rows, None]  # λ(h) p_{k−1}(w | h′)
        first, n = self._starts[rows], self._starts[rows + 1] - self._starts[rows]
        entries = ranges(first, n)  # of all these histories
        histories = np.repeat(np.arange(len(rows)), n)
        p[histories, self._characters[entries]] += self._discounted[entries]
        return p


def _discounts(n: Array) -> Array:
    """The discounts D(1), D(2) and D(3 or more), from the numbers n₁ to n₄ of counts of 1 to 4.

    By equation 26 of Chen & Goodman 1999:

        Y = n₁ / (n₁ + 2 n₂),    D(i) = i − (i + 1) Y n_{i+1} / n_i

    If any n_i is 0, all discounts are Y, as in Kneser & Ney 1995. In Y, n₁ and n₂ are at least ½.
    """
    n1, n2 = np.maximum(n[:2], 0.5)
    y = n1 / (n1 + 2 * n2)
    if not n.all():
        return np.full(3, y)
    return np.clip([i - (i + 1) * y * n[i] / n[i - 1] for i in (1, 2, 3)], 0.05, [1, 2, 3])

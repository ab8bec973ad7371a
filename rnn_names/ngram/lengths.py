"""An n-gram that writes names of the lengths that the list has.

An n-gram can't count: it ends a name by the last few characters alone, so its names are too short
and too long. A network that learns from it (`rnn_names.training.distillation`) takes that over.
Here the n-gram is given the lengths of the list. Every name's probability is multiplied by

    r(L) = share of length L in the list / share of length L among the n-gram's own names

That needs no other n-gram, only other steps. Say that a name has L characters so far, the last of
which are the history h. A(h, L) is the mean of r over all ways in which the n-gram may go on from
there, weighted by their probabilities. Then the steps are

    p′(c | h, L) = p(c | h) · A(hc, L + 1) / A(h, L)          for a character c
    p′(EOS | h, L) = p(EOS | h) · r(L) / A(h, L)

The product of these steps along a name is p(name) · r(L), since every A but the first stands above
once and below once. A follows from the longest length down (dynamic programming):

    A(h, L) = p(EOS | h) · r(L) + Σ_c p(c | h) · A(hc, L + 1)

An example: after each character, a coin ends the name. Of its names of at most 3 characters, 4/7,
2/7 and 1/7 have 1, 2 and 3. A list has as many names of 2 as of 3 characters: r is 0, 7/4 and 7/2.

    A(3) = ½ · 7/2 = 7/4                    no name goes on
    A(2) = ½ · 7/4 + ½ · A(3) = 7/4         so p′(EOS | 2) = ½ · 7/4 / A(2) = ½
    A(1) = ½ · 0 + ½ · A(2) = 7/8           and p′(EOS | 3) = ½ · 7/2 / A(3) = 1
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rnn_names.network.prefix_tree import EOS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rnn_names.ngram.kneser_ney import Integers, Level, NGram

MAX_HISTORY_TABLE = 1 << 23
"""Probabilities in a table of all histories. Where there are more, A looks at shorter histories;
then it is a guess, and lengths come out a little less exactly."""

PSEUDO_NAMES = 10
"""Names with the n-gram's own lengths that are added to the list's, so that a length which a short
list happens to lack is not ruled out."""


class LengthGuide:
    """What the lengths of a list make of the next character of an n-gram.

    A history is *known* if it has a row in the tables below. S histories have one: those that the
    n-gram has seen, up to a length with which the tables stay small. Any other loses its first
    symbols until a known one is left.

    Attributes:
        ratio: (longest + 1,) r(L).
        ahead: (S, longest + 2) A(h, L) for each known history; the last column is 0.
        after: (S, n_y) int32. The row of the known history after each one and character.
    """

    def __init__(self, ngram: NGram, length_counts: Integers) -> None:
        """Works out r and A.

        Args:
            ngram: of the names.
            length_counts: (longest + 1,) how many names of the list have each length.
        """
        self._ngram = ngram
        self._levels = self._known_levels()
        self._first = np.cumsum(
            [0, *(len(level.histories) for level in self._levels)]
        )  # row of each level's first history
        self.after = self._transitions()
        p = self._probabilities()
        own = self._own_lengths(p, len(length_counts))
        wanted = length_counts + PSEUDO_NAMES * own
        ratio = np.divide(wanted / wanted.sum(), own, out=np.zeros(len(own)), where=own > 0)
        self.ratio = ratio.astype(np.float32)
        self.ahead = self._look_ahead(p)

    def _known_levels(self) -> list[Level]:
        """The n-gram's levels, histories of 0, 1, 2, … symbols, while their table is small."""
        known: list[Level] = []
        n = 0
        for level in self._ngram.levels:
            n += len(level.histories)
            if known and n * self._ngram.n_y > MAX_HISTORY_TABLE:
                break
            known.append(level)
        return known

    def rows(self, history: Integers) -> NDArray[np.intp]:
        """The row of each history, cut to its last symbols that are known: (m,) to (m,)."""
        rows = np.zeros(len(history), np.intp)  # row 0 is the empty history
        for symbols, level in enumerate(self._levels):  # more and more of the last symbols
            seen, at = level.find(history % self._ngram.base**symbols)
            rows[seen] = self._first[symbols] + at
        return rows

    def _transitions(self) -> NDArray[np.int32]:
        """`after`, from the shortest histories to the longest.

        An example: "ab" is followed by c. If "abc" is known, that is the answer. If not, it is the
        same as for "b" and c, which was worked out before: "bc", or "c", or the empty history.
        """
        n_y, base = self._ngram.n_y, self._ngram.base
        after = np.zeros((self._first[-1], n_y), np.int32)
        for symbols, level in enumerate(self._levels):
            here = slice(self._first[symbols], self._first[symbols + 1])
            if symbols:  # at first, as for the history without its first symbol
                after[here] = after[self.rows(level.histories % base ** (symbols - 1))]
            if symbols + 1 < len(self._levels):  # then where hc is known
                longer = self._levels[symbols + 1].histories
                row, character = self.rows(longer // base), longer % base
                is_character = character < n_y  # START leads to no history but its own
                target = self._first[symbols + 1] + np.arange(len(longer))
                after[row[is_character], character[is_character]] = target[is_character]
        return after

    def _probabilities(self) -> NDArray[np.float32]:
        """p(c | h) of all known histories: (S, n_y)."""
        p = np.empty(self.after.shape, np.float32)
        for level, first in zip(self._levels, self._first, strict=False):
            histories = level.histories
            p[first : first + len(histories)] = self._ngram.probabilities(histories)
        return p

    def _own_lengths(self, p: NDArray[np.float32], n: int) -> NDArray[np.float64]:
        """The shares of the lengths 0, …, n − 1 among the n-gram's own names: (n,)."""
        shares = np.zeros(n)
        at: NDArray[np.float64] = np.zeros(len(p))  # the probability to be at each history
        at[self.rows(np.array([self._ngram.start]))] = 1
        for length in range(n):
            there = np.flatnonzero(at)
            steps = p[there] * at[there, None]  # (histories that are possible, n_y)
            shares[length] = steps[:, EOS].sum()
            targets = self.after[there, EOS + 1 :].ravel()
            weights = steps[:, EOS + 1 :].ravel()
            at = np.bincount(targets, weights, minlength=len(p)).astype(np.float64)
        shares[0] = 0  # a name has a character
        return shares / shares.sum()

    def _look_ahead(self, p: NDArray[np.float32]) -> NDArray[np.float32]:
        """A(h, L): (S, longest + 2)."""
        longest = len(self.ratio) - 1
        ahead = np.zeros((len(p), longest + 2), np.float32)
        for length in range(longest, -1, -1):
            later = ahead[:, length + 1][self.after]  # (S, n_y)
            later[:, EOS] = self.ratio[length]
            np.einsum("sc,sc->s", p, later, out=ahead[:, length])
        return ahead

    def factors(self, history: Integers, length: NDArray[np.intp]) -> NDArray[np.float32]:
        """What the probabilities of the next character are multiplied by: (m, n_y).

        They are A(hc, L + 1), and r(L) for EOS. A(h, L), by which all of a row would be divided,
        is left out.

        Args:
            history: (m,) of the n-gram.
            length: (m,) characters so far.
        """
        next_rows = self.after[self.rows(history)]  # (m, n_y) of hc, for each c
        factors = self.ahead[next_rows, length[:, None] + 1]
        factors[:, EOS] = self.ratio[length]
        return factors

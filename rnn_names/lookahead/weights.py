"""The weights of names that were drawn with a look-ahead, and the bound by which they come out.

A name of weight w comes out w / bound times on average. Names that were split on the way are a
*family*: they began as one draw. Of a family of which E names come out on average, those beyond the
first are repeats: of the same name, or of its beginning. For a family of one name, these are
w / bound − 1, where that is above 0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rnn_names.arrays import Array


class Weights(NamedTuple):
    """The weights of some draws."""

    size: int  # how many draws there were
    log_weights: Array  # (m,) natural logarithm of the weight of each name that they brought
    family: Array  # (m,) the draw, 0 to size − 1, that each name comes from
    log_means: Array  # (max_length + 1,) by length, natural logarithm of the mean weight of a draw

    @property
    def log_mean(self) -> float:
        """Natural logarithm of the mean weight of a draw: the probability of the conditions."""
        return float(np.logaddexp.reduce(self.log_weights, initial=-np.inf) - np.log(self.size))

    def half(self, which: int) -> Weights:
        """Those of the first half of the draws, 0, or of the second half, 1."""
        middle = self.size // 2
        rows = np.flatnonzero((self.family >= middle) == bool(which))
        size = self.size - middle if which else middle
        family = self.family[rows] - np.int32(middle * which)
        return Weights(size, self.log_weights[rows], family, self.log_means)

    def expected(self, log_bound: float) -> Array:
        """How often each name comes out on average: (m,)."""
        return np.exp(np.minimum(self.log_weights - log_bound, 300))  # sums of e³⁰⁰ stay finite

    def repeats(self, log_bound: float) -> float:
        """Of the names that come out, the share that are repeats; 1 where none is known to come."""
        if not len(self.family):
            return 1.0
        expected = self.expected(log_bound)
        none = np.ones(self.size)  # the probability that no name of a family comes out
        np.multiply.at(none, self.family, 1 - np.minimum(expected, 1))
        total = expected.sum()
        return float(max(total - (1 - none).sum(), 0) / max(total, 1e-300))

    def log_bound(self, most: float, highest: float) -> float:
        """The least bound up to `highest` with at most a share `most` of repeats, by bisection."""
        low, high = float(self.log_weights.min(initial=highest)), highest
        if not np.isfinite(low):
            low = highest - 100  # far below any bound that is of use
        for _ in range(40):  # to 1e-12 of the range
            middle = (low + high) / 2
            if self.repeats(middle) > most:
                low = middle
            else:
                high = middle
        return high

    @staticmethod
    def concatenate(parts: list[Weights]) -> Weights:
        """Those of all draws of several parts."""
        sizes, log_weights, families, log_means = zip(*parts, strict=True)
        size = sum(sizes)
        before = np.cumsum([0, *sizes], dtype=np.int32)
        family = [part + n for part, n in zip(families, before, strict=False)]
        shares = np.array(sizes)[:, None] / size
        return Weights(
            size,
            np.concatenate(log_weights),
            np.concatenate(family),
            np.logaddexp.reduce(log_means + np.log(shares), axis=0),
        )

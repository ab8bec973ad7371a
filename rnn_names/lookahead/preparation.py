"""How a look-ahead is prepared: draws that it learns from, and the bound of the weights.

Each round draws names with what is known so far, and then learns from them. Before that, they are a
test: one half sets the bound, the least with which few names would be repeats, and the other half
measures how many are. A stream begins as soon as few names are, or when the rounds have cost too
much; then a warning says so. Further rounds run while the stream goes on, until one draw in eight
gives a name. None of this depends on the seed or on how many names are wanted.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import NamedTuple

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.names import Names
from rnn_names.errors import RareConditionsWarning
from rnn_names.lookahead.guide import DRAWN_BY_LEVEL, MAX_BOUND, LookAhead, Visits

FIRST_ROUNDS = 1024, 2048  # names drawn in the first rounds: too early to be worth a test
FIRST_TEST = 1 << 12  # names drawn in the first test; then four times, then twice as many each
MAX_CHARACTERS = 1 << 19  # of a round's names: fewer are drawn where names may be long
MAX_REPEATS = 0.005  # share of the names that may be repeats
MANY_REPEATS = 0.05  # where more names than this are repeats, names are split from `LOW_CEILING` on
MOST_REPEATS = 0.5  # where more are, mean weights differ much: each draw takes its own
LOW_CEILING = 4  # in mean weights; lower, and splitting makes repeats of its own
ENOUGH_COME_OUT = 1 / 8  # preparation goes on while a smaller share of the draws gives a name
MAX_VISITS = 1 << 18  # nodes after which preparation ends, whatever it has reached


class Weights(NamedTuple):
    """The weights of names that were drawn with a look-ahead.

    A name of weight w comes out w / bound times on average. Names that were split on the way are a
    *family*: they began as one draw. Of a family of which E names come out on average, those beyond
    the first are repeats: of the same name, or of its beginning. For a family of one name, these
    are w / bound − 1, where that is above 0.
    """

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
        p_none = np.ones(self.size)  # the probability that no name of a family comes out
        np.multiply.at(p_none, self.family, 1 - np.minimum(expected, 1))
        total = expected.sum()
        return float(max(total - (1 - p_none).sum(), 0) / max(total, 1e-300))

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
        means = np.logaddexp.reduce(log_means + np.log(shares), axis=0)
        return Weights(size, np.concatenate(log_weights), np.concatenate(family), means)


Draw = Callable[[int, Random, LookAhead], tuple[Names, Weights]]


class Preparation:
    """Prepares a look-ahead from draws; `prefixes` has those that they have passed."""

    def __init__(self, draw: Draw, unguided: LookAhead, visits: Visits) -> None:
        """Learns from unguided draws, recorded in `visits`, and then from a few guided ones."""
        self._draw, self._bits, self._look_ahead = draw, Random(1), unguided
        self.prefixes = visits.joined()
        self._n_visits = 0  # nodes of all rounds
        self._has_warned = False
        for size in FIRST_ROUNDS:
            self._learn()
            self._round(size)
        self._learn()
        self._rounds, self._tested = 0, self._test(FIRST_TEST)

    def is_ready_for(self, block: int) -> bool:
        """Whether `look_ahead_for` has nothing to prepare."""
        rounds = max(block - 1, 0) // 2  # one more before every second block
        is_enough = rounds <= self._rounds and self._tested.repeats <= MAX_REPEATS
        return is_enough or self._is_done

    def look_ahead_for(self, block: int) -> LookAhead:
        """The look-ahead for a block of the stream, by its number, prepared where it is not yet."""
        while not self.is_ready_for(block):
            self._learn()
            self._rounds += 1
            tested = self._test(FIRST_TEST * 2 ** (1 + self._rounds))
            if tested.acceptance:  # a round without a single name says nothing
                self._tested = tested
        return self._tested

    def warn_of_shortcoming(self) -> None:
        """Says once, with RareConditionsWarning, what all rounds together did not reach."""
        if self._is_done and self._tested.repeats > MAX_REPEATS and not self._has_warned:
            self._has_warned = True
            warnings.warn(
                f"so few names meet the conditions that about {self._tested.repeats:.1%} of those "
                "drawn are repeats of others, or of their beginnings; the share of each name is "
                "right on average only",
                RareConditionsWarning,
                stacklevel=4,
            )

    @property
    def _is_done(self) -> bool:
        is_good = self._tested.repeats <= MAX_REPEATS and self._tested.acceptance >= ENOUGH_COME_OUT
        return is_good or self._n_visits >= MAX_VISITS

    def _test(self, size: int) -> LookAhead:
        """The look-ahead with a bound, and measured, by new draws."""
        tested = with_bound(self._look_ahead, self._round(size))
        if tested.repeats > MANY_REPEATS:
            self._look_ahead = replace(self._look_ahead, ceiling=LOW_CEILING)
            tested = with_bound(self._look_ahead, self._round(size))
        if tested.repeats > MOST_REPEATS:
            tested = replace(tested, log_means=None)
        return tested

    def _round(self, size: int) -> Weights:
        parts = []
        size = min(size, MAX_CHARACTERS // self._look_ahead.max_length)
        for start in range(0, size, DRAWN_BY_LEVEL):
            visits = Visits(self.prefixes)
            recording = replace(self._look_ahead, visits=visits)
            _, weights = self._draw(min(size - start, DRAWN_BY_LEVEL), self._bits, recording)
            parts.append(weights)
            self.prefixes = visits.joined()
            self._n_visits += visits.n_passed
        return Weights.concatenate(parts)

    def _learn(self) -> None:
        self._look_ahead = self._look_ahead.learned(self.prefixes)
        self.prefixes = self._look_ahead.prefixes


def with_bound(look_ahead: LookAhead, weights: Weights) -> LookAhead:
    """The look-ahead with a bound from one half of the weights, measured on the other."""
    if weights.log_mean == -np.inf:
        return look_ahead
    highest = weights.log_mean + np.log(MAX_BOUND)
    # The weight of every name whose prefixes were all visited. There, ahead of a character is the
    # total of the next prefix. So in the product of total / ahead only the first total is left.
    usual = look_ahead.log_value + 1e-6  # above their rounding errors: each comes once at most
    log_bound = min(max(weights.half(0).log_bound(MAX_REPEATS / 2, highest), usual), highest)
    return replace(
        look_ahead,
        log_bound=log_bound,
        log_means=weights.log_means,
        acceptance=float(np.minimum(weights.expected(log_bound), 1).sum() / weights.size),
        repeats=weights.half(1).repeats(log_bound),
    )

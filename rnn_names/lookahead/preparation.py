"""How a look-ahead is prepared: draws that it learns from, and the bound of the weights.

Each round draws names with what is known so far, and then learns from them. Before it learns, the
round's names are a test of the look-ahead: it has not seen them. One half of them sets the bound,
the least with which few names would be repeats; the other half, which had no part in that, measures
how many are.

A few names should come at once, and many should come fast and with few repeats. So a stream begins
after the first rounds, and more are put in as it goes on, until few names are repeats and most
draws are of use, or until the rounds have cost too much. None of this depends on the seed or on how
many names are wanted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names.lookahead.guide import FLOOR, LookAhead
from rnn_names.lookahead.visited import VisitedPrefixes, Visits

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Draw = Callable[[int, Random, LookAhead], NDArray[np.float64]]

FIRST_ROUNDS = 1024, 2048
"""Names drawn in the first rounds, which are learned from alone."""

FIRST_TEST = 1 << 12
"""Names drawn in the first test. The next test draws four times as many, and each further one twice
as many as the one before."""

MAX_CHARACTERS = 1 << 19
"""Of a round's names: fewer are drawn where names may be long."""

MAX_REPEATS = 0.005
"""Share of the names that may be repeats for their weight."""

MAX_BOUND = 64
"""The largest bound, in mean weights: with it, a name comes out for 64 draws on average. Where that
bound is too low, more names are repeats than `MAX_REPEATS`."""

FEW_IN_VAIN = 1 / 8
"""Preparation goes on while a smaller share of the draws comes out."""

MAX_VISITS = 1 << 18
"""Nodes after which preparation ends, whatever it has reached: about ten times those of the
first rounds."""


@dataclass(frozen=True)
class Prepared:
    """A look-ahead with its bound.

    Attributes:
        look_ahead: ready to draw with.
        share: of the names drawn, how many come out.
        repeats: the share of the names that come out which are repeats for their weight, as
            measured.
    """

    look_ahead: LookAhead
    share: float
    repeats: float

    @property
    def is_good(self) -> bool:
        """Whether more preparation would bring little."""
        return self.repeats <= MAX_REPEATS and self.share >= FEW_IN_VAIN


class Preparation:
    """Prepares a look-ahead for one model and its conditions, a little or more."""

    def __init__(
        self, draw: Draw, prefix: NDArray[Any], unguided: LookAhead, visits: Visits
    ) -> None:
        """Learns from unguided draws, and then from a few guided ones.

        Args:
            draw: gives the log-weights of so many draws, −∞ for those that break a condition.
            prefix: (length,) indices that every name begins with.
            unguided: the look-ahead that knows nothing yet.
            visits: where draws with that one were recorded.
        """
        self._draw, self._prefix, self._bits = draw, prefix, Random(1)
        self._look_ahead = unguided
        self._new_visits = visits  # of the last round, which it has not learned from
        self._n_visits = 0  # of all rounds
        for size in FIRST_ROUNDS:
            self._learn()
            self._round(size)
        self._learn()
        self._rounds, self._prepared = 0, self._test(FIRST_TEST)

    def has(self, rounds: int) -> bool:
        """Whether `after` has nothing to prepare."""
        return rounds <= self._rounds or self._is_done

    def after(self, rounds: int) -> Prepared:
        """The look-ahead after so many rounds, or fewer if more would bring little.

        Who asks for rounds never asks for fewer later on: what they bring takes the place of what
        was there, to save memory.
        """
        while not self.has(rounds):
            self._learn()
            self._rounds += 1
            self._prepared = self._test(FIRST_TEST * 2 ** (1 + self._rounds))
        return self._prepared

    @property
    def shortcoming(self) -> str:
        """What all rounds together did not reach, in a line; nothing if they did, or go on."""
        repeats = self._prepared.repeats
        if not self._is_done or repeats <= MAX_REPEATS:
            return ""
        return (
            f"so few names meet the conditions that about {repeats:.1%} of those drawn are repeats "
            "of others; the share of each name is right on average only"
        )

    @property
    def prefixes(self) -> VisitedPrefixes:
        """Those that the draws so far have passed, or the most of them."""
        return self._look_ahead.prefixes

    @property
    def _is_done(self) -> bool:
        return self._prepared.is_good or self._n_visits >= MAX_VISITS

    def _test(self, size: int) -> Prepared:
        log_weights = self._round(size)
        half = len(log_weights) // 2
        return with_bound(self._look_ahead, log_weights[:half], log_weights[half:])

    def _round(self, size: int) -> NDArray[np.float64]:
        """Log-weights of new draws that it has not learned from: (size,), fewer for long names."""
        self._new_visits = Visits()
        size = min(size, MAX_CHARACTERS // self._look_ahead.max_length)
        log_weights = self._draw(
            size, self._bits, replace(self._look_ahead, visits=self._new_visits)
        )
        self._n_visits += len(self._new_visits)
        return log_weights

    def _learn(self) -> None:
        self._look_ahead = self._look_ahead.learned(self._new_visits, self._prefix)


def with_bound(
    look_ahead: LookAhead, log_weights: NDArray[np.float64], others: NDArray[np.float64]
) -> Prepared:
    """The look-ahead with a bound from some log-weights, measured on others, of as many draws."""
    highest = float(np.concatenate([log_weights, others]).max())
    if highest == -np.inf:
        return Prepared(look_ahead, 0.0, 0.0)
    first, second = np.exp(log_weights - highest), np.exp(others - highest)
    mean = float(first.mean() + second.mean()) / 2
    # The weight of every name whose prefixes were all visited. There, ahead of a character is the
    # total of the next prefix. So in the product of total / ahead only the first total is left.
    usual = float(np.exp(look_ahead.log_value - highest)) * (1 + 1e-6)
    bound = max(min(_bound(first), MAX_BOUND * mean), usual)
    ready = replace(
        look_ahead,
        log_bound=float(np.log(bound)) + highest,
        log_floor=float(np.log(FLOOR * mean)) + highest,
    )
    share = float(np.minimum(np.concatenate([first, second]) / bound, 1).mean())
    return Prepared(ready, share, repeats(second, bound))


def repeats(weights: NDArray[np.float64], bound: float) -> float:
    """The share of names that are repeats: what lies above the bound."""
    return float(np.maximum(weights - bound, 0).sum() / max(weights.sum(), 1e-300))


def _bound(weights: NDArray[np.float64]) -> float:
    """The least bound with which at most half of `MAX_REPEATS` are repeats, by bisection."""
    low, high = float(np.log(weights[weights > 0].min(initial=1))), 0.0  # no weight is above 1
    for _ in range(40):
        middle = (low + high) / 2
        if repeats(weights, np.exp(middle)) > MAX_REPEATS / 2:
            low = middle
        else:
            high = middle
    return float(np.exp(high))

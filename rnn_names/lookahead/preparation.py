"""How a look-ahead is prepared: draws that it learns from, and the bound of the weights.

Each round draws names with what is known so far, and then learns from them. Before that, they are a
test: one half sets the bound, the least with which few names would be repeats, and the other half
measures how many are. A stream begins as soon as few names are, or when the rounds have cost too
much; then a warning says so. Further rounds run while the stream goes on, until one draw in eight
gives a name. None of this depends on the seed or on how many names are wanted.
"""

from collections.abc import Callable
from dataclasses import replace
from random import Random

import numpy as np

from rnn_names.lookahead.guide import DRAWN_BY_LEVEL, MAX_BOUND, LookAhead
from rnn_names.lookahead.visited import Visits
from rnn_names.lookahead.weights import Weights

Draw = Callable[[int, Random, LookAhead], Weights]

FIRST_ROUNDS = 1024, 2048  # names drawn in the first rounds, which are learned from alone
FIRST_TEST = 1 << 12  # names drawn in the first test; then four times, then twice as many each
MAX_CHARACTERS = 1 << 19  # of a round's names: fewer are drawn where names may be long
MAX_REPEATS = 0.005  # share of the names that may be repeats
MANY_REPEATS = 0.05  # where more names than this are repeats, names are split from `LOW_CEILING` on
MOST_REPEATS = 0.5  # where more are, mean weights differ from draw to draw: each takes its own
LOW_CEILING = 4  # in mean weights; lower, and splitting makes repeats of its own
ENOUGH_COME_OUT = 1 / 8  # preparation goes on while a smaller share of the draws gives a name
MAX_VISITS = 1 << 18  # nodes after which preparation ends, whatever it has reached


class Preparation:
    """Prepares a look-ahead from draws; `prefixes` has those that they have passed."""

    def __init__(self, draw: Draw, unguided: LookAhead, visits: Visits) -> None:
        """Learns from unguided draws, recorded in `visits`, and then from a few guided ones."""
        self._draw, self._bits = draw, Random(1)
        self._look_ahead = unguided
        self.prefixes = visits.joined()
        self._n_visits = 0  # nodes of all rounds
        for size in FIRST_ROUNDS:
            self._learn()
            self._round(size)
        self._learn()
        self._rounds, self._tested = 0, self._test(FIRST_TEST)

    def has(self, rounds: int) -> bool:
        """Whether `after` has nothing to prepare."""
        is_enough = rounds <= self._rounds and self._tested.repeats <= MAX_REPEATS
        return is_enough or self._is_done

    def after(self, rounds: int) -> LookAhead:
        """The look-ahead after `rounds` at least, or fewer if more would bring little."""
        while not self.has(rounds):
            self._learn()
            self._rounds += 1
            tested = self._test(FIRST_TEST * 2 ** (1 + self._rounds))
            if tested.share:  # a round without a single name says nothing
                self._tested = tested
        return self._tested

    @property
    def shortcoming(self) -> str:
        """What all rounds together did not reach, in a line; "" if they did, or go on."""
        repeats = self._tested.repeats
        if not self._is_done or repeats <= MAX_REPEATS:
            return ""
        return (
            f"so few names meet the conditions that about {repeats:.1%} of those drawn are repeats "
            "of others, or of their beginnings; the share of each name is right on average only"
        )

    @property
    def _is_done(self) -> bool:
        is_good = self._tested.repeats <= MAX_REPEATS and self._tested.share >= ENOUGH_COME_OUT
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
            parts.append(self._draw(min(size - start, DRAWN_BY_LEVEL), self._bits, recording))
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
    usual = look_ahead.log_value + 1e-6
    log_bound = min(max(weights.half(0).log_bound(MAX_REPEATS / 2, highest), usual), highest)
    return replace(
        look_ahead,
        log_bound=log_bound,
        log_means=weights.log_means,
        share=float(np.minimum(weights.expected(log_bound), 1).sum() / weights.size),
        repeats=weights.half(1).repeats(log_bound),
    )

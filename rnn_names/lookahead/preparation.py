"""How a look-ahead is prepared: draws that it learns from, and the bound of the weights.

Each round draws names with what is known so far, and then learns from them. The first rounds use a
temperature between 1 and 2, where few steps are certain and draws see much. Then the temperature is
halved, round by round, down to the one wanted, as in simulated annealing (Kirkpatrick et al. 1983).
So the names that are most probable in the end have been drawn before, and what is ahead of a prefix
counts all of them, at the current temperature. While it cools, names that end at known prefixes are
left out, so that draws explore. Without cooling, at a temperature of 0.08, names that should be
0.02 % of the output were all of it: no draw had come where the others were.

Then each round is a test: one half of its draws sets the bound, the least with which few names
would be repeats, and all measure how many are. Tests go on until few names are, or they have cost
too much; then a warning says so. None of this depends on the seed or on how many names are wanted.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from rnn_names.arrays import Array
from rnn_names.errors import RareConditionsWarning
from rnn_names.lookahead.guide import LookAhead, Visits

FIRST_ROUND = 1 << 12  # names drawn without a guide
COOLED_BELOW = 1.0  # the temperature below which draws begin at a higher one
ROUNDS = 1 << 10, 1 << 12  # names drawn at each temperature
FIRST_TEST = 1 << 12  # names drawn in the first test; then twice as many each
MAX_CHARACTERS = 1 << 19  # of a round's names: fewer are drawn where names may be long
MAX_REPEATS = 0.005  # share of the names that may be repeats
MAX_BOUND = 64  # in mean weights; higher: more draws for a name, lower: more repeats
ENOUGH_COME_OUT = 1 / 8  # of the draws; where fewer do, tests go on, but only up to
ENOUGH_VISITS = 1 << 16  # nodes in all
MAX_VISITS = 1 << 18  # nodes after which preparation ends, whatever it has reached

Draw = Callable[[float, int, LookAhead], Array]
"""Draws `size` names at a temperature by a look-ahead; gives their log weights, (size,)."""


def prepared(draw: Draw, unguided: LookAhead, temperature: float) -> LookAhead:
    """A look-ahead that has learned, with a bound, and measured."""
    look_ahead, n_visits = unguided, 0

    def drawn(size: int) -> Array:
        nonlocal look_ahead, n_visits
        visits = Visits(look_ahead.prefixes)
        size = min(size, MAX_CHARACTERS // (look_ahead.spelling.max_length + 1))
        log_weights = draw(current, size, replace(look_ahead, visits=visits))
        look_ahead = replace(look_ahead, prefixes=visits.joined())
        n_visits += visits.n_passed
        return log_weights

    def learn(power: float = 1.0, *, explores: bool) -> None:
        nonlocal look_ahead
        prefixes = look_ahead.prefixes.sharpened(power)
        look_ahead = look_ahead.learned(prefixes, current, explores=explores)

    halvings = max(math.ceil(math.log2(COOLED_BELOW / temperature)), 0)
    current = temperature * 2**halvings
    drawn(FIRST_ROUND)
    learn(explores=halvings > 0)
    for left in range(halvings, -1, -1):
        for size in ROUNDS:
            drawn(size)
            learn(explores=left > 0 or (halvings > 0 and size < ROUNDS[-1]))
        if left:
            current /= 2
            learn(2.0, explores=True)
    size = FIRST_TEST
    while True:
        used = look_ahead
        log_weights = drawn(size)  # replaces `look_ahead`; the bound is that of the one used
        tested = with_bound(used, log_weights)
        is_enough = tested.acceptance >= ENOUGH_COME_OUT or n_visits >= ENOUGH_VISITS
        is_in_vain = used.log_value == -np.inf  # top-k, say, rules out all that meet the conditions
        if (tested.repeats <= MAX_REPEATS and is_enough) or n_visits >= MAX_VISITS or is_in_vain:
            return tested
        learn(explores=False)
        size *= 2


def with_bound(look_ahead: LookAhead, log_weights: Array) -> LookAhead:
    """The look-ahead with a bound from one half of some weights, (m,), measured on all."""
    log_mean = np.logaddexp.reduce(log_weights) - np.log(len(log_weights))
    if log_mean == -np.inf:
        return look_ahead
    log_weights = log_weights - log_mean
    # The weight of every name whose prefixes were all visited. There, ahead of a character is the
    # total of the next prefix. So in the product of total / ahead only the first total is left.
    usual = look_ahead.log_value - log_mean + 1e-6  # above rounding errors: each comes once at most
    log_bound = min(
        max(log_bound_of(log_weights[::2], MAX_REPEATS / 2), usual), math.log(MAX_BOUND)
    )
    expected = np.exp(log_weights - log_bound)
    return replace(
        look_ahead,
        log_bound=log_bound + log_mean,
        acceptance=float(np.minimum(expected, 1).mean()),
        repeats=float(np.maximum(expected - 1, 0).sum() / expected.sum()),
    )


def log_bound_of(log_weights: Array, most: float) -> float:
    """The least bound of some weights with which at most a share `most` of the names are repeats.

    A name of weight w comes w / bound times; all beyond the first are repeats. Of the k largest
    weights, that is Σ w − k bound, and no other k gives more than the k of those above the bound.
    """
    falling = np.sort(np.exp(log_weights))[::-1]
    up_to = np.cumsum(falling)
    bound = np.max((up_to - most * up_to[-1]) / np.arange(1, len(falling) + 1))
    return float(np.log(np.maximum(bound, 1e-300)))


def warn_of_repeats(look_ahead: LookAhead) -> None:
    """Says, with RareConditionsWarning, what preparation did not reach."""
    if look_ahead.repeats > MAX_REPEATS:
        warnings.warn(
            f"so few names meet the conditions that about {look_ahead.repeats:.1%} of those "
            "drawn are repeats of others; the share of each name is right on average only",
            RareConditionsWarning,
            stacklevel=4,
        )

"""Prepares a guide: makes draws that it learns from, and sets the bound of the weights.

    draw names unguided, at the first of the temperatures 2 t, 4 t, … that is at least 1
    at this temperature, and at each half as high, down to the requested t:
        twice, learn, and draw names that are not known
        learn, and search for the most probable prefixes (above t, only if few names dominate)
    until few names are repeats, or it has cost too much:
        learn, draw twice as many names as before, set the bound, and measure the repeats

An example, first names that end in "pp", with t = 1:

    round         temperature   names   prefixes   log P(known names)
    draw               2        1,024     13,482        −12.66
    draw               2        1,024     18,399         −9.36
    draw               2        4,096     39,723         −8.99
    draw               1        1,024     44,226         −9.32
    draw               1        4,096     61,291         −9.26
    beam_search        1                  89,509         −9.21
    draw               1        4,096     82,615         −9.21

The last round tests: 2.5 % of its draws yield a name, of which 0.1 % are repeats. Before it, the
guide keeps only the 79,137 most probable prefixes (`guide.MAX_VISITED`).

At a high temperature, draws vary most. So the names that are most probable in the end have been
drawn before, and the guesses take all of them into account, as in simulated annealing (Kirkpatrick
et al. 1983). Names that end at visited prefixes are known, and are ruled out meanwhile, so that
draws explore. Without cooling, `--match 'Davendre|Sonasheen'` never drew one of the two, though
they are about equally probable.

Draws may still miss a probable name. So a beam search visits the most probable prefixes of each
length, by the guesses. If a few names have most of the probability (below a temperature of 1, or
with min-p, top-k or top-p), there is one at each temperature, and at t more follow until one adds
little to the probability of known names. Otherwise, there is one, at t.

A test sets the bound by one half of its draws, the lowest with which few names would be repeats;
all draws measure how many are repeats, and whether draws miss names that are known. A warning says
if there are still too many. The result depends neither on the seed nor on the number of requested
names.
"""

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from rnn_names.arrays import Array
from rnn_names.errors import RareConditionsWarning
from rnn_names.lookahead.guide import Guide
from rnn_names.lookahead.visited import Visits
from rnn_names.network.ahead import LEAST_LOG, log_difference
from rnn_names.network.rnn import log_softmax

COOLED_BELOW = 1.0  # draws begin at the first of 2 t, 4 t, … that is at least this
MIN_HALVINGS = 1  # so at 2 t or above, where draws vary more
LEAST_HALVED = 1e-3  # a lower t counts as this: the same few names have nearly all probability
ROUND_SIZES = 1 << 10, 1 << 12  # names drawn at each temperature
BEAM_PREDICTIONS = 1 << 17  # the predictions of each length that a beam search makes
MAX_BEAM_SEARCHES = 8  # at the end, if few names dominate
MIN_BEAM_GAIN = 0.003  # the last one raises log P(known names) by less than this
FIRST_TEST = 1 << 12  # names of the first test; each later test draws twice as many
MAX_CHARACTERS = 1 << 19  # the most characters of a round's names
MAX_REPEATS = 0.005  # the accepted share of repeats among names
MAX_BOUND = 64  # mean weights; higher: more draws per name, lower: more repeats
ENOUGH_ACCEPTED = 1 / 8  # share of draws that yield a name; below it, tests continue
ENOUGH_VISITS = 1 << 16  # nodes after which they do not continue for that reason alone
MAX_VISITS = 1 << 18  # nodes after which preparation ends
MAX_TEST = 1 << 23  # names of the largest test, after which it ends, too
LOG_HARDLY_ANY = math.log(1e-6)  # a probability of the conditions with which names can be missing
MANY_MISSED = 0.5  # the share of the known names' probability that no test may miss


class GuidedDraws(Protocol):
    """Draws names for a guide to learn from, as `sampling.rarity` does for it."""

    def draw(self, temperature: float, size: int, guide: Guide, visits: Visits) -> Array:
        """Draws names; returns the logarithms of their weights, (size,)."""

    def beam_search(self, temperature: float, width: int, guide: Guide, visits: Visits) -> None:
        """Visits the `width` most probable prefixes of each length."""


def prepare_guide(draws: GuidedDraws, unguided: Guide, temperature: float) -> Guide:
    """A guide that has learned from draws, with its measured bound."""
    coldest = max(temperature, LEAST_HALVED)
    halvings = max(math.ceil(math.log2(COOLED_BELOW / coldest)), MIN_HALVINGS)
    falling = [coldest * 2**k for k in range(halvings, 0, -1)]
    preparation = _Preparation(draws, unguided, falling[0])
    preparation.draw(ROUND_SIZES[0])
    return preparation.run([*falling[1:], temperature])


class _Preparation:
    """A guide that learns, at a temperature, from the prefixes that rounds visit."""

    def __init__(self, draws: GuidedDraws, guide: Guide, temperature: float) -> None:
        self._draws, self._temperature = draws, temperature
        self._guide = guide
        self._n_visits = 0
        self._log_unknown = np.inf  # measured, of names that meet the conditions

    def draw(self, size: int) -> Array:
        """Draws names and records their prefixes; returns the logarithms of their weights."""
        log_weights, n_recorded = self._recorded(self._draws.draw, size)
        self._n_visits += n_recorded
        return log_weights

    def beam_search(self, width: int) -> None:
        """Visits and records the most probable prefixes of each length."""
        self._recorded(self._draws.beam_search, width)

    def _recorded(self, run_round: Callable[..., Any], size: int) -> tuple[Any, int]:
        """The result of a round, whose prefixes are added to the guide, and their number."""
        visits = Visits(self._guide.prefixes)
        size = min(size, MAX_CHARACTERS // (self._guide.spelling.max_length + 1))
        result = run_round(self._temperature, size, self._guide, visits)
        self._guide = replace(self._guide, prefixes=visits.joined())
        return result, visits.n_recorded

    def learn(self, *, explores: bool) -> None:
        """Learns from all visited prefixes."""
        learned = self._guide.learned
        self._guide = learned(self._temperature, explores=explores, log_unknown=self._log_unknown)

    def explore(self) -> None:
        """Draws names that are not known: `learn` rules those out.

        So the mean weight estimates the probability of the others.
        """
        for size in ROUND_SIZES:
            self.learn(explores=True)
            self._log_unknown = log_mean_of(self.draw(size))

    def explore_by_beam_search(self, most: int = 1) -> None:
        """Searches for the most probable prefixes, until that adds little to what is known."""
        for _ in range(most):
            self.learn(explores=True)
            before = self._guide.log_known
            self.beam_search(max(BEAM_PREDICTIONS // self._guide.log_ahead.shape[1], 1))
            if self._guide.log_known - before < MIN_BEAM_GAIN:
                break

    def change_temperature(self, temperature: float) -> None:
        """Converts the predictions after visited prefixes to another temperature."""
        prefixes = self._guide.prefixes
        log_p = log_softmax(self._temperature / temperature * prefixes.log_probabilities)
        self._guide = replace(self._guide, prefixes=replace(prefixes, log_probabilities=log_p))
        self._temperature = temperature
        self._log_unknown = np.inf

    def run(self, temperatures: Sequence[float]) -> Guide:
        """Explores at its temperature and at falling ones; then tests until the guide is ready."""
        few_dominate = few_names_dominate(self._guide, temperatures[-1])
        for temperature in temperatures:
            self.explore()
            if few_dominate:
                self.explore_by_beam_search()
            self.change_temperature(temperature)
        self.explore()
        self.explore_by_beam_search(MAX_BEAM_SEARCHES if few_dominate else 1)
        size = FIRST_TEST
        while not self._is_ready(guide := self._tested(size)) and size < MAX_TEST:
            size *= 2
        return guide

    def _tested(self, size: int) -> Guide:
        """The guide with the bound and the shares that a test with `size` draws measures."""
        self.learn(explores=False)
        guide = self._guide
        log_weights = self.draw(size)
        log_mean, log_known = log_mean_of(log_weights), self._guide.log_known
        self._log_unknown = log_difference(log_mean, guide.log_known)
        # Known names alone may be more probable than all that was drawn: the guesses for other
        # names are far too high, so that draws miss the known ones.
        missed = -math.expm1(min(log_mean - log_known, 0)) if log_known > -np.inf else 0
        return replace(with_bound(guide, log_weights), missed=missed)

    def _is_ready(self, tested: Guide) -> bool:
        """Whether a tested guide is good, or can hardly become better."""
        # Top-k and top-p, for example, may rule out all names that meet the conditions.
        is_impossible = tested.log_p_conditions == -np.inf
        cannot_improve = is_impossible or self._n_visits >= MAX_VISITS
        is_accurate = tested.repeats <= MAX_REPEATS and tested.missed <= MANY_MISSED
        accepts_enough = tested.acceptance >= ENOUGH_ACCEPTED or self._n_visits >= ENOUGH_VISITS
        return cannot_improve or (is_accurate and accepts_enough)


def few_names_dominate(guide: Guide, temperature: float) -> bool:
    """Whether a few names may have most of the probability: below 1, or with min-p, for example."""
    is_cut = np.isneginf(guide.prefixes.log_probabilities).any()  # some characters are ruled out
    return bool(temperature < 1 or is_cut)


def log_mean_of(log_weights: Array) -> float:
    """The logarithm of the mean weight, which estimates the probability of the conditions."""
    return float(np.logaddexp.reduce(log_weights) - np.log(len(log_weights)))


def with_bound(guide: Guide, log_weights: Array) -> Guide:
    """The guide with a bound set by one half of the weights, (m,), and measured on all."""
    log_mean = log_mean_of(log_weights)
    if log_mean == -np.inf:
        return guide
    log_weights = log_weights - log_mean
    # The weight of every name whose prefixes were all visited: there, `ahead` of a character is the
    # total of the next prefix, so the product of total / ahead reduces to the first total. With the
    # margin for rounding errors, such names have at most one copy.
    log_weight_of_known = guide.log_p_conditions - log_mean + 1e-6
    log_bound = max(least_log_bound(log_weights[::2], MAX_REPEATS / 2), log_weight_of_known)
    log_bound = min(log_bound, math.log(MAX_BOUND))
    expected = np.exp(log_weights - log_bound)
    return replace(
        guide,
        log_bound=log_bound + log_mean,
        acceptance=float(np.minimum(expected, 1).mean()),
        repeats=float(np.maximum(expected - 1, 0).sum() / expected.sum()),
    )


def least_log_bound(log_weights: Array, max_repeats: float) -> float:
    """The least bound of weights, (m,), with which at most this share of the names are repeats.

    A name of weight w has w / bound copies; all but the first are repeats. The k weights above the
    bound give (Σₖ w − k bound) / bound repeats, of Σ w / bound names; for the largest weights, any
    other k gives less. So bound ≥ (Σₖ w − max_repeats Σ w) / k, for every k.
    """
    top = max(log_weights.max(), LEAST_LOG)
    falling = np.sort(np.exp(log_weights - top))[::-1]
    up_to = np.cumsum(falling)
    bound = np.max((up_to - max_repeats * up_to[-1]) / np.arange(1, len(falling) + 1))
    return float(np.log(np.maximum(bound, 1e-300)) + top)


def warn_of_rarity(guide: Guide, temperature: float) -> None:
    """Warns, with RareConditionsWarning, if many names are repeats, or some may be missing."""
    # At a temperature T < 1, a name's probability is nearly the power 1 / T of that at 1.
    are_hardly_any = guide.log_p_conditions * min(temperature, 1) < LOG_HARDLY_ANY
    knows_all = guide.log_p_conditions - guide.log_known < 1e-6
    may_miss = are_hardly_any and not knows_all and few_names_dominate(guide, temperature)
    has_missed = guide.missed > MANY_MISSED
    if guide.repeats > MAX_REPEATS and not has_missed:
        what = (
            f"that about {guide.repeats:.1%} of those drawn are repeats of others; the share of "
            "each name is right on average only"
        )
    elif has_missed or may_miss:
        what = "that some may be missing, and the others too frequent"
    else:
        return
    warnings.warn(f"so few names meet the conditions {what}", RareConditionsWarning, stacklevel=4)

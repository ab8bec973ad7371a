"""Prepares a guide for rare conditions: draws names, fits the guide to them, and sets the bound.

It draws names at falling temperatures, down to the requested one, t. Draws vary most at a high
temperature, so the names that are most probable at t have been drawn before t is reached (simulated
annealing, Kirkpatrick et al. 1983). At each temperature, the guide is fitted to all visited
prefixes, then draws names that were not visited. Finally, tests of growing size set the bound and
measure the guide. For example, first names that end in "pp", with t = 1:

    step          temperature   names   prefixes   log P(visited names)
    draw               2        1,024     13,482        −12.66
    draw               2        1,024     18,399         −9.36
    draw               2        4,096     39,723         −8.99
    draw               1        1,024     44,226         −9.32
    draw               1        4,096     61,291         −9.26
    beam_search        1                  89,509         −9.21
    draw               1        4,096     82,615         −9.21

Before the last draw, the guide keeps only the most probable prefixes (`MAX_STORED_NUMBERS`). This
draw is the test: 2.5 % of its proposals yield a name, and 0.1 % of the names are repeats. The
result depends neither on the seed nor on the number of names.
"""

import math
import re
from dataclasses import replace

import numpy as np

from rnn_names.arrays import Array, log_difference
from rnn_names.conditions.automaton import Acceptor, NoAutomatonError
from rnn_names.conditions.regex import matching
from rnn_names.corpus.names import Indices, names_from_indices
from rnn_names.errors import RareConditionsWarning, warn
from rnn_names.lookahead.guide import MAX_REPEATS, Guide, log_mean_of
from rnn_names.lookahead.visited import VisitRecorder
from rnn_names.network.rnn import log_softmax
from rnn_names.sampling.guided import GuidedDrawer, GuidedWalk
from rnn_names.sampling.random_keys import fixed_keys
from rnn_names.sampling.sampler import Sampler

LOG_HARDLY_ANY = math.log(1e-6)  # if the conditions are less probable, names can be missing
COLDEST = 1e-3  # a lower t counts as this: the same few names have nearly all the probability
DRAW_SIZES = 1 << 10, 1 << 12  # names drawn at each temperature
BEAM_PREDICTIONS = 1 << 17  # probabilities per length in a beam search: n_y for each prefix
MAX_BEAM_SEARCHES = 8  # at the end, if few names dominate
MIN_BEAM_GAIN = 0.003  # a search that raises log P(visited names) by less than this is the last
TEST_SIZES = [1 << k for k in range(12, 24)]  # names; MAX_CHARACTERS may allow fewer
MAX_CHARACTERS = 1 << 19  # maximum number of characters in the names of a draw
ENOUGH_YIELD = 1 / 8  # a guide is good enough if this share of proposals yields a name
ENOUGH_VISITS = 1 << 16  # visits of nodes after which a lower share will do
MAX_VISITS = 1 << 18  # visits of nodes after which preparation ends in any case
MANY_MISSED = 0.5  # a test fails if a larger share of the visited names' probability was missed


def prepare_guided_drawer(sampler: Sampler) -> GuidedDrawer | None:
    """A drawer whose guide is fitted to draws; None if its automaton would be too large."""
    try:
        acceptor, root = _with_one_root(sampler)
    except NoAutomatonError:  # too many prefixes
        return None
    # Rounding errors would exceed the differences between names at a lower temperature.
    temperature = max(sampler.unguided_drawer.predictor.temperature, 1e-9)
    first, *falling = falling_temperatures(temperature)
    preparation = _Preparation(sampler, acceptor, root, first)
    preparation.draw_and_record(DRAW_SIZES[0])  # unguided
    few_may_dominate = few_names_may_dominate(preparation.guide, temperature)
    for next_temperature in falling:
        preparation.explore()
        if few_may_dominate:
            preparation.explore_by_beam_search()
        preparation.change_temperature(next_temperature)
    preparation.explore()
    preparation.explore_by_beam_search(MAX_BEAM_SEARCHES if few_may_dominate else 1)
    for size in TEST_SIZES:
        tested = preparation.test_guide(size)
        if preparation.is_good_enough(tested):
            break
    return preparation.drawer_with(tested)


def falling_temperatures(temperature: float) -> list[float]:
    """The temperatures of the steps: halved from at least 1, and at least twice the last one.

    >>> falling_temperatures(0.3)
    [1.2, 0.6, 0.3]
    """
    coldest = max(temperature, COLDEST)
    halvings = max(math.ceil(-math.log2(coldest)), 1)
    return [*(coldest * 2**k for k in range(halvings, 0, -1)), temperature]


def warn_of_rarity(drawer: GuidedDrawer) -> None:
    """Warns with RareConditionsWarning if many names are repeats or some may be missing."""
    guide, temperature = drawer.guide, drawer.float64_predictor.temperature
    # A name's probability at a temperature T < 1 is nearly p ** (1 / T) if it is p at T = 1.
    are_hardly_any = guide.log_p_conditions * min(temperature, 1) < LOG_HARDLY_ANY
    has_visited_all = guide.log_p_conditions - guide.log_p_visited < 1e-6
    may_miss = are_hardly_any and not has_visited_all and few_names_may_dominate(guide, temperature)
    has_missed = guide.missed_share > MANY_MISSED
    if guide.repeat_share > MAX_REPEATS and not has_missed:
        repeats = f"that about {guide.repeat_share:.1%} of the names drawn are repeats"
        what = f"{repeats}; how often each name comes is correct only on average over many seeds"
    elif has_missed or may_miss:
        what = "that some may be missing and the others too frequent"
    else:
        return
    warn(f"so few names meet the conditions {what}", RareConditionsWarning)


def few_names_may_dominate(guide: Guide, temperature: float) -> bool:
    """Whether few names may dominate: T < 1, or min-p, top-k or top-p rule out characters."""
    is_cut = np.isneginf(guide.prefixes.log_probabilities).any()  # by min-p, top-k or top-p
    return bool(temperature < 1 or is_cut)


def _with_one_root(sampler: Sampler) -> tuple[Acceptor, Indices]:
    """An acceptor with one root: if there are several, its automaton requires one of them."""
    texts, acceptor = sampler.unguided_drawer.texts, sampler.acceptor
    if len(texts) == 1:
        return acceptor, texts[0]
    prefixes = sampler.model.vocabulary.spelled(names_from_indices(texts)).to_strings()
    patterns = [f"{re.escape(prefix)}.*" for prefix in prefixes]
    automaton = acceptor.automaton & matching(patterns, sampler.model.vocabulary)
    return Acceptor(automaton, acceptor.min_length, acceptor.max_length), ()


class _Preparation:
    """Improves a guide: draws names at a temperature and fits the guide to the visited prefixes."""

    def __init__(
        self, sampler: Sampler, acceptor: Acceptor, root: Indices, temperature: float
    ) -> None:
        self._sampler, self._root, self._temperature = sampler, root, temperature
        self.guide = Guide.initial(acceptor, np.array(root, int))
        self._most_names = MAX_CHARACTERS // (acceptor.max_length + 1)  # of a draw
        self._n_draws = self._n_visits = 0
        self._log_p_unvisited = np.inf  # measured log P(unvisited names that meet the conditions)

    def drawer_with(self, guide: Guide) -> GuidedDrawer:
        """A drawer with a guide, at the current temperature."""
        options = replace(self._sampler.options, temperature=self._temperature)
        return GuidedDrawer(self._sampler.model, options, [self._root], guide)

    def draw_and_record(self, size: int) -> Array:
        """Draws names and records their prefixes; returns the logarithms of their weights."""
        self._n_draws += 1
        keys = fixed_keys(min(size, self._most_names), self._n_draws)
        drawer, recorder = self.drawer_with(self.guide), VisitRecorder(self.guide.prefixes)
        walk = GuidedWalk(drawer.float64_predictor, keys, self.guide, recorder)
        walk.run(drawer.roots)
        self._n_visits += recorder.n_recorded
        self.guide = replace(self.guide, prefixes=recorder.all_prefixes())
        return walk.log_weights

    def beam_search(self, width: int) -> None:
        """Visits the `width` most probable prefixes of each length."""
        drawer, recorder = self.drawer_with(self.guide), VisitRecorder(self.guide.prefixes)
        walk = GuidedWalk(drawer.float64_predictor, np.zeros(0, np.uint64), self.guide, recorder)
        walk.beam_search(drawer.roots, min(width, self._most_names))
        self.guide = replace(self.guide, prefixes=recorder.all_prefixes())

    def refit(self, *, excludes_visited: bool) -> None:
        """Fits the guide to all visited prefixes."""
        self.guide = self.guide.refitted(self._temperature, self._log_p_unvisited, excludes_visited)

    def explore(self) -> None:
        """Draws unvisited names; their mean weight estimates the probability of all of them."""
        for size in DRAW_SIZES:
            self.refit(excludes_visited=True)
            self._log_p_unvisited = log_mean_of(self.draw_and_record(size))

    def explore_by_beam_search(self, most: int = 1) -> None:
        """Visits the most probable prefixes of each length until that adds little probability."""
        for _ in range(most):
            self.refit(excludes_visited=True)
            before = self.guide.log_p_visited
            self.beam_search(max(BEAM_PREDICTIONS // self.guide.log_completion_visited.shape[1], 1))
            if self.guide.log_p_visited - before < MIN_BEAM_GAIN:
                break

    def change_temperature(self, temperature: float) -> None:
        """Converts the predictions after visited prefixes to a lower temperature."""
        # Then top-p rules out more. This is exact only for prefixes that are visited again.
        prefixes = self.guide.prefixes
        log_p = log_softmax(self._temperature / temperature * prefixes.log_probabilities)
        self.guide = replace(self.guide, prefixes=replace(prefixes, log_probabilities=log_p))
        self._temperature = temperature
        self._log_p_unvisited = np.inf

    def test_guide(self, size: int) -> Guide:
        """Fits the guide once more and tests it with a draw, which sets its bound and its shares.

        Returns the tested guide. `self.guide` then has the prefixes of the test, too, for the next
        fit.
        """
        self.refit(excludes_visited=False)
        fitted = self.guide
        log_weights = self.draw_and_record(size)
        log_mean, visited_now = log_mean_of(log_weights), self.guide.log_p_visited
        self._log_p_unvisited = log_difference(log_mean, fitted.log_p_visited)
        # If the visited names alone are more probable than the estimate for all, draws miss some.
        missed = -math.expm1(min(log_mean - visited_now, 0)) if visited_now > -np.inf else 0
        return replace(fitted.with_bound(log_weights), missed_share=missed)

    def is_good_enough(self, guide: Guide) -> bool:
        """Whether a tested guide is good or can hardly become better."""
        # Top-k and top-p, for example, may rule out all names that meet the conditions.
        is_impossible = guide.log_p_conditions == -np.inf
        cannot_improve = is_impossible or self._n_visits >= MAX_VISITS
        is_accurate = guide.repeat_share <= MAX_REPEATS and guide.missed_share <= MANY_MISSED
        yields_enough = guide.yield_rate >= ENOUGH_YIELD or self._n_visits >= ENOUGH_VISITS
        return cannot_improve or (is_accurate and yields_enough)

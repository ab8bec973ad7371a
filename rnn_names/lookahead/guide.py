"""A guide: guesses what is ahead of a prefix, the probability that its name meets the conditions.

The network predicts only the next character. A guide adds a guess, `ahead`: the probability
that a name with this prefix will meet the conditions. The next character is then drawn with

    q(c | prefix)  =  P(c | prefix) · ahead(prefix, c) / total
    total          =  Σ_c P(c | prefix) · ahead(prefix, c)

So a name's importance weight, P(name) / q(name), is the product over its characters of total /
ahead(c). If the guess were exact, all weights would equal the probability of the conditions.

An example: first names that end in "pp", after "Phil". Of the ways on, "Philipp" is the likely one:

    character   network   ahead     drawn with
    o           0.25      0.0032    0.03
    i           0.23      0.13      0.93
    l           0.15      0.0088    0.04
    a           0.12      9.1e-06   0.00

For prefixes that earlier draws have visited, the guess comes from the network's predictions, and
for others from a Markov chain (`rnn_names.lookahead.chain`).

A name of weight w is yielded w / bound times, rounded up or down at random. So the expected
frequency of every name is the network's own, however good the guess. This requires that no weight
exceeds 32 times the bound (in a cast, which takes at most one copy, the bound itself), and that the
guess is above 0 wherever the conditions can still be met (`chain.UNSEEN`). A bad guess has two
effects only: more proposals yield no name, and a name of large weight is repeated. The bound is
chosen so that few are (`with_bound`). Proposals are independent.

At a temperature of 0.02, names that meet a condition may have probabilities of 1e-300, so guesses
and weights are stored as natural logarithms.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from rnn_names.arrays import Array
from rnn_names.conditions.spelling import Spelling
from rnn_names.corpus.names import EOS
from rnn_names.lookahead.chain import Pairs, fitted_chain
from rnn_names.lookahead.visited import VisitedPrefixes
from rnn_names.network.ahead import LEAST_LOG, log_difference, log_sum
from rnn_names.ngram.contexts import Contexts

MAX_COPIES = 32  # the most copies of a name from one proposal
MAX_REPEATS = 0.005  # the accepted share of repeats among names
MAX_BOUND = 64  # mean weights; higher: more draws per name, lower: more repeats
MAX_VISITED = 1 << 22  # probabilities stored for visited prefixes, n_y for each
# Guesses for unknown names add up to at most 8 times their measured probability, or to a seventh of
# the probability of known names, if that is more.
MAX_TO_MEASURED, MAX_TO_KNOWN = 8, 1 / 7


@dataclass(frozen=True)
class Guide:
    """Guides draws towards names that an automaton accepts.

    The first only avoids dead ends (`unguided`). Others are `learned` from visited prefixes, and
    measured (`with_bound`).
    """

    spelling: Spelling  # with an automaton of S states
    prefixes: VisitedPrefixes  # the N from which it has learned, then those visited since
    # (N, n_y) log ahead of each next character, after those N only. Column EOS is 0 where a name
    # may end, else −∞; while exploring, always −∞.
    log_ahead: Array
    pairs: Pairs  # the P pairs of a context of the Markov chain and an automaton state
    log_ahead_by_chain: Array  # (max_length + 2, P) by length and pair
    log_bound: float = 0.0  # natural logarithm of the weight that yields one copy
    acceptance: float = 0.0  # measured share of draws that yield a name
    repeats: float = 1.0  # measured share of names that are repeats
    missed: float = 0.0  # measured share of the known names' probability that draws missed

    @classmethod
    def unguided(cls, spelling: Spelling, prefix: Array) -> "Guide":
        """A guide that guesses 1 wherever the conditions can still be met, and 0 elsewhere."""
        automaton, n_y = spelling.automaton, spelling.automaton.after.shape[1]
        prefixes = VisitedPrefixes.beginning(prefix, automaton)
        contexts = Contexts(np.zeros(1, np.int64), n_y)
        pairs = Pairs.of(contexts, automaton, np.zeros(1, int), prefixes.automaton_state)
        log_ahead = np.where(spelling.can_be_completed, 0.0, -np.inf)[:, pairs.state]
        return cls(spelling, prefixes, np.zeros((0, n_y)), pairs, log_ahead)  # learned from none

    def learned(self, temperature: float, *, explores: bool, log_unknown: float) -> "Guide":
        """A guide that has learned from its prefixes, which were visited at a temperature.

        If it `explores`, names that end at a visited prefix are ruled out, since they are known.
        `log_unknown` is the measured probability that a name meets the conditions and is not known;
        infinite if not measured. If the guesses add up to far more, they are reduced by one factor.
        """
        prefixes, spelling, log_known = self.prefixes, self.spelling, self.log_known
        chain, pair = fitted_chain(prefixes, spelling.automaton, spelling.max_length, temperature)
        pairs = chain.pairs
        by_chain = chain.log_ahead(spelling.log_may_end[:, pairs.state])
        log_ahead = by_chain[prefixes.length[:, None] + 1, pairs.after[pair]]  # (N, n_y)
        log_ahead[:, EOS] = spelling.log_may_end[prefixes.length, pairs.state[pair]]
        if log_unknown < np.inf and log_known > -np.inf:
            guessed = log_difference(float(prefixes.fill_ahead(log_ahead)[0]), log_known)
            by_measured = log_unknown + math.log(MAX_TO_MEASURED)
            by_known = log_known + math.log(MAX_TO_KNOWN)
            log_ahead[:, EOS + 1 :] += min(max(by_measured, by_known) - guessed, 0)
        # If there are too many prefixes, only the most probable ones are kept. To explore, names
        # that end at these are then ruled out, and the guesses computed again.
        is_large = log_ahead.size > MAX_VISITED
        if is_large or not explores:
            prefixes.fill_ahead(log_ahead)
        if is_large:
            rows = prefixes.most_probable(log_ahead, MAX_VISITED // log_ahead.shape[1])
            prefixes, log_ahead = prefixes.take(rows), log_ahead[rows]
        if explores:
            log_ahead[:, EOS] = -np.inf
            prefixes.fill_ahead(log_ahead)
        return Guide(spelling, prefixes, log_ahead, pairs, by_chain)

    @property
    def log_known(self) -> float:
        """Natural logarithm of the total probability of known names that meet the conditions.

        A name is known if all its prefixes were visited. The total is exact.
        """
        prefixes = self.prefixes
        log_prob = prefixes.log_reach(prefixes.log_probabilities)
        log_prob += prefixes.log_probabilities[:, EOS]
        may_end = self.spelling.may_end[prefixes.length, prefixes.automaton_state]
        return float(np.logaddexp.reduce(log_prob[may_end], initial=-np.inf))

    @property
    def first_pair(self) -> Array:
        """The pair of the first prefix, with which names begin: (1,)."""
        context = self.pairs.contexts.rows_of(self.prefixes.string[:1])
        first: Array = self.pairs.number[context, self.prefixes.automaton_state[:1]]
        return first

    @property
    def log_p_conditions(self) -> float:
        """Natural logarithm of the guessed probability of the conditions."""
        return float(log_sum(self.prefixes.log_probabilities[0] + self.log_ahead[0]))

    def log_ahead_of_next(self, visited_row: Array, pair: Array, length: int) -> Array:
        """Log ahead of each next character after m prefixes of `length` characters: (m, n_y).

        `visited_row` (m,) are rows of `prefixes`, or −1. The chain guesses for −1, and for rows
        from `len(log_ahead)` on, which were visited after this guide learned.
        """
        has_learned = (visited_row >= 0) & (visited_row < len(self.log_ahead))
        log_ahead: Array = self.log_ahead_by_chain[length + 1][self.pairs.after[pair]]
        log_ahead[:, EOS] = self.spelling.log_may_end[length, self.pairs.state[pair]]
        log_ahead[has_learned] = self.log_ahead[visited_row[has_learned]]
        return log_ahead

    def copies(self, log_weights: Array, uniform: Array) -> Array:
        """The number of copies of each name: weight / bound, rounded by `uniform`, at most 32."""
        expected = np.exp(np.minimum(log_weights - self.log_bound, np.log(MAX_COPIES)))
        return np.floor(expected + uniform).astype(np.intp)

    def with_bound(self, log_weights: Array) -> "Guide":
        """The guide with a bound set by one half of the weights, (m,), and measured on all."""
        log_mean = log_mean_of(log_weights)
        if log_mean == -np.inf:
            return self
        log_weights = log_weights - log_mean
        # The weight of every name whose prefixes were all visited: there, `ahead` of a character is
        # the total of the next prefix, so the product of total / ahead reduces to the first total.
        # With the margin for rounding errors, such names have at most one copy.
        log_weight_of_known = self.log_p_conditions - log_mean + 1e-6
        log_bound = max(least_log_bound(log_weights[::2], MAX_REPEATS / 2), log_weight_of_known)
        log_bound = min(log_bound, math.log(MAX_BOUND))
        expected = np.exp(log_weights - log_bound)
        acceptance = float(np.minimum(expected, 1).mean())
        repeats = float(np.maximum(expected - 1, 0).sum() / expected.sum())
        log_bound += log_mean
        return replace(self, log_bound=log_bound, acceptance=acceptance, repeats=repeats)


def log_mean_of(log_weights: Array) -> float:
    """The logarithm of the mean weight, which estimates the probability of the conditions."""
    return float(np.logaddexp.reduce(log_weights) - np.log(len(log_weights)))


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

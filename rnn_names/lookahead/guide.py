"""A guide estimates the probability that a name with a given prefix will meet the conditions.

The network predicts only the next character. A guide supplies this estimate, the completion
probability of the prefix. A guided walk multiplies the two and draws the next character c with the
probability

    q(c | prefix)  =  P(c | prefix) · completion(prefix + c) / total
    total          =  Σ_c P(c | prefix) · completion(prefix + c)

A name's importance weight, P(name) / q(name), is therefore the product over its characters of
total / completion(prefix + c). If estimates were exact, all weights would equal the probability of
the conditions.

For example, "Phil" probably continues as "Philipp" among first names that end in "pp":

    character   network   completion   drawn with
    o           0.25      0.0032       0.03
    i           0.23      0.13         0.93
    l           0.15      0.0088       0.04
    a           0.12      9.1e-06      0.00

Estimates come from the network's predictions for prefixes that earlier draws visited, and from a
Markov chain (`chain`) for others.

A proposal of weight w gives w / bound copies of its name, rounded up or down at random. On average,
every name is thus as frequent as with the network alone, however good the estimates are. This holds
if no weight exceeds 32 times the bound and estimates are above 0 wherever the conditions can still
be met (`chain.UNIFORM_SHARE`). Bad estimates have three effects: more proposals yield no name,
names of large weight are repeated, and a name of weight above that limit is drawn too rarely. The
bound is set so that few are repeated (`with_bound`).

Estimates and weights are stored as natural logarithms, since names that meet a condition may have
probabilities of 1e-300 at a temperature of 0.02.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from rnn_names.arrays import LEAST_LOG, Array, log_difference, log_sum
from rnn_names.conditions.automaton import Acceptor
from rnn_names.corpus.names import EOS
from rnn_names.lookahead.chain import ProductStates, fitted_chain
from rnn_names.lookahead.visited import VisitedPrefixes
from rnn_names.ngram.contexts import Contexts

MAX_COPIES = 32  # maximum number of copies of a name from one proposal
MAX_REPEATS = 0.005  # tolerated share of repeats among names
MAX_BOUND = 64  # in mean weights; a higher one takes more draws per name, a lower one repeats more
MAX_STORED_NUMBERS = 1 << 22  # probabilities stored for visited prefixes, n_y for each
# The estimates for unvisited names add up to at most 8 times their measured probability, or to a
# seventh of the visited names' probability, if that is more.
MAX_ESTIMATED_TO_MEASURED, MAX_ESTIMATED_TO_VISITED = 8, 1 / 7


@dataclass(frozen=True)
class Guide:
    """Steers draws towards accepted names.

    `initial` makes a guide that knows nothing; `refitted` and `with_bound` return better ones.
    """

    acceptor: Acceptor  # with an automaton of S states
    prefixes: VisitedPrefixes  # the stored visited prefixes; the guide was fitted to the first N
    # (N, n_y) log completion of each next character; the chain supplies it for prefixes visited
    # since then. Column EOS is 0 where a name may end, unless visited ones are excluded; else −∞.
    log_completion_visited: Array
    product: ProductStates  # P states, each a context of the Markov chain and an automaton state
    log_completion_by_chain: Array  # (max_length + 2, P)
    root_product_row: Array  # (1,) the row of the root
    log_bound: float = 0.0  # natural logarithm of the weight that yields one copy
    yield_rate: float = 0.0  # measured share of proposals that yield at least one copy
    repeat_share: float = 1.0  # measured share of names that are repeats
    missed_share: float = 0.0  # measured share of the visited names' probability that draws missed

    @classmethod
    def initial(cls, acceptor: Acceptor, root: Array) -> "Guide":
        """A guide whose estimate is 1 where the conditions can still be met, and 0 elsewhere."""
        automaton, n_y = acceptor.automaton, acceptor.automaton.next_state.shape[1]
        prefixes = VisitedPrefixes.only_root(root, automaton)
        no_context = Contexts(np.zeros(1, np.int64), n_y)
        product, root_product_row = ProductStates.reachable_from(
            no_context, automaton, prefixes.history, prefixes.automaton_state
        )
        by_chain = np.where(acceptor.can_be_accepted[:, product.automaton_state], 0.0, -np.inf)
        return cls(acceptor, prefixes, np.zeros((0, n_y)), product, by_chain, root_product_row)

    def refitted(
        self, temperature: float, log_p_unvisited: float, excludes_visited: bool
    ) -> "Guide":
        """A guide fitted to all of its prefixes, which were visited at `temperature`.

        `log_p_unvisited` is the log of the measured probability that a name meets the conditions
        and is not visited; infinite if not measured. If it `excludes_visited`, it draws no visited
        names. If there are too many prefixes, only the most probable ones are kept.
        """
        prefixes, acceptor = self.prefixes, self.acceptor
        product, product_rows, by_chain = fitted_chain(prefixes, acceptor, temperature)
        next_rows = product.next_row[product_rows]
        log_completion = by_chain[prefixes.length[:, None] + 1, next_rows]  # (N, n_y)
        log_completion[:, EOS] = acceptor.log_may_end[prefixes.length, prefixes.automaton_state]
        log_completion[:, EOS + 1 :] += self._log_reduction(log_completion, log_p_unvisited)
        is_large = log_completion.size > MAX_STORED_NUMBERS
        if is_large or not excludes_visited:  # with the visited names
            prefixes.fill_completion(log_completion)
        if is_large:
            size = MAX_STORED_NUMBERS // log_completion.shape[1]
            rows = prefixes.most_probable(log_completion, size)
            prefixes, log_completion = prefixes.take(rows), log_completion[rows]
        if excludes_visited:  # again, without the names that end at the kept prefixes
            log_completion[:, EOS] = -np.inf
            prefixes.fill_completion(log_completion)
        return Guide(acceptor, prefixes, log_completion, product, by_chain, product_rows[:1])

    def _log_reduction(self, log_completion: Array, log_p_unvisited: float) -> float:
        """The log of a factor that reduces estimates if they add up to far more than measured."""
        log_p_visited = self.log_p_visited
        if log_p_unvisited == np.inf or log_p_visited == -np.inf:
            return 0.0
        log_total = float(self.prefixes.fill_completion(log_completion.copy())[0])
        log_estimated = log_difference(log_total, log_p_visited)
        limit_by_measured = log_p_unvisited + math.log(MAX_ESTIMATED_TO_MEASURED)
        limit_by_visited = log_p_visited + math.log(MAX_ESTIMATED_TO_VISITED)
        return min(max(limit_by_measured, limit_by_visited) - log_estimated, 0.0)

    @property
    def log_p_visited(self) -> float:
        """Natural logarithm of the exact probability of visited names that meet the conditions."""
        prefixes = self.prefixes
        log_prob = prefixes.log_reach(prefixes.log_probabilities)
        log_prob += prefixes.log_probabilities[:, EOS]
        may_end = self.acceptor.may_end[prefixes.length, prefixes.automaton_state]
        return float(np.logaddexp.reduce(log_prob[may_end], initial=-np.inf))

    @property
    def log_p_conditions(self) -> float:
        """Natural logarithm of the estimated probability of the conditions."""
        return float(log_sum(self.prefixes.log_probabilities[0] + self.log_completion_visited[0]))

    def log_completion_of_next(self, visited_row: Array, product_row: Array, length: int) -> Array:
        """The log estimates for each next character after m prefixes of one length: (m, n_y).

        `visited_row`, (m,), contains rows of `prefixes`, or −1. The chain gives the estimates for
        −1 and for prefixes that were visited after this guide was fitted.
        """
        is_fitted = (visited_row >= 0) & (visited_row < len(self.log_completion_visited))
        next_row = self.product.next_row[product_row]
        log_completion: Array = self.log_completion_by_chain[length + 1][next_row]
        automaton_state = self.product.automaton_state[product_row]
        log_completion[:, EOS] = self.acceptor.log_may_end[length, automaton_state]
        log_completion[is_fitted] = self.log_completion_visited[visited_row[is_fitted]]
        return log_completion

    def copies(self, log_weights: Array, uniform: Array) -> Array:
        """The number of copies of each name: weight / bound, rounded by `uniform`, at most 32."""
        expected = np.exp(np.minimum(log_weights - self.log_bound, np.log(MAX_COPIES)))
        return np.floor(expected + uniform).astype(np.intp)

    def with_bound(self, log_weights: Array) -> "Guide":
        """A guide with a bound fitted to every second weight, (m,), and shares measured on all."""
        log_mean = log_mean_of(log_weights)
        if log_mean == -np.inf:
            return self
        log_weights = log_weights - log_mean
        # All visited names have this weight, since all but the first total cancel in the product.
        # 1e-6 allows for rounding errors, so that each of them gets at most one copy.
        log_weight_of_visited = self.log_p_conditions - log_mean + 1e-6
        # Fitted to half of the weights and half of the tolerated share, since a bound looks better
        # than it is on the weights it was fitted to.
        log_bound = max(least_log_bound(log_weights[::2], MAX_REPEATS / 2), log_weight_of_visited)
        log_bound = min(log_bound, math.log(MAX_BOUND))
        expected = np.exp(log_weights - log_bound)
        yield_rate = float(np.minimum(expected, 1).mean())
        repeat_share = float(np.maximum(expected - 1, 0).sum() / expected.sum())
        log_bound += log_mean
        return replace(self, log_bound=log_bound, yield_rate=yield_rate, repeat_share=repeat_share)


def log_mean_of(log_weights: Array) -> float:
    """The logarithm of the mean weight, which estimates the probability of the conditions."""
    return float(np.logaddexp.reduce(log_weights) - np.log(len(log_weights)))


def least_log_bound(log_weights: Array, max_repeats: float) -> float:
    """The log of the smallest bound at which at most the share `max_repeats` of names are repeats.

    A name of weight w has w / bound copies; all but the first are repeats. If k weights exceed the
    bound, these repeats number (Σₖ w − k bound) / bound, out of Σ w / bound names. For any other k,
    that expression is smaller, so the bound is the maximum of (Σₖ w − max_repeats Σ w) / k over k.
    """
    top = max(log_weights.max(), LEAST_LOG)
    falling = np.sort(np.exp(log_weights - top))[::-1]
    up_to = np.cumsum(falling)
    bound = np.max((up_to - max_repeats * up_to[-1]) / np.arange(1, len(falling) + 1))
    return float(np.log(np.maximum(bound, 1e-300)) + top)

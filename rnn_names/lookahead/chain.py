"""A variable-order Markov chain, which replaces the network after prefixes that were not visited.

    P(next character | name so far)  ≈  P(next character | the longest context of the name so far)

The contexts are the most frequent endings of visited prefixes, up to six symbols long. After a
context, the chain predicts the mean of the network's predictions after all prefixes that end in it.
This mean is smoothed with the prediction after the next shorter context. The odds of a name's end
are also multiplied by a factor for its length, since contexts do not contain the length.

The chain runs together with an automaton as a *product*, whose states are pairs of a context and an
automaton state. Few pairs occur. For example, "pp" cannot be half read after "Phil". The
probability of acceptance is computed only for pairs that occur.
"""

from dataclasses import dataclass

import numpy as np

from rnn_names.arrays import Array, differs_from_previous
from rnn_names.conditions.automaton import Automaton
from rnn_names.corpus.names import EOS
from rnn_names.lookahead.visited import LONGEST_CONTEXT, VisitedPrefixes
from rnn_names.network.completion_values import value_table
from rnn_names.network.rnn import log_softmax, softmax
from rnn_names.ngram.contexts import Contexts

MAX_CONTEXTS = 4000  # the most frequent contexts are kept
PRIOR = 10.0  # weight of the next shorter context, as a number of prefixes
MIN_SHORTER_SHARE = 0.1  # the least share of the next shorter context in a context's probabilities
UNIFORM_SHARE = 0.002  # uniform part of the empty context's probabilities, so that none is 0
MAX_WORK = 1 << 24  # numbers that the recursion reads; it limits contexts for large automata


@dataclass(frozen=True)
class ProductStates:
    """P pairs of a context and an automaton state that can belong to the same prefix."""

    contexts: Contexts  # K of them
    context: Array  # (P,)
    automaton_state: Array  # (P,)
    row_of: Array  # (K, S) the row of each context and state; −1 for pairs that do not occur
    next_row: Array  # (P, n_y) the next row, by row and character; column EOS is not used

    @classmethod
    def reachable_from(
        cls, contexts: Contexts, automaton: Automaton, context: Array, automaton_state: Array
    ) -> "ProductStates":
        """The pairs of m prefixes and all pairs that can follow them."""
        n_states = len(automaton.accepting)

        def following(pairs: Array) -> Array:
            row, automaton_state = np.divmod(pairs, n_states)
            return (
                contexts.next_context[row, :-1] * n_states + automaton.next_state[automaton_state]
            )

        occurs = np.zeros(len(contexts) * n_states, bool)
        new = np.unique(context * n_states + automaton_state)
        while len(new):
            occurs[new] = True
            next_pairs = following(new)[:, EOS + 1 :]
            new = np.unique(next_pairs[~occurs[next_pairs]])
        pairs = np.flatnonzero(occurs)
        row_of = np.full(len(occurs), -1, np.int32)
        row_of[pairs] = np.arange(len(pairs))
        after = row_of[following(pairs)]
        return cls(contexts, *np.divmod(pairs, n_states), row_of.reshape(-1, n_states), after)


@dataclass(frozen=True)
class MarkovChain:
    """K contexts and the probabilities after them."""

    product: ProductStates
    probabilities: Array  # (K, n_y) of the next character; column 0 for the end of the name
    end_shift: Array  # (L + 1,) added to the log-odds of the end, by the length of the name
    sharpness: float  # the power to which probabilities are raised below a temperature of 1

    def log_completion_table(self, log_may_end: Array) -> Array:
        """Natural logarithm of the probability that a name will be accepted: (L + 2, P).

        The axes are the length so far and the product row; `log_may_end`, (L + 1, P), is 0 or −∞.
        """
        end = np.clip(self.probabilities[:, [EOS]], 1e-12, 1 - 1e-9)  # names can always continue
        given_more = self.probabilities / (1 - end)

        def log_probabilities(length: int) -> Array:
            ends = 1 / (1 + (1 - end) / end * np.exp(-self.end_shift[length]))
            p = (1 - ends) * given_more
            p[:, [EOS]] = ends
            return log_softmax(self.sharpness * np.log(p))[self.product.context]

        return value_table(log_probabilities, self.product.next_row, log_may_end, logs=True)


def fitted_chain(
    prefixes: VisitedPrefixes, automaton: Automaton, max_length: int, temperature: float = 1.0
) -> tuple[MarkovChain, Array]:
    """A chain fitted to the predictions after visited prefixes; each prefix's product row, (N,)."""
    power = min(temperature, 1.0)  # below 1, average the probabilities at 1: they differ less
    probabilities = softmax(power * prefixes.log_probabilities)
    product, product_row = _product(prefixes, automaton, max_length)
    context = product.context[product_row]
    smoothed = _smoothed(product.contexts, context, probabilities, prefixes.n_names)
    shift = _end_shift(smoothed[context, EOS], probabilities[:, EOS], prefixes, max_length)
    return MarkovChain(product, smoothed, shift, 1 / power), product_row


def _product(
    prefixes: VisitedPrefixes, automaton: Automaton, max_length: int
) -> tuple[ProductStates, Array]:
    """The product with as many contexts as `MAX_WORK` allows; the row of each prefix."""
    most_frequent_first = _by_frequency(prefixes)
    size = max(min(MAX_WORK // automaton.next_state.size, MAX_CONTEXTS), 1)
    while True:
        contexts = Contexts(np.sort(most_frequent_first[:size]), automaton.next_state.shape[1])
        context, automaton_state = contexts.rows_of(prefixes.history), prefixes.automaton_state
        product = ProductStates.reachable_from(contexts, automaton, context, automaton_state)
        share = MAX_WORK / (product.next_row.size * (max_length + 1))
        if share >= 1 or size == 1:
            return product, product.row_of[context, automaton_state]
        size = max(int(0.9 * share * len(contexts)), 1)


def _by_frequency(prefixes: VisitedPrefixes) -> Array:
    """The endings of prefixes' histories: the empty one, then the others, most frequent first."""
    histories, n_y = prefixes.history, prefixes.log_probabilities.shape[1]
    keys, counts = [np.zeros(1, np.int64)], [np.full(1, np.inf)]
    for symbols in range(1, LONGEST_CONTEXT + 1):
        is_long = histories >= (n_y + 1) ** (symbols - 1)
        if not is_long.any():
            break
        key, which = np.unique(histories[is_long] % (n_y + 1) ** symbols, return_inverse=True)
        keys.append(key)
        counts.append(np.bincount(which, weights=prefixes.n_names[is_long]))
    every, count = np.concatenate(keys), np.concatenate(counts)
    most_frequent_first: Array = every[np.lexsort((every, -count))]
    return most_frequent_first


def _smoothed(contexts: Contexts, context: Array, probabilities: Array, n_names: Array) -> Array:
    """Smoothed probabilities after contexts, (K, n_y); `context`, (N,), is that of each prefix."""
    # Sums over the prefixes of each context: n_names · probabilities, (K, n_y); n_names; n_names².
    order = np.argsort(context, kind="stable")
    first = np.flatnonzero(differs_from_previous(context[order]))
    sums = np.zeros((len(contexts), probabilities.shape[1]))
    weighted = probabilities[order] * n_names[order, None]
    sums[context[order[first]]] = np.add.reduceat(weighted, first, axis=0, dtype=np.float64)
    n, squares = (np.bincount(context, n_names**k, len(contexts)).astype(float) for k in (1, 2))
    shorter = contexts.shorter
    for rows in contexts.by_symbols[:0:-1]:  # prefixes count for shorter contexts, too
        for array in (sums, n, squares):
            np.add.at(array, shorter[rows], array[rows])
    # The effective number of prefixes with n₁, n₂, … names is (Σ nᵢ)² / Σ nᵢ².
    n_eff = (n**2 / np.maximum(squares, 1))[:, None]
    means = sums / np.maximum(n, 1)[:, None]
    n_y = sums.shape[1]
    p = (n_eff * means + PRIOR / n_y) / (n_eff + PRIOR)  # used for the empty context
    p[0] = (1 - UNIFORM_SHARE) * p[0] + UNIFORM_SHARE / n_y
    share = MIN_SHORTER_SHARE
    for rows in contexts.by_symbols[1:]:
        fallback = p[shorter[rows]]
        smoothed = (n_eff[rows] * means[rows] + PRIOR * fallback) / (n_eff[rows] + PRIOR)
        p[rows] = (1 - share) * smoothed + share * fallback
    return p


def _end_shift(chain_ends: Array, ends: Array, prefixes: VisitedPrefixes, max_length: int) -> Array:
    """The shift of log-odds, by length, that makes ends about as frequent as with the network."""
    length, n_names = prefixes.length, prefixes.n_names
    shift = np.zeros(max_length + 1)
    logit = np.log(np.clip(chain_ends, 1e-12, 1)) - np.log(np.clip(1 - chain_ends, 1e-9, 1))
    for _ in range(8):  # Newton's method, damped
        p = 1 / (1 + np.exp(-(logit + shift[length])))
        gradient = np.bincount(length, n_names * (ends - p), max_length + 1) - 2 * shift
        curvature = np.bincount(length, n_names * p * (1 - p), max_length + 1) + 2
        shift += np.clip(gradient / curvature, -1, 1)
    return shift

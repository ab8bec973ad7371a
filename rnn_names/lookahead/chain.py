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
from rnn_names.conditions.automaton import Acceptor, Automaton
from rnn_names.corpus.names import EOS
from rnn_names.lookahead.visited import HISTORY_SYMBOLS, VisitedPrefixes
from rnn_names.network.rnn import log_softmax, softmax
from rnn_names.ngram.contexts import Contexts, max_symbols
from rnn_names.value_table import value_table

MAX_CONTEXTS = 4000  # maximum number of contexts; the most frequent are kept
PRIOR = 10.0  # weight of the next shorter context, as a number of prefixes
MIN_SHORTER_SHARE = 0.1  # minimum share of the next shorter context in a context's probabilities
UNIFORM_SHARE = 0.002  # uniform part of the empty context's probabilities, so that none is 0
MAX_WORK = 1 << 24  # numbers that the recursion reads; this limits contexts for large automata


@dataclass(frozen=True)
class ProductStates:
    """P pairs of a context and an automaton state that can belong to the same prefix."""

    context: Array  # (P,)
    automaton_state: Array  # (P,)
    next_row: Array  # (P, n_y) the next row, by row and character; column EOS is not used

    @classmethod
    def reachable_from(
        cls, contexts: Contexts, automaton: Automaton, history: Array, automaton_state: Array
    ) -> tuple["ProductStates", Array]:
        """The pairs of m prefixes and all pairs that can follow them; the prefixes' rows, (m,)."""
        n_states = len(automaton.accepting)

        def following(pairs: Array) -> Array:
            row, state = np.divmod(pairs, n_states)
            return contexts.next_context[row, :-1] * n_states + automaton.next_state[state]

        first = contexts.rows_of(history) * n_states + automaton_state
        occurs = np.zeros(len(contexts) * n_states, bool)
        new = np.unique(first)
        while len(new):
            occurs[new] = True
            next_pairs = following(new)[:, EOS + 1 :]
            new = np.unique(next_pairs[~occurs[next_pairs]])
        pairs = np.flatnonzero(occurs)
        row_of = np.full(len(occurs), -1, np.int32)  # −1 for pairs that do not occur
        row_of[pairs] = np.arange(len(pairs))
        return cls(*np.divmod(pairs, n_states), row_of[following(pairs)]), row_of[first]


def fitted_chain(
    prefixes: VisitedPrefixes, acceptor: Acceptor, temperature: float = 1.0
) -> tuple[ProductStates, Array, Array]:
    """Fits a chain to the predictions after N visited prefixes.

    Returns its product states, the row of each prefix, (N,), and the natural logarithms of the
    probabilities that a name will be accepted, by length so far and row, (max_length + 2, P).
    """
    power = min(temperature, 1.0)  # below 1, average the probabilities at 1, which differ less
    probabilities = softmax(power * prefixes.log_probabilities)
    contexts, product, row = _product(prefixes, acceptor)
    context = product.context[row]
    smoothed = _smoothed(contexts, context, probabilities, prefixes.n_names)
    ends = smoothed[context, EOS], probabilities[:, EOS]
    shift = _end_shift(*ends, prefixes, acceptor.max_length)
    return product, row, log_completion_table(acceptor, product, smoothed, shift, 1 / power)


def log_completion_table(
    acceptor: Acceptor, product: ProductStates, p: Array, end_shift: Array, sharpness: float
) -> Array:
    """The natural logarithms of completion probabilities, by length and product row: (L + 2, P).

    `p`, (K, n_y), are probabilities after contexts, to be raised to the power of `sharpness`;
    `end_shift`, (L + 1,), is added to the log-odds of the end, by the length of the name.
    """
    end = np.clip(p[:, [EOS]], 1e-12, 1 - 1e-9)  # names can always continue
    given_more = p / (1 - end)

    def log_probabilities(length: int) -> Array:
        ends = 1 / (1 + (1 - end) / end * np.exp(-end_shift[length]))
        p = (1 - ends) * given_more
        p[:, [EOS]] = ends
        return log_softmax(sharpness * np.log(p))[product.context]

    log_may_end = acceptor.log_may_end[:, product.automaton_state]
    return value_table(log_probabilities, product.next_row, log_may_end, logs=True)


def _product(
    prefixes: VisitedPrefixes, acceptor: Acceptor
) -> tuple[Contexts, ProductStates, Array]:
    """Returns as many contexts as `MAX_WORK` allows, their product, and each prefix's row in it."""
    most_frequent_first, automaton = _by_frequency(prefixes), acceptor.automaton
    size = max(min(MAX_WORK // automaton.next_state.size, MAX_CONTEXTS), 1)
    while True:
        contexts = Contexts(np.sort(most_frequent_first[:size]), automaton.next_state.shape[1])
        product, row = ProductStates.reachable_from(
            contexts, automaton, prefixes.history, prefixes.automaton_state
        )
        ratio = MAX_WORK / (product.next_row.size * (acceptor.max_length + 1))
        if ratio >= 1 or size == 1:
            return contexts, product, row
        size = max(int(0.9 * ratio * len(contexts)), 1)


def _by_frequency(prefixes: VisitedPrefixes) -> Array:
    """The endings of prefixes' histories: the empty one, then the others, most frequent first."""
    histories, n_y = prefixes.history, prefixes.log_probabilities.shape[1]
    endings, n_names = list[Array](), list[Array]()
    for symbols in range(1, max_symbols(n_y, HISTORY_SYMBOLS) + 1):
        is_long = histories >= (n_y + 1) ** (symbols - 1)
        endings.append(histories[is_long] % (n_y + 1) ** symbols)
        n_names.append(prefixes.n_names[is_long])
    distinct, which = np.unique(np.concatenate(endings), return_inverse=True)
    counts = np.bincount(which, np.concatenate(n_names))
    return np.append(0, distinct[np.lexsort((distinct, -counts))])


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
    for rows in contexts.by_symbols[1:]:
        fallback = p[shorter[rows]]
        smoothed = (n_eff[rows] * means[rows] + PRIOR * fallback) / (n_eff[rows] + PRIOR)
        p[rows] = (1 - MIN_SHORTER_SHARE) * smoothed + MIN_SHORTER_SHARE * fallback
    return p


def _end_shift(chain_ends: Array, ends: Array, prefixes: VisitedPrefixes, max_length: int) -> Array:
    """The shift of log-odds, by length, that makes ends about as frequent as with the network."""
    length, n_names = prefixes.length, prefixes.n_names
    shift = np.zeros(max_length + 1)
    logit = np.log(np.clip(chain_ends, 1e-12, 1)) - np.log(np.clip(1 - chain_ends, 1e-9, 1))
    for _ in range(8):  # Newton's method, damped; a normal prior of variance 1/2 gives the twos
        p = 1 / (1 + np.exp(-(logit + shift[length])))
        gradient = np.bincount(length, n_names * (ends - p), max_length + 1) - 2 * shift
        curvature = np.bincount(length, n_names * p * (1 - p), max_length + 1) + 2
        shift += np.clip(gradient / curvature, -1, 1)
    return shift

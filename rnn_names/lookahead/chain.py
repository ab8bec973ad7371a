"""A Markov chain of variable order, where asking the network itself would take too long.

    P(next character | name so far)  ≈  P(next character | the longest context of the name so far)

The contexts are the most frequent strings of up to six symbols among prefixes of names drawn from
the network. What a context says is the mean of what the network said after the prefixes that
end in it, smoothed with what the next shorter context says, which counts the more, the fewer
different prefixes these were. The odds of a name's end have a factor for each length, which
contexts do not show.
"""

from dataclasses import dataclass

import numpy as np

from rnn_names.arrays import Array
from rnn_names.conditions.automaton import Automaton
from rnn_names.corpus.names import EOS
from rnn_names.lookahead.visited import LONGEST_CONTEXT, VisitedPrefixes
from rnn_names.network.ahead import sharpened, value_table
from rnn_names.ngram.contexts import Contexts

CONTEXTS = 4000  # contexts that are kept, the most frequent ones
PRIOR = 10.0  # prefixes' worth of evidence that the next shorter context counts for
SHORTER = 0.1  # share of a context's probabilities that comes from the next shorter one
UNSEEN = 0.002  # share of the empty context's probabilities that is spread evenly, so none is 0
SHARP_BELOW = 0.5  # the temperature below which the chain's guess is as sharp as the network's
MAX_WORK = 1 << 23  # numbers that the recursion reads; for a large automaton, with fewer contexts


@dataclass(frozen=True)
class MarkovChain:
    """Contexts and what they say, at a temperature of at least 1."""

    contexts: Contexts  # K of them
    probabilities: Array  # (K, n_y) of the next character; column 0 for the end of the name
    end_shift: Array  # (L + 1,) what is added to the log-odds of the end of a name of each length
    sharpness: float  # power of the probabilities that brings them to a low temperature

    def log_ahead(self, automaton: Automaton, log_may_end: Array) -> Array:
        """Natural logarithm of the probability that a name will be accepted.

        By length, context and state; `log_may_end`, (L + 1, S), is 0 or −∞.
        """
        end = np.clip(self.probabilities[:, [EOS]], 1e-12, 1 - 1e-9)  # or no name could go on
        given_more = self.probabilities / (1 - end)

        def log_probabilities(length: int) -> Array:
            ends = 1 / (1 + (1 - end) / end * np.exp(-self.end_shift[length]))
            p = (1 - ends) * given_more
            p[:, [EOS]] = ends
            return sharpened(np.log(p), self.sharpness)[:, None]

        states = len(automaton.accepting)
        after = self.contexts.after[:, None, :-1] * states + automaton.after[None]  # (K, S, n_y)
        return value_table(log_probabilities, after, log_may_end[:, None], logs=True)


def max_contexts(automaton: Automaton, max_length: int) -> int:
    """The most contexts beside an automaton with which the recursion stays quick."""
    return max(min(MAX_WORK // (automaton.after.size * (max_length + 1)), CONTEXTS), 1)


def fitted_chain(
    prefixes: VisitedPrefixes, max_length: int, size: int, temperature: float = 1.0
) -> MarkovChain:
    """The chain of `size` contexts at most that agrees best with a network at visited prefixes.

    Below a `temperature` of 1, the means are those of the probabilities at 1, which differ less;
    and the guess stays so flat down to `SHARP_BELOW`, since a sharp one misses names of unusual
    endings.
    """
    power = min(temperature, 1.0)
    probabilities = np.exp(sharpened(prefixes.log_probabilities, power))
    contexts = _most_frequent(prefixes, size)
    context = contexts.longest(prefixes.string)
    smoothed = _smoothed(contexts, context, probabilities, prefixes.n_names)
    shift = _end_shift(smoothed[context, EOS], probabilities[:, EOS], prefixes, max_length)
    return MarkovChain(contexts, smoothed, shift, 1 / power if power < SHARP_BELOW else 1)


def _most_frequent(prefixes: VisitedPrefixes, size: int) -> Contexts:
    """At most `size` contexts: those ends of the prefixes' strings that most names had."""
    strings, n_y = prefixes.string, prefixes.log_probabilities.shape[1]
    keys, counts = [np.zeros(1, np.int64)], [np.full(1, np.inf)]
    for symbols in range(1, LONGEST_CONTEXT + 1):
        there = strings >= (n_y + 1) ** (symbols - 1)
        if not there.any():
            break
        key, which = np.unique(strings[there] % (n_y + 1) ** symbols, return_inverse=True)
        keys.append(key)
        counts.append(np.bincount(which, weights=prefixes.n_names[there]))
    every, count = np.concatenate(keys), np.concatenate(counts)
    return Contexts(np.sort(every[np.lexsort((every, -count))[: max(size, 1)]]), n_y)


def _smoothed(contexts: Contexts, context: Array, probabilities: Array, n_names: Array) -> Array:
    """The probabilities after each context, from those after prefixes whose longest one it is."""
    # Sums by context: of probabilities, (K, n_y), of names, and of their squares by prefix.
    order = np.argsort(context, kind="stable")
    first = np.flatnonzero(np.diff(context[order], prepend=-1))
    sums = np.zeros((len(contexts), probabilities.shape[1]))
    sums[context[order[first]]] = np.add.reduceat(
        probabilities[order] * n_names[order, None], first, axis=0, dtype=np.float64
    )
    n, squares = (np.bincount(context, n_names**k, len(contexts)).astype(float) for k in (1, 2))
    shorter = contexts.shorter
    for rows in contexts.by_symbols[:0:-1]:  # what follows a context follows its ends, too
        for each in (sums, n, squares):
            np.add.at(each, shorter[rows], each[rows])
    # Prefixes of n₁, n₂, … names count for (Σ nᵢ)² / Σ nᵢ²: 3 for 3 of as many names each.
    names = np.maximum(n, 1)
    evidence = (names * n / np.maximum(squares, 1))[:, None]
    means = sums / names[:, None]
    n_y = sums.shape[1]
    p = (evidence * means + PRIOR / n_y) / (evidence + PRIOR)  # stays for the empty context
    p[0] = (1 - UNSEEN) * p[0] + UNSEEN / n_y
    for rows in contexts.by_symbols[1:]:
        below = p[shorter[rows]]
        seen = (evidence[rows] * means[rows] + PRIOR * below) / (evidence[rows] + PRIOR)
        p[rows] = (1 - SHORTER) * seen + SHORTER * below
    return p


def _end_shift(
    guessed_ends: Array, ends: Array, prefixes: VisitedPrefixes, max_length: int
) -> Array:
    """By length, the shift of the log-odds that makes guessed ends as many as the network's."""
    length, n_names = prefixes.length, prefixes.n_names
    shift = np.zeros(max_length + 1)
    logit = np.log(np.clip(guessed_ends, 1e-12, 1)) - np.log(np.clip(1 - guessed_ends, 1e-9, 1))
    for _ in range(8):  # Newton's method, damped
        p = 1 / (1 + np.exp(-(logit + shift[length])))
        missing = np.bincount(length, n_names * (ends - p), max_length + 1) - 2 * shift
        slope = np.bincount(length, n_names * p * (1 - p), max_length + 1) + 2
        shift += np.clip(missing / slope, -1, 1)
    return shift

"""A Markov chain of variable order, where asking the network itself would take too long.

    P(next character | name so far)  ≈  P(next character | the longest context of the name so far)

The contexts are the most frequent ends, of up to six symbols, of the prefixes of drawn names. After
a context, the probabilities are the mean of the network's after these prefixes, smoothed with those
after the next shorter context: the more, the fewer different prefixes there were. Contexts do not
show how long a name is, so the odds of its end have a factor for each length.
"""

from dataclasses import dataclass

import numpy as np

from rnn_names.arrays import Array
from rnn_names.conditions.automaton import Automaton
from rnn_names.network.ahead import by_length
from rnn_names.network.prefix_tree import EOS
from rnn_names.ngram.contexts import Contexts

LONGEST_CONTEXT = 6  # symbols of the longest contexts
CONTEXTS = 4000  # the most frequent ones, which are kept
PRIOR = 10.0  # prefixes' worth of evidence that the next shorter context counts for
SHORTER = 0.1  # share of a context's probabilities that comes from the next shorter one
UNSEEN = 0.002  # share of the empty context's probabilities that is spread evenly, so none is 0
MAX_WORK = 1 << 23  # numbers that the recursion reads; for a large automaton, with fewer contexts


@dataclass(frozen=True)
class MarkovChain:
    """Contexts, and the probabilities after them."""

    contexts: Contexts  # K of them
    probabilities: Array  # (K, n_y) of the next character; column 0 for the end of the name
    end_shift: Array  # (L + 1,) what is added to the log-odds of the end of a name of each length

    def ahead(self, automaton: Automaton, min_length: int, max_length: int) -> Array:
        """The probability that a name will be accepted, by length, context and state."""
        end = np.clip(self.probabilities[:, [EOS]], 1e-12, 1 - 1e-9)  # or no name could go on
        given_more = self.probabilities / (1 - end)

        def probabilities(length: int) -> Array:
            ends = 1 / (1 + (1 - end) / end * np.exp(-self.end_shift[length]))
            p = (1 - ends) * given_more
            p[:, [EOS]] = ends
            return p[:, None]

        states = len(automaton.accepting)
        after = self.contexts.after[:, None, :-1] * states + automaton.after[None]  # (K, S, n_y)
        worth = automaton.may_end(min_length, max_length)[:, None].astype(float)
        return by_length(probabilities, after, worth)


def max_contexts(automaton: Automaton, max_length: int) -> int:
    """How many contexts may be told apart with an automaton, so that the recursion stays quick."""
    return max(min(MAX_WORK // (automaton.after.size * (max_length + 1)), CONTEXTS), 1)


def fitted(
    strings: Array, length: Array, probabilities: Array, passing: Array, max_length: int, size: int
) -> MarkovChain:
    """The chain of at most `size` contexts that is fitted to a network at N prefixes.

    Given are each prefix's last symbols, as in `Contexts`, its length, the probabilities of what
    comes next, (N, n_y), and how many names begin with it.
    """
    contexts = _most_frequent(strings, passing, probabilities.shape[1], size)
    context = contexts.longest(strings)
    smoothed = _smoothed(contexts, context, probabilities, passing)
    shift = _end_shift(smoothed[context, EOS], probabilities[:, EOS], passing, length, max_length)
    return MarkovChain(contexts, smoothed, shift)


def _most_frequent(strings: Array, passing: Array, n_y: int, size: int) -> Contexts:
    """At most `size` contexts: the ends of strings that most names have in them."""
    keys, counts = [np.zeros(1, np.int64)], [np.full(1, np.inf)]
    for symbols in range(1, LONGEST_CONTEXT + 1):
        there = strings >= (n_y + 1) ** (symbols - 1)
        if not there.any():
            break
        key, which = np.unique(strings[there] % (n_y + 1) ** symbols, return_inverse=True)
        keys.append(key)
        counts.append(np.bincount(which, weights=passing[there]))
    every, count = np.concatenate(keys), np.concatenate(counts)
    return Contexts(np.sort(every[np.lexsort((every, -count))[: max(size, 1)]]), n_y)


def _smoothed(contexts: Contexts, context: Array, probabilities: Array, passing: Array) -> Array:
    """The probabilities after each context, from those after prefixes whose longest one it is."""
    # Sums by context: of probabilities, (K, n_y), of names, and of their squares by prefix.
    order = np.argsort(context, kind="stable")
    first = np.flatnonzero(np.diff(context[order], prepend=-1))
    sums = np.zeros((len(contexts), probabilities.shape[1]))
    sums[context[order[first]]] = np.add.reduceat(
        probabilities[order] * passing[order, None], first, axis=0, dtype=np.float64
    )
    n, squares = (np.bincount(context, passing**k, len(contexts)).astype(float) for k in (1, 2))
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
    guessed_ends: Array, ends: Array, passing: Array, length: Array, max_length: int
) -> Array:
    """By length, the shift of the log-odds that makes guessed ends as many as the network's."""
    shift = np.zeros(max_length + 1)
    logit = np.log(np.clip(guessed_ends, 1e-12, 1)) - np.log(np.clip(1 - guessed_ends, 1e-9, 1))
    for _ in range(8):  # Newton's method, damped
        p = 1 / (1 + np.exp(-(logit + shift[length])))
        missing = np.bincount(length, passing * (ends - p), max_length + 1) - 2 * shift
        slope = np.bincount(length, passing * p * (1 - p), max_length + 1) + 2
        shift += np.clip(missing / slope, -1, 1)
    return shift

"""A Markov chain of variable order, where asking the network itself would take too long.

    P(next character | name so far)  ≈  P(next character | the longest known end of the name so far)

The known ends, or contexts, are the most frequent strings of up to six characters among prefixes
that names drawn from the network passed. The start of a name counts as a character, so a short
prefix is told from the middle of a name. What a context says is the mean of what the network said
after the prefixes that end in it, smoothed with what the next shorter context says: the more, the
fewer different prefixes these were. A thousand names that passed one and the same prefix tell no
more of others than one does. That matters most with top-k or top-p, where a character that one
prefix rules out may be likely after the next.

One thing that a few last characters do not show is how long the name is already; so the odds of its
end have a factor for each length.

Crossed with a finite automaton, the chain tells with what probability the rest of a name meets the
conditions, for every context, state of the automaton and length. It is a recursion from the longest
length down.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names.network.prefix_tree import EOS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rnn_names.conditions.automaton import Automaton

LONGEST_CONTEXT = 6
"""Characters of the longest contexts, the predicted one not counted."""

CONTEXTS = 4000
"""Contexts that are kept, the most frequent ones."""

PRIOR = 10.0
"""Prefixes' worth of evidence that a shorter context counts for beside what was seen after a longer
one."""

SHORTER = 0.1
"""Share of a context's probabilities that always comes from the next shorter one: a context seen
often, but in few kinds of name, may be wrong about others."""

UNSEEN = 0.002
"""Share of the probabilities without a context that is spread evenly, so that nothing possible is
ruled out."""

LEAST = 1e-250
"""What may still happen is never given less: a product of 200 small probabilities would come to
0."""

MAX_WORK = 1 << 23
"""Numbers that the recursion reads; where there would be more (a large automaton, a large
vocabulary), fewer contexts are kept."""


@dataclass(frozen=True)
class MarkovChain:
    """Contexts and what they say.

    Attributes:
        after: (K, n_y + 1) int32. The context after each context and one more character; the last
            column is for the start of a name. Context 0 is the empty one.
        probabilities: (K, n_y) of the next character; column 0 for the end of the name.
        end_shift: (L + 1,) what is added to the log-odds of the end of a name of each length.
    """

    after: NDArray[np.int32]
    probabilities: NDArray[np.float64]
    end_shift: NDArray[np.float64]

    def context_of(self, prefix: NDArray[Any]) -> int:
        """The context after a prefix of indices."""
        context = int(self.after[0, -1])
        for character in prefix:
            context = int(self.after[context, character])
        return context

    def ahead(self, automaton: Automaton, min_length: int, max_length: int) -> NDArray[np.float64]:
        """The probability that the rest of a name makes it one that is accepted.

        Returns:
            (max_length + 1, K, S) by length so far, context and state of the automaton; 0 exactly
            where that is impossible.
        """
        possible = can_be_accepted(automaton, min_length, max_length)
        table = np.zeros((max_length + 1, len(self.after), len(automaton.accepting)))
        contexts = self.after[:, None, 1:-1]  # (K, 1, characters)
        states = automaton.after[None, :, 1:]  # (1, S, characters)
        end = np.clip(self.probabilities[:, EOS], 1e-12, 1 - 1e-9)
        given_more = self.probabilities[:, 1:] / (1 - end)[:, None]
        for length in range(max_length, -1, -1):
            ends = 1 / (1 + (1 - end) / end * np.exp(-self.end_shift[length]))
            table[length] = np.outer(ends, automaton.accepting & (length >= min_length))
            if length < max_length:
                later = np.einsum("kc,ksc->ks", given_more, table[length + 1][contexts, states])
                table[length] += (1 - ends)[:, None] * later
            np.maximum(table[length], LEAST, out=table[length])
            table[length] *= possible[length]
        return table


def can_be_accepted(automaton: Automaton, min_length: int, max_length: int) -> NDArray[np.bool_]:
    """Whether a name can still become one that is accepted: (max_length + 2, S) bool.

    By its length so far and its state.
    """
    possible = np.zeros((max_length + 2, len(automaton.accepting)), bool)
    for length in range(max_length, -1, -1):
        possible[length] = automaton.accepting & (length >= min_length)
        possible[length] |= possible[length + 1][automaton.after[:, 1:]].any(axis=1)
    return possible


def max_contexts(automaton: Automaton, max_length: int) -> int:
    """How many contexts may be told apart with an automaton, so that the recursion stays quick."""
    return max(min(MAX_WORK // (automaton.after.size * (max_length + 1)), CONTEXTS), 1)


def fitted(
    recent: NDArray[Any],
    length: NDArray[Any],
    probabilities: NDArray[Any],
    passed: NDArray[Any],
    max_length: int,
    n_contexts: int,
) -> MarkovChain:
    """The chain that agrees best with the network's probabilities at some prefixes.

    Args:
        recent: (N, LONGEST_CONTEXT) the last characters of each prefix, the last one first; n_y
            for the start, −1 before that.
        length: (N,) of each prefix.
        probabilities: (N, n_y) the network's, of what comes next.
        passed: (N,) how many names passed each prefix.
        max_length: of a name.
        n_contexts: how many contexts to tell apart.
    """
    n_y = probabilities.shape[1]
    contexts = _Contexts(recent, passed, n_y, n_contexts)
    context = contexts.of(recent)
    smoothed = contexts.smoothed(*_sums(context, probabilities, passed, len(contexts.key)))
    ends, guessed_ends = probabilities[:, EOS], smoothed[context, EOS]
    shift = _end_shift(guessed_ends, ends, passed, length, max_length)
    return MarkovChain(contexts.after(), smoothed, shift)


class _Contexts:
    """The most frequent strings, each as one number.

    That is the sum of its characters, the last one first, times powers of `base`. The strings are
    sorted by order (how many characters they have) and number. Beginnings and ends of a frequent
    string are as frequent, so they are among them: a context without its first character, or
    without its last, is a context as well.
    """

    def __init__(self, recent: NDArray[Any], passed: NDArray[Any], n_y: int, size: int) -> None:
        self.n_y, self.base = n_y, n_y + 1
        self.max_order = min(recent.shape[1], int(62 / np.log2(self.base)))  # a number has 63 bits
        keys, counts, orders = (
            [np.zeros(1, np.int64)],
            [np.full(1, np.inf)],
            [np.zeros(1, np.int64)],
        )
        for order in range(1, self.max_order + 1):
            there = recent[:, order - 1] >= 0
            key, which = np.unique(self._keys(recent[there], order), return_inverse=True)
            keys.append(key)
            counts.append(np.bincount(which.ravel(), weights=passed[there], minlength=len(key)))
            orders.append(np.full(len(key), order))
        key, count, order_of = np.concatenate(keys), np.concatenate(counts), np.concatenate(orders)
        kept = np.lexsort((key, order_of, -count))[: max(size, 1)]
        kept = kept[np.lexsort((key[kept], order_of[kept]))]
        self.key, self.order = key[kept], order_of[kept]
        starts = np.searchsorted(self.order, np.arange(self.max_order + 2))
        self.rows = [slice(a, b) for a, b in pairwise(starts.tolist())]

    def _keys(self, recent: NDArray[Any], order: int) -> NDArray[np.int64]:
        powers = self.base ** np.arange(order, dtype=np.int64)
        return np.asarray(recent[:, :order].astype(np.int64) @ powers)

    def _find(self, key: NDArray[np.int64], order: int) -> NDArray[np.intp]:
        """The contexts of one order that some numbers stand for; −1 where there is none."""
        rows = self.rows[order]
        known = self.key[rows]
        if not len(known):
            return np.full(key.shape, -1)
        at = np.minimum(np.searchsorted(known, key), len(known) - 1)
        return np.where(known[at] == key, rows.start + at, -1)

    def of(self, recent: NDArray[Any]) -> NDArray[np.intp]:
        """The longest context of each prefix, by its last characters as in `fitted`."""
        context = np.zeros(len(recent), np.intp)
        for order in range(1, self.max_order + 1):
            there = np.flatnonzero(recent[:, order - 1] >= 0)
            found = self._find(self._keys(recent[there], order), order)
            context[there[found >= 0]] = found[found >= 0]
        return context

    def after(self) -> NDArray[np.int32]:
        """The context after each context and character, as `MarkovChain.after`."""
        after = np.zeros((len(self.key), self.n_y + 1), np.int32)
        for order in range(1, self.max_order + 1):  # longer ones replace shorter ones
            rows = np.flatnonzero(self.order >= order - 1)
            before = self.base * (self.key[rows] % self.base ** (order - 1))
            found = self._find(before[:, None] + np.arange(self.n_y + 1), order)
            after[rows] = np.where(found >= 0, found, after[rows])
        return after

    def smoothed(
        self, sums: NDArray[np.float64], n: NDArray[np.float64], squares: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """The probabilities after each context.

        They come from sums, as `_sums` gives them, over the prefixes whose longest context is just
        this one.
        """
        shorter = np.zeros(len(self.key), np.intp)
        for order in range(
            self.max_order, 0, -1
        ):  # what is seen after a context is seen after its ends, too
            rows = self.rows[order]
            shorter[rows] = self._find(self.key[rows] % self.base ** (order - 1), order - 1)
            np.add.at(sums, shorter[rows], sums[rows])
            np.add.at(n, shorter[rows], n[rows])
            np.add.at(squares, shorter[rows], squares[rows])
        # Prefixes of n₁, n₂, … names count for (Σ nᵢ)² / Σ nᵢ²: 3 for 3 of as many names each.
        names = np.maximum(n, 1)
        n = names * n / np.maximum(squares, 1)
        sums = sums * (n / names)[:, None]
        probabilities = (sums + PRIOR / self.n_y) / (n + PRIOR)[:, None]
        probabilities[0] = (1 - UNSEEN) * probabilities[0] + UNSEEN / self.n_y
        for order in range(1, self.max_order + 1):
            rows = self.rows[order]
            below = probabilities[shorter[rows]]
            seen = (sums[rows] + PRIOR * below) / (n[rows] + PRIOR)[:, None]
            probabilities[rows] = (1 - SHORTER) * seen + SHORTER * below
        return probabilities


def _sums(
    context: NDArray[np.intp], probabilities: NDArray[Any], passed: NDArray[Any], n_contexts: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The network's probabilities, added up by context and weighted by names.

    Returns:
        (K, n_y) the sums, (K,) the names, and (K,) the squares of each prefix's names added up.
    """
    order = np.argsort(context, kind="stable")
    sorted_context = context[order]
    first = np.flatnonzero(np.diff(sorted_context, prepend=-1))
    sums = np.zeros((n_contexts, probabilities.shape[1]))
    sums[sorted_context[first]] = np.add.reduceat(
        probabilities[order] * passed[order, None], first, axis=0, dtype=np.float64
    )
    n, squares = (np.bincount(context, passed**k, n_contexts).astype(float) for k in (1, 2))
    return sums, n, squares


def _end_shift(
    guessed_ends: NDArray[Any],
    ends: NDArray[Any],
    passed: NDArray[Any],
    length: NDArray[Any],
    max_length: int,
) -> NDArray[np.float64]:
    """By length, the shift of the log-odds that makes the guessed ends as many as the network's.

    Both are probabilities of the end after each prefix, (N,). The shift is found by Newton's
    method, damped.
    """
    shift = np.zeros(max_length + 1)
    logit = np.log(np.clip(guessed_ends, 1e-12, 1)) - np.log(np.clip(1 - guessed_ends, 1e-9, 1))
    for _ in range(8):
        p = 1 / (1 + np.exp(-(logit + shift[length])))
        missing = np.bincount(length, passed * (ends - p), max_length + 1) - 2 * shift
        slope = np.bincount(length, passed * p * (1 - p), max_length + 1) + 2
        shift += np.clip(missing / slope, -1, 1)
    return shift

"""A character n-gram with interpolated Kneser-Ney smoothing, in arrays.

On a short list it predicts about as well as a network, and errs elsewhere: training uses it as a
second opinion (`rnn_names.training.distillation`).

At order k it looks at the k − 1 symbols before a character, and hands on to order k − 1 what its
discounts D set aside:

    p_k(w | h) = max(c(hw) − D(c(hw)), 0) / c(h)  +  Σ_w' D(c(hw')) / c(h) · p_{k−1}(w | h without
    its first symbol)

At the highest order c counts occurrences; below it c counts the different symbols that come before
hw, because a lower order is only asked where a higher one knows nothing (Kneser & Ney 1995; the
three discounts are those of Chen & Goodman 1999, section 3). A name has one START before it; what
begins with START has nothing before it, and keeps its occurrences. Order 0 is uniform.

A history is one integer: its symbols are digits to the base n_y + 1, and START is the digit n_y. No
history holds EOS, the digit 0, so a shorter history never equals a longer one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rnn_names.corpus.names import Names

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]

ORDER = 6
"""Of lists from 1,000 to 90,000 names, none was predicted better by another order by more than 0.01
nats per character."""


@dataclass(frozen=True)
class _Level:
    """One order: its histories, and what was seen after each, row after row.

    Attributes:
        histories: (H,) sorted.
        starts: (H + 1,) where the entries of each history begin.
        characters: (entries,) which characters followed.
        discounted: (entries,) (c − D(c)) / c(h) of each.
        handed_on: (H,) the probability left for the order below.
    """

    histories: Integers
    starts: Integers
    characters: Integers
    discounted: NDArray[np.float64]
    handed_on: NDArray[np.float64]


class NGram:
    """An n-gram of some names.

    Attributes:
        n_y: size of the vocabulary, EOS counted.
        order: `ORDER`, or what fits 63 bits for a large vocabulary.

    >>> ngram = NGram(Names(np.array([1, 2, 1, 1]), np.array([0, 2, 4])), n_y=3)    # "ab" and "aa"
    >>> ngram.probabilities(np.array([ngram.start])).round(2).tolist()              # both begin
    with "a"
    [[0.14, 0.77, 0.09]]
    """

    def __init__(self, names: Names, n_y: int) -> None:
        """`names`: not empty; their codes are vocabulary indices from 1."""
        self.n_y, self.base, self.start = n_y, n_y + 1, n_y
        self.order = min(ORDER, int(63 / np.log2(self.base)))
        tokens, begins = self._tokens(names)
        predicted = np.flatnonzero(tokens != self.start)
        room = predicted - np.repeat(
            begins, names.lengths + 1
        )  # symbols before each character, START counted
        grams = [np.zeros(0, np.int64)]  # grams[k]: those of k symbols, one per place
        history = np.zeros(len(predicted), np.int64)
        for k in range(1, self.order + 1):
            if k > 1:
                history = history + tokens[np.maximum(predicted - k + 1, 0)] * self.base ** (k - 2)
            grams.append((history * self.base + tokens[predicted])[room >= k - 1])
        while not len(grams[self.order]):  # all names are short
            self.order -= 1
        self.levels = [self._level(*self._counts(grams, k)) for k in range(1, self.order + 1)]

    def _tokens(self, names: Names) -> tuple[Integers, Integers]:
        """START, the characters and EOS of all names in one row, and where each name begins."""
        begins = names.offsets[:-1] + 2 * np.arange(len(names))
        tokens = np.zeros(len(names.codes) + 2 * len(names), np.int64)
        inside = np.ones(len(tokens), bool)
        inside[begins] = inside[begins + names.lengths + 1] = False
        tokens[inside] = names.codes
        tokens[begins] = self.start
        return tokens, begins

    def _counts(self, grams: list[Integers], k: int) -> tuple[Integers, Integers]:
        """The different grams of k symbols, sorted, and the count of each."""
        seen, occurrences = np.unique(grams[k], return_counts=True)
        if k == self.order:
            return seen, occurrences
        with_one_before = np.unique(grams[k + 1])
        inner, different = np.unique(with_one_before % self.base**k, return_counts=True)
        counts = occurrences.copy()  # stays so for those that begin with START
        counts[np.searchsorted(seen, inner)] = different
        return seen, counts

    def _level(self, grams: Integers, counts: Integers) -> _Level:
        of_counts = np.bincount(np.minimum(counts, 5), minlength=6).astype(float)[1:5]
        discount = _discounts(of_counts)[np.minimum(counts, 3) - 1]
        histories, starts = np.unique(grams // self.base, return_index=True)
        totals = np.add.reduceat(counts, starts)
        return _Level(
            histories,
            np.append(starts, len(grams)),
            grams % self.base,
            (counts - discount) / np.repeat(totals, np.diff(np.append(starts, len(grams)))),
            np.add.reduceat(discount, starts) / totals,
        )

    def extend(self, history: Integers, character: Integers) -> Integers:
        """The histories after one more character."""
        return (history * self.base + character) % self.base ** (self.order - 1)

    def probabilities(self, history: Integers) -> NDArray[np.float64]:
        """Of the next character after each history: (m,) to (m, n_y)."""
        p = np.full((len(history), self.n_y), 1 / self.n_y)
        for k, level in enumerate(self.levels, 1):
            wanted = history % self.base ** (k - 1)
            at = np.minimum(np.searchsorted(level.histories, wanted), len(level.histories) - 1)
            rows = np.flatnonzero(level.histories[at] == wanted)
            at = at[rows]
            p[rows] *= level.handed_on[at, None]
            first, sizes = level.starts[at], level.starts[at + 1] - level.starts[at]
            ends = np.cumsum(sizes)
            entries = np.arange(ends[-1] if len(ends) else 0) + np.repeat(
                first - (ends - sizes), sizes
            )
            p[np.repeat(rows, sizes), level.characters[entries]] += level.discounted[entries]
        return p

    def sample(self, count: int, max_length: int, rng: np.random.Generator) -> Names:
        """Draws `count` names, and keeps those of 1 to `max_length` characters."""
        text, lengths = np.zeros((max_length, count), np.int64), np.zeros(count, np.int64)
        going, history = np.arange(count), np.full(count, self.start)
        for length in range(max_length + 1):
            different, node = np.unique(history[going], return_inverse=True)
            edges = np.cumsum(self.probabilities(different), axis=1)
            edges = edges / edges[:, -1:] + np.arange(len(different))[:, None]
            # rounded down to 32 bits, so that adding the node is exact
            points = node + np.floor(rng.random(len(going)) * 2.0**32) / 2.0**32
            character = np.searchsorted(edges.ravel(), points, side="right") - node * self.n_y
            lengths[going[character == 0]] = length
            going, character = going[character > 0], character[character > 0]
            if length == max_length or not len(going):
                break
            text[length, going] = character
            history[going] = self.extend(history[going], character)
        inside = np.arange(max_length)[:, None] < lengths
        names = Names(text.T[inside.T], np.append(0, np.cumsum(lengths)))
        return names.take(np.flatnonzero(lengths))


def _discounts(n: NDArray[np.float64]) -> NDArray[np.float64]:
    """D for counts of 1, 2 and 3 or more, from how many counts of 1, 2, 3 and 4 there are (Chen &
    Goodman 1999, equation 26).
    """
    if not n.all():
        return np.array([0.5, 0.75, 0.9])  # too little was counted to tell
    y = n[0] / (n[0] + 2 * n[1])
    return np.clip([i - (i + 1) * y * n[i] / n[i - 1] for i in (1, 2, 3)], 0.05, [1, 2, 3])

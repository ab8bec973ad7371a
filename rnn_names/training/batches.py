"""A corpus in random order: the minibatches of an epoch."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.corpus import Corpus
from rnn_names.corpus.names import Names, Vocabulary
from rnn_names.network.prefix_tree import PrefixTree, prefix_tree


@dataclass(frozen=True)
class Batches:
    """A corpus as vocabulary indices, and its minibatches.

    An epoch contains each row once; if there are `weights`, it draws as many names in proportion.

    >>> names = Names(np.array([1, 2, 1, 2, 3]), np.array([0, 1, 3, 5]))  # "a", "ba" and "bc"
    >>> batches = Batches(names, rows=np.array([0, 1, 2, 2]), n_y=4)  # "bc" is there twice
    >>> for at, rows in batches.minibatches(size=2, rng=np.random.default_rng(0)):
    ...     print(at, rows, len(batches.tree(rows).ends), "names")
    0.25 [0 2] 2 names
    0.75 [1 2] 2 names
    """

    names: Names  # distinct names in lexicographic order; their `codes` are vocabulary indices
    rows: Array  # (n,) int, the row in `names` of each name in the list, with repeats
    n_y: int  # size of the vocabulary, including EOS
    weights: Array | None = field(default=None, kw_only=True)  # (len(names),)
    neighbours: int = field(default=1, kw_only=True)  # rows that stay together in all minibatches

    @classmethod
    def from_corpus(cls, corpus: Corpus, vocabulary: Vocabulary) -> "Batches":
        """The batches of a corpus. If it has counts, names are drawn in proportion to them."""
        names = vocabulary.indexed(corpus.names)
        if corpus.has_counts:
            rows, weights = np.arange(len(corpus)), corpus.counts
        else:
            rows, weights = np.repeat(np.arange(len(corpus)), corpus.counts), None
        return cls(names, rows, len(vocabulary), weights=weights)

    @property
    def counts(self) -> Array:
        """The weight of each name, or how often it occurs in `rows`: (len(names),)."""
        if self.weights is not None:
            return self.weights
        return np.bincount(self.rows, minlength=len(self.names))

    @property
    def characters(self) -> int:
        """The number of characters of an epoch, including ends; with weights, the mean number."""
        counts = self.counts
        return len(self.rows) * int(counts @ (self.names.lengths + 1)) // int(counts.sum())

    def minibatches(self, size: int, rng: np.random.Generator) -> Iterator[tuple[float, Array]]:
        """Yields the minibatches of one epoch in random order; the last one may be smaller.

        A minibatch is its middle in the epoch, from 0 to 1, and its sorted rows, (size,).
        """
        rows = self.rows if self.weights is None else _in_proportion(self.weights, rng)
        first = self.neighbours * rng.permutation(-(-len(rows) // self.neighbours))
        order = (first[:, None] + np.arange(self.neighbours)).ravel()
        shuffled = rows[order[order < len(rows)]]
        for start in range(0, len(shuffled), size):
            batch = np.sort(shuffled[start : start + size])
            yield (start + len(batch) / 2) / len(shuffled), batch

    def tree(self, rows: Array) -> PrefixTree:
        """The prefix tree of a minibatch, given its sorted rows."""
        return prefix_tree(*self.names.padded(rows), self.n_y)


def _in_proportion(weights: Array, rng: np.random.Generator) -> Array:
    """Draws as many rows as there are weights, in proportion to them, by systematic sampling.

    >>> _in_proportion(np.array([2, 0, 1, 1]), np.random.default_rng(0)).tolist()
    [0, 0, 2, 3]
    """
    ends = np.cumsum(weights / weights.sum()) * len(weights)
    marks = np.arange(len(weights)) + rng.random()
    return np.minimum(np.searchsorted(ends, marks, side="right"), len(weights) - 1)

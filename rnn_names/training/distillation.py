"""Distillation: a teacher, and the set of names with soft targets that a network learns from it.

The teacher is an n-gram and K networks of the same list, asked together. They make different
mistakes, so together they are better than each alone. What they predict is the geometric mean of
their distributions, normalised (a product of experts, Hinton 2002):

    log p(c | prefix) = 1/(2K) Σ_k log p_k(c | prefix) + ½ log p_ngram(c | prefix) − log Z

The n-gram is first given the lengths of the list (`rnn_names.ngram.lengths`). A character that was
seen once or twice has arithmetic means instead, before Z, since one of the two may hardly know it:

    p(c | prefix) = ½ (1/K Σ_k p_k(c | prefix) + p_ngram(c | prefix)) / Z

A network learns this distribution from synthetic names, which the n-gram writes, and from the real
ones, repeated (Hinton et al. 2015, arXiv:1503.02531). There is no end of synthetic names, and each
prefix comes with a whole distribution, its soft target, instead of the one character that happened
to follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names.corpus.names import Names
from rnn_names.network import rnn
from rnn_names.network.batches import Batches
from rnn_names.network.prefix_tree import PrefixTree, numbered_prefixes
from rnn_names.network.scoring import names_per_batch
from rnn_names.ngram.kneser_ney import NGram
from rnn_names.ngram.lengths import LengthGuide

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_NGRAM_NAMES = 1_000_000
"""Names that the n-gram learns from, at most: it takes 200 bytes for each."""

REAL_SHARE = 0.4
"""Real names for each synthetic one, by repeating them. Synthetic names have more to teach, but not
alone."""

SEEN_RARELY = 2
"""Characters that the training names have at most so often are rare."""

MAX_SOFT_TARGETS = 1 << 27
"""Probabilities that a distillation set may hold, 4 bytes each; twice as many for a moment while
they are made, and as many in the helper process. Of a longer list, as many names as fit are
taken."""


CallTwice = Callable[[Callable[..., Any], tuple[Any, ...], tuple[Any, ...]], tuple[Any, Any]]
"""Calls a function with some arguments and with others, and gives both values."""


def call_twice(
    function: Callable[..., Any], first: tuple[Any, ...], second: tuple[Any, ...]
) -> tuple[Any, Any]:
    """The `CallTwice` that makes one call after the other."""
    return function(*first), function(*second)


def copies_of_each(real: int, synthetic: int) -> int:
    """How often each of the real names stands in a distillation set.

    >>> copies_of_each(1000, 33_000)
    13
    """
    return max(round(REAL_SHARE * synthetic / real), 1)


@dataclass(frozen=True)
class Teacher:
    """An n-gram and some networks, asked together.

    Attributes:
        ngram: of the training names.
        networks: the parameters of each.
        lengths: makes the n-gram's names as long as those of the list; None leaves it as it is.
        rare: (r,) the indices of rare characters.
    """

    ngram: NGram
    networks: Sequence[rnn.Params]
    lengths: LengthGuide | None = None
    rare: Any = ()

    @classmethod
    def of(
        cls, batches: Batches, networks: Sequence[rnn.Params], rng: np.random.Generator
    ) -> Teacher:
        """The teacher of a run, from what its networks learned from and their parameters.

        `rng` chooses names for the n-gram if there are too many.
        """
        ngram, names = _ngram(batches, rng), batches.names
        lengths = LengthGuide(ngram, np.bincount(names.lengths, weights=batches.counts))
        seen = np.bincount(names.codes)
        # Characters that only the starting model knows do not count: the list has none.
        rare = np.flatnonzero((seen > 0) & (seen <= SEEN_RARELY))
        return cls(ngram, networks, lengths, rare)

    def distillation_set(
        self, names: Names, count: int, rng: np.random.Generator, twice: CallTwice = call_twice
    ) -> DistillationSet:
        """Some real names and about `count` synthetic ones, with soft targets.

        Args:
            names: the real ones, distinct; no synthetic name is longer than the longest of them.
            count: how many names the n-gram draws; it keeps those of a possible length.
            rng: for all that is random.
            twice: makes two calls, which may be at the same time.
        """
        # The names: real ones, repeated, and synthetic ones. Some of these are real, too.
        names, count = self._that_fit(names, count, rng)
        synthetic = self.ngram.sample(count, int(names.lengths.max()), rng)
        real = [names] * copies_of_each(len(names), count)
        distinct, counts = Names.concatenate([*real, synthetic]).distinct()
        rows = np.repeat(np.arange(len(distinct)), counts)  # (names with repeats,)

        # A number for each prefix of any of them.
        numbers, _, passing = numbered_prefixes(*distinct.padded(), [len(distinct)])
        n_y = self.ngram.n_y
        soft_targets = np.empty((len(passing), n_y), np.float32)
        without = DistillationSet(
            distinct, rows, n_y, prefix_numbers=numbers, soft_targets=soft_targets[:0]
        )

        # The soft targets, for the prefix tree of a few thousand names at a time. Where two trees
        # share a prefix, it is computed twice.
        size = names_per_batch(n_y)
        trees = [np.arange(i, min(i + size, len(distinct))) for i in range(0, len(distinct), size)]
        half = (len(trees) + 1) // 2
        for found in twice(
            self.targets_by_number, (without, trees[:half]), (without, trees[half:])
        ):
            for prefixes, targets in found:
                soft_targets[prefixes] = targets
        return replace(without, soft_targets=soft_targets)

    def targets_by_number(
        self, names: DistillationSet, batches: list[NDArray[np.intp]]
    ) -> list[tuple[NDArray[np.intp], NDArray[np.float32]]]:
        """The numbers of prefixes, (N,), and their soft targets, (N, n_y), for each batch of names.

        `names` has no soft targets yet; a batch is the rows of its names.
        """
        work, found = rnn.Workspace(), []
        for batch in batches:
            # Not `names.trees`: that looks up the very targets that are made here.
            [tree] = Batches.trees(names, [batch])
            found.append((names.numbers_of(tree, batch), self.soft_targets(tree, work).copy()))
        return found

    def _that_fit(self, names: Names, count: int, rng: np.random.Generator) -> tuple[Names, int]:
        """The real names and the count of synthetic ones, cut down to `MAX_SOFT_TARGETS`."""
        # As if no two names shared a prefix, and all were of the mean length, EOS counted.
        room = MAX_SOFT_TARGETS // (self.ngram.n_y * (int(names.lengths.mean()) + 1))
        if len(names) + count <= room:
            return names, count
        chosen = rng.choice(len(names), min(len(names), room // 2), replace=False)
        return names.take(np.sort(chosen)), min(count, room // 2)

    def soft_targets(self, tree: PrefixTree, work: rnn.Workspace) -> NDArray[np.float32]:
        """The teacher's distribution of the character after every prefix of a tree: (N, n_y)."""
        log_p, p_rare = self._networks_predictions(tree, work)
        histories = self._histories(tree)
        p_ngram = self.ngram.probabilities(histories)
        if self.lengths is not None:
            # How many characters each node's prefix has, (N,): the number of its level.
            length = np.repeat(np.arange(len(tree.levels)), [r.stop - r.start for r in tree.levels])
            p_ngram *= self.lengths.factors(histories, length)
            p_ngram /= p_ngram.sum(axis=1, keepdims=True)
        with np.errstate(divide="ignore"):  # where a name must end, or can't
            log_p += np.log(p_ngram)
            log_p /= 2
            # Where the n-gram has 0, because names would get too long, it stays 0.
            p_ngram = p_ngram[:, self.rare]
            log_p[:, self.rare] = np.log((p_rare + p_ngram) / 2 * (p_ngram > 0))
        return rnn.softmax(log_p, out=log_p)  # normalises: − log Z

    def _networks_predictions(
        self, tree: PrefixTree, work: rnn.Workspace
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The means of log p_k, (N, n_y), not normalised, and of p_k of rare characters, (N, r)."""
        log_p = np.zeros(tree.y.shape[::-1], work.dtype).T  # by column, as predictions are
        p_rare = np.zeros((len(log_p), len(self.rare)), work.dtype)
        for params in self.networks:
            log_p_k = rnn.log_predictions(tree, params, work)
            log_p += log_p_k
            p_rare += np.exp(log_p_k[:, self.rare])
        log_p /= len(self.networks)
        p_rare /= len(self.networks)
        return log_p, p_rare

    def _histories(self, tree: PrefixTree) -> NDArray[Any]:
        """The n-gram's history at each node, (N,), level by level: a parent's and one character."""
        histories = np.full(len(tree.x), self.ngram.start)
        for above, rows in zip(tree.levels[:-1], tree.levels[1:], strict=True):
            histories[rows] = self.ngram.extend(histories[above][tree.parent[rows]], tree.x[rows])
        return histories


def _ngram(batches: Batches, rng: np.random.Generator) -> NGram:
    """An n-gram of the names that are trained on."""
    rows, weights = batches.rows, batches.weights
    if len(rows) > MAX_NGRAM_NAMES:
        rows = rng.choice(rows, MAX_NGRAM_NAMES, replace=False)
    counts = None
    if weights is not None:
        # In proportion, as many in all as in an epoch, and each once at least: discounts are made
        # for counts of 1, 2 and 3, and take nothing off counts of millions.
        counts = np.maximum(np.rint(weights[rows] * (len(rows) / weights[rows].sum())), 1)
        counts = counts.astype(np.int64)
    return NGram(batches.names.take(rows), batches.n_y, counts)


@dataclass(frozen=True)
class DistillationSet(Batches):
    """Names to learn from, with a soft target for each of their prefixes.

    All prefixes have numbers, and the soft targets are computed once, in the order of these
    numbers. A minibatch looks up those of its own prefixes. An example, with the names "a", "ba"
    and "bc":

        prefix     ""  "a"  "b"  "ba"  "bc"
        number     0   1    2    3     4

    A minibatch of "a" and twice "ba" has the nodes "", "b", "a" and "ba", in this order. Their
    numbers are 0, 2, 1, 3, and 3, 2, 1, 2 names begin with them. So it learns from

        y = soft_targets[[0, 2, 1, 3]] * [[3], [2], [1], [2]]           (4, n_y)

    Attributes:
        prefix_numbers: (longest + 1, n) int. The number of each name's prefix of 0, 1, 2, …
            characters; anything after its end.
        soft_targets: (prefixes, n_y) float32. The teacher's distribution for each number.
    """

    prefix_numbers: NDArray[np.intp]
    soft_targets: NDArray[np.float32]

    def trees(self, batches: Sequence[NDArray[np.int64]]) -> Iterator[PrefixTree]:
        """The prefix trees of some batches, with soft targets in place of what follows.

        A row of y is the soft target of its prefix, times how many names begin with that prefix.
        """
        for tree, rows in zip(super().trees(batches), batches, strict=True):
            passing = tree.y.sum(axis=1, keepdims=True)  # (N, 1)
            yield replace(tree, y=self.soft_targets[self.numbers_of(tree, rows)] * passing)

    def numbers_of(self, tree: PrefixTree, rows: NDArray[np.int64]) -> NDArray[np.intp]:
        """The number of each node's prefix, (N,); `rows` (m,) are the names of the tree."""
        steps = len(tree.paths)
        inside = np.arange(steps)[:, None] <= self.names.lengths[rows]  # (steps, m)
        numbers = np.empty(len(tree.x), np.intp)
        numbers[tree.paths[inside]] = self.prefix_numbers[:steps, rows][inside]
        return numbers

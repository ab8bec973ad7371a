"""The teacher of training's second phase: the joint opinion of an n-gram and a network on what
comes after a prefix.

A network and an n-gram of the same list are about as good as each other on a short one, and err
differently, so that together they are better than either: their geometric mean, made a distribution
again (a product of experts, Hinton 2002), which on the dinosaurs was 0.005 to 0.008 nats per
character better than the arithmetic one. A network learns it from names which the n-gram makes up
(Hinton et al. 2015, arXiv:1503.02531): there is no end of them, and each of their prefixes comes
with a whole distribution instead of the one character that happened to follow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names.corpus.names import Names
from rnn_names.network import rnn
from rnn_names.network.batches import Batches
from rnn_names.network.prefix_tree import PrefixTree, numbered_prefixes
from rnn_names.network.scoring import names_per_batch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rnn_names.training.ngram import NGram

REAL_SHARE = 0.4
"""Real names for each made-up one, by repeating them. Made-up ones have more to say: on two tenths
of the dinosaurs, three epochs of 33,000 made-up names with 0.4 came to 1.537 nats, and six of
11,346 with 1.2, which take about as long, to 1.539; but 40,000 with 0.15 came to 1.539, too."""

MAX_SOFT_TARGETS = 1 << 27
"""Probabilities that a lesson may hold, 4 bytes each; of a longer list, as many names as fit are
taken."""


def repeats(real: int, made_up: int) -> int:
    """How often each real name stands in a lesson."""
    return max(round(REAL_SHARE * made_up / real), 1)


class Teacher:
    """An n-gram and a network, asked together.

    Attributes:
        ngram: of the training names.
        params: the network's, the best of the first phase.
    """

    def __init__(self, ngram: NGram, params: rnn.Params) -> None:
        self.ngram, self.params = ngram, params

    def lesson(self, names: Names, count: int, rng: np.random.Generator) -> DistillationSet:
        """`names`, and about `count` that the n-gram makes up, none longer than the longest of
        them, with the teacher's opinion.
        """
        room = MAX_SOFT_TARGETS // (self.ngram.n_y * (int(names.lengths.mean()) + 1))
        if len(names) + count > room:
            names = names.take(
                np.sort(rng.choice(len(names), min(len(names), room // 2), replace=False))
            )
            count = min(count, room // 2)
        made_up = self.ngram.sample(count, int(names.lengths.max()), rng)
        everything, counts = Names.concatenate(
            [*[names] * repeats(len(names), count), made_up]
        ).distinct()
        batches = Batches(everything, np.repeat(np.arange(len(everything)), counts), self.ngram.n_y)
        paths, _, passing = numbered_prefixes(*everything.padded(), [len(everything)])
        lesson = DistillationSet(
            **vars(batches),
            paths=paths,
            soft_targets=np.empty((len(passing), batches.n_y), np.float32),
        )
        work, at_once = rnn.Workspace(), names_per_batch(batches.n_y)
        for start in range(0, len(everything), at_once):
            rows = np.arange(start, min(start + at_once, len(everything)))
            [tree] = batches.trees([rows])
            lesson.soft_targets[lesson.prefixes(tree, rows)] = self.opinion(tree, work)
        return lesson

    def opinion(self, tree: PrefixTree, work: rnn.Workspace) -> NDArray[np.float32]:
        """What the teacher expects after every prefix of a tree: (N, n_y)."""
        opinion = rnn.log_predictions(tree, self.params, work)
        opinion += np.log(self.ngram.probabilities(self._histories(tree)))
        opinion /= 2
        return rnn.softmax(opinion, out=opinion)

    def _histories(self, tree: PrefixTree) -> NDArray[Any]:
        """The n-gram's history at each node."""
        histories = np.full(len(tree.x), self.ngram.start)
        for above, rows in zip(tree.levels[:-1], tree.levels[1:], strict=True):
            histories[rows] = self.ngram.extend(histories[above][tree.parent[rows]], tree.x[rows])
        return histories


@dataclass(frozen=True)
class DistillationSet(Batches):
    """Names to learn from, with a teacher's opinion after each of their prefixes: it is asked once,
    and not again for each minibatch.

    Attributes:
        paths: (longest + 1, n) int. The number of each name's prefix of 0, 1, 2, … characters;
            anything after its end.
        soft_targets: (prefixes, n_y) float32. The teacher's, by that number.
    """

    paths: NDArray[np.intp]
    soft_targets: NDArray[np.float32]

    def trees(self, batches: list[NDArray[np.int64]]) -> list[PrefixTree]:
        """As `Batches.trees`, with the teacher's opinion in place of the characters that follow, as
        many times.
        """
        return [
            replace(
                tree,
                y=self.soft_targets[self.prefixes(tree, rows)] * tree.y.sum(axis=1, keepdims=True),
            )
            for tree, rows in zip(super().trees(batches), batches, strict=True)
        ]

    def prefixes(self, tree: PrefixTree, rows: NDArray[np.int64]) -> NDArray[np.intp]:
        """The number of each node's prefix, (N,); `rows` are the names of the tree."""
        numbers = np.empty(len(tree.x), np.intp)
        inside = np.arange(len(tree.paths))[:, None] <= self.names.lengths[rows]
        numbers[tree.paths[inside]] = self.paths[: len(tree.paths), rows][inside]
        return numbers

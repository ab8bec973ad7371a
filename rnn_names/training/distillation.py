"""Distillation: a set of names with soft targets, from which a network learns what a teacher knows.

The names are synthetic ones, which the teacher writes (`rnn_names.training.teacher`), and the real
ones, repeated. Each prefix comes with a whole distribution, its soft target, instead of the one
character that happened to follow (Hinton et al. 2015, arXiv:1503.02531).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from rnn_names.arrays import Array, Workspace
from rnn_names.corpus.names import Names
from rnn_names.network.language_model import names_per_batch
from rnn_names.network.prefix_tree import Batches, PrefixTree, numbered_prefixes
from rnn_names.training.teacher import Teacher

REAL_SHARE = 0.4  # real names for each synthetic one, by repeating them
MAX_SOFT_TARGETS = 1 << 27  # of 4 bytes, here and in the helper process, twice that for a moment


def copies_of_each(real: int, synthetic: int) -> int:
    """How often each of the real names stands in a distillation set.

    >>> copies_of_each(1000, 33_000)
    13
    """
    return max(round(REAL_SHARE * synthetic / real), 1)


@dataclass(frozen=True)
class DistillationSet(Batches):
    """Names to learn from, with a soft target for each of their prefixes.

    All prefixes have numbers, in whose order the soft targets are computed, once. An example, with
    the names "a", "ba" and "bc":

        prefix     ""  "a"  "b"  "ba"  "bc"
        number     0   1    2    3     4

    A minibatch of "a" and twice "ba" has the nodes "", "b", "a" and "ba", in this order. Their
    numbers are 0, 2, 1, 3, and 3, 2, 1, 2 names begin with them. So it learns from

        y = soft_targets[[0, 2, 1, 3]] * [[3], [2], [1], [2]]           (4, n_y)
    """

    prefix_numbers: Array  # (longest + 1, n) int. Of each name's prefixes; arbitrary after its end
    soft_targets: Array  # (prefixes, n_y) float32. The teacher's distribution for each number

    def tree(self, rows: Array) -> PrefixTree:
        """The prefix tree of a minibatch, with soft targets in place of what follows."""
        tree = super().tree(rows)
        passing = tree.y.sum(axis=1, keepdims=True)  # (N, 1)
        return replace(tree, y=self.soft_targets[self.numbers_of(tree, rows)] * passing)

    def numbers_of(self, tree: PrefixTree, rows: Array) -> Array:
        """The number of each node's prefix, (N,); `rows` (m,) are the names of the tree."""
        steps = len(tree.paths)
        inside = np.arange(steps)[:, None] <= self.names.lengths[rows]  # (steps, m)
        numbers = np.empty(len(tree.x), np.intp)
        numbers[tree.paths[inside]] = self.prefix_numbers[:steps, rows][inside]
        return numbers


def distillation_set(
    teacher: Teacher,
    names: Names,
    count: int,
    rng: np.random.Generator,
    begin: Callable[..., Callable[[], Any]] = partial,
) -> DistillationSet:
    """Some distinct real names and about `count` synthetic ones, with soft targets."""
    # The names: real ones, repeated, and synthetic ones. Some of these are real, too.
    names, count = _that_fit(names, count, teacher.n_y, rng)
    rng_1, rng_2 = (np.random.default_rng(seed) for seed in rng.integers(1 << 63, size=2))
    second_half = begin(teacher.draw, count - count // 2, rng_2)
    synthetic = [teacher.draw(count // 2, rng_1), second_half()]
    real = [names] * copies_of_each(len(names), count)
    distinct, counts = Names.concatenate([*real, *synthetic]).distinct()
    rows = np.repeat(np.arange(len(distinct)), counts)  # (names with repeats,)

    # A number for each prefix of any of them.
    numbers, _, passing = numbered_prefixes(*distinct.padded())
    soft_targets = np.empty((len(passing), teacher.n_y), np.float32)
    untaught = DistillationSet(
        distinct, rows, teacher.n_y, prefix_numbers=numbers, soft_targets=soft_targets[:0]
    )

    # The soft targets, for the prefix tree of a few thousand names at a time. Where two trees
    # share a prefix, it is computed twice.
    size = names_per_batch(teacher.n_y)
    trees = [np.arange(i, min(i + size, len(distinct))) for i in range(0, len(distinct), size)]
    half = (len(trees) + 1) // 2
    others = begin(targets_by_number, teacher, untaught, trees[half:])
    for prefixes, targets in [*targets_by_number(teacher, untaught, trees[:half]), *others()]:
        soft_targets[prefixes] = targets
    return replace(untaught, soft_targets=soft_targets)


def targets_by_number(
    teacher: Teacher, names: DistillationSet, batches: list[Array]
) -> list[tuple[Array, Array]]:
    """For each batch, the numbers of its prefixes, (N,), and their soft targets, (N, n_y)."""
    work, found = Workspace(), []
    for batch in batches:
        # Not `names.tree`: that looks up the very targets that are made here.
        tree = Batches.tree(names, batch)
        found.append((names.numbers_of(tree, batch), teacher.soft_targets(tree, work)))
    return found


def _that_fit(names: Names, count: int, n_y: int, rng: np.random.Generator) -> tuple[Names, int]:
    """The real names and the count of synthetic ones, cut down to `MAX_SOFT_TARGETS`."""
    # As if no two names shared a prefix, and all were of the mean length, EOS counted.
    room = MAX_SOFT_TARGETS // (n_y * (int(names.lengths.mean()) + 1))
    if len(names) + count <= room:
        return names, count
    chosen = rng.choice(len(names), min(len(names), room // 2), replace=False)
    return names.take(np.sort(chosen)), min(count, room // 2)

"""Distillation: a network learns the predictions of a teacher.

The teacher is a product of experts (Hinton 2002): an n-gram and a network of the same list. The
network has the share s = ½, or 0.7 if a short list started from a model:

    log p(c | prefix) = s log p_network(c | prefix) + (1 − s) log p_ngram(c | prefix) − log Z

A tilt then gives the teacher's names the mean length, letter counts and so on of the list's names
(`name_features`). The network learns soft targets (Hinton et al. 2015, arXiv:1503.02531) for
synthetic names, which are drawn from the teacher, and for the real names, which are repeated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from rnn_names.arrays import Array, Workspace, structured
from rnn_names.conditions.automaton import Acceptor, any_text
from rnn_names.corpus.names import EOS, Names, Vocabulary
from rnn_names.network import rnn
from rnn_names.network.cells import Params, step_weights
from rnn_names.network.prefix_tree import PrefixTree, numbered_prefixes
from rnn_names.ngram.kneser_ney import NGram
from rnn_names.ngram.tilt import Tilt
from rnn_names.processes.threads import Submit, deferred
from rnn_names.sampling.frontier import Children
from rnn_names.sampling.network_predictor import Prediction, Predictor
from rnn_names.sampling.random_keys import keys_at, seed_key
from rnn_names.sampling.walk import Roots, Walk
from rnn_names.training.batches import Batches
from rnn_names.training.name_features import NameFeatures

MAX_NGRAM_NAMES = 1_000_000  # names that the n-gram learns from, 200 bytes for each
DRAWN_FOR_TILT = 10_000, 30_000  # bounds on the names drawn, five per name in the list
NAMES_TRIED = 1000  # maximum number of names in the list that a tilt is tested on
NAMES_PER_WALK = 1 << 15  # maximum number of names that the teacher draws together
MAX_LOSS_RATIO = 1.01  # a tilt that increases the loss by a larger factor is discarded
REAL_PER_SYNTHETIC = 0.4  # real names per synthetic one, with repeats; each occurs at least once
NEIGHBOURS = 4  # names in alphabetical order that stay together in all minibatches
MANY_NAMES = 40_000  # smaller epochs separate neighbours: keeping them costs 0.001 nats there
MAX_SOFT_TARGETS = 1 << 27  # float32 numbers in each process; briefly twice as many


class Teacher(Predictor):
    """An n-gram and a network; a state contains the hidden state, the history and the length."""

    dtype = np.float32

    def __init__(self, ngram: NGram, network: Params, max_length: int, share: float = 0.5) -> None:
        self.ngram, self.network, self.weights = ngram, network, step_weights(network)
        self.share = share  # s
        self.tilt: Tilt | None = None  # gives names the means of the list
        self.max_length, self.n_y = max_length, ngram.n_y
        self.nodes_at_once = rnn.rows_per_batch(self.n_y)
        a0 = network["a0"]
        fields = [("a", a0.dtype, a0.shape), ("history", np.int64), ("length", np.intp)]
        first_state: Array = np.array([(a0, ngram.start, 0)], fields)
        none = np.zeros(1, np.intp)  # a step from a0 without input
        first_state["a"] = rnn.next_states(a0[None], none, none, self.weights, Workspace())
        self._roots = Roots(
            [()], first_state, np.zeros(1), structured(automaton_state=np.zeros(1, np.intp))
        )

    @classmethod
    def for_run(
        cls,
        batches: Batches,
        vocabulary: Vocabulary,
        network: Params,
        rng: np.random.Generator,
        share: float = 0.5,
    ) -> Teacher:
        """The teacher of a run whose network trained on `batches`."""
        ngram = _ngram(batches, rng)
        names = batches.names
        features = NameFeatures(batches, vocabulary)
        teacher = cls(ngram, network, int(names.lengths.max()), share)
        tree = batches.tree(np.arange(0, len(names), len(names) // NAMES_TRIED + 1))
        loss = teacher._loss(tree)
        count = min(max(5 * len(names), DRAWN_FOR_TILT[0]), DRAWN_FOR_TILT[1])
        for _ in range(2):  # first without a tilt, then with the first tilt
            before = teacher.tilt
            drawn = teacher.draw(count, rng)
            if not len(drawn):  # no name ended
                break
            factors = features.factors(drawn)
            if before is not None:
                factors = factors.plus(before.factors)
            teacher.tilt = Tilt(ngram, factors)
            loss, last = teacher._loss(tree), loss
            # The tilt looks ahead by the n-gram, which may differ too much from the teacher.
            if loss > MAX_LOSS_RATIO * last:
                teacher.tilt = before
                break
        return teacher

    def _loss(self, tree: PrefixTree) -> float:
        p = self.soft_targets(tree, Workspace())
        with np.errstate(divide="ignore"):
            return -float(tree.y[tree.y > 0] @ np.log(p[tree.y > 0]))

    def draw(self, count: int, rng: np.random.Generator) -> Names:
        """About `count` names; names that would be too long are left out."""
        keys = keys_at(seed_key(int(rng.integers(1 << 63))), np.arange(count))
        drawn = []
        acceptor = Acceptor(any_text(self.n_y), 1, self.max_length)
        for start in range(0, count, NAMES_PER_WALK):
            walk = Walk(self, acceptor, keys[start : start + NAMES_PER_WALK])
            walk.run(self._roots)
            drawn.append(walk.completed)
        return Names.concatenate(drawn)

    def soft_targets(self, tree: PrefixTree, work: Workspace) -> Array:
        """The teacher's distribution of the character after every prefix of a tree: (N, n_y)."""
        length = np.repeat(np.arange(len(tree.levels)), [r.stop - r.start for r in tree.levels])
        log_p = rnn.log_predictions(tree, self.network, work).copy("K")
        return self._joint(log_p, self._histories(tree), length)

    def _joint(self, log_p: Array, histories: Array, length: Array) -> Array:
        """The next character's distribution, written over the network's `log_p`: (N, n_y)."""
        log_p *= self.share
        log_p += (1 - self.share) * np.log(self.ngram.probabilities(histories))
        log_p[length == 0, EOS] = -np.inf  # a name has at least one character
        p = rnn.softmax(log_p, out=log_p)  # normalises: − log Z
        if self.tilt is not None:
            tilted = p * self.tilt.of_next(histories, length)
            total = tilted.sum(axis=1, keepdims=True)
            # Keep p where the tilt makes all probabilities 0 or overflows.
            np.divide(tilted, total, out=p, where=(total > 0) & (total < np.inf))
        return p

    def _histories(self, tree: PrefixTree) -> Array:
        """The n-gram's history at each node, (N,), from the histories of parents."""
        histories = np.full(len(tree.x), self.ngram.start)
        for parents, rows in zip(tree.levels[:-1], tree.levels[1:], strict=True):
            histories[rows] = self.ngram.extend(histories[parents][tree.parent[rows]], tree.x[rows])
        return histories

    def next_probabilities(self, states: Array, work: Workspace) -> Prediction:
        """The probabilities of the next character after each state: (n_y, nodes); no margin."""
        log_p = rnn.log_softmax(rnn.output_layer(states["a"], self.network))
        p = self._joint(log_p, states["history"], states["length"])
        return p.T.astype(np.float64), 0.0

    def states_after(self, children: Children, work: Workspace) -> Array:
        """The states of m nodes, (m,): hidden state, history and length."""
        parent_states, parent, character = children
        after = parent_states[parent]
        after["a"] = rnn.next_states(parent_states["a"], parent, character, self.weights, work)
        after["history"] = self.ngram.extend(after["history"], character)
        after["length"] += 1
        return after


def _ngram(batches: Batches, rng: np.random.Generator) -> NGram:
    rows, weights = batches.rows, batches.weights
    if len(rows) > MAX_NGRAM_NAMES:
        rows = rng.choice(rows, MAX_NGRAM_NAMES, replace=False)
    counts = None
    if weights is not None:
        # Counts are scaled to the names of an epoch and are at least 1, since the discounts are for
        # counts of 1, 2 and 3 and have no effect on counts of millions.
        counts = np.maximum(np.rint(weights[rows] * (len(rows) / weights[rows].sum())), 1)
        counts = counts.astype(np.int64)
    return NGram(batches.names.take(rows), batches.n_y, counts)


@dataclass(frozen=True)
class DistillationSet(Batches):
    """Names to learn from, with soft targets for their prefixes, which are numbered.

        prefix     ""  "a"  "b"  "ba"  "bc"
        number     0   1    2    3     4

    A minibatch of "a" and twice "ba" has the nodes "", "b", "a" and "ba"; 3, 2, 1 and 2 of its
    names begin with these. It learns from

        y = soft_targets[[0, 2, 1, 3]] * [[3], [2], [1], [2]]           (4, n_y)
    """

    prefix_numbers: Array  # (longest + 1, n) int, of prefixes of names; arbitrary after the end
    soft_targets: Array  # (prefixes, n_y) float32, the teacher's distribution for each number

    def tree(self, rows: Array) -> PrefixTree:
        """The prefix tree of a minibatch, with soft targets as y."""
        tree = super().tree(rows)
        numbers = node_numbers(tree, self.names, self.prefix_numbers, rows)
        n_names = tree.y.sum(axis=1, keepdims=True)  # (N, 1)
        return replace(tree, y=self.soft_targets[numbers] * n_names)


def node_numbers(tree: PrefixTree, names: Names, prefix_numbers: Array, rows: Array) -> Array:
    """The number of each node's prefix, (N,), in the tree of the names in `rows`."""
    steps = len(tree.paths)
    inside = np.arange(steps)[:, None] <= names.lengths[rows]  # (steps, m)
    numbers = np.empty(len(tree.x), np.intp)
    numbers[tree.paths[inside]] = prefix_numbers[:steps, rows][inside]
    return numbers


def distillation_set(
    teacher: Teacher, names: Names, count: int, rng: np.random.Generator, submit: Submit = deferred
) -> DistillationSet:
    """Real names, repeated, and about `count` synthetic ones, with soft targets."""
    # Fewer if their targets do not fit; the estimate assumes mean lengths and no common prefixes.
    room = MAX_SOFT_TARGETS // (teacher.n_y * (int(names.lengths.mean()) + 1))
    if len(names) + count > room:
        chosen = rng.choice(len(names), min(len(names), room // 2), replace=False)
        names, count = names.take(np.sort(chosen)), min(count, room // 2)

    # The names: repeated real ones, and synthetic ones, which may also be real.
    rng_1, rng_2 = (np.random.default_rng(seed) for seed in rng.integers(1 << 63, size=2))
    second_half = submit(teacher.draw, count - count // 2, rng_2)
    synthetic = [teacher.draw(count // 2, rng_1), second_half()]
    real = [names] * max(round(REAL_PER_SYNTHETIC * count / len(names)), 1)
    distinct, counts = Names.concatenate([*real, *synthetic]).distinct()
    rows = np.repeat(np.arange(len(distinct)), counts)  # (names with repeats,)

    # A number for each distinct prefix.
    numbers, _, n_names = numbered_prefixes(*distinct.padded())
    soft_targets = np.empty((len(n_names), teacher.n_y), np.float32)

    # The soft targets, computed for the prefix trees of a few thousand names each. A prefix in two
    # trees is computed twice.
    size = rnn.rows_per_batch(teacher.n_y)
    batches = Batches(distinct, rows, teacher.n_y)
    groups = [np.arange(i, min(i + size, len(distinct))) for i in range(0, len(distinct), size)]
    half = (len(groups) + 1) // 2
    pending = submit(targets_by_number, teacher, batches, numbers, groups[half:])
    first_half = targets_by_number(teacher, batches, numbers, groups[:half])
    for prefixes, targets in [*first_half, *pending()]:
        soft_targets[prefixes] = targets
    together = NEIGHBOURS if len(rows) >= MANY_NAMES else 1
    return DistillationSet(distinct, rows, teacher.n_y, numbers, soft_targets, neighbours=together)


def targets_by_number(
    teacher: Teacher, batches: Batches, prefix_numbers: Array, groups: list[Array]
) -> list[tuple[Array, Array]]:
    """The numbers of the prefixes, (N,), and their soft targets, (N, n_y), for groups of rows."""
    work, targets = Workspace(), []
    for rows in groups:
        tree = batches.tree(rows)
        numbers = node_numbers(tree, batches.names, prefix_numbers, rows)
        targets.append((numbers, teacher.soft_targets(tree, work)))
    return targets

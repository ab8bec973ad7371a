"""The teacher of training's second phase: the joint opinion of an n-gram and a network on what comes after a prefix.

A network and an n-gram of the same list are about as good as each other on a short one, and err differently, so that together they are
better than either: their geometric mean, made a distribution again (a product of experts, Hinton 2002), which on the dinosaurs was
0.005 to 0.008 nats per character better than the arithmetic one. A network learns it from names which the n-gram makes up (Hinton et
al. 2015, arXiv:1503.02531): there is no end of them, and each of their prefixes comes with a whole distribution instead of the one
character that happened to follow.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names import rnn
from rnn_names.batches import Batches, PrefixTree
from rnn_names.corpus import Names

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rnn_names.ngram import NGram


REAL_NAMES = 3
"""How often each real name comes among the made-up ones. On the dinosaurs, once left 0.02 nats more between pupil and teacher."""


class Teacher:
    """An n-gram and a network, asked together.

    Attributes:
        ngram: of the training names.
        params: the network's, as at the end of the first phase.
    """

    def __init__(self, ngram: NGram, params: rnn.Params) -> None:
        self.ngram, self.params = ngram, params

    def made_up(self, names: Names, count: int, rng: np.random.Generator) -> Batches:
        """`names`, and about `count` that the n-gram makes up, none longer than the longest of them, to learn from."""
        made_up = self.ngram.sample(count, int(names.lengths.max()), rng)
        everything, counts = Names.concatenate([*[names] * REAL_NAMES, made_up]).distinct()
        return Batches(everything, np.repeat(np.arange(len(everything)), counts), self.ngram.n_y)

    def taught(self, tree: PrefixTree, work: rnn.Workspace) -> PrefixTree:
        """The tree with the teacher's distribution at each node in place of the characters that followed, as many times as before."""
        opinion = rnn.log_predictions(tree, self.params, work)
        opinion += np.log(self.ngram.probabilities(self._histories(tree)))
        opinion /= 2
        rnn.softmax(opinion, out=opinion)
        # A copy, since the network that learns will use the same place.
        return replace(tree, y=opinion * tree.y.sum(axis=1, keepdims=True))

    def _histories(self, tree: PrefixTree) -> NDArray[Any]:
        """The n-gram's history at each node."""
        histories = np.full(len(tree.x), self.ngram.start)
        for above, rows in zip(tree.levels[:-1], tree.levels[1:], strict=True):
            histories[rows] = self.ngram.extend(histories[above][tree.parent[rows]], tree.x[rows])
        return histories

"""The teacher of training's second phase: the mean opinion of an n-gram and a network on what comes after a prefix.

A network and an n-gram of the same list are about as good as each other on a short one, and err differently, so that their mean is
better than either. A network learns that mean from names which the n-gram makes up (Hinton et al. 2015, arXiv:1503.02531): there is no
end of them, and each of their prefixes comes with a whole distribution instead of the one character that happened to follow.
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


class Teacher:
    """An n-gram and a network, asked together.

    Attributes:
        ngram: of the training names.
        params: the network's, as at the end of the first phase.
    """

    def __init__(self, ngram: NGram, params: rnn.Params) -> None:
        self.ngram, self.params = ngram, params

    def made_up(self, names: Names, count: int, rng: np.random.Generator) -> Batches:
        """`names` and about `count` that the n-gram makes up, none longer than the longest of them, as minibatches to learn from."""
        made_up = self.ngram.sample(count, int(names.lengths.max()), rng)
        everything, counts = Names.concatenate([names, made_up]).distinct()
        return Batches(everything, np.repeat(np.arange(len(everything)), counts), self.ngram.n_y)

    def taught(self, tree: PrefixTree, work: rnn.Workspace) -> PrefixTree:
        """The tree with the teacher's distribution at each node in place of the characters that followed, as many times as before."""
        opinion = np.exp(rnn.log_predictions(tree, self.params, work))
        opinion += self.ngram.probabilities(self._histories(tree))
        opinion *= tree.y.sum(axis=1, keepdims=True) / 2
        return replace(tree, y=opinion)

    def _histories(self, tree: PrefixTree) -> NDArray[Any]:
        """The n-gram's history at each node."""
        histories = np.full(len(tree.x), self.ngram.start)
        for above, rows in zip(tree.levels[:-1], tree.levels[1:], strict=True):
            histories[rows] = self.ngram.extend(histories[above][tree.parent[rows]], tree.x[rows])
        return histories

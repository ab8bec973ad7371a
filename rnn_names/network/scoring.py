"""Probabilities of given names: the tree walk of `rnn_names.network.rnn`, summed along each name's
path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rnn_names.corpus.vocabulary import UNKNOWN
from rnn_names.network import rnn
from rnn_names.network.prefix_tree import EOS, PrefixTree, prefix_tree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rnn_names.corpus.names import Names
    from rnn_names.corpus.vocabulary import Vocabulary

NAMES_AT_ONCE = 4096


def log_probs(params: rnn.Params, vocabulary: Vocabulary, names: Names) -> NDArray[np.float64]:
    """Natural logarithm of each name's probability under a network, its end included: (len(names),)
    float64, in nats.

    A name with a character that the vocabulary lacks has probability 0, and so -inf.
    """
    scores = np.full(len(names), -np.inf)
    order, _ = names.order()
    work = rnn.Workspace(params["Waa"].dtype)
    for start in range(0, len(order), names_at_once(len(vocabulary))):
        rows = order[start : start + names_at_once(len(vocabulary))]
        codes, lengths = names.padded(rows)
        indices = vocabulary.encode(codes)
        inside = np.arange(codes.shape[1]) < lengths[:, None]
        indices[~inside] = EOS
        known = ~(inside & (indices == UNKNOWN)).any(axis=1)
        if known.any():
            tree = prefix_tree(indices[known], lengths[known], len(vocabulary))
            scores[rows[known]] = _path_sums(tree, rnn.log_predictions(tree, params, work))
    return scores


def mean_loss(params: rnn.Params, vocabulary: Vocabulary, names: Names) -> float:
    """The mean loss over some names, in nats per character, their ends counted."""
    return -float(log_probs(params, vocabulary, names).sum()) / (len(names.codes) + len(names))


def names_at_once(n_y: int) -> int:
    """How many names make a batch when nothing is learned from it: fewer for large vocabularies, to
    bound the memory.
    """
    return max(NAMES_AT_ONCE * 64 // max(n_y, 64), 64)


def _path_sums(tree: PrefixTree, log_y_hat: NDArray[np.float32]) -> NDArray[np.float64]:
    """Σ log ŷ along the path of each name of a tree, from (N, n_y) to (m,)."""
    so_far = np.zeros(len(tree.x))
    for level in range(1, len(tree.levels)):
        rows = tree.levels[level]
        above = tree.levels[level - 1].start + tree.parent[rows]
        so_far[rows] = so_far[above] + log_y_hat[above, tree.x[rows]]
    return so_far[tree.ends] + log_y_hat[tree.ends, EOS]

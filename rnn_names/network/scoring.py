"""Probabilities of given names.

The probability of a name is the product of those of its characters, each given what is before it:

    log p("ab") = log p(a | "") + log p(b | "a") + log p(EOS | "ab")

The network computes all terms of a batch of names on their prefix tree; a name's terms are on its
path.
"""

import numpy as np

from rnn_names.arrays import Array, Workspace
from rnn_names.corpus.names import Names
from rnn_names.corpus.vocabulary import UNKNOWN, Vocabulary
from rnn_names.network import rnn
from rnn_names.network.cells import Params
from rnn_names.network.prefix_tree import EOS, PrefixTree, prefix_tree

MAX_NAMES_PER_BATCH = 4096  # with a vocabulary of up to 64 symbols; see `names_per_batch`


def log_probs(params: Params, vocabulary: Vocabulary, names: Names) -> Array:
    """The log-probability of each name, its end included, in nats; -inf for unknown characters."""
    scores = np.full(len(names), -np.inf)
    order, _ = names.order()  # in it, names that share beginnings fall into one batch
    work = Workspace(params["Waa"].dtype)
    batch = names_per_batch(len(vocabulary))
    for start in range(0, len(order), batch):
        rows = order[start : start + batch]  # (m,)
        indices, lengths = vocabulary.coded(names.take(rows)).padded()  # (m, longest), (m,)
        known = ~(indices == UNKNOWN).any(axis=1)
        if known.any():
            tree = prefix_tree(indices[known], lengths[known], len(vocabulary))
            scores[rows[known]] = _path_sums(tree, rnn.log_predictions(tree, params, work))
    return scores


def mean_loss(
    params: Params, vocabulary: Vocabulary, names: Names, weights: Array | None = None
) -> float:
    """The mean loss in nats per character, ends counted; each name counts `weights` times."""
    scores = log_probs(params, vocabulary, names)
    if weights is None:
        return -float(scores.sum()) / (len(names.codes) + len(names))
    return -float(weights @ scores) / int(weights @ (names.lengths + 1))


def names_per_batch(n_y: int) -> int:
    """How many names make a batch when nothing is learned: a bound for arrays (N, n_y)."""
    return max(MAX_NAMES_PER_BATCH * 64 // max(n_y, 64), 64)


def _path_sums(tree: PrefixTree, log_y_hat: Array) -> Array:
    """Σ log ŷ along the path of each name of a tree, from (N, n_y) to (m,)."""
    so_far = np.zeros(len(tree.x))  # (N,) log-probability of each prefix; that of "" is 0
    for level in range(1, len(tree.levels)):
        rows = tree.levels[level]
        above = tree.levels[level - 1].start + tree.parent[rows]
        so_far[rows] = so_far[above] + log_y_hat[above, tree.x[rows]]
    return so_far[tree.ends] + log_y_hat[tree.ends, EOS]

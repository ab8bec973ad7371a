"""The probabilities of whole names: products of their characters' probabilities.

    log p("ab") = log p(a | "") + log p(b | "a") + log p(EOS | "ab")

The terms of a name are on its path in a prefix tree.
"""

import numpy as np

from rnn_names.arrays import Array, Workspace
from rnn_names.corpus.names import EOS, UNKNOWN, Names, Vocabulary
from rnn_names.network import rnn
from rnn_names.network.cells import Params
from rnn_names.network.prefix_tree import PrefixTree, prefix_tree


def log_probs(params: Params, vocabulary: Vocabulary, names: Names, n_given: int = 0) -> Array:
    """The log-probability of each name with its end, given its first `n_given` characters."""
    scores = np.full(len(names), -np.inf)
    order = names.order()  # names with common prefixes are in one batch
    work = Workspace(params["Waa"].dtype)
    batch = rnn.rows_per_batch(len(vocabulary))
    for start in range(0, len(order), batch):
        rows = order[start : start + batch]  # (m,)
        indices, lengths = vocabulary.indexed(names.take(rows)).padded()  # (m, longest), (m,)
        is_known = ~(indices == UNKNOWN).any(axis=1)
        if is_known.any():
            tree = prefix_tree(indices[is_known], lengths[is_known], len(vocabulary))
            log_y_hat = rnn.log_predictions(tree, params, work)
            before_end = prefix_log_probs(tree, log_y_hat, n_given)[tree.ends]
            scores[rows[is_known]] = before_end + log_y_hat[tree.ends, EOS]
    return scores


def prefix_log_probs(tree: PrefixTree, log_y_hat: Array, n_given: int = 0) -> Array:
    """Σ log ŷ on the path to each node after `n_given` characters, from (N, n_y) to (N,)."""
    so_far = np.zeros(len(tree.x))
    for level in range(1 + n_given, len(tree.levels)):
        rows = tree.levels[level]
        parent = tree.levels[level - 1].start + tree.parent[rows]
        so_far[rows] = so_far[parent] + log_y_hat[parent, tree.x[rows]]
    return so_far


def mean_loss(
    params: Params, vocabulary: Vocabulary, names: Names, weights: Array | None = None
) -> float:
    """The mean loss in nats per character, including ends; each name counts `weights` times."""
    scores = log_probs(params, vocabulary, names)
    if weights is None:
        return -float(scores.sum()) / (len(names.codes) + len(names))
    return -float(weights @ scores) / int(weights @ (names.lengths + 1))

"""The part of a model that drawing needs; `model.Model` adds its file and its methods.

The probability of a name is the product of the probabilities of its characters and its end, which
are on its path in a prefix tree:

    log p("ab") = log p(a | "") + log p(b | "a") + log p(EOS | "ab")
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rnn_names.arrays import Array, Workspace, check_products
from rnn_names.corpus.characters import MAX_NAME_LENGTH
from rnn_names.corpus.fingerprints import among, fingerprint
from rnn_names.corpus.names import EOS, UNKNOWN, Names, Vocabulary, checked_strings
from rnn_names.corpus.shape import Shape, make_shape
from rnn_names.errors import SamplingError
from rnn_names.network import rnn
from rnn_names.network.cells import Params
from rnn_names.network.prefix_tree import PrefixTree, prefix_tree
from rnn_names.system import cached_property


@dataclass(frozen=True, repr=False, eq=False)
class LanguageModel:
    """A network, its vocabulary, and facts about the list it learned from."""

    vocabulary: Vocabulary
    params: dict[str, Array]
    training: dict[str, Any] = field(default_factory=dict)  # old files lack most of the record
    fingerprints: Array | None = None  # (n,) of all names it has learned, if they are stored
    # (k,) of its own list alone, if training started from a model of another list
    own_list_fingerprints: Array | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        check_products()

    @property
    def hidden_size(self) -> int:
        """n_a, the number of hidden units."""
        return int(self.params["Waa"].shape[1])

    @property
    def longest(self) -> int:
        """The number of characters of the list's longest name."""
        return int(self.training.get("longest", MAX_NAME_LENGTH))

    @property
    def shortest(self) -> int:
        """The number of characters of the list's shortest name."""
        return int(self.training.get("shortest", 1))

    @property
    def lower_case_beginnings(self) -> bool:
        """Whether any name in the list begins in lower case."""
        return bool(self.training.get("lower_case_beginnings", True))

    @property
    def pairs(self) -> Any:
        """The odd pairs of the list, a list[str] (`corpus.shape`); None if not recorded."""
        return self.training.get("pairs")

    @property
    def known_triples(self) -> Any:
        """The triples of the list, a dict[str, str] (`corpus.shape`); None if not recorded."""
        return self.training.get("known_triples")

    @property
    def own_fingerprints(self) -> Array | None:
        """Fingerprints of its own list alone, without the list of a model it started from."""
        own = self.own_list_fingerprints
        return self.fingerprints if own is None else own

    @cached_property
    def shape(self) -> Shape | None:
        """The shape of the names in the list, as far as known."""
        return make_shape(self.vocabulary, self.pairs, self.lower_case_beginnings)

    def log_prob(self, names: Iterable[str] | Names) -> Array:
        """Natural logarithm of each name's probability, including its end: (len(names),).

        −inf for a name with a character unknown to the model. Strings are normalised to NFC first.
        """
        return log_probs(self.params, self.vocabulary, _normalised(names))

    def knows(self, names: Iterable[str] | Names) -> Array:
        """Whether the model has learned each name: (len(names),) bool.

        This covers its list, including held-out names, and the list of a model that training
        started from. A false positive is very unlikely (`rnn_names.corpus.fingerprints`). Raises
        SamplingError if the model has no fingerprints.
        """
        return among(fingerprint(_normalised(names)), require_fingerprints(self))


def require_fingerprints(model: LanguageModel, of_own_list: bool = False) -> Array:
    """The fingerprints of a model, or of its own list alone; SamplingError if it has none."""
    fingerprints = model.own_fingerprints if of_own_list else model.fingerprints
    if fingerprints is None:
        reason = "so it cannot tell which names are new: train it again"
        raise SamplingError(f"the model has no fingerprints of its list, {reason}")
    return fingerprints


def _normalised(names: Iterable[str] | Names) -> Names:
    if isinstance(names, Names):
        return names
    return Names.from_strings(checked_strings(names)).in_nfc()


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

"""A network with its vocabulary and facts about its list; and the probabilities of names.

The probability of a name is the product of those of its characters, each given what is before it:

    log p("ab") = log p(a | "") + log p(b | "a") + log p(EOS | "ab")

The network computes all terms of a batch of names on their prefix tree; a name's terms are on its
path.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from rnn_names.arrays import Array, Workspace, check_products
from rnn_names.corpus.characters import MAX_NAME_LENGTH
from rnn_names.corpus.fingerprints import among, fingerprints
from rnn_names.corpus.names import EOS, UNKNOWN, Names, Vocabulary, texts
from rnn_names.corpus.shape import Shape, shape_of
from rnn_names.errors import SamplingError
from rnn_names.network import rnn
from rnn_names.network.cells import Params
from rnn_names.network.prefix_tree import PrefixTree, prefix_tree


def _recorded(name: str, otherwise: Any, meaning: str) -> Any:
    """A property: what the record of a training says, or something else where it does not."""
    return property(lambda model: model.training.get(name, otherwise), doc=meaning)


@dataclass(frozen=True, repr=False, eq=False)
class LanguageModel:
    """A network, the characters that it knows, and what its corpus was like."""

    vocabulary: Vocabulary
    params: dict[str, Array]
    training: dict[str, Any] = field(default_factory=dict)  # old files lack most of the record
    fingerprints: Array | None = None  # (n,) of all names of the corpus, if they are kept
    listed: Array | None = field(default=None, kw_only=True)  # of its own list, if not all are

    def __post_init__(self) -> None:
        check_products()

    @property
    def hidden_size(self) -> int:
        """n_a, the number of hidden units."""
        return int(self.params["Waa"].shape[1])

    longest = _recorded("longest", MAX_NAME_LENGTH, "Characters of the longest name of the corpus.")
    shortest = _recorded("shortest", 1, "Characters of the shortest name of the corpus.")
    lower_case_beginnings = _recorded(
        "lower_case_beginnings", True, "Whether any name of the corpus begins so."
    )
    pairs = _recorded("pairs", None, "Its odd pairs, by `corpus.shape`; None if not known.")
    known_triples = _recorded("known_triples", None, "By `corpus.shape`; None if not known.")

    @property
    def own_fingerprints(self) -> Array | None:
        """Those of its own list, without those of a model that training started from."""
        return self.fingerprints if self.listed is None else self.listed

    @cached_property
    def shape(self) -> Shape | None:
        """The shape of the names of the corpus, as far as it is known."""
        return shape_of(self.vocabulary, self.pairs, self.lower_case_beginnings)

    def log_prob(self, names: Iterable[str] | Names) -> Array:
        """Natural logarithm of each name's probability, its end included, in nats: (len(names),).

        -inf for a name with a character unknown to the model. Strings are normalised to NFC first.
        """
        return log_probs(self.params, self.vocabulary, _normalised(names))

    def knows(self, names: Iterable[str] | Names) -> Array:
        """Whether each name is in the corpus, held-out names included: (len(names),) bool.

        A new name is mistaken for one of them with the very low probability that
        `rnn_names.corpus.fingerprints` states. SamplingError if the model keeps no fingerprints.
        """
        return among(fingerprints(_normalised(names)), require_fingerprints(self))


def require_fingerprints(model: LanguageModel) -> Array:
    """The fingerprints of a model; SamplingError if it keeps none."""
    if model.fingerprints is None:
        raise SamplingError(
            "the model has no fingerprints of its corpus, so it cannot tell which names are "
            "new: train it again"
        )
    return model.fingerprints


def _normalised(names: Iterable[str] | Names) -> Names:
    if isinstance(names, Names):
        return names
    return Names.from_strings(texts(names)).in_nfc()


def log_probs(params: Params, vocabulary: Vocabulary, names: Names, given: int = 0) -> Array:
    """The log p of each name and its end, in nats, given its first characters; -inf if unknown."""
    scores = np.full(len(names), -np.inf)
    order, _ = names.order()  # in it, names that share beginnings fall into one batch
    work = Workspace(params["Waa"].dtype)
    batch = names_per_batch(len(vocabulary))
    for start in range(0, len(order), batch):
        rows = order[start : start + batch]  # (m,)
        indices, lengths = vocabulary.indexed(names.take(rows)).padded()  # (m, longest), (m,)
        known = ~(indices == UNKNOWN).any(axis=1)
        if known.any():
            tree = prefix_tree(indices[known], lengths[known], len(vocabulary))
            log_y_hat = rnn.log_predictions(tree, params, work)
            scores[rows[known]] = _path_sums(tree, log_y_hat, given)
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
    """The names of a batch when nothing is learned: a bound for arrays (N, n_y)."""
    return max(4096 * 64 // max(n_y, 64), 64)


def _path_sums(tree: PrefixTree, log_y_hat: Array, given: int) -> Array:
    """Σ log ŷ along the path of each name of a tree, from (N, n_y) to (m,)."""
    so_far = np.zeros(len(tree.x))  # (N,) log-probability of each prefix; that of "" is 0
    for level in range(1 + given, len(tree.levels)):
        rows = tree.levels[level]
        above = tree.levels[level - 1].start + tree.parent[rows]
        so_far[rows] = so_far[above] + log_y_hat[above, tree.x[rows]]
    return so_far[tree.ends] + log_y_hat[tree.ends, EOS]

"""The part of a model that drawing needs; `model.Model` adds its file and its methods."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rnn_names.arrays import Array, check_products
from rnn_names.corpus.characters import MAX_NAME_LENGTH
from rnn_names.corpus.fingerprints import among, fingerprint
from rnn_names.corpus.names import Names, Vocabulary, checked_strings
from rnn_names.corpus.shape import Shape, make_shape
from rnn_names.errors import SamplingError
from rnn_names.network.scoring import log_probs
from rnn_names.system import cached_property


@dataclass(frozen=True, repr=False, eq=False)
class LanguageModel:
    """A network, its vocabulary, and facts about the list it learned from."""

    vocabulary: Vocabulary
    params: dict[str, Array]
    training: dict[str, Any] = field(default_factory=dict)  # old files lack most of the record
    fingerprints: Array | None = None  # (n,) of all names it has learned, if they are stored
    # (k,) of its own list, if it has learned others from the model that training started from
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
        """Whether any name of the list begins in lower case."""
        return bool(self.training.get("lower_case_beginnings", True))

    @property
    def pairs(self) -> Any:
        """The odd pairs of the list, a list[str] (`corpus.shape`); None if not recorded."""
        return self.training.get("pairs")

    @property
    def known_triples(self) -> Any:
        """The triples of the list, a dict[str, str] (`corpus.triples`); None if not recorded."""
        return self.training.get("known_triples")

    @property
    def own_fingerprints(self) -> Array | None:
        """Fingerprints of its own list alone, without the list of a model it started from."""
        own = self.own_list_fingerprints
        return self.fingerprints if own is None else own

    @cached_property
    def shape(self) -> Shape | None:
        """The shape of the names of the list, as far as known."""
        return make_shape(self.vocabulary, self.pairs, self.lower_case_beginnings)

    def log_prob(self, names: Iterable[str] | Names) -> Array:
        """Natural logarithm of each name's probability, including its end: (len(names),).

        −inf for a name with a character unknown to the model. Strings are normalised to NFC first.
        """
        return log_probs(self.params, self.vocabulary, _normalised(names))

    def knows(self, names: Iterable[str] | Names) -> Array:
        """Whether each name is in the list, including held-out names: (len(names),) bool.

        A false positive is very improbable (`rnn_names.corpus.fingerprints`). Raises SamplingError
        if the model has no fingerprints.
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

"""What sampling, scoring and conditions need to know of a model."""

import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from rnn_names.arrays import Array
from rnn_names.corpus.characters import MAX_NAME_LENGTH
from rnn_names.corpus.fingerprints import among, fingerprints
from rnn_names.corpus.names import Names, texts
from rnn_names.corpus.shape import Shape, Triples, shape_of
from rnn_names.corpus.vocabulary import Vocabulary
from rnn_names.errors import SamplingError
from rnn_names.network.scoring import log_probs


@dataclass(frozen=True, repr=False, eq=False)
class LanguageModel:
    """A network, the characters that it knows, and what its corpus was like."""

    vocabulary: Vocabulary
    params: dict[str, Array]
    training: dict[str, Any] = field(default_factory=dict)  # old files lack most of the record
    fingerprints: Array | None = None  # (n,) of all names of the corpus, if they are kept
    # Those of the names of its own list, if `fingerprints` has more.
    listed: Array | None = field(default=None, kw_only=True)

    @property
    def hidden_size(self) -> int:
        """n_a, the number of hidden units."""
        return int(self.params["Waa"].shape[1])

    @property
    def longest(self) -> int:
        """Characters of the longest name of the corpus."""
        return int(self.training.get("longest", MAX_NAME_LENGTH))

    @property
    def shortest(self) -> int:
        """Characters of the shortest name of the corpus."""
        return int(self.training.get("shortest", 1))

    @property
    def lower_case_beginnings(self) -> bool:
        """Whether any name of the corpus begins with a lower-case letter."""
        return bool(self.training.get("lower_case_beginnings", True))

    @property
    def pairs(self) -> Collection[str] | None:
        """Which odd pairs there are, by `corpus.shape`; None if not known."""
        return self.training.get("pairs")

    @property
    def known_triples(self) -> Triples | None:
        """Which characters stand in a row; None if not known."""
        return self.training.get("known_triples")

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
        if self.fingerprints is None:
            raise SamplingError(
                "the model has no fingerprints of its corpus, so it cannot tell which names are "
                "new: train it again"
            )
        return among(fingerprints(_normalised(names)), self.fingerprints)


def _normalised(names: Iterable[str] | Names) -> Names:
    if isinstance(names, Names):
        return names
    return Names.from_strings(unicodedata.normalize("NFC", name) for name in texts(names))

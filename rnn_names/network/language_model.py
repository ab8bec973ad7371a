"""What sampling, scoring and conditions need to know of a model."""

import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

from rnn_names.arrays import Array
from rnn_names.corpus.fingerprints import among, fingerprints
from rnn_names.corpus.names import Names, texts
from rnn_names.corpus.shape import Shape, Triples, shape_of
from rnn_names.corpus.vocabulary import Vocabulary
from rnn_names.errors import SamplingError
from rnn_names.network.scoring import log_probs


@dataclass(frozen=True)
class LanguageModel:
    """A network, the characters that it knows, and what its corpus was like."""

    vocabulary: Vocabulary
    params: dict[str, Array]
    longest: int  # characters of the longest name of the corpus
    fingerprints: Array | None = None  # (n,) of all names of the corpus, if they are kept
    shortest: int = 1  # characters of the shortest name of the corpus; 1 where that is not known
    lower_case_beginnings: bool = True  # whether any name begins so; True if not known
    pairs: Collection[str] | None = None  # which odd pairs there are, by `corpus.shape`
    known_triples: Triples | None = None  # which characters stand in a row
    listed: Array | None = None  # those of the names of its own list, if `fingerprints` has more

    @property
    def hidden_size(self) -> int:
        """n_a, the number of hidden units."""
        return int(self.params["Waa"].shape[1])

    @property
    def own_fingerprints(self) -> Array | None:
        """Those of its own list, without those of a model that training started from."""
        return self.fingerprints if self.listed is None else self.listed

    @cached_property
    def shape(self) -> Shape | None:
        """The shape of the names of the corpus, as far as it is known."""
        return shape_of(self.vocabulary, self.pairs, self.lower_case_beginnings)

    def log_prob(self, names: Iterable[str] | Names) -> Array:
        """As `Model.log_prob`; strings are normalised to NFC first, as a corpus is."""
        return log_probs(self.params, self.vocabulary, _normalised(names))

    def knows(self, names: Iterable[str] | Names) -> Array:
        """As `Model.knows`."""
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

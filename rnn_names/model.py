"""A trained model: vocabulary, parameters and what is known of its training; and the file that keeps it.

The file is one `.npz` (a zip of arrays, see `rnn_names.archive`): the parameters under their names, float32, and `meta`, a JSON text.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names import __version__, archive
from rnn_names.archive import check_writable as check_writable
from rnn_names.errors import ModelFileError, shown
from rnn_names.vocabulary import MAX_NAME_LENGTH, Vocabulary, refused_characters

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rnn_names.corpus import Names

FORMAT = 1
"""Version of the file format; a file of another one is refused."""

PROGRAM = f"rnn-names {__version__}"

MAX_WEIGHT = 1e12
"""No training gives such weights, and with larger ones the sums of the network could overflow."""


@dataclass(frozen=True)
class Model:
    """A network and the characters that it knows.

    Attributes:
        vocabulary: the characters.
        params: the arrays Wax, Waa, Wya, ba, by and a0, and bn for a GRU; float32, shapes as in `rnn_names.rnn`.
        training: the record of its training, as JSON can hold it; `longest` is the length in characters of the longest name seen.
    """

    vocabulary: Vocabulary
    params: dict[str, NDArray[np.float32]]
    training: dict[str, Any] = field(default_factory=dict)

    @property
    def cell(self) -> str:
        """The name of the cell, "rnn" or "gru"."""
        return "gru" if "bn" in self.params else "rnn"

    @property
    def hidden_size(self) -> int:
        """n_a, the number of hidden units."""
        return int(self.params["Waa"].shape[1])

    def sample(self, count: int = 20, **options: Any) -> list[str]:
        """New names; `options` as in `rnn_names.sampling.Options`.

        Raises:
            SamplingError: for options that cannot be met.
        """
        from rnn_names.sampling import Options, sample

        return [name for names in sample(self, count, Options(**options)) for name in names.to_strings()]

    def log_prob(self, names: Iterable[str] | Names) -> NDArray[np.float64]:
        """Natural logarithm of the probability of each name, its end included; -inf for one with a character unknown to the model."""
        from rnn_names.corpus import Names
        from rnn_names.scoring import log_probs

        names = names if isinstance(names, Names) else Names.from_strings(names)
        return log_probs(self.params, self.vocabulary, names)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the model file; what stood there before is replaced in one step, or not at all.

        Raises:
            ModelFileError: if it cannot be written.
        """
        archive.write(os.fspath(path), self.meta, self.params)

    @property
    def meta(self) -> dict[str, Any]:
        """All but the parameters, as JSON can hold it."""
        return {
            "format": FORMAT,
            "cell": self.cell,
            "vocabulary": self.vocabulary.characters,
            "training": self.training,
            "program": PROGRAM,
        }

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Model:
        """Reads a model file.

        Raises:
            ModelFileError: for a file that is missing, damaged, of another format version, or not a model.
        """
        meta, arrays = archive.read(os.fspath(path), lambda name: ("<f4",) if name in ARRAYS else ())
        try:
            return cls.of(meta, arrays)
        except ModelFileError as error:
            raise ModelFileError(f"{shown(os.fspath(path))}: {error}") from None

    @classmethod
    def of(cls, meta: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Model:
        """The model of what was in a file, everything checked.

        Raises:
            ModelFileError: if anything is missing or does not fit.
        """
        if meta.get("format") != FORMAT:
            found = shown(str(meta.get("format"))[:40])
            raise ModelFileError(f"format version {found}, and this program reads version {FORMAT}: use the program that wrote it")
        vocabulary = _vocabulary(meta.get("vocabulary"))
        cell = meta.get("cell")
        if cell not in ("rnn", "gru"):
            raise ModelFileError(f"unknown cell {str(cell)[:40]!a}")
        training = meta.get("training", {})
        longest = training.get("longest") if isinstance(training, dict) else None
        if type(longest) is not int or not 1 <= longest <= MAX_NAME_LENGTH:
            raise ModelFileError("`meta` has no training record that says how long names are")
        _check_arrays(arrays, cell, len(vocabulary))
        return cls(vocabulary, arrays, training)


def _vocabulary(characters: Any) -> Vocabulary:
    if not isinstance(characters, str) or not characters:
        raise ModelFileError("`meta` has no vocabulary")
    if len(set(characters)) < len(characters) or refused_characters(characters):
        raise ModelFileError("the vocabulary has characters twice, or ones that no name can hold")
    return Vocabulary(characters)


ARRAYS = ("Wax", "Waa", "Wya", "ba", "by", "a0", "bn")


def _check_arrays(arrays: dict[str, NDArray[Any]], cell: str, n_y: int) -> None:
    """Raises ModelFileError unless the arrays are all those of the cell, of fitting shapes, with weights to reckon with."""
    gates = 3 if cell == "gru" else 1
    n_a = arrays["a0"].size if "a0" in arrays else 0
    shapes: dict[str, tuple[int, ...]] = {
        "Wax": (gates * n_a, n_y),
        "Waa": (gates * n_a, n_a),
        "Wya": (n_y, n_a),
        "ba": (gates * n_a,),
        "by": (n_y,),
        "a0": (n_a,),
    }
    if cell == "gru":
        shapes["bn"] = (n_a,)
    if set(arrays) != set(shapes):
        wrong = ", ".join(sorted(set(arrays) ^ set(shapes)))
        raise ModelFileError(f"arrays missing or too many for cell {cell}: {wrong}")
    for name, shape in shapes.items():
        if arrays[name].shape != shape or n_a < 1:
            raise ModelFileError(f"array {name}: shape {arrays[name].shape}, expected {shape}")
        if np.abs(arrays[name]).max() > MAX_WEIGHT:
            raise ModelFileError(f"array {name}: a weight over {MAX_WEIGHT:g}")

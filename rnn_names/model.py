"""A trained model: vocabulary, parameters and what is known of its training; and the file that keeps it.

The file is one `.npz` (a zip of arrays): the parameters under their names, float32, `meta`, a JSON text, and, where they are kept, the
`fingerprints` of the corpus. It is written beside its
target and renamed over it, so that a model file is whole or absent. It may come from a stranger: nothing in it is ever run, and every
size is read and bounded before memory is taken for it.
"""

from __future__ import annotations

import json
import os
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from rnn_names.errors import ModelFileError
from rnn_names.vocabulary import MAX_NAME_LENGTH, Vocabulary, refused_characters

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rnn_names.corpus import Names

FORMAT = 1
"""Version of the file format; a file of another one is refused."""

MAX_META_BYTES = 1 << 22
MAX_ARRAY_BYTES = 1 << 31
MAX_MEMBERS = 16


@dataclass(frozen=True)
class Model:
    """A network and the characters that it knows.

    Attributes:
        vocabulary: the characters.
        params: the arrays Wax, Waa, Wya, ba, by and a0, and bn for a GRU; float32, shapes as in `rnn_names.rnn`.
        training: the record of its training, as JSON can hold it; `longest` is the length in characters of the longest name seen.
        fingerprints: (n,) those of all names of its corpus, sorted, as `rnn_names.fingerprints` makes them; None where they are not
            kept.
    """

    vocabulary: Vocabulary
    params: dict[str, NDArray[np.float32]]
    training: dict[str, Any] = field(default_factory=dict)
    fingerprints: NDArray[Any] | None = None

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

    def best(self, count: int = 20, **options: Any) -> list[str]:
        """The most probable names, from the most probable down; `options` as in `rnn_names.sampling.Options`.

        Raises:
            SamplingError: for options that cannot be met, or a search that would take too much memory.
        """
        from rnn_names.best import best
        from rnn_names.sampling import Options

        return [name for names in best(self, count, Options(**options)) for name in names.to_strings()]

    def log_prob(self, names: Iterable[str] | Names) -> NDArray[np.float64]:
        """Natural logarithm of the probability of each name, its end included; -inf for one with a character unknown to the model."""
        from rnn_names.corpus import Names
        from rnn_names.scoring import log_probs

        names = names if isinstance(names, Names) else Names.from_strings(names)
        return log_probs(self.params, self.vocabulary, names)

    def knows(self, names: Iterable[str] | Names) -> NDArray[np.bool_]:
        """Whether each name is in the corpus that the model was trained on, held-out names included: (len(names),) bool.

        A name that is not may be taken for one that is, with the chance that `rnn_names.fingerprints` states.

        Raises:
            SamplingError: if the model does not keep fingerprints of its corpus.
        """
        from rnn_names.corpus import Names
        from rnn_names.errors import SamplingError
        from rnn_names.fingerprints import among, fingerprints

        if self.fingerprints is None:
            raise SamplingError(
                "the model has no fingerprints of its corpus, so it cannot tell which names are new: train it again"
            )
        if not isinstance(names, Names):
            names = Names.from_strings(unicodedata.normalize("NFC", name) for name in names)
        return among(fingerprints(names), self.fingerprints)

    def facts(self) -> dict[str, Any]:
        """What there is to know about the model but its weights, as JSON can hold it; `fingerprints` is how many there are."""
        return {
            "network": {
                "cell": self.cell,
                "hidden_size": self.hidden_size,
                "parameters": sum(array.size for array in self.params.values()),
            },
            "vocabulary": self.vocabulary.characters,
            "training": self.training,
            "fingerprints": 0 if self.fingerprints is None else len(self.fingerprints),
        }

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the model file; what stood there before is replaced in one step, or not at all.

        Raises:
            ModelFileError: if it cannot be written.
        """
        write_atomically(os.fspath(path), self._write)

    def _write(self, file: IO[bytes]) -> None:
        meta = {
            "format": FORMAT,
            "cell": self.cell,
            "vocabulary": self.vocabulary.characters,
            "training": self.training,
            "program": f"rnn-names {_version()}",
        }
        arrays: dict[str, Any] = {**self.params, "meta": np.array(json.dumps(meta))}
        if self.fingerprints is not None:
            arrays["fingerprints"] = self.fingerprints
        np.savez(file, **arrays)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Model:
        """Reads a model file.

        Raises:
            ModelFileError: for a file that is missing, damaged, of another format version, or not a model.
        """
        title = os.fspath(path)
        try:
            with open(title, "rb") as file, zipfile.ZipFile(file) as archive:
                return _model(_read_arrays(archive))
        except OSError as error:
            hint = "; make one with: rnn-names train NAMES.txt" if isinstance(error, FileNotFoundError) else ""
            raise ModelFileError(f"{title}: cannot be read: {error.strerror or error}{hint}") from error
        except ModelFileError as error:
            raise ModelFileError(f"{title}: {error}") from None
        # What zipfile and its decompressors raise for damaged archives is not documented in one place; this is all of it.
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, struct.error, OverflowError) as error:
            raise ModelFileError(f"{title}: not a model file, or a damaged one ({_one_line(error)})") from error


def _version() -> str:
    from rnn_names import __version__

    return __version__


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:100] or type(error).__name__


# --- Writing -------------------------------------------------------------------------------------------------------------------


def write_atomically(path: str, write: Any) -> None:
    """Calls `write(file)` for a temporary file beside `path`, then renames that over `path`.

    Raises:
        ModelFileError: if any of it fails; `path` is then as it was.
    """
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        try:
            with open(temporary, "xb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            if os.path.exists(temporary):
                os.unlink(temporary)
            raise
    except OSError as error:
        raise ModelFileError(f"{path}: cannot be written: {error.strerror or error}") from error


def check_writable(path: str) -> None:
    """Finds out before the work whether a file could be written.

    Raises:
        ModelFileError: if it is a directory, or its folder is missing or does not allow it.
    """
    folder = os.path.dirname(path) or "."
    if os.path.isdir(path):
        raise ModelFileError(f"{path}: a directory; give the name of a file")
    if not os.path.isdir(folder):
        raise ModelFileError(f"{path}: cannot be written: there is no folder {folder}")
    if not os.access(folder, os.W_OK):
        raise ModelFileError(f"{path}: cannot be written: the folder {folder} is read-only")


# --- Reading -------------------------------------------------------------------------------------------------------------------


def _read_arrays(archive: zipfile.ZipFile) -> dict[str, NDArray[Any]]:
    """All arrays of an archive, each header checked before its data are read."""
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise ModelFileError(f"not a model file: {len(members)} arrays in it")
    names = [member.filename.removesuffix(".npy") for member in members]
    if len(set(names)) < len(names):
        raise ModelFileError("damaged: an array is in it twice")
    for name in names:
        if name not in ("meta", "fingerprints", *_ARRAYS):
            raise ModelFileError(f"not a model file: unknown array {name[:40]!a}")
    return {name: _read_array(archive, member, name) for name, member in zip(names, members, strict=True)}


def _read_array(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> NDArray[Any]:
    with archive.open(member) as stream:
        major, minor = np.lib.format.read_magic(stream)
        read_header = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }.get((major, minor))
        if read_header is None:
            raise ModelFileError(f"array {name}: unknown header version")
        shape, fortran_order, dtype = read_header(stream)
        if name == "meta":
            if shape != () or dtype.kind != "U" or dtype.byteorder not in "<=|" or dtype.itemsize > MAX_META_BYTES:
                raise ModelFileError("array meta: not a text of a sensible size")
        elif name == "fingerprints":
            if dtype.str not in ("<u8", "<u4") or len(shape) != 1:
                raise ModelFileError("array fingerprints: not a list of little-endian 64-bit or 32-bit numbers")
        elif dtype.str != "<f4" or fortran_order or len(shape) > 2:
            raise ModelFileError(f"array {name}: not little-endian float32 in C order")
        size = dtype.itemsize
        for length in shape:
            size *= length
        if size > MAX_ARRAY_BYTES or size > member.file_size:
            raise ModelFileError(f"array {name}: its header claims {size:,} bytes, more than are there")
        data = stream.read(size + 1)
        if len(data) != size or stream.read(1):
            raise ModelFileError(f"array {name}: its size is not what its header says")
    return np.frombuffer(data, dtype).reshape(shape)


def _model(arrays: dict[str, NDArray[Any]]) -> Model:
    """The model of some arrays, everything checked."""
    if "meta" not in arrays:
        raise ModelFileError("not a model file: no `meta` in it")
    meta = _meta(str(arrays.pop("meta")))
    fingerprints = arrays.pop("fingerprints", None)
    if fingerprints is not None and (fingerprints[1:] <= fingerprints[:-1]).any():
        raise ModelFileError("array fingerprints: not in rising order")
    vocabulary = _vocabulary(meta.get("vocabulary"))
    cell = meta.get("cell")
    if cell not in ("rnn", "gru"):
        raise ModelFileError(f"unknown cell {str(cell)[:40]!a}")
    training = meta.get("training", {})
    longest = training.get("longest") if isinstance(training, dict) else None
    if type(longest) is not int or not 1 <= longest <= MAX_NAME_LENGTH:
        raise ModelFileError("`meta` has no training record that says how long names are")
    _check_shapes(arrays, cell, len(vocabulary))
    return Model(vocabulary, arrays, training, fingerprints)


def _meta(text: str) -> dict[str, Any]:
    try:
        meta = json.loads(text)
    except (ValueError, RecursionError):
        raise ModelFileError("`meta` is not JSON") from None
    if not isinstance(meta, dict):
        raise ModelFileError("`meta` is not a JSON object")
    if meta.get("format") != FORMAT:
        found = str(meta.get("format"))[:40]
        raise ModelFileError(f"format version {found}, and this program reads version {FORMAT}: use the program that wrote it")
    return meta


def _vocabulary(characters: Any) -> Vocabulary:
    if not isinstance(characters, str) or not characters:
        raise ModelFileError("`meta` has no vocabulary")
    if len(set(characters)) < len(characters) or refused_characters(characters):
        raise ModelFileError("the vocabulary has characters twice, or ones that no name can hold")
    return Vocabulary(characters)


_ARRAYS = ("Wax", "Waa", "Wya", "ba", "by", "a0", "bn")


def _check_shapes(arrays: dict[str, NDArray[Any]], cell: str, n_y: int) -> None:
    """Raises ModelFileError unless the arrays are all those of the cell, of fitting shapes, and finite."""
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
        if not np.isfinite(arrays[name]).all():
            raise ModelFileError(f"array {name}: a weight that is not a finite number")

"""Checks of the contents of a model file; they raise ModelFileError."""

import json
from typing import Any

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.characters import MAX_NAME_LENGTH, refused_characters
from rnn_names.corpus.fingerprints import PACKED_BYTES, unpacked
from rnn_names.corpus.names import Vocabulary
from rnn_names.corpus.shape import MAX_LETTERS, lower_case
from rnn_names.errors import ModelFileError, short_repr
from rnn_names.model.bundled import Source

FORMAT = 1  # version of the file format; files of other versions are refused
MAX_WEIGHT = 1e12  # far above trained weights; with larger ones, sums could overflow
MAX_PARTS = 64  # models in a blend, which stores the training record of each
MAX_SOURCES = 1000  # sources of one model; a blend stores the sources of all its parts
_RENAMED = {"made_up_names": "synthetic_names"}  # new names of settings, by old name

# The arrays that a model file may contain, and the allowed types of each.
ARRAYS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("Wax", "Waa", "Wya", "ba", "by", "a0", "bn"), ("<f4",)),
    **dict.fromkeys(("fingerprints", "listed"), ("<u8", "<u4", "|u1")),
}


def checked(meta: dict[str, Any], arrays: dict[str, Array]) -> dict[str, Any]:
    """The fields of a `Model`, from `meta` and the arrays of its file."""
    if not isinstance(meta, dict) or not isinstance(arrays, dict):
        raise ModelFileError("`meta` and the arrays must be dictionaries")
    for name, array in arrays.items():
        types = ARRAYS.get(name, ())
        if not isinstance(array, np.ndarray) or array.dtype.newbyteorder("<").str not in types:
            raise ModelFileError(f"array {short_repr(name)}: wrong type")
    version = meta.get("format")
    if not isinstance(version, int) or version != FORMAT:
        found = f"format version {short_repr(version)}, but this program reads version {FORMAT}"
        raise ModelFileError(f"{found}: use the program that wrote it")
    characters = meta.get("vocabulary")
    if not isinstance(characters, str) or not characters:
        raise ModelFileError("`meta` has no vocabulary")
    if len(set(characters)) < len(characters) or refused_characters(characters):
        raise ModelFileError("the vocabulary repeats a character, or has one that no name can have")
    vocabulary = Vocabulary(characters)
    prints = {name: array for name, array in arrays.items() if name in ("fingerprints", "listed")}
    params = {name: array for name, array in arrays.items() if name not in prints}
    _check_params(params, meta.get("cell"), len(vocabulary))
    for name, stored in prints.items():
        size = (PACKED_BYTES, *stored.shape[-1:]) if stored.dtype == np.uint8 else (stored.size,)
        if stored.shape == size:
            prints[name] = unpacked(stored)
        if stored.shape != size or (prints[name][1:] <= prints[name][:-1]).any():
            raise ModelFileError(f"array {name}: not a row of numbers in ascending order")
    return {
        "vocabulary": vocabulary,
        "params": params,
        "training": _training_record(meta.get("training"), characters),
        "sources": _sources(meta.get("sources", [])),
        "fingerprints": prints.get("fingerprints"),
        "own_list_fingerprints": prints.get("listed"),
    }


def _are_records(values: Any, kinds: dict[str, type], max_length: int) -> bool:
    """Whether this is a list of at most `max_length` objects with these keys and value types."""
    are_objects = isinstance(values, list) and all(isinstance(record, dict) for record in values)
    return (
        are_objects
        and len(values) <= max_length
        and all({key: type(value) for key, value in record.items()} == kinds for record in values)
    )


def _sources(values: Any) -> tuple[Source, ...]:
    if not _are_records(values, dict.fromkeys(Source._fields, str), MAX_SOURCES):
        raise ModelFileError("`meta` has sources that are not a list of what, origin and terms")
    return tuple(Source(**record) for record in values)


def _check_blend(parts: Any) -> None:
    kinds = {"model": str, "weight": float, "network": dict, "training": dict}
    are_parts = _are_records(parts, kinds, MAX_PARTS) and len(parts) > 1
    if not are_parts or not all(0 <= part["weight"] <= 1 for part in parts):
        raise ModelFileError("`meta` describes a blend in a form that this program does not write")


def _training_record(training: Any, characters: str) -> dict[str, Any]:
    """Checks the fields of the training record that sampling needs and renames old settings."""
    if not isinstance(training, dict):
        training = {}
    try:
        json.dumps(training, allow_nan=False)
    except ValueError:
        raise ModelFileError("`meta` has a number that is not finite") from None
    except (TypeError, RecursionError) as error:
        raise ModelFileError(f"`meta` has a value that is not JSON: {error}") from None
    longest, shortest = training.get("longest"), training.get("shortest", 1)
    lengths = type(longest) is type(shortest) is int and 1 <= shortest <= longest <= MAX_NAME_LENGTH
    pairs = training.get("pairs", [])
    are_texts = isinstance(pairs, list) and all(isinstance(pair, str) for pair in pairs)
    triples, letters = training.get("known_triples"), {"\n", *lower_case(characters)}
    are_texts &= triples is None or (
        isinstance(triples, dict)
        and len(letters) <= MAX_LETTERS
        and all(isinstance(text, str) for item in triples.items() for text in item)
        and all(len(pair) == 2 and letters.issuperset(pair + c) for pair, c in triples.items())
    )
    begin = isinstance(training.get("lower_case_beginnings", True), bool)
    if not (lengths and begin and are_texts):
        facts = "lengths, lower_case_beginnings, pairs, known_triples"
        raise ModelFileError(f"`meta` has no valid training record ({facts})")
    if "blend" in training:
        _check_blend(training["blend"])
    settings = training.get("settings")
    if isinstance(settings, dict):
        renamed = {_RENAMED.get(name, name): value for name, value in settings.items()}
        training = {**training, "settings": renamed}
    return training


def _check_params(arrays: dict[str, Array], cell: object, n_y: int) -> None:
    if not isinstance(cell, str) or cell not in ("rnn", "gru"):
        raise ModelFileError(f"unknown cell {short_repr(cell)}")
    n_a = arrays["a0"].size if "a0" in arrays else 0
    n = 3 * n_a if cell == "gru" else n_a  # units of all gates
    sizes: dict[str, tuple[int, ...]] = {"Wax": (n, n_y), "Waa": (n, n_a), "ba": (n,)}
    sizes |= {"Wya": (n_y, n_a), "by": (n_y,), "a0": (n_a,)}
    sizes |= {"bn": (n_a,)} if cell == "gru" else {}
    if set(arrays) != set(sizes):
        wrong = ", ".join(sorted(set(arrays) ^ set(sizes)))
        raise ModelFileError(f"arrays missing or superfluous for cell {cell}: {wrong}")
    for name, size in sizes.items():
        if arrays[name].shape != size or n_a < 1:
            raise ModelFileError(f"array {name}: shape {arrays[name].shape}, expected {size}")
        if not np.abs(arrays[name]).max() <= MAX_WEIGHT:  # true for NaN, too
            raise ModelFileError(f"array {name}: a weight that is NaN or above {MAX_WEIGHT:g}")

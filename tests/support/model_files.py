"""Small model files: made, taken apart and changed."""

import io
import json
import zipfile

import numpy as np

from rnn_names import Model
from rnn_names.corpus.names import Vocabulary
from rnn_names.model import file_checks
from rnn_names.network import rnn

CHARACTERS = "abé愛𐐷"

OLD_MODEL = b"PK\3\4 the old model"
"""A file that begins as a model does, and must stay as it is."""


def make_model(cell="gru", n_a=4, seed=0):
    params = rnn.init_params(np.random.default_rng(seed), len(CHARACTERS) + 1, n_a, cell)
    training = {"longest": 7, "held_out_loss": 1.5, "settings": {"seed": 3}}
    return Model(Vocabulary(CHARACTERS), params, training)


def members(content):
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def arrays_of(path):
    with np.load(path, allow_pickle=False) as file:
        return dict(file)


def rewrite(path, change):
    """Changes the arrays of a model file, and writes it again as NumPy would.

    `change` gets them as a dict, with `meta` as a dict of its own.
    """
    arrays = arrays_of(path)
    contents = {**arrays, "meta": json.loads(str(arrays["meta"]))}
    change(contents)
    if isinstance(contents.get("meta"), dict):
        contents["meta"] = np.array(json.dumps(contents["meta"]))
    np.savez(path, **contents)


def set_array(name, function):
    def change(contents):
        contents[name] = function(contents[name])

    return change


def set_meta(**fields):
    return lambda contents: contents["meta"].update(fields)


def put(name, value):
    return lambda contents: contents.update({name: value})


NOT_FINITE = np.array([1, np.nan, 2, 3], np.float32)
ROW = "fingerprints: not a row of numbers in ascending order"
WRONG_CONTENTS = {
    "no meta": (lambda c: c.pop("meta"), "meta"),
    "meta no object": (put("meta", np.array("[1]")), "JSON object"),
    "other format": (
        set_meta(format=file_checks.FORMAT + 1),
        f"format version {file_checks.FORMAT + 1}",
    ),
    "unknown cell": (set_meta(cell="lstm"), "lstm"),
    "another cell": (set_meta(cell="rnn"), "bn"),
    "no vocabulary": (lambda c: c["meta"].pop("vocabulary"), "vocabulary"),
    "empty vocabulary": (set_meta(vocabulary=""), "vocabulary"),
    "vocabulary shorter": (set_meta(vocabulary=CHARACTERS[1:]), "shape"),
    "vocabulary twice": (set_meta(vocabulary="aacde"), "repeats a character"),
    "vocabulary escape": (set_meta(vocabulary="abc\x1bd"), "no name can have"),
    "training a list": (set_meta(training=[1]), "training"),
    "longest a text": (set_meta(training={"longest": "7"}), "training"),
    "longest too long": (set_meta(training={"longest": 10**9}), "training"),
    "no Waa": (lambda c: c.pop("Waa"), "Waa"),
    "no a0": (lambda c: c.pop("a0"), "a0"),
    "one more": (put("Wxx", np.zeros(3, np.float32)), "Wxx"),
    "Wax transposed": (set_array("Wax", lambda a: np.ascontiguousarray(a.T)), "Wax"),
    "a0 empty": (set_array("a0", lambda a: a[:0]), "shape"),
    "Wya float64": (set_array("Wya", lambda a: a.astype(float)), "Wya: not float32"),
    "Wya Fortran": (set_array("Wya", np.asfortranarray), "Wya: not float32"),
    "bn NaN": (put("bn", NOT_FINITE), "bn: a weight that is not a finite number"),
    "prints twice": (put("fingerprints", np.array([1, 1], "<u8")), ROW),
    "prints in two rows": (put("fingerprints", np.array([[1, 2]], "<u8")), ROW),
    "prints signed": (put("fingerprints", np.array([1, 2], "<i8")), "not uint64 or uint32"),
}
"""What is done to the contents of a good file, and what its refusal says."""

PART = {"model": "a", "weight": 0.5, "network": {}, "training": {}}
for field, values, reason in (
    ("shortest", (0, 9, "3", True, None), "lengths"),
    ("lower_case_beginnings", ("no", 0, None), "lower_case_beginnings"),
    ("pairs", ("aA", None, [1]), "pairs"),
    (
        "known_triples",
        ("ab", {"ab": 1}, {"ab": "!"}, {"abc": "a"}, {"AA": "a"}, 3),
        "known_triples",
    ),
    ("epoch", (np.nan, np.inf, {"a": [-np.inf]}), "a number that is not finite"),
    ("blend", ("x", [], [{}]), "blend"),
    ("blend", [[PART | wrong] * 2 for wrong in ({"model": 1}, {"weight": "0.5"})], "blend"),
):
    for value in values:
        change = set_meta(training={"longest": 7, field: value})
        WRONG_CONTENTS[f"{field} {value}"] = change, reason
for sources in ("x", [{}], [{"what": 1, "origin": "", "terms": ""}], [[]]):
    WRONG_CONTENTS[f"sources {sources}"] = set_meta(sources=sources), "has sources that are not"

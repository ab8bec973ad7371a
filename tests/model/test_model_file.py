"""The model file: what is in it, and that it is replaced whole or not at all.

What is refused is in tests/robustness/test_hostile_files.py.
"""

import json
import os
from dataclasses import replace

import numpy as np
import pytest

import rnn_names
from rnn_names import Model
from rnn_names.errors import ModelFileError
from rnn_names.model import file_checks
from support.model_files import CHARACTERS, arrays_of, make_model, rewrite


@pytest.fixture
def path(tmp_path):
    make_model().save(tmp_path / "names.npz")
    return tmp_path / "names.npz"


@pytest.mark.parametrize("cell", ["rnn", "gru"])
def test_a_saved_model_is_loaded_unchanged(cell, tmp_path):
    before = make_model(cell)
    before.save(tmp_path / "m.npz")
    after = Model.load(str(tmp_path / "m.npz"))
    assert after.vocabulary.characters == CHARACTERS
    assert after.training == before.training
    assert (after.cell, after.hidden_size) == (cell, 4)
    assert set(after.params) == set(before.params)
    for name, array in before.params.items():
        assert after.params[name].dtype == np.float32
        assert np.array_equal(after.params[name], array)


@pytest.mark.parametrize("path", [None, [], 3])
def test_a_path_that_is_no_file_name_is_refused(path, model):
    for use in (model.save, Model.load):
        with pytest.raises(ModelFileError, match="must be the name of a file"):
            use(path)


def test_contents_of_wrong_types_are_refused():
    model = make_model()
    lists = {name: array.tolist() for name, array in model.arrays.items()}
    doubles = {name: array.astype(float) for name, array in model.arrays.items()}
    missing = {**model.arrays, "by": model.arrays["by"] * np.nan}
    no_json = {**model.meta, "training": {**model.training, "held_out_loss": np.float32(1)}}
    wrong = [(None, model.arrays), (model.meta, [1]), (model.meta, {1: 2}), (no_json, model.arrays)]
    odd = model.params["by"], 10**5000
    wrong += [({**model.meta, key: value}, {}) for key in ("format", "cell") for value in odd]
    nested: list = []
    for _ in range(100_000):
        nested = [nested]
    records = {"x": nested}, {"known_triples": {1: 2}}
    metas = [{**model.meta, "training": {**model.training, **record}} for record in records]
    wrong += [(meta, model.arrays) for meta in metas]
    for meta, arrays in [*wrong, *((model.meta, each) for each in (lists, doubles, missing))]:
        with pytest.raises(ModelFileError):
            Model.from_contents(meta, arrays)
    assert Model.from_contents(model.meta, model.arrays).meta == model.meta


@pytest.mark.parametrize("cell", ["rnn", "gru"])
def test_numpy_alone_reads_the_file(cell, tmp_path):
    make_model(cell).save(tmp_path / "m.npz")
    arrays = arrays_of(tmp_path / "m.npz")
    meta = json.loads(str(arrays.pop("meta")))
    gates, n_y = {"rnn": 1, "gru": 3}[cell], len(CHARACTERS) + 1
    shapes = {
        "Wax": (gates * 4, n_y),
        "Waa": (gates * 4, 4),
        "Wya": (n_y, 4),
        "ba": (gates * 4,),
        "by": (n_y,),
        "a0": (4,),
    }
    shapes.update({"bn": (4,)} if cell == "gru" else {})
    assert {name: array.shape for name, array in arrays.items()} == shapes
    assert {array.dtype.str for array in arrays.values()} == {"<f4"}
    assert meta == {
        "format": file_checks.FORMAT,
        "cell": cell,
        "vocabulary": CHARACTERS,
        "training": {"longest": 7, "held_out_loss": 1.5, "settings": {"seed": 3}},
        "sources": [],
        "program": f"rnn-names {rnn_names.__version__}",
    }


def test_a_compressed_file_is_read(path):
    arrays = arrays_of(path)
    np.savez_compressed(path, **arrays)
    assert np.array_equal(Model.load(path).params["Wax"], arrays["Wax"])


def test_a_model_equals_only_itself_and_is_hashable():
    model = make_model()
    other = replace(model, params={each: array + 1 for each, array in model.params.items()})
    assert model == model
    assert model != other
    assert {model: 1, other: 2}[model] == 1


def test_a_path_may_be_bytes(path, tmp_path):
    Model.load(os.fsencode(path)).save(os.fsencode(tmp_path / "copy.npz"))
    assert (tmp_path / "copy.npz").read_bytes() == path.read_bytes()


def test_an_invalid_path_is_refused():
    with pytest.raises(ModelFileError, match=r"null (byte|character)"):
        Model.load("a\0b.npz")
    for path in ("a\0b.npz", "a\ud800.npz"):
        with pytest.raises(ModelFileError, match="no file can have this name"):
            make_model().save(path)


def test_the_old_name_of_a_setting_is_read(path):
    rewrite(path, lambda c: c["meta"]["training"]["settings"].update(made_up_names=9))
    assert Model.load(path).training["settings"] == {"seed": 3, "synthetic_names": 9}


def test_saving_replaces_the_file_in_one_step_and_leaves_nothing_else(path):
    with path.open("rb") as reader:
        old = path.read_bytes()
        make_model(seed=9).save(path)
        assert reader.read() == old, "who had the old file open goes on reading the old model"
    assert path.read_bytes() != old
    assert np.array_equal(Model.load(path).params["Waa"], make_model(seed=9).params["Waa"])
    assert [p.name for p in path.parent.iterdir()] == ["names.npz"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failed_save_leaves_the_old_file_and_nothing_else(path, error, monkeypatch):
    old = path.read_bytes()

    def fail(file):
        raise error

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(
        ModelFileError if isinstance(error, OSError) else KeyboardInterrupt
    ) as raised:
        make_model(seed=9).save(path)
    if isinstance(error, OSError):
        assert str(raised.value) == f"{path}: cannot be written: No space left on device"
    assert path.read_bytes() == old
    assert [p.name for p in path.parent.iterdir()] == ["names.npz"]

"""The model file: what is in it, what is refused, and that it is replaced whole or not at all."""

import io
import json
import os
import zipfile

import numpy as np
import pytest

import rnn_names
from rnn_names import Model
from rnn_names.errors import ModelFileError
from rnn_names.model import atomic, model
from support.model_files import (
    CHARACTERS,
    WRONG_CONTENTS,
    arrays_of,
    make_model,
    members,
    rewrite,
)


@pytest.fixture
def path(tmp_path):
    make_model().save(tmp_path / "names.npz")
    return tmp_path / "names.npz"


@pytest.mark.parametrize("cell", ["rnn", "gru"])
def test_a_model_comes_back_as_it_was(cell, tmp_path):
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
        "format": model.FORMAT,
        "cell": cell,
        "vocabulary": CHARACTERS,
        "training": {"longest": 7, "held_out_loss": 1.5, "settings": {"seed": 3}},
        "sources": [],
        "program": f"rnn-names {rnn_names.__version__}",
    }


def test_a_compressed_file_is_read_too(path):
    arrays = arrays_of(path)
    np.savez_compressed(path, **arrays)
    assert np.array_equal(Model.load(path).params["Wax"], arrays["Wax"])


# --- Refusals -------------------------------------------------------------------------------------


def test_a_path_may_be_bytes(path, tmp_path):
    Model.load(os.fsencode(path)).save(os.fsencode(tmp_path / "copy.npz"))
    assert (tmp_path / "copy.npz").read_bytes() == path.read_bytes()


def test_a_path_with_a_null_character_is_refused():
    with pytest.raises(ModelFileError, match="null byte"):
        Model.load("a\0b.npz")
    with pytest.raises(ModelFileError, match="no file has such a name"):
        make_model().save("a\0b.npz")


def refusal(path):
    """The message with which a file is refused; the file is as it was."""
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(ModelFileError) as error:
        Model.load(path)
    message = str(error.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    assert (path.read_bytes() if path.is_file() else None) == before
    return message.removeprefix(f"{path}: ")


def test_a_missing_file_says_how_to_make_one(tmp_path):
    assert "train a model" in refusal(tmp_path / "none.npz")


def test_a_directory_is_refused(tmp_path):
    assert "directory" in refusal(tmp_path).lower()


@pytest.mark.parametrize(
    "content", [b"", b"Ada\nBob\n", b"PK\x03\x04", b"PK\x05\x06" + bytes(18), bytes(1000)]
)
def test_what_is_no_model_is_refused(content, tmp_path):
    (tmp_path / "m.npz").write_bytes(content)
    assert "not a model file" in refusal(tmp_path / "m.npz")


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.95, 0.999])
def test_a_truncated_file_is_refused(path, share):
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert "not a model file, or a damaged one" in refusal(path)


def test_a_changed_weight_is_noticed(path):
    content = bytearray(path.read_bytes())
    where = content.find(arrays_of(path)["Waa"].tobytes())
    content[where + 5] ^= 1
    path.write_bytes(content)
    assert "damaged" in refusal(path)


@pytest.mark.parametrize("case", WRONG_CONTENTS)
def test_wrong_contents_are_refused(case, path):
    change, what = WRONG_CONTENTS[case]
    rewrite(path, change)
    assert what in refusal(path)


def test_a_rewritten_file_is_accepted_when_nothing_is_wrong(path):
    # Else the refusals above could be about the rewriting.
    rewrite(path, lambda contents: None)
    assert Model.load(path).training == make_model().training


def test_the_old_name_of_a_setting_is_read_as_the_new_one(path):
    rewrite(path, lambda c: c["meta"]["training"]["settings"].update(made_up_names=9))
    assert Model.load(path).training["settings"] == {"seed": 3, "synthetic_names": 9}


def test_no_pickle_is_ever_opened(path):
    class Harm:
        def __reduce__(self):
            return (os.mkdir, (str(path) + ".harm",))

    arrays = arrays_of(path)
    with path.open("wb") as file:
        np.savez(file, **{**arrays, "Waa": np.array([Harm()], object)})
    assert "Waa" in refusal(path)
    assert not path.with_name("names.npz.harm").exists()


def write_members(path, pairs, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in pairs:
            archive.writestr(name, content)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_array_that_is_there_twice_is_refused(path):
    all_of_them = members(path.read_bytes())
    write_members(path, [*all_of_them.items(), ("Waa.npy", all_of_them["Waa.npy"])])
    assert "twice" in refusal(path)


def test_a_crowd_of_arrays_is_refused(path):
    write_members(
        path, [*members(path.read_bytes()).items(), *((f"{i}.npy", b"") for i in range(100))]
    )
    assert "arrays in it" in refusal(path)


def test_a_header_of_an_unknown_version_is_refused(path):
    content = members(path.read_bytes())["by.npy"]
    assert content[6] == 1
    write_members(
        path,
        {**members(path.read_bytes()), "by.npy": content[:6] + bytes([3]) + content[7:]}.items(),
    )
    assert "by: unknown header version" in refusal(path)


def test_a_header_that_claims_too_much_is_refused_before_memory_is_taken(path):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f4", "fortran_order": False, "shape": (10**6, 10**6)}
    )
    write_members(
        path,
        {**members(path.read_bytes()), "Waa.npy": header.getvalue() + bytes(64)}.items(),
        zipfile.ZIP_DEFLATED,
    )
    assert "Waa" in refusal(path)


def test_bytes_after_an_array_are_refused(path):
    all_of_them = members(path.read_bytes())
    write_members(path, {**all_of_them, "by.npy": all_of_them["by.npy"] + bytes(4)}.items())
    assert "by: its size" in refusal(path)


# --- Writing --------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("where", ["", "none/names.npz"])
def test_a_place_that_cannot_be_written_is_one_line(where, tmp_path):
    with pytest.raises(ModelFileError, match=r"cannot be written|directory"):
        make_model().save(tmp_path / where)
    with pytest.raises(ModelFileError):
        atomic.check_writable(str(tmp_path / where))
    assert list(tmp_path.iterdir()) == []

"""`rnn_names.train`: what it takes for names, and what it refuses."""

import numpy as np
import pytest

from rnn_names import Model, Settings, train
from rnn_names.errors import CorpusError, TrainingError

NAMES = ["Aelviloe", "Drulvolir", "Elvanye", "Vessolir"]
QUICK = {"epochs": 1, "hidden_size": 4}


@pytest.mark.parametrize("kind", [str, lambda path: path], ids=["text", "Path"])
def test_a_path_is_read_as_a_file(kind, tmp_path):
    """Not as the letters of the path."""
    path = tmp_path / "elves.txt"
    path.write_text("\n".join(NAMES), "utf-8")
    model = train(kind(path), **QUICK)
    assert model.knows(NAMES).all()
    assert model.vocabulary.characters == "".join(sorted(set("".join(NAMES))))


def test_a_file_that_is_not_there_says_what_to_give(tmp_path):
    with pytest.raises(
        CorpusError, match=r"data\.txt: cannot be read: No such file.*list of texts"
    ):
        train("data.txt")
    with pytest.raises(CorpusError, match="a directory; give a text file"):
        train(tmp_path)
    with pytest.raises(CorpusError, match="cannot be read"):
        train("Ada\0Bo")


@pytest.mark.parametrize("names", [NAMES, tuple(NAMES), iter(NAMES), np.array(NAMES), set(NAMES)])
def test_any_collection_of_texts_is_a_list(names):
    assert train(names, **QUICK).training["distinct_names"] == 3


@pytest.mark.parametrize(
    "names, message",
    [
        (5, "5: give a list of names"),
        ([*NAMES, 7], "name 5: 7 is not a text"),
        ([*NAMES, float("nan")], "name 5: nan is not a text"),
        ([b"Ada", b"Bo"], "name 1: b'Ada' is not a text"),
    ],
)
def test_names_that_are_no_texts_are_refused(names, message):
    with pytest.raises(CorpusError, match=message):
        train(names, **QUICK)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"init": "dinosaurs"}, "init 'dinosaurs': must be a Model, 'closest' or 'none'"),
        ({"init": NAMES}, "init .*: must be a Model, 'closest' or 'none'"),
        ({"settings": {"epochs": 3}}, r"settings \{'epochs': 3\}: must be a Settings"),
    ],
    ids=str,
)
def test_settings_of_a_wrong_type_are_refused(arguments, message):
    with pytest.raises(TrainingError, match=message):
        train(NAMES, **arguments)


def test_keywords_come_before_settings():
    settings = Settings(epochs=0, hidden_size=4, seed=5)
    record = train(NAMES, settings, hidden_size=6).training["settings"]
    assert (record["hidden_size"], record["epochs"], record["seed"]) == (6, 0, 5)


def test_numbers_of_numpy_can_be_saved(tmp_path):
    model = train(NAMES, epochs=np.int64(1), hidden_size=np.int32(4), clip=np.float32(2))
    model.save(tmp_path / "names.npz")
    assert Model.load(tmp_path / "names.npz").training["settings"]["epochs"] == 1

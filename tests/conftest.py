"""What many tests share: the command line as a real process, and small models trained once."""

import pytest

from rnn_names import Model
from support import program


@pytest.fixture(scope="session")
def cli():
    """The command line as a real process."""
    return program.run


@pytest.fixture(scope="session")
def invoke():
    """The command line within this process."""
    return program.invoke


@pytest.fixture(scope="session")
def names():
    """A short list of real names."""
    return (program.DATA / "dinosaurs.txt").read_text("utf-8").split()[:300]


@pytest.fixture(scope="session")
def corpus_file(names, tmp_path_factory):
    path = tmp_path_factory.mktemp("corpus") / "names.txt"
    path.write_text("\n".join(names) + "\n", "utf-8")
    return path


@pytest.fixture(scope="session")
def model_files(corpus_file, tmp_path_factory):
    """A model file of each cell, from the real command line."""
    folder = tmp_path_factory.mktemp("models")
    for cell in ("gru", "rnn"):
        options = ["--cell", cell, "--hidden-size", 32, "--epochs", 12, "--batch-size", 32]
        options += (
            "--dropout 0 --recurrent-dropout 0 --distil-epochs 0 --learning-rate 0.01"
        ).split()
        done = program.run("train", corpus_file, "-o", folder / f"{cell}.npz", *options)
        assert done.returncode == 0, done.stderr
    return {cell: folder / f"{cell}.npz" for cell in ("gru", "rnn")}


@pytest.fixture(scope="session")
def model_file(model_files):
    return model_files["gru"]


@pytest.fixture(scope="session")
def model(model_file):
    return Model.load(model_file)

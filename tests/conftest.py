"""What many tests share: the command line as a real process, and small models trained once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rnn_names import Model

DATA = Path(__file__).parent.parent / "data"


def run(*arguments, cwd=None, env=None, stdout=None, text=True, **options):
    """Runs `python -m rnn_names` to its end. `stdout`: a path to write to; text is UTF-8 whatever
    the locale.
    """
    command = [sys.executable, "-m", "rnn_names", *map(str, arguments)]
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith("RNN_NAMES_")
    } | (env or {})
    settings = {
        "cwd": cwd,
        "env": environment,
        "stderr": subprocess.PIPE,
        "timeout": 120,
        **options,
    }
    if text:
        settings["encoding"] = "utf-8"
    if stdout is None:
        return subprocess.run(command, stdout=subprocess.PIPE, **settings)
    with Path(stdout).open("wb") as file:
        return subprocess.run(command, stdout=file, **settings)


@pytest.fixture(scope="session")
def cli():
    return run


@pytest.fixture(scope="session")
def names():
    """A short list of real names."""
    return (DATA / "dinosaurs.txt").read_text("utf-8").split()[:300]


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
        options += [
            "--dropout",
            0,
            "--recurrent-dropout",
            0,
            "--distil-epochs",
            0,
            "--learning-rate",
            0.01,
        ]
        done = run("train", corpus_file, "-o", folder / f"{cell}.npz", *options)
        assert done.returncode == 0, done.stderr
    return {cell: folder / f"{cell}.npz" for cell in ("gru", "rnn")}


@pytest.fixture(scope="session")
def model_file(model_files):
    return model_files["gru"]


@pytest.fixture(scope="session")
def model(model_file):
    return Model.load(model_file)

"""An interrupted run goes on where it stopped: bit for bit as one that nothing interrupted."""

import json
import os
import subprocess
from dataclasses import asdict, replace
from functools import partial
from unittest.mock import Mock

import numpy as np
import pytest

from rnn_names import Model, train
from rnn_names.cli.training_run import Progress
from rnn_names.corpus.corpus import corpus_from_strings
from rnn_names.errors import ModelFileError, RnnNamesError, TrainingError
from rnn_names.model.bundled import Source
from rnn_names.model.npz import read
from rnn_names.training.checkpoint import Checkpoint, allowed_types, digest
from rnn_names.training.settings import Settings
from rnn_names.training.setup import TrainingSetup
from rnn_names.training.trainer import Trainer
from support import runs
from support.networks import bytes_of
from support.program import MAIN, error_line, fork, heed_interrupts

pytestmark = pytest.mark.usefixtures("quick_teacher")

SETTINGS = {"hidden_size": 8, "epochs": 5, "distil_epochs": 2, "synthetic_names": 60}
SETTINGS |= {"batch_size": 64, "learning_rate": 0.01, "seed": 4}
SOURCE = Source("elves", "somebody", "CC0")
OPTIONS = (
    "--hidden-size 8 --epochs 8 --distil-epochs 0 --batch-size 32 --learning-rate 0.01 --seed 4"
).split()


interrupted = partial(runs.interrupted, settings=SETTINGS)


def resumed(output, corpus, settings=SETTINGS, init=None):
    return Checkpoint.resumed(str(output), corpus, Settings(**settings), init).trainer


@pytest.fixture(scope="module")
def beginnings(names):
    """Short names, which an untrained network ends soon."""
    return [name[:5] for name in names]


@pytest.fixture(scope="module")
def corpus(beginnings):
    return corpus_from_strings(beginnings[:150])


# --- The same weights -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "epochs, settings",
    [
        (1, {}),
        (3, {}),  # between the stages
        (4, {}),
        (2, {"optimizer": "sgd", "learning_rate": 0.5}),
        (4, {"held_out": 0.0}),
        (1, {"cell": "rnn", "dropout": 0.0, "recurrent_dropout": 0.0}),
    ],
)
def test_a_resumed_run_equals_an_uninterrupted_run(epochs, settings, corpus, tmp_path):
    settings = SETTINGS | settings
    whole = Trainer(TrainingSetup(corpus, Settings(**settings)))
    records = [asdict(record) | {"seconds": 0} for record in whole.epochs()]
    left = interrupted(tmp_path / "m.npz", corpus, epochs, settings=settings)
    trainer = resumed(tmp_path / "m.npz", corpus, settings)
    assert trainer.epoch == epochs
    assert bytes_of(trainer.model) == bytes_of(left.model)
    rest = [asdict(record) | {"seconds": 0} for record in trainer.epochs()]
    assert rest == records[epochs:]
    assert bytes_of(trainer.model) == bytes_of(whole.model)
    assert trainer.model.training == whole.model.training
    newest = [each._weights.tobytes() for each in (trainer, whole)]
    assert newest[0] == newest[1], "not only the best"


@pytest.mark.parametrize("changes", [{}, {"fingerprints": None, "sources": (SOURCE,)}])
def test_a_run_that_started_from_a_model_needs_it_no_longer(changes, corpus, tmp_path):
    init = str(tmp_path / "start.npz")
    start = train(["Zoé", "Ana", "R2"], hidden_size=8, epochs=0, init="none")
    replace(start, **changes).save(init)
    whole = Trainer(TrainingSetup(corpus, Settings(**SETTINGS), Model.load(init)))
    list(whole.epochs())
    interrupted(tmp_path / "m.npz", corpus, 2, init=init)
    os.unlink(init)
    trainer = resumed(tmp_path / "m.npz", corpus, init=init)
    list(trainer.epochs())
    written = [
        [each.meta, *map(bytes, each.arrays.values())] for each in (trainer.model, whole.model)
    ]
    assert written[0] == written[1]


# --- What is refused ------------------------------------------------------------------------------


@pytest.fixture
def run(corpus, tmp_path):
    interrupted(tmp_path / "m.npz", corpus, 1)
    return str(tmp_path / "m.npz")


def refusal(output, corpus, error=TrainingError, init=None, **given):
    with pytest.raises(error) as raised:
        Checkpoint.resumed(output, corpus, Settings(**{**SETTINGS, **given}), init)
    message = str(raised.value)
    assert message.startswith(f"{output}.resume: ")
    assert message.endswith("train without resume") or isinstance(raised.value, ModelFileError)
    assert message.isprintable()
    return message


def test_other_names_counts_or_settings_are_refused(run, corpus, beginnings):
    assert "other names" in refusal(run, corpus_from_strings(beginnings[:149]))
    twice = [*beginnings[:150], beginnings[3]]
    assert "other names" in refusal(run, corpus_from_strings(twice))
    assert "had batch_size 64, not 32: give the same" in refusal(run, corpus, batch_size=32)
    assert "had hidden_size 8, not 9" in refusal(run, corpus, hidden_size=9)
    by_default = refusal(run, corpus, hidden_size=None, seed=0)
    assert "had hidden_size 8, not 128, and seed 4, not 0" in by_default
    assert "had init None, not x.npz" in refusal(run, corpus, init="x.npz")


def rewrite(output, change):
    """Changes the state of a run: its JSON part as `meta`, its arrays by name."""
    with np.load(output + ".resume") as file:
        arrays = dict(file)
    meta = json.loads(str(arrays["meta"]))
    change(meta, arrays)
    with open(output + ".resume", "wb") as file:
        np.savez(file, **{**arrays, "meta": np.array(json.dumps(meta))})


BAD_STATES = {
    "a plain model": lambda meta, arrays: [
        meta.pop("run"),
        *(arrays.pop(n) for n in list(arrays) if n.startswith("state_")),
    ],
    "another program": lambda meta, arrays: meta.update(program="rnn-names 99\n"),
    "a setting less": lambda meta, arrays: meta["run"]["settings"].pop("seed"),
    "a setting more": lambda meta, arrays: meta["run"]["settings"].update(depth=2),
    "no momentum": lambda meta, arrays: arrays.pop("state_optimizer_m"),
    "another vocabulary": lambda meta, arrays: meta.update(
        vocabulary=meta["vocabulary"][:-1] + "\u2603"
    ),
}


@pytest.mark.parametrize("case", BAD_STATES)
def test_a_state_that_does_not_fit_is_an_error_of_one_line(case, run, corpus):
    rewrite(run, BAD_STATES[case])
    refusal(run, corpus, (TrainingError, ModelFileError))


def test_a_rewritten_state_is_accepted(run, corpus):
    rewrite(run, lambda meta, arrays: None)
    assert resumed(run, corpus).epoch == 1


def test_the_digest_tells_names_apart_that_read_the_same_joined():
    a, b = corpus_from_strings(["ab", "c"]), corpus_from_strings(["a", "bc"])
    assert digest(a) != digest(b)


# --- The command ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(invoke, corpus_file, tmp_path_factory):
    """A run that nothing interrupts: its folder, with the model and the log."""
    folder = tmp_path_factory.mktemp("whole")
    done = invoke("train", corpus_file, "-o", folder / "m.npz", "--log", folder / "log", *OPTIONS)
    assert done.returncode == 0, done.stderr
    assert sorted(os.listdir(folder)) == ["log", "m.npz"], "a finished run leaves the model alone"
    return folder


def losses(log):
    return [json.loads(line) | {"seconds": 0} for line in log.read_text("utf-8").splitlines()]


@pytest.mark.posix
def test_the_command_line_interrupts_and_resumes(whole, corpus_file, tmp_path):
    command = ["train", corpus_file, "-o", tmp_path / "m.npz", "--log", tmp_path / "log"]
    stop = f"""
import os, signal, rnn_names.cli.training_run as run
real = run.Progress.show
def epoch(self, record):
    real(self, record)
    for _ in range(2 * (record.epoch == 3)):  # an impatient user loses nothing
        os.kill(os.getpid(), signal.SIGTERM)
run.Progress.show = epoch
{MAIN}"""
    to_its_end = {"call": subprocess.run, "stderr": subprocess.PIPE, "encoding": "utf-8"}
    done = fork(stop, *command, *OPTIONS, prepare=heed_interrupts, **to_its_end)
    assert done.returncode == 130
    last = done.stderr.splitlines()[-1]
    assert last.startswith("Interrupted in epoch ")
    best = Model.load(tmp_path / "m.npz").training["epoch"]
    assert f"m.npz holds the best weights so far (epoch {best})" in last
    assert last.endswith("to continue, give the same command with --resume.")
    meta, _ = read(str(tmp_path / "m.npz.resume"), allowed_types)
    assert 1 <= meta["run"]["state"]["epoch"] < 8
    written = (tmp_path / "log").read_bytes()
    (tmp_path / "log").write_bytes(written[:-9])  # a power cut may leave half of a line
    cut = written.count(b"\n")
    done = fork(MAIN, *command, *OPTIONS, "--resume", **to_its_end)
    assert done.returncode == 0, done.stderr
    assert f"Continuing after epoch {meta['run']['state']['epoch']}.\n" in done.stderr
    assert bytes_of(Model.load(tmp_path / "m.npz")) == bytes_of(Model.load(whole / "m.npz"))
    others = [epoch for epoch in losses(whole / "log") if epoch["epoch"] != cut]
    assert losses(tmp_path / "log") == others
    assert sorted(os.listdir(tmp_path)) == ["log", "m.npz"]


def test_a_refused_command_keeps_the_files(invoke, corpus_file, names, tmp_path):
    resume = ["train", corpus_file, "-o", tmp_path / "m.npz", "--hidden-size", 8, "--resume"]
    assert "no interrupted run" in error_line(invoke(*resume))
    interrupted(tmp_path / "m.npz", corpus_from_strings(names), 1)
    before = (tmp_path / "m.npz.resume").read_bytes()
    for env, options in (({}, ["--seed", 5]), ({"RNN_NAMES_TRAIN_SEED": "5"}, [])):
        message = error_line(invoke(*resume, *options, env=env))
        assert "--seed 4, not 5: give the same; or train without --resume" in message
    assert (tmp_path / "m.npz.resume").read_bytes() == before


# --- A new run with the output of an interrupted one ----------------------------------------------


def test_a_new_run_notes_that_it_replaces_an_interrupted_one(invoke, corpus_file, names, tmp_path):
    interrupted(tmp_path / "m.npz", corpus_from_strings(names), 1)
    done = invoke("train", corpus_file, "-o", tmp_path / "m.npz", *OPTIONS, "--epochs", 1)
    assert "m.npz.resume holds an interrupted run, which --resume continues." in done.stderr
    assert os.listdir(tmp_path) == ["m.npz"]


def test_an_old_state_is_removed_when_a_new_run_has_written_its_model(
    invoke, corpus_file, names, tmp_path, monkeypatch
):
    interrupted(tmp_path / "m.npz", corpus_from_strings(names), 2)
    monkeypatch.setattr(Progress, "show", Mock(side_effect=RnnNamesError("stopped")))
    command = ["train", corpus_file, "-o", tmp_path / "m.npz", *OPTIONS, "-q"]
    assert error_line(invoke(*command)) == "stopped"
    assert os.listdir(tmp_path) == ["m.npz"]


def test_a_new_run_that_cannot_write_keeps_the_old_state(
    invoke, corpus_file, names, tmp_path, monkeypatch
):
    """Nor does one that fails at once."""
    interrupted(tmp_path / "m.npz", corpus_from_strings(names), 2)
    (tmp_path / "log").write_text('{"epoch": 1}\n')
    (tmp_path / "r.html").write_text("<!doctype html>")
    old = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    command = ["train", corpus_file, "-o", tmp_path / "m.npz", *OPTIONS, "--learning-rate", 1e9]
    done = invoke(*command, "--log", tmp_path / "log", "--report", tmp_path / "r.html", "-q")
    assert "the loss diverged in epoch 1" in error_line(done)
    monkeypatch.setattr(Model, "save", Mock(side_effect=ModelFileError("no room")))
    assert error_line(invoke(*command[:-2], "-q")) == "no room"
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == old

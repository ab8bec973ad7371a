"""An interrupted run goes on where it stopped: bit for bit as one that nothing interrupted."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, replace
from functools import partial

import numpy as np
import pytest

from rnn_names import Model, train
from rnn_names.corpus.corpus import corpus_from_strings
from rnn_names.errors import ModelFileError, TrainingError
from rnn_names.model.npz import read
from rnn_names.model.sources import Source
from rnn_names.training.checkpoint import Checkpoint, digest, types_of
from rnn_names.training.settings import Settings
from rnn_names.training.trainer import Trainer
from support import program, runs
from support.networks import bytes_of
from support.program import error_line, heed_interrupts, start

pytestmark = pytest.mark.usefixtures("quick_teacher")

SETTINGS = {"hidden_size": 8, "epochs": 5, "distil_epochs": 2, "synthetic_names": 60}
SETTINGS |= {"batch_size": 64, "learning_rate": 0.01, "seed": 4}
SOURCE = Source("elves", "somebody", "CC0")
OPTIONS = (
    "--hidden-size 8 --epochs 20 --distil-epochs 0 --batch-size 32 --learning-rate 0.01 --seed 4"
).split()


interrupted = partial(runs.interrupted, settings=SETTINGS)


def resumed(output, corpus, settings=SETTINGS, init=None):
    return Checkpoint.resumed(str(output), corpus, Settings(**settings), init).trainer


@pytest.fixture(scope="module")
def corpus(names):
    return corpus_from_strings(names[:150])


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
        (3, {"teacher_networks": 2, "epochs": 6}),
        (2, {"teacher_networks": 3, "held_out": 0.0}),
    ],
)
def test_a_resumed_run_ends_as_one_that_was_never_interrupted(epochs, settings, corpus, tmp_path):
    settings = SETTINGS | settings
    whole = Trainer(corpus, Settings(**settings))
    records = [asdict(record) | {"seconds": 0} for record in whole.epochs()]
    left = interrupted(tmp_path / "m.npz", corpus, epochs, settings=settings)
    trainer = resumed(tmp_path / "m.npz", corpus, settings)
    assert trainer.epoch == epochs
    assert bytes_of(trainer.model) == bytes_of(left.model)
    rest = [asdict(record) | {"seconds": 0} for record in trainer.epochs()]
    assert rest == records[epochs:]
    assert bytes_of(trainer.model) == bytes_of(whole.model)
    assert trainer.model.training == whole.model.training
    newest = [each._flat.tobytes() for each in (trainer, whole)]
    assert newest[0] == newest[1], "not only the best"


@pytest.mark.parametrize("changes", [{}, {"fingerprints": None, "sources": (SOURCE,)}])
def test_a_run_that_started_from_a_model_needs_it_no_longer(changes, corpus, tmp_path):
    init = str(tmp_path / "start.npz")
    start = train(["Zoé", "Ana", "R2"], hidden_size=8, epochs=0, init="none")
    replace(start, **changes).save(init)
    whole = Trainer(corpus, Settings(**SETTINGS), Model.load(init))
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


def test_nothing_to_resume(corpus, tmp_path):
    assert "no interrupted run" in refusal(str(tmp_path / "m.npz"), corpus)


def test_other_names_another_count_or_another_setting(run, corpus, names):
    assert "other names" in refusal(run, corpus_from_strings(names[:149]))
    assert "other names" in refusal(run, corpus_from_strings([*names[:150], names[3]]))
    assert "had batch_size 64, not 32: give it the same" in refusal(run, corpus, batch_size=32)
    assert "had hidden_size 8, not 9" in refusal(run, corpus, hidden_size=9)
    by_default = refusal(run, corpus, hidden_size=None, seed=0)
    assert "had hidden_size 8, not 128, and seed 4, not 0" in by_default
    assert "had init None, not x.npz" in refusal(run, corpus, init="x.npz")


def test_settings_are_compared_as_resolved(corpus, tmp_path):
    output = str(tmp_path / "m.npz")
    asked = {**SETTINGS, "epochs": 3, "distil_epochs": 5}
    trainer = interrupted(output, corpus, 1, settings=asked)
    assert trainer.settings.distil_epochs == 2, "a teacher needs a first stage"
    for distil_epochs in (5, 2):
        settings = Settings(**{**asked, "distil_epochs": distil_epochs})
        checkpoint = Checkpoint.resumed(output, corpus, settings, None)
        assert checkpoint.trainer.settings == trainer.settings
        checkpoint.keep()
        checkpoint.write()
    assert "had distil_epochs 2, not 1" in refusal(output, corpus, epochs=3, distil_epochs=1)


def rewrite(output, change):
    """Changes the state of a run: its JSON part as `meta`, its arrays by name."""
    with np.load(output + ".resume") as file:
        arrays = dict(file)
    meta = json.loads(str(arrays["meta"]))
    change(meta, arrays)
    with open(output + ".resume", "wb") as file:
        np.savez(file, **{**arrays, "meta": np.array(json.dumps(meta))})


def of_run(**settings):
    """A change of the settings of a run."""
    return lambda meta, arrays: meta["run"]["settings"].update(settings)


def of_state(**state):
    """A change of the state of a run."""
    return lambda meta, arrays: meta["run"]["state"].update(state)


BAD_STATES = {
    "a plain model": lambda meta, arrays: [
        meta.pop("run"),
        *(arrays.pop(n) for n in list(arrays) if n.startswith("state_")),
    ],
    "another program": lambda meta, arrays: meta.update(program="rnn-names 99\n"),
    "a setting more": of_run(new=1),
    "a setting less": lambda meta, arrays: meta["run"]["settings"].pop("seed"),
    "a loss that is a text": lambda meta, arrays: meta["training"].update(held_out_loss="x"),
    "no epoch": lambda meta, arrays: meta["run"]["state"].pop("epoch"),
    "weights short": lambda meta, arrays: arrays.update(state_trained=arrays["state_trained"][:-1]),
    "no momentum": lambda meta, arrays: arrays.pop("state_optimizer_m"),
    "NaN": lambda meta, arrays: arrays["state_trained"].fill(np.nan),
    "an unknown array": lambda meta, arrays: arrays.update(more=np.zeros(3, np.float32)),
    "another vocabulary": lambda meta, arrays: meta.update(
        vocabulary=meta["vocabulary"][:-1] + "\u2603"
    ),
}


@pytest.mark.parametrize("case", BAD_STATES)
def test_a_state_that_does_not_fit_is_one_line(case, run, corpus):
    rewrite(run, BAD_STATES[case])
    refusal(run, corpus, (TrainingError, ModelFileError))


def test_a_state_rewritten_as_it_was_is_accepted(run, corpus):
    rewrite(run, lambda meta, arrays: None)
    assert resumed(run, corpus).epoch == 1


@pytest.mark.parametrize("share", [0, 0.4, 0.99])
def test_a_damaged_state_is_one_line(share, run, corpus):
    with open(run + ".resume", "r+b") as file:
        file.truncate(int(os.path.getsize(run + ".resume") * share))
    refusal(run, corpus, ModelFileError)


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
def test_interrupt_and_resume_by_the_command_line(whole, corpus_file, tmp_path):
    command = ["train", corpus_file, "-o", tmp_path / "m.npz", "--log", tmp_path / "log"]
    with start(*command, *OPTIONS, stderr=subprocess.PIPE, encoding="utf-8") as process:
        while "epoch   1:" not in process.stderr.readline():
            pass
        for _ in range(2):
            process.send_signal(signal.SIGTERM)  # an impatient user loses nothing
        last = process.communicate(timeout=60)[1].splitlines()[-1]
    assert process.returncode == 130
    assert last.startswith("Interrupted in epoch ")
    best = Model.load(tmp_path / "m.npz").training["epoch"]
    assert f"m.npz holds the best weights so far (epoch {best})" in last
    assert last.endswith("to continue, give the same command with --resume.")
    meta, _ = read(str(tmp_path / "m.npz.resume"), types_of)
    assert 1 <= meta["run"]["state"]["epoch"] < 20
    done = program.run(*command, *OPTIONS, "--resume")  # of its own, as the interrupted one was
    assert done.returncode == 0, done.stderr
    assert f"Going on after epoch {meta['run']['state']['epoch']}.\n" in done.stderr
    assert bytes_of(Model.load(tmp_path / "m.npz")) == bytes_of(Model.load(whole / "m.npz"))
    assert losses(tmp_path / "log") == losses(whole / "log")
    assert sorted(os.listdir(tmp_path)) == ["log", "m.npz"]


def test_refusals_of_the_command_leave_the_files(invoke, corpus_file, names, tmp_path):
    resume = ["train", corpus_file, "-o", tmp_path / "m.npz", "--hidden-size", 8, "--resume"]
    assert "no interrupted run" in error_line(invoke(*resume))
    interrupted(tmp_path / "m.npz", corpus_from_strings(names), 1)
    before = (tmp_path / "m.npz.resume").read_bytes()
    for env, options in (({}, ["--seed", 5]), ({"RNN_NAMES_TRAIN_SEED": "5"}, [])):
        message = error_line(invoke(*resume, *options, env=env))
        assert "--seed 4, not 5: give it the same; or train without --resume" in message
    assert (tmp_path / "m.npz.resume").read_bytes() == before


# --- A new run with the output of an interrupted one ----------------------------------------------


def test_a_fresh_run_says_that_it_replaces_an_interrupted_one(invoke, corpus_file, names, tmp_path):
    interrupted(tmp_path / "m.npz", corpus_from_strings(names), 1)
    done = invoke("train", corpus_file, "-o", tmp_path / "m.npz", *OPTIONS, "--epochs", 1)
    assert "m.npz.resume holds an interrupted run, which --resume goes on with." in done.stderr
    assert os.listdir(tmp_path) == ["m.npz"]


def train_until(where, corpus_file, tmp_path, number):
    """Starts a run, sends it a signal in or after its first epoch, and waits for its end."""
    at = {
        "in": "rnn_names.network.rnn.loss_and_gradients",
        "after": "rnn_names.cli.training_run.Progress.epoch",
    }[where]
    program = f"""
import os, time, rnn_names.cli.training_run, rnn_names.training.trainer, rnn_names.cli.main as cli
{at} = lambda *_: os.write(2, b"here\\n") and time.sleep(100)
cli.main()"""
    command = ["train", corpus_file, "-o", tmp_path / "m.npz", *OPTIONS, "-q"]
    line = [sys.executable, "-c", program, *map(str, command)]
    process = subprocess.Popen(line, stderr=subprocess.PIPE, preexec_fn=heed_interrupts)
    assert process.stderr.readline() == b"here\n"
    process.send_signal(number)
    process.communicate(timeout=60)


@pytest.mark.posix
@pytest.mark.parametrize(
    "where, name", [("in", "SIGTERM"), ("in", "SIGKILL"), ("after", "SIGKILL")]
)
def test_an_older_state_stays_until_a_new_run_writes_its_model(
    where, name, corpus_file, names, tmp_path
):
    settings = {**SETTINGS, "epochs": 9}
    interrupted(tmp_path / "m.npz", corpus_from_strings(names), 2, settings=settings)
    old = (tmp_path / "m.npz.resume").read_bytes()
    train_until(where, corpus_file, tmp_path, getattr(signal, name))
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    if where == "after":
        assert "m.npz" in files and files.get("m.npz.resume") != old
    else:
        assert files == {"m.npz.resume": old}, "as if there had been no new run"
        command = ["train", corpus_file, "-o", tmp_path / "m.npz", *OPTIONS, "--resume"]
        assert "that run had --epochs 9, not 20" in error_line(program.run(*command))


@pytest.mark.posix
def test_a_new_run_that_cannot_write_leaves_the_older_one(cli, corpus_file, names, tmp_path):
    import resource

    interrupted(tmp_path / "m.npz", corpus_from_strings(names), 2)
    old = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    full = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (500, 500))
    command = ["train", corpus_file, "-o", tmp_path / "m.npz", *OPTIONS, "-q"]
    done = cli(*command, preexec_fn=full, measured=False)
    assert error_line(done).endswith("m.npz: cannot be written: File too large")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == old


def test_a_new_run_that_fails_at_once_leaves_the_older_one(invoke, corpus_file, names, tmp_path):
    interrupted(tmp_path / "m.npz", corpus_from_strings(names), 2)
    (tmp_path / "log").write_text("of the older run\n")
    (tmp_path / "r.html").write_text("its report")
    old = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    command = ["train", corpus_file, "-o", tmp_path / "m.npz", *OPTIONS, "--learning-rate", 1e9]
    done = invoke(*command, "--log", tmp_path / "log", "--report", tmp_path / "r.html", "-q")
    assert "the loss grew beyond all bounds in epoch 1" in error_line(done)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == old

"""Minibatches in two parts: the same weights whether one process computes them or two."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from rnn_names.corpus.corpus import corpus_from_strings
from rnn_names.training import parts, trainer
from rnn_names.training.settings import Settings
from rnn_names.training.trainer import Trainer

SETTINGS = {
    "hidden_size": 48,
    "batch_size": 110,
    "epochs": 6,
    "distil_epochs": 2,
    "synthetic_names": 2000,
    "held_out": 0.0,
}


@pytest.fixture(autouse=True)
def runs_worth_a_second_process(monkeypatch):
    monkeypatch.setattr(trainer, "MIN_WORK_FOR_A_PROCESS", 0)
    monkeypatch.setattr(parts, "usable_cores", lambda: 2)


@pytest.fixture
def used(monkeypatch):
    """The parts of all runs; an epoch begins when the second process is there, if there is one."""
    seen = []

    class Patient(parts.Parts):
        def start_process(self):
            super().start_process()
            seen.append(self)

        def begin_epoch(self, minibatches, seed):
            super().begin_epoch(minibatches, seed)
            deadline = time.monotonic() + 60
            while self._process is not None and not self._process.is_there():
                assert time.monotonic() < deadline, "the second process never came"
                time.sleep(0.005)

    monkeypatch.setattr(trainer, "Parts", Patient)
    return seen


def trained(names, progress=lambda *_: None, **settings):
    """The weights after a run on 221 names: two minibatches of 110, and one of a single name."""
    run = Trainer(corpus_from_strings(names[:221]), Settings(**{**SETTINGS, **settings}))
    records = list(run.epochs(progress))
    return run.model.params, [record.training_loss for record in records]


def assert_same(first, second):
    assert first[1] == second[1]
    assert all(np.array_equal(first[0][name], second[0][name]) for name in first[0])


@pytest.fixture
def alone(names, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(parts, "usable_cores", lambda: 1)
        return trained(names)


def test_two_processes_end_with_the_weights_of_one(names, used, alone):
    assert_same(trained(names), alone)
    # Two parts in every minibatch but those of a single name.
    assert used[-1].steps_elsewhere == 4 * 2 + 2 * 9
    assert used[-1]._process is None


@pytest.mark.parametrize("step", [0, 1, 5, 20])
def test_a_second_process_that_is_killed_changes_nothing(step, names, used, alone):
    steps = []

    def progress(*_):
        if len(steps) == step:
            used[-1]._process._process.kill()
            used[-1]._process._process.wait()
        steps.append(1)

    assert_same(trained(names, progress), alone)
    assert used[-1]._process is None, "nobody noticed"
    assert used[-1].steps_elsewhere <= step + 1 < len(steps)


def test_a_second_process_that_comes_late_changes_nothing(names, monkeypatch, used, alone):
    """It takes over in the middle of an epoch."""
    there, asked = parts.SecondProcess.is_there, []

    def late(self):
        here = there(self)
        asked.append(here)
        return here and (sum(asked) < 2 or sum(asked) > 8)  # to `Patient`, and from step 7 on

    monkeypatch.setattr(parts.SecondProcess, "is_there", late)
    assert_same(trained(names), alone)
    assert used[-1].steps_elsewhere > 0


def test_a_second_process_that_cannot_be_started_changes_nothing(names, monkeypatch, alone):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert_same(trained(names), alone)


def test_a_short_run_starts_no_second_process(names, monkeypatch, used):
    monkeypatch.setattr(trainer, "MIN_WORK_FOR_A_PROCESS", 2e10)
    trained(names)
    assert used == []


def test_an_interrupt_ends_the_second_process(names, used):
    """From Python, where an interrupt is an exception."""
    pids = []

    def progress(*_):
        pids.append(used[-1]._process._process.pid)
        if len(pids) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained(names, progress)
    assert used[-1]._process is None
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


def test_the_command_leaves_no_process_behind(tmp_path, names):
    """However it is ended."""
    list_file = tmp_path / "names.txt"
    list_file.write_text("\n".join(names), encoding="utf-8")
    code = (
        "from rnn_names.training import parts, trainer\n"
        "trainer.MIN_WORK_FOR_A_PROCESS, parts.usable_cores = 0, lambda: 2\n"
        "start = parts.Parts.start_process\n"
        "def start_and_tell(self):\n"
        "    start(self)\n"
        "    print(self._process._process.pid, flush=True)\n"
        "parts.Parts.start_process = start_and_tell\n"
        "from rnn_names.cli.main import main\n"
        "main()\n"
    )
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        command = [sys.executable, "-c", code, "train", list_file, "-q", "--epochs", "5000"]
        command += ["--batch-size", "128", "--hidden-size", "64", "-o", tmp_path / "m.npz"]
        first = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )
        with first:
            pid = int(first.stdout.readline())
            first.send_signal(number)
        deadline = time.monotonic() + 60
        while is_running(pid):
            assert time.monotonic() < deadline, "the second process outlived the first"
            time.sleep(0.01)


def is_running(pid):
    """Whether there is such a process, other than one that has ended and nobody asked after."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return bool(state.stdout.strip()) and not state.stdout.startswith("Z")

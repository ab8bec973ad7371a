"""Minibatches in two parts: the same weights whether one process computes them or two."""

import os
import pickle
import signal
import subprocess
import sys

import numpy as np
import pytest

from rnn_names.corpus.corpus import corpus_from_strings
from rnn_names.processes import second_process
from rnn_names.training import distillation, parts, trainer
from rnn_names.training.settings import Settings
from rnn_names.training.trainer import Trainer
from support.processes import is_running, wait_until
from support.program import heed_interrupts, measure_no_children, unmeasured

pytestmark = pytest.mark.posix

SETTINGS = {
    "hidden_size": 48,
    "batch_size": 110,
    "epochs": 6,
    "distil_epochs": 2,
    "synthetic_names": 2000,
    "held_out": 0.0,
}
IN_TWO_PARTS = 4 * 2 + 2 * 9
"""Minibatches of such a run on 221 names: each epoch of its first phase ends with a single name."""


@pytest.fixture(autouse=True)
def runs_worth_a_second_process(monkeypatch):
    monkeypatch.setattr(parts, "MIN_WORK_FOR_A_PROCESS", 0)
    monkeypatch.setattr(parts, "usable_cores", lambda: 2)
    measure_no_children(monkeypatch)


@pytest.fixture
def runs(monkeypatch):
    """The parts of all runs; an epoch begins when the second process is there, if there is one."""
    seen = []

    class Patient(parts.Parts):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            seen.append(self)

        def begin_epoch(self, minibatches, seed):
            super().begin_epoch(minibatches, seed)
            if self._process is not None:
                wait_until(self._process.is_there)

    monkeypatch.setattr(trainer, "Parts", Patient)
    return seen


def trained(names, progress=lambda *_: None, **settings):
    """The weights after a run, and the loss of each epoch."""
    run = Trainer(corpus_from_strings(names[:221]), Settings(**{**SETTINGS, **settings}))
    records = list(run.epochs(progress))
    return run.model.params, [record.training_loss for record in records]


def assert_same(first, second):
    assert first[1] == second[1]
    assert all(np.array_equal(first[0][name], second[0][name]) for name in first[0])


@pytest.fixture
def alone(names, monkeypatch, runs):
    monkeypatch.setattr(distillation, "names_per_batch", lambda n_y: 100)  # many, to share out
    with monkeypatch.context() as patch:
        patch.setattr(parts, "usable_cores", lambda: 1)
        result = trained(names)
    assert runs[-1].steps_elsewhere == 0
    return result


def test_two_processes_end_with_the_weights_of_one(names, runs, alone):
    assert_same(trained(names), alone)
    assert runs[-1].steps_elsewhere == IN_TWO_PARTS


@pytest.mark.parametrize("step", [0, 1, 5, 20])
def test_a_second_process_that_is_killed_changes_nothing(step, names, runs, alone):
    steps = []

    def progress(*_):
        if len(steps) == step:
            runs[-1]._process._process.kill()
            runs[-1]._process._process.wait()
        steps.append(1)

    assert_same(trained(names, progress), alone)
    assert runs[-1].steps_elsewhere <= step + 1 < len(steps)


def test_a_second_process_that_dies_at_work_changes_nothing(names, monkeypatch, runs, alone):
    tell = parts.SecondProcess.tell

    def tell_and_kill(self, method, *arguments):
        at_work = method == "put_gradient" and arguments[0] == 1
        if at_work:
            os.kill(self._process.pid, signal.SIGSTOP)  # it takes the call, and never answers
        tell(self, method, *arguments)
        if at_work:
            self._process.kill()
            self._process.wait()

    monkeypatch.setattr(parts.SecondProcess, "tell", tell_and_kill)
    assert_same(trained(names), alone)
    assert runs[-1].steps_elsewhere == 1


def test_a_second_process_that_dies_while_it_makes_targets_changes_nothing(
    names, monkeypatch, runs, alone
):
    tell, answer, told = parts.SecondProcess.tell, parts.SecondProcess.answer, []

    def kill_and_answer(self):
        if not callable(told[-1]):
            return answer(self)
        self._process.kill()
        raise EOFError

    monkeypatch.setattr(
        parts.SecondProcess, "tell", lambda self, *what: (told.append(what[0]), tell(self, *what))
    )
    monkeypatch.setattr(parts.SecondProcess, "answer", kill_and_answer)
    assert_same(trained(names), alone)
    assert len([what for what in told if callable(what)]) == 1
    assert runs[-1].steps_elsewhere == 4 * 2, "those of the first phase"


def test_a_second_process_that_comes_late_changes_nothing(names, monkeypatch, runs, alone):
    """It takes over in the middle of each epoch."""
    tell = parts.Parts._tell

    def late(self, what, *arguments):
        return arguments[:1] != (0,) and tell(self, what, *arguments)

    monkeypatch.setattr(parts.Parts, "_tell", late)
    assert_same(trained(names), alone)
    assert runs[-1].steps_elsewhere == 4 * 1 + 2 * 8


def test_a_second_process_that_computes_other_numbers_is_not_used(names, monkeypatch, runs, alone):
    """The files of the program may have changed since it was started."""
    answer = parts.SecondProcess.answer

    def other(self):
        loss, characters = answer(self)
        return loss * 1.0001, characters

    monkeypatch.setattr(parts.SecondProcess, "answer", other)
    assert_same(trained(names), alone)
    assert runs[-1].steps_elsewhere == 1


def test_what_cannot_be_sent_changes_nothing(names, monkeypatch, runs, alone):
    def refuse(*_):
        raise pickle.PicklingError

    monkeypatch.setattr(second_process.pickle, "dumps", refuse)
    assert_same(trained(names), alone)
    assert runs[-1].steps_elsewhere == 0


def no_python(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")


def no_room(monkeypatch):
    monkeypatch.setattr(second_process.os, "write", lambda fd, data: 0)


@pytest.mark.parametrize("lack", [no_python, no_room])
def test_a_second_process_that_cannot_be_started_changes_nothing(
    lack, names, monkeypatch, runs, alone
):
    with monkeypatch.context() as patch:
        lack(patch)
        assert_same(trained(names), alone)
    assert runs[-1].steps_elsewhere == 0


def test_a_run_that_goes_on_starts_a_second_process_again(names, runs, alone):
    """After a loop that was left, and another."""
    run = Trainer(corpus_from_strings(names[:221]), Settings(**SETTINGS))
    losses = []
    for epochs in (1, 4, 9):
        for record in run.epochs():
            losses.append(record.training_loss)
            if record.epoch == epochs:
                break
    assert_same((run.model.params, losses), alone)
    assert [each.steps_elsewhere for each in runs[-3:]] == [2, 2 + 2 + 2, 9 + 9]


@pytest.mark.parametrize(
    ("least", "settings"), [(2e10, {}), (0, {"batch_size": 100, "distil_epochs": 0})]
)
def test_no_second_process_for_a_short_run_or_minibatches_of_one_part(
    least, settings, names, monkeypatch, runs
):
    monkeypatch.setattr(parts, "MIN_WORK_FOR_A_PROCESS", least)
    trained(names, **settings)
    assert [each._was_started for each in runs] == [False]


def test_small_minibatches_stay_in_one_part():
    assert [parts.parts_for(size, 3 * 128) for size in (1, 39, 40, 400)] == [1, 1, 2, 2]


def test_two_loops_over_one_run_take_turns(names, runs, alone):
    """What is trained moves to the memory of the loop that goes on."""
    run = Trainer(corpus_from_strings(names[:221]), Settings(**SETTINGS))
    losses, first, second = [], run.epochs(), run.epochs()
    for loop in (first, second, first, second, first, second):
        losses.append(next(loop).training_loss)
    first.close()
    assert_same((run.model.params, losses), alone)
    second.close()
    assert_same((run.model.params, losses), alone)


@pytest.mark.parametrize("how", ["left", "interrupted"])
def test_the_second_process_ends_with_the_loop(how, names, runs):
    run = Trainer(corpus_from_strings(names[:221]), Settings(**SETTINGS))
    pids = []

    def progress(*_):
        pids.append(runs[-1]._process._process.pid)
        if how == "interrupted" and len(pids) == 3:
            raise KeyboardInterrupt

    epochs = run.epochs(progress)
    if how == "left":
        next(epochs)
        epochs.close()
    else:
        with pytest.raises(KeyboardInterrupt):
            list(epochs)
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


def test_a_fork_of_the_program_has_weights_of_its_own(names):
    """A program may make a trainer and then start others by a fork."""
    run = Trainer(corpus_from_strings(names[:221]), Settings(**SETTINGS))
    next(run.epochs())
    before = run._flat.copy()
    pid = os.fork()
    if not pid:
        run._flat[:] = 7
        os._exit(0)
    os.waitpid(pid, 0)
    assert np.array_equal(run._flat, before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_command_leaves_no_process_behind(number, tmp_path, names):
    list_file = tmp_path / "names.txt"
    list_file.write_text("\n".join(names), encoding="utf-8")
    code = (
        "from rnn_names.training import parts\n"
        "parts.MIN_WORK_FOR_A_PROCESS, parts.usable_cores = 0, lambda: 2\n"
        "gradient = parts.Parts.gradient\n"
        "def gradient_and_tell(self, *arguments):\n"
        "    if self.steps_elsewhere == 3:\n"
        "        print(self._process._process.pid, flush=True)\n"
        "    return gradient(self, *arguments)\n"
        "parts.Parts.gradient = gradient_and_tell\n"
        "from rnn_names.cli.main import main\n"
        "main()\n"
    )
    command = [sys.executable, "-c", code, "train", list_file, "-q", "--epochs", "2000"]
    command += ["--batch-size", "128", "--hidden-size", "64", "-o", tmp_path / "m.npz"]
    first = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=unmeasured(),
        preexec_fn=heed_interrupts,
    )
    with first:
        pid = int(first.stdout.readline())
        first.send_signal(number)
        first.wait(timeout=60)
    wait_until(lambda: not is_running(pid))

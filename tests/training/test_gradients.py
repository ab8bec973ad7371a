"""Minibatches in two parts: the same weights whether one process computes them or two.

Whatever else becomes of the helper process is in `processes/test_helper.py`.
"""

import os

import numpy as np
import pytest

from rnn_names.corpus.corpus import corpus_from_strings
from rnn_names.training import distillation, gradients, trainer
from rnn_names.training.settings import Settings
from rnn_names.training.setup import TrainingSetup
from rnn_names.training.trainer import Trainer
from support.processes import patient_helpers

pytestmark = pytest.mark.posix

SETTINGS = {
    "hidden_size": 48,
    "batch_size": 110,
    "epochs": 6,
    "distil_epochs": 2,
    "synthetic_names": 1500,
    "held_out": 0.0,
}
OF_DISTILLATION = 6  # minibatches of an epoch
IN_TWO_PARTS = 4 * 2 + 2 * OF_DISTILLATION
"""Minibatches of such a run on 221 names: each epoch of its first stage ends with a single name."""


@pytest.fixture
def names():
    """Short ones, which a network that has learned little ends soon."""
    return [a + b + c for a in "bdfghkl" for b in "aeiou" for c in ("", *"mnrstz")][:221]


@pytest.fixture(autouse=True)
def runs_worth_a_helper(monkeypatch, quick_teacher):
    monkeypatch.setattr(gradients, "MIN_WORK_FOR_HELPER", 0)
    monkeypatch.setattr(gradients, "usable_cores", lambda: 2)


@pytest.fixture
def helpers(monkeypatch):
    return patient_helpers(monkeypatch, trainer)


def trained(names, progress=lambda *_: None, **settings):
    """The weights after a run, and the loss of each epoch."""
    run = Trainer(TrainingSetup(corpus_from_strings(names), Settings(**{**SETTINGS, **settings})))
    records = list(run.epochs(progress))
    return run.model.params, [record.training_loss for record in records]


def assert_same(first, second):
    assert first[1] == second[1]
    assert all(np.array_equal(first[0][name], second[0][name]) for name in first[0])


@pytest.fixture
def alone(names, monkeypatch, helpers):
    monkeypatch.setattr(distillation.rnn, "rows_per_batch", lambda n_y: 100)  # many, to share out
    with monkeypatch.context() as patch:
        patch.setattr(gradients, "usable_cores", lambda: 1)
        result = trained(names)
    assert helpers[-1].calls_made_there == 0
    return result


def test_two_processes_give_the_weights_of_one(names, helpers, alone):
    assert_same(trained(names), alone)
    assert helpers[-1].calls_made_there == IN_TWO_PARTS + 2, (
        "and half of the synthetic names and soft targets"
    )


def test_a_late_helper_changes_nothing(names, monkeypatch, helpers, alone):
    """It takes over in the middle of each epoch."""
    begin = trainer.Helper.begin

    def late(self, function, *arguments):
        if function is gradients.GradientWorker.compute and arguments[-1][-1] == 0:
            return lambda: function(self.here, *arguments)
        return begin(self, function, *arguments)

    monkeypatch.setattr(trainer.Helper, "begin", late)
    assert_same(trained(names), alone)
    assert helpers[-1].calls_made_there == 4 * 1 + 2 + 2 * (OF_DISTILLATION - 1)


def test_a_resumed_run_uses_the_helper_again(names, helpers, alone):
    """After a loop that was left, and another."""
    run = Trainer(TrainingSetup(corpus_from_strings(names), Settings(**SETTINGS)))
    losses = []
    for epochs in (1, 4, 9):
        for record in run.epochs():
            losses.append(record.training_loss)
            if record.epoch == epochs:
                break
    assert_same((run.model.params, losses), alone)
    assert [each.calls_made_there for each in helpers[-3:]] == [2, 2 + 2 + 2, 2 * OF_DISTILLATION]


def test_networks_in_one_part_share_the_distillation_set(names, monkeypatch, helpers):
    monkeypatch.setattr(distillation.rnn, "rows_per_batch", lambda n_y: 100)  # many, to share out
    with monkeypatch.context() as patch:
        patch.setattr(gradients, "usable_cores", lambda: 1)
        in_one_process = trained(names, batch_size=100)
    assert_same(trained(names, batch_size=100), in_one_process)
    assert helpers[-1].calls_made_there == 2 + 2 * OF_DISTILLATION


def test_a_process_with_other_rounding_is_not_used(names, monkeypatch, helpers):
    """Even where the loss is the same."""
    gradients_here = gradients.gradients_with_dropout

    def rounded(*given):
        loss, found = gradients_here(*given)
        return loss, found | {"by": np.nextafter(found["by"], 1)}

    monkeypatch.setattr(gradients, "gradients_with_dropout", rounded)
    trained(names, epochs=1, distil_epochs=0)
    assert helpers[-1].calls_made_there == 0


@pytest.mark.parametrize(
    ("least", "settings"), [(2e10, {}), (0, {"batch_size": 100, "distil_epochs": 0})]
)
def test_short_runs_and_small_minibatches_have_no_helper(
    least, settings, names, monkeypatch, helpers
):
    monkeypatch.setattr(gradients, "MIN_WORK_FOR_HELPER", least)
    trained(names, **settings)
    assert [each.calls_made_there for each in helpers] == [0]


def test_small_minibatches_stay_in_one_part():
    assert [gradients.parts_for(size, 3 * 128) for size in (1, 39, 40, 400)] == [1, 1, 2, 2]


@pytest.mark.parametrize("how", ["left", "interrupted"])
def test_the_helper_ends_with_the_loop(how, names, helpers):
    run = Trainer(TrainingSetup(corpus_from_strings(names), Settings(**SETTINGS)))
    pids = []

    def progress(*_):
        pids.append(helpers[-1]._process.pid)
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

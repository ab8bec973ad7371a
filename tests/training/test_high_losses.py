"""A loss far above that of a uniform guess ends a phase; it is no divergence."""

import math
import re

import numpy as np
import pytest

from rnn_names import Settings, train
from rnn_names.corpus.corpus import corpus_from_strings
from rnn_names.errors import TrainingError
from rnn_names.training.trainer import LOST, Trainer

OF_FIVE = ["d", "a", "t", ".", "x"]
QUICK = {"hidden_size": 8, "epochs": 9, "distil_epochs": 3, "batch_size": 16}


def test_a_list_of_five_names_trains_at_the_defaults(invoke, tmp_path):
    """The held-out name is one of five letters, and the network soon sure that it is not."""
    done = invoke("train", "-", cwd=tmp_path, input="\n".join(OF_FIVE) + "\n")
    assert done.returncode == 0, done.stderr
    assert invoke("sample", "-n", 5, cwd=tmp_path).returncode == 0
    done = invoke("train", "-", "--hidden-size", 192, cwd=tmp_path, input="\n".join(OF_FIVE) + "\n")
    assert done.returncode == 0, done.stderr
    assert re.search("Network [123] ends in epoch", done.stderr)
    assert "its loss passed four times that of a uniform guess" in done.stderr
    assert invoke("sample", "-n", 5, cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("seed", range(12))
def test_small_random_lists_train(seed):
    rng = np.random.default_rng(seed)
    names = {"".join(rng.choice(list("abcdef."), rng.integers(1, 6))) for _ in range(2 + seed % 6)}
    model = train({*names, "a", "zz"}, hidden_size=32, epochs=40, distil_epochs=4, seed=seed)
    uniform = math.log(len(model.vocabulary))
    assert model.training["held_out_loss"] < LOST * uniform


def run(held_out, spoil):
    """The epochs of a run whose weights are spoiled after the second, and the run."""
    names = corpus_from_strings([a + b + c for a in "abc" for b in "def" for c in "ghi"])
    trainer, epochs = Trainer(names, Settings(**QUICK, held_out=held_out)), []
    for epoch in trainer.epochs():
        epochs.append(epoch)
        if epoch.epoch == 2:
            trainer._flat *= spoil
    return epochs, trainer


@pytest.mark.parametrize("held_out", [0.1, 0])
def test_a_lost_phase_ends_with_the_best_weights_so_far(held_out):
    epochs, trainer = run(held_out, spoil=300)
    lost = epochs[2]
    assert max(lost.training_loss, lost.held_out_loss or 0) > LOST * math.log(10)
    assert not lost.is_best
    assert [epoch.phase for epoch in epochs] == [1, 1, 1, 2, 2, 2], "the next phase begins at once"
    assert trainer.best_epoch != 3
    assert trainer.model.training["training_loss"] < LOST * math.log(10)


def test_a_resumed_run_knows_that_its_phase_is_over():
    names = corpus_from_strings([a + b + c for a in "abc" for b in "def" for c in "ghi"])
    runs = [Trainer(names, Settings(**QUICK)) for _ in range(2)]
    for epoch in runs[0].epochs():
        if epoch.epoch == 2:
            runs[0]._flat *= 300
        if epoch.epoch == 3:
            break
    assert runs[0].is_lost
    runs[1].restore(runs[0].state(), runs[0].model)
    assert next(iter(runs[1].epochs())).phase == 2


def test_a_run_without_a_good_epoch_has_diverged():
    names = corpus_from_strings([a + b + c for a in "abc" for b in "def" for c in "ghi"])
    with pytest.raises(TrainingError, match="beyond all bounds in epoch 1: train again with"):
        list(Trainer(names, Settings(**QUICK, learning_rate=1e6)).epochs())

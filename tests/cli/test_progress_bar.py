"""The bar of `train`: the epoch's number, and an estimate that does not jump."""

import io
import re
import sys
from types import SimpleNamespace

import pytest

from rnn_names.cli import interrupts
from rnn_names.cli.training_run import Progress
from rnn_names.corpus.corpus import corpus_from_file
from rnn_names.training import trainer
from support.runs import interrupted


class Screen(io.StringIO):
    def isatty(self):
        return True


class RunOfTwoStages:
    """What a bar asks of a trainer: 20 epochs of 1,000 characters and 2 of 10,000."""

    settings = SimpleNamespace(epochs=22)
    model = SimpleNamespace(training={"held_out_loss": None})

    def __init__(self):
        self.position = SimpleNamespace(characters=0)

    @property
    def epoch(self):
        return min(self.position.characters // 1000, 18 + self.position.characters // 10_000)

    @property
    def characters_left(self):
        return 40_000 - (self.epoch * 1000 if self.epoch < 20 else (self.epoch - 18) * 10_000)


@pytest.fixture
def progress(monkeypatch):
    screen = Screen()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setattr(interrupts, "wait_if_ending", lambda: None)
    progress = Progress(RunOfTwoStages(), quiet=False)
    progress.clock = 0.0
    progress.bar._time = lambda: progress.clock
    monkeypatch.setattr("time.time", lambda: progress.clock)
    progress.bar.start_t = progress.bar.last_print_t = 0.0
    yield progress
    progress.close()


def go_through(progress, seconds_of):
    """Trains for 200 minibatches of 200 characters.

    Returns:
        what the bar says after each of how long the whole training takes at most, in seconds.
    """
    told = []
    for batch in range(200):
        progress.clock += seconds_of(batch)
        progress.trainer.position.characters += 200
        progress.batch(200, 1.5)
        minutes, seconds = re.search(r"at most (\d+):(\d+) left", str(progress.bar)).groups()
        told.append(progress.clock + 60 * int(minutes) + int(seconds))
    return told


def test_the_estimate_is_steady_over_both_stages(progress):
    """Minibatches take now 0.01 and now 0.19 seconds, and in the end 20 seconds are right."""
    told = go_through(progress, lambda batch: 0.19 if batch % 10 < 5 else 0.01)
    assert all(18 < in_all < 24 for in_all in told[50:])


@pytest.mark.parametrize("each", [0.25, 4.0])
def test_the_estimate_follows_distillation(each, progress):
    """Its minibatches may be faster or slower than before, and making the set takes a while."""
    told = go_through(progress, lambda n: 5.0 if n == 100 else 1.0 if n < 100 else each)
    assert told[-1] == progress.clock
    assert all(abs(in_all - progress.clock) < 20 * each for in_all in told[160:])


def test_the_bar_moves_at_the_same_rate_until_the_end(progress, monkeypatch):
    """After one long wait, tqdm by itself waits for as many characters each time."""
    shown = []
    monkeypatch.setattr(progress.bar, "refresh", lambda *_, **__: shown.append(progress.bar.n))
    go_through(progress, lambda batch: 0.001 if batch < 100 else 1.0)
    assert shown[-99:] == list(range(20_400, 40_001, 200))


def test_the_bar_shows_the_epoch_and_the_most_time_left(progress):
    progress.clock, progress.trainer.position.characters = 2.0, 2500
    progress.batch(2500, 1.5)
    shown = str(progress.bar)
    assert re.match(r"epoch 3/22 +6% .* 00:02, at most 00:30 left, loss 1\.500$", shown), shown


@pytest.mark.usefixtures("quick_teacher")
@pytest.mark.parametrize("done_before", [0, 1, 2])
def test_distillation_is_announced_before_it_is_prepared(
    done_before, invoke, corpus_file, tmp_path, monkeypatch
):
    """Also in a run that goes on from there, or from within that stage."""
    settings = {"hidden_size": 4, "epochs": 3, "distil_epochs": 2}
    if done_before:
        interrupted(tmp_path / "m.npz", corpus_from_file(corpus_file), done_before, settings)
    prepared = trainer.distillation_set

    def prepare(*arguments):
        print("prepares", file=sys.stderr)
        return prepared(*arguments)

    monkeypatch.setattr(trainer, "distillation_set", prepare)
    options = "--hidden-size 4 --epochs 3 --distil-epochs 2".split() + ["--resume"] * done_before
    done = invoke("train", corpus_file, "-o", tmp_path / "m.npz", *options)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("Distillation stage: ") == done.stderr.count("prepares") == 1
    assert "Distillation stage: learning a teacher's predictions.\nprepares\n" in done.stderr


def test_the_environment_of_tqdm_is_ignored(cli):
    done = cli("sample", "-m", "norse", "--best", "-n", 1, env={"TQDM_NCOLS": "x"})
    assert done.returncode == 0, done.stderr

"""The bar of `train`: the epoch's number, and an estimate that does not jump."""

import io
import re
from types import SimpleNamespace

import pytest

from rnn_names.cli import interrupts
from rnn_names.cli.progress import Progress


class Screen(io.StringIO):
    def isatty(self):
        return True


class RunOfTwoPhases:
    """What a bar asks of a trainer: 20 epochs of 1,000 characters and 2 of 10,000."""

    def __init__(self):
        self.settings = SimpleNamespace(epochs=22)
        self.epoch, self.phase, self.characters_done = 0, 1, 0
        self.best_epoch, self.held_out, self.is_lost = 0, [], False

    @property
    def characters_left(self):
        return 40_000 - self.characters_done


@pytest.fixture
def progress(monkeypatch):
    screen = Screen()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setattr(interrupts, "pause", lambda: None)
    progress = Progress(RunOfTwoPhases(), quiet=False)
    progress.clock = 0.0
    progress.bar._time = lambda: progress.clock
    progress.bar.start_t = progress.bar.last_print_t = 0.0
    progress.bar.mininterval = 0
    yield progress
    progress.close()


def test_the_estimate_is_steady_over_both_phases(progress):
    """Minibatches take now 0.01 and now 0.19 seconds, and in the end 20 seconds are right."""
    estimates, trainer = [], progress.trainer
    for batch in range(200):
        progress.clock += 0.19 if batch % 10 < 5 else 0.01
        trainer.epoch = batch // 5 if batch < 100 else 20 + (batch - 100) // 50
        trainer.characters_done += 200
        progress.batch(200, 1.5)
        values = progress.bar.format_dict
        assert values["rate"] is None, "the speed of the last few minibatches is not asked"
        left = (values["total"] - values["n"]) * values["elapsed"] / values["n"]
        estimates.append(values["elapsed"] + left)
    assert all(18 < estimate < 24 for estimate in estimates[50:])


def test_the_bar_shows_the_epoch_and_the_time_at_most(progress):
    progress.clock, progress.trainer.epoch = 2.0, 2
    progress.batch(2500, 1.5)
    shown = str(progress.bar)
    assert re.match(r"epoch 3/22 +6% .* 00:02, at most 00:30 left, loss 1\.500$", shown), shown

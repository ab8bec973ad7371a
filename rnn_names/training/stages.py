"""The stages of a run, its position between two epochs, and the record of an epoch.

network         starts from a model or random weights and learns from the names
distillation    starts from the best weights so far and learns a teacher's predictions
"""

import math
from dataclasses import dataclass

from rnn_names.training.settings import DISTILLATION_BATCHES, DISTILLATION_RATE, ResolvedSettings


@dataclass(frozen=True)
class Stage:
    """A stage of a run and its settings."""

    name: str  # for the user
    is_distillation: bool  # whether it learns a teacher's predictions
    epochs: int  # the most epochs
    batch_size: int  # names of a minibatch
    highest_rate: float  # the highest learning rate
    dropout: float  # as in `Settings`
    recurrent_dropout: float  # as in `Settings`

    def learning_rate(self, share_done: float) -> float:
        """The rate after a share of the stage, from 0 to 1: a half cosine (arXiv:1608.03983)."""
        return self.highest_rate * (1 + math.cos(math.pi * share_done)) / 2


def make_stages(settings: ResolvedSettings) -> list[Stage]:
    """The stages of a run that have epochs, in order."""
    batch_size, rate = settings.batch_size, settings.learning_rate
    dropout = settings.dropout, settings.recurrent_dropout
    n_epochs = settings.epochs - settings.distil_epochs
    network = Stage("network", False, n_epochs, batch_size, rate, *dropout)
    least = DISTILLATION_BATCHES[1] if batch_size >= 64 else DISTILLATION_BATCHES[0]
    batch_size, rate = max(batch_size, least), rate * DISTILLATION_RATE
    # Without dropout, since a network does not overfit to soft targets.
    distillation = Stage("distillation", True, settings.distil_epochs, batch_size, rate, 0, 0)
    return [stage for stage in (network, distillation) if stage.epochs]


@dataclass
class Position:
    """The position of a run between two epochs, as numbers for JSON."""

    smoothed_loss: float  # as in `EpochRecord`
    stage_index: int = 0  # of the stage that the next epoch belongs to
    stage_epoch: int = 0  # finished epochs of that stage
    epoch: int = 0  # finished epochs in total
    characters: int = 0  # trained on so far, including end-of-name symbols


def next_epoch_to_show(epoch: int) -> int:
    """The earliest epoch to show after this one, if it is better; the intervals grow."""
    return epoch + max(epoch // 2, 1)


@dataclass(frozen=True)
class EpochRecord:
    """The record of an epoch. Losses are in nats per character, including end-of-name symbols.

    The training loss is the mean over the epoch, measured with dropout or, in distillation, against
    soft targets. The smoothed loss is an exponential average.
    """

    epoch: int
    stage: str
    training_loss: float
    smoothed_loss: float
    held_out_loss: float | None
    is_best: bool
    characters: int
    seconds: float

"""The stages of a run, and the record of an epoch.

network         starts from a model or random weights, and learns from the names
distillation    starts from the best weights of that, and learns what a teacher predicts
"""

import math
from dataclasses import dataclass

from rnn_names.training.settings import DISTILLATION_BATCHES, DISTILLATION_RATE, ResolvedSettings


@dataclass(frozen=True)
class Stage:
    """A stage of a run and its settings."""

    name: str  # what the user reads
    is_distillation: bool  # whether it learns a teacher's predictions
    epochs: int  # at most
    batch_size: int  # names of a minibatch
    highest_rate: float  # the highest learning rate
    dropout: float  # as in `Settings`
    recurrent_dropout: float  # as in `Settings`

    def learning_rate(self, share_over: float) -> float:
        """The rate after a share, 0 to 1: half a cosine (Loshchilov & Hutter, arXiv:1608.03983)."""
        return self.highest_rate * (1 + math.cos(math.pi * share_over)) / 2


def make_stages(settings: ResolvedSettings) -> list[Stage]:
    """The stages of a run, in order: the network's, then distillation; those that have epochs."""
    network = Stage(
        name="network",
        is_distillation=False,
        epochs=settings.epochs - settings.distil_epochs,
        batch_size=settings.batch_size,
        highest_rate=settings.learning_rate,
        dropout=settings.dropout,
        recurrent_dropout=settings.recurrent_dropout,
    )
    min_batch = DISTILLATION_BATCHES[1] if settings.batch_size >= 64 else DISTILLATION_BATCHES[0]
    distillation = Stage(
        name="distillation",
        is_distillation=True,
        epochs=settings.distil_epochs,
        batch_size=max(settings.batch_size, min_batch),
        highest_rate=settings.learning_rate * DISTILLATION_RATE,
        dropout=0,  # a network does not overfit to soft targets
        recurrent_dropout=0,
    )
    return [stage for stage in (network, distillation) if stage.epochs]


@dataclass
class Position:
    """The position of a run, between two epochs: numbers, as JSON can hold them."""

    smoothed_loss: float  # as in `Epoch`
    index: int = 0  # of the stage that the next epoch belongs to
    stage_epoch: int = 0  # how many epochs of that stage are done
    epoch: int = 0  # how many epochs are done in all
    characters: int = 0  # trained on in them, end-of-name symbols counted


def next_shown(epoch: int) -> int:
    """The first epoch after this one that is shown if it is better: at growing intervals."""
    return epoch + max(epoch // 2, 1)


@dataclass(frozen=True)
class Epoch:
    """The record of an epoch, which training yields, and logs and reports show.

    Losses are in nats per character, end-of-name symbols counted. The training loss is the epoch's
    mean, with dropout, in distillation against soft targets; the smoothed one is an exponential
    average. The held-out (validation) loss is measured after the epoch, without dropout.
    """

    epoch: int
    stage: str
    training_loss: float
    smoothed_loss: float
    held_out_loss: float | None
    is_best: bool
    characters: int
    seconds: float

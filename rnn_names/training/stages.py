"""The stages of a run, the record of an epoch, and which states a run can have between two.

network         starts from a model or random weights, and learns from the names
distillation    starts from the best weights so far, and learns a teacher's predictions
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_names.model.file_checks import MAX_WEIGHT
from rnn_names.training.settings import DISTILLATION_BATCHES, DISTILLATION_RATE, ResolvedSettings

MAX_STEPS = 1 << 53  # steps that an optimizer may have made


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
    # Without dropout: a network does not overfit to soft targets.
    distillation = Stage("distillation", True, settings.distil_epochs, batch_size, rate, 0, 0)
    return [stage for stage in (network, distillation) if stage.epochs]


@dataclass
class Position:
    """The position of a run between two epochs, as numbers for JSON."""

    smoothed_loss: float  # as in `Epoch`
    stage_index: int = 0  # of the stage that the next epoch belongs to
    stage_epoch: int = 0  # finished epochs of that stage
    epoch: int = 0  # finished epochs in total
    characters: int = 0  # trained on so far, including end-of-name symbols


def next_epoch_to_show(epoch: int) -> int:
    """The next epoch to show if it is better, at growing intervals."""
    return epoch + max(epoch // 2, 1)


@dataclass(frozen=True)
class Epoch:
    """The record of an epoch. Losses are in nats per character, including end-of-name symbols.

    The training loss is the mean over the epoch, with dropout, and in distillation against soft
    targets; the smoothed loss is an exponential average.
    """

    epoch: int
    stage: str
    training_loss: float
    smoothed_loss: float
    held_out_loss: float | None
    is_best: bool
    characters: int
    seconds: float


State = Mapping[str, Any]


def is_possible(
    state: State, first: State, record: Mapping[str, Any], stages: list[Stage], has_held_out: bool
) -> bool:
    """Whether a run with a `first` state can have a state, and the record of its best model."""
    return (
        _types_and_shapes(state) == _types_and_shapes(first)
        and _is_position(state, stages)
        and _is_record(record, state["epoch"], has_held_out)
        and _are_in_bounds(state)
    )


def _types_and_shapes(state: State) -> dict[str, Any]:
    return {name: (type(value), getattr(value, "shape", None)) for name, value in state.items()}


def _is_position(state: State, stages: list[Stage]) -> bool:
    """Whether a run can be at this epoch of this stage."""
    index, epoch, stage_epoch = state["stage_index"], state["epoch"], state["stage_epoch"]
    epochs = [*(stage.epochs for stage in stages), 1]  # 0 of 1 after the last stage
    is_in_stage = 0 <= index < len(epochs) and 0 <= stage_epoch < epochs[index]
    # Each of the `index` stages before took an epoch at least.
    return is_in_stage and index <= epoch - stage_epoch <= sum(epochs[:index])


def _is_record(record: Mapping[str, Any], epoch: int, has_held_out: bool) -> bool:
    """Whether a run can have this record of its best model after some epochs."""
    best_epoch = record.get("epoch")
    was_trained = best_epoch != 0
    measured = {"training_loss": was_trained, "held_out_loss": was_trained and has_held_out}
    losses = ((record.get(name, ""), is_measured) for name, is_measured in measured.items())
    return best_epoch in range(min(epoch, 1), epoch + 1) and all(
        (type(loss) is float and loss >= 0) if is_measured else loss is None
        for loss, is_measured in losses
    )


def _are_in_bounds(state: State) -> bool:
    """Whether weights, loss and steps are as in a run that goes on."""
    weights = (state[name] for name in ("weights", "initial_weights", "weights_after_network"))
    return (
        0 <= state["smoothed_loss"] < math.inf
        and all(np.abs(array).max() < MAX_WEIGHT for array in weights)
        and 0 <= state.get("optimizer_steps", 0) <= MAX_STEPS
    )

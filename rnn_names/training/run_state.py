"""Checks of the state of an interrupted run: files can be damaged, or written by other programs."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from rnn_names.model.file_checks import MAX_WEIGHT
from rnn_names.training.stages import Stage

MAX_STEPS = 1 << 53  # steps that an optimizer may have made


def is_possible(
    state: Mapping[str, Any], record: Mapping[str, Any], stages: list[Stage], has_held_out: bool
) -> bool:
    """Whether a run can have a state of the right form, and the record of its best model."""
    is_ours = _is_position(state, stages) and _is_record(record, state["epoch"], has_held_out)
    return is_ours and _are_in_bounds(state)


def types_and_shapes(state: Mapping[str, Any]) -> dict[str, Any]:
    """The keys, types and shapes of a state.

    >>> forms = [types_and_shapes({"loss": loss}) for loss in (0.5, 0.6, "1")]
    >>> forms[0] == forms[1], forms[0] == forms[2]
    (True, False)
    """
    return {name: (type(value), getattr(value, "shape", None)) for name, value in state.items()}


def _is_position(state: Mapping[str, Any], stages: list[Stage]) -> bool:
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


def _are_in_bounds(state: Mapping[str, Any]) -> bool:
    """Whether weights, loss and steps are as in a run that goes on."""
    weights = (state[name] for name in ("weights", "initial_weights", "weights_after_network"))
    return (
        0 <= state["smoothed_loss"] < math.inf
        and all(np.abs(array).max() < MAX_WEIGHT for array in weights)
        and 0 <= state.get("optimizer_steps", 0) <= MAX_STEPS
    )

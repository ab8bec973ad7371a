"""The record of an epoch: what training yields, and what logs and reports show."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Epoch:
    """What an epoch brought.

    Losses are in nats per character, end-of-name symbols counted.

    Attributes:
        epoch: its number, from 1.
        phase: 1, training on the names; or 2, distillation.
        network: in phase 1, which of the networks that the teacher asks is trained, from 1; None in
            phase 2.
        training_loss: mean over the epoch, with dropout; in phase 2, against the soft targets.
        smoothed_loss: exponential average of the training loss. It starts at log(n_y), the loss of
            a uniform guess, and does so again with each network of phase 1.
        held_out_loss: the validation loss, on the held-out names after the epoch, without dropout;
            None if no names are held out.
        is_best: whether this epoch's model is the best so far: of lower held-out loss than all
            before, or simply the newest if no names are held out. In phase 2, a loss that is higher
            than the lowest of phase 1 by less than `phases.tolerance` counts as lower. Where no
            names are held out, phase 1 has the first network only among the best.
        characters: how many were trained on, end-of-name symbols counted.
        seconds: how long the epoch took.
    """

    epoch: int
    phase: int
    network: int | None
    training_loss: float
    smoothed_loss: float
    held_out_loss: float | None
    is_best: bool
    characters: int
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """The record as JSON can hold it."""
        return asdict(self)

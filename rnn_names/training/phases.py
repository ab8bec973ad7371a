"""The two phases of a run, and how they differ: training on the names, then distillation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rnn_names.training.settings import ResolvedSettings

DISTILLATION_BATCH = 272
"""Names per minibatch in the distillation phase, at least."""

DISTILLATION_RATE = 1.6
"""The learning rate of the distillation phase, as a multiple of that of the first.

A soft target is far less noisy than one character. For two tenths of the dinosaurs, 272 names a
batch at 0.015 came to 1.535 nats, at 0.025 to 1.535, and at 0.008 to 1.538."""

WARM_UP = 0.02
"""The share of a phase over which the learning rate rises."""


@dataclass(frozen=True)
class Phase:
    """How a run trains in one of its phases.

    Attributes:
        number: 1 or 2.
        epochs: how many it has at most.
        batch_size: names per minibatch.
        highest_rate: the highest learning rate.
        dropout: as in `Settings`.
        recurrent_dropout: as in `Settings`.
    """

    number: int
    epochs: int
    batch_size: int
    highest_rate: float
    dropout: float
    recurrent_dropout: float

    @classmethod
    def of(cls, number: int, settings: ResolvedSettings) -> Phase:
        """The phase of a number."""
        if number == 1:
            return cls(
                number,
                epochs=settings.epochs - settings.distil_epochs,
                batch_size=settings.batch_size,
                highest_rate=settings.learning_rate,
                dropout=settings.dropout,
                recurrent_dropout=settings.recurrent_dropout,
            )
        return cls(
            number,
            epochs=settings.distil_epochs,
            batch_size=max(settings.batch_size, DISTILLATION_BATCH),
            highest_rate=settings.learning_rate * DISTILLATION_RATE,
            dropout=0,  # a network does not overfit to soft targets
            recurrent_dropout=0,
        )

    def learning_rate(self, progress: float) -> float:
        """The learning rate when a share `progress` of the phase is over, from 0 to 1.

        It rises in a line, and falls along half a cosine (Loshchilov & Hutter, arXiv:1608.03983):

            rate = highest · min(progress / WARM_UP, 1) · (1 + cos(π progress)) / 2
        """
        falling = 1 + math.cos(math.pi * progress)
        return self.highest_rate * min(progress / WARM_UP, 1) * falling / 2

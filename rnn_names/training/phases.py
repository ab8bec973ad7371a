"""The two phases of a run, and how they differ: training on the names, then distillation."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rnn_names.training.settings import ResolvedSettings

DISTILLATION_BATCHES = (272, 408)
"""Names per minibatch in the distillation phase, at least: of a short list, and of a longer one.

For the dinosaurs, 408 took 0.85 of the time of 272 in two threads, to 1.527 nats instead of 1.526
(three seeds); 544 came to 1.528. For 216 Welsh towns, 408 came to 1.999 instead of 1.997, and 544
to 2.001; for 806 Greek names, 347 to 1.947 instead of 1.946."""

MANY_SYNTHETIC_NAMES = 50_000
"""From which on a list counts as a longer one: those of about 900 names."""

DISTILLATION_RATE = 1.6
"""The learning rate of the distillation phase, as a multiple of that of the first.

A soft target is far less noisy than one character. For two tenths of the dinosaurs, 272 names a
batch at 0.015 came to 1.535 nats, at 0.025 to 1.535, and at 0.008 to 1.538."""

WARM_UP = 0.02
"""The share of a phase over which the learning rate rises."""

FULL_DROPOUT = 0.6
"""Dropout from which on it is the same throughout a phase; less than that begins lower.

A list that asks for so much is short, and a network overfits to it within the first epochs: the
dinosaurs with a dropout that rose from 0 came to 1.653 nats in the first phase, instead of 1.573.
On a long list there is little to overfit at first, and dropout makes learning slow: first names
passed 1.989 nats a tenth to a quarter sooner with a dropout that rose from half its value."""

TOLERANCE = 0.5
"""How much higher than the lowest held-out loss of the first phase that of the second may be, in
nats per character, times the root of the characters held out.

The lowest of hundreds of epochs is too low a guess of what its network is worth: where few names
are held out, some epoch suits just these. The loss of one network beside that of another, over n
characters held out, has a standard error of 0.40 / √n to 0.45 / √n (elvish and Russian names, Welsh
towns), so this is a little more than one. On further names, eight cuts of the 200 elvish ones, the
network of the last epoch was better by 0.009 than the one chosen by 18 names; of 240 Welsh towns by
0.002."""


@dataclass(frozen=True)
class Phase:
    """How a run trains in one of its phases.

    Attributes:
        number: 1 or 2.
        epochs: how many it has at most; phase 1, for each network.
        batch_size: names per minibatch.
        highest_rate: the highest learning rate.
        dropout: as in `Settings`, at the end of the phase.
        recurrent_dropout: as in `Settings`, likewise.
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
            of_all_networks = settings.epochs - settings.distil_epochs
            return cls(
                number,
                epochs=of_all_networks // settings.teacher_networks,
                batch_size=settings.batch_size,
                highest_rate=settings.learning_rate,
                dropout=settings.dropout,
                recurrent_dropout=settings.recurrent_dropout,
            )
        for_short, for_long = DISTILLATION_BATCHES
        is_long = settings.synthetic_names >= MANY_SYNTHETIC_NAMES
        return cls(
            number,
            epochs=settings.distil_epochs,
            batch_size=max(settings.batch_size, for_long if is_long else for_short),
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

    def at(self, progress: float) -> Phase:
        """The same phase with the dropout that it has when a share `progress` of it is over.

        Dropout rises in a line to its value d. The shorter the list, the higher it begins, at

            d · min(max(3 − 2 · FULL_DROPOUT / d, ½), 1)

        which is d itself from `FULL_DROPOUT` on, and half of it for d up to 0.48. The recurrent
        dropout rises by the same shares of its own value.

        >>> phase = Phase(1, 10, 64, 0.009, dropout=0.48, recurrent_dropout=0.4)
        >>> [round(phase.at(progress).dropout, 2) for progress in (0, 0.5, 1)]
        [0.24, 0.36, 0.48]
        """
        if not self.dropout:
            return self
        first = min(max(3 - 2 * FULL_DROPOUT / self.dropout, 0.5), 1)
        share = first + (1 - first) * progress
        return replace(
            self,
            dropout=self.dropout * share,
            recurrent_dropout=self.recurrent_dropout * share,
        )


def tolerance(characters: int) -> float:
    """`TOLERANCE` for so many characters held out, in nats per character.

    >>> round(tolerance(180), 3)  # twenty names of eight characters and their ends
    0.037
    """
    return TOLERANCE / math.sqrt(characters)

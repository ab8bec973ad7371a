"""Minibatches in two parts, each computed by a process of its own.

The second process takes a moment to start, and may end at any time: until it is there, or after it
has gone, this one does its part as well. The numbers are the same, bit for bit.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names.network.second_process import Gone, SecondProcess, SharedArray
from rnn_names.training.gradients import MinibatchPart

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from rnn_names.network.batches import Batches
    from rnn_names.training.phases import Phase

    Array = NDArray[Any]

PARTS = 2
"""Parts of a minibatch. It is a constant, so that results do not depend on a machine's cores."""

MIN_WORK_TO_SHARE = 15_000
"""A minibatch of fewer numbers (names times rows of Waa) stays in one part.

In two parts, two processes make 1.05 to 1.15 times as many characters a second of 16 to 32 names
and a GRU of 128 units, 1.44 times of 40 names and 192 units, and 1.5 times of 64. But one process,
where there is only one core, makes 0.7 to 0.8 times as many as with one part."""

MIN_WORK_FOR_A_PROCESS = 2e10
"""Numbers (characters times those of Waa) that a run has yet to work on, at least, if a second
process is started for it: about a second's work, to its start of a sixth of one."""


def parts_for(batch_size: int, Waa: tuple[int, ...]) -> int:
    """How many parts a minibatch is cut into; `Waa` is the shape of that array."""
    return PARTS if batch_size * Waa[0] >= MIN_WORK_TO_SHARE else 1


def second_part(memory: Array) -> MinibatchPart:
    """What the second process works on, in the memory of `Parts`."""
    return MinibatchPart(*memory)


class Parts:
    """The parts of a run's minibatches, and the second process while there is one.

    Attributes:
        steps_elsewhere: how many gradients the second process has computed.
    """

    def __init__(self, memory: SharedArray) -> None:
        """Gets ready.

        Args:
            memory: (2, n) what is trained, as one flat vector, and room for a gradient.
        """
        trained, gradient = memory.array
        self._memory, self._gradients = memory, (np.empty_like(gradient), gradient)
        self._parts = tuple(MinibatchPart(trained, each) for each in self._gradients)
        self._process: SecondProcess | None = None
        self._phase: tuple[Any, ...] = ()
        self._epoch: tuple[Any, ...] = ()
        self._told: list[tuple[Any, ...]] = [(), ()]  # what the second process knows of these
        self.steps_elsewhere = 0

    def start_process(self) -> None:
        """Starts a second process, if there is a core for it."""
        if usable_cores() < PARTS:
            return
        try:
            self._process = SecondProcess(f"{__name__}:second_part", self._memory)
        except OSError:  # without it, things only take longer
            self._process = None

    def end_process(self) -> None:
        """Ends the second process, if there is one."""
        if self._process is not None:
            process, self._process = self._process, None
            process.end()

    def begin_phase(
        self, batches: Batches, phase: Phase, shapes: Mapping[str, tuple[int, ...]]
    ) -> None:
        """As `MinibatchPart.begin_phase`. To say it again changes nothing."""
        if self._phase and self._phase[0] is batches and self._phase[1] == phase:
            return
        self._phase = batches, phase, shapes
        self._n_parts = parts_for(phase.batch_size, shapes["Waa"])
        for part in self._parts:
            part.begin_phase(*self._phase)

    def begin_epoch(self, minibatches: Sequence[NDArray[np.int64]], seed: list[int]) -> None:
        """Takes up an epoch: the names of each minibatch as sorted rows, and the epoch's seed."""
        cut = [np.array_split(rows, self._n_parts) for rows in minibatches]
        # A last minibatch of one name has no second part.
        rows = [
            [parts[i] for parts in cut if i < len(parts) and len(parts[i])] for i in range(PARTS)
        ]
        for i, part in enumerate(self._parts):
            part.begin_epoch(rows[i], [*seed, i])
        self._epoch, self._steps_of_second = (rows[1], [*seed, 1]), len(rows[1])

    def gradient(self, step: int, share_over: float) -> tuple[float, int, Array]:
        """The loss of a minibatch and its gradient. Arguments as in `MinibatchPart.gradient`.

        Returns:
            loss: in nats, summed over all characters.
            characters: how many, end-of-name symbols counted.
            gradient: (n,) of the mean loss per character. The next call overwrites it.
        """
        first, second = self._parts
        if step >= self._steps_of_second:
            (loss, characters), gradient = first.gradient(step, share_over), self._gradients[0]
        else:
            begun = self._begin_elsewhere(step, share_over)
            results = [first.gradient(step, share_over)]
            there = self._answer() if begun else None
            results.append(there if there is not None else second.gradient(step, share_over))
            loss, characters = (sum(each) for each in zip(*results, strict=True))
            gradient = np.add(*self._gradients, out=self._gradients[0])
        gradient /= characters
        return loss, characters, gradient

    def _begin_elsewhere(self, step: int, share_over: float) -> bool:
        """Has the second process begin its part, if it is there."""
        if self._process is None:
            return False
        try:
            if not self._process.is_there():
                return False
            if self._told[0] is not self._phase:
                self._process.tell("begin_phase", *self._phase)
            if self._told[1] is not self._epoch:
                self._process.tell("begin_epoch", *self._epoch)
            self._told = [self._phase, self._epoch]
            self._process.tell("gradient", step, share_over)
        except Gone:
            self.end_process()
            return False
        return True

    def _answer(self) -> tuple[float, int] | None:
        """What the second process found; None if it has gone meanwhile."""
        if self._process is None:
            return None
        try:
            answer: tuple[float, int] = self._process.answer()
        except Gone:
            self.end_process()
            return None
        self.steps_elsewhere += 1
        return answer


def usable_cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):  # Linux has it
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

"""Minibatches in two parts, of which the helper process computes one while it is there.

The numbers are the same without it, bit for bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names.processes.helper import Helper
from rnn_names.system import usable_cores
from rnn_names.training.gradients import MinibatchPart

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from rnn_names.network.batches import Batches
    from rnn_names.processes.shared_array import SharedArray
    from rnn_names.training.stages import Stage

    Array = NDArray[Any]

PARTS = 2
"""Parts of a minibatch. It is a constant, so that results do not depend on a machine's cores."""

MIN_WORK_TO_SHARE = 15_000
"""Names of a minibatch, times rows of Waa (three times the units of a GRU), from which on it is cut
in two. With fewer, two processes are hardly faster than one; on one core, two parts are slower."""

MIN_WORK_FOR_HELPER = 2e10
"""Characters that are left to train on, times the numbers of Waa, from which on the helper process
is started. It is about a second's work; the start takes a sixth of one."""


def parts_for(batch_size: int, n_rows: int) -> int:
    """How many parts a minibatch is cut into; `n_rows` are those of Waa."""
    return PARTS if batch_size * n_rows >= MIN_WORK_TO_SHARE else 1


class Parts:
    """The parts of a run's minibatches. As a context, it leaves the helper process at its end.

    Attributes:
        helper: has the second part.
    """

    def __init__(self, memory: SharedArray, shapes: Mapping[str, tuple[int, ...]]) -> None:
        """Takes what is trained.

        Args:
            memory: (2, n) what is trained, as one flat vector, and room for a gradient.
            shapes: of the arrays in that vector.
        """
        flat, gradient = memory.array
        self._shapes, self._gradient, self._second_gradient = shapes, np.empty_like(flat), gradient
        self._first = MinibatchPart(flat, self._gradient)
        self.helper = Helper(_second_part, check=MinibatchPart.check, memory=memory)
        self._stage: tuple[Batches, Stage] | None = None

    def __enter__(self) -> Parts:
        """These parts."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leaves the helper process."""
        self.helper.end()

    def begin_stage(self, batches: Batches, stage: Stage, characters_left: int) -> None:
        """Takes up a stage, or goes on with it.

        Args:
            batches: what the stage trains on.
            stage: how it trains.
            characters_left: to train on, in this stage and after it. The helper process is started
                if they are worth it.
        """
        n_rows, n_a = self._shapes["Waa"]
        self._n_parts = parts_for(stage.batch_size, n_rows)
        worth_it = characters_left * n_rows * n_a >= MIN_WORK_FOR_HELPER
        if self._n_parts > 1 and worth_it and usable_cores() >= PARTS:
            self.helper.start()
        if self._stage and self._stage[0] is batches and self._stage[1] == stage:
            return
        self._stage = batches, stage
        self._first.begin_stage(batches, stage, self._shapes)
        self.helper.update(MinibatchPart.begin_stage, batches, stage, self._shapes)

    def begin_epoch(self, minibatches: Sequence[NDArray[np.int64]], seed: list[int]) -> None:
        """Takes up an epoch.

        Args:
            minibatches: the names of each, as sorted rows of what the stage trains on.
            seed: of the epoch's dropout, whole numbers.
        """
        cut = [np.array_split(rows, self._n_parts) for rows in minibatches]
        # A last minibatch of one name has no second part; those before it keep their numbers.
        second = [parts[1] for parts in cut if len(parts) > 1 and len(parts[1])]
        self._first.begin_epoch([parts[0] for parts in cut], [*seed, 0])
        self.helper.update(MinibatchPart.begin_epoch, second, [*seed, 1])
        self._steps_in_two_parts = len(second)

    def gradient(self, step: int, share_over: float) -> tuple[float, int, Array]:
        """The loss of a minibatch and its gradient. Arguments as in `MinibatchPart.put_gradient`.

        Returns:
            loss: in nats, summed over all characters.
            characters: how many, end-of-name symbols counted.
            gradient: (n,) of the mean loss per character. The next call overwrites it.
        """
        if step < self._steps_in_two_parts:
            second = self.helper.begin(MinibatchPart.put_gradient, step, share_over)
            loss, characters = self._first.put_gradient(step, share_over)
            second_loss, second_characters = second()
            loss, characters = loss + second_loss, characters + second_characters
            self._gradient += self._second_gradient
        else:
            loss, characters = self._first.put_gradient(step, share_over)
        self._gradient /= characters
        return loss, characters, self._gradient

    def call_twice(
        self, function: Callable[..., Any], first: tuple[Any, ...], second: tuple[Any, ...]
    ) -> tuple[Any, Any]:
        """The values of a function for two tuples of arguments; they must not be None.

        Both calls are made at the same time if the helper process is there.
        """
        # The check takes a gradient, and so a minibatch.
        if not self.helper.calls_made_there:
            return function(*first), function(*second)
        other = self.helper.begin(_apply, function, *second)
        return function(*first), other()


def _second_part(flat: Array, gradient: Array) -> MinibatchPart:
    # Read now what the helper process may call later: until then, the files could have changed.
    import rnn_names.training.distillation  # noqa: F401

    return MinibatchPart(flat, gradient)


def _apply(_: MinibatchPart, function: Callable[..., Any], *arguments: Any) -> Any:
    return function(*arguments)

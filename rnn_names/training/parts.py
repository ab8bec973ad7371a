"""Minibatches in two parts, each computed by a process of its own.

The second process takes a moment to start, and may end at any time: until it is there, or after it
has gone, this one does its part as well. The numbers are the same, bit for bit.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names.processes.second_process import SecondProcess, SharedArray
from rnn_names.processes.threads import usable_cores
from rnn_names.training.gradients import MinibatchPart

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from numpy.typing import NDArray

    from rnn_names.network.batches import Batches
    from rnn_names.training.phases import Phase

    Array = NDArray[Any]

PARTS = 2
"""Parts of a minibatch. It is a constant, so that results do not depend on a machine's cores."""

MIN_WORK_TO_SHARE = 15_000
"""Names of a minibatch, times rows of Waa (three times the units of a GRU), from which on it is cut
in two.

Characters a second in two processes, beside one process and one part: GRU of 128 units, 16 to 32
names (6,000 to 12,000), 1.05 to 1.15; 192 units, 40 names (23,000), 1.44, and 64 names (37,000),
1.5. On one core, two parts make 0.7 to 0.8."""

MIN_WORK_FOR_A_PROCESS = 2e10
"""Characters that are left to train on, times the numbers of Waa, from which on a second process is
started. It is about a second's work; the start takes a sixth of one."""


def parts_for(batch_size: int, n_rows: int) -> int:
    """How many parts a minibatch is cut into; `n_rows` are those of Waa."""
    return PARTS if batch_size * n_rows >= MIN_WORK_TO_SHARE else 1


def second_part(flat: Array, gradient: Array) -> MinibatchPart:
    """What the second process works on."""
    # Read now what it may be told to call: until then, the files could have changed.
    import rnn_names.training.distillation  # noqa: F401

    return MinibatchPart(flat, gradient)


class Parts:
    """The parts of a run's minibatches, and the second process while there is one.

    It is a context, which ends the second process.

    Attributes:
        steps_elsewhere: how many gradients the second process has computed.
    """

    def __init__(self, memory: SharedArray, shapes: Mapping[str, tuple[int, ...]]) -> None:
        """Gets ready.

        Args:
            memory: (2, n) what is trained, as one flat vector, and room for a gradient.
            shapes: of the arrays in that vector.
        """
        flat, gradient = memory.array
        self._memory, self._shapes = memory, shapes
        self._gradients = np.empty_like(gradient), gradient
        self._parts = tuple(MinibatchPart(flat, each) for each in self._gradients)
        self._phase: tuple[Batches, Phase] | None = None
        self._process: SecondProcess | None = None
        self._was_started = False
        self._untold: dict[str, tuple[Any, ...]] = {}  # what the second process has yet to be told
        self.steps_elsewhere = 0

    def __enter__(self) -> Parts:
        """These parts."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Ends the second process."""
        self._end_process()

    def begin_phase(self, batches: Batches, phase: Phase, characters_left: int) -> None:
        """Takes up a phase, or goes on with it.

        Args:
            batches: what the phase trains on.
            phase: how it trains.
            characters_left: to train on, in this phase and after it. A second process is started if
                they are worth it.
        """
        n_rows, n_a = self._shapes["Waa"]
        self._n_parts = parts_for(phase.batch_size, n_rows)
        worth_it = characters_left * n_rows * n_a >= MIN_WORK_FOR_A_PROCESS
        if self._n_parts > 1 and worth_it and not self._was_started:
            self._start_process()
        if self._phase and self._phase[0] is batches and self._phase[1] == phase:
            return
        self._phase = batches, phase
        for part in self._parts:
            part.begin_phase(batches, phase, self._shapes)
        self._untold = {"begin_phase": (batches, phase, self._shapes)}

    def begin_epoch(self, minibatches: Sequence[NDArray[np.int64]], seed: list[int]) -> None:
        """Takes up an epoch.

        Args:
            minibatches: the names of each, as sorted rows of what the phase trains on.
            seed: of the epoch's dropout, whole numbers.
        """
        cut = [np.array_split(rows, self._n_parts) for rows in minibatches]
        # A last minibatch of one name has no second part; those before it keep their numbers.
        of_second = [parts[1] for parts in cut if len(parts) > 1 and len(parts[1])]
        first, second = self._parts
        first.begin_epoch([parts[0] for parts in cut], [*seed, 0])
        second.begin_epoch(of_second, [*seed, 1])
        self._steps_in_two_parts = len(of_second)
        self._untold["begin_epoch"] = of_second, [*seed, 1]

    def gradient(self, step: int, share_over: float) -> tuple[float, int, Array]:
        """The loss of a minibatch and its gradient. Arguments as in `MinibatchPart.put_gradient`.

        Returns:
            loss: in nats, summed over all characters.
            characters: how many, end-of-name symbols counted.
            gradient: (n,) of the mean loss per character. The next call overwrites it.
        """
        first, second = self._parts
        gradient, of_second = self._gradients
        if step < self._steps_in_two_parts:
            begun = self._tell("put_gradient", step, share_over)
            loss, characters = first.put_gradient(step, share_over)
            result = self._answer() if begun else None
            if result is None:
                result = second.put_gradient(step, share_over)
            else:
                result = self._checked(result, step, share_over)
            loss, characters = loss + result[0], characters + result[1]
            gradient += of_second
        else:
            loss, characters = first.put_gradient(step, share_over)
        gradient /= characters
        return loss, characters, gradient

    def both(
        self, function: Callable[..., Any], first: tuple[Any, ...], second: tuple[Any, ...]
    ) -> tuple[Any, Any]:
        """A function's values for some arguments and for others.

        Those for the others come from the second process, once its gradients were found to be
        right. No value may be None.
        """
        begun = self.steps_elsewhere > 0 and self._tell(function, *second)
        value = function(*first)
        other = self._answer() if begun else None
        return value, function(*second) if other is None else other

    def _checked(
        self, result: tuple[float, int], step: int, share_over: float
    ) -> tuple[float, int]:
        """A result of the second process. The first is computed here, too, and that one is taken.

        They may differ, if files of this program have changed since it was started, or variables
        that BLAS obeys. Then the second process is not asked again.
        """
        self.steps_elsewhere += 1
        if self.steps_elsewhere > 1:
            return result
        gradient = self._gradients[1].copy()
        own = self._parts[1].put_gradient(step, share_over)
        if own != result or not np.array_equal(gradient, self._gradients[1]):
            self._end_process()
        return own

    # --- The second process -----------------------------------------------------------------------

    def _start_process(self) -> None:
        """Starts a second process, if there is a core for it."""
        self._was_started = True  # not again, if it goes
        if usable_cores() < PARTS:
            return
        with suppress(Exception):  # without it, things only take longer
            self._process = SecondProcess(f"{__name__}:second_part", self._memory)

    def _end_process(self) -> None:
        if self._process is not None:
            process, self._process = self._process, None
            process.end()

    def _tell(self, what: str | Callable[..., Any], *arguments: Any) -> bool:
        """Has the second process call something, if it is there."""
        if self._process is None:
            return False
        try:
            if not self._process.is_there():
                return False
            for method, news in self._untold.items():  # a phase comes before its epoch
                self._process.tell(method, *news)
            self._untold.clear()
            self._process.tell(what, *arguments)
        except Exception:  # it has gone, or what it should know cannot be sent
            self._end_process()
            return False
        return True

    def _answer(self) -> Any:
        """What the second process found; None if it has gone meanwhile."""
        assert self._process is not None
        try:
            return self._process.answer()
        except Exception:
            self._end_process()
            return None

"""Workers that draw at the same time: threads, and a second process to which one of them turns.

Two threads wait for one another, since they share Python's interpreter. So where much is to be
drawn, one of the threads hands shares of names on to a second process, which has an interpreter of
its own. It may come late, or go at any time: then the thread draws itself. The names are the same.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from random import Random
from typing import TYPE_CHECKING, Any

from rnn_names.processes.threads import usable_cores, worker_threads
from rnn_names.sampling.shares import walked
from rnn_names.sampling.walk import Walk

if TYPE_CHECKING:
    from rnn_names.processes.second_process import SecondProcess
    from rnn_names.processes.threads import Pending, Submit
    from rnn_names.sampling.sampler import Sampler
    from rnn_names.sampling.shares import Share
    from rnn_names.sampling.walk import Drawn

MAX_THREADS = 4
"""Each thread holds names that it draws: more of them would use more memory than promised."""

CHECKED = 1024
"""Names that both processes draw, of whatever length, to see whether they draw the same."""


class SecondDrawer:
    """What the second process works on."""

    def keep(self, sampler: Sampler) -> None:
        """Takes what draws."""
        self._sampler = sampler

    def some(self) -> bytes:
        """As `_some`."""
        return _some(self._sampler)

    def walked(self, share: Share) -> Drawn:
        """As `rnn_names.sampling.shares.walked`."""
        return walked(self._sampler, share)


def _some(sampler: Sampler) -> bytes:
    """The text of a walk that is always the same, unfinished names and all."""
    walk = Walk(sampler, CHECKED, Random(0))
    walk.go_on(walk.first_step())
    return walk.text.tobytes()


class Workers:
    """Some threads that draw for a sampler.

    Attributes:
        shares_elsewhere: how many shares the second process has drawn.
    """

    def __init__(self, sampler: Sampler, submit: Submit, threads: int) -> None:
        self._sampler, self._submit, self.threads = sampler, submit, threads
        self._process: SecondProcess | None = None
        self._was_started = self._is_checked = self._has_ended = False
        self._in_use = threading.Lock()  # by the thread that waits for the second process
        self.shares_elsewhere = 0

    def call(self, function: Callable[..., Any], *arguments: Any) -> Pending:
        """Has a thread call a function."""
        return self._submit(function, *arguments)

    def walk(self, share: Share) -> Pending:
        """Has the rest of a share's names drawn, as by `walked`."""
        return self._submit(self._walked, share)

    def start_process(self) -> None:
        """Starts the second process, if it was not started before, and there is a core for it."""
        if self._was_started or self.threads < 2:
            return
        self._was_started = True
        with suppress(Exception):  # without it, things only take longer
            from rnn_names.processes.second_process import SecondProcess

            self._process = SecondProcess(f"{__name__}:{SecondDrawer.__name__}")

    def end(self) -> None:
        """Ends the second process. What it was drawing is not wanted any more."""
        self._has_ended = True
        self._end_process()

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.end()

    def _walked(self, share: Share) -> Drawn:
        """As `walked`, by the second process if that is there and free."""
        if self._has_ended:
            raise CancelledError
        drawn = None
        if self._process is not None and self._in_use.acquire(blocking=False):
            try:
                drawn = self._walked_elsewhere(share)
            except Exception:  # it has gone, or cannot be sent what it needs
                self._end_process()
            finally:
                self._in_use.release()
        if self._has_ended:
            raise CancelledError
        return walked(self._sampler, share) if drawn is None else drawn

    def _walked_elsewhere(self, share: Share) -> Drawn | None:
        """As `walked`, by the second process; None if that is of no use, or not yet."""
        process = self._process
        if process is None or not process.is_there():
            return None
        if not self._is_checked:
            # Names may differ if files of this program have changed since it was started, or
            # variables that BLAS obeys.
            process.tell("keep", self._sampler.without_conditions())
            process.tell("some")
            own = _some(self._sampler)
            if own != process.answer():
                self._end_process()
                return None
            self._is_checked = True
        process.tell("walked", share)
        drawn: Drawn = process.answer()
        self.shares_elsewhere += 1
        return drawn


@contextmanager
def workers(sampler: Sampler) -> Iterator[Workers]:
    """A worker for each core, up to `MAX_THREADS`."""
    with worker_threads(min(usable_cores(), MAX_THREADS)) as (submit, threads):
        team = Workers(sampler, submit, threads)
        try:
            yield team
        finally:
            team.end()

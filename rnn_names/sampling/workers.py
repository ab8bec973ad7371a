"""Threads that draw at the same time; one of them leaves its work to the helper process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import TYPE_CHECKING, Any

from rnn_names.processes.helper import Helper
from rnn_names.processes.threads import usable_cores, worker_threads
from rnn_names.sampling.shares import walked
from rnn_names.sampling.walk import Walk

if TYPE_CHECKING:
    from rnn_names.processes.threads import Pending, Submit
    from rnn_names.sampling.sampler import Sampler
    from rnn_names.sampling.shares import Share
    from rnn_names.sampling.walk import Drawn

MAX_THREADS = 4
"""Each thread holds names that it draws: more of them would use more memory than promised."""

CHECKED = 1024
"""Names that both processes draw, of whatever length, to see whether they draw the same."""


def _check(sampler: Sampler) -> bytes:
    """The text of a walk that is always the same, unfinished names and all."""
    walk = Walk(sampler, CHECKED, Random(0))
    walk.go_on(walk.first_step())
    return walk.text.tobytes()


def _received(sampler: Sampler) -> Sampler:
    return sampler


class Workers:
    """Some threads that draw for a sampler.

    Attributes:
        threads: how many there are.
        helper: the helper process draws shares, too.
    """

    def __init__(self, sampler: Sampler, submit: Submit, threads: int) -> None:
        self._submit, self.threads = submit, threads
        self.helper = Helper(_received, sampler.without_conditions(), check=_check)

    def call(self, function: Callable[..., Any], *arguments: Any) -> Pending:
        """Has a thread call a function."""
        return self._submit(function, *arguments)

    def walk(self, share: Share) -> Pending:
        """Has the rest of a share's names drawn, as by `walked`."""
        return self._submit(self._walked, share)

    def _walked(self, share: Share) -> Drawn:
        drawn: Drawn = self.helper.begin(walked, share)()
        return drawn


@contextmanager
def workers(sampler: Sampler) -> Iterator[Workers]:
    """A worker for each core, up to `MAX_THREADS`."""
    with worker_threads(min(usable_cores(), MAX_THREADS)) as (submit, threads):
        team = Workers(sampler, submit, threads)
        try:
            yield team
        finally:
            team.helper.end()

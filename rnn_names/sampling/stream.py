"""A seed's stream of names: attempts are drawn together, names come in the order of their numbers.

Name i is that of the first attempt at i that meets the conditions. So a stream is a queue of
numbers and attempts: each walk takes the oldest, among them the next attempts at numbers whose
last one failed. Walks are drawn by several threads, one of which may leave its work to a helper
process; neither changes a name, since a name depends on its seed and its number alone.
"""

from __future__ import annotations

import math
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from copy import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names import system
from rnn_names.arrays import Array
from rnn_names.conditions.options import Options
from rnn_names.corpus.names import Names
from rnn_names.errors import SamplingError
from rnn_names.network.language_model import LanguageModel
from rnn_names.processes.threads import Submit, deferred, one_blas_thread, worker_threads
from rnn_names.sampling.drawer import Drawer
from rnn_names.sampling.numbers import MOST_NUMBERS, key_of, states_of
from rnn_names.sampling.sampler import Sampler, Tally, sampler_of
from rnn_names.sampling.unique import unique_of
from rnn_names.sampling.walk import changes
from rnn_names.system import usable_cores

if TYPE_CHECKING:
    from rnn_names.processes.helper import Helper

FIRST_WALK, GROWTH = 1 << 12, 4  # names of a stream's first walk, at most; each is so much larger
FIRST_OF_ENDLESS = 1 << 5  # the same of a stream without an end, of which few names may be read
LARGEST_WALK = 1 << 18  # names of a walk: more share more beginnings, and take more memory
WORTH_THREADS = 1 << 14  # names to be drawn for which threads are started
LONG = 1 << 17  # names to be drawn for which the helper process is started
MAX_THREADS = 4  # each holds names that it draws: more would use more memory than promised
MOST_ATTEMPTS = 1 << 21  # attempts after which a stream ends, if they gave no name
NAMES_PER_BUDGET = 16  # names that earn as many attempts again
ENDLESS = MOST_NUMBERS

_helper_is_taken = threading.Lock()  # one stream at a time has a helper process


def _free_helper() -> None:
    global _helper_is_taken
    _helper_is_taken = threading.Lock()


system.here_and_in_forks(_free_helper)


class GivenUp(Exception):
    """Too few names meet the conditions; `tally` says how these did."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally


def sample(model: LanguageModel, count: int, options: Options) -> Iterator[Names]:
    """Yields `count` names, in parts. Raises SamplingError after the last if there are fewer."""
    sampler, process = sampler_of(model, options), os.getpid()
    with one_blas_thread():
        if not count:
            return
        unique = unique_of(count, options)
        n_possible, delivered = sampler.n_possible if unique else np.inf, 0
        try:
            needed = unique.needed if unique else lambda: ENDLESS
            for names in _drawn(sampler, options, count, needed):
                if unique:
                    names = names.take(unique.rows(names))
                    unique.warn_if_few_are_new()
                delivered += len(names)
                yield names
                if os.getpid() != process:  # its threads are not here
                    raise SamplingError(
                        "this stream was begun before the process forked: begin one in each"
                    )
                if delivered == count:
                    return
                if delivered >= n_possible or (unique and unique.is_exhausted):
                    raise GivenUp({unique.title: (unique.tested, unique.passed)} if unique else {})
        except GivenUp as error:
            causes = [] if delivered >= n_possible else [_tightest(error.tally)]
            if n_possible < count:
                causes.append(f"no more than {n_possible:,.0f} can meet {sampler.title}")
            only = f"only {delivered:,}" + (f" of {count:,}" if count < ENDLESS else "")
            raise SamplingError(f"{only} names found: {'; '.join(causes)}", options.given) from None


def preview(model: LanguageModel, count: int, seed: int) -> list[str]:
    """At most `count` names, from one attempt at each of not many more numbers.

    A network in training may end none.
    """
    with suppress(SamplingError):  # what it has learned so far may begin no name
        keys = states_of(key_of(seed), np.arange(count + count // 8 + 8))
        return Sampler(model, Options()).drawn(keys)[0].to_strings()[:count]
    return []


def _tightest(tally: Tally) -> str:
    """Why names were not found, for a message: the condition that the smallest share met."""
    rates = {each: max(passed, 0.5) / tested for each, (tested, passed) in tally.items() if tested}
    if not rates:
        return "allow other lengths or another temperature, or train for longer"
    title = min(rates, key=rates.__getitem__)
    tested, passed = tally[title]
    rate = f"1 in {tested / passed:,.0f}" if passed else f"fewer than 1 in {tested:,}"
    return f"the tightest condition was {title} ({rate} drawn passes)"


def _drawn(
    sampler: Sampler, options: Options, count: int, needed: Callable[[], int]
) -> Iterator[Names]:
    """The names of the stream from `options.start` on, in parts; more where some may be repeats."""
    begin, end = options.start, ENDLESS if options.is_unique else options.start + count
    key, slowness = key_of(options.some_seed()), options.slowness
    first = FIRST_WALK if count < ENDLESS else FIRST_OF_ENDLESS
    queue = Attempts(begin, end, first, sampler.largest_walk // slowness, needed)
    with ExitStack() as stack:
        workers = _Workers(sampler, stack)
        draw = lambda numbers, attempts: workers.drawn(states_of(key, numbers, attempts))
        yield from queue.names(draw, workers, MOST_ATTEMPTS // slowness)


class Attempts:
    """A queue of numbers and attempts; those that failed wait with their next attempt.

    Args:
        begin, end: the numbers from `begin` on, below `end`.
        first, largest: attempts of the first walk, and of the largest one.
        needed: tells how many names are likely to be needed beside those that were given.
    """

    def __init__(
        self, begin: int, end: int, first: int, largest: int, needed: Callable[[], int]
    ) -> None:
        self._given_below = self._fresh = begin  # all numbers from here on were not tried yet
        self._end, self._needed = end, needed
        self._failed = np.zeros((2, 0), np.int64)  # numbers, rising, and their next attempts
        self._size, self._largest = first, max(largest, 1)
        self._found: list[tuple[Array, Names]] = []  # numbers, rising, and their names
        self._tested = self._passed = 0
        self._tally = Tally()

    def names(self, draw: Callable[..., Any], workers: OneWorker, budget: int) -> Iterator[Names]:
        """The names in the order of their numbers, in parts; at last perhaps GivenUp.

        `draw` takes numbers and attempts, (n,), and gives names that passed, their rows, a tally.
        `budget` attempts may give no name; as many again are earned by every few names.
        """
        begun = deque[tuple[Array, int, Callable[[], Any]]]()
        while True:
            workers.prepare(self._left if self._left < ENDLESS // 2 else self._passed)
            while len(begun) < workers.count and self._left:
                in_work = sum(numbers.shape[1] for numbers, _, _ in begun)
                numbers, each = self._next_walk(workers.count, in_work)
                row, more = np.divmod(np.arange(each * numbers.shape[1]), each)
                call = workers.submit(draw, numbers[0, row], numbers[1, row] + more)
                begun.append((numbers, each, call))
            if not begun:
                return
            numbers, each, call = begun.popleft()
            self._take_in(numbers, each, *call())
            is_over = self._tested >= budget * (1 + self._passed // NAMES_PER_BUDGET)
            waiting = [numbers[0, 0] for numbers, _, _ in begun] + self._failed[0, :1].tolist()
            yield self._given(ENDLESS if is_over else min([self._fresh, *waiting]))
            if is_over:
                raise GivenUp(self._tally)

    @property
    def _left(self) -> int:
        """How many numbers wait for an attempt that has not begun, as far as they are needed."""
        needed = self._needed() - (self._fresh - self._given_below)
        return self._failed.shape[1] + max(min(needed, self._end - self._fresh), 0)

    def _next_walk(self, workers: int, in_work: int) -> tuple[Array, int]:
        """The numbers, and their next attempts, of a walk, and how many attempts each has in it.

        All have one while there are enough numbers, and else as many as one is likely to need.
        """
        size = min(self._size, self._largest)
        self._size = min(self._size * GROWTH, LARGEST_WALK)
        size = min(size, max(math.ceil((self._left + in_work) / workers), FIRST_WALK))
        needed = math.ceil(1.5 * (self._tested + 1) / (self._passed + 1))
        each = max(min(size // self._left, needed), 1)
        n = min(self._left, max(size // each, 1))
        failed, self._failed = np.split(self._failed, [n], axis=1)
        fresh = np.arange(self._fresh, self._fresh + n - failed.shape[1])
        self._fresh += len(fresh)
        return np.concatenate([failed, [fresh, np.zeros_like(fresh)]], axis=1), each

    def _take_in(self, numbers: Array, each: int, names: Names, rows: Array, tally: Tally) -> None:
        """Takes in the names of a walk, and the rows of the attempts that brought them."""
        for title, (tested, passed) in tally.items():
            before = self._tally.get(title, (0, 0))
            self._tally[title] = before[0] + tested, before[1] + passed
        self._tested, self._passed = (
            self._tested + each * numbers.shape[1],
            self._passed + len(rows),
        )
        of_number = rows // each  # rising
        first = changes(of_number)  # whether an attempt is the first to pass
        if not first.all():
            of_number, names = of_number[first], names.take(np.flatnonzero(first))
        has_failed = np.ones(numbers.shape[1], bool)
        has_failed[of_number] = False
        self._found.append((numbers[0, of_number], names))
        failed = np.concatenate([self._failed, numbers[:, has_failed] + [[0], [each]]], axis=1)
        self._failed = failed[:, np.argsort(failed[0], kind="stable")]

    def _given(self, end: int) -> Names:
        """The names that were found for numbers below `end`, in order."""
        self._given_below, below, above = min(end, self._fresh), [], []
        for numbers, names in self._found:
            n = int(np.searchsorted(numbers, end))
            below.append((numbers[:n], names[:n]))
            above.append((numbers[n:], names[n:]))
        self._found = [part for part in above if len(part[0])]
        below = [part for part in below if len(part[0])]
        if len(below) <= 1:
            return below[0][1] if below else Names.from_strings([])
        numbers, names = zip(*below, strict=True)
        order = np.argsort(np.concatenate(numbers), kind="stable")
        return Names.concatenate([*names]).take(order)


class OneWorker:
    """Makes a call when its value is asked for."""

    submit: Submit = staticmethod(deferred)
    count = 1

    def prepare(self, left: int) -> None:
        """Starts what is worth while for so many names."""


class _Workers(OneWorker):
    """What draws walks: this thread; several, where there is enough to draw; a helper process."""

    def __init__(self, sampler: Sampler, stack: ExitStack) -> None:
        self._sampler, self._stack, self._helper = sampler, stack, None

    def prepare(self, left: int) -> None:
        """Starts threads, and the helper process, if that is worth while for so many names."""
        if left >= WORTH_THREADS and self.count == 1:
            threads = worker_threads(min(usable_cores(), MAX_THREADS))
            self.submit, self.count = self._stack.enter_context(threads)
        if left >= LONG and self.count > 1 and self._helper is None:
            if _helper_is_taken.acquire(blocking=False):
                self._stack.callback(_helper_is_taken.release)
                from rnn_names.processes.helper import Helper  # a few names do without

                self._helper = self._stack.enter_context(Helper(copy, self._sampler.drawer))
                self._helper.start()

    def drawn(self, keys: Array) -> tuple[Names, Array, Tally]:
        """The names of some attempts that meet the conditions, their rows, and a tally.

        Conditions are tested here.
        """
        if self._helper is None:
            return self._sampler.drawn(keys)
        names, rows = self._helper.begin(Drawer.draw, keys)()
        return self._sampler.held(len(keys), names, rows)

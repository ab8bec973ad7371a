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
from rnn_names.arrays import Array, ranges
from rnn_names.conditions.options import Options
from rnn_names.corpus.names import Names
from rnn_names.errors import SamplingError, counted
from rnn_names.network.language_model import LanguageModel
from rnn_names.processes.threads import Submit, deferred, one_blas_thread, worker_threads
from rnn_names.sampling.drawer import Drawer
from rnn_names.sampling.numbers import MOST_NUMBERS, key_of, states_of
from rnn_names.sampling.sampler import Sampler, Tally, add, sampler_of, settled
from rnn_names.sampling.unique import unique_of
from rnn_names.sampling.walk import changes
from rnn_names.system import usable_cores

if TYPE_CHECKING:
    from rnn_names.processes.helper import Helper
    from rnn_names.sampling.guided import Guided

FIRST_WALK, GROWTH = 1 << 12, 16  # names of a stream's first walk, at most; each is so much larger
FIRST_OF_ENDLESS = 1 << 5  # the same of a stream without an end, of which few names may be read
LARGEST_WALK = 1 << 18  # names of a walk: more share more beginnings, and take more memory
LEAST_TRIED = 1 << 7  # attempts at the names of a preview, if they bring too few
WORTH_THREADS = 1 << 14  # names to be drawn for which threads are started
LONG = 1 << 17  # names to be drawn for which the helper process is started
NUMBERS_AT_ONCE = 1 << 15  # whose names are given together, at most
WAITING = 16  # numbers in work at the same time for each that was given, at most
WALKS_IN_WORK = 3  # of the largest: the names of more would take more memory than promised
MAX_THREADS = 4  # each holds names that it draws: more would use more memory than promised
MOST_ATTEMPTS = 1 << 21  # attempts after which a stream ends, if they gave no name
NAMES_PER_BUDGET = 16  # names that earn as many attempts again
MOST_CHARACTERS = 1 << 23  # or proposals of so many characters, under rare conditions: a minute
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
    options, process = settled(options, model), os.getpid()
    sampler = sampler_of(model, options)
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
            only = f"only {delivered:,} of " * (count < ENDLESS) or "only "
            only += counted(count if count < ENDLESS else delivered, "name")
            raise SamplingError(f"{only} found: {'; '.join(causes)}", options.given) from None


def preview(model: LanguageModel, count: int, seed: int) -> list[str]:
    """At most `count` names, from not many more attempts: a network in training may end none."""
    names: list[str] = []
    with suppress(SamplingError):  # what it has learned so far may begin no name
        sampler, key, number = Sampler(model, Options()), key_of(seed), 0
        while len(names) < count and number < max(2 * count, LEAST_TRIED):
            numbers = number + np.arange(count - len(names) + FIRST_OF_ENDLESS)
            names += sampler.drawn(states_of(key, numbers))[0].to_strings()
            number += len(numbers)
    return names[:count]


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
    guided = None
    if sampler.may_be_rare:
        from rnn_names.sampling.guided import guided_if_rare

        guided = guided_if_rare(sampler)
    with ExitStack() as stack:
        workers = _Workers(sampler, stack)
        if guided is not None:
            yield from _groups(guided, key, begin, end, needed, workers)
            return
        first = FIRST_WALK if count < ENDLESS else FIRST_OF_ENDLESS
        sizes = first // slowness, min(sampler.largest_walk, LARGEST_WALK) // slowness
        queue = Attempts(begin, end, (max(sizes[0], 1), max(sizes[1], 1)), needed)

        def draw(numbers: Array, attempts: Array) -> tuple[Names, Array, Tally]:
            return workers.drawn(states_of(key, numbers, attempts))

        yield from queue.names(draw, workers, MOST_ATTEMPTS // slowness)


def _groups(
    guided: Guided,
    key: Array,
    begin: int,
    end: int,
    needed: Callable[[], int],
    workers: _Workers,
) -> Iterator[Names]:
    """The names of a stream under rare conditions: those of its groups, one after another."""
    from rnn_names.sampling.guided import GROUP

    group, size, given, tally = begin // GROUP, 1, begin, Tally()  # the next group, and so on
    budget = min(MOST_ATTEMPTS, MOST_CHARACTERS // guided.min_length)
    begun = deque[tuple[int, int, Callable[[], Any]]]()
    while given < end:
        left = min(needed(), end - given)
        workers.prepare(int(left / guided.acceptance), with_helper=False)
        while len(begun) < workers.count and group * GROUP < given + left:
            size = min(size, left // GROUP // workers.count + 1, guided.most_groups)
            numbers = np.arange(group, group + size)
            call = workers.submit(guided.groups, key, numbers, budget)
            begun.append((group * GROUP, size * GROUP, call))
            group, size = group + size, size * GROWTH
        first, wanted, call = begun.popleft()
        names, seen = call()
        add(tally, seen)
        is_short = len(names) < wanted
        names = names[max(begin - first, 0) : end - first]
        given += len(names)
        yield names
        if is_short and given < end:
            raise GivenUp(tally)


class Attempts:
    """A queue of numbers and attempts; those that failed wait with their next attempt.

    Args:
        begin, end: the numbers from `begin` on, below `end`.
        sizes: attempts of the first walk, and of the largest one.
        needed: tells how many names are likely to be needed beside those that were given.
    """

    def __init__(
        self, begin: int, end: int, sizes: tuple[int, int], needed: Callable[[], int]
    ) -> None:
        # Names were given below the one; numbers from the other on were not tried yet.
        self._begin = self._given_below = self._fresh = begin
        self._end, self._needed = end, needed
        self._failed = np.zeros((2, 0), np.int64)  # numbers, rising, and their next attempts
        self._size, self._largest = self._first, _ = sizes
        self._found: list[tuple[Array, Names]] = []  # numbers, rising, and their names
        self._tested = self._passed = 0
        self._tally = Tally()

    def names(self, draw: Callable[..., Any], workers: OneWorker, budget: int) -> Iterator[Names]:
        """The names in the order of their numbers, in parts; at last perhaps GivenUp.

        `draw` takes numbers and attempts, (n,), and gives names that passed, their rows, a tally.
        `budget` attempts may give no name; as many again are earned by every few names.
        """
        begun = deque[tuple[Array, Array, Callable[[], Any]]]()
        while True:
            left = self._end - self._given_below
            workers.prepare(min(left, self._needed()) if left < ENDLESS // 2 else self._passed)
            while len(begun) < workers.count and self._left:
                in_work = sum(numbers.shape[1] for numbers, _, _ in begun)
                numbers, each = self._next_walk(workers.count, in_work)
                which = np.repeat(np.arange(len(each)), each)
                attempts = numbers[1, which] + ranges(0 * each, each)
                begun.append((numbers, each, workers.submit(draw, numbers[0, which], attempts)))
            if not begun:
                return
            numbers, each, call = begun.popleft()
            self._take_in(numbers, each, *call())
            is_over = self._tested >= budget * (1 + self._passed // NAMES_PER_BUDGET)
            waiting = [numbers[0, 0] for numbers, _, _ in begun] + self._failed[0, :1].tolist()
            yield from self._given(ENDLESS if is_over else min([self._fresh, *waiting]))
            if is_over:
                raise GivenUp(self._tally)

    @property
    def _left(self) -> int:
        """How many numbers wait for an attempt that has not begun.

        As many begin, at most, as some times those that were given: names that are found wait for
        all before them, and who reads a few names should not wait for thousands.
        """
        given = self._given_below - self._begin
        in_work = min(WAITING * max(given, self._first), WALKS_IN_WORK * self._largest)
        most = min(self._needed(), in_work)
        more = min(self._given_below + most, self._end) - self._fresh
        return self._failed.shape[1] + max(more, 0)

    def _next_walk(self, workers: int, in_work: int) -> tuple[Array, Array]:
        """Numbers and their next attempts, (2, m), and how many attempts each has in this walk.

        Numbers have one at first, and more where there are too few to fill the walk. After that,
        attempts are doubled, or names that were found would wait for an unlucky number before them.
        """
        size = min(self._size, max(math.ceil((self._left + in_work) / workers), FIRST_WALK))
        self._size = min(self._size * GROWTH, self._largest)
        needed = math.ceil(1.5 * (self._tested + 1) / (self._passed + 1))
        at_first = max(min(size // self._left, needed), 1)
        each = np.clip(self._failed[1], at_first, max(min(2 * needed, size), at_first))
        n_failed = max(int(np.searchsorted(np.cumsum(each), size, side="right")), 1)
        failed, self._failed = np.split(self._failed, [n_failed], axis=1)
        n = max((size - int(each[:n_failed].sum())) // at_first, 0 if failed.size else 1)
        n = 0 if self._failed.size else min(n, self._left)
        fresh = self._fresh + np.arange(n)
        self._fresh += n
        numbers = np.concatenate([failed, [fresh, 0 * fresh]], axis=1)
        return numbers, np.append(each[:n_failed], np.full(n, at_first))

    def _take_in(
        self, numbers: Array, each: Array, names: Names, rows: Array, tally: Tally
    ) -> None:
        """Takes in the names of a walk, and the rows of the attempts that brought them."""
        add(self._tally, tally)
        self._tested, self._passed = self._tested + int(each.sum()), self._passed + len(rows)
        of_number = np.repeat(np.arange(len(each)), each)[rows]  # rising
        first = changes(of_number)  # whether an attempt is the first to pass
        if not first.all():
            of_number, names = of_number[first], names.take(np.flatnonzero(first))
        self._found.append((numbers[0, of_number], names))
        has_failed = np.ones(len(each), bool)
        has_failed[of_number] = False
        failed = np.stack([numbers[0], numbers[1] + each])[:, has_failed]
        failed = np.concatenate([self._failed, failed], axis=1)
        self._failed = failed[:, np.argsort(failed[0], kind="stable")]

    def _given(self, end: int) -> Iterator[Names]:
        """The names that were found for numbers below `end`, in order, in parts."""
        end = min(end, self._fresh)
        while self._given_below < end:
            stop = min(self._given_below + NUMBERS_AT_ONCE, end)
            below = [(np.searchsorted(part[0], stop), *part) for part in self._found]
            given = [(numbers[:n], names[:n]) for n, numbers, names in below if n]
            self._found = [
                (numbers[n:], names[n:]) for n, numbers, names in below if n < len(names)
            ]
            self._given_below = stop
            if len(given) == 1:
                yield given[0][1]
            elif given:
                order = np.argsort(np.concatenate([numbers for numbers, _ in given]), kind="stable")
                yield Names.concatenate([names for _, names in given]).take(order)


class OneWorker:
    """Makes a call when its value is asked for."""

    submit: Submit = staticmethod(deferred)
    count = 1

    def prepare(self, left: int, *, with_helper: bool = True) -> None:
        """Starts what is worth while for so many names."""


class _Workers(OneWorker):
    """What draws walks: this thread; several, where there is enough to draw; a helper process."""

    def __init__(self, sampler: Sampler, stack: ExitStack) -> None:
        self._sampler, self._stack, self._has_threads = sampler, stack, False
        self._helper: Helper | None = None

    def prepare(self, left: int, *, with_helper: bool = True) -> None:
        """Starts threads, and the helper process, if that is worth while for so many names."""
        if left >= WORTH_THREADS and not self._has_threads:
            self._has_threads = True
            threads = worker_threads(min(usable_cores(), MAX_THREADS))
            self.submit, self.count = self._stack.enter_context(threads)
        is_worth_while = with_helper and left >= LONG and self.count > 1 and self._helper is None
        if is_worth_while and _helper_is_taken.acquire(blocking=False):
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

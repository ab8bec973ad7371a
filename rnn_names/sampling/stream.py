"""A seed's stream of names, in the order of their numbers.

Name i is that of the first attempt at i that meets the conditions (`attempts`). Several threads
draw, one of which may leave its work to a helper process; neither changes a name, since a name
depends on its seed and its number alone.
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
from rnn_names.errors import SamplingError, counted
from rnn_names.network.language_model import LanguageModel
from rnn_names.processes.threads import Submit, deferred, one_blas_thread, worker_threads
from rnn_names.sampling.attempts import (
    ENDLESS,
    FIRST_WALK,
    GROWTH,
    Attempts,
    Drawn,
    GivenUp,
    Workers,
)
from rnn_names.sampling.drawer import Drawer
from rnn_names.sampling.numbers import key_of, states_of
from rnn_names.sampling.sampler import Sampler, Tally, add, sampler_of, settled
from rnn_names.sampling.unique import unique_of
from rnn_names.system import usable_cores

if TYPE_CHECKING:
    from rnn_names.processes.helper import Helper
    from rnn_names.sampling.guided import Guided

FIRST_OF_ENDLESS = 1 << 5  # names of the first walk of an endless stream: few may be read
LARGEST_WALK = 1 << 18  # names of a walk: more share more beginnings, and more names wait
SHARES = 8  # of the largest walk: each has names that begin alike, and memory for as many
LEAST_IN_SHARES = 1 << 13  # names of a walk that is drawn in shares
LEAST_TRIED = 1 << 7  # attempts at the names of a preview, if they bring too few
WORTH_THREADS = 1 << 14  # names to be drawn for which threads are started
LONG = 1 << 17  # names to be drawn for which the helper process is started
MAX_THREADS = 4  # each holds names that it draws: more would use more memory than promised
MOST_ATTEMPTS = 1 << 21  # attempts after which a stream ends, if they gave no name
MOST_CHARACTERS = 1 << 23  # or proposals of so many characters, under rare conditions: a minute

_with_helper = system.ForkSafe(threading.Lock)  # one stream at a time has a helper process


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
            causes = [] if delivered >= n_possible else [tightest(error.tally)]
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


def tightest(tally: Tally) -> str:
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
        workers = _Workers(sampler, key, stack)
        if guided is not None:
            yield from _groups(guided, key, begin, end, needed, workers)
            return
        first = FIRST_WALK if count < ENDLESS else FIRST_OF_ENDLESS
        sizes = first // slowness, min(sampler.largest_walk, LARGEST_WALK) // slowness
        queue = Attempts(begin, end, (max(sizes[0], 1), max(sizes[1], 1)), needed)
        yield from queue.names(workers, MOST_ATTEMPTS // slowness)


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

    group, size = begin // GROUP, 1  # the next group, and how many are drawn by the next call
    given, tally = begin, Tally()  # the next number to give
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


class _Workers(Workers):
    """What draws walks: this thread; several, where there is enough to draw; a helper process."""

    submit: Submit = staticmethod(deferred)
    count = 1

    def __init__(self, sampler: Sampler, key: Array, stack: ExitStack) -> None:
        self._sampler, self._key, self._stack, self._has_threads = sampler, key, stack, False
        self._helper: Helper | None = None
        self._thread = 0  # the only thread that uses the helper: only the other needs memory

    def prepare(self, left: int, *, with_helper: bool = True) -> None:
        """Starts threads, and the helper process, if that is worth while for so many names."""
        if left >= WORTH_THREADS and not self._has_threads:
            self._has_threads = True
            threads = worker_threads(min(usable_cores(), MAX_THREADS))
            self.submit, self.count = self._stack.enter_context(threads)
        is_worth_while = with_helper and left >= LONG and self.count > 1 and self._helper is None
        if is_worth_while and _with_helper.lock.acquire(blocking=False):
            self._stack.callback(_with_helper.lock.release)
            from rnn_names.processes.helper import Helper  # a few names do without

            self._helper = self._stack.enter_context(Helper(copy, self._sampler.drawer))
            self._helper.start()

    def begin(self, numbers: Array, attempts: Array) -> list[Callable[[], Drawn]]:
        """Begins to draw some attempts, in shares of names that begin alike."""
        most = min(self._sampler.largest_walk, LARGEST_WALK) // SHARES
        is_large = len(numbers) >= LEAST_IN_SHARES or len(numbers) > most
        n = self.count * math.ceil(len(numbers) / (self.count * most)) if is_large else 1
        parts = np.array_split(np.arange(len(numbers), dtype=np.int32), n)
        if n > 1:
            keys = (states_of(self._key, numbers[rows], attempts[rows]) for rows in parts)
            share = np.concatenate([self._sampler.drawer.shares(each, n) for each in keys])
            parts = [np.flatnonzero(share == each).astype(np.int32) for each in range(n)]
        return [self._begin(numbers, attempts, rows) for rows in parts]

    def _begin(self, numbers: Array, attempts: Array, rows: Array) -> Callable[[], Drawn]:
        """Begins to draw a share."""

        def draw() -> Drawn:
            keys = states_of(self._key, numbers[rows], attempts[rows])
            thread = threading.get_ident()
            self._thread = self._thread or thread
            if self._helper is not None and self._thread == thread:
                drawn = self._helper.begin(Drawer.draw, keys)()
            else:
                drawn = self._sampler.drawer.draw(keys)
            names, passed, tally = self._sampler.held(len(keys), *drawn)
            # They wait for the names before them: in a byte a character, if these are Latin ones.
            codes = names.codes.astype(np.min_scalar_type(names.codes.max(initial=0)))
            return Names(codes, names.offsets), rows[passed], tally

        return self.submit(draw)

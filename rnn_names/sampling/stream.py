"""A seed's stream of names, in the order of their numbers.

Name i is that of the first attempt at i that meets the conditions (`name_queue`). Several threads
may draw. That changes no name, since a name depends on its seed and its number alone.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names.arrays import Array
from rnn_names.conditions.edits import FarApart
from rnn_names.conditions.options import Options
from rnn_names.corpus.names import Names
from rnn_names.errors import SamplingError, plural
from rnn_names.network.language_model import LanguageModel
from rnn_names.processes.threads import Submit, one_blas_thread, worker_threads
from rnn_names.sampling.name_queue import (
    ENDLESS,
    FIRST_BATCH,
    MAX_ATTEMPTS,
    BatchSizes,
    NameQueue,
    TooFewNames,
)
from rnn_names.sampling.random_keys import key_of, keys_of
from rnn_names.sampling.sampler import ConditionalSampler, Tally, make_sampler
from rnn_names.sampling.unique import WINDOW, Unique
from rnn_names.system import usable_cores

if TYPE_CHECKING:
    from rnn_names.sampling.guided import GuidedSampler

FIRST_OF_ENDLESS = 1 << 5  # attempts of an endless stream's first batch: it may be read briefly
GROWTH = 16  # the most by which the number of names grows from batch to batch
GROWTH_TO_COUNT = 256  # the same, if the number of requested names is known
WORTH_THREADS = 1 << 14  # the fewest names for which threads are started
MAX_THREADS = 4  # each needs memory for its names: more would exceed what is promised
MIN_TRIED = 1 << 7  # the fewest attempts of a preview
ATTEMPTS_AT_ONCE = 1 << 10  # if those that fail are not repeated
MAX_FAILED_CHARACTERS = 1 << 23  # characters of unsuccessful proposals after which a stream ends


def names_of_stream(
    model: LanguageModel, count: int, options: Options, max_attempts: int | None = None
) -> Iterator[Names]:
    """Yields `count` names, in parts; raises SamplingError after the last if there are fewer.

    At most `max_attempts` (default: `MAX_ATTEMPTS`) may fail before the first name, and more after
    every 16 names.
    """
    process = os.getpid()
    sampler, options = make_sampler(model, options)
    with one_blas_thread():
        if not count:
            return
        unique = None
        if options.is_unique:
            far_apart = FarApart.from_options(options)
            unique = Unique(count, options.remember, WINDOW // options.slowness, far_apart)
        n_possible = sampler.n_possible if unique else np.inf
        delivered, tally = 0, Tally()
        try:
            budget = MAX_ATTEMPTS if max_attempts is None else max_attempts
            for names in _drawn_names(sampler, options, count, unique, budget):
                if unique:
                    names = names.take(unique.admit(names))
                    unique.warn_if_few_are_new()
                delivered += len(names)
                yield names
                if os.getpid() != process:  # the threads run in the parent only
                    raise SamplingError(
                        "this stream began before the process forked: begin one in each process"
                    )
                if delivered == count:
                    return
                if delivered >= n_possible or (unique and unique.is_exhausted):
                    break
        except TooFewNames as error:
            tally = error.tally
        reason = _shortage(tally, delivered, count, sampler, unique)
        raise SamplingError(reason, options.non_defaults)


def _shortage(
    tally: Tally, delivered: int, count: int, sampler: ConditionalSampler, unique: Unique | None
) -> str:
    """Says how many names were found, and why there are no more."""
    n_possible, causes = sampler.n_possible if unique else np.inf, list[str]()
    if unique:
        # `min_edits` has one title for both tests: count from the test against the list.
        tested, _ = tally.get(unique.title, (unique.tested, 0))
        tally[unique.title] = tested, unique.passed
    if delivered < n_possible:
        causes.append(tally.explanation())
    if n_possible < count:
        causes.append(f"no more than {n_possible:,.0f} can meet {sampler.title}")
    names = plural(delivered, "name")
    if count < ENDLESS:
        names = f"{delivered:,} of {plural(count, 'name')}"
    return f"only {names} found: {'; '.join(causes)}"


def preview(model: LanguageModel, count: int, seed: int) -> list[str]:
    """At most `count` names, with few attempts: a network in training may end no name."""
    names = names_of_attempts(model, max(2 * count, MIN_TRIED), Options(seed=seed))
    with suppress(SamplingError):  # the network may not begin any name yet
        return [*islice(names, count)]
    return []


def names_of_attempts(model: LanguageModel, n: int, options: Options) -> Iterator[str]:
    """The names that the first attempts at n numbers give, which may be few."""
    sampler, options = make_sampler(model, options)
    key, numbers = key_of(options.some_seed()), np.arange(n // options.slowness)
    with one_blas_thread():
        for some in np.array_split(numbers, len(numbers) // ATTEMPTS_AT_ONCE + 1):
            yield from sampler.draw(keys_of(key, some))[0].to_strings()


def _drawn_names(
    sampler: ConditionalSampler,
    options: Options,
    count: int,
    unique: Unique | None,
    budget: int,
) -> Iterator[Names]:
    """The names from `options.start` on, in parts; more than `count` if some may be repeats."""
    numbers = range(options.start, ENDLESS if unique else options.start + count)
    guided = None
    if sampler.may_be_rare:
        from rnn_names.sampling.guided import guided_if_rare

        guided = guided_if_rare(sampler)
    key, acceptance = key_of(options.some_seed()), guided.guide.acceptance if guided else 1
    is_large = count >= WORTH_THREADS * acceptance
    budget = min(budget, MAX_FAILED_CHARACTERS // sampler.spelling.min_length)
    with worker_threads(min(usable_cores(), MAX_THREADS) if is_large else 1) as threads:
        if guided is not None:
            yield from _groups(guided, key, numbers, budget, unique, threads)
            return
        slowness = options.slowness
        first, growth = FIRST_OF_ENDLESS, GROWTH
        if count < ENDLESS:
            first, growth = FIRST_BATCH, GROWTH_TO_COUNT
        first, largest = (max(n // slowness, 1) for n in (first, sampler.largest_batch))
        sizes, budget = BatchSizes(first, growth, largest), budget // slowness
        yield from NameQueue(sampler, key, numbers, sizes, budget, unique, threads).names()


def _groups(
    guided: "GuidedSampler",
    key: Array,
    numbers: range,
    budget: int,
    unique: Unique | None,
    threads: tuple[Submit, int],
) -> Iterator[Names]:
    from rnn_names.sampling.guided import GROUP_SIZE

    submit, n_threads = threads
    begin, end = numbers.start, numbers.stop
    group = begin // GROUP_SIZE  # the next group
    size = 1  # groups that the next call draws
    next_number = begin
    tally = Tally()
    pending = deque[tuple[int, int, Callable[[], Any]]]()
    while next_number < end:
        left = unique.needed() if unique else end - next_number
        while len(pending) < n_threads and group * GROUP_SIZE < next_number + left:
            size = min(size, left // GROUP_SIZE // n_threads + 1, guided.max_groups)
            call = submit(guided.groups, key, group + np.arange(size), budget)
            pending.append((group * GROUP_SIZE, size * GROUP_SIZE, call))
            group, size = group + size, size * GROWTH
        first, expected, call = pending.popleft()
        names, counts = call()
        tally.add(counts)
        part = names[max(begin - first, 0) : end - first]
        next_number += len(part)
        yield part
        if len(names) < expected and next_number < end:
            raise TooFewNames(tally)

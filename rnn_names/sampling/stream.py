"""A seed's stream of names, in the order of their numbers.

Name i is that of the first attempt at i that meets the conditions (`name_queue`). Several threads
may draw, one of them through a helper process. That changes no name, since a name depends on its
seed and its number alone.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names.conditions.options import Options
from rnn_names.corpus.names import Names
from rnn_names.errors import SamplingError, plural
from rnn_names.network.language_model import LanguageModel
from rnn_names.processes.threads import one_blas_thread
from rnn_names.sampling.name_queue import (
    ENDLESS,
    FIRST_WALK,
    MAX_ATTEMPTS,
    NameQueue,
    TooFewNames,
    needed,
)
from rnn_names.sampling.random_keys import key_of, keys_of
from rnn_names.sampling.sampler import ConditionalSampler, Tally, make_sampler
from rnn_names.sampling.unique import Unique, make_unique_filter
from rnn_names.sampling.workers import Workers

if TYPE_CHECKING:
    from rnn_names.sampling.guided import GuidedSampler

FIRST_OF_ENDLESS = 1 << 5  # names of the first walk of an endless stream, which may be read briefly
GROWTH = 16  # the most by which the number of names grows from walk to walk
GROWTH_TO_COUNT = 256  # the same, if the number of requested names is known
MIN_TRIED = 1 << 7  # the fewest attempts of a preview
ATTEMPTS_AT_ONCE = 1 << 10  # if those that fail are not repeated
MAX_VAIN_CHARACTERS = 1 << 23  # characters of unsuccessful proposals after which a stream ends


def names_of_stream(model: LanguageModel, count: int, options: Options) -> Iterator[Names]:
    """Yields `count` names, in parts; raises SamplingError after the last if there are fewer."""
    process = os.getpid()
    sampler, options = make_sampler(model, options)
    with one_blas_thread():
        if not count:
            return
        unique = make_unique_filter(count, options)
        n_possible = sampler.n_possible if unique else np.inf
        delivered = 0
        tally = Tally()
        try:
            for names in _drawn_names(sampler, options, count, unique):
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
        if unique:
            # `min_edits` has one title for both tests: count from the test against the list.
            tested, _ = tally.get(unique.title, (unique.tested, 0))
            tally[unique.title] = tested, unique.passed
        causes = [] if delivered >= n_possible else [tally.tightest()]
        if n_possible < count:
            causes.append(f"no more than {n_possible:,.0f} can meet {sampler.title}")
        of = plural(delivered, "name")
        if count < ENDLESS:
            of = f"{delivered:,} of {plural(count, 'name')}"
        raise SamplingError(f"only {of} found: {'; '.join(causes)}", options.non_defaults)


def preview(model: LanguageModel, count: int, seed: int) -> list[str]:
    """At most `count` names, with few attempts: a network in training may end no name."""
    names = names_of_attempts(model, max(2 * count, MIN_TRIED), Options(seed=seed))
    with suppress(SamplingError):  # the network may not begin any name yet
        return [*islice(names, count)]
    return []


def names_of_attempts(model: LanguageModel, n: int, options: Options) -> Iterator[str]:
    """The names that the first attempts at n numbers give, which may be few."""
    sampler, options = make_sampler(model, options)
    numbers = np.arange(n // options.slowness)
    with one_blas_thread():
        for some in np.array_split(numbers, len(numbers) // ATTEMPTS_AT_ONCE + 1):
            keys = keys_of(key_of(options.some_seed()), some)
            yield from sampler.draw(keys)[0].to_strings()


def _drawn_names(
    sampler: ConditionalSampler, options: Options, count: int, unique: Unique | None
) -> Iterator[Names]:
    """The names from `options.start` on, in parts; more than `count` if some may be repeats."""
    begin = options.start
    end = ENDLESS if options.is_unique else begin + count
    guided = None
    if sampler.may_be_rare:
        from rnn_names.sampling.guided import guided_if_rare

        guided = guided_if_rare(sampler)
    with ExitStack() as stack:
        workers = Workers(sampler, key_of(options.some_seed()), stack)
        budget = min(MAX_ATTEMPTS, MAX_VAIN_CHARACTERS // sampler.spelling.min_length)
        if guided is not None:
            yield from _groups(guided, begin, end, budget, unique, workers)
            return
        first, growth = FIRST_OF_ENDLESS, GROWTH
        if count < ENDLESS:
            first, growth = FIRST_WALK, GROWTH_TO_COUNT
        slowness = options.slowness
        first, largest = (max(n // slowness, 1) for n in (first, sampler.largest_walk))
        sizes = first, growth, largest
        yield from NameQueue(begin, end, sizes, budget // slowness, unique).names(workers)


def _groups(
    guided: "GuidedSampler",
    begin: int,
    end: int,
    budget: int,
    unique: Unique | None,
    workers: Workers,
) -> Iterator[Names]:
    from rnn_names.sampling.guided import GROUP

    group = begin // GROUP  # the next group
    size = 1  # groups that the next call draws
    next_number = begin
    tally = Tally()
    begun = deque[tuple[int, int, Callable[[], Any]]]()
    while next_number < end:
        left = min(needed(unique), end - next_number)
        workers.prepare(int(left / guided.guide.acceptance))
        while len(begun) < workers.count and group * GROUP < next_number + left:
            size = min(size, left // GROUP // workers.count + 1, guided.max_groups)
            call = workers.submit(guided.groups, workers.key, group + np.arange(size), budget)
            begun.append((group * GROUP, size * GROUP, call))
            group, size = group + size, size * GROWTH
        first, expected, call = begun.popleft()
        names, counts = call()
        tally.add(counts)
        part = names[max(begin - first, 0) : end - first]
        next_number += len(part)
        yield part
        if len(names) < expected and next_number < end:
            raise TooFewNames(tally)

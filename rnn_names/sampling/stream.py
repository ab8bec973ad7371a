"""A seed's stream of names: its blocks, drawn on several cores, put one after another."""

from __future__ import annotations

import os
import threading
import warnings
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from copy import copy
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from rnn_names import system
from rnn_names.conditions.options import Options
from rnn_names.corpus.names import Names
from rnn_names.errors import RareConditionsWarning, SamplingError
from rnn_names.network.language_model import LanguageModel
from rnn_names.processes.threads import one_blas_thread, worker_threads
from rnn_names.sampling.blocks import Drawer, GivenUp, blocks_of
from rnn_names.sampling.continuations import Continuations
from rnn_names.sampling.sampler import FIRST_BLOCK, Sampler, Tally, sampler_of
from rnn_names.sampling.unique import unique_of
from rnn_names.sampling.walk import Walk
from rnn_names.system import usable_cores

if TYPE_CHECKING:
    from rnn_names.processes.helper import Helper

MAX_THREADS = 4  # each holds names that it draws: more would use more memory than promised
LONG = 1 << 17  # names to be drawn for which the helper process is started
CHECKED = 1024  # names that both processes draw to see whether they draw the same
ENDLESS = 1 << 62  # names of a stream without an end: more than anybody draws


_helper_is_taken = threading.Lock()  # one stream at a time has a helper process


def _free_helper() -> None:
    global _helper_is_taken
    _helper_is_taken = threading.Lock()


system.here_and_in_forks(_free_helper)


def sample(model: LanguageModel, count: int, options: Options) -> Iterator[Names]:
    """Draws `count` names, in parts, or those that could be had, and then raises SamplingError."""
    sampler, process = sampler_of(model, options), os.getpid()
    with one_blas_thread():
        if not count:
            return
        unique = unique_of(count, options)
        n_possible, titles = sampler.count_possible() if unique else (np.inf, "")
        most = f"no more than {n_possible:,.0f} can meet {titles}" if n_possible < count else ""
        delivered = 0
        try:
            for names in _drawn(sampler, options, count):
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
            causes += [most] if most else []
            wanted = f" of {count:,}" if count < ENDLESS else ""
            raise SamplingError(
                f"only {delivered:,}{wanted} names found: {'; '.join(causes)}",
                settings=options.given,
            ) from None


def preview(model: LanguageModel, count: int, seed: int) -> list[str]:
    """At most `count` names, from not many more draws: a network in training may end none."""
    names: list[str] = []
    with suppress(SamplingError):  # what it has learned so far may begin no name
        sampler, bits = Sampler(model, Options()), Random(seed)
        size, n_drawn = min(count + FIRST_BLOCK, sampler.largest_walk), 0
        while len(names) < count and n_drawn < 2 * count:
            names, n_drawn = names + sampler.draw(size, bits).to_strings(), n_drawn + size
    return names[:count]


def _drawn(sampler: Sampler, options: Options, count: int) -> Iterator[Names]:
    """`count` names of the stream, in order, in parts; without an end where they are to be unique.

    The first block comes at once, if it is small; of the others, a few are drawn at a time.
    """
    seed = int.from_bytes(os.urandom(16), "little") if options.seed is None else options.seed
    drawer = Drawer(sampler, seed, sampler.prepare_if_rare())
    # How much of the stream it takes to find the wanted unique names is not known before.
    n_names = ENDLESS if options.is_unique else count
    blocks = blocks_of(options.start, n_names, sampler.largest_block)
    threads, shortcoming = 0, ""
    begun: deque[Iterator[Names]] = deque()
    with ExitStack() as stack:
        for i, block in enumerate(blocks):
            # Threads, but not for a small first block.
            if not threads and (i or drawer.has_shares(block)):
                some = worker_threads(min(usable_cores(), MAX_THREADS))
                drawer.submit, threads = stack.enter_context(some)
            if not sampler.is_prepared(block.number) or block.begin >= options.start + count:
                yield from _ended(begun, 0)  # rather than let them wait, or draw in vain
            sampler.look_ahead_for(block.number)  # prepared here, before a thread asks for it
            if sampler.preparation and not shortcoming:
                shortcoming = sampler.preparation.shortcoming
                if shortcoming:
                    warnings.warn(shortcoming, RareConditionsWarning, stacklevel=3)
            # A stream without an end is taken to go on for as long as it went so far.
            end = options.start + count if count < ENDLESS else 2 * block.begin - options.start
            is_long = max(end - block.begin, block.size) >= LONG
            shares_work = is_long and threads > 1 and sampler.preparation is None
            if shares_work and not drawer.helper and _helper_is_taken.acquire(blocking=False):
                stack.callback(_helper_is_taken.release)
                drawer.helper = stack.enter_context(_helper(sampler))
            begun.append(drawer.begin(block))
            # While one block ends, the shares of the next are there to be drawn.
            yield from _ended(begun, 1 if drawer.has_shares(block) else max(threads - 1, 0))
        yield from _ended(begun, 0)


def _ended(begun: deque[Iterator[Names]], most: int) -> Iterator[Names]:
    while len(begun) > most:
        yield from begun.popleft()


def _helper(sampler: Sampler) -> Helper:
    """A helper process that draws shares: one of the threads leaves its work to it."""
    from rnn_names.processes.helper import Helper  # a few names do without

    source = copy(sampler)
    source.conditions = []  # which are tested here
    helper = Helper(copy, source, check=_check)
    helper.start()
    return helper


def _check(continuations: Continuations) -> bytes:
    """The text of a walk that is always the same, with its unfinished names."""
    walk = Walk(continuations, CHECKED, Random(0))
    walk.go_on(walk.first_step())
    return walk.text.tobytes()


def _tightest(tally: Tally) -> str:
    """Why names were not found, for a message: the condition that the smallest share met."""
    rates = {each: max(passed, 0.5) / tested for each, (tested, passed) in tally.items() if tested}
    if not rates:
        return "allow other lengths or another temperature, or train for longer"
    option = min(rates, key=rates.__getitem__)
    tested, passed = tally[option]
    rate = f"1 in {tested / passed:,.0f}" if passed else f"fewer than 1 in {tested:,}"
    return f"the tightest condition was {option} ({rate} drawn passes)"

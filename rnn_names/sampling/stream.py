"""A seed's stream of names: its blocks, drawn by several workers, put one after another."""

from __future__ import annotations

import os
import warnings
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from rnn_names.conditions.options import Options
from rnn_names.corpus.names import Names
from rnn_names.errors import RareConditionsWarning, SamplingError
from rnn_names.processes.threads import one_blas_thread
from rnn_names.sampling.drawing import Block, Drawer, Part, SharedBlock, WholeBlock, blocks_of
from rnn_names.sampling.sampler import FIRST_BLOCK, Sampler
from rnn_names.sampling.tally import Tally, add_to

if TYPE_CHECKING:
    from rnn_names.network.language_model import LanguageModel


LONG = 1 << 17
"""Names that are still to be drawn, at least, where the helper process is started. The start takes
as long as 30,000 names of a GRU of 256 units."""

REPEATS = 1 << 16
"""A stream of unique names is given up when so many names of it bring fewer than one new one in
4,096."""

ENDLESS = 1 << 62
"""Names of a stream without an end: more than anybody draws."""


def sample(model: LanguageModel, count: int, options: Options) -> Iterator[Names]:
    """Draws `count` names, in parts; the codes of each part are code points.

    Raises:
        VocabularyError: for a prefix, suffix or contained text with characters that the model does
            not know.
        SamplingError: for options that no name can meet; or, after the names that could be had,
            when more are not found.

    Warns:
        RareConditionsWarning: where more names than usual are repeats, because of the conditions.
    """
    sampler = Sampler(model, options)
    with one_blas_thread():
        unique, possible, titles = None, np.inf, ""
        if options.unique and count:
            unique = _Unique(count)
            possible, titles = sampler.count_possible()
        tallies = sampler.look_ahead() if count else {}
        delivered = 0
        # How much of the stream it takes to find the wanted unique names is not known before.
        wanted = min(count, 1) * ENDLESS if unique else count
        blocks = blocks_of(options.start, wanted, sampler.largest_block)
        for names, full, tally in _drawn(sampler, blocks, options.start + count):
            for option, (tested, passed) in tally.items():
                add_to(tallies, option, tested, passed)
            if unique is not None:
                names = unique.new(names)
                if unique.is_exhausted:
                    full, tallies = False, {"unique": (unique.tested, unique.passed)}
            delivered += len(names)
            yield names
            if delivered == count:
                return
            most = f"no more than {possible:,.0f} can meet {titles}" if possible < count else ""
            if most and delivered >= possible:
                raise SamplingError(
                    f"only {delivered:,} of {count:,} names found: {most}", settings=options.given
                )
            if full is False:
                shortage = _shortage(delivered, count, tallies)
                raise SamplingError(
                    f"{shortage}; {most}" if most else shortage, settings=options.given
                )


def preview(model: LanguageModel, count: int, seed: int) -> list[str]:
    """At most `count` names, from not many more draws.

    It is for a look at a network in training, whose names may hardly come to an end.
    """
    names: list[str] = []
    with suppress(SamplingError):  # what it has learned so far may begin no name
        sampler, bits = Sampler(model, Options()), Random(seed)
        size, drawn = min(count + FIRST_BLOCK, sampler.largest_walk), 0
        while len(names) < count and drawn < 2 * count:
            names, drawn = names + sampler.draw(size, bits).to_strings(), drawn + size
    return names[:count]


def _drawn(sampler: Sampler, blocks: Iterator[Block], end: int) -> Iterator[Part]:
    """The wanted names of some blocks of a stream, in order, in parts.

    Names are wanted up to place `end` of the stream at least. The first block comes at once, if it
    is small; of the others, a few are drawn at a time.
    """
    seed = sampler.options.seed
    if seed is None:
        seed = int.from_bytes(os.urandom(16), "little")
    drawer = Drawer(sampler, seed)
    first = next(blocks, None)
    if first and not drawer.has_shares(first):
        _prepare(sampler, first)
        yield drawer.block(first)
        first = next(blocks, None)
    if first is None:
        return
    from rnn_names.sampling.workers import workers  # a few names do without

    begun: deque[WholeBlock | SharedBlock] = deque()
    with workers(sampler) as team:
        try:
            for block in chain([first], blocks):
                if not sampler.is_prepared(block.number):
                    yield from _ended(begun, 0)  # rather than let them wait
                _prepare(sampler, block)
                has_shares = drawer.has_shares(block)
                # A stream without an end is taken to go on for as long as it went so far.
                last = end if end < ENDLESS else 2 * block.begin - sampler.options.start
                is_long = max(last, block.stop) - block.begin >= LONG
                has_core = team.threads > 1
                if is_long and has_core and sampler.preparation is None:  # else no shares
                    team.helper.start()
                begun.append((SharedBlock if has_shares else WholeBlock)(drawer, team, block))
                # While one block ends, the shares of the next are there to be drawn.
                yield from _ended(begun, 1 if has_shares else team.threads - 1)
            yield from _ended(begun, 0)
        finally:
            for each in begun:
                each.cancel()


def _ended(begun: deque[WholeBlock | SharedBlock], most: int) -> Iterator[Part]:
    """The names of blocks that were begun, until `most` of these are left."""
    while len(begun) > most:
        yield from begun[0].parts()
        begun.popleft()


def _prepare(sampler: Sampler, block: Block) -> None:
    """Prepares the look-ahead for a block, if there is one, and warns once of what it cannot do."""
    sampler.prepare(block.number)
    shortcoming = sampler.preparation.shortcoming if sampler.preparation else ""
    if shortcoming and not sampler.has_warned:
        sampler.has_warned = True
        warnings.warn(shortcoming, RareConditionsWarning, stacklevel=4)


def _shortage(delivered: int, count: int, tallies: Tally) -> str:
    """The message for an order that could not be filled."""
    what = "allow other lengths or another temperature, or train for longer"
    rates = {
        option: max(passed, 0.5) / tested for option, (tested, passed) in tallies.items() if tested
    }
    if rates:
        option = min(rates, key=lambda option: rates[option])
        tested, passed = tallies[option]
        rate = f"1 in {tested / passed:,.0f}" if passed else f"fewer than 1 in {tested:,}"
        what = f"the tightest condition was {option} ({rate} drawn passes)"
    return f"only {delivered:,} of {count:,} names found: {what}"


class _Unique:
    """Lets each name through once.

    It keeps 8 bytes a name, its fingerprint. The probability that it drops a new name is next to 0.
    """

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        self.seen = np.zeros(0, np.uint64)
        self.tested = self.passed = 0
        self._last = 0, 0

    def new(self, names: Names) -> Names:
        """The names that were not among any before, in order, up to the number wanted in all."""
        from rnn_names.corpus.fingerprints import among, fingerprints

        prints, first = np.unique(fingerprints(names), return_index=True)
        fresh = ~among(prints, self.seen)
        rows = np.sort(first[fresh])[: self.wanted - self.passed]
        self.seen = np.union1d(self.seen, prints[fresh])
        self.tested, self.passed = self.tested + len(names), self.passed + len(rows)
        return names.take(rows)

    @property
    def is_exhausted(self) -> bool:
        """Whether the last `REPEATS` names of the stream were next to all repeats."""
        tested, passed = self.tested - self._last[0], self.passed - self._last[1]
        if tested < REPEATS:
            return False
        self._last = self.tested, self.passed
        return passed < tested / 4096

"""A seed's stream of names, in blocks that several threads draw.

A seed fixes an endless stream of names. The stream is cut into blocks, each drawn with random
numbers of its own, so that blocks can be drawn on several cores, and a later part of the stream
without what lies before it. The first blocks are small, so that a few names come at once; later
ones are large, since names drawn together share their beginnings.
"""

from __future__ import annotations

import os
import warnings
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from rnn_names.corpus.names import Names
from rnn_names.errors import RareConditionsWarning, SamplingError, setting
from rnn_names.network.threads import one_blas_thread, usable_cores, worker_threads
from rnn_names.sampling.options import Options
from rnn_names.sampling.sampler import FIRST_BLOCK, Sampler
from rnn_names.sampling.tally import Tally, add_to, meeting

if TYPE_CHECKING:
    from concurrent.futures import Future

    from rnn_names.network.language_model import LanguageModel


MAX_THREADS = 4
"""Each thread holds a block: more of them would use more memory than promised."""

DRAWS_PER_BLOCK = 1 << 21
"""A block that is not full after as many draws, and as many more for every `FOUND_PER_BUDGET` names
found, is given up."""

FOUND_PER_BUDGET = 16
"""Names that earn a block another `DRAWS_PER_BLOCK` draws: one in 130,000 may meet the conditions,
however many are wanted."""

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
        blocks = _blocks(
            options.start, min(count, 1) * ENDLESS if unique else count, sampler.largest_block
        )
        for names, full, tally in _drawn(sampler, blocks):
            for option, (tested, passed) in tally.items():
                add_to(tallies, option, tested, passed)
            if unique is not None:
                names = unique.new(names)
                tallies[setting("unique")] = unique.tested, unique.passed
                full = full and not unique.is_exhausted
            delivered += len(names)
            yield names
            if delivered == count:
                return
            most = f"no more than {possible:,.0f} can meet {titles}" if possible < count else ""
            if most and delivered >= possible:
                raise SamplingError(f"only {delivered:,} of {count:,} names found: {most}")
            if not full:
                shortage = _shortage(delivered, count, tallies)
                raise SamplingError(f"{shortage}; {most}" if most else shortage)


def preview(model: LanguageModel, count: int, seed: int) -> list[str]:
    """At most `count` names, from not many more draws.

    It is for a look at a network in training, whose names may hardly come to an end.
    """
    names: list[str] = []
    with suppress(SamplingError):  # what it has learned so far may begin no name
        sampler, bits = Sampler(model, Options()), Random(seed)
        size, drawn = min(count + FIRST_BLOCK, sampler.largest_block), 0
        while len(names) < count and drawn < 2 * count:
            names, drawn = names + sampler.draw(size, bits).to_strings(), drawn + size
    return names[:count]


def _drawn(sampler: Sampler, blocks: Iterator[_Block]) -> Iterator[tuple[Names, bool, Tally]]:
    """What `_draw_block` gives for each block, in order.

    The first comes at once; of the others a few at a time are drawn, on as many threads.
    """
    seed = sampler.options.seed
    if seed is None:
        seed = int.from_bytes(os.urandom(16), "little")
    for block in blocks:
        _prepare(sampler, block)
        yield _draw_block(sampler, seed, block)
        break
    further = next(blocks, None)
    if further is None:
        return
    threads = min(usable_cores(), MAX_THREADS)
    pending: deque[Future[tuple[Names, bool, Tally]]] = deque()
    with worker_threads(threads) as pool:
        try:
            for block in chain([further], blocks):
                while pending and not sampler.is_prepared(block.number):
                    yield pending.popleft().result()  # rather than let them wait
                _prepare(sampler, block)
                pending.append(pool.submit(_draw_block, sampler, seed, block))
                if len(pending) == threads:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()


def _prepare(sampler: Sampler, block: _Block) -> None:
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


@dataclass(frozen=True)
class _Block:
    """A part of the stream: `size` names, of which those from `skip` to `need` are wanted.

    `stop` is where it ends in the stream.
    """

    number: int
    size: int
    skip: int
    need: int
    stop: int


def _blocks(start: int, count: int, largest: int) -> Iterator[_Block]:
    """The blocks that hold the names start, …, start + count − 1 of a stream."""
    number, begin, size = 0, 0, min(FIRST_BLOCK, largest)
    while begin + size <= start and size < largest:
        number, begin, size = number + 1, begin + size, min(2 * size, largest)
    if begin + size <= start:  # all further blocks are of the largest size
        skipped = (start - begin) // size
        number, begin = number + skipped, begin + skipped * size
    while begin < start + count:
        yield _Block(
            number, size, max(start - begin, 0), min(start + count - begin, size), begin + size
        )
        number, begin, size = number + 1, begin + size, min(2 * size, largest)


def _draw_block(sampler: Sampler, seed: int, block: _Block) -> tuple[Names, bool, Tally]:
    """The wanted names of a block, whether they are all there, and how the conditions did.

    How many are drawn at a time depends on the block alone, never on how many are needed: each name
    of a stream stays where it is.
    """
    bits = Random(
        f"{seed} {block.number}"
    )  # Python makes its state from a SHA-512 of the text: blocks have nothing in common
    parts: list[Names] = []
    tally: Tally = {}
    found, drawn, size = 0, 0, block.size
    prepared = sampler.prepared(block.number)
    look_ahead = prepared.look_ahead if prepared else None
    if prepared:
        size = min(int(size / prepared.share) + FIRST_BLOCK, sampler.largest_block)
    while found < block.need and drawn < DRAWS_PER_BLOCK * (1 + found // FOUND_PER_BUDGET):
        names = sampler.draw(size, bits, look_ahead)
        if not look_ahead:
            add_to(tally, sampler.length_option, size, len(names))
        names = meeting(sampler.conditions, names, tally)
        parts.append(names)
        found, drawn = found + len(names), drawn + size
        missing = (block.size - found) * drawn // max(found, 1)
        size = min(missing + missing // 16 + FIRST_BLOCK, sampler.largest_block)
    names = Names.concatenate(parts)
    return names[block.skip : block.need], found >= block.need, tally

"""Drawing the blocks of a seed's stream.

A seed fixes an endless stream of names. The stream is cut into blocks, each drawn with random
numbers of its own, so that blocks can be drawn on several cores, and a later part of the stream
without what lies before it. The first blocks are small, so that a few names come at once; later
ones are large, since names drawn together share their beginnings. Large blocks are themselves cut
into shares (see `SHARES_FROM`), which need less memory one by one, and can be drawn on several
cores, too. With a look-ahead there are no shares.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from rnn_names.corpus.names import Names
from rnn_names.sampling.sampler import FIRST_BLOCK, Sampler
from rnn_names.sampling.shares import joined, shares_of
from rnn_names.sampling.tally import Tally, add_to, meeting

if TYPE_CHECKING:
    from rnn_names.sampling.walk import Drawn
    from rnn_names.sampling.workers import Workers

DRAWS_PER_BLOCK = 1 << 21
"""A block that is not full after as many draws, and as many more for every `FOUND_PER_BUDGET` names
found, is given up."""

FOUND_PER_BUDGET = 16
"""Names that earn a block another `DRAWS_PER_BLOCK` draws: one in 130,000 may meet the conditions,
however many are wanted."""

SHARES_FROM = 1 / 4
"""A block of more names than this part of a usual share is drawn in two shares or more."""


@dataclass(frozen=True)
class Block:
    """A part of the stream: `size` names, of which those from `skip` to `need` are wanted.

    `begin` is where it begins in the stream.
    """

    number: int
    size: int
    skip: int
    need: int
    begin: int

    @property
    def stop(self) -> int:
        """Where it ends in the stream."""
        return self.begin + self.size


def blocks_of(start: int, count: int, largest: int) -> Iterator[Block]:
    """The blocks that hold the names start, …, start + count − 1 of a stream."""
    number, begin, size = 0, 0, min(FIRST_BLOCK, largest)
    while begin + size <= start and size < largest:
        number, begin, size = number + 1, begin + size, min(2 * size, largest)
    if begin + size <= start:  # all further blocks are of the largest size
        skipped = (start - begin) // size
        number, begin = number + skipped, begin + skipped * size
    while begin < start + count:
        yield Block(number, size, max(start - begin, 0), min(start + count - begin, size), begin)
        number, begin, size = number + 1, begin + size, min(2 * size, largest)


class Part(NamedTuple):
    """Some of the wanted names of a block, in order.

    Attributes:
        names: their codes are code points.
        full: whether all wanted names of the block are there; None while more of them may come.
        tally: how the conditions did, with the last part of a block.
    """

    names: Names
    full: bool | None
    tally: Tally


class Drawer:
    """Draws the blocks of a seed's stream.

    How many names are drawn at a time depends on the block alone, never on how many are needed:
    each name of a stream stays where it is.
    """

    def __init__(self, sampler: Sampler, seed: int) -> None:
        self.sampler, self._seed = sampler, seed

    def bits(self, block: Block) -> Random:
        """The random bits of a block."""
        # Python makes its state from a SHA-512 of the text: blocks have nothing in common.
        return Random(f"{self._seed} {block.number}")

    def has_shares(self, block: Block) -> bool:
        """Whether a block is drawn in shares."""
        is_large = block.size > SHARES_FROM * self.sampler.share_size
        return is_large and self.sampler.preparation is None

    def block(self, block: Block) -> Part:
        """The wanted names of a block without shares, in one part."""
        sampler, bits, look_ahead = self.sampler, self.bits(block), None
        filling = Filling(sampler, block)
        if prepared := sampler.prepared(block.number):
            look_ahead = prepared.look_ahead
            filling.size = min(int(block.size / prepared.share) + FIRST_BLOCK, sampler.largest_walk)
        names: list[Names] = []
        while filling.goes_on:
            drawn = sampler.draw(filling.size, bits, look_ahead)
            if not look_ahead:
                filling.count_lengths(len(drawn))
            names.append(filling.take(drawn))
            filling.next_draw(sampler.largest_walk)
        return Part(Names.concatenate(names), filling.is_full, filling.tally)


class Filling:
    """A block that is filled with names.

    For each draw, call `count_lengths` once (not with a look-ahead, which makes lengths right),
    `take` for its names, in one or more pieces, and `next_draw`.

    Attributes:
        size: how many names the next draw is to draw.
        found: how many names met the conditions, wanted or not.
        drawn: how many were drawn.
        tally: how the conditions did.
    """

    def __init__(self, sampler: Sampler, block: Block) -> None:
        self._sampler, self._block = sampler, block
        self.size, self.found, self.drawn = block.size, 0, 0
        self.tally: Tally = {}

    @property
    def is_full(self) -> bool:
        """Whether all wanted names are there."""
        return self.found >= self._block.need

    @property
    def goes_on(self) -> bool:
        """Whether more are to be drawn: it is not full, and not given up."""
        most = DRAWS_PER_BLOCK * (1 + self.found // FOUND_PER_BUDGET)
        return not self.is_full and self.drawn < most

    def count_lengths(self, kept: int) -> None:
        """Notes how many names of the draw at hand have a good length."""
        add_to(self.tally, self._sampler.length_option, self.size, kept)

    def take(self, names: Names) -> Names:
        """Takes names of the draw at hand, and gives those of them that are wanted."""
        names = meeting(self._sampler.conditions, names, self.tally)
        before = self.found
        self.found += len(names)
        return names[max(self._block.skip - before, 0) : max(self._block.need - before, 0)]

    def next_draw(self, largest: int) -> None:
        """Counts the draw at hand as done, and sets `size` for the next, at most `largest`."""
        self.drawn += self.size
        missing = (self._block.size - self.found) * self.drawn // max(self.found, 1)
        self.size = min(missing + missing // 16 + FIRST_BLOCK, largest)


class WholeBlock:
    """A block that a worker has begun to draw."""

    def __init__(self, drawer: Drawer, team: Workers, block: Block) -> None:
        self._part = team.call(drawer.block, block)

    def parts(self) -> Iterator[Part]:
        """Waits for the wanted names of the block."""
        yield self._part.result()

    def cancel(self) -> None:
        """Leaves it, if no worker has begun it."""
        self._part.cancel()


class SharedBlock:
    """A block that workers have begun to draw in shares."""

    def __init__(self, drawer: Drawer, team: Workers, block: Block) -> None:
        self._sampler, self._team, self._block = drawer.sampler, team, block
        self._bits = drawer.bits(block)
        self._begin_draw(block.size)

    def _begin_draw(self, size: int) -> None:
        """Has the workers draw `size` names."""
        self._shares = shares_of(self._sampler, size, self._bits)
        self._drawn = [self._team.walk(share) for share in self._shares]

    def _results(self) -> list[Drawn]:
        """Waits for what the workers have drawn, and forgets it."""
        results = [drawn.result() for drawn in self._drawn]
        self._drawn = []
        return results

    def parts(self) -> Iterator[Part]:
        """Waits for the wanted names of the block, and gives them in order."""
        sampler, filling = self._sampler, Filling(self._sampler, self._block)
        while filling.goes_on:
            names, order = joined(filling.size, self._shares, self._results())
            filling.count_lengths(len(order))
            for start in range(0, len(order), sampler.share_size):
                piece = names.take(order[start : start + sampler.share_size])
                yield Part(filling.take(sampler.in_characters(piece)), None, {})
                if filling.is_full:
                    break
            filling.next_draw(sampler.largest_block)
            if filling.goes_on:
                self._begin_draw(filling.size)
        yield Part(Names.from_strings([]), filling.is_full, filling.tally)

    def cancel(self) -> None:
        """Leaves what no worker has begun."""
        for drawn in self._drawn:
            drawn.cancel()

"""Drawing the blocks of a seed's stream.

A seed fixes an endless stream of names. It is cut into blocks, each drawn with random numbers of
its own, so that blocks can be drawn on several cores, and a later part without what lies before it.
The first are small, so that a few names come at once; later ones are large, since names drawn
together share their beginnings. A large block is itself cut into shares, between two first
characters (after the prefix) where that leaves shares of similar size: they have nearly as few
nodes as one walk with all their names, which would need more memory.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rnn_names.arrays import Array, stable_order
from rnn_names.corpus.names import Names
from rnn_names.processes.threads import Deferred
from rnn_names.sampling.continuations import Continuations
from rnn_names.sampling.frontier import changes
from rnn_names.sampling.sampler import FIRST_BLOCK, Sampler, Tally, add_to, meeting
from rnn_names.sampling.walk import Drawn, Step, Walk

if TYPE_CHECKING:
    from rnn_names.lookahead.guide import LookAhead
    from rnn_names.processes.helper import Helper
    from rnn_names.processes.threads import Submit

DRAWS_PER_BLOCK = 1 << 21  # a block that is not full after so many draws is given up
GUIDED_CHARACTERS = 1 << 23  # or of so many characters with a look-ahead: within a minute
FOUND_PER_BUDGET = 16  # names that earn a block as many draws again
SHARES_FROM = 1 / 4  # of a usual share: a block of more names is drawn in two shares or more


@dataclass(frozen=True)
class Block:
    """`size` names of the stream from `begin` on, of which `skip` to `need` are wanted."""

    number: int
    size: int
    skip: int
    need: int
    begin: int


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


class GivenUp(Exception):
    """Too few names meet the conditions; `tally` says how these did."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally


class Drawer:
    """Draws the blocks of a seed's stream.

    How many names are drawn at a time depends on the block alone, never on how many are needed:
    each name of a stream stays where it is.
    """

    def __init__(self, sampler: Sampler, seed: int, tally: Tally) -> None:
        self._sampler, self._seed, self.tally = sampler, seed, tally
        self.submit: Submit = Deferred  # has some thread make a call
        self.helper: Helper | None = None  # draws shares, too

    def has_shares(self, block: Block) -> bool:
        """Whether a block is drawn in shares. With a look-ahead there are none."""
        is_large = block.size > SHARES_FROM * self._sampler.share_size
        return is_large and self._sampler.preparation is None

    def begin(self, block: Block) -> Iterator[Names]:
        """Begins to draw a block. The iterator waits for its wanted names, or raises GivenUp."""
        names = self._names(block)
        next(names)  # none yet: then the first draw is begun
        return names

    def _names(self, block: Block) -> Iterator[Names]:
        # Python makes its state from a SHA-512 of the text: blocks have nothing in common.
        bits, size, budget = Random(f"{self._seed} {block.number}"), block.size, DRAWS_PER_BLOCK
        if self.has_shares(block):
            begin_draw, largest = partial(self._draw_shares, bits), self._sampler.largest_block
        else:
            look_ahead = self._sampler.look_ahead_for(block.number)
            begin_draw = partial(self._draw_together, bits, look_ahead)
            largest = self._sampler.largest_walk
            if look_ahead:
                budget = min(budget, GUIDED_CHARACTERS // self._sampler.min_length)
                largest = min(largest, look_ahead.largest_walk)
                # The share is above 0: `prepare_if_rare` saw to it.
                size = min(int(size / look_ahead.share) + FIRST_BLOCK, largest)
        slowness = self._sampler.options.slowness  # a slow test counts as that many draws
        tested_before = self._slowly_tested
        largest //= slowness
        size = min(size, largest)
        draw = begin_draw(size)
        yield Names.from_strings([])  # stops here until `begin` has started the draw
        found = drawn = 0
        while True:
            for names in draw:
                names = meeting(self._sampler.conditions, names, self.tally)
                yield names[max(block.skip - found, 0) : max(block.need - found, 0)]
                found += len(names)
                if found >= block.need:
                    return
            drawn += size
            spent = drawn + (slowness - 1) * (self._slowly_tested - tested_before)
            if spent >= budget * (1 + found // FOUND_PER_BUDGET):
                raise GivenUp(self.tally)
            missing = (block.size - found) * drawn // max(found, 1)
            size = min(missing + missing // 16 + FIRST_BLOCK, largest)
            draw = begin_draw(size)

    @property
    def _slowly_tested(self) -> int:
        return self.tally.get("min_edits", (0, 0))[0]

    def _draw_together(
        self, bits: Random, look_ahead: LookAhead | None, size: int
    ) -> Iterator[Names]:
        pending = self.submit(self._sampler.draw, size, bits, look_ahead)

        def names() -> Iterator[Names]:
            drawn = pending.result()
            if look_ahead is None:  # else all have a good length
                add_to(self.tally, self._sampler.length_option, size, len(drawn))
            yield drawn

        return names()

    def _draw_shares(self, bits: Random, size: int) -> Iterator[Names]:
        """Begins to draw names in shares, and gives them, some at a time."""
        sampler = self._sampler
        shares = shares_of(sampler, size, bits)
        pending = [self.submit(self._draw_rest, share) for share in shares]

        def names() -> Iterator[Names]:
            drawn, order = joined(size, shares, [each.result() for each in pending])
            pending.clear()  # they hold the names, too
            shares.clear()
            add_to(self.tally, sampler.length_option, size, len(order))
            for start in range(0, len(order), sampler.share_size):
                yield sampler.in_characters(drawn.take(order[start : start + sampler.share_size]))

        return names()

    def _draw_rest(self, share: Share) -> Drawn:
        if self.helper is None:
            return rest_of_share(self._sampler, share)
        drawn: Drawn = self.helper.begin(rest_of_share, share)()
        return drawn


class Share(NamedTuple):
    """Names of a draw, by number, (k,), their first characters, rising, and bits for the others."""

    names: Array
    branch: Array
    bits: Random


def shares_of(sampler: Sampler, size: int, bits: Random) -> list[Share]:
    """Draws the first character of `size` names, and cuts the names into two shares or more."""
    steps = []
    for start in range(0, size, sampler.share_size):
        walk = Walk(sampler, min(sampler.share_size, size - start), bits)
        names, branch, *_ = walk.first_step()
        steps.append((names + np.int32(start), branch))
    names, branch = (np.concatenate(each) for each in zip(*steps, strict=True))
    order = stable_order(branch)
    names, branch = names[order], branch[order]
    cuts = _cuts(branch, max(math.ceil(size / sampler.share_size), 2))
    return [Share(names[a:b], branch[a:b], Random(bits.getrandbits(64))) for a, b in pairwise(cuts)]


def rest_of_share(sampler: Continuations, share: Share) -> Drawn:
    """Draws the other characters of the names of a share."""
    size = len(share.names)
    walk = Walk(sampler, size, share.bits)
    return walk.go_on(Step(np.arange(size, dtype=np.int32), share.branch))


def joined(size: int, shares: list[Share], drawn: list[Drawn]) -> tuple[Names, Array]:
    """The names of all shares of a draw of `size`, as indices, and their rows in random order."""
    place = np.full(size, -1, np.int32)  # of each name of the draw
    lengths = np.concatenate([part.lengths for part in drawn])
    names = np.concatenate([share.names for share in shares])[lengths > 0]
    place[names] = np.arange(len(names), dtype=np.int32)
    codes = np.concatenate([part.codes for part in drawn])
    return Names.from_lengths(codes, lengths[lengths > 0]), place[place >= 0]


def _cuts(branch: Array, shares: int) -> list[int]:
    """Where names are cut into shares, from 0 to how many there are.

    A cut lies between two branches, at the nearest place to where shares would be equal; in a
    branch of more than a share, right there. So no share is more than twice as large as if they
    were equal.

    >>> _cuts(np.array([0, 0, 0, 0, 1, 1, 2, 2, 2]), 3)
    [0, 4, 6, 9]
    """
    even = np.arange(shares + 1) * len(branch) // shares
    starts = np.append(np.flatnonzero(changes(branch)), len(branch))
    nearest = starts[np.abs(starts[:, None] - even).argmin(axis=0)]
    is_near = np.abs(nearest - even) <= len(branch) // (2 * shares)
    return np.unique(np.where(is_near, nearest, even)).tolist()

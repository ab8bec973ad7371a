"""A seed's stream of names: its blocks, drawn on several cores, put one after another.

A seed fixes an endless stream of names. It is cut into blocks, each drawn with random numbers of
its own, so that blocks can be drawn on several cores, and a later part without what lies before it.
The first are small, so that a few names come at once; later ones are large, since names drawn
together share their beginnings. A large block is itself cut into shares, between two first
characters (after the prefix) where that leaves shares of similar size: they have nearly as few
nodes as one walk with all their names, which would need more memory.
"""

from __future__ import annotations

import math
import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from copy import copy
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rnn_names import system
from rnn_names.arrays import Array, slices, stable_order
from rnn_names.conditions.options import Options
from rnn_names.corpus.names import Names
from rnn_names.errors import SamplingError
from rnn_names.network.language_model import LanguageModel
from rnn_names.processes.threads import Submit, deferred, one_blas_thread, worker_threads
from rnn_names.sampling.continuations import Continuations
from rnn_names.sampling.sampler import FIRST_BLOCK, Sampler, Tally, add_to, meeting, sampler_of
from rnn_names.sampling.unique import unique_of
from rnn_names.sampling.walk import Walk, changes
from rnn_names.system import usable_cores

if TYPE_CHECKING:
    from rnn_names.lookahead.guide import LookAhead
    from rnn_names.processes.helper import Helper

DRAWS_PER_BLOCK = 1 << 21  # a block that is not full after so many draws is given up
GUIDED_CHARACTERS = 1 << 23  # or of so many characters with a look-ahead: within a minute
FOUND_PER_BUDGET = 16  # names that earn a block as many draws again
SHARES_FROM = 1 / 4  # of a usual share: a block of more names is drawn in two shares or more
MAX_THREADS = 4  # each holds names that it draws: more would use more memory than promised
LONG = 1 << 17  # names to be drawn for which the helper process is started
CHECKED = 1024  # names that both processes draw to see whether they draw the same
ENDLESS = 1 << 62  # names of a stream without an end: more than anybody draws
Drawn = tuple[Array, Array]  # lengths of names, 0 for those left out; characters of the others

_helper_is_taken = threading.Lock()  # one stream at a time has a helper process


def _free_helper() -> None:
    global _helper_is_taken
    _helper_is_taken = threading.Lock()


system.here_and_in_forks(_free_helper)


def sample(model: LanguageModel, count: int, options: Options) -> Iterator[Names]:
    """Yields `count` names, in parts. Raises SamplingError after the last if there are fewer."""
    sampler, process = sampler_of(model, options), os.getpid()
    with one_blas_thread():
        if not count:
            return
        unique = unique_of(count, options)
        spelling, delivered = sampler.spelling if unique else None, 0
        n_possible = spelling.size if spelling else np.inf
        try:
            for names in _drawn(model, options, sampler, count):
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
            if spelling and n_possible < count:
                causes.append(f"no more than {n_possible:,.0f} can meet {spelling.title}")
            only = f"only {delivered:,}" + (f" of {count:,}" if count < ENDLESS else "")
            raise SamplingError(f"{only} names found: {'; '.join(causes)}", options.given) from None


def preview(model: LanguageModel, count: int, seed: int) -> list[str]:
    """At most `count` names, from not many more draws: a network in training may end none."""
    names: list[str] = []
    with suppress(SamplingError):  # what it has learned so far may begin no name
        sampler, bits = Sampler(model, Options()), Random(seed)
        size, n_drawn = min(count + FIRST_BLOCK, sampler.largest_walk), 0
        while len(names) < count and n_drawn < 2 * count:
            names, n_drawn = names + sampler.draw(size, bits).to_strings(), n_drawn + size
    return names[:count]


def _drawn(model: LanguageModel, options: Options, sampler: Sampler, count: int) -> Iterator[Names]:
    """`count` names of the stream, in order, in parts; without an end where they are to be unique.

    The first block comes at once, if it is small; of the others, a few are drawn at a time.
    """
    drawer = Drawer(sampler, options.some_seed(), sampler.prepare_if_rare())
    # How much of the stream it takes to find the wanted unique names is not known before.
    n_names = ENDLESS if options.is_unique else count
    blocks = blocks_of(options.start, n_names, sampler.largest_block)
    threads, begun = 0, deque[Iterator[Names]]()
    with ExitStack() as stack:
        for i, block in enumerate(blocks):
            # Threads, but not for a small first block.
            if not threads and (i or drawer.has_shares(block)):
                some = worker_threads(min(usable_cores(), MAX_THREADS))
                drawer.submit, threads = stack.enter_context(some)
            if block.begin >= options.start + count:
                yield from _ended(begun, 0)  # these need not wait for it, and may be enough
            if sampler.look_ahead is None and threads > 1 and not drawer.helper:
                # A stream without an end is taken to go on for as long as it went so far.
                end = options.start + count if count < ENDLESS else 2 * block.begin - options.start
                is_long = max(end - block.begin, block.size) >= LONG
                if is_long and _helper_is_taken.acquire(blocking=False):
                    stack.callback(_helper_is_taken.release)
                    drawer.helper = stack.enter_context(_helper(model, sampler))
            begun.append(drawer.begin(block))
            # While one block ends, threads have the shares of the next to draw.
            yield from _ended(begun, 1 if drawer.has_shares(block) else max(threads - 1, 0))
        yield from _ended(begun, 0)


def _ended(begun: deque[Iterator[Names]], left: int) -> Iterator[Names]:
    while len(begun) > left:
        yield from begun.popleft()


def _helper(model: LanguageModel, sampler: Sampler) -> Helper:
    """A helper process that draws shares: one of the threads leaves its work to it."""
    from rnn_names.processes.helper import Helper  # a few names do without

    # Conditions are tested here.
    helper = Helper(copy, Continuations(model, sampler.options), check=_check)
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
    title = min(rates, key=rates.__getitem__)
    tested, passed = tally[title]
    rate = f"1 in {tested / passed:,.0f}" if passed else f"fewer than 1 in {tested:,}"
    return f"the tightest condition was {title} ({rate} drawn passes)"


# --- Blocks and their shares ----------------------------------------------------------------------


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
        self.submit: Submit = deferred  # has some thread make a call
        self.helper: Helper | None = None  # draws shares, too

    def has_shares(self, block: Block) -> bool:
        """Whether a block is drawn in shares. With a look-ahead there are none."""
        is_large = block.size > SHARES_FROM * self._sampler.share_size
        return is_large and self._sampler.look_ahead is None

    def begin(self, block: Block) -> Iterator[Names]:
        """Begins to draw a block. The iterator waits for its wanted names, or raises GivenUp."""
        names = self._names(block)
        next(names)  # an empty first item: now the first draw is begun
        return names

    def _names(self, block: Block) -> Iterator[Names]:
        sampler, in_shares = self._sampler, self.has_shares(block)
        look_ahead = sampler.look_ahead
        # Python makes its state from a SHA-512 of the text: blocks have nothing in common.
        bits, size, budget = Random(f"{self._seed} {block.number}"), block.size, DRAWS_PER_BLOCK
        largest = sampler.largest_block if in_shares else sampler.largest_walk
        if look_ahead is not None:
            budget = min(budget, GUIDED_CHARACTERS // sampler.min_length)
            # The rate is above 0: `prepare_if_rare` saw to it.
            size = min(int(size / look_ahead.acceptance) + FIRST_BLOCK, largest)
        slowness = sampler.options.slowness  # a slow test counts as that many draws
        largest //= slowness
        size, n_found, n_drawn, n_tested = min(size, largest), 0, 0, 0
        while True:
            draw = self._shares(bits, size) if in_shares else self._walk(bits, size, look_ahead)
            for names in draw:
                before = self._slowly_tested
                names = meeting(sampler.conditions, names, self.tally)
                n_tested += self._slowly_tested - before
                yield names[max(block.skip - n_found, 0) : max(block.need - n_found, 0)]
                n_found += len(names)
                if n_found >= block.need:
                    return
            n_drawn += size
            spent = n_drawn + (slowness - 1) * n_tested
            if spent >= budget * (1 + n_found // FOUND_PER_BUDGET):
                raise GivenUp(self.tally)
            missing = (block.size - n_found) * n_drawn // max(n_found, 1)
            size = min(missing + missing // 16 + FIRST_BLOCK, largest)

    @property
    def _slowly_tested(self) -> int:
        return self.tally.get("min_edits", (0, 0))[0]

    def _walk(self, bits: Random, size: int, look_ahead: LookAhead | None) -> Iterator[Names]:
        """Names that are drawn together; none at first, when the draw is begun."""
        pending = self.submit(self._sampler.draw, size, bits, look_ahead)
        yield Names.from_strings([])
        drawn = pending()
        if look_ahead is None:  # else all have a good length
            add_to(self.tally, self._sampler.length_title, size, len(drawn))
        yield drawn

    def _shares(self, bits: Random, size: int) -> Iterator[Names]:
        """Names that are drawn in shares, some at a time; none at first, when these are begun."""
        sampler = self._sampler
        shares = shares_of(sampler, size, bits)
        pending = [self.submit(self._draw_rest, share) for share in shares]
        yield Names.from_strings([])
        drawn, order = merged(size, shares, [each() for each in pending])
        del shares, pending  # they hold the names, too
        add_to(self.tally, sampler.length_title, size, len(order))
        for start in range(0, len(order), sampler.share_size):
            yield sampler.in_characters(drawn.take(order[start : start + sampler.share_size]))

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
        names, branch = walk.first_step()
        steps.append((names + np.int32(start), branch))
    names, branch = (np.concatenate(each) for each in zip(*steps, strict=True))
    order = stable_order(branch)
    names, branch = names[order], branch[order]
    cuts = _cuts(branch, max(math.ceil(size / sampler.share_size), 2))
    return [Share(names[k], branch[k], Random(bits.getrandbits(64))) for k in slices(cuts)]


def rest_of_share(sampler: Continuations, share: Share) -> Drawn:
    """Draws the other characters of the names of a share."""
    walk = Walk(sampler, len(share.names), share.bits)
    names = walk.go_on((np.arange(len(share.names), dtype=np.int32), share.branch))
    return walk.lengths, names.codes


def merged(size: int, shares: list[Share], drawn: list[Drawn]) -> tuple[Names, Array]:
    """The names of all shares of a draw of `size`, as indices, and their rows in random order."""
    place = np.full(size, -1, np.int32)  # of each name of the draw
    lengths, codes = (np.concatenate(each) for each in zip(*drawn, strict=True))
    names = np.concatenate([share.names for share in shares])[lengths > 0]
    place[names] = np.arange(len(names), dtype=np.int32)
    return Names.from_lengths(codes, lengths[lengths > 0]), place[place >= 0]


def _cuts(branch: Array, shares: int) -> Array:
    """Where names are cut into shares, from 0 to how many there are.

    A cut lies between two branches, at the nearest place to where shares would be equal; in a
    branch of more than a share, right there. So no share is more than twice as large as if they
    were equal.

    >>> _cuts(np.array([0, 0, 0, 0, 1, 1, 2, 2, 2]), 3).tolist()
    [0, 4, 6, 9]
    """
    even = np.arange(shares + 1) * len(branch) // shares
    starts = np.append(np.flatnonzero(changes(branch)), len(branch))
    nearest = starts[np.abs(starts[:, None] - even).argmin(axis=0)]
    is_near = np.abs(nearest - even) <= len(branch) // (2 * shares)
    return np.unique(np.where(is_near, nearest, even))

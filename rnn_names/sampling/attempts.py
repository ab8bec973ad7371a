"""A queue of numbers and attempts: each walk takes the oldest ones.

Numbers whose attempts failed are in it with their next ones. So walks stay full, and names are
given in the order of their numbers.
"""

import math
from collections import deque
from collections.abc import Iterator
from typing import Any

import numpy as np

from rnn_names.arrays import Array, changes, ranges
from rnn_names.corpus.names import Names
from rnn_names.sampling.numbers import MAX_NAMES_OF_SEED
from rnn_names.sampling.tally import Tally
from rnn_names.sampling.unique import Unique
from rnn_names.sampling.workers import Workers

FIRST_WALK = 1 << 12  # names of a stream's first walk, at most
NUMBERS_AT_ONCE = 1 << 15  # numbers whose names are given together, at most
MAX_ATTEMPTS = 1 << 21  # attempts after which a stream ends, if they gave no name
NAMES_PER_BUDGET = 16  # names that earn as many attempts again
ENDLESS = MAX_NAMES_OF_SEED


class TooFewNames(Exception):
    """Too few names meet the conditions; `tally` says how these did."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally


def needed(unique: Unique | None) -> int:
    """The number of further names of a stream that are likely to be taken."""
    return unique.needed() if unique else ENDLESS


def likely_attempts(tested: int, passed: int) -> int:
    """Attempts that a name is likely to need: half as many again as names took so far."""
    return math.ceil(1.5 * (tested + 1) / (passed + 1))


def budget_after(n_names: Any, budget: int) -> Any:
    """Attempts that may be made in all; every `NAMES_PER_BUDGET` names earn as many again.

    `n_names` is a number or an array of numbers, and so is what comes back.
    """
    return budget * (1 + n_names // NAMES_PER_BUDGET)


class BegunWalk:
    """A walk that is being drawn: n attempts at some numbers, rising, which may come repeatedly."""

    def __init__(self, numbers: Array, attempts: Array, workers: Workers) -> None:
        self.numbers, self.attempts = numbers, attempts  # (n,) both
        self.chunks = deque(workers.start(numbers, attempts))
        self.passed = np.zeros(len(numbers), bool)

    @property
    def failed(self) -> Array:
        """Numbers without an attempt that passed, rising, and their next attempts: (2, m)."""
        first = np.flatnonzero(changes(self.numbers))
        has_failed = ~np.logical_or.reduceat(self.passed, first)
        last = np.append(first[1:], len(self.numbers))[has_failed] - 1
        return np.stack([self.numbers[last], self.attempts[last].astype(np.int64) + 1])


class Attempts:
    """A queue of numbers and attempts; numbers without a name wait for their next attempt.

    Args:
        begin, end: the numbers from `begin` on, below `end`.
        sizes: the attempts of the first walk, by what factor walks may grow, and the most attempts.
        unique: leaves out names that were given before, if no name is to come twice.
    """

    def __init__(
        self, begin: int, end: int, sizes: tuple[int, int, int], unique: Unique | None
    ) -> None:
        # Names were given below number `_next_to_yield`; none was tried from `_next_number` on.
        self._begin = self._next_to_yield = self._next_number = begin
        self._end, self._unique = end, unique
        self._failed = np.zeros((2, 0), np.int64)  # numbers, rising, and their next attempts
        self._first, self._growth, self._largest = sizes
        self._size = self._first  # of the next walk
        # For each chunk: its walk, the rows that passed, rising, (m,), and m names.
        self._found: list[tuple[BegunWalk, Array, Names]] = []
        self._tested = self._passed = 0
        self._spent = 0  # attempts up to the first that passed, at all numbers below the next one
        self._tally = Tally()

    def names(self, workers: Workers, budget: int) -> Iterator[Names]:
        """The names in the order of their numbers, in parts; then TooFewNames if too few passed.

        `budget` attempts may give no name; names extend it, new ones where none is to come twice.
        What counts is the attempts that the numbers take in turn, each up to the first that passes,
        so that where names end does not depend on how many are drawn together.
        """
        begun = deque[BegunWalk]()
        while True:
            is_scarce = self._tested >= budget_after(self._n_new, budget)
            likely = min(self._end - self._next_to_yield, needed(self._unique))
            # An endless stream is likely to need as many names again as so far.
            workers.prepare(likely if likely < ENDLESS // 2 else self._passed)
            while sum(len(walk.chunks) for walk in begun) < workers.count and self._left:
                begun.append(BegunWalk(*self._next_walk(is_scarce), workers))
            if not begun:
                return
            self._collect(begun[0])
            if begun[0].chunks:
                continue
            failed = np.concatenate([self._failed, begun.popleft().failed], axis=1)
            self._failed = failed[:, np.argsort(failed[0], kind="stable")]
            in_walks = min([self._next_number, *(walk.numbers[0] for walk in begun)])
            yield from self._ready(min([in_walks, *self._failed[0, :1].tolist()]), budget)
            # The oldest number without a name, if it is in no walk, has taken so many.
            in_vain = sum(at for number, at in self._failed[:, :1].T.tolist() if number < in_walks)
            if self._spent + in_vain >= budget_after(self._n_new, budget):
                raise TooFewNames(self._tally)

    @property
    def _n_new(self) -> int:
        """How many names were given; new ones, if no name is to come twice."""
        return self._unique.passed if self._unique else self._next_to_yield - self._begin

    @property
    def _left(self) -> int:
        """How many numbers wait for an attempt.

        At most `growth` times as many begin as were given, so that a reader of a few names does not
        wait for thousands.
        """
        given = self._next_to_yield - self._begin
        most = min(needed(self._unique), self._growth * max(given, self._first), self._largest)
        more = min(self._next_to_yield + most, self._end) - self._next_number
        return self._failed.shape[1] + max(more, 0)

    def _next_walk(self, is_scarce: bool) -> tuple[Array, Array]:
        """The numbers of a walk and their attempts, (n,) both.

        Say that number 7, whose attempts 0 and 1 failed, gets two more, and the new numbers 9 and
        10 get one each. Then numbers are 7, 7, 9, 10, and attempts 2, 3, 0, 0.
        """
        numbers, first, n_attempts = self._next_numbers(is_scarce)
        attempts = ranges(first, n_attempts)
        return np.repeat(numbers, n_attempts), attempts.astype(np.min_scalar_type(attempts.max()))

    def _next_numbers(self, is_scarce: bool) -> tuple[Array, Array, Array]:
        """Numbers for a walk, the first attempt at each, and how many each one gets: (n,) all.

        A number first gets as many as it is likely to need, if the walk has room. Then they double,
        so that one unlucky number does not hold up those after it. Where names are scarce, those
        after it wait.
        """
        size = min(self._size, max(self._left, FIRST_WALK))
        self._size = min(self._size * self._growth, self._largest)
        likely = likely_attempts(self._tested, self._passed)
        at_first = max(min(size // self._left, likely), 1)
        least = min(likely, size) if is_scarce else at_first
        n_attempts = np.clip(self._failed[1], least, max(min(2 * likely, size), least))
        n_failed = max(int(np.searchsorted(np.cumsum(n_attempts), size, side="right")), 1)
        failed, self._failed = np.split(self._failed, [n_failed], axis=1)
        n = max((size - int(n_attempts[:n_failed].sum())) // at_first, 0 if failed.size else 1)
        n = 0 if self._failed.size else min(n, self._left)
        numbers = np.append(failed[0], self._next_number + np.arange(n))
        self._next_number += n
        first = np.append(failed[1], np.zeros(n, np.int64))
        return numbers, first, np.append(n_attempts[:n_failed], np.full(n, at_first))

    def _collect(self, walk: BegunWalk) -> None:
        """Takes in the next chunk of a walk."""
        names, rows, tally = walk.chunks.popleft()()
        self._tally.add(tally)
        self._passed += len(rows)
        walk.passed[rows] = True
        self._found.append((walk, rows, names))
        if not walk.chunks:
            self._tested += len(walk.numbers)

    def _ready(self, end: int, budget: int) -> Iterator[Names]:
        """The names that were found for numbers below `end`, in order, in parts.

        Where none may come twice, the budget is counted by new names, of which only the caller
        knows; else TooFewNames comes where it ends.
        """
        end = min(end, self._next_number)
        while self._next_to_yield < end:
            stop = min(self._next_to_yield + NUMBERS_AT_ONCE, end)
            here = [
                np.searchsorted(rows, np.searchsorted(walk.numbers, stop))
                for walk, rows, _ in self._found
            ]
            parts = [
                (walk.numbers[rows[:n]], walk.attempts[rows[:n]], names[:n])
                for n, (walk, rows, names) in zip(here, self._found, strict=True)
            ]
            self._found = [
                (walk, rows[n:], names[n:])
                for n, (walk, rows, names) in zip(here, self._found, strict=True)
                if n < len(names)
            ]
            self._next_to_yield = stop
            if parts:
                *at, names = zip(*parts, strict=True)
                numbers, attempts = map(np.concatenate, at)
                order = np.lexsort([attempts, numbers])
                first = order[changes(numbers[order])]  # the first attempt to pass
                spent = self._spent + np.cumsum(attempts[first] + np.int64(1))
                self._spent = int(spent[-1])
                over = np.flatnonzero(spent > budget_after(numbers[first] - self._begin, budget))
                ends = over.size > 0 and self._unique is None
                found = Names.concatenate([*names]).take(first[: over[0] if ends else None])
                yield Names(found.codes.astype(np.uint32, copy=False), found.offsets)
                if ends:
                    raise TooFewNames(self._tally)

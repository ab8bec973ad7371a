"""Attempts at the numbers of a stream, until one passes at each.

Numbers whose attempts failed wait in a queue with their next ones, and each walk takes the oldest.
So walks stay full, and names are given in the order of their numbers.
"""

import math
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from rnn_names.arrays import Array, differs_from_previous, ranges
from rnn_names.corpus.names import Names
from rnn_names.sampling.sampler import Tally
from rnn_names.sampling.unique import Unique
from rnn_names.sampling.workers import Passed, Workers

FIRST_WALK = 1 << 12  # names of a stream's first walk, at most
NUMBERS_AT_ONCE = 1 << 15  # numbers whose names are given together, at most
MAX_ATTEMPTS = 1 << 21  # attempts after which a stream ends, if they gave no name
NAMES_PER_BUDGET = 16  # every 16 names earn one more budget
ENDLESS = 1 << 62  # names of a seed: more than anybody draws


class TooFewNames(Exception):
    """Too few names meet the conditions; `tally` says how these did."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally


def needed(unique: Unique | None) -> int:
    """The number of further names of a stream that are likely to be taken."""
    return unique.needed() if unique else ENDLESS


def likely_attempts(tested: int, passed: int) -> int:
    """Attempts that a name is likely to need: half as many again as names took; 2 at first."""
    return math.ceil(1.5 * (tested + 1) / (passed + 1))


def budget_after(n_names: Any, budget: int) -> Any:
    """Attempts that may be made in all, given how many names there are: one number, or many."""
    return budget * (1 + n_names // NAMES_PER_BUDGET)


class BegunWalk(NamedTuple):
    """A walk that is being drawn: n attempts at some numbers, rising, which may come repeatedly."""

    numbers: Array  # (n,)
    attempts: Array  # (n,)
    waiting: deque[Callable[[], Passed]]  # for each chunk that is not drawn yet
    drawn: list[Passed]  # the other chunks


class Found(NamedTuple):
    """Names at n numbers, rising, and the attempts that gave them."""

    numbers: Array  # (n,)
    attempts: Array  # (n,)
    names: Names

    def split(self, number: int) -> tuple["Found", "Found"]:
        """The names below a number, and the others."""
        n = int(np.searchsorted(self.numbers, number))
        numbers, attempts, names = self
        below = Found(numbers[:n], attempts[:n], names[:n])
        return below, Found(numbers[n:], attempts[n:], names[n:])


class NameQueue:
    """A queue of numbers and attempts; numbers without a name wait for their next attempt.

    `budget` attempts may give no name; names extend it, new ones where none is to come twice. What
    counts is the attempts that the numbers take in turn, each up to the first that passes, so that
    where names end does not depend on how many are drawn together.

    Args:
        begin, end: the numbers from `begin` on, below `end`.
        sizes: the attempts of the first walk, by what factor walks may grow, and the most attempts.
        unique: leaves out names that were given before, if no name is to come twice.
    """

    def __init__(
        self, begin: int, end: int, sizes: tuple[int, int, int], budget: int, unique: Unique | None
    ) -> None:
        # Names were given below number `_next_to_yield`; none was tried from `_next_number` on.
        self._begin = self._next_to_yield = self._next_number = begin
        self._end, self._budget, self._unique = end, budget, unique
        self._failed = np.zeros((2, 0), np.int64)  # numbers, rising, and their next attempts
        self._first, self._growth, self._largest = sizes
        self._size = self._first  # of the next walk
        self._found = list[Found]()  # the names that are not given yet, as they were drawn
        self._tested = self._passed = 0  # attempts, however many were drawn together
        self._spent = 0  # of the budget, at all numbers below `_next_to_yield`
        self._tally = Tally()

    def names(self, workers: Workers) -> Iterator[Names]:
        """The names in the order of their numbers, in parts; then TooFewNames if too few passed."""
        begun = deque[BegunWalk]()
        while True:
            is_scarce = self._tested >= budget_after(self._n_new, self._budget)
            likely = min(self._end - self._next_to_yield, needed(self._unique))
            # An endless stream is likely to need as many names again as so far.
            workers.prepare(likely if likely < ENDLESS // 2 else self._passed)
            while sum(len(walk.waiting) for walk in begun) < workers.count and self._left:
                numbers, attempts = self._next_walk(is_scarce)
                chunks = deque(workers.start(numbers, attempts))
                begun.append(BegunWalk(numbers, attempts, chunks, []))
            if not begun:
                return
            begun[0].drawn.append(begun[0].waiting.popleft()())
            if begun[0].waiting:
                continue
            self._sort_out(begun.popleft())
            in_walks = min([self._next_number, *(walk.numbers[0] for walk in begun)])
            # The oldest number without a name, and the attempts that it has taken.
            number, tried = self._failed[:, 0].tolist() if self._failed.size else (in_walks, 0)
            yield from self._names_below(min(in_walks, number))
            in_vain = tried if number < in_walks else 0
            if self._spent + in_vain >= budget_after(self._n_new, self._budget):
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
        ahead = min(needed(self._unique), self._growth * max(given, self._first), self._largest)
        more = min(self._next_to_yield + ahead, self._end) - self._next_number
        return self._failed.shape[1] + max(more, 0)

    def _next_walk(self, is_scarce: bool) -> tuple[Array, Array]:
        """The numbers of a walk and their attempts, (n,) both.

        Say that number 7, whose attempts 0 and 1 failed, gets two more, and the new numbers 9 and
        10 get one each. Then numbers are 7, 7, 9, 10, and attempts 2, 3, 0, 0.

        A number first gets as many as it is likely to need, if the walk has room. Then they double,
        so that one unlucky number does not hold up those after it. Where names are scarce, those
        after it wait.
        """
        size = min(self._size, max(self._left, FIRST_WALK))
        self._size = min(self._size * self._growth, self._largest)
        likely = likely_attempts(self._tested, self._passed)
        at_first = max(min(size // self._left, likely), 1)
        min_again = min(likely, size) if is_scarce else at_first
        again = np.clip(self._failed[1], min_again, max(min(2 * likely, size), min_again))
        n_failed = max(int(np.searchsorted(np.cumsum(again), size, side="right")), 1)
        (numbers, first), self._failed = np.split(self._failed, [n_failed], axis=1)
        n = 0  # new numbers: none as long as others wait
        if not self._failed.size:
            room = (size - int(again.sum())) // at_first
            n = min(max(room, 0 if numbers.size else 1), self._left)
        new = np.repeat(self._next_number + np.arange(n), at_first)
        self._next_number += n
        again = again[:n_failed]
        tries = ranges(first, again)
        attempts = tries.astype(np.min_scalar_type(tries.max(initial=at_first)))
        attempts = np.append(attempts, np.tile(np.arange(at_first, dtype=attempts.dtype), n))
        return np.append(np.repeat(numbers, again), new), attempts

    def _sort_out(self, walk: BegunWalk) -> None:
        """Keeps the name of the first attempt that passed at each number; other numbers failed."""
        numbers, attempts, _, drawn = walk
        has_passed = np.zeros(len(numbers), bool)  # each attempt
        for _, rows, tally in drawn:
            has_passed[rows] = True
            self._tally.add(tally)
        self._tested += len(numbers)
        self._passed += int(has_passed.sum())
        begins = np.flatnonzero(differs_from_previous(numbers)).astype(np.int32)  # of each number
        has_failed = ~np.logical_or.reduceat(has_passed, begins)
        last = np.append(begins[1:], len(numbers))[has_failed] - 1
        failed = np.append(self._failed, [numbers[last], attempts[last] + np.int64(1)], axis=1)
        self._failed = failed[:, np.argsort(failed[0], kind="stable")]
        passed = np.flatnonzero(has_passed).astype(np.int32)
        is_first = np.zeros(len(numbers), bool)  # of those at its number that passed
        is_first[passed[differs_from_previous(numbers[passed])]] = True
        while drawn:  # each is freed as soon as its names are sorted out
            names, rows, _ = drawn.pop()
            first = np.flatnonzero(is_first[rows])
            at = rows[first]
            self._found.append(Found(numbers[at], attempts[at], names.take(first)))

    def _names_below(self, end: int) -> Iterator[Names]:
        """Takes out the names of all numbers below `end`, in parts; TooFewNames if too few passed.

        Then the names end where the budget does. Where none may come twice, new names extend the
        budget, of which only the caller knows.
        """
        while self._next_to_yield < end:
            until = min(self._next_to_yield + NUMBERS_AT_ONCE, end)
            ready, later = zip(*(found.split(until) for found in self._found), strict=True)
            self._found = [found for found in later if len(found.numbers)]
            numbers, attempts, names = zip(*ready, strict=True)
            order = np.argsort(np.concatenate(numbers), kind="stable")
            spent = self._spent + np.cumsum(1 + np.concatenate(attempts)[order].astype(np.int64))
            n_before = np.arange(len(order)) + (self._next_to_yield - self._begin)
            over = np.flatnonzero(spent > budget_after(n_before, self._budget))
            is_over = over.size > 0 and self._unique is None
            self._next_to_yield, self._spent = until, int(spent[-1])
            part = Names.concatenate([*names]).take(order[: over[0] if is_over else None])
            yield Names(part.codes.astype(np.uint32, copy=False), part.offsets)
            if is_over:
                raise TooFewNames(self._tally)

"""A queue of the numbers of a stream, each of which is attempted until an attempt passes.

Numbers whose attempts failed wait in the queue, and each batch takes the oldest. So batches stay
full, and names come in the order of their numbers. Large batches are drawn in chunks, which threads
share.
"""

import math
from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from rnn_names.arrays import Array, differs_from_previous, ranges
from rnn_names.corpus.names import Names
from rnn_names.processes.threads import Submit
from rnn_names.sampling.random_keys import keys_of
from rnn_names.sampling.sampler import ConditionalSampler, Tally
from rnn_names.sampling.unique import Unique

FIRST_BATCH = 1 << 12  # the most attempts of a stream's first batch
CHUNKS = 32  # chunks of the largest batch, to bound the memory
MIN_CHUNKED_NAMES = 1 << 13  # the fewest attempts of a batch that is drawn in chunks
NUMBERS_AT_ONCE = 1 << 15  # the most numbers whose names are yielded together
MAX_ATTEMPTS = 1 << 21  # unsuccessful attempts after which a stream ends
NAMES_PER_BUDGET = 16  # accepted names that grant another budget
ENDLESS = 1 << 62  # the number of names of an endless stream

Passed = tuple[Names, Array, Tally]  # names, the rising rows of their attempts, and the tally


class TooFewNames(Exception):
    """Too few names meet the conditions; `tally` counts how many met each."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally


def likely_attempts(tested: int, passed: int) -> int:
    """Attempts that a name is likely to need: 1.5 times the mean so far; 2 at first."""
    return math.ceil(1.5 * (tested + 1) / (passed + 1))


def budget_after(n_names: int, budget: int) -> int:
    """The total number of attempts allowed once `n_names` were accepted."""
    return budget * (1 + n_names // NAMES_PER_BUDGET)


class BatchSizes(NamedTuple):
    """How many attempts the batches of a stream have."""

    first: int
    growth: int  # the factor by which batches may grow
    largest: int


class PendingBatch(NamedTuple):
    """A batch that is being drawn: n attempts at rising numbers, which may repeat."""

    numbers: Array  # (n,)
    attempts: Array  # (n,)
    chunks: deque[Callable[[], Passed]]  # those not drawn yet
    results: list[Passed]  # of the other chunks


class PassingNames(NamedTuple):
    """The names of n rising numbers, and the attempts that gave them."""

    numbers: Array  # (n,)
    attempts: Array  # (n,)
    names: Names

    def split(self, number: int) -> tuple["PassingNames", "PassingNames"]:
        """The names below a number, and the rest."""
        n = int(np.searchsorted(self.numbers, number))
        numbers, attempts, names = self
        below = PassingNames(numbers[:n], attempts[:n], names[:n])
        return below, PassingNames(numbers[n:], attempts[n:], names[n:])


class NameQueue:
    """A queue of numbers and attempts; numbers without a name wait for their next attempt.

    The stream ends after `budget` unsuccessful attempts. Every 16 accepted names (distinct ones if
    names are unique) grant another `budget`. Attempts are counted in the order of the numbers, for
    each up to the first that passes, so the end does not depend on how many are drawn together.

    Args:
        key: the key of the random numbers of all names.
        unique: the filter that the caller applies to the names, if any.
        threads: the function that submits chunks, and how many are drawn at the same time.
    """

    def __init__(
        self,
        sampler: ConditionalSampler,
        key: Array,
        numbers: range,
        sizes: BatchSizes,
        budget: int,
        unique: Unique | None,
        threads: tuple[Submit, int],
    ) -> None:
        self._sampler, self._key, self._sizes = sampler, key, sizes
        self._submit, self._n_threads = threads
        # Names below `_next_to_yield` were yielded; numbers from `_next_number` on were not tried.
        self._begin = self._next_to_yield = self._next_number = numbers.start
        self._end, self._budget, self._unique = numbers.stop, budget, unique
        self._failed = np.zeros((2, 0), np.int64)  # rising numbers and their next attempts
        self._size = sizes.first  # of the next batch
        self._passing = list[PassingNames]()  # not yielded yet, in the order of drawing
        self._tested = self._passed = 0  # all attempts that were drawn
        self._n_counted = 0  # attempts at the numbers below `_next_to_yield`
        self._tally = Tally()

    def names(self) -> Iterator[Names]:
        """Yields the names by number, in parts; raises TooFewNames if too few attempts pass."""
        batches = deque[PendingBatch]()
        while True:
            is_scarce = self._tested >= budget_after(self._n_new, self._budget)
            while sum(len(x.chunks) for x in batches) < self._n_threads and self._n_attemptable:
                batches.append(self._started(*self._next_batch(is_scarce)))
            if not batches:
                return
            batches[0].results.append(batches[0].chunks.popleft()())
            if batches[0].chunks:
                continue
            self._record(batches.popleft())
            in_batches = min([self._next_number, *(each.numbers[0] for each in batches)])
            # The lowest number without a name, and how many of its attempts failed.
            number, n_failed = self._failed[:, 0].tolist() if self._failed.size else (in_batches, 0)
            yield from self._names_below(min(in_batches, number))
            n_counted = self._n_counted + (n_failed if number < in_batches else 0)
            if n_counted >= budget_after(self._n_new, self._budget):
                raise TooFewNames(self._tally)

    @property
    def _n_new(self) -> int:
        """The number of accepted names: of distinct ones if names are unique."""
        return self._unique.passed if self._unique else self._next_to_yield - self._begin

    @property
    def _n_attemptable(self) -> int:
        """How many numbers may be attempted now.

        New numbers are limited to `growth` times those yielded, so that a reader of a few names
        does not wait for thousands.
        """
        yielded = self._next_to_yield - self._begin
        ahead = min(self._sizes.growth * max(yielded, self._sizes.first), self._sizes.largest)
        if self._unique:
            ahead = min(ahead, self._unique.needed())
        more = min(self._next_to_yield + ahead, self._end) - self._next_number
        return self._failed.shape[1] + max(more, 0)

    def _next_batch(self, is_scarce: bool) -> tuple[Array, Array]:
        """The numbers of a batch and their attempts, (n,) both.

        For example, number 7, whose attempts 0 and 1 failed, gets two more, and the new numbers 9
        and 10 get one each: numbers 7, 7, 9, 10 and attempts 2, 3, 0, 0.

        A number first gets as many attempts as it is likely to need, if the batch has room. Then
        they double, so that one unlucky number does not delay the later ones. If names are scarce,
        the later ones wait.
        """
        size = min(self._size, max(self._n_attemptable, FIRST_BATCH))
        self._size = min(self._size * self._sizes.growth, self._sizes.largest)
        likely = likely_attempts(self._tested, self._passed)
        at_first = max(min(size // self._n_attemptable, likely), 1)
        min_again = min(likely, size) if is_scarce else at_first
        again = np.clip(self._failed[1], min_again, max(min(2 * likely, size), min_again))
        n_failed = max(int(np.searchsorted(np.cumsum(again), size, side="right")), 1)
        (numbers, first), self._failed = np.split(self._failed, [n_failed], axis=1)
        n = 0  # new numbers: none while old ones wait
        if not self._failed.size:
            room = (size - int(again.sum())) // at_first
            n = min(max(room, 0 if numbers.size else 1), self._n_attemptable)
        new = np.repeat(self._next_number + np.arange(n), at_first)
        self._next_number += n
        again = again[:n_failed]
        tries = ranges(first, again)
        attempts = tries.astype(np.min_scalar_type(tries.max(initial=at_first)))
        attempts = np.append(attempts, np.tile(np.arange(at_first, dtype=attempts.dtype), n))
        return np.append(np.repeat(numbers, again), new), attempts

    def _started(self, numbers: Array, attempts: Array) -> PendingBatch:
        """Starts to draw a batch, in chunks of names that begin alike."""
        max_names = self._sampler.largest_batch // CHUNKS  # of a chunk
        n = 1
        if len(numbers) >= MIN_CHUNKED_NAMES or len(numbers) > max_names:
            n = self._n_threads * math.ceil(len(numbers) / (self._n_threads * max_names))
        rows = [np.arange(len(numbers), dtype=np.int32)]
        if n > 1:
            some = zip(np.array_split(numbers, n), np.array_split(attempts, n), strict=True)
            chunk_of = self._sampler.walk_sampler.chunk_of
            # In parts, to bound the memory.
            chunk = np.concatenate([chunk_of(keys_of(self._key, *each), n) for each in some])
            rows = [np.flatnonzero(chunk == each).astype(np.int32) for each in range(n)]
        chunks = deque(self._submit(self._draw, numbers, attempts, each) for each in rows)
        return PendingBatch(numbers, attempts, chunks, [])

    def _draw(self, numbers: Array, attempts: Array, rows: Array) -> Passed:
        keys = keys_of(self._key, numbers[rows], attempts[rows])
        names, passed, tally = self._sampler.draw(keys)
        # Finished names may have to wait, so store codes in the smallest type.
        codes = names.codes.astype(np.min_scalar_type(names.codes.max(initial=0)))
        return Names(codes, names.offsets.astype(np.int32)), rows[passed], tally

    def _record(self, batch: PendingBatch) -> None:
        """Keeps the name of each number's first passing attempt; queues the other numbers."""
        numbers, attempts, _, results = batch
        has_passed = np.zeros(len(numbers), bool)  # each attempt
        for _, rows, tally in results:
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
        is_first = np.zeros(len(numbers), bool)  # whether it is its number's first that passed
        is_first[passed[differs_from_previous(numbers[passed])]] = True
        while results:  # popped, to free each chunk early
            names, rows, _ = results.pop()
            first = np.flatnonzero(is_first[rows])
            at = rows[first]
            self._passing.append(PassingNames(numbers[at], attempts[at], names.take(first)))

    def _names_below(self, end: int) -> Iterator[Names]:
        """Removes and yields the names of all numbers below `end`, in parts.

        Raises TooFewNames at the number where the budget ends.
        """
        while self._next_to_yield < end:
            until = min(self._next_to_yield + NUMBERS_AT_ONCE, end)
            ready, later = zip(*(each.split(until) for each in self._passing), strict=True)
            numbers, attempts, names = zip(*ready, strict=True)
            order = np.argsort(np.concatenate(numbers), kind="stable")
            n_attempts = 1 + np.concatenate(attempts)[order].astype(np.int64)
            counted = self._n_counted + np.cumsum(n_attempts)
            over = np.flatnonzero(counted > budget_after(self._n_new, self._budget))
            if over.size and not over[0]:
                raise TooFewNames(self._tally)
            if over.size:  # unless the names before that number extend the budget
                yield from self._names_below(self._next_to_yield + int(over[0]))
                continue
            self._passing = [each for each in later if len(each.numbers)]
            self._next_to_yield, self._n_counted = until, int(counted[-1])
            part = Names.concatenate([*names]).take(order)
            yield Names(part.codes.astype(np.uint32, copy=False), part.offsets)

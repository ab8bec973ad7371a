"""The names of a stream, in the order of their numbers, batch by batch.

A batch tries the lowest numbers that have no name yet, then new numbers if more names are requested
and there is room. If three names are requested and only the attempts for number 1 fail in batch 1:

    batch    attempts for numbers   yields
    1        0 0 1 1 2 2            name 0, from the first attempt that passed; name 2 waits
    2        1 1 1                  name 1, if one of them passes, and name 2

Large batches are split into chunks (`chunks`), which threads draw.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from rnn_names.arrays import Array
from rnn_names.conditions.tally import Tally
from rnn_names.corpus.names import Names
from rnn_names.processes.threads import Threads
from rnn_names.sampling.admission import ENDLESS, Admission
from rnn_names.sampling.attempts import WaitingNumbers, budget_after
from rnn_names.sampling.chunks import split_into_chunks
from rnn_names.sampling.random_keys import keys_at
from rnn_names.sampling.sampler import DrawnNames, Sampler

FIRST_BATCH = 1 << 12  # maximum attempts in the first batch; later batches may be larger
FIRST_OF_ENDLESS = 1 << 5  # the same for an endless stream, whose reader may need few names
GROWTH = 16  # maximum factor by which the number of names grows from batch to batch
GROWTH_TO_COUNT = 256  # with a known count, the second batch may already be the largest
NUMBERS_AT_ONCE = 1 << 15  # maximum number of names that are yielded together


class NumberedNames(NamedTuple):
    """The names of n ascending numbers, and the attempts that gave them."""

    numbers: Array  # (n,)
    attempts: Array  # (n,)
    names: Names

    def part(self, rows: slice) -> "NumberedNames":
        """A slice of the rows, without copying them."""
        return NumberedNames(self.numbers[rows], self.attempts[rows], self.names[rows])


class NameQueue:
    """Draws names in order, from a seed's key.

    The stream ends after `budget` attempts; every 16 admitted names allow `budget` more. Only the
    attempts up to the first that passes are counted for each number, so the end of the stream does
    not depend on how many attempts are made together. The caller must admit the names of each piece
    before it asks for the next one, since the queue reads `admission` then.
    """

    def __init__(
        self,
        sampler: Sampler,
        key: Array,
        start: int,
        budget: int,
        admission: Admission,
        threads: Threads,
        tally: Tally,
    ) -> None:
        self._sampler, self._key, self._admission = sampler, key, admission
        self._submit, self._n_threads = threads
        self._waiting = WaitingNumbers()
        self._first_size, self._growth = FIRST_OF_ENDLESS, GROWTH
        if admission.count < ENDLESS:
            self._first_size, self._growth = FIRST_BATCH, GROWTH_TO_COUNT
        self._budget, self._tally = budget, tally
        self._ready = list[NumberedNames]()  # drawn but not yielded yet
        self._n_counted = 0  # attempts for the numbers below `_next_to_yield`
        # Names below `_next_to_yield` were yielded. `_next_number` is the first number not tried.
        self._start = self._next_to_yield = self._next_number = start

    def names(self) -> Iterator[Names]:
        """Yields names from `start` on, in pieces, until too few attempts pass."""
        waiting = self._waiting
        # Yields the names up to the first number without one, `end`. The stream ends if the budget
        # does not reach `end`, or if the failed attempts for `end` use it up.
        while self._draw_batch():
            end, n_failed = self._next_number, 0
            if len(waiting.numbers):
                end, n_failed = int(waiting.numbers[0]), int(waiting.n_failed[0])
            yield from self._names_below(end)
            if self._next_to_yield < end or self._n_counted + n_failed >= self._budget_now:
                return

    def _draw_batch(self) -> bool:
        """Tries the lowest numbers without a name; returns whether there were any."""
        waiting, n_new = self._waiting, self._n_in_reach()
        size = self._batch_size(n_new)
        n_new = min(n_new, max(size - len(waiting.numbers), 0))
        waiting.add(self._next_number + np.arange(n_new))
        self._next_number += n_new
        if not len(waiting.numbers):
            return False
        # The lowest numbers come first once the stream may have to end.
        lowest_first = waiting.n_made >= self._budget_now
        numbers, attempts = waiting.pop(size, lowest_first)
        chunks = split_into_chunks(self._sampler, self._key, numbers, attempts, self._n_threads)
        calls = [self._submit(self._draw_chunk, numbers, attempts, rows) for rows in chunks]
        results = list[DrawnNames]()
        while calls:  # popped, so that no call keeps its result
            results.append(calls.pop(0)())
            self._tally.add(results[-1].tally)
        passing = np.concatenate([result.rows for result in results])
        is_first = waiting.record(numbers, attempts, passing)
        while results:  # popped, to free each chunk early
            names, passing, _ = results.pop()
            chosen = np.flatnonzero(is_first[passing])
            rows = passing[chosen]
            self._ready.append(NumberedNames(numbers[rows], attempts[rows], names.take(chosen)))
        return True

    def _n_in_reach(self) -> int:
        """How many new numbers may be tried.

        A number whose attempts keep failing holds back later ones. A request for 10,000 tries
        4,096, then 5,904, if all pass; an endless stream tries 32, 512, …, in case few are read.
        """
        yielded, first = self._next_to_yield - self._start, self._first_size
        max_ahead = min(self._growth * max(yielded, first), self._sampler.largest_batch)
        end = self._next_to_yield + min(max_ahead, self._admission.n_to_draw())
        return max(end - self._next_number, 0)

    def _batch_size(self, n_new: int) -> int:
        """How many attempts the next batch may make, with up to `n_new` for new numbers.

        At most `growth` times the attempts made so far, and no more than there are numbers to try
        or FIRST_BATCH, whichever is more.
        """
        n_made, n_waiting = self._waiting.n_made, len(self._waiting.numbers)
        max_size = min(max(self._growth * n_made, self._first_size), self._sampler.largest_batch)
        return min(max_size, max(n_waiting + n_new, FIRST_BATCH))

    def _draw_chunk(self, numbers: Array, attempts: Array, rows: Array) -> DrawnNames:
        keys = keys_at(self._key, numbers[rows], attempts[rows])
        names, passing, tally = self._sampler.draw_tested(keys)
        # Finished names may have to wait, so store codes in the smallest type.
        codes = names.codes.astype(np.min_scalar_type(names.codes.max(initial=0)))
        return DrawnNames(Names(codes, names.offsets.astype(np.int32)), rows[passing], tally)

    def _names_below(self, end: int) -> Iterator[Names]:
        """Yields the names of all numbers below `end`, as far as the budget allows."""
        rows, attempts, names = self._take_ready(end)
        while len(rows):
            n_attempts = 1 + attempts[:NUMBERS_AT_ONCE].astype(np.int64)
            counted = self._n_counted + np.cumsum(n_attempts)
            n = int(np.searchsorted(counted, self._budget_now, side="right"))
            if not n:
                return
            piece = names.take(rows[:n])
            rows, attempts = rows[n:], attempts[n:]
            self._next_to_yield, self._n_counted = self._next_to_yield + n, int(counted[n - 1])
            yield Names(piece.codes.astype(np.uint32, copy=False), piece.offsets)

    def _take_ready(self, end: int) -> tuple[Array, Array, Names]:
        """Removes the numbers below `end`; returns rows of names by number, attempts, and names."""
        ends = [int(np.searchsorted(batch.numbers, end)) for batch in self._ready]
        below = [batch.part(slice(n)) for batch, n in zip(self._ready, ends, strict=True)]
        after = [batch.part(slice(n, None)) for batch, n in zip(self._ready, ends, strict=True)]
        self._ready = [batch for batch in after if len(batch.numbers)]
        rows = np.argsort(np.concatenate([batch.numbers for batch in below]), kind="stable")
        attempts = np.concatenate([batch.attempts for batch in below])[rows]
        return rows, attempts, Names.concatenate([batch.names for batch in below])

    @property
    def _budget_now(self) -> int:
        return budget_after(self._admission.n_admitted, self._budget)

"""Drawing by trial and error: a number gets the name of its first attempt that passes.

This name depends neither on the other numbers nor on how many attempts are made together.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_names.arrays import Array, differs_from_previous, ranges
from rnn_names.conditions.tally import Tally

DEFAULT_BUDGET = 1 << 21  # attempts after which a stream without names ends
NAMES_PER_BUDGET = 16  # names that must be found for another budget

# Makes n attempts, given the number of each and its index among that number's attempts, (n,) both.
# Returns the results that passed, the ascending rows of their attempts, and a tally.
MakeAttempts = Callable[[Array, Array], tuple[Sequence[Any], Array, Tally]]


def budget_after(n_names: int, budget: int) -> int:
    """The total number of attempts allowed once there are `n_names`."""
    return budget * (1 + n_names // NAMES_PER_BUDGET)


@dataclass(eq=False)
class NoAttemptPassed(Exception):
    """No attempt for a number passed."""

    tally: Tally  # of all attempts
    number: int
    results: list[Any]  # of each earlier number and of some later ones; None for the rest


class WaitingNumbers:
    """The numbers that wait for an attempt to pass, lowest first."""

    def __init__(self) -> None:
        self.numbers = np.zeros(0, np.int64)  # (w,) ascending numbers
        self.n_failed = np.zeros(0, np.int64)  # (w,) failed attempts for each
        self.n_made = self.n_passed = 0  # attempts for all numbers; those that passed

    def add(self, numbers: Array) -> None:
        """Adds numbers, all of them larger than the waiting ones."""
        self.numbers = np.append(self.numbers, numbers)
        self.n_failed = np.append(self.n_failed, np.zeros_like(numbers))

    def pop(self, size: int, lowest_first: bool, limit: float = math.inf) -> tuple[Array, Array]:
        """Removes the lowest numbers; returns at most `size` numbers and attempts, both (n,).

        For example, number 7, whose attempts 0 to 3 failed, gets two more, and the new numbers 9
        and 10 get one each: numbers 7, 7, 9, 10 and attempts 4, 5, 0, 0. If `lowest_first`, each
        number gets as many attempts as it will probably need, even if fewer numbers then fit. No
        number gets more than `limit` attempts in total.
        """
        n_more = np.minimum(self._next_attempts(size, lowest_first), limit - self.n_failed)
        n_more = n_more.astype(np.int64)
        n_taken = max(int(np.searchsorted(np.cumsum(n_more), size, side="right")), 1)
        numbers, n_more, first = self.numbers[:n_taken], n_more[:n_taken], self.n_failed[:n_taken]
        # Copied, since views would keep all numbers in memory.
        self.numbers, self.n_failed = self.numbers[n_taken:].copy(), self.n_failed[n_taken:].copy()
        attempts = ranges(first, n_more)
        attempts = attempts.astype(np.min_scalar_type(attempts.max()))
        return np.repeat(numbers, n_more), attempts

    def _next_attempts(self, size: int, lowest_first: bool) -> Array:
        """How many attempts each waiting number gets next, (w,).

        A number's attempts grow by half each time that all of them fail. At least `likely`, the
        attempts that a name probably needs, are made, and at most twice as many; both are limited
        by the room in the batch.
        """
        # 1.5 times the mean number of attempts that a name has needed so far; 2 at first.
        likely = math.ceil(1.5 * (self.n_made + 1) / (self.n_passed + 1))
        room = size if lowest_first else max(size // len(self.numbers), 1)  # for each number
        return np.clip(self.n_failed // 2, min(likely, room), min(2 * likely, size))

    def drop_from(self, row: int) -> int:
        """Drops the number in a row and all larger ones; returns it."""
        number = int(self.numbers[row])
        self.numbers, self.n_failed = self.numbers[:row], self.n_failed[:row]
        return number

    def record(self, numbers: Array, attempts: Array, rows: Array) -> Array:
        """Records which attempts passed; returns which passed first for their number: (n,) bool."""
        passed = np.zeros(len(numbers), bool)  # (n,) by attempt
        passed[rows] = True
        rows = np.flatnonzero(passed)  # ascending
        self.n_made += len(numbers)
        self.n_passed += len(rows)
        begins = np.flatnonzero(differs_from_previous(numbers))  # of each number's attempts
        all_failed = ~np.logical_or.reduceat(passed, begins)  # (numbers tried,)
        last = np.append(begins[1:], len(numbers))[all_failed] - 1  # attempt for each failed number
        self.numbers = np.append(numbers[last], self.numbers)
        self.n_failed = np.append(attempts[last] + np.int64(1), self.n_failed)
        is_first = np.zeros(len(numbers), bool)
        is_first[rows[differs_from_previous(numbers[rows])]] = True
        return is_first


def first_passing_results(
    make_attempts: MakeAttempts, n: int, max_batch: int, budget: int
) -> list[Any]:
    """The result of the first attempt that passes, for each of the numbers 0 to n − 1.

    Makes at most `max_batch` attempts together, and at most `budget` for each number. Once `budget`
    is used up, as a stream would count it, the lowest numbers get attempts first. Raises
    NoAttemptPassed for the first number whose attempts all failed.
    """
    results, tally, waiting = [None] * n, Tally(), WaitingNumbers()
    waiting.add(np.arange(n))
    end = n  # the first number that gets no result
    while len(waiting.numbers):
        lowest_first = waiting.n_made >= budget_after(waiting.n_passed, budget)
        size = max(min(max(n, waiting.n_made), max_batch), 1)
        numbers, attempts = waiting.pop(size, lowest_first, budget)
        found, rows, tally_now = make_attempts(numbers, attempts)
        tally.add(tally_now)
        is_first = waiting.record(numbers, attempts, rows)
        for k in np.flatnonzero(is_first[rows]).tolist():
            results[numbers[rows[k]]] = found[k]
        exhausted = np.flatnonzero(waiting.n_failed >= budget)
        if len(exhausted):
            end = waiting.drop_from(exhausted[0])
    if end < n:
        raise NoAttemptPassed(tally, end, results)
    return results

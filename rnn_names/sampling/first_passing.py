"""The result of the first attempt that passes, for each of a few rows.

A row's result depends on the row alone, not on the rows drawn together with it.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rnn_names.arrays import Array, differs_from_previous
from rnn_names.sampling.name_queue import TooFewNames, budget_after, likely_attempts
from rnn_names.sampling.sampler import Tally

MakeAttempts = Callable[[Array, Array], tuple[Sequence[Any], Array, Tally]]
"""Makes attempts, given their rows and numbers, (n,) both.

Returns the results that passed, the rising positions of their attempts, and a tally. A result of
None gives up the row.
"""


class FewFound(TooFewNames):
    """No attempt at `row` passed.

    `results` has a result for each row before it, and a result or None for each row after it.
    """

    def __init__(self, tally: Tally, row: int, results: Sequence[Any]) -> None:
        super().__init__(tally)
        self.row, self.results = row, results


def first_passing_attempts(
    draw: MakeAttempts, n: int, largest: int, max_attempts: int
) -> list[Any]:
    """The result of the first attempt that passes, for each of n rows.

    At most `largest` attempts are drawn together. Raises FewFound for the first row that `draw`
    gave up, or whose `max_attempts` attempts all failed.
    """
    results, has_result = np.full(n, None, object), np.zeros(n, bool)
    tally = Tally()
    n_attempts = np.zeros(n, np.int64)  # made at each row
    left = np.arange(n)  # rows without a result
    end = n  # rows from here on get no result
    tested, passed = 0, 0
    size = 1  # attempts made next at each row
    while len(left):
        # All rows together while a stream would continue; then one after another.
        rows = left if tested < budget_after(passed, max_attempts) else left[:1]
        size = max(min(size, largest, max_attempts - int(n_attempts[rows].max())), 1)
        for part in np.array_split(rows, -(-len(rows) // (largest // size))):
            row = np.repeat(part, size)
            attempts = n_attempts[part][:, None] + np.arange(size)
            new, positions, counts = draw(row, attempts.ravel())
            tally.add(counts)
            passing = row[positions]
            for k in np.flatnonzero(differs_from_previous(passing)).tolist():
                results[passing[k]], has_result[passing[k]] = new[k], new[k] is not None
                end = min(end, int(passing[k])) if new[k] is None else end
        tested += len(rows) * size
        n_attempts[rows] += size
        left = left[~has_result[left]]
        passed = n - len(left)
        end = min([end, *left[n_attempts[left] >= max_attempts].tolist()])
        left = left[left < end]
        size = min(likely_attempts(tested, passed), max(n, tested) // max(len(left), 1))
    if end < n:
        raise FewFound(tally, end, results.tolist())
    return results.tolist()

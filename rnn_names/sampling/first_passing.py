"""The result of the first attempt that passes, for each of a few rows.

Which attempt that is depends on the row alone, not on what is drawn together with it.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rnn_names.arrays import Array, differs_from_previous
from rnn_names.sampling.name_queue import TooFewNames, budget_after, likely_attempts
from rnn_names.sampling.sampler import Tally

MakeAttempts = Callable[[Array, Array], tuple[Sequence[Any], Array, Tally]]
"""Makes attempts, given rows and numbers of attempts, (n,) both.

Returns the results that passed, the positions of their attempts, rising, and a tally. A result of
None gives up the row.
"""


class FewFound(TooFewNames):
    """Nothing was found for `row`.

    `found` has results for all rows before it; for those after it, results or None.
    """

    def __init__(self, tally: Tally, row: int, found: Sequence[Any]) -> None:
        super().__init__(tally)
        self.row, self.found = row, found


def first_passing_attempts(
    draw: MakeAttempts, n: int, largest: int, max_attempts: int
) -> list[Any]:
    """The result of the first attempt that passes, for each of n rows.

    At most `largest` attempts are drawn together. Raises FewFound for the first row of which none
    of `max_attempts` attempts passes, or that `draw` gave up.
    """
    results, has_result = np.full(n, None, object), np.zeros(n, bool)
    tally = Tally()
    begun = np.zeros(n, np.int64)  # attempts made at each row
    left = np.arange(n)  # rows without a result
    end = n  # no row from here on has one
    tested, passed = 0, 0
    size = 1  # attempts made at each row in this round
    while len(left):
        # All together, as long as a stream would go on; then one after another.
        rows = left if tested < budget_after(passed, max_attempts) else left[:1]
        size = max(min(size, largest, max_attempts - int(begun[rows].max())), 1)
        for part in np.array_split(rows, -(-len(rows) // (largest // size))):
            row = np.repeat(part, size)
            drawn, positions, counts = draw(row, (begun[part][:, None] + np.arange(size)).ravel())
            tally.add(counts)
            met = row[positions]
            for k in np.flatnonzero(differs_from_previous(met)).tolist():
                results[met[k]], has_result[met[k]] = drawn[k], drawn[k] is not None
                end = min(end, int(met[k])) if drawn[k] is None else end
        tested += len(rows) * size
        begun[rows] += size
        left = left[~has_result[left]]
        passed = n - len(left)
        end = min([end, *left[begun[left] >= max_attempts].tolist()])
        left = left[left < end]
        size = min(likely_attempts(tested, passed), max(n, tested) // max(len(left), 1))
    if end < n:
        raise FewFound(tally, end, results.tolist())
    return results.tolist()

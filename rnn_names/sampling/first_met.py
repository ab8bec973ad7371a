"""Attempts for each of some rows, until one passes."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rnn_names.arrays import Array, changes
from rnn_names.sampling.attempts import TooFewNames, budget_after, likely_attempts
from rnn_names.sampling.tally import Tally

Draw = Callable[[Array, Array], tuple[Sequence[Any], Array, Tally]]
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


def first_met(draw: Draw, n: int, largest: int, most: int) -> list[Any]:
    """The result of the first attempt that passes, for each of n rows.

    At most `largest` attempts are drawn together. Raises FewFound for the first row of which none
    of `most` attempts passes, or that `draw` gave up.
    """
    found, begun, tally = np.full(n, None, object), np.zeros(n, np.int64), Tally()
    left, end = np.arange(n), n  # no row from `end` on has a result
    tested, passed, each = 0, 0, 1
    while len(left):
        # All together, as long as a stream would go on; then one after another.
        rows = left if tested < budget_after(passed, most) else left[:1]
        each = max(min(each, largest, most - int(begun[rows].max())), 1)
        for some in np.array_split(rows, -(-len(rows) // (largest // each))):
            row = np.repeat(some, each)
            brought, met, seen = draw(row, (begun[some][:, None] + np.arange(each)).ravel())
            tally.add(seen)
            for k in np.flatnonzero(changes(row[met])).tolist():
                found[row[met[k]]] = brought[k]
                end = min(end, int(row[met[k]])) if brought[k] is None else end
        tested, begun[rows] = tested + len(rows) * each, begun[rows] + each
        left = left[found[left] == None]  # noqa: E711 - of each
        passed = n - len(left)
        end = min([end, *left[begun[left] >= most].tolist()])
        left = left[left < end]
        each = min(likely_attempts(tested, passed), max(n, tested) // max(len(left), 1))
    if end < n:
        raise FewFound(tally, end, found.tolist())
    return found.tolist()

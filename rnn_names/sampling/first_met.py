"""Retries for each of some rows, until an attempt passes."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rnn_names.arrays import Array, changes
from rnn_names.sampling.attempts import MAX_ATTEMPTS, NAMES_PER_BUDGET, GivenUp
from rnn_names.sampling.tally import Tally

Draw = Callable[[Array, Array], tuple[Sequence[Any], Array, Tally]]
"""Makes attempts, given rows and numbers of attempts, (n,) both.

Returns the results that passed, their places among these, rising, and a tally.
"""


class FewFound(GivenUp):
    """No attempt passed for some rows; `found` has None for these, and what the others brought."""

    def __init__(self, tally: Tally, found: list[Any], tried: int) -> None:
        super().__init__(tally)
        self.found, self.tried = found, tried


def first_met(
    draw: Draw, n: int, largest: int, slowness: int = 1, budget: int | None = None
) -> list[Any]:
    """The results of the first attempts that pass, one for each of n rows. Raises FewFound.

    At most `largest` attempts are drawn together, and `budget` in all; without one, names earn as
    many as in a stream of some slowness.
    """
    found, left, tally = np.full(n, None, object), np.arange(n), Tally()
    tested, begun, each = 0, 0, 1
    while len(left):
        for some in np.array_split(left, -(-len(left) * each // largest)):
            rows = np.repeat(some, each)
            brought, met, seen = draw(rows, np.tile(begun + np.arange(each), len(some)))
            tally.add(seen)
            for k in np.flatnonzero(changes(rows[met])).tolist():
                found[rows[met[k]]] = brought[k]
        tested, begun = tested + len(left) * each, begun + each
        left = left[found[left] == None]  # noqa: E711 - of each
        passed = n - len(left)
        most = budget or MAX_ATTEMPTS // slowness * (1 + passed // NAMES_PER_BUDGET)
        if len(left) and tested >= most:
            raise FewFound(tally, found.tolist(), begun)
        needed = 3 * (tested + 1) // (2 * (passed + 1))  # three of four rows need no more
        each = max(min(needed, max(n, tested) // max(len(left), 1), largest), 1)
    return found.tolist()

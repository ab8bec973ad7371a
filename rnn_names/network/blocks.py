"""Recurrent weights of a blend: blocks along the diagonal, multiplied one by one.

The hidden units of a blend's parts know nothing of one another, so its `Waa` is zero outside of one
block for each part. A product that leaves out the zeros takes half the time for two parts of one
size.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

MAX_BLOCKS = 16
"""Blocks that are multiplied one by one; for more, the products would be too small to be fast."""


def diagonal_blocks(Waa: Array) -> list[int]:
    """The bounds of the square blocks along the diagonal of `Waa` (gates, n_a, n_a).

    Around them are zeros, for every gate. Most networks have one block, all of `Waa`.

    >>> diagonal_blocks(np.array([[[1, 2, 0], [3, 4, 0], [0, 0, 5]]]))
    [0, 2, 3]
    """
    n_a = Waa.shape[1]
    if (Waa[:, 0, -1] != 0).any() or (Waa[:, -1, 0] != 0).any():
        return [0, n_a]  # the first and the last unit are linked: there can be no end between them
    linked = (Waa != 0).any(axis=0)
    linked |= linked.T
    # The last unit that each unit is linked to. A block ends where no unit so far is linked to a
    # later one.
    last = np.where(linked.any(axis=1), n_a - 1 - linked[:, ::-1].argmax(axis=1), 0)
    ends = np.flatnonzero(np.maximum.accumulate(last) <= np.arange(n_a)) + 1
    return [0, *ends.tolist()] if len(ends) <= MAX_BLOCKS else [0, n_a]


def block_product(a: Array, Waa: Array, bounds: list[int], out: Array) -> None:
    """The product of the states `a` (m, n_a) and each gate's `Waa` (gates, n_a, n_a).

    Args:
        a: the states.
        Waa: transposed weights with blocks of these bounds.
        bounds: as `diagonal_blocks` gives them.
        out: (gates, m, n_a) overwritten.
    """
    for start, stop in pairwise(bounds):
        units = slice(start, stop)
        np.matmul(a[:, units], Waa[:, units, units], out=out[:, :, units])

"""Choosing the next character: one draw splits the names at a node over the characters."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


LARGEST_BLOCK = 1 << 17
"""Names drawn together, at most. Larger blocks share more beginnings, and take more memory."""


_PLACE_BITS = (LARGEST_BLOCK - 1).bit_length()
"""For a name's place among those drawn together; 15 of 64 bits are left for its node."""


def choose(
    chances: NDArray[np.float64], names: NDArray[Any], node: NDArray[Any], bits: Random
) -> tuple[NDArray[Any], NDArray[Any]]:
    """A next character for each name: the names in a new order, and the branch that each takes, n_y
    node + character, sorted.

    `chances` (n_y, nodes) of each next character are spent; a column need not sum to 1.
    """
    # A number line on which node k owns [k, k + 1), cut up by the chances of its characters, and a
    # point on it for each name: 32 random bits after those of its node. With points in order,
    # neighbours read the same memory; with the name's place in the bits after that, no two are
    # equal, so there is one order, and numbers are sorted several times as fast as an index of
    # them.
    points = node.astype(np.uint64)
    points <<= 32
    points |= np.frombuffer(bits.randbytes(4 * len(names)), "<u4")
    points <<= _PLACE_BITS
    points |= np.arange(len(names), dtype=np.uint64)
    points.sort()
    names = names[(points & np.uint64((1 << _PLACE_BITS) - 1)).astype(np.int32)]
    points >>= _PLACE_BITS
    edges = chances
    for i in range(1, len(edges)):  # np.cumsum along this axis takes ten times as long
        edges[i] += edges[i - 1]
    edges /= edges[-1]
    edges += np.arange(edges.shape[1])
    branch = np.searchsorted(np.ascontiguousarray(edges.T).ravel(), points * 2.0**-32, side="right")
    return names, branch.astype(np.int32)


def keep_top_k(chances: NDArray[np.float64], k: int) -> None:
    """Leaves the k largest of each column, and any equal to the k-th, and makes their sum 1."""
    chances[chances < np.partition(chances, -k, axis=0)[-k]] = 0
    chances /= chances.sum(axis=0)


def keep_top_p(chances: NDArray[np.float64], p: float) -> None:
    """Leaves the fewest largest of each column that sum to p, and any equal to the least of them,
    and makes their sum 1.
    """
    falling = -np.sort(-chances, axis=0)
    last = np.minimum(
        (np.cumsum(falling, axis=0) < p * falling.sum(axis=0)).sum(axis=0), len(chances) - 1
    )
    chances[chances < falling[last, np.arange(chances.shape[1])]] = 0
    chances /= chances.sum(axis=0)

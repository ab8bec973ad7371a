"""Choosing the next character: one draw splits the names at a node over the characters."""

from random import Random

import numpy as np

from rnn_names.arrays import Array

LARGEST_WALK = 1 << 17  # names drawn together in one walk, at most
_PLACE_BITS = (LARGEST_WALK - 1).bit_length()  # of 64; 15 are left for a name's node


def choose(probabilities: Array, names: Array, node: Array, bits: Random) -> tuple[Array, Array]:
    """A next character for each name, drawn for all of them in one step.

    On a line, node k owns the part from k to k + 1, and each of its characters a piece as long as
    its probability. With the probabilities 1/4 and 3/4 at node 0, 1/2 and 1/2 at node 1:

        0   1/4       1    3/2    2
        |----|--------|-----|-----|
        branch 0   1     2     3

    A name gets a point of its node's part at random, and so the branch n_y node + character.

    `names` (m,) are at nodes, `node` (m,); `probabilities` (n_y, nodes) are overwritten. Gives the
    names in a new order, and the branch that each takes, (m,), rising.
    """
    n_nodes = probabilities.shape[1]
    assert n_nodes <= 1 << 15  # at most `nodes_at_once`
    # A point is an integer of 64 bits: the node, 32 random bits, the name's place in `names`.
    # Points are sorted, since neighbours then read the same memory. The place makes all of them
    # different, so that there is one order; and to sort integers and read the place from them is
    # several times as fast as to sort an index of them.
    points = node.astype(np.uint64)
    points <<= 32
    points |= np.frombuffer(bits.randbytes(4 * len(names)), "<u4")
    points <<= _PLACE_BITS
    points |= np.arange(len(names), dtype=np.uint64)
    points.sort()
    names = names[(points & np.uint64((1 << _PLACE_BITS) - 1)).astype(np.int32)]
    points >>= _PLACE_BITS

    edges = probabilities
    for i in range(1, len(edges)):  # np.cumsum along this axis takes ten times as long
        edges[i] += edges[i - 1]
    edges /= edges[-1]
    edges += np.arange(n_nodes)
    line = np.ascontiguousarray(edges.T).ravel()  # (nodes n_y,) the right end of each branch
    return names, np.searchsorted(line, points * 2.0**-32, side="right").astype(np.int32)


def keep_top_k(probabilities: Array, k: int) -> None:
    """Leaves the k largest of each column, and any equal to the k-th, and makes their sum 1."""
    probabilities[probabilities < np.partition(probabilities, -k, axis=0)[-k]] = 0
    probabilities /= probabilities.sum(axis=0)


def keep_top_p(probabilities: Array, p: float) -> None:
    """Leaves the fewest largest of each column that sum to p, and equal ones; makes their sum 1."""
    falling = -np.sort(-probabilities, axis=0)  # (n_y, nodes)
    too_few = np.cumsum(falling, axis=0) < p * falling.sum(axis=0)
    last = np.minimum(too_few.sum(axis=0), len(probabilities) - 1)  # (nodes,) row of the least
    probabilities[probabilities < falling[last, np.arange(probabilities.shape[1])]] = 0
    probabilities /= probabilities.sum(axis=0)

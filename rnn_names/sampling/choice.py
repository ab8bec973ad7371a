"""Chooses the next character of many names, each with its own random number.

The last bits of probabilities differ between processors. If a random number lies within a margin of
the edge between two characters, the choice is *too close to call*. The name is then drawn again in
float64, which gives the same name everywhere.
"""

import numpy as np

from rnn_names.arrays import Array
from rnn_names.sampling.random_keys import random_bits

MAX_NAMES_OF_WALK = 1 << 20  # maximum number of names in one walk
MAX_NODES = 1 << 12  # maximum number of nodes at which names choose together
_PLACE_BITS = (MAX_NAMES_OF_WALK - 1).bit_length()  # 20 of a sort key's 64 bits; node 12, random 32


def choose(
    probabilities: Array,
    margin: Array | float,
    name_rows: Array,
    node_of_name: Array,
    keys: Array,
    position: int,
) -> tuple[Array, Array, Array]:
    """Chooses the next character of all names at once.

    The interval from i to i + 1 belongs to node i, and each character has a piece of it as long as
    its probability. For the probabilities 1/4 and 3/4 at node 0, and 1/2 and 1/2 at node 1:

        0   1/4       1    3/2    2
        |----|--------|-----|-----|
        branch 0   1     2     3

    A name at node i takes the branch at the point i + u; its index is n_y · i + character.

    Args:
        probabilities: (n_y, nodes), which need not be normalised; overwritten.
        margin: the maximum error of a sum of probabilities: a number, or (nodes,).
        name_rows: (k,) the row of each name in `keys`, (names,).
        node_of_name: (k,) the node of each name, ascending.
        position: the length of the prefixes: the number of characters before this one.

    Returns:
        The rows, sorted by branch; the branch of each; whether each is too close to call; all (k,).
    """
    n_y, n_nodes = probabilities.shape
    assert n_nodes <= MAX_NODES  # or a node would not fit into a sort key
    # A sort key is a 64-bit integer: the node, the 32 bits of u, the name's place in `name_rows`.
    # Sorting these is several times as fast as `argsort`. Sorted neighbours read the same memory.
    sort_keys = node_of_name.astype(np.uint64)
    sort_keys <<= np.uint64(32)
    sort_keys |= random_bits(keys[name_rows], position)
    sort_keys <<= np.uint64(_PLACE_BITS)
    sort_keys |= np.arange(len(name_rows), dtype=np.uint64)
    sort_keys.sort()
    name_rows = name_rows[(sort_keys & np.uint64(MAX_NAMES_OF_WALK - 1)).astype(np.int32)]
    sort_keys >>= np.uint64(_PLACE_BITS)
    points = sort_keys * 2.0**-32

    edges = probabilities
    for i in range(1, n_y):  # np.cumsum along this axis takes ten times as long
        edges[i] += edges[i - 1]
    margins: Array = margin / edges[-1]  # (nodes,)
    edges /= edges[-1]
    edges += np.arange(n_nodes)
    line = np.ascontiguousarray(edges.T).ravel()  # (nodes n_y,) the right end of each branch
    branch_of_name = np.searchsorted(line, points, side="right").astype(np.int32)
    # Branch 0 has no left neighbour: index −1 is the far end of the line.
    distances = np.minimum(line[branch_of_name] - points, np.abs(points - line[branch_of_name - 1]))
    return name_rows, branch_of_name, distances < margins[node_of_name]

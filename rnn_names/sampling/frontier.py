"""The frontier of a walk or a search: the nodes whose states are not computed yet.

Nodes with prefixes of the same length wait together. A batch comes from the greatest length that
fills one, else from the smallest. So the network runs for many nodes at once, yet few ever wait.
"""

from collections import Counter, defaultdict
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from rnn_names.arrays import Array, differs_from_previous


class Children(NamedTuple):
    """m nodes, each one character below its parent; `parent` and `character` are (m,)."""

    parent_states: Array  # (p, …)
    parent: Array  # the row of the node's parent in `parent_states`, ascending
    character: Array  # the index of the character that leads to the node


NO_NAMES = np.zeros(0, np.int32)  # for `best`, which searches prefixes and draws no names


class NodeBatch(NamedTuple):
    """m nodes whose prefixes have the same length, and the k names at them."""

    children: Children  # the nodes
    node_fields: Array  # (m,) with `automaton_state`; more for a guided walk or `best`
    name_rows: Array = NO_NAMES  # (k,) the rows of the names in the walk's `keys`
    node_of_name: Array = NO_NAMES  # (k,) ascending


class Frontier:
    """The nodes that wait, by length, taken in batches of at most `at_once`."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._batches = defaultdict[int, list[NodeBatch]](list)
        self._nodes = Counter[int]()  # waiting, by length

    def __bool__(self) -> bool:
        """Whether any nodes wait."""
        return self._nodes.total() > 0

    def add(self, length: int, batch: NodeBatch) -> None:
        """Adds nodes of a length and drops the states of parents without a child."""
        children, node_fields, name_rows, node_of_name = batch
        for start in range(0, len(node_fields), self._at_once):
            nodes = slice(start, start + self._at_once)
            names = slice(*np.searchsorted(node_of_name, (nodes.start, nodes.stop)))  # at them
            parent = children.parent[nodes]
            is_first = differs_from_previous(parent)  # whether a node is its parent's first child
            parents = children.parent_states.take(parent[is_first], axis=0)
            some = Children(parents, np.cumsum(is_first) - 1, children.character[nodes])
            at_nodes = name_rows[names], node_of_name[names] - start
            self._batches[length].append(NodeBatch(some, node_fields[nodes], *at_nodes))
        self._nodes[length] += len(node_fields)

    def pop(self) -> tuple[int, NodeBatch]:
        """Removes a batch of the greatest length that fills one, else of the smallest."""
        lengths = [length for length, n in self._nodes.items() if n]
        full = [length for length in lengths if self._nodes[length] >= self._at_once]
        length = max(full) if full else min(lengths)
        batches = self._batches[length]
        chosen, n = list[NodeBatch](), 0
        while batches and (not chosen or n + len(batches[-1].node_fields) <= self._at_once):
            chosen.append(batches.pop())
            n += len(chosen[-1].node_fields)
        self._nodes[length] -= n
        return length, _joined(chosen)


def _joined(batches: list[NodeBatch]) -> NodeBatch:
    children, node_fields, name_rows, node_of_name = zip(*batches, strict=True)
    parent_states, parent_of_node, character_of_node = zip(*children, strict=True)
    parents = _rows_of_joined(parent_of_node, parent_states)
    joined = Children(np.concatenate(parent_states), parents, np.concatenate(character_of_node))
    nodes = _rows_of_joined(node_of_name, node_fields)
    return NodeBatch(joined, np.concatenate(node_fields), np.concatenate(name_rows), nodes)


def _rows_of_joined(rows: tuple[Array, ...], arrays: tuple[Array, ...]) -> Array:
    """The rows `rows[k]` of each array `arrays[k]`, as rows of all arrays concatenated."""
    n_before = [0, *accumulate(map(len, arrays[:-1]))]
    return np.concatenate([some + n for some, n in zip(rows, n_before, strict=True)])

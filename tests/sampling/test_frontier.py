"""The frontier: which nodes are next, and that they keep their parents and names."""

import numpy as np

from rnn_names.arrays import structured
from rnn_names.sampling.frontier import Children, Frontier, NodeBatch


def nodes(*parent_of_node, first_row=0):
    """Nodes with parents in the given rows, and two names at each.

    Node k has the character and the automaton state k. A parent's state is its row.
    """
    n, parent = len(parent_of_node), np.array(parent_of_node)
    children = Children(np.arange(parent.max() + 1.0)[:, None], parent, np.arange(n))
    name_rows, node_of_name = first_row + np.arange(2 * n), np.repeat(np.arange(n), 2)
    return NodeBatch(children, structured(automaton_state=np.arange(n)), name_rows, node_of_name)


def test_the_greatest_length_that_fills_a_batch_is_next_else_the_smallest():
    frontier, lengths = Frontier(at_once=2), []
    for length, batch in [(1, nodes(0, 0)), (2, nodes(0, 1)), (4, nodes(0)), (3, nodes(0))]:
        frontier.add(length, batch)
    while frontier:
        lengths.append(frontier.pop()[0])
    assert lengths == [2, 1, 3, 4]


def test_split_and_joined_nodes_keep_their_parents_characters_fields_and_names():
    frontier = Frontier(at_once=3)
    batches = [nodes(0, 0, 2, 5, 5), nodes(1, first_row=10)]
    expected, found = {}, {}

    def note(batch, of_name):
        children, fields, name_rows, node_of_name = batch
        assert (np.diff(children.parent) >= 0).all() and (np.diff(node_of_name) >= 0).all()
        for row, node in zip(name_rows.tolist(), node_of_name.tolist(), strict=True):
            [parent_state] = children.parent_states[children.parent[node]]
            of_name[row] = parent_state, children.character[node], fields["automaton_state"][node]

    for batch in batches:
        note(batch, expected)
        frontier.add(7, batch)
    while frontier:
        length, batch = frontier.pop()
        assert length == 7 and len(batch.node_fields) <= 3
        note(batch, found)
    assert found == expected and len(found) == 12

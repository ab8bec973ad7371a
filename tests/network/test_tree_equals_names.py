"""The prefix tree: its structure, and that it computes what a plain loop over names computes."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_names.arrays import Workspace
from rnn_names.corpus.names import Names
from rnn_names.network import rnn
from rnn_names.network.batches import Batches
from rnn_names.network.prefix_tree import EOS
from support import plain_bptt
from support.networks import CELLS, prefixes_of, random_params, tree_of

N_Y = 5

# Kept over all examples: what an earlier, larger minibatch left in the buffers must not be seen.
WORK = Workspace(np.float64)


@st.composite
def name_lists(draw):
    """Index lists: some names, prefixes of them, continuations of them, and duplicates."""
    name = st.lists(st.integers(1, N_Y - 1), max_size=6)
    names = draw(st.lists(name, min_size=1, max_size=8))
    related = draw(st.lists(st.tuples(st.sampled_from(names), st.integers(0, 6), name), max_size=8))
    return (
        names
        + [base[:cut] + tail for base, cut, tail in related]
        + draw(st.lists(st.sampled_from(names), max_size=4))
    )


@pytest.mark.parametrize("cell", CELLS)
@given(names=name_lists(), seed=st.integers(0, 1000))
def test_loss_and_gradients_equal_those_of_a_loop_over_names(cell, names, seed):
    params = random_params(np.random.default_rng(seed), cell)
    tree, names = tree_of(names)
    loss, gradients = rnn.loss_and_gradients(tree, params, WORK)
    expected_loss, expected = plain_bptt.loss_and_gradients(names, params)
    assert loss == pytest.approx(expected_loss, rel=1e-10)
    assert set(gradients) == set(expected)
    for key, array in expected.items():
        np.testing.assert_allclose(gradients[key], array, rtol=1e-10, atol=1e-10, err_msg=key)


@given(names=name_lists())
def test_the_tree_has_one_node_per_distinct_prefix(names):
    tree, names = tree_of(names)
    passing = Counter(tuple(name[:n]) for name in names for n in range(len(name) + 1))
    prefixes = prefixes_of(tree)
    assert sorted(prefixes) == sorted(passing)
    assert [len(prefix) for prefix in prefixes] == [
        t for t, rows in enumerate(tree.levels) for _ in range(rows.stop - rows.start)
    ]
    for prefix, y in zip(prefixes, tree.y, strict=True):
        assert y.sum() == passing[prefix]
        assert y[EOS] == sum(tuple(name) == prefix for name in names)
        assert [y[c] for c in range(1, N_Y)] == [passing[(*prefix, c)] for c in range(1, N_Y)]
    assert [prefixes[end] for end in tree.ends] == [tuple(name) for name in names]
    assert tree.n_characters == sum(len(name) + 1 for name in names)


@given(names=name_lists())
def test_siblings_partition_each_level_and_inner_nodes_come_first(names):
    tree, _ = tree_of(names)
    assert tree.levels[0] == slice(0, 1)
    assert tree.siblings[0][0].tolist() == [0]
    assert len(tree.siblings) == len(tree.levels) == len(tree.n_parents)
    for level in range(1, len(tree.levels)):
        rows, above = tree.levels[level], tree.levels[level - 1]
        parents, size = tree.parent[rows], rows.stop - rows.start
        assert sorted(np.concatenate(tree.siblings[level]).tolist()) == list(range(size))
        children = np.bincount(parents, minlength=above.stop - above.start)
        assert (np.diff(children) <= 0).all(), "nodes with more children come first"
        assert tree.n_parents[level] == np.count_nonzero(children)
        for k, group in enumerate(tree.siblings[level]):
            assert parents[group].tolist() == list(range(np.count_nonzero(children > k)))


@given(
    names=st.lists(st.text("abc", min_size=1, max_size=4), min_size=1, max_size=30),
    size=st.integers(1, 12),
    seed=st.integers(0, 99),
)
def test_an_epoch_has_every_name_once_in_shuffled_batches_the_last_one_smaller(names, size, seed):
    distinct, counts = Names.from_strings(names).distinct()
    coded = Names(distinct.codes - ord("a") + 1, distinct.offsets)
    batches = Batches(coded, np.repeat(np.arange(len(coded)), counts), 4)
    middles, epoch = zip(*batches.epoch(size, np.random.default_rng(seed)), strict=True)
    ends = np.cumsum([len(rows) for rows in epoch])
    np.testing.assert_allclose(
        middles, [(end - len(rows) / 2) / len(names) for end, rows in zip(ends, epoch, strict=True)]
    )
    assert [len(rows) for rows in epoch] == [size] * (len(names) // size) + (
        [len(names) % size] if len(names) % size else []
    )
    drawn = [distinct.to_strings()[row] for rows in epoch for row in rows]
    assert Counter(drawn) == Counter(names)
    for rows, tree in zip(epoch, map(batches.tree, epoch), strict=True):
        assert len(tree.ends) == len(rows)
        spelled = Counter(
            tuple(ord(c) - ord("a") + 1 for c in distinct.to_strings()[row]) for row in rows
        )
        prefixes = prefixes_of(tree)
        assert spelled == Counter(prefixes[end] for end in tree.ends)

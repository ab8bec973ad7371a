"""The prefix tree, and that loss, gradients and scores on it are those of a loop over names."""

from collections import Counter
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_names.arrays import Workspace
from rnn_names.corpus.names import Names
from rnn_names.network import rnn
from rnn_names.network.language_model import mean_loss
from rnn_names.training.batches import Batches
from support import plain_bptt
from support.networks import CELLS, indexed, prefixes_of, random_model, random_params, tree_of

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


@settings(max_examples=40)
@pytest.mark.parametrize("cell", CELLS)
@given(names=name_lists(), seed=st.integers(0, 1000))
def test_loss_and_gradients_equal_a_loop_over_names(cell, names, seed):
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
    prefixes = prefixes_of(tree)
    each = {tuple(name[:n]) for name in names for n in range(len(name) + 1)}
    assert sorted(prefixes) == sorted(each)
    assert [prefixes[end] for end in tree.ends] == [tuple(name) for name in names]
    assert tree.n_characters == sum(len(name) + 1 for name in names)


@given(
    names=name_lists(),
    size=st.integers(1, 12),
    seed=st.integers(0, 99),
    neighbours=st.integers(1, 4),
)
def test_an_epoch_has_every_name_once_in_shuffled_batches(names, size, seed, neighbours):
    names = [[1], *filter(None, names)]  # a list has no empty names
    distinct, counts = indexed(names).distinct()
    rows = np.repeat(np.arange(len(distinct)), counts)
    batches = Batches(distinct, rows, N_Y, neighbours=neighbours)
    middles, epoch = zip(*batches.minibatches(size, np.random.default_rng(seed)), strict=True)
    sizes, (whole, rest) = [*map(len, epoch)], divmod(len(names), size)
    assert sizes == [size] * whole + [rest] * (rest > 0)
    np.testing.assert_allclose(middles, (np.cumsum(sizes) - np.array(sizes) / 2) / len(names))
    trees = map(batches.tree, epoch)
    drawn = [prefixes_of(tree)[end] for tree in trees for end in tree.ends]
    assert Counter(drawn) == Counter(map(tuple, names))


def test_neighbours_stay_together_in_an_epoch():
    batches = Batches(indexed([[1]]), np.arange(12), N_Y, neighbours=3)
    epochs = [batches.minibatches(6, np.random.default_rng(seed)) for seed in range(9)]
    minibatches = [rows.reshape(2, 3) for epoch in epochs for _, rows in epoch]
    for rows in minibatches:
        assert (rows % 3 == [0, 1, 2]).all() and (np.diff(rows) == 1).all()
    assert len({rows.tobytes() for rows in minibatches}) == 6, "any two groups may meet"


# --- Log-probabilities of names -------------------------------------------------------------------


@pytest.mark.parametrize("cell", CELLS)
def test_scores_equal_a_loop_over_steps(cell):
    scored = random_model("abcdé", cell, seed=1)
    names = ["", "a", "ab", "abc", "é", "dédé", "cabbaé" * 5, "ab"]
    params = {name: array.astype(float) for name, array in scored.params.items()}
    expected = [plain_bptt.log_prob([1 + "abcdé".index(c) for c in name], params) for name in names]
    scores = scored.log_prob(names)
    assert scores.dtype == np.float64
    np.testing.assert_allclose(scores, expected, atol=1e-4, rtol=1e-5)


def test_an_unknown_character_makes_a_name_impossible():
    scored = random_model("abc")
    scores = scored.log_prob(["abx", "ab", "愛", "a\n", "\x00", "b", "\ud800"])
    assert (scores == -np.inf).tolist() == [True, False, True, True, True, False, True]
    np.testing.assert_allclose(scores[[1, 5]], scored.log_prob(["ab", "b"]), rtol=1e-6)
    assert scored.log_prob(["x"]).tolist() == [-np.inf]
    assert scored.log_prob([]).shape == (0,)


def test_the_result_does_not_depend_on_batches(monkeypatch):
    scored = random_model("abc")
    names = ["".join(letters) for n in range(6) for letters in product("abc", repeat=n)]
    whole = scored.log_prob(names)
    monkeypatch.setattr(rnn, "rows_per_batch", lambda n_y: 7)
    np.testing.assert_allclose(scored.log_prob(names), whole, rtol=1e-5)


def test_the_mean_loss_is_per_character_including_ends():
    scored = random_model("abc")
    names = ["a", "abc", "b"]
    expected = -scored.log_prob(names).sum() / (2 + 4 + 2)
    assert mean_loss(scored.params, scored.vocabulary, Names.from_strings(names)) == pytest.approx(
        expected
    )

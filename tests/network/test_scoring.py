"""Log-probabilities of names: they sum to 1, and are the cell's own predictions, step by step."""

from itertools import product

import numpy as np
import pytest

from rnn_names.corpus.names import Names
from rnn_names.network import rnn, scoring
from support import plain_bptt
from support.networks import CELLS, random_model


@pytest.mark.parametrize("cell", CELLS)
def test_the_probabilities_of_all_names_and_unfinished_beginnings_sum_to_1(cell):
    """Every name of up to 4 letters, and every way of going on past 4."""
    scored = random_model("abc", cell)
    names = ["".join(letters) for n in range(5) for letters in product("abc", repeat=n)]
    finished = np.exp(scored.log_prob(names)).sum()
    unfinished = sum(
        _beginning_probability(scored, "".join(letters)) for letters in product("abc", repeat=5)
    )
    assert 0.01 < finished < 0.99, "both parts count"
    assert finished + unfinished == pytest.approx(1, abs=1e-5)


def _beginning_probability(model, text):
    """Of all names that begin with `text`, from the cell step by step."""
    x, a, probability = np.zeros((1, 4), np.float32), model.params["a0"][None], 1.0
    for character in text:
        a, y_hat = rnn.cell_forward(x, a, model.params)
        index = 1 + model.vocabulary.characters.index(character)
        probability *= float(y_hat[0, index])
        x = np.eye(4, dtype=np.float32)[[index]]
    return probability


@pytest.mark.parametrize("cell", CELLS)
def test_scores_equal_a_loop_over_steps(cell):
    scored = random_model("abcdé", cell, seed=1)
    names = ["", "a", "ab", "abc", "é", "dédé", "cabbaé" * 5, "ab"]
    params = {name: array.astype(float) for name, array in scored.params.items()}
    expected = [plain_bptt.log_prob([1 + "abcdé".index(c) for c in name], params) for name in names]
    scores = scored.log_prob(names)
    assert scores.dtype == np.float64
    np.testing.assert_allclose(scores, expected, atol=1e-4, rtol=1e-5)


def test_scores_stand_in_the_order_of_the_names_and_repeats_have_the_same():
    scored = random_model("abc")
    names = ["cab", "a", "cab", "b", "ca", "a"]
    one_by_one = [scored.log_prob([name])[0] for name in names]
    np.testing.assert_allclose(scored.log_prob(names), one_by_one, rtol=1e-6)
    assert len(set(np.round(one_by_one, 6))) == 4
    assert scored.log_prob(names)[0] == scored.log_prob(names)[2]


def test_a_character_that_the_model_does_not_know_makes_a_name_impossible():
    scored = random_model("abc")
    scores = scored.log_prob(["abx", "ab", "愛", "a\n", "\x00", "b", "\ud800"])
    assert (scores == -np.inf).tolist() == [True, False, True, True, True, False, True]
    np.testing.assert_allclose(scores[[1, 5]], scored.log_prob(["ab", "b"]), rtol=1e-6)
    assert scored.log_prob(["x"]).tolist() == [-np.inf]


def test_no_names_have_no_scores():
    assert random_model("abc").log_prob([]).shape == (0,)


def test_batches_do_not_show(monkeypatch):
    scored = random_model("abc")
    names = ["".join(letters) for n in range(6) for letters in product("abc", repeat=n)]
    whole = scored.log_prob(names)
    monkeypatch.setattr(scoring, "names_per_batch", lambda n_y: 7)
    np.testing.assert_allclose(scored.log_prob(names), whole, rtol=1e-5)


def test_the_mean_loss_is_per_character_with_ends_counted():
    scored = random_model("abc")
    names = ["a", "abc", "b"]
    expected = -scored.log_prob(names).sum() / (2 + 4 + 2)
    assert scoring.mean_loss(
        scored.params, scored.vocabulary, Names.from_strings(names)
    ) == pytest.approx(expected)

"""Log-probabilities of names: the cell's own predictions, step by step."""

from itertools import product

import numpy as np
import pytest

from rnn_names.corpus.names import Names
from rnn_names.network import scoring
from support import plain_bptt
from support.networks import CELLS, random_model


@pytest.mark.parametrize("cell", CELLS)
def test_scores_equal_a_loop_over_steps(cell):
    scored = random_model("abcdé", cell, seed=1)
    names = ["", "a", "ab", "abc", "é", "dédé", "cabbaé" * 5, "ab"]
    params = {name: array.astype(float) for name, array in scored.params.items()}
    expected = [plain_bptt.log_prob([1 + "abcdé".index(c) for c in name], params) for name in names]
    scores = scored.log_prob(names)
    assert scores.dtype == np.float64
    np.testing.assert_allclose(scores, expected, atol=1e-4, rtol=1e-5)


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

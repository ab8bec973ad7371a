"""Choosing characters by random numbers, and what is too close to call."""

import numpy as np
import pytest

from rnn_names.sampling import network_predictor, walk
from rnn_names.sampling.choice import choose
from rnn_names.sampling.random_keys import fixed_keys, uniform
from support.enumeration import tiny_model

POSITION = 3


def chosen(probabilities, margin, node_of_name):
    """Choices of one name each, as `choose` returns them; and the u of each."""
    keys, rows = fixed_keys(len(node_of_name)), np.arange(len(node_of_name))
    columns = np.array(probabilities, float).T.copy()
    choices = choose(columns, margin, rows, node_of_name, keys, POSITION)
    return *choices, uniform(keys, POSITION)[choices[0]]


@pytest.mark.parametrize("scale", [1, 8])
def test_names_choose_by_the_cumulative_probabilities_at_their_nodes(scale):
    node_of_name = np.repeat([0, 1], 100)
    probabilities = scale * np.array([[1 / 4, 3 / 4], [1 / 2, 1 / 2]])
    rows, branch_of_name, _, u = chosen(probabilities, 0.0, node_of_name)
    assert sorted(rows.tolist()) == [*range(200)]
    assert (np.diff(branch_of_name) >= 0).all()
    node, character = np.divmod(branch_of_name, 2)
    assert (node == node_of_name[rows]).all()
    assert (character == (u >= np.where(node, 1 / 2, 1 / 4))).all()


def test_a_choice_within_the_margin_of_an_edge_is_too_close_to_call():
    _, _, is_close, u = chosen([[1 / 4, 3 / 4]], 0.01, np.zeros(1000, int))
    is_near = (np.abs(u - 1 / 4) < 0.01) | (u > 0.99)
    assert is_close.any() and (is_close == is_near).all()


def test_close_decisions_are_repeated_in_float64(monkeypatch):
    """With a margin so large that this happens to every other name."""
    model = tiny_model()
    cut = {"min_p": 0.05, "top_k": 3, "top_p": 0.9}
    names = model.sample(300, seed=3, **cut)
    monkeypatch.setattr(network_predictor, "MARGIN", 0.05)
    monkeypatch.setattr(network_predictor, "RELATIVE_ERROR", 0.05)
    again, run = [], walk.Walk.run

    def noted(self, *arguments):
        again.append(self.predictor.dtype)
        return run(self, *arguments)

    monkeypatch.setattr(walk.Walk, "run", noted)
    assert model.sample(300, seed=3, **cut) == names
    assert np.float64 in again

"""Choosing characters: what is too close to call, and ties of top-k and top-p."""

import numpy as np
import pytest

from rnn_names.sampling import network_predictor, walk
from support.enumeration import tiny_model
from support.networks import random_model


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


@pytest.mark.parametrize("options", [{"top_k": 2}, {"top_p": 0.5}], ids=str)
def test_top_k_keeps_characters_as_probable_as_its_last(options):
    """Regression: no choice among them was certain, so that no name came."""
    model = random_model("abcd", longest=4)
    for array in model.params.values():
        array[...] = 0
    names = model.sample(200, seed=1, **options)
    assert {name[0] for name in names} == {*"abcd"}

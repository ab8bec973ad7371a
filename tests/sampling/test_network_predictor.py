"""The probabilities of the next character: ties of top-k and top-p."""

import pytest

from support.networks import random_model


@pytest.mark.parametrize("options", [{"top_k": 2}, {"top_p": 0.5}], ids=str)
def test_top_k_and_top_p_keep_characters_as_probable_as_their_last(options):
    """Regression: every choice between equal characters was too close to call.

    So no name was drawn.
    """
    model = random_model("abcd", longest=4)
    for array in model.params.values():
        array[...] = 0
    names = model.sample(200, seed=1, **options)
    assert {name[0] for name in names} == {*"abcd"}

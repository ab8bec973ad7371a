"""The names of a seed stay what they are, from version to version and from machine to machine."""

import json

import pytest

from rnn_names import Model
from support import seeds


@pytest.mark.parametrize("title", seeds.MODELS)
def test_the_names_of_a_seed_never_change(title):
    """If this fails, users' names of a seed have changed: that must not be."""
    assert seeds.digests(title, seeds.COUNT) == json.loads(seeds.FILE.read_text("utf-8"))[title]


def test_names_under_rare_conditions_do_not_depend_on_the_version_of_numpy():
    """With NumPy 1.26, nearly all were others, by the last bits of logarithms that are sorted."""
    names = Model.load("dinosaurs").sample(20, seed=5, suffix="nyx", temperature=0.3)
    assert names[:4] == ["Camptonyx", "Protonyx", "Polachonyx", "Draconyx"]

"""The names of a seed stay what they are, from version to version and from machine to machine."""

import json

import pytest

from support import seeds


@pytest.mark.parametrize("title", seeds.MODELS)
def test_the_names_of_a_seed_never_change(title):
    """If this fails, users' names of a seed have changed: that must not be."""
    assert seeds.digests(title, seeds.COUNT) == json.loads(seeds.FILE.read_text("utf-8"))[title]

"""The names of a seed stay what they are, from version to version and from machine to machine."""

import json

import pytest

from support import seeds


@pytest.mark.parametrize("title", seeds.MODELS)
def test_the_names_of_a_seed_never_change(title):
    """Users rely on the names of a seed. If this fails, fix the change, not the digests."""
    assert seeds.digests(title, seeds.COUNT) == json.loads(seeds.FILE.read_text("utf-8"))[title]

"""Walks from several roots, and in small parts."""

from collections import Counter

import numpy as np
import pytest

from rnn_names.corpus.names import EOS
from rnn_names.options import RandomOptions
from rnn_names.sampling import network_predictor
from rnn_names.sampling.random_keys import keys_at, seed_key
from rnn_names.sampling.sampler import Sampler
from support.distributions import assert_drawn_from
from support.enumeration import distribution, tiny_model
from support.networks import random_model


@pytest.mark.slow
def test_names_that_begin_with_any_of_thousands_of_characters_do_not_mix():
    """All together or apart, as casts of different initials and large batches draw them."""
    model = random_model("".join(map(chr, range(0x4E00, 0x4E00 + 4200))), longest=3)
    model.params["by"][EOS] = 8  # most names end soon
    drawer = Sampler(model, RandomOptions()).unguided_drawer.rooted_at_first_characters()
    keys, root = keys_at(seed_key(1), np.arange(4200)), np.arange(4200)
    together, rows = drawer.draw(keys, root)
    halves = [drawer.draw(keys[half], root[half])[0] for half in (slice(2100), slice(2100, None))]
    assert together.to_strings() == [name for half in halves for name in half.to_strings()]
    firsts = [ord(name[0]) - 0x4E00 for name in together.to_strings()]
    assert firsts == rows.tolist() and len(rows) > 1000


@pytest.mark.parametrize("nodes", [1, 5])
def test_a_sampler_in_small_parts_has_the_same_distribution(nodes, monkeypatch):
    monkeypatch.setattr(network_predictor, "UNITS_AT_ONCE", 0)
    monkeypatch.setattr(network_predictor, "MIN_NODES_AT_ONCE", nodes)
    names = tiny_model().sample(2000, seed=4)
    assert_drawn_from(Counter(names), distribution(tiny_model()))

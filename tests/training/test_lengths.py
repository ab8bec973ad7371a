"""An n-gram that is given the lengths of a list."""

from collections import Counter
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_names.training import lengths
from rnn_names.training.lengths import PSEUDO_NAMES, LengthGuide
from rnn_names.training.ngram import Level, NGram
from support.networks import coded

N_Y = 4

NAMES = st.lists(st.lists(st.integers(1, N_Y - 1), min_size=1, max_size=5), min_size=1, max_size=12)


def name_probability(ngram, name, guide=None):
    """The product of a name's steps, each divided by the sum of its row."""
    history, p = np.array([ngram.start]), 1.0
    for length, character in enumerate([*name, 0]):
        row = ngram.probabilities(history)[0]
        if guide is not None:
            row = row * guide.factors(history, np.array([length]))[0]
        p *= row[character] / row.sum()
        history = ngram.extend(history, np.array([character]))
    return p


def all_names(longest):
    return [n for k in range(1, longest + 1) for n in product(range(1, N_Y), repeat=k)]


@settings(max_examples=25, deadline=None, derandomize=True)
@given(names=NAMES)
def test_names_are_the_ngrams_own_with_the_lengths_of_the_list(names):
    """Of all possible names: each probability, and the share of each length."""
    ngram, longest = NGram(coded(names), N_Y), max(map(len, names))
    counts = np.bincount([len(name) for name in names]).astype(float)
    guide = LengthGuide(ngram, counts)
    own = Counter()
    for name in all_names(longest):
        own[len(name)] += name_probability(ngram, name)
    total = sum(own.values())
    wanted = {k: counts[k] + PSEUDO_NAMES * own[k] / total for k in own}
    shares = Counter()
    for name in all_names(longest):
        p = name_probability(ngram, name, guide)
        of_length = wanted[len(name)] / sum(wanted.values())
        expected = name_probability(ngram, name) / own[len(name)] * of_length
        assert p == pytest.approx(expected, rel=1e-4)
        shares[len(name)] += p
    assert sum(shares.values()) == pytest.approx(1, rel=1e-5)


def test_the_coin_of_the_docstring():
    class Coin:
        """Ends a name with probability ½ after each character, of which there is one."""

        n_y, base, start = 2, 3, 2
        levels = (Level(np.array([0]), *[np.array([])] * 4),)

        def probabilities(self, history):
            return np.full((len(history), 2), 0.5)

    guide = LengthGuide(Coin(), np.array([0, 0, 5e9, 5e9]))
    # The first step is the coin's too, and a name has a character: so 1/4, 1/8 and 1/16 of 7/16.
    assert guide.ratio.tolist() == pytest.approx([0, 0, 7 / 4, 7 / 2], abs=1e-6)
    assert guide.ahead[0, 1:].tolist() == pytest.approx([7 / 8, 7 / 4, 7 / 4, 0], abs=1e-6)


def test_with_a_small_table_lengths_still_come_close(monkeypatch):
    rng = np.random.default_rng(2)
    names = [rng.integers(1, N_Y, 5).tolist() for _ in range(60)]
    monkeypatch.setattr(lengths, "MAX_TABLE", 5 * N_Y)  # the empty history, and those of one symbol
    ngram = NGram(coded(names), N_Y)
    guide = LengthGuide(ngram, np.bincount([5] * len(names)).astype(float))
    assert len(guide.after) == 5
    shares, own = Counter(), Counter()
    for name in all_names(5):
        shares[len(name)] += name_probability(ngram, name, guide)
        own[len(name)] += name_probability(ngram, name)
    assert shares[5] > 0.8 > 0.6 > own[5] / sum(own.values())

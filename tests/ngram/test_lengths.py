"""An n-gram that is given the lengths of a list."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_names.ngram import lengths
from rnn_names.ngram.kneser_ney import NGram
from rnn_names.ngram.lengths import PSEUDO_NAMES, LengthGuide
from support.networks import coded

N_Y = 4

NAMES = st.lists(st.lists(st.integers(1, N_Y - 1), min_size=1, max_size=5), min_size=1, max_size=12)


def probabilities(ngram, length, guide=None):
    """The probabilities of all (N_Y - 1)**length names of a length.

    Each is the product of its steps, each divided by the sum of its row.
    """
    names = np.array([*product(range(1, N_Y), repeat=length)])
    every, p = np.arange(len(names)), np.ones(len(names))
    history = np.full(len(names), ngram.start)
    for step, characters in enumerate([*names.T, 0 * every]):
        rows = ngram.probabilities(history)
        if guide is not None:
            rows = rows * guide.factors(history, np.full(len(names), step))
        p *= rows[every, characters] / rows.sum(axis=1)
        history = ngram.extend(history, characters)
    return p


@settings(max_examples=25)
@given(names=NAMES)
def test_names_are_the_ngrams_own_with_the_lengths_of_the_list(names):
    """Of all possible names: each probability, and the share of each length."""
    ngram, longest = NGram(coded(names), N_Y), max(map(len, names))
    counts = np.bincount([len(name) for name in names]).astype(float)
    guide = LengthGuide(ngram, counts)
    own = {k: probabilities(ngram, k) for k in range(1, longest + 1)}
    total = sum(p.sum() for p in own.values())
    wanted = {k: counts[k] + PSEUDO_NAMES * p.sum() / total for k, p in own.items()}
    shares = []
    for length, p in own.items():
        found = probabilities(ngram, length, guide)
        of_length = wanted[length] / sum(wanted.values())
        np.testing.assert_allclose(found, p / p.sum() * of_length, rtol=1e-4)
        shares.append(found.sum())
    assert sum(shares) == pytest.approx(1, rel=1e-5)


def test_with_a_small_table_lengths_still_come_close(monkeypatch):
    rng = np.random.default_rng(2)
    names = [rng.integers(1, N_Y, 5).tolist() for _ in range(60)]
    monkeypatch.setattr(
        lengths, "MAX_HISTORY_TABLE", 5 * N_Y
    )  # the empty history, and those of one symbol
    ngram = NGram(coded(names), N_Y)
    guide = LengthGuide(ngram, np.bincount([5] * len(names)).astype(float))
    assert len(guide.contexts) == 5
    own = [probabilities(ngram, length).sum() for length in range(1, 6)]
    assert probabilities(ngram, 5, guide).sum() > 0.8 > 0.6 > own[-1] / sum(own)

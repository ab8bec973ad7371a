"""The n-gram, against a plain Kneser-Ney."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.kneser_ney import END, KneserNey
from rnn_names.ngram import kneser_ney
from rnn_names.ngram.kneser_ney import NGram
from support.networks import indexed, spelled

N_Y = 4


def history_of(model, prefix):
    history = np.array([model.start])
    for character in prefix:
        history = model.extend(history, np.array([character]))
    return history


def test_probabilities_equal_a_calculation_by_hand():
    """Three names of few counts.

    START a twice, START b once, a b twice, b END three times.

    With so few, there is one discount n₁ / (n₁ + 2 n₂) at each order: 1 / (1 + 2 · 2) = 0.2, and
    below, where `a` and END have one symbol before them and `b` has two, 2 / (2 + 2 · 1) = 0.5.
    """
    end, a, b = lower = [0.5 / 4 + 1.5 / 4 / 3, 0.5 / 4 + 1.5 / 4 / 3, 1.5 / 4 + 1.5 / 4 / 3]
    by_hand = {
        "": [0 + 0.4 / 3 * end, 1.8 / 3 + 0.4 / 3 * a, 0.8 / 3 + 0.4 / 3 * b],
        "a": [0.2 / 2 * end, 0.2 / 2 * a, 1.8 / 2 + 0.2 / 2 * b],
        "b": [2.8 / 3 + 0.2 / 3 * end, 0.2 / 3 * a, 0.2 / 3 * b],
        "bc": lower,
    }
    plain = KneserNey(["ab", "ab", "b"], 3)
    for prefix, expected in by_hand.items():
        assert plain.probabilities(prefix, [END, "a", "b"], 2).tolist() == pytest.approx(expected)
    # With one discount of 0.5 in place of the three, `a` and END have 1/4 below, and `b` a half.
    assert plain.loss(["ab"], 2, 0.5) == pytest.approx(
        -np.log([1.5 / 3 + 1 / 12, 1.5 / 2 + 1 / 8, 2.5 / 3 + 1 / 24]).mean()
    )


def assert_same(model, names, prefixes, characters):
    """Holds an n-gram to a plain one of the same names."""
    order = min(model.order, max(map(len, names)) + 2)
    plain = KneserNey(map(spelled, names), model.n_y, order)
    texts = [spelled([character]) for character in characters]
    for prefix in prefixes:
        (found,) = model.probabilities(history_of(model, prefix))
        expected = plain.probabilities(spelled(prefix), texts, order)
        np.testing.assert_allclose(found[characters], expected, rtol=1e-12)
        assert found.sum() == pytest.approx(1, abs=1e-9)


@given(
    names=st.lists(
        st.lists(st.integers(1, N_Y - 1), min_size=1, max_size=8), min_size=1, max_size=25
    ),
    asked=st.lists(st.lists(st.integers(1, N_Y - 1), max_size=9), max_size=8),
    order=st.integers(1, 7),
)
def test_probabilities_equal_a_plain_kneser_ney(names, asked, order):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kneser_ney, "ORDER", order)
        model = NGram(indexed(names), N_Y)
    assert_same(model, names, [*asked, [], *(name[:-1] for name in names)], range(N_Y))


def test_many_histories_are_looked_up_at_once():
    rng = np.random.default_rng(0)
    names = [rng.integers(1, N_Y, rng.integers(1, 9)).tolist() for _ in range(300)]
    model = NGram(indexed(names), N_Y)
    histories = np.concatenate([history_of(model, name[: len(name) // 2]) for name in names])
    one_by_one = np.concatenate([model.probabilities(history[None]) for history in histories])
    assert np.array_equal(model.probabilities(histories), one_by_one)


@pytest.mark.parametrize("n_y", [2**10, 5000, 2**21 - 1])
def test_a_large_vocabulary_lowers_the_order_without_collisions(n_y):
    last = n_y - 1
    names = [[1, last, last, 2], [last, last, last], [1, 2, last], [last], [2, last, last, 1, last]]
    model = NGram(indexed(names), n_y)
    assert model.order < 7
    assert (n_y + 1) ** model.order <= 2**63
    prefixes = [], [last], [last, last], [1, last, last], [2, last, last, 1]
    assert_same(model, names, prefixes, [0, 1, 2, 3, last])

"""The n-gram, against a plain Kneser-Ney."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.kneser_ney import KneserNey
from rnn_names.ngram import kneser_ney
from rnn_names.ngram.kneser_ney import NGram
from support.networks import coded
from support.plain_kneser_ney import PlainKneserNey

N_Y = 4


def history_of(model, prefix):
    history = np.array([model.start])
    for character in prefix:
        history = model.extend(history, np.array([character]))
    return history


def test_a_kneser_ney_by_hand():
    """Three names of few counts.

    START a twice, START b once, a b twice, b END three times.

    With so few, there is one discount n₁ / (n₁ + 2 n₂) at each order: 1 / (1 + 2 · 2) = 0.2, and
    below, where `a` and END have one symbol before them and `b` has two, 2 / (2 + 2 · 1) = 0.5.
    """
    names = [[1, 2], [1, 2], [2]]
    end, a, b = lower = [0.5 / 4 + 1.5 / 4 / 3, 0.5 / 4 + 1.5 / 4 / 3, 1.5 / 4 + 1.5 / 4 / 3]
    by_hand = {
        (): [0 + 0.4 / 3 * end, 1.8 / 3 + 0.4 / 3 * a, 0.8 / 3 + 0.4 / 3 * b],
        (1,): [0.2 / 2 * end, 0.2 / 2 * a, 1.8 / 2 + 0.2 / 2 * b],
        (2,): [2.8 / 3 + 0.2 / 3 * end, 0.2 / 3 * a, 0.2 / 3 * b],
        (2, 3): lower,
    }
    plain = PlainKneserNey(names, 3, order=2)
    for prefix, expected in by_hand.items():
        assert [plain.probability(prefix, c) for c in range(3)] == pytest.approx(expected)
    rival = KneserNey(["ab", "ab", "b"], 3)
    assert rival.loss(["ab"], 2, None) == pytest.approx(
        -np.log([by_hand[()][1], by_hand[1,][2], by_hand[2,][0]]).mean()
    )
    # With one discount of 0.5 in place of the three, `a` and END have 1/4 below, and `b` a half.
    assert rival.loss(["ab"], 2, 0.5) == pytest.approx(
        -np.log([1.5 / 3 + 1 / 12, 1.5 / 2 + 1 / 8, 2.5 / 3 + 1 / 24]).mean()
    )


@given(
    names=st.lists(
        st.lists(st.integers(1, N_Y - 1), min_size=1, max_size=8), min_size=1, max_size=25
    ),
    asked=st.lists(st.lists(st.integers(1, N_Y - 1), max_size=9), max_size=8),
    order=st.integers(1, 7),
)
def test_probabilities_are_those_of_a_plain_kneser_ney(names, asked, order):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kneser_ney, "ORDER", order)
        model = NGram(coded(names), N_Y)
    plain = PlainKneserNey(names, N_Y, order)
    for prefix in [*asked, [], *(name[:-1] for name in names)]:
        (found,) = model.probabilities(history_of(model, prefix))
        np.testing.assert_allclose(
            found, [plain.probability(prefix, c) for c in range(N_Y)], rtol=1e-12
        )
        assert found.sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("order", [2, 4, 6])
def test_the_rival_of_the_quality_table_is_the_same_model(order):
    rng = np.random.default_rng(1)
    names = [rng.integers(1, N_Y, rng.integers(1, 9)).tolist() for _ in range(300)]
    learned, asked = names[:250], names[250:]
    plain = PlainKneserNey(learned, N_Y, order)
    losses = [
        -np.log(plain.probability(name[:i], c)) for name in asked for i, c in enumerate([*name, 0])
    ]
    strings = [["".join(" abc"[i] for i in name) for name in part] for part in (learned, asked)]
    assert KneserNey(strings[0], N_Y).loss(strings[1], order, None) == pytest.approx(
        np.mean(losses), rel=1e-12
    )


def test_many_histories_at_once():
    rng = np.random.default_rng(0)
    names = [rng.integers(1, N_Y, rng.integers(1, 9)).tolist() for _ in range(300)]
    model = NGram(coded(names), N_Y)
    histories = np.concatenate([history_of(model, name[: len(name) // 2]) for name in names])
    one_by_one = np.concatenate([model.probabilities(history[None]) for history in histories])
    assert np.array_equal(model.probabilities(histories), one_by_one)


@pytest.mark.parametrize("n_y", [2**10, 5000, 2**21 - 1])
def test_a_large_vocabulary_lowers_the_order_and_mixes_nothing_up(n_y):
    last = n_y - 1
    names = [[1, last, last, 2], [last, last, last], [1, 2, last], [last], [2, last, last, 1, last]]
    model = NGram(coded(names), n_y)
    assert model.order < 7
    assert (n_y + 1) ** model.order <= 2**63
    plain = PlainKneserNey(names, n_y, model.order)
    for prefix in ([], [last], [last, last], [1, last, last], [2, last, last, 1]):
        (found,) = model.probabilities(history_of(model, prefix))
        characters = [0, 1, 2, 3, last]
        np.testing.assert_allclose(
            found[characters], [plain.probability(prefix, c) for c in characters], rtol=1e-12
        )
        assert found.sum() == pytest.approx(1, abs=1e-9)

"""Names as wholes: the means of a list, given to names that were drawn."""

from itertools import pairwise

import numpy as np
import pytest

from rnn_names.arrays import Workspace
from rnn_names.corpus.corpus import corpus_from_strings
from rnn_names.corpus.names import EOS, Vocabulary
from rnn_names.network import rnn
from rnn_names.ngram.tilt import Tilt
from rnn_names.training.batches import Batches
from rnn_names.training.distillation import Teacher
from rnn_names.training.name_features import PRIOR_NAMES, NameFeatures, fitted_tilt
from support.networks import indexed, tilt_weight


def test_the_fit_of_impossible_means_stays_finite():
    features = np.array([[0.0, 2.0], [1.0, 2.0], [1.0, 2.0]])
    assert np.isfinite(fitted_tilt(features, np.array([1.5, 3.0]))).all()


TOWNS = ["New Aba", "New Bab", "New Cad", "Cab", "Caba", "Bad", "Abad", "Dab", "Dad", "Da"] * 30


@pytest.fixture(scope="module")
def batches_and_vocabulary():
    corpus = corpus_from_strings(TOWNS)
    vocabulary = Vocabulary.from_names(corpus.names)
    return Batches.from_corpus(corpus, vocabulary), vocabulary


def ignorant_teacher(batches, vocabulary, ends=0.0):
    """One whose network knows nothing; `ends` is the logit of EOS."""
    params = rnn.init_params(np.random.default_rng(2), len(vocabulary), 8, "gru")
    params["by"][EOS] = ends
    return Teacher.for_run(batches, vocabulary, params, np.random.default_rng(1))


def test_a_teacher_that_ends_no_name_has_no_tilt(batches_and_vocabulary):
    assert ignorant_teacher(*batches_and_vocabulary, ends=-1e9).tilt is None


def test_factors_give_drawn_names_the_lists_means(batches_and_vocabulary):
    """Up to the drawn names' own means, which count for a few names."""
    batches, vocabulary = batches_and_vocabulary
    rng, n_y = np.random.default_rng(5), len(vocabulary)
    drawn = [rng.integers(1, n_y, rng.integers(1, 8)).tolist() for _ in range(5000)]
    factors = NameFeatures(batches, vocabulary).factors(indexed(drawn))
    w = np.array([tilt_weight(factors, name) for name in drawn])
    listed = [vocabulary.encode(np.array([*map(ord, name)])).tolist() for name in TOWNS]
    index = {c: i for i, c in enumerate(vocabulary.characters, 1)}
    lower = {index[c] for c in "abdew"}
    for feature in (
        len,
        lambda name: len(name) ** 2,
        lambda name: name[0] == index["C"],
        lambda name: name[-1] == index["b"],
        lambda name: name.count(index[" "]),
        lambda name: sum(a in lower and c in lower for a, c in pairwise(name)),
    ):
        own, wanted = (np.mean([feature(name) for name in names]) for names in (drawn, listed))
        wanted = (len(TOWNS) * wanted + PRIOR_NAMES * own) / (len(TOWNS) + PRIOR_NAMES)
        found = w @ [feature(name) for name in drawn] / w.sum()
        assert found == pytest.approx(wanted, rel=0.02, abs=0.01)


@pytest.mark.parametrize("repeats", [1, 20])
def test_characters_that_occur_at_most_twice_are_not_fitted(repeats):
    """The share of those that it has once is left to all of them, however often others come."""
    listed = [*["ab", "aab", "baba"] * repeats, *(f"ab{c}" for c in "cdefg")]
    corpus, vocabulary = corpus_from_strings(listed), Vocabulary("abcdefgxyz")
    rng = np.random.default_rng(3)
    drawn = [rng.integers(1, 11, rng.integers(1, 5)).tolist() for _ in range(3000)]
    factors = NameFeatures(Batches.from_corpus(corpus, vocabulary), vocabulary).factors(
        indexed(drawn)
    )
    assert np.ptp(factors.pairs[:, 3:], axis=1).max() == np.ptp(factors.ends[3:-1]) == 0
    w = np.array([tilt_weight(factors, name) for name in drawn])
    own, found = (each @ [name.count(1) for name in drawn] / each.sum() for each in (w**0, w))
    wanted = np.mean([name.count("a") for name in listed]) * (1 - 5 / len("".join(listed)))
    wanted = (len(listed) * wanted + PRIOR_NAMES * own) / (len(listed) + PRIOR_NAMES)
    assert found == pytest.approx(wanted, rel=0.03)


def test_a_teachers_names_have_the_lists_lengths_spaces_and_capitals(batches_and_vocabulary):
    batches, vocabulary = batches_and_vocabulary
    teacher = ignorant_teacher(batches, vocabulary)
    drawn = teacher.draw(4000, np.random.default_rng(2))
    names = [
        "".join(vocabulary.characters[c - 1] for c in codes)
        for codes in np.split(drawn.codes, drawn.offsets[1:-1])
    ]
    lengths, wanted = np.array([*map(len, names)]), np.array([*map(len, TOWNS)])
    assert lengths.mean() == pytest.approx(wanted.mean(), rel=0.1)
    assert lengths.std() == pytest.approx(wanted.std(), rel=0.2)
    assert np.mean([" " in name for name in names]) == pytest.approx(0.3, abs=0.07)
    assert np.mean([any(map(str.isupper, name[1:].replace(" ", "", 1))) for name in names]) < 0.35


def test_a_letter_that_is_nearly_always_first_has_a_bounded_factor_elsewhere(monkeypatch):
    usual = ["Yab", "Yba", "bab", "Bay", "Bab", "Bya"] * 150
    corpus = corpus_from_strings([*usual, *["aYa"] * 20])
    vocabulary = Vocabulary.from_names(corpus.names)
    index = {c: i for i, c in enumerate(vocabulary.characters, 1)}
    drawn = indexed([[index[c] for c in name] for name in [*usual * 10, "aYa"]])
    wholes = NameFeatures(Batches.from_corpus(corpus, vocabulary), vocabulary)

    def largest():
        return np.abs(wholes.factors(drawn).pairs).max()

    assert largest() < 4
    monkeypatch.setattr("rnn_names.training.name_features.PRIOR_SPREAD", np.inf)
    assert largest() > 4


@pytest.mark.parametrize("power", [-900.0, 900.0])
def test_an_extreme_tilt_still_gives_distributions(power, batches_and_vocabulary):
    batches, vocabulary = batches_and_vocabulary
    teacher = ignorant_teacher(batches, vocabulary)
    factors = teacher.tilt.factors
    with np.errstate(over="ignore", invalid="ignore"):  # as training has it
        teacher.tilt = Tilt(teacher.ngram, factors._replace(pairs=factors.pairs + power))
        p, _ = teacher.next_probabilities(teacher._roots.states, Workspace())
    np.testing.assert_allclose(p.sum(axis=0), 1, rtol=1e-5)


def test_a_tilt_that_increases_the_loss_is_discarded(monkeypatch, batches_and_vocabulary):
    batches, vocabulary = batches_and_vocabulary
    kept = ignorant_teacher(batches, vocabulary).tilt
    assert kept is not None
    fitted = NameFeatures.factors

    def opposite(self, drawn):
        factors = fitted(self, drawn)
        return factors._replace(pairs=-3 * factors.pairs)

    monkeypatch.setattr(NameFeatures, "factors", opposite)
    assert ignorant_teacher(batches, vocabulary).tilt is None

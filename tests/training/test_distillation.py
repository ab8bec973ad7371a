"""The teacher of the distillation stage: what it predicts, and what a network learns from."""

from collections import Counter
from itertools import product

import numpy as np
import pytest

from quality.kneser_ney import KneserNey
from rnn_names.arrays import Workspace
from rnn_names.corpus.names import EOS
from rnn_names.network import rnn
from rnn_names.ngram import kneser_ney
from rnn_names.ngram.kneser_ney import NGram
from rnn_names.training import distillation
from rnn_names.training.batches import Batches
from rnn_names.training.distillation import REAL_PER_SYNTHETIC, Teacher, distillation_set
from support.distributions import assert_drawn_from
from support.networks import indexed, prefixes_of, random_names, random_params, spelled, tree_of


@pytest.mark.parametrize("cell", ["rnn", "gru"])
def test_a_teacher_is_the_geometric_mean(cell):
    rng = np.random.default_rng(4)
    names = random_names(rng, count=20)
    network = random_params(rng, cell)
    tree, _ = tree_of(names)
    learned = [name for name in names if name]
    teacher = Teacher(NGram(indexed(learned), 5), network, 9)
    plain = KneserNey(map(spelled, learned), 5)
    characters = [spelled([c]) for c in range(5)]
    soft_targets = teacher.soft_targets(tree, Workspace(np.float64))
    predictions = np.exp(rnn.log_predictions(tree, network, Workspace(np.float64)))
    for row, (prefix, mine) in enumerate(zip(prefixes_of(tree), soft_targets, strict=True)):
        likewise = plain.probabilities(spelled(prefix), characters, kneser_ney.ORDER)
        joint = np.sqrt(predictions[row] * likewise)
        joint[EOS] *= len(prefix) > 0  # a name has a character
        np.testing.assert_allclose(mine, joint / joint.sum(), rtol=1e-10)


@pytest.fixture
def taught():
    """A teacher of sixty names, and the names."""
    rng = np.random.default_rng(5)
    drawn = [rng.integers(1, 5, rng.integers(1, 7)).tolist() for _ in range(60)]
    names, _ = indexed(drawn).distinct()
    params = {name: array.astype(np.float32) for name, array in random_params(rng, "gru").items()}
    return Teacher(NGram(names, 5), params, max_length=6), names


def test_the_distillation_set_has_the_list_and_synthetic_names_not_longer(taught):
    teacher, names = taught
    batches = distillation_set(teacher, names, 1000, np.random.default_rng(6))
    texts = batches.names.to_strings()
    assert texts == sorted(set(texts))
    assert set(names.to_strings()) < set(texts)
    counts = np.bincount(batches.rows, minlength=len(texts))
    assert counts.min() >= 1
    times = round(REAL_PER_SYNTHETIC * 1000 / len(names))
    assert times > 1
    assert counts[np.isin(texts, names.to_strings())].min() >= times
    assert 500 < len(batches.rows) - times * len(names) <= 1000
    assert batches.names.lengths.max() == names.lengths.max()
    assert batches.names.lengths.min() >= 1
    for count in (0, 1, 3):
        few = distillation_set(teacher, names, count, np.random.default_rng(6))
        assert set(names.to_strings()) <= set(few.names.to_strings())
        assert len(names) <= len(few.rows) <= len(names) + count
    seeds = (np.random.default_rng(seed) for seed in (6, 7))
    again, other = (distillation_set(teacher, names, 1000, rng) for rng in seeds)
    assert np.array_equal(again.rows, batches.rows)
    assert not np.array_equal(other.rows, batches.rows)


@pytest.mark.parametrize("at_once", [1, 7, 10_000])
def test_each_prefix_has_the_teachers_soft_targets(taught, monkeypatch, at_once):
    """Whichever names share a minibatch, and however many the teacher is asked about at once."""
    monkeypatch.setattr(distillation.rnn, "rows_per_batch", lambda n_y: at_once)
    teacher, names = taught
    learned = distillation_set(teacher, names, 200, np.random.default_rng(1))
    rng = np.random.default_rng(2)
    for size in (1, 2, 30):
        rows = np.sort(rng.choice(learned.rows, size))
        plain, tree = Batches.tree(learned, rows), learned.tree(rows)
        expected = teacher.soft_targets(plain, Workspace()) * plain.y.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(tree.y, expected, rtol=1e-5)
        assert np.array_equal(tree.x, plain.x)
        assert tree.n_characters == pytest.approx(plain.n_characters)


def test_the_distillation_set_of_a_long_list_is_bounded(taught, monkeypatch):
    teacher, names = taught
    monkeypatch.setattr(distillation, "MAX_SOFT_TARGETS", 5 * 5 * 40)
    learned = distillation_set(teacher, names, 1000, np.random.default_rng(1))
    assert 10 < len(learned.names) <= 40


def test_neighbours_among_many_names_stay_together(taught, monkeypatch):
    teacher, names = taught
    few = distillation_set(teacher, names, 200, np.random.default_rng(1))
    monkeypatch.setattr(distillation, "MANY_NAMES", len(few.rows))
    many = distillation_set(teacher, names, 200, np.random.default_rng(1))
    assert np.array_equal(many.rows, few.rows)
    assert (few.neighbours, many.neighbours) == (1, distillation.NEIGHBOURS)


def test_a_teacher_draws_names_with_its_own_probabilities(taught):
    teacher, _ = taught
    teacher.max_length = 3
    every = [name for n in range(1, 4) for name in product(range(1, 5), repeat=n)]
    tree, names = tree_of(every)
    steps = teacher.soft_targets(tree, Workspace())
    rows = dict(zip(map(tuple, prefixes_of(tree)), steps, strict=True))
    p = {
        tuple(name): np.prod([rows[tuple(name[:i])][c] for i, c in enumerate([*name, 0])])
        for name in names
    }
    drawn = teacher.draw(40_000, np.random.default_rng(3))
    counts = Counter(tuple(codes) for codes in np.split(drawn.codes, drawn.offsets[1:-1]))
    total = sum(p.values())
    assert counts.total() == pytest.approx(40_000 * total, rel=0.02), "the others were too long"
    expected = {name: each / total for name, each in p.items()}
    assert_drawn_from({**dict.fromkeys(p, 0), **counts}, expected)

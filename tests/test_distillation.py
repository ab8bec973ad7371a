"""The teacher of the second phase: what it thinks, and what it gives to learn from."""

import numpy as np
import pytest
from networks import CELLS, coded, prefixes_of, random_names, random_params, tree_of
from plain_kneser_ney import PlainKneserNey

from rnn_names import distillation, ngram, rnn
from rnn_names.distillation import Teacher
from rnn_names.ngram import NGram


@pytest.mark.parametrize("cell", CELLS)
def test_a_teacher_is_the_geometric_mean_of_network_and_ngram_at_every_node(cell):
    rng = np.random.default_rng(4)
    names = random_names(rng, count=20)
    params = random_params(rng, cell)
    tree, _ = tree_of(names)
    learned = [name for name in names if name]
    teacher, plain = Teacher(NGram(coded(learned), 5), params), PlainKneserNey(learned, 5, ngram.ORDER)
    taught = teacher.taught(tree, rnn.Workspace(np.float64))
    predictions = np.exp(rnn.log_predictions(tree, params, rnn.Workspace(np.float64)))
    for prefix, mine, network, y in zip(prefixes_of(tree), taught.y, predictions, tree.y, strict=True):
        joint = np.sqrt(network * [plain.probability(prefix, c) for c in range(5)])
        np.testing.assert_allclose(mine, y.sum() * joint / joint.sum(), rtol=1e-10)
    assert np.array_equal(taught.x, tree.x)
    assert taught.n_characters == tree.n_characters


def test_the_lesson_holds_the_list_and_made_up_names_no_longer_than_its_longest():
    rng = np.random.default_rng(5)
    names, _ = coded([rng.integers(1, 5, rng.integers(1, 7)).tolist() for _ in range(60)]).distinct()
    teacher = Teacher(NGram(names, 5), random_params(rng, "gru"))
    batches = teacher.made_up(names, 1000, np.random.default_rng(6))
    texts = batches.names.to_strings()
    assert texts == sorted(set(texts))
    assert set(names.to_strings()) < set(texts)
    counts = np.bincount(batches.rows, minlength=len(texts))
    assert counts.min() >= 1
    real = distillation.REAL_NAMES * len(names)
    assert counts[np.isin(texts, names.to_strings())].min() >= distillation.REAL_NAMES
    assert 500 < len(batches.rows) - real <= 1000
    assert batches.names.lengths.max() == names.lengths.max()
    assert batches.names.lengths.min() >= 1
    few = teacher.made_up(names, 3, np.random.default_rng(6))
    assert set(names.to_strings()) <= set(few.names.to_strings())
    assert real <= len(few.rows) <= real + 3
    again, other = (teacher.made_up(names, 1000, np.random.default_rng(seed)) for seed in (6, 7))
    assert np.array_equal(again.rows, batches.rows)
    assert not np.array_equal(other.rows, batches.rows)

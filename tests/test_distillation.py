"""The teacher of the second phase, and what the phase brings."""

import numpy as np
import pytest

from rnn_names import rnn
from rnn_names.batches import Batches
from rnn_names.corpus import Names, corpus_from_strings
from rnn_names.distillation import Teacher
from rnn_names.ngram import NGram
from rnn_names.training import Settings, Trainer
from rnn_names.vocabulary import Vocabulary

NAMES = ["ab", "abc", "ba", "cab", "a", "bac"]


@pytest.fixture
def teacher():
    strings = Names.from_strings(sorted(NAMES))
    names = Names(Vocabulary("abc").encode(strings.codes), strings.offsets)
    return Teacher(NGram(names, 4), rnn.init_params(np.random.default_rng(2), 4, 5, "gru")), names


def test_its_opinion_is_the_mean_of_both(teacher):
    teacher, names = teacher
    batches = Batches(names, np.arange(len(names)), 4)
    tree, work = batches.tree(np.arange(len(names))), rnn.Workspace()
    taught = teacher.taught(tree, work)
    # The node of "ab": a network step by step, and the n-gram.
    a = teacher.params["a0"][None]
    history = np.array([teacher.ngram.start])
    x = np.zeros((1, 4), np.float32)
    for character in (1, 2):
        a, _ = rnn.cell_forward(x, a, teacher.params)
        x = np.eye(4, dtype=np.float32)[[character]]
        history = teacher.ngram.extend(history, np.array([character]))
    _, y_hat = rnn.cell_forward(x, a, teacher.params)
    mean = (y_hat[0] + teacher.ngram.probabilities(history)[0]) / 2
    node = tree.ends[sorted(NAMES).index("ab")]
    assert tree.y[node].sum() == 2  # "ab" ends there and "abc" goes on
    np.testing.assert_allclose(taught.y[node], 2 * mean, rtol=1e-5)
    np.testing.assert_allclose(taught.y.sum(axis=1), tree.y.sum(axis=1), rtol=1e-5)


def test_made_up_names_come_with_the_real_ones_and_are_no_longer(teacher):
    teacher, names = teacher
    batches = teacher.made_up(names, 500, np.random.default_rng(1))
    assert batches.names.lengths.max() == names.lengths.max()
    assert set(names.to_strings()) <= set(batches.names.to_strings())
    assert 400 < len(batches.rows) <= 500 + len(names)
    assert not np.array_equal(batches.rows, teacher.made_up(names, 500, np.random.default_rng(2)).rows)


def test_the_second_phase_lowers_the_held_out_loss():
    rng = np.random.default_rng(0)
    strings = {"".join(rng.choice(["ka", "ro", "min", "el", "th"], rng.integers(2, 4))) for _ in range(150)}
    settings = Settings(hidden_size=24, epochs=12, distil_epochs=3, made_up_names=600, batch_size=32)
    trainer = Trainer(corpus_from_strings(sorted(strings)), settings)
    records = list(trainer.epochs())
    assert [record.phase for record in records].count(2) == 3
    first = min(record.held_out_loss for record in records if record.phase == 1)
    assert trainer.best_loss < first - 0.01
    assert trainer.model.training["held_out_loss"] == trainer.best_loss


def test_it_can_be_left_out():
    trainer = Trainer(corpus_from_strings(NAMES * 5), Settings(hidden_size=4, epochs=2, distil_epochs=0))
    assert {record.phase for record in trainer.epochs()} == {1}

"""Updates: against their definitions, and through the trainer for a real minibatch."""

import math

import numpy as np
import pytest

from rnn_names.corpus.corpus import corpus_from_strings
from rnn_names.training import optimizers
from rnn_names.training.settings import Settings
from rnn_names.training.setup import TrainingSetup
from rnn_names.training.trainer import Trainer
from support import plain_bptt

NAMES = ["ada", "ada", "adam", "bo", "bob", "eve", "evelyn", "ida", "otto"]


def adam_of_the_paper(params, gradients, rates, beta1, beta2, epsilon):
    """Algorithm 1 of Kingma & Ba (2015), number by number."""
    params = list(params)
    m, v = [0.0] * len(params), [0.0] * len(params)
    for t, (gradient, rate) in enumerate(zip(gradients, rates, strict=True), start=1):
        for i, g in enumerate(gradient):
            m[i] = beta1 * m[i] + (1 - beta1) * g
            v[i] = beta2 * v[i] + (1 - beta2) * g * g
            m_hat, v_hat = m[i] / (1 - beta1**t), v[i] / (1 - beta2**t)
            params[i] -= rate * m_hat / (math.sqrt(v_hat) + epsilon)
    return params


# A large epsilon shows where it stands: added to the root of the corrected second moment.
@pytest.mark.parametrize("epsilon", [1e-8, 0.1])
def test_adam_equals_the_paper(epsilon):
    rng = np.random.default_rng(2)
    start, gradients = rng.standard_normal(6), rng.standard_normal((12, 6))
    rates, params = rng.uniform(0.001, 0.1, 12), start.copy()
    adam = optimizers.Adam(params)
    adam.beta1, adam.beta2, adam.epsilon = 0.8, 0.95, epsilon
    for gradient, rate in zip(gradients, rates, strict=True):
        adam.step(params, gradient.copy(), rate)
    expected = adam_of_the_paper(start, gradients, rates, 0.8, 0.95, epsilon)
    np.testing.assert_allclose(params, expected, rtol=1e-12)


@pytest.mark.parametrize("cell", ["rnn", "gru"])
@pytest.mark.parametrize("clip", [5.0, 0.01])
def test_a_step_of_sgd_is_minus_rate_times_clipped_mean_gradient(cell, clip, monkeypatch):
    """The whole chain, for a batch that is the whole corpus: mean over characters, clip, step.

    For a0, too.
    """
    rates = []
    step = optimizers.SGD.step

    def noted(self, params, gradient, rate):
        rates.append(rate)
        step(self, params, gradient, rate)

    monkeypatch.setattr(optimizers.SGD, "step", noted)
    plain = {"held_out": 0, "dropout": 0, "recurrent_dropout": 0, "distil_epochs": 0}
    sizes = {"hidden_size": 6, "epochs": 4, "batch_size": 100}
    how = {"cell": cell, "optimizer": "sgd", "learning_rate": 0.5, "clip": clip, "seed": 1}
    trainer = Trainer(TrainingSetup(corpus_from_strings(NAMES), Settings(**plain, **sizes, **how)))
    coded = [trainer.vocabulary.encode(np.array([ord(c) for c in name])).tolist() for name in NAMES]
    characters = sum(len(name) + 1 for name in NAMES)
    passed, before = 0, optimizers.views(trainer.state()["weights"].copy(), trainer._shapes)
    for epoch in trainer.epochs():
        loss, gradients = plain_bptt.loss_and_gradients(
            coded, {name: array.astype(float) for name, array in before.items()}
        )
        assert epoch.training_loss == pytest.approx(loss / characters, rel=1e-5)
        after = optimizers.views(trainer.state()["weights"].copy(), trainer._shapes)
        for name, gradient in gradients.items():
            mean = gradient / characters
            passed += np.count_nonzero(np.abs(mean) > clip)
            change = after[name].astype(float) - before[name]
            np.testing.assert_allclose(
                change, -rates[-1] * np.clip(mean, -clip, clip), rtol=1e-4, atol=3e-7, err_msg=name
            )
        before = after
    assert len(rates) == 4
    assert rates[1] > 0.1, "the test is of real steps"
    assert (passed > 0) == (clip < 1), "the small bound is passed, the large one is not"
    assert np.abs(before["a0"]).max() > 1e-3, "the initial state is learned"

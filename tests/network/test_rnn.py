"""The network: published values, stability, and every gradient against finite differences."""

import numpy as np
import pytest

from rnn_names.arrays import Workspace
from rnn_names.network import rnn
from rnn_names.network.cells import step_weights
from support import plain_bptt
from support.networks import CELLS, assert_gradients, branch, random_names, random_params, tree_of


def course_params(draw):
    """The course's weights, drawn in its order; its column vectors become our rows."""
    shapes = {"Waa": (5, 5), "Wax": (5, 3), "Wya": (2, 5), "ba": (5, 1), "by": (2, 1)}
    params = {name: draw(*shape) for name, shape in shapes.items()}
    return {**params, "ba": params["ba"].ravel(), "by": params["by"].ravel()}


def test_a_step_equals_the_values_of_the_course():
    draw = np.random.RandomState(1).randn
    x, a_prev = draw(3, 10).T, draw(5, 10).T
    step = plain_bptt.step(x, a_prev, course_params(draw))
    golden_a = (
        "0.59584544 0.18141802 0.61311866 0.99808218 0.85016201 "
        "0.99980978 -0.18887155 0.99815551 0.6531151 0.82872037"
    )
    golden_y = (
        "0.9888161 0.01682021 0.21140899 0.36817467 0.98988387 "
        "0.88945212 0.36920224 0.9966312 0.9982559 0.17746526"
    )
    np.testing.assert_allclose(
        step["a"][:, 4], np.array(golden_a.split(), float), atol=5e-9, rtol=0
    )
    np.testing.assert_allclose(
        step["y_hat"][:, 1], np.array(golden_y.split(), float), atol=5e-9, rtol=0
    )


@pytest.mark.parametrize(
    ("example", "golden"),
    [
        (1, [-0.99999375, 0.77911235, -0.99861469, -0.99833267]),
        (3, [0.79560373, 0.86224861, 0.11118257, 0.81515947]),
    ],
)
def test_the_forward_pass_equals_the_values_of_the_course(example, golden):
    """The four real inputs of an example become four characters, with columns of Wax of their own.

    The course prints the fifth unit of one example, and the second class of another.
    """
    draw = np.random.RandomState(1).randn
    x, a0 = draw(3, 10, 4)[:, example], draw(5, 10)[:, example]
    params = {**course_params(draw), "a0": a0}
    params["Wax"] = np.hstack([np.zeros((5, 1)), params["Wax"] @ x])
    tree, work = branch([1, 2, 3, 4]), Workspace(np.float64)
    if example == 1:
        found = rnn.hidden_states(tree, params, work)[:, 4]
    else:
        found = np.exp(rnn.log_predictions(tree, params, work))[:, 1]
    np.testing.assert_allclose(found, golden, atol=5e-9, rtol=0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softmax_is_stable_for_logits_of_any_size(dtype):
    rows = [[1e30, 0, -1e30], [-3e4, -3e4, -3e4], [1e4, 1e4 - 1, -1e4], [0, 1, 2]]
    logits = np.array(rows, dtype)
    with np.errstate(over="raise", invalid="raise"):
        probabilities, logs = rnn.softmax(logits), rnn.log_softmax(logits)
    e = np.exp(1.0)
    last = np.array([1, e, e * e]) / (1 + e + e * e)
    expected = [[1, 0, 0], [1 / 3] * 3, [e / (e + 1), 1 / (e + 1), 0], last]
    np.testing.assert_allclose(probabilities, expected, rtol=1e-6)
    np.testing.assert_allclose(np.exp(logs), expected, rtol=1e-6)
    assert np.isfinite(logs).all()
    assert logs[2, 2] == pytest.approx(-2e4, rel=1e-4), (
        "an unlikely class keeps its logarithm where its probability is 0"
    )


@pytest.mark.parametrize("masked", [False, True], ids=["", "output mask"])
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("seed", range(4))
def test_gradients_of_random_trees(cell, seed, masked):
    rng = np.random.default_rng(seed)
    tree, _ = tree_of(random_names(rng))
    params = random_params(rng, cell)
    mask = rng.choice([0.0, 1.6], (len(tree.x), 4)) if masked else None
    work = Workspace(np.float64)
    _, gradients = rnn.loss_and_gradients(tree, params, work, mask)

    def loss(params):
        return rnn.loss_and_gradients(tree, params, work, mask)[0]

    assert_gradients(loss, params, gradients, rng)


@pytest.mark.parametrize("cell", CELLS)
def test_float32_stays_float32(cell):
    params = rnn.init_params(np.random.default_rng(6), n_y=5, n_a=4, cell=cell)
    tree, _ = tree_of(random_names(np.random.default_rng(6)))
    _, gradients = rnn.loss_and_gradients(tree, params, Workspace())
    made = [*params.values(), *gradients.values(), *step_weights(params)[1:]]
    assert {array.dtype for array in made if isinstance(array, np.ndarray)} == {np.dtype("f4")}

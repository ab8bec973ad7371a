"""Parity with PyTorch: loss, gradients, a loaded model, by the function of docs/model-file.md."""

from types import SimpleNamespace

import numpy as np
import pytest

from rnn_names import Model, blend
from rnn_names.arrays import Workspace
from rnn_names.network import rnn
from support.documents import ROOT, examples
from support.networks import CELLS, random_names, random_params, tree_of

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def to_torch():
    """The function that the page shows."""
    shown = examples((ROOT / "docs" / "model-file.md").read_text(encoding="utf-8"))
    [source] = [each.source for each in shown if each.source.startswith("def to_torch(")]
    exec(source, defined := {})
    return defined["to_torch"]


def losses(layer, output, state, names):
    """The cross-entropy of each name, a list of indices; they are padded to one batch."""
    x = torch.zeros(len(names), max(map(len, names)) + 1, output.out_features, dtype=state.dtype)
    targets = torch.full(x.shape[:2], -100)
    for i, name in enumerate(names):
        for t, index in enumerate(name):
            x[i, t + 1, index] = 1
        targets[i, : len(name) + 1] = torch.tensor([*name, 0])
    states, _ = layer(x, state.expand(1, len(names), -1).contiguous())
    cross_entropy = torch.nn.CrossEntropyLoss(ignore_index=-100, reduction="none")
    return cross_entropy(output(states).flatten(0, 1), targets.flatten()).view(x.shape[:2]).sum(1)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("seed", range(3))
def test_loss_and_gradients_equal_autograd(cell, seed, to_torch):
    rng = np.random.default_rng(seed)
    params = random_params(rng, cell, n_y=8, n_a=6)
    params = {name: array.astype(np.float32) for name, array in params.items()}
    tree, names = tree_of(random_names(rng, n_y=8, count=20, longest=7), n_y=8)
    layer, output, state = to_torch(SimpleNamespace(params=params, cell=cell))
    layer, output, state = layer.double(), output.double(), state.double().requires_grad_()
    expected = losses(layer, output, state, names).sum()
    expected.backward()
    theirs = {"Wax": layer.weight_ih_l0, "Waa": layer.weight_hh_l0, "ba": layer.bias_ih_l0}
    theirs |= {"a0": state, "Wya": output.weight, "by": output.bias, "bn": layer.bias_hh_l0}
    params = {name: array.astype(np.float64) for name, array in params.items()}
    loss, gradients = rnn.loss_and_gradients(tree, params, Workspace(np.float64))
    assert loss == pytest.approx(expected.item(), rel=1e-10)
    assert set(gradients) == set(params)
    for name, gradient in gradients.items():
        of_torch = theirs[name].grad.numpy()
        of_torch = of_torch[-6:] if name == "bn" else of_torch.reshape(gradient.shape)
        np.testing.assert_allclose(gradient, of_torch, rtol=1e-9, atol=1e-10, err_msg=name)


@pytest.mark.parametrize("cells", [["gru"], ["rnn"], ["gru", "rnn"]], ids="+".join)
def test_a_loaded_model_gives_the_same_probabilities(cells, model_files, names, to_torch):
    """Of a blend, too; its plain cell is held still by biases of a million."""
    model = blend([Model.load(model_files[cell]) for cell in cells])
    indices = [[1 + model.vocabulary.characters.index(c) for c in name] for name in names[:5]]
    with torch.no_grad():
        found = -losses(*to_torch(model), indices).numpy()
    np.testing.assert_allclose(found, model.log_prob(names[:5]), atol=1e-4)

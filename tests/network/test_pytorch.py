"""Parity with PyTorch: the same loss and gradients, and arrays that load straight into it."""

import numpy as np
import pytest

from rnn_names.arrays import Workspace
from rnn_names.network import rnn
from support.networks import CELLS, random_names, random_params, tree_of

torch = pytest.importorskip("torch")


class TorchNetwork(torch.nn.Module):
    """The network as a PyTorch user would build it, loaded with our arrays as the README says."""

    def __init__(self, params):
        super().__init__()
        params = {name: torch.tensor(np.asarray(array, float)) for name, array in params.items()}
        n_y, n_a = params["Wya"].shape
        layer = torch.nn.GRU if "bn" in params else torch.nn.RNN
        self.layer = layer(n_y, n_a, batch_first=True).double()
        self.output = torch.nn.Linear(n_a, n_y).double()
        bias_hh = torch.zeros_like(self.layer.bias_hh_l0)
        if "bn" in params:
            bias_hh[2 * n_a :] = params["bn"]
        self.layer.load_state_dict(
            {
                "weight_ih_l0": params["Wax"],
                "weight_hh_l0": params["Waa"],
                "bias_ih_l0": params["ba"],
                "bias_hh_l0": bias_hh,
            }
        )
        self.output.load_state_dict({"weight": params["Wya"], "bias": params["by"]})
        self.a0 = torch.nn.Parameter(params["a0"])

    def losses(self, names):
        """The cross-entropy of each name, a list of indices.

        They are padded to one batch, and the padding is left out.
        """
        n_y = self.output.out_features
        longest = max(map(len, names)) + 1
        x = torch.zeros(len(names), longest, n_y, dtype=torch.float64)
        targets = torch.full((len(names), longest), -100)
        for i, name in enumerate(names):
            for t, index in enumerate(name):
                x[i, t + 1, index] = 1
            targets[i, : len(name) + 1] = torch.tensor([*name, 0])
        states, _ = self.layer(x, self.a0.expand(1, len(names), -1).contiguous())
        logits = self.output(states)
        losses = torch.nn.functional.cross_entropy(
            logits.flatten(0, 1), targets.flatten(), ignore_index=-100, reduction="none"
        )
        return losses.view(len(names), longest).sum(dim=1)

    def gradients(self):
        layer, n_a = self.layer, len(self.a0)
        ours = {"Wax": layer.weight_ih_l0, "Waa": layer.weight_hh_l0, "ba": layer.bias_ih_l0}
        ours |= {"a0": self.a0, "Wya": self.output.weight, "by": self.output.bias}
        found = {name: parameter.grad.numpy() for name, parameter in ours.items()}
        if isinstance(layer, torch.nn.GRU):
            found["bn"] = layer.bias_hh_l0.grad[2 * n_a :].numpy()
        return found


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("seed", range(3))
def test_loss_and_gradients_equal_autograd(cell, seed):
    rng = np.random.default_rng(seed)
    params = random_params(rng, cell, n_y=8, n_a=6)
    tree, names = tree_of(random_names(rng, n_y=8, count=20, longest=7), n_y=8)
    network = TorchNetwork(params)
    expected = network.losses(names).sum()
    expected.backward()
    loss, gradients = rnn.loss_and_gradients(tree, params, Workspace(np.float64))
    assert loss == pytest.approx(expected.item(), rel=1e-10)
    theirs = network.gradients()
    assert set(theirs) == set(gradients)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(gradient, theirs[name], rtol=1e-9, atol=1e-10, err_msg=name)

"""The gradient of a minibatch, with dropout.

A large minibatch is divided into two parts, each a prefix tree. The helper process computes the
second part if it is ready. The result is the same bit for bit if this process computes both.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from rnn_names.arrays import Array, Workspace
from rnn_names.network import rnn
from rnn_names.network.prefix_tree import PrefixTree
from rnn_names.processes.helper import Helper
from rnn_names.system import usable_cores
from rnn_names.training.batches import Batches
from rnn_names.training.optimizers import views
from rnn_names.training.settings import Stage

PARTS = 2  # parts of a large minibatch, on any number of cores
MIN_WORK_TO_SHARE = 15_000  # minimum product of names and rows of Waa for two parts
MIN_WORK_FOR_HELPER = 2e10  # characters left times the size of Waa: about a second


def parts_for(batch_size: int, n_rows: int) -> int:
    """The number of parts of a minibatch; `n_rows` is the number of rows of Waa."""
    return PARTS if batch_size * n_rows >= MIN_WORK_TO_SHARE else 1


def gradients_of_epoch(
    helper: Helper, batches: Batches, stage: Stage, seed: list[int], characters_left: int
) -> Iterator[tuple[float, float, int, Array]]:
    """Computes the gradients of a stage's next epoch, with the helper process if that is faster.

    For each minibatch, yields its middle in the epoch, from 0 to 1; its total loss in nats; its
    characters, with ends; and the gradient (n,) of their mean loss, which the next one overwrites.
    """
    here = helper.here
    n_rows, n_a = here.params["Waa"].shape
    is_long = characters_left * n_rows * n_a >= MIN_WORK_FOR_HELPER
    if is_long and usable_cores() >= PARTS:
        helper.start()
    if here.stage is not stage:
        helper.update(GradientWorker.begin_stage, batches, stage)
    n_parts = parts_for(stage.batch_size, n_rows)
    gradient, second_gradient = here.gradients
    minibatches = batches.minibatches(stage.batch_size, np.random.default_rng(seed))
    for step, (middle, rows) in enumerate(minibatches):
        first, *others = np.array_split(rows, min(n_parts, len(rows)))  # at most one other
        pending = [
            helper.begin(GradientWorker.compute, 1, part, [*seed, 1, step]) for part in others
        ]
        loss, characters = here.compute(0, first, [*seed, 0, step])
        for result in pending:
            second_loss, second_characters = result()
            loss, characters = loss + second_loss, characters + second_characters
            gradient += second_gradient
        gradient /= characters
        yield middle, loss, characters, gradient


class GradientWorker:
    """Computes gradients in one of two processes, which share the weights and second gradient."""

    def __init__(
        self, flat: Array, second_gradient: Array, shapes: Mapping[str, tuple[int, ...]]
    ) -> None:
        self.gradients = np.empty_like(flat), second_gradient  # (n,) of parts 0 and 1
        self.params = views(flat, shapes)
        self._work = Workspace()
        self.batches: Any = None  # the batches of `stage`
        self.stage: Any = None  # the stage of the last call of `begin_stage`

    def begin_stage(self, batches: Batches, stage: Stage) -> None:
        """Sets the batches and the settings of a stage."""
        self.batches, self.stage = batches, stage

    def compute(self, part: int, rows: Array, seed: list[int]) -> tuple[float, int]:
        """Writes the summed gradient of a part to `gradients`; returns loss and characters."""
        tree, rng = self.batches.tree(rows), np.random.default_rng(seed)  # for dropout
        loss, gradients = gradients_with_dropout(self.params, self.stage, tree, self._work, rng)
        arrays = [gradients[name].ravel() for name in self.params]
        np.concatenate(arrays, out=self.gradients[part])
        return loss, tree.n_characters

    def reference_result(self) -> tuple[float, int, bytes]:
        """The result of a fixed minibatch, which must be the same in both processes."""
        _, rows = next(self.batches.minibatches(self.stage.batch_size, np.random.default_rng(0)))
        loss, characters = self.compute(0, rows, [0])
        return loss, characters, self.gradients[0].tobytes()

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Calls a function that needs no gradients, in the process of this object."""
        return function(*arguments)


def gradients_with_dropout(
    params: dict[str, Array],
    stage: Stage,
    tree: PrefixTree,
    work: Workspace,
    rng: np.random.Generator,
) -> tuple[float, dict[str, Array]]:
    """The loss and the gradients of a part of a minibatch.

    Dropout multiplies hidden states by random factors (inverted dropout), in two places:

        a⟨t⟩ = step(x⟨t⟩, mask_u ∘ a⟨t−1⟩)              mask_u (n_a,), the same at all steps
        ŷ⟨t⟩ = softmax((mask ∘ a⟨t⟩) Wyaᵀ + by)         mask (N, n_a), different at each node

    Only the product with Waa uses mask_u (Gal & Ghahramani 2016, arXiv:1512.05287). It is n_a / k
    for k units and 0 for the others. These k units are moved to the front; the rest is skipped.
    """
    n_a = len(params["a0"])
    order = rng.permutation(n_a)
    k = max(round((1 - stage.recurrent_dropout) * n_a), 1)
    shuffled = reordered(params, order)
    shuffled["Waa"] = shuffled["Waa"][:, :k] * (n_a / k)
    node_mask = dropout_mask(rng, stage.dropout, work("node_mask", len(tree.x), n_a))
    loss, gradients = rnn.loss_and_gradients(tree, shuffled, work, node_mask)
    d_Waa = np.zeros_like(params["Waa"])
    d_Waa[:, :k] = gradients["Waa"] * (n_a / k)
    return loss, reordered({**gradients, "Waa": d_Waa}, np.argsort(order))


def reordered(params: Mapping[str, Array], order: Array) -> dict[str, Array]:
    """The weights of a network, or their gradients, with its units in another order."""
    n_a, result = len(order), dict(params)
    rows = np.concatenate([gate * n_a + order for gate in range(len(params["ba"]) // n_a)])
    for name in ("Wax", "Waa", "ba"):
        result[name] = params[name].take(rows, axis=0)
    for name in ("Waa", "Wya"):
        result[name] = result[name].take(order, axis=1)
    for name in {"a0", "bn"} & params.keys():
        result[name] = params[name].take(order)
    return result


def dropout_mask(rng: np.random.Generator, dropout: float, out: Array) -> Array | None:
    """Writes factors of inverted dropout, 0 or 1 / (1 − dropout), to `out`; None for no dropout."""
    if not dropout:
        return None
    # Each factor uses only 16 random bits, which takes a third of the time of random floats.
    words = rng.bit_generator.random_raw(-(-out.size // 4))
    random = words.view(np.uint16)[: out.size].reshape(out.shape)
    np.greater_equal(random, round(dropout * 2**16), out=out, casting="unsafe")
    out *= 1 / (1 - dropout)
    return out

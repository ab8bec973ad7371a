"""The gradients of one part of each minibatch, with dropout.

A minibatch is worked on in parts, each a prefix tree. Their losses and gradients are sums over
characters, so those of the minibatch are the sums over its parts. `rnn_names.training.parts` shares
the parts out among processes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names.network import rnn
from rnn_names.training.factorization import factor_gradients, multiplied_out
from rnn_names.training.optimizers import views

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from rnn_names.network.batches import Batches
    from rnn_names.network.prefix_tree import PrefixTree
    from rnn_names.training.stages import Stage

    Array = NDArray[Any]


class MinibatchPart:
    """One of the parts that minibatches are cut into, and what computes its gradients.

    It is independent of the other parts, so it may be in a process of its own. Dropout in minibatch
    i has a seed of its own, from the epoch's seed and i, so it does not matter which process did
    the minibatches before.
    """

    def __init__(self, flat: Array, gradient: Array) -> None:
        """Takes what is trained, (n,), all arrays in one vector; `gradient` (n,) is overwritten."""
        self._flat, self._gradient = flat, gradient
        self._work = rnn.Workspace()
        self._trees: Iterator[PrefixTree]

    def begin_stage(
        self, batches: Batches, stage: Stage, shapes: Mapping[str, tuple[int, ...]]
    ) -> None:
        """Takes up a stage: what it learns from, how, and the shapes of what is trained."""
        self._batches, self._stage = batches, stage
        self._trained = views(self._flat, shapes)

    def begin_epoch(self, rows: Sequence[NDArray[np.int64]], seed: list[int]) -> None:
        """Takes up an epoch.

        Args:
            rows: this part's names in each minibatch, as sorted rows of what the stage trains on.
            seed: of this part's dropout in this epoch, whole numbers.
        """
        self._rows, self._seed = rows, seed
        self._next: int | None = None  # the step that the next of `_trees` is for

    def put_gradient(self, step: int, share_over: float) -> tuple[float, int]:
        """Puts the gradient of one minibatch of the epoch into its place.

        It is that of the sum of the losses of all characters.

        Args:
            step: which minibatch. Trees of those that follow are laid out with it.
            share_over: the share of the stage that is over, from 0 to 1.

        Returns:
            loss: in nats, summed over all characters.
            characters: how many, end-of-name symbols counted.
        """
        if step != self._next:
            self._trees = self._batches.trees(self._rows[step:])
        self._next = step + 1
        tree, rng = next(self._trees), np.random.default_rng([*self._seed, step])
        params = multiplied_out(self._trained)
        stage = self._stage.at(share_over)
        loss, gradients = part_gradients(params, stage, tree, self._work, rng)
        # From Wax to its factors, and all arrays into one vector.
        factors = factor_gradients(gradients, self._trained)
        np.concatenate([each.ravel() for each in factors.values()], out=self._gradient)
        return loss, tree.n_characters

    def check(self) -> tuple[float, int, bytes]:
        """A result that is the same in every process: the first minibatch of the epoch."""
        loss, characters = self.put_gradient(0, 0.0)
        return loss, characters, self._gradient.tobytes()


def part_gradients(
    params: dict[str, Array],
    stage: Stage,
    tree: PrefixTree,
    work: rnn.Workspace,
    rng: np.random.Generator,
) -> tuple[float, dict[str, Array]]:
    """The loss of a part of a minibatch, and its gradients.

    Dropout multiplies hidden states by random factors (inverted dropout), in two places:

        a⟨t⟩ = step(x⟨t⟩, mask_u ∘ a⟨t−1⟩)              mask_u (n_a,), the same at all steps
        ŷ⟨t⟩ = softmax((mask ∘ a⟨t⟩) Wyaᵀ + by)         mask (N, n_a), of its own at each node

    In the step, a⟨t−1⟩ is masked only where it meets Waa (Gal & Ghahramani 2016, arXiv:1512.05287).
    There (mask_u ∘ a) Waaᵀ = a (Waa ∘ mask_u)ᵀ: the mask goes on the columns of Waa, once.
    """
    n_a = params["Waa"].shape[1]
    unit_mask = dropout_mask(rng, stage.recurrent_dropout, work("unit_mask", n_a))  # (n_a,)
    node_mask = dropout_mask(rng, stage.dropout, work("node_mask", len(tree.x), n_a))  # (N, n_a)
    if unit_mask is not None:
        params = {**params, "Waa": params["Waa"] * unit_mask}
    loss, gradients = rnn.loss_and_gradients(tree, params, work, node_mask)
    if unit_mask is not None:
        gradients["Waa"] *= unit_mask  # by the chain rule, from Waa ∘ mask_u to Waa
    return loss, gradients


def dropout_mask(rng: np.random.Generator, dropout: float, out: Array) -> Array | None:
    """Factors of inverted dropout, in `out`; None for no dropout.

    A factor is 0 with the probability `dropout`, else 1 / (1 − dropout), so that the mean is 1.
    """
    if not dropout:
        return None
    # Each factor takes 16 random bits, four of them a word of 64: a third of the time of floats.
    words = rng.bit_generator.random_raw(-(-out.size // 4))
    random = words.view(np.uint16)[: out.size].reshape(out.shape)
    np.greater_equal(random, round(dropout * 2**16), out=out, casting="unsafe")
    out *= 1 / (1 - dropout)
    return out

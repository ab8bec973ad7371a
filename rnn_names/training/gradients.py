"""The gradient of one minibatch: dropout, and parts that threads work on.

A minibatch is worked on in parts, each a prefix tree. Their losses and gradients are sums over
characters, so those of the minibatch are the sums over its parts.
"""

from __future__ import annotations

from concurrent.futures import Executor
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names.network import rnn
from rnn_names.training.factorization import factor_gradients, multiplied_out

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from rnn_names.network.prefix_tree import PrefixTree
    from rnn_names.training.phases import Phase

    Array = NDArray[Any]

PARTS = 2
"""Parts of a minibatch, each worked on by a thread of its own. It is a constant, so that results do
not depend on a machine's cores."""

MIN_WORK_TO_SHARE = 60_000
"""A minibatch of fewer numbers (names times rows of Waa) stays in one part.

Its array operations are so short that two threads mostly wait for one another. On two cores, they
took 1.2 times as long as one thread for 68 names and a GRU of 192 units, about as long for 256
names and a plain cell of 128, and 0.6 to 0.9 times as long with twice to four times the names."""


def parts_for(batch_size: int, params: Mapping[str, Array]) -> int:
    """How many parts a minibatch is cut into."""
    return PARTS if batch_size * len(params["Waa"]) >= MIN_WORK_TO_SHARE else 1


def minibatch_gradient(
    trained: Mapping[str, Array],
    trees: Sequence[PrefixTree],
    phase: Phase,
    pool: Executor,
    works: Sequence[rnn.Workspace],
    rngs: Sequence[np.random.Generator],
) -> tuple[float, int, Array]:
    """The loss of a minibatch and its gradient.

    Args:
        trained: what is trained, as `factorization.factored` gives it.
        trees: the parts of the minibatch.
        phase: says how much dropout there is.
        pool: threads.
        works: buffers for each part.
        rngs: random numbers for each part.

    Returns:
        loss: in nats, summed over all characters.
        characters: how many, end-of-name symbols counted.
        gradient: of the mean loss per character, all arrays of `trained` in one flat vector.
    """
    params = multiplied_out(trained)  # in the main thread: all parts read the same arrays
    parts = pool.map(partial(part_gradients, params, phase), trees, works, rngs)
    losses, sizes, gradients = zip(*parts, strict=True)
    # Sums over parts, then from Wax to its factors, then one vector, then a mean over characters.
    total = {name: sum(part[name] for part in gradients) for name in params}
    flat = np.concatenate([each.ravel() for each in factor_gradients(total, trained).values()])
    flat /= sum(sizes)
    return sum(losses), sum(sizes), flat


def part_gradients(
    params: dict[str, Array],
    phase: Phase,
    tree: PrefixTree,
    work: rnn.Workspace,
    rng: np.random.Generator,
) -> tuple[float, int, dict[str, Array]]:
    """The loss of a part of a minibatch, its characters, and the gradients of its loss.

    Dropout multiplies hidden states by random factors (inverted dropout), in two places:

        a⟨t⟩ = step(x⟨t⟩, mask_u ∘ a⟨t−1⟩)              mask_u (n_a,), the same at all steps
        ŷ⟨t⟩ = softmax((mask ∘ a⟨t⟩) Wyaᵀ + by)         mask (N, n_a), of its own at each node

    In the step, a⟨t−1⟩ is masked only where it meets Waa (Gal & Ghahramani 2016, arXiv:1512.05287).
    There (mask_u ∘ a) Waaᵀ = a (Waa ∘ mask_u)ᵀ: the mask goes on the columns of Waa, once.
    """
    n_a = params["Waa"].shape[1]
    unit_mask = dropout_mask(rng, phase.recurrent_dropout, work("unit_mask", n_a))  # (n_a,)
    node_mask = dropout_mask(rng, phase.dropout, work("node_mask", len(tree.x), n_a))  # (N, n_a)
    if unit_mask is not None:
        params = {**params, "Waa": params["Waa"] * unit_mask}
    loss, gradients = rnn.loss_and_gradients(tree, params, work, node_mask)
    if unit_mask is not None:
        gradients["Waa"] *= unit_mask  # by the chain rule, from Waa ∘ mask_u to Waa
    return loss, tree.n_characters, gradients


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

"""Training `Wax` as a product of two smaller matrices, and multiplying them out again.

    Wax (gates n_a, n_x) = projection (gates n_a, rank) · embedding (rank, n_x)

Column i of the embedding describes character i by a few numbers, and the projection turns any such
description into the input of the gates. What is learned for one character so serves similar ones.
The network that is saved has Wax itself.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rnn_names.arrays import Array

FACTORS = ("projection", "embedding")


def factored(params: Mapping[str, Array], rank: int, rng: np.random.Generator) -> dict[str, Array]:
    """Fresh parameters with a `projection` and an `embedding` in place of `Wax`.

    Their product has the variance that `rnn.init_params` gives `Wax`: a sum of `rank` products of
    variance 0.5 / rank and 1. A rank of 0 leaves the parameters as they are.
    """
    if not rank:
        return dict(params)
    (rows, columns), dtype = params["Wax"].shape, params["Wax"].dtype
    projection = rng.standard_normal((rows, rank)) * np.sqrt(0.5 / rank)
    embedding = rng.standard_normal((rank, columns))
    return {
        "projection": projection.astype(dtype),
        "embedding": embedding.astype(dtype),
        **{name: array for name, array in params.items() if name != "Wax"},
    }


def multiplied_out(trained: Mapping[str, Array]) -> dict[str, Array]:
    """The parameters of the network: the opposite of `factored`."""
    if "embedding" not in trained:
        return dict(trained)
    others = {name: array for name, array in trained.items() if name not in FACTORS}
    return {"Wax": trained["projection"] @ trained["embedding"], **others}


def factor_gradients(
    gradients: Mapping[str, Array], trained: Mapping[str, Array]
) -> dict[str, Array]:
    """From gradients of the network's parameters to those of what is trained, in its order.

    With P the projection and E the embedding, Wax = P E, so by the chain rule

        dP = dWax Eᵀ        dE = Pᵀ dWax
    """
    if "embedding" not in trained:
        return {name: gradients[name] for name in trained}
    d_Wax = gradients["Wax"]
    factors = {
        "projection": d_Wax @ trained["embedding"].T,
        "embedding": trained["projection"].T @ d_Wax,
    }
    return {name: factors[name] if name in factors else gradients[name] for name in trained}

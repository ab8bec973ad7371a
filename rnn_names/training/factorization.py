"""Training `Wax` as a product of two smaller matrices, and multiplying them out again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


def factored(params: Mapping[str, Array], rank: int, rng: np.random.Generator) -> dict[str, Array]:
    """Fresh parameters with `Wax` as the product of a `projection` (gates n_a, rank) and an
    `embedding` (rank, n_x).

    The product has the variance of `rnn.init_params`. A rank of 0 leaves the parameters as they
    are.
    """
    if not rank:
        return dict(params)
    rows, columns = params["Wax"].shape
    factors = {
        "projection": (rng.standard_normal((rows, rank)) * np.sqrt(0.5 / rank)).astype(
            params["Wax"].dtype
        ),
        "embedding": rng.standard_normal((rank, columns)).astype(params["Wax"].dtype),
    }
    return {**factors, **{name: array for name, array in params.items() if name != "Wax"}}


def multiplied_out(trained: Mapping[str, Array]) -> dict[str, Array]:
    """The parameters of the network: the opposite of `factored`."""
    if "embedding" not in trained:
        return dict(trained)
    params = {
        name: array for name, array in trained.items() if name not in ("projection", "embedding")
    }
    return {"Wax": trained["projection"] @ trained["embedding"], **params}


def factor_gradients(
    gradients: Mapping[str, Array], trained: Mapping[str, Array]
) -> dict[str, Array]:
    """From gradients of the network's parameters to those of what is trained, in its order, by the
    chain rule.
    """
    if "embedding" not in trained:
        return {name: gradients[name] for name in trained}
    d_Wax = gradients["Wax"]
    factors = {
        "projection": d_Wax @ trained["embedding"].T,
        "embedding": trained["projection"].T @ d_Wax,
    }
    return {name: factors[name] if name in factors else gradients[name] for name in trained}

"""The optimizers, SGD and Adam, which update all parameters in one flat vector."""

import math
from collections.abc import Mapping

import numpy as np

from rnn_names.arrays import Array


def views(flat: Array, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Array]:
    """Views of a vector as named arrays.

    >>> views(np.arange(4.0), {"b": (2,), "W": (1, 2)})["W"].tolist()
    [[2.0, 3.0]]
    """
    ends = np.cumsum([math.prod(shape) for shape in shapes.values()])
    parts = zip(shapes.items(), np.split(flat, ends[:-1]), strict=True)
    return {name: part.reshape(shape) for (name, shape), part in parts}


class SGD:
    """Plain stochastic gradient descent: params −= learning rate · gradient. It has no state."""

    def __init__(self, params: Array) -> None:
        self.state: dict[str, Array] = {}

    def step(self, params: Array, gradient: Array, learning_rate: float) -> None:
        """Updates the flat `params` in place; overwrites `gradient`."""
        gradient *= learning_rate
        params -= gradient


class Adam:
    """Adam (Kingma & Ba 2015, arXiv:1412.6980, algorithm 1).

    For the gradient g and the step t = 1, 2, …:

        m = β₁ m + (1 − β₁) g,    v = β₂ v + (1 − β₂) g²
        params −= learning rate · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)

    The corrections are scalars, so they can be moved out of the fraction of vectors, as at the end
    of section 2 of the paper. With C = √(1 − β₂ᵗ), the last line becomes

        params −= (learning rate · C / (1 − β₁ᵗ)) · m / (√v + ε C)
    """

    beta1 = 0.9
    beta2 = 0.99  # with the paper's 0.999, the loss is a little higher
    epsilon = 1e-8

    def __init__(self, params: Array) -> None:
        m, v = np.zeros((2, *params.shape), params.dtype)
        self.state = {"m": m, "v": v, "steps": np.zeros((), np.int64)}
        self._scratch = np.empty_like(params)

    def step(self, params: Array, gradient: Array, learning_rate: float) -> None:
        """Updates the flat `params` in place; overwrites `gradient`."""
        m, v, scratch = self.state["m"], self.state["v"], self._scratch
        self.state["steps"] += 1
        t = int(self.state["steps"])

        # m = β₁ m + (1 − β₁) g
        m *= self.beta1
        np.multiply(gradient, 1 - self.beta1, out=scratch)
        m += scratch

        # v = β₂ v + (1 − β₂) g²; the gradient is not needed after this
        gradient *= gradient
        gradient *= 1 - self.beta2
        v *= self.beta2
        v += gradient

        # scratch = (learning rate · C / (1 − β₁ᵗ)) · m / (√v + ε C)
        correction = math.sqrt(1 - self.beta2**t)  # C
        np.sqrt(v, out=scratch)
        scratch += self.epsilon * correction
        np.divide(m, scratch, out=scratch)
        scratch *= learning_rate * correction / (1 - self.beta1**t)
        params -= scratch


OPTIMIZERS: dict[str, type[SGD] | type[Adam]] = {"adam": Adam, "sgd": SGD}

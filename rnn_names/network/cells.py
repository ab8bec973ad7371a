"""The two cells, which compute the next hidden state, and their gradients.

A step computes several numbers per hidden unit: the gates of a GRU, its candidate, and so on. Each
kind is a *block*, so arrays are (n_blocks, m, n_a), and operations run over contiguous memory.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from rnn_names.arrays import Array, Workspace

Params = Mapping[str, Array]  # the arrays Wax, Waa, Wya, ba, by and a0; and bn for a GRU


class StepWeights(NamedTuple):
    """The weights of a step, by gate and transposed; those of sigmoid gates are halved."""

    cell: "Cell"
    Waa: Array  # (n_gates, k, n_a) for the first k units; k is n_a without dropout
    bounds: list[int]  # `diagonal_blocks` of Waa
    from_x: Array  # (n_gates, n_x, n_a) x Waxᵀ + ba for each character
    bn: Array | None  # (n_a,) of a GRU


class PlainCell:
    """a = tanh(from_x + p), where from_x = x Waxᵀ + ba, and p = a_prev Waaᵀ is the projection."""

    n_gates = 1  # rows of `Wax`, `Waa` and `ba` per hidden unit
    n_sigmoid_gates = 0
    n_blocks = 1  # blocks of the cache that a step leaves for the backward pass
    n_blocks_from_parent = 1  # the first blocks: the parent's projections, and a GRU's a_prev
    input_gradient_blocks = (0,)  # blocks with the gradients of from_x after the backward pass

    @staticmethod
    def step(from_x: Array, cache: Array, a: Array) -> None:
        """New states `a` (m, n_a) from from_x (n_gates, m, n_a) and `cache` (n_blocks, m, n_a)."""
        np.add(cache[0], from_x[0], out=a)
        np.tanh(a, out=a)

    @staticmethod
    def step_backward(da: Array, a: Array, cache: Array, work: Workspace) -> None:
        """Writes the gradient of both from_x and p to `cache`: dp = da ∘ (1 − a²)."""
        (dp,) = cache
        np.multiply(a, a, out=dp)
        np.subtract(1, dp, out=dp)
        dp *= da


class GRUCell:
    """The gated recurrent unit (Cho et al. 2014, arXiv:1406.1078, section 2.3), as in PyTorch.

    With the recurrent projections p_r = a_prev Urᵀ, p_z = a_prev Uzᵀ and p = a_prev Unᵀ + bn:

        r = σ(x Wrᵀ + br + p_r)                  reset gate
        z = σ(x Wzᵀ + bz + p_z)                  update gate
        c = tanh(x Wnᵀ + bc + r ∘ p)             candidate
        a = (1 − z) ∘ c + z ∘ a_prev

    `Wax` stacks Wr, Wz and Wn, `Waa` stacks Ur, Uz and Un, and `ba` stacks br, bz and bc; bn is a
    separate array. The backward pass follows from the gradient da of a by the chain rule, with
    σ' = σ(1 − σ) and tanh' = 1 − tanh²:

        w    = da ∘ (1 − z)
        dz   = w ∘ (a − c)                       since (a_prev − c) ∘ z = a − c
        dc   = w ∘ (1 − c²)
        dr   = dc ∘ p ∘ r ∘ (1 − r)
        dp   = dc ∘ r
        da_prev = da ∘ z + dr Ur + dz Uz + dp Un

    (dz, dc and dr are the gradients of the arguments of σ and tanh.) The backward pass overwrites
    the blocks of the cache with gradients:

        block    before the step    after it    after the backward pass
        0        p_r                r           dr
        1        p_z                z           dz
        2        p                  p           dp
        3        a_prev             a_prev      carry = da ∘ z
        4                           c           dc

    Blocks 0, 1 and 2 are then the gradients of the projections p_r, p_z and p. Blocks 0, 1 and 4
    are the gradients of from_x. The carry is added to da_prev without a product.
    """

    n_gates = 3
    n_sigmoid_gates = 2
    n_blocks = 5
    n_blocks_from_parent = 4
    input_gradient_blocks = (0, 1, 4)

    @staticmethod
    def step(from_x: Array, cache: Array, a: Array) -> None:
        """The equations of the class, with σ(u) = ½ + ½ tanh(½u); the inner ½ is in the weights."""
        gates = cache[:2]  # at first, their projections
        gates += from_x[:2]
        np.tanh(gates, out=gates)
        gates += 1
        gates *= 0.5
        r, z, p, a_prev, c = cache
        np.multiply(r, p, out=c)
        c += from_x[2]
        np.tanh(c, out=c)
        np.subtract(a_prev, c, out=a)  # a = c + z ∘ (a_prev − c)
        a *= z
        a += c

    @staticmethod
    def step_backward(da: Array, a: Array, cache: Array, work: Workspace) -> None:
        """Writes gradients to `cache`, by the equations and the table of the class."""
        r, z, p, _, c = cache
        dr, dz, dp, carry, dc = cache
        w, slope = work("scratch", 2, *a.shape)
        np.multiply(da, z, out=carry)
        np.subtract(da, carry, out=w)  # da ∘ (1 − z)
        np.subtract(a, c, out=dz)
        dz *= w
        np.multiply(c, c, out=dc)
        np.subtract(1, dc, out=dc)
        dc *= w
        p_reset = np.multiply(p, r, out=p)  # r ∘ p, as in the candidate
        np.subtract(1, r, out=slope)
        slope *= p_reset  # p ∘ r ∘ (1 − r)
        np.multiply(dc, r, out=dp)
        np.multiply(slope, dc, out=dr)


Cell = type[PlainCell] | type[GRUCell]
CELLS: dict[str, Cell] = {"rnn": PlainCell, "gru": GRUCell}


def cell_of(params: Params) -> Cell:
    """The type of cell of a network's parameters."""
    return GRUCell if "bn" in params else PlainCell


def step_weights(params: Params) -> StepWeights:
    """The weights of a step from the parameters of a network."""
    cell, n_a = cell_of(params), len(params["a0"])
    by_gate = [params[name].reshape(cell.n_gates, n_a, -1) for name in ("Wax", "Waa", "ba")]
    Wax, Waa, ba = (array.transpose(0, 2, 1).copy() for array in by_gate)
    for array in (Wax, Waa, ba):
        array[: cell.n_sigmoid_gates] *= 0.5
    Wax[:, 0] = 0  # input 0 is not EOS but the zero vector of the first step
    bounds = diagonal_blocks(Waa) if Waa.shape[1] == n_a else [0, n_a]
    return StepWeights(cell, Waa, bounds, Wax + ba, params.get("bn"))


MAX_BLOCKS = 16  # maximum number of blocks multiplied one by one; smaller ones would be slow


def diagonal_blocks(Waa: Array) -> list[int]:
    """The bounds of square blocks along the diagonal of `Waa` (n_gates, n_a, n_a); the rest is 0.

    Most networks have one block. A blend has one for each part; skipping the zeros between two
    equal parts halves the time of a product.

    >>> diagonal_blocks(np.array([[[1, 2, 0], [3, 4, 0], [0, 0, 5]]]))
    [0, 2, 3]
    """
    n_a = Waa.shape[1]
    if (Waa[:, 0, -1] != 0).any() or (Waa[:, -1, 0] != 0).any():
        return [0, n_a]  # the first and the last unit are linked, so there is one block
    linked = (Waa != 0).any(axis=0)
    linked |= linked.T
    # The last unit linked to each unit. A block ends where no unit so far is linked to a later one.
    last = np.where(linked.any(axis=1), n_a - 1 - linked[:, ::-1].argmax(axis=1), 0)
    ends = np.flatnonzero(np.maximum.accumulate(last) <= np.arange(n_a)) + 1
    return [0, *ends.tolist()] if len(ends) <= MAX_BLOCKS else [0, n_a]


def block_product(a: Array, Waa: Array, bounds: list[int], out: Array) -> None:
    """Writes the products of `a` (m, n_a) and each gate's `Waa` to `out` (n_gates, m, n_a)."""
    for start, stop in pairwise(bounds):
        units = slice(start, stop)
        np.matmul(a[:, units], Waa[:, units, units], out=out[:, :, units])

"""The recurrent network: parameters, cells, forward pass, loss and back-propagation through time.

The notation is the usual one of courses, with one row per example:

    a⟨t⟩ = tanh(x⟨t⟩ Waxᵀ + a⟨t-1⟩ Waaᵀ + ba)          hidden state, (m, n_a)
    ŷ⟨t⟩ = softmax(a⟨t⟩ Wyaᵀ + by)                      prediction of the next character, (m, n_y)
    loss = − Σ y⟨t⟩ · log ŷ⟨t⟩                          categorical cross-entropy, in nats

Time steps are the levels of a prefix tree (`rnn_names.network.prefix_tree.PrefixTree`): every node
is one distinct beginning of a name, `parent` says which row of the level above it continues, and a
textbook's batch is the tree in which each name has a branch of its own.

Two cells share everything but the step from one state to the next: the plain one above and the GRU.
Which one some parameters belong
to shows in them: only a GRU has `bn`. The maths takes any float type: float32 for work, float64 for
gradient checks.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rnn_names.network.prefix_tree import PrefixTree

    Array = NDArray[Any]
    Params = Mapping[str, Array]


# --- Cells ----------------------------------------------------------------------------------------


class PlainCell:
    """a = tanh(from_x + from_a), where from_x = x Waxᵀ + ba comes from the character and from_a =
    a_prev Waaᵀ from the state before.

    `gates` is the number of rows of `Wax`, `Waa` and `ba` per hidden unit; `width` is how many
    numbers per unit a state hands on to the step after it. All arrays have a row per example; each
    function writes over the arrays that its name says it makes.
    """

    gates = 1
    width = 1

    @staticmethod
    def recurrent_projection(a: Array, params: Params, from_a: Array) -> None:
        """What the state `a` (m, n_a) hands on: from_a (m, width n_a)."""
        np.matmul(a, params["Waa"].T, out=from_a)

    @staticmethod
    def step(from_x: Array, from_a: Array, a: Array) -> None:
        """The new state `a` (m, n_a); `from_x` (m, gates n_a) is spent."""
        from_x += from_a
        np.tanh(from_x, out=a)

    @staticmethod
    def step_backward(da: Array, a: Array, from_x: Array, from_a: Array) -> tuple[Array, Array]:
        """Gradients of from_x and from_a, in their places, from that of `a`; tanh' = 1 − tanh²."""
        np.multiply(a, a, out=from_x)
        np.subtract(1, from_x, out=from_x)
        from_x *= da
        return from_x, from_x

    @staticmethod
    def recurrent_projection_backward(d_from_a: Array, params: Params, da: Array) -> None:
        """Adds to `da` (m, n_a) what comes back from the step after."""
        da += d_from_a @ params["Waa"]


class GRUCell:
    """The gated recurrent unit.

    It is that of Cho et al. 2014 (arXiv:1406.1078, section 2.3) in the form that PyTorch's `nn.GRU`
    computes:

        r = σ(x Wᵣᵀ + bᵣ + a_prev Uᵣᵀ),    z = σ(x W_zᵀ + b_z + a_prev U_zᵀ)
        c = tanh(x W_nᵀ + b_n + r ∘ (a_prev U_nᵀ + bn)),    a = (1 − z) ∘ c + z ∘ a_prev

    `Wax` stacks Wᵣ, W_z, W_n, `Waa` the three U, and `ba` the three b. A state hands on a_prev Uᵀ
    (+ bn) and itself.
    """

    gates = 3
    width = 4

    @staticmethod
    def recurrent_projection(a: Array, params: Params, from_a: Array) -> None:
        """As `PlainCell.recurrent_projection`."""
        n_a = a.shape[1]
        np.matmul(a, params["Waa"].T, out=from_a[:, : 3 * n_a])
        from_a[:, 2 * n_a : 3 * n_a] += params["bn"]
        from_a[:, 3 * n_a :] = a

    @staticmethod
    def step(from_x: Array, from_a: Array, a: Array) -> None:
        """As `PlainCell.step`; leaves r, z and c in the place of `from_x`."""
        n_a = a.shape[1]
        gates, r, z, c = from_x[:, : 2 * n_a], *_columns(from_x, n_a)
        _, _, from_a_n, a_prev = _columns(from_a, n_a)
        gates += from_a[:, : 2 * n_a]
        sigmoid(gates)
        np.multiply(r, from_a_n, out=a)
        c += a
        np.tanh(c, out=c)
        np.subtract(a_prev, c, out=a)
        a *= z
        a += c

    @staticmethod
    def step_backward(da: Array, a: Array, from_x: Array, from_a: Array) -> tuple[Array, Array]:
        """As `PlainCell.step_backward`; `da` is spent. Each line's right side is the derivative, in
        the order that frees places.
        """
        n_a = a.shape[1]
        r, z, c = _columns(from_x, n_a)
        s, t, from_a_n, a_prev = _columns(from_a, n_a)  # after the step, the first two are free
        np.multiply(da, z, out=s)  # s = da ∘ z, straight to a_prev
        np.subtract(a_prev, c, out=t)
        t *= s
        np.subtract(1, z, out=z)
        z *= t  # dz = da ∘ (a_prev − c) ∘ z(1 − z)
        a_prev[...] = s
        da -= s
        np.multiply(c, c, out=t)
        np.subtract(1, t, out=t)
        np.multiply(t, da, out=c)  # dc = da ∘ (1 − z) ∘ (1 − c²)
        np.multiply(c, r, out=t)
        np.subtract(1, r, out=r)
        r *= t
        r *= from_a_n  # dr = dc ∘ (a_prev Uₙᵀ + bn) ∘ r(1 − r)
        from_a_n[...] = t
        from_a[:, : 2 * n_a] = from_x[:, : 2 * n_a]
        return from_x, from_a

    @staticmethod
    def recurrent_projection_backward(d_from_a: Array, params: Params, da: Array) -> None:
        """As `PlainCell.recurrent_projection_backward`."""
        n_a = da.shape[1]
        da += d_from_a[:, : 3 * n_a] @ params["Waa"]
        da += d_from_a[:, 3 * n_a :]


Cell = type[PlainCell] | type[GRUCell]
CELLS: dict[str, Cell] = {"rnn": PlainCell, "gru": GRUCell}


def with_fast_transpose(params: Params) -> Params:
    """The parameters with `Waa` stored column by column: products of few rows with Waaᵀ then take
    two thirds of the time.
    """
    return {**params, "Waa": np.asfortranarray(params["Waa"])}


def cell_of(params: Params) -> Cell:
    """The cell that parameters belong to."""
    return GRUCell if "bn" in params else PlainCell


def _columns(array: Array, n_a: int) -> list[Array]:
    """The blocks of n_a columns of an array."""
    return [array[:, i : i + n_a] for i in range(0, array.shape[1], n_a)]


# --- Parameters -----------------------------------------------------------------------------------


def init_params(
    rng: np.random.Generator, n_y: int, n_a: int, cell: str = "rnn", dtype: Any = np.float32
) -> dict[str, Array]:
    """Random parameters of a network with `n_y` symbols and `n_a` hidden units.

    `Waa` starts orthogonal, gate by gate (Saxe et al. 2013, arXiv:1312.6120: signals keep their
    size over many steps), `Wya` with variance 1/n_a. `Wax` is large, variance 1/2 a column: one
    input is 1 and the rest 0, so there is no sum over inputs that would make its effect larger.
    """
    gates = CELLS[cell].gates
    orthogonal = [np.linalg.qr(rng.standard_normal((n_a, n_a)))[0] for _ in range(gates)]
    params = {
        "Wax": rng.standard_normal((gates * n_a, n_y)) * np.sqrt(0.5),
        "Waa": np.concatenate(orthogonal),
        "Wya": rng.standard_normal((n_y, n_a)) / np.sqrt(n_a),
        "ba": np.zeros(gates * n_a),
        "by": np.zeros(n_y),
        "a0": np.zeros(n_a),
    }
    if cell == "gru":
        params["bn"] = np.zeros(n_a)
    return {name: array.astype(dtype) for name, array in params.items()}


# --- Layers ---------------------------------------------------------------------------------------


def log_softmax(logits: Array, out: Array | None = None) -> Array:
    """The logarithm of `softmax`, logits − log Σ exp(logits), along the last axis, for logits of
    any size: (m, n_y) to (m, n_y).
    """
    out = np.subtract(logits, logits.max(axis=-1, keepdims=True), out=out)
    out -= np.log(np.exp(out).sum(axis=-1, keepdims=True))
    return out


def softmax(logits: Array, out: Array | None = None) -> Array:
    """exp(logits) / Σ exp(logits) along the last axis, for logits of any size: (m, n_y) to (m,
    n_y).
    """
    out = np.subtract(logits, logits.max(axis=-1, keepdims=True), out=out)
    np.exp(out, out=out)
    out /= out.sum(axis=-1, keepdims=True)
    return out


def sigmoid(x: Array) -> None:
    """1 / (1 + exp(−x)), in place; by way of tanh, which does not overflow."""
    x *= 0.5
    np.tanh(x, out=x)
    x *= 0.5
    x += 0.5


def input_layer(x: Array, params: Params, out: Array | None = None) -> Array:
    """The layer x Waxᵀ + ba: (m, n_x) to (m, gates n_a).

    `x` may also be (m,) integers: i stands for the one-hot row with a 1 in column i, 0 for the zero
    row. The product is then a choice of rows.
    """
    if x.ndim == 1:
        rows = params["Wax"].T + params["ba"]
        rows[0] = params["ba"]
        return rows.take(
            x, axis=0, out=out, mode="clip"
        )  # this mode lets take write to `out` without a copy
    out = np.matmul(x, params["Wax"].T, out=out)
    out += params["ba"]
    return out


def input_layer_backward(
    d: Array, x: Array, n_x: int, scratch: Array | None = None
) -> dict[str, Array]:
    """Gradients of Wax and ba from that of the input layer's result, (m, gates n_a); `x` in either
    form.

    For one-hot rows, column i of the gradient of Wax is the sum of those rows of `d` that chose it;
    `scratch`, of the shape of `d`, is where they are put in order.
    """
    if x.ndim == 2:
        return {"Wax": d.T @ x, "ba": d.sum(axis=0)}
    chosen = np.zeros((n_x, d.shape[1]), d.dtype)
    by_choice = d.take(
        np.argsort(x.astype(np.min_scalar_type(n_x)), kind="stable"),
        axis=0,
        out=scratch,
        mode="clip",
    )
    ends = np.cumsum(np.bincount(x, minlength=n_x))
    for i in np.unique(x):
        by_choice[ends[i - 1] if i else 0 : ends[i]].sum(axis=0, out=chosen[i])
    ba = chosen.sum(axis=0)
    chosen[0] = 0
    return {"Wax": chosen.T, "ba": ba}


def output_layer(a: Array, params: Params, out: Array | None = None) -> Array:
    """The logits a Wyaᵀ + by: (m, n_a) to (m, n_y)."""
    out = np.matmul(a, params["Wya"].T, out=out)
    out += params["by"]
    return out


def output_layer_backward(d_logits: Array, a: Array) -> dict[str, Array]:
    """Gradients of Wya and by from that of the logits, (m, n_y)."""
    return {"Wya": d_logits.T @ a, "by": d_logits.sum(axis=0)}


def recurrent_layer_backward(d_from_a: Array, a_prev: Array, params: Params) -> dict[str, Array]:
    """Gradients of Waa, and of bn where there is one, from that of what the states `a_prev` (m,
    n_a) handed on.
    """
    n_a = a_prev.shape[1]
    gradients = {"Waa": d_from_a[:, : len(params["Waa"])].T @ a_prev}
    if "bn" in params:
        gradients["bn"] = d_from_a[:, 2 * n_a : 3 * n_a].sum(axis=0)
    return gradients


# --- One time step --------------------------------------------------------------------------------


def cell_forward(x: Array, a_prev: Array, params: Params) -> tuple[Array, Array]:
    """One time step, for any real `x`.

    Args:
        x: (m, n_x) inputs.
        a_prev: (m, n_a) hidden states of the step before.
        params: the arrays Wax, Waa, Wya, ba and by; and bn for a GRU.

    Returns:
        a: (m, n_a) hidden states.
        y_hat: (m, n_y) probabilities of the next character.
    """
    _, _, a = _step(x, a_prev, params)
    return a, softmax(output_layer(a, params))


def cell_backward(
    x: Array, a_prev: Array, params: Params, d_logits: Array, da: Array | None = None
) -> dict[str, Array]:
    """Gradients of one time step.

    Args:
        x, a_prev, params: as in `cell_forward`.
        d_logits: (m, n_y) gradient of the logits a Wyaᵀ + by; ŷ − y for the cross-entropy.
        da: (m, n_a) gradient of `a` that comes from the step after; None where there is none.

    Returns:
        a gradient for each parameter but a0, and for `x` and `a_prev`.
    """
    cell = cell_of(params)
    from_x, from_a, a = _step(x, a_prev, params)
    da_total = d_logits @ params["Wya"]
    if da is not None:
        da_total += da
    d_from_x, d_from_a = cell.step_backward(da_total, a, from_x, from_a)
    da_prev = np.zeros_like(a_prev)
    cell.recurrent_projection_backward(d_from_a, params, da_prev)
    return {
        **output_layer_backward(d_logits, a),
        **input_layer_backward(d_from_x, x, x.shape[1]),
        **recurrent_layer_backward(d_from_a, a_prev, params),
        "x": d_from_x @ params["Wax"],
        "a_prev": da_prev,
    }


def _step(x: Array, a_prev: Array, params: Params) -> tuple[Array, Array, Array]:
    """from_x, from_a and a of one time step, in arrays of their own."""
    cell, n_a = cell_of(params), a_prev.shape[1]
    from_x = input_layer(x, params)
    from_a = np.empty((len(x), cell.width * n_a), from_x.dtype)
    cell.recurrent_projection(a_prev, params, from_a)
    a = np.empty((len(x), n_a), from_x.dtype)
    cell.step(from_x, from_a, a)
    return from_x, from_a, a


# --- Over time ------------------------------------------------------------------------------------


class Workspace:
    """Arrays that live on from one minibatch to the next, by name.

    Fresh arrays of megabytes cost more than the arithmetic on them: the operating system hands out
    each of their pages anew.
    """

    def __init__(self, dtype: Any = np.float32) -> None:
        self.dtype = np.dtype(dtype)
        self._flat: dict[str, Array] = {}

    def __call__(self, name: str, *shape: int) -> Array:
        """An uninitialised array of this shape, in the memory of the last one of this name."""
        size = math.prod(shape)
        flat = self._flat.get(name)
        if flat is None or flat.size < size:
            self._flat[name] = flat = np.empty(size + size // 4, self.dtype)
        return flat[:size].reshape(shape)


def hidden_states(tree: PrefixTree, params: Params, work: Workspace) -> Array:
    """The hidden state after every prefix of a tree, (N, n_a), level by level.

    The arrays that `backward` needs stay in `work`: "states" (initial states, then one row per
    node), "from_x" and "from_a".
    """
    cell, a0 = cell_of(params), np.atleast_2d(params["a0"])
    params = with_fast_transpose(params)
    (m, n_a), n = a0.shape, len(tree.x)
    states = work("states", m + n, n_a)
    states[:m] = a0
    a, above = states[m:], states[:m]
    from_x = input_layer(tree.x, params, out=work("from_x", n, cell.gates * n_a))
    from_a = work("from_a", n, cell.width * n_a)
    for rows, parents in zip(tree.levels, tree.n_parents, strict=True):
        handed_on = work("handed_on", parents, cell.width * n_a)
        cell.recurrent_projection(above[:parents], params, handed_on)
        handed_on.take(tree.parent[rows], axis=0, out=from_a[rows], mode="clip")
        above = a[rows]
        cell.step(from_x[rows], from_a[rows], above)
    return a


def log_predictions(tree: PrefixTree, params: Params, work: Workspace) -> Array:
    """The predictions log ŷ, in nats, for the character after every prefix of a tree: (N, n_y)."""
    a = hidden_states(tree, params, work)
    logits = output_layer(a, params, out=_by_column(work, "y_hat", tree.y.shape))
    return log_softmax(logits, out=logits)


def cross_entropy(y: Array, log_y_hat: Array) -> float:
    """− Σ y · log ŷ in nats, summed over rows: (N, n_y) twice to a number."""
    return -float(np.vdot(y.T, log_y_hat.T))


def _by_column(work: Workspace, name: str, shape: tuple[int, ...]) -> Array:
    """A buffer of this shape stored column after column: sums along its short rows then run along
    memory, several times as fast.
    """
    return work(name, *shape[::-1]).T


def loss_and_gradients(
    tree: PrefixTree, params: Params, work: Workspace, output_mask: Array | None = None
) -> tuple[float, dict[str, Array]]:
    """The cross-entropy of a tree's names and its gradient, by back-propagation through time.

    Args:
        tree: N nodes.
        params: the network.
        work: buffers, reused from call to call.
        output_mask: (N, n_a) factors on the hidden states on their way to the output layer
            (dropout), or None.

    Returns:
        loss: nats, summed over all characters of all names.
        gradients: an array for each parameter, of its shape: derivatives of that sum.
    """
    a = hidden_states(tree, params, work)
    to_output = (
        a if output_mask is None else np.multiply(a, output_mask, out=work("to_output", *a.shape))
    )
    logits = output_layer(to_output, params, out=_by_column(work, "y_hat", tree.y.shape))
    log_y_hat = log_softmax(logits, out=logits)
    loss = cross_entropy(tree.y, log_y_hat)

    d_logits = np.exp(log_y_hat, out=log_y_hat)
    d_logits *= tree.y.sum(axis=1, keepdims=True)
    d_logits -= tree.y
    gradients = output_layer_backward(d_logits, to_output)
    da = np.matmul(d_logits, params["Wya"], out=work("da", *a.shape))
    if output_mask is not None:
        da *= output_mask
    gradients.update(_backward_over_time(tree, params, work, a, da))
    return loss, gradients


def _backward_over_time(
    tree: PrefixTree, params: Params, work: Workspace, a: Array, da: Array
) -> dict[str, Array]:
    """Gradients of a0, Wax, Waa, ba and bn, from the last level to the first.

    `da` (N, n_a) holds what comes from the output layer; what comes from the level after is added
    on the way.
    """
    cell, n_a = cell_of(params), a.shape[1]
    d_initial = np.zeros_like(np.atleast_2d(params["a0"]))
    m = len(d_initial)
    states = work("states", m + len(a), n_a)
    from_x, from_a = (
        work("from_x", len(a), cell.gates * n_a),
        work("from_a", len(a), cell.width * n_a),
    )
    n_parents = tree.n_parents
    parents_end = np.cumsum(n_parents)
    d_handed_on = work("d_handed_on", int(parents_end[-1]), cell.width * n_a)

    for level in range(len(tree.levels) - 1, -1, -1):
        rows, parents = tree.levels[level], n_parents[level]
        _, d_from_a = cell.step_backward(da[rows], a[rows], from_x[rows], from_a[rows])
        d_parents = d_handed_on[parents_end[level] - parents : parents_end[level]]
        sum_siblings(d_from_a, tree.siblings[level], d_parents, work)
        above = da[tree.levels[level - 1]] if level else d_initial
        cell.recurrent_projection_backward(d_parents, params, above[:parents])

    # States that have a successor, in the order of d_handed_on.
    parent_states = states.take(
        tree.parent_rows(m), axis=0, out=work("parent_states", len(d_handed_on), n_a), mode="clip"
    )
    return {
        # By now, from_x holds its gradient, and the memory of from_a is free.
        **input_layer_backward(
            from_x, tree.x, params["Wax"].shape[1], work("from_a", *from_x.shape)
        ),
        **recurrent_layer_backward(d_handed_on, parent_states, params),
        "a0": d_initial.reshape(params["a0"].shape),
    }


def sum_siblings(d: Array, siblings: list[NDArray[np.intp]], out: Array, work: Workspace) -> None:
    """Adds up the rows of `d` that hang from one node: (m, k) to (number of parents, k); `siblings`
    as in `PrefixTree`.
    """
    d.take(siblings[0], axis=0, out=out, mode="clip")
    for rows in siblings[1:]:
        later = d.take(rows, axis=0, out=work("siblings", len(rows), d.shape[1]), mode="clip")
        out[: len(rows)] += later

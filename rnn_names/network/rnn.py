"""The recurrent network: parameters, cells, forward pass, loss, back-propagation through time.

New to this? `tests/support/plain_bptt.py` is the textbook's version: one name at a time, one line
per equation. This file computes the same numbers for thousands of names at once, and a test holds
the two equal. The notation is that of the courses, with one row per example:

    a⟨t⟩ = tanh(x⟨t⟩ Waxᵀ + a⟨t-1⟩ Waaᵀ + ba)          hidden state, (m, n_a)
    ŷ⟨t⟩ = softmax(a⟨t⟩ Wyaᵀ + by)                      prediction of the next character, (m, n_y)
    loss = − Σ y⟨t⟩ · log ŷ⟨t⟩                          categorical cross-entropy, in nats

Time steps are the levels of a prefix tree (`rnn_names.network.prefix_tree.PrefixTree`). Every node
is one distinct beginning of a name, and `parent` says which row of the level above it continues. A
textbook's batch is the tree in which each name has a branch of its own.

Two cells share everything but the step from one state to the next: the plain one above and the GRU.
Only a GRU has the parameter `bn`. The maths takes any float type: float32 for work, float64 for
gradient checks.

How arrays lie in memory. A step makes several numbers per hidden unit: the gates of a GRU, its
candidate, and so on. Each kind is a *block* of its own, so these arrays are (blocks, m, n_a). Then
element-wise work runs over one stretch of memory, which takes a third of the time or less of work
on every third stretch of n_a numbers.

Where intermediate results are. The backward pass starts from what the forward pass left in a
`Workspace`, which has an array for each name: asking for "kept" or "states" again, in the same
shape, returns the array as it was filled. Where an array is overwritten with something else, that
has a name of its own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rnn_names.arrays import stable_order, transposed
from rnn_names.network.blocks import block_product, diagonal_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rnn_names.network.prefix_tree import PrefixTree

    Array = NDArray[Any]
    Params = Mapping[str, Array]


# --- Cells ----------------------------------------------------------------------------------------


class StepWeights(NamedTuple):
    """The weights of a step, gate by gate and transposed, as the step wants them.

    Attributes:
        Wax: (gates, n_x, n_a)
        Waa: (gates, n_a, n_a)
        ba: (gates, 1, n_a)
        bounds: of the square blocks along the diagonal of Waa, as `diagonal_blocks` gives them.
        chosen: (gates, n_x, n_a) the rows that the integers of `input_layer` choose from: row i is
            row i of Wax + ba, and row 0 is ba alone.
        bn: (n_a,) of a GRU.
    """

    Wax: Array
    Waa: Array
    bounds: list[int]
    ba: Array
    chosen: Array
    bn: Array | None


class PlainCell:
    """a = tanh(from_x + p), with from_x = x Waxᵀ + ba and the recurrent projection p = a_prev Waaᵀ.

    Attributes:
        gates: rows of `Wax`, `Waa` and `ba` per hidden unit.
        halved: how many of the gates, the first ones, go through σ; `step_weights` halves their
            weights, since σ is computed from tanh (`GRUCell.step`).
        width: blocks of a recurrent projection, which is all that a step needs of the one before.
        blocks: blocks that a step keeps for the backward pass, first those of the projection.
        input_blocks: which of those hold the gradients of the gates' from_x after that pass.
    """

    gates = 1
    halved = 0
    width = 1
    blocks = 1
    input_blocks = (0,)

    @staticmethod
    def project(a: Array, weights: StepWeights, out: Array) -> list[Array]:
        """The recurrent projection of the states `a` (m, n_a): `width` blocks of that shape.

        `out` (gates, m, n_a) is overwritten.
        """
        block_product(a, weights.Waa, weights.bounds, out=out)
        return list(out)

    @staticmethod
    def step(from_x: Array, kept: Array, a: Array) -> None:
        """The new states `a` (m, n_a) from from_x (gates, m, n_a) and `kept` (blocks, m, n_a)."""
        np.add(kept[0], from_x[0], out=a)
        np.tanh(a, out=a)

    @staticmethod
    def step_backward(da: Array, a: Array, kept: Array, work: Workspace) -> None:
        """Puts gradients into `kept`, from that of `a`: dp = da ∘ (1 − a²).

        It is the gradient of from_x and of p alike, since a step only adds them up: the du of
        docs/how-it-works.md.
        """
        (dp,) = kept
        np.multiply(a, a, out=dp)
        np.subtract(1, dp, out=dp)
        dp *= da

    @staticmethod
    def project_backward(dp: Array, params: Params, da: Array, work: Workspace) -> None:
        """Adds to `da` (m, n_a) what the gradient of its projection (width, m, n_a) brings."""
        da += np.matmul(dp[0], params["Waa"], out=work("products", *da.shape))


class GRUCell:
    """The gated recurrent unit.

    It is that of Cho et al. 2014 (arXiv:1406.1078, section 2.3) in the form that PyTorch's `nn.GRU`
    computes. With the recurrent projections p_r = a_prev Urᵀ, p_z = a_prev Uzᵀ and
    p = a_prev Unᵀ + bn:

        r = σ(x Wrᵀ + br + p_r)                  reset gate
        z = σ(x Wzᵀ + bz + p_z)                  update gate
        c = tanh(x Wnᵀ + bc + r ∘ p)             candidate
        a = (1 − z) ∘ c + z ∘ a_prev

    `Wax` stacks Wr, Wz and Wn, `Waa` stacks Ur, Uz and Un, and `ba` stacks br, bz and bc. Only bn
    is an array of its own. The backward pass, from the gradient da of a, by the chain rule with
    σ' = σ(1 − σ) and tanh' = 1 − tanh²:

        w    = da ∘ (1 − z)
        dz   = w ∘ (a − c)                       since (a_prev − c) ∘ z = a − c
        dc   = w ∘ (1 − c²)
        dr   = dc ∘ p ∘ r ∘ (1 − r)
        dp   = dc ∘ r
        da_prev = da ∘ z + dr Ur + dz Uz + dp Un

    (dz, dc and dr are the gradients of what is inside σ and tanh.) The backward pass overwrites
    what a step keeps with gradients, block by block:

        block    before the step    after it    after the backward pass
        0        p_r                r           dr
        1        p_z                z           dz
        2        p                  p           dp
        3        a_prev             a_prev      carry = da ∘ z
        4                           c           dc

    So 0, 1 and 2 are the gradients of the projections p_r, p_z and p, and 0, 1 and 4 those of
    from_x. The carry is added to da_prev without a product.
    """

    gates = 3
    halved = 2
    width = 4
    blocks = 5
    input_blocks = (0, 1, 4)

    @staticmethod
    def project(a: Array, weights: StepWeights, out: Array) -> list[Array]:
        """The three projections of the states, and the states themselves as a fourth block."""
        block_product(a, weights.Waa, weights.bounds, out=out)
        out[2] += weights.bn
        return [*out, a]

    @staticmethod
    def step(from_x: Array, kept: Array, a: Array) -> None:
        """The equations of the class, with σ(u) = ½ + ½ tanh(½u); the weights have the inner ½."""
        gates = kept[:2]  # at first, their projections
        gates += from_x[:2]
        np.tanh(gates, out=gates)
        gates += 1
        gates *= 0.5
        r, z, p, a_prev, c = kept
        np.multiply(r, p, out=c)
        c += from_x[2]
        np.tanh(c, out=c)
        np.subtract(a_prev, c, out=a)  # a = c + z ∘ (a_prev − c)
        a *= z
        a += c

    @staticmethod
    def step_backward(da: Array, a: Array, kept: Array, work: Workspace) -> None:
        """Puts gradients into `kept`, by the equations and the table of the class.

        Each gradient takes the place of a value that is not needed any more.
        """
        r, z, p, _, c = kept
        dr, dz, dp, carry, dc = kept
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

    @staticmethod
    def project_backward(dp: Array, params: Params, da: Array, work: Workspace) -> None:
        """Adds to `da` (m, n_a) what the gradients dr, dz, dp and the carry bring."""
        m, n_a = da.shape
        U = params["Waa"].reshape(3, n_a, n_a)
        products = np.matmul(dp[:3], U, out=work("products", 3, m, n_a))
        da += dp[3]
        for product in products:
            da += product


Cell = type[PlainCell] | type[GRUCell]
CELLS: dict[str, Cell] = {"rnn": PlainCell, "gru": GRUCell}


def cell_of(params: Params) -> Cell:
    """The cell that parameters belong to."""
    return GRUCell if "bn" in params else PlainCell


def step_weights(params: Params) -> StepWeights:
    """The weights of a step, laid out for it; halved for the gates that go through σ."""
    cell, n_a = cell_of(params), params["Waa"].shape[1]
    by_gate = [params[name].reshape(cell.gates, n_a, -1) for name in ("Wax", "Waa", "ba")]
    Wax, Waa, ba = (transposed(array) for array in by_gate)
    for array in (Wax, Waa, ba):
        array[: cell.halved] *= 0.5
    chosen = Wax + ba
    chosen[:, :1] = ba  # as an input, 0 is not EOS but the zero row: nothing was read yet
    return StepWeights(Wax, Waa, diagonal_blocks(Waa), ba, chosen, params.get("bn"))


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
    """The logarithm of `softmax`, logits − log Σ exp(logits), along the last axis: (m, n_y).

    The logits may be of any size.
    """
    out = np.subtract(logits, logits.max(axis=-1, keepdims=True), out=out)
    out -= np.log(np.exp(out).sum(axis=-1, keepdims=True))
    return out


def softmax(logits: Array, out: Array | None = None) -> Array:
    """exp(logits) / Σ exp(logits) along the last axis: (m, n_y).

    The logits may be of any size.
    """
    out = np.subtract(logits, logits.max(axis=-1, keepdims=True), out=out)
    np.exp(out, out=out)
    out /= out.sum(axis=-1, keepdims=True)
    return out


def input_layer(x: Array, weights: StepWeights, out: Array | None = None) -> Array:
    """The layer x Waxᵀ + ba of each gate: (m, n_x) to (gates, m, n_a).

    `x` may also be (m,) integers: i stands for the one-hot row with a 1 in column i, and 0 for the
    zero row. The product is then a choice of rows.
    """
    if x.ndim == 1:
        # This mode lets take write to `out` without a copy.
        return weights.chosen.take(x, axis=1, out=out, mode="clip")
    from_x = np.matmul(x, weights.Wax, out=out)
    from_x += weights.ba
    return from_x


def input_layer_backward(d: Array, x: Array, n_x: int) -> dict[str, Array]:
    """Gradients of Wax and ba from that of the input layer, (gates, m, n_a); `x` in either form.

    Rows of an integer `x` are in rising order. Then column i of the gradient of Wax is the sum of
    a run of rows of `d`: those that chose i.
    """
    gates, _, n_a = d.shape
    if x.ndim == 2:
        return {"Wax": (d.transpose(0, 2, 1) @ x).reshape(-1, n_x), "ba": d.sum(axis=1).ravel()}
    by_choice = np.zeros((gates, n_x, n_a), d.dtype)
    counts = np.bincount(x, minlength=n_x)
    ends = np.cumsum(counts).tolist()
    for i in np.flatnonzero(counts).tolist():
        d[:, ends[i - 1] if i else 0 : ends[i]].sum(axis=1, out=by_choice[:, i])
    ba = by_choice.sum(axis=1)
    by_choice[:, 0] = 0
    return {"Wax": by_choice.transpose(0, 2, 1).reshape(-1, n_x), "ba": ba.ravel()}


def output_layer(a: Array, params: Params, out: Array | None = None) -> Array:
    """The logits a Wyaᵀ + by: (m, n_a) to (m, n_y)."""
    out = np.matmul(a, params["Wya"].T, out=out)
    out += params["by"]
    return out


def output_layer_backward(d_logits: Array, a: Array) -> dict[str, Array]:
    """Gradients of Wya and by from that of the logits, (m, n_y)."""
    return {"Wya": d_logits.T @ a, "by": d_logits.sum(axis=0)}


def recurrent_layer_backward(dp: Array, a_prev: Array, params: Params) -> dict[str, Array]:
    """Gradients of Waa, and of bn where there is one, from that of the projection of `a_prev`.

    `dp` is (width, m, n_a), and `a_prev` (m, n_a).
    """
    gates = cell_of(params).gates
    dWaa = np.matmul(dp[:gates].transpose(0, 2, 1), a_prev)
    gradients = {"Waa": dWaa.reshape(params["Waa"].shape)}
    if "bn" in params:
        gradients["bn"] = dp[2].sum(axis=0)
    return gradients


# --- One time step --------------------------------------------------------------------------------


def next_states(
    above: Array,
    parent: NDArray[np.intp],
    x: Array,
    cell: Cell,
    weights: StepWeights,
    kept: Array,
    work: Workspace,
    out: Array,
) -> None:
    """One time step: the states of m nodes from those of the p nodes that they hang from.

    A node that several hang from is projected once.

    Args:
        above: (p, n_a) states.
        parent: (m,) which of them each node continues.
        x: (m,) or (m, n_x) the nodes' inputs, as in `input_layer`.
        cell, weights: of the network.
        kept: (blocks, m, n_a) overwritten with what the backward pass needs, as the cell says.
        work: buffers.
        out: (m, n_a) overwritten with the new states.
    """
    n_a = above.shape[1]
    products = work("projection", cell.gates, len(above), n_a)
    # The cell itself fills what `kept` has beyond the blocks of the projection.
    for block, chosen in zip(cell.project(above, weights, products), kept, strict=False):
        block.take(parent, axis=0, out=chosen, mode="clip")
    from_x = input_layer(x, weights, out=work("from_x", cell.gates, len(parent), n_a))
    cell.step(from_x, kept, out)


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
    a, _ = _step(x, a_prev, params, Workspace(params["Waa"].dtype))
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
    cell, work = cell_of(params), Workspace(params["Waa"].dtype)
    a, kept = _step(x, a_prev, params, work)
    da_total = d_logits @ params["Wya"]
    if da is not None:
        da_total += da
    cell.step_backward(da_total, a, kept, work)
    dp, d_from_x = kept[: cell.width], kept[list(cell.input_blocks)]
    da_prev = np.zeros_like(a)
    cell.project_backward(dp, params, da_prev, work)
    Wax = params["Wax"].reshape(cell.gates, -1, x.shape[1])
    return {
        **output_layer_backward(d_logits, a),
        **input_layer_backward(d_from_x, x, x.shape[1]),
        **recurrent_layer_backward(dp, a_prev, params),
        "x": np.matmul(d_from_x, Wax).sum(axis=0),
        "a_prev": da_prev,
    }


def _step(x: Array, a_prev: Array, params: Params, work: Workspace) -> tuple[Array, Array]:
    """The states after one step, (m, n_a), and what it kept, (blocks, m, n_a)."""
    cell, (m, n_a) = cell_of(params), a_prev.shape
    kept, a = work("kept", cell.blocks, m, n_a), work("states", m, n_a)
    next_states(a_prev, np.arange(m), x, cell, step_weights(params), kept, work, out=a)
    return a, kept


# --- Over time ------------------------------------------------------------------------------------


class Workspace:
    """Arrays that live on from one minibatch to the next, by name.

    Fresh arrays of megabytes cost more than the arithmetic on them: the operating system hands out
    each of their pages anew.

    >>> work = Workspace()
    >>> work("kept", 2, 3)[:] = 7
    >>> work("kept", 2, 3)[0].tolist()  # the same array
    [7.0, 7.0, 7.0]
    """

    def __init__(self, dtype: Any = np.float32) -> None:
        self.dtype = np.dtype(dtype)
        self._flat: dict[str, Array] = {}

    def __call__(self, name: str, *shape: int) -> Array:
        """An array of this shape, in the memory of the last one of this name.

        It holds what that one held if that had the same shape, and anything if not.
        """
        size = math.prod(shape)
        flat = self._flat.get(name)
        if flat is None or flat.size < size:
            self._flat[name] = flat = np.empty(size + size // 4, self.dtype)
        return flat[:size].reshape(shape)


def hidden_states(tree: PrefixTree, params: Params, work: Workspace) -> Array:
    """The hidden state after every prefix of a tree, (N, n_a), level by level.

    What the backward pass needs stays in `work`: "states" (m + N, n_a), the m initial states and
    then a row per node, and "kept" (blocks, N, n_a), what the cell keeps of its steps. All names
    start from one initial state, a0; tests may give m of them, a0 (m, n_a).
    """
    cell, weights, a0 = cell_of(params), step_weights(params), np.atleast_2d(params["a0"])
    (m, n_a), n = a0.shape, len(tree.x)
    states = work("states", m + n, n_a)
    states[:m] = a0
    a, above, kept = states[m:], states[:m], work("kept", cell.blocks, n, n_a)
    for rows, parents in zip(tree.levels, tree.n_parents, strict=True):
        parent, x = tree.parent[rows], tree.x[rows]
        # Nodes that have children are the first of their level: the others need no projection.
        next_states(above[:parents], parent, x, cell, weights, kept[:, rows], work, out=a[rows])
        above = a[rows]
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
    """A buffer of this shape, stored column after column.

    Sums along its short rows then run along memory, several times as fast.
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
    d_logits *= tree.y.sum(axis=1, keepdims=True)  # n ŷ, for the n names that pass through a node
    d_logits -= tree.y  # n ŷ − y
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

    At first, `da` (N, n_a) holds what comes from the output layer. Before a level's turn, its
    children have added what comes from them.

    `work` holds what `hidden_states` left; "kept" is overwritten with gradients.
    """
    cell, (n, n_a) = cell_of(params), a.shape
    da0 = np.zeros_like(np.atleast_2d(params["a0"]))
    # The gradients of the projections of all nodes that have children: first a0's, for level 0,
    # then those that level 1 hangs from, and so on. Those for a level end at ends[level].
    ends = np.cumsum(tree.n_parents).tolist()
    dp = work("dp", cell.width, ends[-1], n_a)
    kept = work("kept", cell.blocks, n, n_a)  # as the forward pass filled it

    for level in range(len(tree.levels) - 1, -1, -1):
        rows, parents = tree.levels[level], tree.n_parents[level]
        cell.step_backward(da[rows], a[rows], kept[:, rows], work)
        d_parents = dp[:, ends[level] - parents : ends[level]]
        sum_siblings(kept[: cell.width, rows], tree.siblings[level], d_parents, work)
        above = da[tree.levels[level - 1]] if level else da0
        cell.project_backward(d_parents, params, above[:parents], work)

    m = len(da0)
    states = work("states", m + n, n_a)  # as the forward pass filled it
    parent_states = work("parent_states", ends[-1], n_a)
    states.take(tree.parent_rows(m), axis=0, out=parent_states, mode="clip")
    order = np.arange(n) if tree.x.ndim == 2 else stable_order(tree.x)
    d_from_x = work("d_from_x", cell.gates, n, n_a)
    for block, d in zip(cell.input_blocks, d_from_x, strict=True):
        kept[block].take(order, axis=0, out=d, mode="clip")
    return {
        **input_layer_backward(d_from_x, tree.x[order], params["Wax"].shape[1]),
        **recurrent_layer_backward(dp, parent_states, params),
        "a0": da0.reshape(params["a0"].shape),
    }


def sum_siblings(d: Array, siblings: list[NDArray[np.intp]], out: Array, work: Workspace) -> None:
    """Adds up, in each block, the rows of `d` that hang from one node.

    (blocks, m, n_a) to (blocks, parents, n_a), with `siblings` as in `PrefixTree`: the first
    children of all nodes, then the second children of those that have two, and so on.
    """
    first, *others = siblings
    for block, total in zip(d, out, strict=True):  # one by one, since take wants `out` in one piece
        block.take(first, axis=0, out=total, mode="clip")
    if not others:
        return
    rows = np.concatenate(others)
    later = work("later", len(d), len(rows), d.shape[2])
    for block, rest in zip(d, later, strict=True):
        block.take(rows, axis=0, out=rest, mode="clip")
    start = 0
    for each in others:  # from the second children on
        out[:, : len(each)] += later[:, start : start + len(each)]
        start += len(each)

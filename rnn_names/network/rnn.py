"""The recurrent network: forward pass, loss, back-propagation through time.

New to this? `tests/support/plain_bptt.py` is the textbook version: one name at a time, one line per
equation. This file computes the same numbers for thousands of names at once, and a test compares
the two. The notation is that of many courses, with one row per example:

    a⟨t⟩ = tanh(x⟨t⟩ Waxᵀ + a⟨t-1⟩ Waaᵀ + ba)          hidden state, (m, n_a)
    ŷ⟨t⟩ = softmax(a⟨t⟩ Wyaᵀ + by)                      prediction of the next character, (m, n_y)
    loss = − Σ y⟨t⟩ · log ŷ⟨t⟩                          categorical cross-entropy, in nats

This is a step of the plain cell; `rnn_names.network.cells` defines both cells. Time steps are the
levels of a prefix tree (`rnn_names.network.prefix_tree`). All functions accept any float type.
Large arrays belong to a `Workspace`, so the next call overwrites them.
"""

from __future__ import annotations  # else `np.random` is imported for a type, which takes 10 ms

import numpy as np

from rnn_names.arrays import Array, Workspace, ranges, row_maxima
from rnn_names.network.cells import CELLS, Params, StepWeights, block_product, cell_of, step_weights
from rnn_names.network.prefix_tree import PrefixTree

# --- Parameters -----------------------------------------------------------------------------------


def init_params(
    rng: np.random.Generator, n_y: int, n_a: int, cell: str = "rnn"
) -> dict[str, Array]:
    """Random parameters of a network with `n_y` symbols and `n_a` hidden units.

    Each gate's `Waa` is orthogonal, which preserves the size of signals over many steps (Saxe et
    al. 2013, arXiv:1312.6120). Inputs are one-hot, so `Wax` needs the large variance 1/2.
    """
    n_gates = CELLS[cell].n_gates
    orthogonal = [np.linalg.qr(rng.standard_normal((n_a, n_a)))[0] for _ in range(n_gates)]
    params = {
        "Wax": rng.standard_normal((n_gates * n_a, n_y)) * np.sqrt(0.5),
        "Waa": np.concatenate(orthogonal),
        "Wya": rng.standard_normal((n_y, n_a)) / np.sqrt(n_a),
        "ba": np.zeros(n_gates * n_a),
        "by": np.zeros(n_y),
        "a0": np.zeros(n_a),
    }
    if cell == "gru":
        params["bn"] = np.zeros(n_a)
    return {name: array.astype(np.float32) for name, array in params.items()}


def rows_per_batch(n_y: int) -> int:
    """Maximum names or prefixes per batch outside training; bounds the size of (N, n_y) arrays."""
    return max(4096 * 64 // max(n_y, 64), 64)


# --- Layers ---------------------------------------------------------------------------------------


def log_softmax(logits: Array, out: Array | None = None) -> Array:
    """The logarithm of `softmax`, logits − log Σ exp(logits), without overflow."""
    out = np.subtract(logits, row_maxima(logits), out=out)
    out -= np.log(np.exp(out).sum(axis=-1, keepdims=True))
    return out


def softmax(logits: Array, out: Array | None = None) -> Array:
    """exp(logits) / Σ exp(logits) along the last axis, without overflow."""
    out = np.subtract(logits, row_maxima(logits), out=out)
    np.exp(out, out=out)
    out /= out.sum(axis=-1, keepdims=True)
    return out


def input_layer_backward(d: Array, x: Array, n_x: int) -> dict[str, Array]:
    """Gradients of Wax and ba: sums of `d` (n_gates, m, n_a) for each input; `x` (m,) is sorted."""
    n_gates, _, n_a = d.shape
    by_character = np.zeros((n_gates, n_x, n_a), d.dtype)
    counts = np.bincount(x, minlength=n_x)
    ends = np.cumsum(counts).tolist()
    for i in np.flatnonzero(counts).tolist():
        d[:, ends[i - 1] if i else 0 : ends[i]].sum(axis=1, out=by_character[:, i])
    ba = by_character.sum(axis=1)
    by_character[:, 0] = 0  # input 0 is the zero vector of the first step, not a character
    return {"Wax": by_character.transpose(0, 2, 1).reshape(-1, n_x), "ba": ba.ravel()}


def output_layer(a: Array, params: Params, out: Array | None = None) -> Array:
    """The logits a Wyaᵀ + by: (m, n_a) to (m, n_y)."""
    out = np.matmul(a, params["Wya"].T, out=out)
    out += params["by"]
    return out


def next_states(
    parent_states: Array,
    parent: Array,
    x: Array,
    weights: StepWeights,
    work: Workspace,
    cache: Array | None = None,
    out: Array | None = None,
) -> Array:
    """One time step: the states of m nodes, (m, n_a), from their parents' states, (p, n_a).

    `parent` (m,) is the row of each node's parent in `parent_states`, and `x` (m,) its character.
    Writes states to `out` and the values for the backward pass to `cache` (n_blocks, m, n_a).
    """
    cell, m, (p, n_a) = weights.cell, len(parent), parent_states.shape
    cache = work("cache", cell.n_blocks, m, n_a) if cache is None else cache
    out = work("states", m, n_a) if out is None else out
    projections = work("projections", cell.n_gates, p, n_a)
    k = weights.Waa.shape[1]
    block_product(parent_states[:, :k], weights.Waa, weights.bounds, out=projections)
    if weights.bn is not None:
        projections[2] += weights.bn
    # With mode="clip", `take` writes to `out` without a copy.
    for block, out_block in zip([*projections, parent_states], cache, strict=False):
        block.take(parent, axis=0, out=out_block, mode="clip")
    from_x = work("from_x", cell.n_gates, m, n_a)
    weights.from_x.take(x, axis=1, out=from_x, mode="clip")
    cell.step(from_x, cache, out)
    return out


# --- Over time ------------------------------------------------------------------------------------


def hidden_states(tree: PrefixTree, params: Params, work: Workspace) -> Array:
    """The hidden state after every prefix of a tree: (N, n_a)."""
    return _forward(tree, params, work)[0][1:]


def _forward(tree: PrefixTree, params: Params, work: Workspace) -> tuple[Array, Array]:
    """The states, a0 and those after all prefixes: (1 + N, n_a); the caches: (n_blocks, N, n_a)."""
    weights, n, n_a = step_weights(params), len(tree.x), len(params["a0"])
    states = work("states", 1 + n, n_a)
    states[0] = params["a0"]
    a, parents, cache = states[1:], states[:1], work("cache", weights.cell.n_blocks, n, n_a)
    for rows, n_parents in zip(tree.levels, tree.n_parents, strict=True):
        parent, x = tree.parent[rows], tree.x[rows]
        # Parents are the first nodes of their level; the others need no projection.
        parents = next_states(
            parents[:n_parents], parent, x, weights, work, cache[:, rows], a[rows]
        )
    return states, cache


def log_predictions(tree: PrefixTree, params: Params, work: Workspace) -> Array:
    """The predictions log ŷ of the character after every prefix of a tree, in nats: (N, n_y)."""
    return _log_y_hat(hidden_states(tree, params, work), params, work)


def _log_y_hat(a: Array, params: Params, work: Workspace) -> Array:
    # Stored column by column, which makes sums along the short rows several times as fast.
    logits = output_layer(a, params, out=work("y_hat", len(params["by"]), len(a)).T)
    return log_softmax(logits, out=logits)


def cross_entropy(y: Array, log_y_hat: Array) -> float:
    """− Σ y · log ŷ, summed over all rows, in nats; both are (N, n_y)."""
    return -float(np.vdot(y.T, log_y_hat.T))


def loss_and_gradients(
    tree: PrefixTree, params: Params, work: Workspace, output_mask: Array | None = None
) -> tuple[float, dict[str, Array]]:
    """The cross-entropy of a tree's names and its gradients, by back-propagation through time.

    Both are in nats, summed over all characters of all names. For dropout, `output_mask` (N, n_a)
    multiplies the hidden states before the output layer, and Waa may have only k columns, for the
    first k units.
    """
    states, cache = _forward(tree, params, work)
    a = to_output = states[1:]
    if output_mask is not None:
        to_output = np.multiply(a, output_mask, out=work("to_output", *a.shape))
    log_y_hat = _log_y_hat(to_output, params, work)
    loss = cross_entropy(tree.y, log_y_hat)

    d_logits = np.exp(log_y_hat, out=log_y_hat)
    d_logits *= tree.y.sum(axis=1, keepdims=True)  # n ŷ, for the n names that pass through a node
    d_logits -= tree.y  # n ŷ − y
    gradients = {"Wya": d_logits.T @ to_output, "by": d_logits.sum(axis=0)}
    da = np.matmul(d_logits, params["Wya"], out=work("da", *a.shape))
    if output_mask is not None:
        da *= output_mask
    gradients.update(_backward_over_time(tree, params, work, states, cache, da))
    return loss, gradients


def _backward_over_time(
    tree: PrefixTree, params: Params, work: Workspace, states: Array, cache: Array, da: Array
) -> dict[str, Array]:
    """Gradients of a0, Wax, Waa, ba and bn, computed from the last level to the first.

    At first, `da` (N, n_a) contains the gradients from the output layer. Each level then adds to
    the gradients of its parents. Overwrites `cache`.
    """
    cell, a, (n, n_a) = cell_of(params), states[1:], da.shape
    da0 = np.zeros_like(params["a0"][None])
    # The gradients of the projections of all parents: first a0, the parent of level 0, then the
    # parents of level 1, and so on. The rows of a level's parents end at ends[level].
    ends = np.cumsum(tree.n_parents).tolist()
    dp = work("dp", cell.n_blocks_from_parent, ends[-1], n_a)
    U = params["Waa"].reshape(cell.n_gates, n_a, -1)  # (n_gates, n_a, k)
    k = U.shape[-1]

    for level in range(len(tree.levels) - 1, -1, -1):
        rows, n_parents = tree.levels[level], tree.n_parents[level]
        cell.step_backward(da[rows], a[rows], cache[:, rows], work)
        d_parents = dp[:, ends[level] - n_parents : ends[level]]
        sum_siblings(cache[: cell.n_blocks_from_parent, rows], tree.siblings[level], d_parents)
        da_parents = (da[tree.levels[level - 1]] if level else da0)[:n_parents]
        products = work("products", cell.n_gates, n_parents, k)
        np.matmul(d_parents[: cell.n_gates], U, out=products)
        for term in [*d_parents[cell.n_gates :], *products]:  # a GRU's carry, then by gate
            da_parents[:, : term.shape[1]] += term

    parent_states = work("parent_states", ends[-1], n_a)
    first_parents = np.array([0, *(1 + rows.start for rows in tree.levels[:-1])])
    parent_rows = ranges(first_parents, np.array(tree.n_parents))
    states.take(parent_rows, axis=0, out=parent_states, mode="clip")
    order = np.argsort(tree.x, kind="stable")
    d_from_x = work("d_from_x", cell.n_gates, n, n_a)
    for block, d in zip(cell.input_gradient_blocks, d_from_x, strict=True):
        cache[block].take(order, axis=0, out=d, mode="clip")
    gradients = input_layer_backward(d_from_x, tree.x[order], params["Wax"].shape[1])
    dWaa = np.matmul(dp[: cell.n_gates].transpose(0, 2, 1), parent_states[:, :k])
    gradients |= {"Waa": dWaa.reshape(params["Waa"].shape), "a0": da0[0]}
    if "bn" in params:
        gradients["bn"] = dp[2].sum(axis=0)
    return gradients


def sum_siblings(d: Array, siblings: list[Array], out: Array) -> None:
    """Sums the rows of each parent's children: (n_blocks, m, n_a) to (n_blocks, parents, n_a)."""
    first, *others = siblings
    for block, total in zip(d, out, strict=True):  # `take` needs a contiguous `out`
        block.take(first, axis=0, out=total, mode="clip")
    for rows in others:  # the second children, the third, …
        out[:, : len(rows)] += d[:, rows]

"""The network's loss and gradient from the equations: one name, one step at a time.

It shares nothing with the package, and is as plain as it can be: what the prefix tree computes has
to agree with it. A step may be of several names, one per row.
"""

import numpy as np


def loss_and_gradients(names, params):
    """The cross-entropy summed over all characters of all names, and its gradient.

    Names are lists of indices from 1; 0 ends a name.
    """
    gradients = {key: np.zeros_like(array) for key, array in params.items()}
    loss = sum(_add_name(name, params, gradients) for name in names)
    return loss, gradients


def log_prob(name, params):
    """Natural logarithm of the probability of one name, its end included."""
    _, losses = _forward(name, params)
    return -sum(losses)


def step(x, a_prev, params):
    """A time step: the state `a`, the prediction `y_hat`, and what the backward pass needs."""
    done = (_gru if "bn" in params else _plain)(x, a_prev, params)
    z = done["a"] @ params["Wya"].T + params["by"]
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return {**done, "y_hat": e / e.sum(axis=-1, keepdims=True)}


def _forward(name, params):
    one_hot = np.eye(len(params["by"]))
    xs, targets = [0 * one_hot[0], *one_hot[name]], [*name, 0]
    a, steps, losses = params["a0"], [], []
    for x, target in zip(xs, targets, strict=True):
        steps.append({**step(x, a, params), "x": x, "target": target})
        a = steps[-1]["a"]
        losses.append(-np.log(steps[-1]["y_hat"][target]))
    return steps, losses


def _add_name(name, params, gradients):
    backward = _gru_backward if "bn" in params else _plain_backward
    steps, losses = _forward(name, params)
    da_next = np.zeros_like(params["a0"])
    for done in reversed(steps):
        dz = done["y_hat"].copy()
        dz[done["target"]] -= 1
        gradients["Wya"] += np.outer(dz, done["a"])
        gradients["by"] += dz
        da_next = backward(params["Wya"].T @ dz + da_next, done, params, gradients)
    gradients["a0"] += da_next
    return sum(losses)


def _plain(x, a_prev, params):
    a = np.tanh(x @ params["Wax"].T + a_prev @ params["Waa"].T + params["ba"])
    return {"a": a, "a_prev": a_prev}


def _plain_backward(da, step, params, gradients):
    du = da * (1 - step["a"] ** 2)
    gradients["Wax"] += np.outer(du, step["x"])
    gradients["Waa"] += np.outer(du, step["a_prev"])
    gradients["ba"] += du
    return params["Waa"].T @ du


def _sigmoid(u):
    """1 / (1 + exp(−u)), whose exp would overflow where u is far below 0."""
    return (1 + np.tanh(u / 2)) / 2


def _gru(x, a_prev, params):
    wr, wz, wn = np.split(params["Wax"], 3)
    ur, uz, un = np.split(params["Waa"], 3)
    br, bz, bc = np.split(params["ba"], 3)
    r = _sigmoid(x @ wr.T + br + a_prev @ ur.T)
    z = _sigmoid(x @ wz.T + bz + a_prev @ uz.T)
    hidden = a_prev @ un.T + params["bn"]
    c = np.tanh(x @ wn.T + bc + r * hidden)
    a = (1 - z) * c + z * a_prev
    return {"a": a, "a_prev": a_prev, "r": r, "z": z, "c": c, "hidden": hidden}


def _gru_backward(da, step, params, gradients):
    r, z, c, a_prev = step["r"], step["z"], step["c"], step["a_prev"]
    dc = da * (1 - z) * (1 - c**2)
    dz = da * (a_prev - c) * z * (1 - z)
    dr = dc * step["hidden"] * r * (1 - r)
    from_x = np.concatenate([dr, dz, dc])
    from_a = np.concatenate([dr, dz, dc * r])
    gradients["Wax"] += np.outer(from_x, step["x"])
    gradients["ba"] += from_x
    gradients["Waa"] += np.outer(from_a, a_prev)
    gradients["bn"] += dc * r
    return da * z + params["Waa"].T @ from_a

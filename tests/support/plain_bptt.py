"""The network's loss and gradient from the equations: one name, one step at a time.

It shares nothing with the package, and is as plain as it can be: what the prefix tree computes has
to agree with it.
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


def _inputs_and_targets(name, n_y):
    one_hot = np.eye(n_y)
    return [np.zeros(n_y), *(one_hot[i] for i in name)], [*name, 0]


def _forward(name, params):
    forward = _gru if "bn" in params else _plain
    xs, targets = _inputs_and_targets(name, len(params["by"]))
    a, steps, losses = params["a0"], [], []
    for x, target in zip(xs, targets, strict=True):
        step = forward(x, a, params)
        a = step["a"]
        z = params["Wya"] @ a + params["by"]
        y_hat = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
        steps.append({**step, "x": x, "y_hat": y_hat, "target": target})
        losses.append(-np.log(y_hat[target]))
    return steps, losses


def _add_name(name, params, gradients):
    backward = _gru_backward if "bn" in params else _plain_backward
    steps, losses = _forward(name, params)
    da_next = np.zeros_like(params["a0"])
    for step in reversed(steps):
        dz = step["y_hat"].copy()
        dz[step["target"]] -= 1
        gradients["Wya"] += np.outer(dz, step["a"])
        gradients["by"] += dz
        da_next = backward(params["Wya"].T @ dz + da_next, step, params, gradients)
    gradients["a0"] += da_next
    return sum(losses)


def _plain(x, a_prev, params):
    a = np.tanh(params["Wax"] @ x + params["Waa"] @ a_prev + params["ba"])
    return {"a": a, "a_prev": a_prev}


def _plain_backward(da, step, params, gradients):
    du = da * (1 - step["a"] ** 2)
    gradients["Wax"] += np.outer(du, step["x"])
    gradients["Waa"] += np.outer(du, step["a_prev"])
    gradients["ba"] += du
    return params["Waa"].T @ du


def _gru(x, a_prev, params):
    wr, wz, wn = np.split(params["Wax"], 3)
    ur, uz, un = np.split(params["Waa"], 3)
    br, bz, bc = np.split(params["ba"], 3)
    r = 1 / (1 + np.exp(-(wr @ x + br + ur @ a_prev)))
    z = 1 / (1 + np.exp(-(wz @ x + bz + uz @ a_prev)))
    hidden = un @ a_prev + params["bn"]
    c = np.tanh(wn @ x + bc + r * hidden)
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

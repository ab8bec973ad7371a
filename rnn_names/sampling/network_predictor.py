"""Probabilities of the next character, after min-p, temperature, top-k and top-p."""

from typing import Any, Protocol

import numpy as np

from rnn_names.arrays import Array, Workspace, row_maxima
from rnn_names.network import rnn
from rnn_names.network.cells import Params, step_weights
from rnn_names.options import CommonOptions
from rnn_names.sampling.frontier import Children

# Hidden units, over all nodes that are computed together; at least MIN_NODES_AT_ONCE nodes.
# With fewer, threads wait more often; with more, states take more memory.
UNITS_AT_ONCE, MIN_NODES_AT_ONCE = 3 << 16, 1 << 9
# The maximum error of a sum of float32 probabilities, and thus of an edge in `choose`: three times
# what `tests/benchmarks/margin.py` measures. At a temperature T < 1, it is MARGIN / T.
MARGIN = 8e-6
RELATIVE_ERROR = 1e-4  # maximum relative error of one probability

Prediction = tuple[Array, Array | float]
"""Unnormalised probabilities of what follows each node, (n_y, nodes); maximum error of the sums."""


class Predictor(Protocol):
    """Predicts the next characters of a walk's names."""

    dtype: Any  # of the states
    n_y: int  # size of the vocabulary, EOS included
    nodes_at_once: int  # nodes whose states are computed together

    def next_probabilities(self, states: Array, work: Workspace) -> Prediction:
        """The probabilities after each state, and their margin."""

    def states_after(self, children: Children, work: Workspace) -> Array:
        """The states of nodes, one row each; the next call may overwrite them."""


class NetworkPredictor(Predictor):
    """Predicts the next character with a network, in float32 or float64."""

    def __init__(self, params: Params, options: CommonOptions, dtype: Any = np.float32) -> None:
        self.dtype = np.dtype(dtype)
        self.params = {name: array.astype(dtype, copy=False) for name, array in params.items()}
        self.weights = step_weights(self.params)
        self.n_y = len(params["by"])
        n_nodes = max(UNITS_AT_ONCE // len(self.params["a0"]), MIN_NODES_AT_ONCE)
        self.nodes_at_once = min(n_nodes, rnn.rows_per_batch(self.n_y))
        # The largest logit is subtracted from all, so a tiny temperature leaves it at 0 and makes
        # the others −∞. The limits are within the range of float32, 1e±38.
        self.temperature = min(max(options.temperature or 1, 1e-30), 1e30)
        self.log_min_p = np.log(options.min_p) if options.min_p else None
        self.top_k = options.top_k if (options.top_k or self.n_y) < self.n_y else None
        self.top_p = options.top_p if (options.top_p or 1) < 1 else None
        in_float32 = self.dtype == np.float32  # in float64, nothing counts as too close to call
        error = RELATIVE_ERROR if in_float32 else 0.0
        scale = max(1, 1 / self.temperature)
        self.margin = MARGIN * scale if in_float32 else 0.0
        self.relative_error, self.logit_error = error * scale, 2 * error  # of two logits

    def next_probabilities(self, states: Array, work: Workspace) -> Prediction:
        """The probabilities of the next character, (n_y, nodes), and their margin."""
        logits, close = self._logits(states, work)
        by_column = rnn.softmax(logits, out=logits).T
        probabilities = by_column.astype(np.float64)
        if self.top_p is not None:
            close |= _keep_top_p(probabilities, self.top_p, self.margin, self.relative_error)
        margin = np.where(close, np.inf, self.margin) if close.any() else self.margin
        return probabilities, margin

    def log_probabilities(self, states: Array, work: Workspace) -> Array:
        """The natural logarithms of the probabilities, (nodes, n_y), exact even for tiny ones."""
        logits, _ = self._logits(states, work)
        logs = rnn.log_softmax(logits.astype(np.float64))
        if self.top_p is not None:
            probabilities = np.exp(logs.T)
            _keep_top_p(probabilities, self.top_p, 0, 0)
            logs[probabilities.T == 0] = -np.inf
        return rnn.log_softmax(logs, out=logs)

    def _logits(self, states: Array, work: Workspace) -> tuple[Array, Array]:
        """Logits after min-p, temperature and top-k, (nodes, n_y); whether cuts are too close."""
        by_column = work("logits", self.n_y, len(states))
        logits = rnn.output_layer(states, self.params, out=by_column.T)
        close = np.zeros(len(states), bool)
        if self.temperature != 1 or self.log_min_p is not None:
            logits -= row_maxima(logits)
        if self.log_min_p is not None:
            close |= (np.abs(logits - self.log_min_p) < self.logit_error).any(axis=1)
            logits[logits < self.log_min_p] = -np.inf
        if self.temperature != 1:
            with np.errstate(over="ignore"):
                logits /= self.temperature
        if self.top_k is not None:  # also keeps any equal to the k-th
            kth, next_lower = -np.sort(-logits, axis=1).T[[self.top_k - 1, self.top_k]]
            close |= next_lower > kth - self.relative_error
            logits[logits < kth[:, None]] = -np.inf
        return logits, close

    def states_after(self, children: Children, work: Workspace) -> Array:
        """The hidden states of the nodes, (m, n_a), in an array of `work`."""
        return rnn.next_states(*children, self.weights, work)


def _keep_top_p(probabilities: Array, p: float, margin: float, relative_error: float) -> Array:
    """Keeps the largest values of each column that together reach the share p; others become 0.

    Also keeps any equal to the last one. Returns whether each column's cut is too close to call,
    given errors of up to `margin` in sums and up to `relative_error` in single probabilities.
    """
    descending = -np.sort(-probabilities, axis=0)  # (n_y, nodes)
    sums = np.cumsum(descending, axis=0)
    target = p * sums[-1]
    last = np.minimum((sums < target).sum(axis=0), len(sums) - 1)  # (nodes,) the last row kept
    is_close = (np.abs(sums - target) < margin).any(axis=0)
    columns = np.arange(len(last))
    last_kept = descending[last, columns]
    next_lower = np.pad(descending, ((0, 1), (0, 0)))[last + 1, columns]
    probabilities[probabilities < last_kept] = 0
    # A character of at most margin / 4 may be kept or cut wrongly, which moves an edge by at most
    # margin / 4. Rounding errors move it by at most margin / 3 (see `MARGIN`).
    is_near = last_kept - next_lower < relative_error * last_kept
    return is_close | (is_near & (last_kept > margin / 4))

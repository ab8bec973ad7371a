"""How long rivals take to a held-out loss: each is a contender in a process of its own.

They are of the size of ours, and trained as makemore trains its networks: one phase, AdamW with a
constant rate; and with dropout before the output layer, without which none gets far below 1.989 on
first names. Their names are those that our training with the same seed learns from, and they are
measured by the same held-out names, after each epoch as ours is. Measuring takes none of their
time, nor do compiling and the making of tensors.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from training_sides import TorchNetwork, Variant, tensors

from rnn_names.corpus.corpus import corpus_from_file
from rnn_names.corpus.names import Names
from rnn_names.training.batches import Batches
from rnn_names.training.settings import Settings
from rnn_names.training.setup import TrainingSetup

VARIANTS: tuple[Variant, ...] = (
    ("one-hot", "packed", 2, "float32"),
    ("embedding", "packed", 2, "float32"),
    ("embedding", "packed", 2, "bfloat16"),
)
"""The fastest of PyTorch's ways on the processors seen so far; a run takes the fastest here."""

WEIGHT_DECAY = 0.01
"""As makemore has it."""

BETAS = (0.9, 0.99)

DROPOUT = 0.25

PATIENCE = 4
"""Epochs without a lower held-out loss after which a run ends."""

TIMED_STEPS = 6
"""Steps by which the fastest way is found."""

Goals = tuple[float, ...]


class Rival:
    """A network to be trained, and the split of a list that our training makes with a seed."""

    by_length = False  # whether a minibatch has names of one length only

    def __init__(self, corpus: str, seed: int) -> None:
        """`corpus`: path of a name list."""
        run = TrainingSetup(corpus_from_file(corpus), Settings(seed=seed))
        self._vocabulary, self._seed = run.vocabulary, seed
        self._n_a, self._n_y = run.settings.hidden_size, len(run.vocabulary)
        self._learned, self._held_out = map(self._batches, (run.corpus.names, run.held_out))

    def _batches(self, names: Names) -> Batches:
        coded = Names(self._vocabulary.encode(names.codes), names.offsets)
        return Batches(coded, np.arange(len(coded)), len(self._vocabulary))

    def run(
        self, batch_size: int, learning_rate: float, goals: Goals, seconds: float
    ) -> tuple[list[float], float]:
        """Trains until the held-out loss is below all goals, but not longer than `seconds`.

        Returns:
            the seconds of all steps until each goal is passed, infinity for others; and the lowest
            loss.
        """
        rng = np.random.default_rng(self._seed)
        step, loss = self.begun(batch_size, learning_rate)
        spent, losses, passed = 0.0, [math.inf], [math.inf] * len(goals)
        while spent < seconds and len(losses) - np.argmin(losses) <= PATIENCE:
            for rows in self._minibatches(batch_size, rng):
                spent += step(rows)
            losses.append(loss())
            passed = [
                min(at, spent) if losses[-1] < goal else at
                for at, goal in zip(passed, goals, strict=True)
            ]
            if max(passed) < math.inf:
                break
        return passed, min(losses)

    def begun(
        self, batch_size: int, learning_rate: float
    ) -> tuple[Callable[[np.ndarray], float], Callable[[], float]]:
        """A new network: what trains it on a minibatch and gives the seconds; its held-out loss."""
        raise NotImplementedError

    def _minibatches(self, size: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
        if not self.by_length:
            yield from (rows for _, rows in self._learned.minibatches(size, rng))
            return
        lengths = self._learned.names.lengths
        order = rng.permutation(len(lengths))
        order = order[np.argsort(lengths[order], kind="stable")]
        borders = np.flatnonzero(np.diff(lengths[order])) + 1
        parts = [
            group[at : at + size]
            for group in np.split(order, borders)
            for at in range(0, len(group), size)
        ]
        yield from (parts[k] for k in rng.permutation(len(parts)))


class TorchRival(Rival):
    """`nn.GRU`, or `nn.LSTM` of as many parameters."""

    cell = "gru"

    def __init__(self, corpus: str, seed: int) -> None:
        """`corpus`: path of a name list."""
        super().__init__(corpus, seed)
        self._ways: dict[int, Variant] = {}  # the fastest one for minibatches of each size

    def begun(
        self, batch_size: int, learning_rate: float
    ) -> tuple[Callable[[np.ndarray], float], Callable[[], float]]:
        """See `Rival.begun`."""
        import torch

        if batch_size not in self._ways:
            self._ways[batch_size] = self._fastest(batch_size)
        variant = self._ways[batch_size]
        torch.manual_seed(self._seed)
        network = self._network(variant)
        network.adam = torch.optim.AdamW(
            network.params, learning_rate, BETAS, weight_decay=WEIGHT_DECAY, fused=True
        )

        def loss() -> float:
            network.dropout.eval()
            inputs, targets, _ = self._tensors(self._held_out, self._held_out.rows, variant)
            with torch.no_grad():
                value = float(network.loss(inputs, targets))
            network.dropout.train()
            return value

        def step(rows: np.ndarray) -> float:
            inputs, targets, _ = self._tensors(self._learned, rows, variant)
            return network.step(inputs, targets)

        return step, loss

    def _network(self, variant: Variant) -> TorchNetwork:
        return TorchNetwork(variant, self.cell, self._n_y, self._n_a, DROPOUT)

    def _fastest(self, batch_size: int) -> Variant:
        rng = np.random.default_rng(0)
        seconds = dict.fromkeys(VARIANTS, 0.0)
        for variant in VARIANTS:
            network, minibatches = self._network(variant), self._minibatches(batch_size, rng)
            for number, rows in zip(range(TIMED_STEPS), minibatches, strict=False):
                inputs, targets, _ = self._tensors(self._learned, rows, variant)
                seconds[variant] += network.step(inputs, targets) * (number > 1)
        return min(seconds, key=seconds.__getitem__)

    def _tensors(
        self, batches: Batches, rows: np.ndarray, variant: Variant
    ) -> tuple[Any, Any, int]:
        return tensors(*batches.names.padded(rows), batches.n_y, variant)


class LstmRival(TorchRival):
    """`nn.LSTM` of as many parameters as the GRU."""

    cell = "lstm"

    def __init__(self, corpus: str, seed: int) -> None:
        """`corpus`: path of a name list."""
        super().__init__(corpus, seed)
        n_y, n_a = self._n_y, self._n_a
        wanted = 3 * n_a * (n_a + n_y + 2) + n_y * n_a
        self._n_a = min(range(1, n_a), key=lambda n: abs(4 * n * (n + n_y + 2) + n_y * n - wanted))


class CompiledRival(Rival):
    """A GRU written out step by step, under `torch.compile`: nothing is padded."""

    def begun(
        self, batch_size: int, learning_rate: float
    ) -> tuple[Callable[[np.ndarray], float], Callable[[], float]]:
        """See `Rival.begun`."""
        import torch

        torch.manual_seed(self._seed)
        torch.set_num_threads(2)
        n_a, n_y = self._n_a, self._n_y
        layer, linear = torch.nn.GRUCell(n_y, n_a), torch.nn.Linear(n_a, n_y)
        dropout = torch.nn.Dropout(DROPOUT)
        params = [*layer.parameters(), *linear.parameters()]
        adam = torch.optim.AdamW(
            params, learning_rate, BETAS, weight_decay=WEIGHT_DECAY, fused=True
        )

        @torch.compile(dynamic=True)
        def cell(x: Any, a: Any) -> Any:
            i_r, i_z, i_n = (layer.weight_ih.T[x] + layer.bias_ih).chunk(3, 1)
            h_r, h_z, h_n = torch.addmm(layer.bias_hh, a, layer.weight_hh.T).chunk(3, 1)
            z = torch.sigmoid(i_z + h_z)
            return (1 - z) * torch.tanh(i_n + torch.sigmoid(i_r + h_r) * h_n) + z * a

        def loss_of(batches: Batches, rows: np.ndarray) -> Callable[[], Any]:
            codes, lengths = batches.names.padded(rows)
            order = np.argsort(-lengths, kind="stable")
            codes, lengths = codes[order].astype(np.int64), lengths[order]
            x = torch.from_numpy(np.pad(codes, ((0, 0), (1, 0))).T.copy())
            sizes = [int((lengths >= t).sum()) for t in range(len(x))]
            ends = np.pad(codes, ((0, 0), (0, 1))).T
            targets = np.concatenate([ends[t, :m] for t, m in enumerate(sizes)])
            wanted = torch.from_numpy(targets)

            def loss() -> Any:
                a, states = torch.zeros(sizes[0], n_a), []
                for t, m in enumerate(sizes):
                    a = cell(x[t, :m], a[:m])
                    states.append(a)
                logits = linear(dropout(torch.cat(states)))
                return torch.nn.functional.cross_entropy(logits, wanted)

            return loss

        def step(rows: np.ndarray) -> float:
            loss, began = loss_of(self._learned, rows), time.perf_counter()
            adam.zero_grad()
            loss().backward()
            torch.nn.utils.clip_grad_value_(params, 5.0)
            adam.step()
            return time.perf_counter() - began

        def held_out_loss() -> float:
            dropout.eval()
            with torch.no_grad():
                value = float(loss_of(self._held_out, self._held_out.rows)())
            dropout.train()
            return value

        held_out_loss()
        for rows in (np.arange(batch_size), np.arange(batch_size - 1)):  # compiles; weights stay
            loss_of(self._learned, rows)().backward()
        return step, held_out_loss


class JaxRival(Rival):
    """A GRU in JAX: `lax.scan` under `jit`, and minibatches of one length: nothing is padded."""

    by_length = True

    def begun(
        self, batch_size: int, learning_rate: float
    ) -> tuple[Callable[[np.ndarray], float], Callable[[], float]]:
        """See `Rival.begun`."""
        import jax
        import jax.numpy as jnp

        n_a, n_y = self._n_a, self._n_y
        rng, bound = np.random.default_rng(self._seed), 1 / math.sqrt(n_a)
        shapes = {"Wax": (n_y, 3 * n_a), "Waa": (n_a, 3 * n_a), "Wya": (n_a, n_y)}
        shapes |= {"ba": (3 * n_a,), "bn": (n_a,), "by": (n_y,)}
        drawn = {name: rng.uniform(-bound, bound, shape) for name, shape in shapes.items()}
        params = {name: jnp.asarray(array, jnp.float32) for name, array in drawn.items()}
        moments = [{name: jnp.zeros(shape) for name, shape in shapes.items()} for _ in range(2)]

        def loss(p: Any, codes: Any, weight: Any, key: Any, keep: float) -> Any:
            """The sum over (m, L) codes; `weight` is (m,), 0 for rows that fill a minibatch."""
            x = jnp.pad(codes, ((0, 0), (1, 0))).T
            targets = jnp.pad(codes, ((0, 0), (0, 1))).T

            def cell(a: Any, x_t: Any) -> tuple[Any, Any]:
                x_r, x_z, x_n = jnp.split(x_t, 3, 1)
                a_r, a_z, a_n = jnp.split(a @ p["Waa"], 3, 1)
                z = jax.nn.sigmoid(x_z + a_z)
                c = jnp.tanh(x_n + jax.nn.sigmoid(x_r + a_r) * (a_n + p["bn"]))
                a = (1 - z) * c + z * a
                return a, a

            _, a = jax.lax.scan(cell, jnp.zeros((codes.shape[0], n_a)), p["Wax"][x] + p["ba"])
            if keep < 1:
                a = a * jax.random.bernoulli(key, keep, a.shape) / keep
            log_p = jax.nn.log_softmax(a @ p["Wya"] + p["by"])
            return -(jnp.take_along_axis(log_p, targets[..., None], 2)[..., 0] * weight).sum()

        @jax.jit
        def update(p: Any, m: Any, v: Any, t: Any, codes: Any, weight: Any, key: Any) -> Any:
            n = weight.sum() * (codes.shape[1] + 1)
            gradient = jax.grad(lambda q: loss(q, codes, weight, key, 1 - DROPOUT) / n)(p)
            tree = jax.tree_util.tree_map
            gradient = tree(lambda g: jnp.clip(g, -5, 5), gradient)
            m = tree(lambda old, g: BETAS[0] * old + (1 - BETAS[0]) * g, m, gradient)
            v = tree(lambda old, g: BETAS[1] * old + (1 - BETAS[1]) * g * g, v, gradient)

            def moved(w: Any, first: Any, second: Any) -> Any:
                rise = first / (1 - BETAS[0] ** t)
                slope = rise / (jnp.sqrt(second / (1 - BETAS[1] ** t)) + 1e-8)
                return w - learning_rate * (slope + WEIGHT_DECAY * w)

            return tree(moved, p, m, v), m, v

        held_out = jax.jit(lambda p, codes, weight: loss(p, codes, weight, None, 1))
        state, keys = [params, *moments], iter(range(1 << 30))

        def filled(batches: Batches, rows: np.ndarray) -> tuple[Any, Any]:
            codes, _ = batches.names.padded(rows)
            weight = np.arange(batch_size) < len(rows)
            spare = batch_size - len(rows)
            return np.pad(codes.astype(np.int32), ((0, spare), (0, 0))), weight.astype(np.float32)

        def step(rows: np.ndarray) -> float:
            (codes, weight), number = filled(self._learned, rows), next(keys)
            given = (number + 1.0, codes, weight, jax.random.PRNGKey(number))
            began = time.perf_counter()
            state[:] = update(*state, *given)
            jax.block_until_ready(state)
            return time.perf_counter() - began

        def held_out_loss() -> float:
            batches, total = self._held_out, 0.0
            for length in np.unique(batches.names.lengths):
                same = np.flatnonzero(batches.names.lengths == length)
                for at in range(0, len(same), batch_size):
                    codes = filled(batches, same[at : at + batch_size])
                    total += float(held_out(state[0], *codes))
            return total / batches.characters

        lengths = self._learned.names.lengths
        for length in np.unique(lengths):  # compiles; nothing is kept
            codes, weight = filled(self._learned, np.flatnonzero(lengths == length)[:1])
            jax.block_until_ready(update(*state, 1.0, codes, weight, jax.random.PRNGKey(0)))
        return step, held_out_loss

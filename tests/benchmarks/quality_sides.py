"""How long a GRU in PyTorch takes to a held-out loss: a contender in a process of its own.

It is of the size of ours, and trained as makemore trains its networks: one phase, AdamW with a
constant rate, no dropout. Its names are those that our training with the same seed learns from, and
it is measured by the same held-out names, after each epoch as ours is.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from training_sides import TorchNetwork, Variant, tensors

from rnn_names.corpus.corpus import corpus_from_file
from rnn_names.corpus.names import Names
from rnn_names.network.prefix_tree import Batches
from rnn_names.training.run import Run
from rnn_names.training.settings import Settings

VARIANT: Variant = ("embedding", "packed", 2, "bfloat16")
"""The fastest of PyTorch's ways for minibatches of first names (RESULTS.md)."""

WEIGHT_DECAY = 0.01
"""As makemore has it."""

PATIENCE = 4
"""Epochs without a lower held-out loss after which a run ends."""


class TorchToQuality:
    """A GRU in PyTorch, and the split of a list that our training makes with a seed."""

    def __init__(self, corpus: str, seed: int) -> None:
        """`corpus`: path of a name list."""
        run = Run(corpus_from_file(corpus), Settings(seed=seed))
        self._vocabulary, self._seed = run.vocabulary, seed
        self._n_a = run.settings.hidden_size
        self._learned, self._held_out = map(self._batches, (run.corpus.names, run.held_out))

    def _batches(self, names: Names) -> Batches:
        coded = Names(self._vocabulary.encode(names.codes), names.offsets)
        return Batches(coded, np.arange(len(coded)), len(self._vocabulary))

    def run(
        self, batch_size: int, learning_rate: float, quality: float, seconds: float
    ) -> tuple[float, float]:
        """Trains until the held-out loss is below `quality`, but not longer than `seconds`.

        Returns:
            the seconds of all steps until then, infinity if it is not passed; and the lowest loss.
        """
        import torch

        torch.manual_seed(self._seed)
        rng = np.random.default_rng(self._seed)
        network = TorchNetwork(VARIANT, "gru", len(self._vocabulary), self._n_a)
        network.adam = torch.optim.AdamW(
            network.params, learning_rate, (0.9, 0.99), weight_decay=WEIGHT_DECAY
        )
        spent, losses = 0.0, [math.inf]
        while spent < seconds and len(losses) - np.argmin(losses) <= PATIENCE:
            for _, rows in self._learned.minibatches(batch_size, rng):
                inputs, targets, _ = self._tensors(self._learned, rows)
                spent += network.step(inputs, targets)
            losses.append(self._loss(network))
            if losses[-1] < quality:
                return spent, losses[-1]
        return math.inf, min(losses)

    def _loss(self, network: TorchNetwork) -> float:
        """Of all held-out names, in nats per character, in float32."""
        import torch

        inputs, targets, _ = self._tensors(self._held_out, self._held_out.rows)
        with torch.no_grad():
            return float(network.loss(inputs, targets))

    def _tensors(self, batches: Batches, rows: np.ndarray) -> tuple[Any, Any, int]:
        return tensors(*batches.names.padded(rows), batches.n_y, VARIANT)

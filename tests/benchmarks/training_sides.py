"""The two sides of the training rows, and the matrix products that bound both.

Each class is a contender in a process of its own.

Both sides train on the same minibatches with Adam, the mean cross-entropy per character, and
gradients clipped at ±5. PyTorch's tensors are made before its clock starts; ours runs through
everything that an epoch does, prefix trees included.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from rnn_names.arrays import Workspace
from rnn_names.corpus.corpus import corpus_from_file
from rnn_names.corpus.names import Names
from rnn_names.network import rnn
from rnn_names.network.cells import Params
from rnn_names.processes.helper import Helper
from rnn_names.system import usable_cores
from rnn_names.training import trainer as training
from rnn_names.training.batches import Batches
from rnn_names.training.gradients import PARTS, parts_for
from rnn_names.training.settings import Settings
from rnn_names.training.setup import TrainingSetup
from rnn_names.training.trainer import Trainer

EMBEDDING_SIZE = 24
"""Columns of PyTorch's embedding: a usual size for some dozens of characters."""

LEARNING_RATE = 0.004

MAX_SECONDS = 3.0
"""For a variant of PyTorch's in the round that finds its best."""


@dataclass(frozen=True)
class PlannedBatches(Batches):
    """Minibatches in an order that both sides know: that of the k-th epoch follows from k."""

    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1 << 30)))

    def minibatches(
        self, size: int, rng: np.random.Generator | None = None
    ) -> Iterator[tuple[float, np.ndarray]]:
        """As `Batches.minibatches`, with random numbers of its own."""
        yield from super().minibatches(size, np.random.default_rng([1, next(self.numbers)]))


def trainer_for(corpus: str, cell: str, n_a: int, batch_size: int) -> Trainer:
    """A trainer without what PyTorch's side lacks.

    That is dropout, held-out names, and distillation.
    """
    names = corpus_from_file(corpus)
    plain: dict[str, Any] = {
        "dropout": 0,
        "recurrent_dropout": 0,
        "held_out": 0,
        "distil_epochs": 0,
    }
    settings = Settings(
        cell=cell,
        hidden_size=n_a,
        batch_size=batch_size,
        epochs=200,
        learning_rate=LEARNING_RATE,
        **plain,
    )
    run = TrainingSetup(names, settings)
    run.batches = PlannedBatches(run.batches.names, run.batches.rows, run.batches.n_y)
    return Trainer(run)


def planned(trainer: Trainer, number: int) -> PlannedBatches:
    """The names that a trainer trains on, with the plan of one epoch."""
    names = Names(
        trainer.vocabulary.encode(trainer.corpus.names.codes), trainer.corpus.names.offsets
    )
    rows = np.repeat(np.arange(len(names)), trainer.corpus.counts)
    return PlannedBatches(names, rows, len(trainer.vocabulary), iter([number]))


class OurTraining:
    """`rnn_names.training.trainer.Trainer`, an epoch at a time."""

    def __init__(self, corpus: str, cell: str, n_a: int, batch_size: int) -> None:
        """Trains until the helper process has computed a gradient; `corpus`: path of a name list.

        Raises AssertionError if it does not come in 50 epochs.
        """
        made: list[Helper] = []

        class Recorded(Helper):
            def __init__(self, *arguments: Any, **named: Any) -> None:
                super().__init__(*arguments, **named)
                made.append(self)

        setattr(training, "Helper", Recorded)  # noqa: B010 - mypy: it is not exported
        self._trainer = trainer_for(corpus, cell, n_a, batch_size)
        self._epochs = self._trainer.epochs()
        in_two = parts_for(batch_size, len(self._trainer.model.params["Waa"])) == PARTS
        for _ in itertools.islice(self._epochs, 50):
            if made[0].calls_made_there or not in_two or usable_cores() < PARTS:
                return
        raise AssertionError("the helper process never came")

    def n_y(self) -> int:
        """Size of the vocabulary."""
        return len(self._trainer.vocabulary)

    def epoch(self) -> tuple[int, float]:
        """Characters of the next epoch, ends of names counted, and the seconds that it took."""
        began = time.perf_counter()
        record = next(self._epochs)
        return record.characters, time.perf_counter() - began

    def product_operations(self) -> float:
        """Floating-point operations of the matrix products per character, over some minibatches.

        They are those of `rnn_names.network.rnn`: projection, its way back, the gradient of Waa;
        output layer, its way back, the gradient of Wya. With the input layer, there is nothing to
        multiply.
        """
        trainer = self._trainer
        n_y, (rows, n_a) = self.n_y(), trainer.model.params["Waa"].shape
        operations = characters = 0
        batches, size = planned(trainer, 0), trainer.settings.batch_size
        for _, names in itertools.islice(batches.minibatches(size), 20):
            for tree in map(batches.tree, np.array_split(names, parts_for(size, rows))):
                operations += 6 * rows * n_a * sum(tree.n_parents) + 6 * len(tree.x) * n_a * n_y
                characters += tree.n_characters
        return operations / characters


Variant = tuple[str, str, int, str]
"""How to use PyTorch: input (one-hot, embedding), layout (packed, padded), threads,
precision (float32, or bfloat16 by autocast)."""


class TorchTraining:
    """The same training with `torch.nn.RNN` or `torch.nn.GRU`."""

    def __init__(self, corpus: str, cell: str, n_a: int, batch_size: int) -> None:
        """`corpus`: path of a name list. Checks that both sides compute the same loss."""
        self._trainer = trainer_for(corpus, cell, n_a, batch_size)
        self._batch_size, self._cell, self._n_a = batch_size, cell, n_a
        self._networks: dict[Variant, TorchNetwork] = {}
        self._check_loss()

    def rate(self, variant: Variant, n_batches: int) -> float:
        """Characters per second of one variant: the median over some minibatches.

        They are fewer if it is slow; two before them do not count.
        """
        network = self._network(variant)
        rates: list[float] = []
        began = time.perf_counter()
        for inputs, targets, n in self._tensors(variant, 0, n_batches + 2):
            rates.append(n / network.step(inputs, targets))
            if len(rates) > 3 and time.perf_counter() - began > MAX_SECONDS:
                break
        return float(np.median(rates[2:]))

    def epoch(self, variant: Variant, number: int, seconds: float) -> tuple[int, float]:
        """Characters of an epoch and the seconds that it took, without the making of tensors.

        It ends early after `seconds`. The network of a variant goes on from one call to the next.
        """
        import torch

        batches = self._tensors(variant, number)
        network = self._networks.setdefault(variant, self._network(variant))
        torch.set_num_threads(variant[2])
        characters, began = 0, time.perf_counter()
        for inputs, targets, n in batches:
            network.step(inputs, targets)
            characters += n
            if time.perf_counter() - began > seconds:
                break
        return characters, time.perf_counter() - began

    def _network(self, variant: Variant) -> TorchNetwork:
        return TorchNetwork(variant, self._cell, len(self._trainer.vocabulary), self._n_a)

    def _tensors(
        self, variant: Variant, number: int, at_most: int | None = None
    ) -> list[tuple[Any, Any, int]]:
        """The minibatches of an epoch as (inputs, targets, characters)."""
        batches = planned(self._trainer, number)
        epoch = itertools.islice(batches.minibatches(self._batch_size), at_most)
        return [tensors(*batches.names.padded(rows), batches.n_y, variant) for _, rows in epoch]

    def _check_loss(self) -> None:
        """Raises AssertionError unless a minibatch has the same loss on both sides.

        Both have the same weights.
        """
        params = self._trainer.model.params
        batches = planned(self._trainer, 0)
        _, rows = next(batches.minibatches(self._batch_size))
        tree = batches.tree(rows)
        loss, _ = rnn.loss_and_gradients(tree, params, Workspace())
        for layout in ("packed", "padded"):
            variant = ("one-hot", layout, 1, "float32")
            network = self._network(variant)
            network.load(params)
            inputs, targets, n = self._tensors(variant, 0, 1)[0]
            theirs = float(network.loss(inputs, targets).detach())
            assert n == tree.n_characters, (
                f"{n} characters on PyTorch's side, {tree.n_characters} on ours"
            )
            assert abs(theirs - loss / n) < 1e-4, (
                f"loss {theirs} on PyTorch's side, {loss / n} on ours"
            )


class TorchNetwork:
    """`nn.RNN`, `nn.GRU` or `nn.LSTM`, `nn.Linear`, perhaps `nn.Embedding`, and their optimizer."""

    def __init__(
        self, variant: Variant, cell: str, n_y: int, n_a: int, dropout: float = 0.0
    ) -> None:
        import torch

        inputs, _, threads, precision = variant
        self._autocast = torch.autocast(
            "cpu", dtype=torch.bfloat16, enabled=precision == "bfloat16"
        )
        torch.set_num_threads(threads)
        self.embedding = torch.nn.Embedding(n_y, EMBEDDING_SIZE) if inputs == "embedding" else None
        self.dropout = torch.nn.Dropout(dropout)
        recurrent = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[cell]
        self.rnn = recurrent(EMBEDDING_SIZE if self.embedding else n_y, n_a)
        self.linear = torch.nn.Linear(n_a, n_y)
        layers = torch.nn.ModuleList(filter(None, [self.embedding, self.rnn, self.linear]))
        self.params = list(layers.parameters())
        self.adam = torch.optim.Adam(self.params, lr=LEARNING_RATE, betas=(0.9, 0.99), fused=True)

    def load(self, params: Params) -> None:
        """Takes over the weights of a model."""
        import torch

        with torch.no_grad():
            self.rnn.bias_hh_l0.zero_()
            if "bn" in params:
                self.rnn.bias_hh_l0[-self.rnn.hidden_size :] = torch.from_numpy(
                    np.array(params["bn"])
                )
            for tensor, name in (
                (self.rnn.weight_ih_l0, "Wax"),
                (self.rnn.weight_hh_l0, "Waa"),
                (self.rnn.bias_ih_l0, "ba"),
                (self.linear.weight, "Wya"),
                (self.linear.bias, "by"),
            ):
                tensor.copy_(torch.from_numpy(np.array(params[name])))

    def loss(self, inputs: Any, targets: Any) -> Any:
        """The mean cross-entropy per character, in nats."""
        from torch.nn.functional import cross_entropy
        from torch.nn.utils.rnn import PackedSequence

        if not isinstance(inputs, PackedSequence):
            states, _ = self.rnn(inputs if self.embedding is None else self.embedding(inputs))
            return cross_entropy(self.linear(self.dropout(states)).flatten(0, 1), targets.flatten())
        if self.embedding is not None:
            inputs = PackedSequence(self.embedding(inputs.data), inputs.batch_sizes)
        states, _ = self.rnn(inputs)
        return cross_entropy(self.linear(self.dropout(states.data)), targets)

    def step(self, inputs: Any, targets: Any) -> float:
        """One training step; returns the seconds that it took."""
        import torch

        began = time.perf_counter()
        self.adam.zero_grad()
        with self._autocast:
            loss = self.loss(inputs, targets)
        loss.backward()
        torch.nn.utils.clip_grad_value_(self.params, 5.0)
        self.adam.step()
        return time.perf_counter() - began


NO_TARGET = -100
"""What `cross_entropy` leaves out."""


def tensors(
    codes: np.ndarray, lengths: np.ndarray, n_y: int, variant: Variant
) -> tuple[Any, Any, int]:
    """A minibatch for PyTorch: inputs, targets, and its number of characters.

    Names are ordered by falling length, time first.

    Args:
        codes: (m, L) indices, with 0 on the right.
        lengths: (m,) characters of each name.
        n_y: size of the vocabulary.
        variant: says in which form.
    """
    import torch
    from torch.nn.utils.rnn import pack_padded_sequence

    order = np.argsort(-lengths, kind="stable")
    codes, lengths = codes[order].astype(np.int64), lengths[order]
    ended = np.pad(codes, ((0, 0), (0, 1)))
    targets = np.where(np.arange(ended.shape[1]) <= lengths[:, None], ended, NO_TARGET).T.copy()
    inputs = torch.from_numpy(np.pad(codes, ((0, 0), (1, 0))).T.copy())
    if variant[0] == "one-hot":
        one_hot = torch.eye(n_y)
        one_hot[0] = 0
        inputs = one_hot[inputs]
    n = int((lengths + 1).sum())
    if variant[1] == "padded":
        return inputs, torch.from_numpy(targets), n
    sizes = torch.from_numpy(lengths + 1)
    return (
        pack_padded_sequence(inputs, sizes),
        pack_padded_sequence(torch.from_numpy(targets), sizes).data,
        n,
    )


class MatrixProducts:
    """The best float32 matrix-product rate on both cores, at the sizes of a training step."""

    def __init__(self, n_a: int, n_y: int) -> None:
        """Products with the recurrent weights, their gradient, and the output layer.

        They are over 256 to 4,096 rows.
        """
        rng = np.random.default_rng(0)
        shapes = [(m, n_a, n_a) for m in (256, 512, 1024, 2048, 4096)]
        shapes += [(n_a, m, n_a) for m in (1024, 4096)] + [(4096, n_a, n_y)]
        self._products = [
            tuple(
                rng.standard_normal(shape, dtype=np.float32) for shape in ((m, k), (k, n), (m, n))
            )
            for m, k, n in shapes
        ]

    def best_rate(self, seconds: float) -> float:
        """Floating-point operations per second, the highest over sizes and ways.

        All of it together takes `seconds`.
        """
        each = seconds / (3 * len(self._products))
        return max(
            way(product, each)
            for product in self._products
            for way in (_blas_threads, _own_threads, _torch_threads)
        )


def _operations(product: tuple[np.ndarray, ...]) -> int:
    return 2 * product[0].size * product[1].shape[1]


def _repeat(multiply: Callable[[], Any], seconds: float) -> float:
    """How often per second."""
    multiply()
    n, began = 0, time.perf_counter()
    while (passed := time.perf_counter() - began) < seconds:
        multiply()
        n += 1
    return n / passed


def _blas_threads(product: tuple[np.ndarray, ...], seconds: float) -> float:
    a, b, c = product
    with threadpool_limits(2, user_api="blas"):
        return _operations(product) * _repeat(lambda: np.matmul(a, b, out=c), seconds)


def _own_threads(product: tuple[np.ndarray, ...], seconds: float) -> float:
    a, b, c = product
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(2) as pool:
        rates = pool.map(
            lambda out: _repeat(lambda: np.matmul(a, b, out=out), seconds), (c, c.copy())
        )
        return _operations(product) * sum(rates)


def _torch_threads(product: tuple[np.ndarray, ...], seconds: float) -> float:
    import torch

    torch.set_num_threads(2)
    a, b, c = map(torch.from_numpy, product)
    return _operations(product) * _repeat(lambda: torch.mm(a, b, out=c), seconds)

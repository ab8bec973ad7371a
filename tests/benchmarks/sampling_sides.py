"""The sides of the sampling rows.

Each class is a contender in a process of its own, and writes lines of text to nowhere.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from rnn_names.corpus.names import Names
from rnn_names.model.model import Model
from rnn_names.options import RandomOptions
from rnn_names.sampling.stream import names_of_stream


class OurSampling:
    """`rnn_names.sampling.stream.names_of_stream`, as the command line uses it."""

    def __init__(self, model: str) -> None:
        """`model`: path of a model file."""
        self._model = Model.load(model)

    def rate(self, n: int, seed: int) -> float:
        """Names per second over `n` names."""
        began = time.perf_counter()
        with Path(os.devnull).open("wb") as file:
            for names in names_of_stream(self._model, n, RandomOptions(seed=seed)):
                file.write(names.to_lines())
        return n / (time.perf_counter() - began)


class Namemaker:
    """The namemaker package, order 3 (its default), used as its documentation shows."""

    def __init__(self, corpus: str) -> None:
        """`corpus`: path of a name list."""
        import namemaker

        self._names = namemaker.make_name_set(Path(corpus).read_text(encoding="utf-8").splitlines())

    def rate(self, n: int, seconds: float, bare: bool) -> float:
        """Names per second over `n` names, or as many as come in some seconds.

        `bare`: without its filters, which leave out known names and repeats and keep the better of
        two.
        """
        options: dict[str, Any] = {}
        if bare:
            options = {
                "exclude_real_names": False,
                "exclude_history": False,
                "add_to_history": False,
                "n_candidates": 1,
            }
        self._names.clear_history()
        make_name = self._names.make_name
        began = time.perf_counter()
        with Path(os.devnull).open("w", encoding="utf-8") as file:
            for made in range(1, n + 1):  # noqa: B007 - how far it came
                file.write(make_name(**options) + "\n")
                if time.perf_counter() - began > seconds:
                    break
        return made / (time.perf_counter() - began)


Variant = tuple[int, int, str, str]
"""How to use PyTorch: names drawn together, threads, how a character is drawn (see
`TorchSampling._draw`), and precision of the weights and states (float32 or bfloat16)."""


class TorchSampling:
    """A batched sampler of the same weights in PyTorch.

    Ended names leave the batch, and the input layer is a table of rows.
    """

    def __init__(self, model: str) -> None:
        """`model`: path of a model file whose cell is a GRU."""
        import torch

        loaded = Model.load(model)
        self._codes, self._longest = loaded.vocabulary.codes, int(loaded.training["longest"])
        self._weights = {}
        for precision in ("float32", "bfloat16"):
            kind = getattr(torch, precision)
            arrays = loaded.params.items()
            p = {name: torch.from_numpy(array.copy()).to(kind) for name, array in arrays}
            n_a = len(p["a0"])
            b_a = torch.cat([p["bn"].new_zeros(2 * n_a), p["bn"]])
            from_x = (p["Wax"].T + p["ba"]).contiguous()
            from_x[0] = p["ba"]
            to_next, to_output = p["Waa"].T.contiguous(), p["Wya"].T.contiguous()
            self._weights[precision] = (from_x, to_next, b_a, to_output, p["by"], p["a0"][None])

    def rate(self, n: int, seconds: float, variant: Variant, seed: int) -> float:
        """Names per second over `n` names, or as many as come in some seconds."""
        import torch

        size, threads, draw, precision = variant
        torch.set_num_threads(threads)
        torch.manual_seed(seed)
        made = 0
        began = time.perf_counter()
        with Path(os.devnull).open("wb") as file, torch.inference_mode():
            while made < n and time.perf_counter() - began < seconds:
                names = self._batch(min(size, n - made), draw, precision)
                file.write(names.to_lines())
                made += len(names)
        return made / (time.perf_counter() - began)

    def _batch(self, size: int, draw: str, precision: str) -> Names:
        """Names drawn together; those that would grow too long are left out."""
        import torch

        text = torch.zeros((self._longest + 1, size), dtype=torch.int64)
        going = torch.arange(size)
        from_x, to_next, b_a, to_output, by, a0 = self._weights[precision]
        a = self._step(a0, from_x[:1], to_next, b_a).expand(size, -1)
        for t in range(self._longest + 1):
            character = self._draw(torch.addmm(by, a, to_output).float(), draw)
            text[t, going] = character
            alive = character.nonzero().squeeze(1)
            if t == self._longest or not len(alive):
                break
            going = going[alive]
            a = self._step(a[alive], from_x[character[alive]], to_next, b_a)
        ended = text[:, (text[-1] == 0) & (text[0] != 0)].T.numpy()
        inside = ended != 0
        return Names(
            self._codes[ended[inside]], np.concatenate(([0], np.cumsum(inside.sum(axis=1))))
        )

    @staticmethod
    def _step(a: Any, from_x: Any, to_next: Any, b_a: Any) -> Any:
        """The states after one more character; the equations of `rnn_names.network.GRUCell`."""
        import torch

        n_a = a.shape[1]
        from_a = torch.addmm(b_a, a, to_next)
        gates = (from_x[:, : 2 * n_a] + from_a[:, : 2 * n_a]).sigmoid_()
        r, z = gates[:, :n_a], gates[:, n_a:]
        c = torch.addcmul(from_x[:, 2 * n_a :], r, from_a[:, 2 * n_a :]).tanh_()
        return torch.lerp(c, a.expand_as(c), z)

    @staticmethod
    def _draw(logits: Any, how: str) -> Any:
        """One character per row, in one of three ways.

        PyTorch's own multinomial, a race of exponential clocks, or the inverse of the distribution.
        """
        import torch

        p = torch.softmax(logits, dim=1)
        if how == "multinomial":
            return torch.multinomial(p, 1).squeeze(1)
        if how == "race":
            return p.div_(torch.empty_like(p).exponential_()).argmax(dim=1)
        edges = p.cumsum(dim=1)
        points = torch.rand((len(p), 1)) * edges[:, -1:]
        return (edges <= points).sum(dim=1).clamp_(max=p.shape[1] - 1)

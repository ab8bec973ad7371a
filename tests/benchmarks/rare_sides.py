"""The sides of the row about rare conditions; each is a contender in a process of its own."""

from __future__ import annotations

import time
from random import Random
from typing import Any

from rnn_names.conditions.options import Options
from rnn_names.model.model import Model
from rnn_names.processes.threads import one_blas_thread
from rnn_names.sampling.sampler import Sampler, meeting
from rnn_names.sampling.stream import sample


class RareSampling:
    """Names of bundled models under conditions."""

    def __init__(self, looks_ahead: bool) -> None:
        """Has loaded no model yet."""
        self._looks_ahead = looks_ahead
        self._models: dict[str, Model] = {}
        self._samplers: dict[str, Sampler] = {}

    def _sampler(self, model: str, options: dict[str, Any]) -> Sampler:
        """A sampler, all prepared: the seed makes no difference to that."""
        order = f"{model} {options}"
        if order not in self._samplers:
            sampler = Sampler(self._loaded(model), Options(**options))
            if self._looks_ahead:
                sampler.prepare_if_rare()
            self._samplers = {order: sampler}
        return self._samplers[order]

    def _loaded(self, model: str) -> Model:
        if model not in self._models:
            self._models[model] = Model.load(model)
        return self._models[model]

    def first(self, model: str, options: dict[str, Any], seed: int) -> float:
        """Seconds to the first 20 names."""
        loaded = self._loaded(model)
        began = time.perf_counter()
        found = sum(map(len, sample(loaded, 20, Options(seed=seed, **options))))
        assert found == 20
        return time.perf_counter() - began

    def rate(self, model: str, options: dict[str, Any], n: int, seconds: float, seed: int) -> float:
        """Names per second, preparation not counted, on one core: over `n` names or so long.

        Where no name comes in that time, as if one had.
        """
        with one_blas_thread():
            sampler, bits = self._sampler(model, options), Random(seed)
            began, found = time.perf_counter(), 0
            while found < n and time.perf_counter() - began < seconds:
                names = sampler.draw(sampler.largest_walk // 4, bits, sampler.look_ahead)
                found += len(meeting(sampler.conditions, names, {}))
            return max(found, 1) / (time.perf_counter() - began)

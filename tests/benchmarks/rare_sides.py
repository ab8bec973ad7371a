"""The sides of the row about rare conditions; each is a contender in a process of its own."""

from __future__ import annotations

import time
from random import Random
from typing import Any

from rnn_names.model.model import Model
from rnn_names.network.threads import one_blas_thread
from rnn_names.sampling.options import Options
from rnn_names.sampling.sampler import Sampler
from rnn_names.sampling.stream import sample
from rnn_names.sampling.tally import meeting


class RareSampling:
    """Names of bundled models under conditions."""

    def __init__(self, looks_ahead: bool) -> None:
        """Has loaded no model yet."""
        self._looks_ahead = looks_ahead
        self._models: dict[str, Model] = {}

    def _sampler(self, model: str, options: dict[str, Any]) -> Sampler:
        """A sampler, all prepared."""
        sampler = Sampler(self._loaded(model).language_model, Options(**options))
        if self._looks_ahead:
            sampler.look_ahead()
            if sampler.preparation is not None:
                sampler.preparation.after(99)
        return sampler

    def _loaded(self, model: str) -> Model:
        if model not in self._models:
            self._models[model] = Model.load(model)
        return self._models[model]

    def first(self, model: str, options: dict[str, Any], seed: int) -> float:
        """Seconds to the first 20 names."""
        language_model = self._loaded(model).language_model
        began = time.perf_counter()
        found = sum(map(len, sample(language_model, 20, Options(seed=seed, **options))))
        assert found == 20
        return time.perf_counter() - began

    def rate(self, model: str, options: dict[str, Any], n: int, seed: int) -> float:
        """Names per second over `n` names, without preparation, on one core."""
        with one_blas_thread():
            sampler = self._sampler(model, options)
            return _rate(sampler, Random(seed), n, 0.0)

    def rate_within(self, model: str, options: dict[str, Any], seconds: float, seed: int) -> float:
        """The same over so many seconds, or longer, until one is found."""
        with one_blas_thread():
            return _rate(self._sampler(model, options), Random(seed), 1, seconds)


def _rate(sampler: Sampler, bits: Random, n: int, seconds: float) -> float:
    """Names per second of a sampler: at least `n` names and at least so long."""
    prepared = sampler.prepared(99)
    look_ahead = prepared.look_ahead if prepared else None
    began, found = time.perf_counter(), 0
    while found < n or time.perf_counter() - began < seconds:
        names = sampler.draw(sampler.largest_block // 4, bits, look_ahead)
        found += len(meeting(sampler.conditions, names, {}))
    return found / (time.perf_counter() - began)

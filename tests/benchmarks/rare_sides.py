"""The sides of the row about rare conditions; each is a contender in a process of its own."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from rnn_names.model.model import Model
from rnn_names.options import RandomOptions
from rnn_names.processes.threads import one_blas_thread
from rnn_names.sampling.attempts import DEFAULT_BUDGET
from rnn_names.sampling.guided import GuidedDrawer
from rnn_names.sampling.name_groups import GROUP_SIZE, MAX_PROPOSALS, NameGroups
from rnn_names.sampling.random_keys import keys_at, seed_key
from rnn_names.sampling.rarity import guided_drawer_if_rare
from rnn_names.sampling.sampler import Sampler
from rnn_names.sampling.stream import names_of_stream


class RareSampling:
    """Names of bundled models under conditions."""

    def __init__(self, looks_ahead: bool) -> None:
        """Has loaded no model yet."""
        self._looks_ahead = looks_ahead
        self._models: dict[str, Model] = {}
        self._ready: dict[str, tuple[Sampler, GuidedDrawer | None]] = {}

    def _sampler(self, model: str, options: dict[str, Any]) -> tuple[Sampler, GuidedDrawer | None]:
        """A sampler, and what looks ahead for it: the seed makes no difference to that."""
        order = f"{model} {options}"
        if order not in self._ready:
            sampler = Sampler(self._loaded(model), RandomOptions(**options))
            guided = guided_drawer_if_rare(sampler) if self._looks_ahead else None
            self._ready = {order: (sampler, guided)}
        return self._ready[order]

    def _loaded(self, model: str) -> Model:
        if model not in self._models:
            self._models[model] = Model.load(model)
        return self._models[model]

    def first(self, model: str, options: dict[str, Any], seed: int) -> float:
        """Seconds to the first 20 names."""
        loaded = self._loaded(model)
        began = time.perf_counter()
        found = sum(map(len, names_of_stream(loaded, 20, RandomOptions(seed=seed, **options))))
        assert found == 20
        return time.perf_counter() - began

    def rate(self, model: str, options: dict[str, Any], n: int, seconds: float, seed: int) -> float:
        """Names per second, preparation not counted, on one core: over `n` names or so long.

        Where no name comes in that time, as if one had.
        """
        with one_blas_thread():
            sampler, guided = self._sampler(model, options)
            size = sampler.largest_batch // 4
            if guided:  # in groups, as many as `NameGroups.names` draws at most
                size = max(int(MAX_PROPOSALS * guided.guide.yield_rate) // GROUP_SIZE, 1)
                groups = NameGroups(sampler, guided, seed_key(seed), DEFAULT_BUDGET)
            key, began, begun, found = seed_key(seed), time.perf_counter(), 0, 0
            while found < n and time.perf_counter() - began < seconds:
                numbers = begun + np.arange(size)
                if guided:
                    found += len(groups.names_of_groups(numbers)[0])
                else:
                    found += len(sampler.draw_tested(keys_at(key, numbers))[0])
                begun += size
            return max(found, 1) / (time.perf_counter() - began)

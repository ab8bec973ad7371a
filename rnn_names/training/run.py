"""A run before its first epoch: what it learns from, and what its networks start from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle, islice
from typing import Any

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.corpus import Corpus
from rnn_names.corpus.fingerprints import fingerprints, union
from rnn_names.corpus.names import Names, Vocabulary
from rnn_names.corpus.shape import known_triples, pairs_of
from rnn_names.model.model import Model
from rnn_names.model.sources import of_starts
from rnn_names.network.prefix_tree import Batches
from rnn_names.training.settings import Settings
from rnn_names.training.warm_start import Closest, first_weights, settings_for

SPLIT, WEIGHTS, EPOCH, SYNTHETIC_NAMES, TEACHER = range(5)
"""Uses of random numbers. Each has its own generator, seeded with the run's seed, the use, and the
network or epoch; dropout adds the part of the minibatch and the step. So a run can resume after any
epoch."""


class Run:
    """What a training works with. Nothing of it changes from epoch to epoch.

    The networks start from `init`, to which characters of the list are added, or in turn from the
    bundled models `starts`, of which only characters of the list stay. The loss is measured on the
    names `held_out`, by default some of the corpus.
    """

    def __init__(
        self,
        corpus: Corpus,
        settings: Settings,
        init: Model | None = None,
        held_out: Names | None = None,
        starts: Sequence[Closest] = (),
    ) -> None:
        self._models: list[Model | None] = [start.model for start in starts] or [init]
        self.is_started = bool(starts)
        settings = settings_for(self._models[0], settings)
        if held_out is not None:  # no stage learns them
            settings = replace(settings, all_names=False)
        self.settings = settings.resolved(corpus, self.is_started)

        # The names to learn and to measure by; counts are those of the latter, if the list has any.
        learned, self.held_out_counts = corpus, None
        if held_out is None:
            known_to = [start.model.knows(corpus.names) for start in starts]
            known = np.any(known_to, axis=0) if starts else None
            learned, aside = corpus.split(self.settings.held_out, self.generator(SPLIT), known)
            held_out, self.held_out_counts = aside.names, aside.counts if aside.has_counts else None
        self.corpus, self.held_out = learned, held_out

        # What is saved beside weights: the record of the list, fingerprints and sources.
        names = Names.concatenate([learned.names, held_out])
        vocabulary = Vocabulary.of(names)
        self.record = _list_record(learned, held_out, names, vocabulary)
        prints, listed = np.unique(fingerprints(names)), None
        if init is not None:
            vocabulary = init.vocabulary.union(vocabulary)
            if init.fingerprints is not None:
                prints, listed = union(init.fingerprints, prints), prints
        sources = of_starts(model.sources for model in self._models if model is not None)
        self.attributes = dict[str, Any](fingerprints=prints, listed=listed, sources=sources)

        # The names as indices, for the networks and for distillation.
        self.vocabulary, all_names = vocabulary, self.settings.all_names
        self.batches = Batches.of(learned, vocabulary)
        self.distilled_from = Batches.of(corpus if all_names else learned, vocabulary)

    def generator(self, *use: int) -> np.random.Generator:
        """The random numbers of a use."""
        return np.random.default_rng([self.settings.seed, *use])

    def first_weights(self) -> list[dict[str, Array]]:
        """What each network starts from."""
        models = islice(cycle(self._models), self.settings.teacher_networks)
        return [
            first_weights(self.generator(WEIGHTS, number), self.settings, self.vocabulary, model)
            for number, model in enumerate(models)
        ]


def _list_record(
    learned: Corpus, held_out: Names, names: Names, vocabulary: Vocabulary
) -> dict[str, Any]:
    beginnings = map(chr, np.unique(names.codes[names.offsets[:-1]]))
    return {
        "lists": list(learned.lists),
        "names": learned.n_lines,
        "distinct_names": len(learned),
        "held_out_names": len(held_out),
        "longest": int(names.lengths.max()),
        "shortest": int(names.lengths.min()),
        "lower_case_beginnings": any(map(str.islower, beginnings)),
        "pairs": pairs_of(names, vocabulary),
        "known_triples": known_triples(names, vocabulary),
    }

"""A run before its first epoch: what it learns from, and what its networks start from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from rnn_names.training.settings import ResolvedSettings, Settings
from rnn_names.training.warm_start import Closest, first_weights, settings_for

SPLIT, WEIGHTS, EPOCH, SYNTHETIC_NAMES, TEACHER = range(5)
"""Uses of random numbers. Each has its own generator, seeded with the run's seed, the use, and the
network or epoch; dropout adds the part of the minibatch and the step. So a run can resume after any
epoch."""


@dataclass(frozen=True)
class Run:
    """What a training works with; nothing of it changes from epoch to epoch."""

    settings: ResolvedSettings
    corpus: Corpus  # what the networks learn from
    batches: Batches  # the same, as indices
    distilled_from: Batches  # what distillation learns from: with `all_names`, `held_out`, too
    held_out: Names  # what the held-out loss is measured on
    held_out_counts: Array | None  # how often the list has each, if it counts names
    vocabulary: Vocabulary
    initial_models: Sequence[Model | None]  # the networks start from these in turn; None: at random
    is_started: bool  # whether these are bundled models, of which only characters of the list stay
    record: dict[str, Any]  # what a model's record of its training says of the list
    attributes: dict[str, Any]  # of every model of the run: fingerprints, sources

    @classmethod
    def of(
        cls,
        corpus: Corpus,
        settings: Settings,
        init: Model | None = None,
        held_out: Names | None = None,
        starts: Sequence[Closest] = (),
    ) -> Run:
        """Prepares a run on one list.

        The networks start from `init`, to which characters of the list are added, or in turn from
        the bundled models `starts`. The loss is measured on the names `held_out`, by default some
        of the corpus.
        """
        models: list[Model | None] = [start.model for start in starts] or [init]
        settings = settings_for(models[0], settings)
        if held_out is not None:  # no stage learns them
            settings = replace(settings, all_names=False)
        resolved = settings.resolved(corpus, started=bool(starts))
        learned, counts = corpus, None
        if held_out is None:
            learned_before = [start.model.knows(corpus.names) for start in starts]
            known = np.any(learned_before, axis=0) if starts else None
            rng = np.random.default_rng([resolved.seed, SPLIT])
            learned, aside = corpus.split(resolved.held_out, rng, known)
            held_out, counts = aside.names, aside.counts if aside.has_counts else None
        names = Names.concatenate([learned.names, held_out])
        vocabulary = Vocabulary.of(names)
        record = _list_record(learned, held_out, names, vocabulary)
        prints, listed = np.unique(fingerprints(names)), None
        if init is not None:
            vocabulary = init.vocabulary.union(vocabulary)
            if init.fingerprints is not None:
                prints, listed = union(init.fingerprints, prints), prints
        sources = of_starts(model.sources for model in models if model is not None)
        return cls(
            settings=resolved,
            corpus=learned,
            batches=Batches.of(learned, vocabulary),
            distilled_from=Batches.of(corpus if resolved.all_names else learned, vocabulary),
            held_out=held_out,
            held_out_counts=counts,
            vocabulary=vocabulary,
            initial_models=models,
            is_started=bool(starts),
            record=record,
            attributes={"fingerprints": prints, "listed": listed, "sources": sources},
        )

    def generator(self, *use: int) -> np.random.Generator:
        """The random numbers of a use."""
        return np.random.default_rng([self.settings.seed, *use])

    def first_weights(self) -> list[dict[str, Array]]:
        """What each network starts from."""
        models = islice(cycle(self.initial_models), self.settings.teacher_networks)
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

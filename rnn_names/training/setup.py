"""The setup of a training run: the names it learns from and its first weights."""

from dataclasses import replace
from typing import Any

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.corpus import Corpus
from rnn_names.corpus.fingerprints import fingerprint, union
from rnn_names.corpus.names import Names, Vocabulary
from rnn_names.corpus.shape import known_triples, odd_pairs
from rnn_names.errors import TrainingError
from rnn_names.model.bundled import marked_as_start
from rnn_names.model.model import Model
from rnn_names.network import rnn
from rnn_names.training.batches import Batches
from rnn_names.training.settings import SHORT_LIST, Settings

# Uses of random numbers. Each has a separate generator, seeded with the run's seed, the use and, in
# FOR_EPOCH, the number of the epoch, so that a run can resume after any epoch.
FOR_SPLIT, FOR_WEIGHTS, FOR_EPOCH, FOR_SYNTHETIC_NAMES, FOR_TEACHER = range(5)


class TrainingSetup:
    """The part of a training run that does not change from epoch to epoch."""

    def __init__(self, corpus: Corpus, settings: Settings, init: Model | None = None) -> None:
        self.init = init
        self.is_warm_start = init is not None and len(corpus) < SHORT_LIST
        self.settings = settings_for(init, settings).resolved(len(corpus), self.is_warm_start)

        # Training and held-out names; `held_out_counts` is None if the list has no counts.
        self.corpus, held_out = corpus.split(self.settings.held_out, self.generator(FOR_SPLIT))
        self.held_out = held_out.names
        self.held_out_counts = held_out.counts if held_out.has_counts else None

        # Saved with the weights: facts about the list, fingerprints and sources.
        names = Names.concatenate([self.corpus.names, self.held_out])
        vocabulary = Vocabulary.from_names(names)
        beginnings = map(chr, np.unique(names.codes[names.offsets[:-1]]))
        self.list_facts: dict[str, Any] = {
            "lists": list(corpus.lists),
            "names": self.corpus.n_lines,
            "distinct_names": len(self.corpus),
            "held_out_names": len(self.held_out),
            "longest": int(names.lengths.max()),
            "shortest": int(names.lengths.min()),
            "lower_case_beginnings": any(map(str.islower, beginnings)),
            "pairs": odd_pairs(names, vocabulary),
            "known_triples": known_triples(names, vocabulary),
        }
        fingerprints, own_list = np.unique(fingerprint(names)), None
        if init is not None:
            vocabulary = init.vocabulary.union(vocabulary)
            if init.fingerprints is not None:
                fingerprints, own_list = union(init.fingerprints, fingerprints), fingerprints
        sources = marked_as_start(init.sources if init is not None else ())
        self.model_fields = dict[str, Any](
            fingerprints=fingerprints, own_list_fingerprints=own_list, sources=sources
        )

        self.vocabulary = vocabulary
        self.batches = Batches.from_corpus(self.corpus, vocabulary)

    def generator(self, *use: int) -> np.random.Generator:
        """The random number generator for a use."""
        return np.random.default_rng([self.settings.seed, *use])

    def first_weights(self) -> dict[str, Array]:
        """Random weights, replaced by the weights of `init` as far as it has them."""
        settings, vocabulary = self.settings, self.vocabulary
        rng = self.generator(FOR_WEIGHTS, 0)  # 0: earlier versions had several networks
        params = rnn.init_params(rng, len(vocabulary), settings.hidden_size, settings.cell)
        if self.init is not None:
            known = vocabulary.indices_of(self.init.vocabulary)
            rows: Any = {"Wax": (slice(None), known), "Wya": known, "by": known}
            for name, array in self.init.params.items():
                params[name][rows.get(name, ...)] = array
        return params


def settings_for(init: Model | None, settings: Settings) -> Settings:
    """The settings, with the cell and the size of the initial model if there is one."""
    if init is None:
        return settings
    for name, fixed in (("cell", init.cell), ("hidden_size", init.hidden_size)):
        value = getattr(settings, name)
        if value not in (None, fixed):
            message = f"{name} {value}: the initial model has {fixed}; leave this setting out"
            raise TrainingError(message, settings=[name])
    return replace(settings, cell=init.cell, hidden_size=init.hidden_size)

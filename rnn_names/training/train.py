"""Training in one call."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any, Literal

from rnn_names.corpus.corpus import Corpus, corpus_from_file, corpus_from_strings
from rnn_names.errors import TrainingError, shortened
from rnn_names.model.bundled import CLOSEST
from rnn_names.model.model import Model
from rnn_names.training.settings import Settings
from rnn_names.training.trainer import Trainer
from rnn_names.training.warm_start import closest_model

_FIELDS = frozenset(field.name for field in fields(Settings))


def train(
    names: Iterable[str] | Mapping[str, int] | str | os.PathLike[str] | Corpus,
    settings: Settings | None = None,
    init: Model | Literal["closest"] | None = None,
    *,
    cell: str | None = None,
    hidden_size: int | None = None,
    epochs: int | None = None,
    distil_epochs: int | None = None,
    teacher_networks: int | None = None,
    synthetic_names: int | None = None,
    batch_size: int | None = None,
    optimizer: str | None = None,
    learning_rate: float | None = None,
    clip: float | None = None,
    held_out: float | None = None,
    dropout: float | None = None,
    recurrent_dropout: float | None = None,
    embedding_size: int | None = None,
    patience: int | None = None,
    seed: int | None = None,
) -> Model:
    """Trains on some names and gives the best model.

    Args:
        names: names as strings, the path of a file with one per line, a dictionary with the count
            of each name, or a corpus.
        settings: how to train. What it leaves open, by default everything, follows from the corpus.
        init: a model to start from; "closest" for the bundled one that predicts the names best.
        cell: "gru" or "rnn". This and what follows come before `settings`; None leaves it to those.
        hidden_size: n_a, the number of hidden units.
        epochs: of both phases, at most; 0 gives the untrained model.
        distil_epochs: how many of them belong to the distillation phase.
        teacher_networks: how many networks learn from the names first, one after another. With an
            n-gram they are the teacher of that phase.
        synthetic_names: that the n-gram writes for that phase; each of its epochs learns from all.
        batch_size: names per minibatch.
        optimizer: "adam" or "sgd".
        learning_rate: its highest value in the first phase.
        clip: gradients are clipped to [−clip, clip], elementwise.
        held_out: fraction of the distinct names set aside to measure by; 0 trains on everything.
        dropout: probability that a unit is left out on its way to the output layer; below 0.6 it
            begins lower and rises.
        recurrent_dropout: the same on its way to the next step; it rises by the same shares.
        embedding_size: rank of Wax while it is trained; 0 trains it as it is.
        patience: epochs without a lower held-out loss after which a phase, or the turn of a network
            in the first, ends.
        seed: of all random numbers.

    Raises:
        CorpusError: for names that cannot be learned from.
        TrainingError: for settings that make no sense, or if the numbers overflow.
    """
    asked = {name: value for name, value in locals().items() if name in _FIELDS}
    settings = Settings() if settings is None else settings
    if not isinstance(settings, Settings):
        raise TrainingError(
            f"settings {_shown(settings)}: must be a Settings", settings=["settings"]
        )
    if not (init is None or isinstance(init, Model) or (isinstance(init, str) and init == CLOSEST)):
        raise TrainingError(
            f"init {_shown(init)}: must be a Model or {CLOSEST!r}", settings=["init"]
        )
    settings = replace(
        settings, **{name: value for name, value in asked.items() if value is not None}
    )
    corpus = _corpus(names)
    start = closest_model(corpus.names).model if isinstance(init, str) else init
    trainer = Trainer(corpus, settings, start)
    for _ in trainer.epochs():
        pass
    return trainer.model


def _corpus(names: Any) -> Corpus:
    if isinstance(names, Corpus):
        return names
    if isinstance(names, Mapping):
        return corpus_from_strings([f"{name}\t{count}" for name, count in names.items()])
    if isinstance(names, (str, os.PathLike)):
        return corpus_from_file(names)
    return corpus_from_strings(names)


def _shown(value: object) -> str:
    return shortened(repr(value), 60)

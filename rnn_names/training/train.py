"""`train`: training in one call."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any, Literal

from rnn_names.corpus.corpus import Corpus, corpus_from_file, corpus_from_strings
from rnn_names.corpus.reading import MAX_DIGITS
from rnn_names.declarations import parameters_of
from rnn_names.errors import CorpusError, TrainingError, short_repr
from rnn_names.model.bundled import CLOSEST, NONE
from rnn_names.model.model import Model
from rnn_names.training.settings import Settings
from rnn_names.training.setup import TrainingSetup
from rnn_names.training.trainer import Trainer
from rnn_names.training.warm_start import initial_model


@dataclass(frozen=True)
class TrainArguments(Settings):
    """The parameters of `train`."""

    names: Iterable[str] | Mapping[str, int] | str | os.PathLike[str] | Corpus
    settings: Settings | None = None
    init: Model | Literal["closest", "none"] | None = None


@parameters_of(TrainArguments)
def train(names: Any, settings: Any = None, init: Any = None, **given: Any) -> Model:
    """Trains on names and returns the best model.

    Args:
        names: names as strings, the path of a file with one per line, a dictionary with the count
            of each name, or a corpus.
        settings: the settings; defaults follow from the corpus.
        init: a model to start from; "closest" for the bundled one that predicts the names best,
            "none" for random weights. By default, training starts from the base if there are fewer
            than 1,000 names, and otherwise from random weights.
        given: single settings, which take precedence over `settings`; None has no effect.

    Raises:
        CorpusError: for names that cannot be learned from.
        TrainingError: for invalid settings, or if training diverges.
    """
    settings = Settings() if settings is None else settings
    if not isinstance(settings, Settings):
        message = f"settings {short_repr(settings)}: must be a Settings"
        raise TrainingError(message, settings=["settings"])
    is_word = isinstance(init, str) and init in (CLOSEST, NONE)
    if not (init is None or is_word or isinstance(init, Model)):
        message = f"init {short_repr(init)}: must be a Model, {CLOSEST!r} or {NONE!r}"
        raise TrainingError(message, settings=["init"])
    given = {name: value for name, value in given.items() if value is not None}
    settings = replace(settings, **given)
    corpus = _corpus(names)
    if not isinstance(init, Model):
        initial = initial_model(corpus, settings, init)
        init = initial and initial.model
    trainer = Trainer(TrainingSetup(corpus, settings, init))
    for _ in trainer.epochs():
        pass
    return trainer.model


def _corpus(names: Any) -> Corpus:
    if isinstance(names, Corpus):
        return names
    if isinstance(names, Mapping):
        for name, count in names.items():
            if not isinstance(count, Integral) or not 0 < int(count) < 10**MAX_DIGITS:
                must = f"must be a whole number from 1 to {10**MAX_DIGITS - 1:,}"
                raise CorpusError(f"count {count!r:.60} of {name!r:.60}: {must}")
        return corpus_from_strings([f"{name}\t{int(count)}" for name, count in names.items()])
    if isinstance(names, (str, os.PathLike)):
        return corpus_from_file(names)
    return corpus_from_strings(names)

"""Models that training may start from: the closest bundled one, and the base."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from rnn_names.corpus.corpus import Corpus
from rnn_names.corpus.names import Names, Vocabulary
from rnn_names.errors import TrainingError
from rnn_names.model.bundled import CLOSEST, MODELS, NONE, path_of
from rnn_names.model.model import Model
from rnn_names.processes.threads import one_blas_thread
from rnn_names.training.base import Base, alike
from rnn_names.training.settings import SHORT_LIST, Settings

MAX_NAMES_COMPARED = 2000  # names that bundled models are compared on, which takes a second
MIN_ALIKE_SHARE = 0.8  # the least share of a list's characters that are like those of the base


class InitialModel(NamedTuple):
    """A model that training starts from, its name, and a message about it."""

    name: str
    model: Model
    message: str


def closest_model(names: Names) -> InitialModel:
    """The bundled model with the lowest loss on some names."""
    n = min(len(names), MAX_NAMES_COMPARED)
    sample = names.take(np.arange(n) * len(names) // n)
    models = {name: Model.load(path_of(name)) for name in MODELS}
    with one_blas_thread():  # the matrices are small, and more threads mostly wait for each other
        losses = {name: _loss(model, sample) for name, model in models.items()}
    name = min(losses, key=losses.__getitem__)
    if losses[name] == np.inf:
        reason = "no bundled model can spell any of these names; leave it out"
        raise TrainingError(f"init {CLOSEST}: {reason}", settings=["init"])
    message = f"{name}, the closest bundled model ({losses[name]:.2f} nats per character)"
    return InitialModel(name, models[name], message)


def initial_model(corpus: Corpus, settings: Settings, init: str | None) -> InitialModel | None:
    """The model to start from: the closest for CLOSEST, none for NONE, else perhaps the base."""
    if init == CLOSEST:
        return closest_model(corpus.names)
    return None if init == NONE else base_start(corpus, settings)


def base_start(corpus: Corpus, settings: Settings) -> InitialModel | None:
    """The base fitted to a short list; None if length, settings or characters do not allow it."""
    if len(corpus) >= SHORT_LIST or settings.epochs == 0:
        return None
    base, characters = Base.load(), Vocabulary.from_names(corpus.names).characters
    known = [
        ord(character) for character in characters if alike(character, base.vocabulary.characters)
    ]
    is_of_size = settings.hidden_size in (None, len(base.shared["a0"]))
    fits = is_of_size and settings.cell in (None, "gru")
    if not fits or np.isin(corpus.names.codes, known).mean() < MIN_ALIKE_SHARE:
        return None
    model, nearest = base.fitted(corpus)
    return InitialModel("base", model, f"the base; nearest lists: {', '.join(nearest)}")


def _loss(model: Model, names: Names) -> float:
    """Nats per character, with a uniform guess for names it cannot spell; inf if it spells none."""
    scores = model.log_prob(names)  # (len(names),) in nats; −inf with an unknown character
    spelled = np.isfinite(scores)
    if not spelled.any():
        return np.inf
    characters = names.lengths + 1  # their ends counted
    guesses = -np.log(len(model.vocabulary)) * characters
    return -float(np.where(spelled, scores, guesses).sum()) / int(characters.sum())


def settings_for(init: Model | None, settings: Settings) -> Settings:
    """The settings, with the cell and the size of the initial model if there is one."""
    if init is None:
        return settings
    for name, fixed in (("cell", init.cell), ("hidden_size", init.hidden_size)):
        value = getattr(settings, name)
        if value not in (None, fixed):
            message = f"{name} {value}: the model to start from has {fixed}; leave it out"
            raise TrainingError(message, settings=[name])
    return replace(settings, cell=init.cell, hidden_size=init.hidden_size)

"""What training starts from: random weights, or those of a model."""

import os
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.corpus import Corpus
from rnn_names.corpus.names import EOS, UNKNOWN, Names, Vocabulary
from rnn_names.errors import TrainingError
from rnn_names.model.bundled import CLOSEST, MODELS, path_of
from rnn_names.model.model import Model
from rnn_names.model.sources import is_started
from rnn_names.network import rnn
from rnn_names.processes.threads import one_blas_thread
from rnn_names.training.settings import SHORT_LIST, ResolvedSettings, Settings

MAX_NAMES_COMPARED = 2000  # names that bundled models are compared on: it takes a second
STARTS = 2  # bundled models that the networks of a short list start from in turn, at most
KNOWN_CHARACTERS = 0.8  # share of a list's characters that a start knows, at least


class Closest(NamedTuple):
    """The bundled model that predicts some names best."""

    name: str
    model: Model
    loss: float  # its loss on the names, in nats per character


def closest_model(names: Names) -> Closest:
    """The bundled model with the lowest loss on some names."""
    found = _closest(names)
    if not found:
        raise TrainingError(
            f"init {CLOSEST}: no bundled model can spell any of these names; leave it out",
            settings=["init"],
        )
    return found[0]


def starts_for(corpus: Corpus, settings: Settings) -> list[Closest]:
    """The bundled models that the networks of a short list start from, the closest first.

    They have the network's size, know most of the characters, and started from no other model.
    """
    if len(corpus) >= SHORT_LIST or settings.epochs == 0:
        return []
    resolved = settings.resolved(corpus, started=True)

    def fits(model: Model) -> bool:
        return (
            (model.cell, model.hidden_size) == (resolved.cell, resolved.hidden_size)
            and not is_started(model.sources)
            and np.isin(corpus.names.codes, model.vocabulary.codes).mean() > KNOWN_CHARACTERS
        )

    return _closest(corpus.names, fits)[: min(STARTS, resolved.teacher_networks)]


def _closest(names: Names, fits: Callable[[Model], bool] = lambda model: True) -> list[Closest]:
    """Models that fit and can spell any of the names, by rising loss on `MAX_NAMES_COMPARED`."""
    if len(names) > MAX_NAMES_COMPARED:
        names = names.take(np.arange(MAX_NAMES_COMPARED) * len(names) // MAX_NAMES_COMPARED)
    # While `make models` makes them anew, some may be missing: those of short lists come last.
    there = (name for name in MODELS if os.path.exists(path_of(name)))
    models = ((name, Model.load(path_of(name))) for name in there)
    with one_blas_thread():  # the matrices are small, and more threads mostly wait for each other
        found = [Closest(name, model, _loss(model, names)) for name, model in models if fits(model)]
    return sorted((each for each in found if each.loss < np.inf), key=lambda each: each.loss)


def _loss(model: Model, names: Names) -> float:
    """In nats per character; a uniform guess for names it cannot spell, inf if it spells none."""
    scores = model.log_prob(names)  # (len(names),) in nats; −inf with an unknown character
    spelled = np.isfinite(scores)
    if not spelled.any():
        return np.inf
    characters = names.lengths + 1  # their ends counted
    guesses = -np.log(len(model.vocabulary)) * characters
    return -float(np.where(spelled, scores, guesses).sum()) / int(characters.sum())


def settings_for(init: Model | None, settings: Settings) -> Settings:
    """The settings, with the cell and the size of the model that training starts from, if any."""
    if init is None:
        return settings
    for name, own in (("cell", init.cell), ("hidden_size", init.hidden_size)):
        asked = getattr(settings, name)
        if asked not in (None, own):
            raise TrainingError(
                f"{name} {asked}: the model to start from has {own}; leave it out", settings=[name]
            )
    return replace(settings, cell=init.cell, hidden_size=init.hidden_size)


def first_weights(
    rng: np.random.Generator, settings: ResolvedSettings, vocabulary: Vocabulary, init: Model | None
) -> dict[str, Array]:
    """What a network starts from: a model's weights, random ones for characters that it lacks."""
    params = rnn.init_params(rng, len(vocabulary), settings.hidden_size, settings.cell)
    if init is None:
        return params
    old = np.append(EOS, init.vocabulary.encode(vocabulary.codes[1:]))  # the model's indices
    new = np.flatnonzero(old != UNKNOWN)
    old = old[new]
    for name, array in init.params.items():
        if name == "Wax":
            params[name][:, new] = array[:, old]
        elif name in ("Wya", "by"):
            params[name][new] = array[old]
        else:
            params[name][...] = array
    return params

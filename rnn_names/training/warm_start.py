"""What training starts from: random weights, or those of a model."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.names import Names
from rnn_names.corpus.vocabulary import Vocabulary
from rnn_names.errors import TrainingError
from rnn_names.model.bundled import CLOSEST, MODELS, path_of
from rnn_names.model.model import Model
from rnn_names.network import rnn
from rnn_names.network.prefix_tree import EOS
from rnn_names.processes.threads import one_blas_thread
from rnn_names.training.factorization import factored
from rnn_names.training.settings import ResolvedSettings, Settings

MAX_NAMES_COMPARED = 2000
"""Names of a list that the bundled models predict, to find the closest one: it takes a second."""


class Closest(NamedTuple):
    """The bundled model that predicts some names best.

    Attributes:
        name: what it is called.
        model: the model.
        loss: its loss on the names, in nats per character.
    """

    name: str
    model: Model
    loss: float


def closest_model(names: Names, left_out: Container[str] = ()) -> Closest:
    """The bundled model with the lowest loss on some names.

    Of more than `MAX_NAMES_COMPARED`, as many are compared, at even distances: the same names have
    the same closest model. Those `left_out` are not compared.
    """
    if len(names) > MAX_NAMES_COMPARED:
        names = names.take(np.arange(MAX_NAMES_COMPARED) * len(names) // MAX_NAMES_COMPARED)
    compared = ((name, Model.load(path_of(name))) for name in MODELS if name not in left_out)
    losses = (Closest(name, model, _loss(model, names)) for name, model in compared)
    with one_blas_thread():  # the matrices are small, and more threads mostly wait for each other
        best = min(losses, key=lambda each: each.loss)
    if best.loss == np.inf:
        raise TrainingError(
            f"init {CLOSEST}: no bundled model can spell any of these names; leave it out",
            settings=["init"],
        )
    return best


def _loss(model: Model, names: Names) -> float:
    """The loss in nats per character; infinite if the model cannot spell any of the names.

    A name that it cannot spell counts as its uniform guess.
    """
    scores = model.log_prob(names)  # (len(names),) in nats; −inf with an unknown character
    spelled = np.isfinite(scores)
    if not spelled.any():
        return np.inf
    characters = names.lengths + 1  # their ends counted
    guesses = -np.log(len(model.vocabulary)) * characters
    return -float(np.where(spelled, scores, guesses).sum()) / int(characters.sum())


def settings_for(init: Model, settings: Settings) -> Settings:
    """The settings, with the cell and the size of the model that training starts from."""
    for name, own in (("cell", init.cell), ("hidden_size", init.hidden_size)):
        asked = getattr(settings, name)
        if asked not in (None, own):
            raise TrainingError(
                f"{name} {asked}: the model to start from has {own}; leave it out",
                settings=[name],
            )
    # Wax is trained as it is: with columns for new characters, it need not be of a low rank.
    return replace(settings, cell=init.cell, hidden_size=init.hidden_size, embedding_size=0)


def first_weights(
    rng: np.random.Generator, settings: ResolvedSettings, vocabulary: Vocabulary, init: Model | None
) -> dict[str, Array]:
    """What a network starts from, as it is trained: random weights, or as far as it goes a model's.

    `init` has the network's cell and hidden size, and no characters that it does not know.
    """
    params = rnn.init_params(rng, len(vocabulary), settings.hidden_size, settings.cell)
    if init is not None:
        copy_weights(init, vocabulary, params)
    return factored(params, settings.embedding_size, rng)


def copy_weights(init: Model, vocabulary: Vocabulary, params: dict[str, Array]) -> None:
    """Puts a model's weights into the random parameters of a network with a larger vocabulary.

    A character that the model lacks keeps its random column of Wax, row of Wya and entry of by.
    """
    known = np.concatenate(([EOS], vocabulary.encode(init.vocabulary.codes[1:])))  # new indices
    for name, array in init.params.items():
        if name == "Wax":
            params[name][:, known] = array
        elif name in ("Wya", "by"):
            params[name][known] = array
        else:
            params[name][...] = array

"""Starting from the weights of a model, rather than from random ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names.errors import TrainingError, setting
from rnn_names.network.prefix_tree import EOS
from rnn_names.training.settings import Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rnn_names.corpus.vocabulary import Vocabulary
    from rnn_names.model.model import Model


def settings_for(init: Model, settings: Settings) -> Settings:
    """The settings, with the cell and the size of the model that training starts from.

    Raises:
        TrainingError: if others were asked for.
    """
    for name, own in (("cell", init.cell), ("hidden_size", init.hidden_size)):
        asked = getattr(settings, name)
        if asked not in (None, own):
            raise TrainingError(
                f"{setting(name)} {asked}: the model to start from has {own}; leave it out"
            )
    # Wax is trained as it is: with columns for new characters, it need not be of a low rank.
    return replace(settings, cell=init.cell, hidden_size=init.hidden_size, embedding_size=0)


def copy_weights(init: Model, vocabulary: Vocabulary, params: dict[str, NDArray[Any]]) -> None:
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

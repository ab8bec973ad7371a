"""Makes the models in the box from the lists beside this file: `make models`.

`RECIPE` is what `rnn-names train` is called with, by which anyone can make the same model. It is
then packed, for a small package: weights are rounded to bfloat16 and fingerprints shortened to four
bytes a name. Neither changes what the file is; a package that is zipped is half as large for it.

Training gives the same bits only on one machine with the same versions. So a test,
`tests/model/test_bundled.py`, holds the models that are shipped to this: their settings are those
of `RECIPE`, their fingerprints those of the list, their weights rounded, and the held-out loss,
measured anew from the file on the list's split, is the one recorded, within `TOLERANCE`.

    python data/make_models.py [NAME…]        some of them, or all
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rnn_names import Model
from rnn_names.corpus.corpus import Corpus, read_corpus
from rnn_names.corpus.fingerprints import shortened
from rnn_names.model import bundled
from rnn_names.network.scoring import mean_loss
from rnn_names.training.settings import Settings
from rnn_names.training.trainer import Trainer

if TYPE_CHECKING:
    from numpy.typing import NDArray

DATA = Path(__file__).resolve().parent

RECIPE = {
    "dinosaurs": ["dinosaurs.txt", "--seed", "0"],
    "first-names": ["us-first-names.txt", "--seed", "0"],
    "surnames": ["us-surnames.txt", "--hidden-size", "256", "--seed", "0"],
}
"""Of each model, its list and the options of `rnn-names train`; the 320 units that surnames have by
default would not fit in 2 MB."""

TOLERANCE = 0.001
"""Nats per character by which rounded weights may change the held-out loss; measured: 0.00001."""

BITS = 7
"""Of a weight's mantissa that are kept. With 23, a GRU of 192 units shrinks to 565 kB in a zip,
with 12 to 410, with 7 to 289."""


def rounded(weights: NDArray[np.float32], bits: int = BITS) -> NDArray[np.float32]:
    """Each weight as the nearest number with a mantissa of `bits` bits, half way up: with 7, a
    bfloat16 in four bytes.

    >>> rounded(np.array([1, 1 / 3, -1e-5], np.float32)).tolist()
    [1.0, 0.333984375, -1.0013580322265625e-05]
    """
    dropped = 23 - bits
    half, mask = np.uint32(1 << dropped >> 1), np.uint32(2**32 - (1 << dropped))
    return ((weights.view(np.uint32) + half) & mask).view(np.float32)


def packed(model: Model) -> Model:
    """The same model with rounded weights and short fingerprints."""
    assert model.fingerprints is not None
    params = {name: rounded(array) for name, array in model.params.items()}
    return replace(model, params=params, fingerprints=shortened(model.fingerprints))


def corpus_of(name: str) -> Corpus:
    """The list of a model."""
    path = DATA / RECIPE[name][0]
    with path.open("rb") as file:
        return read_corpus([(path.name, file)])


def held_out_loss(model: Model, corpus: Corpus) -> float:
    """The model's loss on those names of its list that were held out by its training."""
    trainer = Trainer(corpus, Settings(**model.training["settings"]))
    return mean_loss(model.params, model.vocabulary, trainer.held_out)


def make(name: str) -> None:
    """Trains and packs a model, and puts it in its place in the package."""
    corpus, *options = RECIPE[name]
    with tempfile.TemporaryDirectory() as folder:
        output = str(Path(folder) / f"{name}.npz")
        command = [
            sys.executable,
            "-m",
            "rnn_names",
            "train",
            str(DATA / corpus),
            *options,
            "--output",
            output,
        ]
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith("RNN_NAMES_")
        }
        subprocess.run(command, check=True, env=environment)
        model = packed(Model.load(output))
    change = held_out_loss(model, corpus_of(name)) - model.training["held_out_loss"]
    if abs(change) > TOLERANCE:
        sys.exit(f"{name}: rounding changes the held-out loss by {change:+.5f}")
    Path(bundled.FOLDER).mkdir(exist_ok=True)
    model.save(bundled.path_of(name))
    print(f"{name}: packed; the held-out loss changed by {change:+.5f}", flush=True)


if __name__ == "__main__":
    wanted = sys.argv[1:] or list(RECIPE)
    if unknown := [name for name in wanted if name not in RECIPE]:
        sys.exit(f"no such model: {', '.join(unknown)}; there are {', '.join(RECIPE)}")
    for name in wanted:
        make(name)

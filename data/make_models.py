"""Makes the bundled models from the lists beside this file: `make models`.

`RECIPE` is what `rnn-names train` is called with, by which anyone can make the same model. It is
then packed, for a small package: weights, which training rounds to bfloat16, keep one bit less, and
fingerprints 44 bits. Neither changes what the file is.

Training gives the same bits only on one machine with the same versions. So a test,
`tests/model/test_bundled.py`, holds the models that are shipped to this: their settings are those
of `RECIPE`, their fingerprints those of the list, their weights rounded, and the held-out loss,
measured anew from the file on the list's split, is the one recorded, within `TOLERANCE`.

    python data/make_models.py [NAME…]        some of them; or all, and first the base
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from functools import cache
from pathlib import Path

import make_base
import numpy as np

from rnn_names import Model
from rnn_names.arrays import rounded
from rnn_names.corpus.corpus import Corpus, read_corpus
from rnn_names.corpus.fingerprints import PACKED_BITS, upper_bits
from rnn_names.model import bundled
from rnn_names.model.bundled import BASE, Source
from rnn_names.network.language_model import mean_loss
from rnn_names.processes.threads import one_blas_thread
from rnn_names.system import usable_cores
from rnn_names.training.gradients import PARTS
from rnn_names.training.settings import SHORT_LIST, Settings
from rnn_names.training.setup import TrainingSetup

DATA = Path(__file__).resolve().parent


LONG_LISTS = ("french-towns", "german-towns", "indian-towns", "italian-towns")
"""Lists of over 5,000 names: 160 units end 0.006 to 0.018 nats lower than 128."""


def _recipe(name: str, units: int | None) -> list[str]:
    names = set((DATA / f"{name}.txt").read_text("utf-8").splitlines())
    if len(names) < SHORT_LIST:  # of the base's size; a test measures held-out names
        return [f"{name}.txt", "--seed", "0", "--held-out", "0.1"]
    # Up to a third more epochs than by default, which has to be quick.
    epochs = 3 + round(110 / (len(names) / 1200) ** 0.58)
    more = ["--epochs", f"{epochs}", "--distil-epochs", "3"]
    return [f"{name}.txt", "--seed", "0", *(["--hidden-size", f"{units}"] if units else []), *more]


OF_THEIR_OWN = {
    "dinosaurs": _recipe("dinosaurs", None),
    "first-names": _recipe("us-first-names", None),
    "women": _recipe("us-women", 160),
    "men": _recipe("us-men", 160),
    "surnames": [*_recipe("us-surnames", 256), "--epochs", "13"],
}
RECIPE = OF_THEIR_OWN | {
    name: _recipe(name, 160 if name in LONG_LISTS else 128)
    for name in bundled.MODELS
    if name not in OF_THEIR_OWN
}
"""Of each model, its list and the options of `rnn-names train`. By default surnames have 384 units
and the others 192, 256 for more than 5,000 names: too large for a package of 11 MB with all of
them. With 256 units surnames end 0.002 nats lower after two more epochs in the first stage."""

TOLERANCE = 0.001
"""Nats per character by which packing may change the held-out loss; measured: 0.00001."""

BITS = 6
"""Of a weight's mantissa that are kept. In a zip, the GRU of 192 units of the dinosaurs has 280 kB,
and 301 kB with the 7 of bfloat16, with which the wheel would be larger than need be."""


def packed(model: Model, source: Source) -> Model:
    """The same model with shorter weights and fingerprints, and the source of its list first."""
    assert model.fingerprints is not None
    params = {name: rounded(array, BITS) for name, array in model.params.items()}
    short = upper_bits(model.fingerprints, PACKED_BITS)
    return replace(model, params=params, fingerprints=short, sources=(source, *model.sources))


@cache
def corpus_of(name: str) -> Corpus:
    """The list of a model."""
    path = DATA / RECIPE[name][0]
    with path.open("rb") as file:
        return read_corpus([(path.name, file)])


def run_of(model: Model, corpus: Corpus) -> TrainingSetup:
    """A run with the held-out names of the one that made a model."""
    return TrainingSetup(
        corpus, Settings(epochs=0, held_out=0.1, seed=model.training["settings"]["seed"])
    )


def held_out_loss(model: Model, corpus: Corpus) -> float:
    """The model's loss on those names of its list that were held out by its training."""
    with one_blas_thread():  # many would wait for one another on a busy machine
        return mean_loss(model.params, model.vocabulary, run_of(model, corpus).held_out)


def make(name: str) -> str:
    """Trains and packs a model and puts it in its place in the package; says how it went."""
    corpus, *options = RECIPE[name]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        output = str(Path(folder) / f"{name}.npz")
        command = [sys.executable, "-m", "rnn_names", "train", str(DATA / corpus), *options]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("RNN_NAMES_")}
        subprocess.run([*command, "--quiet", "--output", output], check=True, env=environment)
        model = packed(Model.load(output), bundled.MODELS[name].source)
    loss = model.training["held_out_loss"]
    change = held_out_loss(model, corpus_of(name)) - loss
    if abs(change) > TOLERANCE:
        raise SystemExit(f"{name}: packing changes the held-out loss by {change:+.5f}")
    Path(bundled.FOLDER).mkdir(exist_ok=True)
    model.save(bundled.path_of(name))
    seconds = time.monotonic() - began
    return f"{name}: held-out loss {loss:.3f}, by packing {change:+.5f}; {seconds:.0f} s"


def samples_of(model: Model, corpus: Corpus, shown: set[str]) -> list[str]:
    """Three new names whose length is that of the middle half of the list's; none of `shown`."""
    shortest, longest = np.quantile(corpus.names.lengths, [0.25, 0.75]).astype(int).tolist()
    lengths = {"min_length": shortest, "max_length": longest}
    safe = {"boldness": "safe", "novel": True, "unique": True, "seed": 4}  # a seed judged by eye
    return [name for name in model.sample(9, **safe, **lengths) if name not in shown][:3]


def write_samples() -> None:
    """Writes three names of each bundled model into the table that `rnn-names models` shows."""
    drawn: dict[str, list[str]] = {}
    for name in filter(lambda name: os.path.exists(bundled.path_of(name)), RECIPE):
        shown = {sample for samples in drawn.values() for sample in samples}
        drawn[name] = samples_of(Model.load(name), corpus_of(name), shown)
    rows = [
        "\t".join([name, group, *source, *drawn.get(name, [])])
        for name, (group, source, _) in bundled.MODELS.items()
    ]
    Path(bundled.TABLE).write_text("\n".join([*rows, ""]), encoding="utf-8")


def make_all(names: list[str]) -> None:
    """Makes models, as many at a time as there are pairs of cores: a training takes two."""
    by_size = sorted(names, key=lambda name: -(DATA / RECIPE[name][0]).stat().st_size)
    with ThreadPoolExecutor(max(usable_cores() // PARTS, 1)) as pool:  # a thread waits for each
        for made in as_completed([pool.submit(make, name) for name in by_size]):
            print(made.result(), flush=True)
    write_samples()


if __name__ == "__main__":
    wanted = sys.argv[1:] or list(RECIPE)
    if wanted == list(RECIPE):
        make_base.main(BASE, [])
    if unknown := [name for name in wanted if name not in RECIPE]:
        sys.exit(f"no such model: {', '.join(unknown)}; there are {', '.join(RECIPE)}")
    make_all(wanted)

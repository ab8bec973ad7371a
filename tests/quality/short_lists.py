"""`make short-lists`: what serves lists of 100, 200 and 400 names best.

A list is cut to each size by a fixed seed, three times. Each cut is trained on as a user would
train on it: with default settings; from random weights, with a tenth held out by which the best
epoch is chosen; or from the base, with that tenth. What is measured is the loss on the names of the
list that are not in the cut, in nats per character. Nothing is chosen on those. The base has seen
none of these lists, nor lists of the same names. Left out of the names measured are those with a
character that the cut lacks, and names that the base has learned. The second table is of lists that
chose nothing: they were written down before they were first measured.

    python tests/quality/short_lists.py [--lists welsh-towns-100 …] [--ways before default …]

Each loss is kept in build/quality/, under a digest of what it depends on. What is there is not
measured again, so that a run can be stopped and gone on with. SHORT_LISTS.md beside this file has
the table of all that there is for the code as it is.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from unittest import mock

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "data"))

import alphabets
import make_base
from alphabets import Source
from two_samples import DATA, KEPT, digest_of

from rnn_names import Model
from rnn_names.corpus.corpus import Corpus, corpus_from_file
from rnn_names.corpus.names import Names
from rnn_names.model.bundled import MODELS
from rnn_names.network.language_model import mean_loss
from rnn_names.training import warm_start
from rnn_names.training.settings import Settings
from rnn_names.training.setup import TrainingSetup
from rnn_names.training.trainer import Trainer
from rnn_names.training.warm_start import Base, InitialModel

RESULTS = Path(__file__).resolve().parent / "SHORT_LISTS.md"
CUTS = range(3)
MAX_MEASURED = 2_000

LISTS = {
    f"{file}-{size}": (file, size)
    for file, sizes in {
        "welsh-towns": (100,),
        "elvish": (100,),
        "dinosaurs": (100, 200, 400),
        "scottish-towns": (200,),
        "german-first-names": (100, 400),
        "irish-surnames": (200,),
        "japanese-towns": (100, 400),
        "turkish-first-names": (200,),
        "finnish-towns": (100, 400),
        "greek-towns": (200,),
    }.items()
    for size in sizes
}
"""A file of data/, and how many of its names."""

FURTHER = {
    f"{file}-{size}": (file, size)
    for file, size in {
        "dwarvish": 150,
        "orcish": 100,
        "goblin": 200,
        "halfling": 150,
        "fae": 100,
        "desert": 200,
        "demons": 150,
        "stars": 200,
        "polish-surnames": 200,
        "croatian-surnames": 200,
        "russian-first-names": 200,
        "greek-first-names": 200,
    }.items()
}
"""Lists that chose nothing, of data/ or `FAKER`."""

FAKER = {
    "polish-surnames": Source("", "person.pl_PL", ("unisex_last_names",)),
    "croatian-surnames": Source("", "person.hr_HR", ("last_names",)),
    "russian-first-names": Source("", "person.ru_RU"),
    "greek-first-names": Source("", "person.el_GR"),
}
"""Where the Python package Faker has lists. The last two are in scripts that nothing bundled can
spell."""


@dataclass(frozen=True)
class Way:
    """A way to train on a short list.

    Attributes:
        title: what the table calls it.
        init: as in `train`.
        held_out: as in `Settings`.
    """

    title: str
    init: str | None = None
    held_out: float | None = None

    def settings(self, seed: int) -> Settings:
        """What a user would ask for."""
        return Settings(held_out=self.held_out, seed=seed)


WAYS = {
    "before": Way("`--init none --held-out 0.1`", init="none", held_out=0.1),
    "default": Way("default"),
    "held-out": Way("`--held-out 0.1`", held_out=0.1),
}
"""The first is what the others are compared with: the default until version 0.2."""


@cache
def names_of(file: str) -> Corpus:
    """A list of data/ or of Faker."""
    if file in FAKER:
        provider = import_module(f"faker.providers.{FAKER[file].provider}").Provider
        return alphabets.names_of(provider, FAKER[file])
    return corpus_from_file(DATA / f"{file}.txt")


def list_of(model: str) -> str:
    """The file that a bundled model learned from."""
    return make_base.FILES.get(model, model)


def loss_on(model: Model, names: Names) -> float:
    """Nats per character on the names that have only characters of the model."""
    known = _spelled_with(names, model.vocabulary.codes)
    return mean_loss(model.params, model.vocabulary, names.take(known))


def _spelled_with(names: Names, codes: np.ndarray) -> np.ndarray:
    """The rows of the names that have no other characters than these."""
    strange = np.add.reduceat(~np.isin(names.codes, codes), names.offsets[:-1], dtype=int)
    return np.flatnonzero(strange == 0)


def lists_of_kind(file: str) -> set[str]:
    """A list, and those that have its names by sex or by clan."""
    kind = file.removesuffix("-first-names")
    return {file, *(f"{kind}-{part}" for part in ("men", "women", "clans"))}


LEFT_OUT = sorted(
    name
    for name in MODELS
    for file in {"swedish-towns", *(file for file, _ in (LISTS | FURTHER).values())}
    if list_of(name) in lists_of_kind(file)
)
"""Lists that the base of this page, and of ABLATION.md, has not seen."""


@cache
def base() -> Base:
    """A base of the other lists, made when it is first needed: five to ten minutes."""
    path = KEPT / "base-of-other-lists.npz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        make_base.main(str(path), LEFT_OUT)
    return Base.load(str(path))


@cache
def learned() -> set[str]:
    """The names of its lists."""
    files = (names_of(list_of(name)) for name in base().lists)
    return {name for corpus in files for name in corpus.names.to_strings()}


@cache
def parts(name: str, cut: int) -> tuple[Corpus, Names, InitialModel | None]:
    """The names to train on, those to measure by, and the start from the base."""
    file, size = (LISTS | FURTHER)[name]
    corpus = names_of(file)
    rows = np.random.default_rng([15, cut]).permutation(len(corpus))
    mine, others = corpus.take(np.sort(rows[:size])), corpus.names.take(np.sort(rows[size:]))
    unseen = [i for i, other in enumerate(others.to_strings()) if other not in learned()]
    others = others.take(np.array(unseen)[:MAX_MEASURED])
    others = others.take(_spelled_with(others, np.unique(mine.names.codes)))
    with mock.patch.object(warm_start, "Base", mock.Mock(load=base)):
        return mine, others, warm_start.base_start(mine, Settings())


def train(corpus: Corpus, way: Way, seed: int, start: InitialModel | None) -> Model:
    """The network that one way of training makes of a cut."""
    trainer = Trainer(TrainingSetup(corpus, way.settings(seed), start and start.model))
    for _ in trainer.epochs():
        pass
    return trainer.model


def loss(name: str, way: Way, cut: int, measure: bool = True) -> float | None:
    """The loss on the names that are not in the cut; None where it is neither kept nor wanted."""
    corpus, others, near = parts(name, cut)
    start = None if way.init == "none" else near
    path = KEPT / f"{digest_of(corpus, way, cut, start and start.message, len(others))}.json"
    if not path.exists():
        if not measure:
            return None
        model = train(corpus, way, cut, start)
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = {
            "loss": loss_on(model, others),
            "names": len(others),
            "list": name,
            "way": way.title,
        }
        path.write_text(json.dumps(kept), encoding="utf-8")
    return float(json.loads(path.read_text(encoding="utf-8"))["loss"])


def row(name: str, ways: Sequence[str]) -> tuple[str, list[float]] | None:
    """A list's line in the table, and its differences to the first way; None before that is there.

    Of a list that is not finished, it has the cuts that were measured.
    """
    own = _measured(name, WAYS["before"])
    if not own:
        return None
    file, size = (LISTS | FURTHER)[name]
    start = parts(name, 0)[2]
    near = start.message.partition(": ")[2] if start else ""
    cells, differences = [f"{size} of {file}", near, f"{np.mean([*own.values()]):.3f}"], []
    for way in ways[1:]:
        found = _measured(name, WAYS[way])
        gain = [found[cut] - own[cut] for cut in found if cut in own]
        differences.append(float(np.mean(gain)) if gain else np.nan)
        each = ", ".join(f"{of_cut:+.3f}" for of_cut in gain)
        cells.append(f"{differences[-1]:+.3f} ({each})" if gain else "")
    return f"| {' | '.join(cells)} |", differences


def _measured(name: str, way: Way) -> dict[int, float]:
    """The losses of the cuts that were measured."""
    found = {cut: loss(name, way, cut, measure=False) for cut in CUTS}
    return {cut: each for cut, each in found.items() if each is not None}


def table(lists: Collection[str]) -> list[str]:
    """What was measured so far of some lists."""
    ways = [way for way in WAYS if any(_measured(name, WAYS[way]) for name in lists)]
    found = [each for each in (row(name, ways) for name in lists) if each is not None]
    columns = ["list", "nearest lists", *(WAYS[way].title for way in ways)]
    every = np.array([differences for _, differences in found])
    mean = ["" if np.isnan(c).all() else f"{np.nanmean(c):+.3f}" for c in every.T]
    better = [f"{(c < 0).sum()} of {(~np.isnan(c)).sum()}" for c in every.T]
    return [
        f"| {' | '.join(columns)} |",
        "|" + "---|" * len(columns),
        *(line for line, _ in found),
        f"| **mean** | | | {' | '.join(mean)} |",
        f"| **lists that are better** | | | {' | '.join(better)} |",
        "",
    ]


def page() -> str:
    """SHORT_LISTS.md."""
    return "\n".join(
        [
            "# Short lists",
            "",
            f"Made by `make short-lists` on {os.cpu_count()} cores ({platform.machine()}), Python "
            f"{platform.python_version()}, NumPy {np.__version__}.",
            "",
            (__doc__ or "").split("\n\n    python")[0].split("\n", 2)[2],
            "",
            f"Of {WAYS['before'].title}, as training was until version 0.2, but for the number of\n"
            "networks, the mean loss of the cuts. Of the others, the difference to it: the mean,\n"
            "and that of each cut that was measured. Below 0 is better.",
            "",
            *table(LISTS),
            *table(FURTHER),
        ]
    )


def main() -> None:
    """Measures what is wanted and not there yet, and writes the page anew after each list."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--lists", nargs="*", choices=LISTS | FURTHER, default=[*LISTS, *FURTHER])
    parser.add_argument("--ways", nargs="*", choices=WAYS, default=list(WAYS))
    args = parser.parse_args()
    for name in args.lists:
        for way in args.ways:
            losses = [loss(name, WAYS[way], cut) for cut in CUTS]
            print(name, way, *(f"{each:.3f}" for each in losses), flush=True)
        RESULTS.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()

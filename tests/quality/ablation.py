"""`make ablation`: what each mechanism of training brings.

Each list is trained on with default settings, and again without one mechanism at a time. The loss
is measured on names of the list that training has not seen and that choose nothing, in nats per
character. The area under the curve is that of `two_samples.told_apart`, from the names learned and
those measured by; the length is that of 10,000 drawn names, as a share of the list's. Each seed has
a split of its own, and every variant has the same ones, so differences are taken split by split.

    python tests/quality/ablation.py [--lists dinosaurs …] [--without tilt …] [--seeds 0 1]

Each result is kept in build/quality/ablation until `make clean`, so that a run can be stopped and
gone on with. ABLATION.md beside this file has the table of what there is.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple
from unittest import mock

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import ablation_ahead
import short_lists
from short_lists import _spelled_with, loss_on
from two_samples import DATA, KEPT, told_apart

from rnn_names.corpus.corpus import Corpus, corpus_from_file
from rnn_names.corpus.names import Names
from rnn_names.processes import helper
from rnn_names.training import distillation, trainer, warm_start
from rnn_names.training.settings import SHORT_LIST, Settings
from rnn_names.training.setup import TrainingSetup

RESULTS = Path(__file__).resolve().parent / "ABLATION.md"
FOLDER = KEPT / "ablation"
SEEDS = range(3)
MAX_MEASURED = 2_000

LISTS = {
    "elvish": 100,
    "german-first-names": 200,
    "finnish-towns": 400,
    "swedish-towns": None,
    "dinosaurs": None,
}
"""Files of data/, and how many of their names are learned; None for nine tenths."""


class Variant(NamedTuple):
    """Training without a mechanism.

    Attributes:
        title: the mechanism.
        settings: how it is left out by settings.
        patches: or else by what takes the place of an attribute.
    """

    title: str
    settings: Mapping[str, Any] = MappingProxyType({})
    patches: Sequence[tuple[Any, str, Any]] = ()


_teacher_for_run = distillation.Teacher.for_run

VARIANTS = {
    "nothing": Variant("nothing"),
    "start": Variant("starting from the base (short lists only)"),
    "pull": Variant(
        "the pull to the start (short lists only)", patches=[(trainer, "DECAY_TO_START", 0)]
    ),
    "all-names": Variant("learning all names (short lists only)", {"held_out": 0.1}),
    "distillation": Variant("distillation", {"distil_epochs": 0}),
    # Not 1, since 0 times the log of 0 is not a number.
    "ngram": Variant(
        "the n-gram's share of the teacher",
        patches=[
            (
                distillation.Teacher,
                "for_run",
                lambda *four_and_share: _teacher_for_run(*four_and_share[:4], share=1 - 1e-9),
            )
        ],
    ),
    "tilt": Variant(
        "the tilt to the list's means", patches=[(distillation, "MAX_LOSS_RATIO", -np.inf)]
    ),
}


def split(name: str, seed: int) -> tuple[Corpus, Names]:
    """The names to learn, and those to measure by."""
    corpus = corpus_from_file(DATA / f"{name}.txt")
    rows = np.random.default_rng([24, seed]).permutation(len(corpus))
    n = LISTS[name] or round(0.9 * len(corpus))
    mine, rest = corpus.take(np.sort(rows[:n])), corpus.names.take(np.sort(rows[n:]))
    return mine, rest.take(_spelled_with(rest, np.unique(mine.names.codes))[:MAX_MEASURED])


def processor_seconds() -> float:
    """Of this process and those that it started and that ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def path_of(name: str, without: str, seed: int) -> Path:
    """Where a result is kept."""
    return FOLDER / f"{name} without {without} {seed}.json"


def measure(name: str, without: str, seed: int) -> None:
    """Trains once, and keeps the loss, the area under the curve, the length and the seconds."""
    corpus, others = split(name, seed)
    variant, began = VARIANTS[without], processor_seconds()
    start = None
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(warm_start, "Base", mock.Mock(load=short_lists.base)))
        if without != "start":
            start = warm_start.base_start(corpus, Settings())
        for patch in variant.patches:
            stack.enter_context(mock.patch.object(*patch))
        run = TrainingSetup(corpus, Settings(seed=seed, **variant.settings), start and start.model)
        trained = trainer.Trainer(run)
        for _ in trained.epochs():
            pass
    seconds, model = processor_seconds() - began, trained.model
    listed, measured = corpus.names.to_strings(), others.to_strings()
    found = {
        "loss": loss_on(model, others),
        "area": told_apart(listed, measured, lambda n: model.sample(n, seed=1)),
        "length": np.mean([*map(len, model.sample(10_000, seed=2))]) / corpus.names.lengths.mean(),
        "seconds": seconds,
    }
    path = path_of(name, without, seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found), encoding="utf-8")


def results(name: str, without: str) -> dict[int, dict[str, float]]:
    """What there is, by seed."""
    paths = {seed: path_of(name, without, seed) for seed in SEEDS}
    return {
        seed: json.loads(path.read_text(encoding="utf-8"))
        for seed, path in paths.items()
        if path.exists()
    }


def table(name: str) -> list[str]:
    """A list's table: of default training the figures, of the others the differences to it."""
    whole = results(name, "nothing")
    lines = [
        f"## {LISTS[name] or 'Nine tenths'} of {name}",
        "",
        "| left out | loss | area under the curve | length | processor seconds |",
        "|---|---|---|---|---|",
    ]
    for without, variant in VARIANTS.items():
        found = results(name, without)
        seeds = [seed for seed in found if seed in whole]
        if not seeds:
            continue
        each = {key: [found[seed][key] for seed in seeds] for key in whole[seeds[0]]}
        lost = [found[seed]["loss"] - whole[seed]["loss"] for seed in seeds]
        losses = ", ".join(
            f"{loss:.3f}" if without == "nothing" else f"{loss:+.3f}"
            for loss in (each["loss"] if without == "nothing" else lost)
        )
        area, length, seconds = (np.mean(each[key]) for key in ("area", "length", "seconds"))
        lines.append(
            f"| {variant.title} | {losses} | {area:.3f} | {100 * (length - 1):+.1f} % "
            f"| {seconds:.0f} |"
        )
    return [*lines, ""] if len(lines) > 4 else []


def page() -> str:
    """ABLATION.md."""
    about = (__doc__ or "").split("\n\n")[1]
    return "\n".join(
        [
            "# What each mechanism of training brings",
            "",
            "Made by `make ablation`.",
            "",
            about,
            "",
            "The loss is that of each seed; below the first row it is the difference to that, "
            "above 0 where the mechanism helps. The other figures are means.",
            "",
            *(line for name in LISTS for line in table(name)),
            *ablation_ahead.tables(),
        ]
    )


def main() -> None:
    """Measures what is wanted and not there yet, and writes the page anew after each result."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--lists", nargs="*", choices=LISTS, default=[*LISTS])
    parser.add_argument("--without", nargs="*", choices=VARIANTS, default=[*VARIANTS])
    parser.add_argument("--seeds", nargs="*", type=int, choices=SEEDS, default=[*SEEDS])
    args = parser.parse_args()
    os.environ[helper._MARK] = "1"  # no helper process: it would know nothing of the patches
    for name in args.lists:
        short = (LISTS[name] or len(corpus_from_file(DATA / f"{name}.txt"))) < SHORT_LIST
        left = set() if short else {"start", "pull", "all-names"}
        for without in args.without:
            for seed in args.seeds:
                if without not in left and not path_of(name, without, seed).exists():
                    measure(name, without, seed)
                    print(name, without, seed, flush=True)
                    RESULTS.write_text(page(), encoding="utf-8")
    RESULTS.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()

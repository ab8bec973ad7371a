"""Whole trainings by default, against an older commit of this repository in the same run.

The older program lives in an environment of its own, `.venv-bench-before`, made from the history.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from typing import NamedTuple

from contender import quartiles
from environment import ROOT, executable
from plan import Plan
from rows import Report, Row, compared, table

BEFORE = "383096b"
"""The commit that the bars name."""

FOLDER = ROOT / ".venv-bench-before"

FASTER = 2.0
"""How many times as fast a whole training is to be."""

MOST_LOSS = 0.002
"""Nats per character that the held-out loss may be higher by."""

QUALITY = 1.989
"""Held-out loss of the best Kneser-Ney model of first names (tests/quality/RESULTS.md)."""

LOWER_QUALITY = 1.95
"""Held-out loss of first names that a network needs dropout or distillation for."""

SHORT_LISTS = ("dinosaurs", "welsh-towns", "finnish-towns", "greek-towns", "german-first-names")
"""Lists of data/ with 240 to 1,590 names."""

LOWER = 0.008
"""Nats per character that the held-out loss of these is to be lower by, in the mean."""

SOONER = 0.43
"""Share of the older commit's time in which that loss is to be passed."""


class Run(NamedTuple):
    """A training.

    Attributes:
        seconds: of the whole process.
        loss: held-out loss, nats per character.
        passed: seconds of the epochs until each of two losses was passed.
    """

    seconds: float
    loss: float
    passed: dict[float, float]


SEEDS = {"dinosaurs": 2, "first-names": 2, "surnames": 2}
"""Trainings of a list by each side, where they are not three."""


def run(plan: Plan, report: Report) -> None:
    """Adds the rows about whole trainings of dinosaurs and first names."""
    _run(plan, report, [corpus for corpus in plan.lists if corpus != "surnames"])


def run_long(plan: Plan, report: Report) -> None:
    """Adds the rows about whole trainings of surnames."""
    _run(plan, report, ["surnames"])


def _run(plan: Plan, report: Report, corpora: list[str]) -> None:
    lines = []
    for corpus in corpora:
        runs = _runs(plan, corpus, plan.corpora[corpus])
        ours, before = runs["ours"], runs["before"]
        what = f"whole `train`, {corpus}"
        seconds = [[run.seconds for run in side] for side in (ours, before)]
        report.rows.append(_time_row(what, *seconds))
        report.rows.append(_loss_row(what, _loss(ours), _loss(before), MOST_LOSS))
        if corpus == "first-names":
            times = [[run.passed[QUALITY] for run in side] for side in (ours, before)]
            what = f"{what}, seconds to a held-out loss below {QUALITY}"
            against = f"commit {BEFORE}"
            report.rows.append(compared(what, times[0], against, times[1], "s", at_most=SOONER))
        lines += _lines(corpus, runs)
    report.notes.append(("Whole trainings", table(HEADS, lines)))


def run_short(plan: Plan, report: Report) -> None:
    """Adds the row about the held-out loss of short lists, and what they take."""
    lines, losses = [], []
    for corpus in SHORT_LISTS[: 1 if plan.quick else None]:
        runs = _runs(plan, corpus, str(ROOT / "data" / f"{corpus}.txt"))
        losses.append([_loss(runs[side]) for side in ("ours", "before")])
        lines += _lines(corpus, runs)
    ours, before = (sum(side) / len(losses) for side in zip(*losses, strict=True))
    what = f"whole `train`, {len(losses)} short lists"
    report.rows.append(_loss_row(what, ours, before, -LOWER))
    report.notes.append(("Whole trainings of short lists", table(HEADS, lines)))


HEADS = ("list", "side", "seed", "time", "held-out loss, nats per character")


def _runs(plan: Plan, corpus: str, path: str) -> dict[str, list[Run]]:
    """Trainings of one list by both sides, in turns; each seed has a split of its own."""
    programs = {"ours": executable("rnn-names"), "before": _older_program()}
    runs: dict[str, list[Run]] = {side: [] for side in programs}
    for seed in range(1 if plan.quick else SEEDS.get(corpus, 3)):
        for side in list(programs)[:: 1 if seed % 2 else -1]:
            plan.say(f"a whole training: {corpus}, {side}, seed {seed}")
            runs[side].append(train(programs[side], path, seed, plan))
    return runs


def _lines(corpus: str, runs: dict[str, list[Run]]) -> list[tuple[str, ...]]:
    return [
        (corpus, side, str(seed), f"{run.seconds:.1f} s", f"{run.loss:.4f}")
        for side, its in runs.items()
        for seed, run in enumerate(its)
    ]


def _loss(runs: list[Run]) -> float:
    return sum(run.loss for run in runs) / len(runs)


def _time_row(what: str, ours: list[float], before: list[float]) -> Row:
    """How many times as fast, by the medians; both sides trained on the same splits."""
    speeds = [[1 / seconds for seconds in side] for side in (ours, before)]
    row = compared(what, speeds[0], f"commit {BEFORE}", speeds[1], "", at_least=FASTER)
    sides = (f"{quartiles(side)[1]:.1f} s" for side in (ours, before))
    return replace(row, ours=next(sides), theirs=next(sides))


def _loss_row(what: str, ours: float, before: float, at_most: float) -> Row:
    return Row(
        f"{what}, held-out loss, mean over seeds",
        f"{ours:.4f} nats",
        f"commit {BEFORE}",
        f"{before:.4f} nats",
        f"{ours - before:+.4f}",
        f"≤ {at_most:+}",
        ours - before <= at_most,
    )


def train(program: str, corpus: str, seed: int, plan: Plan) -> Run:
    """One training by default; the split is the seed's, on all sides alike."""
    model, log = plan.folder / "whole.npz", plan.folder / "whole.log"
    few = ["--epochs", "3"] if plan.quick else []
    command = [program, "train", corpus, "-q", "--seed", str(seed), "-o", str(model), *few]
    began = time.perf_counter()
    subprocess.run([*command, "--log", str(log)], check=True)
    whole = time.perf_counter() - began
    seconds, loss, passed = 0.0, float("inf"), dict.fromkeys((QUALITY, LOWER_QUALITY), float("inf"))
    for line in log.read_text(encoding="utf-8").splitlines():
        epoch = json.loads(line)
        seconds += epoch["seconds"]
        if epoch["held_out_loss"] is not None:  # none once all names are learned
            loss = min(loss, epoch["held_out_loss"])
        passed = {goal: min(at, seconds) if loss < goal else at for goal, at in passed.items()}
    return Run(whole, loss, passed)


def _older_program() -> str:
    """The older commit's `rnn-names`, in an environment of its own."""
    program = FOLDER / "bin" / "rnn-names"
    if not program.exists():
        shutil.rmtree(FOLDER, ignore_errors=True)
        source = FOLDER / "source"
        subprocess.run([sys.executable, "-m", "venv", str(FOLDER)], check=True)
        source.mkdir()
        archive = subprocess.run(
            ["git", "-C", str(ROOT), "archive", BEFORE], check=True, capture_output=True
        )
        subprocess.run(["tar", "-x", "-C", str(source)], input=archive.stdout, check=True)
        pip = [str(FOLDER / "bin" / "python"), "-m", "pip", "install", "--quiet", str(source)]
        subprocess.run(pip, check=True)
    return str(program)

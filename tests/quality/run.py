"""`make quality`: the held-out loss of default training against Kneser-Ney at its best, and what the samples are like.

For each list, the same split in the same run: a tenth of the distinct names held out (at most 2,000). The rival is an interpolated
Kneser-Ney n-gram (`tests/kneser_ney.py`) whose order and discount are chosen *on the held-out names*, which favours it. The network
is trained as `rnn-names train LIST` does, with no option given; its best epoch is chosen on the held-out names too, as it always is.
The rule behind the default settings was found on other tenths of the lists than those measured here.

Of 10,000 samples: the share that is in neither part of the list, the share that is distinct, and the distance (total variation, from
0 to 1) of their trigrams to those of the held-out names, beside the distance of as many training names to the same.

    python tests/quality/run.py [--lists dinosaurs us-first-names …] [--output FILE]
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from kneser_ney import KneserNey

from rnn_names.corpus import MAX_HELD_OUT, Corpus, Names, read_corpus
from rnn_names.training import Settings, Trainer

DATA = Path(__file__).resolve().parent.parent.parent / "data"
HERE = Path(__file__).resolve().parent
SAMPLES = 10_000


@dataclass(frozen=True)
class Task:
    """A list, what part of it, and what must be reached.

    The rule behind the default settings was found on other parts of the first three lists than those that `folds` names.
    """

    title: str
    file: Path
    folds: range
    bar: float
    seconds: float
    size: int | None = None


TASKS = {
    "dinosaurs": Task("dinosaurs, mean of 5 folds", DATA / "dinosaurs.txt", range(5), -0.03, 60),
    "us-first-names": Task("US first names", DATA / "us-first-names.txt", range(3, 4), -0.06, 90),
    "us-surnames": Task("US surnames", DATA / "us-surnames.txt", range(3, 4), -0.05, 240),
    "200": Task("200 of the first names, mean of 5", DATA / "us-first-names.txt", range(5), 0, 60, 200),
    "500": Task("500 of the surnames, mean of 5", DATA / "us-surnames.txt", range(5), 0, 60, 500),
    "2000": Task("2,000 of the surnames", DATA / "us-surnames.txt", range(1), 0, 60, 2000),
    "greek": Task("Greek given names, mean of 5", HERE / "greek.txt", range(5), 0, 60),
    "russian": Task("Russian given names, mean of 5", HERE / "russian.txt", range(5), 0, 60),
    "chinese": Task("Chinese names", HERE / "chinese.txt", range(1), 0, 60),
}


@dataclass(frozen=True)
class Result:
    """What one split brought; losses in nats per character, distances and shares from 0 to 1."""

    network: float
    rival: float
    order: int
    seconds: float
    epochs: int
    new: float
    distinct: float
    distance: float
    own_distance: float


def split(corpus: Corpus, fold: int, size: int | None) -> tuple[Corpus, Names]:
    """The training part of a list and a tenth that is held out; another tenth for each fold, another subset where `size` is given."""
    if size is not None:
        rows = np.sort(np.random.default_rng([1, fold]).choice(len(corpus), size, replace=False))
        corpus, fold = Corpus(corpus.names.take(rows), corpus.counts[rows]), 0
    n = len(corpus)
    held = min(max(round(n / 10), 1), MAX_HELD_OUT)
    rows = np.random.default_rng(0).permutation(n)[fold * held : (fold + 1) * held]
    rest = np.setdiff1d(np.arange(n), rows)
    return Corpus(corpus.names.take(rest), corpus.counts[rest]), corpus.names.take(np.sort(rows))


def trigrams(names: list[str]) -> Counter[str]:
    """How often each three characters follow one another, the ends counted."""
    return Counter(f"^{name}$"[i : i + 3] for name in names for i in range(len(name)))


def distance(a: list[str], b: list[str]) -> float:
    """Half the sum of the differences of the trigrams' shares."""
    left, right = trigrams(a), trigrams(b)
    n, m = left.total(), right.total()
    return sum(abs(left[g] / n - right[g] / m) for g in left.keys() | right.keys()) / 2


def measure(task: Task, fold: int) -> Result:
    """Trains on one split as the command line does, and compares."""
    with task.file.open("rb") as stream:
        corpus, held_out = split(read_corpus([(task.title, stream)]), fold, task.size)
    known, unseen = corpus.names.to_strings(), held_out.to_strings()
    trainer = Trainer(corpus, Settings(), held_out=held_out)
    began = time.perf_counter()
    for _ in trainer.epochs():
        pass
    seconds = time.perf_counter() - began
    rival, order, _ = KneserNey(known, len(trainer.vocabulary)).best(unseen)
    samples = trainer.model.sample(SAMPLES, seed=1)
    rng = np.random.default_rng(2)
    as_many = [known[i] for i in rng.choice(len(known), min(len(unseen), len(known)), replace=False)]
    return Result(
        network=trainer.best_loss,
        rival=rival,
        order=order,
        seconds=seconds,
        epochs=trainer.epoch,
        new=_share_new(samples, known + unseen),
        distinct=len(set(samples)) / SAMPLES,
        distance=distance(samples[: len(unseen)], unseen),
        own_distance=distance(as_many, unseen),
    )


def _share_new(samples: list[str], known: list[str]) -> float:
    listed = set(known)
    return sum(name not in listed for name in samples) / len(samples)


def row(task: Task, results: list[Result]) -> str:
    """A line of the table."""
    mean = {field: float(np.mean([getattr(result, field) for result in results])) for field in Result.__dataclass_fields__}
    difference = mean["network"] - mean["rival"]
    slowest = max(result.seconds for result in results)
    met = "yes" if difference <= task.bar and slowest < task.seconds else "**no**"
    orders = ", ".join(map(str, sorted({result.order for result in results})))
    spread = f" ± {np.std([r.network - r.rival for r in results], ddof=1) / len(results) ** 0.5:.3f}" if len(results) > 1 else ""
    return (
        f"| {task.title} | {mean['network']:.3f} | {mean['rival']:.3f} (order {orders}) | {difference:+.3f}{spread} | {task.bar:+.2f} "
        f"| {slowest:.0f} s | {task.seconds:.0f} s | {met} | {mean['new']:.1%} | {mean['distinct']:.1%} "
        f"| {mean['distance']:.2f} / {mean['own_distance']:.2f} |"
    )


def main() -> None:
    """Measures, prints the table as it grows, and writes it down."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--lists", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--output", type=Path, default=None, help="default: RESULTS.md beside this file, when all lists are run")
    args = parser.parse_args()
    lines = [
        "| list | network | Kneser-Ney | difference | bar | slowest training | bar | met | new | distinct | trigrams: samples / list |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    print("\n".join(lines), flush=True)
    for title in args.lists:
        task = TASKS[title]
        lines.append(row(task, [measure(task, fold) for fold in task.folds]))
        print(lines[-1], flush=True)
    output = args.output or (HERE / "RESULTS.md" if args.lists == list(TASKS) else None)
    if output:
        machine = f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, NumPy {np.__version__}"
        what = (__doc__ or "").split("\n", 2)[2].rsplit("\n\n", 1)[0]
        text = f"# Quality\n\nMade by `make quality` on {machine}.\n\n{what}\n\n"
        output.write_text(text + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

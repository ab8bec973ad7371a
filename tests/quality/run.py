"""`make quality`: held-out loss against Kneser-Ney at its best, and what the samples are like.

For each list, the same split in the same run: a tenth of the distinct names held out (at most
2,000). The rival is an interpolated Kneser-Ney n-gram, `tests/quality/kneser_ney.py`, whose order
and discount are chosen *on the held-out names*, which favours it. The network is trained with the
default settings for a list as long as the rest, with no option given; its best epoch is chosen on
the held-out names too, as it always is. The rule behind the default settings was found on other
tenths of the lists than those measured here.

Of 10,000 samples: the share that is in neither part of the list, the share that is distinct, and
the distance (total variation, from 0 to 1) of their trigrams to those of the held-out names, beside
the distance of as many training names to the same.

Then the same for lists in scripts with large alphabets (`alphabets.py`).

For short lists, what it brings to start from a bundled model; what patience brings on the first
names; each bundled model against Kneser-Ney; and three networks of one list, blended. Then whether
draws can be told from names of the list, and their lengths (`two_samples.py`). Last, what the names
of each bundled model are like as wholes (`wholes.py`).

    python tests/quality/run.py [--parts bundled ensemble …] [--lists dinosaurs us-first-names …]

RESULTS.md beside this file keeps what was measured. Where not all parts are run, the others are
left as they are there; so are the other rows of a table where not all lists are.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import alphabets
import two_samples
import wholes
from kneser_ney import KneserNey
from splits import compared, split, trainer_of

from rnn_names import Model, blend
from rnn_names.corpus.corpus import read_corpus
from rnn_names.network.language_model import mean_loss
from rnn_names.training.settings import Settings

DATA = Path(__file__).resolve().parent.parent.parent / "data"
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(DATA))
RESULTS = HERE / "RESULTS.md"
SAMPLES = 10_000

TITLES = {
    "lists": "Against Kneser-Ney",
    "alphabets": "Scripts with large alphabets",
    "further": "From one list to another",
    "patience": "With patience",
    "bundled": "The bundled models",
    "ensemble": "Three networks of one list as one",
    "two-samples": "Drawn names beside those of the list",
    "lengths": "Lengths",
    "wholes": "The bundled models' names as wholes",
}
"""The parts of the page."""


@dataclass(frozen=True)
class Task:
    """A list, what part of it, and what must be reached.

    The rule behind the default settings was found on other parts of the first three lists than
    those that `folds` names.
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
    "200": Task(
        "200 of the first names, mean of 5", DATA / "us-first-names.txt", range(5), 0, 60, 200
    ),
    "500": Task("500 of the surnames, mean of 5", DATA / "us-surnames.txt", range(5), 0, 60, 500),
    "2000": Task("2,000 of the surnames", DATA / "us-surnames.txt", range(1), 0, 60, 2000),
    "greek": Task("Greek given names, mean of 5", HERE / "greek.txt", range(5), 0, 60),
    "russian": Task("Russian given names, mean of 5", HERE / "russian.txt", range(5), 0, 60),
    "chinese": Task("Chinese names", HERE / "chinese.txt", range(1), 0, 60),
}


FURTHER = {
    "200 of the dinosaurs, mean of 5": Task("", DATA / "dinosaurs.txt", range(5), 0, 60, 200),
    "200 of the elvish names, mean of 5": Task("", DATA / "elvish.txt", range(5), 0, 60, 200),
    "50 of the dinosaurs, mean of 10": Task("", DATA / "dinosaurs.txt", range(10), 0, 60, 50),
    "50 of the elvish names, mean of 10": Task("", DATA / "elvish.txt", range(10), 0, 60, 50),
}
"""Lists that training goes on with from a model of another one, with which they have no names in
common."""

PATIENCE = Settings(
    hidden_size=512, epochs=48, distil_epochs=12, dropout=0.4, recurrent_dropout=0.3
)
"""More units, epochs and dropout than the default, for the lowest loss on first names rather than
the soonest."""


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


def trigrams(names: list[str]) -> Counter[str]:
    """How often each three characters follow one another, the ends counted."""
    return Counter(f"^{name}$"[i : i + 3] for name in names for i in range(len(name)))


def distance(a: list[str], b: list[str]) -> float:
    """Half the sum of the differences of the trigrams' shares."""
    left, right = trigrams(a), trigrams(b)
    n, m = left.total(), right.total()
    return sum(abs(left[g] / n - right[g] / m) for g in left.keys() | right.keys()) / 2


BUNDLED = """The loss of each bundled model on those names of its list that its training
held out, in nats per character, and that of Kneser-Ney on the same split. Its order and discount
are chosen on the held-out names; the networks' best epochs were, too."""

ENSEMBLE = """Three networks with the default settings and different seeds, trained on one split
of the list, and their blend, which takes no training: nats per character on the names held out."""


def measure(task: Task, fold: int) -> Result:
    """Trains on one split as the command line does, and compares."""
    with task.file.open("rb") as stream:
        corpus, held_out = split(read_corpus([(task.title, stream)]), fold, task.size)
    known, unseen = corpus.names.to_strings(), held_out.to_strings()
    found = compared(corpus, held_out)
    samples = found.trainer.model.sample(SAMPLES, seed=1)
    rng = np.random.default_rng(2)
    as_many = [
        known[i] for i in rng.choice(len(known), min(len(unseen), len(known)), replace=False)
    ]
    return Result(
        network=found.network,
        rival=found.rival,
        order=found.order,
        seconds=found.seconds,
        epochs=found.trainer.epoch,
        new=_share_new(samples, known + unseen),
        distinct=len(set(samples)) / SAMPLES,
        distance=distance(samples[: len(unseen)], unseen),
        own_distance=distance(as_many, unseen),
    )


def losses(
    task: Task, fold: int, settings: Settings, *inits: Model | None
) -> tuple[list[float], float]:
    """The held-out loss of training on one split, from each of some models or from nothing.

    Besides, the seconds of the last.
    """
    with task.file.open("rb") as stream:
        corpus, held_out = split(read_corpus([(task.title, stream)]), fold, task.size)
    found = []
    for init in inits:
        began = time.perf_counter()
        trainer = trainer_of(corpus, held_out, settings, init)
        for _ in trainer.epochs():
            pass
        found.append(trainer.model.training["held_out_loss"])
    return found, time.perf_counter() - began


def further() -> Iterator[str]:
    """A table, line by line: short lists alone, and from the bundled model of first names."""
    yield "| list | alone | from `first-names` | difference |"
    yield "|---|---|---|---|"
    start = Model.load("first-names")
    for title, task in FURTHER.items():
        alone, after = np.array(
            [losses(task, fold, Settings(held_out=0.1), None, start)[0] for fold in task.folds]
        ).T
        gain = after - alone
        spread = np.std(gain, ddof=1) / len(gain) ** 0.5
        yield (
            f"| {title} | {alone.mean():.3f} | {after.mean():.3f} "
            f"| {gain.mean():+.3f} ± {spread:.3f} |"
        )


def patience() -> Iterator[str]:
    """A line: the first names with more of everything."""
    task = TASKS["us-first-names"]
    [loss], seconds = losses(task, task.folds[0], PATIENCE, None)
    options = (
        f"`--hidden-size {PATIENCE.hidden_size} --epochs {PATIENCE.epochs} "
        f"--distil-epochs {PATIENCE.distil_epochs} --dropout {PATIENCE.dropout} "
        f"--recurrent-dropout {PATIENCE.recurrent_dropout}`"
    )
    yield (
        f"With {options}, the first names come to {loss:.3f} nats per character on the same split, "
        f"in {seconds:.0f} s."
    )


def bundled_models() -> Iterator[str]:
    """A table, line by line: each bundled model beside Kneser-Ney on its split."""
    import make_models

    yield "| model | names | units | network | Kneser-Ney | difference |"
    yield "|---|---|---|---|---|---|"
    for name in make_models.RECIPE:
        model, corpus = Model.load(name), make_models.corpus_of(name)
        run = make_models.run_of(model, corpus)
        unseen = run.held_out.to_strings()
        rival = KneserNey(run.corpus.names.to_strings(), len(run.vocabulary))
        loss, order, _ = rival.best(unseen)
        own = mean_loss(model.params, model.vocabulary, run.held_out)
        yield (
            f"| `{name}` | {len(corpus):,} | {model.hidden_size} | {own:.3f} "
            f"| {loss:.3f} (order {order}) | {own - loss:+.3f} |"
        )


def ensemble() -> Iterator[str]:
    """A table, line by line: three networks of one list and split, and their blend."""
    yield "| list | each of three seeds | the best of them | their blend | difference |"
    yield "|---|---|---|---|---|"
    task = TASKS["dinosaurs"]
    with task.file.open("rb") as stream:
        corpus, held_out = split(read_corpus([(task.title, stream)]), 0, task.size)
    trainers = [
        trainer_of(corpus, held_out, Settings(seed=seed, held_out=0.1)) for seed in range(3)
    ]
    for trainer in trainers:
        for _ in trainer.epochs():
            pass
    together = blend([trainer.model for trainer in trainers])
    loss = mean_loss(together.params, together.vocabulary, held_out)
    best = min(trainer.model.training["held_out_loss"] for trainer in trainers)
    alone = ", ".join(f"{trainer.model.training['held_out_loss']:.3f}" for trainer in trainers)
    yield f"| dinosaurs | {alone} | {best:.3f} | {loss:.3f} | {loss - best:+.3f} |"


def _share_new(samples: list[str], known: list[str]) -> float:
    listed = set(known)
    return sum(name not in listed for name in samples) / len(samples)


def row(task: Task, results: list[Result]) -> str:
    """A line of the table."""
    mean = {
        field: float(np.mean([getattr(result, field) for result in results]))
        for field in Result.__dataclass_fields__
    }
    difference = mean["network"] - mean["rival"]
    slowest = max(result.seconds for result in results)
    met = "yes" if difference <= task.bar and slowest < task.seconds else "**no**"
    orders = ", ".join(map(str, sorted({result.order for result in results})))
    spread = (
        f" ± {np.std([r.network - r.rival for r in results], ddof=1) / len(results) ** 0.5:.3f}"
        if len(results) > 1
        else ""
    )
    return (
        f"| {task.title} | {mean['network']:.3f} | {mean['rival']:.3f} (order {orders}) | "
        f"{difference:+.3f}{spread} | {task.bar:+.2f} "
        f"| {slowest:.0f} s | {task.seconds:.0f} s | {met} | {mean['new']:.1%} | "
        f"{mean['distinct']:.1%} "
        f"| {mean['distance']:.2f} / {mean['own_distance']:.2f} |"
    )


TWO_SAMPLES = (two_samples.__doc__ or "").split("\n", 2)[2]

LENGTHS = f"""The same networks, each of which learned one half of its list. The lengths, in
characters, of the names of that half and of {two_samples.LENGTHS_DRAWN:,} draws. On the mean of
three splits they must be within {two_samples.MEAN_BAR:.0%} of the list's mean, and within
{two_samples.DEVIATION_BAR:.0%} of its standard deviation."""

COLUMNS = (
    "list",
    "network",
    "Kneser-Ney",
    "difference",
    "bar",
    "slowest training",
    "bar",
    "met",
    "new",
    "distinct",
    "trigrams: samples / list",
)


@dataclass(frozen=True)
class Table:
    """A table with a row for each list, of which any can be measured alone.

    Attributes:
        text: what stands above it.
        columns: of its head.
        titles: of each list, the first cell of its row.
        row: measures a list, and gives its row.
    """

    text: str
    columns: Iterable[str]
    titles: dict[str, str]
    row: Callable[[str], str]

    def section(self, rows: dict[str, str]) -> str:
        """Text, head and the rows there are, by their first cells, in the order of the lists."""
        head = [f"| {' | '.join(self.columns)} |", f"|{'---|' * len(list(self.columns))}"]
        there = [rows[title] for title in self.titles.values() if title in rows]
        return "\n".join([f"{self.text.strip()}\n", *head, *there])

    def rows_of(self, section: str) -> dict[str, str]:
        """The rows that a section of the page has, by their first cells."""
        lines = [line for line in section.splitlines() if line.startswith("| ")]
        return {line.split("|")[1].strip(): line for line in lines}


TABLES = {
    "lists": Table(
        (__doc__ or "").split("\n", 2)[2].split("\n\nThen the same")[0],
        COLUMNS,
        {name: task.title for name, task in TASKS.items()},
        lambda name: row(TASKS[name], [measure(TASKS[name], fold) for fold in TASKS[name].folds]),
    ),
    "alphabets": Table(
        (alphabets.__doc__ or "").split("\n", 2)[2],
        alphabets.COLUMNS,
        alphabets.TITLES,
        alphabets.row_of,
    ),
    "two-samples": Table(
        TWO_SAMPLES,
        two_samples.COLUMNS,
        {name: each.title for name, each in two_samples.TOLD_APART.items()},
        two_samples.row_of_areas,
    ),
    "lengths": Table(
        LENGTHS,
        two_samples.LENGTH_COLUMNS,
        {name: each.title for name, each in two_samples.MEASURED.items()},
        two_samples.row_of_lengths,
    ),
    "wholes": Table(
        (wholes.__doc__ or "").split("\n", 2)[2], wholes.COLUMNS, wholes.TITLES, wholes.row_of
    ),
}


def sections_before() -> dict[str, str]:
    """What RESULTS.md has, by title."""
    before = RESULTS.read_text(encoding="utf-8").split("\n## ")[1:] if RESULTS.exists() else []
    return dict(section.split("\n", 1) for section in before)


def page(parts: dict[str, str]) -> str:
    """RESULTS.md: a section for each part, of which those not given are as they were."""
    machine = (
        f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, "
        f"NumPy {np.__version__}"
    )
    sections = sections_before() | parts
    ordered = [
        f"## {title}\n\n{sections[title].strip()}\n"
        for title in TITLES.values()
        if title in sections
    ]
    return "\n".join([f"# Quality\n\nMade by `make quality` on {machine}.\n", *ordered])


def write(part: str, section: str) -> None:
    """Puts a section into RESULTS.md."""
    RESULTS.write_text(page({TITLES[part]: section}), encoding="utf-8")


def main() -> None:
    """Measures, prints each line as it comes, and writes down each row or what is whole."""
    lists = dict.fromkeys(name for table in TABLES.values() for name in table.titles)
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--lists", nargs="*", choices=lists, default=list(lists))
    parser.add_argument("--parts", nargs="*", choices=TITLES, default=list(TITLES))
    args = parser.parse_args()
    others = {
        "further": (
            "Training with default settings on the same splits, alone and with `--init`.",
            further,
        ),
        "patience": ("With more of everything than the defaults.", patience),
        "bundled": (BUNDLED, bundled_models),
        "ensemble": (ENSEMBLE, ensemble),
    }
    for part in args.parts:
        if part in TABLES:
            table = TABLES[part]
            rows = table.rows_of(sections_before().get(TITLES[part], ""))
            for name in table.titles:
                if name in args.lists:
                    rows[table.titles[name]] = table.row(name)
                    print(rows[table.titles[name]], flush=True)
                    write(part, table.section(rows))
        else:
            text, measured = others[part]
            found = ""
            for line in measured():
                print(line, flush=True)
                found += f"{line}\n"
            write(part, f"{text}\n\n{found}")


if __name__ == "__main__":
    main()

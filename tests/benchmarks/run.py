"""The benchmark: every speed that rnn-names promises, measured beside what it is compared with.

    python tests/benchmarks/run.py                  17 to 55 minutes; writes RESULTS.md here
    python tests/benchmarks/run.py --quick          a smoke run; its numbers mean little
    python tests/benchmarks/run.py --rows start     some only; "long", "short" and "rivals" so alone

It makes an environment of its own, `.venv-bench`, on the first run. Nothing else should run on the
machine meanwhile.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import environment

if TYPE_CHECKING:
    from plan import Plan
    from rows import Report

HERE = Path(__file__).resolve().parent
ROWS = (
    *("start", "edges", "unique", "sampling", "growth", "training", "profile", "whole", "blend"),
    "rare",
)
"""Rows of a run of everything."""

SLOW_ROWS = ("long", "short", "rivals")
"""Rows to be asked for: whole trainings of surnames, of short lists, and of other libraries."""

QUICK_NAMES = 6_000

PROFILED = (("dinosaurs", 192, 68), ("first-names", 256, 543))
"""List, hidden units and names per minibatch of the profiles: defaults."""


def main() -> None:
    """Measures, prints and keeps."""
    arguments = _arguments()
    environment.enter()
    cores = environment.use_two_cores()

    from contender import Contender
    from plan import Plan
    from rows import Report

    report = Report()
    with Contender("machine:Machine") as machine:
        facts = machine.call("describe", cores)
    with tempfile.TemporaryDirectory() as folder:
        corpora = _corpora(Path(folder), arguments.quick)
        plan = Plan(corpora, Path(folder), arguments.quick, tuple(arguments.lists))
        for row in arguments.rows:
            _measure(row, plan, report)
            page = report.markdown(facts)
            if arguments.output:  # a run that is interrupted leaves the rows so far
                arguments.output.write_text(page, encoding="utf-8")
        plan.say("done")
    print(page)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a smoke run of one or two minutes")
    parser.add_argument(
        "--rows",
        nargs="+",
        choices=(*ROWS, *SLOW_ROWS),
        default=ROWS,
        metavar="ROW",
        help=f"some of: {', '.join((*ROWS, *SLOW_ROWS))}",
    )
    parser.add_argument(
        "--lists",
        nargs="+",
        choices=tuple(environment.CORPORA),
        default=tuple(environment.CORPORA),
        metavar="LIST",
        help=f"that training is measured on: {', '.join(environment.CORPORA)}",
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="where to write the page [RESULTS.md, if all is run]",
    )
    arguments = parser.parse_args()
    if arguments.output is None and not arguments.quick and tuple(arguments.rows) == ROWS:
        arguments.output = HERE / "RESULTS.md"
    return arguments


def _corpora(folder: Path, quick: bool) -> dict[str, str]:
    """Paths of the name lists, by the bundled model of each: whole, or a few names of each."""
    if not quick:
        return {name: str(path) for name, path in environment.CORPORA.items()}
    few = {}
    for name, path in environment.CORPORA.items():
        names = path.read_text(encoding="utf-8").splitlines()
        few[name] = str(folder / f"{name}.txt")
        sample = random.Random(0).sample(names, min(len(names), QUICK_NAMES))
        Path(few[name]).write_text("\n".join(sample), encoding="utf-8")
    return few


def _measure(row: str, plan: Plan, report: Report) -> None:
    import blend_rows
    import process_rows
    import rare_rows
    import rival_rows
    import sampling_rows
    import training_rows
    import whole_rows

    rows: dict[str, Callable[[Plan, Report], None]] = {
        "training": training_rows.run,
        "sampling": sampling_rows.run,
        "rare": rare_rows.run,
        "blend": blend_rows.run,
        "start": process_rows.run_start,
        "edges": process_rows.run_edges,
        "unique": process_rows.run_unique,
        "growth": process_rows.run_growth,
        "profile": _profile,
        "whole": whole_rows.run,
        "long": whole_rows.run_long,
        "short": whole_rows.run_short,
        "rivals": rival_rows.run,
    }
    rows[row](plan, report)


def _profile(plan: Plan, report: Report) -> None:
    from contender import Contender

    plan.say("profile")
    with Contender("step_profile:StepProfile") as profile:
        for corpus, n_a, batch_size in PROFILED:
            title = f"Where the time of a training step goes, GRU {n_a}, batch {batch_size:,}"
            page = profile.call("markdown", plan.corpora[corpus], "gru", n_a, batch_size)
            report.notes.append((title, page))


if __name__ == "__main__":
    main()

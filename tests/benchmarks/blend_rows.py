"""A blend of two models against the larger of them alone."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from contender import Contender, take_turns
from environment import executable
from rows import Report, compared

if TYPE_CHECKING:
    from plan import Plan

SIZES = (192, 256)
"""Hidden units of the two GRUs."""

LEAST = 1 / 3
"""The share of the larger one's rate that the blend must reach."""


def run(plan: Plan, report: Report) -> None:
    """Adds a row: two GRUs of one list, so that the blend's names begin as variously as theirs."""
    plan.say("two models to blend")
    models = [_trained(plan, size) for size in SIZES]
    both = str(plan.folder / "both.npz")
    subprocess.run([executable("rnn-names"), "blend", *models, "-o", both], check=True)
    count = plan.sampled // 10  # plenty for a ratio
    plan.say("sampling from a blend")
    with (
        Contender("sampling_sides:OurSampling", both) as blended,
        Contender("sampling_sides:OurSampling", models[-1]) as alone,
    ):
        values = take_turns(
            {
                "blend": lambda number: blended.call("rate", count, number),
                "alone": lambda number: alone.call("rate", count, number),
            },
            plan.sampling_rounds,
        )
    what = f"sampling {count:,} names from a blend of GRUs of {SIZES[0]} and {SIZES[1]}"
    against = f"the GRU of {SIZES[1]} alone"
    report.rows.append(
        compared(what, values["blend"], against, values["alone"], "names/s", at_least=LEAST)
    )


def _trained(plan: Plan, size: int) -> str:
    """Path of a GRU that learned from the first names for a few epochs."""
    path = str(plan.folder / f"gru-{size}.npz")
    command = [executable("rnn-names"), "train", plan.corpora["first-names"], "--quiet"]
    options = {"--hidden-size": size, "--epochs": 1 if plan.quick else 8, "--output": path}
    command += [str(word) for option in options.items() for word in option]
    subprocess.run(command, check=True)
    return path

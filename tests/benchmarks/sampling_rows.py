"""A million names against namemaker and PyTorch."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from contender import Contender, quartiles, take_turns
from plan import Plan
from rows import Report, compared, rate, table

from rnn_names.model import bundled

if TYPE_CHECKING:
    from sampling_sides import Variant

VARIANTS: list[Variant] = list(
    itertools.product(
        (1024, 4096, 16384), (1, 2), ("multinomial", "race", "inverse"), ("float32", "bfloat16")
    )
)

NAMES = "names/s"


FEW = (5_000, 20_000)
"""Names of namemaker's shorter runs, which show whether a round of a few seconds does it wrong."""


def run(plan: Plan, report: Report) -> None:
    """Adds the sampling rows.

    The slow sides have a few seconds a round: a million names would take them minutes.
    """
    model = str(bundled.path_of("first-names"))
    plan.say(f"sampling {plan.sampled:,} names")
    limits = plan.sampled, plan.peer_seconds
    with (
        Contender("sampling_sides:OurSampling", model) as ours,
        Contender("sampling_sides:Namemaker", plan.corpus) as namemaker,
        Contender("sampling_sides:TorchSampling", model) as torch,
    ):
        ours.call("rate", 20_000, 0)
        variant, rates = _best_variant(torch, plan)
        by_number = [
            (n, *(namemaker.call("rate", n, plan.peer_seconds, bare) for bare in (False, True)))
            for n in FEW
        ]
        plan.say("sampling in turns")
        values = take_turns(
            {
                "ours": lambda number: ours.call("rate", plan.sampled, number),
                "namemaker": lambda number: namemaker.call("rate", *limits, False),
                "bare namemaker": lambda number: namemaker.call("rate", *limits, True),
                "torch": lambda number: torch.call("rate", *limits, variant, number),
            },
            plan.sampling_rounds,
        )
    what = f"sampling {plan.sampled:,} names, the bundled first-names, GRU 256"
    report.rows += [
        compared(
            what,
            values["ours"],
            "namemaker, order 3, as documented",
            values["namemaker"],
            NAMES,
        ),
        compared(
            what,
            values["ours"],
            f"PyTorch: {_named(variant)}",
            values["torch"],
            NAMES,
            at_least=4.0,
        ),
        # Like ours, it then leaves out neither known names nor repeats.
        compared(
            what,
            values["ours"],
            "namemaker, order 3, all its filters off",
            values["bare namemaker"],
            NAMES,
            at_least=1.0,
        ),
    ]
    told = (
        f"In the table above, namemaker and PyTorch have {plan.peer_seconds:g} seconds a round, "
        f"on the way to {plan.sampled:,} names"
    )
    lines = [
        (f"{n:,} names, one round", rate(filtered, NAMES), rate(bare, NAMES))
        for n, filtered, bare in by_number
    ]
    medians = (rate(quartiles(values[side])[1], NAMES) for side in ("namemaker", "bare namemaker"))
    lines.append((f"{plan.peer_seconds:g} seconds, median of rounds", *medians))
    text = f"{told}. How namemaker's rate goes with the length of a run:\n\n"
    report.notes.append(
        (
            "namemaker in longer and shorter runs",
            text + table(("run", "as documented", "all filters off"), lines),
        )
    )
    ranked = sorted(rates.items(), key=lambda item: -item[1])
    pairs = [(_named(v), rate(speed, NAMES)) for v, speed in ranked[:4] + ranked[-1:]]
    report.notes.append(
        ("PyTorch's ways to sample", table(("best four and the last, first round", "rate"), pairs))
    )


def _best_variant(torch: Contender, plan: Plan) -> tuple[Variant, dict[Variant, float]]:
    """PyTorch's fastest way, and the rate of each; the best few are tried longer."""
    n = max(size for size, *_ in VARIANTS)
    torch.call("rate", 1024, plan.search_seconds, VARIANTS[0], 0)
    rates = {
        variant: torch.call("rate", n, plan.search_seconds, variant, 1) for variant in VARIANTS
    }
    finalists = sorted(rates, key=lambda variant: -rates[variant])[: 2 if plan.quick else 4]
    # As in the row itself.
    limits = plan.sampled, plan.peer_seconds
    sides = {str(v): lambda i, v=v: torch.call("rate", *limits, v, i) for v in finalists}
    again = take_turns(sides, 1 if plan.quick else 2)
    return max(finalists, key=lambda variant: quartiles(again[str(variant)])[1]), rates


def _named(variant: Variant) -> str:
    size, threads, draw, precision = variant
    plural = "s" if threads > 1 else ""
    return f"{size:,} at a time, {draw}, {threads} thread{plural}, {precision}"

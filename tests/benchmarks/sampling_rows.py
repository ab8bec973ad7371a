"""A million names against namemaker and PyTorch."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from contender import Contender, quartiles, take_turns
from plan import Plan
from report import Report, compared, rate, table

if TYPE_CHECKING:
    from sampling_sides import Variant

VARIANTS: list[Variant] = list(itertools.product((256, 1024, 4096, 16384, 65536), (1, 2), ("multinomial", "race", "inverse")))

NAMES = "names/s"


def run(plan: Plan, report: Report) -> None:
    """Adds the sampling rows."""
    plan.say("a model to sample from")
    model = plan.model("rnn")
    plan.say(f"sampling {plan.sampled:,} names")
    with (
        Contender("sampling_sides:OurSampling", model) as ours,
        Contender("sampling_sides:Namemaker", plan.corpus) as namemaker,
        Contender("sampling_sides:TorchSampling", model) as torch,
    ):
        ours.call("rate", 20_000, 0)
        variant, rates = _best_variant(torch, plan.quick)
        values = take_turns(
            {
                "ours": lambda number: ours.call("rate", plan.sampled, number),
                "namemaker": lambda number: namemaker.call("rate", plan.sampled, False),
                "bare namemaker": lambda number: namemaker.call("rate", plan.sampled, True),
                "torch": lambda number: torch.call("rate", plan.sampled, variant, number),
            },
            plan.sampling_rounds,
        )
    what = f"sampling {plan.sampled:,} names, n_a 256"
    report.rows += [
        compared(what, values["ours"], "namemaker, order 3, as documented", values["namemaker"], NAMES, at_least=6.0),
        compared(what, values["ours"], f"PyTorch: {_named(variant)}", values["torch"], NAMES, at_least=4.0),
        # No bar: like ours, it then leaves out neither known names nor repeats.
        compared(what, values["ours"], "namemaker, order 3, all its filters off", values["bare namemaker"], NAMES),
    ]
    ranked = sorted(rates.items(), key=lambda item: -item[1])
    lines = [(_named(v), rate(speed, NAMES)) for v, speed in ranked[:4] + ranked[-1:]]
    report.notes.append(("PyTorch's ways to sample", table(("best four and the last, first round", "rate"), lines)))


def _best_variant(torch: Contender, quick: bool) -> tuple[Variant, dict[Variant, float]]:
    """PyTorch's fastest way, and the rate of each; the best few are tried longer."""
    n = 4_000 if quick else 65_536
    torch.call("rate", n, VARIANTS[0], 0)
    rates = {variant: torch.call("rate", n, variant, 1) for variant in VARIANTS if variant[0] <= n}
    finalists = sorted(rates, key=lambda variant: -rates[variant])[: 2 if quick else 4]
    again = take_turns({str(v): lambda i, v=v: torch.call("rate", 2 * n, v, i) for v in finalists}, 1 if quick else 3)
    return max(finalists, key=lambda variant: quartiles(again[str(variant)])[1]), rates


def _named(variant: Variant) -> str:
    size, threads, draw = variant
    return f"{size:,} at a time, {draw}, {threads} thread{'s' if threads > 1 else ''}"

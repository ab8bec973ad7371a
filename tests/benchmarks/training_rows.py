"""Training against PyTorch, and against the machine's matrix products."""

from __future__ import annotations

import itertools
from contextlib import ExitStack
from typing import TYPE_CHECKING

from contender import Contender, quartiles, take_turns
from plan import Plan
from report import Report, compared, rate, table

if TYPE_CHECKING:
    from training_sides import Variant

SIZES = ((128, 256, 2.5), (128, 1024, 4.0), (256, 1024, 3.0))
"""Hidden units, names per minibatch, and the ratio to reach."""

ARITHMETIC_SIZE = (256, 1024)
"""Where the arithmetic in use is counted."""

VARIANTS: list[Variant] = list(
    itertools.product(
        ("one-hot", "embedding"), ("packed", "padded"), ("fused", "foreach", "plain"), (1, 2)
    )
)

CHARACTERS = "characters/s"


def run(plan: Plan, report: Report) -> None:
    """Adds the training rows."""
    for n_a, batch_size, bar in SIZES:
        plan.say(f"training, n_a {n_a}, batch {batch_size:,}")
        size = f"n_a {n_a}, batch {batch_size:,}"
        values, n_y, variant, rates = _measured(plan, n_a, batch_size)
        against = f"PyTorch: {_named(variant)}"
        report.rows.append(
            compared(
                f"training, {size}",
                values["ours"],
                against,
                values["torch"],
                CHARACTERS,
                at_least=bar,
            )
        )
        if "products" in values:
            dense = 3 * 2 * (n_a**2 + 2 * n_a * n_y) / 1e9  # per character, without a prefix tree
            used = [dense * speed for speed in values["ours"]]
            against = "best matrix-product rate, both cores"
            what = f"arithmetic that dense training would need, {size}"
            report.rows.append(
                compared(what, used, against, values["products"], "GFLOP/s", at_least=1.0)
            )
        ranked = sorted(rates.items(), key=lambda item: -item[1])
        lines = [(_named(v), rate(speed, CHARACTERS)) for v, speed in ranked[:4] + ranked[-1:]]
        report.notes.append(
            (
                f"PyTorch's ways, {size}",
                table(("best four and the last, first round", "rate"), lines),
            )
        )


def _measured(
    plan: Plan, n_a: int, batch_size: int
) -> tuple[dict[str, list[float]], int, Variant, dict[Variant, float]]:
    """Characters per second of both sides (and GFLOP/s of matrix products), n_y, PyTorch's way and
    the rates of its others.
    """
    with ExitStack() as stack:
        ours = stack.enter_context(
            Contender("training_sides:OurTraining", plan.corpus, n_a, batch_size)
        )
        torch = stack.enter_context(
            Contender("training_sides:TorchTraining", plan.corpus, n_a, batch_size)
        )
        n_y = ours.call("n_y")
        variant, rates = _best_variant(torch, plan.quick, batch_size)
        torch.call("choose", variant)
        sides = {
            "ours": lambda number: _rate(ours.call("epoch")),
            "torch": lambda number: _rate(torch.call("epoch", number)),
        }
        take_turns(sides, 1)  # the first epoch does not count: buffers grow
        if (n_a, batch_size) == ARITHMETIC_SIZE:
            products = stack.enter_context(Contender("training_sides:MatrixProducts", n_a, n_y))
            sides["products"] = lambda number: (
                products.call("best_rate", plan.product_seconds) / 1e9
            )
        return take_turns(sides, plan.training_rounds, first=1), n_y, variant, rates


def _rate(epoch: tuple[int, float]) -> float:
    characters, seconds = epoch
    return characters / seconds


def _best_variant(
    torch: Contender, quick: bool, batch_size: int
) -> tuple[Variant, dict[Variant, float]]:
    """PyTorch's fastest way, and the rate of each; the best few are tried longer."""
    n_batches = max((4 if quick else 16) * 256 // batch_size, 2) + (0 if quick else 4)
    rates = {variant: torch.call("rate", variant, n_batches) for variant in VARIANTS}
    finalists = sorted(rates, key=lambda variant: -rates[variant])[: 2 if quick else 5]
    again = take_turns(
        {str(v): lambda _, v=v: torch.call("rate", v, 2 * n_batches) for v in finalists},
        1 if quick else 3,
    )
    return max(finalists, key=lambda variant: quartiles(again[str(variant)])[1]), rates


def _named(variant: Variant) -> str:
    inputs, layout, adam, threads = variant
    return f"{inputs}, {layout}, {adam} Adam, {threads} thread{'s' if threads > 1 else ''}"

"""Training against PyTorch, and against the machine's matrix products."""

from __future__ import annotations

import itertools
from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple

from contender import Contender, quartiles, take_turns
from plan import Plan
from rows import Report, Row, compared, rate, table

if TYPE_CHECKING:
    from training_sides import Variant

SIZES = (
    ("dinosaurs", "gru", 192, 68, 2.5),
    ("first-names", "gru", 256, 543, 2.8),
    ("surnames", "gru", 384, 768, 2.2),
    ("first-names", "rnn", 128, 256, 2.3),
    ("first-names", "rnn", 256, 1024, 2.3),
)
"""List, cell, hidden units, names per minibatch, and the ratio to reach. The first three are what
runs by default on these lists."""

FLOOR = ("first-names", "gru", 256, 543, 0.55)
"""Where the matrix products are counted, and the share of a step that they are to be."""

VARIANTS: list[Variant] = list(
    itertools.product(
        ("one-hot", "embedding"),
        ("packed", "padded"),
        (1, 2),
        ("float32", "bfloat16"),
    )
)

CHARACTERS = "characters/s"

SEARCHED = 1000
"""Number of the first epoch in which the best ways are compared: the row has others."""


def run(plan: Plan, report: Report) -> None:
    """Adds the training rows."""
    for corpus, cell, n_a, batch_size, bar in SIZES:
        if corpus not in plan.lists:
            continue
        size = f"{corpus}, {'GRU' if cell == 'gru' else 'plain cell'} {n_a}, batch {batch_size:,}"
        plan.say(f"training, {size}")
        measured = _measured(plan, corpus, cell, n_a, batch_size)
        values, variant = measured.values, measured.variant
        against = f"PyTorch: {_named(variant)}"
        ours, theirs = values["ours"], values["torch"]
        row = compared(f"training, {size}", ours, against, theirs, CHARACTERS, at_least=bar)
        report.rows.append(row)
        if "products" in values:
            report.rows.append(_floor(size, measured))
        ranked = sorted(measured.rates.items(), key=lambda item: -item[1])
        lines = [(_named(v), rate(speed, CHARACTERS)) for v, speed in ranked[:4] + ranked[-1:]]
        text = table(("best four and the last, first round", "rate"), lines)
        report.notes.append((f"PyTorch's ways, {size}", text))


def _floor(size: str, measured: Measured) -> Row:
    """Matrix products in use, against the best rate of products of these sizes on both cores.

    The ratio is the share of a step that no implementation in float32 can do without.
    """
    used = [measured.per_character * speed / 1e9 for speed in measured.values["ours"]]
    what = f"matrix products of a step, {size}"
    against = "best matrix-product rate, both cores"
    best = measured.values["products"]
    return compared(what, used, against, best, "GFLOP/s", at_least=FLOOR[-1])


class Measured(NamedTuple):
    """What came of one size.

    Attributes:
        values: characters per second of both sides (and GFLOP/s of matrix products), by round.
        per_character: floating-point operations of our matrix products per character.
        variant: PyTorch's fastest way.
        rates: characters per second of each of its ways, first round.
    """

    values: dict[str, list[float]]
    per_character: float
    variant: Variant
    rates: dict[Variant, float]


def _measured(plan: Plan, corpus: str, cell: str, n_a: int, batch_size: int) -> Measured:
    with ExitStack() as stack:
        what = plan.corpora[corpus], cell, n_a, batch_size
        ours = stack.enter_context(Contender("training_sides:OurTraining", *what))
        torch = stack.enter_context(Contender("training_sides:TorchTraining", *what))
        variant, rates = _best_variant(torch, plan, batch_size)
        sides = {
            "ours": lambda number: _rate(ours.call("epoch")),
            "torch": lambda number: _rate(torch.call("epoch", variant, number, plan.peer_seconds)),
        }
        take_turns(sides, 1)  # the first epoch does not count: buffers grow
        per_character = 0.0
        if (corpus, cell, n_a, batch_size) == FLOOR[:-1]:
            per_character = ours.call("product_operations")
            n_y = ours.call("n_y")
            products = stack.enter_context(Contender("training_sides:MatrixProducts", n_a, n_y))
            sides["products"] = lambda number: (
                products.call("best_rate", plan.product_seconds) / 1e9
            )
        rounds = plan.training_rounds
        return Measured(take_turns(sides, rounds, first=1), per_character, variant, rates)


def _rate(epoch: tuple[int, float]) -> float:
    characters, seconds = epoch
    return characters / seconds


def _best_variant(
    torch: Contender, plan: Plan, batch_size: int
) -> tuple[Variant, dict[Variant, float]]:
    """PyTorch's fastest way, and the rate of each; the best few are tried as in the row itself.

    Each of their turns has minibatches of its own. For shapes that it has seen before, packed
    sequences of other lengths, PyTorch is up to 1.5 times as fast.
    """
    n_batches = max((4 if plan.quick else 12) * 256 // batch_size, 2) + (0 if plan.quick else 2)
    rates = {variant: torch.call("rate", variant, n_batches) for variant in VARIANTS}
    finalists = sorted(rates, key=lambda variant: -rates[variant])[: 2 if plan.quick else 3]
    again = take_turns(
        {
            str(v): lambda number, v=v: _rate(
                torch.call("epoch", v, SEARCHED + number, plan.peer_seconds)
            )
            for v in finalists
        },
        1 if plan.quick else 3,
    )
    return max(finalists, key=lambda variant: quartiles(again[str(variant)])[1]), rates


def _named(variant: Variant) -> str:
    inputs, layout, threads, precision = variant
    plural = "s" if threads > 1 else ""
    return f"{inputs}, {layout}, {threads} thread{plural}, {precision}"

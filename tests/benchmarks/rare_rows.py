"""Names under rare conditions: with the look-ahead, and by throwing away what breaks them."""

from __future__ import annotations

import statistics
import sys
from typing import TYPE_CHECKING, Any

from contender import Contender, take_turns
from environment import ROOT
from rows import Row, table

sys.path.append(str(ROOT / "tests" / "quality"))

from rare_orders import TIMED

if TYPE_CHECKING:
    from plan import Plan
    from rows import Report

MOST_SECONDS = 1.5
"""Bar of the first 20 first names."""

PLAIN_SECONDS = 2.0
"""A round of the side that throws names away takes so long."""


def run(plan: Plan, report: Report) -> None:
    """Adds two rows, the geometric mean and the slowest start, and a table of all orders."""
    lines, ratios, starts = [], [], []
    names = 300 if plan.quick else 20_000
    with (
        Contender("rare_sides:RareSampling", True) as ahead,
        Contender("rare_sides:RareSampling", False) as plain,
    ):
        for order in TIMED:
            title = " ".join([order[0], *(f"{name}={value}" for name, value in order[1].items())])
            plan.say(f"sampling {title}")
            first, rate, without = _measured(order, ahead, plain, names, plan)
            ratios.append(rate / without)
            if order[0] == "first-names":
                starts.append(first)
            title = title.replace("|", "\\|")  # in a table
            lines.append((title, f"{first:.2f} s", f"{rate:,.0f}", f"{without:,.1f}"))
    what = f"{len(TIMED)} rare conditions, names/s on one core, geometric mean of the ratios"
    ratio = f"{statistics.geometric_mean(ratios):,.0f}"
    against = "throwing away what breaks them"
    report.rows.append(Row(what, "see below", against, "see below", ratio, "", None))
    slowest = f"{max(starts):.2f} s"
    met = max(starts) <= MOST_SECONDS
    what = "first 20 first names under a rare condition, the slowest of them"
    report.rows.append(Row(what, slowest, "", "", "", f"≤ {MOST_SECONDS} s", met))
    heads = ("order", "first 20 names", "names/s", "names/s without looking ahead")
    text = (
        "The first 20 names come with the preparation, in a process that has loaded the model; "
        f"names per second are without it, over {names:,} names or {plan.peer_seconds:g} seconds, "
        f"and without looking ahead over {PLAIN_SECONDS:g} seconds, as if one name had come where "
        "none did.\n\n"
    )
    report.notes.append(("Under rare conditions", text + table(heads, lines)))


def _measured(
    order: tuple[str, dict[str, Any]], ahead: Contender, plain: Contender, names: int, plan: Plan
) -> tuple[float, float, float]:
    """Seconds to the first 20 names; names per second with the look-ahead, and without."""
    sides = {
        "first": lambda number: ahead.call("first", *order, number),
        "rate": lambda number: ahead.call("rate", *order, names, plan.peer_seconds, number),
        "plain": lambda number: plain.call("rate", *order, names, PLAIN_SECONDS, number),
    }
    values = take_turns(sides, 1 if plan.quick else 3)
    first, rate, without = (statistics.median(values[side]) for side in sides)
    return first, rate, without

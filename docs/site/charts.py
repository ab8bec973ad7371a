"""Draws the benchmarks from the tables of tests/benchmarks/RESULTS.md and tests/quality/RESULTS.md.

The pictures are SVG within the page, so that they take its colours, light or dark. The classes are
those of site.css.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SPEED = ROOT / "tests" / "benchmarks" / "RESULTS.md"
QUALITY = ROOT / "tests" / "quality" / "RESULTS.md"

MARGIN, LINE, BAR, GAP = 64, 26, 19, 16
"""Of a chart, in pixels: the room for values at a side; the heights of a row's label, of a bar, and
of what lies between rows. Places from left to right are per cent of what is between the margins, so
that a chart is as wide as its page.
"""


@dataclass
class Row:
    """A row of a chart: what was measured, and the values of rnn-names and of a rival."""

    label: str
    ours: float
    theirs: float | None = None


def page(log: Path) -> str:
    """The page of charts, in Markdown; `log` is that of a training on the dinosaurs."""
    return "\n\n".join(
        [
            "# Benchmarks",
            "Made by `make bench` and `make quality` on two cores. "
            "[All rows of speed](../tests/benchmarks/RESULTS.md), with the targets that were "
            "missed, and [all rows of quality](../tests/quality/RESULTS.md).",
            "## Names per second",
            "A million names from the bundled first names, whose network is a GRU of 256 units.",
            bars(sampling(), "names/s", "other samplers"),
            "## Characters per second in training",
            "The default network on each list, against PyTorch's fastest of 16 ways.",
            bars(training(), "characters/s", "PyTorch"),
            "## Held-out loss",
            "In nats per character: lower is better. The rival is an interpolated Kneser-Ney "
            "n-gram at its best order and discount on the same split.",
            dots(losses(), "nats per character", "Kneser-Ney", ".3f"),
            "## A learning curve",
            "`rnn-names train data/dinosaurs.txt --log FILE`, when this page was made: a network "
            "learns from the names, and then from what it and an n-gram predict for synthetic "
            "ones. The names that are held out are others than above.",
            curve(held_out(log)),
            "## Names under rare conditions",
            "Names per second on one core, with looking ahead and without. The scale is "
            "logarithmic.",
            dots(rare(), "names/s", "without looking ahead", ",g", math.log10),
        ]
    )


# --- What was measured ----------------------------------------------------------------------------


def tables(path: Path) -> list[list[list[str]]]:
    """The tables of a page: rows of cells, without their heads."""
    found = []
    for table in re.findall(r"(?:^\|.*\n)+", path.read_text(encoding="utf-8"), re.MULTILINE):
        rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in table.splitlines()]
        found.append([[cell.strip().replace("\\|", "|") for cell in row] for row in rows[2:]])
    return found


def number(cell: str) -> float:
    """The first number of a cell, such as 320,115 of "320,115 (308,262 to 328,998) names/s"."""
    return float(re.findall(r"\d[\d,]*\.?\d*", cell)[0].replace(",", ""))


def rows_that_begin(path: Path, text: str) -> list[list[str]]:
    """All rows of a page's tables whose first cell begins with this text."""
    return [row for table in tables(path) for row in table if row[0].startswith(text)]


def sampling() -> list[Row]:
    """Names per second of the newest run: the page has the newest section first."""
    rows = rows_that_begin(SPEED, "sampling 1,000,000 names")
    others = [Row(row[2], number(row[3])) for row in rows if row[1] == rows[0][1]]
    return [Row("rnn-names", number(rows[0][1])), *sorted(others, key=lambda row: -row.ours)]


def training() -> list[Row]:
    """Characters per second of training steps."""
    seen: dict[str, Row] = {}
    for what, ours, against, theirs, *_ in rows_that_begin(SPEED, "training, "):
        if against.startswith("PyTorch") and "GRU" in what:
            label = what.removeprefix("training, ")
            seen.setdefault(label, Row(label, number(ours), number(theirs)))
    return list(seen.values())


def losses() -> list[Row]:
    """Held-out loss of each list of the first table."""
    return [Row(row[0], number(row[1]), number(row[2])) for row in tables(QUALITY)[0]]


def rare() -> list[Row]:
    """Names per second under conditions that hardly any name meets."""
    return [
        Row(order, number(ours), number(theirs))
        for table in tables(SPEED)
        for order, _, ours, theirs in (row for row in table if len(row) == 4)
        if "=" in order and order.split("=")[0].count(" ") == 1
    ]


def held_out(log: Path) -> list[tuple[str, float]]:
    """The stage and the held-out loss of each epoch of a log."""
    lines = map(json.loads, log.read_text(encoding="utf-8").splitlines())
    return [(line["stage"], line["held_out_loss"]) for line in lines]


# --- Charts ---------------------------------------------------------------------------------------


def bars(rows: Sequence[Row], unit: str, rival: str) -> str:
    """A chart of bars from 0: ours and the rival's in each row, or one a row, ours first."""
    most = max(max(row.ours, row.theirs or 0) for row in rows)
    parts = []
    y = 0.0
    for i, row in enumerate(rows):
        parts.append(_label(y, row.label))
        y += LINE
        bars = [("ours" if row.theirs or i == 0 else "theirs", row.ours)]
        if row.theirs is not None:
            bars.append(("theirs", row.theirs))
        for kind, value in bars:
            length = 100 * value / most
            parts.append(
                f'<rect class="{kind}" y="{y + 1:g}" width="{length:.1f}%" height="{BAR - 4}" '
                f'rx="2"/><text class="value" x="{length:.1f}%" dx="6" y="{y + BAR / 2 - 1:g}">'
                f"{value:,.0f}</text>"
            )
            y += BAR
        y += GAP
    return _chart(y, parts, rows, unit, rival)


def dots(
    rows: Sequence[Row],
    unit: str,
    rival: str,
    digits: str,
    scale: Callable[[float], float] = float,
) -> str:
    """A chart of two dots a row, ours and the rival's, with a line between them.

    Args:
        rows: of the chart, from the top.
        unit: of the values.
        rival: whom ours are compared with.
        digits: how values are written, as a format specification.
        scale: from a value to its place from left to right, up to a linear map.
    """
    values = [scale(value) for row in rows for value in (row.ours, row.theirs or row.ours)]
    low, high = min(values), max(values)

    def place(value: float) -> float:
        return 100 * (scale(value) - low) / (high - low)

    parts = []
    y = 0.0
    for row in rows:
        assert row.theirs is not None
        parts.append(_label(y, row.label, -MARGIN))
        y += LINE + BAR / 2
        ours, theirs = place(row.ours), place(row.theirs)
        parts.append(
            f'<line class="between" x1="{ours:.1f}%" x2="{theirs:.1f}%" y1="{y:g}" y2="{y:g}"/>'
        )
        for kind, x, value in (("theirs", theirs, row.theirs), ("ours", ours, row.ours)):
            side, end = (-11, " end") if x == min(ours, theirs) else (11, "")
            parts.append(
                f'<circle class="{kind}" cx="{x:.1f}%" cy="{y:g}" r="6"/>'
                f'<text class="value{end}" x="{x:.1f}%" dx="{side}" y="{y:g}">'
                f"{value:{digits}}</text>"
            )
        y += BAR / 2 + GAP
    return _chart(y, parts, rows, unit, rival)


def curve(epochs: Sequence[tuple[str, float]], height: float = 260) -> str:
    """A chart of a loss over the epochs: a line for each stage, and where the stage ended."""
    low, high = min(loss for _, loss in epochs), max(loss for _, loss in epochs)
    margin = (high - low) / 8
    low, high = low - margin, high + margin
    bottom = height - LINE

    def place(epoch: int, loss: float) -> tuple[float, float]:
        share = (epoch - 1) / max(len(epochs) - 1, 1)
        return 100 * share, bottom * (high - loss) / (high - low)

    stages: dict[str, list[tuple[int, float]]] = {}
    for i, (stage, loss) in enumerate(epochs, 1):
        stages.setdefault(stage, []).append((i, loss))
    parts = []
    step = next(step for step in (0.1, 0.2, 0.5, 1, 2, 5) if (high - low) / step <= 8)
    for i in range(math.ceil(low / step), math.floor(high / step) + 1):
        y = place(1, i * step)[1]
        parts.append(f'<line class="rule" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="value" x="100%" dx="8" y="{y:.1f}">{i * step:.1f}</text>')
    lines = []
    for points in stages.values():
        line = " ".join(f"{x:.2f},{y:.1f}" for x, y in (place(*point) for point in points))
        lines.append(f'<polyline class="curve" points="{line}"/>')
    parts.append(
        f'<svg class="stretched" viewBox="0 0 100 {bottom}" preserveAspectRatio="none" '
        f'width="100%" height="{bottom}">{"".join(lines)}</svg>'
    )
    for stage, points in stages.items():
        x, y = place(*points[-1])
        beside = 16 if stage == epochs[-1][0] else -14  # the last one below
        parts.append(
            f'<circle class="ours" cx="{x:.2f}%" cy="{y:.1f}" r="4"/>'
            f'<text class="value end" x="{x:.2f}%" y="{y + beside:.1f}">{stage}: '
            f"{points[-1][1]:.3f}</text>"
        )
    y = height - LINE / 2
    parts.append(f'<text class="value" x="0" y="{y:g}">epoch 1</text>')
    parts.append(f'<text class="value end" x="100%" y="{y:g}">epoch {len(epochs)}</text>')
    rows = [Row(stage, points[-1][1]) for stage, points in stages.items()]
    unit = "nats per character"
    return _chart(height, parts, rows, unit, "", f"{unit}, lower is better")


def _label(y: float, words: str, x: float = 0) -> str:
    """What a row is about, above it."""
    return f'<text x="{x:g}" y="{y + LINE / 2:g}">{escape(words)}</text>'


def _chart(
    height: float,
    parts: Sequence[str],
    rows: Sequence[Row],
    unit: str,
    rival: str,
    caption: str = "",
) -> str:
    """A picture with a legend; its numbers are in its description, for those who do not see it.

    The caption stands in the place of the legend.
    """
    said = "; ".join(
        f"{row.label}: {row.ours:,g}" + ("" if row.theirs is None else f" against {row.theirs:,g}")
        for row in rows
    )
    keys = caption or '<span class="key ours"></span>rnn-names'
    if rival:
        keys += f' <span class="key theirs"></span>{escape(rival)}'
    return (
        f'<figure class="chart" markdown="0"><figcaption>{keys}</figcaption>'
        f'<svg height="{height:g}" role="img" '
        f'aria-label="{escape(f"{unit}: {said}")}">{"".join(parts)}</svg></figure>'
    )

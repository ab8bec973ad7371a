"""Rows, tables and the page that is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from contender import quartiles


@dataclass(frozen=True)
class Row:
    """A line of the main table, as text.

    `met` is None where there is no bar, or this run cannot tell.
    """

    what: str
    ours: str
    against: str
    theirs: str
    ratio: str
    bar: str
    met: bool | None


@dataclass
class Report:
    """What a run found out: rows of the main table, and notes of (title, Markdown) in order."""

    rows: list[Row] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)

    def markdown(self, machine: str) -> str:
        """The page."""
        heads = ("what", "rnn-names", "against", "its value", "ratio", "bar", "met")
        words = {True: "yes", False: "**no**", None: ""}
        cells = [
            (r.what, r.ours, r.against, r.theirs, r.ratio, r.bar, words[r.met]) for r in self.rows
        ]
        notes = "".join(f"\n## {title}\n\n{text.rstrip()}\n" for title, text in self.notes)
        return (
            "# Benchmark of what runs by default\n\n"
            "Written by `make bench` (tests/benchmarks/run.py). Medians of rounds in which the\n"
            "sides take turns, each in a process of its own; lower and upper quartile in\n"
            "brackets. A ratio is that of the two medians; in its brackets are the quartiles of\n"
            "the ratios round by round, so it may lie outside of them.\n"
            "[tried.md](tried.md) has what was tried, [VANILLA.md](VANILLA.md) is an older page,\n"
            "of the vanilla cell.\n\n"
            f"{machine.rstrip()}\n\n{table(heads, cells)}{notes}"
        )


def compared(
    what: str,
    ours: list[float],
    against: str,
    theirs: list[float],
    unit: str,
    at_least: float | None = None,
    at_most: float | None = None,
) -> Row:
    """A row that sets two lists of measurements side by side; the ratio is ours to theirs.

    Without a bar it only informs.
    """
    ratio = quartiles(ours)[1] / quartiles(theirs)[1]
    low, _, high = quartiles([a / b for a, b in zip(ours, theirs, strict=True)])
    bar, met = "", None
    if at_least is not None:
        bar, met = f"≥ {at_least:g}", ratio >= at_least
    if at_most is not None:
        bar, met = f"≤ {at_most:g}", ratio <= at_most
    return Row(
        what,
        spread(ours, unit),
        against,
        spread(theirs, unit),
        f"{ratio:.2f} ({low:.2f} to {high:.2f})",
        bar,
        met,
    )


def spread(values: list[float], unit: str) -> str:
    """Median and quartiles.

    >>> spread([1100.0, 2000.0, 3100.0], "names/s")
    '2,000 (1,550 to 2,550) names/s'
    """
    low, middle, high = (f"{value:,.0f}" for value in quartiles(values))
    return f"{middle} ({low} to {high}) {unit}"


def rate(value: float, unit: str) -> str:
    """A rate as text.

    >>> rate(712345.2, "characters/s")
    '712,345 characters/s'
    """
    return f"{value:,.0f} {unit}"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table with columns padded to one width, so that it can be read as text too."""
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in [heads, *rows]
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines) + "\n"

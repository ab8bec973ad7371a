"""Charts as SVG, for an HTML page.

Coordinates are percentages, so that a chart fits any width without scaling its labels and lines.
The style sheet sets colours, fonts and height; `s0` and `s1` are the first two series.
"""

import math
from collections.abc import Mapping, Sequence
from html import escape

MAX_TICKS = 6


def line_chart(
    curves: Mapping[str, Sequence[tuple[int, float]]],
    point: tuple[int, float, str] | None = None,
    dividers: Sequence[tuple[float, str]] = (),
) -> str:
    """Curves through at least two points (x, y) of each series, with integers x.

    A text marks a `point` of the last series, and the positions x of `dividers`.
    """
    xs, ys = zip(*(point for points in curves.values() for point in points), strict=True)
    first, last = min(xs), max(xs)
    y_ticks = ticks(min(ys), max(ys), around=True)
    x_ticks = [first, *(x for x in map(round, ticks(first, last)) if x > first)]

    def place(x: float, y: float) -> tuple[float, float]:
        """The position of a point in the chart, in percent from the top left."""
        height = y_ticks[-1] - y_ticks[0]
        return 100 * (x - first) / (last - first), 100 * (y_ticks[-1] - y) / height

    # Enough digits to distinguish neighbouring ticks.
    digits = max(0, -math.floor(math.log10(y_ticks[1] - y_ticks[0]) + 1e-9))
    parts = [_rule(place(first, y)[1], f"{y:.{digits}f}") for y in y_ticks]
    parts += [_label(place(x, ys[0])[0], str(x)) for x in dict.fromkeys(x_ticks)]
    # Curves stretch with the chart; `non-scaling-stroke` keeps their lines as thick everywhere.
    stretched = 'viewBox="0 0 100 100" preserveAspectRatio="none"'
    parts.append(f'<svg {stretched} width="100%" height="100%">')
    for series, points in enumerate(curves.values()):
        path = " ".join(f"{x:.2f},{y:.2f}" for x, y in (place(*point) for point in points))
        stroke = 'vector-effect="non-scaling-stroke"'
        parts.append(f'<polyline class="s{series}" points="{path}" {stroke}/>')
    parts.append("</svg>")
    for x, text in dividers:
        parts.append(_mark(place(x, ys[0])[0], 100, text, line=2))
    if point:
        x, y = place(*point[:2])
        parts.append(_mark(x, y, point[2], line=1))
        parts.append(f'<circle class="s{len(curves) - 1}" cx="{x:.2f}%" cy="{y:.2f}%" r="4"/>')
    return _chart(", ".join(curves), parts)


def bar_chart(
    series: tuple[str, str], bars: Mapping[str, tuple[float, float]], numbers: bool = False
) -> str:
    """A pair of bars of shares for each label; of many `numbers`, every other one is written."""
    y_ticks = ticks(0, max(max(pair) for pair in bars.values()), around=True)
    digits = 0 if y_ticks[1] >= 0.01 else 1
    parts = [_rule(100 - 100 * y / y_ticks[-1], f"{y:.{digits}%}") for y in y_ticks]
    slot = 100 / len(bars)
    for i, (label, pair) in enumerate(bars.items()):
        shares = ", ".join(f"{name} {share:.1%}" for name, share in zip(series, pair, strict=True))
        parts.append(f"<g><title>{escape(label)}: {shares}</title>")
        for k, share in enumerate(pair):
            height = 100 * share / y_ticks[-1]
            x = (i + 0.1 + 0.4 * k) * slot
            parts.append(
                f'<rect class="s{k}" x="{x:.2f}%" y="{100 - height:.2f}%" '
                f'width="{0.4 * slot:.2f}%" height="{height:.2f}%"/>'
            )
        # Counted from the end, so that the last label stays: it may be the one with a "+".
        is_left_out = numbers and len(bars) > 12 and (len(bars) - i) % 2 == 0
        parts.append("</g>" + _label((i + 0.5) * slot, "" if is_left_out else label))
    return _chart(" and ".join(series), parts)


def ticks(low: float, high: float, around: bool = False) -> list[float]:
    """A few round numbers between two numbers, or also `around` them.

    >>> ticks(1, 60), ticks(1.7, 3.2, around=True)
    ([10, 20, 30, 40, 50, 60], [1.5, 2.0, 2.5, 3.0, 3.5])
    """
    span = (high - low) or 1
    magnitude = 10 ** math.floor(math.log10(span / MAX_TICKS))
    step = next(k * magnitude for k in (1, 2, 5, 10) if span / (k * magnitude) <= MAX_TICKS)
    start, stop = math.ceil(low / step), math.floor(high / step)
    if around:
        start = math.floor(low / step)
        stop = max(math.ceil(high / step), start + 1)
    return [round(k * step, 10) for k in range(start, stop + 1)]


def _chart(label: str, parts: Sequence[str]) -> str:
    start = f'<svg class="chart" role="img" aria-label="{escape(label)}">'
    return "\n".join([start, *parts, "</svg>"])


def _rule(y: float, text: str) -> str:
    return (
        f'<line x2="100%" y1="{y:.2f}%" y2="{y:.2f}%"/>'
        f'<text x="-8" y="{y:.2f}%" dy=".35em" class="end">{escape(text)}</text>'
    )


def _label(x: float, text: str) -> str:
    return f'<text x="{x:.2f}%" y="100%" dy="1.5em" class="value">{escape(text)}</text>'


def _mark(x: float, y: float, text: str, line: int) -> str:
    """A line from the top down to a point, and a text on the side with more room."""
    side, shift = ("end", -6) if x > 50 else ("start", 6)
    return (
        f'<line class="mark" x1="{x:.2f}%" x2="{x:.2f}%" y2="{y:.2f}%"/>'
        f'<text x="{x:.2f}%" dx="{shift}" dy="{1.4 * line - 0.4:.1f}em" class="{side} mark">'
        f"{escape(text)}</text>"
    )

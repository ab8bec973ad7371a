"""Loss curves for the terminal, side by side, made of block characters."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean

from rnn_names.training.trainer import EpochRecord

HEIGHT = 6  # lines of a curve
NARROWEST, WIDEST = len("held-out loss"), 48  # columns of a curve
COLUMNS_PER_EPOCH = 5  # maximum number of columns for an epoch
MIN_EPOCHS = 3  # minimum number of epochs for a curve
BLOCKS = " ▁▂▃▄▅▆▇█"
GAP = "   "


def loss_curves(epochs: Sequence[EpochRecord], width: int = 80) -> list[str]:
    """The lines of the curves; none if there is too little room or there are too few epochs."""
    n = len(epochs)
    if n < MIN_EPOCHS:
        return []
    curves = {"training loss": [epoch.training_loss for epoch in epochs]}
    # Either all epochs of a run have a held-out loss, or none has.
    if held_out := [e.held_out_loss for e in epochs if e.held_out_loss is not None]:
        curves["held-out loss"] = held_out
    low, high = min(map(min, curves.values())), max(map(max, curves.values()))
    scale = [f"{high:.2f} ", *[""] * (HEIGHT - 2), f"{low:.2f} "]
    margin = max(len("epoch"), *map(len, scale))
    room = min((width - margin - 1 - len(GAP)) // len(curves), WIDEST)
    # The same number of columns for each epoch, or the whole width for many epochs.
    columns = min(room // n, COLUMNS_PER_EPOCH) * n if n <= room else room
    if columns < NARROWEST:
        return []

    first, last = str(epochs[0].epoch), epochs[-1].epoch
    bars = [_bars(_spread(losses, columns), low, high) for losses in curves.values()]
    lines = [f"{'':{margin + 1}}" + GAP.join(f"{title:{columns}}" for title in curves)]
    for label, *row in zip(scale, *bars, strict=True):
        lines.append(f"{label:>{margin}}│" + GAP.join(row))
    ends = [f"{first}{last:>{columns - len(first)}}"] * len(curves)
    lines.append(f"{'epoch':{margin + 1}}" + GAP.join(ends))
    best = max((i for i, epoch in enumerate(epochs) if epoch.is_best), default=None)
    if best is not None and len(curves) > 1:
        column = margin + 1 + columns + len(GAP) + (2 * best + 1) * columns // (2 * n)
        note = f"best: epoch {epochs[best].epoch} ▲"
        lines.append(f"{note:>{column + 1}}")
    return [line.rstrip() for line in lines]


def _spread(losses: Sequence[float], columns: int) -> list[float]:
    """A loss for each column: an epoch fills several columns, or a column shows a mean.

    >>> _spread([3.0, 1.0], 4), _spread([3.0, 1.0, 1.0, 1.0], 2)
    ([3.0, 3.0, 1.0, 1.0], [2.0, 1.0])
    """
    edges = [column * len(losses) // columns for column in range(columns + 1)]
    return [fmean(losses[begin : max(end, begin + 1)]) for begin, end in pairwise(edges)]


def _bars(losses: Sequence[float], low: float, high: float) -> list[str]:
    """The lines of a curve, top first. A column's height, at least one step, shows its loss.

    >>> _bars([3.0, 2.0, 1.0], 1.0, 3.0)
    ['█  ', '█  ', '█▁ ', '██ ', '██ ', '██▁']
    """
    per_line = len(BLOCKS) - 1
    highest, span = HEIGHT * per_line - 1, (high - low) or 1
    steps = [1 + round((loss - low) / span * highest) for loss in losses]
    return [
        "".join(BLOCKS[min(max(step - line * per_line, 0), per_line)] for step in steps)
        for line in reversed(range(HEIGHT))
    ]

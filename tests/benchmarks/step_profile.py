"""Where the time of a training step goes, line by line.

NumPy's operators are invisible to `cProfile`, so this counts wall time per line of rnn_names, on
one core.
"""

from __future__ import annotations

import linecache
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from rows import table
from training_sides import trainer_for

import rnn_names
from rnn_names.training import gradients

PACKAGE = str(Path(rnn_names.__file__).parent)
BOOKKEEPING = "buffers, views and calls between the array operations"
GROUPS = (
    ("matrix products", r"@|matmul"),
    ("tanh", r"tanh"),
    ("softmax and loss", r"np\.exp|np\.log|logits|log_y_hat|vdot"),
    ("rows gathered and siblings added up", r"\.take\(|\+= d\[:, rows\]"),
    ("other element-wise work", r"[-+*/]=|np\.(multiply|subtract)"),
)
"""Operations by what stands in the line, for lines of `NETWORK`; the first that fits. Lines of the
other modules go by module."""

NETWORK = ("rnn.py", "cells.py")

MODULES = {
    "prefix_tree.py": "building prefix trees",
    "arrays.py": "building prefix trees",
    "names.py": "building prefix trees",
    "optimizers.py": "clipping and Adam",
}
LOOP = "dropout, joining the gradients, and the loop"
"""The rest of the training folder."""

Line = tuple[str, int]
"""File and line number."""


class StepProfile:
    """A contender that trains, and says where the time went."""

    def markdown(self, corpus: str, cell: str, n_a: int, batch_size: int) -> str:
        """Time of a step in the second epoch, by operation and line as they share the third.

        The first does not count.
        """
        trainer = trainer_for(corpus, cell, n_a, batch_size)
        times: Counter[Line] = Counter()
        all_here = {"usable_cores": lambda: 1}  # all parts in this process
        vars(gradients).update(all_here)
        stamps: list[float] = []
        epochs = trainer.epochs(lambda *_: stamps.append(time.perf_counter()))
        next(epochs)
        stamps.clear()
        next(epochs)
        milliseconds = 1000 * (stamps[-1] - stamps[0]) / (len(stamps) - 1)
        with _lines_timed(times):
            next(epochs)
        total = sum(times.values())
        groups: Counter[str] = Counter()
        for line, seconds in times.items():
            groups[_group(*line)] += seconds

        def of_step(seconds: float) -> tuple[str, str]:
            share = seconds / total
            return f"{1000 * milliseconds * share:,.0f} µs", f"{100 * share:.1f} %"

        shares = [(name, *of_step(seconds)) for name, seconds in groups.most_common()]
        lines = [
            (*of_step(seconds), Path(file).name, f"`{_source(file, number)}`")
            for (file, number), seconds in times.most_common(15)
        ]
        step = f"{milliseconds:.2f} ms a step on one core without the profiler.\n\n"
        return (
            step
            + table(("operation", "a step", "share"), shares)
            + "\n"
            + table(("a step", "share", "file", "line"), lines)
        )


@contextmanager
def _lines_timed(times: Counter[Line]) -> Iterator[None]:
    """Counts the wall seconds of each line of the package, with what it calls outside of it.

    The shortest time of all is taken for what the counting itself costs, and is taken off every
    count.
    """
    current: list[Any] = [None, time.perf_counter()]
    counts: Counter[Line] = Counter()
    least = [1.0]

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        seconds = time.perf_counter() - current[1]
        times[current[0]] += seconds
        counts[current[0]] += 1
        least[0] = min(least[0], seconds)
        here = frame.f_back if event == "return" else frame
        current[0] = (here.f_code.co_filename, here.f_lineno) if here else None
        current[1] = time.perf_counter()
        return trace

    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(None)
        for line, count in counts.items():
            times[line] -= count * least[0]
            if line is None or not line[0].startswith(PACKAGE):
                del times[line]


def _group(file: str, number: int) -> str:
    path, source = Path(file), _source(file, number)
    if path.name not in NETWORK and "transpose" not in source:
        otherwise = LOOP if path.parent.name == "training" else BOOKKEEPING
        return MODULES.get(path.name, otherwise)
    return next((name for name, pattern in GROUPS if re.search(pattern, source)), BOOKKEEPING)


def _source(file: str, number: int) -> str:
    return linecache.getline(file, number).split("  #")[0].strip().replace("|", "\\|")

"""Seconds until first names have a held-out loss: `train`, and other libraries at their best.

Each rival's way, names a minibatch and the rate of AdamW, is the one that passes the lower loss
first on the split of seed 0; the row is of the splits of other seeds, which chose nothing.
"""

from __future__ import annotations

import math

from contender import Contender
from environment import executable
from plan import Plan
from rows import Report, Row, spread
from whole_rows import LOWER_QUALITY, QUALITY, train

GOALS = (QUALITY, LOWER_QUALITY)

RIVALS = {
    "PyTorch, `nn.GRU`": "TorchRival",
    "PyTorch, `nn.LSTM` of as many parameters": "LstmRival",
    "PyTorch, a GRU step by step under `torch.compile`": "CompiledRival",
    "JAX, `lax.scan` under `jit`": "JaxRival",
}

WAYS = ((128, 2e-3), (256, 4e-3), (512, 4e-3), (512, 8e-3))
"""Names a minibatch, and learning rates."""

SECONDS = 60.0
"""For each run."""

CHOSEN_BY, MEASURED = 0, (1, 2)
"""Seeds."""

Way = tuple[int, float]


def run(plan: Plan, report: Report) -> None:
    """Adds a row for each rival and loss."""
    corpus, seconds = plan.corpora["first-names"], 5.0 if plan.quick else SECONDS
    seeds = MEASURED[: 1 if plan.quick else None]
    best: dict[str, Way] = {}
    for name, side in RIVALS.items():
        found: dict[tuple[float, ...], Way] = {}
        with Contender(f"quality_sides:{side}", corpus, CHOSEN_BY) as rival:
            for way in WAYS[: 1 if plan.quick else None]:
                passed, loss = rival.call("run", *way, GOALS, seconds)
                plan.say(f"{name} {way}: {passed}, lowest {loss:.4f}")
                found[(*reversed(passed), loss)] = way
        best[name] = found[min(found)]  # soonest, and where none passed, the lowest loss
    ours: list[dict[float, float]] = []
    theirs: dict[str, list[tuple[list[float], float]]] = {name: [] for name in RIVALS}
    for seed in seeds:
        plan.say(f"`train`, seed {seed}")
        ours.append(train(executable("rnn-names"), corpus, seed, plan).passed)
        for name, side in RIVALS.items():
            plan.say(f"{name}, seed {seed}")
            with Contender(f"quality_sides:{side}", corpus, seed) as rival:
                theirs[name].append(rival.call("run", *best[name], GOALS, seconds))
    for number, goal in enumerate(GOALS):
        for name, runs in theirs.items():
            report.rows.append(_row(goal, ours, name, best[name], number, runs))


def _row(
    goal: float,
    ours: list[dict[float, float]],
    name: str,
    way: Way,
    number: int,
    runs: list[tuple[list[float], float]],
) -> Row:
    size, rate = way
    what = f"seconds to a held-out loss below {goal}, first names"
    against = f"{name}, AdamW at {rate:g}, {size} names a minibatch"
    own, their = [passed[goal] for passed in ours], [passed[number] for passed, _ in runs]
    if max(their) < math.inf:
        ratio = sorted(a / b for a, b in zip(own, their, strict=True))
        shown = f"{ratio[len(ratio) // 2]:.2f} ({ratio[0]:.2f} to {ratio[-1]:.2f})"
        return Row(what, spread(own, "s"), against, spread(their, "s"), shown, "", None)
    each = ", ".join(
        f"{passed[number]:.0f} s" if passed[number] < math.inf else f"not passed ({loss:.3f})"
        for passed, loss in runs
    )
    return Row(what, spread(own, "s"), against, each, "", "", None)

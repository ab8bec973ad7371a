"""Whole processes: how soon twenty names are there, and how time and memory grow with the work."""

from __future__ import annotations

import math
import os
import re
import statistics
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from contender import take_turns
from environment import executable
from plan import Plan
from rows import Report, Row, compared, table

MIB = 2.0**20
JUDGED = 10**7
"""Names; a smaller run does not say whether a bar is met."""
LINEAR = 1.1
"""Highest exponent of time over names that counts as linear: ten times the names, 12.6 times the
time."""

EDGES = ((260_000, 274_300), (520_000, 548_600), (1_000_000, 1_055_000))
"""Names, and 5.5 % more, which should take as much more time: walks are large, and none is cut."""

DISTINCT = "french-towns", 200_000
"""A bundled model, and names of which four of five are new."""


def run_start(plan: Plan, report: Report) -> None:
    """Adds the row about `rnn-names sample -n 20`."""
    plan.say("a default model")
    sampling = [executable("rnn-names"), "sample", "-n", "20", "-m", plan.model("gru")]
    importing = [executable("python"), "-c", "import numpy, click"]
    plan.say("starting")
    sides = {"ours": lambda _: _seconds(sampling), "import": lambda _: _seconds(importing)}
    take_turns(sides, 2)  # the first starts read files from disk, and compile
    values = take_turns(sides, plan.start_rounds)
    milliseconds = {side: [1000 * seconds for seconds in times] for side, times in values.items()}
    against = '`python -c "import numpy, click"`'
    what = "`rnn-names sample -n 20`, whole process"
    report.rows.append(
        compared(what, milliseconds["ours"], against, milliseconds["import"], "ms", at_most=1.15)
    )


def run_edges(plan: Plan, report: Report) -> None:
    """Adds the rows about a few more names."""
    for fewer, more in EDGES[: 1 if plan.quick else None]:
        sides = {f"{n:,} names": _sampling("first-names", n) for n in (more, fewer)}
        _compare_processes(plan, report, sides, at_most=1.2)


def run_unique(plan: Plan, report: Report) -> None:
    """Adds the row about no name twice."""
    model, count = DISTINCT
    command = _sampling(model, count // (10 if plan.quick else 1))
    sides = {f"{model}, no name twice": [*command, "--unique"], "with repeats": command}
    _compare_processes(plan, report, sides, at_most=2)


def _sampling(model: str, count: int) -> list[str]:
    return [executable("rnn-names"), "sample", "-m", model, "-n", str(count), "--seed", "1"]


def _compare_processes(
    plan: Plan, report: Report, commands: dict[str, list[str]], at_most: float
) -> None:
    """Adds a row about the time of one command, by its title, beside that of another."""
    ours, against = commands
    plan.say(ours)
    sides = {title: (lambda _, it=it: 1000 * _seconds(it)) for title, it in commands.items()}
    values = take_turns(sides, plan.process_rounds)
    what = f"`sample`, {ours}, whole process"
    row = compared(what, values[ours], against, values[against], "ms", at_most=at_most)
    report.rows.append(row)


def _seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def _measured(command: list[str], output: Path) -> tuple[float, float]:
    """Runs a command with its stdout in a file; returns wall seconds and its peak memory in MiB.

    A helper process of its counts, too.
    """
    peak = 0.0
    with output.open("wb") as file:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=file, stdin=subprocess.DEVNULL)
        while process.poll() is None:
            peak = max(peak, _memory(process.pid))
            time.sleep(0.02)
        seconds = time.perf_counter() - began
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with exit code {process.returncode}")
    return seconds, peak


def _memory(pid: int) -> float:
    """The memory of a process and its children now, in MiB; pages that some share count once.

    Only Linux tells: elsewhere, 0.
    """
    total, pids = 0.0, [pid]
    with suppress(OSError):  # one that has just ended
        for task in Path(f"/proc/{pid}/task").iterdir():
            pids += map(int, (task / "children").read_text().split())
    for each in pids:
        with suppress(OSError):
            rollup = Path(f"/proc/{each}/smaps_rollup").read_text()
            total += sum(map(int, re.findall(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)))
    return total * 1024 / MIB


def _median(command: list[str], output: Path, rounds: int) -> tuple[float, float]:
    """As `_measured`, the median seconds and the highest memory of some rounds."""
    runs = [_measured(command, output) for _ in range(rounds)]
    return statistics.median(seconds for seconds, _ in runs), max(mib for _, mib in runs)


def run_growth(plan: Plan, report: Report) -> None:
    """Adds the rows about growing work: names drawn into a file, and that file read.

    Reading is splitting and encoding, too: `train --epochs 0`.
    """
    model, program = plan.model("gru"), executable("rnn-names")
    sampled: dict[int, tuple[float, float]] = {}
    read: dict[int, tuple[float, float]] = {}
    for n in plan.sizes:
        plan.say(f"{n:,} names sampled and read")
        names, nowhere = plan.folder / "names.txt", Path(os.devnull)
        rounds = 1 if n == JUDGED else 3  # a minute is long enough to need no other
        sampled[n] = _median(
            [program, "sample", "-m", model, "-n", str(n), "--seed", "1"], names, rounds
        )
        read[n] = _median(
            [
                program,
                "train",
                str(names),
                "--epochs",
                "0",
                "-q",
                "-o",
                str(plan.folder / "empty.npz"),
            ],
            nowhere,
            3,
        )
        names.unlink()
    report.rows += [
        _linear("time of `sample`", sampled),
        _linear("time to read, split and encode a corpus", read),
    ]
    report.rows += _bounds(plan.sizes[-1], sampled, read)
    lines = [(f"{n:,}", *_shown(n, *sampled[n]), *_shown(n, *read[n])) for n in plan.sizes]
    heads = (
        "names",
        "`sample`",
        "per name",
        "peak memory",
        "`train --epochs 0`",
        "per name",
        "peak memory",
    )
    report.notes.append(
        ("Growing work", "Whole processes, the default model.\n\n" + table(heads, lines))
    )


def _shown(n: int, seconds: float, mib: float) -> tuple[str, str, str]:
    return f"{seconds:.2f} s", f"{1e6 * seconds / n:,.2f} µs", f"{mib:,.0f} MiB"


def _linear(what: str, measured: dict[int, tuple[float, float]]) -> Row:
    """Whether time grows no faster than the number of names, over the last factor of ten.

    The time of starting up is taken off.
    """
    (least, (start, _)), *_, (before, (earlier, _)), (most, (last, _)) = measured.items()
    work = [max(seconds - start, 1e-3) for seconds in (earlier, last)]
    exponent = math.log(work[1] / work[0]) / math.log((most - least) / (before - least))
    ours = f"{before:,} names: {earlier:.2f} s; {most:,}: {last:.2f} s"
    met = exponent <= LINEAR if most == JUDGED else None
    return Row(
        what, ours, "linear growth", "names^1", f"names^{exponent:.2f}", f"≤ names^{LINEAR}", met
    )


def _bounds(
    most: int, sampled: dict[int, tuple[float, float]], read: dict[int, tuple[float, float]]
) -> list[Row]:
    """The rows with a fixed bound, which are about 10 million names and met or not only there."""
    extra = sampled[most][1] - sampled[1000][1]
    bounds = [
        ("read, split and encoded, time", f"{read[most][0]:.1f} s", read[most][0] / 60, "≤ 60 s"),
        (
            "read, split and encoded, peak memory",
            f"{read[most][1]:,.0f} MiB",
            read[most][1] / 3072,
            "≤ 3,072 MiB",
        ),
        (
            "sampled, peak memory above that of `-n 1000`",
            f"{extra:.0f} MiB",
            extra / 100,
            "≤ 100 MiB",
        ),
    ]
    judged = most == JUDGED
    return [
        Row(
            f"{most:,} names {what}",
            ours,
            "fixed bound",
            bar,
            f"{ratio:.2f}",
            bar,
            ratio <= 1 if judged else None,
        )
        for what, ours, ratio, bar in bounds
    ]

"""Names drawn with Dask: each worker draws a part of one and the same stream of names.

    python recipe_dask.py MODEL COUNT SEED [SCHEDULER] > names.txt      the same lines as `rnn-names
    sample -m MODEL -n COUNT --seed SEED`

The workers are those of a scheduler, tcp://ADDRESS:PORT, of any kinds of machines; without one, two
processes on this machine.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack

from dask.distributed import Client, LocalCluster

from rnn_names import Model

PART = 100_000
"""Names drawn by one task."""


def draw(model: str, seed: int, start: int, count: int) -> str:
    """The names start, …, start + count − 1 of the stream, one per line."""
    names = Model.load(model).sample(count, seed=seed, start=start)
    return "".join(name + "\n" for name in names)


def main(model: str, count: int, seed: int, scheduler: str = "") -> None:
    """Writes the names in the order of the stream."""
    options = {
        "n_workers": 2,
        "threads_per_worker": 1,
        "processes": True,
        "dashboard_address": None,
    }
    with ExitStack() as stack:
        cluster = scheduler or stack.enter_context(LocalCluster(**options))
        client = stack.enter_context(Client(cluster))
        parts = [
            client.submit(draw, model, seed, start, min(PART, count - start))
            for start in range(0, count, PART)
        ]
        for part in parts:
            sys.stdout.write(part.result())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])

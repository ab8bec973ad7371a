"""Names drawn with Dask: each worker draws a part of one and the same stream of names.

    python recipe_dask.py MODEL COUNT SEED > names.txt        the same lines as `rnn-names sample -m
    MODEL -n COUNT --seed SEED`

Here the workers are two processes on this machine; give `Client` a scheduler's address to use a
cluster.
"""

from __future__ import annotations

import sys

from dask.distributed import Client, LocalCluster

from rnn_names import Model

PART = 100_000
"""Names drawn by one task."""


def draw(model: str, seed: int, start: int, count: int) -> str:
    """The names start, …, start + count − 1 of the stream, one per line."""
    names = Model.load(model).sample(count, seed=seed, start=start)
    return "".join(name + "\n" for name in names)


def main(model: str, count: int, seed: int) -> None:
    """Writes the names in the order of the stream."""
    options = {
        "n_workers": 2,
        "threads_per_worker": 1,
        "processes": True,
        "dashboard_address": None,
    }
    with LocalCluster(**options) as cluster, Client(cluster) as client:
        parts = [
            client.submit(draw, model, seed, start, min(PART, count - start))
            for start in range(0, count, PART)
        ]
        for part in parts:
            sys.stdout.write(part.result())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))

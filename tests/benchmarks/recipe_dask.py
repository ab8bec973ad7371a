"""Names drawn with Dask: each worker draws a part of one and the same stream of names.

    python recipe_dask.py MODEL COUNT SEED > names.txt        the same lines as `rnn-names sample -m
    MODEL -n COUNT --seed SEED`

Here the workers are processes on this machine, one for each kernel of OpenBLAS that is named after
SEED, or else two; give `Client` a scheduler's address to use a cluster.
"""

from __future__ import annotations

import sys
from typing import Any

from dask.distributed import Client, Nanny, Scheduler, SpecCluster

from rnn_names import Model

PART = 100_000
"""Names drawn by one task."""


def draw(model: str, seed: int, start: int, count: int) -> str:
    """The names start, …, start + count − 1 of the stream, one per line."""
    names = Model.load(model).sample(count, seed=seed, start=start)
    return "".join(name + "\n" for name in names)


def kernel() -> str:
    """The kernel of BLAS in a worker."""
    import numpy  # noqa: F401 - loads BLAS
    from threadpoolctl import threadpool_info

    return ", ".join(each.get("architecture", "?") for each in threadpool_info())


class Worker(Nanny):
    """A worker process whose BLAS takes a kernel; "" is that of the processor."""

    def __init__(self, *arguments: Any, kernel: str, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if kernel:
            self.pre_spawn_env["OPENBLAS_CORETYPE"] = kernel


def cluster(kernels: list[str]) -> SpecCluster:
    """A worker of one thread for each kernel."""
    options = [{"nthreads": 1, "kernel": kernel} for kernel in kernels]
    workers = {number: {"cls": Worker, "options": each} for number, each in enumerate(options)}
    return SpecCluster(workers, {"cls": Scheduler, "options": {"dashboard_address": None}})


def main(model: str, count: int, seed: int, kernels: list[str]) -> None:
    """Writes the names in the order of the stream."""
    with cluster(kernels or ["", ""]) as here, Client(here) as client:
        print(*client.run(kernel).values(), file=sys.stderr)
        parts = [
            client.submit(draw, model, seed, start, min(PART, count - start))
            for start in range(0, count, PART)
        ]
        for part in parts:
            sys.stdout.write(part.result())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])

"""Runs the recipes for many processes, and checks that they write what a single one writes.

python tests/benchmarks/recipes.py
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import environment

HERE = Path(__file__).resolve().parent
COUNT, SEED = 400_000, 7
KERNELS = ("Prescott", "Nehalem", "Haswell")  # with SSE3, SSE4.2 and AVX2: any x86 since 2013


def main() -> None:
    """Runs all; ends with exit code 1 if one writes other names."""
    environment.enter()
    program, python = environment.executable("rnn-names"), environment.executable("python")
    # The recipes call `rnn-names` as a user would.
    os.environ["PATH"] = f"{Path(program).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    with tempfile.TemporaryDirectory() as folder:
        model = str(Path(folder) / "names.npz")
        names = str(environment.ROOT / "data" / "dinosaurs.txt")
        subprocess.run(
            [program, "train", names, "-q", "--epochs", "5", "--hidden-size", "64", "-o", model],
            check=True,
        )
        order = [model, str(COUNT), str(SEED)]
        whole = _output([program, "sample", "-m", model, "-n", str(COUNT), "--seed", str(SEED)])
        recipe = [python, str(HERE / "recipe_dask.py"), *order]
        same = [_check("Dask, two worker processes", recipe, whole)]
        with _workers(folder) as (scheduler, kernels):
            title = f"Dask, a worker for each of these kernels of BLAS: {', '.join(kernels)}"
            same.append(_check(title, [*recipe, scheduler], whole))
        if shutil.which("parallel"):
            same.append(_check("GNU parallel", [str(HERE / "recipe_parallel.sh"), *order], whole))
        else:
            print(
                "GNU parallel: skipped, it is not installed (Debian and Ubuntu: apt-get install "
                "parallel)"
            )
    sys.exit(0 if all(same) else 1)


@contextmanager
def _workers(folder: str) -> Iterator[tuple[str, list[str]]]:
    """A scheduler of Dask with workers as of three kinds of machines, and their kernels."""
    from dask.distributed import Client

    file = Path(folder) / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    words = [sys.executable, "-m", "dask"]
    options = ["--scheduler-file", str(file), "--no-dashboard"]
    processes = [subprocess.Popen([*words, "scheduler", "--port", "0", *options], **quiet)]
    try:
        for kernel in KERNELS:
            command = [*words, "worker", "--nthreads", "1", "--no-nanny", *options]
            environment = {**os.environ, "OPENBLAS_CORETYPE": kernel}
            processes.append(subprocess.Popen(command, env=environment, **quiet))
        with Client(scheduler_file=str(file)) as client:
            client.wait_for_workers(len(KERNELS))
            kernels = sorted(client.run(_kernel).values())
            if len({*kernels}) < len(KERNELS):
                sys.exit(f"the workers have the kernels {kernels}: this processor lacks some")
            yield client.scheduler.address, kernels
    finally:
        for process in processes[::-1]:
            process.terminate()
            process.wait()


def _kernel() -> str:
    import numpy  # noqa: F401 - loads BLAS
    from threadpoolctl import threadpool_info

    return ", ".join(each.get("architecture", "?") for each in threadpool_info())


def _output(command: list[str]) -> bytes:
    return subprocess.run(
        command, check=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
    ).stdout


def _check(title: str, command: list[str], whole: bytes) -> bool:
    """Whether a recipe writes exactly the stream."""
    same = _output(command) == whole
    print(
        f"{title}: {COUNT:,} names, "
        f"{'the same as from one process' if same else 'NOT those of one process'}",
        flush=True,
    )
    return same


if __name__ == "__main__":
    main()

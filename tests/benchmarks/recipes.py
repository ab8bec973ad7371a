"""Runs the recipes for many processes, and checks that they write what a single one writes.

python tests/benchmarks/recipes.py
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import environment

HERE = Path(__file__).resolve().parent
COUNT, SEED = 400_000, 7
KERNELS = ("Prescott", "Nehalem", "Haswell")  # with SSE3, SSE4.2 and AVX2: any x86 since 2013


def main() -> None:
    """Runs both; ends with exit code 1 if one writes other names."""
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
        same = [
            _check(
                "Dask, three workers, each with another kernel of OpenBLAS",
                [python, str(HERE / "recipe_dask.py"), *order, *KERNELS],
                whole,
            )
        ]
        if shutil.which("parallel"):
            same.append(_check("GNU parallel", [str(HERE / "recipe_parallel.sh"), *order], whole))
        else:
            print(
                "GNU parallel: skipped, it is not installed (Debian and Ubuntu: apt-get install "
                "parallel)"
            )
    sys.exit(0 if all(same) else 1)


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

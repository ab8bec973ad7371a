"""An environment of the benchmark's own: nobody else has to install what it compares with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".venv-bench"
CORPORA = {
    "dinosaurs": ROOT / "data" / "dinosaurs.txt",
    "first-names": ROOT / "data" / "us-first-names.txt",
    "surnames": ROOT / "data" / "us-surnames.txt",
}


def enter() -> None:
    """Goes on in the benchmark's environment: this program is run again in it.

    It is made when it is missing or out of date.
    """
    if Path(sys.prefix).resolve() == FOLDER:
        return
    python = executable("python")
    made_for = FOLDER / "made-for.txt"
    wanted = f"{sys.version}\n{(ROOT / 'pyproject.toml').read_text(encoding='utf-8')}"
    if not made_for.exists() or made_for.read_text(encoding="utf-8") != wanted:
        print(
            f"Making {FOLDER.name}: rnn-names as it stands here, and what it is compared with …",
            file=sys.stderr,
            flush=True,
        )
        subprocess.run([sys.executable, "-m", "venv", str(FOLDER)], check=True)
        install = [python, "-m", "pip", "install", "--quiet"]
        subprocess.run([*install, "pip>=25.1"], check=True)  # the first that knows groups
        group = f"{ROOT / 'pyproject.toml'}:bench"
        subprocess.run([*install, "--editable", str(ROOT), "--group", group], check=True)
        made_for.write_text(wanted, encoding="utf-8")
    # Whoever installs rnn-names has its modules compiled.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.exit(subprocess.call([python, *sys.argv]))


def executable(name: str) -> str:
    """A program of the environment: "python" or "rnn-names"."""
    return (
        str(FOLDER / "Scripts" / f"{name}.exe") if os.name == "nt" else str(FOLDER / "bin" / name)
    )


def use_two_cores() -> int:
    """Keeps this process and its children to two cores, where the system can.

    Returns how many they may use.
    """
    # Every side says how many threads it wants, and BLAS chooses its kernels for this processor;
    # the caller's environment should not.
    for variable in (
        "OMP_NUM_THREADS",
        "MKL_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "OPENBLAS_CORETYPE",
        "OPENBLAS_L2_SIZE",
    ):
        os.environ.pop(variable, None)
    if not hasattr(os, "sched_setaffinity"):
        return os.cpu_count() or 1
    cores = sorted(os.sched_getaffinity(0))[:2]
    os.sched_setaffinity(0, cores)
    return len(cores)

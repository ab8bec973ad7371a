"""The command line as a real process."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"


def run(*arguments, cwd=None, env=None, stdout=None, text=True, **options):
    """Runs `python -m rnn_names` to its end. `stdout`: a path to write to; text is UTF-8 whatever
    the locale.
    """
    command = [sys.executable, "-m", "rnn_names", *map(str, arguments)]
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith("RNN_NAMES_")
    } | (env or {})
    settings = {
        "cwd": cwd,
        "env": environment,
        "stderr": subprocess.PIPE,
        "timeout": 120,
        **options,
    }
    if text:
        settings["encoding"] = "utf-8"
    if stdout is None:
        return subprocess.run(command, stdout=subprocess.PIPE, **settings)
    with Path(stdout).open("wb") as file:
        return subprocess.run(command, stdout=file, **settings)

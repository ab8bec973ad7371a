"""The command line as a real process."""

import os
import signal
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


def start(*arguments, **streams):
    """Starts `python -m rnn_names`, and does not wait for it. It takes an interrupt."""
    command = [sys.executable, "-m", "rnn_names", *map(str, arguments)]
    return subprocess.Popen(command, preexec_fn=heed_interrupts, **streams)


def heed_interrupts():
    """Before a child starts: it takes an interrupt even where the tests run in the background.

    A shell lets what it runs there ignore interrupts, and so would the children.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def error_line(done, code=1):
    """The only line of a command's stderr, without its "Error: "; nothing went to stdout."""
    assert done.returncode == code, done
    assert not done.stdout
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("Error: "), lines
    return lines[0].removeprefix("Error: ")

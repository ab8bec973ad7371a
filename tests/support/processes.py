"""Waiting for other processes."""

import subprocess
import time


def wait_until(happened):
    """Waits until `happened()` is true; a minute at most."""
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.005)


def is_running(pid):
    """Whether there is such a process, other than one that has ended and nobody asked after."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return bool(state.stdout.strip()) and not state.stdout.startswith("Z")

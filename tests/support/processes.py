"""Other processes: waiting for them, and ending them."""

import subprocess
import time

from rnn_names.processes.helper import Helper
from support.program import measure_no_children


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


def patient_helpers(monkeypatch, module):
    """Lets a module wait until its helper process is ready; gives all its `Helper`s."""
    made = []

    class Patient(Helper):
        def __init__(self, *arguments, **named):
            super().__init__(*arguments, **named)
            made.append(self)

        def start(self):
            super().start()
            if self._process is not None:
                wait_until(self.is_ready)

    monkeypatch.setattr(module, "Helper", Patient)
    measure_no_children(monkeypatch)
    return made

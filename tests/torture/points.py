"""Interrupts at every place of a training: one at the first entry to and return from each function.

    python tests/torture/points.py

Random moments hardly ever hit where a program is for microseconds only, such as a `__del__` or a
lock's own code. An exception from a signal's handler is lost in the first and leaves the second in
disorder. Here a child lists the places over some epochs that save the model and the state; then,
for each, a child is forked that interrupts itself there, and again at the places that follow, as an
impatient user would. NumPy is read once, before the first fork.
"""

import argparse
import faulthandler
import json
import math
import os
import re
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

SMALL = "--hidden-size 4 --batch-size 2 --distil-epochs 0".split()
OPTIONS = [*SMALL, *"--epochs 1000000 --log log --init start.npz".split()]

SECONDS = 60
"""Until a child that has not ended is taken for one that never will."""

AGAIN = 20
"""Further signals, at the places that follow."""

EPOCHS = 3
"""In which places are looked for, by turns of the loop that keeps the state."""

NOT_MET = 71
"""Exit code of a child that never came to its place: some depend on which thread is first."""


def place(frame, event):
    code = frame.f_code
    return f"{event} {os.path.basename(code.co_filename)}:{code.co_firstlineno} {code.co_name}"


def train():
    """The command line in this process, with its state written after every epoch."""
    import rnn_names.training.checkpoint as checkpoint
    from rnn_names.cli import main as cli

    checkpoint.SECONDS_BETWEEN_WRITES = 0
    sys.argv = ["rnn-names", "train", "names.txt", "-o", "m.npz", *OPTIONS]
    cli.main()


def list_places():
    """Writes down the places of some epochs in the order in which they are first met, and ends."""
    seen, kept = {}, 0

    def note(frame, event, _):
        nonlocal kept
        if not event.startswith("c_"):
            seen.setdefault(place(frame, event))
            kept += frame.f_code.co_name == "keep" and event == "return"
            if kept == EPOCHS:
                sys.setprofile(None)
                Path("places").write_text(json.dumps(list(seen)))
                os._exit(0)

    sys.setprofile(note)
    train()


def interrupt_at(wanted):
    """Trains until that place is met, and on from there."""
    left, kept, name = AGAIN + 1, 0, wanted.rsplit(" ", 1)[1]

    def send(frame, event, _):
        nonlocal left
        left -= 1
        if not left:
            sys.setprofile(None)
        os.kill(os.getpid(), signal.SIGINT)

    def note(frame, event, _):
        nonlocal kept
        function = frame.f_code.co_name
        if function == name and place(frame, event) == wanted:
            sys.settrace(None)
            sys.setprofile(send)
            send(frame, event, None)
        elif function == "keep" and event == "return":
            kept += 1
            if kept > 3 * EPOCHS:
                os._exit(NOT_MET)
        if function in (name, "keep"):  # only these tell of their return
            frame.f_trace_lines = False
            return note
        return None

    sys.settrace(note)  # a profiler would be called at each function of C, too
    train()


def forked(work, *arguments):
    """A child that does something: its exit code, and what it said on stderr.

    That goes into a file.
    """
    with open("stderr", "wb") as file:
        pid = os.fork()
        if not pid:
            os.dup2(file.fileno(), 2)
            # As __main__ has it; the background ignores it.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            faulthandler.register(signal.SIGUSR1)
            code = 70
            try:
                work(*arguments)
            except SystemExit as end:
                code = end.code or 0
            except BaseException:
                traceback.print_exc()
            os._exit(code)
    last, asked = time.monotonic() + SECONDS, False
    while (done := os.waitpid(pid, os.WNOHANG)) == (0, 0):
        if time.monotonic() > last:
            os.kill(pid, signal.SIGKILL if asked else signal.SIGUSR1)  # first it says where it is
            last, asked = time.monotonic() + 1, True
        time.sleep(0.002)
    return os.waitstatus_to_exitcode(done[1]), Path("stderr").read_text("utf-8", "replace")


def interrupted(place, is_training):
    """Interrupts a training there; it must end as promised. Gives a word for how."""
    for name in ("m.npz", "m.npz.resume", "log"):
        Path(name).unlink(missing_ok=True)
    code, said = forked(interrupt_at, place)
    lines = [
        line
        for line in said.splitlines()
        if not line.startswith(("epoch ", "30 distinct", "Training a ", "Note: a list as short"))
    ]
    if code == NOT_MET:
        return "not met again"
    what = f"{place}: exit code {code}\n{said}"
    assert code == 130 or (code == -signal.SIGINT and not is_training), what
    if not lines and not is_training:
        return "before the training"
    from rnn_names import Model

    assert len(lines) == 1 and lines[0].startswith("Interrupted in epoch "), what
    if "nothing was saved" in lines[0]:
        assert not Path("m.npz").exists(), what
        return "before the first epoch's end"
    epoch = Model.load("m.npz").training["epoch"]
    assert f"m.npz holds the best weights so far (epoch {epoch})" in lines[0], what
    assert not list(Path().glob("*.tmp")), what
    return "with the model saved"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--share", type=int, default=1, metavar="N", help="try every N-th place only"
    )
    parser.add_argument("--match", metavar="REGEX", help="besides all in which this is found")
    parser.add_argument("--seconds", type=float, default=math.inf, help="at most so long")
    options = parser.parse_args()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # a process with threads should not be forked
    import rnn_names.cli.train

    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        Path("names.txt").write_text("".join(f"{a}{b}\n" for a in "ABCDEF" for b in "aeiou"))
        rnn_names.train("names.txt", init="none", hidden_size=4, epochs=0).save("start.npz")
        code, said = forked(list_places)
        assert code == 0, said
        places = json.loads(Path("places").read_text())
        trains = next(
            i for i, place in enumerate(places) if re.search(r"training_run.*\btrain$", place)
        )
        chosen = [
            (place, i >= trains)
            for i, place in enumerate(places)
            if i % options.share == 0 or (options.match and re.search(options.match, place))
        ]
        found, last = Counter(), time.monotonic() + options.seconds
        for place, is_training in chosen:
            if time.monotonic() < last:
                found[interrupted(place, is_training)] += 1
        os.chdir("/")
    print(json.dumps(found))


if __name__ == "__main__":
    main()

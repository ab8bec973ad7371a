"""Faults, done to real processes and files: runs killed and interrupted, model files damaged.

The suite does a few of each, `make torture` hundreds and thousands.
"""

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from rnn_names import Model
from rnn_names.errors import ModelFileError
from rnn_names.model.file_checks import ARRAYS
from rnn_names.model.npz import read
from rnn_names.training.checkpoint import allowed_types
from support.model_files import make_model
from support.networks import bytes_of
from support.program import fork, heed_interrupts, unmeasured

TINY = "--hidden-size 4 --batch-size 8 --held-out 0 --epochs 1000000 --distil-epochs 0 -q".split()
"""A run that saves many times a second, as every epoch is the best, and does not end."""

# With its state written after every epoch, not every few seconds, there is more to hit.
TRAIN = """
import faulthandler, signal, rnn_names.training.checkpoint, rnn_names.cli.main
faulthandler.register(signal.SIGUSR1)
rnn_names.training.checkpoint.SECONDS_BETWEEN_WRITES = 0
rnn_names.cli.main.main()
"""


def train(output, *options):
    corpus = output.parent / "names.txt"
    if not corpus.exists():
        corpus.write_text("Ada\nBo\nZoe\n")
    streams = {"stderr": subprocess.PIPE, "stdout": subprocess.DEVNULL, "prepare": heed_interrupts}
    return fork(TRAIN, "train", corpus, "-o", output, *TINY, *options, **streams)


DELICATE = "__del__|close|__exit__|threading.py|thread.py|npz.py|files.py"
"""Places in which an interrupt was once lost or did harm, and their like."""


def killed(output, rng):
    """Kills a run at a random moment, and checks what stands under its name.

    Returns a word for what was found.
    """
    before = changed = _stamp(output)
    state = output.with_name(output.name + ".resume")
    process = train(output, *(["--resume"] if state.exists() and rng.random() < 0.5 else []))
    try:
        # Some are killed before they have saved anything.
        patience = 0.2 * rng.random() if rng.random() < 0.1 else 60
        began = time.monotonic()
        while changed == before and time.monotonic() - began < patience and process.poll() is None:
            time.sleep(0.002)
            changed = _stamp(output)
        time.sleep(0.05 * rng.random())
    finally:
        process.kill()
        _, stderr = process.communicate()
    assert process.returncode == -signal.SIGKILL, (process.returncode, stderr)
    names = {path.name for path in output.parent.iterdir()}
    litter = {name for name in names if name.endswith(".tmp")}
    own = {name for name in litter if f".{process.pid}-" in name}
    assert litter == own or _stamp(output) == before, f"litter of an earlier run: {litter - own}"
    assert names - litter <= {output.name, "names.txt", state.name}, names
    if output.exists():
        Model.load(output)
    if state.exists():
        meta, arrays = read(str(state), allowed_types)
        Model.from_contents(meta, {name: array for name, array in arrays.items() if name in ARRAYS})
    if litter:
        return "half-written file left aside"
    return "new model" if _stamp(output) != before else "old model"


def _stamp(path):
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_ino


def kills(count, folder, rng, until=float("inf")):
    """Kills that many runs, one after another with one output; then a last one finishes.

    Returns what was found, counted.
    """
    output, found = folder / "m.npz", Counter()
    while sum(found.values()) < count and time.monotonic() < until:
        found[killed(output, rng)] += 1
    last = train(output, "--epochs", "1")
    assert last.wait(60) == 0, last.stderr.read()
    assert {path.name for path in folder.iterdir()} == {"m.npz", "names.txt"}, (
        "the last run clears what the killed ones left"
    )
    Model.load(output)
    return found


def interrupted(output, number, rng):
    """Interrupts a run at a random moment, once or twice.

    It must say so in a line, and exit as promised.
    """
    with contextlib.suppress(FileNotFoundError):
        output.with_name(output.name + ".resume").unlink()
    process = train(output)
    before = _stamp(output)
    while _stamp(output) == before and process.poll() is None:
        time.sleep(0.002)
    time.sleep(0.05 * rng.random())
    process.send_signal(number)
    if rng.random() < 0.3:
        process.send_signal(number)
    stderr = on_interrupt(process)
    lines = stderr.decode().splitlines()
    assert process.returncode == 130, (process.returncode, stderr)
    assert len(lines) == 1 and lines[0].startswith("Interrupted in epoch "), stderr
    held = Model.load(output).training["epoch"]
    assert f"(epoch {held})" in lines[0], (held, lines)
    how = "resumable" if "--resume" in lines[0] else "before the first epoch"
    return f"{signal.Signals(number).name}, {how}"


def on_interrupt(process, timeout=60):
    """What a process says on stderr until it ends.

    One that does not end is asked where it is, which fails the test.
    """
    try:
        return process.communicate(timeout=timeout)[1]
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGUSR1)
        time.sleep(1)
        process.kill()
        raise AssertionError(
            f"did not end within {timeout} s:\n{process.communicate()[1].decode()}"
        ) from None
    finally:
        process.kill()


def places(share, match, until=float("inf")):
    """Interrupts at places that the profiler knows; see `points.py`.

    They are every `share`-th, and those in which `match` is found.
    """
    points = Path(__file__).with_name("points.py")
    options = ["--share", share, "--match", match, "--seconds", until - time.monotonic()]
    command = [sys.executable, points, *map(str, options)]
    done = subprocess.run(command, env=unmeasured(), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return Counter(json.loads(done.stdout))


def interrupts(count, folder, rng, until=float("inf")):
    """Interrupts that many runs, one after another; returns what was found, counted."""
    found, numbers = Counter(), [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
    while sum(found.values()) < count and time.monotonic() < until:
        found[interrupted(folder / "i.npz", rng.choice(numbers), rng)] += 1
    return found


def same_or_refused(content, expected, path):
    """Whether some bytes are the expected model; else they are refused with one line.

    Anything else fails.
    """
    path.unlink(missing_ok=True)  # what is written over a file, some file systems flush to the disk
    path.write_bytes(content)
    try:
        loaded = Model.load(path)
    except ModelFileError as error:
        assert "\n" not in str(error)
        return False
    assert loaded.meta == expected.meta
    assert bytes_of(loaded) == bytes_of(expected)
    return True


def mutated(content, rng):
    """Some random edits: bytes changed, runs removed, doubled, moved or zeroed."""
    data = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        place, length = rng.randrange(len(data)), rng.choice((1, 1, 1, 2, 4, 16, 200))
        run = data[place : place + length]
        other = rng.randrange(len(data))
        match rng.randrange(5):
            case 0:
                data[place : place + length] = rng.randbytes(len(run))
            case 1:
                del data[place : place + length]
            case 2:
                data[other:other] = run
            case 3:
                data[other : other + length] = run
            case 4:
                data[place : place + length] = bytes(len(run))
        data = data or bytearray(b"\0")
    return bytes(data)


def damages(contents, folder, until=float("inf")):
    """What becomes of damaged model files, counted; `contents` damages the bytes of a good one."""
    expected, found = make_model(n_a=2), Counter()
    expected.save(folder / "m.npz")
    for damaged in contents((folder / "m.npz").read_bytes()):
        if time.monotonic() > until:
            break
        same = same_or_refused(damaged, expected, folder / "m.npz")
        found["the same model" if same else "refused"] += 1
    return found


def flips(folder, until=float("inf"), step=1):
    """Every `step`-th bit of a model file turned over, one at a time."""

    def contents(content):
        for bit in range(0, 8 * len(content), step):
            damaged = bytearray(content)
            damaged[bit // 8] ^= 1 << bit % 8
            yield damaged

    return damages(contents, folder, until)


def edits(count, folder, rng, until=float("inf")):
    """Random edits of a model file."""
    return damages(lambda content: (mutated(content, rng) for _ in range(count)), folder, until)

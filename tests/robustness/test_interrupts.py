"""Signals that ask to end, wherever the program is: it ends, and keeps what it promises.

Random moments are in test_faults.py; the long forms are `make torture`.
"""

import json
import os
import re
import resource
import signal
import subprocess

import pytest

from rnn_names import Model
from rnn_names.corpus.corpus import corpus_from_strings
from rnn_names.training.settings import Settings
from rnn_names.training.setup import TrainingSetup
from rnn_names.training.trainer import Trainer
from support.model_files import OLD_MODEL
from support.networks import bytes_of
from support.program import fork, heed_interrupts
from torture import faults

pytestmark = pytest.mark.posix

TINY = ["--hidden-size", 4, "--batch-size", 64, "--held-out", 0, "--distil-epochs", 0]
FOREVER = [*TINY, "--epochs", 1_000_000]
AT_AN_EPOCH = "rnn_names.cli.training_run.Progress.show = here"


def start(*arguments, before="", prepare=heed_interrupts, **streams):
    """Starts the command, its stderr in a pipe, after some lines of Python.

    In these, `here()` says that they are reached.
    """
    program = f"""
import faulthandler, os, signal, sys, time
faulthandler.register(signal.SIGUSR1)
def here(*_): os.write(2, b"here\\n")
def forever(*_): here() or time.sleep(1e6)
def interrupt(): os.kill(os.getpid(), signal.SIGINT)
import rnn_names.training.checkpoint, rnn_names.training.distillation, rnn_names.report.report
import rnn_names.cli.train, rnn_names.cli.training_run, rnn_names.cli.main as cli
{before}
cli.main()"""

    streams = {"stderr": subprocess.PIPE, **streams}
    return fork(program, *arguments, prepare=prepare, **streams)


def wait_for(process, text):
    while text not in (line := process.stderr.readline()):
        assert line, "ended too early"


def ended(process, *lines, code=130):
    """Waits for a process, and checks its exit code and how each line begins that it still says."""
    said = [line for line in faults.on_interrupt(process).decode().splitlines() if line != "here"]
    assert process.returncode == code, said
    assert len(said) == len(lines) and all(map(str.startswith, said, lines)), said


def interrupt(process, *lines, code=130, number=signal.SIGINT):
    """Interrupts a process as soon as it says `here`; how it ends then, as `ended` checks it."""
    wait_for(process, b"here")
    process.send_signal(number)
    ended(process, *lines, code=code)


# --- Everywhere -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_interrupt_at_rarely_hit_places_ends_the_program():
    """In the first, exceptions from a handler were lost.

    In the others, they left locks and files in disorder.
    """
    found = faults.places(share=100, match=r"__del__|call .*_acquire_restore|zipfile.py:\d+ close")
    assert found["with the model saved"] > 1 and found["before the training"] > 9


ENDLESS_MINIBATCH = "rnn_names.network.rnn.loss_and_gradients = forever"
ENDLESS_DISTILLATION = """
rnn_names.training.distillation.DRAWN_FOR_TILT = 200, 200
rnn_names.training.trainer.distillation_set = forever"""
ENDLESS_CURVES = """
rnn_names.report.report.Report.add = lambda *_: None
rnn_names.cli.training_run.loss_curves = forever"""
NOTHING = "Interrupted in epoch 1: nothing was saved."
BEST = "Interrupted in epoch 2: m.npz holds the best weights so far (epoch 1); to continue"


OLDER = ["m.npz.resume"]


@pytest.mark.parametrize(
    "number, work, lines, left",
    [
        (signal.SIGINT, "rnn_names.corpus.names.Names.distinct = forever", [], OLDER),
        (signal.SIGINT, ENDLESS_MINIBATCH, [NOTHING], OLDER),
        (signal.SIGHUP, "rnn_names.training.trainer.mean_loss = forever", [NOTHING], OLDER),
        (signal.SIGTERM, ENDLESS_DISTILLATION, [BEST], ["m.npz", "m.npz.resume"]),
        (signal.SIGTERM, ENDLESS_CURVES, ["Interrupted after epoch 2: "], ["m.npz"]),
    ],
)
def test_an_interrupt_ends_long_work(number, work, lines, left, corpus_file, tmp_path):
    """The state of an older run stays until this one has written its model."""
    (tmp_path / "m.npz.resume").write_bytes(OLD_MODEL)
    options = ["--distil-epochs", int("distil" in work), "--hidden-size", 4, "--epochs", 2]
    process = start("train", corpus_file, *options, "-o", "m.npz", before=work, cwd=tmp_path)
    interrupt(process, *lines, number=number)
    assert sorted(os.listdir(tmp_path)) == left


NAMED_PIPE_OPENED = """
real = open
import rnn_names.corpus.reading
rnn_names.corpus.reading.open = lambda *a: (here(), real(*a))[1]"""

STANDARD_INPUT_READ = """
import rnn_names.corpus.reading as c
read = c._bytes_left
c._bytes_left = lambda *a: (here(), read(*a))[1]"""


NO_THREAD = """
import threading
def refuse(_): raise RuntimeError("can't start new thread")
threading.Thread.start = refuse"""


@pytest.mark.parametrize(
    "command, before, code",
    [
        ("train -", STANDARD_INPUT_READ, 130),
        ("score pipe -m m.npz", NAMED_PIPE_OPENED, 130),
        ("sample --exclude pipe -m m.npz", NAMED_PIPE_OPENED, 130),
        ("score -m m.npz", NO_THREAD + STANDARD_INPUT_READ, -signal.SIGINT),  # 130 in a shell
    ],
)
def test_an_interrupt_ends_a_blocked_read(command, before, code, model_file, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "m.npz").write_bytes(model_file.read_bytes())
    process = start(*command.split(), before=before, cwd=tmp_path, stdin=subprocess.PIPE)
    interrupt(process, code=code)


def test_an_interrupted_pipe_is_no_complete_list(model_file):
    """Ctrl-C goes to all of a pipeline.

    The end of the list, which then comes at once, is no list without names.
    """
    before = """
import rnn_names.corpus.reading as c
read, end = c._bytes_left, os._exit
c._bytes_left = lambda *a: (here(), read(*a))[1]
# There is time enough to say something wrong.
os._exit = lambda code: (time.sleep(0.5), end(code))"""
    process = start("score", "-m", model_file, before=before, stdin=subprocess.PIPE)
    wait_for(process, b"here")
    os.kill(process.pid, signal.SIGSTOP)
    process.send_signal(signal.SIGINT)
    process.stdin.close()
    process.stdin = None
    os.kill(process.pid, signal.SIGCONT)
    ended(process)


def test_an_interrupt_ends_a_blocked_write(model_file):
    small_batches = "import rnn_names.sampling.sampler as sampler\nsampler.MAX_BATCH = 1 << 13"
    sample = ["sample", "-n", 10**9, "-m", model_file]
    process = start(*sample, before=small_batches, stdout=subprocess.PIPE)
    process.stdout.read(1000)
    process.send_signal(signal.SIGTERM)
    ended(process)


# --- What is kept ---------------------------------------------------------------------------------


WRITING = ["blend dinosaurs welsh-towns -o out.npz", "page dinosaurs -o out.html"]
WRITING += ["train list.txt -q --hidden-size 4 --epochs 1 -o out.npz --report out.html"]


@pytest.mark.slow
@pytest.mark.parametrize("command", WRITING)
def test_every_command_finishes_a_file_that_is_being_written(command, corpus_file, tmp_path):
    (tmp_path / "list.txt").write_bytes(corpus_file.read_bytes())
    before = """
real = os.fsync
def fsync(file):
    for _ in range(50): interrupt()  # the further ones change nothing
    time.sleep(0.3)
    real(file)
os.fsync = fsync"""
    process = start(*command.split(), before=before, cwd=tmp_path)
    faults.on_interrupt(process)
    assert process.returncode == 130
    left = set(os.listdir(tmp_path)) - {"list.txt", "out.npz.resume"}
    assert left == {word for word in command.split() if word.startswith("out.")}


def test_a_critical_section_is_finished_first(corpus_file, tmp_path):
    before = """
rnn_names.training.checkpoint.SECONDS_BETWEEN_WRITES = 0
real = os.unlink
def unlink(path):
    if path.endswith(".resume") and os.path.exists(path):
        interrupt()
        time.sleep(0.5)
    real(path)
os.unlink = unlink"""
    options = [*TINY, "--epochs", 2, "-q", "-o", tmp_path / "m.npz"]
    process = start("train", corpus_file, *options, before=before)
    told = f"{tmp_path}/m.npz holds the best weights so far (epoch 2)."
    ended(process, f"Interrupted after epoch 2: {told}")
    assert os.listdir(tmp_path) == ["m.npz"]


BETWEEN = [
    # before the log, and before the state
    "run = rnn_names.cli.training_run; real = run.asdict\n"
    "run.asdict = lambda epoch: (epoch.epoch == 3 and (interrupt(), time.sleep(1e6)), "
    "real(epoch))[1]",
    "run = rnn_names.cli.training_run.TrainingRun; real = run._save_state\n"
    "run._save_state = lambda self, epoch: (epoch.epoch == 3 and (interrupt(), time.sleep(1e6)), "
    "real(self, epoch))[1]",
]


def test_a_run_interrupted_between_its_files_is_resumed_completely(invoke, corpus_file, tmp_path):
    def kept(folder):
        log = [json.loads(line) | {"seconds": 0} for line in (folder / "log").open()]
        return log, bytes_of(Model.load(folder / "m.npz"))

    train = ["train", corpus_file, *TINY, "--epochs", 5, "-q", "-o", "m.npz", "--log", "log"]
    assert invoke(*train, cwd=tmp_path).returncode == 0
    for number, before in enumerate(BETWEEN):
        folder = tmp_path / str(number)
        folder.mkdir()
        process = start(*train, before=before, cwd=folder)
        told = "m.npz holds the best weights so far (epoch 3); to continue"
        ended(process, f"Interrupted in epoch 3: {told}")
        assert invoke(*train, "--resume", cwd=folder).returncode == 0
        assert kept(folder) == kept(tmp_path)


def test_a_resumed_run_can_be_interrupted_at_once(corpus_file, tmp_path):
    options = ["-q", "-o", tmp_path / "m.npz"]
    process = start("train", corpus_file, *FOREVER, *options, before=AT_AN_EPOCH)
    interrupt(process, "Interrupted in epoch ")
    state = (tmp_path / "m.npz.resume").read_bytes()
    process = start("train", corpus_file, *FOREVER, *options, "--resume", before=ENDLESS_MINIBATCH)
    wait_for(process, b"here")
    process.send_signal(signal.SIGINT)
    line = faults.on_interrupt(process).decode().splitlines()[-1]
    assert line.endswith("; to continue, give the same command with --resume.")
    assert (tmp_path / "m.npz.resume").read_bytes() == state


def test_an_interrupt_after_an_untrained_model_is_written_keeps_it(corpus_file, tmp_path):
    before = "rnn_names.cli.training_run.summary = forever"
    options = [*TINY, "--epochs", 0, "-o", tmp_path / "m.npz"]
    process = start("train", corpus_file, *options, before=before)
    interrupt(process, f"Interrupted after epoch 0: {tmp_path}/m.npz holds the untrained model")
    assert os.listdir(tmp_path) == ["m.npz"]


def test_a_failed_write_of_the_state_is_one_line_and_keeps_the_model(corpus_file, tmp_path):
    def little_room():
        heed_interrupts()
        resource.setrlimit(resource.RLIMIT_FSIZE, (48_000, 48_000))

    options = [*FOREVER, "--hidden-size", 16, "-q", "-o", tmp_path / "m.npz"]
    process = start("train", corpus_file, *options, before=AT_AN_EPOCH, prepare=little_room)
    interrupt(process, f"Error: {tmp_path}/m.npz.resume: cannot be written: File too large", code=1)
    assert Model.load(tmp_path / "m.npz").training["epoch"] >= 1
    assert os.listdir(tmp_path) == ["m.npz"]


@pytest.mark.slow
def test_an_interrupt_ends_the_program_even_if_nobody_reads_its_message(corpus_file, tmp_path):
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with pytest.raises(BlockingIOError):
        while True:
            os.write(writer, bytes(1 << 12))
    os.set_blocking(writer, True)  # of both ends: the child's waits, as a pipe to a pager does
    heard, say = os.pipe()
    before = f"rnn_names.cli.training_run.Progress.show = lambda *_: os.write({say}, b'.')"
    options = [*FOREVER, "-q", "-o", tmp_path / "m.npz"]
    streams = {"stderr": writer, "pass_fds": [say]}
    process = start("train", corpus_file, *options, before=before, **streams)
    os.read(heard, 1)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    for number in (reader, writer, heard, say):
        os.close(number)
    assert sorted(os.listdir(tmp_path)) == ["m.npz", "m.npz.resume"]


def test_an_interrupted_training_writes_its_report(corpus_file, tmp_path):
    options = ["-q", "-o", tmp_path / "m.npz", "--report", tmp_path / "r.html"]
    process = start("train", corpus_file, *FOREVER, *options, before=AT_AN_EPOCH)
    interrupt(process, "Interrupted in epoch ")
    text = (tmp_path / "r.html").read_text("utf-8")
    assert re.search(r"It was stopped after epoch \d+ of 1000000\.", text)


def test_signals_that_the_caller_ignores_are_ignored(corpus_file, tmp_path):
    def nohup():
        heed_interrupts()
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    options = [*FOREVER, "-q", "-o", tmp_path / "m.npz"]
    process = start("train", corpus_file, *options, before=AT_AN_EPOCH, prepare=nohup)
    for number in (signal.SIGHUP, signal.SIGHUP, signal.SIGINT):
        wait_for(process, b"here")
        process.send_signal(number)
    ended(process, "Interrupted in epoch ")


# --- From Python ----------------------------------------------------------------------------------


def test_the_library_leaves_signals_alone(names):
    """To a caller, an interrupt is an exception like any other: the trainer can go on after it."""
    trainer = Trainer(
        TrainingSetup(
            corpus_from_strings(names[:80]),
            Settings(hidden_size=4, epochs=3, distil_epochs=0, held_out=0.0),
        )
    )
    epochs = trainer.epochs(lambda *_: trainer.epoch == 1 and signal.raise_signal(signal.SIGINT))
    old = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            list(epochs)
    finally:
        signal.signal(signal.SIGINT, old)
    assert (trainer.epoch, trainer.model.training["epoch"]) == (1, 1)
    assert [epoch.epoch for epoch in trainer.epochs()] == [2, 3]

"""What fails outside of the program: full disks, kills, closed streams, odd names, endless files.

Each is done, not imitated. The long forms are `make torture` and `make fuzz`.
"""

import ctypes
import errno
import json
import os
import pty
import random
import re
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from functools import partial
from html import escape
from pathlib import Path
from unittest.mock import Mock

import pytest

from rnn_names import Model, system
from rnn_names.corpus.reading import PIECE_BYTES, read_names
from rnn_names.errors import CorpusError, ModelFileError, printable
from rnn_names.files import check_writable
from support.model_files import OLD_MODEL, make_model
from support.program import (
    MAIN,
    TO_ITS_END,
    error_line,
    fork,
    heed_interrupts,
    python,
    redirected,
    unmeasured,
)
from support.terminal import terminal
from torture import faults

pytestmark = pytest.mark.posix

TINY = "--init none --hidden-size 4 --epochs 1 --distil-epochs 0 --batch-size 64 -q".split()
# --- A model file is whole or absent --------------------------------------------------------------


def test_a_killed_run_leaves_a_whole_model_and_the_next_run_cleans_up(tmp_path):
    found = faults.kills(3, tmp_path, random.Random(5))
    assert sum(found.values()) == 3


def test_interrupts_at_random_moments_leave_whole_files(tmp_path):
    assert sum(faults.interrupts(2, tmp_path, random.Random(6)).values()) == 2


@pytest.mark.parametrize("line", ["train list -o m.npz", "page norse"])
def test_a_deleted_current_folder_is_an_error_of_one_line(line, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    message = error_line(fork(MAIN, *line.split(), cwd=gone, prepare=gone.rmdir, **TO_ITS_END))
    assert message.endswith(": the current folder was deleted: change to another one")


@pytest.mark.parametrize("line", ["sample -n 900", "--help", ""])
def test_a_full_disk_is_an_error_of_one_line(line, cli, tmp_path):
    full = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (100, 100))
    environment = {"PYTHONUNBUFFERED": "1", "_RNN_NAMES_COMPLETE": "" if line else "bash_source"}
    settings = {"preexec_fn": full, "env": environment, "measured": False, "cwd": tmp_path}
    done = cli(*line.split(), stdout=tmp_path / "names.txt", **settings)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "Error: standard output: File too large"


@pytest.fixture
def open_folder():
    """A folder within others that all may pass; those of pytest are its user's alone."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def without_rights(mode, folder, *arguments, **options):
    """The command in a folder of that mode."""
    # Root may do anything anywhere, so where the tests are root's the program becomes nobody's,
    # once all modules are read: nobody may not read them in a folder that only root may enter.
    program = """
import difflib, importlib, os, pkgutil, tqdm, zipfile, rnn_names, rnn_names.cli.main as cli
for module in pkgutil.walk_packages(rnn_names.__path__, "rnn_names."):
    importlib.import_module(module.name)
rnn_names.train(["a", "b", "c"], hidden_size=2, epochs=1, init="none").sample(1)
os.geteuid() or (os.setgroups([]), os.setuid(65534))
cli.main()"""
    before = folder.stat().st_mode
    folder.chmod(mode)
    try:
        return fork(program, *arguments, cwd=folder, **TO_ITS_END, **options)
    finally:
        folder.chmod(before)


def test_an_unwritable_state_is_an_error_before_any_work(invoke, corpus_file, tmp_path):
    (tmp_path / "m.npz.resume").mkdir()
    message = error_line(invoke("train", corpus_file, "-o", tmp_path / "m.npz", *TINY))
    assert "m.npz.resume: a directory" in message
    assert os.listdir(tmp_path) == ["m.npz.resume"]


def test_a_read_only_folder_is_an_error_of_one_line(corpus_file, open_folder):
    (open_folder / "m.npz").write_bytes(OLD_MODEL)
    done = without_rights(0o555, open_folder, "train", corpus_file, "-o", "m.npz")
    assert "m.npz: cannot be written: the folder . is read-only" in error_line(done)
    assert (open_folder / "m.npz").read_bytes() == OLD_MODEL


def test_a_folder_need_not_be_readable(corpus_file, open_folder):
    """What killed runs left there stays."""
    litter = open_folder / "m.npz.7-0123abcd.tmp"
    litter.touch()
    arguments, names = ["train", "-", "-o", "m.npz", *TINY], corpus_file.read_text()
    done = without_rights(0o333, open_folder, *arguments, input=names)
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(os.listdir(open_folder)) == ["m.npz", litter.name]


def test_an_error_names_the_right_file(corpus_file, tmp_path):
    """The model vanishes before its size is told."""
    vanish = """
import os, rnn_names.cli.training_run, rnn_names.cli.main as cli
rnn_names.cli.training_run.TrainingRun._finish = lambda self: os.unlink('m.npz')
cli.main()"""
    arguments = ["train", corpus_file, "-o", "m.npz", *TINY[:-1], "--log", "log"]
    done = fork(vanish, *arguments, cwd=tmp_path, **TO_ITS_END)
    assert done.stderr.splitlines()[-1] == "Error: m.npz: No such file or directory"


@pytest.mark.parametrize(
    "line",
    [
        "train list.txt -q --hidden-size 4 --epochs 1 -o out",
        "train list.txt -q --hidden-size 4 --epochs 1 -o m.npz --report out",
        "blend dinosaurs -o out",
        "page dinosaurs -o out",
    ],
)
def test_only_temporary_files_of_ended_processes_are_removed(line, invoke, corpus_file, tmp_path):
    (tmp_path / "list.txt").write_bytes(corpus_file.read_bytes())
    litter, locked = {"out.7-0123abcd.tmp"}, "out.7-11111111.tmp"
    litter |= {"m.npz.resume.7-0123abcd.tmp"} if "m.npz" in line else set()
    others = {locked, "out.1.tmp", "out.x.tmp", "other.7-0123abcd.tmp"}
    for name in (*litter, *others):
        (tmp_path / name).touch()
    with open(tmp_path / locked, "rb") as file:  # by a process of another container, say
        system.lock(file)
        assert invoke(*line.split(), cwd=tmp_path).returncode == 0
    assert set(os.listdir(tmp_path)) - {"list.txt", "m.npz"} == {"out", *others}


@pytest.mark.parametrize(
    "line", ["train list.txt -o", "train list.txt --report", "blend norse -o", "page norse -o"]
)
def test_a_file_name_too_long_is_an_error_before_any_work(line, invoke, corpus_file, tmp_path):
    (tmp_path / "list.txt").write_bytes(corpus_file.read_bytes())
    name = "a" * 250
    message = error_line(invoke(*line.split(), name, cwd=tmp_path))
    assert message.startswith(name) and message.endswith("cannot be written: File name too long")
    assert os.listdir(tmp_path) == ["list.txt"]


def appending(stream, *arguments, cwd):
    """Runs the command with a stream that is added to a file."""
    pipes = {"capture_output": False, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with (cwd / "all").open("a") as file:
        return fork(MAIN, *arguments, cwd=cwd, **TO_ITS_END | pipes | {stream: file})


@pytest.mark.parametrize("option, stream", [("--report", "stdout"), ("-o", "stderr")])
def test_a_file_that_is_a_standard_stream_is_not_replaced(option, stream, corpus_file, tmp_path):
    """To rename over it, the report did just that, lost what others had written there."""
    (tmp_path / "all").write_text("precious\n")
    train = ["train", corpus_file, *TINY]
    appending(stream, *train, option, f"/dev/{stream}", cwd=tmp_path)
    assert (tmp_path / "all").read_text().startswith("precious\n")
    done = appending("stdout", *train, "--report", "all", cwd=tmp_path)
    assert "all: cannot be written: it is also standard output" in error_line(done)


def test_a_log_to_standard_output_is_appended(corpus_file, tmp_path):
    (tmp_path / "all").write_text("precious\n")
    appending("stdout", "train", corpus_file, *TINY, "--log", "/dev/stdout", cwd=tmp_path)
    lines = (tmp_path / "all").read_text().splitlines()
    assert lines[0] == "precious" and json.loads(lines[1])["epoch"] == 1 and len(lines) == 2


def test_a_log_to_a_device_that_is_standard_input_is_no_error(corpus_file, tmp_path):
    """Regression: under cron, standard input is /dev/null, too: a log there ended the training."""
    with open(os.devnull) as nothing:
        train = ["train", corpus_file, *TINY, "--log", os.devnull]
        done = fork(MAIN, *train, cwd=tmp_path, **TO_ITS_END | {"stdin": nothing})
    assert done.returncode == 0, done.stderr


def test_a_link_stays_a_link_and_a_planted_link_is_not_followed(tmp_path, monkeypatch):
    model = make_model()
    (tmp_path / "there").mkdir()
    (tmp_path / "m.npz").symlink_to(tmp_path / "there" / "real.npz")
    model.save(tmp_path / "m.npz")
    assert (tmp_path / "m.npz").is_symlink()
    assert Model.load(tmp_path / "there" / "real.npz").meta == model.meta
    assert os.listdir(tmp_path / "there") == ["real.npz"]
    victim = tmp_path / "victim"
    victim.write_text("precious")
    monkeypatch.setattr(os, "urandom", bytes)  # so that the temporary name can be guessed
    (tmp_path / "there" / f"real.npz.{os.getpid()}-00000000.tmp").symlink_to(victim)
    with pytest.raises(ModelFileError, match="File exists"):
        model.save(tmp_path / "m.npz")
    assert victim.read_text() == "precious"


def test_a_pipe_among_temporary_files_stays_and_blocks_nothing(tmp_path):
    pipe, link = (tmp_path / f"m.npz.999999999-0000000{i}.tmp" for i in range(2))
    os.mkfifo(pipe)
    link.symlink_to("victim")
    (tmp_path / "victim").touch()
    check_writable(str(tmp_path / "m.npz"))
    assert set(os.listdir(tmp_path)) == {pipe.name, link.name, "victim"}


def test_a_file_system_needs_no_locks(tmp_path, monkeypatch):
    def no_locks(file):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(system, "lock", no_locks)
    make_model().save(tmp_path / "m.npz")
    Model.load(tmp_path / "m.npz")


def test_two_processes_with_the_same_number_write_the_same_file(tmp_path):
    """As in two containers, each of which calls its process 1."""
    program = """
import os, sys
os.getpid = lambda: 1
from rnn_names.files import check_writable
from support.model_files import make_model
model = make_model(n_a=2)
for _ in range(150):
    model.save("m.npz")
    check_writable("m.npz")"""
    runs = [fork(program, cwd=tmp_path, stderr=subprocess.PIPE) for _ in range(2)]
    while any(run.poll() is None for run in runs):
        if (tmp_path / "m.npz").exists():
            Model.load(tmp_path / "m.npz")
        time.sleep(0.005)
    assert [(run.returncode, run.stderr.read()) for run in runs] == [(0, b"")] * 2
    assert os.listdir(tmp_path) == ["m.npz"]


# --- Numbers that go wrong ------------------------------------------------------------------------


def test_a_run_that_fails_late_keeps_its_best_model_with_a_message(corpus_file, tmp_path):
    program = """
import rnn_names.training.checkpoint, rnn_names.cli.training_run, rnn_names.cli.main as cli
def spoil(self, epoch):
    if epoch.epoch == 2:
        self.trainer._weights[:] = 1e20
rnn_names.cli.training_run.Progress.show = spoil
rnn_names.training.checkpoint.SECONDS_BETWEEN_WRITES = 0
cli.main()"""
    options = [*TINY, "--epochs", 9, "-o", tmp_path / "m.npz"]
    message = error_line(fork(program, "train", corpus_file, *options, **TO_ITS_END))
    best = Model.load(tmp_path / "m.npz").training["epoch"]
    advice = "train again with --learning-rate below "
    assert message.startswith(f"the loss diverged in epoch 3: {advice}")
    assert message.endswith(f"m.npz holds the best weights so far (epoch {best})")
    assert best in (1, 2)
    assert os.listdir(tmp_path) == ["m.npz"]


# --- Limits of the system -------------------------------------------------------------------------

FEW_THREADS = """
import sys, threading
allowed, start = int(sys.argv.pop(1)), threading.Thread.start
def start_if_allowed(thread):
    global allowed
    if not allowed:
        raise RuntimeError("can't start new thread")
    allowed -= 1
    start(thread)
threading.Thread.start = start_if_allowed
import rnn_names.sampling.stream, rnn_names.cli.main
rnn_names.sampling.stream.usable_cores = lambda: 2
rnn_names.cli.main.main()
"""
"""As under `ulimit -u`, which does not bind root."""


def test_if_no_thread_can_be_started_one_does_the_work_with_one_warning(model_file):
    sample = ["sample", "-m", model_file, "-n", 20000, "--seed", 1]
    by_threads = {
        allowed: fork(FEW_THREADS, allowed, *sample, **TO_ITS_END) for allowed in (0, 2, 3)
    }
    names = by_threads[3].stdout
    assert names.count("\n") == 20000 and not by_threads.pop(3).stderr
    for done in by_threads.values():
        assert (done.returncode, done.stdout) == (0, names)
        assert done.stderr.startswith(
            "Note: no further thread can be started (a limit on processes"
        )
        assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["sample", "train"])
def test_with_few_file_descriptors_names_or_one_error_are_printed(name, folder, cli, tmp_path):
    arguments = [tmp_path / each if each == "new.npz" else each for each in COMMANDS[name]]
    for limit in (5, 7, 10):
        few = partial(resource.setrlimit, resource.RLIMIT_NOFILE, (limit, limit))
        if limit == 5:  # modules need files, too
            done = cli(*arguments, cwd=folder, preexec_fn=few, measured=False)
        else:
            done = fork(MAIN, *arguments, cwd=folder, prepare=few, **TO_ITS_END)
        if done.returncode:
            assert done.returncode == 1 and "Traceback" not in done.stderr
            assert re.search("^Error: .*: Too many open files\n\\Z", done.stderr, re.M), limit
    assert done.returncode == 0, "ten are enough"


@pytest.mark.parametrize(
    "error, told",
    [
        (MemoryError(), "not enough memory for this; try smaller settings.*"),
        (ImportError("Some advice.\n\n" * 20 + "No x.so\n\n"), ".* memory short.*: .*No x.so"),
        (ModuleNotFoundError(name="numpy.linalg"), "the module numpy .*: .* pip install numpy"),
    ],
    ids=["memory", "module", "no module"],
)
def test_missing_memory_or_modules_are_an_error_of_one_line(
    error, told, invoke, monkeypatch, model_file
):
    # Not the class itself: a module that is read meanwhile would keep what took its place.
    constructor = "rnn_names.sampling.sampler.Sampler.__init__"
    monkeypatch.setattr(constructor, Mock(side_effect=error))
    assert re.fullmatch(told, error_line(invoke("sample", "-m", model_file)))


def test_a_missing_click_is_an_error_of_one_line():
    done = python("import sys; sys.modules['click'] = None; import rnn_names.__main__")
    assert error_line(done).endswith("click is missing; to install it: python -m pip install click")


@pytest.mark.parametrize("error", [AttributeError, OSError, TypeError])
def test_a_c_library_without_pools_of_memory_is_left_as_it_is(error, monkeypatch):
    asked = []

    def library(name):
        asked.append(name)
        raise error

    monkeypatch.setattr(ctypes, "CDLL", library)
    system.share_memory_between_threads()
    assert asked == [None]


# --- Corpora --------------------------------------------------------------------------------------


def test_endless_files_are_refused_in_little_memory():
    def little():
        resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
        resource.setrlimit(resource.RLIMIT_DATA, (1 << 30, 1 << 30))

    for file, what in {"/dev/zero": "bytes in a line", "/dev/urandom": "not UTF-8"}.items():
        arguments = ["train", file, "-o", "/nowhere.npz", *TINY]
        assert what in error_line(fork(MAIN, *arguments, prepare=little, **TO_ITS_END))


def test_normalising_takes_time_in_proportion_to_the_length(tmp_path):
    """Combining marks are put in order in a time that goes with the square of their number.

    For a line of four megabytes that would be hours.
    """
    (tmp_path / "list").write_text("a" + "\u0315\u0300" * 500_000, "utf-8")
    limit = partial(resource.setrlimit, resource.RLIMIT_CPU, (20, 20))
    done = fork(MAIN, "train", "list", cwd=tmp_path, prepare=limit, **TO_ITS_END)
    what = "1000001 characters, more than the 200 of a name; is there one name per line?"
    assert error_line(done) == f"list, line 1: {what}"


def test_a_file_that_shrinks_while_it_is_read_is_noticed(tmp_path):
    (tmp_path / "list").write_bytes(b"Ada\nBo\n" * (PIECE_BYTES // 4))
    with (tmp_path / "list").open("rb") as file, pytest.raises(CorpusError, match="became shorter"):
        for _ in read_names("list", file):
            os.truncate(tmp_path / "list", PIECE_BYTES + 100)


# --- Streams --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(model_file, corpus_file, tmp_path_factory):
    folder = tmp_path_factory.mktemp("streams")
    (folder / "m.npz").write_bytes(model_file.read_bytes())
    (folder / "list.txt").write_bytes(corpus_file.read_bytes())
    return folder


COMMANDS = {
    "sample": ["sample", "-m", "m.npz"],
    "score": ["score", "list.txt", "-m", "m.npz"],
    "train": ["train", "list.txt", "-o", "new.npz", "--log", "log", *TINY[:-1]],
    "help": ["sample", "--help"],
    "version": ["--version"],
}


CLOSED = {
    "sample": ["<&-", "2>&-", "<&- >&- 2>&-", "2> /dev/full", ">&-", "> /dev/full"],
    "score": ["<&-", ">&-", "> /dev/full"],
    "train": ["<&- >&- 2>&-", "2> /dev/full", ">&-", "2>&-"],
    "help": ["> /dev/full", ">&-"],
    "version": ["> /dev/full", ">&-"],
}


@pytest.mark.parametrize("name, closed", [(name, each) for name in CLOSED for each in CLOSED[name]])
def test_closed_and_full_streams_cause_no_traceback(name, closed, folder):
    """A closed or full stderr stops nothing.

    Names that cannot be written are an error, but for a program that writes none.
    """
    done = redirected(closed, *COMMANDS[name], cwd=folder)
    fails = name != "train" and (">&-" in closed.split() or closed == "> /dev/full")
    assert done.returncode == int(fails), done
    if fails and "2>" not in closed:
        told = "Error: (standard output is closed|.*: No space left on device)\n"
        assert re.fullmatch(told, done.stderr)
    assert "Traceback" not in done.stderr and "Exception" not in done.stderr
    if name == "train":
        Model.load(folder / "new.npz")
        (folder / "new.npz").unlink()
        log = (folder / "log").read_text()
        assert log.startswith('{"epoch": 1,') and log.count("\n") == 1


def test_a_closed_standard_input_is_an_error_of_one_line(folder):
    for arguments in (["train", "-", "-o", "new.npz"], ["score", "-m", "m.npz"]):
        assert "standard input is closed" in error_line(redirected("<&-", *arguments, cwd=folder))


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["sample", "-m", "m.npz", "-n", 100_000]]
)
def test_a_reader_that_is_gone_ends_the_program_quietly(arguments, folder):
    reader, writer = os.pipe()
    os.close(reader)
    with fork(MAIN, *arguments, cwd=folder, stdout=writer, stderr=subprocess.PIPE) as process:
        os.close(writer)
        assert process.communicate(timeout=60)[1] == b""
    assert process.returncode == 0


def test_a_run_continues_after_its_terminal_is_closed(folder, tmp_path):
    """One that is not its own, as under setsid: its own would send SIGHUP, which ends a run."""
    screen, stderr = terminal(columns=120)
    options = ["-o", tmp_path / "m.npz", "--log", tmp_path / "log", "--report", tmp_path / "r.html"]
    train = [*COMMANDS["train"], *options, "--epochs", 10]
    with fork(MAIN, *train, cwd=folder, stderr=stderr, start_new_session=True) as process:
        os.close(stderr)
        shown = b""
        while b"epoch   1: loss" not in shown:
            shown += os.read(screen, 1 << 12)
        os.close(screen)
        assert process.wait(timeout=60) == 0
    assert b"  0% " in shown, "there was a bar"
    assert len((tmp_path / "log").read_text().splitlines()) == 10
    assert sorted(os.listdir(tmp_path)) == ["log", "m.npz", "r.html"]
    Model.load(tmp_path / "m.npz")


@pytest.mark.parametrize("score", ["score -", "score - --format jsonl"])
def test_scores_are_printed_while_the_writer_continues(score, folder):
    pipes = dict.fromkeys(["stdin", "stdout", "stderr"], subprocess.PIPE)
    process = fork(MAIN, *score.split(), "-m", "m.npz", cwd=folder, **pipes)
    for name in (b"Ada", b"Bo", b"Zo"):
        process.stdin.write(name + b"\n")
        process.stdin.flush()
        assert select.select([process.stdout], [], [], 60)[0]
        assert name in process.stdout.readline()
    assert process.communicate(timeout=60)[1].startswith(b"3 names")


@pytest.mark.slow
@pytest.mark.parametrize("on_terminal", [False, True], ids=["pipe", "terminal"])
def test_names_are_printed_in_whole_lines_before_all_are_drawn(on_terminal, folder, model):
    reader, writer = pty.openpty() if on_terminal else os.pipe()
    sample = ["sample", "-m", "m.npz", "-n", 10**12, "--seed", 3]
    small_batches = "from rnn_names.sampling import sampler\nsampler.MAX_BATCH = 1 << 13\n"
    with fork(
        small_batches + MAIN, *sample, cwd=folder, stdout=writer, stderr=subprocess.PIPE
    ) as process:
        os.close(writer)
        shown = b""
        while shown.count(b"\n") < 1000:
            shown += os.read(reader, 1 << 16)
        if on_terminal:
            process.terminate()
        os.close(reader)
        stderr = process.communicate(timeout=60)[1]
    assert process.returncode in ((130, 0) if on_terminal else (0,)), "the reader is gone"
    assert on_terminal or stderr == b""
    assert shown.decode().splitlines()[:1000] == model.sample(1000, seed=3)


POSIX_LOCALE = {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}


LOCALES = [POSIX_LOCALE, {"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin-1"}]


@pytest.mark.slow
@pytest.mark.parametrize("locale", LOCALES)
def test_names_and_messages_are_utf_8_in_any_locale(locale, cli, tmp_path):
    names = "Zoë\nŁucja\n愛\nЯна\n"
    options = ["-o", tmp_path / "m.npz", *TINY[:8], "--held-out", 0]
    done = cli("train", "-", *options, env=locale, input=names)
    assert done.returncode == 0, done.stderr
    scores = cli("score", "-m", tmp_path / "m.npz", env=locale, input=names).stdout
    assert scores.split()[1::2] == names.split()
    sample = ["sample", "-m", tmp_path / "m.npz", "--match", ".*愛.*", "--prefix", "愛и"]
    assert "--prefix '愛и': the model does not know" in error_line(cli(*sample, env=locale))
    assert "NAME,…" in cli("cast", "--help", env=locale).stdout


def test_names_are_drawn_without_docstrings_and_assertions(cli):
    # Byte code without them is written for the next time, too.
    environment = {"PYTHONOPTIMIZE": "2", "PYTHONDONTWRITEBYTECODE": ""}
    done = cli("sample", "-m", "norse", "-n", 3, env=environment, measured=False)
    assert (done.returncode, done.stdout.count("\n"), done.stderr) == (0, 3, "")


def test_an_option_that_is_not_utf_8_is_an_error_of_one_line(cli, tmp_path):
    done = cli("sample", "--prefix", os.fsdecode(b"S\xe9"), cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith("'--prefix': 'S\\udce9': not UTF-8")


# --- Every file that is given, and everything that may be wrong with it ---------------------------

LISTS = ["train FILE", "train list.txt FILE", "score FILE -m m.npz"]
LISTS += [f"sample -m m.npz --{option} FILE" for option in ("exclude", "exclude-words")]
MODELS = ["sample -m FILE", "sample -m FILE --best", "score list.txt -m FILE"]
MODELS += ["info FILE", "info FILE --json", "train list.txt --init FILE", "page FILE"]
OUTPUTS = ["-o FILE", "-o new.npz --log FILE", "-o new.npz --report FILE"]
OUTPUTS = [*(f"train list.txt {options}" for options in OUTPUTS), "page dinosaurs -o FILE"]
ODD = ["two\nlines", os.fsdecode(b"\xff \x1b[31m"), "Zoë"]
WRONG_LISTS = {
    **dict.fromkeys(["none", *ODD], "cannot be read: No such file or directory"),
    ".": "a directory; give a text file with one name per line",
    "list.txt/x": "cannot be read: Not a directory",
    "latin.txt": "line 2: not UTF-8 text (byte 0xeb)",
    "escape.txt": "line 1: a control character (U+001B)",
    "m.npz": "a document or a model, not a text: save the list as plain text",
}
WRONG_MODELS = {
    **dict.fromkeys(["absent", *ODD], "cannot be read: No such file or directory; train a model"),
    ".": "cannot be read: Is a directory",
    "list.txt/x": "cannot be read: Not a directory",
    "list.txt": "not a model file, but a text, such as a list of names; train a model on it",
    "empty": "not a model file, or a damaged one",
    "half.npz": "not a model file, or a damaged one",
    "/dev/null": "not a model file: not a regular file",
    "/dev/zero": "not a model file: not a regular file",
    "pipe": "not a model file: not a regular file",
}
OFTEN = [*ODD, "none", "latin.txt", "m.npz", "absent", "list.txt", "half.npz"]
"""All files are given to the first command of those that read them, to the others these."""
WRONG_OUTPUTS = ["none/x", ".", "/dev/full", "list.txt/x", "/proc/m.npz"]
WRONG_OUTPUTS = dict.fromkeys([*WRONG_OUTPUTS, *(f"{name}/x" for name in ODD)], "")
WRONG = {
    (command, file): what
    for commands, files in ((LISTS, WRONG_LISTS), (MODELS, WRONG_MODELS), (OUTPUTS, WRONG_OUTPUTS))
    for command in commands
    for file, what in files.items()
    if command in (LISTS[0], MODELS[0], *OUTPUTS) or file in OFTEN
}


@pytest.fixture(scope="module")
def wrong(folder):
    (folder / "latin.txt").write_bytes(b"Ada\nZo\xeb\n")
    (folder / "escape.txt").write_bytes(b"\x1b[2J\nBo\n")
    (folder / "empty").touch()
    os.mkfifo(folder / "pipe")
    (folder / "new.npz").unlink(missing_ok=True)
    (folder / "half.npz").write_bytes((folder / "m.npz").read_bytes()[:5000])
    return folder


@pytest.mark.parametrize(("line", "file"), WRONG)
def test_every_wrong_file_is_an_error_of_one_line_and_exit_code_1(line, file, wrong, invoke):
    def contents():
        files = [each for each in wrong.iterdir() if each.is_file() and each.name != "new.npz"]
        return {each.name: each.read_bytes() for each in files}

    before, arguments = contents(), [file if word == "FILE" else word for word in line.split()]
    if line.startswith("train"):
        options = TINY[2:] if "--init" in line else TINY
        arguments += options if " -o " in line else [*options, "-o", "new.npz"]
    message = error_line(invoke(*arguments, cwd=wrong))
    assert message.startswith((f"{printable(file)}: ", f"{printable(file)}, "))
    assert WRONG[line, file] in message
    assert message.isprintable()
    assert contents() == before
    (wrong / "new.npz").unlink(missing_ok=True)  # of a training whose log could not be written


# --- Names of files -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ODD)
def test_files_of_any_name_are_read_and_written(name, invoke, corpus_file, model_file, tmp_path):
    def named(ending):
        return str(tmp_path / f"{name}{ending}")

    shutil.copy(corpus_file, named(".txt"))
    shutil.copy(model_file, named(".npz"))
    Path(named(".bad")).write_bytes(b"bad\xff")
    for wrong in (
        ["train", named(".bad"), "-o", named("-2.npz")],
        ["train", named(".txt"), "-o", named(".bad")],
        ["train", named(".txt"), "-o", named("-2.npz"), "--resume", "--init", "none"],
        ["sample", "-m", named(".bad")],
    ):
        assert error_line(invoke(*wrong)).isprintable()
    output, log, report = named("-2.npz"), named(".log"), named(".html")
    options = ["-o", output, "--init", named(".npz"), "--log", log, "--report", report]
    done = invoke("train", named(".txt"), *options, "--epochs", 1)
    assert done.returncode == 0, done.stderr
    assert all(line.isprintable() for line in done.stderr.splitlines())
    page = named("-2.html")
    assert invoke("page", named(".npz"), "-o", page).returncode == 0
    title = re.search("<h1.*><bdi>(.*?)</bdi></em>", Path(page).read_text("utf-8"))
    assert title[1].isprintable()
    page = Path(report).read_text("utf-8")
    for shown_name in (os.path.basename(output), named(".txt"), named(".npz")):
        assert escape(printable(shown_name)) in page
    assert len(Path(log).read_text().splitlines()) == 1
    info, as_json = invoke("info", output), invoke("info", output, "--json")
    assert all(line.isprintable() for line in (info.stdout + as_json.stdout).splitlines())
    assert json.loads(as_json.stdout)["file"] == output


# --- What nobody thought of -----------------------------------------------------------------------


def test_an_internal_error_is_one_line(tmp_path):
    program = f"""
import rnn_names.corpus.corpus as corpus
corpus.read_corpus = lambda _: {{}}["two\\nlines"]
{MAIN}"""
    train = ["train", "-", "-o", tmp_path / "m.npz"]
    message = error_line(fork(program, *train, **TO_ITS_END))
    assert message.startswith("internal error in rnn-names ") and "KeyError" in message
    done = python(program, *train, env=unmeasured() | {"PYTHONDEVMODE": "1"})
    assert "Traceback" in done.stderr, "who develops it sees where"


def test_an_interrupt_before_the_program_is_ready_leaves_no_traceback(folder):
    program = "import rnn_names; print(flush=True); from rnn_names.__main__ import main; main()"
    for delay in (0.02, 0.4):
        pipes = dict.fromkeys(["stdin", "stdout", "stderr"], subprocess.PIPE)
        train = [sys.executable, "-c", program, "train", "-"]
        with subprocess.Popen(train, cwd=folder, preexec_fn=heed_interrupts, **pipes) as process:
            process.stdout.readline()
            time.sleep(delay)
            process.send_signal(signal.SIGINT)
            _, stderr = process.communicate(timeout=60)
        assert process.returncode in (-signal.SIGINT, 130)
        assert stderr.strip() == b""

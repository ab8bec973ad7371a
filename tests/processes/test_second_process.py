"""A second process does what it is told, sees the same memory, and ends with the first."""

import errno
import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
import threading

import numpy as np
import pytest

from rnn_names.processes import second_process
from rnn_names.processes.second_process import SecondProcess, SharedArray
from support.processes import is_running, wait_until
from support.program import measure_no_children, unmeasured

pytestmark = pytest.mark.posix


class Adder:
    """What the second process works on."""

    def __init__(self, first, second):
        self.rows = first, second

    def add(self, amount):
        for row in self.rows:
            row += amount
        return float(sum(row.sum() for row in self.rows))

    def fail(self):
        raise MemoryError

    def environment(self):
        return {name: os.environ.get(name) for name in ("OPENBLAS_NUM_THREADS", "TZ")}


@pytest.fixture(params=["memfd", "file"])
def memory(request, monkeypatch):
    if request.param == "file":
        monkeypatch.delattr(os, "memfd_create", raising=False)
    return SharedArray(2, 3)


@pytest.fixture
def process(memory, monkeypatch):
    measure_no_children(monkeypatch)
    process = SecondProcess(f"{__name__}:Adder", memory)
    wait_until(process.is_there)
    yield process
    process.end()


def test_both_processes_see_the_same_memory(process, memory):
    memory.array[1] = [1, 2, 3]
    process.tell("add", 0.5)
    assert process.answer() == 9.0
    assert memory.array.tolist() == [[0.5, 0.5, 0.5], [1.5, 2.5, 3.5]]


@pytest.mark.parametrize("has_memfd", [True, False])
def test_shared_memory_leaves_no_file(has_memfd, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    if not has_memfd:
        monkeypatch.delattr(os, "memfd_create", raising=False)
    memory = SharedArray(5)
    assert memory.fd is not None
    assert memory.array.tolist() == [0] * 5 and memory.array.flags.writeable
    assert not list(tmp_path.iterdir())


def test_its_blas_has_one_thread_and_the_environment_is_that_of_the_first(
    memory, monkeypatch, request
):
    monkeypatch.setenv("TZ", "Europe/Oslo")
    process = request.getfixturevalue("process")
    process.tell("environment")
    assert process.answer() == {"OPENBLAS_NUM_THREADS": "1", "TZ": "Europe/Oslo"}


def test_a_process_that_ended_is_gone(process):
    process._process.kill()
    process._process.wait()
    with pytest.raises((OSError, EOFError)):
        for _ in range(2):  # what is sent just as it ends may still be taken
            process.tell("add", 1)
            process.answer()


@pytest.mark.skipif(not hasattr(socket, "MSG_NOSIGNAL"), reason="only Linux can ask for that")
def test_a_process_that_ended_sends_no_sigpipe(process):
    """Scripts that write into pipes may have set its default, which ends the program."""
    process._process.kill()
    process._process.wait()
    before = signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        with pytest.raises((OSError, EOFError)):
            for _ in range(2):
                process.tell("add", 1)
                process.answer()
    finally:
        signal.signal(signal.SIGPIPE, before)


def test_a_process_that_failed_is_gone(process):
    process.tell("fail")
    with pytest.raises((OSError, EOFError)):
        process.answer()


def frozen(monkeypatch):
    monkeypatch.setattr(sys, "frozen", True, raising=False)


def second_already(monkeypatch):
    """As in a program that embeds Python, whose `sys.executable` is itself."""
    monkeypatch.setenv("RNN_NAMES_SECOND_PROCESS", "1")


@pytest.mark.parametrize("kind", [frozen, second_already])
def test_it_is_not_started_by_a_program_that_is_no_python(kind, memory, monkeypatch):
    kind(monkeypatch)
    with pytest.raises(OSError, match="no second Python"):
        SecondProcess(f"{__name__}:Adder", memory)


def refused(*_):
    raise OSError(errno.EFBIG, "File too large")


@pytest.mark.parametrize("write", [refused, lambda fd, data: 5])
def test_without_memory_to_share_there_is_an_array_and_no_process(write, monkeypatch):
    monkeypatch.setattr(os, "write", write)
    memory = SharedArray(2, 3)
    assert memory.array.tolist() == [[0] * 3] * 2 and memory.array.flags.writeable
    with pytest.raises(OSError, match="no second Python"):
        SecondProcess(f"{__name__}:Adder", memory)


def test_it_ends_when_the_first_is_killed(tmp_path):
    """Even by a signal that leaves no time for anything."""
    code = (
        "import os, signal\n"
        "from rnn_names.processes.second_process import SecondProcess, SharedArray\n"
        "process = SecondProcess('builtins:list', SharedArray(1, 1))\n"
        "while not process.is_there(): pass\n"
        "print(process._process.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, env=unmeasured()
    )
    pid = int(done.stdout)

    wait_until(lambda: not is_running(pid))


def test_a_served_object_ends_with_its_connection(memory):
    """The loop of the second process, in this one."""
    ours, theirs = socket.socketpair()
    ours.sendall(b"".join(pickle.dumps(("add", (amount,))) for amount in (2, 1)))
    thread = threading.Thread(
        target=second_process.serve,
        args=(f"{__name__}:Adder", theirs.detach(), os.dup(memory.fd), (2, 3)),
    )
    thread.start()
    with ours, ours.makefile("rb") as answers:
        received = [pickle.load(answers) for _ in range(3)]
    thread.join(timeout=60)
    assert received == [True, 12.0, 18.0] and not thread.is_alive()
    assert np.all(memory.array == 3)

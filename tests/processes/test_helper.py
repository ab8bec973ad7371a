"""The contract of the helper process: values are the same, whatever becomes of it."""

import errno
import os
import signal
import subprocess
import sys
import tempfile

import numpy as np
import pytest

from rnn_names.processes import helper as module
from rnn_names.processes.helper import Helper, SharedArray
from support.counter import Counter
from support.processes import is_running, wait_until
from support.program import fork, measure_no_children

pytestmark = pytest.mark.posix

OURS = os.getpid()


@pytest.fixture(autouse=True)
def unmeasured_children(monkeypatch):
    measure_no_children(monkeypatch)


@pytest.fixture
def make():
    """Makes helpers, each ready unless told otherwise, and ends them."""
    made = []

    def make(memory=None, is_ready=True):
        memory = memory or SharedArray(1, 1)
        helper = Helper(Counter, check=Counter.check, memory=memory)
        made.append(helper)
        helper.start()
        if is_ready:
            wait_until(helper.is_ready)
        return helper

    yield make
    for helper in made:
        helper.end()


@pytest.fixture
def helper(make):
    return make()


def pid_of(helper):
    pid = helper.begin(Counter.pid)()
    assert pid != OURS
    return pid


def assert_ended(pid):
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def starts_from_now_on(monkeypatch):
    """Refuses to start processes; an entry for each that should have been started."""
    started = []
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: started.append(1) or refused())
    return started


def test_the_helper_makes_calls_after_all_earlier_updates(helper):
    assert helper.begin(Counter.plus, 2)() == 2
    for number in (1, 7):
        helper.update(Counter.set, number)
    assert helper.begin(Counter.plus, 2)() == 9
    assert helper.here.number == 7
    assert helper.calls_made_there == 2


def test_calls_are_made_here_until_the_helper_is_ready(make, monkeypatch):
    monkeypatch.setattr(module, "_START", "import time; time.sleep(60)")
    helper = make(is_ready=False)
    helper.update(Counter.set, 7)
    assert helper.begin(Counter.plus, 2)() == 9 and helper.begin(Counter.pid)() == OURS
    assert helper.calls_made_there == 0


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda: (Counter.stop_elsewhere, signal.SIGKILL), id="killed at work"),
        pytest.param(lambda: (Counter.stop_elsewhere, signal.SIGSTOP), id="stopped"),
        pytest.param(lambda: (Counter.fail_elsewhere,), id="failed"),
        pytest.param(lambda: (lambda self: 8,), id="what cannot be sent"),
    ],
)
def test_a_failed_helper_changes_no_result(call, helper, monkeypatch):
    pid = pid_of(helper)
    monkeypatch.setattr(module, "PATIENCE", 0.2)
    assert helper.begin(*call())() in (5, 6, 8)
    assert_ended(pid)
    started = starts_from_now_on(monkeypatch)
    helper.start()
    assert helper.begin(Counter.pid)() == OURS
    assert not started, "it is not started again"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_helper_that_ends_between_calls_changes_no_result(number, helper, monkeypatch):
    pid = pid_of(helper)
    monkeypatch.setattr(module, "PATIENCE", 0.2)
    os.kill(pid, number)
    assert helper.begin(Counter.plus, 2)() == 2
    wait_until(lambda: helper.begin(Counter.pid)() == OURS)
    assert_ended(pid)


def test_a_stopped_helper_does_not_block_a_large_call(helper, monkeypatch):
    os.kill(pid_of(helper), signal.SIGSTOP)
    monkeypatch.setattr(module, "PATIENCE", 0.2)
    helper.update(Counter.set, np.zeros(1 << 20))
    assert helper.begin(Counter.plus, 2)().sum() == 2 << 20
    assert helper.begin(Counter.pid)() == OURS


def test_a_helper_with_other_results_is_not_used(helper):
    helper.update(Counter.be_wrong)
    assert helper.begin(Counter.pid)() == OURS
    assert helper.calls_made_there == 0


def test_both_processes_see_the_same_memory(make, has_memfd, monkeypatch):
    helper = make(SharedArray(2, 3))
    assert helper.begin(Counter.fill, 4.5)() == 4.5
    assert helper.calls_made_there == 1
    assert all(row.tolist() == [4.5] * 3 for row in helper.here.rows)


@pytest.fixture(params=[True, False], ids=["memfd", "file"])
def has_memfd(request, monkeypatch):
    if not request.param:
        monkeypatch.delattr(os, "memfd_create", raising=False)


def test_shared_memory_leaves_no_file_named_or_open(has_memfd, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    memory = SharedArray(5)
    assert memory.fd is not None
    assert memory.array.tolist() == [0] * 5 and memory.array.flags.writeable
    assert not list(tmp_path.iterdir())
    fd = memory.fd
    del memory
    with pytest.raises(OSError):
        os.fstat(fd)


def refused(*_):
    raise OSError(errno.EFBIG, "File too large")


@pytest.mark.parametrize("write", [refused, lambda fd, data: 5])
def test_without_shared_memory_an_array_is_used_and_no_helper(write, make, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", write)
        memory = SharedArray(2, 3)
    assert memory.array.tolist() == [[0] * 3] * 2 and memory.array.flags.writeable
    helper = make(memory, is_ready=False)
    assert helper.begin(Counter.pid)() == OURS and not helper.is_ready()


def no_python(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")


def frozen(monkeypatch):
    monkeypatch.setattr(sys, "frozen", True, raising=False)


def helper_itself(monkeypatch):
    """As in a program that embeds Python, whose `sys.executable` is itself."""
    monkeypatch.setenv("RNN_NAMES_HELPER_PROCESS", "1")


@pytest.mark.parametrize("lack", [no_python, frozen, helper_itself])
def test_no_helper_is_started_without_a_python(lack, make, monkeypatch):
    lack(monkeypatch)
    started = starts_from_now_on(monkeypatch)
    helper = make(is_ready=False)
    assert helper.begin(Counter.pid)() == OURS
    assert len(started) == (lack is no_python)


def test_the_helper_has_one_blas_thread_and_our_environment(make, monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Oslo")
    environment = make().begin(Counter.environment)()
    assert environment == {"OPENBLAS_NUM_THREADS": "1", "TZ": "Europe/Oslo"}


def test_each_helper_has_its_own_process_which_ends_with_it(make):
    first, second = make(), make()
    pid, other = pid_of(first), pid_of(second)
    assert pid != other
    first.end()
    assert_ended(pid)
    assert pid_of(second) == other


def test_the_end_does_not_wait_for_a_call(helper):
    pid = pid_of(helper)
    helper.begin(Counter.wait)
    helper.end()
    assert_ended(pid)


def test_a_fork_of_the_program_leaves_the_process_alone(helper):
    pid = pid_of(helper)
    child = os.fork()
    if not child:
        here = helper.begin(Counter.pid)() == os.getpid()
        helper.end()
        os._exit(0 if here else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert pid_of(helper) == pid


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can ask for that")
def test_an_ended_helper_causes_no_sigpipe(helper):
    """Scripts that write into pipes may have set its default, which ends the program."""
    pid = pid_of(helper)
    before = signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert helper.begin(Counter.pid)() == OURS
    finally:
        signal.signal(signal.SIGPIPE, before)


def test_the_helper_ends_when_the_program_is_killed():
    code = (
        "import os, signal\n"
        "from rnn_names.processes.helper import Helper, SharedArray\n"
        "helper = Helper(list, check=repr, memory=SharedArray(1, 1))\n"
        "helper.start()\n"
        "while not helper.is_ready(): pass\n"
        "print(helper._process.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = fork(code, call=subprocess.run, capture_output=True, text=True, timeout=60)
    wait_until(lambda: not is_running(int(done.stdout)))

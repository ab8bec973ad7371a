"""A program that forks while its other threads are at work."""

import os
import signal
import threading

import pytest

from rnn_names import Model
from rnn_names.corpus.names import Names
from rnn_names.errors import SamplingError
from rnn_names.files import write_lock
from rnn_names.processes import threads
from rnn_names.sampling.remembered import Remembered
from rnn_names.system import cached_property

pytestmark = pytest.mark.posix


def test_a_fork_does_not_wait_for_locks_of_missing_threads(tmp_path):
    model, held, is_over = Model.load("dinosaurs"), threading.Event(), threading.Event()

    def hold_locks():
        with threads._guard.lock, write_lock.lock:
            held.set()
            is_over.wait()

    thread = threading.Thread(target=hold_locks)
    thread.start()
    held.wait()
    pid = os.fork()
    if not pid:
        signal.alarm(30)
        model.sample(3)
        model.save(tmp_path / "m.npz")
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    is_over.set()
    thread.join()
    assert status == 0
    Model.load(tmp_path / "m.npz")


def runs_in_a_fork(work, before_its_end=lambda: None):
    """Whether a forked child ends `work` within half a minute."""
    pid = os.fork()
    if not pid:
        signal.alarm(30)
        work()
        os._exit(0)
    before_its_end()
    return os.waitpid(pid, 0)[1] == 0


class Slow:
    """Has a value that takes as long as `work`."""

    def __init__(self, work=lambda: None):
        self.work = work

    @cached_property
    def value(self):
        self.work()


def test_a_fork_does_not_wait_for_a_property_that_a_missing_thread_computes():
    """Until Python 3.12, all objects of a class had one lock for it."""
    begun, is_over = threading.Event(), threading.Event()
    slow = Slow(lambda: (begun.set(), is_over.wait()))
    thread = threading.Thread(target=lambda: slow.value)
    thread.start()
    begun.wait()
    assert runs_in_a_fork(lambda: Slow().value)
    is_over.set()
    thread.join()


def test_a_fork_takes_turns_at_a_remembered_file(tmp_path):
    """Regression: a child had a file open that another thread had locked, and waited for itself."""
    path, begun, is_over = str(tmp_path / "names.txt"), threading.Event(), threading.Event()

    def take_a_turn():
        with Remembered(path).locked() as (_, added):
            added.append(Names.from_strings(["Ada"]))
            begun.set()
            is_over.wait()

    thread = threading.Thread(target=take_a_turn)
    thread.start()
    begun.wait()
    assert runs_in_a_fork(lambda: Remembered(path).names(), is_over.set)
    thread.join()
    assert Remembered(path).names() == ["Ada"]


def test_a_stream_begun_before_a_fork_raises_an_error_in_the_fork(model):
    stream = model.stream(seed=1)
    first = [next(stream) for _ in range(2_000)]
    pid = os.fork()
    if not pid:
        signal.alarm(30)
        with pytest.raises(SamplingError, match="before the process forked"):
            list(stream)
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
    rest = [next(stream) for _ in range(2_000)]
    assert first + rest == model.sample(4_000, seed=1)

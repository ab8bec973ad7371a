"""A program that forks while its other threads are at work."""

import os
import signal
import threading

import pytest

from rnn_names import Model
from rnn_names.errors import SamplingError
from rnn_names.files import write_lock
from rnn_names.processes import threads

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

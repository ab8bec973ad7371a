"""Ends the process at once when a signal arrives, wherever the program is.

Python's default handler raises an exception, which has two drawbacks. It may be raised between any
two instructions: in a library that has just taken a lock, or in a `__del__`, where it is lost. It
may also be late, since a read from a pipe or a long matrix product is finished first.

Here a separate thread reads the signal from a pipe, calls the handler of `on_interrupt`, and ends
the process. It waits only while a file is being written (`files.write_lock`). Further signals have
no effect. If no thread or pipe can be created, the signal itself ends the process.

The first Ctrl-C during a search that changes nothing else ends only the search (`until_stopped`).
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rnn_names import files, system

INTERRUPTED = 130  # the exit code that shells report after a SIGINT

_ending = False
_on_interrupt: Callable[[], None] | None = None
_is_searching = _is_stopped = False  # whether a SIGINT ends only a search; whether one has come


def listen(exit_code: Callable[[Callable[[], None]], int]) -> None:
    """Makes signals end the program as described above, unless they are already ignored.

    `exit_code` calls the handler of `on_interrupt` and returns an exit code, 0 unless it failed.
    """
    handler: Any = _wait_for_the_end
    try:
        reader, writer = os.pipe()
        system.set_nonblocking(writer)
        threading.Thread(target=_end_on_signal, args=(reader, exit_code), daemon=True).start()
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    except (OSError, RuntimeError):
        handler = signal.SIG_DFL
    for number in system.ENDING_SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


def stop_listening() -> None:
    """Ignores signals from now on; called when the program is about to exit."""
    for number in system.ENDING_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    wait_if_ending()


@contextmanager
def critical_section() -> Iterator[None]:
    """Delays an interrupt until the block has ended."""
    wait_if_ending()  # otherwise this thread could always take the lock before the other thread
    with files.write_lock.lock:
        yield
    wait_if_ending()


def wait_if_ending() -> None:
    """Blocks forever if the process is ending."""
    if _ending:
        threading.Event().wait()


@contextmanager
def on_interrupt(handler: Callable[[], None]) -> Iterator[None]:
    """Makes an interrupt within the context call `handler`.

    Other threads keep running meanwhile. Any change that they make to the handler's data must be
    atomic or in a `critical_section`.
    """
    global _on_interrupt
    _on_interrupt = handler
    try:
        yield
    finally:
        with critical_section():
            _on_interrupt = None


def until_stopped(items: Iterator[Any]) -> Iterator[Any]:
    """Yields the items; a SIGINT during the search for the next one raises KeyboardInterrupt."""
    global _is_searching
    _is_searching = True
    try:
        for item in items:
            _is_searching = False
            yield item
            _is_searching = True
    finally:
        _is_searching = False


def _wait_for_the_end(signum: int, frame: object) -> None:
    """The signal handler: the main thread waits in it until the other thread has read the signal.

    If it did not wait and the same signal ended the writer of a pipe, the list would seem
    complete. The handler takes no lock, since the main thread may hold any lock.
    """
    global _is_stopped
    while not (_ending or _is_stopped):
        time.sleep(0.001)
    _is_stopped = False
    if _is_searching and not _ending:
        raise KeyboardInterrupt


def _end_on_signal(reader: int, exit_code: Callable[[Callable[[], None]], int]) -> None:
    global _ending, _is_stopped
    # Signals must go to the main thread, which then waits in `_wait_for_the_end`. When a stopped
    # process continues, the system may choose this thread instead.
    system.block_ending_signals()
    while True:
        number = os.read(reader, 1)[0]
        if number == signal.SIGINT and _is_searching and not _is_stopped:
            _is_stopped = True
        elif number in system.ENDING_SIGNALS:  # any other signal has another handler
            break
    _ending = True
    files.write_lock.lock.acquire()
    code = INTERRUPTED
    try:
        if _on_interrupt is not None:
            code = exit_code(_on_interrupt) or INTERRUPTED
    finally:
        os._exit(code)

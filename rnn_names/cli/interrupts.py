"""Ending at once when a signal asks for it, wherever the program is.

A handler that raises an exception, Python's own way, has two faults. The exception comes between
any two instructions: in a library that just took a lock, or in a `__del__`, where it is swallowed.
And it comes late: a read from a pipe or a long matrix product is finished first.

Here a thread of its own learns of the signal through a pipe, does what `on_interrupt` says, and
ends the process. Only a file that is being written is finished first (`atomic.writing`). Further
signals change nothing. Where a limit allows no thread, or no pipe, the system ends the process.

Only where a person waits for what is looked for, and nothing else is at stake, a first Ctrl-C ends
the search by an exception, in place of the program (`until_stopped`).
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from rnn_names import system
from rnn_names.model import atomic

INTERRUPTED = 130  # exit code, as shells have it for a program that SIGINT ended

Item = TypeVar("Item")

_ending = False
_on_interrupt: Callable[[], int] | None = None
_is_searching = _is_stopped = False  # whether a SIGINT would end a search; whether one does


def listen(exit_code: Callable[[Callable[[], int]], int]) -> None:
    """Makes the signals that end a program do so from here on, unless they are ignored already.

    `exit_code` calls what `on_interrupt` is given; an error in there becomes an exit code.
    """
    handler: Any = _wait_for_the_end
    try:
        reader, writer = os.pipe()
        threading.Thread(target=_end_on_signal, args=(reader, exit_code), daemon=True).start()
    except (OSError, RuntimeError):
        handler = signal.SIG_DFL
    else:
        system.set_nonblocking(writer)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in system.ENDING_SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


def stop_listening() -> None:
    """Ignores signals from here on: the program is over, unless one came before."""
    for number in system.ENDING_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    wait_if_ending()


@contextmanager
def critical_section() -> Iterator[None]:
    """For what must not be cut short: an interrupt waits for its end."""
    wait_if_ending()  # else this thread could take the lock again and again, before the other
    with atomic.writing.lock:
        yield
    wait_if_ending()


def wait_if_ending() -> None:
    """Does not return if the process is about to end: what would follow is not wanted any more."""
    if _ending:
        threading.Event().wait()


@contextmanager
def on_interrupt(handler: Callable[[], int]) -> Iterator[None]:
    """For as long as the context lasts, an interrupt calls `handler`, which gives the exit code.

    Meanwhile the other threads go on: what it reads must change in one step, or under
    `critical_section`.
    """
    global _on_interrupt
    _on_interrupt = handler
    try:
        yield
    finally:
        with critical_section():
            _on_interrupt = None


def until_stopped(items: Iterator[Item]) -> Iterator[Item]:
    """Items; a SIGINT while the next one is looked for raises KeyboardInterrupt there."""
    global _is_searching
    while True:
        _is_searching = True
        try:
            item = next(items)
        except StopIteration:
            return
        finally:
            _is_searching = False
        yield item


def _wait_for_the_end(signum: int, frame: object) -> None:
    """The handler: the main thread waits here until the other one knows of the signal.

    Otherwise it could take the end of a pipe whose writer was interrupted for the end of a list. No
    lock is taken, since the main thread may be anywhere, in this function included.
    """
    global _is_stopped
    while not (_ending or _is_stopped):
        time.sleep(0.001)
    _is_stopped = False
    if _is_searching and not _ending:
        raise KeyboardInterrupt


def _end_on_signal(reader: int, exit_code: Callable[[Callable[[], int]], int]) -> None:
    global _ending, _is_stopped
    # Signals go to the main thread, which then waits in `_wait_for_the_end`. One that came to this
    # thread, as it may when a stopped process goes on, would leave the other to itself meanwhile.
    system.block_ending_signals()
    while True:
        number = os.read(reader, 1)[0]
        if number == signal.SIGINT and _is_searching and not _is_stopped:
            _is_stopped = True
        elif number in system.ENDING_SIGNALS:  # another has a handler of its own
            break
    _ending = True
    atomic.writing.lock.acquire()
    code = INTERRUPTED
    try:
        if _on_interrupt is not None:
            code = exit_code(_on_interrupt)
    finally:
        os._exit(code)

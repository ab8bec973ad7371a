"""Ending at once when a signal asks for it, wherever the program is.

A handler that raises an exception does so between any two instructions: in a library that just took
a lock, or in a `__del__`, where the exception is swallowed and the program goes on. It also waits,
as Python runs handlers in the main thread and between instructions: a read from a pipe or a long
matrix product comes first. Here handlers do next to nothing. A thread of its own learns of the
signal through a pipe, says the last words and ends the process, whatever the other threads are at.
What comes after the first signal, further ones included, does not count.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

INTERRUPTED = 130
"""Exit code, as shells have it for a program that SIGINT ended."""

SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]

_critical_section = threading.Lock()
_ending = False
_on_interrupt: Callable[[], int] | None = None


def listen() -> None:
    """Makes every signal that asks to end do so, but for those that whoever started us wants
    ignored (nohup does).
    """
    reader, writer = os.pipe()
    if hasattr(os, "set_blocking"):  # Windows lets it block, and writes into a pipe as well
        os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    threading.Thread(target=_wait, args=(reader,), name="interrupts", daemon=True).start()
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _heard)


def stop_listening() -> None:
    """Ignores signals from here on: the program is over. Does not come back when one was there
    before.
    """
    pause()
    _critical_section.acquire()
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def critical_section() -> Iterator[None]:
    """For what must not be cut short, such as writing a file: an end that comes meanwhile waits for
    it.
    """
    pause()  # a lock is not given to whoever waited longest
    with _critical_section:
        yield


def pause() -> None:
    """Does not come back when the process is about to end: what would follow is not wanted any
    more.
    """
    if _ending:
        threading.Event().wait()


@contextmanager
def on_interrupt(say: Callable[[], int]) -> Iterator[None]:
    """For as long as the context lasts, an interrupt calls `say` before the process ends; it gives
    the exit code.

    `say` runs in a thread of its own, while the others go on: what it looks at must be changed in
    one step, or under `critical_section`.
    """
    global _on_interrupt
    _on_interrupt = say
    try:
        yield
    finally:
        with critical_section():
            _on_interrupt = None


def end_within(seconds: float) -> None:
    """Ends the process after some time if it has not ended by then: what comes next might wait for
    a reader for good.
    """
    timer = threading.Timer(seconds, os._exit, [INTERRUPTED])
    timer.daemon = True
    timer.start()


def _heard(signum: int, frame: object) -> None:
    """Waits until the thread knows: the end of a pipe whose writer heard it too, and the like, must
    not count.

    No lock is taken for it, since the main thread may be anywhere, in this function included.
    """
    while not _ending:
        time.sleep(0.001)


def _wait(reader: int) -> None:
    global _ending
    while os.read(reader, 1)[0] not in SIGNALS:  # another's, with a handler of its own
        pass
    _ending = True
    _critical_section.acquire()
    code = INTERRUPTED
    try:
        if _on_interrupt is not None:
            code = _on_interrupt()
    finally:
        os._exit(code)

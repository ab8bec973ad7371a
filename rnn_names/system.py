"""Differences between operating systems; see "On other systems" in docs/contributing.md."""

import errno
import functools
import os
import signal
import stat
import sys
import threading
from collections.abc import Callable
from contextlib import nullcontext, suppress
from typing import Any, BinaryIO, TypeVar

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_T = TypeVar("_T")

# Signals that ask a program to end. Windows has no SIGHUP.
ENDING_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]
# The `errno` values after writing to a pipe whose reader is gone.
READER_GONE = {errno.EPIPE, errno.EINVAL} if os.name == "nt" else {errno.EPIPE}
RENAMES_OPEN_FILES = os.name == "posix"
M_ARENA_MAX = -8  # from glibc's malloc.h


def usable_cores() -> int:
    """The number of cores this process may use; a container's CPU quota is not considered."""
    if hasattr(os, "sched_getaffinity"):  # Linux has it
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def can_start_helper() -> bool:
    """Whether a second Python can run and share memory; False if PyInstaller froze this one."""
    return os.name == "posix" and bool(sys.executable) and not hasattr(sys, "frozen")


def share_memory_between_threads() -> None:
    """Makes all threads allocate from one pool, which saves a third of all memory with glibc."""
    import ctypes

    with suppress(AttributeError, OSError, TypeError):  # another C library, or Windows
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


class cached_property(functools.cached_property[_T]):
    """A cached property without its lock (up to Python 3.11), which a fork could leave locked."""

    def __init__(self, function: Callable[[Any], _T]) -> None:
        super().__init__(function)
        self.lock = nullcontext()


class ForkSafeLock:
    """A `lock` that is released in forked children, where the thread that held it does not run."""

    def __init__(self) -> None:
        self._renew()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._renew)

    def _renew(self) -> None:
        self.lock = threading.RLock()


def send_flags() -> int:
    """Flags that prevent SIGPIPE when sending to a closed socket (Linux has one)."""
    import socket

    return getattr(socket, "MSG_NOSIGNAL", 0)


def nameless_file() -> int:
    """The descriptor of a file without a name; raises OSError if the system has no such files."""
    import tempfile

    if not fcntl:
        raise OSError("no file without a name here")
    with (
        open(os.memfd_create("rnn-names"), "r+b")
        if hasattr(os, "memfd_create")  # Linux has it
        else tempfile.TemporaryFile() as file
    ):
        # At least 3: if stdout is closed, output to it would go into a file with the number 1.
        return fcntl.fcntl(file.fileno(), fcntl.F_DUPFD_CLOEXEC, 3)


def lock(file: BinaryIO) -> None:
    """Waits until no one else holds the lock of a file, then locks it until it is closed.

    A forked child that still has the file open keeps it locked, unless it is unlocked first.
    """
    if fcntl:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX)
    else:  # Windows locks a part of a file, here its first byte
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined]


def unlock(file: BinaryIO) -> None:
    """Unlocks a file before it is closed; not needed on Windows, where programs do not fork."""
    if fcntl:
        fcntl.flock(file.fileno(), fcntl.LOCK_UN)


def remove_unlocked(path: str) -> None:
    """Removes a regular file that no process has locked; does nothing on Windows."""
    if not fcntl:
        return
    try:
        # Neither follows a link nor waits for the other end of a pipe.
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError:
        return
    with open(number, "rb") as file, suppress(OSError):
        if stat.S_ISREG(os.fstat(number).st_mode):
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.unlink(path)


def set_nonblocking(pipe: int) -> None:
    """Makes writing to a full pipe an error, if Python can (on Windows, only from 3.12)."""
    if hasattr(os, "set_blocking"):
        os.set_blocking(pipe, False)


def block_ending_signals() -> None:
    """Blocks `ENDING_SIGNALS` in this thread; on Windows, only the main thread receives them."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING_SIGNALS)

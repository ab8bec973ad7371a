"""A second process that takes over a part of the work, on a core of its own.

Threads of one process share Python's interpreter, and give it to one another for every array
operation. Where these take some microseconds each, two threads do hardly more than one. Two
processes have an interpreter each.

The second one is a fresh Python, not a fork of this one: a fork copies the locks that other threads
hold, and not every BLAS survives it. The two talk through a socket, in pickles. What both read and
write all the time lies in memory that they share.
"""

from __future__ import annotations

import math
import mmap
import os
import pickle
import socket
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names.processes.threads import ONE_BLAS_THREAD

if TYPE_CHECKING:
    from numpy.typing import NDArray

_START = """\
import sys
sys.path[:] = {path!a}
from rnn_names.processes.second_process import serve
serve({worker!a}, {connection}, {memory}, {shape})
"""

_MARK = "RNN_NAMES_SECOND_PROCESS"
"""A variable in the environment of a second process, which starts no further one."""


class SharedArray:
    """An array of float32 in memory that a second process can share.

    The memory has no name, so nothing of it is left behind however the processes end. Forks of this
    process share it, too.

    Attributes:
        array: the numbers, at first 0.
        fd: the descriptor of the file that holds them, open for as long as this object lives; None
            where there is no such memory, and the array is one like any other.
    """

    def __init__(self, *shape: int) -> None:
        self.fd: int | None = None
        zeros = np.zeros(shape, np.float32)
        try:
            fd = _nameless_file()
            weakref.finalize(self, _close, fd)
            # Written, not only sized: where there is no room, this fails here, and not later as a
            # SIGBUS in the middle of a step.
            if os.write(fd, zeros.data) < zeros.nbytes:
                raise OSError("no room")
            self.array, self.fd = _mapped(fd, shape), fd
        except (OSError, ImportError, AttributeError):  # a limit, a full disk, or no fcntl
            self.array = zeros


def _nameless_file() -> int:
    """The descriptor of a file without a name: in memory, or in the folder for temporary files."""
    import fcntl  # not on Windows

    with (
        open(os.memfd_create("rnn-names"), "r+b")
        if hasattr(os, "memfd_create")  # Linux has it
        else tempfile.TemporaryFile() as file
    ):
        # From 3 up: 0 to 2 may be free, and then what is written to stdout would go into it.
        return fcntl.fcntl(file.fileno(), fcntl.F_DUPFD_CLOEXEC, 3)


def _close(fd: int) -> None:
    with suppress(OSError):  # a program that became a daemon may have closed all there were
        os.close(fd)


def _mapped(fd: int, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """The file as an array, which all share that map it."""
    return np.frombuffer(mmap.mmap(fd, 4 * math.prod(shape)), np.float32).reshape(shape)


class _Connection:
    """An end of a socket to send and receive objects through."""

    def __init__(self, end: socket.socket) -> None:
        end.settimeout(None)  # whatever the default is
        self._socket, self._incoming = end, end.makefile("rb")

    def send(self, value: Any) -> None:
        data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        # Where the other end is closed, this is to raise an error, and to send no SIGPIPE (on
        # Linux): by that a program might end which has gone back to the handler of the system.
        self._socket.sendall(data, getattr(socket, "MSG_NOSIGNAL", 0))

    def receive(self) -> Any:
        """Waits for an object; raises EOFError when the other end is closed."""
        return pickle.load(self._incoming)

    def has_something(self) -> bool:
        """Whether `receive` would not wait. It is for what comes first, before anything is read."""
        try:
            return bool(self._socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except BlockingIOError:
            return False

    def close(self) -> None:
        with suppress(OSError):  # it may be closed already
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes a thread that waits in `receive`
        self._incoming.close()
        self._socket.close()


class SecondProcess:
    """Another Python process, in which an object does what it is told.

    When it has ended, for whatever reason, its methods raise OSError, EOFError or
    `pickle.UnpicklingError`; after `end`, also ValueError.
    """

    def __init__(self, worker: str, memory: SharedArray | None = None) -> None:
        """Starts it, and does not wait until it is there.

        Args:
            worker: "module:name" of what makes the object. It is called with the rows of the shared
                array; without one, with nothing.
            memory: what the two processes share, if anything.

        Raises:
            OSError: if it cannot be started.
        """
        # In a program that PyInstaller and the like made, `sys.executable` is that program.
        no_python = not sys.executable or hasattr(sys, "frozen") or _MARK in os.environ
        fd, shape = (memory.fd, memory.array.shape) if memory else (-1, ())
        if os.name != "posix" or no_python or fd is None:
            raise OSError("no second Python can be started here")
        ours, theirs = socket.socketpair()
        self._connection, self._is_there = _Connection(ours), False
        try:
            with theirs:
                self._process = _start(worker, theirs.fileno(), fd, shape)
        except BaseException:  # an interrupt, too: then the process ends, if there is one
            self._connection.close()
            raise

    def is_there(self) -> bool:
        """Whether it has started, and takes calls."""
        if not self._is_there and self._connection.has_something():
            self._is_there = self._connection.receive()
        return self._is_there

    def tell(self, what: str | Callable[..., Any], *arguments: Any) -> None:
        """Has it call a method of the object, by name, or any function.

        The value, unless it is None, is the next `answer`.
        """
        self._connection.send((what, arguments))

    def answer(self) -> Any:
        """Waits for the value of a call."""
        return self._connection.receive()

    def end(self) -> None:
        """Ends it at once, whatever it is doing.

        Another thread may wait for its answer, or end it, too.
        """
        self._process.kill()
        self._connection.close()
        self._process.wait()


def _start(worker: str, connection: int, memory: int, shape: tuple[int, ...]) -> Any:
    """Starts a Python that serves, and gives its `Popen`."""
    path = [place for place in sys.path if isinstance(place, str)]
    code = _START.format(
        path=path, worker=worker, connection=connection, memory=memory, shape=shape
    )
    return subprocess.Popen(
        # Isolated from variables and the current folder: its path is set by the code.
        [sys.executable, "-I", *(["-B"] if sys.dont_write_bytecode else []), "-c", code],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(connection,) if memory < 0 else (connection, memory),
        # In a session of its own, it gets no signal of the terminal's: it ends with this one.
        start_new_session=True,
        env={**os.environ, **ONE_BLAS_THREAD, _MARK: "1"},
    )


def serve(worker: str, connection_fd: int, memory_fd: int, shape: tuple[int, ...]) -> None:
    """What the second process does: it calls functions until the first one has ended.

    Args:
        worker: as for `SecondProcess`.
        connection_fd, memory_fd: the descriptors of its end of the socket, and of the memory; −1
            where there is none.
        shape: of the array in that memory; () where there is none.
    """
    connection = _Connection(socket.socket(fileno=connection_fd))
    module, name = worker.split(":")
    # The caller looks at results that are not finite; they are no warning.
    with np.errstate(over="ignore", invalid="ignore"), suppress(OSError, EOFError):
        memory: Any = ()
        if memory_fd >= 0:
            memory = _mapped(memory_fd, shape)
            os.close(memory_fd)
        target = getattr(import_module(module), name)(*memory)
        connection.send(True)  # it is there
        while True:
            what, arguments = connection.receive()
            function = getattr(target, what) if isinstance(what, str) else what
            value = function(*arguments)
            if value is not None:
                connection.send(value)
            del what, arguments, function, value  # they may be large, and the next ones, too
    connection.close()

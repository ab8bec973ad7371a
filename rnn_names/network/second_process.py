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
import subprocess
import sys
import tempfile
import weakref
from importlib import import_module
from multiprocessing.connection import Connection, Pipe
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names.network.threads import ONE_BLAS_THREAD

if TYPE_CHECKING:
    from numpy.typing import NDArray

GONE = (OSError, EOFError)
"""What the methods of a `SecondProcess` raise when the process has ended."""

_START = """\
import sys
sys.path[:] = {path!a}
from rnn_names.network.second_process import serve
serve({worker!a}, {connection}, {memory}, {shape})
"""


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
            weakref.finalize(self, os.close, fd)
            # Written, not only sized: where there is no room, this fails here, and not later as a
            # SIGBUS in the middle of a step.
            if os.write(fd, zeros.data) < zeros.nbytes:
                raise OSError("no room")
            self.array, self.fd = _mapped(fd, shape), fd
        except OSError:  # a limit on files, or a full disk
            self.array = zeros


def _nameless_file() -> int:
    """The descriptor of a file without a name: in memory, or in the folder for temporary files."""
    if hasattr(os, "memfd_create"):  # Linux has it
        return os.memfd_create("rnn-names")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def _mapped(fd: int, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """The file as an array, which all share that map it."""
    return np.frombuffer(mmap.mmap(fd, 4 * math.prod(shape)), np.float32).reshape(shape)


class SecondProcess:
    """Another Python process, in which an object does what it is told.

    Its methods raise one of `GONE` when the process has ended, for whatever reason.
    """

    def __init__(self, worker: str, memory: SharedArray) -> None:
        """Starts it, and does not wait until it is there.

        Args:
            worker: "module:name" of what makes the object, from the rows of the shared array.
            memory: what the two processes share.

        Raises:
            OSError: if it cannot be started.
        """
        # In a program that PyInstaller and the like made, `sys.executable` is that program.
        no_python = not sys.executable or hasattr(sys, "frozen")
        if os.name != "posix" or no_python or memory.fd is None:
            raise OSError("no second Python can be started here")
        self._connection, theirs = Pipe()
        self._is_there = False
        with theirs:
            passed = theirs.fileno(), memory.fd
            code = _START.format(
                path=sys.path,
                worker=worker,
                connection=passed[0],
                memory=passed[1],
                shape=memory.array.shape,
            )
            # In a session of its own, it gets no signal of the terminal's: it ends with this one.
            self._process = subprocess.Popen(
                [sys.executable, "-c", code],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=passed,
                start_new_session=True,
                env={**os.environ, **ONE_BLAS_THREAD},
            )

    def is_there(self) -> bool:
        """Whether it has started, and takes calls."""
        if not self._is_there and self._connection.poll():
            self._is_there = self._connection.recv()
        return self._is_there

    def tell(self, method: str, *arguments: Any) -> None:
        """Has the object call a method. Its value, unless it is None, is the next `answer`."""
        self._connection.send((method, arguments))

    def answer(self) -> Any:
        """Waits for the value of a method."""
        return self._connection.recv()

    def end(self) -> None:
        """Ends it at once, whatever it is doing."""
        self._connection.close()
        self._process.kill()
        self._process.wait()


def serve(worker: str, connection_fd: int, memory_fd: int, shape: tuple[int, ...]) -> None:
    """What the second process does: calls methods until the first one has ended."""
    module, name = worker.split(":")
    with Connection(connection_fd) as connection, np.errstate(over="ignore", invalid="ignore"):
        target = getattr(import_module(module), name)(*_mapped(memory_fd, shape))
        try:
            connection.send(True)  # it is there
            while True:
                method, arguments = connection.recv()
                value = getattr(target, method)(*arguments)
                if value is not None:
                    connection.send(value)
        except GONE:
            return

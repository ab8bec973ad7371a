"""The helper process, which runs calls on another core.

Threads share Python's interpreter, so short array operations hardly run in parallel. The helper
process is a fresh Python and not a fork, since a fork copies the locks that other threads hold, and
not every BLAS survives it. The processes send each other pickles through a socket. Large arrays
that both change are in shared memory.

    memory = SharedArray(1, 9)                      # a row of nine numbers
    helper = Helper(Adder, 2, check=Adder.check, memory=memory)  # makes Adder(row, 2) here,
    helper.start()                                  # and in the helper process
    result = helper.begin(Adder.add, 2)             # begins the call there if it is ready
    ...                                             # meanwhile, this process does something else
    result()                                        # the value, computed in either process
"""

import math
import mmap
import os
import pickle
import socket
import subprocess
import sys
import time
import weakref
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any

import numpy as np

from rnn_names import system
from rnn_names.arrays import Array
from rnn_names.processes.threads import ONE_BLAS_THREAD

PATIENCE = 30.0  # seconds to wait, plus ten times the time that this process has worked meanwhile
_START = """\
import sys
sys.path[:] = {path!a}
from rnn_names.processes.helper import serve
serve({connection}, {memory}, {shape})
"""

_PROTOCOL = 4  # pickle protocol: 5 failed once when memory had run out
_MARK = "RNN_NAMES_HELPER_PROCESS"  # environment variable of a helper, which starts no other


class SharedArray:
    """A float32 array in shared memory (a file without a name), or else an ordinary array.

    `fd` is the descriptor of the file, open while this object lives, or None.
    """

    def __init__(self, *shape: int) -> None:
        self.fd: int | None = None
        zeros = np.zeros(shape, np.float32)
        try:
            fd = system.nameless_file()
            weakref.finalize(self, _close, fd)
            # Zeros are written, so that a lack of room is an error here and not a SIGBUS later.
            if os.write(fd, zeros.data) < zeros.nbytes:
                raise OSError("no room")
            self.array, self.fd = mapped(fd, shape), fd
        except OSError:  # a limit, a full disk, or a system without such files
            self.array = zeros


def mapped(fd: int, shape: tuple[int, ...]) -> Array:
    """A file as an array, shared by all processes that map it."""
    return np.frombuffer(mmap.mmap(fd, 4 * math.prod(shape)), np.float32).reshape(shape)


def _close(fd: int) -> None:
    with suppress(OSError):  # a program that became a daemon may have closed it
        os.close(fd)


class Helper(AbstractContextManager["Helper"]):
    """An object and its copy in a helper process; calls return the same value in both.

    The helper process may start late, end at any time, or not start at all. This process then runs
    the calls. The helper is used only after `check` has returned the same value for both objects.
    Only one thread may use it, with one call pending at a time.

    Args:
        make: creates the object in both processes. This function, all called functions, their
            arguments and their values must be picklable. No call by `begin` may return None.
        arguments: of `make`, after the rows of `memory`, which the processes share.
    """

    def __init__(
        self,
        make: Callable[..., Any],
        *arguments: Any,
        check: Callable[[Any], Any],
        memory: SharedArray,
    ) -> None:
        self._check, self._memory = check, memory
        self.here = make(*memory.array, *arguments)
        self._unsent: list[tuple[Any, ...]] = [(make, arguments)]
        self._process: subprocess.Popen[bytes] | None = None
        self._was_started = self._has_reported = self._is_checked = False
        self.calls_made_there = 0  # without the check; for tests and benchmarks

    def __exit__(self, *_: object) -> None:
        self.end()

    def start(self) -> None:
        """Starts the helper process without waiting for it."""
        if not self._was_started:
            self._was_started = True  # not again if the process ends
            with suppress(Exception):  # without it, work only takes longer
                self._process = self._start_process()

    def _start_process(self) -> "subprocess.Popen[bytes]":
        """Starts a Python that runs `serve`; `_socket` sends it calls and receives values."""
        fd, shape = self._memory.fd, self._memory.array.shape
        if fd is None or not system.can_start_helper() or _MARK in os.environ:
            raise OSError("no other Python can be started here")
        self._owner = os.getpid()
        self._socket, theirs = socket.socketpair()
        self._reader = self._socket.makefile("rb")
        path = [place for place in sys.path if isinstance(place, str)]
        code = _START.format(path=path, connection=theirs.fileno(), memory=fd, shape=shape)
        try:
            with theirs:
                return subprocess.Popen(
                    # Isolated from the environment and the current folder; the code sets its path.
                    [sys.executable, "-I", *["-B"] * sys.dont_write_bytecode, "-c", code],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno(), fd],
                    # A new session gets no signals from the terminal.
                    start_new_session=True,
                    env={**os.environ, **ONE_BLAS_THREAD, _MARK: "1"},
                )
        except BaseException:  # also an interrupt; if the process was started, it ends
            self._socket.close()
            raise

    def update(self, function: Callable[..., None], *arguments: Any) -> None:
        """Calls `function(object, *arguments)` here, and in the helper before its next call."""
        function(self.here, *arguments)
        self._unsent.append((function, arguments))

    def begin(self, function: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
        """Begins `function(object, *arguments)` in the helper process if it is ready.

        Returns a function that waits for the value, or makes the call here.
        """
        is_sent, began = self._try_to_send(function, arguments), time.monotonic()

        def result() -> Any:
            if is_sent:
                try:
                    value = self._receive(10 * (time.monotonic() - began))
                    self.calls_made_there += 1
                    return value
                except Exception:
                    self.end()
            return function(self.here, *arguments)

        return result

    def end(self) -> None:
        """Ends the process, even during a call, unless this is a fork of the program."""
        process, self._process = self._process, None
        if process is not None and self._owner == os.getpid():
            process.kill()
            self._socket.close()
            process.wait()

    def is_ready(self) -> bool:
        """Whether the process accepts calls; False in a fork of the program."""
        if self._process is None or self._owner != os.getpid():
            return False
        if not self._has_reported:
            with suppress(OSError):  # there is nothing yet, or the socket is closed
                if self._socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT):
                    self._has_reported = self._receive()
        return self._has_reported

    def _try_to_send(self, function: Callable[..., Any], arguments: Any) -> bool:
        """Sends a call after pending updates; returns whether that worked."""
        if not self.is_ready():
            return False
        with suppress(Exception):  # it has ended, or the call cannot be sent
            for call in self._unsent:
                self._send(*call)
            self._unsent.clear()
            if not self._is_checked:
                # One after the other, since both checks may write to the shared memory.
                self._send(self._check, ())
                self._is_checked = self._receive() == self._check(self.here)
            if self._is_checked:
                self._send(function, arguments)
                return True
        self.end()
        return False

    def _send(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        self._socket.settimeout(PATIENCE)
        self._socket.sendall(pickle.dumps((function, arguments), _PROTOCOL), system.send_flags())

    def _receive(self, more_patience: float = 0) -> Any:
        """Waits for a value; raises EOFError if the process has ended."""
        self._socket.settimeout(PATIENCE + more_patience)
        return pickle.load(self._reader)


def serve(fd: int, memory: int, shape: tuple[int, ...]) -> None:
    """Runs calls in the helper process until the program ends; `fd` is its socket."""
    program = socket.socket(fileno=fd).makefile("rwb")

    def send(value: Any) -> None:
        pickle.dump(value, program, _PROTOCOL)
        program.flush()

    # No warnings about results that are not finite; the caller checks them.
    with np.errstate(over="ignore", invalid="ignore"), suppress(OSError, EOFError):
        send(True)  # it is ready
        make, arguments = pickle.load(program)
        made = make(*mapped(memory, shape), *arguments)
        while True:
            function, arguments = pickle.load(program)
            if (value := function(made, *arguments)) is not None:
                send(value)
            function = arguments = value = None  # freed, since they may be large

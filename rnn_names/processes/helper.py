"""The helper process, which makes calls on another core.

Threads of one process share Python's interpreter, and where array operations take some
microseconds each, two threads do hardly more than one. Two processes have an interpreter each.

The helper process is a fresh Python, not a fork: a fork copies the locks that other threads hold,
and not every BLAS survives it. A program has one. They talk through a socket, in pickles; large
arrays that both change lie in memory that they share.

    helper = Helper(Adder, 1, check=Adder.check)    # Adder(1) is made here
    helper.start()                                  # and now there, too
    result = helper.begin(Adder.add, 2)             # the call is made there, if the process is free
    ...                                             # meanwhile, this process does something else
    result()                                        # the value, from there or from here
"""

from __future__ import annotations

import itertools
import os
import pickle
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from contextlib import suppress
from typing import Any

import numpy as np

from rnn_names import system
from rnn_names.processes.shared_array import SharedArray, mapped
from rnn_names.processes.threads import ONE_BLAS_THREAD

PATIENCE = 30.0  # seconds for an answer, besides ten times what this process did meanwhile

_START = """\
import sys
sys.path[:] = {path!a}
from rnn_names.processes.helper import serve
serve({connection})
"""

_MARK = "RNN_NAMES_HELPER_PROCESS"  # in the environment of a helper process, which starts no other


class Helper:
    """An object, and its copy in the helper process; either can make a call.

    Calls have the same values in both. The process may start late, end at any time, be stopped, or
    not start at all: then this process makes the calls. It is used once `check`, called with the
    object in both, has the same value: files of this program may have changed, or variables that
    BLAS obeys.

    Args:
        make: makes the object, here and there. It and all functions that are called can be pickled,
            and so can their arguments and values; no value of a call is None.
        arguments: of `make`, after the rows of `memory`, which the two share.
    """

    _keys = itertools.count()

    def __init__(
        self,
        make: Callable[..., Any],
        *arguments: Any,
        check: Callable[[Any], Any],
        memory: SharedArray | None = None,
    ) -> None:
        self._make, self._arguments, self._check, self._memory = make, arguments, check, memory
        self.here = make(*(memory.array if memory else ()), *arguments)
        self._key = next(self._keys)
        self._process: _Process | None = None
        self._was_started = self._is_checked = self._is_at_work = self._has_ended = False
        self._updates: dict[Callable[..., None], tuple[Any, ...]] = {}  # that are not yet there
        self.calls_made_there = 0  # the check not counted; tests and benchmarks read it

    def __enter__(self) -> Helper:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def start(self) -> None:
        """Starts the helper process if there is none, and does not wait until it is ready."""
        if not self._was_started and (self._memory is None or self._memory.fd is not None):
            self._was_started = True  # not again, if the process goes
            with suppress(Exception):  # without it, things only take longer
                self._process = _Process.shared()
                self._process.users.add(self._key)

    def update(self, function: Callable[..., None], *arguments: Any) -> None:
        """Calls `function(object, *arguments)` here, and there before the next call."""
        function(self.here, *arguments)
        self._updates.pop(function, None)  # so that it comes last, as it did here
        self._updates[function] = arguments

    def begin(self, function: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
        """Begins `function(object, *arguments)` in the helper process, if that is ready and free.

        Gives what waits for the value, or else makes the call; `CancelledError` after `end`.
        """
        if self._has_ended:
            raise CancelledError
        process = self._process
        is_begun = process is not None and self._send(process, function, arguments)
        began = time.monotonic()

        def result() -> Any:
            value = None
            if is_begun:
                assert process is not None
                value = self._receive(process, 10 * (time.monotonic() - began))
            if self._has_ended:
                raise CancelledError
            return function(self.here, *arguments) if value is None else value

        return result

    def end(self) -> None:
        """Leaves the process, which ends with its last user, or if it is at work for this."""
        self._has_ended = True
        self._leave(must_end=self._is_at_work)

    def _leave(self, must_end: bool) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.leave(self._key, must_end)

    def _send(
        self, process: _Process, function: Callable[..., Any], arguments: tuple[Any, ...]
    ) -> bool:
        """Sends a call, and what must come before it; False where that cannot be done now."""
        if not process.in_use.acquire(blocking=False):
            return False
        self._is_at_work = True
        try:
            if not process.is_ready():
                self._release(process)
                return False
            connection, key, is_new = process.connection, self._key, not self._is_checked
            if is_new:
                memory = self._memory
                shape, fd = (memory.array.shape, memory.fd) if memory else ((), None)
                connection.send((key, self._make, self._arguments, shape, process.users), fd)
            for update, its_arguments in self._updates.items():
                connection.send((key, update, its_arguments))
            self._updates.clear()
            if is_new:
                # One after the other: both may write to the shared memory.
                connection.send((key, self._check, ()))
                self._is_checked = connection.receive()[0] == self._check(self.here)
            if self._is_checked:
                connection.send((key, function, arguments))
                return True
        except Exception:  # it has gone, or what it needs cannot be sent
            pass
        self._release(process)
        self._leave(must_end=True)
        return False

    def _receive(self, process: _Process, more_patience: float) -> Any:
        """The value of the call that was sent; None if the process cannot be used any more."""
        try:
            value = process.connection.receive(more_patience)[0]
            self.calls_made_there += 1
            return value
        except Exception:
            self._leave(must_end=True)
            return None
        finally:
            self._release(process)

    def _release(self, process: _Process) -> None:
        self._is_at_work = False
        process.in_use.release()


class _Process:
    _shared: _Process | None = None
    _lock: threading.RLock

    def __init__(self) -> None:
        if not system.can_start_helper() or _MARK in os.environ:
            raise OSError("no other Python can be started here")
        self.users: set[int] = set()  # keys of the `Helper`s that use it
        self.in_use = threading.Lock()  # held by whoever waits for an answer
        self._owner, self._is_ready = os.getpid(), False
        ours, theirs = socket.socketpair()
        self.connection = _Connection(ours)  # takes what `serve` reads, and gives values
        try:
            with theirs:
                self._process = _start(theirs.fileno())
        except BaseException:  # an interrupt, too; the process ends if it was started
            self.connection.close()
            raise

    @classmethod
    def shared(cls) -> _Process:
        """The helper process of this program, which is started if there is none."""
        with cls._lock:
            process = cls._shared
            if process is None or not process._is_ours() or process._process.poll() is not None:
                process = cls._shared = cls()
            return process

    def _is_ours(self) -> bool:
        return self._owner == os.getpid()  # else this process is a fork of that

    def is_ready(self) -> bool:
        """Whether it has started, and takes calls."""
        if not self._is_ours():
            return False
        with self._lock:
            if not self._is_ready and self.connection.has_something():
                self._is_ready = self.connection.receive()[0]
            return self._is_ready

    def leave(self, key: int, must_end: bool) -> None:
        """Takes a user off, and ends the process, whatever it is doing, if it was the last."""
        with self._lock:
            self.users.discard(key)
            if not self._is_ours() or (self.users and not must_end):
                return
            if _Process._shared is self:
                _Process._shared = None
        self._process.kill()
        self.connection.close()
        self._process.wait()


def _make_lock() -> None:
    _Process._lock = threading.RLock()  # a stream that is forgotten leaves in any thread


system.here_and_in_forks(_make_lock)


class _Connection:
    """An end of a socket to send and receive objects through."""

    def __init__(self, end: socket.socket, waits_for_ever: bool = False) -> None:
        self._socket, self._waits_for_ever = end, waits_for_ever

    def send(self, value: Any, fd: int | None = None) -> None:
        """Sends an object, and a file with it."""
        # With protocol 5, arrays would be in a `bytearray`: out of memory, Python 3.11 once said
        # "deallocated bytearray object has exported buffers". Protocol 4 has `bytes`.
        data = pickle.dumps(value, 4)
        self._socket.settimeout(None if self._waits_for_ever else PATIENCE)
        size, flags, files = len(data).to_bytes(8, "little"), system.send_flags(), []
        if fd is not None:
            files = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fd.to_bytes(4, sys.byteorder))]
        self._socket.sendmsg([size], files, flags)  # `socket.send_fds` would leave out the flags
        self._socket.sendall(data, flags)

    def receive(self, more_patience: float = 0) -> tuple[Any, list[int]]:
        """Waits for an object, and the files that came with it; EOFError when the end is closed."""
        self._socket.settimeout(None if self._waits_for_ever else PATIENCE + more_patience)
        size, fds, _, _ = socket.recv_fds(self._socket, 8, 1)
        data: Any = np.empty(int.from_bytes(size, "little"), np.uint8)
        missing = memoryview(data)
        while missing:
            n = self._socket.recv_into(missing)
            if not n:
                raise EOFError
            missing = missing[n:]
        if not len(data):
            raise EOFError
        return pickle.loads(data), fds

    def has_something(self) -> bool:
        """Whether `receive` would not wait."""
        try:
            return bool(self._socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except OSError:  # there is nothing yet, or it is closed
            return False

    def close(self) -> None:
        with suppress(OSError):  # it may be closed already
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes a thread that waits in `receive`
        self._socket.close()


def _start(connection: int) -> subprocess.Popen[bytes]:
    path = [place for place in sys.path if isinstance(place, str)]
    code = _START.format(path=path, connection=connection)
    return subprocess.Popen(
        # Isolated from variables and the current folder: its path is set by the code.
        [sys.executable, "-I", *(["-B"] if sys.dont_write_bytecode else []), "-c", code],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[connection],
        # In a session of its own, it gets no signal of the terminal's: it ends with this one.
        start_new_session=True,
        env={**os.environ, **ONE_BLAS_THREAD, _MARK: "1"},
    )


def serve(fd: int) -> None:
    """What the helper process does: makes calls until the program has ended; `fd` is its socket."""
    connection = _Connection(socket.socket(fileno=fd), waits_for_ever=True)
    objects = dict[int, Any]()
    # The caller looks at results that are not finite; they are no warning.
    with np.errstate(over="ignore", invalid="ignore"), suppress(OSError, EOFError):
        connection.send(True)  # it is ready
        while True:
            (key, function, arguments, *more), fds = connection.receive()
            if more:
                shape, users = more
                objects = {user: objects[user] for user in users & objects.keys()}
                rows: Any = mapped(fds[0], shape) if fds else ()
                objects[key] = function(*rows, *arguments)
                for each in fds:
                    os.close(each)
            elif (value := function(objects[key], *arguments)) is not None:
                connection.send(value)
            function = arguments = value = None  # they may be large, and the next ones, too
    connection.close()

"""An array in memory that another process can map, too."""

import math
import mmap
import os
import weakref
from contextlib import suppress

import numpy as np

from rnn_names import system
from rnn_names.arrays import Array


class SharedArray:
    """An array of float32 in memory without a name: nothing of it is left behind. Forks share it.

    `fd` is the descriptor of the file that holds it, open for as long as this object lives; None
    where there is no such memory, and the array is one like any other.
    """

    def __init__(self, *shape: int) -> None:
        self.fd: int | None = None
        zeros = np.zeros(shape, np.float32)
        try:
            fd = system.nameless_file()
            weakref.finalize(self, _close, fd)
            # Written, not only sized: where there is no room, this fails here, and not later as a
            # SIGBUS in the middle of a step.
            if os.write(fd, zeros.data) < zeros.nbytes:
                raise OSError("no room")
            self.array, self.fd = mapped(fd, shape), fd
        except OSError:  # a limit, a full disk, or a system that has none
            self.array = zeros


def mapped(fd: int, shape: tuple[int, ...]) -> Array:
    """A file as an array, which all processes share that map it."""
    return np.frombuffer(mmap.mmap(fd, 4 * math.prod(shape)), np.float32).reshape(shape)


def _close(fd: int) -> None:
    with suppress(OSError):  # a program that became a daemon may have closed all there were
        os.close(fd)

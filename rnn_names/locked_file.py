"""A text file that several programs may read and extend at once, under a lock."""

import io
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from rnn_names import system
from rnn_names.errors import CorpusError, SamplingError, printable
from rnn_names.files import write_all

# An incomplete UTF-8 character at the end of a line, whose writer was probably killed.
_CUT_CHARACTER = re.compile(
    rb"([\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})(?=\n|\Z)"
)


def _created(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CREAT, 0o666)


class LockedFile:
    """The file that an option names; SamplingError if it cannot be read or written."""

    def __init__(self, path: str, option: str) -> None:
        self.path, self._option = path, option

    @contextmanager
    def opened(self, mode: Literal["a+b", "r+b"]) -> Iterator[io.FileIO]:
        """Opens the file, which is created if need be, and locks it within the context."""
        try:
            with open(self.path, mode, buffering=0, opener=_created) as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise self._error("not a regular file; give the name of one")
                system.lock(file)
                try:
                    yield file
                finally:
                    system.unlock(file)
        except OSError as error:
            raise self._error(error.strerror or str(error)) from error

    def _error(self, reason: str) -> SamplingError:
        return SamplingError(f"{self._option} {printable(self.path)}: {reason}", [self._option])

    def decoded(self, data: bytes) -> str:
        """Text of the file; CorpusError if it is not UTF-8."""
        data = _CUT_CHARACTER.sub("\ufffd".encode(), data)
        try:
            return data.decode().removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            reason = f"not UTF-8 text (byte 0x{data[error.start]:02x}); give a list of names"
            raise CorpusError(f"{printable(self.path)}: {reason}") from None

    @staticmethod
    def append(file: io.FileIO, lines: bytes) -> None:
        """Appends lines completely, or not at all if the disk is full."""
        end = file.seek(0, os.SEEK_END)
        try:
            write_all(file, lines)
        except OSError:
            file.truncate(end)
            raise

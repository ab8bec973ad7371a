"""A file of the names that several runs have drawn."""

import io
import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from rnn_names import system
from rnn_names.corpus.names import Names
from rnn_names.errors import CorpusError, SamplingError, printable
from rnn_names.files import write_all

# A character that a line ends inside: its writer was killed, perhaps.
_CUT_CHARACTER = re.compile(
    rb"([\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})(?=\n|\Z)"
)


class Remembered:
    """A file of names given out so far; several runs may extend it at once."""

    def __init__(self, path: str, option: str = "remember") -> None:
        self._path, self._option, self._end = path, option, 0

    @contextmanager
    def locked(self) -> Iterator[tuple[Names, list[Names]]]:
        """Locks the file. Yields the names that others added, and a list to append names to."""
        with self._opened("a+b") as file:
            file.seek(self._end)
            lines, added = self._decoded(file.readall()).split("\n"), list[Names]()
            names = (line.split("\t")[0].removesuffix("\r") for line in lines)  # without counts
            # A run may have given names with white space around them; people write none.
            both = (dict.fromkeys((name, name.strip())) for name in names)
            others = Names.from_strings([name for each in both for name in each if name])
            try:
                yield others, added
            finally:
                data = b"".join(part.to_lines() for part in added)
                end = file.seek(0, os.SEEK_END)
                file.seek(max(end - 1, 0))
                if data and file.read(1) not in (b"", b"\n"):  # its writer was killed, perhaps
                    data = b"\n" + data
                self._append(file, data)
                self._end = file.tell()

    def names(self) -> list[str]:
        """All names that are in the file now."""
        self._end = 0
        with self.locked() as (names, _):
            return [name for name in names.to_strings() if name == name.strip()]

    @contextmanager
    def _opened(
        self, mode: Literal["a+b", "r+b"], opener: Callable[[str, int], int] | None = None
    ) -> Iterator[io.FileIO]:
        try:
            with open(self._path, mode, buffering=0, opener=opener) as file:
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
        return SamplingError(f"{self._option} {printable(self._path)}: {reason}", [self._option])

    def _decoded(self, data: bytes) -> str:
        data = _CUT_CHARACTER.sub("\ufffd".encode(), data)
        try:
            return data.decode().removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            reason = f"not UTF-8 text (byte 0x{data[error.start]:02x}); give a list of names"
            raise CorpusError(f"{printable(self._path)}: {reason}") from None

    @staticmethod
    def _append(file: io.FileIO, lines: bytes) -> None:
        """Appends lines completely, or not at all if the disk is full."""
        end = file.seek(0, os.SEEK_END)
        try:
            write_all(file, lines)
        except OSError:
            file.truncate(end)
            raise

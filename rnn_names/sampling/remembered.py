"""A file of the names that several runs have drawn."""

import io
import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rnn_names import system
from rnn_names.corpus.names import Names
from rnn_names.errors import CorpusError, SamplingError, printable


class Remembered:
    """A file of drawn names, or blocks of lines; several runs may extend it at the same time."""

    def __init__(self, path: str, option: str = "remember", has_blocks: bool = False) -> None:
        self._path, self._option, self._end = path, option, 0
        self._has_blocks = has_blocks

    @contextmanager
    def turn(self) -> Iterator[tuple[Names, list[Names]]]:
        """Locks the file; yields the names that other runs added, and a list to append names to."""
        try:
            with open(self._path, "a+b", buffering=0) as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise self._error("not a regular file; give the name of one")
                system.lock(file)
                file.seek(self._end)
                data, added = file.readall(), list[Names]()
                # A run may have drawn a name with white space around it; people write it without.
                both = (dict.fromkeys((name, name.strip())) for name in self._lines(data))
                others = Names.from_strings([name for each in both for name in each if name])
                try:
                    yield others, added
                finally:
                    lines = b"".join(names.to_lines() for names in added)
                    end = file.seek(0, os.SEEK_END)
                    file.seek(max(end - 1, 0))
                    if lines and file.read(1) not in (b"", b"\n"):  # a writer may have been killed
                        lines = b"\n" + lines
                    self._append(file, lines)
                    self._end = file.tell()
        except OSError as error:
            raise self._error(error.strerror or str(error)) from error

    def names(self) -> list[str]:
        """All names that are in the file now."""
        self._end = 0
        with self.turn() as (names, _):
            return [name for name in names.to_strings() if name == name.strip()]

    def change(self, edited: Callable[[bytes], bytes]) -> tuple[bytes, bytes]:
        """Replaces the content by `edited(content)`; returns the old and the new content."""

        def created(path: str, flags: int) -> int:
            return os.open(path, flags | os.O_CREAT, 0o666)

        try:
            with open(self._path, "r+b", buffering=0, opener=created) as file:
                system.lock(file)
                old = file.readall()
                new = edited(old)
                self._append(file, new[len(old) :])  # first, since the disk may be full
                if not new.startswith(old):  # else other programs may append meanwhile
                    file.seek(0)
                    _write(file, new)
                    file.truncate()
                return old, new
        except OSError as error:
            raise self._error(error.strerror or str(error)) from error

    def with_names(self, data: bytes, names: list[str]) -> bytes:
        """The content `data` with some names appended."""
        end = "\n\n" if self._has_blocks else "\n"
        while data and not data.endswith(end.encode()):  # the last line may have no end
            data += b"\n"
        return data + "".join(name.strip() + end for name in names).encode()

    def without(self, data: bytes, name: str) -> bytes:
        """The content `data` without the last occurrence of a name."""
        places = rb"(?:.*\S.*\n?)+(?:\s*\n)?" if self._has_blocks else rb".+\n?"
        for match in reversed([*re.finditer(places, data)]):
            if [line.strip() for line in self._lines(match[0])] == [name]:
                return data[: match.start()] + data[match.end() :]
        return data

    def _error(self, reason: str) -> SamplingError:
        return SamplingError(f"{self._option} {printable(self._path)}: {reason}", [self._option])

    def _lines(self, data: bytes) -> list[str]:
        """The names in some lines, without counts; or the blocks between empty lines."""
        try:
            whole, _, last = data.rpartition(b"\n")  # the last line may end inside a character
            text = f"{whole.decode()}\n{last.decode(errors='replace')}".removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            raise CorpusError(
                f"{printable(self._path)}: not UTF-8 text (byte 0x{data[error.start]:02x}); give a "
                "list of names"
            ) from None
        if self._has_blocks:
            blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n"))
            return [block.strip() for block in blocks if block.strip()]
        names = (line.split("\t")[0].removesuffix("\r") for line in text.split("\n"))
        return [name for name in names if name]

    @staticmethod
    def _append(file: io.FileIO, lines: bytes) -> None:
        """Appends lines completely, or not at all if the disk is full."""
        end = file.seek(0, os.SEEK_END)
        try:
            _write(file, lines)
        except OSError:
            file.truncate(end)
            raise


def _write(file: io.FileIO, data: bytes) -> None:
    while data:
        data = data[file.write(data) :]

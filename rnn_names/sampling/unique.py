"""No name twice: in one stream, or in all streams that remember their names in one file."""

import io
import os
import stat
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from rnn_names import system
from rnn_names.arrays import Array
from rnn_names.conditions.options import Options
from rnn_names.corpus.fingerprints import among, fingerprints
from rnn_names.corpus.names import Names
from rnn_names.errors import CorpusError, FewNewNamesWarning, SamplingError, shown

REPEATS = 1 << 16  # names; a stream of unique ones ends if fewer than 1 in 4,096 of them is new
FEW_NEW_AFTER = 1 << 15  # names after which a warning says if few of them are new


def unique_of(wanted: int, options: Options) -> "Unique | None":
    """The filter that lets each name through once, if that is asked for."""
    if options.min_edits is None:
        return Unique(wanted, options.remember) if options.is_unique else None
    from rnn_names.conditions.edits import FarApart

    return Unique(wanted, options.remember, FarApart.of(options), options.slowness)


class Unique:
    """Admits each name once, by its fingerprint of 8 bytes; or only if it is far from all before.

    `slowness` is that of its tests and of the conditions'.
    """

    def __init__(
        self, wanted: int, remember: str | None = None, far_apart: Any = None, slowness: int = 1
    ) -> None:
        self.wanted, self._far_apart, self._slowness = wanted, far_apart, slowness
        self.title = "unique" if far_apart is None else "min_edits"
        self.seen = np.zeros(0, np.uint64)
        self.tested = self.passed = 0
        self._last = 0, 0
        self._has_warned = False
        self._file = None if remember is None else Remembered(remember)

    def admit(self, names: Names) -> Array:
        """Rows of the names admitted now; they count as seen."""
        if self._file is None:
            rows = self._new(names)
        else:
            with self._file.turn() as (others, added):
                self._add(others)
                rows = self._new(names)
                added.append(names.take(rows))
        self.tested, self.passed = self.tested + len(names), self.passed + len(rows)
        return rows

    def _add(self, names: Names) -> None:
        if self._far_apart is None:
            self.seen = np.union1d(self.seen, fingerprints(names))
        else:
            self._far_apart.add(names.to_strings())

    def _new(self, names: Names) -> Array:
        if self._far_apart is None:
            prints, first = np.unique(fingerprints(names), return_index=True)
            new = ~among(prints, self.seen)
            self.seen = np.insert(self.seen, np.searchsorted(self.seen, prints[new]), prints[new])
            rows = np.sort(first[new])
        else:
            passes = map(self._far_apart.passes, names.to_strings())
            rows = np.flatnonzero(np.fromiter(passes, bool, len(names)))
        return rows[: self.wanted - self.passed]

    def needed(self) -> int:
        """Estimates, rounding up, how many more names of the stream must be drawn."""
        missing = self.wanted - self.passed
        return missing * (self.tested + 1) // (self.passed + 1) * 17 // 16 + 8

    def warn_if_few_are_new(self) -> None:
        """Warns once, with FewNewNamesWarning, where most names are left out."""
        is_due = self.tested >= FEW_NEW_AFTER // self._slowness and not self._has_warned
        if is_due and self.passed < self.tested / 4:
            self._has_warned = True
            warnings.warn(
                "3 of 4 names drawn are left out by now, since they came before or are too much "
                "alike; there may be few more",
                FewNewNamesWarning,
                stacklevel=3,
            )

    def check_exhausted(self) -> bool:
        """Whether nearly all of `REPEATS` names were repeats; then counts the next so many."""
        tested, passed = self.tested - self._last[0], self.passed - self._last[1]
        if tested < REPEATS // self._slowness:
            return False
        self._last = self.tested, self.passed
        return passed < tested / 4096


class Remembered:
    """A file of names given out so far; several runs may read and extend it at once."""

    def __init__(self, path: str, option: str = "remember") -> None:
        self._path, self._option, self._end = path, option, 0

    @contextmanager
    def turn(self) -> Iterator[tuple[Names, list[Names]]]:
        """Locks the file. Yields the names that others added, and a list to append names to."""
        try:
            with open(self._path, "a+b", buffering=0) as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise self._error("not a regular file; give the name of one")
                system.lock(file)
                file.seek(self._end)
                data, added = file.readall(), list[Names]()
                # A run may have given names with white space around them; people write none.
                both = (dict.fromkeys((name, name.strip())) for name in self._lines(data))
                others = Names.from_strings([name for each in both for name in each if name])
                try:
                    yield others, added
                finally:
                    lines = b"".join(names.to_lines() for names in added)
                    end = file.seek(0, os.SEEK_END)
                    file.seek(max(end - 1, 0))
                    if lines and file.read(1) not in (b"", b"\n"):  # its writer was killed, perhaps
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

    def take_back(self, names: Names) -> bool:
        """Takes the lines of some names off the end of the file, if they are there, whole."""
        with self._edited() as lines:
            last = io.BytesIO(names.to_lines()).readlines()
            are_there = lines[-len(last) :] == last
            if are_there:
                del lines[-len(last) :]
            return are_there

    def take_out(self, name: str) -> tuple[int, bytes] | None:
        """Takes out the last line that has a name. Gives its place and the line, for `put_back`."""
        with self._edited() as lines:
            for place in reversed(range(len(lines))):
                if [each.strip() for each in self._lines(lines[place])] == [name]:
                    return place, lines.pop(place)
            return None

    def put_back(self, place: int, line: bytes) -> None:
        """Puts a line where it was, or at the end of a file that has fewer lines by now."""
        with self._edited() as lines:
            before, after = lines[:place], lines[place:]
            whole = [each if each.endswith(b"\n") else each + b"\n" for each in (*before, line)]
            lines[:] = [*whole, *after] if after else [*whole[:-1], line]

    @contextmanager
    def _edited(self) -> Iterator[list[bytes]]:
        """Locks the file. Yields its lines; what is changed in the list changes in the file."""
        try:
            with open(self._path, "r+b", buffering=0) as file:
                system.lock(file)
                before = file.readall()
                yield (lines := io.BytesIO(before).readlines())
                after = b"".join(lines)
                self._append(file, after[len(before) :])  # first: the disk may be full
                file.seek(0)
                _write(file, after)
                self._end = file.truncate()
        except OSError as error:
            raise self._error(error.strerror or str(error)) from error

    def _error(self, reason: str) -> SamplingError:
        return SamplingError(f"{self._option} {shown(self._path)}: {reason}", [self._option])

    def _lines(self, data: bytes) -> list[str]:
        """The names in some lines, without counts."""
        try:
            whole, _, last = data.rpartition(b"\n")  # the last may be cut inside a character
            text = f"{whole.decode()}\n{last.decode(errors='replace')}"
            lines = text.removeprefix("\ufeff").split("\n")
        except UnicodeDecodeError as error:
            raise CorpusError(
                f"{shown(self._path)}: not UTF-8 text (byte 0x{data[error.start]:02x}); give a "
                "list of names"
            ) from None
        names = (line.split("\t")[0].removesuffix("\r") for line in lines)
        return [name for name in names if name]

    @staticmethod
    def _append(file: io.FileIO, lines: bytes) -> None:
        """Writes lines whole or not at all: they may be cut where a disk is full."""
        end = file.seek(0, os.SEEK_END)
        try:
            _write(file, lines)
        except OSError:
            file.truncate(end)
            raise


def _write(file: io.FileIO, data: bytes) -> None:
    while data:
        data = data[file.write(data) :]

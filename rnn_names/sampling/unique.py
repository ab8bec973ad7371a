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
        self._is_cut = False  # whether its last line has no end: its writer was killed, perhaps

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
                self._is_cut = not data.endswith(b"\n") if data else self._is_cut
                others = Names.from_strings(self._lines(data))
                try:
                    yield others, added
                finally:
                    lines = b"".join(names.to_lines() for names in added)
                    if lines and self._is_cut:
                        lines, self._is_cut = b"\n" + lines, False
                    self._append(file, lines)
                    self._end = file.tell()
        except OSError as error:
            raise self._error(error.strerror or str(error)) from error

    def take_back(self, names: Names) -> bool:
        """Takes the lines of some names off the end of the file, if they are there, whole."""
        try:
            with open(self._path, "r+b", buffering=0) as file:
                system.lock(file)
                data, lines = file.readall(), names.to_lines()
                are_there = (b"\n" + data).endswith(b"\n" + lines)
                if are_there:
                    self._end = file.truncate(len(data) - len(lines))
                return are_there
        except OSError as error:
            raise self._error(error.strerror or str(error)) from error

    def _error(self, reason: str) -> SamplingError:
        return SamplingError(f"{self._option} {shown(self._path)}: {reason}", [self._option])

    def _lines(self, data: bytes) -> list[str]:
        """The names in some lines, without counts; those of casts may be long."""
        try:
            whole, _, last = data.rpartition(b"\n")  # the last may be cut inside a character
            text = f"{whole.decode()}\n{last.decode(errors='replace')}"
            lines = text.removeprefix("\ufeff").split("\n")
        except UnicodeDecodeError as error:
            raise CorpusError(
                f"{shown(self._path)}: not UTF-8 text (byte 0x{data[error.start]:02x}); give a "
                "list of names"
            ) from None
        return [line.split("\t")[0].strip() for line in lines if line.strip()]

    @staticmethod
    def _append(file: io.FileIO, lines: bytes) -> None:
        """Writes lines whole or not at all: they may be cut where a disk is full."""
        end = file.seek(0, os.SEEK_END)
        try:
            while lines:
                lines = lines[file.write(lines) :]
        except OSError:
            file.truncate(end)
            raise

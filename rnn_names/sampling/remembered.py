"""A file of the names that several runs have drawn."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from rnn_names.corpus.names import Names
from rnn_names.locked_file import LockedFile


class Remembered(LockedFile):
    """A file of names given out so far; several runs may extend it at once."""

    def __init__(self, path: str) -> None:
        super().__init__(path, "remember")
        self._end = 0  # of what was read

    @contextmanager
    def locked(self) -> Iterator[tuple[Names, list[Names]]]:
        """Locks the file. Yields the names that others added, and a list to append names to."""
        with self.opened("a+b") as file:
            file.seek(self._end)
            lines, added = self.decoded(file.readall()).split("\n"), list[Names]()
            names = (line.split("\t")[0].removesuffix("\r") for line in lines)  # without counts
            # Drawn names may have white space around them, which people leave out when they write:
            # both forms count.
            both = (dict.fromkeys((name, name.strip())) for name in names)
            others = Names.from_strings([name for forms in both for name in forms if name])
            try:
                yield others, added
            finally:
                data = b"".join(part.to_lines() for part in added)
                end = file.seek(0, os.SEEK_END)
                file.seek(max(end - 1, 0))
                if data and file.read(1) not in (b"", b"\n"):  # its writer was probably killed
                    data = b"\n" + data
                self.append(file, data)
                self._end = file.tell()

    def names(self) -> list[str]:
        """All names that are in the file now."""
        self._end = 0
        with self.locked() as (names, _):
            return [name for name in names.to_strings() if name == name.strip()]

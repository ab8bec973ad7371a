"""The file of `--remember`: names that were given out, which streams that share it leave out."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from rnn_names.corpus.names import Names
from rnn_names.files import LockedFile


class Remembered(LockedFile):
    """A file of names given out so far; several runs may extend it at once."""

    def __init__(self, path: str) -> None:
        super().__init__(path, "remember")
        self._end = 0  # of the part read so far

    @contextmanager
    def locked(self) -> Iterator[tuple[Names, list[Names]]]:
        """Locks the file. Yields the names that others added, and a list to append names to."""
        with self.opened("a+b") as file:
            file.seek(self._end)
            lines, added = self.decoded(file.readall()).split("\n"), list[Names]()
            names = (line.split("\t")[0].removesuffix("\r") for line in lines)  # without counts
            # Drawn names may begin or end with white space, which people leave out when typing.
            # Both forms count.
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
        """All names now in the file."""
        self._end = 0
        with self.locked() as (names, _):
            return [name for name in names.to_strings() if name == name.strip()]

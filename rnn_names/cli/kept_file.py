"""The file of what `pick` keeps: a name on each line, or casts of several lines."""

import os
import re
from collections.abc import Callable

from rnn_names.errors import SamplingError, printable
from rnn_names.model.atomic import check_writable
from rnn_names.sampling.remembered import Remembered, write_all

LINE = rb".*\S.*\n?"
ENTRY_OF_LINES = rb"(?:.*\S.*\n?)+(?:\s*\n)?"  # up to an empty line
ENTRY_WITH_INDENT = rb"(?:(?:\S.*\n?)+(?:[ \t]+\S.*\n?)*|(?:[ \t]+\S.*\n?)+)(?:\s*\n)?"


class KeptFile(Remembered):
    """Entries, such as the pattern of a cast writes; a person may edit the file meanwhile.

    An empty line comes after each entry that has several lines. If only later lines are indented,
    a line without indent begins an entry, too. Lines with # in front are remarks, and so is what
    comes after a tab, unless the pattern has such a sign.
    """

    def __init__(self, path: str, pattern: str = "") -> None:
        super().__init__(path, "output")
        self.has_blocks = "\n" in pattern.strip()
        self._remarks = "".join({*"\t#"} - {*pattern})
        if not self.has_blocks:
            self._place = LINE
        elif re.search(r"^\S.*(\n[ \t]+.*)+$", pattern.strip()):
            self._place = ENTRY_WITH_INDENT
        else:
            self._place = ENTRY_OF_LINES
        if not os.path.lexists(path):  # it is made when something is kept
            check_writable(path)
        self._check_kind()

    def _content(self) -> bytes:
        return self.change(lambda data: data)[0] if os.path.lexists(self._path) else b""

    def entries(self) -> list[str]:
        """All entries that are in the file now."""
        texts = (self._text(found[0]) for found in re.finditer(self._place, self._content()))
        return [text for text in texts if text]

    def _check_kind(self) -> None:
        """Raises SamplingError where the file has names, and casts are to come, or vice versa."""
        data = self._content().strip()
        has_casts = re.search(rb"^[^\s#].*\n[ \t]+\S", data, re.MULTILINE)
        if has_casts and not self.has_blocks:
            has, wanted = "casts of several lines", "names"
        elif data and self.has_blocks and not (has_casts or self._may_be_casts(data)):
            has, wanted = "single names", "casts"
        else:
            return
        message = f"has {has}; give another file for {wanted}, as in -o {wanted}.txt"
        raise SamplingError(f"{printable(self._path)} {message}")

    def _may_be_casts(self, data: bytes) -> bool:
        """Whether casts without an indented line may stand there, an empty line after each."""
        return self._place == ENTRY_OF_LINES and b"\n\n" in data.replace(b"\r", b"")

    def change(self, edited: Callable[[bytes], bytes]) -> tuple[bytes, bytes]:
        """Replaces the content by what a function makes of it. Gives the old and the new one."""

        def created(path: str, flags: int) -> int:
            return os.open(path, flags | os.O_CREAT, 0o666)

        with self._opened("r+b", created) as file:
            old = file.readall()
            new = edited(old)
            self._append(file, new[len(old) :])  # first: the disk may be full
            if not new.startswith(old):  # else another program may add lines meanwhile
                file.seek(0)
                write_all(file, new)
                file.truncate()
            return old, new

    def with_entries(self, data: bytes, entries: list[str]) -> bytes:
        """A content with some entries at the end."""
        end = "\n\n" if self.has_blocks else "\n"
        while data and not data.endswith(end.encode()):  # its last line has no end, perhaps
            data += b"\n"
        return data + "".join(entry.strip() + end for entry in entries).encode()

    def without(self, data: bytes, entry: str) -> bytes:
        """A content without the last place where it has an entry."""
        for found in reversed([*re.finditer(self._place, data)]):
            if self._text(found[0]) == entry:
                return data[: found.start()] + data[found.end() :]
        return data

    def _text(self, data: bytes) -> str:
        """An entry, without remarks."""
        lines = (line.removesuffix("\r") for line in self._decoded(data).split("\n"))
        if "\t" in self._remarks:
            lines = (line.partition("\t")[0] for line in lines)
        if "#" in self._remarks:
            lines = (line for line in lines if not line.startswith("#"))
        return "\n".join(lines).strip()

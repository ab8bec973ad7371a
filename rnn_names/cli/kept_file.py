"""A text file of kept entries, which people may edit while `pick` runs."""

import os
import re
from collections.abc import Callable, Sequence

from rnn_names.cli.interrupts import critical_section
from rnn_names.errors import SamplingError, printable
from rnn_names.model.atomic import check_writable
from rnn_names.sampling.remembered import Remembered, write_all

LINE = rb".*\S.*\n?"
ENTRY_OF_LINES = rb"(?:.*\S.*\n?)+(?:\s*\n)?"  # up to an empty line
ENTRY_WITH_INDENT = rb"(?:(?:\S.*\n?)+(?:[ \t]+\S.*\n?)*|(?:[ \t]+\S.*\n?)+)(?:\s*\n)?"


class KeptFile(Remembered):
    """Kept names, one per line, or lines of a cast with `pattern`.

    An empty line follows each entry that may have several lines. If only later lines of the pattern
    are indented, a line without indent also begins an entry. Lines that begin with # are comments,
    and so is the text after a tab, unless the pattern has such a character.
    """

    def __init__(self, path: str, pattern: str = "") -> None:
        super().__init__(path, "output")
        pattern = pattern.strip()
        self._remarks = {*"\t#"} - {*pattern}
        self._entry, self._entry_end = LINE, b"\n"
        if "\n" in pattern:
            is_indented = re.search(r"^\S.*(\n[ \t]+.*)+$", pattern)
            self._entry = ENTRY_WITH_INDENT if is_indented else ENTRY_OF_LINES
            self._entry_end = b"\n\n"
        if not os.path.lexists(path):  # the first kept entry creates it
            check_writable(path)
        self._check_kind()

    def _check_kind(self) -> None:
        """Raises SamplingError if the file has names and the pattern is of casts, or vice versa."""
        data = self._content().strip().replace(b"\r", b"")
        has_casts = re.search(rb"^[^\s#].*\n[ \t]+\S", data, re.MULTILINE) is not None
        has_casts |= self._entry == ENTRY_OF_LINES and b"\n\n" in data
        if data and has_casts == (self._entry == LINE):
            has, wanted = "single names", "casts"
            if has_casts:
                has, wanted = "casts of several lines", "names"
            message = f"has {has}; give another file for {wanted}, as in -o {wanted}.txt"
            raise SamplingError(f"{printable(self._path)} {message}")

    def entries(self) -> list[str]:
        """All entries that are in the file now."""
        texts = (self.entry(found[0]) for found in re.finditer(self._entry, self._content()))
        return [text for text in texts if text]

    def edit(self, gone: Sequence[str], new: Sequence[str]) -> tuple[bytes, bytes]:
        """Removes the last occurrence of each entry in `gone`, and appends those in `new`."""

        def edited(data: bytes) -> bytes:
            for entry in gone:
                for found in reversed([*re.finditer(self._entry, data)]):
                    if self.entry(found[0]) == entry:
                        data = data[: found.start()] + data[found.end() :]
                        break
            while new and data and not data.endswith(self._entry_end):  # after an edit by hand
                data += b"\n"
            return data + b"".join(entry.strip().encode() + self._entry_end for entry in new)

        return self._rewrite(edited)

    def restore(self, before: bytes, after: bytes) -> bool:
        """Restores the content before a change; False if it has changed again since."""
        return self._rewrite(lambda now: before if now == after else now)[0] == after

    def _content(self) -> bytes:
        return self._rewrite(lambda data: data)[0] if os.path.lexists(self._path) else b""

    def _rewrite(self, edited: Callable[[bytes], bytes]) -> tuple[bytes, bytes]:
        """Replaces the content by `edited(content)`; returns the old and the new content."""

        def created(path: str, flags: int) -> int:
            return os.open(path, flags | os.O_CREAT, 0o666)

        with critical_section(), self._opened("r+b", created) as file:
            old = file.readall()
            new = edited(old)
            self._append(file, new[len(old) :])  # first, since the disk may be full
            if not new.startswith(old):  # if it does, other programs may append meanwhile
                file.seek(0)
                write_all(file, new)
                file.truncate()
            return old, new

    def entry(self, data: bytes) -> str:
        """An entry, without remarks."""
        lines = (line.removesuffix("\r") for line in self._decoded(data).split("\n"))
        if "\t" in self._remarks:
            lines = (line.partition("\t")[0] for line in lines)
        if "#" in self._remarks:
            lines = (line for line in lines if not line.startswith("#"))
        return "\n".join(lines).strip()

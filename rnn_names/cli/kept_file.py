"""The file of what `pick` keeps: a name on each line, or casts of several lines."""

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
    """Entries, such as the pattern of a cast writes; a person may edit the file meanwhile.

    An empty line comes after each entry that has several lines. If only later lines are indented,
    a line without indent begins an entry, too. Lines with # in front are remarks, and so is what
    comes after a tab, unless the pattern has such a sign.
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
        if not os.path.lexists(path):  # it is made when something is kept
            check_writable(path)
        self._check_kind()

    def _check_kind(self) -> None:
        """Raises SamplingError where the file has names, and casts are to come, or vice versa."""
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
        """Takes out the last place of some entries, and adds others at the end: see `_rewrite`."""

        def edited(data: bytes) -> bytes:
            for entry in gone:
                for found in reversed([*re.finditer(self._entry, data)]):
                    if self.entry(found[0]) == entry:
                        data = data[: found.start()] + data[found.end() :]
                        break
            while new and data and not data.endswith(self._entry_end):  # written by hand, perhaps
                data += b"\n"
            return data + b"".join(entry.strip().encode() + self._entry_end for entry in new)

        return self._rewrite(edited)

    def undo(self, before: bytes, after: bytes) -> bool:
        """Brings back the content before a change; False if another one came after it."""
        return self._rewrite(lambda now: before if now == after else now)[0] == after

    def _content(self) -> bytes:
        return self._rewrite(lambda data: data)[0] if os.path.lexists(self._path) else b""

    def _rewrite(self, edited: Callable[[bytes], bytes]) -> tuple[bytes, bytes]:
        """Replaces the content by what a function makes of it. Returns the old and the new one."""

        def created(path: str, flags: int) -> int:
            return os.open(path, flags | os.O_CREAT, 0o666)

        with critical_section(), self._opened("r+b", created) as file:
            old = file.readall()
            new = edited(old)
            self._append(file, new[len(old) :])  # first: the disk may be full
            if not new.startswith(old):  # else another program may add lines meanwhile
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

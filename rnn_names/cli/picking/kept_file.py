"""The file of names kept in `pick`, which people may edit while it runs, and its commands."""

import os
import re
import sys
from collections.abc import Callable, Sequence
from difflib import get_close_matches

from rnn_names.cli.interrupts import critical_section
from rnn_names.cli.picking.pages import brief, first_lines, lines_at, numbered, say, terminal
from rnn_names.cli.streams import print_to_stderr
from rnn_names.errors import SamplingError, printable
from rnn_names.files import LockedFile, check_writable, write_all

LINE = rb".*\S.*\n?"
ENTRY_OF_LINES = rb"(?:.*\S.*\n?)+(?:\s*\n)?"  # up to an empty line
ENTRY_WITH_INDENT = rb"(?:(?:\S.*\n?)+(?:[ \t]+\S.*\n?)*|(?:[ \t]+\S.*\n?)+)(?:\s*\n)?"


class KeptFile(LockedFile):
    """Kept names, one per line, or kept lines of the cast `pattern`.

    An empty line follows each entry that may have several lines. If all lines of the pattern but
    the first are indented, a line without indent also begins an entry. Lines that begin with # and
    text after a tab are comments, unless the pattern contains that character.
    """

    def __init__(self, path: str, pattern: str = "") -> None:
        super().__init__(path, "output")
        self._title = printable(path)
        self._listed = list[str]()  # the entries as last numbered by `show`
        self._changes = list[tuple[tuple[bytes, bytes], str, str]]()  # with messages for undoing
        pattern = pattern.strip()
        comments = {"\t": r"\t.*", "#": r"^#.*\n?"}
        self._comment = "|".join(text for sign, text in comments.items() if sign not in pattern)
        self._entry, self._entry_end = LINE, b"\n"
        if "\n" in pattern:
            is_indented = re.search(r"^\S.*(\n[ \t]+.*)+$", pattern)
            self._entry = ENTRY_WITH_INDENT if is_indented else ENTRY_OF_LINES
            self._entry_end = b"\n\n"
        if not os.path.lexists(path):  # the first kept entry creates it
            check_writable(path)
        self._check_kind()
        self.count()  # sets `counted`, which `pick` shows when it is interrupted
        if entries := self.entries():
            say(f"Note: adding to {self._title}, which has {len(entries):,}")

    def _check_kind(self) -> None:
        """Raises SamplingError if the file has names and the pattern is of casts, or vice versa."""
        data = self._content().strip().replace(b"\r", b"")
        has_casts = re.search(rb"^[^\s#].*\n[ \t]+\S", data, re.MULTILINE) is not None
        has_casts |= self._entry == ENTRY_OF_LINES and b"\n\n" in data
        if data and has_casts == (self._entry == LINE):
            has = "casts of several lines" if has_casts else "single names"
            wanted = "names" if has_casts else "casts"
            message = f"has {has}; give another file for {wanted}, as in -o {wanted}.txt"
            raise SamplingError(f"{self._title} {message}")

    def entries(self) -> list[str]:
        """All entries that are in the file now."""
        texts = (self.entry(found[0]) for found in re.finditer(self._entry, self._content()))
        return [text for text in texts if text]

    def entry(self, data: bytes) -> str:
        """The text of an entry, without comments."""
        lines = self.decoded(data).replace("\r\n", "\n")
        return re.sub(self._comment, "", lines, flags=re.MULTILINE).strip()

    # --- Commands ---------------------------------------------------------------------------------

    def count(self) -> str:
        """Counts the entries that are in the file now; returns a message with the number."""
        self.counted = f"{len(self.entries()):,} in {self._title}"
        return self.counted

    def show(self) -> None:
        """Shows the entries, with the numbers that take them out."""
        self._listed = self.entries()
        for row in numbered(first_lines(self._listed), -len(self._listed), terminal(sys.stderr)):
            print_to_stderr(row)
        if not self._listed:
            say("Nothing is kept yet.")

    def take_out_numbered(self, numbers: str) -> None:
        """Takes out the entries with these numbers of the list."""
        kept = self.entries()
        found = [*lines_at(numbers, self._listed or kept, "The list").values()]
        for gone in (entry for entry in found if entry not in kept):
            say(f"{brief([gone])} is not in {self._title} any more")
        self.change([entry for entry in found if entry in kept], [])

    def take_out(self, name: str) -> None:
        """Takes out the entry that is this name or begins with it."""
        kept, folded = self.entries(), name.casefold()
        firsts = {entry: entry.partition("\n")[0] for entry in kept}
        exact = [entry for entry, first in firsts.items() if first.casefold() == folded]
        found = [name] if name in kept else exact[-1:]
        found = found or [entry for entry in firsts if entry.casefold().startswith(folded)]
        if not found:
            near = "".join(map("; nearest: {}".format, get_close_matches(name, firsts.values(), 1)))
            say(f"{printable(name)} is not in {self._title}{near}")
        elif len(found) == 1:
            self.change(found, [])
        else:
            self._listed = kept
            numbers = [f"-{n}" for n, entry in enumerate(kept, 1) if entry in found]
            say(f"{len(found)} begin with this; type one of {', '.join(numbers)}")

    def change(self, gone: Sequence[str], new: Sequence[str]) -> None:
        """Removes and adds entries, shows a message, and notes how to undo it."""
        if not gone and not new:
            return
        change, out, kept = self._edit(gone, new), brief(gone), brief(new)
        done, undone = f"In place of {out}, kept {kept}", f"Put back {out}, and took out {kept}"
        if not gone:
            done, undone = f"Kept {kept}", f"Took out {kept}"
        elif not new:
            done, undone = f"Took out {out}", f"Put back {out}"
        say(f"{done} ({self.count()})")
        self._changes.append((change, undone, kept or out))

    def undo(self) -> None:
        """Undoes the last change that is not yet undone."""
        if not self._changes:
            say("There is nothing to undo.")
            return
        (before, after), undone, lines = self._changes.pop()
        if self._rewrite(lambda now: before if now == after else now)[0] == after:
            say(f"{undone} ({self.count()})")
        else:
            say(f"The file has changed since; left as it is: {lines}; - NAME takes one out")

    # --- The file ---------------------------------------------------------------------------------

    def _edit(self, gone: Sequence[str], new: Sequence[str]) -> tuple[bytes, bytes]:
        """Removes the last occurrence of each entry in `gone` and appends those in `new`."""

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

    def _content(self) -> bytes:
        return self._rewrite(lambda data: data)[0] if os.path.lexists(self.path) else b""

    def _rewrite(self, edited: Callable[[bytes], bytes]) -> tuple[bytes, bytes]:
        """Replaces the content by `edited(content)`; returns the old and the new content."""
        with critical_section(), self.opened("r+b") as file:
            old = file.readall()
            new = edited(old)
            self.append(file, new[len(old) :])  # first, since the disk may be full
            if not new.startswith(old):  # if it does, other programs may append meanwhile
                file.seek(0)
                write_all(file, new)
                file.truncate()
            return old, new

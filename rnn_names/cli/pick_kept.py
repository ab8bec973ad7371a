"""What is kept in `pick`: the file, and the commands that list, take out and undo."""

import sys
from collections.abc import Sequence
from difflib import get_close_matches

from rnn_names.cli.kept_file import KeptFile
from rnn_names.cli.pick_pages import brief, briefs, laid_out, numbered, picked, say, terminal
from rnn_names.cli.streams import print_to_stderr
from rnn_names.errors import printable


class Kept(KeptFile):
    """The file of what is kept, with messages about it; `counted` is the last message of a count.

    Other programs may change the file meanwhile.
    """

    def __init__(self, path: str, pattern: str) -> None:
        super().__init__(path, pattern)
        self.title = printable(path)
        self._listed = list[str]()  # the entries as last numbered by `list`
        self._changes = list[tuple[tuple[bytes, bytes], str, str]]()  # with messages for undoing
        self.counted = self.count()
        if entries := self.entries():
            say(f"Note: adds to {self.title}, which has {len(entries):,}")

    def count(self) -> str:
        """How many entries the file has now."""
        self.counted = f"{len(self.entries()):,} in {self.title}"
        return self.counted

    def list(self) -> None:
        """Lists the entries, with the numbers that take them out."""
        self._listed = self.entries()
        count = -len(self._listed)
        lines = [numbered(-n, text, count) for n, text in enumerate(briefs(self._listed), 1)]
        for line in laid_out(lines, terminal(sys.stderr)):
            print_to_stderr(line)
        if not self._listed:
            say("Nothing is kept yet.")

    def take_out_numbered(self, numbers: str) -> None:
        """Takes out the entries with these numbers of the list."""
        kept = self.entries()
        self._listed = self._listed or kept
        found = [*picked(numbers, self._listed, "The list").values()]
        for gone in (each for each in found if each not in kept):
            say(f"{brief([gone])} is not in {self.title} any more")
        self.change([each for each in found if each in kept], [])

    def take_out(self, name: str) -> None:
        """Takes out the entry that is this name, or begins with it."""
        kept, folded = self.entries(), name.casefold()
        firsts = {each: each.partition("\n")[0] for each in kept}
        exact = [each for each, first in firsts.items() if first.casefold() == folded]
        found = [name] if name in kept else exact[-1:]
        found = found or [each for each in firsts if each.casefold().startswith(folded)]
        if not found:
            near = [f"; nearest: {each}" for each in get_close_matches(name, firsts.values(), n=1)]
            say(f"{printable(name)} is not in {self.title}{''.join(near)}")
        elif len(found) == 1:
            self.change(found, [])
        else:
            self._listed = kept
            numbers = [f"-{n}" for n, each in enumerate(kept, 1) if each in found]
            say(f"{len(found)} begin with this; type one of {', '.join(numbers)}")

    def change(self, gone: Sequence[str], new: Sequence[str]) -> None:
        """Removes and adds entries, shows a message, and notes how to undo it."""
        if not gone and not new:
            return
        change, out, kept = self.edit(gone, new), brief(gone), brief(new)
        if not gone:
            done, undone = f"Kept {kept}", f"Took out {kept}"
        elif not new:
            done, undone = f"Took out {out}", f"Put back {out}"
        else:
            done = f"In place of {out}, kept {kept}"
            undone = f"Put back {out}, and took out {kept}"
        say(f"{done} ({self.count()})")
        self._changes.append((change, undone, kept or out))

    def undo(self) -> None:
        """Undoes the last change that is not yet undone."""
        if not self._changes:
            say("There is nothing to undo.")
            return
        change, undone, lines = self._changes.pop()
        if self.restore(*change):
            say(f"{undone} ({self.count()})")
        else:
            say(f"The file has changed since; left as it is: {lines}; - NAME takes one out")

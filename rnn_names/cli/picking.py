"""What `pick` does with what is typed: `COMMANDS`."""

import itertools
import re
import sys
import warnings
from collections.abc import Iterator
from difflib import get_close_matches
from typing import NamedTuple

import click

from rnn_names.cli.interrupts import critical_section, wait_if_ending
from rnn_names.cli.kept_file import KeptFile
from rnn_names.cli.pick_pages import (
    Page,
    brief,
    briefs,
    is_typed,
    laid_out,
    lines_numbered,
    numbered,
    say,
    terminal,
)
from rnn_names.cli.pick_sources import LinesToPick, NamesToPick
from rnn_names.cli.streams import is_same_file, tell
from rnn_names.conditions.options import Options
from rnn_names.corpus.characters import composed, in_one_line
from rnn_names.declarations import declarations
from rnn_names.errors import FewNewNamesWarning, SamplingError, counted, quoted, shown, worded

MAX_SEEN_IN_A_ROW = 1 << 12  # lines shown before: then there are hardly any others
NUMBERS = r"(\d{1,6}(?:-\d{1,6})?(?:[\s,]+SIGN?\d{1,6}(?:-\d{1,6})?)*)"
LIKE = rf"\+\s*{NUMBERS.replace('SIGN', '[+]')}(?:\.([\w-]+))?"
CONDITIONS = declarations(Options).keys() - {"any_shape", "unique", "remember", "seed"}
HINT = "Type numbers to keep names, Enter for others, ? for help, q to end."


class Command(NamedTuple):
    """What is typed, and what it does; `pattern` matches it, and has the method's arguments."""

    typed: str
    help: str
    pattern: str
    method: str
    of_casts: bool = False


COMMANDS = (
    Command("1 4 7", "keep these; 2-5 is a row", NUMBERS.replace("SIGN?", ""), "keep"),
    Command("Enter", "show others", "|n|next", "show_others"),
    Command("b", "go back to the page before", "b|back", "go_back"),
    Command("p", "show this page again", "p|page", "show_again"),
    Command("+4", "show some like the fourth", LIKE, "show_like"),
    Command("+4.2", "change only its second part", LIKE, "show_like", of_casts=True),
    Command("+ NAME", "show some like this one", r"\+\s*([^\s\d].*)", "show_like_name"),
    Command("= NAME", "keep this name of yours", r"()=\s*(\S.*)", "keep_typed"),
    Command("3 = NAME", "keep it in place of the third", r"(\d{1,6})\s*=\s*(\S.*)", "keep_typed"),
    Command("l", "list what is kept", "l|list", "list_kept"),
    Command(
        "-3",
        "take out the third of the list",
        rf"-\s*{NUMBERS.replace('SIGN', '-')}",
        "take_out_numbered",
    ),
    Command("- NAME", "take out this one", r"-\s*(\S.*)", "take_out_name"),
    Command("u", "undo what you did last", "u|undo", "undo"),
    Command("?", "show these commands", r"\?|h|help", "help"),
    Command("q", "end", "q|quit|exit", "end"),
)


def command_table(of_casts: bool) -> str:
    """The commands and what they do, a line for each."""
    return "\n".join(
        f"{each.typed:8} {each.help}" for each in COMMANDS if of_casts >= each.of_casts
    )


class Picking:
    """Pages of names, the file of those that are kept, and what each command does."""

    def __init__(
        self, source: NamesToPick | LinesToPick, count: int, path: str, wanted: Options
    ) -> None:
        from rnn_names.sampling.remembered import Remembered

        self.source, self.count, self.path, self.wanted = source, count, shown(path), wanted
        remember = wanted.remember
        self.file = KeptFile(path, source.pattern)
        self.file.check_kind()
        self.remembered = Remembered(remember) if remember else None
        if remember and is_same_file(remember, path):
            raise SamplingError(
                f"{self.path} has what is kept; give another file for what was shown", ["remember"]
            )
        self.pages: list[list[str]] = []
        self.page_number = -1  # in `pages`: that on the screen
        self.listed: list[str] = []  # what numbers after a minus mean
        self.kept: set[str] = set()  # in this run
        self.undoable: list[tuple[str, str, tuple[bytes, bytes], set[str]]] = []
        self.has_ended = False
        entries = self.file.entries()
        if entries:
            say(f"Note: adds to {self.path}, which has {len(entries):,}")
        shown_before = self.remembered.names() if self.remembered else []
        if remember and shown_before:
            say(f"Note: leaves out {counted(len(shown_before), 'name')} of {shown(remember)}")
        self.seen = {*entries, *shown_before}
        source.keep(entries)
        self.others = source.others(self.seen)

    def run(self) -> None:
        """Shows a page, and does what is typed."""
        self._show(self.others)
        if is_typed():
            say(HINT)
        while not self.has_ended and (typed := _read()) is not None:
            for each in COMMANDS:
                if found := re.fullmatch(each.pattern, typed, re.IGNORECASE):
                    getattr(self, each.method)(*found.groups())
                    break
            else:
                say(_not_understood(typed))
        say(self._count())

    def end(self) -> None:
        """No more is read."""
        self.has_ended = True

    def help(self) -> None:
        """Tells of all commands."""
        tell(command_table(isinstance(self.source, LinesToPick)))

    # --- Showing ----------------------------------------------------------------------------------

    def show_others(self) -> None:
        """Shows the page that came after this one, or else a new one."""
        if self.page_number < len(self.pages) - 1:
            self.page_number += 1
            self.show_again()
        else:
            self._show(self.others)

    def go_back(self) -> None:
        """Shows the page before."""
        if self.page_number < 1:
            say("There is no page before this one.")
        else:
            self.page_number -= 1
            self.show_again()

    def show_again(self) -> None:
        """Shows the page, with a mark on what is kept."""
        with Page(len(self.page)) as page:
            for line in self.page:
                first, end, rest = line.partition("\n")
                page.add(f"{first}{' (kept)' * (line in self.kept)}{end}{rest}")

    def show_like(self, numbers: str, part: str | None = None) -> None:
        """Shows some like those that have these numbers."""
        if found := lines_numbered(numbers, self.page):
            self._show_like([*found.values()], part)

    def show_like_name(self, name: str) -> None:
        """Shows some like a name, or like the line that begins so."""
        self._show_like([composed(name)], None)

    def _show_like(self, lines: list[str], part: str | None) -> None:
        try:
            stream = self.source.like(lines, part)
        except SamplingError as error:
            say(str(error))
        else:
            self._show(stream, "No others like it were found.")

    def _show(self, stream: Iterator[str], if_too_few: str = "") -> None:
        """Shows a page of what was not seen, after this one; says why it is not full."""
        shortage = ""
        with warnings.catch_warnings(record=True) as notes, Page(self.count) as page:
            while len(page.lines) < self.count and not shortage:
                try:
                    line = self._next(stream)
                except SamplingError as error:
                    if not self.pages and not page.lines:
                        raise
                    shortage = self._shortage(error)
                else:
                    if line is None:
                        shortage = "Hardly any others are left."
                    else:
                        page.add(line)
                        self._has_shown(line)
        if page.lines:
            self.page_number += 1
            self.pages.insert(self.page_number, page.lines)
        for note in notes:
            if not issubclass(note.category, FewNewNamesWarning):  # a full page needs no more
                say(f"Note: {note.message}")
        if shortage:
            say(if_too_few or shortage)

    def _shortage(self, error: SamplingError) -> str:
        """Why there are no more, in short: the conditions that leave so few."""
        values = {name: getattr(self.wanted, name, None) for name in dict.fromkeys(error.settings)}
        loose = [
            f"--{name.replace('_', '-')}" + (f" {value}" if type(value) is int else "")
            for name, value in values.items()
            if value and name in CONDITIONS
        ]
        if not loose:
            return worded(error).partition("\n")[0]
        return f"There are no more such names. For others, loosen {' or '.join(loose)}."

    def _next(self, stream: Iterator[str]) -> str | None:
        """The next line that was not seen; None if there is hardly any."""
        for line in itertools.islice(stream, MAX_SEEN_IN_A_ROW):
            if line.strip() and not {line, line.strip(), in_one_line(line)} & self.seen:
                return line
        return None

    def _has_shown(self, line: str) -> None:
        self.seen.add(line)
        if self.remembered:
            with critical_section(), self.remembered.turn() as (others, added):
                self.seen.update(others.to_strings())
                added.append(others.from_strings([in_one_line(line)]))

    # --- Keeping ----------------------------------------------------------------------------------

    @property
    def page(self) -> list[str]:
        """The page on the screen."""
        return self.pages[self.page_number] if self.pages else []

    def _count(self) -> str:
        return f"{len(self.file.entries()):,} in {self.path}"

    def keep(self, numbers: str) -> None:
        """Keeps those that have these numbers."""
        found = lines_numbered(numbers, self.page)
        again = [number for number, line in found.items() if line in self.kept]
        if again:
            say(f"{', '.join(map(str, again))} {'is' if len(again) == 1 else 'are'} kept already")
        self._keep([line for line in found.values() if line not in self.kept])

    def keep_typed(self, number: str, name: str) -> None:
        """Keeps a name as it is typed; a line that has a number, with this for its first line."""
        name, line = composed(name), ""
        if number:
            [line] = lines_numbered(number, self.page).values() or [""]
            if not line:
                return
        _, line_end, rest = line.partition("\n")
        new = name + line_end + rest
        if new in self.file.entries():
            say(f"{brief([new])} is kept already")
        else:
            self._keep([new], instead_of=line if line in self.kept else "")

    def _keep(self, lines: list[str], instead_of: str = "") -> None:
        def added(old: bytes) -> bytes:
            rest = self.file.without(old, instead_of.strip()) if instead_of else old
            return self.file.with_entries(rest, lines)

        if lines:
            with critical_section():
                change = self.file.change(added)
            self._did("Kept", "Took out", brief(lines), change)
            self.kept = (self.kept | {*lines}) - {instead_of}
            self.seen.update(lines)
            self.source.keep(lines)

    def _did(self, done: str, undone: str, lines: str, change: tuple[bytes, bytes]) -> None:
        """Tells of a change of the file, which can be undone."""
        say(f"{done} {lines} ({self._count()})")
        self.undoable.append((undone, lines, change, self.kept))

    def undo(self) -> None:
        """Puts the file back as it was before the last change."""
        if not self.undoable:
            say("There is nothing to undo.")
            return
        message, lines, (before, after), kept = self.undoable.pop()
        with critical_section():
            now, _ = self.file.change(lambda now: before if now == after else now)
        advice = ""
        if now == after:
            self.kept = kept
        else:
            message = "The file has changed since; left as it is:"
            advice = "; - NAME takes one out"
        say(f"{message} {lines} ({self._count()}){advice}")

    def list_kept(self) -> None:
        """Lists what is kept, with the numbers that take out."""
        self.listed = self.file.entries()
        count = -len(self.listed)
        lines = [numbered(-n, text, count) for n, text in enumerate(briefs(self.listed), 1)]
        for line in laid_out(lines, terminal(sys.stderr)):
            tell(line)
        if not self.listed:
            say("Nothing is kept yet.")

    def take_out_numbered(self, numbers: str) -> None:
        """Takes out those that have these numbers in the list."""
        self.listed = self.listed or self.file.entries()
        self._take_out([*lines_numbered(numbers, self.listed, "The list").values()])

    def take_out_name(self, name: str) -> None:
        """Takes out the one that is this name, or begins with it."""
        entries, folded = self.file.entries(), name.casefold()
        found = [each for each in entries if each == name]
        found = found or [each for each in entries if each.partition("\n")[0].casefold() == folded]
        if found:  # of several, the last
            self._take_out(found[-1:])
            return
        found = [each for each in entries if each.casefold().startswith(folded)]
        if len(found) == 1:
            self._take_out(found)
        elif found:
            self.listed = entries
            numbers = [f"-{n}" for n, each in enumerate(entries, 1) if each in found]
            say(f"{len(found)} begin so; write one of {', '.join(numbers)}")
        else:
            first = [each.partition("\n")[0] for each in entries]
            near = get_close_matches(name, first, n=1)
            say(f"{shown(name)} is not in {self.path}" + (f"; nearest: {near[0]}" if near else ""))

    def _take_out(self, entries: list[str]) -> None:
        def left(data: bytes) -> bytes:
            for entry in entries:
                rest = self.file.without(data, entry)
                (missing if rest == data else taken).append(entry)
                data = rest
            return data

        taken, missing = list[str](), list[str]()
        with critical_section():
            change = self.file.change(left) if entries else (b"", b"")
        if missing:
            say(f"{brief(missing)} is not in {self.path} any more")
        if taken:
            self._did("Took out", "Put back", brief(taken), change)
            self.kept = {line for line in self.kept if line.strip() not in taken}


def _not_understood(typed: str) -> str:
    """What is wrong about what was typed."""
    if typed in ("+", "-", "="):
        whole = {"+": "a number of this page", "-": "a number of the list (l)", "=": "what to keep"}
        return f"{typed} and {whole[typed]}{', or a name' if typed != '=' else ''}"
    words = [
        each for each in re.split(r"[\s,]+", typed) if not re.fullmatch(r"[-+]?\d[-\d]*", each)
    ]
    if words and re.match(r"\d", typed):
        return f"{quoted(words[0])} is no number; nothing was kept"
    return f"{quoted(typed)}: not understood; ? for help"


def _read() -> str | None:
    if is_typed():
        click.echo("> ", nl=False, err=True)
    line = sys.stdin.buffer.readline().decode(errors="replace") if sys.stdin else ""
    wait_if_ending()
    return line.strip() if line else None

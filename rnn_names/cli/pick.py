"""`rnn-names pick`: look at names, and keep those that please."""

import itertools
import re
import sys
from collections.abc import Callable, Iterator
from inspect import cleandoc
from typing import Any

import click

from rnn_names.cli.interrupts import critical_section, wait_if_ending
from rnn_names.cli.model_options import model_option, models_or_default
from rnn_names.cli.options import (
    FILE,
    command,
    declared_option,
    in_utf8,
    option,
    options_of,
    output_option,
    read_options,
)
from rnn_names.cli.pick_pages import Page, brief, is_typed, lines_numbered, numbered, say
from rnn_names.cli.pick_sources import LinesToPick, NamesToPick
from rnn_names.cli.streams import is_same_file, tell
from rnn_names.conditions.options import CastOptions, Options, SampleOptions
from rnn_names.corpus.characters import in_one_line
from rnn_names.errors import SamplingError, printable, short_repr, with_options
from rnn_names.model import bundled
from rnn_names.model.selection import ModelChoice

MAX_SEEN_IN_A_ROW = 1 << 12  # lines shown before: then there are hardly any others
NUMBERS = r"(\d{1,6}(?:-\d{1,6})?(?:[\s,]+SIGN?\d{1,6}(?:-\d{1,6})?)*)"
HINT = "Type numbers to keep names, Enter for others, ? for help, q to end."


@command(
    "Look at names, and keep some.",
    "rnn-names pick -m elvish -o elves.txt",
    "rnn-names pick '{norse} of {welsh-towns}' -o cast.txt",
    "rnn-names pick -m dwarvish --max-length 7 -n 20",
)
@click.argument("pattern", type=in_utf8, required=False)
@option("--file", group="General", type=FILE, help="Read the pattern from this file.")
@declared_option(
    SampleOptions,
    "count",
    group="General",
    default=10,
    type=click.IntRange(1),
    help="Names on a page.",
)
@model_option(group="General")
@output_option("-o", "--output", default="kept.txt", group="General", help="File of kept names.")
@declared_option(Options, "boldness", group="General", default="safe")
@options_of(Options, without=("boldness", "start", "unique"))
def pick(
    pattern: str | None,
    file: str | None,
    count: int,
    model: tuple[ModelChoice, ...],
    output: str,
    **options: Any,
) -> None:
    """Show names, a page at a time, and keep those whose numbers you type.

    \b
    1 4 7   keep these; 2-5 is a row
    Enter   show others
    b       go back to the page before
    +4      show some like the fourth
    +4.2    change only its second part
    l       list what is kept
    -3      take out the third of that list
    - NAME  take out this one
    u       undo what you did last
    q       end

    Kept names are in the output file at once, one a line, and are not shown again, in this run or
    the next. Commands may come over a pipe. With a PATTERN, lines of `cast` are shown; those like
    one differ from it in a single name, or in a part, by its number or name: +4.town. Where a cast
    has several lines, an empty line comes after each in the file.
    """  # noqa: D301 - Click's sign for "leave the line breaks" is \b, the character
    if pattern is not None and file is not None:
        raise click.UsageError("give a PATTERN or --file")
    is_cast = pattern is not None or file is not None
    if is_cast and model:
        raise click.UsageError("the models of a pattern stand in it: leave out --model")
    if not is_cast:
        wanted: Options = read_options(Options, options)
        source: NamesToPick | LinesToPick = NamesToPick(models_or_default(model), wanted)
    else:
        from rnn_names.casts.bundled import CASTS
        from rnn_names.casts.cast import load_pattern

        if file is None and pattern in bundled.names() - CASTS.keys():
            raise click.UsageError(f"{pattern} is a model: rnn-names pick -m {pattern}")
        text = load_pattern(pattern or "", file)
        of_cast: CastOptions = read_options(CastOptions, {"pattern": text, **options})
        wanted, source = of_cast, LinesToPick(of_cast)
    _Picking(source, count, output, wanted.remember).run()


class _Picking:
    """Pages of names, the file of those that are kept, and what each command does."""

    def __init__(
        self, source: NamesToPick | LinesToPick, count: int, path: str, remember: str | None
    ) -> None:
        from rnn_names.sampling.remembered import Remembered

        self.source, self.count, self.path = source, count, printable(path)
        self.file = Remembered(path, "output", source.has_blocks)
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
        names = self.file.names()
        if names:
            say(f"Note: adds to {self.path}, which has {len(names):,}")
        self.seen = {*names, *(self.remembered.names() if self.remembered else ())}

    def run(self) -> None:
        """Shows a page, and does what is typed."""
        others = self.source.others(self.seen)
        actions: dict[str, Callable[..., None]] = {
            "": lambda: self._show(others),
            "b|back": self._go_back,
            NUMBERS.replace("SIGN?", ""): self._keep,
            rf"\+\s*{NUMBERS.replace('SIGN', '[+]')}(?:\.([\w-]+))?": self._show_like,
            "l|list": self._list,
            rf"-\s*{NUMBERS.replace('SIGN', '-')}": self._take_out_of_list,
            r"-\s*(.+)": self._take_out_name,
            "-": lambda: say("- and a number of the list (l), or a name"),
            "u|undo": self._undo,
            r"\?|h|help": _help,
        }
        self._show(others)
        if is_typed():
            say(HINT)
        while (typed := _read()) is not None and typed.lower() not in ("q", "quit", "exit"):
            for pattern, action in actions.items():
                if found := re.fullmatch(pattern, typed, re.IGNORECASE):
                    action(*found.groups())
                    break
            else:
                say(f"{short_repr(typed)}: not understood; ? for help")
        say(self._count())

    # --- Showing ----------------------------------------------------------------------------------

    def _show(self, stream: Iterator[str], if_too_few: str = "") -> None:
        """Shows a page of what was not seen; says why it is not full."""
        shortage = ""
        with Page(self.count) as page:
            while len(page.lines) < self.count and not shortage:
                try:
                    line = self._next(stream)
                except SamplingError as error:
                    if not self.pages and not page.lines:
                        raise
                    shortage = with_options(error)
                else:
                    if line is None:
                        shortage = "hardly any others are left"
                    else:
                        page.add(line)
                        self._has_shown(line)
        if page.lines:
            came_from = [self.page] if self.page_number < len(self.pages) - 1 else []
            self.pages += [*came_from, page.lines]
            self.page_number = len(self.pages) - 1
        if shortage:
            say(f"Note: {if_too_few or shortage}")

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

    def _go_back(self) -> None:
        if self.page_number < 1:
            say("There is no page before this one.")
            return
        self.page_number -= 1
        with Page(len(self.page)) as page:
            for line in self.page:
                first, end, rest = line.partition("\n")
                page.add(f"{first}{' (kept)' * (line in self.kept)}{end}{rest}")

    def _show_like(self, numbers: str, part: str | None) -> None:
        if found := lines_numbered(numbers, self.page):
            try:
                stream = self.source.like([*found.values()], part)
            except SamplingError as error:
                say(f"Note: {error}")
            else:
                self._show(stream, "no others like it were found")

    # --- Keeping ----------------------------------------------------------------------------------

    @property
    def page(self) -> list[str]:
        """The page on the screen."""
        return self.pages[self.page_number] if self.pages else []

    def _count(self) -> str:
        return f"{len(self.file.names()):,} in {self.path}"

    def _keep(self, numbers: str) -> None:
        found = lines_numbered(numbers, self.page)
        again = [number for number, line in found.items() if line in self.kept]
        if again:
            say(f"{', '.join(map(str, again))} {'is' if len(again) == 1 else 'are'} kept already")
        lines = [line for line in found.values() if line not in self.kept]
        if lines:
            with critical_section():
                change = self.file.change(lambda old: self.file.with_names(old, lines))
            self._did("Kept", "Took out", brief(lines), change)
            self.kept = self.kept | {*lines}

    def _did(self, done: str, undone: str, lines: str, change: tuple[bytes, bytes]) -> None:
        """Tells of a change of the file, which can be undone."""
        say(f"{done} {lines} ({self._count()})")
        self.undoable.append((undone, lines, change, self.kept))

    def _undo(self) -> None:
        if not self.undoable:
            say("There is nothing to undo.")
            return
        message, lines, (before, after), kept = self.undoable.pop()
        with critical_section():
            now, _ = self.file.change(lambda now: before if now == after else now)
        if now == after:
            self.kept = kept
        else:
            message = "The file has changed since; left as it is:"
        say(f"{message} {lines} ({self._count()})")

    def _list(self) -> None:
        self.listed = self.file.names()
        for number, name in enumerate(self.listed, 1):
            tell(numbered(number, brief([name]), len(self.listed)))
        if not self.listed:
            say("Nothing is kept yet.")

    def _take_out_of_list(self, numbers: str) -> None:
        self.listed = self.listed or self.file.names()
        self._take_out([*lines_numbered(numbers, self.listed).values()])

    def _take_out_name(self, name: str) -> None:
        kept = {each: each.split("\n")[0] for each in self.file.names()}  # their first lines
        named = [each for each, first in kept.items() if first.casefold() == name.casefold()]
        self._take_out([name if name in named else (named or [name])[-1]])

    def _take_out(self, names: list[str]) -> None:
        def left(data: bytes) -> bytes:
            for name in names:
                rest = self.file.without(data, name)
                (missing if rest == data else taken).append(name)
                data = rest
            return data

        taken, missing = list[str](), list[str]()
        with critical_section():
            change = self.file.change(left)
        for name in missing:
            say(f"{printable(name)} is not in {self.path}")
        if taken:
            self._did("Took out", "Put back", brief(taken), change)
            self.kept = {line for line in self.kept if line.strip() not in taken}


def _read() -> str | None:
    if is_typed():
        click.echo("> ", nl=False, err=True)
    line = sys.stdin.buffer.readline().decode(errors="replace") if sys.stdin else ""
    wait_if_ending()
    return line.strip() if line else None


def _help() -> None:
    tell(cleandoc(str(pick.help).split("\b\n")[1].split("\n\n")[0]))

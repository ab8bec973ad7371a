"""`rnn-names pick`: look at names, and keep those that please."""

import itertools
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from difflib import get_close_matches
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
from rnn_names.cli.pick_commands import ACTIONS, action_table, not_understood
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
from rnn_names.cli.streams import is_same_file, print_to_stderr
from rnn_names.conditions.options import CastOptions, Options, SampleOptions
from rnn_names.corpus.characters import composed, in_one_line
from rnn_names.declarations import declarations
from rnn_names.errors import FewNewNamesWarning, SamplingError, plural, printable, with_options
from rnn_names.model import bundled
from rnn_names.model.selection import ModelChoice

MAX_SEEN_IN_A_ROW = 1 << 12  # lines shown before: then there are hardly any others
LOOSENED = declarations(Options).keys() - {"any_shape", "unique", "remember", "seed"}


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
    **given: Any,
) -> None:
    """Show names, a page at a time, and keep those whose numbers you type.

    Kept names are in the output file at once, one per line, and are not shown again, in this run or
    the next. You may edit that file: lines that begin with #, and text after a tab, are comments.
    Commands may come over a pipe. With a PATTERN, lines of `cast` are shown; those like one differ
    from it in a single name, or in a part, by its number or name: +4.town. Where a cast has several
    lines, an empty line comes after each in the file.
    """
    if pattern is not None and file is not None:
        raise click.UsageError("give a PATTERN or --file")
    is_cast = pattern is not None or file is not None
    if is_cast and model:
        raise click.UsageError("the models of a pattern stand in it: leave out --model")
    if not is_cast:
        options: Options = read_options(Options, given)
        source: NamesToPick | LinesToPick = NamesToPick(models_or_default(model), options)
    else:
        from rnn_names.casts.bundled import CASTS
        from rnn_names.casts.cast import read_pattern

        if file is None and pattern in bundled.names() - CASTS.keys():
            raise click.UsageError(f"{pattern} is a model: rnn-names pick -m {pattern}")
        if os.path.splitext(output)[1].lower() in (".csv", ".tsv"):
            raise click.UsageError(
                f"--output {printable(output)}: kept lines are plain text; give a .txt, or take "
                "rnn-names cast --format csv for a table"
            )
        text, source_file = read_pattern(pattern or "", file)
        of_cast: CastOptions = read_options(CastOptions, {"pattern": text, **given})
        options, source = of_cast, LinesToPick(of_cast, source_file)
        for each in source.files:
            if is_same_file(output, each):
                what = "is the pattern" if each == source_file else "has words of the pattern"
                raise click.UsageError(
                    f"{printable(output)} {what}; give another file for what is kept, as in "
                    "-o chosen.txt"
                )
    _Picking(source, count, output, options).run()


pick.help = cleandoc(f"{pick.help}").replace("\n\n", f"\n\n\b\n{action_table(True)}\n\n", 1)


class _Picking:
    """Pages of names, the file of those that are kept, and what each command does."""

    def __init__(
        self, source: NamesToPick | LinesToPick, count: int, path: str, options: Options
    ) -> None:
        from rnn_names.cli.kept_file import KeptFile
        from rnn_names.sampling.remembered import Remembered

        self.source, self.count, self.path, self.options = source, count, printable(path), options
        self.file = KeptFile(path, source.pattern)
        remember = options.remember
        self.remembered = Remembered(remember) if remember else None
        if remember and is_same_file(remember, path):
            raise SamplingError(
                f"{self.path} has what is kept; give another file for what was shown", ["remember"]
            )
        self.pages: list[list[str]] = []
        self.page_number = -1  # in `pages`: that on the screen
        self.listed: list[str] = []  # what numbers after a minus mean
        self.undoable: list[tuple[str, str, tuple[bytes, bytes]]] = []
        entries = self.file.entries()
        if entries:
            say(f"Note: adds to {self.path}, which has {len(entries):,}")
        shown_before = self.remembered.names() if self.remembered else []
        if remember and shown_before:
            say(f"Note: leaves out {plural(len(shown_before), 'name')} of {printable(remember)}")
        self.seen = {*entries, *shown_before}
        source.keep(entries)
        self.others = source.others(self.seen)

    def run(self) -> None:
        """Shows a page, and does what is typed."""
        self._show(self.others)
        if is_typed():
            say("Type numbers to keep names, Enter for others, ? for help, q to end.")
        while (typed := _read()) is not None:
            matches = ((re.fullmatch(each[2], typed, re.IGNORECASE), each[3]) for each in ACTIONS)
            found, method = next((each for each in matches if each[0]), (None, ""))
            if found is None:
                say(not_understood(typed))
            elif method == "_end":
                break
            else:
                getattr(self, method)(*found.groups())
        say(self._count())

    def _help(self) -> None:
        print_to_stderr(action_table(isinstance(self.source, LinesToPick)))

    # --- Showing ----------------------------------------------------------------------------------

    def _show_others(self) -> None:
        if self.page_number < len(self.pages) - 1:
            self.page_number += 1
            self._show_again()
        else:
            self._show(self.others)

    def _go_back(self) -> None:
        if self.page_number < 1:
            say("There is no page before this one.")
        else:
            self.page_number -= 1
            self._show_again()

    def _show_again(self) -> None:
        kept = self.file.entries()
        with Page(len(self.page)) as page:
            for line in self.page:
                first, end, rest = line.partition("\n")
                page.add(f"{first}{' (kept)' * (line.strip() in kept)}{end}{rest}")

    def _show_like_numbered(self, numbers: str, part: str | None) -> None:
        if found := lines_numbered(numbers, self.page):
            self._show_like(*found.values(), part=part)

    def _show_like(self, *lines: str, part: str | None = None) -> None:
        try:
            stream = self.source.like([*map(composed, lines)], part)
        except SamplingError as error:
            say(str(error))
        else:
            self._show(stream, "No others like it were found.")

    def _show(self, stream: Iterator[str], if_too_few: str = "") -> None:
        """Shows a page of what was not seen, after this one; says why it is not full."""
        shortage = ""
        with warnings.catch_warnings(), Page(self.count) as page:
            warnings.simplefilter("ignore", FewNewNamesWarning)  # a full page is enough
            try:
                while len(page.lines) < self.count:
                    line = self._next(stream)
                    page.add(line)
                    self._has_shown(line)
            except SamplingError as error:
                if error.settings and not self.pages and not page.lines:
                    raise
                shortage = if_too_few or self._shortage(error)
        if page.lines:
            self.page_number += 1
            self.pages.insert(self.page_number, page.lines)
        if shortage:
            say(shortage)

    def _shortage(self, error: SamplingError) -> str:
        """Why there are no more, in short: the conditions that leave so few."""
        given = [
            name for name in error.settings if name in LOOSENED and getattr(self.options, name)
        ]
        loose = " or ".join(f"--{name.replace('_', '-')}" for name in dict.fromkeys(given))
        if not loose:
            return with_options(error).partition("\n")[0]
        return f"There are no more such names. For others, loosen {loose}."

    def _next(self, stream: Iterator[str]) -> str:
        for line in itertools.islice(stream, MAX_SEEN_IN_A_ROW):
            if line.strip() and not {line, line.strip(), in_one_line(line)} & self.seen:
                return line
        raise SamplingError("Hardly any others are left.")

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

    def _keep_numbered(self, numbers: str) -> None:
        found, kept = lines_numbered(numbers, self.page), self.file.entries()
        again = [str(number) for number, line in found.items() if line.strip() in kept]
        if again:
            say(f"{', '.join(again)} {'is' if len(again) == 1 else 'are'} kept already")
        self._keep([line for line in found.values() if line.strip() not in kept])

    def _keep_typed(self, number: str, name: str) -> None:
        """Keeps a name as it is typed; a line that has a number, with this for its first line."""
        numbered = lines_numbered(number, self.page) if number else {0: ""}
        for line in numbered.values():
            new = composed(name) + "".join(line.partition("\n")[1:])
            if new in self.file.entries():
                say(f"{brief([new])} is kept already")
            else:
                self._keep([new], instead_of=line.strip())

    def _keep(self, lines: list[str], instead_of: str = "") -> None:
        def added(old: bytes) -> bytes:
            rest = self.file.without(old, instead_of) if instead_of else old
            return self.file.with_entries(rest, lines)

        done, undone = "Kept", "Took out"
        if instead_of in self.file.entries():
            done = f"In place of {brief([instead_of])}, kept"
            undone = f"Put back {brief([instead_of])}, and took out"
        if lines:
            self._change(done, undone, added, lines)
            self.seen.update(lines)
            self.source.keep(lines)

    def _change(
        self, done: str, undone: str, edited: Callable[[bytes], bytes], lines: list[str]
    ) -> None:
        """Changes the file, tells of it, and notes how to undo it."""
        with critical_section():
            change = self.file.change(edited)
        say(f"{done} {brief(lines)} ({self._count()})")
        self.undoable.append((undone, brief(lines), change))

    def _undo(self) -> None:
        if not self.undoable:
            say("There is nothing to undo.")
            return
        undone, lines, (before, after) = self.undoable.pop()
        with critical_section():
            now, _ = self.file.change(lambda now: before if now == after else now)
        if now == after:
            say(f"{undone} {lines} ({self._count()})")
        else:
            say(f"The file has changed since; left as it is: {lines}; - NAME takes one out")

    def _list(self) -> None:
        self.listed = self.file.entries()
        count = -len(self.listed)
        lines = [numbered(-n, text, count) for n, text in enumerate(briefs(self.listed), 1)]
        for line in laid_out(lines, terminal(sys.stderr)):
            print_to_stderr(line)
        if not self.listed:
            say("Nothing is kept yet.")

    def _take_out_of_list(self, numbers: str) -> None:
        self.listed = self.listed or self.file.entries()
        for_numbers = [*lines_numbered(numbers, self.listed, "The list").values()]
        entries = self.file.entries()
        for gone in (each for each in for_numbers if each not in entries):
            say(f"{brief([gone])} is not in {self.path} any more")
        self._take_out([each for each in for_numbers if each in entries])

    def _take_out_name(self, name: str) -> None:
        """Takes out the one that is this name, or begins with it."""
        firsts = {each: each.partition("\n")[0] for each in self.file.entries()}
        folded = name.casefold()
        exact = [each for each in firsts if each == name]
        exact = exact or [each for each, first in firsts.items() if first.casefold() == folded][-1:]
        found = exact or [each for each in firsts if each.casefold().startswith(folded)]
        if len(found) == 1:
            self._take_out(found)
        elif found:
            self.listed = self.file.entries()
            numbers = [f"-{n}" for n, each in enumerate(self.listed, 1) if each in found]
            say(f"{len(found)} begin so; write one of {', '.join(numbers)}")
        else:
            near = [f"; nearest: {each}" for each in get_close_matches(name, firsts.values(), n=1)]
            say(f"{printable(name)} is not in {self.path}{''.join(near)}")

    def _take_out(self, entries: list[str]) -> None:
        def left(data: bytes) -> bytes:
            for entry in entries:
                data = self.file.without(data, entry)
            return data

        if entries:
            self._change("Took out", "Put back", left, entries)


def _read() -> str | None:
    if is_typed():
        click.echo("> ", nl=False, err=True)
    line = sys.stdin.buffer.readline().decode(errors="replace") if sys.stdin else ""
    wait_if_ending()
    return line.strip() if line else None

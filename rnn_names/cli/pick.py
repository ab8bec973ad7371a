"""`rnn-names pick`: look at names, and keep those that please."""

import itertools
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from inspect import cleandoc
from textwrap import wrap
from typing import Any

import click
from click.core import ParameterSource

from rnn_names.casts.bundled import CASTS
from rnn_names.cli.interrupts import critical_section, wait_if_ending
from rnn_names.cli.model_options import blend_of, chosen, model_option
from rnn_names.cli.options import (
    FILE,
    command,
    declared_option,
    in_utf8,
    option,
    options_of,
    output_option,
    read_options,
    wrong_usage,
)
from rnn_names.cli.streams import printable, tell, warnings_told, write
from rnn_names.conditions.options import CastOptions, Options, SampleOptions
from rnn_names.errors import SamplingError, quoted, shown, worded
from rnn_names.model.selection import ModelChoice

LINES_OF_A_SEED = 100  # of a cast, before those of the next seed
LONGEST_OF_TITLES = 3  # characters: Sir or the, which names are not to be like
MAX_SEEN_IN_A_ROW = 1 << 12  # lines shown before: then there are hardly any others
TYPED_NUMBERS = re.compile(r"\d{1,6}(-\d{1,6})?([\s,]+\d{1,6}(-\d{1,6})?)*")
NARROW = 40  # columns of a terminal on a phone
HINT = "Type numbers to keep names, Enter for\nothers, ? for help, q to end."

Draw = Callable[[Any], Iterator[str]]  # gives names, or lines, by options, without an end


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
    +4      show some like the fourth
    u       undo: take the last kept out
    q       end

    Kept names are in the output file at once, one a line, and are not shown again, in this run or
    the next. Commands may come over a pipe. With a PATTERN, lines of `cast` are shown.
    """  # noqa: D301 - Click's sign for "leave the line breaks" is \b, the character
    if pattern is not None and file is not None:
        raise click.UsageError("give a PATTERN or --file")
    is_cast = pattern is not None or file is not None
    if is_cast and model:
        raise click.UsageError("the models of a pattern stand in it: leave out --model")
    with warnings_told():
        if not is_cast:
            wanted = read_options(Options, options)
            _Picking(_names_of(chosen(model)), replace(wanted, unique=True), count, output).run()
        else:
            from rnn_names.casts.cast import pattern_of

            of_default = (
                click.get_current_context().get_parameter_source("boldness")
                == ParameterSource.DEFAULT
            )
            if of_default and str(pattern).strip().lower() in CASTS:  # whose parts are safe enough
                options["boldness"] = "balanced"
            text = pattern_of(pattern or "", file)
            given = {"pattern": text, "count": LINES_OF_A_SEED, **options}
            _Picking(_lines, read_options(CastOptions, given), count, output).run()


def _names_of(models: Any) -> Draw:
    from rnn_names.sampling.attempts import ENDLESS
    from rnn_names.sampling.stream import sample

    loaded = blend_of(models)
    return lambda options: (
        name for names in sample(loaded, ENDLESS, options) for name in names.to_strings()
    )


def _lines(options: CastOptions) -> Iterator[str]:
    from rnn_names.casts.cast import parsed, rows_of

    with wrong_usage():
        pattern = parsed(options)
    for seed in itertools.count(options.some_seed()):
        for rows in rows_of(pattern, replace(options, seed=seed), blend_of):
            yield from (row[0] for row in rows)


class _Picking:
    """A page of names, the stream that others come from, and the file of those that are kept."""

    def __init__(self, draw: Draw, wanted: Any, count: int, path: str) -> None:
        from rnn_names.corpus.names import Names
        from rnn_names.sampling.remembered import Remembered

        self.names_in = Names.from_strings
        self.draw, self.wanted, self.count, self.path = draw, wanted, count, path
        self.file = Remembered(path, "output")
        self.page: list[str] = []
        self.undoable: list[list[str]] = []
        self.is_typed = sys.stdin is not None and sys.stdin.isatty()
        self.seeds = itertools.count(wanted.some_seed())
        with self.file.turn() as (others, _):
            self.seen = {*others.to_strings()}  # names that are not to be shown (again)
        if not isinstance(wanted, CastOptions):  # nor, where they are safe, any near them
            self.wanted = replace(wanted, exclude=[*wanted.exclude, *sorted(self.seen)])
        self.n_kept = len(self.seen)

    def run(self) -> None:
        """Shows a page, and does what is typed."""
        stream = self._stream()
        self._show(stream, is_first=True)
        if self.is_typed:
            tell(HINT)
        while (command := self._read()) not in (None, "q"):
            if not command:
                self._show(stream)
            elif re.fullmatch(r"\+\d{1,6}", command):
                for line in self._chosen(command[1:]):
                    self._show(self._stream(line), is_like=True)
            elif TYPED_NUMBERS.fullmatch(command):
                if found := self._chosen(command):
                    self._keep(found)
            elif command == "u":
                self._undo()
            elif command == "?":
                tell(cleandoc(str(pick.help).split("\b\n")[1].split("\n\n")[0]))
            else:
                tell(f"{quoted(command)}: not understood; ? for help")
        tell(f"{self.n_kept:,} in {shown(self.path)}")

    def _read(self) -> str | None:
        if self.is_typed:
            click.echo("> ", nl=False, err=True)
        line = sys.stdin.buffer.readline().decode(errors="replace") if sys.stdin else ""
        wait_if_ending()
        return line.strip() if line else None

    def _stream(self, like: str = "") -> Iterator[str]:
        """Lines without an end, or some that are like one: near twins are the point then."""
        wanted = replace(self.wanted, seed=next(self.seeds))
        if like:
            is_cast = isinstance(wanted, CastOptions)
            words = [word for word in like.split() if len(word) > LONGEST_OF_TITLES]
            far = 1 if wanted.boldness == "safe" or wanted.min_edits else None
            wanted = replace(wanted, like=words if is_cast and words else like, min_edits=far)
        return self.draw(wanted)

    def _show(self, stream: Iterator[str], is_first: bool = False, is_like: bool = False) -> None:
        page: list[str] = []
        width, repeats = len(str(self.count)), 0
        try:
            for line in stream:
                repeats += 1
                parts = {part.strip() for part in line.splitlines()} - {""}  # as the file has them
                if line not in self.seen and not parts <= self.seen:
                    self.seen.add(line)
                    page.append(line)
                    text = printable(f"{len(page):>{width}} {line}\n", ascii)
                    write(text.encode())  # at once: the next one may take long
                    repeats = 0
                if len(page) == self.count:
                    break
                if repeats == MAX_SEEN_IN_A_ROW:
                    tell("Note: hardly any others are left")
                    break
        except SamplingError as error:
            if is_first and not page:
                raise
            tell("Note: no others like it were found" if is_like else f"Note: {worded(error)}")
        self.page = page or self.page

    def _chosen(self, numbers: str) -> list[str]:
        rows: dict[int, str] = {}
        for first, _, last in (each.partition("-") for each in re.split(r"[\s,]+", numbers)):
            for number in range(int(first), int(last or first) + 1):
                if not 1 <= number <= len(self.page):
                    tell(f"There is no {number} here.")
                    break
                rows[number] = self.page[number - 1]
        return [*rows.values()]

    def _keep(self, lines: list[str]) -> None:
        before = {line for lines in self.undoable for line in lines}
        lines = [line for line in lines if line not in before]
        if lines:
            with critical_section(), self.file.turn() as (_, added):
                added.append(self.names_in(lines))
            self.undoable.append(lines)
            self.n_kept += len(lines)
        what = ", ".join(lines) or "none"
        told = f"Kept {what} ({self.n_kept:,} in {shown(self.path)})"
        tell("\n".join(wrap(told, NARROW)) if self.is_typed else told)

    def _undo(self) -> None:
        if not self.undoable:
            tell("There is nothing to undo.")
            return
        lines = self.undoable.pop()
        with critical_section():
            is_undone = self.file.take_back(self.names_in(lines))
        self.n_kept -= len(lines) * is_undone
        what = "Took out" if is_undone else "The file has changed since; left as it is:"
        tell(f"{what} {', '.join(lines)}")

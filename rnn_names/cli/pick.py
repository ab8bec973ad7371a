"""`rnn-names pick`: shows names, and keeps the names that the user chooses."""

import itertools
import os
import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from inspect import cleandoc
from typing import Any

import click

from rnn_names.cli.interrupts import critical_section, until_stopped, wait_if_ending
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
from rnn_names.cli.pick_pages import (
    STOPPED,
    brief,
    briefs,
    is_typed,
    laid_out,
    numbered,
    say,
    show,
    terminal,
)
from rnn_names.cli.pick_sources import LinesToPick, NamesToPick
from rnn_names.cli.streams import print_to_stderr
from rnn_names.conditions.options import CastOptions, Options, SampleOptions
from rnn_names.corpus.characters import composed, in_one_line
from rnn_names.declarations import declarations
from rnn_names.errors import (
    FewNewNamesWarning,
    SamplingError,
    plural,
    printable,
    short_repr,
    with_options,
)
from rnn_names.files import is_same_file
from rnn_names.model import bundled
from rnn_names.model.selection import ModelChoice

MAX_SEEN_IN_A_ROW = 1 << 12  # lines already shown, after which a page ends
LOOSENED = declarations(Options).keys() - {"any_shape", "unique", "remember", "seed"}

NUMBER = r"\d{1,6}(?:--?\d{1,6})?"
NUMBERS = rf"({NUMBER}(?:[\s,]+{NUMBER})*)"
LISTED = rf"-\s*({NUMBER}(?:[\s,]+-?{NUMBER})*)"
LIKE = rf"\+\s*(?:({NUMBER}(?:[\s,]+[+]?{NUMBER})*)(?:\.([\w-]+))?|([^\s\d].*))"
ACTIONS = (
    ("1 4 7", "keep these; 2-5 is a range", NUMBERS, "_keep_numbered"),
    ("Enter", "show others", "|n|next", "_show_others"),
    ("b", "go back to the page before", "b|back", "_go_back"),
    ("p", "show this page again", "p|page", "_show_again"),
    ("+4", "show some like the fourth", LIKE, "_show_like"),
    ("+4.2", "change only its second part", LIKE, "_show_like"),
    ("+ NAME", "show some like this one", LIKE, "_show_like"),
    ("= NAME", "keep this name of yours", r"()=\s*(\S.*)", "_keep_typed"),
    ("3 = NAME", "keep it in place of the third", r"(\d{1,6})\s*=\s*(\S.*)", "_keep_typed"),
    ("l", "list what is kept", "l|list", "_list"),
    ("-3 -5-7", "take these out of the list", LISTED, "_take_out_numbered"),
    ("- NAME", "take out this one", r"-\s*(\S.*)", "_take_out_name"),
    ("u", "undo what you did last", "u|undo", "_undo"),
    ("?", "show these commands", r"\?|h|help", "_help"),
    ("q", "end", "q|quit|exit", "_end"),
)
"""Examples of commands, their help, regular expressions, and the methods that get the groups."""
NEEDED = {
    "+": "+ and a number of this page, or a name",
    "-": "- and a number of the list (l), or a name",
    "=": "= and what to keep",
}


def action_table(of_casts: bool) -> str:
    """The commands and their help, one per line."""
    shown = (each for each in ACTIONS if of_casts or "." not in each[0])
    return "\n".join(f"{typed:10}{help}" for typed, help, *_ in shown)


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
    if pattern is None and file is None:
        options: Options = read_options(Options, given)
        source: NamesToPick | LinesToPick = NamesToPick(models_or_default(model), options)
    elif model:
        raise click.UsageError("the models of a pattern stand in it: leave out --model")
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
                message = f"{printable(output)} {what}; give another file, as in -o chosen.txt"
                raise click.UsageError(message)
    warnings.simplefilter("ignore", FewNewNamesWarning)  # a full page is enough
    _Picking(source, count, output, options).run()


pick.help = cleandoc(f"{pick.help}").replace("\n\n", f"\n\n\b\n{action_table(True)}\n\n", 1)


class _Picking:
    """Pages of names, the file of kept names, and a method for each command."""

    def __init__(
        self, source: NamesToPick | LinesToPick, count: int, path: str, options: Options
    ) -> None:
        from rnn_names.cli.kept_file import KeptFile
        from rnn_names.sampling.remembered import Remembered

        self.source, self.count, self.path, self.options = source, count, printable(path), options
        self.file = KeptFile(path, source.pattern)
        self.page = list[str]()  # the page on the screen
        self.earlier, self.later = list[list[str]](), list[list[str]]()  # pages for b and Enter
        self.listed = list[str]()  # the entries as last numbered by `l`
        self.changes = list[tuple[tuple[bytes, bytes], str, str]]()  # with messages for undoing
        entries, shown_before = self.file.entries(), list[str]()
        if entries:
            say(f"Note: adds to {self.path}, which has {len(entries):,}")
        remember = options.remember or ""
        if remember and is_same_file(remember, path):
            message = "has what is kept; give another file for what was shown"
            raise SamplingError(f"{self.path} {message}", ["remember"])
        self.remembered = Remembered(remember) if remember else None
        if self.remembered and (shown_before := self.remembered.names()):
            say(f"Note: leaves out {plural(len(shown_before), 'name')} of {printable(remember)}")
        self.seen = {*map(in_one_line, entries), *shown_before}
        source.keep(entries)
        self.others = source.others(self.seen)

    def run(self) -> None:
        """Shows a page, and runs the typed commands until the end."""
        self._show(self.others)
        if is_typed():
            say("Type numbers to keep names, Enter for others, ? for help, q to end.")
        while (typed := _read()) is not None:
            matches = ((re.fullmatch(each[2], typed, re.IGNORECASE), each[3]) for each in ACTIONS)
            found, method = next((each for each in matches if each[0]), (None, ""))
            if found is None:
                say(_not_understood(typed))
            elif method == "_end":
                break
            else:
                getattr(self, method)(*found.groups())
        say(self._count())

    def _help(self) -> None:
        print_to_stderr(action_table(isinstance(self.source, LinesToPick)))

    # --- Pages ------------------------------------------------------------------------------------

    def _show_others(self) -> None:
        if self.later:
            self.earlier.append(self.page)
            self.page = self.later.pop()
            self._show_again()
        else:
            self._show(self.others)

    def _go_back(self) -> None:
        if self.earlier:
            self.later.append(self.page)
            self.page = self.earlier.pop()
            self._show_again()
        else:
            say("There is no page before this one.")

    def _show_again(self) -> None:
        kept = self.file.entries()
        marked = [
            re.sub("$", " (kept)" * (line.strip() in kept), line, count=1, flags=re.MULTILINE)
            for line in self.page
        ]
        show(marked, len(marked))

    def _show_like(self, numbers: str, part: str | None, name: str) -> None:
        """Shows names like a name or like numbered lines, which may differ in one part only."""
        like = [composed(name)] if name else [*_lines_numbered(numbers, self.page).values()]
        try:
            if like:
                self._show(self.source.like(like, part), like)
        except SamplingError as error:
            say(str(error))

    def _show(self, stream: Iterator[str], like: Sequence[str] = ()) -> None:
        """Shows a page of what was not seen, after this one; says why it is not full."""
        page, error = show(itertools.islice(self._unseen(stream), self.count), self.count)
        if error and error.settings and not self.page and not page:
            raise error
        if page:
            self.earlier += [self.page] if self.page else []
            self.page = page
        if error is STOPPED:
            say(f"\n{STOPPED}")  # below ^C
            self.others = self.source.others(self.seen)  # an exception ends a stream
        elif len(page) < self.count and like:
            number = f"only {plural(len(page), 'other')}" if page else "no others"
            say(f"Found {number} like {brief(like)}.")
        elif len(page) < self.count:
            say(self._shortage(error))

    def _unseen(self, stream: Iterator[str]) -> Iterator[str]:
        """The unseen lines of a stream, which are then noted as seen."""
        seen_in_a_row = 0
        for line in until_stopped(stream) if is_typed() else stream:
            text = in_one_line(line)
            seen_in_a_row = seen_in_a_row + 1 if not text or text in self.seen else 0
            if not seen_in_a_row:
                self.seen.add(text)
                if self.remembered:
                    with critical_section(), self.remembered.turn() as (others, added):
                        self.seen.update(others.to_strings())
                        added.append(others.from_strings([text]))
                yield line
            elif seen_in_a_row == MAX_SEEN_IN_A_ROW:
                break

    def _shortage(self, error: SamplingError | None) -> str:
        """A short explanation why there are no more lines, naming the conditions."""
        if error is None:
            return "Hardly any others are left."
        if "min_edits (" in str(error) and not self.options.min_edits:  # boldness asks for it
            return "There are no more such names. For more, add --min-edits 1."
        names = [name for name in error.settings if getattr(self.options, name, None)]
        given = [f"--{name.replace('_', '-')}" for name in names if name in LOOSENED]
        if not given:
            return with_options(error).partition("\n")[0]
        return f"There are no more such names. For others, loosen {' or '.join(given)}."

    # --- What is kept -----------------------------------------------------------------------------

    def _count(self) -> str:
        return f"{len(self.file.entries()):,} in {self.path}"

    def _keep_numbered(self, numbers: str) -> None:
        found, kept = _lines_numbered(numbers, self.page), self.file.entries()
        again = [str(number) for number, line in found.items() if line.strip() in kept]
        if again:
            say(f"{', '.join(again)} {'is' if len(again) == 1 else 'are'} kept already")
        self._change([], [line for line in found.values() if line.strip() not in kept])

    def _keep_typed(self, number: str, name: str) -> None:
        """Keeps a typed name; with a number, in place of the first line of that entry."""
        kept = self.file.entries()
        for line in _lines_numbered(number, self.page).values() if number else [""]:
            new = composed(name) + "".join(line.partition("\n")[1:])
            if self.file.entry(new.encode()) != new.strip():
                say("# in front, or a tab, makes a comment in the file; nothing was kept")
            elif new in kept:
                say(f"{brief([new])} is kept already")
            else:
                self._change([line.strip()] if line.strip() in kept else [], [new])

    def _list(self) -> None:
        self.listed = self.file.entries()
        count = -len(self.listed)
        lines = [numbered(-n, text, count) for n, text in enumerate(briefs(self.listed), 1)]
        for line in laid_out(lines, terminal(sys.stderr)):
            print_to_stderr(line)
        if not self.listed:
            say("Nothing is kept yet.")

    def _take_out_numbered(self, numbers: str) -> None:
        kept = self.file.entries()
        self.listed = self.listed or kept
        found = [*_lines_numbered(numbers, self.listed, "The list").values()]
        for gone in (each for each in found if each not in kept):
            say(f"{brief([gone])} is not in {self.path} any more")
        self._change([each for each in found if each in kept], [])

    def _take_out_name(self, name: str) -> None:
        """Takes out the entry that is this name, or begins with it."""
        kept, folded = self.file.entries(), name.casefold()
        firsts = {each: each.partition("\n")[0] for each in kept}
        exact = [each for each, first in firsts.items() if first.casefold() == folded]
        found = [name] if name in kept else exact[-1:]
        found = found or [each for each in firsts if each.casefold().startswith(folded)]
        if not found:
            near = [f"; nearest: {each}" for each in get_close_matches(name, firsts.values(), n=1)]
            say(f"{printable(name)} is not in {self.path}{''.join(near)}")
        elif len(found) == 1:
            self._change(found, [])
        else:
            self.listed = kept
            numbers = [f"-{n}" for n, each in enumerate(kept, 1) if each in found]
            say(f"{len(found)} begin with this; type one of {', '.join(numbers)}")

    def _change(self, gone: Sequence[str], new: Sequence[str]) -> None:
        """Removes and adds entries in the file, shows a message, and notes how to undo it."""
        if not gone and not new:
            return
        change, out, kept = self.file.edit(gone, new), brief(gone), brief(new)
        if not gone:
            done, undone = f"Kept {kept}", f"Took out {kept}"
        elif not new:
            done, undone = f"Took out {out}", f"Put back {out}"
        else:
            done = f"In place of {out}, kept {kept}"
            undone = f"Put back {out}, and took out {kept}"
        say(f"{done} ({self._count()})")
        self.changes.append((change, undone, kept or out))
        self.seen.update(map(in_one_line, new))
        self.source.keep(new)

    def _undo(self) -> None:
        if not self.changes:
            say("There is nothing to undo.")
            return
        change, undone, lines = self.changes.pop()
        if self.file.undo(*change):
            say(f"{undone} ({self._count()})")
        else:
            say(f"The file has changed since; left as it is: {lines}; - NAME takes one out")


def _lines_numbered(numbers: str, lines: Sequence[str], whole: str = "This page") -> dict[int, str]:
    """The lines with some numbers, as in "1 4-7"; a message says which numbers `whole` has."""
    wanted = dict[int, None]()
    for each in re.split(r"[\s,]+[+-]?", numbers):
        ends = [*map(int, re.findall(r"\d+", each))]
        wanted |= dict.fromkeys(range(min(ends), max(ends) + 1))
    found = {number: lines[number - 1] for number in wanted if 1 <= number <= len(lines)}
    if len(wanted) > len(found):
        say(f"{whole} has 1 to {len(lines):,}." if lines else f"{whole} is empty.")
    return found


def _not_understood(typed: str) -> str:
    no_number = re.search(r"[^\s,\d-][^\s,]*", typed)
    if no_number and typed[0].isdecimal():
        return f"{short_repr(no_number[0])} is no number; nothing was kept"
    return NEEDED.get(typed, f"{short_repr(typed)}: not understood; ? for help")


def _read() -> str | None:
    if is_typed():
        click.echo("> ", nl=False, err=True)
    line = sys.stdin.buffer.readline().decode(errors="replace") if sys.stdin else ""
    wait_if_ending()
    return line.strip() if line else None

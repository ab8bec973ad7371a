"""`rnn-names pick`: shows names, and keeps the names that the user chooses."""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from inspect import cleandoc
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import click

from rnn_names.casts.bundled import CASTS
from rnn_names.cli import interrupts
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
    remedy_for,
    wrong_usage,
)
from rnn_names.cli.pick_conditions import CONDITIONS, as_typed, typed_options
from rnn_names.cli.pick_pages import NO_MORE, STOPPED, brief, is_typed, picked, reshow, say, show
from rnn_names.cli.streams import print_to_stderr
from rnn_names.conditions.options import CastOptions, Options, SampleOptions
from rnn_names.corpus.characters import complaint, composed, in_one_line, refused_characters
from rnn_names.errors import (
    RnnNamesError,
    SamplingError,
    plural,
    printable,
    short_repr,
    with_options,
)
from rnn_names.files import is_same_file
from rnn_names.model import bundled
from rnn_names.model.selection import ModelChoice

if TYPE_CHECKING:
    from rnn_names.cli.pick_sources import LinesToPick, NamesToPick

MAX_SEEN_IN_A_ROW = 1 << 12  # lines already shown, after which a page ends

NUMBER = r"\d{1,6}(?:--?\d{1,6})?"
NUMBERS = rf"({NUMBER}(?:[\s,]+{NUMBER})*)"
LISTED = rf"-\s*({NUMBER}(?:[\s,]+-?{NUMBER})*)"
LIKE = rf"\+\s*(?:({NUMBER}(?:[\s,]+[+]?{NUMBER})*)(?:\.([\w-]+))?|([^\s\d].*))"
# But -D Arcy takes out D Arcy.
CONDITION = r"(?:\.([\w-]+)\s+)?(--(?:(?!help)[a-z].*)?|-(?-i:[a-z])(?(1).*|\s+\S.*))"
ACTIONS = (
    ("1 4 7", "keep these; 2-5 is a range", NUMBERS, "_keep_numbered"),
    ("Enter", "show others", "|n|next", "_show_others"),
    ("b", "go back to the page before", "b|back", "_go_back"),
    ("p", "show this page again", "p|page", "_show_again"),
    ("+4", "show some like the fourth", LIKE, "_show_like"),
    ("+4.2", "change its second part", LIKE, "_show_like"),
    ("+ NAME", "show some like this one", LIKE, "_show_like"),
    ("--prefix E", "set a condition", CONDITION, "_set_conditions"),
    ("--prefix", "drop it; -- drops all", CONDITION, "_set_conditions"),
    (".2 --novel", "for its second part only", CONDITION, "_set_conditions"),
    ("= NAME", "keep this name of yours", r"()=\s*(\S.*)", "_keep_typed"),
    ("3 = NAME", "in place of the third", r"(\d{1,6})\s*=\s*(\S.*)", "_keep_typed"),
    ("l", "list what is kept", "l|list", "kept.show"),
    ("-3 -5-7", "take these out of the list", LISTED, "kept.take_out_numbered"),
    ("- NAME", "take out this one", r"-(?!\w$)\s*([^\s-].*)", "kept.take_out"),
    ("u", "undo what you did last", "u|undo", "kept.undo"),
    ("?", "show these commands", r"\?|h|(?:--)?help", "_help"),
    ("q", "end", "q|quit|exit", "end"),
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
    return "\n".join(f"{typed:12}{help}" for typed, help, *_ in shown)


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
    pattern: str | None, file: str | None, model: tuple[ModelChoice, ...], output: str, **given: Any
) -> None:
    """Show names, a page at a time, and keep those whose numbers you type.

    Kept names are in the output file at once, one per line, and are not shown again, in this run or
    the next. You may edit that file: lines that begin with #, and text after a tab, are comments.
    Commands may come over a pipe. With a PATTERN, lines of `cast` are shown; those like one differ
    from it in a single name, or in a part, by its number or name: +4.town. Where a cast has several
    lines, an empty line comes after each in the file.
    """
    from rnn_names.casts.pattern_files import read_pattern
    from rnn_names.cli.pick_sources import LinesToPick, NamesToPick

    if pattern is not None and file is not None:
        raise click.UsageError("give a PATTERN or --file")
    if pattern is None and file is None:
        options = read_options(SampleOptions, given)
        source: NamesToPick | LinesToPick = NamesToPick(models_or_default(model), options)
    elif model:
        raise click.UsageError("a pattern names its own models: leave out --model")
    else:
        word = pattern or ""
        if word in bundled.names() - CASTS.keys() or word.endswith(".npz"):
            raise click.UsageError(f"{word} is a model: rnn-names pick -m {word}")
        if os.path.splitext(output)[1].lower() in (".csv", ".tsv"):
            raise click.UsageError(
                f"--output {printable(output)}: kept lines are plain text; give a .txt, or take "
                "rnn-names cast --format csv for a table"
            )
        text, pattern_file = read_pattern(word, file)
        options = read_options(CastOptions, {"pattern": text, **given})
        source = LinesToPick(options, pattern_file)
        for each in source.files:
            if is_same_file(output, each):
                what = "is the pattern" if each == pattern_file else "has words of the pattern"
                message = f"{printable(output)} {what}; give another file, as in -o chosen.txt"
                raise click.UsageError(message)
    _Picking(source, output).run()


pick.help = cleandoc(f"{pick.help}").replace("\n\n", f"\n\n\b\n{action_table(True)}\n\n", 1)


class _Picking:
    """Pages of names, what is kept, and a method for each command."""

    def __init__(self, source: "NamesToPick | LinesToPick", path: str) -> None:
        from rnn_names.cli.kept_file import KeptFile
        from rnn_names.sampling.remembered import Remembered

        self.source, self.first_options = source, source.options
        self.kept = KeptFile(path, source.pattern)
        self.pages, self.at = list[list[str]](), -1  # pages so far; which one is on the screen
        self.seen = {*map(in_one_line, self.kept.entries())}
        remember = source.options.remember or ""
        if remember and is_same_file(remember, path):
            message = "has what is kept; give another file for what was shown"
            raise SamplingError(f"{printable(path)} {message}", ["remember"])
        self.remembered = Remembered(remember) if remember else None
        if self.remembered and (shown_before := self.remembered.names()):
            say(f"Note: leaves out {plural(len(shown_before), 'name')} of {printable(remember)}")
            self.seen.update(shown_before)
        source.keep(self.kept.entries())
        self._begin_others()

    def run(self) -> None:
        """Shows a page, and runs the typed commands until the end."""
        with interrupts.on_interrupt(self._interrupted):
            self._show(self.others, must_begin=not self.seen)
            if is_typed():
                say("Type numbers to keep names, Enter for others, ? for help, q to end.")
            while (typed := _read()) is not None:
                matches = ((re.fullmatch(each[2], typed, re.I), each[3]) for each in ACTIONS)
                found, method = next((each for each in matches if each[0]), (None, ""))
                if found is None:
                    say(_not_understood(typed, self.page))
                elif method == "end":
                    break
                else:
                    attrgetter(method)(self)(*found.groups())
            say(self.kept.count())

    def _interrupted(self) -> int:
        say(f"\n{self.kept.counted}")  # below ^C
        return interrupts.INTERRUPTED

    def _help(self) -> None:
        source = self.source
        parts, options = source.parts(), source.options
        print_to_stderr(action_table(bool(parts)))
        if parts:
            say(parts)
        of_all = {name: getattr(options, name) for name in options.non_defaults}
        by_part = source.by_label.items()
        of_parts = (f".{part} {as_typed(given)}" for part, given in by_part if given)
        say(f"Conditions: {'; '.join([as_typed(of_all), *of_parts])}.")

    # --- Pages ------------------------------------------------------------------------------------

    def _begin_others(self) -> None:
        self.others, self.shortage = self.source.others(self.seen), NO_MORE

    @property
    def page(self) -> list[str]:
        """The page on the screen."""
        return self.pages[self.at] if self.pages else []

    def _show_others(self) -> None:
        if self.at + 1 < len(self.pages):
            self._show_again(1)
        else:
            self._show(self.others)

    def _go_back(self) -> None:
        if self.at > 0:
            self._show_again(-1)
        else:
            say("There is no page before this one.")

    def _show_again(self, step: int = 0) -> None:
        """Shows this page, the one before or the next one, with a mark on what is kept."""
        self.at, kept = self.at + step, self.kept.entries()
        marked = [
            re.sub("$", " (kept)" * (line.strip() in kept), line, count=1, flags=re.MULTILINE)
            for line in self.page
        ]
        reshow(marked, self.source.options.count)

    def _show_like(self, numbers: str, part: str | None, name: str) -> None:
        """Shows names like a name or like numbered lines, which may differ in one part only."""
        like = [composed(name)] if name else [*picked(numbers, self.page).values()]
        try:
            if like:
                self._show(self.source.like(like, part), like)
        except SamplingError as error:
            say(str(error))

    def _set_conditions(self, part: str | None, typed: str) -> None:
        """Shows others under further conditions, of all names or of one part of a cast.

        An option without its value has that of the command line again; after --, all have.
        """
        before = options, by_label = self.source.options, self.source.by_label
        try:
            with wrong_usage():
                given, dropped = typed_options(typed)
                if part:
                    options = replace(options, count=given.pop("count", options.count))
                    column = self.source.column(part)
                    kept = {k: v for k, v in by_label.get(column, {}).items() if k not in dropped}
                    by_label = {**by_label, column: {**kept, **given}}
                else:
                    given |= {name: getattr(self.first_options, name) for name in dropped}
                    options = replace(options, **given)
                    by_label = {} if typed == "--" else by_label
                self.source.set(options, by_label)
            self._begin_others()
            self._show(self.others, must_begin=True)
            del self.pages[self.at + 1 :]  # which have other conditions
            return
        except (click.UsageError, ValueError) as error:  # a quotation mark may have no other
            say(error.format_message() if isinstance(error, click.UsageError) else str(error))
        except RnnNamesError as error:
            remedy = remedy_for(error, vars(self.source.options))
            say(with_options(error))
            if remedy:
                say(f"For more, add {remedy} to it.")
        say("The conditions stay as they were.")
        self.source.set(*before)
        self._begin_others()

    def _show(
        self, stream: Iterator[str], like: Sequence[str] = (), must_begin: bool = False
    ) -> None:
        """Shows a page of what was not seen, after this one; says why it is not full.

        With `must_begin`, an error before the first line is raised.
        """
        page, error = show(self._unseen(stream), self.source.options.count)
        if error and error not in (STOPPED, NO_MORE) and must_begin and not page:
            raise error
        if page:
            self.at += 1
            self.pages.insert(self.at, page)
        if error is STOPPED:
            say(f"\n{STOPPED}")  # below ^C
            self._begin_others()  # an exception ends a stream
        elif error and like:
            number = f"only {plural(len(page), 'other')}" if page else "no others"
            say(f"Found {number} like {brief(like)}.")
        elif error:
            self.shortage = self.shortage if error is NO_MORE else error  # it comes only once
            say(self._shortage_message())

    def _unseen(self, stream: Iterator[str]) -> Iterator[str]:
        """The unseen lines of a stream, which are then noted as seen."""
        seen_in_a_row = 0
        for line in interrupts.until_stopped(stream) if is_typed() else stream:
            text = in_one_line(line)
            seen_in_a_row = seen_in_a_row + 1 if not text or text in self.seen else 0
            if not seen_in_a_row:
                self.seen.add(text)
                if self.remembered:
                    with interrupts.critical_section(), self.remembered.locked() as (others, added):
                        self.seen.update(others.to_strings())
                        added.append(others.from_strings([text]))
                yield line
            elif seen_in_a_row == MAX_SEEN_IN_A_ROW:
                break

    def _shortage_message(self) -> str:
        """A short explanation why there are no more lines, naming the conditions."""
        error, options = self.shortage, self.source.options
        if remedy := remedy_for(error, vars(options)):
            return f"There are no more such names. For more, type {remedy}."
        names = [name for name in error.settings if name in CONDITIONS and getattr(options, name)]
        if not names:
            return with_options(error).partition("\n")[0]
        given = " or ".join(f"--{name.replace('_', '-')}" for name in names)
        return f"There are no more such names. For others, loosen {given}."

    # --- What is kept -----------------------------------------------------------------------------

    def _keep_numbered(self, numbers: str) -> None:
        kept, found = self.kept.entries(), picked(numbers, self.page)
        again = [str(number) for number, line in found.items() if line.strip() in kept]
        if again:
            say(f"{', '.join(again)} {'is' if len(again) == 1 else 'are'} kept already")
        self._keep([line for line in found.values() if line.strip() not in kept])

    def _keep_typed(self, number: str, name: str) -> None:
        """Keeps a typed name; with a number, in place of the first line of that entry."""
        kept = self.kept.entries()
        without_tabs = name.replace("\t", "")
        if refused_characters(without_tabs):
            say(f"{complaint(without_tabs)}; nothing was kept")
            return
        for line in picked(number, self.page).values() if number else [""]:
            new = composed(name) + "".join(line.partition("\n")[1:])
            if self.kept.entry(new.encode()) != new.strip():
                say("# in front, or a tab, makes a comment in the file; nothing was kept")
            elif new in kept:
                say(f"{brief([new])} is kept already")
            else:
                self._keep([new], [line.strip()] if line.strip() in kept else [])

    def _keep(self, new: Sequence[str], gone: Sequence[str] = ()) -> None:
        self.kept.change(gone, new)
        self.seen.update(map(in_one_line, new))
        self.source.keep(new)


def _not_understood(typed: str, page: Sequence[str]) -> str:
    if typed in page:
        return f"To keep {typed}, type {page.index(typed) + 1}."
    no_number = re.search(r"[^\s,\d-][^\s,]*", typed)
    if no_number and typed[0].isdecimal():
        return f"{short_repr(no_number[0])} is not a number; nothing was kept"
    return NEEDED.get(typed, f"{short_repr(typed)}: not understood; ? for help")


def _read() -> str | None:
    if is_typed():
        click.echo("> ", nl=False, err=True)
    line = sys.stdin.buffer.readline().decode(errors="replace") if sys.stdin else ""
    interrupts.wait_if_ending()
    return line.strip() if line else None

"""A session of `pick`: pages of names, the kept names, and a method for each command."""

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import attrgetter

import click

from rnn_names.cli import interrupts
from rnn_names.cli.picking import commands
from rnn_names.cli.picking.kept_file import KeptFile
from rnn_names.cli.picking.pages import brief, is_typed, lines_at, reshow, say, show
from rnn_names.cli.picking.supply import LinesToPick, NamesToPick
from rnn_names.cli.streams import print_to_stderr
from rnn_names.cli.usage_hints import remedy_for
from rnn_names.corpus.characters import complaint, composed, in_one_line, refused_characters
from rnn_names.errors import RnnNamesError, SamplingError, plural, printable, with_options
from rnn_names.sampling.remembered import Remembered

MAX_SEEN_IN_A_ROW = 1 << 12  # lines already shown, after which a page ends


class PickSession:
    """Pages of names and the file of kept names."""

    def __init__(self, supply: NamesToPick | LinesToPick, path: str) -> None:
        self.supply, self.first_options = supply, supply.options
        self.kept = KeptFile(path, supply.pattern)
        self.pages, self.at = list[list[str]](), -1  # pages so far; which one is on the screen
        self.seen = {*map(in_one_line, self.kept.entries())}
        remember = supply.options.remember or ""
        self.remembered = Remembered(remember) if remember else None
        if self.remembered and (shown_before := self.remembered.names()):
            say(f"Note: leaving out {plural(len(shown_before), 'name')} in {printable(remember)}")
            self.seen.update(shown_before)
        supply.keep(self.kept.entries())
        self._begin_others()

    def run(self) -> None:
        """Shows a page and runs the typed commands until the end."""
        with interrupts.on_interrupt(lambda: say(f"\n{self.kept.counted}")):  # below ^C
            self._show_others(must_begin=not self.seen)
            if is_typed():
                say("Type numbers to keep names, Enter for others, ? for help, q to end.")
            while (typed := _read()) is not None:
                method, arguments = commands.command_of(typed)
                if method == "end":
                    break
                if method:
                    attrgetter(method)(self)(*arguments)
                else:
                    say(commands.not_understood(typed, self.page))
            say(self.kept.count())

    def help(self) -> None:
        """Shows the commands, the parts of a cast, and the conditions."""
        supply, options = self.supply, self.supply.options
        print_to_stderr(commands.command_table(bool(supply.parts)))
        if supply.parts:
            say(supply.parts)
        given = {name: getattr(options, name) for name in options.non_defaults}
        say(f"Conditions: {commands.as_typed(given) or 'none'}.")

    # --- Pages ------------------------------------------------------------------------------------

    @property
    def page(self) -> list[str]:
        """The page on the screen."""
        return self.pages[self.at] if self.pages else []

    def turn(self, command: str) -> None:
        """Shows the page before this one, this page again, or the next page, which may be new."""
        step = {"b": -1, "p": 0}.get(command[:1].lower(), 1)
        if step < 0 and self.at < 1:
            say("There is no page before this one.")
        elif step > 0 and self.at + 1 == len(self.pages):
            self._show_others()
        else:
            self.at += step
            kept = self.kept.entries()
            marked = [
                re.sub("$", " (kept)" * (line.strip() in kept), line, count=1, flags=re.MULTILINE)
                for line in self.page
            ]
            reshow(marked, self.supply.options.count)

    def show_like(self, numbers: str, part: str | None, name: str) -> None:
        """Shows names like a name or like numbered lines; with `part`, they differ only there."""
        like = [composed(name)] if name else [*lines_at(numbers, self.page).values()]
        if not like:
            return
        try:
            others = self.supply.like(like, part or "")
        except SamplingError as error:
            say(str(error))
            return
        page, ending = self._show(others)
        if isinstance(ending, StopIteration | SamplingError):
            number = f"only {plural(len(page), 'other')}" if page else "no others"
            say(f"Found {number} like {brief(like)}.")

    def set_conditions(self, typed: str) -> None:
        """Sets or drops conditions and shows other names."""
        before = self.supply.options
        try:
            given, dropped = commands.typed_options(typed)
            given |= {name: getattr(self.first_options, name) for name in dropped}
            self.supply.set(replace(before, **given))
            self._begin_others()
            self._show_others(must_begin=True)
            del self.pages[self.at + 1 :]  # these have other conditions
            return
        except (click.UsageError, ValueError) as error:  # possibly an unclosed quote
            say(error.format_message() if isinstance(error, click.UsageError) else str(error))
        except RnnNamesError as error:
            say(with_options(error))
            if remedy := remedy_for(error, vars(self.supply.options)):
                say(f"For more, add {remedy} to it.")
        say("The conditions stay as they were.")
        self.supply.set(before)
        self._begin_others()

    def _begin_others(self) -> None:
        self.others = self.supply.others(self.seen)
        self.shortage: SamplingError | None = None  # the error that ended them

    def _show_others(self, must_begin: bool = False) -> None:
        """Shows other names or says why there are fewer; with `must_begin`, none is an error."""
        page, ending = self._show(self.others)
        if isinstance(ending, SamplingError):  # it comes only once
            if must_begin and not page:
                raise ending
            self.shortage = ending
        if isinstance(ending, StopIteration | SamplingError):
            say(self._shortage_message())

    def _show(self, stream: Iterator[str]) -> tuple[list[str], BaseException | None]:
        """Shows a page of unseen lines after this page; returns what `show` returns."""
        page, ending = show(self._unseen(stream), self.supply.options.count)
        if page:
            self.at += 1
            self.pages.insert(self.at, page)
        if isinstance(ending, KeyboardInterrupt):
            say("\nStopped.")  # below ^C
            self._begin_others()  # an exception ends a stream
        return page, ending

    def _unseen(self, stream: Iterator[str]) -> Iterator[str]:
        """Yields the unseen lines of a stream and marks them as seen."""
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
        error, options = self.shortage, self.supply.options
        if error is None:
            return "Hardly any others are left."
        if remedy := remedy_for(error, vars(options)):
            return f"There are no more such names. For more, type {remedy}."
        if given := commands.conditions_in(error, options):
            return f"There are no more such names. For others, loosen {' or '.join(given)}."
        return with_options(error).partition("\n")[0]

    # --- What is kept -----------------------------------------------------------------------------

    def keep_numbered(self, numbers: str) -> None:
        """Keeps lines of this page."""
        kept, found = self.kept.entries(), lines_at(numbers, self.page)
        again = [str(number) for number, line in found.items() if line.strip() in kept]
        if again:
            say(f"{', '.join(again)} {'is' if len(again) == 1 else 'are'} kept already")
        self._keep([line for line in found.values() if line.strip() not in kept])

    def keep_typed(self, number: str, name: str) -> None:
        """Keeps a typed name; with a number, in place of the first line of that entry."""
        kept, without_tabs = self.kept.entries(), name.replace("\t", "")
        if refused_characters(without_tabs):
            say(f"{complaint(without_tabs)}; nothing was kept")
            return
        for line in lines_at(number, self.page).values() if number else [""]:
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
        self.supply.keep(new)


def _read() -> str | None:
    if is_typed():
        click.echo("> ", nl=False, err=True)
    line = sys.stdin.buffer.readline().decode(errors="replace") if sys.stdin else ""
    interrupts.wait_if_ending()
    return line.strip() if line else None

"""Pages of `pick` on a terminal or in a pipe: numbered names, and answers that fit the width."""

import os
import re
import shutil
import sys
import threading
import unicodedata
from collections.abc import Callable, Sequence
from contextlib import suppress
from textwrap import wrap

import click

from rnn_names.cli.streams import printable, tell, write

WIDEST_ANSWER = 80  # columns of an answer
CELL = 20  # columns of a short name with its number
OTHER_ROWS = 4  # of a terminal, beside those of a page
SILENCE = 1.0  # seconds until it is said that names are being looked for


def is_typed() -> bool:
    """Whether somebody types the commands."""
    return sys.stdin is not None and sys.stdin.isatty()


def say(text: str) -> None:
    """Answers, on stderr; in a terminal, lines are broken between words."""
    if is_typed():
        width = min(_screen().columns, WIDEST_ANSWER)
        lines = (wrap(line, width, break_on_hyphens=False) for line in text.split("\n"))
        text = "\n".join("\n".join(line) for line in lines)
    tell(printable(text, ascii))


def _screen() -> os.terminal_size:
    """The size of the terminal, also where only answers go to it."""
    size = 80, 24
    with suppress(OSError, ValueError):
        size = os.get_terminal_size(sys.stderr.fileno())
    return shutil.get_terminal_size(size)


def brief(lines: Sequence[str]) -> str:
    r"""Some lines, for an answer; of those that have line breaks, what comes before the first.

    >>> print(brief(["Ada", "Bo Hill\n  a smith"]))
    Ada, Bo Hill…
    """
    split = (line.strip().partition("\n") for line in lines)
    return ", ".join(f"{first}…" if more else first for first, _, more in split)


def chosen(numbers: str, lines: Sequence[str]) -> dict[int, str]:
    """The lines that have some numbers, as in "1 4-7"; says which numbers are wrong."""
    rows: dict[int, str] = {}
    for first, dash, last in (each.partition("-") for each in re.split(r"[\s,]+", numbers)):
        if dash and int(last) < int(first):
            say(f"{first}-{last}: write {last}-{first}")
        for number in range(int(first), int(last or first) + 1):
            if not 1 <= number <= len(lines):
                say(f"There is no {number} here.")
                break
            rows[number] = lines[number - 1]
    return rows


class Page:
    """Lines with numbers, each written at once, since the next one may take long.

    Where they would be higher than a terminal, short ones share a row.
    """

    def __init__(self, count: int, is_answer: bool = False) -> None:
        self.lines: list[str] = []
        screen, stream = _screen(), sys.stderr if is_answer else sys.stdout
        self._put: Callable[[bytes], None] = _answer if is_answer else write
        self._is_high = count > screen.lines - OTHER_ROWS and is_typed() and stream.isatty()
        self._width, self._digits, self._used, self._gap = screen.columns, len(str(count)), 0, 0
        self._timer: threading.Timer | None = None
        self._was_late = False

    def __enter__(self) -> "Page":
        self._wait()
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer:
            self._timer.cancel()
        self._end_row()

    def add(self, line: str) -> None:
        """Writes the next line."""
        self.lines.append(line)
        text = printable(f"{len(self.lines):>{self._digits}} {line}", ascii)
        size = _columns(text)
        if not self._is_high or "\n" in line:
            self._end_row()
            self._put(f"{text}\n".encode())
        else:
            if self._used + self._gap + size > self._width:
                self._end_row()
            self._put(f"{' ' * self._gap}{text}".encode())
            self._used += self._gap + size
            self._gap = CELL - self._used % CELL
            self._gap += CELL * (self._gap < 2)
        self._wait()

    def _end_row(self) -> None:
        if self._used:
            self._put(b"\n")
        self._used = self._gap = 0

    def _wait(self) -> None:
        """Waits for the next line; says so after a second, once."""
        if self._timer:
            self._timer.cancel()
        if is_typed() and not self._was_late:
            self._timer = threading.Timer(SILENCE, self._say_that_it_takes_long)
            self._timer.daemon = True
            with suppress(RuntimeError):  # where a limit allows no thread
                self._timer.start()

    def _say_that_it_takes_long(self) -> None:
        self._was_late = True
        self._end_row()
        say("Looking for more…" if self.lines else "Looking…")


def _answer(data: bytes) -> None:
    with suppress(OSError):
        click.echo(data, nl=False, err=True)


def _columns(text: str) -> int:
    """How wide a terminal shows a text."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)

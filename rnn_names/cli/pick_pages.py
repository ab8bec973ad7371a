"""Pages of `pick` on a terminal or in a pipe: numbered names, and answers that fit the width."""

import os
import re
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from textwrap import wrap

from rnn_names.cli.streams import printable, tell, write

WIDEST_ANSWER = 80  # columns of an answer
SILENCE = 1.0  # seconds until it is said that names are being looked for


def is_typed() -> bool:
    """Whether somebody types the commands."""
    return sys.stdin is not None and sys.stdin.isatty()


def say(text: str) -> None:
    """Answers, on stderr; in a terminal, lines are broken between words."""
    if is_typed():
        width = WIDEST_ANSWER
        with suppress(OSError, ValueError):  # answers go to no terminal, perhaps
            width = min(os.get_terminal_size(sys.stderr.fileno()).columns or width, width)
        lines = (wrap(line, width, break_on_hyphens=False) for line in text.split("\n"))
        text = "\n".join("\n".join(line) for line in lines)
    tell(printable(text, ascii))


def brief(lines: Sequence[str]) -> str:
    r"""Some lines, for an answer; of those that have line breaks, what comes before the first.

    >>> print(brief(["Ada", "Bo Hill\n  a smith"]))
    Ada, Bo Hill…
    """
    split = (line.strip().partition("\n") for line in lines)
    return ", ".join(f"{first}…" if more else first for first, _, more in split)


def lines_numbered(numbers: str, lines: Sequence[str]) -> dict[int, str]:
    """The lines that have some numbers, as in "1 4-7"; says which numbers are wrong."""
    rows: dict[int, str] = {}
    for first, dash, last in (each.partition("-") for each in re.split(r"[\s,]+[+-]?", numbers)):
        if dash and int(last) < int(first):
            say(f"{first}-{last}: write {last}-{first}")
        for number in range(int(first), int(last or first) + 1):
            if not 1 <= number <= len(lines):
                say(f"There is no {number} here.")
                break
            rows[number] = lines[number - 1]
    return rows


def numbered(number: int, line: str, count: int) -> str:
    """A line with its number, as wide as `count`."""
    return printable(f"{number:>{len(str(count))}} {line}", ascii)


class Page:
    """Lines with numbers, each written at once, since the next one may take long."""

    def __init__(self, count: int) -> None:
        self.lines: list[str] = []
        self._count = count
        self._timer: threading.Timer | None = None
        self._was_late = False

    def __enter__(self) -> "Page":
        self._wait()
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer:
            self._timer.cancel()

    def add(self, line: str) -> None:
        """Writes the next line."""
        self.lines.append(line)
        write(f"{numbered(len(self.lines), line, self._count)}\n".encode())
        self._wait()

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
        say("Looking for more…" if self.lines else "Looking…")

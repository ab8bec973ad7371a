"""The output of `pick` in a terminal or a pipe: numbered lines and answers that fit the width."""

import os
import re
import sys
import threading
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from textwrap import shorten, wrap
from typing import TextIO

from rnn_names.cli.streams import escape_control_characters, print_to_stderr, terminal_size, write
from rnn_names.errors import SamplingError

WIDEST_ANSWER = 80  # columns of an answer
LONGEST_BRIEF = 40  # characters of an entry in an answer
COLUMN_GAP = 2  # columns between columns of names
SECONDS_OF_SILENCE = 1.0  # seconds before a message says that the search goes on


def is_typed() -> bool:
    """Whether the commands come from a terminal."""
    return sys.stdin is not None and sys.stdin.isatty()


def terminal(stream: TextIO) -> os.terminal_size | None:
    """The size of the terminal if commands are typed; otherwise None."""
    return terminal_size(stream) if is_typed() else None


def say(text: str) -> None:
    """Writes an answer to stderr; in a terminal, lines are broken between words."""
    if size := terminal(sys.stderr):
        text = wrapped(text, min(size.columns, WIDEST_ANSWER))
    print_to_stderr(escape_control_characters(text))


def wrapped(text: str, width: int, indent: int = 0) -> str:
    """Breaks lines of text between words; `indent` is for the rest of the first line."""
    lines = list[str]()
    for line in text.split("\n"):
        continued = " " * (len(line) - len(line.lstrip()) + 2 if lines else indent)
        lines += wrap(line, width, subsequent_indent=continued, break_on_hyphens=False) or [""]
    return "\n".join(lines)


def numbered(
    lines: Sequence[str], count: int, size: os.terminal_size | None, first: int = 1
) -> list[str]:
    """Rows with numbered lines that fit into a terminal, in columns if there are too few rows.

    The numbers begin with `first` and are aligned for numbers up to `count`. If that is negative,
    so are they.

    >>> numbered(["Ada", "Bo", "Cleo"], 3, os.terminal_size((20, 4)))
    ['1 Ada   3 Cleo', '2 Bo']
    """
    step, digits = 1 if count > 0 else -1, len(str(count))
    texts = [f"{step * number:>{digits}} {line}" for number, line in enumerate(lines, first)]
    texts = [*map(escape_control_characters, texts)]
    if size is None or not texts:
        return texts
    width = max(map(len, texts)) + COLUMN_GAP
    columns = (size.columns + COLUMN_GAP) // width
    if len(texts) <= size.lines - 2 or columns < 2 or "\n" in "".join(texts):
        return [wrapped(text, size.columns, indent=digits + 1) for text in texts]
    rows = -(-len(texts) // columns)
    in_rows = (texts[row::rows] for row in range(rows))
    return ["".join(f"{text:<{width}}" for text in row).rstrip() for row in in_rows]


def show(lines: Iterator[str], count: int) -> tuple[list[str], BaseException | None]:
    """Writes each numbered line at once, or all in columns at the end if there are too few rows.

    If lines take several rows, it writes only as many as fit. Warnings come after the page. Returns
    the lines and the exception that ended the page early: SamplingError, KeyboardInterrupt, or
    StopIteration if there are no more lines.
    """
    size, ending = terminal(sys.stdout), None
    room = size.lines - 2 if size else sys.maxsize
    shown, rows_used, highest = list[str](), 0, 1
    with warnings.catch_warnings(record=True) as notes, _message_if_slow(shown):
        try:
            while len(shown) < count and (highest == 1 or rows_used + highest <= room):
                shown.append(next(lines))
                [text] = numbered(shown[-1:], count, size, first=len(shown))
                rows = text.count("\n") + 1
                rows_used, highest = rows_used + rows, max(highest, rows)
                if count <= room:
                    write(f"{text}\n".encode())
        except (StopIteration, SamplingError, KeyboardInterrupt) as error:
            ending = error
    if count > room:
        reshow(shown, count)
    for note in notes:
        say(f"Note: {note.message}")
    return shown, ending


def reshow(lines: Sequence[str], count: int) -> None:
    """Writes numbered lines, aligned for `count` of them; in columns if there are too few rows."""
    rows = numbered(lines, count, terminal(sys.stdout))
    write("".join(f"{row}\n" for row in rows).encode())


@contextmanager
def _message_if_slow(shown: Sequence[str]) -> Iterator[None]:
    timer = threading.Timer(
        SECONDS_OF_SILENCE, lambda: say("Looking for more…" if shown else "Looking…")
    )
    timer.daemon = True
    if is_typed():
        with suppress(RuntimeError):  # where a limit allows no thread
            timer.start()
    try:
        yield
    finally:
        timer.cancel()


def brief(lines: Sequence[str]) -> str:
    r"""Lines in short form, for an answer.

    >>> print(brief(["Ada", "Bo Hill\n  a smith"]))
    Ada, Bo Hill…
    >>> print(brief(["Emil Wingford, a locksmith, who speaks in a whisper", "Ada Hill, a smith"]))
    Emil Wingford, a locksmith, who speaks…; Ada Hill, a smith
    """
    texts = list[str]()
    for first, *rest in (line.strip().split("\n") for line in lines):
        text = shorten(first, LONGEST_BRIEF, placeholder="…").replace(",…", "…")
        texts.append(text.removesuffix("…") + "…" if rest else text)
    return ("; " if "," in "".join(texts) else ", ").join(texts)


def first_lines(entries: Sequence[str]) -> list[str]:
    r"""The first line of each entry; if several share it, also the first line that differs.

    >>> first_lines(["Hare\n  kept by Bo\n  pie", "Hare\n  kept by Bo\n  soup", "Toad\n  tea"])
    ['Hare… pie', 'Hare… soup', 'Toad…']
    """
    lines_of_each = [entry.split("\n") for entry in entries]
    shared = Counter(placed for lines in lines_of_each for placed in enumerate(lines))
    texts = list[str]()
    for first, *rest in lines_of_each:
        alike = shared[0, first]
        own = [line for place, line in enumerate(rest, 1) if shared[place, line] < alike]
        texts.append(first + "…" * bool(rest) + (f" {own[0].strip()}" if own and alike > 1 else ""))
    return texts


def lines_at(numbers: str, lines: Sequence[str], whole: str = "This page") -> dict[int, str]:
    """The lines with numbers such as "1 4-7"; if one is missing, says which numbers there are."""
    wanted = dict[int, None]()
    for numeral in re.split(r"[\s,]+[+-]?", numbers):  # "1" or "4-7"
        ends = [*map(int, re.findall(r"\d+", numeral))]
        wanted |= dict.fromkeys(range(min(ends), max(ends) + 1))
    found = {number: lines[number - 1] for number in wanted if 1 <= number <= len(lines)}
    if len(wanted) > len(found):
        say(f"{whole} has 1 to {len(lines):,}." if lines else f"{whole} is empty.")
    return found

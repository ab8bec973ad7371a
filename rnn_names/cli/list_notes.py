"""What may be wrong with a list that can be learned from all the same."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rnn_names.errors import quoted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rnn_names.corpus.corpus import Corpus
    from rnn_names.corpus.names import Names

FEW = 20
"""Distinct names; of fewer, a network learns hardly more than to write them again."""

SHORT = 150
"""Distinct names. Lists of fewer are mostly learned better from a bundled model: those of 100 names
by 0.02 to 0.06 nats per character (`make short-lists`)."""

NAMES_TO_TELL = 1000

MARKED = [
    (
        re.compile(r"\d+\s+\S"),
        "the lines begin with numbers, and the model will learn them. To take them out: "
        r"sed -E 's/^[[:space:]]*[0-9]+[[:space:]]+//' LIST > names.txt",
    ),
    (
        re.compile(r'".*"'),
        "there are quotation marks in the lines, and the model will learn them. To take them "
        """out: tr -d '"' < LIST > names.txt""",
    ),
]
"""What more than nine tenths of the lines begin with, and the note about it."""

SEPARATORS = {",": "commas", ";": "semicolons"}

NUMBERED = re.compile(r"(\d+)[.):]+\s*[^\W\d_]")
"""A line with its number."""

_SPACE = "[[:space:]]*"


class Oddity(NamedTuple):
    """A way in which a line is hardly a name: what it does, and a command that mends it."""

    what: str
    command: str


ODDITIES = {
    "#": Oddity('begins with "#", as a remark does', f"grep -v '^{_SPACE}#' LIST > names.txt"),
    "//": Oddity('begins with "//", as a remark does', f"grep -v '^{_SPACE}//' LIST > names.txt"),
    ":": Oddity('ends in ":", as a heading does', f"grep -v ':{_SPACE}$' LIST > names.txt"),
    "-": Oddity(
        "begins with a list mark", rf"sed -E 's/^{_SPACE}(-|\*|•)[[:space:]]+//' LIST > names.txt"
    ),
    "1.": Oddity(
        "begins with a number", rf"sed -E 's/^{_SPACE}[0-9]+[.):]+{_SPACE}//' LIST > names.txt"
    ),
}

WHOLE_LINES = "#", "//", ":"
"""Where the whole line is no name. If most lines are so, it is how the names of the list are."""


@dataclass
class _Found:
    """The first line that is odd in one way, where it is, and how many there are."""

    where: str
    line: str
    count: int


class OddLines:
    """Looks for lines that are hardly names: headings, remarks, list marks, numbers."""

    def __init__(self) -> None:
        self._found: dict[str, _Found] = {}
        self._numbers: set[str] = set()  # what numbered lines begin with
        self._lines = 0

    def look(self, title: str, n_before: int, lines: Names) -> None:
        """Takes in some lines of a list, trimmed, after `n_before` others."""
        self._lines += int(np.count_nonzero(lines.lengths))
        for kind, rows in self._odd(lines).items():
            if len(rows):
                [line] = lines.take(rows[:1]).to_strings()
                where = f"{title}, line {n_before + rows[0] + 1}"
                self._found.setdefault(kind, _Found(where, line, 0)).count += len(rows)

    def _odd(self, lines: Names) -> dict[str, NDArray[np.intp]]:
        """Which lines are odd, by kind."""
        first, second, last = (_characters(lines, place) for place in (0, 1, -1))
        is_mark = np.isin(first, [ord(c) for c in "-*•"])
        digits = np.flatnonzero((first >= ord("0")) & (first <= ord("9")))[:NAMES_TO_TELL]
        numbered = [NUMBERED.match(text) for text in lines.take(digits).to_strings()]
        self._numbers |= {match[1] for match in numbered if match}
        return {
            "#": np.flatnonzero(first == ord("#")),
            "//": np.flatnonzero((first == ord("/")) & (second == ord("/"))),
            ":": np.flatnonzero(last == ord(":")),
            "-": np.flatnonzero(is_mark & (second == ord(" "))),
            "1.": digits[[match is not None for match in numbered]],
        }

    def notes(self) -> list[str]:
        """A line for the user about each kind that there is."""
        notes = []
        for kind, found in self._found.items():
            if kind in WHOLE_LINES and found.count > self._lines / 2:
                continue
            if kind == "1." and len(self._numbers) < 2:  # "1. FC Köln" is a name
                continue
            more = f", one of {found.count:,} such lines" if found.count > 1 else ""
            notes.append(
                f"Note: {found.where}: {quoted(found.line)} {ODDITIES[kind].what}{more}. The model "
                f"will learn it. To take it out: {ODDITIES[kind].command}"
            )
        return notes


def _characters(lines: Names, place: int) -> NDArray[np.uint32]:
    """The character of each line at a place, from its end if below 0; 0 where it has none: (n,)."""
    inside = lines.lengths > (place if place >= 0 else -place - 1)
    ends = lines.offsets[:-1] if place >= 0 else lines.offsets[1:]
    result = np.zeros(len(lines), np.uint32)
    result[inside] = lines.codes[ends[inside] + place]
    return result


def list_notes(corpus: Corpus, odd_lines: OddLines, has_start: bool) -> list[str]:
    """Lines for the user about a list that looks like none of names, one a line, or is short.

    Args:
        corpus: the list.
        odd_lines: what was found in its lines.
        has_start: whether training starts from a model.
    """
    names = corpus.names[:NAMES_TO_TELL].to_strings()
    notes = odd_lines.notes()
    notes += [
        f"Note: {note}"
        for mark, note in MARKED
        if sum(mark.match(name) is not None for name in names) > 0.9 * len(names)
    ]
    for separator, plural in SEPARATORS.items():
        if sum(name.count(separator) for name in names) >= len(names):
            notes.append(
                f"Note: there are {plural} in the lines, and the model will learn them. If only "
                f"the first column has names: cut -d '{separator}' -f 1 LIST > names.txt. If every "
                "column has, each name needs a line of its own: "
                rf"tr '{separator}' '\n' < LIST > names.txt"
            )
    if any(name.startswith(r"{\rtf") for name in names):
        notes.append(
            "Note: this is a document with formatting (RTF), and the model will learn its codes. "
            "Save it as plain text (TextEdit on a Mac: Format, Make Plain Text)"
        )
    if len(corpus) < FEW:
        notes.append(
            f"Note: {len(corpus)} names are few, so the model will mostly write them again. Give a "
            "hundred or more"
        )
    if len(corpus) < SHORT and not has_start:
        notes.append(
            "Note: a list as short as this is mostly learned better from a model that knows how "
            "names are spelled: --init closest"
        )
    return notes

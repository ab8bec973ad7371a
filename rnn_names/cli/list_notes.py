"""What may be wrong with a list that can be learned from all the same."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rnn_names.arrays import Array
from rnn_names.errors import quoted

if TYPE_CHECKING:
    from rnn_names.corpus.corpus import Corpus
    from rnn_names.corpus.names import Names

FEW = 20  # distinct names; of fewer, a network learns hardly more than to write them again

NAMES_TO_TELL = 1000

_SPACE = "[[:space:]]*"


class Oddity(NamedTuple):
    """A way in which a line is hardly a name.

    Attributes:
        what: what the line does, for the note.
        command: takes it out.
        begins: characters that it may begin with, then those that may follow.
        ends: characters that it may end in; "" for any.
        holds: a character that it has; "" for any.
        unless_most: whether names are so if most lines are.
        pattern: what it begins with, too. If its group is the same in all lines, it is a name's.
    """

    what: str
    command: str
    begins: tuple[str, ...] = ()
    ends: str = ""
    holds: str = ""
    unless_most: bool = False
    pattern: re.Pattern[str] | None = None


REMARK = Oddity(
    'begins with "#", as a remark does', f"grep -v '^{_SPACE}#' LIST", ("#",), unless_most=True
)
CODE_REMARK = Oddity(
    'begins with "//", as a remark does',
    f"grep -v '^{_SPACE}//' LIST",
    ("/", "/"),
    unless_most=True,
)
HEADING = Oddity(
    'ends in ":", as a heading does', f"grep -v ':{_SPACE}$' LIST", ends=":", unless_most=True
)
LIST_MARK = Oddity(
    "begins with a list mark", rf"sed -E 's/^{_SPACE}(-|\*|•)[[:space:]]+//' LIST", ("-*•", " ")
)
NUMBER = Oddity(
    "begins with a number",
    rf"sed -E 's/^{_SPACE}[0-9]+[.):]+{_SPACE}//' LIST",
    ("0123456789",),
    pattern=re.compile(r"(\d+)[.):]+\s*[^\W\d_]"),
)
ADDITION = Oddity("goes on after a comma", "sed 's/,.*//' LIST", holds=",", unless_most=True)
BRACKETS = Oddity(
    "ends in a remark in brackets",
    f"sed 's/{_SPACE}([^(]*)$//' LIST",
    ends=")",
    holds="(",
    unless_most=True,
)
_TITLES = "Captain|Count|Duke|Emperor|Father|King|Lady|Lord|Master|Prince|Princess|Queen|Sir"
TITLE = Oddity(
    "begins with a title",
    f"sed -E 's/^({_TITLES}) //' LIST",
    ("CDEFKLMPQS",),
    holds=" ",
    unless_most=True,
    pattern=re.compile(rf"((?:{_TITLES}) [^\W\d_]+)"),
)
ODDITIES = REMARK, CODE_REMARK, HEADING, LIST_MARK, NUMBER, ADDITION, BRACKETS, TITLE

MARKED = {
    "the lines begin with numbers": (
        re.compile(r"\d+\s+\S"),
        r"sed -E 's/^[[:space:]]*[0-9]+[[:space:]]+//' LIST",
    ),
    "there are quotation marks in the lines": (re.compile(r'".*"'), """tr -d '"' < LIST"""),
}
"""What more than nine tenths of the lines begin with, and a command that takes it out."""

SEPARATORS = {",": "commas", ";": "semicolons"}


class OddLines:
    """Looks for lines that are hardly names, or more than names."""

    def __init__(self) -> None:
        self._lines = 0
        self._first: dict[Oddity, str] = {}  # the first odd line, and where it is
        self._count = Counter[Oddity]()
        self._groups = defaultdict[Oddity, set[str]](set)  # what the group of a pattern was

    def look(self, title: str, n_before: int, lines: Names) -> None:
        """Takes in some lines of a list, trimmed, after `n_before` others."""
        self._lines += int(np.count_nonzero(lines.lengths))
        for oddity in ODDITIES:
            is_odd = _holds(lines, oddity.holds)
            for place, some in [*enumerate(oddity.begins), (-1, oddity.ends)]:
                if some:
                    is_odd &= np.isin(_characters(lines, place), [ord(c) for c in some])
            rows = np.flatnonzero(is_odd)
            if oddity.pattern is not None:
                rows = rows[:NAMES_TO_TELL]
                found = [oddity.pattern.match(text) for text in lines.take(rows).to_strings()]
                self._groups[oddity] |= {match[1] for match in found if match}
                rows = rows[[match is not None for match in found]]
            if len(rows):
                [line] = lines.take(rows[:1]).to_strings()
                where = f"{title}, line {n_before + rows[0] + 1}: {quoted(line)}"
                self._first.setdefault(oddity, where)
                self._count[oddity] += len(rows)

    def notes(self) -> list[str]:
        """A line for the user about each oddity that there is."""
        notes = []
        for oddity, where in self._first.items():
            n = self._count[oddity]
            is_how_names_are = oddity.unless_most and n > self._lines / 2
            if is_how_names_are or (
                oddity.pattern and len(self._groups[oddity]) < 2
            ):  # "1. FC Köln"
                continue
            more = f", one of {n:,} such lines" if n > 1 else ""
            notes.append(
                f"{where} {oddity.what}{more}. The model will learn it. To take it out: "
                f"{oddity.command} > names.txt"
            )
        return notes


def _holds(lines: Names, character: str) -> Array:
    """Whether each line has a character; any, if that is "": (n,) bool."""
    if not character:
        return np.asarray(lines.lengths > 0)
    result = np.zeros(len(lines), bool)
    places = np.flatnonzero(lines.codes == ord(character))
    result[np.searchsorted(lines.offsets, places, side="right") - 1] = True
    return result


def _characters(lines: Names, place: int) -> Array:
    """The character of each line at a place, from its end if below 0; 0 where it has none: (n,)."""
    inside = lines.lengths > (place if place >= 0 else -place - 1)
    ends = lines.offsets[:-1] if place >= 0 else lines.offsets[1:]
    result = np.zeros(len(lines), np.uint32)
    result[inside] = lines.codes[ends[inside] + place]
    return result


def list_notes(corpus: Corpus, odd_lines: OddLines) -> list[str]:
    """Lines for the user about a list that looks like none of names, one a line, or is short."""
    names = corpus.names[:NAMES_TO_TELL].to_strings()
    notes = odd_lines.notes()
    for what, (mark, command) in MARKED.items():
        if sum(mark.match(name) is not None for name in names) > 0.9 * len(names):
            notes.append(
                f"{what}, and the model will learn them. To take them out: {command} > names.txt"
            )
    for separator, plural in SEPARATORS.items():
        if sum(name.count(separator) for name in names) >= len(names):
            notes.append(
                f"there are {plural} in the lines, and the model will learn them. If only the "
                f"first column has names: cut -d '{separator}' -f 1 LIST > names.txt. If every "
                "column has, each name needs a line of its own: "
                rf"tr '{separator}' '\n' < LIST > names.txt"
            )
    if any(name.startswith(r"{\rtf") for name in names):
        notes.append(
            "this is a document with formatting (RTF), and the model will learn its codes. Save it "
            "as plain text (TextEdit on a Mac: Format, Make Plain Text)"
        )
    if len(corpus) < FEW:
        notes.append(
            f"{len(corpus)} names are few, so the model will mostly write them again. Give a "
            "hundred or more"
        )
    return [f"Note: {note}" for note in notes]

"""What may be wrong with a list that can be learned from all the same."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from rnn_names.errors import quoted

if TYPE_CHECKING:
    from rnn_names.corpus.corpus import Corpus
    from rnn_names.corpus.names import Names

FEW = 20  # distinct names; of fewer, a network learns hardly more than to write them again
NAMES_TO_TELL = 1000

_SPACE = "[[:space:]]*"


class Oddity(NamedTuple):
    """A way in which a line is hardly a name."""

    what: str  # what the line does, for the note
    pattern: str  # finds such lines; where its group is the same in all of them, that is a name's
    command: str  # takes it out
    unless_most: bool = True  # whether names are so if most lines are


_TITLES = "Captain|Count|Duke|Emperor|Father|King|Lady|Lord|Master|Prince|Princess|Queen|Sir"
ODDITIES = (
    Oddity('begins with "#", as a remark does', "^#", f"grep -v '^{_SPACE}#' LIST"),
    Oddity('begins with "//", as a remark does', "^//", f"grep -v '^{_SPACE}//' LIST"),
    Oddity('ends in ":", as a heading does', ":$", f"grep -v ':{_SPACE}$' LIST"),
    Oddity(
        "begins with a list mark",
        "^[-*•] ",
        rf"sed -E 's/^{_SPACE}(-|\*|•)[[:space:]]+//' LIST",
        unless_most=False,
    ),
    Oddity(
        "begins with a number",
        r"^([0-9]+)[.):]+[^\S\n]*[^\W\d_]",
        rf"sed -E 's/^{_SPACE}[0-9]+[.):]+{_SPACE}//' LIST",
        unless_most=False,
    ),
    Oddity("goes on after a comma", ",.*", "sed 's/,.*//' LIST"),
    Oddity("ends in a remark in brackets", r"\(.*\)$", f"sed 's/{_SPACE}([^(]*)$//' LIST"),
    Oddity(
        "begins with a title", rf"^((?:{_TITLES}) [^\W\d_]+)", f"sed -E 's/^({_TITLES}) //' LIST"
    ),
)

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
        self._lines += int((lines.lengths > 0).sum())
        text = lines.to_lines().decode()
        for oddity in ODDITIES:
            for match in re.finditer(oddity.pattern, text, re.MULTILINE):
                if oddity not in self._first:
                    row = text.count("\n", 0, match.start())
                    [line] = lines[row : row + 1].to_strings()
                    where = f"{title}, line {n_before + row + 1}: {quoted(line)}"
                    self._first[oddity] = where
                self._count[oddity] += 1
                if match.lastindex and self._count[oddity] <= NAMES_TO_TELL:
                    self._groups[oddity].add(match[1])

    def notes(self) -> list[str]:
        """A line for the user about each oddity that there is."""
        notes = []
        for oddity, where in self._first.items():
            n, groups = self._count[oddity], self._groups[oddity]
            if (oddity.unless_most and n > self._lines / 2) or len(groups) == 1:  # "1. FC Köln"
                continue
            more = f", one of {n:,} such lines" if n > 1 else ""
            notes.append(
                f"{where} {oddity.what}{more}. The model will learn it. To take it out: "
                f"{oddity.command} > names.txt"
            )
        return notes


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

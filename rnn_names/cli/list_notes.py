"""Notes on what may be wrong with a list that can be learned from all the same."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from rnn_names.corpus.corpus import Corpus
from rnn_names.errors import CorpusError, quoted

FEW = 20  # distinct names; of fewer, a network learns hardly more than to write them again
SEPARATORS = {",": "commas", ";": "semicolons"}


class Oddity(NamedTuple):
    """A way in which a line is hardly a name."""

    what: str  # what the line does, for the note
    pattern: str  # finds such lines; where its group is the same in all of them, that is a name's
    command: str  # takes it out
    least: float  # share of the lines that must be so
    most: float  # share of the lines; if more are so, names are


def oddities() -> list[Oddity]:
    """Those of oddities.tsv."""
    with open(Path(__file__).with_name("oddities.tsv"), encoding="utf-8") as file:
        _, *rows = [line.rstrip("\n").split("\t") for line in file]
    return [
        Oddity(what, pattern, command, float(least), float(most))
        for what, pattern, command, least, most in rows
    ]


def column_of_names(lines: Sequence[str], separator: str) -> int:
    """The number of the column whose cells are most like names: of letters, and different.

    >>> column_of_names(["17,Anna,f", "23,Bela,m", "42,Cora,f"], ",")
    2
    """
    rows = [line.split(separator) for line in lines]
    columns = [*zip(*(row[: min(map(len, rows))] for row in rows), strict=True)]

    def likeness(cells: Sequence[str]) -> float:
        names = [cell for cell in cells if re.fullmatch(r"\s*[^\W\d_a-z][^\d@]+", cell)]
        return len({*names}) * len(names)

    return 1 + max(range(len(columns)), key=lambda column: likeness(columns[column]))


def refuse_table(corpus: Corpus, is_wanted: bool) -> None:
    """Raises CorpusError for a table: every line has the same three columns or more."""
    lines = [] if is_wanted else corpus.names.to_lines().decode().splitlines()
    for separator in SEPARATORS:
        counts = {line.count(separator) for line in lines}
        if len(counts) == 1 and min(counts) > 1 and len(lines) > 1:
            column = column_of_names(lines, separator)
            raise CorpusError(
                f"this is a table of {min(counts) + 1} columns; that of the names seems to be "
                f"{column}: cut -d '{separator}' -f {column} LIST > new.txt (--as-is learns the "
                "lines as they are)"
            )


def list_notes(corpus: Corpus) -> list[str]:
    """Lines for the user about a list that looks like none of names, one a line, or is short."""
    text, notes = corpus.names.to_lines().decode(), []
    for oddity in oddities():
        first, n, is_always_same = None, 0, True
        for match in re.finditer(oddity.pattern, text, re.MULTILINE):
            first = first or match
            n, is_always_same = n + 1, is_always_same and match.groups() == first.groups()
        is_of_names = first and first.groups() and is_always_same  # such as "1. FC Köln"
        if not first or is_of_names or not oddity.least < n / len(corpus) <= oddity.most:
            continue
        line = text[text.rfind("\n", 0, first.start()) + 1 : text.index("\n", first.start())]
        more = f", one of {n:,} such lines" if n > 1 else ""
        notes.append(
            f"{quoted(line)} {oddity.what}{more}. The model will learn it. To take it out: "
            f"{oddity.command} > new.txt"
        )
    for separator, plural in SEPARATORS.items():
        if text.count(separator) >= len(corpus):
            column = column_of_names(text.splitlines(), separator)
            notes.append(
                f"there are {plural} in the lines, and the model will learn them. If only column "
                f"{column} has names: cut -d '{separator}' -f {column} LIST > new.txt. If every "
                "column has, each name needs a line of its own: "
                rf"tr '{separator}' '\n' < LIST > new.txt"
            )
    if r"{\rtf" in text:
        notes.append(
            "this is a document with formatting (RTF), and the model will learn its codes. Save it "
            "as plain text (TextEdit on a Mac: Format, Make Plain Text)"
        )
    capitals = sum(name.isupper() and len(name) > 4 for name in text.splitlines())
    if 0.2 < capitals / len(corpus) < 0.9:
        notes.append(
            f"{capitals:,} of {len(corpus):,} names are in capitals, and the model will learn two "
            "ways of spelling. Write all of them in one way"
        )
    if len(corpus) < FEW:
        notes.append(
            f"{len(corpus)} names are few, so the model will mostly write them again. Give a "
            "hundred or more"
        )
    return [f"Note: {note}" for note in notes]

"""Notes on lists that look wrong but can be learned from.

oddities.tsv describes lines that are probably not names. Its columns are a description, a pattern
that finds these lines, a command that removes the oddity, and bounds on the share of odd lines. The
lines are names after all if the pattern's group is the same in all of them, as in "1. FC Köln".
"""

import csv
import re
from collections.abc import Sequence
from pathlib import Path

from rnn_names.corpus.corpus import Corpus
from rnn_names.errors import CorpusError, short_repr

with open(Path(__file__).with_name("oddities.tsv"), encoding="utf-8") as table:
    ODDITIES = [*csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)]

FEW_NAMES = 20  # distinct names; a network that learns from fewer mostly repeats them
SEPARATORS = {",": "commas", ";": "semicolons"}


def column_of_names(lines: Sequence[str], separator: str) -> int:
    """The number of the column whose cells look most like names: distinct and made of letters.

    >>> column_of_names(["17,Anna,f", "23,Bela,m", "42,Cora,f"], ",")
    2
    """
    likeness = list[int]()
    for cells in zip(*(line.split(separator) for line in lines), strict=False):
        names = [cell for cell in cells if re.fullmatch(r"\s*[^\W\d_a-z][^\d@]+", cell)]
        likeness.append(len({*names}) * len(names))
    return 1 + likeness.index(max(likeness))


def separator_of_table(lines: Sequence[str], least: int) -> str:
    """The separator that occurs equally often in all lines, at least `least` times; or ""."""
    for separator in SEPARATORS if len(lines) > 1 else ():
        counts = {line.count(separator) for line in lines}
        if len(counts) == 1 and min(counts) >= least:
            return separator
    return ""


def refuse_table(corpus: Corpus) -> None:
    """Raises CorpusError for a table: all lines have the same number of columns, at least three."""
    lines = corpus.names.to_strings()
    if separator := separator_of_table(lines, least=2):
        column = column_of_names(lines, separator)
        n, cut = lines[0].count(separator) + 1, f"cut -d '{separator}' -f {column} LIST > new.txt"
        where = f"this is a table of {n} columns; the names seem to be in column {column}"
        raise CorpusError(f"{where}: {cut} (--as-is learns the lines as they are)")


def list_notes(corpus: Corpus) -> list[str]:
    """Notes for the user on a list that is short or does not look like one name per line."""
    lines, notes = corpus.names.to_strings(), list[str]()
    text = "\n".join(lines)
    for oddity in ODDITIES:
        found = [*re.finditer(oddity["pattern"], text, re.MULTILINE)]
        is_of_names = len({match.groups() for match in found}) == 1 and found[0].groups() != ()
        share = len(found) / len(corpus)
        if is_of_names or not float(oddity["min_share"]) < share <= float(oddity["max_share"]):
            continue
        line = lines[text.count("\n", 0, found[0].start())]
        more = f", one of {len(found):,} such lines" if len(found) > 1 else ""
        odd, remedy = f"{short_repr(line)} {oddity['what']}{more}", f"{oddity['command']} > new.txt"
        notes.append(f"{odd}. The model will learn it. To take it out: {remedy}")
    for separator, plural in SEPARATORS.items():
        if text.count(separator) >= len(corpus):
            column = column_of_names(lines, separator)
            notes.append(
                f"there are {plural} in the lines, and the model will learn them. If only column "
                f"{column} has names: cut -d '{separator}' -f {column} LIST > new.txt. If all "
                "columns have names, put each name on a line of its own: "
                rf"tr '{separator}' '\n' < LIST > new.txt"
            )
    if r"{\rtf" in text:
        what = "this is a document with formatting (RTF), and the model will learn its codes"
        notes.append(f"{what}. Save it as plain text (TextEdit on a Mac: Format, Make Plain Text)")
    capitals = sum(name.isupper() and len(name) > 4 for name in lines)
    if 0.2 < capitals / len(corpus) < 0.9:
        some = f"{capitals:,} of {len(corpus):,} names are in capitals"
        both = "the model will learn both ways of spelling"
        notes.append(f"{some}, so {both}. Write all names in one way")
    if len(corpus) < FEW_NAMES:
        few = f"{len(corpus)} names are few, so the model will mostly repeat them"
        notes.append(f"{few}. Give a hundred or more")
    return [f"Note: {note}" for note in notes]

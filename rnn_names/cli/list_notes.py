"""What may be wrong with a list that can be learned from all the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rnn_names.corpus.corpus import Corpus

FEW = 20
"""Distinct names; of fewer, a network learns hardly more than to write them again."""

NAMES_TO_TELL = 1000

MARKED = [
    (
        re.compile(r"\d+[.):]?\s+\S"),
        "the lines begin with numbers, and the model will learn them. To take them out: "
        r"sed -E 's/^[[:space:]]*[0-9]+[.):]*[[:space:]]*//' LIST > names.txt",
    ),
    (
        re.compile(r"[-*•] +\S"),
        "the lines begin with list marks, and the model will learn them. To take them out: "
        r"sed -E 's/^[[:space:]]*(-|\*|•)[[:space:]]*//' LIST > names.txt",
    ),
    (
        re.compile(r'".*"'),
        "there are quotation marks in the lines, and the model will learn them. To take them "
        """out: tr -d '"' < LIST > names.txt""",
    ),
]
"""What more than nine tenths of the lines begin with, and the note about it."""

SEPARATORS = {",": "commas", ";": "semicolons"}


def list_notes(corpus: Corpus) -> list[str]:
    """Lines for the user about a list that looks like none of names, one a line."""
    names = corpus.names[:NAMES_TO_TELL].to_strings()
    notes = [
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
            "hundred or more, or start from a model that knows how names are spelled: --init "
            "first-names"
        )
    return notes

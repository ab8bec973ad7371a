"""What may be wrong with a list that can be learned from all the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rnn_names.corpus.corpus import Corpus

FEW = 20
"""Distinct names; of fewer, a network learns hardly more than to write them again."""

NAMES_TO_TELL = 1000

NUMBERED = re.compile(r"\d+[.):]?\s+\S")


def list_notes(corpus: Corpus) -> list[str]:
    """Lines for the user about a list that looks like none of names, one a line."""
    names = corpus.names[:NAMES_TO_TELL].to_strings()
    notes = []
    if sum(NUMBERED.match(name) is not None for name in names) > 0.9 * len(names):
        notes.append(
            "Note: the lines begin with numbers, and the model will learn them. To take them out: "
            r"sed -E 's/^[ \t]*[0-9]+[.):]*[ \t]*//' LIST > names.txt"
        )
    if sum(name.count(",") for name in names) >= len(names):
        notes.append(
            "Note: there are commas in the lines. If they separate names, put each name on a line "
            r"of its own: tr ',' '\n' < LIST > names.txt"
        )
    if len(corpus) < FEW:
        notes.append(
            f"Note: {len(corpus)} names are few, so the model will mostly write them again. Give a "
            "hundred or more, or start from a model that knows how names are spelled: --init "
            "first-names"
        )
    return notes

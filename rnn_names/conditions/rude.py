"""Rude and loaded words in names: what `clean` leaves out.

They are in `rude.txt`. Most count only as a whole word, so that Dickens and Scunthorpe stay.
"""

import os
import re
from functools import cache
from typing import NamedTuple

from rnn_names.conditions.edits import folded

RUDE_WORDS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "rude.txt")
_WORD = re.compile(r"[^\W\d_]+")


class RudeWords(NamedTuple):
    """In lower case."""

    whole: frozenset[str]  # not to be a word of a name
    anywhere: tuple[str, ...]  # not to be anywhere in a name


@cache
def rude_words() -> RudeWords:
    """The words of `rude.txt`, read once."""
    with open(RUDE_WORDS, encoding="utf-8") as file:
        words = [word for line in file if not line.startswith("#") for word in line.split()]
    anywhere = tuple(folded(word.strip("*")) for word in words if word.startswith("*"))
    return RudeWords(frozenset(folded(word) for word in words if word[0] != "*"), anywhere)


def is_clean(name: str) -> bool:
    """Whether there is no rude word in a name.

    >>> [name for name in ("Cassandra", "Dickens", "Moby Dick", "Badfuckery") if is_clean(name)]
    ['Cassandra', 'Dickens']
    """
    text, (whole, anywhere) = folded(name), rude_words()
    return whole.isdisjoint(_WORD.findall(text)) and not any(word in text for word in anywhere)

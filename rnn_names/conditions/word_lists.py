"""Words that names may not be or contain: rude words and common English words."""

import os
import re
from functools import cache

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.characters import folded
from rnn_names.corpus.fingerprints import among, fingerprint, unpacked
from rnn_names.corpus.names import Names

_HERE = os.path.dirname(os.path.abspath(__file__))
RUDE_WORDS = os.path.join(_HERE, "rude.txt")  # the words of `clean`
COMMON_WORDS = os.path.join(_HERE, "words.npy")  # of `no_words`; data/make_words.py makes them


@cache
def common_words() -> Array:
    """The fingerprints of common words, capitalised."""
    gaps = np.load(COMMON_WORDS)
    return unpacked(np.cumsum(gaps, dtype=gaps.dtype))


def are_words(names: Names) -> Array:
    """Whether each name is a common English word: (len(names),) bool."""
    capitalised = Names.from_strings([name.capitalize() for name in names.to_strings()])
    return among(fingerprint(capitalised), common_words())


@cache
def rude_words() -> tuple[frozenset[str], tuple[str, ...]]:
    """Rude and loaded words, folded: whole words, and parts, in which a space is a word's edge."""
    with open(RUDE_WORDS, encoding="utf-8") as file:
        words = [folded(word) for line in file if line[0] != "#" for word in line.split()]
    parts = tuple(f" {word} ".replace(" *", "").replace("* ", "") for word in words if "*" in word)
    return frozenset(word for word in words if "*" not in word), parts


@cache
def _rude_part() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, rude_words()[1])))  # three times as fast as a loop


def is_clean(name: str) -> bool:
    """Whether a name contains no rude word.

    >>> names = ("Cassandra", "Dickens", "Scunthorpe", "Moby Dick", "Badfuckery", "Shitbourne")
    >>> [name for name in names if is_clean(name)]
    ['Cassandra', 'Dickens', 'Scunthorpe']
    """
    words = re.findall(r"[^\W\d_]+", folded(name))
    text = f" {' '.join(words)} "
    return rude_words()[0].isdisjoint(words) and not _rude_part().search(text)

r"""Triples of adjacent characters in the names of a list, ignoring case, for `known_triples`.

Both ends of a name are "\n".

>>> names = Names.from_strings(["Abba", "Bo"])
>>> known_triples(names, Vocabulary.from_names(names))
{'\na': 'b', '\nb': 'o', 'ab': 'b', 'ba': '\n', 'bb': 'a', 'bo': '\n'}
"""

from collections.abc import Mapping, Sequence

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.names import Names, Vocabulary
from rnn_names.corpus.shape import with_ends

Triples = Mapping[str, str]  # the characters that follow each pair of adjacent characters

MAX_LETTERS = 250  # letters of the largest alphabet with triples; in larger ones, few triples recur
NAMES_AT_ONCE = 1 << 18


def known_triples(names: Names, vocabulary: Vocabulary) -> Triples | None:
    """All triples of adjacent characters in the names; None for more than `MAX_LETTERS` letters."""
    letters = _letters(vocabulary)[0]
    if len(letters) > MAX_LETTERS:
        return None
    seen = np.zeros(len(letters) ** 3, dtype=bool)
    for start in range(0, len(names), NAMES_AT_ONCE):
        seen[_triples(names[start : start + NAMES_AT_ONCE], vocabulary)] = True
    triples: dict[str, str] = {}
    for a, b, c in letters[np.argwhere(seen.reshape(3 * letters.shape))].tolist():
        triples[a + b] = triples.get(a + b, "") + c
    return triples


def joined_triples(known: Sequence[Triples | None], vocabulary: Vocabulary) -> Triples | None:
    """The triples of several lists together; None if one is None, or the alphabet is large."""
    if None in known or len(_letters(vocabulary)[0]) > MAX_LETTERS:
        return None
    joined: dict[str, set[str]] = {}
    for triples in filter(None, known):
        for pair, following in triples.items():
            joined.setdefault(pair, set()).update(following)
    return {pair: "".join(sorted(following)) for pair, following in sorted(joined.items())}


def have_triples(names: Names, vocabulary: Vocabulary, known: Triples) -> Array:
    """Whether each name contains only triples that are in `known`: (len(names),) bool."""
    letters = _letters(vocabulary)[0]
    texts = "".join(pair + c for pair, following in known.items() for c in following)
    rows = np.searchsorted(letters, [*texts]).reshape(-1, 3)
    seen = np.zeros(len(letters) ** 3, dtype=bool)
    seen[np.ravel_multi_index(tuple(rows.T), 3 * letters.shape)] = True
    return np.logical_and.reduceat(seen[_triples(names, vocabulary)], names.offsets[:-1])


def _triples(names: Names, vocabulary: Vocabulary) -> Array:
    """The triple around each character of names, as one number: (n,)."""
    letters, letter = _letters(vocabulary)
    indices = with_ends(names, vocabulary)
    each, here = letter[indices], np.flatnonzero(indices)
    return np.ravel_multi_index((each[here - 1], each[here], each[here + 1]), 3 * letters.shape)


def _letters(vocabulary: Vocabulary) -> tuple[Array, Array]:
    """The sorted lower-case characters, and (n_y,) the row of each index's character."""
    return np.unique([*lower_case("\n" + vocabulary.characters)], return_inverse=True)


def lower_case(text: str) -> str:
    """A text in lower case, character by character."""
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)

r"""Which characters stand side by side in the names of a list: by kind, and in triples.

The *shape* of names bars three things unless a name in the list contains them: a lower-case letter
at the beginning, a capital right after a letter, and each pair of adjacent spaces or marks, such as
". ". Triples of adjacent characters, ignoring case, are for `known_triples`. Both ends of a name
are represented by "\n", which counts as a space.

>>> names = Names.from_strings(["St. Asaph", "Llandudno"])
>>> odd_pairs(names, Vocabulary.from_names(names))
['. ']
>>> names = Names.from_strings(["Abba", "Bo"])
>>> known_triples(names, Vocabulary.from_names(names))
{'\na': 'b', '\nb': 'o', 'ab': 'b', 'ba': '\n', 'bb': 'a', 'bo': '\n'}
"""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.names import Names, Vocabulary

Triples = Mapping[str, str]  # the characters that follow each pair of adjacent characters

MAX_LETTERS = 250  # letters of the largest alphabet with triples; in larger ones, few triples recur
NAMES_AT_ONCE = 1 << 18


@dataclass(frozen=True)
class Shape:
    """The kinds of characters that may follow each other: all but odd pairs that a list lacks."""

    kind: Array  # (n_y,) int, the kind of each index; the end of a name has kind 0
    barred: Array  # (kinds, kinds) whether the second kind must not follow the first

    def fits(self, prefix: Sequence[int]) -> bool:
        """Whether names may begin with a prefix, given as indices."""
        kinds = self.kind[[0, *prefix]]
        return not self.barred[kinds[:-1], kinds[1:]].any()

    def allowing(self, prefix: Sequence[int]) -> "Shape":
        """A shape that also allows names to begin with a prefix."""
        kinds, barred = self.kind[[0, *prefix]], self.barred.copy()
        barred[kinds[:-1], kinds[1:]] = False
        return Shape(self.kind, barred)


def make_shape(
    vocabulary: Vocabulary, pairs: Collection[str] | None, lower_case_beginnings: bool
) -> Shape | None:
    """The shape of names with these odd pairs (`odd_pairs`); None if it allows every name."""
    kinds, kind = _kinds(vocabulary)
    barred = np.zeros((len(kinds), len(kinds)), dtype=bool)
    if pairs is not None:
        pairs = {*pairs}
        barred[:] = [[_is_odd(a, b) and a + b not in pairs for b in kinds] for a in kinds]
    if not lower_case_beginnings:
        barred[0, kinds == "a"] = True
    return Shape(kind, barred) if barred.any() else None


def odd_pairs(names: Names, vocabulary: Vocabulary) -> list[str]:
    """The odd pairs of adjacent kinds in these names; all others are barred."""
    kinds, kind = _kinds(vocabulary)
    each = kind[with_ends(names, vocabulary)]
    seen = np.zeros((len(kinds), len(kinds)), dtype=bool)
    seen[each[:-1], each[1:]] = True
    return sorted(a + b for a, b in kinds[np.argwhere(seen)].tolist() if _is_odd(a, b))


def with_ends(names: Names, vocabulary: Vocabulary) -> Array:
    """The indices of all characters, with an end before each name and after the last."""
    return np.insert(vocabulary.encode(names.codes), names.offsets, 0)


def _kinds(vocabulary: Vocabulary) -> tuple[Array, Array]:
    """The sorted kinds of characters, and (n_y,) the row of each index's kind."""
    return np.unique([*map(_kind, "\n" + vocabulary.characters)], return_inverse=True)


def _kind(character: str) -> str:
    """A for capitals, a for small letters, x for other letters, 0 for digits, or the character."""
    if character.isupper() or character.islower():
        return "A" if character.isupper() else "a"
    return {"L": "x", "M": "x", "N": "0"}.get(unicodedata.category(character)[0], character)


def _is_odd(a: str, b: str) -> bool:
    """Whether kind b may follow kind a only if the list contains this pair."""
    return a in "Aax" if b == "A" else not {a, b} & {*"Aax0"}


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

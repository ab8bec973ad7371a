r"""The shape of names: which kinds of characters stand side by side.

No name has a capital right after a letter unless one of the list has; and none has two spaces or
marks in a row, such as ". ", unless one of the list has these two. The ends of a name count as
spaces, "\n".

>>> names = Names.from_strings(["St. Asaph", "Llandudno"])
>>> odd_pairs(names, Vocabulary.of(names))
['. ']
"""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.names import Names, Vocabulary


@dataclass(frozen=True)
class Shape:
    """The kinds of characters that never stand side by side in a list."""

    kind: Array  # (n_y,) the kind of each index, a number; that of the end of a name is 0
    barred: Array  # (kinds, kinds) whether each kind must not come right after each other one

    def fits(self, prefix: Sequence[int]) -> bool:
        """Whether names may begin so; `prefix` has indices."""
        kinds = self.kind[[0, *prefix]]
        return not self.barred[kinds[:-1], kinds[1:]].any()

    def allowing(self, prefix: Sequence[int]) -> "Shape":
        """The shape, changed so that names may begin so."""
        kinds, barred = self.kind[[0, *prefix]], self.barred.copy()
        barred[kinds[:-1], kinds[1:]] = False
        return Shape(self.kind, barred)


def make_shape(
    vocabulary: Vocabulary, pairs: Collection[str] | None, lower_case_beginnings: bool
) -> Shape | None:
    """The shape of names with these pairs, as `odd_pairs` gave them; None if it is any."""
    kinds, kind = _kinds(vocabulary)
    barred = np.zeros((len(kinds), len(kinds)), dtype=bool)
    if pairs is not None:
        pairs = {*pairs}
        barred[:] = [[_is_odd(a, b) and a + b not in pairs for b in kinds] for a in kinds]
    if not lower_case_beginnings:
        barred[0, kinds == "a"] = True
    return Shape(kind, barred) if barred.any() else None


def odd_pairs(names: Names, vocabulary: Vocabulary) -> list[str]:
    """The odd pairs of kinds that these names have; others are barred."""
    kinds, kind = _kinds(vocabulary)
    each = kind[_with_ends(names, vocabulary)]
    seen = np.zeros((len(kinds), len(kinds)), dtype=bool)
    seen[each[:-1], each[1:]] = True
    return sorted(a + b for a, b in kinds[np.argwhere(seen)].tolist() if _is_odd(a, b))


Triples = Mapping[str, str]  # by two characters in a row, all that follow them

MAX_LETTERS = 250  # in larger alphabets, few three characters stand in a row twice
NAMES_AT_ONCE = 1 << 18


def known_triples(names: Names, vocabulary: Vocabulary) -> Triples | None:
    r"""Every three characters in a row in some name; case does not count.

    Both ends of a name are "\n". None for alphabets of more than `MAX_LETTERS`.

    >>> names = Names.from_strings(["Abba", "Bo"])
    >>> known_triples(names, Vocabulary.of(names))
    {'\na': 'b', '\nb': 'o', 'ab': 'b', 'ba': '\n', 'bb': 'a', 'bo': '\n'}
    """
    letters = _letters(vocabulary)[0]
    if len(letters) > MAX_LETTERS:
        return None
    seen = np.zeros(len(letters) ** 3, dtype=bool)
    for start in range(0, len(names), NAMES_AT_ONCE):
        seen[_triples(names[start : start + NAMES_AT_ONCE], vocabulary)] = True
    found: dict[str, str] = {}
    for a, b, c in letters[np.argwhere(seen.reshape(3 * letters.shape))].tolist():
        found[a + b] = found.get(a + b, "") + c
    return found


def joined_triples(known: Sequence[Triples | None], vocabulary: Vocabulary) -> Triples | None:
    """All that some lists have; None where one of these is not known, or the alphabet is large."""
    if None in known or len(_letters(vocabulary)[0]) > MAX_LETTERS:
        return None
    found: dict[str, set[str]] = {}
    for pair, following in chain.from_iterable(each.items() for each in known if each is not None):
        found.setdefault(pair, set()).update(following)
    return {pair: "".join(sorted(following)) for pair, following in sorted(found.items())}


def have_triples(names: Names, vocabulary: Vocabulary, known: Triples) -> Array:
    """Whether each name has only triples of characters that are in `known`: (len(names),) bool."""
    letters = _letters(vocabulary)[0]
    texts = "".join(pair + c for pair, following in known.items() for c in following)
    rows = np.searchsorted(letters, [*texts]).reshape(-1, 3)
    seen = np.zeros(len(letters) ** 3, dtype=bool)
    seen[np.ravel_multi_index(tuple(rows.T), 3 * letters.shape)] = True
    return np.logical_and.reduceat(seen[_triples(names, vocabulary)], names.offsets[:-1])


def _triples(names: Names, vocabulary: Vocabulary) -> Array:
    """Around each character of names, it and its neighbours, as one number: (n,)."""
    letters, letter = _letters(vocabulary)
    indices = _with_ends(names, vocabulary)
    each, here = letter[indices], np.flatnonzero(indices)
    return np.ravel_multi_index((each[here - 1], each[here], each[here + 1]), 3 * letters.shape)


def _with_ends(names: Names, vocabulary: Vocabulary) -> Array:
    """The indices of all characters, and an end before each name and after the last."""
    return np.insert(vocabulary.encode(names.codes), names.offsets, 0)


def _letters(vocabulary: Vocabulary) -> tuple[Array, Array]:
    """The characters in lower case, in order, and which of them each index has: (n_y,)."""
    return np.unique([*lower_case("\n" + vocabulary.characters)], return_inverse=True)


def lower_case(text: str) -> str:
    """A text in lower case, character by character."""
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _kinds(vocabulary: Vocabulary) -> tuple[Array, Array]:
    """The kinds that there are, in order, and which of them each index has: (n_y,)."""
    return np.unique([*map(_kind, "\n" + vocabulary.characters)], return_inverse=True)


def _kind(character: str) -> str:
    """A for a capital, a for a small letter, x for any other, 0 for digits; else the character."""
    if character.isupper() or character.islower():
        return "A" if character.isupper() else "a"
    return {"L": "x", "M": "x", "N": "0"}.get(unicodedata.category(character)[0], character)


def _is_odd(a: str, b: str) -> bool:
    """Whether one kind comes right after another only in names of lists that have such names."""
    return a in "Aax" if b == "A" else not {a, b} & {*"Aax0"}

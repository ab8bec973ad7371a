r"""The shape of names: which kinds of characters may be adjacent.

Three things are barred unless a name of the list contains them: a lower-case letter at the
beginning, a capital right after a letter, and each pair of adjacent spaces or marks, such as ". ".
Both ends of a name are represented by "\n", which counts as a space.

>>> names = Names.from_strings(["St. Asaph", "Llandudno"])
>>> odd_pairs(names, Vocabulary.from_names(names))
['. ']
"""

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.names import Names, Vocabulary


@dataclass(frozen=True)
class Shape:
    """The pairs of kinds of characters that are never adjacent in a list."""

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

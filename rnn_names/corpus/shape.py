r"""The shape of names: which kinds of characters stand side by side.

No name has a capital right after a letter unless one of the list has; and none has two spaces or
marks in a row, such as ". ", unless one of the list has these two. The ends of a name count as
spaces, "\n".

>>> names = Names.from_strings(["St. Asaph", "Llandudno"])
>>> pairs_of(names, Vocabulary.of(names))
['. ']
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.names import Names
from rnn_names.corpus.vocabulary import Vocabulary


@dataclass(frozen=True)
class Shape:
    """Which characters do not stand side by side, by their kinds."""

    kind: Array  # (n_y,) the kind of each index, a number; that of the end of a name is 0
    barred: Array  # (kinds, kinds) whether each kind must not come right after each other one

    def allows(self, last: Array, parent: Array, character: Array) -> Array:
        """Whether each `character` may come right after `last[parent]`, as indices: (k,) bool."""
        kinds = self.kind.take(last)[parent] * len(self.barred) + self.kind.take(character)
        return ~self.barred.ravel().take(kinds)

    def fits(self, prefix: Sequence[int]) -> bool:
        """Whether names may begin so; `prefix` has indices."""
        kinds = self.kind[[0, *prefix]]
        return not self.barred[kinds[:-1], kinds[1:]].any()

    def allowing(self, prefix: Sequence[int]) -> Shape:
        """The shape that such a beginning of a name has, too, whatever it is."""
        kinds, barred = self.kind[[0, *prefix]], self.barred.copy()
        barred[kinds[:-1], kinds[1:]] = False
        return Shape(self.kind, barred)


def shape_of(
    vocabulary: Vocabulary, pairs: Collection[str] | None, lower_case_beginnings: bool
) -> Shape | None:
    """The shape of names with these pairs, as `pairs_of` gave them; None if it is any."""
    kinds, kind = _kinds(vocabulary)
    barred = np.zeros((len(kinds), len(kinds)), dtype=bool)
    if pairs is not None:
        pairs = {*pairs}
        barred[:] = [[_is_odd(a, b) and a + b not in pairs for b in kinds] for a in kinds]
    if "a" in kinds and not lower_case_beginnings:
        barred[0, kinds.index("a")] = True
    return Shape(kind, barred) if barred.any() else None


def pairs_of(names: Names, vocabulary: Vocabulary) -> list[str]:
    """Of the pairs of kinds that are barred unless a list has them, those that these names have."""
    found = _side_by_side(names, vocabulary, *_kinds(vocabulary))
    return sorted(pair for pair in found if _is_odd(pair[0], pair[1]))


MAX_KNOWN_PAIRS = 5000  # a model keeps no more: few Han characters stand side by side twice


def known_pairs(names: Names, vocabulary: Vocabulary) -> list[str] | None:
    r"""Every two characters that stand side by side in some name; the ends are "\n".

    None where there are more than `MAX_KNOWN_PAIRS`.

    >>> names = Names.from_strings(["aba"])
    >>> known_pairs(names, Vocabulary.of(names))
    ['\na', 'a\n', 'ab', 'ba']
    """
    characters = "\n" + vocabulary.characters
    found = _side_by_side(names, vocabulary, characters, np.arange(len(characters)))
    return found if len(found) <= MAX_KNOWN_PAIRS else None


def shape_of_pairs(vocabulary: Vocabulary, pairs: Collection[str]) -> Shape:
    """The shape of names without any other two characters side by side than `known_pairs` gave."""
    index = {character: i for i, character in enumerate("\n" + vocabulary.characters)}
    barred = np.ones((len(index), len(index)), dtype=bool)
    for pair in pairs:
        barred[index[pair[0]], index[pair[1]]] = False
    return Shape(np.arange(len(index)), barred)


def _side_by_side(
    names: Names, vocabulary: Vocabulary, kinds: Sequence[str], kind: Array
) -> list[str]:
    """The pairs of kinds that names have side by side, where `kind` is that of each index."""
    each = kind[np.insert(vocabulary.encode(names.codes), names.offsets, 0)]
    pairs = np.unique(each[:-1] * len(kinds) + each[1:]).tolist()
    return ["".join(kinds[i] for i in divmod(pair, len(kinds))) for pair in pairs]


def _kinds(vocabulary: Vocabulary) -> tuple[list[str], Array]:
    """The kinds that there are, and which of them each index has: (n_y,)."""
    each = [*map(_kind, "\n" + vocabulary.characters)]
    kinds = [*dict.fromkeys(each)]
    number = {kind: i for i, kind in enumerate(kinds)}
    return kinds, np.array([number[kind] for kind in each])


def _kind(character: str) -> str:
    """A for a capital, a for a small letter, x for any other, 0 for digits; else the character."""
    if character.isupper() or character.islower():
        return "A" if character.isupper() else "a"
    return {"L": "x", "M": "x", "N": "0"}.get(unicodedata.category(character)[0], character)


def _is_odd(a: str, b: str) -> bool:
    """Whether one kind comes right after another only in names of lists that have such names."""
    return a in "Aax" if b == "A" else not {a, b} & {*"Aax0"}

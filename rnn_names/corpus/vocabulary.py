r"""Characters to indices and back.

Index 0 is the end-of-name symbol (EOS); characters follow. EOS is written "\n", which no name
contains.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.names import Names

UNKNOWN = -1  # what `Vocabulary.encode` gives for a character that the vocabulary lacks


class Vocabulary:
    """The characters that a model knows.

    >>> vocabulary = Vocabulary("abc")
    >>> len(vocabulary)
    4
    >>> vocabulary.encode(np.array([ord("c"), ord("x"), ord("a")])).tolist()
    [3, -1, 1]
    >>> chr(vocabulary.codes[3])
    'c'
    """

    def __init__(self, characters: str) -> None:
        self.characters = characters

    @classmethod
    def of(cls, names: Names) -> Vocabulary:
        """The distinct characters of some names, in code-point order."""
        present = np.zeros(int(names.codes.max(initial=0)) + 1, dtype=bool)
        present[names.codes] = True
        return cls(np.flatnonzero(present).astype("<u4").tobytes().decode("utf-32-le"))

    def union(self, other: Vocabulary) -> Vocabulary:
        """The characters of both, in code-point order."""
        return Vocabulary("".join(sorted({*self.characters, *other.characters})))

    def __len__(self) -> int:
        """n_x and n_y of a network: the characters and EOS."""
        return len(self.characters) + 1

    @cached_property
    def codes(self) -> Array:
        r"""(len(self),) uint32: the code point of each index; EOS is that of "\n"."""
        text = "\n" + self.characters
        return np.frombuffer(text.encode("utf-32-le"), dtype="<u4").astype(np.uint32)

    @cached_property
    def _index(self) -> Array:
        """The index of each code point up to the highest one, and after them `UNKNOWN`."""
        index = np.full(int(self.codes.max()) + 2, UNKNOWN, dtype=np.int32)
        index[self.codes[1:]] = np.arange(1, len(self))
        return index

    def encode(self, codes: Array) -> Array:
        """Code points to indices, of any shape; `UNKNOWN` for a character that is not there."""
        return self._index[np.minimum(codes, len(self._index) - 1)]

    def coded(self, names: Names) -> Names:
        """Some names as indices."""
        return Names(self.encode(names.codes), names.offsets)

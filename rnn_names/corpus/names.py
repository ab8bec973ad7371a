"""Many names as one flat array of code points with offsets, and the indices of characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, pairwise
from typing import Any

import numpy as np

from rnn_names.arrays import Array, ranges
from rnn_names.corpus.characters import MAX_DECOMPOSED, composed
from rnn_names.errors import CorpusError, short_repr
from rnn_names.system import cached_property

EOS = 0  # index of the end-of-name symbol, "\n"; characters have the indices 1, 2, …
UNKNOWN = -1  # the index of a character that is not in the vocabulary
_ROWS_AT_ONCE = 1 << 15  # names gathered together, to bound the memory


@dataclass(frozen=True)
class Names:
    """Any number of texts, one after another in a flat array.

    >>> names = Names.from_strings(["Ada", "Bo"])
    >>> names.codes.tolist(), names.offsets.tolist()
    ([65, 100, 97, 66, 111], [0, 3, 5])
    """

    codes: Array  # (total characters,) code points; in `IndexedNames`, vocabulary indices
    offsets: Array  # (n + 1,) int64. Name i is codes[offsets[i]:offsets[i + 1]]

    @classmethod
    def from_strings(cls, strings: Iterable[str]) -> Names:
        """Names from Python strings, unchanged."""
        strings = list(strings)
        data = "".join(strings).encode("utf-32-le", "surrogatepass")
        codes = np.frombuffer(data, dtype="<u4").astype(np.uint32, copy=False)
        lengths = np.fromiter(map(len, strings), dtype=np.int64, count=len(strings))
        return cls.from_lengths(codes, lengths)

    @classmethod
    def from_lengths(cls, codes: Array, lengths: Array) -> Names:
        """Names from their joined code points and their lengths, (n,)."""
        return cls(codes, _offsets(lengths))

    @classmethod
    def concatenate(cls, parts: list[Names]) -> Names:
        """All names of several parts, in order."""
        if len(parts) < 2:
            return parts[0] if parts else cls.from_strings([])
        lengths = [part.lengths for part in parts]
        codes = [part.codes for part in parts]
        return cls.from_lengths(np.concatenate(codes), np.concatenate(lengths))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, rows: slice) -> Names:
        """The names of a slice without a step, which share the memory of this object."""
        start, stop, _ = rows.indices(len(self))
        offsets = self.offsets[start : max(start, stop) + 1]
        return Names(self.codes[offsets[0] : offsets[-1]], offsets - offsets[0])

    @property
    def lengths(self) -> Array:
        """The number of characters of each name: (n,)."""
        return np.diff(self.offsets)

    def to_strings(self) -> list[str]:
        """The names as Python strings."""
        text = self.codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
        return [text[start:stop] for start, stop in pairwise(self.offsets.tolist())]

    def in_nfc(self) -> Names:
        """The names in NFC, except texts that are far too long to be names."""
        # If the joined names are in NFC, each name is; this check takes a tenth of the time.
        together = self.codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
        if unicodedata.is_normalized("NFC", together):
            return self
        return self.from_strings(
            text if len(text) > MAX_DECOMPOSED else composed(text) for text in self.to_strings()
        )

    def to_lines(self) -> bytes:
        r"""The names as UTF-8 text, one per line.

        >>> Names.from_strings(["Ada", "Bo"]).to_lines()
        b'Ada\nBo\n'
        """
        text = np.insert(self.codes.astype("<u4"), self.offsets[1:], ord("\n"))
        return text.tobytes().decode("utf-32-le").encode()

    def take(self, rows: Array) -> Names:
        """The names in the given rows, in that order."""
        starts, lengths = self.offsets[:-1][rows], self.lengths[rows]
        offsets = _offsets(lengths).astype(self.offsets.dtype, copy=False)
        codes = np.empty(offsets[-1], self.codes.dtype)
        for first in range(0, len(starts), _ROWS_AT_ONCE):
            part = slice(first, first + _ROWS_AT_ONCE)
            places = ranges(starts[part], lengths[part])
            self.codes.take(places, out=codes[offsets[first] :][: len(places)], mode="clip")
        return Names(codes, offsets)

    def padded(self, rows: Array | slice = slice(None)) -> tuple[Array, Array]:
        """The codes of the given rows, (m, longest), padded with 0, and their lengths, (m,).

        >>> Names.from_strings(["Ada", "Bo"]).padded()[0].tolist()
        [[65, 100, 97], [66, 111, 0]]
        """
        starts, ends = self.offsets[:-1][rows], self.offsets[1:][rows]
        lengths = ends - starts
        columns = np.arange(lengths.max(initial=0))
        inside = columns < lengths[:, None]  # (m, longest)
        rectangle = np.zeros(inside.shape, self.codes.dtype)
        rectangle[inside] = self.codes[(starts[:, None] + columns)[inside]]
        return rectangle, lengths

    def distinct(self, weights: Array | None = None) -> tuple[Names, Array]:
        """The distinct names in code-point order, and the count or sum of `weights` (n,) of each.

        >>> names, counts = Names.from_strings(["b", "ab", "b", "a"]).distinct()
        >>> names.to_strings(), counts.tolist()
        (['a', 'ab', 'b'], [1, 1, 2])
        """
        texts, order = self.to_strings(), self.order()
        runs = [len([*run]) for _, run in groupby(order.tolist(), texts.__getitem__)]
        starts = np.cumsum([0, *runs])[:-1]  # of each run of equal names
        weights = np.ones(len(self), np.int64) if weights is None else weights
        return self.take(order[starts]), np.add.reduceat(weights[order], starts)

    def order(self) -> Array:
        """The rows of names in code-point order: (n,).

        >>> Names.from_strings(["Bo", "Adam", "Ada", "Bo"]).order().tolist()
        [2, 1, 0, 3]
        """
        texts = self.to_strings()
        return np.array(sorted(range(len(texts)), key=texts.__getitem__), np.intp)


IndexedNames = Names  # whose codes are the indices of a vocabulary
Indices = tuple[int, ...]  # a text as vocabulary indices
IndexedTexts = Sequence[Indices]


def names_from_indices(texts: IndexedTexts) -> IndexedNames:
    """The names with the given texts, which are indices."""
    indices = np.array([*chain.from_iterable(texts)], np.intp)
    return Names.from_lengths(indices, np.array([*map(len, texts)], np.intp))


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
    def from_names(cls, names: Names) -> Vocabulary:
        """The distinct characters of names, in code-point order."""
        present = np.flatnonzero(np.bincount(names.codes))
        return cls(present.astype("<u4").tobytes().decode("utf-32-le"))

    def union(self, other: Vocabulary) -> Vocabulary:
        """The characters of both, in code-point order."""
        return Vocabulary("".join(sorted({*self.characters, *other.characters})))

    def __len__(self) -> int:
        """n_x and n_y of a network: the characters and EOS."""
        return len(self.characters) + 1

    @cached_property
    def codes(self) -> Array:
        r"""The code point of each index, "\n" for EOS: (len(self),) uint32."""
        text = "\n" + self.characters
        return np.frombuffer(text.encode("utf-32-le"), dtype="<u4").astype(np.uint32)

    @cached_property
    def _index(self) -> Array:
        """The index of each code point up to the highest one; the last item is `UNKNOWN`."""
        index = np.full(int(self.codes.max()) + 2, UNKNOWN, dtype=np.int32)
        index[self.codes[1:]] = np.arange(1, len(self))
        return index

    def encode(self, codes: Array) -> Array:
        """The indices of code points, in any shape; `UNKNOWN` if not in the vocabulary."""
        return self._index[np.minimum(codes, len(self._index) - 1)]

    def indices_of(self, other: Vocabulary) -> Array:
        """The index of each symbol of another vocabulary, all of whose characters are in this one.

        >>> Vocabulary("abc").indices_of(Vocabulary("ac")).tolist()
        [0, 1, 3]
        """
        return np.append(EOS, self.encode(other.codes[1:]))

    def indexed(self, names: Names) -> IndexedNames:
        """The names with indices as codes."""
        return Names(self.encode(names.codes), names.offsets)

    def spelled(self, names: IndexedNames) -> Names:
        """The names with code points as codes."""
        return Names(self.codes[names.codes], names.offsets)


def checked_strings(names: Any) -> list[str]:
    """Returns names as a list of strings; refuses a single string, which would become letters."""
    if isinstance(names, str):
        text = short_repr(names)
        raise CorpusError(f"{text}: a single text; give a list of names: [{text}]")
    try:
        result = list[str](names)
    except TypeError:
        raise CorpusError(f"{short_repr(names)}: give a list of names") from None
    for number, name in enumerate(result, 1):
        if not isinstance(name, str):
            raise CorpusError(f"name {number:,}: {short_repr(name)} is not a text")
    return result


def _offsets(lengths: Array) -> Array:
    return np.append(0, np.cumsum(lengths, dtype=np.int64))

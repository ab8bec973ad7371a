"""Many names as one flat array of code points with offsets.

So work on ten million names is array work: no Python loop per name or per character.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ROWS_AT_ONCE = 1 << 15


@dataclass(frozen=True)
class Names:
    """Any number of texts as one flat array.

    Attributes:
        codes: (total characters,) uint32 code points, or vocabulary indices, name after name.
        offsets: (n + 1,) int64. Name i is ``codes[offsets[i]:offsets[i + 1]]``.

    >>> names = Names.from_strings(["Ada", "Bo"])
    >>> names.codes.tolist(), names.offsets.tolist()
    ([65, 100, 97, 66, 111], [0, 3, 5])
    """

    codes: NDArray[Any]
    offsets: NDArray[np.int64]

    @classmethod
    def from_strings(cls, strings: Iterable[str]) -> Names:
        """Names from Python strings, as they are."""
        strings = list(strings)
        codes = np.frombuffer(
            "".join(strings).encode("utf-32-le", "surrogatepass"), dtype="<u4"
        ).astype(np.uint32, copy=False)
        lengths = np.fromiter(map(len, strings), dtype=np.int64, count=len(strings))
        return cls(codes, _offsets(lengths))

    @classmethod
    def concatenate(cls, parts: list[Names]) -> Names:
        """All names of several parts, in order."""
        if len(parts) == 1:
            return parts[0]
        lengths = [part.lengths for part in parts]
        codes = [part.codes for part in parts]
        return cls(np.concatenate(codes), _offsets(np.concatenate(lengths)))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, rows: slice) -> Names:
        """The names of a slice, in the memory of this one."""
        start, stop, _ = rows.indices(len(self))
        offsets = self.offsets[start : max(start, stop) + 1]
        return Names(self.codes[offsets[0] : offsets[-1]], offsets - offsets[0])

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Characters of each name, (n,)."""
        return np.diff(self.offsets)

    def to_strings(self) -> list[str]:
        """The names as Python strings.

        >>> Names.from_strings(["Ada", "Bo"]).to_strings()
        ['Ada', 'Bo']
        """
        text = self.codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
        ends = self.offsets.tolist()
        return [text[a:b] for a, b in pairwise(ends)]

    def to_lines(self) -> bytes:
        r"""The names as UTF-8 text, one per line.

        >>> Names.from_strings(["Ada", "Bo"]).to_lines()
        b'Ada\nBo\n'
        """
        text = np.full(len(self.codes) + len(self), ord("\n"), dtype="<u4")
        ends = self.offsets[1:] + np.arange(len(self))
        inside = np.ones(len(text), dtype=bool)
        inside[ends] = False
        text[inside] = self.codes
        return text.tobytes().decode("utf-32-le").encode()

    def take(self, rows: NDArray[Any]) -> Names:
        """The names of some rows, in that order."""
        return Names(*gathered(self.codes, self.offsets[:-1][rows], self.offsets[1:][rows]))

    def padded(
        self, rows: NDArray[Any] | slice = slice(None)
    ) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """Some rows as a rectangle: (m, longest) codes with 0 on the right, and their (m,) lengths.

        >>> Names.from_strings(["Ada", "Bo"]).padded()[0].tolist()
        [[65, 100, 97], [66, 111, 0]]
        """
        starts, ends = self.offsets[:-1][rows], self.offsets[1:][rows]
        lengths = ends - starts
        columns = np.arange(lengths.max(initial=0))
        inside = columns < lengths[:, None]
        rectangle = np.zeros(inside.shape, self.codes.dtype)
        rectangle[inside] = self.codes[(starts[:, None] + columns)[inside]]
        return rectangle, lengths

    def distinct(self) -> tuple[Names, NDArray[np.int64]]:
        """The distinct names in code-point order, and how often each occurs.

        >>> names, counts = Names.from_strings(["b", "ab", "b", "a"]).distinct()
        >>> names.to_strings(), counts.tolist()
        (['a', 'ab', 'b'], [1, 1, 2])
        """
        order, first = self.order()
        starts = np.flatnonzero(first)
        return self.take(order[starts]), np.diff(starts, append=len(order))

    def order(self) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Rows in code-point order, and whether each of them differs from the one before.

        As many characters as fit are packed into one 64-bit key and rows are sorted by that; then,
        among rows still equal, by the next characters, and so on. Most names are apart after one or
        two keys, so later keys are made for few rows.
        """
        bits = max(int(self.codes.max(initial=0) + 1).bit_length(), 1)
        per_key = 63 // bits
        order = np.arange(len(self), dtype=np.int64)
        first = np.zeros(len(self), dtype=bool)
        first[:1] = True
        tied, done = (
            order.copy(),
            0,
        )  # positions in `order` whose rows are equal to a neighbour's as far as read
        while len(tied):
            rows = order[tied]
            group = np.cumsum(first[tied])
            keys = self._packed(rows, done, per_key, bits)
            within = np.lexsort((keys, group)) if done else np.argsort(keys)
            order[tied], keys = rows[within], keys[within]
            apart = first[tied]
            apart[1:] |= keys[1:] != keys[:-1]
            first[tied] = apart
            # A key whose last character is 0 has reached the name's end: equal keys then are equal
            # names.
            unfinished = keys & ((1 << bits) - 1) != 0
            equal = ~apart
            equal[:-1] |= ~apart[1:]
            tied, done = tied[equal & unfinished], done + per_key
        return order, first

    def _packed(
        self, rows: NDArray[np.int64], start: int, count: int, bits: int
    ) -> NDArray[np.int64]:
        """Characters start, …, start + count − 1 of some rows as one integer each; each is raised
        by 1, and 0 stands for none.
        """
        keys = np.zeros(len(rows), dtype=np.int64)
        last = max(len(self.codes) - 1, 0)
        for first in range(0, len(rows), _ROWS_AT_ONCE):
            some = rows[first : first + _ROWS_AT_ONCE]
            at, ends, key = (
                self.offsets[some] + start,
                self.offsets[some + 1],
                keys[first : first + _ROWS_AT_ONCE],
            )
            for _ in range(count if len(self.codes) else 0):
                key <<= bits
                key += np.where(at < ends, self.codes[np.minimum(at, last)].astype(np.int64) + 1, 0)
                at += 1
        return keys


def gathered(
    codes: NDArray[Any], starts: NDArray[np.int64], stops: NDArray[np.int64]
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The slices starts[i]:stops[i] of `codes`, one after another, and their offsets; in rounds,
    since index arrays are large.
    """
    lengths = stops - starts
    offsets = _offsets(lengths)
    gathered = np.empty(offsets[-1], codes.dtype)
    for first in range(0, len(starts), _ROWS_AT_ONCE):
        block = slice(first, first + _ROWS_AT_ONCE)
        begin, end = offsets[first], offsets[min(first + _ROWS_AT_ONCE, len(starts))]
        shift = np.repeat(starts[block] - offsets[:-1][block], lengths[block])
        codes.take(shift + np.arange(begin, end), out=gathered[begin:end], mode="clip")
    return gathered, offsets


def _offsets(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets

"""Name lists: reading, checking, normalising; duplicates; the held-out split.

Names are held as one flat array of code points with offsets, from the file to the network, so that reading ten million of them is
array work: no Python loop per name or per character. Files are read in pieces of a few megabytes, cut at line ends.
"""

from __future__ import annotations

import codecs
import io
import os
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from rnn_names.errors import CorpusError
from rnn_names.vocabulary import BIDI_CONTROLS, MAX_NAME_LENGTH, REFUSED_CHARACTERS, WHITE_SPACE

if TYPE_CHECKING:
    from numpy.typing import NDArray

PIECE_BYTES = 1 << 22

MAX_DECOMPOSED = 5 * MAX_NAME_LENGTH
"""Characters of a name before NFC, which makes one of up to four; the time that NFC takes goes up with the square of its marks."""

_TABLE_SIZE = 0x10000
"""No white space and no refused character lies beyond, so a table up to here answers for every code point."""


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
        codes = np.frombuffer("".join(strings).encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint32, copy=False)
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
        return Names(*_gathered(self.codes, self.offsets[:-1][rows], self.offsets[1:][rows]))

    def padded(self, rows: NDArray[Any] | slice = slice(None)) -> tuple[NDArray[Any], NDArray[np.int64]]:
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

        As many characters as fit are packed into one 64-bit key and rows are sorted by that; then, among rows still equal, by the
        next characters, and so on. Most names are apart after one or two keys, so later keys are made for few rows.
        """
        bits = max(int(self.codes.max(initial=0) + 1).bit_length(), 1)
        per_key = 63 // bits
        order = np.arange(len(self), dtype=np.int64)
        first = np.zeros(len(self), dtype=bool)
        first[:1] = True
        tied, done = order.copy(), 0  # positions in `order` whose rows are equal to a neighbour's as far as read
        while len(tied):
            rows = order[tied]
            group = np.cumsum(first[tied])
            keys = self._packed(rows, done, per_key, bits)
            within = np.lexsort((keys, group)) if done else np.argsort(keys)
            order[tied], keys = rows[within], keys[within]
            apart = first[tied]
            apart[1:] |= keys[1:] != keys[:-1]
            first[tied] = apart
            # A key whose last character is 0 has reached the name's end: equal keys then are equal names.
            unfinished = keys & ((1 << bits) - 1) != 0
            equal = ~apart
            equal[:-1] |= ~apart[1:]
            tied, done = tied[equal & unfinished], done + per_key
        return order, first

    def _packed(self, rows: NDArray[np.int64], start: int, count: int, bits: int) -> NDArray[np.int64]:
        """Characters start, …, start + count − 1 of some rows as one integer each; each is raised by 1, and 0 stands for none."""
        keys = np.zeros(len(rows), dtype=np.int64)
        last = max(len(self.codes) - 1, 0)
        for first in range(0, len(rows), _ROWS_AT_ONCE):
            some = rows[first : first + _ROWS_AT_ONCE]
            at, ends, key = self.offsets[some] + start, self.offsets[some + 1], keys[first : first + _ROWS_AT_ONCE]
            for _ in range(count if len(self.codes) else 0):
                key <<= bits
                key += np.where(at < ends, self.codes[np.minimum(at, last)].astype(np.int64) + 1, 0)
                at += 1
        return keys


@dataclass(frozen=True)
class Corpus:
    """A list of names to learn from.

    Attributes:
        names: the distinct names, in code-point order.
        counts: (n,) int64, how often each occurs in the list.
        n_blank: blank lines that were skipped.
    """

    names: Names
    counts: NDArray[np.int64]
    n_blank: int = 0

    def __len__(self) -> int:
        return len(self.names)

    @property
    def n_lines(self) -> int:
        """Names of the list, repeats counted."""
        return int(self.counts.sum())

    def split(self, fraction: float, rng: np.random.Generator) -> tuple[Corpus, Names]:
        """Sets names aside at random: the corpus without them, and the held-out names.

        The split is over distinct names, so that no held-out name is trained on. Its size is `fraction` of them, at least 1 and at
        most `MAX_HELD_OUT`; a fraction of 0 sets none aside.

        Raises:
            CorpusError: if nothing would be left to train on.
        """
        n = len(self)
        size = min(max(round(fraction * n), 1), MAX_HELD_OUT) if fraction else 0
        if n - size < 1:
            raise CorpusError(
                f"the corpus has {n} distinct names, and {size} of them held out leave none to train on: hold out fewer"
            )
        held_out = np.zeros(n, dtype=bool)
        held_out[rng.choice(n, size, replace=False)] = True
        rest = np.flatnonzero(~held_out)
        return Corpus(self.names.take(rest), self.counts[rest], self.n_blank), self.names.take(np.flatnonzero(held_out))


MAX_HELD_OUT = 2000
"""Names; with as many the held-out loss is known to about 0.01 nats per character."""


# --- Reading -------------------------------------------------------------------------------------------------------------------


def read_corpus(sources: Iterable[tuple[str, BinaryIO]]) -> Corpus:
    """Reads name lists, one name per line of UTF-8, as one corpus.

    Lines end at LF or CRLF; white space around a name is trimmed, blank lines are skipped, text is normalised to NFC, case is kept.

    Args:
        sources: pairs of a title for messages and a binary stream.

    Raises:
        CorpusError: for text that is not UTF-8, a line over `MAX_NAME_LENGTH` characters, a character that no name can hold (a
            control character, line separator, byte-order mark inside the text, or bidirectional control, which could make a name
            display as another), or fewer than two distinct names.
    """
    parts, n_blank = [], 0
    titles = []
    for title, stream in sources:
        titles.append(title)
        for lines in read_names(title, stream):
            full = np.flatnonzero(lines.lengths)
            parts.append(lines.take(full))
            n_blank += len(lines) - len(full)
    return _corpus(parts, n_blank, ", ".join(titles))


def corpus_from_strings(strings: Iterable[str]) -> Corpus:
    """A corpus from Python strings, each held to the same rules as a line of a file.

    Raises:
        CorpusError: as `read_corpus`; "line" is then the number of the string.
    """
    lines = list(strings)
    if any("\n" in line for line in lines):
        raise CorpusError("a name contains a line break: give one name per string")
    data = "\n".join(lines).encode("utf-8", "surrogatepass")
    return read_corpus([("names", io.BytesIO(data))])


def _corpus(parts: list[Names], n_blank: int, title: str) -> Corpus:
    if not parts or not sum(map(len, parts)):
        raise CorpusError(f"{title}: no names in it; give a text with one name per line")
    names, counts = Names.concatenate(parts).distinct()
    if len(names) < 2:
        raise CorpusError(f"{title}: only one distinct name; at least two are needed to learn from")
    return Corpus(names, counts, n_blank)


def read_names(title: str, stream: BinaryIO) -> Iterator[Names]:
    """The lines of a stream, trimmed, piece by piece; a blank one is an empty name. Rules and errors as `read_corpus`."""
    n_lines = 0
    for data in _pieces(title, stream):
        lines = _lines(title, data, n_lines)
        yield _cleaned(title, lines, n_lines)
        n_lines += len(lines)


def _pieces(title: str, stream: BinaryIO) -> Iterator[bytes]:
    """The bytes of a stream, without a leading byte-order mark, in pieces that end at line ends."""
    rest, n_lines, at_start = b"", 0, True
    missing = _bytes_ahead(stream)
    while data := _read(title, stream):
        rest += data
        missing -= len(data)
        if at_start and len(rest) < len(codecs.BOM_UTF8) and b"\n" not in rest:
            continue
        if at_start:
            rest, at_start = rest.removeprefix(codecs.BOM_UTF8), False
        cut = rest.rfind(b"\n") + 1
        if cut:
            n_lines += rest.count(b"\n")
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > PIECE_BYTES:
            raise CorpusError(
                f"{title}, line {n_lines + 1}: over {PIECE_BYTES:,} bytes without a line end; is it one name per line?"
            )
    if missing > 0:
        raise CorpusError(f"{title}: became shorter while it was read; try again when nothing writes to it")
    rest = rest.removeprefix(codecs.BOM_UTF8) if at_start else rest
    if rest:
        yield rest


def _bytes_ahead(stream: BinaryIO) -> int:
    """How many bytes of a file are still to be read; 0 for what is no file on a disk."""
    try:
        status = os.fstat(stream.fileno())
        return status.st_size - stream.tell() if stat.S_ISREG(status.st_mode) else 0
    except (OSError, AttributeError):  # a stream without a file
        return 0


def _read(title: str, stream: BinaryIO) -> bytes:
    read = getattr(stream, "read1", stream.read)  # what is there already: who pipes names in one by one sees each score at once
    try:
        return read(PIECE_BYTES)
    except OSError as error:
        raise CorpusError(f"{title}: cannot be read: {error.strerror or error}") from error


def _lines(title: str, data: bytes, n_before: int) -> Names:
    """The lines of some bytes, without their ends, as code points in NFC."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = n_before + data.count(b"\n", 0, error.start) + 1
        raise CorpusError(
            f"{title}, line {line}: not UTF-8 text (byte 0x{data[error.start]:02x}); save the list as UTF-8"
        ) from None
    if not unicodedata.is_normalized("NFC", text):
        decomposed = _split(text)
        starts, stops = _trimmed(decomposed)
        long = np.flatnonzero(stops - starts > MAX_DECOMPOSED)
        if len(long):
            raise CorpusError(f"{title}, line {n_before + long[0] + 1}: {_too_long(stops[long[0]] - starts[long[0]])}")
        text = unicodedata.normalize("NFC", text)
    return _split(text)


def _split(text: str) -> Names:
    """The lines of a text, without their ends."""
    if not text.endswith("\n"):
        text += "\n"
    codes = np.frombuffer(text.encode("utf-32-le"), dtype="<u4").astype(np.uint32, copy=False)
    ends = np.flatnonzero(codes == 0x0A)
    keep = codes != 0x0A
    keep[ends[1:][codes[ends[1:] - 1] == 0x0D] - 1] = False  # the CR of a CRLF
    if ends[0] and codes[ends[0] - 1] == 0x0D:
        keep[ends[0] - 1] = False
    kept = np.cumsum(keep)
    return Names(codes[keep], np.concatenate(([0], kept[ends])))


def _cleaned(title: str, lines: Names, n_before: int) -> Names:
    """The lines trimmed and checked."""
    codes = lines.codes
    starts, stops = _trimmed(lines)
    refused = np.zeros(len(codes) + 1, dtype=np.int32)
    np.cumsum(_among(codes, REFUSED_CHARACTERS), out=refused[1:])
    bad = np.flatnonzero((refused[stops] > refused[starts]) | (stops - starts > MAX_NAME_LENGTH))
    if len(bad):
        where = f"{title}, line {n_before + bad[0] + 1}"
        raise CorpusError(f"{where}: {_complaint(codes[starts[bad[0]] : stops[bad[0]]])}")
    return Names(*_gathered(codes, starts, stops))


def _trimmed(lines: Names) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each line starts and stops without the white space around it."""
    inked = np.flatnonzero(~_among(lines.codes, WHITE_SPACE))
    first = np.searchsorted(inked, lines.offsets[:-1])
    after = np.searchsorted(inked, lines.offsets[1:])
    blank = first == after
    inked = np.append(inked, 0)  # so that a blank last line finds an entry
    return np.where(blank, 0, inked[first]), np.where(blank, 0, inked[after - 1] + 1)


def _among(codes: NDArray[Any], characters: str) -> NDArray[np.bool_]:
    """Which code points are those of some characters."""
    return _table(characters)[np.minimum(codes, _TABLE_SIZE - 1)]


@cache
def _table(characters: str) -> NDArray[np.bool_]:
    table = np.zeros(_TABLE_SIZE, dtype=bool)
    table[[ord(c) for c in characters]] = True
    return table


def _too_long(length: int) -> str:
    return f"{length} characters, more than the {MAX_NAME_LENGTH} of a name; is it one name per line?"


def _complaint(codes: NDArray[np.uint32]) -> str:
    """What is wrong with a line that cannot be a name."""
    refused = codes[_among(codes, REFUSED_CHARACTERS)]
    if not len(refused):
        return _too_long(len(codes))
    character = chr(refused[0])
    kind = "a control character"
    if character in BIDI_CONTROLS:
        kind = "a bidirectional control"
    elif character == "\ufeff":
        kind = "a byte-order mark"
    return f"{kind} (U+{ord(character):04X}) inside a name; take it out"


def _gathered(codes: NDArray[Any], starts: NDArray[np.int64], stops: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The slices starts[i]:stops[i] of `codes`, one after another, and their offsets; in rounds, since index arrays are large."""
    lengths = stops - starts
    offsets = _offsets(lengths)
    gathered = np.empty(offsets[-1], codes.dtype)
    for first in range(0, len(starts), _ROWS_AT_ONCE):
        block = slice(first, first + _ROWS_AT_ONCE)
        begin, end = offsets[first], offsets[min(first + _ROWS_AT_ONCE, len(starts))]
        shift = np.repeat(starts[block] - offsets[:-1][block], lengths[block])
        codes.take(shift + np.arange(begin, end), out=gathered[begin:end], mode="clip")
    return gathered, offsets


_ROWS_AT_ONCE = 1 << 15


def _offsets(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets

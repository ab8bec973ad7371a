r"""Reads, checks and normalises lines of files, in pieces; errors name the file and the line.

A list has counts if its first nonblank line has one, as in "Mary\t7065". Every nonblank line must
then have a count. Three functions read lines; the last two call the first:

    read_lines        lines as they are: keys, patterns of casts
    nonblank_lines    the texts before a tab: names to leave out, words of a cast, rules
    read_names        names and their counts: lists to learn from or to score
"""

import codecs
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.characters import MAX_NAME_LENGTH, REFUSED_CHARACTERS, complaint
from rnn_names.corpus.names import Names
from rnn_names.errors import CorpusError, printable

MAX_DIGITS = 11  # digits of the longest count, so that the sum over a list stays far below 2⁶³
PIECE_BYTES = 1 << 22
ZIP = b"PK\x03\x04"  # the beginning of word-processor documents and of models


@contextmanager
def opened(path: str | os.PathLike[str], advice: str = "") -> Iterator[tuple[str, BinaryIO]]:
    """Opens a file; yields its title for messages and the stream, or raises CorpusError."""
    title = printable(os.fsdecode(path))
    if os.path.isdir(path):
        raise CorpusError(f"{title}: a directory; give a text file with one name per line")
    try:
        # No `with` here, to distinguish errors of opening from errors of reading.
        file = open(path, "rb")  # noqa: SIM115
    except (OSError, ValueError) as error:  # ValueError for a path with a NUL
        reason = getattr(error, "strerror", None) or error
        raise CorpusError(f"{title}: cannot be read: {reason}{advice}") from error
    with file:
        yield title, file


def read_small(title: str, stream: BinaryIO) -> bytes:
    """All bytes of a small file."""
    data = stream.read(PIECE_BYTES + 1)
    if len(data) > PIECE_BYTES:
        raise CorpusError(f"{title}: over {PIECE_BYTES:,} bytes; is it the right file?")
    return data


def nonblank_lines(title: str, stream: BinaryIO) -> list[str]:
    """The nonblank lines of a stream, each up to a tab, which precedes a count or a remark."""
    found = list[str]()
    for n_before, text in read_lines(title, stream):
        lines = Names.from_strings([line.split("\t")[0].strip() for line in text]).in_nfc()
        _check(title, lines, n_before)
        found += filter(None, lines.to_strings())
    return found


def read_names(title: str, stream: BinaryIO) -> Iterator[tuple[Names, Array | None]]:
    """Yields the trimmed lines of a stream, piece by piece, and their counts, (n,), or None."""
    has_counts: bool | None = None  # unknown while all lines are blank
    for n_before, text in read_lines(title, stream):
        lines, counts = [line.strip() for line in text], None  # they may end in CRLF
        if has_counts is None and any(lines):
            has_counts = split_count(next(filter(None, lines)))[1] > 0
        if has_counts:
            pairs = [*map(split_count, lines)]
            for row, (line, count) in enumerate(pairs):
                if line and not count:
                    reason = "no count, but earlier lines have one"
                    advice = f"append a tab and a whole number from 1 to {10**MAX_DIGITS - 1:,}"
                    raise CorpusError(f"{title}, line {n_before + row + 1}: {reason}: {advice}")
            lines = [name for name, _ in pairs]
            counts = np.array([count for _, count in pairs], np.int64)
        names = Names.from_strings(lines).in_nfc()
        _check(title, names, n_before)
        yield names, counts


def read_lines(title: str, stream: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """Yields the untrimmed lines of a stream, piece by piece, and the number of earlier lines."""
    n_before = 0
    for data in _pieces(title, stream):
        if not n_before:
            data = data.removeprefix(codecs.BOM_UTF8)
            if data.startswith(ZIP):
                advice = "save the list as plain text, one name per line"
                raise CorpusError(f"{title}: a document or a model, not a text: {advice}")
        try:
            lines = data.decode("utf-8").removesuffix("\n").split("\n")
        except UnicodeDecodeError as error:
            line = n_before + data.count(b"\n", 0, error.start) + 1
            reason = f"not UTF-8 text (byte 0x{data[error.start]:02x}); save it as UTF-8"
            raise CorpusError(f"{title}, line {line}: {reason}") from None
        yield n_before, lines
        n_before += len(lines)


def _pieces(title: str, stream: BinaryIO) -> Iterator[bytes]:
    """Yields the bytes of a stream in pieces that end at line ends."""
    rest, n_lines = b"", 0
    missing = _bytes_left(stream)
    # `read1` returns what is available, so the first names of a pipe are scored at once.
    read = getattr(stream, "read1", stream.read)
    try:
        while data := read(PIECE_BYTES):
            rest += data
            missing -= len(data)
            first = rest.find(b"\n")
            if (len(rest) if first < 0 else first) > PIECE_BYTES:
                reason = f"over {PIECE_BYTES:,} bytes in a line; is there one name per line?"
                raise CorpusError(f"{title}, line {n_lines + 1}: {reason}")
            cut = rest.rfind(b"\n") + 1
            if cut:
                n_lines += rest.count(b"\n")
                yield rest[:cut]
                rest = rest[cut:]
    except OSError as error:
        raise CorpusError(f"{title}: cannot be read: {error.strerror or error}") from error
    if missing > 0:
        reason = "became shorter while it was read; try again when no program writes to it"
        raise CorpusError(f"{title}: {reason}")
    if rest and (n_lines or rest != codecs.BOM_UTF8):
        yield rest


def _bytes_left(stream: BinaryIO) -> int:
    """The number of unread bytes of a regular file; 0 for any other stream."""
    try:
        status = os.fstat(stream.fileno())
        return status.st_size - stream.tell() if stat.S_ISREG(status.st_mode) else 0
    except (OSError, AttributeError):  # a stream without a file
        return 0


def split_count(line: str) -> tuple[str, int]:
    r"""The name and the count of a trimmed line; 0 if it does not end in a tab and a count.

    >>> split_count("Mary\t7065"), split_count("Anna"), split_count("")
    (('Mary', 7065), ('Anna', 0), ('', 0))
    """
    name, tab, digits = line.rpartition("\t")
    is_count = tab and len(digits) <= MAX_DIGITS and digits.isascii() and digits.isdigit()
    return (name.rstrip(), int(digits)) if is_count else (line, 0)


def _check(title: str, names: Names, n_before: int) -> None:
    is_bad = names.lengths > MAX_NAME_LENGTH
    refused = np.flatnonzero(np.isin(names.codes, [*map(ord, REFUSED_CHARACTERS)]))
    is_bad[np.searchsorted(names.offsets, refused, side="right") - 1] = True
    if is_bad.any():
        row = int(is_bad.argmax())
        [name] = names[row : row + 1].to_strings()
        raise CorpusError(f"{title}, line {n_before + row + 1}: {complaint(name)}")

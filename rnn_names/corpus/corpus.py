"""A list of names to learn from: distinct names, their counts, and the held-out split."""

import io
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import BinaryIO

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.names import Names, checked_strings
from rnn_names.corpus.reading import opened, read_names
from rnn_names.errors import CorpusError

MAX_HELD_OUT = 2000  # names; they give the held-out loss to about 0.01 nats per character


@dataclass(frozen=True)
class Corpus:
    """A list of names to learn from."""

    names: Names  # the distinct names, in code-point order
    counts: Array  # (n,) int64, how often each occurs in the list, or the sum of its counts
    n_blank: int = 0
    has_counts: bool = False  # if True, an epoch draws names in proportion to their counts
    lists: tuple[str, ...] = ()  # the names of the files, without folders

    def __len__(self) -> int:
        return len(self.names)

    @property
    def n_lines(self) -> int:
        """The number of names in the list, including repeats."""
        return int(self.counts.sum())

    def split(self, fraction: float, rng: "np.random.Generator") -> "tuple[Corpus, Corpus]":
        """Holds out a random `fraction` of the distinct names, 1 to `MAX_HELD_OUT`, or 0 for 0."""
        n = len(self)
        size = min(max(round(fraction * n), 1), MAX_HELD_OUT) if fraction else 0
        if n - size < 1:
            reason = f"holding out {size} of them leaves none to train on: hold out fewer"
            raise CorpusError(f"the corpus has {n} distinct names, and {reason}")
        held_out = np.sort(rng.choice(n, size, replace=False))
        return self.take(np.delete(np.arange(n), held_out)), self.take(held_out)

    def take(self, rows: Array) -> "Corpus":
        """The names in the given rows, with their counts."""
        return replace(self, names=self.names.take(rows), counts=self.counts[rows])


def read_corpus(sources: Iterable[tuple[str, BinaryIO]]) -> Corpus:
    """Reads pairs of a title and a stream, one name per line of UTF-8, or raises CorpusError."""
    parts: list[Names] = []
    piece_counts: list[Array] = []
    n_blank, has_counts, titles = 0, False, []
    for title, stream in sources:
        titles.append(title)
        for lines, counts in read_names(title, stream):
            full = np.flatnonzero(lines.lengths)
            parts.append(lines.take(full))
            piece_counts.append(np.ones(len(full), np.int64) if counts is None else counts[full])
            has_counts |= counts is not None
            n_blank += len(lines) - len(full)
    title = ", ".join(titles)
    if not any(map(len, parts)):
        raise CorpusError(f"{title}: contains no names; give a text with one name per line")
    names, counts = Names.concatenate(parts).distinct(np.concatenate(piece_counts))
    if len(names) < 2:
        if set(names.to_strings()[0]) & set(",;"):
            reason = "with commas: put each name on a line of its own"
            raise CorpusError(f"{title}: only one line, {reason}")
        needed = "at least two are needed to learn from, and a hundred to learn much"
        raise CorpusError(f"{title}: only one distinct name; {needed}")
    return Corpus(names, counts, n_blank, has_counts, tuple(map(os.path.basename, titles)))


def corpus_from_file(path: str | os.PathLike[str]) -> Corpus:
    """The corpus of a file with one name per line."""
    with opened(path, "; give the path of a list, or the names as a list of texts") as source:
        return read_corpus([source])


def corpus_from_strings(strings: Iterable[str]) -> Corpus:
    """A corpus from Python strings, with the same rules as lines of a file."""
    lines = checked_strings(strings)
    if any("\n" in line for line in lines):
        raise CorpusError("a name contains a line break: give one name per string")
    data = "\n".join(lines).encode("utf-8", "surrogatepass")
    return replace(read_corpus([("names", io.BytesIO(data))]), lists=())

"""A list of names to learn from: its distinct names, how often each occurs, the held-out split."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import BinaryIO

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.names import Names, texts
from rnn_names.corpus.reading import opened, read_counted
from rnn_names.errors import CorpusError

MAX_HELD_OUT = 2000  # names; with them, the held-out loss is known to about 0.01 nats per character


@dataclass(frozen=True)
class Corpus:
    """A list of names to learn from."""

    names: Names  # the distinct names, in code-point order
    counts: Array  # (n,) int64, how often each occurs in the list, or its count there
    n_blank: int = 0
    has_counts: bool = False  # whether the list has counts: an epoch then draws in proportion
    lists: tuple[str, ...] = ()  # the files that they come from, without folders

    def __len__(self) -> int:
        return len(self.names)

    @property
    def n_lines(self) -> int:
        """Names of the list, repeats counted."""
        return int(self.counts.sum())

    def split(
        self, fraction: float, rng: np.random.Generator, known: Array | None = None
    ) -> tuple[Corpus, Corpus]:
        """Sets names aside at random: the corpus without them, and that of the held-out names.

        The split is over distinct names: `fraction` of them, at least 1 and at most `MAX_HELD_OUT`,
        or none for 0. Some that are `known`, (n,) bool, are set aside only where there are no
        others.
        """
        n = len(self)
        size = min(max(round(fraction * n), 1), MAX_HELD_OUT) if fraction else 0
        if n - size < 1:
            raise CorpusError(
                f"the corpus has {n} distinct names, and {size} of them held out leave none to "
                "train on: hold out fewer"
            )
        held_out = np.zeros(n, dtype=bool)
        if known is None:
            held_out[rng.choice(n, size, replace=False)] = True
        else:
            held_out[np.lexsort((rng.random(n), known))[:size]] = True
        rest = np.flatnonzero(~held_out)
        return self.take(rest), self.take(np.flatnonzero(held_out))

    def take(self, rows: Array) -> Corpus:
        """Some of the names, with their counts."""
        return replace(self, names=self.names.take(rows), counts=self.counts[rows])


def read_corpus(sources: Iterable[tuple[str, BinaryIO]]) -> Corpus:
    """Reads name lists, one name per line of UTF-8, as one corpus, or raises CorpusError.

    White space around a name is trimmed, blank lines are skipped, text is normalised to NFC.
    `sources` are titles and streams.
    """
    parts: list[Names] = []
    often: list[Array] = []
    n_blank, has_counts, titles = 0, False, []
    for title, stream in sources:
        titles.append(title)
        for lines, counts in read_counted(title, stream):
            full = np.flatnonzero(lines.lengths)
            parts.append(lines.take(full))
            often.append(np.ones(len(full), np.int64) if counts is None else counts[full])
            has_counts |= counts is not None
            n_blank += len(lines) - len(full)
    title = ", ".join(titles)
    if not any(map(len, parts)):
        raise CorpusError(f"{title}: no names in it; give a text with one name per line")
    weights = np.concatenate(often) if has_counts else None
    names, counts = Names.concatenate(parts).distinct(weights)
    if len(names) < 2:
        if set(names.to_strings()[0]) & set(",;"):
            raise CorpusError(
                f"{title}: only one line, and there are commas in it: put each name on a line of "
                "its own"
            )
        raise CorpusError(
            f"{title}: only one distinct name; at least two are needed to learn from, and a "
            "hundred to learn much"
        )
    return Corpus(names, counts, n_blank, has_counts, tuple(map(os.path.basename, titles)))


def corpus_from_file(path: str | os.PathLike[str]) -> Corpus:
    """The corpus of a file with one name per line."""
    with opened(path, "; give the path of a list, or the names as a list of texts") as source:
        return read_corpus([source])


def corpus_from_strings(strings: Iterable[str]) -> Corpus:
    """A corpus from Python strings, each held to the same rules as a line of a file."""
    lines = texts(strings)
    if any("\n" in line for line in lines):
        raise CorpusError("a name contains a line break: give one name per string")
    data = "\n".join(lines).encode("utf-8", "surrogatepass")
    return replace(read_corpus([("names", io.BytesIO(data))]), lists=())

"""A list of names to learn from: its distinct names, how often each occurs, the held-out split."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from rnn_names.corpus.names import Names, texts
from rnn_names.corpus.reading import read_names
from rnn_names.errors import CorpusError, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_HELD_OUT = 2000
"""Names; with as many the held-out loss is known to about 0.01 nats per character."""


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

        The split is over distinct names, so that no held-out name is trained on. Its size is
        `fraction` of them, at least 1 and at most `MAX_HELD_OUT`; a fraction of 0 sets none aside.

        Raises:
            CorpusError: if nothing would be left to train on.
        """
        n = len(self)
        size = min(max(round(fraction * n), 1), MAX_HELD_OUT) if fraction else 0
        if n - size < 1:
            raise CorpusError(
                f"the corpus has {n} distinct names, and {size} of them held out leave none to "
                "train on: hold out fewer"
            )
        held_out = np.zeros(n, dtype=bool)
        held_out[rng.choice(n, size, replace=False)] = True
        rest = np.flatnonzero(~held_out)
        return Corpus(self.names.take(rest), self.counts[rest], self.n_blank), self.names.take(
            np.flatnonzero(held_out)
        )


def read_corpus(sources: Iterable[tuple[str, BinaryIO]]) -> Corpus:
    """Reads name lists, one name per line of UTF-8, as one corpus.

    Lines end at LF or CRLF; white space around a name is trimmed, blank lines are skipped, text is
    normalised to NFC, case is kept.

    Args:
        sources: pairs of a title for messages and a binary stream.

    Raises:
        CorpusError: for text that is not UTF-8, a line over `MAX_NAME_LENGTH` characters, a
            character that no name can hold (a control character, line separator, byte-order mark
            inside the text, or bidirectional control, which could make a name display as another),
            or fewer than two distinct names.
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


def corpus_from_file(path: str | os.PathLike[str]) -> Corpus:
    """The corpus of a file with one name per line.

    Raises:
        CorpusError: as `read_corpus`; for a file that cannot be read.
    """
    title = shown(os.fspath(path))
    try:
        with open(path, "rb") as stream:
            return read_corpus([(title, stream)])
    except OSError as error:
        raise CorpusError(
            f"{title}: cannot be read: {error.strerror or error}; give the path of a list, or the "
            "names as a list of texts"
        ) from error
    except ValueError as error:  # a path with a NUL
        raise CorpusError(f"{title}: cannot be read: {error}") from error


def corpus_from_strings(strings: Iterable[str]) -> Corpus:
    """A corpus from Python strings, each held to the same rules as a line of a file.

    Raises:
        CorpusError: as `read_corpus`; "line" is then the number of the string.
    """
    lines = texts(strings)
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

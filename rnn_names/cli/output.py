"""Names on stdout: plain lines, JSON lines, CSV and TSV.

In all formats except plain text a name comes with two values:

    log_prob    the natural logarithm of its probability by the model, its end included, at
                temperature 1, rounded to six places; in JSON, null for a probability of 0
    novel       whether it is not in the corpus that the model was trained on; null or empty for a
                model without fingerprints

In CSV and TSV a name that a spreadsheet could take for a formula has an apostrophe before it, as in
the page's CSV. Plain lines and JSON lines hold names as they are.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rnn_names.cli.streams import write

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rnn_names.corpus.names import Names
    from rnn_names.model.model import Model

SEPARATOR = "\t"
"""Stands between the columns of a plain line."""

LINES_AT_ONCE = 1 << 13
"""Lines that are formatted and written together."""

FIELDS = ("name", "log_prob", "novel")

DELIMITERS = {"csv": ",", "tsv": "\t", "excel": ","}

FORMULA_BEGINNINGS = ("=", "+", "-", "@")
"""What spreadsheets take for the beginning of a formula."""

BYTE_ORDER_MARK = "\ufeff"
"""Excel takes a CSV file for UTF-8 if it begins with this. Without it, `ŵ` opens as `Åµ`."""


class Output:
    """Writes names to stdout as --format and --null say."""

    def __init__(self, model: Model, kind: str, null: bool, per_character: bool = False) -> None:
        self.model, self.kind, self.per_character = model, kind, per_character
        self.line_end = "\0" if null else "\n"
        # It is written with the first names: none come if an option or a file is wrong.
        self.header = header(kind, per_character)

    def names(self, names: Names) -> None:
        """Writes drawn names."""
        for part in _parts(names):
            if self.kind == "text":
                self._put(part.to_lines().replace(b"\n", self.line_end.encode()))
            else:
                self._put(records(self.kind, self.model, part, None, self.per_character))

    def scores(self, names: Names, log_probs: NDArray[Any]) -> None:
        """Writes names with their log-probabilities."""
        for part in _parts(names):
            scores, log_probs = log_probs[: len(part)], log_probs[len(part) :]
            if self.kind == "text":
                self._put(scored(part, scores, self.line_end, self.per_character))
            else:
                self._put(records(self.kind, self.model, part, scores, self.per_character))

    def end(self) -> None:
        """Writes the header of a list that has no names."""
        if self.header:
            self._put(b"")

    def _put(self, data: bytes) -> None:
        write(self.header + data)
        self.header = b""


def _parts(names: Names) -> Iterator[Names]:
    for start in range(0, len(names), LINES_AT_ONCE):
        yield names[start : start + LINES_AT_ONCE]


def header(kind: str, per_character: bool = False) -> bytes:
    r"""What comes before the first name.

    >>> header("csv"), header("text")
    (b'name,log_prob,novel\n', b'')
    >>> header("excel")
    b'\xef\xbb\xbfname,log_prob,novel\n'
    """
    if kind not in DELIMITERS:
        return b""
    mark = BYTE_ORDER_MARK if kind == "excel" else ""
    fields = [*FIELDS, *["per_character"] * per_character]
    return f"{mark}{DELIMITERS[kind].join(fields)}\n".encode()


def records(
    kind: str,
    model: Model,
    names: Names,
    log_probs: NDArray[Any] | None = None,
    per_character: bool = False,
) -> bytes:
    """A line of any format but "text" for each name; `log_probs` if they are known already."""
    values = model.log_prob(names) if log_probs is None else log_probs
    novel = [None] * len(names) if model.fingerprints is None else (~model.knows(names)).tolist()
    columns: list[list[Any]] = [names.to_strings(), values.tolist(), novel]
    if per_character:
        columns.append((values / (names.lengths + 1)).tolist())
    rows = zip(*columns, strict=True)
    if kind == "jsonl":
        return "".join(f"{_json_line(*row)}\n" for row in rows).encode()
    import csv  # plain names do without

    text = io.StringIO()
    writer = csv.writer(text, delimiter=DELIMITERS[kind], lineterminator="\n")
    writer.writerows(_cells(*row) for row in rows)
    return text.getvalue().encode()


def _cells(name: str, log_prob: float, novel: bool | None, *per_character: float) -> list[str]:
    """A row of a table.

    >>> _cells("@SUM(1)", -7.5, True)
    ["'@SUM(1)", '-7.500000', 'true']
    """
    text = f"'{name}" if name.startswith(FORMULA_BEGINNINGS) else name
    is_novel = "" if novel is None else str(novel).lower()
    return [text, f"{log_prob:.6f}", is_novel, *(f"{value:.6f}" for value in per_character)]


def scored(
    names: Names, log_probs: NDArray[Any], end: str = "\n", per_character: bool = False
) -> bytes:
    """A plain line for each name: its log-probability, a tab, the name, and `end`.

    If asked for, the log-probability per character and a tab come before that.
    """
    columns = [log_probs / (names.lengths + 1), log_probs] if per_character else [log_probs]
    rows = zip(*(column.tolist() for column in columns), names.to_strings(), strict=True)
    return "".join(
        f"{''.join(f'{value:.6f}{SEPARATOR}' for value in values)}{name}{end}"
        for *values, name in rows
    ).encode()


def _json_line(name: str, log_prob: float, novel: bool | None, *per_character: float) -> str:
    record = dict(zip(FIELDS, (name, _rounded(log_prob), novel), strict=True))
    for value in per_character:
        record["per_character"] = _rounded(value)
    return json.dumps(record, ensure_ascii=False)


def _rounded(value: float) -> float | None:
    return round(value, 6) if math.isfinite(value) else None

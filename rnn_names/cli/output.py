"""Names on stdout: plain lines, JSON lines, CSV and TSV.

In all formats except plain text a name comes with `log_prob`, the natural logarithm of its
probability by the model at temperature 1, its end included, to six places (in JSON, null for a
probability of 0), and `novel`, whether it is not in the model's list (null or empty if unknown).

In tables a name that a spreadsheet could take for a formula has an apostrophe before it.
"""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Callable, Collection, Iterable
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from rnn_names.cli.options import option
from rnn_names.cli.streams import write
from rnn_names.errors import quoted

if TYPE_CHECKING:
    from rnn_names.arrays import Array
    from rnn_names.corpus.names import Names
    from rnn_names.model.model import Model

LINES_AT_ONCE = 1 << 13  # lines that are formatted and written together
DELIMITERS = {"csv": ",", "tsv": "\t", "excel": ","}
FORMULA_BEGINNINGS = ("=", "+", "-", "@")  # what spreadsheets take for the beginning of a formula
_DOUBLED = re.compile(r"([^\W\d_])(?=\1)")
BYTE_ORDER_MARK = "\ufeff"  # without it, Excel takes UTF-8 for another encoding
OF_NAMES = "log_prob (in nats) and novel to each name"  # what formats other than text add


class Form(NamedTuple):
    """How names are written: --format, --columns and --null."""

    kind: str
    columns: str | None
    null: bool


def output_options(more: str, azgaar: bool = False) -> Callable[..., Any]:
    """Options that a command gets as its `form`; `more` is what formats other than text add."""
    formats = ["text", "jsonl", "csv", "tsv", "excel", *["azgaar"] * azgaar]
    line = " azgaar, a one-line name base for Azgaar's map generator;" * azgaar

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @option(
            "--format",
            type=click.Choice(formats),
            default="text",
            metavar="FORMAT",
            help=f"text;{line} or jsonl, csv, tsv or excel, which add {more}. excel is CSV with a "
            "byte-order mark, so that spreadsheets read accents right.",
        )
        @option(
            "--columns",
            metavar="NAME,…",
            help="Only these columns of jsonl, csv, tsv or excel, in this order, separated by "
            "commas.",
        )
        @option(
            "-0",
            "--null",
            is_flag=True,
            help="End each name with NUL instead of a line feed, for xargs -0.",
        )
        @wraps(command)
        def with_form(*, format: str, columns: str | None, null: bool, **others: Any) -> None:
            if null and format != "text":
                raise click.UsageError("--null goes with --format text only")
            if columns and format in ("text", "azgaar"):
                raise click.UsageError("--columns goes with --format jsonl, csv, tsv or excel")
            command(form=Form(format, columns, null), **others)

        return with_form

    return decorate


class Table:
    """Writes records to stdout.

    All fields are columns if none are given; plain text has the first one. Those that are `exact`
    get no apostrophe, but for Excel.
    """

    def __init__(self, fields: list[str], form: Form, exact: Collection[str] = ()) -> None:
        given = form.columns
        names = fields if given is None else [name.strip() for name in given.split(",")]
        for name in names:
            if name not in fields:
                raise click.UsageError(
                    f"--columns {quoted(name)}: no such column; there are {', '.join(fields)}"
                )
        self.columns, self.kind = dict.fromkeys(names), form.kind
        self._exact = [name in exact and form.kind != "excel" for name in self.columns]
        self._places = [fields.index(name) for name in self.columns]
        self.line_end = "\0" if form.null else "\n"
        # Written with the first records: if an option or a file is wrong, stdout stays empty.
        self._header = ""
        if self.kind in DELIMITERS:
            mark = BYTE_ORDER_MARK if self.kind == "excel" else ""
            self._header = f"{mark}{DELIMITERS[self.kind].join(self.columns)}\n"

    def put(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Writes the values of some records."""
        plain = self.kind == "text"
        text = "".join(row[0] + self.line_end for row in rows) if plain else self._records(rows)
        self._put(text.encode())

    def end(self) -> None:
        """Writes the header of a table that has no records."""
        if self._header:
            self._put(b"")

    def _put(self, data: bytes) -> None:
        write(self._header.encode() + data)
        self._header = ""

    def _records(self, rows: Iterable[tuple[Any, ...]]) -> str:
        rows = (tuple(row[place] for place in self._places) for row in rows)
        if self.kind == "jsonl":
            records = (dict(zip(self.columns, map(_json_value, row), strict=True)) for row in rows)
            return "".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records)
        import csv  # plain names do without

        table = io.StringIO()
        writer = csv.writer(table, delimiter=DELIMITERS[self.kind], lineterminator="\n")
        for row in rows:
            cells = zip(row, self._exact, strict=True)
            writer.writerow(value if is_exact else _cell(value) for value, is_exact in cells)
        return table.getvalue()


class Output(Table):
    """Writes names of a model."""

    def __init__(self, model: Model, form: Form, per_character: bool) -> None:
        super().__init__(["name", "log_prob", "novel", *["per_character"] * per_character], form)
        self.model, self.per_character = model, per_character

    def write(self, names: Names, log_probs: Array | None = None) -> None:
        """Writes names; plain lines have log-probabilities only if these are given."""
        for start in range(0, len(names), LINES_AT_ONCE):
            part = slice(start, start + LINES_AT_ONCE)
            if self.kind == "text" and log_probs is None:
                self._put(names[part].to_lines().replace(b"\n", self.line_end.encode()))
            else:
                self.put(self._rows(names[part], None if log_probs is None else log_probs[part]))

    def _rows(self, names: Names, log_probs: Array | None) -> Iterable[tuple[Any, ...]]:
        values = self.model.log_prob(names) if log_probs is None else log_probs
        texts, scores = names.to_strings(), [values.tolist()]
        if self.per_character:
            scores.append((values / (names.lengths + 1)).tolist())
        if self.kind == "text":
            columns = [[f"{value:.6f}" for value in column] for column in scores[::-1]]
            return (("\t".join(row),) for row in zip(*columns, texts, strict=True))
        known = self.model.fingerprints is not None and "novel" in self.columns
        novel = (~self.model.knows(names)).tolist() if known else [None] * len(names)
        return zip(texts, scores[0], novel, *scores[1:], strict=True)


class NameBase:
    """Writes one line: a name base of Azgaar's map generator, for its "Upload" button.

        elvish|7|10|ln|0.00|Adelarun,Adianoveth,…

    These are the base's name, the shortest and the longest name to write, the letters that may be
    doubled, the share of names that have several words, and the names.
    """

    def __init__(self, title: str) -> None:
        self.title, self._names = re.sub(r"[|\x00-\x1f]+", " ", title), list[str]()

    def write(self, names: Names) -> None:
        """Takes names; a comma or a bar in them would end them."""
        plain = [re.sub("[,|]+", "", name).strip() for name in names.to_strings()]
        self._names += filter(None, plain)

    def end(self) -> None:
        """Writes the line."""
        lengths = [*map(len, self._names)] or [0]
        doubled = sorted({letter for name in self._names for letter in _DOUBLED.findall(name)})
        several = sum(" " in name for name in self._names) / len(lengths)
        bounds = f"{min(lengths)}|{max(lengths)}|{''.join(doubled)}|{several:.2f}"
        write(f"{self.title}|{bounds}|{','.join(self._names)}\n".encode())


def _json_value(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value


def _cell(value: str | float | bool | None) -> str:
    """What stands in a table.

    >>> [_cell(value) for value in ("@SUM(1)", -7.5, True, None)]
    ["'@SUM(1)", '-7.500000', 'true', '']
    """
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA_BEGINNINGS) else value
    if isinstance(value, float):
        return f"{value:.6f}"
    return "" if value is None else str(value).lower()

"""Names on stdout, as plain lines or in the format of another program.

Two columns follow the name in tables and JSON lines. `log_prob` is the natural logarithm of its
probability by the model at temperature 1, including its end, to six places (in JSON, null for a
probability of 0). `novel` says whether it is not in the model's list (null or empty if unknown).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from rnn_names.cli.formats import DOCUMENTS, TABLES, Records
from rnn_names.cli.options import flag, option
from rnn_names.cli.streams import write
from rnn_names.errors import SamplingError, short_repr

if TYPE_CHECKING:
    from rnn_names.arrays import Array
    from rnn_names.corpus.names import Names
    from rnn_names.model.model import Model

LINES_AT_ONCE = 1 << 13  # lines that are formatted and written together
ADDED_COLUMNS = "log_prob (in nats) and novel to each name"  # for the help


class Form(NamedTuple):
    """The values of --format, --columns and --null."""

    format: str
    columns: str | None
    null: bool


def output_options(more: str) -> Callable[..., Any]:
    """A decorator that adds --format, --columns and --null, passed to the command as `form`.

    `more` describes the further columns of tables, for the help.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @option(
            "--format",
            type=click.Choice(["text", *TABLES, *DOCUMENTS]),
            default="text",
            metavar="FORMAT",
            help="text; jsonl; csv; tsv; excel, CSV whose accents spreadsheets read correctly; "
            "markdown, a list, or with --columns a table; azgaar, a name base for Azgaar's map "
            "generator; foundry, a roll table for Foundry VTT. jsonl, csv, tsv and excel add "
            f"{more}.",
        )
        @option(
            "--columns",
            metavar="NAME,…",
            help="Only these columns of jsonl, csv, tsv, excel or markdown, in this order, "
            "separated by commas.",
        )
        @flag("-0", "--null", help="End each name with NUL instead of a line feed, for xargs -0.")
        @wraps(command)
        def with_form(*, format: str, columns: str | None, null: bool, **others: Any) -> None:
            if null and format != "text":
                raise click.UsageError("--null requires --format text")
            if columns and format not in TABLES:
                raise click.UsageError(f"--columns requires --format {', '.join(TABLES)}")
            command(form=Form(format, columns, null), **others)

        return with_form

    return decorate


class RecordWriter(AbstractContextManager["RecordWriter"]):
    """Writes records to stdout; on exit, it writes a document, or the titles of an empty table.

    Text, documents and, by default, Markdown contain only the first field, other tables all fields.
    """

    def __init__(self, fields: list[str], form: Form, title: str = "names") -> None:
        columns = fields[:1] if form.format == "markdown" else fields
        if form.columns is not None:
            columns = [column.strip() for column in form.columns.split(",")]
        for column in columns:
            if column not in fields:
                hint = f"no such column; available: {', '.join(fields)}"
                raise click.UsageError(f"--columns {short_repr(column)}: {hint}")
        self.columns = list(dict.fromkeys(columns))
        self.title, self.is_text = title, form.format == "text"
        self._table, self._document = TABLES.get(form.format), DOCUMENTS.get(form.format)
        self._places = [fields.index(column) for column in self.columns]
        self.line_end = "\0" if form.null else "\n"
        self._is_first = True
        self._names = list[str]()  # for a document

    def write_records(self, records: Records) -> None:
        """Writes records, or keeps their names for a document."""
        if self._document:
            self._names += (record[0] for record in records)
        elif self._table:
            values = (tuple(record[place] for place in self._places) for record in records)
            write(self._table(self.columns, values, self._is_first).encode())
            self._is_first = False
        else:
            write("".join(record[0] + self.line_end for record in records).encode())

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        """Writes a document, or the titles of a table without records."""
        if error is not None and not (isinstance(error, SamplingError) and self._names):
            return
        if self._document:
            write(self._document(self.title, self._names).encode())
        elif self._is_first:
            self.write_records([])


class NameWriter(RecordWriter):
    """Writes names of a model."""

    def __init__(self, model: Model, form: Form, per_character: bool, title: str = "names") -> None:
        added = ["per_character"] if per_character else []
        super().__init__(["name", "log_prob", "novel", *added], form, title)
        self.model, self.per_character = model, per_character

    def write_names(self, names: Names, log_probs: Array | None = None) -> None:
        """Writes names; `log_probs`, (n,), are computed if they are needed and not given."""
        for start in range(0, len(names), LINES_AT_ONCE):
            part = slice(start, start + LINES_AT_ONCE)
            if self.is_text:
                write(names[part].to_lines().replace(b"\n", self.line_end.encode()))
            elif self.columns == ["name"] or self._document:
                self.write_records((text,) for text in names[part].to_strings())
            else:
                self._write_scored(names[part], None if log_probs is None else log_probs[part])

    def _write_scored(self, names: Names, log_probs: Array | None) -> None:
        if log_probs is None:
            log_probs = self.model.log_prob(names)
        known = self.model.fingerprints is not None and "novel" in self.columns
        novel = (~self.model.knows(names)).tolist() if known else [None] * len(names)
        columns = [names.to_strings(), log_probs.tolist(), novel]
        if self.per_character:
            columns.append((log_probs / (names.lengths + 1)).tolist())
        self.write_records(zip(*columns, strict=True))

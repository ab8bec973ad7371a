"""Names on stdout: plain lines, and the formats of other programs, `TABLES` and `DOCUMENTS`.

Tables and JSON lines have, after the name, `log_prob`, the natural logarithm of its probability by
the model at temperature 1, including its end, to six places (in JSON, null for a probability of 0),
and `novel`, whether it is not in the model's list (null or empty if unknown).

In tables, an apostrophe precedes a name that a spreadsheet could take for a formula.
"""

from __future__ import annotations

import io
import itertools
import json
import math
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from rnn_names.cli.options import flag, option
from rnn_names.cli.streams import write
from rnn_names.errors import SamplingError, short_repr

if TYPE_CHECKING:
    from rnn_names.arrays import Array
    from rnn_names.corpus.names import Names
    from rnn_names.model.model import Model

    Records = Iterable[tuple[Any, ...]]

LINES_AT_ONCE = 1 << 13  # lines that are formatted and written together
FORMULA_BEGINNINGS = ("=", "+", "-", "@")  # first characters of formulas in spreadsheets
_DOUBLED = re.compile(r"([^\W\d_])(?=\1)")
_MARKDOWN = re.compile(r"^(\d*)([#+.)-])|([\\`*_\[\]<>|~$&])")
BYTE_ORDER_MARK = "\ufeff"  # without it, Excel takes UTF-8 for another encoding
ADDED_COLUMNS = "log_prob (in nats) and novel to each name"  # for the help


class Verbatim(str):
    """A text that gets no apostrophe, even if it looks like a formula, except for Excel."""


def json_lines(columns: Sequence[str], records: Records, _is_first: bool) -> str:
    """Records as lines of JSON."""
    objects = (dict(zip(columns, map(_json_value, record), strict=True)) for record in records)
    return "".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in objects)


def cells(
    columns: Sequence[str], records: Records, is_first: bool, delimiter: str = ",", mark: str = ""
) -> str:
    """Records as lines of cells; Excel needs a `mark` before the titles."""
    import csv  # not needed for plain names

    text = io.StringIO()
    text.write(mark * is_first)
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    rows = itertools.chain([columns] * is_first, records)
    writer.writerows([_cell(value, is_for_excel=bool(mark)) for value in row] for row in rows)
    return text.getvalue()


def markdown(columns: Sequence[str], records: Records, is_first: bool) -> str:
    r"""Records as a table, or as a list if there is a single column.

    >>> print(markdown(["name", "novel"], [("A|b", True)], is_first=True), end="")
    | name | novel |
    |---|---|
    | A\|b | true |
    """
    texts = ([_escaped(_plain(value)) for value in record] for record in records)
    if len(columns) == 1:
        return "".join(f"- {text}\n" for [text] in texts)
    head = f"| {' | '.join(map(_escaped, columns))} |\n{'|---' * len(columns)}|\n" * is_first
    return head + "".join(f"| {' | '.join(record)} |\n" for record in texts)


def name_base(title: str, names: Sequence[str]) -> str:
    """A name base of Azgaar's map generator, for its "Upload" button.

    >>> print(name_base("elvish", ["Assa", "Bel, the Old"]), end="")
    elvish|4|11|s|0.50|Assa,Bel the Old

    The fields are the base's name, the shortest and the longest name to write, the letters that may
    be doubled, the share of names of several words, and the names, without the commas, bars and
    line ends that would end a name.
    """
    plain = [*filter(None, (" ".join(re.sub("[,|]+", "", name).split()) for name in names))]
    lengths = [*map(len, plain)] or [0]
    doubled = sorted({letter for name in plain for letter in _DOUBLED.findall(name)})
    title = re.sub(r"[|\x00-\x1f]+", " ", title)
    several = sum(" " in name for name in plain)
    bounds = f"{min(lengths)}|{max(lengths)}|{''.join(doubled)}|{several / len(lengths):.2f}"
    return f"{title}|{bounds}|{','.join(plain)}\n"


def roll_table(title: str, names: Sequence[str]) -> str:
    """A RollTable for "Import Data" of Foundry VTT; versions before 13 read `text`.

    Results have no `type`: its value for text differs between versions, and all default to text.
    """
    from html import escape  # not needed for plain names

    texts = (escape(name, quote=False).replace("\n", "<br>") for name in names)
    results = [
        {"text": text, "description": text, "weight": 1, "range": [side, side]}
        for side, text in enumerate(texts, 1)
    ]
    table = {"name": title, "formula": f"1d{len(names) or 1}", "replacement": True}
    return json.dumps({**table, "displayRoll": True, "results": results}, ensure_ascii=False) + "\n"


TABLES: dict[str, Callable[[Sequence[str], Records, bool], str]] = {
    "jsonl": json_lines,
    "csv": cells,
    "tsv": partial(cells, delimiter="\t"),
    "excel": partial(cells, mark=BYTE_ORDER_MARK),
    "markdown": markdown,
}
"""Formats of records: functions of columns, records, and whether these are the first records."""

DOCUMENTS = {"azgaar": name_base, "foundry": roll_table}
"""Formats of all names together: functions of a title and the names."""


class Form(NamedTuple):
    """The values of --format, --columns and --null."""

    kind: str
    columns: str | None
    null: bool


def output_options(more: str) -> Callable[..., Any]:
    """Adds options that become a command's `form`; the help says that tables add `more`."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @option(
            "--format",
            type=click.Choice(["text", *TABLES, *DOCUMENTS]),
            default="text",
            metavar="FORMAT",
            help="text; jsonl; csv; tsv; excel, CSV in which spreadsheets read accents right; "
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
                raise click.UsageError("--null goes with --format text only")
            if columns and format not in TABLES:
                raise click.UsageError(f"--columns goes with --format {', '.join(TABLES)}")
            command(form=Form(format, columns, null), **others)

        return with_form

    return decorate


class RecordWriter(AbstractContextManager["RecordWriter"]):
    """Writes records to stdout; a document, and the titles of an empty table, when it exits.

    By default, all fields are columns. Text, Markdown and documents have the first field.
    """

    def __init__(self, fields: list[str], form: Form, title: str = "names") -> None:
        names = fields[:1] if form.kind == "markdown" else fields
        if form.columns is not None:
            names = [name.strip() for name in form.columns.split(",")]
        for name in names:
            if name not in fields:
                hint = f"no such column; available: {', '.join(fields)}"
                raise click.UsageError(f"--columns {short_repr(name)}: {hint}")
        self.columns = list(dict.fromkeys(names))
        self.title, self.is_text = title, form.kind == "text"
        self._table, self._document = TABLES.get(form.kind), DOCUMENTS.get(form.kind)
        self._places = [fields.index(name) for name in self.columns]
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


def _json_value(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value


def _cell(value: str | float | bool | None, is_for_excel: bool = False) -> str:
    """The text of a cell of a table.

    >>> [_cell(value) for value in ("@SUM(1)", Verbatim("@SUM(1)"), -7.5, True, None)]
    ["'@SUM(1)", '@SUM(1)', '-7.500000', 'true', '']
    """
    may_be_formula = isinstance(value, str) and (is_for_excel or not isinstance(value, Verbatim))
    text = _plain(value)
    return f"'{text}" if may_be_formula and text.startswith(FORMULA_BEGINNINGS) else text


def _plain(value: str | float | bool | None) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return f"{value:.6f}"
    return "" if value is None else str(value).lower()


def _escaped(text: str) -> str:
    r"""A text with the markup of Markdown escaped.

    >>> _escaped("1. *x* [[y]]"), _escaped("# z &amp;")
    ('1\\. \\*x\\* \\[\\[y\\]\\]', '\\# z \\&amp;')
    """
    return _MARKDOWN.sub(r"\1\\\2\3", text).replace("\n", "<br>")

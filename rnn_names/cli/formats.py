"""Records as text, in the formats of other programs: `TABLES` of columns, `DOCUMENTS` of names.

Tables have an apostrophe before a name that a spreadsheet could take for a formula.
"""

import io
import itertools
import json
import math
import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

FORMULA_BEGINNINGS = ("=", "+", "-", "@")  # first characters of formulas in spreadsheets
BYTE_ORDER_MARK = "\ufeff"  # without it, Excel takes UTF-8 for another encoding
_DOUBLED = re.compile(r"([^\W\d_])(?=\1)")
_MARKDOWN = re.compile(r"^(\d*)([#+.)-])|([\\`*_\[\]<>|~$&])")

Records = Iterable[tuple[Any, ...]]


class Verbatim(str):
    """A string that gets no apostrophe, even if it looks like a formula, except for Excel."""


def json_lines(columns: Sequence[str], records: Records, _is_first: bool) -> str:
    """Records as lines of JSON."""
    objects = (dict(zip(columns, map(_json_value, record), strict=True)) for record in records)
    return "".join(f"{json.dumps(item, ensure_ascii=False)}\n" for item in objects)


def delimited_lines(
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

    The fields are the base's name, the minimum and maximum length of a name, the letters that may
    be doubled, the share of names with several words, and the names without the commas, bars and
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

    Results have no `type`: its value for text differs between versions, which all default to text.
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
    "csv": delimited_lines,
    "tsv": partial(delimited_lines, delimiter="\t"),
    "excel": partial(delimited_lines, mark=BYTE_ORDER_MARK),
    "markdown": markdown,
}
"""Formats of records: functions of columns, records, and whether these are the first records."""

DOCUMENTS = {"azgaar": name_base, "foundry": roll_table}
"""Formats of all names together: functions of a title and the names."""


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
    r"""A string with the markup of Markdown escaped.

    >>> _escaped("1. *x* [[y]]"), _escaped("# z &amp;")
    ('1\\. \\*x\\* \\[\\[y\\]\\]', '\\# z \\&amp;')
    """
    return _MARKDOWN.sub(r"\1\\\2\3", text).replace("\n", "<br>")

"""Pieces of HTML that the page and the report share."""

from collections.abc import Iterable
from html import escape
from importlib.resources import files
from string import Template

from rnn_names.errors import printable

HTML_BEGINNING = b"<!DOCTYPE html>"  # of every page and report


def assets(*names: str) -> str:
    """The joined texts of files of the package, with LF line ends, so that hashes are stable."""
    folder = files("rnn_names")
    return "".join(folder.joinpath(name).read_text("utf-8") for name in names).replace("\r\n", "\n")


def filled(name: str, **values: object) -> str:
    """Fills in a template of the package and drops the line end of its file."""
    return Template(assets(name)).substitute(values).rstrip("\n")


def isolated(text: str) -> str:
    """A text from outside, escaped, that cannot change the writing direction around it.

    >>> isolated("<b>")
    '<bdi>&lt;b&gt;</bdi>'
    """
    return f"<bdi>{escape(printable(text))}</bdi>"


def definitions(facts: Iterable[tuple[str, str]]) -> str:
    """A definition list of terms and values; the values are HTML."""
    rows = (f"<div><dt>{escape(term)}</dt><dd>{value}</dd></div>" for term, value in facts)
    return f"<dl>{''.join(rows)}</dl>"

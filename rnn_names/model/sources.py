"""Where the names that a model learned from came from, and under which terms."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from rnn_names.errors import ModelFileError

MAX_SOURCES = 1000  # sources of one model: a blend has those of all its parts, each once
_OF_START = " (where training started)"


class Source(NamedTuple):
    """A list of names: "towns of Norway", who made it, "GeoNames (geonames.org)", its licence."""

    what: str
    origin: str
    terms: str


def joined(parts: Iterable[Iterable[Source]]) -> tuple[Source, ...]:
    """The sources of several models, each once, in order."""
    return tuple(dict.fromkeys(source for part in parts for source in part))


def of_start(sources: Iterable[Source]) -> tuple[Source, ...]:
    """What a model keeps of the sources of the one that its training started from."""
    note = _OF_START
    return tuple(each._replace(what=each.what.removesuffix(note) + note) for each in sources)


def as_json(sources: Iterable[Source]) -> list[dict[str, str]]:
    """Sources as JSON can hold them."""
    return [source._asdict() for source in sources]


def from_json(value: Any) -> tuple[Source, ...]:
    """Sources from a model file's `meta`. Raises ModelFileError if they are anything else.

    >>> from_json([{"what": "elves", "origin": "this project", "terms": "CC0"}])
    (Source(what='elves', origin='this project', terms='CC0'),)
    """
    kinds = dict.fromkeys(Source._fields, str)
    sound = isinstance(value, list) and len(value) <= MAX_SOURCES
    for each in value if sound else [None]:
        if not isinstance(each, dict) or {k: type(v) for k, v in each.items()} != kinds:
            raise ModelFileError("`meta` has sources that are not a list of what, origin and terms")
    return tuple(Source(**each) for each in value)

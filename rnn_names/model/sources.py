"""Where the names that a model learned from came from, and under which terms."""

from collections.abc import Iterable
from typing import NamedTuple

_OF_START = " (where training started)"


class Source(NamedTuple):
    """A list of names: "towns of Norway", who made it, "GeoNames (geonames.org)", its licence."""

    what: str
    origin: str
    terms: str


def of_start(sources: Iterable[Source]) -> tuple[Source, ...]:
    """What a model keeps of the sources of the one that its training started from."""
    note = _OF_START
    return tuple(each._replace(what=each.what.removesuffix(note) + note) for each in sources)

"""Where the names that a model learned from came from, and under which terms."""

from collections.abc import Iterable
from typing import NamedTuple


class Source(NamedTuple):
    """A list of names: "towns of Norway", who made it, "GeoNames (geonames.org)", its licence."""

    what: str
    origin: str
    terms: str


def of_start(sources: Iterable[Source]) -> tuple[Source, ...]:
    """The sources of the model that a training started from, marked as such."""
    note = " (where training started)"
    return tuple(each._replace(what=each.what.removesuffix(note) + note) for each in sources)

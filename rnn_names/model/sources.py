"""The provenance of the lists that a model learned from, and their terms."""

from collections.abc import Iterable
from typing import NamedTuple


class Source(NamedTuple):
    """Provenance of a name list."""

    what: str  # description, e.g. "towns of Norway"
    origin: str  # publisher, e.g. "GeoNames (geonames.org)"
    terms: str  # licence


def marked_as_start(sources: Iterable[Source]) -> tuple[Source, ...]:
    """The sources of the model that training started from, marked as such."""
    note = " (where training started)"
    return tuple(each._replace(what=each.what.removesuffix(note) + note) for each in sources)

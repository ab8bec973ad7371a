"""The models that come with the package, and the models of other packages, by name."""

import os
from collections.abc import Iterable
from typing import Any, NamedTuple

HERE = os.path.dirname(os.path.abspath(__file__))  # a real folder: pip, pipx and uv unpack packages
FOLDER = os.path.join(HERE, "bundled_files")


class Source(NamedTuple):
    """Provenance of a name list."""

    what: str  # description, e.g. "towns of Norway"
    origin: str  # publisher, e.g. "GeoNames (geonames.org)"
    terms: str  # licence


def marked_as_start(sources: Iterable[Source]) -> tuple[Source, ...]:
    """The sources of a model that training started from, with a note that says so."""
    note = " (where training started)"
    return tuple(source._replace(what=source.what.removesuffix(note) + note) for source in sources)


class Bundled(NamedTuple):
    """A bundled model: the kind of its names, the list that it learned from, and new names."""

    group: str
    source: Source
    samples: list[str]  # three


TABLE = os.path.join(HERE, "bundled.tsv")
with open(TABLE, encoding="utf-8") as _file:
    _rows = [line.rstrip("\n").split("\t") for line in _file]
MODELS = {name: Bundled(group, Source(*more[:3]), more[3:]) for name, group, *more in _rows}


def path_of(name: str) -> str:
    """The file of a bundled model, by its name or its alias."""
    return os.path.join(FOLDER, f"{OTHER_NAMES.get(name, name)}.npz")


OTHER_NAMES = {"norse": "icelandic-first-names"}  # aliases of bundled models
DEFAULT = "first-names"  # used if no model is given and the folder has none
NONE = "none"  # training starts from random weights
CLOSEST = "closest"  # training starts from the bundled model that predicts the list best
BASE = os.path.join(FOLDER, "base.npz")  # the network that short lists start from
BASE_SOURCE = Source(
    "names of the bundled lists, as rnn-names models shows",
    "GeoNames (geonames.org), Faker, mimesis and others",
    "CC BY 4.0, MIT and public domain",
)


def packs() -> dict[str, Any]:
    """Models of other packages: the entry point drow = "my_package" means my_package/drow.npz."""
    from importlib.metadata import entry_points  # slow to import and rarely needed

    return {point.name.lower(): point for point in entry_points(group="rnn_names.models")}


def names() -> set[str]:
    """The names of all models."""
    return {*MODELS, *OTHER_NAMES, *packs()}


def file_of_pack(point: Any) -> str:
    """The model file of another package, found without importing the package."""
    from importlib.util import find_spec

    package, *folders = point.module.split(".")
    spec = find_spec(package)
    locations = (spec and spec.submodule_search_locations) or [package]
    return os.path.join(*locations[:1], *folders, f"{point.name}.npz")

"""Models as users give them: by file or by name. `data/make_models.py` makes the bundled ones."""

import os
import re
from contextlib import suppress
from typing import Any, NamedTuple

from rnn_names.declarations import POSITIVE
from rnn_names.errors import ModelFileError, shown
from rnn_names.model.sources import Source

HERE = os.path.dirname(os.path.abspath(__file__))  # pip, pipx and uv unpack what they install
FOLDER = os.path.join(HERE, "bundled_files")


class Bundled(NamedTuple):
    """A bundled model: what it writes, and the list that it learned from."""

    group: str
    source: Source


def _models() -> dict[str, Bundled]:
    """The rows of bundled.tsv: a name, a group, and the fields of a source."""
    with open(os.path.join(HERE, "bundled.tsv"), encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    return {name: Bundled(group, Source(*source)) for name, group, *source in rows}


def path_of(name: str) -> str:
    """The file of a bundled model, by its name or its alias."""
    return os.path.join(FOLDER, f"{OTHER_NAMES.get(name, name)}.npz")


OTHER_NAMES = {"norse": "icelandic-first-names"}  # other names of bundled models
MODELS = _models()  # what `make models` makes
DEFAULT = "first-names"  # what is used where no model is asked for, and none is in the folder
NONE = "none"  # what training starts from in place of a model: random weights
CLOSEST = "closest"  # training starts from the bundled model that predicts its list best
BASE = os.path.join(FOLDER, "base.npz")  # the network that short lists start from: training/base.py
BASE_SOURCE = Source(
    "names of the bundled lists, as rnn-names models shows",
    "GeoNames (geonames.org), Faker, mimesis and others",
    "CC BY 4.0, MIT and public domain",
)
SAMPLES = os.path.join(FOLDER, "samples.json")  # three names of each, written when they are made


def samples() -> dict[str, list[str]]:
    """Three new names of each bundled model."""
    import json  # takes long to import, and is hardly ever needed

    with open(SAMPLES, encoding="utf-8") as file:
        return dict(json.load(file))


def packs() -> dict[str, Any]:
    """Models of other packages: the entry point drow = "my_package" is my_package/drow.npz."""
    from importlib.metadata import entry_points  # takes long to import, and is seldom needed

    return {point.name.lower(): point for point in entry_points(group="rnn_names.models")}


def names() -> set[str]:
    """The names of all models."""
    return {*MODELS, *OTHER_NAMES, *packs()}


def file_of_pack(point: Any) -> str:
    """The model file of another package, of which nothing is imported."""
    from importlib.util import find_spec

    package, *folders = point.module.split(".")
    spec = find_spec(package)
    found = (spec and spec.submodule_search_locations) or [package]
    return os.path.join(*found[:1], *folders, f"{point.name}.npz")


class ModelChoice(NamedTuple):
    """A model as the user gives it: a file or the name of a bundled model, and its weight."""

    path: str
    weight: float | None = None

    def __str__(self) -> str:
        return self.path if self.weight is None else f"{self.path}={self.weight:g}"

    @classmethod
    def of(cls, text: str) -> "ModelChoice":
        """MODEL or MODEL=WEIGHT; where there is a file of the whole name, that is the model."""
        path, equals, weight = text.rpartition("=")
        if not equals or os.path.lexists(text):
            return cls(text)
        with suppress(ValueError):
            if path:
                return cls(path, POSITIVE.read(weight))
        raise ModelFileError(
            f"{text!r}: after = belongs the model's weight, {POSITIVE} (there is no file of that "
            "whole name)"
        )

    @property
    def share(self) -> float:
        """Its weight in a blend; 1 where none was given."""
        return 1.0 if self.weight is None else self.weight

    @property
    def title(self) -> str:
        """Its name in the record of a blend: that of its file, without folders."""
        return os.path.basename(self.path)


def file_of(path: str) -> str:
    """The file that is meant by a path, or by the name of a bundled model or one of a pack.

    A file of that name comes first; a folder does not.

    >>> [os.path.basename(file_of(path)) for path in ("Dinosaurs", "norse", "my.npz")]
    ['dinosaurs.npz', 'icelandic-first-names.npz', 'my.npz']
    """
    name = path.lower()
    if is_file(path):
        return path
    if name in MODELS or name in OTHER_NAMES:
        return path_of(name)
    # A look for packs takes some milliseconds; a file that is not there has a dot or a slash.
    pack = packs().get(name) if re.fullmatch(r"[\w-]+", name) else None
    return file_of_pack(pack) if pack else path


def is_start_word(path: str) -> bool:
    """Whether a path to start from is CLOSEST or NONE; a file of that name comes first.

    >>> is_start_word("closest"), is_start_word("./closest")
    (True, False)
    """
    return path in (CLOSEST, NONE) and not is_file(path)


def is_file(path: str) -> bool:
    """Whether there is one, of any kind, and no folder."""
    return os.path.exists(path) and not os.path.isdir(path)


def advice(path: str) -> str:
    """Advice about a model that is not there: the file or bundled model of the closest name.

    >>> advice("dinosaur")
    'train a model, or take a bundled one: dinosaurs'
    >>> advice("elves")
    'train a model, or take a bundled one: elvish, elvish-men, elvish-women'
    """
    from difflib import get_close_matches  # takes long to import, and is hardly ever needed

    if OTHER_NAMES.get(path.lower(), path.lower()) in MODELS:
        return "it comes with the program, and is missing: install rnn-names again"
    folder, name = os.path.split(path)
    with suppress(OSError):
        files = [
            file for file in os.listdir(folder or ".") if file.endswith(".npz") and file != name
        ]
        own = [f"{name}.npz"] if f"{name}.npz" in files else []
        for file in own or get_close_matches(name, files, n=1, cutoff=0.8):
            return f"did you mean {shown(os.path.join(folder, file))}?"
    if {*"+,"} & {*name}:
        return "give each model of a blend by itself"
    known = sorted(names())
    close = get_close_matches(name, known, n=1, cutoff=0.8)
    close = close or [each for each in known if each.startswith(name[:3].lower())][:3]
    told = ", ".join(close or [DEFAULT, "norse", "welsh-towns", "dinosaurs", "…"])
    return f"train a model, or take a bundled one: {told}"

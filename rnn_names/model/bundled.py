"""The models in the box: small ones that come with the package, and are chosen by name instead of
by file.

`data/make_models.py` makes them (`make models`), from the lists beside it; it holds the recipe.
"""

from __future__ import annotations

import os
from typing import NamedTuple

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bundled_files")
"""Beside this file: pip, pipx and uv unpack what they install."""


class Source(NamedTuple):
    """The list that a model learned from."""

    what: str
    origin: str
    terms: str


MODELS = {
    "dinosaurs": Source("dinosaur genera", "npm package dinosaurs 1.2.1", "WTFPL"),
    "first-names": Source(
        "first names of US newborns, 2018", "US Social Security Administration", "public domain"
    ),
    "surnames": Source("surnames of the 1990 US census", "US Census Bureau", "public domain"),
}

DEFAULT = "first-names"
"""What is used where no model is asked for, and none is in the folder."""


def path_of(name: str) -> str:
    """The file of a model in the box."""
    return os.path.join(FOLDER, f"{name}.npz")


def located(path: str) -> str:
    """The file that is meant by a path, or by the name of a model in the box: a file of that name
    wins, a folder does not.

    >>> os.path.basename(located("dinosaurs")), located("my.npz")
    ('dinosaurs.npz', 'my.npz')
    """
    is_file = os.path.exists(path) and not os.path.isdir(path)
    return path_of(path) if path in MODELS and not is_file else path

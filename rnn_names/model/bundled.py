"""The bundled models: small ones that come with the package, chosen by name instead of by file.

`data/make_models.py` has the recipe.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from rnn_names.model.sources import Source

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bundled_files")
"""Beside this file: pip, pipx and uv unpack what they install."""


class Bundled(NamedTuple):
    """What a bundled model writes, and the list that it learned from."""

    group: str
    source: Source


PEOPLE, PLACES, CREATURES = "people", "places", "creatures"


def _people(what: str, origin: str = "Faker 40.63.0 (PyPI)", terms: str = "MIT") -> Bundled:
    return Bundled(PEOPLE, Source(what, origin, terms))


def _towns(of: str) -> Bundled:
    return Bundled(PLACES, Source(f"towns of {of}", "GeoNames (geonames.org)", "CC BY 4.0"))


MODELS = {
    "first-names": _people(
        "first names of US newborns, 2018", "US Social Security Administration", "public domain"
    ),
    "surnames": _people("surnames of the 1990 US census", "US Census Bureau", "public domain"),
    "german-first-names": _people("German first names"),
    "icelandic-first-names": _people("Icelandic first names"),
    "irish-surnames": _people("Irish surnames"),
    "italian-surnames": _people("Italian surnames"),
    "turkish-first-names": _people("Turkish first names"),
    "chinese-towns": _towns("China"),
    "dutch-towns": _towns("the Netherlands"),
    "english-towns": _towns("England"),
    "finnish-towns": _towns("Finland"),
    "french-towns": _towns("France"),
    "german-towns": _towns("Germany"),
    "greek-towns": _towns("Greece"),
    "hungarian-towns": _towns("Hungary"),
    "indian-towns": _towns("India"),
    "irish-towns": _towns("Ireland"),
    "italian-towns": _towns("Italy"),
    "japanese-towns": _towns("Japan"),
    "mexican-towns": _towns("Mexico"),
    "norwegian-towns": _towns("Norway"),
    "polish-towns": _towns("Poland"),
    "russian-towns": _towns("Russia"),
    "scottish-towns": _towns("Scotland"),
    "spanish-towns": _towns("Spain"),
    "swedish-towns": _towns("Sweden"),
    "turkish-towns": _towns("Turkey"),
    "welsh-towns": _towns("Wales"),
    "dinosaurs": Bundled(
        CREATURES, Source("dinosaur genera", "npm package dinosaurs 1.2.1", "WTFPL")
    ),
}

ALIASES = {"norse": "icelandic-first-names"}
"""Other names for some of them: what people look for."""

DEFAULT = "first-names"
"""What is used where no model is asked for, and none is in the folder."""

NONE = "none"
"""What training starts from in place of a model: random weights."""

CLOSEST = "closest"
"""What training may start from in place of a model: the bundled one that predicts its list best."""


def path_of(name: str) -> str:
    """The file of a bundled model, by its name or its alias."""
    return os.path.join(FOLDER, f"{ALIASES.get(name, name)}.npz")


def located(path: str) -> str:
    """The file that is meant by a path or by the name of a bundled model.

    A file of that name comes first; a folder does not.

    >>> [os.path.basename(located(path)) for path in ("dinosaurs", "norse", "my.npz")]
    ['dinosaurs.npz', 'icelandic-first-names.npz', 'my.npz']
    """
    is_bundled = path in MODELS or path in ALIASES
    return path_of(path) if is_bundled and not _is_file(path) else path


def is_word(path: str) -> bool:
    """Whether a path to start from is CLOSEST or NONE; a file of that name comes first.

    >>> is_word("closest"), is_word("./closest")
    (True, False)
    """
    return path in (CLOSEST, NONE) and not _is_file(path)


def _is_file(path: str) -> bool:
    return os.path.exists(path) and not os.path.isdir(path)


def suggested(name: str) -> str:
    """The bundled models whose names are closest to an unknown one; if none is close, examples.

    >>> suggested("dinosaur"), suggested("wlsh-towns"), suggested("my.npz")
    ('dinosaurs', 'welsh-towns', 'first-names, norse, welsh-towns, dinosaurs, …')
    """
    from difflib import get_close_matches  # takes long to import, and is hardly ever needed

    close = get_close_matches(name, [*MODELS, *ALIASES], n=1, cutoff=0.8)
    return ", ".join(close or [DEFAULT, "norse", "welsh-towns", "dinosaurs", "…"])

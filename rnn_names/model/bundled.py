"""Models as users give them: by file or by name. `data/make_models.py` makes the bundled ones."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import NamedTuple

from rnn_names.declarations import POSITIVE
from rnn_names.errors import ModelFileError, shown
from rnn_names.model.sources import Source

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bundled_files")
"""Beside this file: pip, pipx and uv unpack what they install."""


class Bundled(NamedTuple):
    """A bundled model: what it writes, and the list that it learned from."""

    group: str
    source: Source


PEOPLE, PLACES, CREATURES, FANTASY = "people", "places", "creatures", "fantasy"

FAKER = "Faker 40.63.0 (PyPI)"
FAKER_AND_MIMESIS = f"{FAKER} and mimesis 22.2.0 (PyPI)"

NORSE = "Landnámabók and the sagas of Icelanders"


def _people(what: str, origin: str = FAKER, terms: str = "MIT") -> Bundled:
    return Bundled(PEOPLE, Source(what, origin, terms))


def _us(what: str) -> Bundled:
    origin = "US Social Security Administration"
    return _people(f"first names of US {what}, 2018", origin, "public domain")


def _towns(of: str, origin: str = "", terms: str = "") -> Bundled:
    geonames = Source(f"towns of {of}", f"GeoNames (geonames.org){origin}", f"CC BY 4.0{terms}")
    return Bundled(PLACES, geonames)


def _invented(what: str) -> Bundled:
    return Bundled(FANTASY, Source(what, "invented for rnn-names", "CC0"))


SHELF = {
    "first-names": _us("newborns"),
    "women": _us("girls"),
    "men": _us("boys"),
    "surnames": _people("surnames of the 1990 US census", "US Census Bureau", "public domain"),
    "german-first-names": _people("German first names"),
    "german-women": _people("German women's first names"),
    "german-men": _people("German men's first names"),
    "icelandic-first-names": _people("Icelandic first names"),
    "icelandic-women": _people("Icelandic women's first names"),
    "icelandic-men": _people("Icelandic men's first names"),
    "norse-women": _people("Old Norse women's names", NORSE, "public domain"),
    "norse-men": _people("Old Norse men's names", NORSE, "public domain"),
    "irish-surnames": _people("Irish surnames"),
    "italian-women": _people("Italian women's first names", FAKER_AND_MIMESIS),
    "italian-men": _people("Italian men's first names", FAKER_AND_MIMESIS),
    "italian-surnames": _people("Italian surnames"),
    "turkish-first-names": _people("Turkish first names"),
    "turkish-women": _people("Turkish women's first names"),
    "turkish-men": _people("Turkish men's first names"),
    "chinese-towns": _towns("China"),
    "dutch-towns": _towns("the Netherlands"),
    "english-towns": _towns("England"),
    "finnish-towns": _towns("Finland"),
    "french-towns": _towns("France"),
    "german-towns": _towns("Germany"),
    "greek-towns": _towns("Greece"),
    "hungarian-towns": _towns("Hungary"),
    "indian-towns": _towns("India"),
    "irish-towns": _towns(
        "Ireland", " and GAA Pitch Finder by Ryan McGuinness (gaapitchfinder.com)"
    ),
    "italian-towns": _towns("Italy"),
    "japanese-towns": _towns("Japan"),
    "mexican-towns": _towns("Mexico"),
    "norwegian-towns": _towns(
        "Norway", " and Bring (npm package norway-postal-codes 3.3.0)", " and MIT"
    ),
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
    "elvish": _invented("elvish names of women, men and places"),
    "elvish-women": _invented("elvish women's names"),
    "elvish-men": _invented("elvish men's names"),
    "dwarvish": _invented("dwarvish names"),
    "dwarvish-women": _invented("dwarvish women's names"),
    "dwarvish-men": _invented("dwarvish men's names"),
    "orcish": _invented("orcish names"),
    "goblin": _invented("names of goblins"),
    "halfling": _invented("names of halflings"),
    "fae": _invented("names of fae"),
    "desert": _invented("names of desert people"),
    "sea": _invented("names of sea people"),
    "giants": _invented("names of giants"),
    "demons": _invented("names of demons"),
    "dragons": _invented("names of dragons"),
    "stars": _invented("planets and stars"),
    "taverns": _invented("taverns, in two English words"),
    "spells": _invented("spells, in English words"),
}
"""What `make models` makes."""


def made() -> dict[str, Bundled]:
    """Those of the shelf that were made."""
    paths = {name: os.path.join(FOLDER, f"{name}.npz") for name in SHELF}
    return {name: of for name, of in SHELF.items() if os.path.exists(paths[name])}


MODELS = made()  # the bundled models
ALIASES = {"norse": "icelandic-first-names"}  # other names for some of them: what people look for
DEFAULT = "first-names"  # what is used where no model is asked for, and none is in the folder
NONE = "none"  # what training starts from in place of a model: random weights
CLOSEST = "closest"  # training starts from the bundled model that predicts its list best
SAMPLES = os.path.join(FOLDER, "samples.json")  # three names of each, written when they are made


def path_of(name: str) -> str:
    """The file of a bundled model, by its name or its alias."""
    return os.path.join(FOLDER, f"{ALIASES.get(name, name)}.npz")


def samples() -> dict[str, list[str]]:
    """Three new names of each bundled model."""
    import json  # takes long to import, and is hardly ever needed

    with open(SAMPLES, encoding="utf-8") as file:
        return dict(json.load(file))


class Given(NamedTuple):
    """A model as the user gives it: a file or the name of a bundled model, and its weight."""

    path: str
    weight: float | None = None

    def __str__(self) -> str:
        return self.path if self.weight is None else f"{self.path}={self.weight:g}"

    @classmethod
    def of(cls, text: str) -> Given:
        """MODEL or MODEL=WEIGHT; where there is a file of the whole name, that is the model."""
        path, equals, weight = text.rpartition("=")
        if not equals or os.path.lexists(text):
            return cls(text)
        try:
            if path:
                return cls(path, POSITIVE.read(weight))
        except ValueError:
            pass
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
        """What it is called in the record of a blend: its file's name, without folders."""
        return os.path.basename(self.path)


def file_of(path: str) -> str:
    """The file that is meant by a path or by the name of a bundled model.

    A file of that name comes first; a folder does not.

    >>> [os.path.basename(file_of(path)) for path in ("Dinosaurs", "norse", "my.npz")]
    ['dinosaurs.npz', 'icelandic-first-names.npz', 'my.npz']
    """
    name = path.lower()
    is_bundled = name in MODELS or name in ALIASES
    return path_of(name) if is_bundled and not _is_file(path) else path


def is_word(path: str) -> bool:
    """Whether a path to start from is CLOSEST or NONE; a file of that name comes first.

    >>> is_word("closest"), is_word("./closest")
    (True, False)
    """
    return path in (CLOSEST, NONE) and not _is_file(path)


def _is_file(path: str) -> bool:
    return os.path.exists(path) and not os.path.isdir(path)


def advice(path: str) -> str:
    """What to do about a model that is not there: the file or bundled model of the closest name.

    >>> advice("dinosaur")
    'train a model, or take a bundled one: dinosaurs'
    >>> advice("elves")
    'train a model, or take a bundled one: elvish'
    """
    from difflib import get_close_matches  # takes long to import, and is hardly ever needed

    if ALIASES.get(path.lower(), path.lower()) in SHELF:
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
    known = [*MODELS, *ALIASES]
    close = get_close_matches(name, known, n=1, cutoff=0.8)
    close = close or [each for each in known if each.startswith(name[:3].lower())][:3]
    names = ", ".join(close or [DEFAULT, "norse", "welsh-towns", "dinosaurs", "…"])
    return f"train a model, or take a bundled one: {names}"

"""Models as users give them: by file or by name, each with a weight if wanted."""

import os
import re
from contextlib import suppress
from typing import NamedTuple

from rnn_names.declarations import POSITIVE
from rnn_names.errors import ModelFileError, printable
from rnn_names.model import bundled

OTHER_WORDS = {
    "elf": "elvish",
    "male": "men",
    "female": "women",
    **dict.fromkeys(("viking", "vikings"), "norse-men, norse-women"),
    **dict.fromkeys(("last-names", "family-names"), "surnames"),
    **dict.fromkeys(("village", "villages"), "english-towns; or a cast: rnn-names cast village"),
}
"""Words that name no model, and the models that are likely to be meant."""


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

    A file of that name comes first; a folder does not, nor, before a bundled model, does a text,
    such as one that kept names go to: `pick -m elvish -o elvish`.

    >>> [os.path.basename(file_of(path)) for path in ("Dinosaurs", "norse", "my.npz")]
    ['dinosaurs.npz', 'icelandic-first-names.npz', 'my.npz']
    """
    name = path.lower()
    is_bundled = name in bundled.MODELS or name in bundled.OTHER_NAMES
    if is_file(path) and not (is_bundled and _is_text(path)):
        return path
    if is_bundled:
        return bundled.path_of(name)
    # A look for packs takes some milliseconds; a file that is not there has a dot or a slash.
    pack = bundled.packs().get(name) if re.fullmatch(r"[\w-]+", name) else None
    return bundled.file_of_pack(pack) if pack else path


def is_start_word(path: str) -> bool:
    """Whether a path to start from is CLOSEST or NONE; a file of that name comes first.

    >>> is_start_word("closest"), is_start_word("./closest")
    (True, False)
    """
    return path in (bundled.CLOSEST, bundled.NONE) and not is_file(path)


def is_file(path: str) -> bool:
    """Whether there is one, of any kind, and no folder."""
    return os.path.exists(path) and not os.path.isdir(path)


def _is_text(path: str) -> bool:
    if not os.path.isfile(path):  # reading a pipe would empty it
        return False
    with suppress(OSError, UnicodeDecodeError), open(path, encoding="utf-8") as file:
        return "".join(file.read(64).split()).isprintable()
    return False


def advice(path: str) -> str:
    """Advice about a model that is not there: the file or bundled model of the closest name.

    >>> advice("dinosaur")
    'train a model, or take a bundled one: dinosaurs'
    >>> advice("elves")
    'train a model, or take a bundled one: elvish, elvish-men, elvish-women'
    """
    from difflib import get_close_matches  # takes long to import, and is hardly ever needed

    if bundled.OTHER_NAMES.get(path.lower(), path.lower()) in bundled.MODELS:
        return "it comes with the program, and is missing: install rnn-names again"
    folder, name = os.path.split(path)
    with suppress(OSError):
        files = [
            file for file in os.listdir(folder or ".") if file.endswith(".npz") and file != name
        ]
        own = [f"{name}.npz"] if f"{name}.npz" in files else []
        if similar := own or get_close_matches(name, files, n=1, cutoff=0.8):
            return f"did you mean {printable(os.path.join(folder, similar[0]))}?"
    if {*"+,"} & {*name}:
        return "give each model of a blend by itself"
    known, word = sorted(bundled.names()), name.lower()
    close = [*filter(None, [OTHER_WORDS.get(word)])]
    close = close or [each for each in known if word in each.split("-")]
    close = close or get_close_matches(word, known, n=1, cutoff=0.8)
    close = close or [each for each in known if each.startswith(word[:3])][:3]
    names = close or [bundled.DEFAULT, "norse", "welsh-towns", "dinosaurs", "…"]
    return f"train a model, or take a bundled one: {', '.join(names)}"

"""Models as users specify them: by file or by name, possibly with a weight."""

import os
import re
from contextlib import suppress
from difflib import get_close_matches
from typing import NamedTuple

from rnn_names.declarations import POSITIVE
from rnn_names.errors import ModelFileError, OwnFileWarning, printable, warn
from rnn_names.files import is_file
from rnn_names.model import bundled

# Words that are not names of models, and the models that users probably mean.
OTHER_WORDS = {
    "elf": "elvish",
    "male": "men",
    "female": "women",
    **dict.fromkeys(("viking", "vikings"), "norse-men, norse-women"),
    **dict.fromkeys(("last-names", "family-names"), "surnames"),
    **dict.fromkeys(("village", "villages"), "english-towns; or a cast: rnn-names cast village"),
}


class ModelChoice(NamedTuple):
    """A user's choice of a model: a file or the name of a bundled model, and its weight."""

    path: str
    weight: float | None = None  # above 0; by default, weights in a blend are equal

    def __str__(self) -> str:
        return self.path if self.weight is None else f"{self.path}={self.weight:g}"

    @classmethod
    def parse(cls, text: str) -> "ModelChoice":
        """Parses MODEL or MODEL=WEIGHT; if the whole text is the name of a file, chooses it."""
        path, equals, weight = text.rpartition("=")
        if not equals or os.path.lexists(text):
            return _noted(cls(text))
        with suppress(ValueError):
            if path:
                return _noted(cls(path, POSITIVE.read(weight)))
        must = f"the text after = must be the model's weight, {POSITIVE}"
        raise ModelFileError(f"{text!r}: {must} (and no file has this whole name)")

    @property
    def title(self) -> str:
        """Its title in the record of a blend: the name of its file without folders."""
        return os.path.basename(self.path)


def _noted(choice: ModelChoice) -> ModelChoice:
    """Returns the choice; warns if the user may mean the file with that name in this folder."""
    name, own = choice.path, f"{choice.path}.npz"
    if _is_bundled(name) and not is_file(name) and is_file(own):
        what = f"{name} is the bundled model; for the one in this folder, write {own}"
        warn(what, OwnFileWarning)
    return choice


def find_model_file(path: str) -> str:
    """The model file at a path, or the file of a bundled or another package's model by name.

    An existing file takes precedence, unless it is a folder or a text file with a bundled model's
    name, as after `pick -m elvish -o elvish`.

    >>> [os.path.basename(find_model_file(path)) for path in ("Dinosaurs", "norse", "my.npz")]
    ['dinosaurs.npz', 'icelandic-first-names.npz', 'my.npz']
    """
    name = path.lower()
    if is_file(path) and not (_is_bundled(path) and _is_text(path)):
        return path
    if _is_bundled(path):
        return bundled.path_of(name)
    # Looking for packs takes milliseconds; paths of missing files usually have a dot or a slash.
    pack = bundled.packs().get(name) if re.fullmatch(r"[\w-]+", name) else None
    return bundled.file_of_pack(pack) if pack else path


def _is_bundled(path: str) -> bool:
    """Whether a path is the name of a bundled model, in upper or lower case."""
    return path.lower() in {*bundled.MODELS, *bundled.OTHER_NAMES}


def _is_text(path: str) -> bool:
    if not os.path.isfile(path):  # reading a pipe would empty it
        return False
    with suppress(OSError, UnicodeDecodeError), open(path, encoding="utf-8") as file:
        return "".join(file.read(64).split()).isprintable()
    return False


def advice(path: str) -> str:
    """Advice about a missing model: the file or the bundled model with the most similar name.

    >>> advice("dinosaur")
    'train a model, or take a bundled one: dinosaurs'
    >>> advice("elves")
    'train a model, or take a bundled one: elvish, elvish-men, elvish-women'
    """
    if _is_bundled(path):
        return "it comes with the program, and is missing: install rnn-names again"
    folder, name = os.path.split(path)
    with suppress(OSError):
        beside = os.listdir(folder or ".")
        files = [file for file in beside if file.endswith(".npz") and file != name]
        own = [f"{name}.npz"] if f"{name}.npz" in files else []
        if similar := own or get_close_matches(name, files, n=1, cutoff=0.8):
            return f"did you mean {printable(os.path.join(folder, similar[0]))}?"
    if {*"+,"} & {*name}:
        return f"to blend models, write {printable('+'.join(re.split(r' *[+,] *', name)))}"
    all_names, word = sorted(bundled.names()), name.lower()
    close = [*filter(None, [OTHER_WORDS.get(word)])]
    close = close or [name for name in all_names if word in name.split("-")]
    close = close or get_close_matches(word, all_names, n=1, cutoff=0.8)
    close = close or [name for name in all_names if name.startswith(word[:3])][:3]
    names = close or [bundled.DEFAULT, "norse", "welsh-towns", "dinosaurs", "…"]
    return f"train a model, or take a bundled one: {', '.join(names)}"

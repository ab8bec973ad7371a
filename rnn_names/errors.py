"""Errors and warnings with common base classes, and functions for their one-line messages."""

import re
import sys
import unicodedata
import warnings
from collections.abc import Iterable

MAX_BESIDE_CARET = 60  # characters of the line that are shown on each side of the caret


class RnnNamesError(Exception):
    """Base class of this package's errors, for mistakes by a caller or in a file.

    The message is one line: the mistake, its place and advice. The input and a caret may follow.

    Attributes:
        settings: the settings and options that the message names, as in Python (`hidden_size`).
            The command line replaces them with the names of its options (`--hidden-size`).
    """

    def __init__(self, message: str, settings: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.settings = tuple(settings)


class CorpusError(RnnNamesError):
    """A name list that cannot be read or contains something that is not a name."""


class VocabularyError(RnnNamesError):
    """A string with characters that a model does not know."""


class ModelFileError(RnnNamesError):
    """A model file that is missing, damaged or not a model; or a file that cannot be written."""


class TrainingError(RnnNamesError):
    """Training that cannot start or has diverged."""


class BlendError(RnnNamesError):
    """Models that cannot be blended, or weights or titles that do not fit."""


class SamplingError(RnnNamesError):
    """A request for names that cannot be fulfilled."""


class TooFewNamesError(SamplingError):
    """Fewer names or lines were found than requested.

    Attributes:
        n_found: how many were found.
        tightest: see `Tally.tightest`; "" if unknown.
    """

    def __init__(
        self, message: str, settings: Iterable[str] = (), *, n_found: int = 0, tightest: str = ""
    ) -> None:
        super().__init__(message, settings)
        self.n_found, self.tightest = n_found, tightest


class RnnNamesWarning(UserWarning):
    """Base class of this package's warnings: a result may not be what the caller expects."""


class LongNamesWarning(RnnNamesWarning):
    """A ranking per character leaves out the longest names."""


class CaseWarning(RnnNamesWarning):
    """No name can match a string in the given case, so its case is ignored."""


class RareConditionsWarning(RnnNamesWarning):
    """Conditions are so rare that names repeat, may be missing, or have only estimated shares."""


class RepeatedInitialsWarning(RnnNamesWarning):
    """A cast has more lines than there are first letters, so letters repeat."""


class OwnFileWarning(RnnNamesWarning):
    """A bundled model is used although the current folder has a model file of the same name."""


class FewNewNamesWarning(RnnNamesWarning):
    """Most drawn names are repeats or near copies, or nothing new was found for a redrawn line."""


class FewThreadsWarning(RnnNamesWarning):
    """The system allows no more threads, so the work takes longer."""


def warn(message: str, category: type[RnnNamesWarning]) -> None:
    """Issues a warning that points to the line that called this package."""
    frame, level = sys._getframe(1), 2  # of the caller
    inside = ("rnn_names.", "contextlib")
    while frame.f_back and frame.f_globals.get("__name__", "").startswith(inside):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)


def as_option(name: str, sign: str = "--") -> str:
    """A setting as an option of the command line: --max-length for max_length."""
    return sign + name.replace("_", "-")


def with_options(error: RnnNamesError, sign: str = "--") -> str:
    """The message of an error, with the settings that it names written as options.

    >>> error = RnnNamesError("prefix 'prefix': try a min_length", ["prefix", "min_length"])
    >>> print(with_options(error))
    --prefix 'prefix': try a --min-length
    """
    text = str(error)
    for name in error.settings:
        option = as_option(name, sign)
        text = re.sub(rf"(?<![\w./'\"-]){name}(?![\w./'\"-])", option, text, count=1)
    return text


def printable(text: str) -> str:
    r"""A string from outside, such as a file name, for a message; escaped if it is not printable.

    >>> print(printable("Zoë.txt"), printable("two\nlines"))
    Zoë.txt 'two\nlines'
    """
    return text if text.isprintable() and text else repr(text)


def shortened(text: str, longest: int) -> str:
    """The string, or its first `longest` characters and "…", for a message."""
    return text if len(text) <= longest else f"{text[:longest]}…"


def with_caret(message: str, text: str, place: int) -> str:
    """A message, the line of `text` that contains `place`, and a caret below that place.

    >>> print(with_caret("no such model", "{nors} {surnames}", 1))
    no such model
      {nors} {surnames}
       ^
    """
    begin = max(place - MAX_BESIDE_CARET, text.rfind("\n", 0, place) + 1)
    [line, *_] = text[begin : place + MAX_BESIDE_CARET].split("\n")
    shown = "".join(c if c.isprintable() else "\ufffd" for c in line)
    before = shown[: place - begin]
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in before)
    columns = len(before) + wide - sum(unicodedata.combining(c) > 0 for c in before)
    return f"{message}\n  {shown}\n  {' ' * columns}^"


def missing_module(error: ModuleNotFoundError) -> str:
    """The message for a module that is not installed.

    >>> print(missing_module(ModuleNotFoundError(name="tqdm.std")))
    the module tqdm is missing; to install it: python -m pip install tqdm
    """
    name = str(error.name).partition(".")[0]
    return f"the module {name} is missing; to install it: python -m pip install {name}"


def plural(n: int, noun: str) -> str:
    """A number and a noun, plural if needed, for a message.

    >>> print(plural(1, "name"), plural(2000, "name"))
    1 name 2,000 names
    """
    return f"{n:,} {noun}{'s' * (n != 1)}"


def network_name(cell: str, n_a: int) -> str:
    """The description of a network for a message: GRU of 192 units."""
    return f"{cell.upper()} of {plural(n_a, 'unit')}"


def short_repr(value: object) -> str:
    """The `repr` of a user's value for a message, shortened if it is long.

    >>> print(short_repr("Ada"), short_repr("a" * 70), short_repr(2.5))
    'Ada' 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…' 2.5
    >>> print(short_repr(-(10**5000)))
    a value too long to show
    """
    if isinstance(value, str):
        return repr(shortened(value, 60))
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # Python refuses to write more than 4,300 digits
        text = "a value too long to show"
    return shortened(re.sub(r"\s*\n\s*", " ", text), 60)

"""Errors: a caller catches one base class, a person reads one line."""

import re
from collections.abc import Iterable


class RnnNamesError(Exception):
    """Base of the errors that this package raises for what a caller or a file got wrong.

    Its text is one line that says what is wrong, where, and what to do about it.

    Attributes:
        settings: the settings and options that the text names, as Python does (`hidden_size`), so
            that the command line can name them in its way (`--hidden-size`).
    """

    def __init__(self, message: str, settings: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.settings = tuple(settings)


class CorpusError(RnnNamesError):
    """A name list that cannot be read, or that holds what no name can."""


class VocabularyError(RnnNamesError):
    """A text with characters that a model does not know."""


class ModelFileError(RnnNamesError):
    """A model file that is missing, damaged, or not a model."""


class TrainingError(RnnNamesError):
    """Training that cannot start, or whose numbers went wrong."""


class BlendError(RnnNamesError):
    """Models that cannot be blended, or weights or titles that do not fit."""


class SamplingError(RnnNamesError):
    """A request for names that cannot be met."""


class RnnNamesWarning(UserWarning):
    """Base of this package's warnings: a result is less than the caller may assume."""


class LongNamesWarning(RnnNamesWarning):
    """A ranking per character that leaves the longest names out."""


class CaseWarning(RnnNamesWarning):
    """A text that no name of the list has is read in upper or lower case, as the list is."""


class RareConditionsWarning(RnnNamesWarning):
    """Conditions are so rare that more names than usual are repeats, or begin like others.

    The expected share of every name is still the model's own.
    """


class RepeatedInitialsWarning(RnnNamesWarning):
    """A cast has more lines than there are first letters, so these repeat."""


class OwnFileWarning(RnnNamesWarning):
    """A bundled cast reads a file of the current folder in place of its own."""


class FewNewNamesWarning(RnnNamesWarning):
    """Of the names drawn, most are left out, since they came before, or are too much alike."""


class FewThreadsWarning(RnnNamesWarning):
    """The system allows no further thread, so the work takes longer."""


def worded(error: RnnNamesError, sign: str = "--") -> str:
    """The message of an error, with options, after a sign, for the settings that it names.

    Each is where it comes first, outside of quotation marks and paths.

    >>> error = RnnNamesError("prefix 'prefix': try a min_length", ["prefix", "min_length"])
    >>> print(worded(error))
    --prefix 'prefix': try a --min-length
    """
    text = str(error)
    for name in error.settings:
        option = sign + name.replace("_", "-")
        text = re.sub(rf"(?<![\w./'\"-]){name}(?![\w./'\"-])", option, text, count=1)
    return text


def shown(text: str) -> str:
    r"""A text that the program did not choose, such as a file's name, for a message.

    It stays as it is if it can be printed; else it is escaped.

    >>> print(shown("Zoë.txt"), shown("two\nlines"))
    Zoë.txt 'two\nlines'
    """
    return text if text.isprintable() and text else repr(text)


def shortened(text: str, longest: int) -> str:
    """The text, or its first `longest` characters and "…", for a message."""
    return text if len(text) <= longest else f"{text[:longest]}…"


def missing(error: ModuleNotFoundError) -> str:
    """Advice about a module that is not installed.

    >>> print(missing(ModuleNotFoundError(name="tqdm.std")))
    the module tqdm is missing; to install it: python -m pip install tqdm
    """
    name = str(error.name).partition(".")[0]
    return f"the module {name} is missing; to install it: python -m pip install {name}"


def counted(n: int, noun: str) -> str:
    """A number of things, for a message.

    >>> print(counted(1, "name"), counted(2000, "name"))
    1 name 2,000 names
    """
    return f"{n:,} {noun}{'s' * (n != 1)}"


def quoted(value: object) -> str:
    """A value that a user gave, as Python writes it and not too long, for a message.

    >>> print(quoted("Ada"), quoted("a" * 70), quoted(2.5))
    'Ada' 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…' 2.5
    """
    return repr(shortened(value, 60)) if isinstance(value, str) else shortened(repr(value), 60)

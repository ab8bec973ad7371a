"""What can go wrong, as types: a caller catches one base class, a person reads one line.

The library calls a setting by its name in Python, `learning_rate`; on the command line the same
setting is the option `--learning-rate`. So that one message serves both, a message marks the names
of settings, and whoever shows it chooses how they are written:

>>> error = TrainingError(f"{setting('learning_rate')} 0: must be a finite number above 0")
>>> print(error)
learning_rate 0: must be a finite number above 0
>>> print(error.worded(lambda name: "--" + name.replace("_", "-")))
--learning-rate 0: must be a finite number above 0
"""

from __future__ import annotations

import re
from collections.abc import Callable

_MARK = "\x1f"
"""Stands before and after the name of a setting.

It is a control character, and `shown` and `quoted` escape those: no text that the program did not
choose has a mark in it."""


def setting(name: str) -> str:
    """The name of a setting or of an argument, marked for the message of an error."""
    return f"{_MARK}{name}{_MARK}"


def _worded(message: str, word: Callable[[str], str]) -> str:
    """A message, with `word(name)` wherever it names a setting."""
    return re.sub(f"{_MARK}([^{_MARK}]*){_MARK}", lambda match: word(match[1]), message)


class RnnNamesError(Exception):
    """Base of the errors that this package raises for what a caller or a file got wrong.

    Its text is one line that says what is wrong, where, and what to do about it.

    Attributes:
        message: that line, in which `setting` marks the names of settings. A message that is made
            from another one starts from this, so that the marks stay.
    """

    def __init__(self, message: str) -> None:
        super().__init__(_worded(message, str))
        self.message = message

    def worded(self, word: Callable[[str], str]) -> str:
        """The message, with `word(name)` wherever it names a setting."""
        return _worded(self.message, word)


class CorpusError(RnnNamesError):
    """A name list that cannot be read, or that holds what no name can."""


class VocabularyError(RnnNamesError):
    """A text with characters that a model does not know."""


class ModelFileError(RnnNamesError):
    """A model file that is missing, damaged, or not a model."""


class TrainingError(RnnNamesError):
    """Training that cannot start, or whose numbers went wrong."""


class BlendError(RnnNamesError):
    """Models that have no blend, or weights that make none."""


class SamplingError(RnnNamesError):
    """A request for names that cannot be met."""


class RnnNamesWarning(UserWarning):
    """Base of this package's warnings: what a caller gets is less than it could be taken for."""


class LongNamesWarning(RnnNamesWarning):
    """A ranking per character that leaves the longest names out."""


class RareConditionsWarning(RnnNamesWarning):
    """Conditions are so rare that more names than usual are repeats of others.

    The expected share of every name is still the model's own.
    """


class FewThreadsWarning(RnnNamesWarning):
    """The system allows no further thread, so the work takes longer."""


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


def quoted(text: str) -> str:
    """A text that a user typed, in quotes and not too long, for a message.

    >>> print(quoted("Ada"), quoted("a" * 70))
    'Ada' 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…'
    """
    return repr(shortened(text, 60))

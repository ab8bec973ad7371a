"""What can go wrong, as types: a caller catches one base class, a person reads one line."""


class RnnNamesError(Exception):
    """Base of every error that this package raises on purpose.

    Its text is one line that says what is wrong, where, and what to do about it.
    """


class CorpusError(RnnNamesError):
    """A name list that cannot be read, or that holds what no name can."""


class VocabularyError(RnnNamesError):
    """A text with characters that a model does not know."""


class ModelFileError(RnnNamesError):
    """A model file that is missing, damaged, or not a model."""


class TrainingError(RnnNamesError):
    """Training that cannot start, or whose numbers went wrong."""


class SamplingError(RnnNamesError):
    """A request for names that cannot be met."""


def shown(text: str) -> str:
    r"""A file's name, or another text that the program did not choose, for a message: as it is if
    it can be printed, else escaped.

    >>> print(shown("Zoë.txt"), shown("two\nlines"))
    Zoë.txt 'two\nlines'
    """
    return text if text.isprintable() and text else repr(text)


def shortened(text: str, longest: int) -> str:
    """A text of any length for a message; of one with more characters than `longest`, its
    beginning.
    """
    return text if len(text) <= longest else f"{text[:longest]}…"


def quoted(text: str) -> str:
    """A text of any length that a user typed for a message, in quotes.

    >>> print(quoted("Ada"), quoted("a" * 70))
    'Ada' 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…'
    """
    return repr(shortened(text, 60))

"""What names are wanted: the options of `sample` and `best`."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from numbers import Integral, Real
from typing import Any

from rnn_names.corpus.characters import MAX_NAME_LENGTH
from rnn_names.errors import SamplingError, quoted, shortened


@dataclass(frozen=True)
class Options:
    """What names are wanted.

    Attributes:
        temperature: the logits are divided by it: below 1 for safer names, above 1 for wilder ones.
        seed: fixes the stream of names; None for a new stream each time.
        start: how many names of the stream to skip.
        prefix: how every name begins: a text, or some texts of which each name begins with one.
        min_length: in characters; None for the length of the shortest name trained on, or for
            `max_length` where that is less.
        max_length: in characters; None for the length of the longest name trained on.
        any_beginning: whether names may begin with a lower-case letter where none trained on does;
            a prefix decides for itself.
        suffix: how every name ends: a text, or some texts of which each name ends in one.
        contains: a text, or some texts, that are each somewhere in every name.
        match: a regular expression that matches every name as a whole, or some of which one does.
        exclude: a collection of names that must not come out; their case does not count.
        exclude_words: a collection of texts that must not be anywhere in a name; their case does
            not count.
        novel: only names that are not in the corpus that the model was trained on.
        unique: no name twice; only for a stream from its start, since what is a repeat depends on
            all before it.
        top_k: at each place only the `top_k` most probable next characters, the end of the name
            among them, are possible.
        top_p: at each place only the most probable next characters that together have a probability
            of at least `top_p` are possible.

    Temperature, then top-k, then top-p change the distribution that names are drawn from. The other
    options, except the seed and the start, are conditions: names have that distribution given that
    they meet them.
    """

    temperature: float = 1.0
    seed: int | None = None
    start: int = 0
    prefix: str | Collection[str] = ""
    min_length: int | None = None
    max_length: int | None = None
    suffix: str | Collection[str] = ""
    contains: str | Collection[str] = ()
    match: str | Collection[str] | None = None
    exclude: Collection[str] = ()
    exclude_words: Collection[str] = ()
    novel: bool = False
    unique: bool = False
    top_k: int | None = None
    top_p: float | None = None
    any_beginning: bool = False

    def __post_init__(self) -> None:
        """Refuses what cannot be.

        Raises:
            SamplingError: for values that make no sense.
        """
        for name, bounds in _NUMBERS.items():
            _check_number(name, getattr(self, name), *bounds)
        for name in ("novel", "unique", "any_beginning"):
            if getattr(self, name) not in (True, False):
                raise SamplingError(
                    f"{name} {_shown(getattr(self, name))}: must be a bool", settings=[name]
                )
        least, most = self.min_length, self.max_length
        if least is not None and most is not None and least > most:
            raise SamplingError(
                f"min_length {least}: no name can have so many characters with max_length {most}",
                settings=["min_length", "max_length"],
            )
        for name in ("prefix", "suffix", "contains"):
            for text in _texts(name, getattr(self, name)):
                _check_length(name, text)
        for pattern in self.patterns:
            compiled(pattern)
        for name in ("exclude", "exclude_words"):
            if isinstance(getattr(self, name), str):
                raise SamplingError(
                    f"{name} {_shown(getattr(self, name))}: must be a list of texts, not "
                    "a single one",
                    settings=[name],
                )
            _texts(name, getattr(self, name))
        if self.unique and self.start:
            raise SamplingError(
                "which names of a stream are repeats depends on all before them: leave out either "
                "unique or start",
                settings=["unique", "start"],
            )

    @property
    def given(self) -> tuple[str, ...]:
        """The options that are not at their defaults."""
        return tuple(f.name for f in fields(self) if getattr(self, f.name) != f.default)

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The texts of which every name begins with one, in NFC; none for any beginning."""
        return _alternatives("prefix", self.prefix)

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The texts of which every name ends in one, in NFC; none for any end."""
        return _alternatives("suffix", self.suffix)

    @property
    def contained(self) -> tuple[str, ...]:
        """The texts that are all in every name."""
        return tuple(filter(None, _texts("contains", self.contains)))

    @property
    def patterns(self) -> tuple[str, ...]:
        """The regular expressions of which one matches every name; none without that condition."""
        return () if self.match is None else _texts("match", self.match)


_ANY = (-math.inf, math.inf)

_NUMBERS: dict[str, tuple[type, float, float, str]] = {
    "temperature": (Real, math.ulp(0.0), math.inf, "a finite number above 0"),
    "seed": (Integral, 0, math.inf, "a whole number of at least 0"),
    "start": (Integral, 0, math.inf, "a whole number of at least 0"),
    "min_length": (Integral, *_ANY, "a whole number"),
    "max_length": (Integral, *_ANY, "a whole number"),
    "top_k": (Integral, 1, math.inf, "a whole number of at least 1"),
    "top_p": (Real, math.ulp(0.0), 1, "a number above 0 and at most 1"),
}
"""For each option that is a number: its type, its least and its greatest value, and all in words.

What lengths are possible depends on the model, too."""


def check_count(count: Any) -> None:
    """Raises SamplingError unless it is a number of names."""
    _check_number("count", count, Integral, 0, math.inf, "a whole number of at least 0")


def compiled(pattern: str) -> re.Pattern[str]:
    """A regular expression, made ready in NFC.

    Raises:
        SamplingError: if it is none.
    """
    option = f"match {quoted(pattern)}"
    try:
        return re.compile(unicodedata.normalize("NFC", pattern))
    except RecursionError:
        raise SamplingError(f"{option}: its groups are nested too deeply", ["match"]) from None
    except (OverflowError, ValueError):  # ValueError comes for a number of thousands of digits
        raise SamplingError(
            f"{option}: not a regular expression: the repetition number is too large", ["match"]
        ) from None
    except re.error as error:
        raise SamplingError(f"{option}: not a regular expression: {error}", ["match"]) from None


def any_of(texts: Sequence[str]) -> str:
    """Alternatives for a message.

    >>> print(any_of(["wyn"]), any_of(["a", "b"]), any_of("abcdef"))
    'wyn' 'a' or 'b' 'a' or 'b' or 'c' or …
    """
    return " or ".join([*map(quoted, texts[:3]), *["…"] * (len(texts) > 3)])


def _check_number(name: str, value: Any, kind: type, least: float, most: float, what: str) -> None:
    """Raises SamplingError unless an option is such a number, or None where that is allowed."""
    if value is None and name not in ("temperature", "start", "count"):
        return
    is_number = isinstance(value, kind) and not isinstance(value, bool)
    if not (is_number and least <= value <= most and value < math.inf):
        raise SamplingError(f"{name} {_shown(value)}: must be {what}", settings=[name])


def _texts(name: str, value: Any) -> tuple[str, ...]:
    """A text, or a collection of texts, as a tuple of them."""
    texts = (value,) if isinstance(value, str) else value
    if not isinstance(texts, Collection) or not all(isinstance(text, str) for text in texts):
        raise SamplingError(
            f"{name} {_shown(value)}: must be a text or a list of texts", settings=[name]
        )
    return tuple(texts)


def _alternatives(name: str, value: Any) -> tuple[str, ...]:
    """Some texts in NFC, each once; none at all if one of them is empty, since that allows all."""
    texts = dict.fromkeys(unicodedata.normalize("NFC", text) for text in _texts(name, value))
    return () if "" in texts else tuple(texts)


def _check_length(name: str, text: str) -> None:
    length = len(unicodedata.normalize("NFC", text))
    if length > MAX_NAME_LENGTH:
        raise SamplingError(
            f"{name} {quoted(text)}: {length:,} characters, and a name has at most "
            f"{MAX_NAME_LENGTH}",
            settings=[name],
        )


def _shown(value: Any) -> str:
    """A value of any type, for a message."""
    return quoted(value) if isinstance(value, str) else shortened(repr(value), 60)

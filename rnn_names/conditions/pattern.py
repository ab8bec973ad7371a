r"""The pattern of a cast: text, `[a|b]` for one of some texts, `{MODEL:option=value,…}` for a name.

`{A=2+B}` is a name from a blend. A backslash makes the next character literal where that would end
or divide what is being read; elsewhere it is a backslash, so `{women:match=\w+a}` needs no second.

>>> pattern = parse("[Lord|Lady] {elvish:prefix=A,max-length=7} of {welsh-towns=2+dinosaurs}")
>>> [slot.models for slot in pattern.slots]
[('elvish',), ('welsh-towns=2', 'dinosaurs')]
>>> pattern.line(["Lady", "Aelviloe", "Llanaurus"])
'Lady Aelviloe of Llanaurus'
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from rnn_names.conditions.options import OF_WHOLE_CASTS, Options
from rnn_names.corpus.characters import refused_characters
from rnn_names.declarations import Flag, Lines, Number, Texts, declarations
from rnn_names.errors import RnnNamesError, SamplingError, quoted

MAX_SLOTS = 20
"""Names of one pattern: each may take threads of its own."""

SHOWN = 60
"""Characters of a pattern before and after the place of an error that are shown with it."""

ALLOWED = {
    name: each
    for name, each in declarations(Options).items()
    if name not in OF_WHOLE_CASTS - {"unique"}
}
"""The options of a slot."""


class Slot(NamedTuple):
    """A name from a model.

    Attributes:
        begin: where it begins in the pattern.
        models: what it is drawn from, each as MODEL or MODEL=WEIGHT.
        options: what it must be like.
        files: for an option that is a list of texts, the files that have them.
    """

    begin: int
    models: tuple[str, ...]
    options: Options
    files: dict[str, list[str]]


@dataclass(frozen=True)
class Pattern:
    """A pattern that was read.

    Attributes:
        text: as it was given.
        pieces: in order; a str is literal, a tuple one of whose texts is chosen.
    """

    text: str
    pieces: list[str | tuple[str, ...] | Slot]

    @property
    def slots(self) -> list[Slot]:
        """The pieces that are names."""
        return [each for each in self.pieces if isinstance(each, Slot)]

    def line(self, parts: Iterable[str]) -> str:
        """The whole text, with a part for each piece that is not literal."""
        rest = iter(parts)
        return "".join(each if isinstance(each, str) else next(rest) for each in self.pieces)

    @contextmanager
    def located(self, place: int) -> Iterator[None]:
        """Puts errors into a pattern's words, with the pattern below and a caret under a place."""
        try:
            yield
        except RnnNamesError as error:
            raise type(error)(_pointed(_worded(error), self.text, place)) from None


def parse(text: str, shared: Mapping[str, Any] | None = None) -> Pattern:
    """Reads a pattern; slots have the `shared` options where they do not set them.

    Raises:
        SamplingError: for a wrong one. Below its message are the pattern and a caret.
    """
    reader = _Reader(text, shared or {})
    pieces = list[str | tuple[str, ...] | Slot]()
    for character in refused_characters(text):
        raise reader.error(f"no name can hold {character!r}", text.index(character))
    while reader.at < len(text):
        if reader.takes("{"):
            pieces.append(reader.slot())
        elif reader.takes("["):
            pieces.append(reader.choice())
        elif literal := reader.until("{}[]"):
            pieces.append(literal)
        else:
            raise reader.error(f"{text[reader.at]} ends nothing here; \\ before it makes it text")
    pattern = Pattern(text, pieces)
    if not any(not isinstance(piece, str) for piece in pieces):
        raise reader.error("a pattern has at least one {MODEL} or [a|b]", 0)
    if len(pattern.slots) > MAX_SLOTS:
        place = pattern.slots[MAX_SLOTS].begin
        raise reader.error(f"a pattern has at most {MAX_SLOTS} names", place)
    return pattern


class _Reader:
    """Reads a pattern from left to right; `at` is where it is."""

    def __init__(self, text: str, shared: Mapping[str, Any]) -> None:
        self.text, self.shared, self.at = text, shared, 0

    def error(self, message: str, place: int | None = None) -> SamplingError:
        place = self.at if place is None else place
        return SamplingError(_pointed(f"pattern: {message}", self.text, place))

    def takes(self, character: str) -> bool:
        """Reads a character, if it is the next one."""
        found = self.text.startswith(character, self.at)
        self.at += found
        return found

    def until(self, stops: str) -> str:
        """Reads up to one of some characters, or to the end."""
        read = []
        while self.at < len(self.text) and self.text[self.at] not in stops:
            following = self.text[self.at + 1 : self.at + 2]
            if self.text[self.at] == "\\" and following and following in f"{stops}\\":
                self.at += 1
            read.append(self.text[self.at])
            self.at += 1
        return "".join(read)

    def choice(self) -> tuple[str, ...]:
        """The texts of [a|b|c], after its [."""
        begin, texts = self.at - 1, [self.until("|{}[]")]
        while self.takes("|"):
            texts.append(self.until("|{}[]"))
        self._close("]", begin)
        return tuple(texts)

    def slot(self) -> Slot:
        """What is in {…}, after its {."""
        begin, models = self.at - 1, list[str]()
        while not models or self.takes("+"):
            place = self.at
            models.append(self.until("+:{}").strip())
            if not models[-1]:
                raise self.error("a model belongs here: a file or a bundled model", place)
        values, files, places = dict[str, Any](), dict[str, list[str]](), dict[str, int]()
        separator = ":"
        while self.takes(separator):
            separator = ","
            self._option(values, files, places)
        self._close("}", begin)
        try:
            options = Options(**{**self.shared, **values})
        except SamplingError as error:
            given = (places[name] for name in error.settings if name in places)
            raise self.error(_worded(error), next(given, begin)) from None
        return Slot(begin, tuple(models), options, files)

    def _close(self, bracket: str, begin: int) -> None:
        if self.takes(bracket):
            return
        if self.at < len(self.text):
            found = self.text[self.at]
            raise self.error(f"{found} cannot stand here; \\ before it makes it text")
        raise self.error(f"{self.text[begin]} without a {bracket}", begin)

    def _option(self, values: dict[str, Any], files: Any, places: dict[str, int]) -> None:
        """Reads one option."""
        place = self.at
        word = self.until("=,{}").strip()
        name = word.replace("-", "_")
        if name not in ALLOWED:
            raise self.error(f"no option {quoted(word)}{_like(name)}", place)
        kind, value = ALLOWED[name].kind, self.until(",}") if self.takes("=") else None
        repeatable = isinstance(kind, Texts)
        if name in places and not repeatable:
            raise self.error(f"{word} is given twice", place)
        places.setdefault(name, place)
        if isinstance(kind, Flag):
            if value is not None:
                raise self.error(f"{word} takes no value", place)
            values[name] = True
            return
        if value is None:
            raise self.error(f"{word} needs a value: {word}=…", place)
        try:
            if isinstance(kind, Lines):
                files.setdefault(name, []).append(value)
            elif isinstance(kind, Texts):
                values[name] = (*values.get(name, ()), value)
            else:
                values[name] = kind.read(value) if isinstance(kind, Number) else kind.checked(value)
        except ValueError:
            raise self.error(f"{word} {quoted(value)}: must be {kind}", place) from None


def _like(name: str) -> str:
    """For a message: the option that is spelled most like an unknown one, or all of them."""
    from difflib import get_close_matches

    today = [name for name, each in ALLOWED.items() if not each.new_name]
    like = get_close_matches(name, today, n=1)
    known = ", ".join(like or today).replace("_", "-")
    return f"; did you mean {known}?" if like else f"; there are {known}"


def _worded(error: RnnNamesError) -> str:
    """The message of an error, with options as a pattern has them."""
    text = str(error)
    for name in error.settings:
        text = text.replace(name, name.replace("_", "-"))
    return text


def _pointed(message: str, text: str, place: int) -> str:
    """A message, and below it a text with a caret under a place.

    >>> print(_pointed("no such model", "{nors} {surnames}", 1))
    no such model
      {nors} {surnames}
       ^
    """
    begin = max(place - SHOWN, 0)
    before, after = text[begin:place], text[place : place + SHOWN]
    shown = "".join(c if c.isprintable() else "\ufffd" for c in before + after)
    width = sum(_columns(c) for c in shown[: len(before)])
    return f"{message}\n  {shown}\n  {' ' * width}^"


def _columns(character: str) -> int:
    """How many columns of a terminal a character takes."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1

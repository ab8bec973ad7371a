r"""The pattern of a cast: text, `[a|b]` for one of some texts, `{MODEL:option=value,…}` for a name.

`{A=2+B}` is a name from a blend, and `{words.txt}` a line of a file. A backslash makes a sign text
where that would end or divide what is being read. Elsewhere it is a backslash, so
`{women:match=\w+a}` needs no second one.

>>> pattern = parse("[Lord|Lady] {elvish:prefix=A,max-length=7} of {welsh-towns=2+dinosaurs}")
>>> [slot.models for slot in pattern.slots]
[('elvish',), ('welsh-towns=2', 'dinosaurs')]
>>> pattern.line(["Lady", "Aelviloe", "Llanaurus"])
'Lady Aelviloe of Llanaurus'
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from rnn_names.conditions.options import OF_WHOLE_CASTS, Options
from rnn_names.corpus.characters import refused_characters
from rnn_names.declarations import FLAG, LINES, TEXTS, Number, declarations
from rnn_names.errors import CorpusError, RnnNamesError, SamplingError, quoted, worded

MAX_SLOTS = 20  # names of one pattern: each may take threads of its own
SHOWN = 60  # characters of a pattern before and after the place of an error that are shown with it
STRAY = "{} cannot stand here; \\ before it makes it text"

NOT_ALLOWED = OF_WHOLE_CASTS - {"unique"}
ALLOWED = {name: each for name, each in declarations(Options).items() if name not in NOT_ALLOWED}
"""The options of a slot."""

SHORT = {each.short.lstrip("-"): name for name, each in ALLOWED.items() if each.short}


class Slot(NamedTuple):
    """A name that begins at a place of the pattern; `files` have the texts of some options."""

    begin: int
    models: tuple[Any, ...]
    options: Options
    files: dict[str, list[str]]


class LinesOf(NamedTuple):
    """A choice whose texts are the lines of a file, at a place of the pattern."""

    begin: int
    path: str


Piece = str | tuple[str, ...] | LinesOf | Slot


@dataclass(frozen=True)
class Pattern:
    """What was read: of the pieces, a str is text, and a tuple the texts of a choice."""

    text: str
    pieces: list[Piece]

    def with_lines(self, read: Callable[[str], Iterable[str]]) -> "Pattern":
        """The pattern with the texts that `read` finds in files."""
        pieces, read = list[Piece](), cache(read)  # a pipe can be read once only
        for piece in self.pieces:
            if isinstance(piece, LinesOf):
                with located(self.text, piece.begin):
                    piece = tuple(read(piece.path))
                    if not piece:
                        raise CorpusError("no lines in that file")
            pieces.append(piece)
        return Pattern(self.text, pieces)

    @property
    def slots(self) -> list[Slot]:
        """The pieces that are names."""
        return [each for each in self.pieces if isinstance(each, Slot)]

    def line(self, parts: Iterable[str]) -> str:
        """The whole text, with a part for each piece that is not text."""
        rest = iter(parts)
        return "".join(each if isinstance(each, str) else next(rest) for each in self.pieces)


def parse(
    text: str, shared: Mapping[str, Any] | None = None, model_of: Callable[[str], Any] = str
) -> Pattern:
    """Reads a pattern; the error for a wrong one shows it, with a caret.

    `shared` are options of all slots that do not set them; `model_of` reads MODEL or MODEL=WEIGHT.
    """
    reader, pieces = _Reader(text, shared or {}, model_of), list[Piece]()
    for refused in refused_characters(text):
        raise reader.error(f"no name can hold {refused!r}", text.index(refused))
    while reader.at < len(text):
        pieces.append(reader.piece())
    pattern = Pattern(text, pieces)
    if all(isinstance(piece, str) for piece in pieces):
        raise reader.error("a pattern has at least one {MODEL} or [a|b]", 0)
    for slot in pattern.slots[MAX_SLOTS:]:
        raise reader.error(f"a pattern has at most {MAX_SLOTS} names", slot.begin)
    return pattern


class _Reader:
    """Reads a pattern from left to right; `at` is where it is."""

    def __init__(self, text: str, shared: Mapping[str, Any], model_of: Callable[..., Any]) -> None:
        self.text, self.shared, self.model_of, self.at = text, shared, model_of, 0

    def error(self, message: str, place: int) -> SamplingError:
        return SamplingError(_pointed(f"pattern: {message}", self.text, place))

    def takes(self, sign: str) -> bool:
        """Reads a sign, if it is the next one."""
        found = self.text.startswith(sign, self.at)
        self.at += found
        return found

    def until(self, stops: str) -> str:
        """Reads up to one of some signs, or to the end; a backslash before one makes it text."""
        signs = re.escape(stops)
        to_stop = re.compile(rf"(?:\\[{signs}\\]|[^{signs}])*")
        read = next(to_stop.finditer(self.text, self.at))[0]
        self.at += len(read)
        return re.sub(rf"\\([{signs}\\])", r"\1", read)

    def closes(self, bracket: str, begin: int) -> None:
        """Reads the bracket that closes the one at `begin`."""
        if self.at == len(self.text):
            raise self.error(f"{self.text[begin]} without a {bracket}", begin)
        if not self.takes(bracket):
            raise self.error(STRAY.format(self.text[self.at]), self.at)

    def piece(self) -> Piece:
        """Reads a text, a choice or a slot."""
        begin = self.at
        if self.takes("["):
            texts = [self.until("|{}[]")]
            while self.takes("|"):
                texts.append(self.until("|{}[]"))
            self.closes("]", begin)
            return tuple(texts)
        if self.takes("{"):
            return self.slot(begin)
        if text := self.until("{}[]"):
            return text
        raise self.error(STRAY.format(self.text[begin]), begin)

    def slot(self, begin: int) -> Slot | LinesOf:
        """Reads what is between braces."""
        models, places = list[Any](), dict[str, int]()
        values, files = dict[str, Any](), dict[str, list[str]]()
        while not models or self.takes("+"):
            place, model = self.at, self.until("+:{}").strip()
            if not model:
                raise self.error("a model belongs here: a file or a bundled model", place)
            if model.endswith(".txt") and not models:
                if self.text.startswith(":", self.at):
                    raise self.error("the lines of a file are taken as they are", self.at)
                if self.takes("}"):
                    return LinesOf(begin, model)
            with located(self.text, place):
                models.append(self.model_of(model))
        sign = ":"
        while self.takes(sign):
            sign = ","
            self.option(values, files, places)
        self.closes("}", begin)
        # A part that is to be listed, or new, is not asked for the opposite.
        opposite = {"novel": "listed", "listed": "novel"}
        shared = {name: v for name, v in self.shared.items() if opposite.get(name) not in values}
        try:
            return Slot(begin, tuple(models), Options(**{**shared, **values}), files)
        except SamplingError as error:
            own = [places[name] for name in error.settings if name in places]
            raise self.error(worded(error, sign=""), [*own, begin][0]) from None

    def option(self, values: dict[str, Any], files: Any, places: dict[str, int]) -> None:
        """Reads an option, and its value if it has one."""
        place, word = self.at, self.until("=,{}").strip()
        name = SHORT.get(word, word.replace("-", "_"))
        if name not in ALLOWED:
            raise self.error(f"no option {quoted(word)}{_like(name)}", place)
        kind, text = ALLOWED[name].kind, self.until(",}") if self.takes("=") else None
        if name in places and kind not in (TEXTS, LINES):
            raise self.error(f"{word} is given twice", place)
        if (kind is FLAG) != (text is None):
            needs = f"needs a value: {word}=…" if text is None else "takes no value"
            raise self.error(f"{word} {needs}", place)
        places.setdefault(name, place)
        try:
            if text is None:
                values[name] = True
            elif kind is LINES:
                files.setdefault(name, []).append(text)
            elif kind is TEXTS:
                values[name] = (*values.get(name, ()), text)
            else:
                values[name] = kind.read(text) if isinstance(kind, Number) else kind.checked(text)
        except ValueError:
            raise self.error(f"{word} {quoted(text)}: must be {kind}", place) from None


def _like(name: str) -> str:
    """For a message: the option that is spelled most like an unknown one, or all of them."""
    from difflib import get_close_matches

    today = [name for name, each in ALLOWED.items() if not each.new_name]
    like = get_close_matches(name, today, n=1)
    known = ", ".join(like or today).replace("_", "-")
    return f"; did you mean {known}?" if like else f"; there are {known}"


@contextmanager
def located(text: str, place: int) -> Iterator[None]:
    """Shows errors with a pattern, in its words, and a caret under a place."""
    try:
        yield
    except RnnNamesError as error:
        raise type(error)(_pointed(worded(error, sign=""), text, place)) from None


def _pointed(message: str, text: str, place: int) -> str:
    """A message, and below it a text with a caret under a place.

    >>> print(_pointed("no such model", "{nors} {surnames}", 1))
    no such model
      {nors} {surnames}
       ^
    """
    begin = max(place - SHOWN, 0)
    shown = "".join(c if c.isprintable() else "\ufffd" for c in text[begin : place + SHOWN])
    before = shown[: place - begin]
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in before)
    columns = len(before) + wide - sum(unicodedata.combining(c) > 0 for c in before)
    return f"{message}\n  {shown}\n  {' ' * columns}^"

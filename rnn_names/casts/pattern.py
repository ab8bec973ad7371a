r"""The pattern of a cast: a sequence of pieces.

    text                        itself, including line breaks
    [a|b*3|c {men}]             one of several patterns, the second three times as often
    {men+norse=2:prefix=A}      a name from a model or a blend, under options of `sample`
    {words.txt}                 a line of a file
    {family=surnames}           either of these, with a label; also {family=[a|b]}
    {=family:rules=genitive}    the labelled text again, changed by the rules in a file

A backslash escapes a delimiter. Before any other character it is literal, so `{women:match=\w+a}`
needs no second backslash.

>>> lords, _, town = parse("[Lord {men}*3|Lady {women}] of {town=welsh-towns=2+dinosaurs}").pieces
>>> print(lords.weights, *lords.alternatives[1][1].models, *town.models)
(3, 1) women welsh-towns=2 dinosaurs
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from rnn_names.casts.pattern_files import located
from rnn_names.corpus.characters import refused_characters
from rnn_names.declarations import FLAG, LINES, STRINGS, Number, declarations
from rnn_names.errors import RnnNamesError, SamplingError, short_repr, with_options
from rnn_names.model.selection import ModelChoice
from rnn_names.options import NOT_OF_PARTS, RandomOptions

MAX_NAME_PARTS = 100  # names in a pattern
MAX_NESTED = 20  # choices within choices
MAX_TIMES = 1000
NAMES, CHOICES, INITIALS = 1, 2, 3  # kinds of parts in paths; the last is for shared initials
LINE_COLUMN = "name"  # the column of whole lines in tables
_LABEL = re.compile(
    r"\s*(?:([^\W\d][\w-]*)\s*="  # {x=norse}: x is the label of the part
    r"(?!\s*-?\d*\.?\d*(?:e-?\d+)?\s*[+:|}])"  # but in {norse=2}, 2 is the weight of norse
    r"|=)"  # {=x}: a reference has no label of its own
)
_WEIGHT = re.compile(r"([*=])\s*(-?\d[\d.,-]*)\s*(?=[|\]])")  # at the end of an alternative
_RANGE = re.compile(r"(\d+)\s*(?:-|\.\.)\s*(\d+)")

PART_OPTIONS = {
    name: option for name, option in declarations(RandomOptions).items() if name not in NOT_OF_PARTS
}
"""The options that a name in a pattern can have."""

SHORT_PART_OPTIONS = {
    option.short.lstrip("-"): name for name, option in PART_OPTIONS.items() if option.short
}


@dataclass(frozen=True, eq=False)
class Part:
    """A part of a pattern that becomes text.

    `path` ends with the kind of the part and its index among the names, or the choices, of its
    sequence. The paths in `[a {men}|b {women}] of {x=towns}`:

        the choice    2 0            kind CHOICES, index 0
        men           2 0  0  1 0    in alternative 0 of that choice: kind NAMES, index 0
        women         2 0  1  1 0    in alternative 1
        x             1 0            kind NAMES, index 0

    A part outside of choices that has no label is called part_N, where N is its column.
    """

    begin: int
    rules_file: str  # "" for none
    label: str  # "" inside a choice, unless the pattern gives one
    path: tuple[int, ...]

    @property
    def enclosing_choice(self) -> tuple[tuple[int, ...], int] | None:
        """The path of the choice around this part and the index of its alternative, if any."""
        if len(self.path) <= 2:
            return None
        *choice, alternative = self.path[:-2]
        return tuple(choice), alternative


@dataclass(frozen=True, eq=False)
class NamePart(Part):
    """A name. The part itself sets the options `options_set`; `files` are its files, by option."""

    models: tuple[ModelChoice, ...]
    options: RandomOptions
    files: dict[str, tuple[str, ...]]
    options_set: frozenset[str]


@dataclass(frozen=True, eq=False)
class ChoicePart(Part):
    """One of several patterns, or one of the lines of a file."""

    alternatives: tuple[tuple["Piece", ...], ...]
    weights: tuple[int, ...]
    file: str = ""


@dataclass(frozen=True, eq=False)
class ReferencePart(Part):
    """{=label}: the text of the part with the label `refers_to` again."""

    refers_to: str


Piece = str | Part


@dataclass(frozen=True)
class Pattern:
    """A parsed pattern."""

    text: str
    pieces: tuple[Piece, ...]
    parts: list[Part]  # at all depths, in order
    columns: list[str]  # the labels of parts
    file: str  # "" if the text was given

    @property
    def column_numbers(self) -> dict[str, int]:
        """The number of each column, by its label and by the number as a text; 0 for ""."""
        numbered = enumerate(self.columns, 1)
        return {"": 0} | {key: number for number, label in numbered for key in (str(number), label)}

    @property
    def name_parts(self) -> list[NamePart]:
        """The parts that are names."""
        return [part for part in self.parts if isinstance(part, NamePart)]


def parse(text: str, shared: Mapping[str, Any] | None = None, file: str = "") -> Pattern:
    """Parses a pattern; names take the `shared` options that they do not set."""
    reader = _Reader(text, file, shared or {})
    if refused := refused_characters(text.replace("\n", ""))[:1]:
        raise reader.error(f"no name can hold {refused!r}", text.index(refused))
    pieces = reader.read_pieces()
    if reader.at < len(text):
        raise reader.unexpected(can_be_text=True)
    if all(isinstance(piece, str) for piece in pieces):
        hint = f", as in {{{text.strip()}}}" if re.fullmatch(r"\s*[\w.-]{1,60}\s*", text) else ""
        raise reader.error(f"a pattern has at least one {{MODEL}} or [a|b]{hint}", 0)
    parts = sorted(reader.parts, key=lambda part: part.begin)
    pattern = Pattern(text, pieces, parts, [*reader.columns], file)
    if too_many := pattern.name_parts[MAX_NAME_PARTS:]:
        raise reader.error(f"a pattern has at most {MAX_NAME_PARTS} names", too_many[0].begin)
    return pattern


class _Reader:
    """Reads a pattern from left to right; it is at position `at`, in the sequence at `path`."""

    def __init__(self, text: str, file: str, shared: Mapping[str, Any]) -> None:
        self.text, self.file, self.shared = text, file, shared
        self.at, self.path = 0, tuple[int, ...]()
        self.n_parts = Counter[tuple[int, ...]]()  # read so far, by path and kind
        self.parts, self.columns = list[Part](), dict[str, None]()
        self.labels = set[str]()  # of parts that can be in the same line as the next part

    def error(self, message: str, place: int) -> SamplingError:
        named = message if self.file else f"pattern: {message}"
        return SamplingError(located(named, self.text, self.file, place))

    def unexpected(self, can_be_text: bool) -> SamplingError:
        found = self.text[self.at]
        hint = f"; write \\{found} for a literal one" if can_be_text else ""
        return self.error(f"unexpected {found!r}{hint}", self.at)

    def take(self, bracket: str) -> bool:
        """Reads a bracket or another delimiter if it comes next; returns whether it does."""
        found = self.text.startswith(bracket, self.at)
        self.at += found
        return found

    def until(self, stops: str) -> str:
        """Reads up to the first of the `stops`, or to the end; a backslash escapes a delimiter."""
        delimiters = re.escape(stops)
        to_stop: Any = re.compile(rf"(?:\\[{delimiters}\\]|[^{delimiters}])*")
        read = to_stop.match(self.text, self.at)[0]
        self.at += len(read)
        return re.sub(rf"\\([{delimiters}\\])", r"\1", read)

    def close(self, bracket: str, begin: int) -> None:
        """Reads the bracket that closes the one at `begin`."""
        if self.at == len(self.text):
            hint = "; did the shell cut the pattern? Put it in single quotes" * (bracket == "]")
            raise self.error(f"{self.text[begin]} without a {bracket}{hint}", begin)
        if bracket == "}" and self.text.startswith("{", self.at):
            unclosed = self.text[begin + 1 : self.at].strip()
            raise self.error(f"{short_repr(unclosed)}: is a }} missing?", self.at)
        if not self.take(bracket):
            raise self.unexpected(can_be_text=bracket == "]")

    def read_pieces(self, ends: str = "") -> tuple[Piece, ...]:
        """Reads pieces up to the end of the pattern, or of an alternative."""
        pieces, text = list[Piece](), ""
        while True:
            text += self.until("{}[]" + ends)
            delimiter = self.text[self.at : self.at + 1]
            if delimiter and delimiter in "*=" and not _WEIGHT.match(self.text, self.at):
                text, self.at = text + delimiter, self.at + 1
                continue
            pieces += filter(None, [text])
            if not delimiter or delimiter not in "{[":
                return tuple(pieces)
            self.parts.append(self.read_part())
            pieces.append(self.parts[-1])
            text = ""

    def read_part(self) -> Part:
        """Reads a part in brackets or braces."""
        begin = self.at
        if self.take("["):
            return self.read_choice(begin, begin, "")
        self.at += 1
        match = _LABEL.match(self.text, self.at)
        if match is None:
            return self.read_name(begin, "")
        self.at, label = match.end(), match[1]
        if label is None:
            return self.read_reference(begin)
        if re.fullmatch(rf"{LINE_COLUMN}|part_\d+", label):
            which = "the whole line" if label == LINE_COLUMN else "parts without a name"
            raise self.error(f"'{label}' is reserved for {which}; choose another name", begin + 1)
        if label in self.labels:
            raise self.error(f"'{label}' already names a part; choose another name", begin + 1)
        self.labels.add(label)
        bracket = self.at
        if not self.take("["):
            return self.read_name(begin, label)
        part = self.read_choice(begin, bracket, label)
        self.close("}", begin)
        return part

    def register_part(self, label: str, kind: int) -> tuple[str, tuple[int, ...]]:
        """Counts the next part and adds its column; returns its label and its path.

        The label is the given one, part_N, or "".
        """
        label = label or ("" if self.path else f"part_{len(self.columns) + 1}")
        if label:
            self.columns.setdefault(label)
        path = (*self.path, kind)
        self.n_parts[path] += 1
        return label, (*path, self.n_parts[path] - 1)

    def read_choice(self, begin: int, bracket: int, label: str) -> Part:
        """Reads the alternatives after [, up to its ]."""
        alternatives, weights = list[tuple[Piece, ...]](), list[int]()
        outside, (label, path) = self.path, self.register_part(label, CHOICES)
        before, labels = self.labels, set[str]()
        while not alternatives or self.take("|"):
            self.path = (*path, len(alternatives))
            if len(self.path) > 3 * MAX_NESTED:
                raise self.error(f"at most {MAX_NESTED} choices can be nested", bracket)
            self.labels = {*before}
            alternatives.append(self.read_pieces("|*="))
            labels |= self.labels
            weights.append(self.read_weight())
        self.path, self.labels = outside, labels
        self.close("]", bracket)
        return ChoicePart(begin, "", label, path, tuple(alternatives), tuple(weights))

    def read_weight(self) -> int:
        """Reads the weight at the end of an alternative, such as *3; 1 if there is none."""
        place, match = self.at, _WEIGHT.match(self.text, self.at)
        if match is None:
            return 1
        sign, number = match.groups()
        if sign == "*" and number.isdecimal() and 1 <= int(number) <= MAX_TIMES:
            self.at = match.end()
            return int(number)
        meant = re.sub(r"\D.*", "", number) or "3"
        expected = f"a weight is a whole number from 1 to {MAX_TIMES} after *, as in *{meant}"
        raise self.error(f"{expected}; write \\{sign} for a literal one", place)

    def read_reference(self, begin: int) -> Part:
        """Reads a reference after {=, up to }."""
        place, label = self.at, self.until(":{}").strip()
        if label not in self.columns:
            named = ", ".join(given for given in self.columns if not given.startswith("part_"))
            there = f"available: {named}" if named else f"write {{{label or 'x'}=MODEL}} for one"
            raise self.error(f"no part before this is called {short_repr(label)}; {there}", place)
        return ReferencePart(begin, self.read_rules(begin), "", (), label)

    def read_name(self, begin: int, label: str) -> Part:
        """Reads a name, or a line of a file, up to }."""
        models, place = list[ModelChoice](), self.at
        while not models or self.take("+"):
            place, model = self.at, self.until("+:|{}").strip().replace("\\=", "=")
            if self.text.startswith("|", self.at):
                if "}" not in self.text[begin:]:
                    raise self.error("{ without a }", begin)
                words = self.text[begin + 1 :].partition("}")[0].split("|")
                words = [word.strip("[] \n") for word in words]
                meant = "|".join(f"{{{word}}}" for word in words)
                raise self.error(f"to choose one of several names, write [{meant}]", self.at)
            if not model:
                raise self.error("a model belongs here: a file or a bundled model", place)
            if no_model := re.fullmatch(r"(.+)\.(?:lst|list|text|csv|tsv|md)", model):
                raise self.error(f"a file of lines ends in .txt, as {{{no_model[1]}.txt}}", place)
            if model.endswith(".txt") and not models and not self.text.startswith("+", self.at):
                rules = self.read_rules(begin)
                return ChoicePart(begin, rules, *self.register_part(label, CHOICES), (), (), model)
            with errors_at(self, place):
                models.append(ModelChoice.parse(model))
        given = self.read_options(begin)
        _, rules = given.pop("rules", (0, ""))
        files = {name: v for name, (_, v) in given.items() if PART_OPTIONS[name].kind is LINES}
        values = {name: value for name, (_, value) in given.items() if name not in files}
        label, path = self.register_part(label, NAMES)
        # A part that sets `listed` does not take the shared `novel`, and vice versa.
        opposite = {"novel": "listed", "listed": "novel"}
        left_out = {opposite.get(name) for name in values}
        shared = {name: self.shared[name] for name in self.shared.keys() - left_out}
        try:
            options = RandomOptions(**{**shared, **values})
        except SamplingError as error:
            own = [given[name][0] for name in error.settings if name in given]
            raise self.error(with_options(error, sign=""), [*own, begin][0]) from None
        return NamePart(begin, rules, label, path, tuple(models), options, files, frozenset(given))

    def read_rules(self, begin: int) -> str:
        """Reads the rest of a part whose only possible option is `rules`."""
        _, rules = self.read_options(begin, allows_all=False).get("rules", (0, ""))
        return str(rules)

    def read_options(self, begin: int, allows_all: bool = True) -> dict[str, tuple[int, Any]]:
        """Reads options up to }; returns the place and the value of each."""
        given, delimiter = dict[str, tuple[int, Any]](), ":"
        while self.take(delimiter):
            delimiter = ","
            place, word = self.at, self.until("=,{}").strip()
            if word == "rules" and self.take("="):
                if word in given:
                    raise self.error(f"{word} is given twice", place)
                given[word] = place, self.until(",}")
            elif not allows_all:
                raise self.error("only rules=FILE is allowed here: this is not a model", place)
            else:
                self.read_option(word, place, given)
        self.close("}", begin)
        return given

    def read_option(self, word: str, place: int, given: dict[str, tuple[int, Any]]) -> None:
        """Reads the value of an option, if it has one."""
        name = SHORT_PART_OPTIONS.get(word, word.replace("-", "_"))
        text = self.until(",}" if name == "match" else ",{}") if self.take("=") else None
        limits = _RANGE.fullmatch((word if text is None else text).strip())
        if limits and (text is None or "length" in word):
            meant = f"min-length={limits[1]},max-length={limits[2]}"
            raise self.error(f"for lengths from {limits[1]} to {limits[2]}, write {meant}", place)
        if name not in PART_OPTIONS:
            unknown = f"no option {short_repr(word)}{_option_hint(name)}"
            raise self.error(unknown if word else "expected an option, such as prefix=A", place)
        kind = PART_OPTIONS[name].kind
        if name in given and kind not in (STRINGS, LINES):
            raise self.error(f"{word} is given twice", place)
        if (kind is FLAG) != (text is None):
            needs = f"requires a value: {word}=…" if text is None else "takes no value"
            raise self.error(f"{word} {needs}", place)
        first_place, before = given.get(name, (place, ()))
        value: Any = True
        if kind in (STRINGS, LINES):
            value = (*before, text)
        elif text is not None:
            read = kind.read if isinstance(kind, Number) else kind.convert
            try:
                value = read(text)
            except ValueError:
                raise self.error(f"{word} {short_repr(text)}: must be {kind}", place) from None
        given[name] = first_place, value


def _option_hint(name: str) -> str:
    """A hint for a message: the option spelled most like the unknown one, or all options."""
    today = [name for name, option in PART_OPTIONS.items() if not option.new_name]
    like = get_close_matches(name, today, n=1)
    known = ", ".join(like or today).replace("_", "-")
    return f"; did you mean {known}?" if like else f"; available: {known}"


@contextmanager
def errors_at(pattern: Pattern | _Reader, place: int) -> Iterator[None]:
    """Makes errors within the context show the place in the pattern, with a caret."""
    try:
        yield
    except RnnNamesError as error:
        message = with_options(error, sign="")
        error.args, error.settings = (located(message, pattern.text, pattern.file, place),), ()
        raise

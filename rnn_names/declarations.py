"""Options of `sample` and settings of `train`, each declared once.

A declaration is a field of a dataclass, made by `option_field`. It determines the check of a value
(`CheckedOptions`), the keyword of the Python functions (`parameters_of`), the option of the command
line (`rnn_names.cli.options`) and the row of docs/python.md. The page and the MCP server use its
schema.
"""

import inspect
import math
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, fields
from functools import wraps
from numbers import Integral, Real
from typing import Any, ClassVar, Concatenate, NamedTuple, ParamSpec, TypeVar

from rnn_names.errors import RnnNamesError, short_repr

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S")


@dataclass(eq=False)
class Kind:
    """A kind of value: its description, check and conversion."""

    text: str  # describes the allowed values
    convert: Callable[[Any], Any]  # to the plainest type; raises ValueError or the like
    metavar: str | None = None  # the placeholder in help
    schema: dict[str, Any] | None = None  # a JSON Schema; None where JSON cannot express the values

    def __str__(self) -> str:
        return self.text


class Number(Kind):
    """Finite numbers within bounds; the bounds themselves are allowed unless they are open.

    >>> print(Number(0, 1, min_open=True), Number(0), Number(1, 99, whole=True), sep=", ")
    a number above 0 and at most 1, a finite number of at least 0, a whole number from 1 to 99
    """

    def __init__(
        self,
        minimum: float,
        maximum: float = math.inf,
        *,
        min_open: bool = False,
        max_open: bool = False,
        whole: bool = False,
    ) -> None:
        self.minimum, self.maximum, self.whole = minimum, maximum, whole
        self.min_open, self.max_open = min_open, max_open
        noun = "a whole number" if whole else "a number"
        lower = f"{'above' if min_open else 'of at least'} {minimum}"
        upper = f"{'below' if max_open else 'at most'} {maximum}"
        if maximum == math.inf:
            text = f"{noun} {lower}" if whole else f"a finite number {lower}"
        elif min_open or max_open:
            text = f"{noun} {lower} and {upper}"
        else:
            text = f"{noun} from {minimum} to {maximum}"
        schema: dict[str, Any] = {"type": "integer" if whole else "number"}
        schema["exclusiveMinimum" if min_open else "minimum"] = minimum
        if maximum < math.inf:
            schema["exclusiveMaximum" if max_open else "maximum"] = maximum
        super().__init__(text, self._checked, "N" if whole else "X", schema)

    def _checked(self, value: Any) -> float:
        """The value as Python's int or float, since a model file cannot store NumPy's."""
        kind: Any = Integral if self.whole else Real
        _require(isinstance(value, kind) and not isinstance(value, bool))
        number = int(value) if self.whole else float(value)
        # Comparisons with NaN are false, so NaN is refused.
        above = number > self.minimum if self.min_open else number >= self.minimum
        below = number < self.maximum if self.max_open else number <= self.maximum
        _require(above and below and number < math.inf)
        return number

    def read(self, text: str) -> float:
        """Parses a number."""
        return self._checked(int(text) if self.whole else float(text))


POSITIVE = Number(0, min_open=True)


def one_of(*words: str) -> Kind:
    """One of the given words."""
    text = f"one of {', '.join(words)}"
    return Kind(text, lambda value: words[words.index(value)], schema={"enum": [*words]})


def _require(is_allowed: object) -> None:
    if not is_allowed:
        raise ValueError


def _list(value: Any) -> Collection[Any]:
    _require(isinstance(value, Collection) and not isinstance(value, str))
    return value


def _strings(value: Any) -> tuple[str, ...]:
    _require(all(isinstance(text, str) for text in _list(value)))
    return tuple(value)


def _line_part_pairs(value: Any) -> tuple[Any, ...]:
    """Parses 5, "5.2" or "5,5.town" into pairs of a line and a part, which is 0 if missing."""
    number, pairs = Number(1, whole=True), list[tuple[float, Any]]()
    for item in _list(value):
        if isinstance(item, tuple):  # a pair
            line, part = item
            item = f"{line}.{part}" if part else f"{line}"
        for text in (item if isinstance(item, str) else str(number.convert(item))).split(","):
            line, point, part = text.partition(".")
            place = part if part[:1].isalpha() else number.read(part) if point else 0
            pairs.append((number.read(line), place))
    return tuple(pairs)


def _path(value: Any) -> str:
    path = os.fsdecode(value)
    _require(path and b"\0" not in os.fsencode(path))  # a lone surrogate raises ValueError
    return path


_STRING_LIST = {"type": "array", "items": {"type": "string"}}
FLAG = Kind("a bool", lambda value: bool((False, True).index(value)), schema={"type": "boolean"})
# On the command line, these are the lines of a file.
LINES = Kind("a list of strings", _strings, "FILE", _STRING_LIST)
STRINGS = Kind(
    "a string or a list of strings",
    lambda value: _strings([value] if isinstance(value, str) else value),
    "TEXT",
    _STRING_LIST,
)
_OF_LINES = 'line numbers from 1, such as 2,3,4, or a line and its part, such as "5.2" or "5.town"'
LINE_NUMBERS = Kind(_OF_LINES, _line_part_pairs, "N,…", _STRING_LIST)
MAPPING = Kind("a dictionary of models", dict)
PATH = Kind("the path of a file", _path, "FILE")


class Declaration(NamedTuple):
    """Everything about an option except its name."""

    default: Any
    kind: Kind  # the allowed values; None is also allowed if it is the default
    help: str  # its description; `option` is shown as --option on the command line
    group: str = ""  # the heading in the command line's help; "" keeps the option out of it
    short: str = ""  # a short name on the command line, such as "-t"
    metavar: str = ""  # the placeholder for its value in help; "" for the kind's placeholder
    unset: str = ""  # the meaning of a default of None
    new_name: str = ""  # the new name, if the option was renamed
    hidden: bool = False  # whether the command line's help leaves it out


def option_field(default: Any, kind: Kind, help: str, **more: Any) -> Any:
    """A dataclass field that declares an option; see `Declaration` for the arguments."""
    declaration = Declaration(default, kind, help, **more)
    return field(default=default, metadata={"declaration": declaration})


def declarations(options_class: Any) -> dict[str, Declaration]:
    """The declarations of a dataclass's options, by name."""
    options = (each for each in fields(options_class) if each.metadata)
    return {each.name: each.metadata["declaration"] for each in options}


class CheckedOptions:
    """Base class of options: checks values and converts them to their plainest types."""

    error: ClassVar[type[RnnNamesError]]  # raised for a value that is not allowed

    def __post_init__(self) -> None:
        for name, declaration in declarations(self).items():
            value = getattr(self, name)
            if value is None and declaration.default is None:
                continue
            try:
                checked = declaration.kind.convert(value)
            except (TypeError, ValueError, ArithmeticError):  # also raised by arrays and decimals
                if isinstance(value, tuple):
                    value = ",".join(map(str, value))
                message = f"{name} {short_repr(value)}: must be {declaration.kind}"
                raise self.error(message, [name]) from None
            object.__setattr__(self, name, checked)
            if declaration.new_name and checked != declaration.default:
                object.__setattr__(self, declaration.new_name, checked)
                object.__setattr__(self, name, declaration.default)

    @property
    def non_defaults(self) -> tuple[str, ...]:
        """The names of the options that differ from their defaults."""
        options = declarations(self).items()
        return tuple(name for name, each in options if getattr(self, name) != each.default)


def parameters_of(options_class: Callable[P, Any]) -> Callable[[Callable[..., R]], Callable[P, R]]:
    """A decorator that gives a function the parameters of a dataclass.

    Type checkers, editors and `inspect.signature` see them; the docstring gets a line for each.
    """

    def decorate(function: Callable[..., R]) -> Any:
        original = inspect.signature(function)
        first = [parameter for name, parameter in original.parameters.items() if name == "self"]
        others = inspect.signature(options_class).parameters.values()
        signature = original.replace(parameters=[*first, *others])

        @wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> R:
            try:
                signature.bind(*args, **kwargs)
            except TypeError as error:
                raise TypeError(f"{function.__name__}() {error}") from None
            return function(*args, **kwargs)

        wrapper.__signature__ = signature  # type: ignore[attr-defined]
        lines = [f"    {name}: {each.help}" for name, each in declarations(options_class).items()]
        text = inspect.cleandoc(function.__doc__ or "")
        wrapper.__doc__ = "\n".join([text, "", "Options:", *lines])
        return wrapper

    return decorate


def method_parameters_of(
    options_class: Callable[P, Any],
) -> "Callable[[Callable[Concatenate[S, ...], R]], Callable[Concatenate[S, P], R]]":
    """Like `parameters_of`, but for a method, which keeps its first parameter, `self`."""
    # The type is a string, since Python 3.10 cannot evaluate `Concatenate[S, ...]`.
    decorate: Any = parameters_of(options_class)
    return decorate

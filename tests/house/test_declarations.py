"""Options that are declared once: how values are checked."""

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from rnn_names import Model, train
from rnn_names.declarations import (
    FLAG,
    LINES,
    PATH,
    STRINGS,
    CheckedOptions,
    Number,
    one_of,
    option_field,
)
from rnn_names.errors import RnnNamesError


@dataclass(frozen=True, kw_only=True)
class Options(CheckedOptions):
    """One option of each kind."""

    share: float = option_field(0.5, Number(0, 1, min_open=True), "")
    rate: float = option_field(1.0, Number(0, max_open=True), "")
    count: int | None = option_field(None, Number(1, 9, whole=True), "")
    flag: bool = option_field(False, FLAG, "")
    word: str = option_field("a", one_of("a", "b"), "")
    texts: str | list[str] = option_field((), STRINGS, "")  # noqa: RUF009
    lines: list[str] = option_field((), LINES, "")  # noqa: RUF009
    path: str | None = option_field(None, PATH, "")

    error = RnnNamesError


@pytest.mark.parametrize(
    "given, value",
    [
        ({"share": 1}, 1.0),
        ({"share": Fraction(1, 4)}, 0.25),
        ({"rate": np.float32(0.5)}, 0.5),
        ({"count": np.int64(9)}, 9),
        ({"count": None}, None),
        ({"flag": np.True_}, True),
        ({"word": "b"}, "b"),
        ({"texts": "ab"}, ("ab",)),
        ({"lines": ["b", "a"]}, ("b", "a")),
    ],
)
def test_a_value_is_converted_to_its_plainest_type(given, value):
    [name] = given
    found = getattr(Options(**given), name)
    assert (found, type(found)) == (value, type(value))
    assert Options(**given).non_defaults == (() if value is None else (name,))


@pytest.mark.parametrize(
    "given, rule",
    [
        ({"share": 0}, "share 0: must be a number above 0 and at most 1"),
        ({"share": math.nextafter(1, 2)}, "must be a number above 0"),
        ({"share": math.nan}, "share nan: must be a number above 0"),
        ({"rate": math.inf}, "rate inf: must be a finite number of at least 0"),
        ({"rate": 10**400}, "rate 10*…: must be a finite number"),
        ({"rate": True}, "rate True: must be a finite number"),
        ({"rate": None}, "rate None: must be a finite number"),
        ({"count": 10}, "count 10: must be a whole number from 1 to 9"),
        ({"count": 0}, "count 0: must be a whole number from 1 to 9"),
        ({"count": 1.0}, "count 1.0: must be a whole number"),
        ({"flag": "yes"}, "flag 'yes': must be a bool"),
        ({"flag": Decimal("sNaN")}, r"flag Decimal\('sNaN'\): must be a bool"),
        ({"word": "c"}, "word 'c': must be one of a, b"),
        ({"word": ["a"]}, r"word \['a'\]: must be one of a, b"),
        ({"texts": [1]}, r"texts \[1\]: must be a string or a list of strings"),
        ({"lines": "ab"}, "lines 'ab': must be a list of strings"),
        (
            {"texts": np.array("ab")},
            r"texts array\('ab'.*\): must be a string or a list of strings",
        ),
        ({"path": "\ud800"}, r"path '\\ud800': must be the path of a file"),
    ],
)
def test_an_invalid_value_is_refused(given, rule):
    with pytest.raises(RnnNamesError, match=rule) as raised:
        Options(**given)
    assert raised.value.settings == tuple(given)


def test_an_unknown_option_is_a_type_error_of_the_function():
    model = Model.load("dinosaurs")
    for function in (model.sample, model.stream, model.best, train):
        message = rf"^{function.__name__}\(\) got an unexpected keyword argument 'sufix'$"
        with pytest.raises(TypeError, match=message):
            function(["Ada"], sufix="us")
    with pytest.raises(TypeError, match=r"^sample\(\) too many positional arguments$"):
        model.sample(3, "us")

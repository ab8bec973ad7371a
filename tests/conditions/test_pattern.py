"""The pattern of a cast: what is read, what is refused and where the caret is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_names.conditions.options import Options
from rnn_names.conditions.pattern import ALLOWED, MAX_SLOTS, Slot, parse
from rnn_names.corpus.characters import refused_characters
from rnn_names.declarations import declarations
from rnn_names.errors import RnnNamesError


def slot(text, **shared):
    """The only slot of a pattern."""
    [found] = parse(text, shared).slots
    return found


def refused(text):
    """The message about a pattern, and where its caret stands."""
    with pytest.raises(RnnNamesError) as raised:
        parse(text)
    message, shown, caret = str(raised.value).split("\n")
    assert shown == f"  {text}"
    return message.removeprefix("pattern: "), caret.index("^") - 2


def test_pieces_are_in_order():
    pieces = parse("[Lord|Lady|] {a} of {b.npz=2+c}").pieces
    assert pieces[0] == ("Lord", "Lady", "")
    assert pieces[1::2] == [" ", " of "]
    assert [each.models for each in pieces if isinstance(each, Slot)] == [("a",), ("b.npz=2", "c")]


@pytest.mark.parametrize(
    "text, value",
    [
        ("prefix=A", {"prefix": ("A",)}),
        ("prefix=A, prefix=B ", {"prefix": ("A", "B ")}),
        ("max-length=7,min_length=2", {"max_length": 7, "min_length": 2}),
        ("novel,temperature=.7,top-p=0.9", {"novel": True, "temperature": 0.7, "top_p": 0.9}),
        (r"suffix=a\,b\}c\\", {"suffix": ("a,b}c\\",)}),
        (r"match=[A-C]\w{2\,3\}\.|x:y=z+[|]", {"match": (r"[A-C]\w{2,3}\.|x:y=z+[|]",)}),
        ("suffix=", {}),  # an empty text asks for nothing
    ],
)
def test_options_have_the_values_that_the_function_takes(text, value):
    options = slot(f"{{m:{text}}}").options
    assert {name: getattr(options, name) for name in options.given} == value


def test_every_option_of_sample_is_one_of_a_slot():
    """Without a further line; but for what is of the whole cast."""
    assert {*declarations(Options)} - {*ALLOWED} == {"remember", "seed", "start"}
    assert slot("{m:exclude=a.txt,exclude=b.txt,unique}").files == {"exclude": ["a.txt", "b.txt"]}


def test_a_slot_has_the_shared_options_that_it_does_not_set():
    options = slot("{m:prefix=A,temperature=1}", prefix="B", novel=True, temperature=0.5).options
    assert (options.prefix, options.novel, options.temperature) == (("A",), True, 1)


def test_a_slot_that_is_listed_or_new_is_not_asked_for_the_opposite():
    options = slot("{m:listed}", novel=True, min_edits=2).options
    assert (options.novel, options.listed, options.min_edits) == (False, True, 2)
    options = slot("{m:novel}", listed=True).options
    assert (options.novel, options.listed) == (True, False)


def test_signs_of_a_pattern_are_text_after_a_backslash():
    assert parse(r"\[\{\}\]\\ \n[\||\]]").pieces == ["[{}]\\ \\n", ("|", "]")]
    assert slot(r"{C\:\\a\+b=2\}.npz:novel}").models == (r"C:\a+b=2}.npz",)


REFUSED = [
    ("{norse", "{ without a }", 0),
    ("{norse {x}", "{ cannot stand here; \\ before it makes it text", 7),
    ("a } b", "} cannot stand here; \\ before it makes it text", 2),
    ("[a|b", "[ without a ]", 0),
    ("{words.txt:max-length=5}", "the lines of a file are taken as they are", 10),
    ("[a|{b}]", "{ cannot stand here; \\ before it makes it text", 3),
    ("", "a pattern has at least one {MODEL} or [a|b]", 0),
    ("Ada", "a pattern has at least one {MODEL} or [a|b]", 0),
    ("x {}", "a model belongs here: a file or a bundled model", 3),
    ("{a+}", "a model belongs here: a file or a bundled model", 3),
    ("{a} {a:sufix=us}", "no option 'sufix'; did you mean suffix?", 7),
    ("{a:}", "no option ''; there are prefix, suffix, .*", 3),
    ("{a:seed=1}", "no option 'seed'; .*", 3),
    ("{a:novel,novel}", "novel is given twice", 9),
    ("{a:novel=1}", "novel takes no value", 3),
    ("{a:prefix}", "prefix needs a value: prefix=…", 3),
    ("{a:novel,max-length=x}", "max-length 'x': must be a whole number from 1 to 200", 9),
    ("{a:novel,match=(}", r"match '\(': not a regular expression: .*", 9),
    ("{a:min-length=9,max-length=7}", "min-length 9: no name .* with max-length 7", 3),
    ("日本 {a:x}", "no option 'x'; .*", 8),
    ("e\u0301 {a:x}", "no option 'x'; .*", 5),
    ("{a}" * (MAX_SLOTS + 1), f"a pattern has at most {MAX_SLOTS} names", 3 * MAX_SLOTS),
]


@pytest.mark.parametrize("text, message, place", REFUSED, ids=lambda value: str(value)[:20])
def test_a_wrong_pattern_is_refused_with_a_caret_under_the_place(text, message, place):
    found, caret = refused(text)
    assert re.fullmatch(message if ".*" in message else re.escape(message), found)
    assert caret == place


def test_control_characters_are_refused_and_never_printed():
    with pytest.raises(RnnNamesError, match=r"no name can hold '\\x1b'\n  {a}\ufffd\[31m\n     \^"):
        parse("{a}\x1b[31m")


def test_of_a_long_pattern_the_place_is_shown():
    with pytest.raises(RnnNamesError) as raised:
        parse("x" * 500 + "}" + "y" * 500)
    shown, caret = str(raised.value).split("\n")[1:]
    assert shown[caret.index("^")] == "}" and len(shown) < 130


SIGNS = st.sampled_from(list("{}[]|:,=+\\^ a7é")) | st.characters()
HOSTILE = st.lists(
    SIGNS | st.sampled_from([*ALLOWED, "{m:match=", "max-length=", "{norse}"]), max_size=30
)


@given(HOSTILE.map("".join))
def test_any_pattern_is_read_or_refused(text):
    try:
        pattern = parse(text)
    except RnnNamesError as error:
        message, shown, caret = str(error).split("\n")
        assert message and all(map(str.isprintable, (message, shown, caret)))
    else:
        assert all(isinstance(each, str | tuple | Slot) for each in pattern.pieces)


TEXTS = st.text(SIGNS).filter(lambda text: not refused_characters(text))


def escaped(text, signs):
    return "".join(f"\\{c}" if c in signs + "\\" else c for c in text)


@given(TEXTS, st.lists(TEXTS, min_size=1), TEXTS)
def test_any_text_can_be_written(literal, choices, value):
    choice = "|".join(escaped(text, "|{}[]") for text in choices)
    text = f"{escaped(literal, '{}[]')}[{choice}]{{m:exclude={escaped(value, ',}')}}}"
    pattern = parse(text)
    assert pattern.pieces[: len(pattern.pieces) - 1] == [*filter(None, [literal]), tuple(choices)]
    assert pattern.slots[0].files == {"exclude": [value]}
    assert pattern.line([choices[0], "Ada"]) == f"{literal}{choices[0]}Ada"

"""The pattern of a cast: what is read, what is refused and where the caret is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_names.casts.pattern import (
    MAX_NAME_PARTS,
    MAX_NESTED,
    PART_OPTIONS,
    NamePart,
    Part,
    ReferencePart,
    parse,
)
from rnn_names.corpus.characters import refused_characters
from rnn_names.declarations import declarations
from rnn_names.errors import RnnNamesError
from rnn_names.options import RandomOptions


def name_part(text, **shared):
    """The only part of a pattern with one name."""
    [found] = parse(text, shared).name_parts
    return found


def refused(text):
    """The message about a pattern, and where its caret stands."""
    with pytest.raises(RnnNamesError) as raised:
        parse(text)
    message, shown, caret = str(raised.value).split("\n")
    assert shown == f"  {text}"
    return message.removeprefix("pattern: "), caret.index("^") - 2


def models(part):
    return tuple(map(str, part.models))


def plain(pieces):
    """Pieces as texts, and lists of alternatives of such, each with its weight."""
    return [
        [(plain(each), n) for each, n in zip(piece.alternatives, piece.weights, strict=True)]
        if hasattr(piece, "weights")
        else models(piece)
        if isinstance(piece, NamePart)
        else piece
        for piece in pieces
    ]


def test_an_alternative_may_contain_any_pattern():
    pattern = parse("[Lord {a}*3|[x|y] \n{b.npz=2+c}|] of {town=d}")
    inner = [(["x"], 1), (["y"], 1)]
    assert plain(pattern.pieces) == [
        [(["Lord ", ("a",)], 3), ([inner, " \n", ("b.npz=2", "c")], 1), ([], 1)],
        " of ",
        ("d",),
    ]
    assert [*pattern.columns] == ["part_1", "town"]
    assert [*map(models, pattern.name_parts)] == [("a",), ("b.npz=2", "c"), ("d",)]


def test_parts_have_names_and_can_be_repeated():
    pattern = parse("{family=a=2+b:t=0.7} [{x=[u|v]}|{x=w.txt:rules=r}] {=family:rules=q.txt}s{=x}")
    assert [*pattern.columns] == ["family", "part_2", "x"]
    assert [each.label for each in pattern.parts].count("x") == 2
    assert models(pattern.name_parts[0]) == ("a=2", "b")
    again = [each for each in pattern.pieces if isinstance(each, ReferencePart)]
    assert [(each.refers_to, each.rules_file) for each in again] == [("family", "q.txt"), ("x", "")]


def test_paths_number_the_parts_of_each_sequence():
    """As in the table at `Part`."""
    pattern = parse("[a {men}|b {women}] of {x=towns}")
    paths = [(2, 0), (2, 0, 0, 1, 0), (2, 0, 1, 1, 0), (1, 0)]
    assert [part.path for part in pattern.parts] == paths


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
    options = name_part(f"{{m:{text}}}").options
    assert {name: getattr(options, name) for name in options.non_defaults} == value


def test_a_name_part_accepts_every_option_of_sample():
    """Without a further line; but for what is of the whole cast."""
    assert {*declarations(RandomOptions)} - {*PART_OPTIONS} == {"remember", "seed", "start"}
    assert name_part("{m:exclude=a.txt,exclude=b.txt,unique}").files == {
        "exclude": ("a.txt", "b.txt")
    }


def test_a_name_part_inherits_the_shared_options():
    options = name_part(
        "{m:prefix=A,temperature=1}", prefix="B", novel=True, temperature=0.5
    ).options
    assert (options.prefix, options.novel, options.temperature) == (("A",), True, 1)


def test_listed_or_novel_in_a_name_part_override_their_opposite():
    options = name_part("{m:listed}", novel=True, min_edits=2).options
    assert (options.novel, options.listed, options.min_edits) == (False, True, 2)
    options = name_part("{m:novel}", listed=True).options
    assert (options.novel, options.listed) == (True, False)


def test_a_backslash_makes_a_delimiter_text():
    found = plain(parse(r"\[\{\}\]\\ \n[\||\]\*3|2*3 x=y]").pieces)
    assert found == ["[{}]\\ \\n", [(["|"], 1), (["]*3"], 1), (["2*3 x=y"], 1)]]
    assert models(name_part(r"{C\:\\a\+b\}.npz=2:novel}")) == (r"C:\a+b}.npz=2",)


REFUSED = [
    ("{norse", "{ without a }", 0),
    ("{norse {x}", "'norse': is a } missing?", 7),
    ("a } b", "unexpected '}'; write \\} for a literal one", 2),
    ("[a}|b]", "unexpected '}'; write \\} for a literal one", 2),
    ("{x=[a|b]:rules=f}", "unexpected ':'", 8),
    ("[a|b", "[ without a ]; did the shell cut the pattern? Put it in single quotes", 0),
    ("{words.txt:max-length=5}", "only rules=FILE is allowed here: this is not a model", 11),
    ("{men|women} x", "to choose one of several names, write [{men}|{women}]", 4),
    ("x {men of [a|", "{ without a }", 2),
    ("[Knight=3|Page]", "a weight is a whole number from 1 to 1000 after \\*, as in \\*3; .*", 7),
    ("[a*2-4|b]", "a weight is a whole number from 1 to 1000 after \\*, as in \\*2; .*", 2),
    ("[a*0|b]", "a weight is a whole number from 1 to 1000 after \\*, .*", 2),
    ("{a:max-length=2-4}", "for lengths from 2 to 4, write min-length=2,max-length=4", 3),
    ("{a:2-4}", "for lengths from 2 to 4, write min-length=2,max-length=4", 3),
    ("{=x} {x=a}", "no part before this is called 'x'; write {x=MODEL} for one", 2),
    ("{name=a}", "'name' is reserved for the whole line; choose another name", 1),
    ("{a} {part_1=a}", "'part_1' is reserved for parts without a name; choose another name", 5),
    ("[" * (MAX_NESTED + 1), f"at most {MAX_NESTED} choices can be nested", MAX_NESTED),
    ("", "a pattern has at least one {MODEL} or [a|b]", 0),
    ("Ada", "a pattern has at least one {MODEL} or [a|b], as in {Ada}", 0),
    ("x {}", "a model belongs here: a file or a bundled model", 3),
    ("{a+}", "a model belongs here: a file or a bundled model", 3),
    ("{a} {a:sufix=us}", "no option 'sufix'; did you mean suffix?", 7),
    ("{a:}", "expected an option, such as prefix=A", 3),
    ("{a:seed=1}", "no option 'seed'; .*", 3),
    ("{a:novel,novel}", "novel is given twice", 9),
    ("{x=a} {=x:rules=f,rules=g}", "rules is given twice", 18),
    ("{x=a} and {x=b}", "'x' already names a part; choose another name", 11),
    ("{x=[{x=a}|b]}", "'x' already names a part; choose another name", 5),
    ("[{x=a}|{x=b}] {x=a}", "'x' already names a part; choose another name", 15),
    ("{a:novel=1}", "novel takes no value", 3),
    ("{a:prefix}", "prefix requires a value: prefix=…", 3),
    ("{a:novel,max-length=x}", "max-length 'x': must be a whole number from 1 to 200", 9),
    ("{a:novel,match=(}", r"match '\(': not a regular expression: .*", 9),
    ("{a:min-length=9,max-length=7}", "min-length 9: no name .* with max-length 7", 3),
    ("日本 {a:x}", "no option 'x'; .*", 8),
    ("e\u0301 {a:x}", "no option 'x'; .*", 5),
]


@pytest.mark.parametrize("text, message, place", REFUSED, ids=lambda value: str(value)[:20])
def test_a_wrong_pattern_is_refused_with_a_caret_under_the_place(text, message, place):
    found, caret = refused(text)
    assert re.fullmatch(message if ".*" in message else re.escape(message), found)
    assert caret == place


@pytest.mark.parametrize(
    "text, message",
    [
        ("{x=[a|b]\n}", r"unexpected '\n'"),
        ("{a\n|b\n}", "to choose one of several names, write [{a}|{b}]"),
        ("a" * 1000, "a pattern has at least one {MODEL} or [a|b]"),
    ],
)
def test_a_message_is_one_short_line_before_the_pattern(text, message):
    with pytest.raises(RnnNamesError) as raised:
        parse(text)
    assert str(raised.value).split("\n")[0] == f"pattern: {message}"


def test_a_pattern_does_not_have_very_many_names():
    with pytest.raises(RnnNamesError, match=f"a pattern has at most {MAX_NAME_PARTS} names"):
        parse("{a}" * (MAX_NAME_PARTS + 1))


def test_control_characters_are_refused_and_never_printed():
    with pytest.raises(RnnNamesError, match=r"no name can hold '\\x1b'\n  {a}\ufffd\[31m\n     \^"):
        parse("{a}\x1b[31m")


def test_an_error_in_a_long_pattern_shows_the_place():
    with pytest.raises(RnnNamesError) as raised:
        parse("x" * 500 + "}" + "y" * 500)
    shown, caret = str(raised.value).split("\n")[1:]
    assert shown[caret.index("^")] == "}" and len(shown) < 130


SIGNS = st.sampled_from(list("{}[]|:,=+\\^ a7é")) | st.characters()
HOSTILE = st.lists(
    SIGNS | st.sampled_from([*PART_OPTIONS, "{m:match=", "max-length=", "{norse}"]), max_size=30
)


@given(HOSTILE.map("".join))
def test_any_text_is_parsed_or_refused_as_a_pattern(text):
    try:
        pattern = parse(text)
    except RnnNamesError as error:
        message, shown, caret = str(error).split("\n")
        assert message and all(map(str.isprintable, (message, shown, caret)))
    else:
        assert all(isinstance(each, str | Part) for each in pattern.pieces)


TEXTS = st.text(SIGNS).filter(lambda text: not refused_characters(text))


def escaped(text, signs):
    return "".join(f"\\{c}" if c in signs + "\\" else c for c in text)


@given(TEXTS, st.lists(TEXTS, min_size=1), TEXTS)
def test_any_text_can_be_written_as_a_pattern(literal, choices, value):
    choice = "|".join(escaped(text, "|{}[]*=") for text in choices)
    text = f"{escaped(literal, '{}[]')}[{choice}]{{m:exclude={escaped(value, ',{}')}}}"
    pattern = parse(text)
    alternatives = [([*filter(None, [each])], 1) for each in choices]
    assert plain(pattern.pieces[:-1]) == [*filter(None, [literal]), alternatives]
    assert pattern.name_parts[0].files == {"exclude": (value,)}

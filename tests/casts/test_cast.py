"""Casts: their lines, and lines that are redrawn, against all names of tiny models."""

from collections import Counter

import numpy as np
import pytest

from rnn_names import Model, cast
from rnn_names.casts import cast_drawer
from rnn_names.corpus.characters import initial_of
from rnn_names.errors import (
    CaseWarning,
    FewNewNamesWarning,
    RnnNamesError,
    SamplingError,
    TooFewNamesError,
)
from support.casts import MODELS, are_far_apart, joint, rows
from support.distributions import assert_drawn_from
from support.enumeration import distribution

pytestmark = pytest.mark.filterwarnings("ignore::rnn_names.errors.RepeatedInitialsWarning")


def test_names_of_a_line_are_independent():
    names = [distribution(MODELS[model], max_length=2) for model in "ab"]
    assert_drawn_from(Counter(rows("{a} {b:max-length=2}", 6000, max_length=2)), joint(*names))


PATTERN = "{a:min-length=2} [x|y|z] {b:min-length=2}"


def test_redrawn_lines_get_other_names_and_all_else_stays():
    before, after = rows(PATTERN, 6), rows(PATTERN, 6, redraw=[2, 5])
    for number, (old, new) in enumerate(zip(before, after, strict=True), 1):
        assert old[1] == new[1]
        assert (old == new) == (number not in (2, 5))
    assert after == rows(PATTERN, 6, redraw=["5,2"])


def test_a_redrawn_line_does_not_depend_on_other_lines():
    alone = rows(PATTERN, 6, redraw=[4, 4])
    assert alone[3] not in (rows(PATTERN, 6)[3], rows(PATTERN, 6, redraw=[4])[3])
    assert rows(PATTERN, 6, redraw=[2, 4, 1, 4, 6])[3] == alone[3]
    assert rows(PATTERN, 5, start=1, redraw=[3, 3])[2] == alone[3]


def test_a_single_part_can_be_redrawn():
    before = rows(PATTERN, 2)
    first, text, last = (rows(PATTERN, 2, redraw=[f"2.{part}"]) for part in (1, 2, 3))
    for part, after in enumerate((first, text, last)):
        assert after[0] == before[0]
        assert [a == b for a, b in zip(before[1], after[1], strict=True)] == [
            each != part for each in range(3)
        ]
    assert {text[0][1], before[1][1], text[1][1]} == {*"xyz"}, "the one that had not come"
    assert rows(PATTERN, 2, redraw=["2.1,2.3"])[1] == (first[1][0], before[1][1], last[1][2])
    words = rows("[|x]", 2)
    assert rows("[|x]", 2, redraw=[1, 2]) == words[::-1]
    words = rows("[x|y|z]", 2)
    assert {*words, *rows("[x|y|z]", 2, redraw=[1])} == {("x",), ("y",), ("z",)}


@pytest.mark.parametrize("how", ["tried", "measured"])
def test_lines_with_the_same_initial_are_redrawn_whole_or_in_part(how, monkeypatch):
    if how == "measured":
        monkeypatch.setattr("rnn_names.casts.initials.RARE_LINES", 1)
        monkeypatch.setattr("rnn_names.casts.initials.PILOTS", (1 << 8, 1 << 10))
    text = "{a} {b:contains=a} {c:novel}"
    before, whole, part = (
        rows(text, 3, initials="same", redraw=each) for each in ([], [2], ["2.2"])
    )
    for after in (whole, part):
        assert [a == b for a, b in zip(before, after, strict=True)] == [True, False, True]
        assert all(len({*map(initial_of, row)}) == 1 for row in after)
    assert [a == b for a, b in zip(before[1], part[1], strict=True)] == [True, False, True]


def test_redrawn_names_have_the_distribution_of_the_model():
    """Given that the name differs from the old one."""
    limits, n = {"max_length": 1}, 150
    names = distribution(MODELS["a"], **limits)
    expected = {
        (a, b): names[a] * names[b] / (1 - names[a]) for a in names for b in names if a != b
    }
    before, after = rows("{a}", n, **limits), rows("{a}", n, redraw=range(1, n + 1), **limits)
    assert_drawn_from(Counter((a, b) for [a], [b] in zip(before, after, strict=True)), expected)


def test_redrawn_lines_obey_the_options_of_the_cast():
    for seed in range(2):
        options = {"seed": seed, "redraw": [1, 2, 1, "2.1", 2, 1, "1.1", "2.1", "1.1"]}
        different = rows("{a} {b}", 3, initials="different", **options)
        assert len({initial_of(row[0]) for row in different}) == 3
        same = rows("{a} {b} {c}", 3, initials="same", **options)
        assert all(len({*map(initial_of, row)}) == 1 for row in same)
        apart = rows("{a:min-length=4} {b:min-length=4}", 3, min_edits=2, **options)
        assert are_far_apart(name for row in apart for name in row)


def test_a_warning_about_a_part_appears_once():
    with pytest.warns(CaseWarning) as told:
        cast("{dinosaurs:prefix=z}", 2, seed=1, redraw=[1, 2])
    assert len(told) == 1


def test_a_redrawn_name_may_equal_another_name_of_its_line():
    two = {"match": "aa|ab", "min_length": 2}
    before, after = (rows("{a} {a}", 12, **two, redraw=each) for each in ([], range(1, 13)))
    for old, new in zip(before, after, strict=True):
        assert all(map(str.__ne__, old, new))


def test_redrawn_texts_of_a_line_have_their_own_order():
    """No text repeats before all were used, or is in another line too while others are free."""
    for seed in range(4):
        options = {"seed": seed, "count": 2}
        of_second = [rows("[u|v|w|x|y|z]", redraw=[2] * n, **options)[1][0] for n in range(5)]
        assert len({*of_second, rows("[u|v|w|x|y|z]", **options)[0][0]}) == 6
        both = rows("[u|v|w|x|y|z]", redraw=[1, 2, 1], **options)
        assert both[0] != both[1]
        texts = "{a} [" + "|".join(map(str, range(200))) + "]"
        alone = rows(texts, redraw=["5.2"], **{**options, "count": 6})[4]
        assert rows(texts, redraw=["2.2,5.2,3"], **{**options, "count": 6})[4] == alone


def test_a_line_is_unchanged_if_nothing_else_is_found():
    before = rows("[w|x|y|z]", 4, unique=True)
    with pytest.warns(FewNewNamesWarning, match=r"^redraw 2 stays as it was: nothing else"):
        assert rows("[w|x|y|z]", 4, unique=True, redraw=[2]) == before
    few = {"match": "aa", "min_length": 2}
    with pytest.warns(FewNewNamesWarning, match=r"^redraw 1\.2 stays as it was: nothing else"):
        assert rows("[x] {a}", 1, redraw=["1.2"], **few) == [("x", "aa")]
    pattern = "[{lady=a}|x]"
    before = rows(pattern, 4)
    number = [whole for whole, *_ in before].index("x") + 1
    with pytest.warns(
        FewNewNamesWarning, match=rf"^redraw {number}\.lady stays .*this part is not in the alt"
    ):
        assert rows(pattern, 4, redraw=[f"{number}.lady"]) == before


STAY = "since the other lines must stay the same$"


@pytest.mark.parametrize(
    "options, message",
    [
        ({"redraw": [4]}, "redraw 4: the cast has 3 lines"),
        ({"redraw": [1], "seed": None}, f"redraw requires seed, {STAY}"),
        ({"redraw": [1], "remember": "x"}, f"redraw cannot be combined with remember, {STAY}"),
        ({"redraw": ["1,3.3"]}, "redraw 3.3: a line has 2 parts"),
        *(
            ({"redraw": each}, "redraw .*: must be line numbers from 1, .*")
            for each in (1, ["1,"], [1.2], ["2."], ["0"], [True])
        ),
    ],
    ids=str,
)
def test_lines_that_cannot_be_redrawn_are_refused(options, message):
    with pytest.raises(SamplingError, match=f"^{message}$"):
        rows("{a} {b}", 3, **options)


@pytest.mark.parametrize("initials", [None, "same", "different"])
def test_fewer_lines_are_the_beginning_of_more(initials):
    text = "[x|y|z] {a:novel} {b} {c:suffix=b}"
    lines = rows(text, 50, initials=initials)
    assert rows(text, 20, initials=initials) == lines[:20]
    assert rows(text, 20, initials=initials, start=30) == lines[30:]
    assert rows(text, 20, initials=initials, seed=2) != lines[:20]


@pytest.mark.parametrize("initials", [None, "same"])
def test_start_skips_lines_without_changing_later_ones(initials):
    text, far = "[x|y|z] {a} {b:suffix=b}", 10**15
    lines = rows(text, 7, initials=initials, start=far)
    assert rows(text, 3, initials=initials, start=far + 4) == lines[4:]


@pytest.mark.parametrize(
    "text, options",
    [("{a:unique}", {}), ("{a}", {"initials": "different"}), ("{a:min-edits=1}", {})],
)
def test_lines_that_depend_on_earlier_ones_have_a_bounded_start(text, options):
    only = "so at most 10,000,000 can be skipped"
    message = f"^start 10,000,001: lines depend on earlier lines, {only}$"
    with pytest.raises(SamplingError, match=message):
        rows(text, 1, start=10**7 + 1, **options)


@pytest.mark.parametrize("initials", [None, "different"])
def test_a_change_to_one_part_leaves_the_others_as_they_were(initials):
    before = rows("[x|y] {a} {b} {c}", 50, initials=initials)
    title, first, second, third = zip(*before, strict=True)
    after = rows("{a} [x|y] of {c:suffix=b} [v|w] {c}", 50, initials=initials)
    changed = list(zip(*after, strict=True))
    assert [changed[0], changed[1], changed[4]] == [first, title, third]
    assert changed[2] != second
    assert first != second != third


def test_texts_of_a_choice_are_equally_likely():
    drawn = Counter(rows("[x|y|]", 2000))
    assert_drawn_from(drawn, {("x",): 1 / 3, ("y",): 1 / 3, ("",): 1 / 3})
    pairs = Counter(rows("[x|y] [v|w]", 2000))
    assert_drawn_from(pairs, {(a, b): 1 / 4 for a in "xy" for b in "vw"})


def test_a_choice_repeats_no_text_before_all_were_used():
    drawn = [title for title, _ in rows("[x|y|z] {a}", 12)]
    assert all(len({*drawn[i : i + 3]}) == 3 for i in range(0, 12, 3))


@pytest.mark.slow
def test_unique_lines_never_repeat(monkeypatch):
    monkeypatch.setattr(cast_drawer, "WINDOW", 1 << 12)
    drawn = rows("[x|y] {a:max-length=1}", 6, unique=True)
    assert len(set(drawn)) == 6
    with pytest.raises(TooFewNamesError, match="only 6 of 7 lines found: nearly all") as raised:
        rows("[x|y] {a:max-length=1}", 7, unique=True)
    assert raised.value.n_found == 6
    with pytest.raises(TooFewNamesError, match=r"(?s)only . of 30 lines found: .*\n *\^") as raised:
        rows("[x|y] {a:max-length=1,unique}", 30)
    assert raised.value.n_found < 6


def test_cast_returns_lines_or_their_parts():
    text = "[Lord|Lady] {norse:prefix=A,max-length=6} of {welsh-towns+dinosaurs}"
    lines, parts = cast(text, 5, seed=2), cast(text, 5, seed=2, parts=True)
    assert lines == [f"{title} {name} of {town}" for title, name, town in parts]
    assert all(title in ("Lord", "Lady") and name[0] == "A" for title, name, _ in parts)
    norse = Model.load("norse")
    assert not norse.knows([name for _, name, _ in cast(text, 5, novel=True, parts=True)]).any()


def test_models_are_passed_by_their_names_in_the_pattern():
    options = {"count": 5, "seed": 1}
    mine = cast("{mine} {norse} {mine+norse}", models={"mine": Model.load("dinosaurs")}, **options)
    assert mine == cast("{dinosaurs} {norse} {dinosaurs+norse}", **options)
    with pytest.raises(SamplingError, match="models: mine is 'norse': must be a model"):
        cast("{mine}", models={"mine": "norse"})
    for wrong in (["mine"], "mine", np.zeros(2)):
        with pytest.raises(SamplingError, match=r"^models .*: must be a dictionary of models"):
            cast("{mine}", models=wrong)


def test_an_error_shows_an_impossible_part():
    with pytest.raises(RnnNamesError, match=r"^nors: .*\n  a {nors}\n {4}\^$"):
        cast("a {nors}")
    with pytest.raises(SamplingError, match="pattern 5: must be a string"):
        cast(5)
    with pytest.raises(SamplingError, match="initials: there is no"):
        cast("[a|b]", initials="same")

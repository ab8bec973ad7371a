"""Requests for names: initials that a line or all lines share, names far apart, and shortages."""

import re
from collections import Counter
from contextlib import suppress

import pytest

from rnn_names import cast
from rnn_names.casts import cast_drawer
from rnn_names.corpus.characters import initial_of
from rnn_names.errors import RareConditionsWarning, RepeatedInitialsWarning, SamplingError
from support.casts import MODELS, are_far_apart, batches, joint, rows
from support.distributions import assert_drawn_from, by
from support.enumeration import distribution, tiny_model
from support.networks import random_model

pytestmark = pytest.mark.filterwarnings("ignore::rnn_names.errors.RepeatedInitialsWarning")

each_initials = pytest.mark.parametrize("initials", [None, "same", "different"])

SAME_INITIAL_PATTERNS = {
    "{a} {b:contains=a,novel}": [{}, {"contains": "a", "novel": 1}],
    "{a:suffix=b,novel} [x|y] {b:min-length=2} {c:match=[ab]+c?}": [
        {"suffix": "b", "novel": True},
        {"min_length": 2},
        {"match": "[ab]+c?"},
    ],
    "{a:prefix=b,prefix=ca} {b:temperature=0.5}": [{"match": "(b|ca).*"}, {"temperature": 0.5}],
    "{a:prefix=ca,suffix=b} {b:contains=b}": [{"match": "ca.*b"}, {"contains": ["b"]}],
}
"""Patterns, and what their names must be like, with three characters at most."""


@pytest.mark.slow
@pytest.mark.parametrize("how", ["tried", "measured", "look-ahead, measured"])
@pytest.mark.parametrize("text", SAME_INITIAL_PATTERNS)
def test_names_with_the_same_initial_have_their_probabilities(text, how, monkeypatch, request):
    """Both when all names are redrawn together and when shares are measured per letter."""
    if how == "look-ahead, measured":
        request.getfixturevalue("always_look_ahead")
    if how != "tried":
        monkeypatch.setattr("rnn_names.casts.initials.RARE_LINES", 1)
    each = zip("abc", SAME_INITIAL_PATTERNS[text], strict=False)
    names = [distribution(MODELS[model], max_length=3, **options) for model, options in each]
    expected = joint(*names, weight=lambda *names: len({name[0] for name in names}) == 1)
    drawn = rows(text, 2000, initials="same", max_length=3)
    names_only = Counter(tuple(part for part in row if part not in "xy") for row in drawn)
    assert_drawn_from(names_only, expected)


@pytest.mark.slow
def test_initials_have_their_shares_where_names_that_meet_the_conditions_are_rare():
    """A back-reference has no automaton, so it cannot be looked ahead for."""
    models = {"a": tiny_model(seed=1), "b": tiny_model("rnn", seed=5)}
    first = by(initial_of, distribution(models["a"], match=r"(.)(.)\2\1(.)\3"))
    second = by(initial_of, distribution(models["b"], match="(a|b)cb..*"))
    text = r"{a:match=(.)(.)\2\1(.)\3} {b:match=(a|b)cb..*}"
    lines = cast(text, 400, seed=3, initials="same", models=models)
    weights = {each: p * second[each] for each, p in first.items() if second[each]}
    expected = {each: p / sum(weights.values()) for each, p in weights.items()}
    assert_drawn_from(Counter(map(initial_of, lines)), expected)


def test_a_warning_says_that_the_shares_of_initials_are_rough(quick_pilots):
    text = r"{a:match=(.)(.)\2\1(.)\3} {b:match=(a|b)cb..*}"
    with pytest.warns(RareConditionsWarning, match="shares of the initials are rough estimates"):
        rows(text, 1, initials="same")


def test_models_of_very_many_initials_have_all_of_them():
    """There are more of them than names in the first pilot."""
    model = random_model("".join(map(chr, range(0x4E00, 0x4E00 + 300))), longest=6)
    model.params["by"][0] += 4  # short names, so that the condition is common
    lines = cast("{a:max-length=4} {a}", 100, seed=1, initials="same", models={"a": model})
    assert len({line[0] for line in lines}) > 30


@pytest.mark.usefixtures("always_look_ahead")
def test_looked_ahead_names_exclude_words_and_have_the_same_initial():
    lines = rows("{a:exclude-words=xyx} {b}", 20, initials="same")
    assert all(initial_of(a) == initial_of(b) and "xyx" not in a for a, b in lines)


def test_many_narrow_parts_have_the_same_initial():
    """They hardly ever meet their conditions together."""
    text = " ".join(["{b:match=(?=[bc]a).*b} {c:match=(?=[bc]a).*c}"] * 4)
    drawn = rows(text, 9, initials="same")
    assert len(drawn) == 9
    for row in drawn:
        assert re.fullmatch("([bc]a.*b [bc]a.*c ?){4}", " ".join(row))
        assert len({name[0] for name in row}) == 1


def in_order(names, count):
    """The distribution of `count` names, each drawn given that its first letter is a new one."""
    found = {(): 1.0}
    for _ in range(count):
        grown = {}
        for row, p in found.items():
            free = {n: q for n, q in names.items() if n[0] not in {each[0] for each in row}}
            total = sum(free.values())
            grown |= {(*row, name): p * q / total for name, q in free.items()}
        found = grown
    return found


OPTIONS_WITH_THREE_INITIALS = [{"max_length": 2}, {"max_length": 2, "suffix": "b"}]
OPTIONS_WITH_THREE_INITIALS += [{"max_length": 3, "novel": True, "contains": ["a"]}]


@pytest.mark.slow
@pytest.mark.parametrize("looks_ahead", [False, True])
@pytest.mark.parametrize("options", OPTIONS_WITH_THREE_INITIALS)
def test_different_initials_have_their_probabilities(options, looks_ahead, request):
    """With three letters, every three lines use each letter once."""
    if looks_ahead:
        request.getfixturevalue("always_look_ahead")
    with pytest.warns(RepeatedInitialsWarning, match="only 3 first letters can be used"):
        drawn = rows("{a} {b}", 450, initials="different", **options)
    first = [row[0] for row in drawn]
    rounds = Counter(zip(first[::3], first[1::3], first[2::3], strict=True))
    names = distribution(MODELS["a"], **options)
    assert_drawn_from(rounds, in_order(names, 3))
    others = distribution(MODELS["b"], **options)
    assert_drawn_from(Counter(row[1] for row in drawn), others)


def test_initials_differ_where_lines_begin_with_different_parts():
    drawn = rows("[{a}|] {x=b}", 30, initials="different")
    initials = [initial_of(first or second) for first, second in drawn]
    assert all({*initials[k : k + 3]} == {*"abc"} for k in range(0, 30, 3))
    assert {bool(first) for first, _ in drawn} == {True, False}


@pytest.mark.slow
@each_initials
def test_lines_do_not_depend_on_the_size_of_batches(initials, monkeypatch):
    """If names must be far apart, lines are drawn ahead before it is known which names are taken.

    Once, a redrawn line gave its letter to every line of its batch.
    """
    parts = "{a} {b:suffix=b} {c}"
    options = {"initials": initials, "min_edits": 1, "min_length": 2}
    together = rows(parts, 24, **options)
    monkeypatch.setattr(cast_drawer, "FIRST_LINES", 1)
    monkeypatch.setattr(cast_drawer, "LINES_GROWTH", 1)
    assert rows(parts, 24, **options) == together


@pytest.mark.slow
def test_giving_up_an_initial_does_not_depend_on_other_lines():
    """Regression: rounds were limited by the attempts that the part had taken in earlier lines."""
    models = {"a": MODELS["a"], "d": tiny_model(seed=2, letters="xyz")}
    every, kept, shares = distribution(models["a"]), set(), {"a": 3e-5, "b": 1e-3, "c": 3e-5}
    for name, p in sorted(every.items(), key=lambda pair: (-pair[1], pair[0])):
        if p <= shares[name[0]]:
            shares[name[0]] -= p
            kept.add(name)
    options = {"initials": "different", "exclude": {*every} - kept, "models": models, "seed": 0}
    lines = cast("[q*9|{d} r] {a}", 12, **options)
    assert cast("[q*9|{d} r] {a}", 5, **options) == lines[:5]


def test_a_repeated_name_is_replaced_and_all_else_stays():
    free, apart = rows("{a:max-length=2} {b}", 12), rows("{a:max-length=2,unique} {b}", 12)
    came = [first for first, _ in apart]
    for k, (old, new) in enumerate(zip(free, apart, strict=True)):
        assert (old == new) == (old[0] not in came[:k])
        assert old[1] == new[1]


@each_initials
def test_a_unique_part_repeats_no_name(initials):
    drawn = rows("{a:max-length=2,unique} {b}", 12, initials=initials)
    assert len({first for first, _ in drawn}) == 12


@each_initials
def test_names_of_a_part_are_no_near_twins(initials):
    drawn = rows("{a} {b:min-edits=1}", 9, initials=initials, min_edits=2)
    assert all(map(are_far_apart, zip(*drawn, strict=True), (2, 1)))
    assert not MODELS["a"].knows([name for name, _ in drawn]).any()
    alone = rows("{a:min-edits=2} {b}", 9, initials=initials)
    assert are_far_apart(name for name, _ in alone)


def test_names_of_different_parts_are_no_near_twins():
    names = [name for row in rows("{a} {c}", 10, min_edits=2) for name in row]
    assert len(names) == 20
    assert are_far_apart(names)


@pytest.mark.parametrize("initials", ["same", "different"])
def test_found_lines_are_returned_before_the_error(initials, monkeypatch):
    """Only three names have one letter."""
    for module in ("initials", "sources"):
        monkeypatch.setattr(f"rnn_names.casts.{module}.DEFAULT_BUDGET", 1000)
    monkeypatch.setattr("rnn_names.casts.requests.MAX_CANDIDATES", 1000)
    lines = batches("{a:max-length=1,unique} {b}", 4, initials=initials)
    assert {row[0] for row in next(lines)} == {*"abc"}
    with pytest.raises(SamplingError, match=r"(meet the conditions|unused letter)\n  {a.*}\n  \^$"):
        next(lines)


@pytest.mark.parametrize("options", [{"min_edits": 1}, {"unique": True}])
def test_few_attempts_show_that_names_are_exhausted(options, drawn, monkeypatch):
    """A name that comes once in thousands of attempts is not sought in thousands of rounds."""
    every = distribution(MODELS["a"])
    rare = [name for name, p in every.items() if 2e-4 < p < 5e-4][:3]
    monkeypatch.setattr("rnn_names.casts.sources.DEFAULT_BUDGET", 1 << 18)
    with pytest.raises(SamplingError, match="nearly all others are repeats"):
        cast("{a}", 9, models=MODELS, seed=1, exclude={*every} - {*rare}, **options)
    assert sum(drawn) < 1 << 20


def test_the_end_of_lines_does_not_depend_on_the_count(monkeypatch):
    """The number of attempts for a line does not depend on the other lines."""
    every = distribution(MODELS["a"])
    rare = [name for name, p in every.items() if 8e-4 < p < 2e-3][:3]
    monkeypatch.setattr("rnn_names.casts.sources.DEFAULT_BUDGET", 1 << 11)

    def lines(n):
        found = list[tuple[str, ...]]()
        with suppress(SamplingError):
            for batch in batches("{a}", n, seed=5, exclude={*every} - {*rare}):
                found += batch
        return found

    longest = lines(500)
    assert 4 < len(longest) < 450
    for n in (1, 4, 20, 33, len(longest), len(longest) + 1):
        assert lines(n) == longest[:n]

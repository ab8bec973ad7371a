"""Texts in upper or lower case, and names a few edits away from others: against enumeration."""

import re
import warnings
from collections import Counter
from dataclasses import replace
from itertools import compress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_names import Model, cast, train
from rnn_names.conditions.automaton import Acceptor
from rnn_names.conditions.conditions import make_conditions
from rnn_names.conditions.edits import DistantNames, within_edits
from rnn_names.conditions.near_list import NearList
from rnn_names.conditions.regex import matching, without_words
from rnn_names.corpus.fingerprints import fingerprint, terms, upper_bits
from rnn_names.corpus.names import Names, Vocabulary
from rnn_names.errors import CaseWarning, FewNewNamesWarning, SamplingError
from rnn_names.network.language_model import LanguageModel
from rnn_names.options import RandomOptions
from rnn_names.sampling import stream, walk
from support.conditions import accepts
from support.distributions import assert_drawn_from
from support.enumeration import KNOWN, all_texts, distribution, edits_between, meets, tiny_model
from support.networks import random_model
from support.terminal import on_terminal

TEXTS = all_texts(letters="aAb")
SHAPED = {"letters": "aAb", "shortest": 1, "lower_case_beginnings": False, "pairs": []}


def accepted(automaton):
    return [*compress(TEXTS, accepts(automaton, TEXTS, Vocabulary("aAb")))]


@pytest.mark.parametrize(
    "pattern", ["A.*", "[^a]+", "(ab|Ba)*", "[A-B]x?", "[^B-Z]*", r"\w\Wa?|aa"]
)
def test_expressions_ignore_case_as_python(pattern):
    matches = re.compile(pattern, re.IGNORECASE).fullmatch
    automaton = matching([pattern], Vocabulary("aAb"), ignore_case=True)
    assert accepted(automaton) == [text for text in TEXTS if matches(text)]


@pytest.mark.parametrize("character", "iIıİsſσςΣµμßẞåÅ")
def test_special_cases_of_letters_match_as_in_python(character):
    letters = "".join(sorted("iIıİsſσςΣµμßẞåÅ"))
    alike = [c for c in letters if re.fullmatch(character, c, re.IGNORECASE)]
    tiny = random_model(letters, longest=1, shortest=1)
    for option in ("prefix", "suffix", "contains", "like", "match"):
        options = {option: character, **({"edits": 0} if option == "like" else {})}
        assert sorted(tiny.best(len(alike), ignore_case=True, **options)) == alike
        with pytest.raises(SamplingError):
            tiny.best(len(alike) + 1, ignore_case=True, **options)


@pytest.mark.parametrize(
    "options, holds",
    [
        ({"prefix": "ab"}, lambda name: name.startswith("Ab")),
        ({"prefix": ["ab", "Aa"]}, lambda name: name[1:2]),
        ({"suffix": "BA"}, lambda name: name.endswith("ba")),
        ({"match": "ab*"}, lambda name: re.fullmatch("Ab*", name)),
    ],
    ids=lambda value: "" if callable(value) else str(value),
)
def test_texts_match_in_the_case_of_the_list(options, holds):
    shaped = tiny_model(**SHAPED)
    with pytest.warns(CaseWarning, match="^no name (can match as typed|in the list begins with)"):
        names = shaped.sample(1_500, seed=5, **options)
    wanted = distribution(shaped, holds)
    assert_drawn_from(Counter(names), wanted)
    with pytest.warns(CaseWarning):
        assert shaped.best(1, **options) == [max(wanted, key=wanted.get)]


def test_a_warning_points_at_the_line_that_called_and_names_the_texts_alone():
    shaped = tiny_model(**SHAPED)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        shaped.sample(5, suffix="BA", exclude_words=["bb"])
        next(shaped.stream(suffix="BA"))
        cast("{shaped:suffix=BA}", 5, models={"shaped": shaped})
    assert [each.filename for each in caught] == [__file__] * 3
    assert str(caught[0].message) == "no name can match as typed; ignoring case in suffix 'BA'"


def test_texts_in_the_case_of_the_list_are_unchanged():
    shaped = tiny_model(**SHAPED)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        names = shaped.sample(300, seed=5, prefix="A", match="A[ab]*")
        assert all(map(meets(shaped, {}), names))
        assert {name[0] for name in shaped.sample(300, seed=5, prefix="b", any_shape=True)} == {"b"}
        # There is no "B", and it was asked for.
        assert {name[0] for name in shaped.sample(300, seed=5, prefix="b")} == {"b"}


@given(st.lists(st.text("aAbx", max_size=5), min_size=1, max_size=3), st.integers(0, 3))
@settings(max_examples=40)
def test_automata_accept_names_within_some_edits(texts, edits):
    near = [text for text in TEXTS if min(edits_between(text, each) for each in texts) <= edits]
    assert accepted(within_edits(texts, edits, Vocabulary("aAb"))) == near


@given(st.lists(st.text("aAbßsx", min_size=1, max_size=3), min_size=1, max_size=4))
@settings(max_examples=40)
def test_automata_accept_names_without_some_words(words):
    vocabulary = Vocabulary("Aabsß")
    texts, parts = all_texts(4, "Aabsß"), {word.casefold() for word in words}
    free = [not any(part in text.casefold() for part in parts) for text in texts]
    assert accepts(without_words(parts, vocabulary), texts, vocabulary) == free


def test_ignore_case_allows_a_beginning_that_no_listed_name_has():
    model = tiny_model(**SHAPED)
    both = model.sample(300, seed=1, prefix=["bA", "ba"], any_shape=True)
    assert {name[:2] for name in both} == {"bA", "ba"}
    for prefix in ("bA", "BA"):  # B is not a character of the model
        drawn = model.sample(300, seed=1, prefix=prefix, ignore_case=True)
        assert {name[:2] for name in drawn} == {"bA", "ba"}


def test_too_many_edits_for_a_long_name_are_an_error_of_one_line():
    with pytest.raises(SamplingError, match=r"like 'ab.*: too much to follow at once; ask for"):
        tiny_model(letters="aAb").sample(1, like="ab" * 50, edits=9)


@pytest.mark.parametrize("like", [[""], ["", "abc"]])
def test_names_like_an_empty_text_have_at_most_as_many_characters_as_edits(like):
    tiny = tiny_model(shortest=1)
    near = distribution(tiny, lambda name: min(edits_between(name, text) for text in like) <= 1)
    assert_drawn_from(Counter(tiny.sample(3000, like=like, edits=1, seed=1)), near)


def near_list(known, characters, any_case=False):
    """What tells which names are near a list; it may have capitals in and after words, or not."""
    record = {"pairs": ["aA"] * any_case, "lower_case_beginnings": any_case}
    return NearList(LanguageModel(Vocabulary(characters), {}, record, known))


def nearest(name, others):
    return min((edits_between(name.casefold(), other.casefold()) for other in others), default=99)


WORDS = st.lists(st.text("ab", min_size=1, max_size=3).map(str.title), min_size=1, max_size=2)
TITLES = WORDS.map(" ".join)


@given(st.lists(TITLES, min_size=1, max_size=6), st.lists(TITLES, min_size=1, max_size=20))
@settings(max_examples=30)
@pytest.mark.parametrize("edits, short", [(0, False), (1, False), (1, True)])
def test_near_names_are_found_by_fingerprints_alone(edits, short, listed, names):
    known = np.unique(fingerprint(Names.from_strings(listed)))
    known = upper_bits(known, 32) if short else known
    near = near_list(known, " -ABab").near(Names.from_strings(names), edits)
    assert near.tolist() == [nearest(name, listed) <= edits for name in names]


ANY_CASE = st.text(" ABab", min_size=1, max_size=5)


@given(st.lists(ANY_CASE, min_size=1, max_size=6), st.lists(ANY_CASE, min_size=1, max_size=20))
@settings(max_examples=30)
def test_no_edit_is_missed_in_lists_with_capitals_anywhere(listed, names):
    """Of letters in either case; where case does not count, nothing further away is found."""
    known = np.unique(fingerprint(Names.from_strings(listed)))
    near = near_list(known, " ABab", any_case=True).near(Names.from_strings(names), 1)
    for name, is_near in zip(names, near.tolist(), strict=True):
        exactly = min(edits_between(name, each) for each in listed)
        swapped = min(edits_between(name[0].swapcase() + name[1:], each) for each in listed)
        assert is_near or min(exactly, swapped) > 1
        assert not is_near or nearest(name, listed) <= 1


@pytest.mark.parametrize(
    "pair",
    """Mac \u00farta|Mac Arta, Macbae|MacRae, Macwan|MacEwan, MacBewen|Macewen, MacAaren|Maclaren,
    Van Wijk|van Wijk, Van Wijt|van Wijk, De la Cruz|de la Cruz, Delacruz|Dela Cruz""".split(","),
)
def test_letters_in_another_case_are_near(pair):
    near, listed = pair.strip().split("|")
    known = np.unique(fingerprint(Names.from_strings(["MacDonald", "van Dijk", listed])))
    characters = Vocabulary.from_names(Names.from_strings([near, "MacDonald", "van Dijk", listed]))
    found = near_list(known, characters.characters, any_case=True)
    assert found.near(Names.from_strings([near]), 1).tolist() == [True]


def test_the_case_of_a_first_letter_is_no_edit():
    towns = NearList(Model.load("english-towns"))
    for text, edits in [("Frinton-on-sea", 1), ("Hartley wintney", 1), ("Frinton-on-seat", 2)]:
        near = [towns.near(Names.from_strings([text]), most)[0] for most in (0, edits - 1)]
        assert near == [edits == 1, True], text


def test_the_case_of_several_first_letters_is_no_edit():
    listed = Names.from_strings(["de la Cruz", "Van Dam", "\u00c9a"])
    characters = Vocabulary.from_names(
        Names.from_strings(["de la Cruz", "Van Dam", "\u00c9a", "Lb\u00e9"])
    )
    known = np.unique(fingerprint(listed))
    of_list = near_list(known, characters.characters, any_case=True)
    for text, edits in [("De La Cruz", 0), ("De la cruz", 0), ("De La Druz", 1), ("b\u00e9a", 1)]:
        assert of_list.near(Names.from_strings([text]), edits)[0], text


def test_letters_beyond_the_end_of_a_name_do_not_count():
    """A name of several, the longest of which decides how many places there are."""
    names = Names.from_strings(["ab", "ababababab"])
    gap = fingerprint(names)[:1] + terms(np.array([ord("a")]), np.array([6]))  # "ab    a"
    assert near_list(gap, "ABab").near(names, 1).tolist() == [False, False]


APART = ["La\u0301ba", "La\u0301da", "La\u0301dd", "Laba"]


@pytest.mark.parametrize(
    "listed, characters, names, edits, near",
    [
        ("ab" * 100 + "b", "ab", ["ab" * 100, "ab" * 98 + "bbab"], 1, [True, False]),
        ("Aba", ".ABab", ["Ab.", "Aa."], 1, [True, False]),
        ("L\u00e1ba", "Labd\u00e1\u0301", APART, 0, [True, False, False, False]),
        ("L\u00e1ba", "Labd\u00e1\u0301", APART, 1, [True, True, False, True]),
    ],
    ids=["the longest names", "a mark at the end", "an accent apart", "and an edit"],
)
def test_names_near_a_listed_name_are_recognised(listed, characters, names, edits, near):
    known = fingerprint(Names.from_strings([listed]))
    assert near_list(known, characters).near(Names.from_strings(names), edits).tolist() == near


@given(st.lists(st.text("aAb", max_size=5), max_size=12), st.integers(0, 1))
def test_accepted_names_are_far_apart(names, edits):
    far_apart, kept = DistantNames(edits + 1, ["Abab"]), []
    for name in names:
        assert far_apart.add_if_far(name) == (nearest(name, ["abab", *kept]) > edits)
        kept += [name] if nearest(name, ["abab", *kept]) > edits else []


def test_a_text_that_is_too_long_to_be_near_a_name_takes_little_memory():
    """As a line of a file of kept names may be: its 60,001 patterns would take gigabytes."""
    far_apart = DistantNames(2, ["ab" * 15_000, "a" * 201])
    assert not far_apart.is_far("a" * 200)
    assert far_apart.is_far("a" * 199) and far_apart.is_far("ab" * 100)
    assert tiny_model().sample(2, seed=1, min_edits=2, exclude=["ab" * 15_000])


@pytest.mark.parametrize("min_edits", [1, 2])
def test_near_copies_and_near_twins_are_excluded(min_edits):
    """Of random names, and of the most probable ones: there, each that is far from all before."""
    excluded = ["BBBBB"]
    options = {"min_edits": min_edits, "exclude": excluded}
    kept = []
    for name in tiny_model().best(400):
        if len(kept) < 5 and nearest(name, [*KNOWN, *excluded, *kept]) >= min_edits:
            kept.append(name)
    assert tiny_model().best(5, **options) == kept
    names = tiny_model().sample(5, seed=3, **options)
    for i, name in enumerate(names):
        assert nearest(name, [*KNOWN, *excluded, *names[:i]]) >= min_edits


def test_listed_refers_to_the_list_and_near_twins_to_drawn_names():
    started = tiny_model()
    listed = started.sample(3, seed=1, listed=True, min_edits=2)
    assert all(started.knows(listed))
    assert all(nearest(name, listed[:i]) >= 2 for i, name in enumerate(listed))
    both = replace(
        started,
        own_list_fingerprints=np.unique(fingerprint(Names.from_strings(listed[:2]))),
    )
    assert {*both.sample(20, seed=1, listed=True)} == {*listed[:2]}
    with pytest.raises(SamplingError, match="novel and listed: no name is both"):
        started.sample(1, novel=True, listed=True)


@pytest.mark.filterwarnings("ignore::rnn_names.errors.FewNewNamesWarning")
def test_unsupported_uses_of_min_edits_are_refused(monkeypatch):
    with pytest.raises(SamplingError, match="min_edits cannot be combined with start"):
        tiny_model(letters="aAb").sample(1, min_edits=2, start=3)
    with pytest.raises(SamplingError, match=r"^min_edits 3: must be a whole number from 1 to 2"):
        tiny_model().sample(1, min_edits=3)
    monkeypatch.setattr(stream, "WINDOW", 1 << 9)
    message = r"only \d+ of 900 names found: .*min_edits \(met by 1 in"
    with pytest.raises(SamplingError, match=message):
        tiny_model(letters="aAb").sample(900, min_edits=2, seed=1)
    with pytest.raises(SamplingError, match="no fingerprints"):
        replace(tiny_model(), fingerprints=None).sample(1, min_edits=1)


def test_a_stream_of_repeats_ends(drawn, monkeypatch):
    """Regression: repeats granted further attempts, as new names do, so the stream took minutes."""
    monkeypatch.setattr(stream, "DEFAULT_BUDGET", 1 << 14)
    others = [text for text in all_texts(3) if text not in ("ab", "ba", "cab")]
    with pytest.raises(SamplingError, match=r"only \d of 5 names found"):
        tiny_model().sample(5, unique=True, exclude=others, max_length=3, seed=1)
    assert sum(drawn) < 1 << 16, drawn


@pytest.mark.parametrize("options", [{"unique": True}, {"min_edits": 2}], ids=str)
def test_a_warning_tells_that_few_names_are_new(options, monkeypatch):
    monkeypatch.setattr(stream, "WINDOW", 1 << 9)
    monkeypatch.setattr(stream, "DEFAULT_BUDGET", 1 << 16)
    with pytest.warns(FewNewNamesWarning, match="three in four"), pytest.raises(SamplingError):
        tiny_model().sample(900, temperature=0.5, seed=1, **options)


@pytest.mark.posix
def test_a_note_on_a_terminal_tells_of_many_near_copies_of_a_short_list(model_file):
    arguments = ["sample", "-m", model_file, "-n", 60, "--seed", 1, "-t", 0.2]
    told = r"Note: \d+ of 60 names are in the list or one letter away .*--min-edits 2 leaves"
    assert re.search(told, on_terminal(*arguments, lines=60))
    assert on_terminal(*arguments, "--min-edits", 2, lines=60) == ""
    assert on_terminal(*arguments, "--listed", lines=60) == "", "it was asked for"


@pytest.mark.parametrize("options", [{"any_shape": True}, {"prefix": ["b", "n", "a"]}])
def test_near_copies_may_have_another_shape_than_the_list(options):
    model = train(["Ana", "Anna", "Ban", "Bana", "Nab"], init=None, epochs=0)
    near = Names.from_strings(["ban", "nab", "ann", "nna", "na", "bAn"])
    [min_edits] = make_conditions(model, RandomOptions(min_edits=2, **options))
    assert not min_edits.test(near).any()


def test_near_copies_refer_to_the_own_list_not_to_the_start_models(tmp_path):
    """A model started from another one knows the names of both, and its own list apart."""
    own = ["Azhirad", "Dunezra", "Kalimar", "Zafira"]
    model = train(own, init=Model.load("german-women"), epochs=0)
    model.save(tmp_path / "own.npz")
    for each in (model, Model.load(tmp_path / "own.npz"), model.blend(model)):
        assert each.knows(["Zafira", "Emma"]).all()
        found = each.own_fingerprints
        assert len(found) == 4
        near = NearList(each).near(Names.from_strings(["Zafire", "Emma"]), 1)
        assert near.tolist() == [True, False]
        assert len(each.sample(3, seed=1, min_edits=2)) == 3


@pytest.mark.parametrize(
    "options",
    [
        {"prefix": "abc", "max_length": 3, "novel": True},
        {"match": "b|ca", "novel": True},
        {"like": "abc", "edits": 0, "exclude": ["ABC"]},
        {"match": "[ab]{1,4}", "exclude_words": ["a", "b"]},
    ],
    ids=str,
)
def test_few_possible_names_that_all_fail_are_told_at_once(options, monkeypatch):
    """Before any is drawn."""
    monkeypatch.setattr(walk.WalkDrawer, "draw", None)
    for verb in (tiny_model().sample, tiny_model().best):
        with pytest.raises(
            SamplingError, match=r"can meet all of .*(all \d+ spellings were tried|, exclude_words)"
        ):
            verb(1, **options)


def test_the_remaining_of_few_possible_names_are_drawn():
    assert set(tiny_model().sample(50, match="b|ca|cb", novel=True, seed=1)) == {"cb"}
    assert tiny_model().best(1, match="b|ca|cb", novel=True) == ["cb"]


@given(st.text("ab", max_size=2), st.sampled_from([".*a", "a.*|cb?", "[^b]*", "(ab)+c?"]))
@settings(max_examples=20)
def test_the_texts_of_an_automaton_equal_its_accepted_texts(prefix, pattern):
    vocabulary = Vocabulary("abc")
    begun = vocabulary.encode(np.array([*map(ord, prefix)], int)).tolist()
    texts = Acceptor(matching([pattern], vocabulary), 1, 4).accepted_texts([tuple(begun)])
    found = ["".join("abc"[index - 1] for index in text) for text in texts]
    matches = re.compile(pattern).fullmatch
    wanted = [text for text in all_texts(4)[1:] if text.startswith(prefix) and matches(text)]
    assert sorted(found) == sorted(wanted)


def test_one_of_several_endings_may_be_beyond_16_bits_in_any_case():
    """Python reads such alternatives of single characters as a set, without their case."""
    model = random_model("\U00010400\U00010402\U00010428a", seed=1, longest=4)
    names = model.sample(20, seed=1, suffix=["\U00010400", "\U00010402"], ignore_case=True)
    assert {name[-1] for name in names} <= {*"\U00010400\U00010402\U00010428"}


def test_an_ending_beyond_16_bits_leaves_the_others_to_looking_ahead():
    options = RandomOptions(suffix=["xyxa", "\U0001f600"], ignore_case=True)
    condition, *_ = make_conditions(Model.load("women"), options)
    assert condition.automaton is not None

"""Conditions on names: what meets them, the distribution given them, rare ones, impossible ones."""

import re
import string
import unicodedata
from itertools import permutations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rnn_names import Model
from rnn_names.conditions import conditions
from rnn_names.conditions.automaton import NoAutomatonError
from rnn_names.conditions.regex import matching
from rnn_names.corpus.fingerprints import fingerprint
from rnn_names.corpus.names import Names, Vocabulary
from rnn_names.errors import SamplingError, VocabularyError
from rnn_names.options import RandomOptions
from rnn_names.sampling import stream as streaming
from support.conditions import accepts
from support.enumeration import LETTERS, all_texts, distribution, tiny_model
from support.networks import random_model

VOCABULARY = Vocabulary(LETTERS)
TEXTS = all_texts()


def accepted(automaton):
    return accepts(automaton, TEXTS, VOCABULARY)


# --- Automata -------------------------------------------------------------------------------------


@given(st.text(LETTERS, max_size=5), st.text(LETTERS, max_size=4))
@settings(max_examples=30)
def test_automata_accept_names_that_end_in_or_contain_a_text(end, inside):
    ends, contains = (matching([text], VOCABULARY) for text in (f".*{end}", f".*{inside}.*"))
    assert accepted(ends) == [text.endswith(end) for text in TEXTS]
    assert accepted(contains) == [inside in text for text in TEXTS]
    assert accepted(ends & contains) == [text.endswith(end) and inside in text for text in TEXTS]
    assert len(ends.accepting) <= len(end) + 2
    assert len(contains.accepting) <= len(inside) + 2


ATOMS = ["a", "b", "c", "x", ".", "[ab]", "[^a]", r"\w", r"\d", "[a-b]", "[^b-c]", "", "$"]
REPEATS = ["*", "+", "?", "*?", "{2}", "{1,3}", "{,2}", "{2,}"]
EXPRESSIONS = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(REPEATS)).map(lambda pair: f"({pair[0]}){pair[1]}"),
    ),
    max_leaves=6,
)


@given(EXPRESSIONS)
@example("^ab+$")
@settings(max_examples=100)
def test_automata_of_expressions_match_as_python(pattern):
    matched = [re.fullmatch(pattern, text) is not None for text in TEXTS]
    assert accepted(matching([pattern], VOCABULARY)) == matched


@given(EXPRESSIONS, EXPRESSIONS)
@settings(max_examples=60)
def test_an_intersection_is_the_smallest_automaton(first, second):
    """Of its states, no two accept the same endings."""
    both = matching([first], VOCABULARY) & matching([second], VOCABULARY)
    matched = [all(re.fullmatch(p, text) for p in (first, second)) for text in TEXTS]
    assert accepted(both) == matched
    after, states = both.next_state[:, 1:].tolist(), range(len(both.next_state))
    pairs = {*permutations(states, 2)}
    apart = {(s, t) for s, t in pairs if both.accepting[s] != both.accepting[t]}
    for _ in states:
        following = {(s, t): zip(after[s], after[t], strict=True) for s, t in pairs}
        apart |= {pair for pair in pairs if not apart.isdisjoint(following[pair])}
    assert apart == pairs


@pytest.mark.parametrize(
    "pattern, plain",
    [
        ("a{1,99999999}", "a+"),
        ("(a?){99999999}", "a*"),
        ("(a|b*){0,300}c", "[ab]*c"),
        ("((ab){1,9999}c?){1,9999}", "((ab)+c?)+"),
        ("b|a{300}|a{0}c", "b|c"),
    ],
)
def test_more_repeats_than_a_name_has_characters_mean_any_number(pattern, plain):
    assert accepted(matching([pattern], VOCABULARY)) == accepted(matching([plain], VOCABULARY))


@pytest.mark.parametrize("pattern", ["((((a{0,50}){50}){50}){50}){50}", "(a{0,99}){99}"])
def test_an_expression_with_too_many_states_is_refused_at_once(pattern):
    with pytest.raises(NoAutomatonError, match="too large"):
        matching([pattern], VOCABULARY)


@pytest.mark.parametrize("depth", [1, 70])
def test_long_and_deeply_nested_expressions_have_an_automaton(depth):
    deep = matching([f"{'(' * depth}a+{')?' * depth}b*"], VOCABULARY)
    assert accepted(deep) == [re.fullmatch("a*b*", text) is not None for text in TEXTS]
    long = matching(["ab" * 100], VOCABULARY)
    assert accepts(long, ["ab" * 100], VOCABULARY) == [True]


def test_each_expression_may_ignore_case():
    automaton = matching(["(?i)AB", "BC"], VOCABULARY)
    assert accepted(automaton) == [text == "ab" for text in TEXTS]


def test_special_characters_in_texts_are_literal():
    model = random_model("a.*(|", seed=1, longest=6)
    for options, meets in (
        ({"suffix": [".*", "("]}, lambda name: name.endswith((".*", "("))),
        ({"contains": ["|", "a."]}, lambda name: "|" in name and "a." in name),
    ):
        assert all(map(meets, model.sample(50, seed=1, **options)))


NO_AUTOMATON = [r"(a|b)\1", "(?=ab)a.", "(?s)ab", "a(?!b).*", r"\bab", "b^a", "(.*a.{12})"]


@pytest.mark.parametrize("pattern", NO_AUTOMATON)
def test_expressions_not_regular_or_too_large_have_no_automaton(pattern):
    with pytest.raises(NoAutomatonError):
        matching([pattern], VOCABULARY)


def test_an_expression_with_exponential_backtracking_is_fast(monkeypatch):
    """It has a small automaton, and Python's matcher, which backtracks, is not asked."""
    forever = "(a*)*(a*)*b"
    assert accepted(matching([forever], VOCABULARY)) == accepted(matching(["a*b"], VOCABULARY))
    assert len(matching([forever], VOCABULARY).accepting) < 10
    monkeypatch.setattr(conditions, "_one_by_one", None)
    model = tiny_model()
    assert set(model.sample(20, seed=1, match=forever)) <= {"a" * n + "b" for n in range(6)}


def test_an_invalid_expression_is_refused_with_one_line():
    """Python 3.11 raises SystemError for it, 3.10 has no such repeats, and later ones match it."""
    try:
        names = tiny_model().sample(20, seed=1, match="((a)|b|c)*+")
    except SamplingError as error:
        assert re.search("version of Python cannot match it|not a regular expression", str(error))
    else:
        assert len(names) == 20


# --- The stream -----------------------------------------------------------------------------------


def test_unique_names_are_the_stream_without_its_repeats(model):
    stream = model.sample(3000, seed=3, max_length=6)
    unique = model.sample(500, seed=3, max_length=6, unique=True)
    assert unique == list(dict.fromkeys(stream))[:500]
    assert len(set(stream[:500])) < 500, "there is something to leave out"


# --- Normal forms ---------------------------------------------------------------------------------


def accented_model():
    """A model that can draw an accented letter as one character, and apart."""
    prints = fingerprint(Names.from_strings(["é"]))
    return Model(Vocabulary("eé\u0301"), tiny_model().params, {"longest": 2}, prints)


def test_a_name_with_a_separate_accent_is_the_same_name():
    model = accented_model()
    drawn = set(model.sample(300, seed=1))
    assert {"é", "e\u0301"} < drawn
    ways = [{"novel": True}, {"exclude": ["É"]}, {"exclude": ["E\u0301"]}]
    for options in [*ways, {"exclude_words": ["É"], "max_length": 2}]:
        left = set(model.sample(300, seed=1, **options))
        assert {unicodedata.normalize("NFC", name) for name in left} & {"é"} == set(), options
        assert "ee" in left
    forms = [unicodedata.normalize("NFC", name) for name in model.sample(8, seed=1, unique=True)]
    assert len(set(forms)) == 8


def test_letters_of_a_korean_syllable_are_left_out_with_it():
    model = Model(Vocabulary("a\u1100\u1161"), tiny_model().params, {"longest": 4})
    assert any("\u1100\u1161" in name for name in model.sample(300, seed=1))
    assert not any(
        "\u1100\u1161" in name for name in model.sample(300, seed=1, exclude_words=["가"])
    )


def test_texts_match_in_any_normal_form():
    model = accented_model()
    assert set(model.sample(20, seed=1, prefix="e\u0301", max_length=1)) == {"é"}
    for options in ({"suffix": "e\u0301"}, {"contains": ["e\u0301"]}, {"match": ".?e\u0301"}):
        assert all("é" in name for name in model.sample(20, seed=1, **options))
    assert set(model.sample(3, seed=1, prefix="e\u0301" * 200, max_length=200)) == {"é" * 200}


# --- Refusals and shortages -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "options, message",
    [
        ({"match": "(a"}, r"match '\(a': not a regular expression: missing \)"),
        ({"unique": True, "start": 3}, "unique cannot be combined with start: .* earlier names"),
        ({"prefix": "a" * 1500}, "prefix 'a{60}…': 1,500 characters, and a name has at most 200"),
        ({"suffix": "a" * 1500}, "suffix 'a{60}…': 1,500 characters, and a name has at most 200"),
        ({"contains": ["b", "a" * 201]}, "contains 'a{60}…': 201 characters, and a name has"),
        ({"match": "(a{900}){2000}"}, "no name of 1 to 6 characters can meet all of match"),
        ({"match": r"(a|b)\1" + "c" * 199}, "no name of 1 to 6 characters can meet all of match"),
        ({"match": "(" * 5000 + ")" * 5000}, r"match '\({60}…': its groups are nested too deeply"),
        # Python 3.13 reads what is too deep for 3.11; it matches no name.
        (
            {"match": "(" * 300 + ")" * 300},
            r"match '\({60}…'(: its groups are nested too deeply)?$",
        ),
        ({"match": "a{" + "9" * 5000 + "}"}, "expression: the repetition number is too large"),
        ({"suffix": "abcabca"}, "no name of 1 to 6 characters can meet all of suffix 'abcabca'"),
        (
            {"prefix": "b", "match": "a", "novel": True, "any_shape": True},
            "no name of 1 to 6 characters can meet all of prefix 'b', match 'a'",
        ),
        ({"suffix": "abcab", "contains": ["ccc"]}, "all of suffix 'abcab', contains 'ccc'"),
        ({"match": r"\d+"}, r"can meet all of match"),
        ({"match": ""}, r"can meet all of match"),
        ({"prefix": "ab", "match": "a", "max_length": 4}, "all of prefix 'ab', match 'a'"),
    ],
)
def test_impossible_conditions_are_refused_with_one_line(options, message):
    with pytest.raises(SamplingError, match=message) as error:
        tiny_model().sample(1, **options)
    assert "\n" not in str(error.value)


@pytest.mark.no_cover
def test_texts_as_long_as_the_longest_name_are_possible():
    # 200 of these, each as likely as any other, have a probability below any float64.
    model = random_model(string.digits + string.ascii_lowercase, seed=1, longest=6)
    text = "ab" * 100
    contained = {"contains": [text[:150], text[50:]], "match": text}
    for options in ({"suffix": text}, contained):
        assert model.best(1, max_length=200, **options) == [text]
    with pytest.raises(SamplingError, match="no name of 1 to 199 characters can meet all of"):
        model.best(1, max_length=199, suffix=text)


@pytest.mark.parametrize("option", ["suffix", "contains", "prefix"])
def test_an_unknown_character_is_refused(option):
    message = f"{option} .*: the model does not know the character '愛'"
    with pytest.raises(VocabularyError, match=message):
        tiny_model().sample(1, **{option: ["a愛"] if option == "contains" else "a愛"})


@pytest.mark.slow
def test_a_search_for_long_names_ends_after_fewer_draws(monkeypatch):
    """With a look-ahead, which draws some thousand of them in a second."""
    monkeypatch.setattr(streaming, "MAX_BUDGET_CHARACTERS", 1 << 16)
    options = {"min_length": 20, "max_length": 20, "match": r"(ab|cb)\1{8}aa"}
    message = (
        r"only 0 of 3 names found: .* match .* \(met by fewer than 1 in ([\d,]+) names tested\)"
    )
    with pytest.raises(SamplingError, match=message) as error:
        tiny_model().sample(3, seed=1, **options)
    tested = int(re.search(message, str(error.value))[1].replace(",", ""))
    assert tested < streaming.DEFAULT_BUDGET // 10


def test_a_shortage_names_the_tightest_condition(monkeypatch):
    monkeypatch.setattr(streaming, "DEFAULT_BUDGET", 1 << 12)
    model = tiny_model()
    drawn = []
    with_b = distribution(model, lambda name: "b" in name)
    kept = {name for name, p in with_b.items() if 5e-6 < p < 3e-4}
    message = (
        r"only \d+ of 100,000 names found: the tightest condition was exclude "
        r"\(met by 1 in (\d+) names tested\)"
    )
    options = RandomOptions(seed=1, exclude=set(TEXTS) - kept, contains=["b"])
    with pytest.raises(SamplingError, match=message) as error:
        for part in streaming.names_of_stream(model, 100_000, options):
            drawn += part.to_strings()
    share = sum(with_b[name] for name in kept)
    assert 0.6 < int(re.search(message, str(error.value))[1]) * share < 1.7
    assert f"only {len(drawn):,} of" in str(error.value)
    assert drawn
    assert set(drawn) <= kept


# --- At the command line --------------------------------------------------------------------------


def test_conditions_work_at_the_command_line(invoke, model_file, names, tmp_path):
    (tmp_path / "words.txt").write_text("SAUR\n\nrap\n", "utf-8")
    (tmp_path / "names.txt").write_text("\n".join(name.upper() for name in names[:20]), "utf-8")
    options = "--prefix A --suffix s --contains o --contains i --match [A-Z][a-z]+ --min-length 6"
    options += " --max-length 11 --novel --unique --exclude-words words.txt --exclude names.txt"
    options += " -n 40 --seed 2 --top-p 0.95"
    done = invoke("sample", "-m", model_file, *options.split(), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    drawn = done.stdout.split("\n")[:-1]
    assert len(set(drawn)) == len(drawn) == 40
    for name in drawn:
        assert re.fullmatch("A[a-z]{4,9}s", name)
        assert "o" in name and "i" in name
        assert "saur" not in name and "rap" not in name
        assert name not in names

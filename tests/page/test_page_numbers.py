"""The page's numbers, in a real browser: its probabilities and names are those of the program."""

import re
from collections import Counter
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from rnn_names import Model
from rnn_names.conditions.near_list import NearList
from rnn_names.conditions.word_lists import is_clean, rude_words
from rnn_names.corpus.characters import folded
from rnn_names.corpus.fingerprints import PACKED_BITS, upper_bits
from rnn_names.corpus.names import Names, Vocabulary
from rnn_names.model.bundled import MODELS
from rnn_names.model.model import blend
from support.distributions import assert_drawn_from
from support.enumeration import distribution

NAMES = ["Triceratops", "Anna", "Smith", "Xzqw", "Mc", "o'Neil", "Ł"]


def test_weights_and_fingerprints_equal_the_models(open_page):
    model = Model.load("elvish")
    weights, prints = open_page(("elvish", model)).evaluate("""() => {
      const [{ weights, fingerprints }] = models;
      const whole = ([name, array]) => [name, array.join(" ")];
      return [Object.entries(weights).map(whole), fingerprints.join(" ")];
    }""")
    for name, array in weights:
        found = np.array(array.split(), np.float32)
        np.testing.assert_array_equal(found, model.params[name].ravel())
    expected = upper_bits(model.fingerprints, PACKED_BITS) >> np.uint64(64 - PACKED_BITS)
    assert prints.split() == [str(each) for each in expected.tolist()]


# --- Probabilities --------------------------------------------------------------------------------


def log_probs_of(page, names, shares=(1,)):
    """What the page's script says of each name; a share for each of its models."""
    log_probs = "([names, shares]) => names.map(name => rnnNames.score(name, { shares }))"
    return page.evaluate(log_probs, [names, list(shares)])


@pytest.mark.slow
def test_log_prob_of_bundled_models_and_blends_equals_python(open_page):
    """One page holds several, each with a share of 1 in turn; `make page-study` looks at all.

    The two of a blend have some characters in common, or hardly any.
    """
    others = ["welsh-towns", "greek-towns"]
    names = ["dinosaurs", "chinese-towns", "turkish-towns", *others, *[*MODELS][::12]]
    models = {name: Model.load(name) for name in names}
    shares = np.eye(len(models), dtype=int).tolist()
    page = open_page(*models.items(), address="#seed=1&shares=" + "+".join(map(str, shares[0])))
    for alone, (name, model) in zip(shares, models.items(), strict=True):
        asked = [*NAMES, *model.sample(5, seed=1)]
        log_probs = log_probs_of(page, asked, alone)
        np.testing.assert_allclose(log_probs, model.log_prob(asked), atol=1e-3, err_msg=name)
    for other in others:
        blended = blend([models[name] for name in ("dinosaurs", other)], [3, 1])
        asked = [*NAMES, *blended.sample(10, seed=1)]
        log_probs = log_probs_of(
            page, asked, [75, *(25 * (name == other) for name in [*models][1:])]
        )
        np.testing.assert_allclose(log_probs, blended.log_prob(asked), atol=1e-4)


def test_names_of_a_blend_have_the_distribution_of_python(open_page, small_models):
    """With a character that only one of the two knows, and cells of both kinds."""
    gru, rnn_ = small_models["gru"], small_models["rnn"]
    foreign = replace(rnn_, vocabulary=Vocabulary("abd"))
    page = open_page("gru", ("foreign", foreign))
    names = page.evaluate("rnnNames.sample(1500, { seed: 3, shares: [1, 2] })")
    expected = distribution(blend([gru, foreign], [1, 2]))
    assert_drawn_from(Counter(names), expected)
    assert any("c" in name for name in names) and any("d" in name for name in names)


def test_gates_are_exact_to_15_digits(open_page):
    page, x = open_page("gru"), np.linspace(-39, 39, 2001)
    found = np.array(page.evaluate("x => x.map(exp)", x.tolist()), float)
    np.testing.assert_allclose(found, np.exp(x), rtol=1e-15)
    ends = page.evaluate("[tanh(1e9), tanh(-1e9), sigmoid(1e9), sigmoid(-1e9)]")
    np.testing.assert_allclose(ends, [1, -1, 1, 0], atol=1e-16)


REFUSED = {
    **{
        f"sample(6, {{ shares: {shares} }})": f"shares {shares}: must be a list with a number"
        for shares in ("[1]", "[1, 2, 3]", "[NaN, 1]", "[-1, 2]", "[0, 0]", "[1, Infinity]")
    },
    "sample(6, { shares: {} })": "shares {…}: must be a list with a number",
    "score('ab', { shares: [1] })": "shares [1]: must be a list with a number for each model",
    "score(7)": "name 7: must be a string",
    "sample('6')": 'count "6": must be a whole number of at least 0',
    "sample(6, [])": "options []: must be an object",
    "sample(6, { Seed: 1 })": 'unknown option "Seed"; available: prefix, suffix,',
    "sample(6, { seed: -1 })": "seed -1: must be a whole number of at least 0",
    "sample(6, { seed: 2 ** 53 })": "seed 9007199254740992: must be a whole number of at least 0",
    "sample(6, { topP: 0 })": "topP 0: must be a number above 0 and at most 1",
    "sample(6, { minEdits: 3 })": "minEdits 3: must be a whole number from 1 to 2",
    "sample(6, { temperature: 0 })": "temperature 0: must be a finite number above 0",
    "sample(6, { prefix: 5 })": "prefix 5: must be a string",
    "sample(6, { contains: ['a', 5] })": 'contains ["a", 5]: must be a string or a list of',
    "sample(6, { novel: 'yes' })": 'novel "yes": must be true or false',
    "cast('{gru}', 3, { files: 3 })": "files 3: must be an object with a list of lines for each",
    "sample(6, { maxLength: 2.5 })": "maxLength 2.5: must be a whole number from 1 to 200",
}


def test_invalid_arguments_are_refused(open_page):
    page = open_page("gru", "rnn")
    for call, message in REFUSED.items():
        with pytest.raises(Exception, match=re.escape(f"TypeError: {message}")):
            page.evaluate(f"rnnNames.{call}")


# --- Names ----------------------------------------------------------------------------------------

DRAW = "options => rnnNames.sample(1500, options)"


def test_names_have_the_models_probabilities(open_page, small_models):
    page, model = open_page("gru"), small_models["gru"]
    for options in ({}, {"temperature": 0.7}, {"prefix": "ab"}, {"prefix": ["ab", "b", "c"]}):
        names = page.evaluate(DRAW, {"seed": 3, **options})
        assert_drawn_from(Counter(names), distribution(model, **options))


SUFFIXES = {"prefix": "bb", "suffix": ["cccc", "ccccb"], "excludeWords": ["BAB", "a"]}
IN_ANY_CASE = {"prefix": ["AB", "c"], "contains": ["CcC", "ba"], "ignoreCase": True}
RARE = [
    ("", "(?=.*cc)(?=.*aa).*bb", {"contains": ["cc", "aa"], "suffix": "bb"}),
    ("bb", "(?!.*bab)(?!.*a)bb.*(cccc|ccccb)", SUFFIXES),
    ("ab|c", "(?=.*ccc)(?=.*ba)(ab|c).*", IN_ANY_CASE),
    ("", "(?:cc[ab]){2,}c?|b{5}", {"match": ["(?:cc[ab]){2,}c?", r"[^\\Wac]{5}"]}),
]
"""How names begin and what they match, and the options that say so."""


def test_a_search_for_rare_names_works_in_small_slices(open_page):
    """Between two checks of the clock, few prefixes are followed: a page stays responsive."""
    slices = """async () => {
      const { nextStates } = Blend.prototype;
      let most = 0;
      Blend.prototype.nextStates = function (states, m, parent, characters) {
        most = Math.max(most, m);
        return nextStates.call(this, states, m, parent, characters);
      };
      return [(await rnnNames.sample(4, { seed: 1, suffix: "xyz", maxLength: 6 })).length, most];
    }"""
    found, most = open_page("dinosaurs").evaluate(slices)
    assert found == 4 and 1 < most <= 64


def test_rare_names_have_the_models_probabilities(open_page, small_models):
    """They are proposed with a guide, and accepted by their weights."""
    page, model = open_page("gru"), small_models["gru"]
    every = distribution(model, max_length=8)
    for begins, meets, options in RARE:
        found = page.evaluate(DRAW, {"seed": 3, "maxLength": 8, **options})
        begun = {name: p for name, p in every.items() if re.match(begins, name)}
        wanted = {name: p for name, p in begun.items() if re.fullmatch(meets, name)}
        share = sum(wanted.values())
        assert share < sum(begun.values()) / 500
        assert_drawn_from(Counter(found), {name: p / share for name, p in wanted.items()})


PATTERNS = ["a+b*", "(a|bc)+", "(a*|b?)*c", "[a-c]x?", "[^a-c]+", "[]ß-é]+", "[a-]+", ".{,2}"]
PATTERNS += ["a{2}", "a{2,}b??", "x{", "a{}", r"\w+a", r"\D\d?", r"[\s\w]+", ".*(?:σας|ı)", "A|ß"]
PATTERNS += ["(?P<n>ab)c", "(?#note)ab", "^ab$", "^a|b$", r"\Aab\Z", r"[\]a]+", r"\x41\u0062"]
PATTERNS += [r"a\.b", "(|a)b", "", "[A-I]+", "[\xb5-\xb6]+", "ﬅ|[\u0130]", "[^i-k]", "[ꟊ-ﬅ]"]


WRONG = ["a**", "*a", "(a", "a)", "[a", "[b-a]", "a{3,2}", r"\q", "\\", "a|*", "[]", r"[a-\d]"]


def test_regular_expressions_match_as_in_python(open_page):
    """Single letters of the bundled models, and short texts; what is none for Python is none."""
    letters = {c for name in MODELS for c in Model.load(name).vocabulary.characters}
    texts = [*sorted({*letters, *"ßẞıİſςΣ٣µﬅﬆ"}), *map("".join, product("abcA", repeat=3))]
    texts += ["", "ab", "aab", "ccc", "x{", "a{}", "a.b", "ΣΑΣ", "σας", "ÀÉ", "a b"]
    matching = """([patterns, texts, ignoreCase]) => patterns.map((pattern) => {
      const expression = new Expression(pattern, ignoreCase, [...new Set(texts.join(""))]);
      const automaton = new Automaton(expression.term);
      const ofBrowser = expression.compiled(true);
      return texts.map((text) => [text, automaton.passes(text), ofBrowser.test(text)]);
    })"""
    page = open_page("gru")
    for flags in (0, re.IGNORECASE):
        found = page.evaluate(matching, [PATTERNS, texts, bool(flags)])
        expressions = [re.compile(each, flags) for each in PATTERNS]
        for expression, results in zip(expressions, found, strict=True):
            wanted = [bool(expression.fullmatch(text)) for text in texts]
            assert results == [[*each] for each in zip(texts, wanted, wanted, strict=True)]
    looking_around = "rnnNames.sample(50, { match: '(?=.*b)(?P<n>.).*', seed: 1 })"
    names = page.evaluate(looking_around)
    assert len(names) == 50 and all("b" in name for name in names), "the browser's own"
    refusal = """text => {
      try { new Expression(text, false, []) } catch (error) { return error.message }
    }"""
    for pattern in WRONG:
        with pytest.raises(re.error):
            re.compile(pattern)
        assert page.evaluate(refusal, pattern).startswith(
            f"“{pattern}” is not a regular expression: "
        )


# --- The list -------------------------------------------------------------------------------------


def test_the_page_recognises_names_of_the_list(open_page, bundled):
    names = ["Anna", "Annna", "Zyxab", "Emma", "A", "Łucja", "Zoe\u0301", "Jose\u0301"]
    among = "names => names.map(name => isAmong(name, models[0].fingerprints))"
    known = open_page("first-names").evaluate(among, names)
    assert known == bundled["first-names"].knows(names).tolist()
    assert True in known and False in known


def test_near_copies_in_any_case_equal_python(open_page):
    """Edits of listed names, in which capitals stand where words begin, and drawn names."""
    models = {name: Model.load(name) for name in ("dinosaurs", "welsh-towns", "irish-surnames")}
    page, numbers = open_page(*models.items(), names=None), np.random.default_rng(1)
    for place, loaded in enumerate(models.values()):
        letters = loaded.vocabulary.characters
        names = loaded.sample(150, seed=1, temperature=0.6)
        for name in [name for name in names if loaded.knows([name])[0]][:60]:
            for at in numbers.integers(len(name) + 1, size=4).tolist():
                c = letters[numbers.integers(len(letters))]
                names += [
                    name[:at] + c + name[at:],
                    name[:at] + name[at + 1 :].capitalize(),
                    name[:at] + c + name[at + 1 :],
                    name[1:].capitalize(),
                ]
        names = [name for name in names if name]
        near = NearList(loaded).near(Names.from_strings(names), 1)
        found = """([place, names]) => {
          const list = new NearList([models[place]], [...models[place].vocabulary], 1);
          return names.map(name => list.isNear(name));
        }"""
        assert page.evaluate(found, [place, names]) == near.tolist()
        assert 0.1 < near.mean() < 0.9
    assert page.evaluate("areNear(folded('Mega'), folded('mEgas'), 1)")


def test_case_folding_and_clean_names_equal_python(open_page):
    """Every letter of the bundled models, and some whose case is not simple."""
    page = open_page("gru")
    letters = {c for name in MODELS for c in Model.load(name).vocabulary.characters}
    letters = sorted({*letters, *map(str.upper, letters), *"ßẞıİςΣŒﬁǰ"})
    assert page.evaluate("letters => letters.map(folded)", letters) == list(map(folded, letters))
    whole, anywhere = rude_words()
    words = [*sorted(whole)[::4], *anywhere, "scheiß", "SCHEISS", "Moby Dick", "Dickens", "3cock"]
    others = ["Cassandra", "Scunthorpe", "O’Dick", "Dick-Ass", "x\u0301cock", "²dick", "Şık", "Ꙃ"]
    names = [*words, *others, *map(str.upper, words), *(f"{word}a" for word in words)]
    names += [f"Llan {word.title()}" for word in words]
    clean = list(map(is_clean, names))
    assert page.evaluate("names => names.map(isClean)", names) == clean
    assert len(names) > 400 and {*clean} == {False, True}


def test_clean_removes_rude_names(open_page, small_models):
    letters = replace(small_models["gru"], vocabulary=Vocabulary("ist"))
    page = open_page(("letters", letters))
    free, clean = (
        page.evaluate("options => rnnNames.sample(300, options)", {"seed": 3, **options})
        for options in ({"anyBeginning": True}, {"anyBeginning": True, "clean": True})
    )
    assert "tit" in free or "tits" in free
    assert all(map(is_clean, clean)) and len(clean) == 300

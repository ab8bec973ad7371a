"""Prefixes, suffixes and patterns given several times are alternatives; contained texts are not."""

from collections import Counter

import pytest

from rnn_names.conditions.options import Options
from rnn_names.errors import SamplingError, VocabularyError
from rnn_names.sampling import sampler as sampling
from rnn_names.sampling.sampler import Sampler
from support.distributions import assert_drawn_from
from support.enumerated import all_texts, distribution, tiny_model
from support.networks import CELLS

DRAWS = 40_000

SEVERAL = [
    ({"prefix": ["ab", "c"]}, lambda name: name.startswith(("ab", "c"))),
    ({"prefix": ["bcab", "ab", "cc", "caa"]}, lambda n: n.startswith(("bcab", "ab", "cc", "caa"))),
    ({"prefix": ["ba", "bac", "b"]}, lambda name: name.startswith("b")),
    ({"suffix": ["ab", "c"]}, lambda name: name.endswith(("ab", "c"))),
    ({"match": ["a+", "(ab|c)*"]}, lambda name: name.strip("a") == "" or ab_and_c(name)),
    ({"prefix": ("ab", "c"), "suffix": {"ab", "cc"}, "contains": ["bc", "cc"]}, None),
]


def ab_and_c(name):
    return not name.replace("ab", "").replace("c", "")


def holds(options):
    """What `SEVERAL` leaves out: each option by itself."""
    return lambda name: (
        name.startswith(tuple(options["prefix"]))
        and name.endswith(tuple(options["suffix"]))
        and all(text in name for text in options["contains"])
    )


@pytest.mark.parametrize("temperature", [1.0, 0.6])
@pytest.mark.parametrize(
    "options, meets", SEVERAL, ids=lambda value: "+".join(value) if isinstance(value, dict) else ""
)
def test_names_meet_any_of_the_alternatives_with_the_models_distribution(
    options, meets, temperature
):
    """Each name comes as often as among all names that meet one of them."""
    names = tiny_model().sample(DRAWS, seed=3, temperature=temperature, **options)
    wanted = distribution(tiny_model(), meets or holds(options), temperature=temperature)
    assert_drawn_from(Counter(names), wanted)


@pytest.mark.parametrize("cell", CELLS)
def test_several_prefixes_with_a_rare_end(cell, monkeypatch):
    """The sampler that looks ahead keeps to the prefixes' own proportions."""
    monkeypatch.setattr(sampling, "LOOK_AHEAD_BELOW", 1.0)
    monkeypatch.setattr(sampling, "GAIN", 0)
    options = {"prefix": ["ab", "c"], "suffix": "cb"}
    names = tiny_model(cell).sample(DRAWS, seed=4, **options)
    wanted = distribution(
        tiny_model(cell), lambda n: n.startswith(("ab", "c")) and n.endswith("cb")
    )
    assert_drawn_from(Counter(names), wanted)


@pytest.mark.parametrize("options", [{"top_k": 3}, {"top_p": 0.95}], ids=str)
def test_several_prefixes_under_top_k_and_top_p(options):
    names = tiny_model().sample(DRAWS, seed=3, prefix=["ab", "ca", "cb"], **options)
    wanted = distribution(tiny_model(), lambda name: name.startswith(("ab", "ca", "cb")), **options)
    assert_drawn_from(Counter(names), wanted)


@pytest.mark.parametrize("options", [{"top_k": 2}, {"top_p": 0.7}], ids=str)
def test_what_top_k_and_top_p_rule_out_begins_no_name(options):
    """However the beginning is asked for, and for the best names too."""
    model = tiny_model()
    other = min({*"abc"} - {name[0] for name in model.sample(400, seed=1, **options)})
    for beginning in ({"prefix": other}, {"prefix": [other + "a", other + "b"]}):
        with pytest.raises(SamplingError, match="no name begins so"):
            model.sample(1, **beginning, **options)
        with pytest.raises(SamplingError, match="no name begins so"):
            model.best(1, **beginning, **options)
    with pytest.raises(SamplingError):
        model.best(1, match=other + ".*", **options)


@pytest.mark.parametrize("options", [{"top_k": 2}, {"top_p": 0.7}], ids=str)
def test_a_prefix_and_a_pattern_for_it_mean_the_same_names(options):
    model = tiny_model()
    first = min(name[:2] for name in model.sample(100, seed=1, min_length=2, **options))
    best = model.best(5, prefix=first, **options)
    assert best == model.best(5, match=first + ".*", **options)


@pytest.mark.parametrize(
    "options, meets", SEVERAL, ids=lambda value: "+".join(value) if isinstance(value, dict) else ""
)
def test_the_best_names_meet_any_of_the_alternatives(options, meets):
    wanted = distribution(tiny_model(), meets or holds(options))
    count = min(len(wanted), 25)
    assert tiny_model().best(count, **options) == sorted(wanted, key=wanted.get)[::-1][:count]


def test_one_text_and_a_list_of_it_are_the_same_stream():
    model = tiny_model()
    for name, text in (("prefix", "ab"), ("suffix", "c"), ("match", "[ab]+"), ("contains", "bb")):
        one = model.sample(50, seed=1, **{name: text})
        assert model.sample(50, seed=1, **{name: [text]}) == one
        assert model.sample(50, seed=1, **{name: (text, text)}) == one


def test_an_empty_alternative_allows_everything():
    model = tiny_model()
    free = model.sample(50, seed=1)
    assert model.sample(50, seed=1, prefix=["", "c"]) == free
    assert model.sample(50, seed=1, suffix=["c", ""]) == free
    assert model.sample(50, seed=1, prefix=[], suffix=[], match=[], contains=[]) == free


def test_a_prefix_longer_than_a_name_may_be_is_no_alternative():
    names = tiny_model().sample(300, seed=1, prefix=["abcab", "cb"], max_length=3)
    assert {name[:2] for name in names} == {"cb"}


def test_patterns_without_an_automaton_are_alternatives_too():
    names = tiny_model().sample(2000, seed=1, match=[r"(.)\1", "a+"])
    assert {"bb", "cc", "a", "aa", "aaa"} <= set(names)
    assert all(name in ("bb", "cc") or not name.strip("a") for name in names)


def test_what_cannot_be_met_names_all_alternatives():
    with pytest.raises(SamplingError, match=r"prefix 'a' or 'b', .*match 'c' or 'cc'"):
        tiny_model().sample(1, prefix=["a", "b"], match=["c", "cc"])
    with pytest.raises(VocabularyError, match="does not know the character 'x'"):
        tiny_model().sample(1, prefix=["a", "x"])
    with pytest.raises(SamplingError, match="no name begins so"):
        tiny_model().sample(1, prefix=["a", "b"], temperature=1e-30)
    with pytest.raises(SamplingError, match="6,561 prefixes are too many to follow"):
        tiny_model().sample(1, prefix=[text for text in all_texts(8) if len(text) == 8])


def test_the_distribution_of_first_characters_is_exact():
    """Not drawn, but computed: the probability of each prefix is that of all names with it."""
    sampler = Sampler(tiny_model().language_model, Options(prefix=["ab", "ac", "c"]))
    first = sampler._next_after([()])[0] * sampler.beginnings.factors[0]
    wanted = distribution(tiny_model(), max_length=6)
    # All but the names that would be longer than the longest: compare proportions loosely.
    with_a = sum(p for name, p in wanted.items() if name.startswith(("ab", "ac")))
    with_c = sum(p for name, p in wanted.items() if name.startswith("c"))
    assert first.sum() == pytest.approx(1)
    assert first[1] / first[3] == pytest.approx(with_a / with_c, rel=0.25)


def test_a_writer_gives_an_option_twice(invoke, model_file):
    done = invoke("sample", "-m", model_file, "-n", 300, "--suffix", "us", "--suffix", "on")
    assert done.returncode == 0, done.stderr
    ends = Counter(name[-2:] for name in done.stdout.split())
    assert set(ends) == {"us", "on"}
    done = invoke("sample", "-m", model_file, "-n", 40, "--prefix", "Al", "--prefix", "B")
    assert {name[0] for name in done.stdout.split()} == {"A", "B"}
    assert "in any of them. May be repeated" in " ".join(invoke("sample", "-h").stdout.split())


def test_the_environment_holds_one_value(invoke, tmp_path):
    """Click would cut it at spaces."""
    from rnn_names import train

    train(["Abe Al", "Abe Bo", "Al Abe"], epochs=1, hidden_size=4).save(tmp_path / "names.npz")
    done = invoke("sample", "-n", 3, cwd=tmp_path, env={"RNN_NAMES_SAMPLE_PREFIX": "Abe B"})
    assert done.returncode == 0, done.stderr
    assert all(line.startswith("Abe B") for line in done.stdout.splitlines())
    contains = {"RNN_NAMES_SAMPLE_CONTAINS": "l A"}
    done = invoke("sample", "-n", 3, "--max-length", 12, cwd=tmp_path, env=contains)
    assert all("l A" in line for line in done.stdout.splitlines())
    assert len(done.stdout.splitlines()) == 3

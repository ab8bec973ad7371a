"""Prefixes, suffixes and patterns given several times are alternatives; contained texts are not."""

import pytest

from rnn_names import Model
from rnn_names.conditions.automaton import NoAutomatonError
from rnn_names.errors import SamplingError, VocabularyError
from rnn_names.sampling import preparation
from support.enumeration import all_texts, tiny_model


@pytest.mark.parametrize("options", [{"top_k": 2}, {"top_p": 0.7}], ids=str)
def test_prefixes_that_top_k_or_top_p_exclude_begin_no_name(options):
    """With one prefix or several, and in `best`, too."""
    model = tiny_model()
    other = min({*"abc"} - {name[0] for name in model.sample(400, seed=1, **options)})
    for beginning in ({"prefix": other}, {"prefix": [other + "a", other + "b"]}):
        with pytest.raises(SamplingError, match="no name can begin this way"):
            model.sample(1, **beginning, **options)
        with pytest.raises(SamplingError, match="no name can begin this way"):
            model.best(1, **beginning, **options)
    with pytest.raises(SamplingError):
        model.best(1, match=other + ".*", **options)


@pytest.mark.parametrize("options", [{"top_k": 1000}, {"top_p": 1}], ids=str)
def test_a_prefix_that_min_p_excludes_may_stand_beside_options_without_effect(options):
    model = Model.load("norse")
    asked = {"seed": 1, "prefix": "Sx", "min_p": 0.15}
    assert model.sample(3, **asked, **options) == model.sample(3, **asked)


def test_an_empty_alternative_allows_everything():
    model = tiny_model()
    free = model.sample(50, seed=1)
    assert model.sample(50, seed=1, prefix=["", "c"]) == free
    assert model.sample(50, seed=1, suffix=["c", ""]) == free
    assert model.sample(50, seed=1, prefix=[], suffix=[], match=[], contains=[]) == free


def test_an_error_names_all_impossible_alternatives():
    with pytest.raises(SamplingError, match=r"prefix 'a' or 'b', .*match 'c' or 'cc'"):
        tiny_model().sample(1, prefix=["a", "b"], match=["c", "cc"])
    with pytest.raises(VocabularyError, match="does not know the character 'x'"):
        tiny_model().sample(1, prefix=["a", "x"])
    with pytest.raises(SamplingError, match="no name can begin this way"):
        tiny_model().sample(1, prefix=["a", "b"], top_k=1)
    with pytest.raises(SamplingError, match="4,500 prefixes are too many to follow"):
        tiny_model().sample(1, prefix=all_texts(8)[-4500:])


@pytest.mark.parametrize("prefix", ["bb", ["bb", "ba"]])
def test_a_prefix_may_be_extremely_improbable(prefix):
    """Given the prefix, that of a single one does not matter; of several, only their ratio."""
    model = tiny_model()
    model.params["Wya"][2] = 0
    model.params["by"][2] = -500 if prefix == "bb" else -200  # of b, at each step
    names = model.sample(20, seed=1, prefix=prefix, temperature=0.5)
    assert all(name.startswith(("bb", "ba")) for name in names)


def test_very_many_prefixes_under_a_rare_condition_are_not_looked_ahead_for(monkeypatch):
    def too_many(*_):
        raise NoAutomatonError("too many states")

    monkeypatch.setattr(preparation, "matching", too_many)
    model = tiny_model()
    names = model.sample(5, seed=1, prefix=["ab", "ba"], suffix="ccb")
    assert all(name[:2] in ("ab", "ba") and name.endswith("ccb") for name in names)

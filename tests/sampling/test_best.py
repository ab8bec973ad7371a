"""The most probable names, against a list of all names of a tiny model."""

import pytest

from rnn_names import Model
from rnn_names.errors import SamplingError
from rnn_names.options import RandomOptions
from rnn_names.sampling import best
from support.enumeration import all_texts, ranked, tiny_model
from support.networks import at_temperature, random_model


@pytest.mark.parametrize("at_once", [1, 7, 256])
def test_the_best_names_are_the_first_of_all_sorted_names(at_once, monkeypatch):
    monkeypatch.setattr(best, "PREFIXES_AT_ONCE", at_once)
    everything = ranked(tiny_model())
    for count in (1, 5, 60):
        assert tiny_model().best(count) == everything[:count]


def test_the_list_ends_where_names_end():
    found = []
    with pytest.raises(
        SamplingError, match=r"only 3 of 5 names found: no others meet the conditions"
    ) as error:
        for part in best.best(tiny_model(), 5, RandomOptions(max_length=1)):
            found += part.to_strings()
    assert sorted(found) == ["a", "b", "c"]
    assert error.value.settings == (), "it names none"


def test_more_names_than_a_float_can_count_may_be_asked_for():
    with pytest.raises(SamplingError, match=f"only {len(ranked(tiny_model())):,} of 10,000,000,"):
        tiny_model().best(10**400)


@pytest.mark.parametrize("budget", [20, 300, 700])
def test_a_long_search_ends_with_the_certain_names(budget, monkeypatch):
    monkeypatch.setattr(best, "FIRST_BOUND", -2.0)
    monkeypatch.setattr(best, "MAX_PREFIXES", budget)
    model, found = tiny_model("rnn"), []
    message = r"names are certain: the search ended after [\d,]+ beginnings of names; ask for fewer"
    with pytest.raises(SamplingError, match=message) as error:
        for part in best.best(model, 1000, RandomOptions()):
            found += part.to_strings()
    assert found == ranked(model)[: len(found)]
    assert (len(found) > 0) == (budget > 100)
    assert f"only {len(found)} of 1,000" in str(error.value)


def test_equally_probable_names_are_in_the_order_of_their_characters():
    model = random_model("abc", longest=2)
    for array in model.params.values():
        array[:] = 0
    assert model.best(12) == [*"abc", *(a + b for a in "abc" for b in "abc")]
    assert model.best(2, start=4) == ["ab", "ac"]


def test_names_with_underflowing_probabilities_are_ranked():
    model = tiny_model()
    log_p = at_temperature(model, 1e-4).log_prob(TEXTS := all_texts()[1:])
    ranked = [name for _, name in sorted(zip(-log_p, TEXTS, strict=True))]
    assert log_p.max() < -1000
    assert model.best(3, temperature=1e-4) == ranked[:3]


def test_at_low_temperatures_steps_beyond_float32_count():
    """Philipp has one of e^−106, and two names with smaller probabilities have none."""
    best = Model.load("first-names").best(2, suffix="pp", temperature=0.02, max_length=7)
    assert best[0] == "Philipp"

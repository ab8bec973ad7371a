"""`clean`: no rude or loaded words, and no more than these."""

from pathlib import Path

import pytest

from rnn_names import Model
from rnn_names.conditions.word_lists import RUDE_WORDS, is_clean, rude_words
from support.program import DATA

REFUSED = Path(__file__).with_name("refused_by_clean.txt")
"""The real first names and surnames that it refuses."""


def test_names_with_the_letters_of_a_rude_word_inside_are_allowed():
    names = ["Cassandra", "Dickens", "Scunthorpe", "Penistone", "Hancock", "Morishita", "Monique"]
    assert [name for name in names if not is_clean(name)] == []


@pytest.mark.parametrize("name", ["Dick", "DICK", "Moby Dick", "Dick's Inn", "Ann-Dick", "O'Dick"])
def test_rude_words_are_recognised_in_any_case(name):
    assert not is_clean(name)


def test_every_word_of_the_list_is_refused():
    whole, parts = rude_words()
    assert len(whole) > 650 and len(parts) > 50
    for word in whole:
        assert not is_clean(word)
        assert not is_clean(f"Old {word.title()}")
    for part in parts:
        assert not is_clean(f"Xy{part}yx")


def test_some_rude_words_count_at_the_beginning_or_end_of_a_name():
    assert not any(map(is_clean, ("Shitbourne", "Old Cuntze", "Turdowby", "Godshit", "Anna-Sluto")))
    assert all(map(is_clean, ("Scunthorpe", "Ashita", "Sturdy")))


def test_the_list_of_rude_words_is_short_and_complete():
    assert Path(RUDE_WORDS).stat().st_size < 20_000
    whole, parts = rude_words()
    assert not any(part in f" {word} " for word in whole for part in parts)
    assert {"arsch", "merde", "mierda", "cazzo"} <= whole | set(parts)


def test_few_real_names_are_refused_and_all_are_known():
    refused = []
    for file in ("us-first-names.txt", "us-surnames.txt"):
        names = (DATA / file).read_text("utf-8").splitlines()
        of_file = [name for name in names if not is_clean(name)]
        assert len(of_file) < 0.002 * len(names)
        refused += [name for name in of_file if name not in refused]
    assert refused == REFUSED.read_text("utf-8").splitlines()


def test_clean_names_keep_their_probabilities():
    model = Model.load("first-names")
    every = model.best(9, match="T.t")
    assert "Tit" in every
    assert model.best(8, match="T.t", clean=True) == [name for name in every if name != "Tit"]

"""The lists in large alphabets of the quality page: which names they have, what a row says."""

import sys

import numpy as np
import pytest

from rnn_names.corpus.names import Names
from support.program import ROOT

sys.path.append(str(ROOT / "tests" / "quality"))

import alphabets
from splits import Compared, split


class Provider:
    """As the providers of Faker: tuples of names, of tuples, or names with weights."""

    first_names = (" Ada", "Bo", "Bo", "e\u0301va")
    last_names = {"Carla": 0.5, "Bo": 0.1}  # noqa: RUF012
    pairs = (("舞", "マイ", "Mai"), ("幹", "ミキ", "Miki"))


@pytest.mark.parametrize(
    "attributes, column, expected",
    [
        (("first_names",), None, ["Ada", "Bo", "éva"]),
        (("first_names", "last_names"), None, ["Ada", "Bo", "Carla", "éva"]),
        (("pairs",), 0, ["幹", "舞"]),
        (("pairs",), 1, ["マイ", "ミキ"]),
    ],
)
def test_names_come_from_the_attributes_of_a_provider_each_once(attributes, column, expected):
    source = alphabets.Source("", "", attributes, column)
    corpus = alphabets.names_of(Provider, source)
    assert corpus.names.to_strings() == expected
    assert corpus.counts.tolist() == [1] * len(expected)


@pytest.mark.parametrize(
    "networks, difference, answer",
    [
        ([1.0, 2.0, 2.7], "-0.100 ± 0.100", "yes"),
        ([1.0, 2.0, 3.3], "+0.100 ± 0.100", "**no**"),
        ([1.0, 2.0, 3.0], "+0.000 ± 0.000", "yes"),
    ],
)
def test_a_row_says_whether_the_network_is_behind(networks, difference, answer):
    corpus = alphabets.names_of(Provider, alphabets.Source("", ""))
    results = [
        Compared(trainer=None, seconds=0, network=network, rival=rival, order=order)
        for network, rival, order in zip(networks, [1.0, 2.0, 3.0], [4, 2, 4], strict=True)
    ]
    cells = alphabets.row("a list", corpus, results).strip("| ").split(" | ")
    assert len(cells) == len(alphabets.COLUMNS)
    # Of A d a B o é v a, a is there twice.
    assert cells[:4] == ["a list", "3", "7", "6"]
    assert cells[4:6] == [f"{np.mean(networks):.3f}", "2.000 (order 2, 4)"]
    assert cells[6:] == [difference, answer]


def test_each_fold_holds_another_tenth_out():
    corpus = alphabets.names_of(Provider, alphabets.Source("", ""))
    held = []
    for fold in range(3):
        rest, aside = split(corpus, fold)
        assert {*rest.names.to_strings(), *aside.to_strings()} == {*corpus.names.to_strings()}
        held.append(aside)
    assert Names.concatenate(held).distinct()[0].to_strings() == corpus.names.to_strings()


@pytest.mark.parametrize("name", alphabets.SOURCES)
def test_each_list_has_90_names_or_more_of_several_characters(name):
    pytest.importorskip("faker")
    names = alphabets.corpus_of(name).names
    assert len(names) >= 90
    assert names.lengths.mean() >= 1.3

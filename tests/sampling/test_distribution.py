"""Names come with the model's own distribution given the options: against all names of tiny ones.

Each case is held to it by draws, by draws that look ahead, and by the most probable names.
"""

from collections import Counter
from unittest import mock

import numpy as np
import pytest

from rnn_names.sampling import preparation
from rnn_names.sampling.preparation import prepare_guided_drawer
from support.conditions import can_look_ahead
from support.distributions import assert_drawn_from
from support.enumeration import distribution, tiny_model
from support.networks import CELLS

ANY = [
    {"suffix": "ab"},
    {"suffix": "a", "prefix": "a"},
    {"contains": ["ab", "ba"]},
    {"match": "[ab]+c?"},
    {"match": "(?s)a.*|.*b"},
    {"suffix": "b", "contains": ["c"], "match": ".{3,5}", "min_length": 4},
    {"exclude": ["A", "bB", "cab"]},
    {"exclude_words": ["AB", "cc"]},
    {"exclude_words": ["A"], "exclude": ["C"], "prefix": "c"},
    {"novel": True},
    {"listed": True},
    {"min_length": 3, "max_length": 3, "temperature": 2.0},
    {"top_k": 3, "prefix": "b"},
    {"top_p": 0.6},
    {"top_p": 0.95, "top_k": 3, "temperature": 1.5, "exclude_words": ["bb"], "min_length": 2},
    {"prefix": "ab", "suffix": "ba", "contains": ["bc"], "exclude": ["abcba"], "novel": True},
    {"prefix": "b", "min_length": 3, "max_length": 4, "temperature": 0.7},
    # Of texts that are alternatives, each has its own share.
    {"prefix": ["ab", "c"]},
    {"prefix": ["bcab", "ab", "cc", "caa"], "temperature": 0.6},
    {"prefix": ["ab", "ca", "cb"], "top_k": 3},
    {"prefix": ["ab", "ca", "cb"], "top_p": 0.95},
    {"prefix": ["ab", "c"], "suffix": "cb"},
    {"suffix": ["ab", "c"]},
    {"match": ["a+", "(ab|c)*"], "temperature": 0.6},
    {"prefix": ("ab", "c"), "suffix": {"ab", "cc"}, "contains": ["bc", "cc"]},
]

LIKE_THE_LIST = [{}, {"temperature": 0.7}, {"top_k": 3}, {"top_p": 0.9}, {"max_length": 4}]
LIKE_THE_LIST += [{"suffix": "cBc"}]
# What is asked for wins.
LIKE_THE_LIST += [{"min_length": 1}, {"any_shape": True}, {"any_beginning": True, "min_length": 1}]
LIKE_THE_LIST += [{"prefix": "c"}, {"prefix": "A", "max_length": 2}]

IN_ANY_CASE = [{"prefix": "Ba"}, {"prefix": ["A", "aa", "b"]}, {"suffix": ["BB", "aB"]}]
IN_ANY_CASE += [{"contains": ["bA", "aa"]}, {"match": "A[B]+"}, {"match": "(?!B)A.*"}]
IN_ANY_CASE += [{"like": "BAB", "edits": 1}]

LIKE_OTHERS = [{"like": "aAbA", "edits": 1}, {"like": ["xAx", "bbbb"]}]
LIKE_OTHERS += [{"like": ["xAx", "bbbb"], "edits": 1, "suffix": "b"}]

NO_LOWER = {"lower_case_beginnings": False}
PAIRS = [[], ["aA"], ["AA"], ["--"], ["-\n"], ["\n-", "AA"]]
KNOWN = {"\na": "c", "\nb": "\nb", "ac": "ba\n", "cb": "b\n", "bb": "a\n", "ba": "c\n", "ca": "c"}
LIST_OF_TRIPLES = {"letters": "ABc", "known_triples": KNOWN, **NO_LOWER}
OF_KNOWN_TRIPLES = [{}, {"suffix": "cB"}, {"temperature": 0.6, "any_shape": True}, {"top_k": 3}]

CASES = [
    *(({}, options) for options in ANY),
    *(({"letters": "ABc", "shortest": 3, **NO_LOWER}, options) for options in LIKE_THE_LIST),
    *(({"letters": "aAb"}, {**options, "ignore_case": True}) for options in IN_ANY_CASE),
    *(({"letters": "aAb"}, options) for options in LIKE_OTHERS),
    *(({"letters": "-Bc", "pairs": pairs, **NO_LOWER}, {}) for pairs in PAIRS),
    ({"letters": "-Bc", "pairs": ["-\n"], **NO_LOWER}, {"suffix": "B-"}),
    *((LIST_OF_TRIPLES, {"known_triples": True, **options}) for options in OF_KNOWN_TRIPLES),
    ({}, {"match": [r"(?:(.)\1)", "a+"]}),  # the first has no automaton
]
"""What a tiny model's list is like, and the options."""


def assert_is_drawn(expected, model, options):
    """Of more names, the more different ones are expected."""
    names = model.sample(1024 if len(expected) < 10 else 4096, seed=4, **options)
    assert_drawn_from(Counter(names), expected)


@pytest.mark.parametrize(
    "cell, listed, options",
    [  # No text of a set: two processes would write it in another order.
        pytest.param(CELLS[i % 2], *case, id=f"{i}-{'-'.join(case[1])}")
        for i, case in enumerate(CASES)
    ],
)
def test_names_have_the_models_distribution(cell, listed, options, request):
    """Drawn, looked ahead for, and as the most probable ones."""
    model = tiny_model(cell, **listed)
    expected = distribution(model, **options)
    assert_is_drawn(expected, model, options)

    best = model.best(min(25, len(expected)), **options)
    assert len(set(best)) == len(best)
    first = sorted(expected.values(), reverse=True)[: len(best)]
    np.testing.assert_allclose([expected[name] for name in best], first, rtol=1e-4)

    if can_look_ahead(options) or "exclude_words" in options:
        request.getfixturevalue("always_look_ahead")
        with mock.patch.object(
            preparation, "prepare_guided_drawer", wraps=prepare_guided_drawer
        ) as made:
            assert_is_drawn(expected, model, options)
        assert made.called


IN_STREAMS = [{}, {"suffix": "b"}, {"prefix": ["ab", "c"]}, {"match": ["(?s)a.*|.*b", "c+"]}]
IN_STREAMS += [{"novel": True, "top_k": 3}, {"exclude_words": ["AB"], "contains": ["b", "c"]}]


@pytest.mark.parametrize("options", IN_STREAMS, ids="-".join)
def test_start_skips_names_of_the_stream(options):
    names = tiny_model().sample(350, seed=4, **options)
    assert tiny_model().sample(100, seed=4, **options) == names[:100]
    assert tiny_model().sample(200, seed=4, start=150, **options) == names[150:]


@pytest.mark.parametrize("options", [*filter(can_look_ahead, IN_STREAMS)], ids="-".join)
def test_start_skips_names_of_a_look_ahead(options, always_look_ahead):
    test_start_skips_names_of_the_stream(options)

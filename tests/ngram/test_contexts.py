"""Contexts, the recursion over what is ahead, and the chain that uses both."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_names.conditions.automaton import Acceptor
from rnn_names.conditions.regex import matching
from rnn_names.corpus.names import Vocabulary
from rnn_names.lookahead.chain import ProductStates, log_completion_table
from rnn_names.lookahead.visited import VisitedPrefixes
from rnn_names.ngram.contexts import Contexts, extended, max_symbols
from rnn_names.value_table import value_table

N_Y = 3
START = N_Y
STRINGS = st.lists(st.lists(st.integers(1, N_Y - 1), max_size=6), max_size=8)


def number(symbols):
    """A string as `Contexts` writes it."""
    return sum(symbol * (N_Y + 1) ** i for i, symbol in enumerate(reversed(symbols)))


def closed(strings):
    """All pieces of some strings, START before each."""
    pieces = {()}
    for string in strings:
        text = (START, *string)
        pieces |= {text[a:b] for a in range(len(text)) for b in range(a + 1, len(text) + 1)}
    return pieces


@given(known=STRINGS, asked=STRINGS)
def test_a_name_is_followed_by_its_longest_context(known, asked):
    pieces = closed(known)
    contexts = Contexts(np.array(sorted(map(number, pieces)), np.int64), N_Y)
    for string in asked:
        row = 0
        for i, symbol in enumerate((START, *string), 1):
            row = contexts.next_context[row, symbol]
            text = (START, *string)[:i]
            longest = next(text[j:] for j in range(i + 1) if text[j:] in pieces)
            assert contexts.strings[row] == number(longest)
            assert contexts.rows_of(np.array([number(text)])) == row
            assert contexts.strings[contexts.shorter[row]] == number(longest[1:])


def test_the_shortest_contexts_end_at_some_number_of_symbols():
    contexts = Contexts(np.array(sorted(map(number, closed([(1, 2, 1)]))), np.int64), N_Y)
    symbols = [rows.stop - rows.start for rows in contexts.by_symbols]
    assert symbols == [1, 3, 3, 2, 1]
    assert [len(contexts.shortest_ones(most)) for most in (0, 1, 3, 4, 8, 99)] == [
        1,
        1,
        1,
        4,
        7,
        10,
    ]


@pytest.mark.parametrize("n_y", [2, 60, 600, 5000, 2**20])
def test_a_string_and_its_continuations_fit_an_integer(n_y):
    most, base = max_symbols(n_y, 99), n_y + 1
    assert base**most < 2**63
    strings, exact = np.full(1, n_y), n_y  # START
    for symbol in range(n_y - 1, max(n_y - 50, 0), -1):
        strings = extended(strings, symbol, n_y, most)
        exact = (exact * base + symbol) % base**most
        assert strings.tolist() == [exact]


def test_the_example_of_the_docstring_is_right():
    """It ends a name with probability ½ after each character, of at most three."""
    value = np.array([0, 0, 7 / 4, 7 / 2])[:, None]
    ahead = value_table(lambda _: np.full((1, 2), 0.5), np.zeros((1, 2), int), value)
    assert ahead[1:, 0].tolist() == pytest.approx([7 / 8, 7 / 4, 7 / 4, 0])
    parent, length = np.array([0, 0, 1, 2]), np.arange(4)
    with np.errstate(divide="ignore"):
        by_node = np.log(np.stack([value[:, 0], np.zeros(4)], axis=1))
    prefixes = VisitedPrefixes(
        parent, np.ones(4, int), length, parent, parent, np.log(np.full((4, 2), 0.5)), np.ones(4)
    )
    assert np.exp(prefixes.fill_completion(by_node)).tolist() == pytest.approx(
        ahead[:4, 0].tolist()
    )


def test_possible_characters_never_have_probability_0():
    ahead = value_table(
        lambda _: np.array([[1e-9, 1e-9]]), np.zeros((1, 2), int), np.ones((200, 1))
    )
    assert (ahead[:200] > 0).all()


@pytest.mark.parametrize("sharpness", [1.0, 3.0])
def test_the_chain_sums_the_probabilities_ahead(sharpness):
    """Against a sum over all names by the chain itself."""
    rng = np.random.default_rng(1)
    pieces = closed([[1, 2, 2], [2, 1]])
    contexts = Contexts(np.array(sorted(map(number, pieces)), np.int64), N_Y)
    p = rng.dirichlet(np.ones(N_Y), len(contexts))
    automaton = matching([".*ab"], Vocabulary("ab"))
    states, row = ProductStates.reachable_from(
        contexts, automaton, np.full(1, START), np.zeros(1, int)
    )
    acceptor, end_shift = Acceptor(automaton, 2, 4), rng.normal(size=5)
    table = np.exp(log_completion_table(acceptor, states, p, end_shift, sharpness))
    total = 0.0
    for name in (name for n in (2, 3, 4) for name in product([1, 2], repeat=n)):
        if name[-2:] == (1, 2):
            total += probability(contexts, p, end_shift, sharpness, name)
    assert table[0, row[0]] == pytest.approx(total)
    assert not table[4, ~automaton.accepting[states.automaton_state]].any(), (
        "no further character is possible"
    )
    n_pairs = len(contexts) * len(automaton.accepting)
    assert len(states.next_row) < n_pairs, "not every context occurs in every state"


def probability(contexts, probabilities, end_shift, sharpness, name):
    """Of a name by a chain."""
    context, total = contexts.next_context[0, START], 1.0
    for length, symbol in enumerate([*name, 0]):
        p = probabilities[context].copy()
        end = 1 / (1 + (1 - p[0]) / p[0] * math.exp(-end_shift[length]))
        p *= (1 - end) / p[1:].sum()
        p[0] = end
        total *= p[symbol] ** sharpness / (p**sharpness).sum()
        context = contexts.next_context[context, symbol]
    return total

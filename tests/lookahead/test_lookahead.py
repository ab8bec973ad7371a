"""Rare conditions: the look-ahead, what it learns, and the names that it brings."""

import math
import string
from collections import Counter
from dataclasses import replace
from random import Random

import numpy as np
import pytest

from rnn_names import Model
from rnn_names.conditions.options import Options
from rnn_names.errors import RareConditionsWarning, SamplingError
from rnn_names.lookahead import guide, preparation
from rnn_names.lookahead.guide import LookAhead, Visits
from rnn_names.lookahead.preparation import Weights
from rnn_names.ngram import chain
from rnn_names.processes.threads import worker_threads
from rnn_names.sampling import unique as unique_names
from rnn_names.sampling.sampler import Sampler
from rnn_names.sampling.stream import Block, Drawer
from support.conditions import random_orders
from support.distributions import assert_drawn_from, chi_square_score, distance
from support.enumeration import LETTERS, all_texts, distribution, most_probable, tiny_model
from support.networks import random_model

TEXTS = all_texts()


def looking_ahead(model, **options):
    sampler = Sampler(model, Options(**options))
    with worker_threads(1):
        sampler.prepare_if_rare()
    return sampler


# --- Names and their probabilities ----------------------------------------------------------------


@pytest.mark.no_cover
def test_random_models_under_random_conditions_pass_a_chi_square_test(always_look_ahead):
    """Corrected for their number; `make rare` does many more."""
    scores = []
    for seed, model, options, expected in random_orders(24, tiny_model):
        names = Counter(model.sample(4096, seed=seed, start=4064, **options))  # one block
        assert set(names) <= set(expected), options
        score, freedom = chi_square_score(names, expected)
        if freedom:
            scores.append(score)
    assert len(scores) > 15
    assert max(map(abs, scores)) < 3.6
    assert abs(np.mean(scores)) < 4 / math.sqrt(len(scores))


def test_a_name_that_top_k_rules_out_after_most_prefixes_is_not_lumped(always_look_ahead):
    """Its end is certain after one prefix, and impossible after the others that end like it.

    It came 1,350 times at once, or not at all, when the chain counted names, not prefixes.
    """
    options = {"top_k": 3, "temperature": 0.642, "match": ".*b.*b.*"}
    model = tiny_model("gru", 902)
    names = Counter(model.sample(4000, seed=2, **options))
    assert_drawn_from(names, distribution(model, **options))


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "options",
    [
        {"suffix": "zz", "max_length": 5},
        {"prefix": "Vr", "suffix": "zz", "max_length": 8, "temperature": 0.8, "top_p": 0.999},
    ],
    ids=str,
)
def test_shares_of_a_bundled_model_are_the_exact_ones(options):
    """As `make rare` does it for many more orders: at most 0.02 more than chance alone gives."""
    model = Model.load("orcish")
    expected = most_probable(model, options, 60, 300_000)
    assert len(expected) == 60
    assert model.best(60, **options) == [name for name, _ in expected]
    off, chance, worst = distance(Counter(model.sample(4000, seed=2, **options)), expected)
    assert off < chance.mean() + 0.02, worst
    assert off > chance.mean() / 3, "names are drawn, not dealt out"


def poor(monkeypatch):
    """A look-ahead that knows next to nothing: no contexts, few prefixes, little learned from."""
    monkeypatch.setattr(chain, "CONTEXTS", 1)
    monkeypatch.setattr(guide, "MAX_VISITED", 20)
    monkeypatch.setattr(preparation, "FIRST_ROUNDS", (8,))
    monkeypatch.setattr(preparation, "FIRST_TEST", 64)
    monkeypatch.setattr(preparation, "MAX_VISITS", 1)


@pytest.mark.parametrize(
    "bound, most", [(64, 1), (1.5, 1), (1.5, -1)], ids=["few repeats", "many repeats", "own means"]
)
def test_expected_shares_are_exact_for_any_guess(bound, most, always_look_ahead, monkeypatch):
    poor(monkeypatch)
    monkeypatch.setattr(preparation, "MAX_BOUND", bound)
    monkeypatch.setattr(preparation, "MOST_REPEATS", most)
    monkeypatch.setattr(preparation, "LOW_CEILING", 1e9)
    monkeypatch.setattr(preparation, "MAX_REPEATS", 1.0 if bound == 1.5 else 0.005)
    model, options = tiny_model(), {"suffix": "cb", "contains": ["a"]}
    sampler = looking_ahead(model, **options)
    look_ahead = sampler.preparation.look_ahead_for(0)
    size = 60_000
    names = Counter(sampler.draw(size, Random(8), look_ahead).to_strings())
    expected = distribution(model, **options)
    total = sum(names.values())
    _, weights = sampler.draw_weighted(size, Random(8), look_ahead)
    most = max(np.exp(weights.log_weights.max() - look_ahead.log_bound), 1)
    for name, p in expected.items():
        deviation = math.sqrt(total * p * most)  # no name comes more than `most` times at once
        assert abs(names[name] - total * p) < 4.5 * deviation + 10, name
    assert (most > 8) == (bound == 1.5), "there are repeats"


@pytest.mark.parametrize("ceiling", [1e9, 2.0, 1.0], ids=["never", "often", "always"])
@pytest.mark.parametrize("mean", [-9.0, 0.0, 2.0])
def test_weights_sum_to_the_probability_of_conditions(
    mean, ceiling, always_look_ahead, monkeypatch
):
    """Also where names are given up or split on the way, whatever the mean is thought to be."""
    poor(monkeypatch)
    model, options = tiny_model(), {"suffix": "cb", "contains": ["a"]}
    sampler = looking_ahead(model, **options)
    look_ahead = sampler.preparation.look_ahead_for(0)
    if ceiling < 1e9 and mean < 0:
        mean = -1.0  # or it makes thousands of each
    log_means = np.full(sampler.max_length + 1, look_ahead.log_value + mean)
    size = 30_000
    look_ahead = replace(look_ahead, log_means=log_means, ceiling=ceiling)
    names, weights = sampler.draw_weighted(size, Random(3), look_ahead)
    meet = [name for name in TEXTS if name.endswith("cb") and "a" in name]
    p = np.exp(model.log_prob(meet))
    assert set(names.to_strings()) <= set(meet)
    assert weights.log_mean == pytest.approx(math.log(p.sum()), abs=0.06)
    shares = Counter()
    of_each = np.exp(weights.log_weights - weights.log_mean) / size
    for name, share in zip(names.to_strings(), of_each, strict=True):
        shares[name] += share
    assert sum(abs(shares[name] - q) for name, q in zip(meet, p / p.sum(), strict=True)) < 0.25


def test_repeats_are_the_names_of_a_family_beyond_the_first():
    log_weights = np.log([0.5, 0.25, 3.0, 1.0, 0.125])
    families = np.array([0, 0, 1, 3, 4], np.int32)
    weights = Weights(6, log_weights, families, np.zeros(1))
    total = 0.5 + 0.25 + 3 + 1 + 0.125
    first = (1 - 0.5 * 0.75) + 1 + 1 + 0.125  # how many families come out on average
    assert weights.repeats(0.0) == pytest.approx(1 - first / total)
    assert weights.log_mean == pytest.approx(math.log(total / 6))
    halves = weights.half(0), weights.half(1)
    assert [half.size for half in halves] == [3, 3]
    assert Weights.concatenate([*halves]).repeats(0.0) == pytest.approx(weights.repeats(0.0))
    none = Weights(6, np.zeros(0), np.zeros(0, np.int32), np.zeros(1))
    assert none.repeats(0.0) == 1


def drawn_by(sampler, count):
    """Names of a sampler that looks ahead."""
    parts = Drawer(sampler, 1, {}).begin(Block(0, count, 0, count, 0))
    return [name for part in parts for name in part.to_strings()]


@pytest.mark.no_cover
def test_names_of_60_characters_differ_or_the_line_about_repeats_is_said(monkeypatch):
    """They are next to impossible; with no splits, one name of a draw had all weight."""
    monkeypatch.setattr(preparation, "FIRST_ROUNDS", (256, 512))
    monkeypatch.setattr(preparation, "FIRST_TEST", 1024)
    monkeypatch.setattr(preparation, "MAX_VISITS", 1)
    sampler = looking_ahead(Model.load("elvish"), min_length=60, max_length=60)
    look_ahead = sampler.preparation.look_ahead_for(0)
    assert look_ahead.ceiling < 64
    with worker_threads(1):
        _, weights = sampler.draw_weighted(1000, Random(1), look_ahead)
    assert weights.log_mean < -100
    expected = weights.expected(weights.log_mean)
    assert expected.max() < 0.05 * expected.sum()
    names = drawn_by(sampler, 32)
    assert [len(name) for name in names] == [60] * 32
    with pytest.warns(RareConditionsWarning, match="are repeats"):
        sampler.preparation.warn_of_shortcoming()
    assert len(set(names)) > 1


def test_names_that_are_one_in_a_million_come():
    model = random_model(string.ascii_lowercase, seed=1, longest=8)
    sampler = looking_ahead(model, suffix="zxqj")
    names = drawn_by(sampler, 60)
    assert len(names) == 60
    assert all(name.endswith("zxqj") for name in names)
    prepared = sampler.preparation.look_ahead_for(0)
    with worker_threads(1):
        _, weights = sampler.draw_weighted(4000, Random(1), prepared)
    assert weights.log_mean < math.log(1e-6), "so many come without looking ahead"
    assert prepared.acceptance > 1 / 65, "so many come with it"


@pytest.mark.parametrize("expected", [0.02, 0.7, 3.3])
def test_a_name_comes_as_often_as_its_weight_says(expected):
    look_ahead = replace(learned(tiny_model(), 50)[0], log_bound=2.0)
    copies = look_ahead.copies(np.full(40_000, 2 + math.log(expected)), Random(1))
    assert {*copies.tolist()} == {math.floor(expected), math.ceil(expected)}
    assert copies.mean() == pytest.approx(expected, abs=4.5 * 0.5 / 200)


# --- What it learns -------------------------------------------------------------------------------


def learned(model, draws=3000, **options):
    """A look-ahead that has learned from unguided draws, and its sampler."""
    sampler = Sampler(model, Options(**options))
    automaton, limits = sampler.spelling.automaton, (sampler.min_length, sampler.max_length)
    unguided = LookAhead.unguided(automaton, sampler.prefix, *limits)
    visits = Visits(unguided.prefixes)
    sampler.draw_weighted(draws, Random(0), replace(unguided, visits=visits))
    return unguided.learned(visits.joined()), sampler


def indices(prefixes):
    """The indices of the characters of each prefix."""
    texts = [[]]
    for parent, character in zip(prefixes.parent[1:], prefixes.character[1:], strict=True):
        texts.append([*texts[parent], int(character)])
    return texts


def test_what_is_ahead_is_exact_where_every_prefix_was_passed():
    model = tiny_model()
    look_ahead, _ = learned(model, 100_000, suffix="b", max_length=3)
    prefixes = look_ahead.prefixes
    assert len(prefixes) == 1 + 3 + 9 + 27
    wanted = dict(zip(TEXTS, np.exp(model.log_prob(TEXTS)), strict=True))
    log_probs = prefixes.log_probs(prefixes.probabilities)
    for row, text in enumerate(indices(prefixes)):
        prefix = "".join(LETTERS[index - 1] for index in text)
        rest = [name for name in wanted if name.startswith(prefix) and name.endswith("b")]
        p = sum(wanted[name] for name in rest if 0 < len(name) <= 3)
        value = prefixes.probabilities[row] @ look_ahead.ahead[row] * np.exp(log_probs[row])
        assert value == pytest.approx(p, rel=1e-4, abs=1e-12), prefix


def test_a_second_draw_finds_the_prefixes_of_the_first():
    first, sampler = learned(tiny_model(), 50)
    visits = Visits(first.prefixes)
    sampler.draw_weighted(50, Random(1), replace(first, visits=visits))
    prefixes = visits.joined()
    assert len(first.prefixes) < len(prefixes) < 2 * len(first.prefixes)
    assert prefixes.passed[0] == 100
    names = indices(prefixes)
    assert len(set(map(tuple, names))) == len(prefixes)
    for row, name in enumerate(names[1:], 1):
        assert names[prefixes.parent[row]] == name[:-1]
        digits = [len(LETTERS) + 1, *name][-chain.LONGEST_CONTEXT :]
        assert prefixes.string[row] == sum(d * 5**i for i, d in enumerate(digits[::-1]))


@pytest.mark.parametrize("passed, guess", [([1000], 0.33), ([100] * 10, 0.24), ([1] * 1000, 0.05)])
def test_evidence_is_counted_in_prefixes_not_in_names(passed, guess):
    """After "a", no name goes on with "a", as seen after a thousand names of few or many prefixes.

    Half of all others do.
    """
    n = len(passed)
    strings = np.repeat([1, 2], n)  # prefixes that end in "a", and in "b"
    probabilities = np.zeros((2 * n, 3))
    probabilities[:n, 2] = 1
    probabilities[n:, 1] = 1
    fitted = chain.fitted(
        strings, np.full(2 * n, 9), probabilities, np.array([*passed, *passed]), 10, 3
    )
    a = fitted.contexts.longest(np.array([1]))
    assert a != 0
    assert fitted.probabilities[a, 1] == pytest.approx(guess, abs=0.02)


def test_more_is_learned_in_rounds(always_look_ahead, monkeypatch):
    monkeypatch.setattr(preparation, "FIRST_ROUNDS", (8,))
    monkeypatch.setattr(preparation, "FIRST_TEST", 64)
    monkeypatch.setattr(preparation, "ENOUGH_COME_OUT", 2)  # it is never enough
    prepared = looking_ahead(tiny_model(), suffix="cb", contains=["a"]).preparation
    few = prepared.look_ahead_for(0)
    before = len(few.prefixes)
    many = prepared.look_ahead_for(3)
    assert len(many.prefixes) > before
    assert len(few.prefixes) == before, "what draws go on with stays as it is"
    assert prepared.look_ahead_for(3) is many


def test_the_prefixes_that_are_kept_have_their_beginnings(monkeypatch):
    monkeypatch.setattr(guide, "MAX_VISITED", 1 << 12)
    model = random_model(string.ascii_lowercase, longest=9)
    look_ahead, _ = learned(model, 3000, suffix="us")
    prefixes = look_ahead.prefixes
    assert len(prefixes) == (1 << 12) // len(model.vocabulary)
    assert (prefixes.parent[1:] >= 0).all()
    assert (prefixes.length[1:] == prefixes.length[prefixes.parent[1:]] + 1).all()


@pytest.mark.parametrize("states, n_y, length", [(2000, 4000, 200), (5, 55, 24), (3, 5, 6)])
def test_tables_are_bounded_for_any_automaton_and_vocabulary(states, n_y, length):
    # Only its shape counts.
    automaton = type("Shape", (), {"after": np.broadcast_to(0, (states, n_y))})()
    contexts = chain.max_contexts(automaton, length)
    assert 1 <= contexts <= chain.CONTEXTS
    assert contexts == 1 or contexts * states * n_y * (length + 1) <= chain.MAX_WORK


def test_no_look_ahead_without_need():
    assert Sampler(tiny_model(), Options()).prepare_if_rare() == {}
    assert looking_ahead(tiny_model(), suffix="a").preparation is None
    # Nor an automaton of many states for what most names meet.
    assert looking_ahead(tiny_model(), exclude_words=["cc"]).spelling.covered == []


# --- What cannot be helped is said ----------------------------------------------------------------


def test_unique_names_that_run_out_are_not_the_fault_of_a_pattern(always_look_ahead, monkeypatch):
    monkeypatch.setattr(unique_names, "REPEATS", 1 << 12)
    with pytest.raises(SamplingError, match=r"the tightest condition was unique \(1 in"):
        tiny_model().sample(300, seed=1, match=".*ccb.*", unique=True, temperature=0.3)


def test_the_command_line_says_so_in_one_line(always_look_ahead, monkeypatch, invoke, tmp_path):
    poor(monkeypatch)
    monkeypatch.setattr(preparation, "MAX_BOUND", 1.0)
    tiny_model().save(tmp_path / "tiny.npz")
    done = invoke("sample", "-m", tmp_path / "tiny.npz", "-n", 40, "--suffix", "cb", "--seed", 1)
    assert (done.returncode, done.stdout.count("\n")) == (0, 40)
    assert done.stderr.startswith("Note: so few names meet the conditions that about ")
    assert done.stderr.count("\n") == 1

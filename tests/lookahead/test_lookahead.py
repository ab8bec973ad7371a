"""The guide that looks ahead: its bound and copies, and its estimates."""

import math
import re
import string
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from rnn_names import Model, sampling
from rnn_names.arrays import log_sum
from rnn_names.conditions.automaton import Acceptor, Automaton, any_text
from rnn_names.corpus.names import Names
from rnn_names.lookahead import chain
from rnn_names.lookahead import guide as guide_module
from rnn_names.lookahead.guide import Guide
from rnn_names.lookahead.visited import VisitedPrefixes, VisitRecorder
from rnn_names.options import RandomOptions
from rnn_names.sampling import preparation
from rnn_names.sampling.guided import GuidedWalk, guided_roots
from rnn_names.sampling.sampler import Sampler
from support.conditions import first_keys, looking_ahead
from support.enumeration import LETTERS, all_texts, tiny_model
from support.networks import random_model

TEXTS = all_texts()

# --- The bound, and copies ------------------------------------------------------------------------


def test_with_the_bound_few_names_repeat():
    log_weights = np.random.default_rng(1).normal(size=500) * 2
    bound = guide_module.least_log_bound(log_weights, 0.1)
    for off, share in ((0, 0.1), (0.1, 0.09), (-0.1, 0.11)):
        times = np.exp(log_weights - bound - off)
        repeats = np.maximum(times - 1, 0).sum() / times.sum()
        assert repeats == pytest.approx(share, abs=1e-9 if not off else 0.01)
    none = np.full(8, -np.inf)
    assert fitted(tiny_model(), 50)[0].with_bound(none).repeat_share == 1


@pytest.mark.parametrize("log_weight", [3.0, 500.0, np.inf])
def test_copies_are_bounded(log_weight):
    guide = fitted(tiny_model(), 50)[0]
    copies = guide.copies(np.array([-np.inf, log_weight]), np.array([0.5, 0.5]))
    assert copies.tolist() == [0, 20 if log_weight == 3 else guide_module.MAX_COPIES]


@pytest.mark.parametrize("expected", [0.02, 0.7, 3.3])
def test_the_frequency_of_a_name_is_its_weight(expected):
    guide = replace(fitted(tiny_model(), 50)[0], log_bound=2.0)
    uniform = np.random.default_rng(1).random(40_000)
    copies = guide.copies(np.full(40_000, 2 + math.log(expected)), uniform)
    assert {*copies.tolist()} == {math.floor(expected), math.ceil(expected)}
    assert copies.mean() == pytest.approx(expected, abs=4.5 * 0.5 / 200)


# --- Its estimates --------------------------------------------------------------------------------


def fitted(model, draws=3000, **options):
    """A guide that is fitted to unguided draws, and its drawer."""
    sampler = Sampler(model, RandomOptions(**options))
    unguided = Guide.initial(sampler.acceptor, np.array(sampler.unguided_drawer.texts[0], int))
    prefixes = visited(sampler.unguided_drawer, draws, unguided)
    guide = replace(unguided, prefixes=prefixes).refitted(1.0, np.inf, excludes_visited=False)
    return guide, sampler.unguided_drawer


def walked(drawer, guide, keys, recorder=None):
    """A finished guided walk."""
    walk = GuidedWalk(drawer.float64_predictor, keys, guide, recorder)
    walk.run(guided_roots(drawer.float64_roots, guide))
    return walk


def visited(drawer, draws, guide):
    """The prefixes that are known after some draws."""
    recorder = VisitRecorder(guide.prefixes)
    walked(drawer, guide, first_keys(0, draws), recorder)
    return recorder.all_prefixes()


def indices(prefixes):
    """The indices of the characters of each prefix."""
    texts = [[]]
    for parent, character in zip(prefixes.parent[1:], prefixes.character[1:], strict=True):
        texts.append([*texts[parent], int(character)])
    return texts


def test_the_look_ahead_is_exact_if_every_prefix_was_visited():
    model = tiny_model()
    guide, _ = fitted(model, 100_000, suffix="b", max_length=3)
    prefixes = guide.prefixes
    assert len(prefixes) == 1 + 3 + 9 + 9  # of three characters, those that end in b
    wanted = dict(zip(TEXTS, np.exp(model.log_prob(TEXTS)), strict=True))
    log_probs = prefixes.log_reach(prefixes.log_probabilities)
    for row, text in enumerate(indices(prefixes)):
        prefix = "".join(LETTERS[index - 1] for index in text)
        rest = [name for name in wanted if name.startswith(prefix) and name.endswith("b")]
        p = sum(wanted[name] for name in rest if 0 < len(name) <= 3)
        log_value = log_sum(prefixes.log_probabilities[row] + guide.log_completion_visited[row])
        value = np.exp(log_value + log_probs[row])
        assert value == pytest.approx(p, rel=1e-4, abs=1e-12), prefix


def test_a_second_draw_finds_the_prefixes_of_the_first():
    first, drawer = fitted(tiny_model(), 50)
    prefixes = visited(drawer, 50, first)
    assert len(first.prefixes) < len(prefixes) < 2 * len(first.prefixes)
    assert prefixes.n_names[0] == 100
    names = indices(prefixes)
    assert len(set(map(tuple, names))) == len(prefixes)
    for row, name in enumerate(names[1:], 1):
        assert names[prefixes.parent[row]] == name[:-1]
        digits = [len(LETTERS) + 1, *name][-chain.HISTORY_SYMBOLS :]
        assert prefixes.history[row] == sum(d * 5**i for i, d in enumerate(digits[::-1]))


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
    with np.errstate(divide="ignore"):
        log_p = np.log(probabilities)
    unused, lengths, n_names = np.zeros(2 * n, int), np.full(2 * n, 9), np.array([*passed] * 2)
    prefixes = VisitedPrefixes(unused, unused, lengths, unused, strings, log_p, n_names)
    contexts, product, row = chain._product(prefixes, Acceptor(any_text(3), 1, 10))
    p = chain._smoothed(contexts, product.context[row], probabilities, n_names)
    a = contexts.rows_of(np.array([1]))
    assert a != 0
    assert p[a, 1] == pytest.approx(guess, abs=0.02)


def test_a_low_yield_extends_the_preparation(always_look_ahead, monkeypatch):
    monkeypatch.setattr(preparation, "DRAW_SIZES", (64, 8))
    monkeypatch.setattr(preparation, "BEAM_PREDICTIONS", 1)  # one prefix of each length
    monkeypatch.setattr(preparation, "TEST_SIZES", [1 << k for k in range(6, 24)])
    known = []
    for enough in (0, 2):  # at once, and never
        monkeypatch.setattr(preparation, "ENOUGH_YIELD", enough)
        monkeypatch.setattr(preparation, "ENOUGH_VISITS", 3000)
        for module in (preparation, guide_module):
            monkeypatch.setattr(module, "MAX_REPEATS", 1)
        guided = looking_ahead(tiny_model(), suffix="cb", contains=["a"])
        known.append(len(guided.guide.prefixes))
    assert known[0] < known[1]


def test_the_beginnings_of_kept_prefixes_are_kept(monkeypatch):
    monkeypatch.setattr(guide_module, "MAX_STORED_NUMBERS", 1 << 12)
    model = random_model(string.ascii_lowercase, longest=9)
    guide, _ = fitted(model, 3000, suffix="us")
    prefixes = guide.prefixes
    assert len(prefixes) == (1 << 12) // len(model.vocabulary)
    assert (prefixes.parent[1:] >= 0).all()
    assert (prefixes.length[1:] == prefixes.length[prefixes.parent[1:]] + 1).all()


@pytest.mark.parametrize("states, n_y, length", [(2000, 4000, 200), (5, 55, 24), (3, 5, 6)])
def test_tables_are_bounded_for_any_automaton_and_vocabulary(states, n_y, length):
    rng, n = np.random.default_rng(1), 500
    after = rng.integers(0, states, (states, n_y), dtype=np.int32)
    automaton = Automaton(after, np.ones(states, bool))
    strings = rng.integers(1, n_y, n) * (n_y + 1) + rng.integers(1, n_y, n)
    unused, lengths, state = np.zeros(n, int), np.full(n, 2), rng.integers(0, states, n)
    predicted = np.zeros((n, n_y)), np.ones(n)
    prefixes = VisitedPrefixes(unused, unused, lengths, state, strings, *predicted)
    acceptor = SimpleNamespace(automaton=automaton, max_length=length)
    chosen, product, _ = chain._product(prefixes, acceptor)
    contexts = len(chosen)
    assert 1 <= contexts <= chain.MAX_CONTEXTS
    assert contexts == 1 or product.next_row.size * (length + 1) <= chain.MAX_WORK
    assert contexts > 1 or states == 2000


@pytest.fixture(scope="module")
def example():
    """The guide of first names that end in "pp", and the figures of the rounds that prepare it."""
    rows = []

    def note_rows_of(name):
        run_step = getattr(preparation._Preparation, name)

        def noted(self, size):
            result = run_step(self, size)
            guide, is_draw = self.guide, name == "draw_and_record"
            names, known = f"{size:,}" * is_draw, f"{guide.log_p_visited:.2f}".replace("-", "−")
            row = (
                name.removesuffix("_and_record"),
                self._temperature,
                names,
                f"{len(guide.prefixes):,}",
                known,
            )
            rows.append(" ".join(map(str, filter(None, row))))
            return result

        monkeypatch.setattr(preparation._Preparation, name, noted)

    with pytest.MonkeyPatch.context() as monkeypatch:
        note_rows_of("draw_and_record")
        note_rows_of("beam_search")
        guide = looking_ahead(Model.load("first-names"), suffix="pp").guide
    return guide, rows


@pytest.mark.slow
def test_the_example_of_a_preparation_has_the_figures_of_its_steps(example):
    guide, rows = example
    documented = [" ".join(line.split()) for line in preparation.__doc__.splitlines()]
    assert [line for line in documented if re.match("(draw|beam_search) [12] ", line)] == rows
    shares = re.findall(r"([\d.]+) % of its proposals .*, and ([\d.]+) % of", preparation.__doc__)
    assert shares == [(f"{100 * guide.yield_rate:.1f}", f"{100 * guide.repeat_share:.1f}")]


def test_the_example_of_a_guided_walk_has_the_fields_of_its_nodes(example):
    guide, _ = example
    vocabulary = Model.load("first-names").vocabulary
    _, table = GuidedWalk.__doc__.replace("−", "-").split("`node_fields`")
    texts, *rows = [line.split() for line in table.splitlines()[:5]]
    for text, *documented in zip(texts, *(row[1:5] for row in rows), strict=True):
        names = vocabulary.indexed(Names.from_strings([text]))
        product_row, visited_row, log_weight = guide.root_product_row, np.zeros(1, int), 0
        for length, index in enumerate(names.codes):
            log_completion = guide.log_completion_of_next(visited_row, product_row, length)
            log_total = log_sum(guide.prefixes.log_probabilities[visited_row] + log_completion)
            log_weight += log_total[0] - log_completion[0, index]
            product_row = guide.product.next_row[product_row, index]
            visited_row = guide.prefixes.child(visited_row, np.array([index]))
        [state], [row], [visited] = guide.acceptor.automaton.run(names), product_row, visited_row
        assert documented == [f"{state}", f"{row}", f"{visited}", f"{log_weight:.2f}"]


def test_the_example_of_a_guide_has_its_figures(example):
    guide, _ = example
    model = Model.load("first-names")
    index = {character: i for i, character in enumerate(model.vocabulary.characters, 1)}
    row = np.zeros(1, int)
    for character in "Phil":
        row = guide.prefixes.child(row, np.array([index[character]]))
    p, ahead = (
        np.exp(guide.prefixes.log_probabilities[row[0]]),
        np.exp(guide.log_completion_visited[row[0]]),
    )
    drawn = p * ahead / (p * ahead).sum()
    most_probable = sorted(index, key=lambda character: -p[index[character]])[:4]
    documented = [" ".join(line.split()) for line in guide_module.__doc__.splitlines()]
    for character in most_probable:
        i = index[character]
        assert f"{character} {p[i]:.2f} {ahead[i]:.2g} {drawn[i]:.2f}" in documented
    [share] = re.findall(r"about 1 name\sin ([0-9,]+)", sampling.__doc__)
    assert share == f"{round(math.exp(-guide.log_p_conditions), -3):,.0f}"

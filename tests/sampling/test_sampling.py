"""Drawing names: the stream that a seed fixes, and the distribution that names come by."""

import os
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from rnn_names import Model
from rnn_names.conditions.options import Options
from rnn_names.corpus.names import EOS, Vocabulary
from rnn_names.errors import SamplingError
from rnn_names.network import rnn
from rnn_names.sampling import name_queue, next_character, sampler, walk
from rnn_names.sampling import stream as streaming
from rnn_names.sampling.random_keys import keys_at, seed_key
from rnn_names.sampling.sampler import ConditionalSampler
from rnn_names.sampling.stream import names_of_stream, preview
from support.distributions import assert_drawn_from, by
from support.enumeration import LONGEST, distribution, step, tiny_model
from support.networks import CELLS, random_model
from support.numbered import first_names

# --- The distribution -----------------------------------------------------------------------------


def test_names_have_the_models_probabilities():
    """All names, their lengths, their first and last characters.

    A name that would be too long is drawn again, so the distribution is conditional.
    """
    expected = distribution(tiny_model())
    names = tiny_model().sample(20_000, seed=11)
    assert len(names) == 20_000
    assert_drawn_from(Counter(names), expected)
    assert_drawn_from(Counter(map(len, names)), by(len, expected))
    assert_drawn_from(Counter(name[0] for name in names), by(lambda name: name[0], expected))
    assert_drawn_from(Counter(name[-1] for name in names), by(lambda name: name[-1], expected))


def test_names_that_begin_with_any_of_thousands_of_characters_do_not_mix():
    """All together or apart, as casts of different initials and large batches draw them."""
    model = random_model("".join(map(chr, range(0x4E00, 0x4E00 + 4200))), longest=3)
    model.params["by"][EOS] = 8  # most names end soon
    walk_sampler = ConditionalSampler(model, Options()).walk_sampler.from_first_characters()
    keys, root = keys_at(seed_key(1), np.arange(4200)), np.arange(4200)
    together, rows = walk_sampler.draw(keys, root)
    halves = [
        walk_sampler.draw(keys[half], root[half])[0] for half in (slice(2100), slice(2100, None))
    ]
    assert together.to_strings() == [name for half in halves for name in half.to_strings()]
    firsts = [ord(name[0]) - 0x4E00 for name in together.to_strings()]
    assert firsts == rows.tolist() and len(rows) > 1000


@pytest.mark.parametrize("nodes", [1, 5])
def test_a_sampler_in_small_parts_has_the_same_distribution(nodes, monkeypatch):
    monkeypatch.setattr(next_character, "NODES_AT_ONCE", nodes)
    names = tiny_model().sample(2000, seed=4)
    assert_drawn_from(Counter(names), distribution(tiny_model()))


def test_neighbours_in_the_stream_are_independent():
    names = tiny_model().sample(10_000, seed=5)
    letters = by(lambda name: name[0], distribution(tiny_model()))
    pairs = {(a, b): letters[a] * letters[b] for a in letters for b in letters}
    neighbours = zip(names[::2], names[1::2], strict=True)
    assert_drawn_from(Counter((a[0], b[0]) for a, b in neighbours), pairs)


# --- The stream -----------------------------------------------------------------------------------


def test_fewer_names_are_the_beginning_of_more_and_start_skips_names():
    model = tiny_model()
    stream = model.sample(1700, seed=8)
    assert len(stream) == 1700
    for count in (1, 64, 65, 500):
        assert model.sample(count, seed=8) == stream[:count]
    for start in (1, 63, 64, 200, 1500):
        assert model.sample(100, seed=8, start=start) == stream[start : start + 100]


@pytest.fixture
def small_batches(monkeypatch):
    """Batches of at most 256 names, several at a time, each in at least four chunks."""
    monkeypatch.setattr(name_queue, "FIRST_BATCH", 16)
    monkeypatch.setattr(sampler, "MAX_BATCH", 256)
    monkeypatch.setattr(name_queue, "CHUNKS", 4)
    monkeypatch.setattr(streaming, "WORTH_THREADS", 100)


OF_STREAMS = [
    {},
    {"prefix": ["ab", "b"]},
    {"novel": True, "top_p": 0.9},
    {"match": "[ab].*", "max_length": 3},
    {"suffix": "b", "temperature": 0.8, "top_k": 3},
]


@pytest.mark.parametrize("options", OF_STREAMS, ids=str)
def test_a_name_is_a_function_of_its_seed_and_its_number(options, small_batches, monkeypatch):
    """It does not matter with which others it is drawn, on how many cores, or in which batches."""
    sample = partial(tiny_model().sample, seed=8, **options)
    stream = sample(200)
    assert [name for i in range(0, 200, 70) for name in sample(70, start=i)][:200] == stream
    assert [sample(1, start=i)[0] for i in (7, 199)] == [stream[i] for i in (7, 199)]
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)  # else it says how many there are
    for cores, threads in [(1, 4), (None, 1), (64, 9)]:
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        monkeypatch.setattr(streaming, "MAX_THREADS", threads)
        assert sample(200) == stream
    monkeypatch.undo()
    assert sample(200) == stream


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(
    "options",
    [
        *({}, {"temperature": 0.4}, {"temperature": 3.0, "top_k": 3}, {"top_p": 0.7}),
        *({"min_p": 0.2}, {"min_p": 0.2, "temperature": 2.0, "top_p": 0.9}),
    ],
    ids=str,
)
def test_names_equal_the_definition(cell, options):
    """One name at a time, in float64: see `support.numbered`."""
    model = tiny_model(cell)
    assert model.sample(200, seed=3, **options) == first_names(model, 200, 3, **options)


def test_names_of_several_prefixes_equal_the_definition():
    model, roots = tiny_model(), ["ab", "b", "caa"]
    names = model.sample(200, seed=2**70 + 5, prefix=roots)
    assert names == first_names(model, 200, 2**70 + 5, roots=roots)


def test_close_decisions_are_repeated_in_float64(monkeypatch):
    """With a margin so large that this happens to every other name."""
    model = tiny_model()
    cut = {"min_p": 0.05, "top_k": 3, "top_p": 0.9}
    names = model.sample(300, seed=3, **cut)
    monkeypatch.setattr(next_character, "MARGIN", 0.05)
    monkeypatch.setattr(next_character, "RELATIVE", 0.05)
    again, run = [], walk.Walk.run

    def noted(self, *arguments):
        again.append(self.predictor.dtype)
        return run(self, *arguments)

    monkeypatch.setattr(walk.Walk, "run", noted)
    assert model.sample(300, seed=3, **cut) == names
    assert np.float64 in again


def test_start_skips_names_without_drawing_them(drawn):
    assert len(tiny_model().sample(5, seed=8, start=10**15)) == 5
    assert sum(drawn) < 50


def test_a_few_names_of_an_endless_stream_take_few_attempts(drawn):
    """Numbers that nobody asked for yet do not run ahead of one whose attempts fail."""
    stream = Model.load("elvish").stream(seed=1, min_length=12)
    assert len([next(stream), next(stream)]) == 2
    assert sum(drawn) < 50_000


def test_seeds_give_different_streams_and_without_one_each_stream_differs():
    model = tiny_model()
    assert model.sample(20, seed=1) != model.sample(20, seed=2)
    assert model.sample(20) != model.sample(20)


# --- Limits and refusals --------------------------------------------------------------------------


def test_names_are_at_most_as_long_as_the_longest_trained_on_unless_asked():
    lengths = [*map(len, tiny_model().sample(500, seed=2))]
    assert (min(lengths), max(lengths)) == (1, LONGEST)
    assert max(map(len, tiny_model().sample(500, seed=2, max_length=200))) > LONGEST


def never_ending(rare=-1e4):
    """A network that never, or rarely, ends a name."""
    params = rnn.init_params(np.random.default_rng(0), 3, 4)
    params["by"][0] = rare
    return Model(Vocabulary("ab"), params, {"longest": 4})


@pytest.mark.parametrize("rare", [-8, -1e4])
def test_found_names_are_yielded_before_the_error(rare, monkeypatch):
    monkeypatch.setattr(streaming, "MAX_ATTEMPTS", 1 << 12)
    drawn = []
    with pytest.raises(SamplingError, match=r"^only \d+ of 500 names found.*$") as error:
        for part in names_of_stream(never_ending(rare), 500, Options(seed=1)):
            drawn += part.to_strings()
    assert 0 <= len(drawn) < 500
    assert (len(drawn) > 0) == (rare == -8)
    assert f"only {len(drawn)} of" in str(error.value)


@pytest.mark.parametrize("options", [{}, {"min_edits": 1}, {"unique": True}], ids=str)
@pytest.mark.parametrize("cores", [1, 3])
def test_the_end_of_a_stream_does_not_depend_on_the_count(
    options, cores, monkeypatch, small_batches
):
    model = tiny_model(seed=1)
    every = distribution(model)
    rare = sorted(every, key=every.__getitem__)[:800]  # together one in 400
    monkeypatch.setattr(streaming, "MAX_ATTEMPTS", 1 << 11)
    monkeypatch.setattr(streaming, "usable_cores", lambda: cores)

    def names(n):
        found = list[str]()
        with suppress(SamplingError):
            for name in model.stream(n, seed=3, exclude={*every} - {*rare}, **options):
                found.append(name)
        return found

    longest = names(200)
    assert 1 < len(longest) < 190
    for n in (1, 3, 5, len(longest), len(longest) + 1):
        assert names(n) == longest[:n]


def test_walks_are_bounded_even_if_names_are_rare(monkeypatch):
    """A network that never ends a name: attempts at the first one were doubled without an end."""
    monkeypatch.setattr(streaming, "MAX_ATTEMPTS", 1 << 12)
    monkeypatch.setattr(sampler, "MAX_BATCH", 1 << 8)
    monkeypatch.setattr(walk, "MAX_NAMES_OF_WALK", 1 << 8)  # asserted
    with pytest.raises(SamplingError, match="only 0 of 2 names found"):
        never_ending().sample(2, seed=1)


@pytest.mark.parametrize("options", [{"top_k": 2}, {"top_p": 0.5}], ids=str)
def test_top_k_keeps_characters_as_probable_as_its_last(options):
    """No choice among them was certain, so that no name came."""
    model = random_model("abcd", longest=4)
    for array in model.params.values():
        array[...] = 0
    names = model.sample(200, seed=1, **options)
    assert {name[0] for name in names} == {*"abcd"}


def test_a_preview_shows_names_of_the_models_distribution():
    model = tiny_model()
    drawn = [name for seed in range(125) for name in preview(model, 4, seed)]
    assert len(drawn) == 500
    expected = distribution(model, max_length=model.training["longest"])
    assert_drawn_from({**dict.fromkeys(expected, 0), **Counter(drawn)}, expected)
    assert len(preview(random_model("abc", longest=99), 1000, 1)) == 1000
    first, again, other = (preview(model, 4, seed) for seed in (7, 7, 8))
    assert first == again != other


def test_a_preview_of_a_network_that_ends_no_name_draws_few(drawn):
    assert preview(never_ending(), 4, 1) == []
    assert sum(drawn) < 200
    assert preview(never_ending(), 2000, 1) == []
    assert sum(drawn) < 6000


@pytest.mark.parametrize("temperature", [1e-300, 1e-40, 1e-5])
@pytest.mark.filterwarnings("error")
def test_a_tiny_temperature_writes_the_most_probable_characters(temperature):
    model = random_model("abc", seed=7, longest=9)
    a, p = step(model, {}, model.params["a0"][None], np.zeros(1, int))
    expected = ""
    while best := p[0].argmax():
        expected += model.vocabulary.characters[best - 1]
        a, p = step(model, {}, a, np.array([best]))
    assert len(expected) > 2
    assert set(model.sample(50, seed=1, temperature=temperature, max_length=200)) == {expected}


@pytest.mark.filterwarnings("error")
def test_a_huge_temperature_draws_all_characters_alike():
    names = tiny_model().sample(1000, seed=1, temperature=1e300, max_length=20)
    even = dict.fromkeys("abc", 1 / 3)
    assert_drawn_from(Counter(name[0] for name in names), even)


def test_long_names_of_the_list_are_looked_ahead_for():
    # Some of the names end at each character: hardly any has the 40 of the list.
    made = tiny_model()
    long = replace(made, training={**made.training, "shortest": 40, "longest": 41})
    assert {len(name) for name in long.sample(20, seed=1)} <= {40, 41}


@pytest.mark.parametrize("budget", [1 << 21, 40])
def test_the_end_of_a_stream_of_new_names_does_not_depend_on_batches(budget, monkeypatch):
    monkeypatch.setattr(streaming, "WINDOW", 1 << 9)
    monkeypatch.setattr(name_queue, "CHUNKS", 4)
    monkeypatch.setattr(streaming, "MAX_ATTEMPTS", budget)
    options = {"seed": 1, "unique": True, "temperature": 0.5, "novel": True}

    def names(count):
        with pytest.raises(SamplingError, match="only"):
            for part in names_of_stream(tiny_model(), count, Options(**options)):
                found.extend(part.to_strings())
        return found

    ends = []
    for count, at_once, largest in ((300, 1 << 15, 1 << 20), (3000, 64, 1 << 8), (10**6, 7, 100)):
        monkeypatch.setattr(name_queue, "NUMBERS_AT_ONCE", at_once)
        monkeypatch.setattr(sampler, "MAX_BATCH", largest)
        found = []
        ends.append(names(count))
    assert ends[0] and ends[0] == ends[1] == ends[2]

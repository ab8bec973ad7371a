"""Drawing names: the stream that a seed fixes, and the distribution that names come by."""

import math
import os
from collections import Counter
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_names import Model
from rnn_names.conditions.options import Options
from rnn_names.corpus.names import Vocabulary
from rnn_names.errors import SamplingError
from rnn_names.network import rnn
from rnn_names.sampling import continuations
from rnn_names.sampling import sampler as sampling
from rnn_names.sampling import stream as streaming
from rnn_names.sampling.stream import preview, sample
from support.distributions import assert_drawn_from, by
from support.enumeration import LONGEST, distribution, step, tiny_model
from support.networks import random_model

# --- The distribution -----------------------------------------------------------------------------


def test_names_come_with_the_models_own_probabilities():
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


@pytest.mark.parametrize("nodes", [1, 5])
def test_a_sampler_in_small_parts_has_the_same_distribution(nodes, monkeypatch):
    assert nodes < min(continuations.NODES_AT_ONCE)
    monkeypatch.setattr(continuations, "NODES_AT_ONCE", (nodes, nodes))
    names = tiny_model().sample(2000, seed=4)
    assert_drawn_from(Counter(names), distribution(tiny_model()))


def test_neighbours_in_the_stream_are_independent():
    names = tiny_model().sample(10_000, seed=5)
    letters = by(lambda name: name[0], distribution(tiny_model()))
    pairs = {(a, b): letters[a] * letters[b] for a in letters for b in letters}
    neighbours = zip(names[::2], names[1::2], strict=True)
    assert_drawn_from(Counter((a[0], b[0]) for a, b in neighbours), pairs)


# --- The stream -----------------------------------------------------------------------------------


def test_fewer_names_are_the_beginning_of_more_and_start_skips_into_them():
    model = tiny_model()
    stream = model.sample(1700, seed=8)
    assert len(stream) == 1700
    for count in (1, 64, 65, 500):
        assert model.sample(count, seed=8) == stream[:count]
    for start in (1, 63, 64, 200, 1500):
        assert model.sample(100, seed=8, start=start) == stream[start : start + 100]


@pytest.fixture
def small_blocks(monkeypatch):
    """Blocks of at most 256 names, all drawn in shares of about 32, or of half a block."""
    monkeypatch.setattr(sampling, "LARGEST_WALK", 64)


def test_start_skips_blocks_without_drawing_them(small_blocks, monkeypatch):
    model = tiny_model()
    stream = model.sample(1200, seed=8)
    assert model.sample(200, seed=8, start=900) == stream[900:1100]
    drawn, blocks_of = [], streaming.blocks_of

    def noted(*arguments):
        for block in blocks_of(*arguments):
            drawn.append(block)
            yield block

    monkeypatch.setattr(streaming, "blocks_of", noted)
    assert len(model.sample(5, seed=8, start=10**15)) == 5
    assert len(drawn) <= 2
    assert drawn[0].size == 256


@pytest.mark.parametrize("options", [{}, {"prefix": "a"}, {"prefix": ["ab", "b"]}])
def test_names_drawn_in_shares_are_as_probable_as_others(options, small_blocks):
    names = tiny_model().sample(2000, seed=4, **options)
    assert_drawn_from(Counter(names), distribution(tiny_model(), **options))


def test_names_drawn_in_shares_are_in_random_order(small_blocks):
    """The first and the second of two neighbours, and of names half a block apart, are alike."""
    names = tiny_model().sample(4000, seed=4)
    first = np.array([name[0] for name in names])
    expected = sum((first == character).mean() ** 2 for character in set(first))
    for apart in (1, 31, 32, 128):
        same = (first[:-apart] == first[apart:]).mean()
        assert abs(same - expected) < 5 * math.sqrt(expected / len(names)), apart


@given(
    st.lists(st.integers(1, 400), min_size=1, max_size=8).map(
        lambda counts: np.repeat(np.arange(len(counts)), counts)
    ),
    st.integers(1, 100),
)
def test_no_share_is_larger_than_a_walk(branch, share_size):
    """A walk has at most twice as many names as shares usually have."""
    cuts = streaming._cuts(branch, max(math.ceil(len(branch) / share_size), 2))
    assert cuts[0] == 0 and cuts[-1] == len(branch)
    assert all(0 < after - before <= 2 * share_size for before, after in pairwise(cuts.tolist()))


def test_conditions_that_most_names_fail_fill_blocks_in_shares(small_blocks):
    sample = partial(tiny_model().sample, seed=8, match="[ab].*", max_length=3)
    stream = sample(500)
    assert len(stream) == 500
    assert sample(200, start=300) == stream[300:]
    assert all(name[0] <= "b" and len(name) <= 3 for name in stream)


def test_the_number_of_cores_does_not_show(small_blocks, monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)  # else it says how many there are
    streams = []
    for cores, threads in [(1, 4), (None, 1), (64, 9)]:
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        monkeypatch.setattr(streaming, "MAX_THREADS", threads)
        streams.append(tiny_model().sample(480, seed=10))
    assert all(stream == streams[0] for stream in streams)


def test_seeds_give_other_streams_and_none_another_each_time():
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
def test_what_could_be_had_of_an_order_comes_first(rare, monkeypatch):
    monkeypatch.setattr(streaming, "DRAWS_PER_BLOCK", 1 << 12)
    drawn = []
    with pytest.raises(SamplingError, match=r"^only \d+ of 500 names found.*$") as error:
        for part in sample(never_ending(rare), 500, Options(seed=1)):
            drawn += part.to_strings()
    assert 0 <= len(drawn) < 500
    assert (len(drawn) > 0) == (rare == -8)
    assert f"only {len(drawn)} of" in str(error.value)


def test_a_preview_shows_names_of_the_models_distribution():
    model = tiny_model()
    drawn = [name for seed in range(125) for name in preview(model, 4, seed)]
    assert len(drawn) == 500
    expected = distribution(model, max_length=model.training["longest"])
    assert_drawn_from({**dict.fromkeys(expected, 0), **Counter(drawn)}, expected)
    assert len(preview(random_model("abc", longest=99), 1000, 1)) == 1000
    first, again, other = (preview(model, 4, seed) for seed in (7, 7, 8))
    assert first == again != other


def test_a_preview_of_a_network_that_ends_no_name_draws_few(monkeypatch):
    drawn, draw = [], sampling.Sampler.draw
    noted = lambda self, size, bits: (drawn.append(size), draw(self, size, bits))[1]  # noqa: E731
    monkeypatch.setattr(sampling.Sampler, "draw", noted)
    assert preview(never_ending(), 4, 1) == []
    assert sum(drawn) < 200
    assert preview(never_ending(), 2000, 1) == []
    assert sum(drawn) < 6000


@pytest.mark.parametrize("temperature", [1e-300, 1e-40, 1e-5])
@pytest.mark.filterwarnings("error")
def test_a_tiny_temperature_writes_the_likeliest_characters(temperature):
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

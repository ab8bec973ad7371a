"""Drawing names: the stream that a seed fixes, and the distribution of names."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from rnn_names import Model, sampling
from rnn_names.errors import SamplingError
from rnn_names.sampling.preview import preview
from support.distributions import assert_drawn_from, by
from support.enumeration import LONGEST, distribution, step, tiny_model
from support.networks import CELLS, never_ending, random_model
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


def test_seeds_give_different_streams_and_without_one_each_stream_differs():
    model = tiny_model()
    assert model.sample(20, seed=1) != model.sample(20, seed=2)
    assert model.sample(20) != model.sample(20)


# --- Limits and refusals --------------------------------------------------------------------------


def test_names_are_at_most_as_long_as_the_longest_trained_on_unless_asked():
    lengths = [*map(len, tiny_model().sample(500, seed=2))]
    assert (min(lengths), max(lengths)) == (1, LONGEST)
    assert max(map(len, tiny_model().sample(500, seed=2, max_length=200))) > LONGEST


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


def test_a_prefix_longer_than_the_longest_name_is_named():
    with pytest.raises(SamplingError, match="at least 4 characters; max_length allows 3"):
        tiny_model().sample(1, prefix=["abca", "bcabc"], max_length=3)


@pytest.mark.slow
def test_long_names_of_the_list_are_looked_ahead_for():
    # Some of the names end at each character: hardly any has the 40 of the list.
    made = tiny_model()
    long = replace(made, training={**made.training, "shortest": 40, "longest": 41})
    assert {len(name) for name in long.sample(20, seed=1)} <= {40, 41}


@pytest.mark.slow
def test_the_examples_of_the_package_have_the_names_of_their_seeds():
    documented = " ".join(sampling.__doc__.split())
    [name] = Model.load("dinosaurs").sample(1, seed=7)
    assert f"the first attempt that passed: {name} " in documented
    first, second, third, *_ = Model.load("first-names").sample(5, seed=1, suffix="pp")
    assert f"yields 64: {first}, {second}, {third}, …" in documented

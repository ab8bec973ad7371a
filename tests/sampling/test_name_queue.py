"""The names of a stream in the order of their numbers, however batches are made, and its end."""

import os
from contextlib import suppress
from functools import partial

import pytest

from rnn_names import Model
from rnn_names.errors import SamplingError, TooFewNamesError
from rnn_names.options import RandomOptions
from rnn_names.sampling import chunks, name_queue, sampler, walk
from rnn_names.sampling import stream as streaming
from rnn_names.sampling.stream import names_of_stream
from support.enumeration import distribution, tiny_model
from support.networks import never_ending


@pytest.fixture
def small_batches(monkeypatch):
    """Batches of at most 256 names, several at a time, each in at least four chunks."""
    monkeypatch.setattr(name_queue, "FIRST_BATCH", 16)
    monkeypatch.setattr(sampler, "MAX_BATCH", 256)
    monkeypatch.setattr(chunks, "CHUNKS_PER_THREAD", 4)
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
    """Other names drawn with it, cores and batches make no difference."""
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


def test_start_skips_names_without_drawing_them(drawn):
    assert len(tiny_model().sample(5, seed=8, start=10**15)) == 5
    assert sum(drawn) < 50


def test_a_few_names_of_an_endless_stream_take_few_attempts(drawn):
    """Later numbers are not tried while an earlier one still fails."""
    stream = Model.load("elvish").stream(seed=1, min_length=12)
    assert len([next(stream), next(stream)]) == 2
    assert sum(drawn) < 50_000


@pytest.mark.parametrize("rare", [-8, -1e4])
def test_found_names_are_yielded_before_the_error(rare, monkeypatch):
    monkeypatch.setattr(streaming, "DEFAULT_BUDGET", 1 << 12)
    drawn = []
    with pytest.raises(SamplingError, match=r"^only \d+ of 500 names found.*$") as error:
        for part in names_of_stream(never_ending(rare), 500, RandomOptions(seed=1)):
            drawn += part.to_strings()
    assert 0 <= len(drawn) < 500
    assert (len(drawn) > 0) == (rare == -8)
    assert f"only {len(drawn)} of" in str(error.value)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "cores"), [({}, 1), ({}, 3), ({"min_edits": 1}, 3), ({"unique": True}, 3)], ids=str
)
def test_the_end_of_a_stream_does_not_depend_on_the_count(
    options, cores, monkeypatch, small_batches
):
    model = tiny_model(seed=1)
    every = distribution(model)
    rare = sorted(every, key=every.__getitem__)[:800]  # together one in 400
    monkeypatch.setattr(streaming, "DEFAULT_BUDGET", 1 << 11)
    monkeypatch.setattr(streaming, "usable_cores", lambda: cores)

    def names(n):
        found = list[str]()
        with suppress(SamplingError):
            for name in model.stream(n, seed=3, exclude={*every} - {*rare}, **options):
                found.append(name)
        return found

    longest = names(200)
    assert 1 < len(longest) < 190
    for n in (1, 5, len(longest) + 1):
        assert names(n) == longest[:n]


def test_walks_are_bounded_even_if_names_are_rare(monkeypatch):
    """Regression: where a network ends no name, attempts for the first doubled without end."""
    monkeypatch.setattr(streaming, "DEFAULT_BUDGET", 1 << 12)
    monkeypatch.setattr(sampler, "MAX_BATCH", 1 << 8)
    monkeypatch.setattr(walk, "MAX_NAMES_OF_WALK", 1 << 8)  # asserted
    with pytest.raises(TooFewNamesError, match="only 0 of 2 names found") as raised:
        never_ending().sample(2, seed=1)
    assert raised.value.n_found == 0 and raised.value.tightest.startswith("a length of")


@pytest.mark.filterwarnings("ignore::rnn_names.errors.FewNewNamesWarning")
@pytest.mark.parametrize("budget", [1 << 21, 40])
def test_the_end_of_a_stream_of_new_names_does_not_depend_on_batches(budget, monkeypatch):
    monkeypatch.setattr(streaming, "WINDOW", 1 << 9)
    monkeypatch.setattr(chunks, "CHUNKS_PER_THREAD", 4)
    monkeypatch.setattr(streaming, "DEFAULT_BUDGET", budget)
    options = {"seed": 1, "unique": True, "temperature": 0.5, "novel": True}

    def names(count):
        with pytest.raises(SamplingError, match="only"):
            for part in names_of_stream(tiny_model(), count, RandomOptions(**options)):
                found.extend(part.to_strings())
        return found

    ends = []
    for count, at_once, largest in ((300, 1 << 15, 1 << 20), (3000, 64, 1 << 8), (10**6, 7, 100)):
        monkeypatch.setattr(name_queue, "NUMBERS_AT_ONCE", at_once)
        monkeypatch.setattr(sampler, "MAX_BATCH", largest)
        found = []
        ends.append(names(count))
    assert ends[0] and ends[0] == ends[1] == ends[2]

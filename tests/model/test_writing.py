"""From Python: the verbs of a model that write names, what they take and what they refuse."""

import inspect
from itertools import islice

import numpy as np
import pytest

from rnn_names import Model, Settings, train
from rnn_names.declarations import declarations
from rnn_names.errors import CorpusError, SamplingError
from rnn_names.options import RandomOptions
from support.enumeration import tiny_model


def arguments(function):
    """The keyword arguments of a function with their defaults."""
    parameters = inspect.signature(function).parameters.values()
    return {each.name: each.default for each in parameters if each.kind is each.KEYWORD_ONLY}


@pytest.mark.parametrize("verb", [Model.sample, Model.stream, Model.best])
def test_every_option_is_an_argument_for_editors(verb):
    options = {name: each.default for name, each in declarations(RandomOptions).items()}
    if verb is Model.best:
        del options["seed"], options["unique"]
        options["rank"] = "total"
    assert arguments(verb) == options
    count = inspect.signature(verb).parameters["count"]
    assert count.kind is count.POSITIONAL_OR_KEYWORD
    assert count.default == (None if verb is Model.stream else 20)
    assert all(each.annotation != "Any" for each in inspect.signature(verb).parameters.values())
    assert all(name in inspect.getdoc(verb) for name in options)


def test_every_setting_is_an_argument_of_train():
    settings = declarations(Settings)
    assert arguments(train) == {name: each.default for name, each in settings.items()}
    for name, each in settings.items():
        assert f"\n    {name}: {each.help}" in inspect.getdoc(train)


def test_a_stream_yields_the_names_of_a_sample():
    model = tiny_model()
    names = model.sample(300, seed=4, contains="b")
    stream = model.stream(300, seed=4, contains="b")
    assert next(stream) == names[0]
    assert list(stream) == names[1:]
    assert next(stream, None) is None
    assert list(islice(model.stream(seed=4), 5000)) == model.sample(5000, seed=4), "without an end"


def test_a_stream_yields_numpy_arrays():
    model = tiny_model()
    stream = model.stream(1000, seed=4)
    first = next(stream)
    arrays = list(stream.arrays())
    assert all(array.dtype.kind == "U" for array in arrays)
    assert [first, *np.concatenate(arrays).tolist()] == model.sample(1000, seed=4)
    assert not list(model.stream(0).arrays())


def test_a_stream_ends_like_a_sample_if_names_run_out():
    stream = tiny_model().stream(10, seed=1, max_length=1, unique=True)
    assert sorted(islice(stream, 3)) == ["a", "b", "c"]
    with pytest.raises(SamplingError, match="only 3 of 10 names found"):
        next(stream)


@pytest.mark.parametrize("count", [-1, "3", 2.0, None, True])
@pytest.mark.parametrize("verb", ["sample", "best"])
def test_an_invalid_number_of_names_is_refused(verb, count):
    with pytest.raises(SamplingError, match=r"count .*: must be a whole number of at least 0"):
        getattr(tiny_model(), verb)(count)


def test_numbers_of_numpy_are_accepted():
    model = tiny_model()
    options = {"seed": np.int64(3), "top_k": np.int32(2), "temperature": np.float32(0.5)}
    assert model.sample(np.int64(5), **options) == model.sample(5, seed=3, top_k=2, temperature=0.5)


@pytest.mark.parametrize("verb", ["log_prob", "knows"])
def test_a_single_text_is_refused_as_a_list_of_names(verb):
    with pytest.raises(CorpusError, match=r"'abc': a single text; give a list of names: \['abc'\]"):
        getattr(tiny_model(), verb)("abc")
    with pytest.raises(CorpusError, match="name 2: 5 is not a text"):
        getattr(tiny_model(), verb)(["abc", 5])
    with pytest.raises(CorpusError, match=r"array.*: give a list of names"):
        getattr(tiny_model(), verb)(np.array("abc"))
    with pytest.raises(CorpusError, match="7: give a list of names"):
        getattr(tiny_model(), verb)(7)


def test_a_model_prints_in_one_line(model):
    assert repr(tiny_model()) == "Model(GRU of 4 units, 3 characters)"
    loss = model.training["held_out_loss"]
    assert str(model) == (
        f"Model(GRU of 32 units, {len(model.vocabulary.characters)} characters, 270 names, "
        f"held-out loss {loss:.3f})"
    )

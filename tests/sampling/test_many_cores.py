"""The same names whether threads draw them, or the helper process does.

Whatever else becomes of the helper process is in `processes/test_helper.py`.
"""

import os
from itertools import islice

import pytest

from rnn_names.conditions.options import Options
from rnn_names.processes import helper as helper_process
from rnn_names.sampling import sampler, workers
from rnn_names.sampling.stream import names_of_stream
from support.enumeration import tiny_model
from support.processes import patient_helpers

pytestmark = pytest.mark.posix

COUNT = 4000


@pytest.fixture(autouse=True)
def streams_worth_a_helper(monkeypatch):
    monkeypatch.setattr(sampler, "MAX_WALK", 256)
    monkeypatch.setattr(workers, "WORTH_THREADS", 0)
    monkeypatch.setattr(workers, "LONG", 0)
    monkeypatch.setattr(workers, "usable_cores", lambda: 2)


@pytest.fixture
def model():
    return tiny_model()


@pytest.fixture
def helpers(monkeypatch):
    return patient_helpers(monkeypatch, helper_process)


def drawn(model, **options):
    """Names of a stream, as one text."""
    parts = names_of_stream(model, COUNT, Options(seed=5, **options))
    return "\n".join(name for part in parts for name in part.to_strings())


@pytest.mark.parametrize("options", [{}, {"novel": True, "prefix": ["a", "bc"], "top_p": 0.9}])
def test_two_processes_draw_what_one_draws(options, model, monkeypatch, helpers):
    names = drawn(model, **options)
    assert helpers[-1].calls_made_there > 3
    monkeypatch.setattr(workers, "usable_cores", lambda: 1)
    assert drawn(model, **options) == names


@pytest.mark.parametrize(("long", "options"), [(workers.LONG, {}), (0, {"suffix": "cbccb"})])
def test_no_helper_for_a_short_stream_or_a_look_ahead(long, options, model, monkeypatch, helpers):
    monkeypatch.setattr(workers, "LONG", long)
    assert len(model.sample(100, seed=1, **options)) == 100
    assert not helpers


def test_a_stream_without_an_end_has_a_helper_once_enough_was_read(model, monkeypatch, helpers):
    monkeypatch.setattr(workers, "LONG", 5000)
    stream = model.stream(seed=5)
    list(islice(stream, 400))
    assert not helpers
    list(islice(stream, 6000))
    assert len(helpers) == 1


@pytest.mark.parametrize("how", ["left", "interrupted"])
def test_the_helper_ends_with_the_stream(how, model, helpers):
    parts = names_of_stream(model, 10**9, Options(seed=5))
    while not (helpers and helpers[-1].calls_made_there):
        next(parts)
    pid = helpers[-1].pid()
    if how == "left":
        parts.close()
    else:
        with pytest.raises(KeyboardInterrupt):
            parts.throw(KeyboardInterrupt)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)

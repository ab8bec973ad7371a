"""The same names however many threads draw them."""

import pytest

from rnn_names.options import RandomOptions
from rnn_names.sampling import chunks, sampler, stream
from rnn_names.sampling.stream import names_of_stream
from support.enumeration import tiny_model

COUNT = 4000


def drawn(**options):
    """Names of a stream, as one text."""
    parts = names_of_stream(tiny_model(), COUNT, RandomOptions(seed=5, **options))
    return "\n".join(name for part in parts for name in part.to_strings())


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"novel": True, "prefix": ["a", "bc"], "top_p": 0.9}])
def test_several_threads_draw_the_names_of_one(options, monkeypatch):
    monkeypatch.setattr(sampler, "MAX_BATCH", 256)
    monkeypatch.setattr(chunks, "CHUNKS_PER_THREAD", 4)
    monkeypatch.setattr(stream, "WORTH_THREADS", 0)
    names = []
    for cores in (1, 2, 3):
        monkeypatch.setattr(stream, "usable_cores", lambda cores=cores: cores)
        names.append(drawn(**options))
    assert names[0] == names[1] == names[2]

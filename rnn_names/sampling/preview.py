"""A few names from few attempts, since a network may hardly ever end a name."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

import numpy as np

from rnn_names.errors import SamplingError
from rnn_names.network.language_model import LanguageModel
from rnn_names.options import RandomOptions
from rnn_names.processes.threads import one_blas_thread
from rnn_names.sampling.random_keys import keys_at, seed_key
from rnn_names.sampling.sampler import make_sampler

MIN_PREVIEW_ATTEMPTS = 1 << 7
ATTEMPTS_AT_ONCE = 1 << 10


def preview(model: LanguageModel, count: int, seed: int) -> list[str]:
    """At most `count` names; none if the network cannot write any yet."""
    names = names_of_attempts(model, max(2 * count, MIN_PREVIEW_ATTEMPTS), RandomOptions(seed=seed))
    with suppress(SamplingError):  # the network may still be unable to write a name
        return [*islice(names, count)]
    return []


def names_of_attempts(model: LanguageModel, n: int, options: RandomOptions) -> Iterator[str]:
    """The names from one attempt for each of n numbers: fewer than n if attempts fail."""
    with one_blas_thread():
        sampler = make_sampler(model, options)
        key = seed_key(options.seed_or_random())
        for numbers in np.array_split(np.arange(n), n // ATTEMPTS_AT_ONCE + 1):
            yield from sampler.draw_tested(keys_at(key, numbers)).names.to_strings()

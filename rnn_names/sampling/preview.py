"""A few names from a limited number of attempts: previews, and more names like one in `pick`."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

import numpy as np

from rnn_names.conditions.options import Options
from rnn_names.errors import SamplingError
from rnn_names.network.language_model import LanguageModel
from rnn_names.processes.threads import one_blas_thread
from rnn_names.sampling.random_keys import keys_at, seed_key
from rnn_names.sampling.sampler import make_sampler

MIN_TRIED = 1 << 7  # the fewest attempts of a preview
ATTEMPTS_AT_ONCE = 1 << 10  # attempts made together by `names_of_attempts`


def preview(model: LanguageModel, count: int, seed: int) -> list[str]:
    """At most `count` names from few attempts, since a network in training may never end a name."""
    names = names_of_attempts(model, max(2 * count, MIN_TRIED), Options(seed=seed))
    with suppress(SamplingError):  # the network may still be unable to write a name
        return [*islice(names, count)]
    return []


def names_of_attempts(model: LanguageModel, n: int, options: Options) -> Iterator[str]:
    """The names from one attempt at each of n numbers: fewer than n if attempts fail."""
    with one_blas_thread():
        sampler = make_sampler(model, options)
        key, numbers = seed_key(options.seed_or_random()), np.arange(n)
        for some in np.array_split(numbers, len(numbers) // ATTEMPTS_AT_ONCE + 1):
            yield from sampler.draw_tested(keys_at(key, some)).names.to_strings()

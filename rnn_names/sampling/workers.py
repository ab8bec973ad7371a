"""Drawing the walks of a stream: in this thread, or in several."""

import math
from collections.abc import Callable
from contextlib import ExitStack

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.names import Names
from rnn_names.processes.threads import Submit, deferred, worker_threads
from rnn_names.sampling.random_keys import keys_of
from rnn_names.sampling.sampler import ConditionalSampler, Tally
from rnn_names.system import usable_cores

CHUNKS = 32  # chunks of the largest walk, to bound the memory
MIN_CHUNKED_NAMES = 1 << 13  # the fewest names of a walk that is drawn in chunks
WORTH_THREADS = 1 << 14  # the fewest names for which threads are started
MAX_THREADS = 4  # each needs memory for its names: more would exceed what is promised

Passed = tuple[Names, Array, Tally]
"""Names that passed, the rising rows of their attempts, and the tally."""


class Workers:
    """Draws walks: in this thread, or for many names in several."""

    def __init__(self, sampler: ConditionalSampler, key: Array, stack: ExitStack) -> None:
        self._sampler, self.key, self._stack = sampler, key, stack
        self._has_threads = False
        self.submit: Submit = deferred
        self.count = 1  # calls that are made at the same time

    def prepare(self, left: int) -> None:
        """Starts threads if `left` names are enough to gain from them."""
        if left >= WORTH_THREADS and not self._has_threads:
            self._has_threads = True
            threads = worker_threads(min(usable_cores(), MAX_THREADS))
            self.submit, self.count = self._stack.enter_context(threads)

    def start(self, numbers: Array, attempts: Array) -> list[Callable[[], Passed]]:
        """Starts to draw attempts at numbers, (n,) both, in chunks of names that begin alike."""
        max_names = self._sampler.largest_walk // CHUNKS  # of a chunk
        n = 1
        if len(numbers) >= MIN_CHUNKED_NAMES or len(numbers) > max_names:
            n = self.count * math.ceil(len(numbers) / (self.count * max_names))
        rows = [np.arange(len(numbers), dtype=np.int32)]
        if n > 1:
            some = zip(np.array_split(numbers, n), np.array_split(attempts, n), strict=True)
            chunks = self._sampler.walk_sampler.chunks
            # In parts, to bound the memory.
            chunk = np.concatenate([chunks(keys_of(self.key, *each), n) for each in some])
            rows = [np.flatnonzero(chunk == each).astype(np.int32) for each in range(n)]
        return [self.submit(self._draw, numbers, attempts, each) for each in rows]

    def _draw(self, numbers: Array, attempts: Array, rows: Array) -> Passed:
        keys = keys_of(self.key, numbers[rows], attempts[rows])
        names, passed, tally = self._sampler.draw(keys)
        # Finished names may have to wait, so store codes in the smallest type.
        codes = names.codes.astype(np.min_scalar_type(names.codes.max(initial=0)))
        return Names(codes, names.offsets.astype(np.int32)), rows[passed], tally

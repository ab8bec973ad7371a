"""Splits a large batch into chunks, which threads draw; names that begin alike share a chunk.

Without such chunks, 500,000 first names take 1.7 times as long (tests/benchmarks/tried.md).
"""

import math

import numpy as np

from rnn_names.arrays import Array, Workspace
from rnn_names.sampling.random_keys import keys_at, uniform, weighted_index
from rnn_names.sampling.sampler import Sampler

CHUNKS_PER_THREAD = 4  # of the largest batch: more take less memory but share fewer prefixes
MIN_CHUNKED_NAMES = 1 << 13  # smaller batches are drawn in chunks only if the vocabulary is large


def split_into_chunks(
    sampler: Sampler, key: Array, numbers: Array, attempts: Array, n_threads: int
) -> list[Array]:
    """The rows of each chunk's attempts, which are given by number and attempt, (n,) both."""
    max_names = sampler.largest_batch // (CHUNKS_PER_THREAD * n_threads)
    if len(numbers) < MIN_CHUNKED_NAMES and len(numbers) <= max_names:
        return [np.arange(len(numbers), dtype=np.int32)]
    n = n_threads * math.ceil(len(numbers) / (n_threads * max_names))
    # In parts, to bound the memory.
    parts = zip(np.array_split(numbers, n), np.array_split(attempts, n), strict=True)
    chunk_of_name = np.concatenate([_chunks_of(sampler, keys_at(key, *part), n) for part in parts])
    return [np.flatnonzero(chunk_of_name == k).astype(np.int32) for k in range(n)]


def _chunks_of(sampler: Sampler, keys: Array, n: int) -> Array:
    """The chunk of each name, 0 to n − 1, by its first two random numbers: (names,)."""
    drawer, roots = sampler.unguided_drawer, sampler.unguided_drawer.roots
    p, position, position_after = roots.relative_p, 0, roots.lengths
    if len(roots.texts) == 1:
        position = len(roots.texts[0])
        p = drawer.predictor.next_probabilities(roots.states, Workspace())[0][:, 0]
        position_after = np.full(len(p), position + 1)
    p /= p.sum()
    beginning_of_name = weighted_index(keys, position, p)
    # On a line from 0 to 1, each beginning has a piece as long as its probability.
    within = uniform(keys, position_after[beginning_of_name])
    point = (np.cumsum(p) - p)[beginning_of_name] + p[beginning_of_name] * within
    return np.minimum(n * point, n - 1).astype(np.min_scalar_type(n))

"""Counter-based random numbers: each is a hash of a seed and a few numbers.

Character t of attempt a for number i is chosen by

    u(seed, i, a, t)  =  (upper 32 bits of subkey(subkey(subkey(seed_key(seed), i), a), t)) / 2³²
    subkey(key, k)    =  mix(key + (k + 1) γ)                       `mix` and γ as in `fingerprints`

Any name can therefore be drawn alone. The numbers between the seed and t depend on what is drawn:

    names of a stream                number, attempt
    the same, under rare conditions  group, proposal
    names of a cast                  path of the part, round, line, attempt
    different initials of a cast     path of the part, round, line
    shared initials of a cast        INITIALS, round, line, attempt
    choices of a cast                path of the part, card of the deck
    redrawn choices of a cast        path of the part, line, round
    aliases                          0, attempt; the seed follows from the key of the alias
"""

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.fingerprints import INCREMENT, mix


def subkeys(keys: Array, numbers: Array | int) -> Array:
    """The key derived from each key and a number below 2⁶⁴: (n,) uint64.

    >>> [f"{key:016x}" for key in subkeys(np.zeros(1, np.uint64), np.array([0, 1])).tolist()]
    ['e220a8397b1dcdaf', '6e789e6aa1b965f4']
    """
    after = np.atleast_1d(numbers).astype(np.uint64) + np.uint64(1)
    return mix(after * INCREMENT + keys)


def seed_key(seed: int, *path: int) -> Array:
    """The key of all names of a seed, (1,); the keys of different paths are independent."""
    key = np.zeros(1, np.uint64)
    words = [seed >> shift & 2**64 - 1 for shift in range(0, max(seed.bit_length(), 1), 64)]
    for word in (*words, *path):
        key = subkeys(key, np.array([word], np.uint64))
    return key


def keys_at(key: Array, outer: Array, inner: Array | int = 0) -> Array:
    """The keys derived from `key` and pairs of numbers, such as a number and an attempt: (n,)."""
    return subkeys(subkeys(key, outer), inner)


def fixed_keys(n: int, *path: int, inner: int = 0) -> Array:
    """Keys that do not depend on the seed, (n,), for pilots and to prepare a guide."""
    return keys_at(seed_key(0, *path), np.arange(n), inner)


def random_bits(keys: Array, position: Array | int) -> Array:
    """u(…, t) · 2³² for the position t in each name: (n,) uint64."""
    return subkeys(keys, position) >> np.uint64(32)


def uniform(keys: Array, position: Array | int) -> Array:
    """u(…, t) for the position t in each name: (n,), 0 ≤ u < 1."""
    return random_bits(keys, position) * 2.0**-32


def weighted_index(keys: Array, position: int, weights: Array) -> Array:
    """A random index for each key, with probabilities proportional to the weights: (n,)."""
    edges = np.cumsum(weights)
    return np.searchsorted(edges, uniform(keys, position) * edges[-1], side="right")

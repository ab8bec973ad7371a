"""SplitMix64: the hash behind fingerprints of names and counter-based random numbers.

From Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators".
"""

import numpy as np

from rnn_names.arrays import Array

INCREMENT = np.uint64(0x9E3779B97F4A7C15)  # γ
_MULTIPLIERS = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def mix(z: Array) -> Array:
    """The output function, in place: (n,) uint64."""
    z ^= z >> np.uint64(30)
    z *= _MULTIPLIERS[0]
    z ^= z >> np.uint64(27)
    z *= _MULTIPLIERS[1]
    z ^= z >> np.uint64(31)
    return z

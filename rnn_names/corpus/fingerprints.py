"""Fingerprints: sorted 64-bit hashes of a list's names, which tell which names are in the list.

The fingerprint of a name in NFC is a sum over its characters, modulo 2⁶⁴:

    Σ mix(code + 2²¹ · place + γ)        place = 0, 1, …

`mix` and γ are those of SplitMix64 (Steele, Lea & Flood 2014, "Fast splittable pseudorandom number
generators"). All this is part of the file format. A name that is not in a list of n names has the
fingerprint of one of them with probability n / 2⁶⁴. A model may store only the uppermost bits
(bundled models store 44); the other bits are then 0.
"""

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.names import Names

INCREMENT = np.uint64(0x9E3779B97F4A7C15)  # γ
_MULTIPLIERS = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
PACKED_BITS = 44  # uppermost bits that the packed form stores
PACKED_BYTES = 6  # bytes of the gap between two fingerprints in the packed form
MIN_BITS = 32  # minimum number of bits that a model stores
HASHED_AT_ONCE = 1 << 16  # names hashed together, to bound the memory


def fingerprint(names: Names) -> Array:
    """Normalises names to NFC and returns their fingerprints: (len(names),) uint64.

    >>> prints = fingerprint(Names.from_strings(["Ada", "Adam", ""]))
    >>> [f"{number:016x}" for number in prints.tolist()]
    ['74593662d8621658', 'e78207bd940fa492', '0000000000000000']
    """
    result = np.empty(len(names), np.uint64)
    for start in range(0, len(names), HASHED_AT_ONCE):
        part = names[start : start + HASHED_AT_ONCE].in_nfc()
        place = np.arange(len(part.codes)) - np.repeat(part.offsets[:-1], part.lengths)
        # The sum over a name is the difference of two cumulative sums, modulo 2⁶⁴.
        sums = np.append(np.uint64(0), np.cumsum(terms(part.codes, place)))
        result[start : start + HASHED_AT_ONCE] = sums[part.offsets[1:]] - sums[part.offsets[:-1]]
    return result


def mix(z: Array) -> Array:
    """The output function of SplitMix64, in place: (n,) uint64."""
    z ^= z >> np.uint64(30)
    z *= _MULTIPLIERS[0]
    z ^= z >> np.uint64(27)
    z *= _MULTIPLIERS[1]
    z ^= z >> np.uint64(31)
    return z


def terms(codes: Array, places: Array) -> Array:
    """The terms of a fingerprint for the given characters and their places."""
    return mix(codes.astype(np.uint64) + (places.astype(np.uint64) << np.uint64(21)) + INCREMENT)


def upper_bits(prints: Array, bits: int) -> Array:
    """Keeps the uppermost `bits` of each fingerprint; returns the distinct results, sorted."""
    return np.unique(prints & ~np.uint64((1 << (64 - bits)) - 1))


def lowest_kept(known: Array) -> int:
    """The value of the lowest bit that fingerprints store: 1 if they store all bits.

    >>> lowest_kept(np.array([0b1101000, 0b0110000], np.uint64))
    8
    """
    together = int(np.bitwise_or.reduce(known))
    return min(together & -together or 1, 1 << (64 - MIN_BITS))


def packed(prints: Array) -> Array:
    """The gaps between the uppermost bits, as bytes, lowest first: (PACKED_BYTES, n) uint8."""
    gaps = np.diff(prints >> np.uint64(64 - PACKED_BITS), prepend=np.uint64(0)).astype("<u8")
    return np.ascontiguousarray(gaps.view(np.uint8).reshape(-1, 8).T[:PACKED_BYTES])


def unpacked(rows: Array) -> Array:
    """The fingerprints in a file's array, which may be packed or have fewer bits, as uint64."""
    if rows.dtype == np.uint8:
        gaps = np.zeros((rows.shape[1], 8), np.uint8)
        gaps[:, :PACKED_BYTES] = rows.T
        return np.cumsum(gaps.view("<u8").ravel(), dtype=np.uint64) << np.uint64(64 - PACKED_BITS)
    return rows.astype(np.uint64) << np.uint64(64 - 8 * rows.dtype.itemsize)


def union(a: Array, b: Array) -> Array:
    """The sorted union of the fingerprints of two lists, cut to the bits that both store."""
    mask = ~np.uint64(max(lowest_kept(a), lowest_kept(b)) - 1)
    return np.union1d(a & mask, b & mask)


def among(prints: Array, known: Array) -> Array:
    """Whether each fingerprint is among the sorted `known`, by the bits these store: (n,) bool."""
    if not len(known):
        return np.zeros(len(prints), dtype=bool)
    masked = prints & ~np.uint64(lowest_kept(known) - 1)
    at = np.minimum(np.searchsorted(known, masked), len(known) - 1)
    return known[at] == masked

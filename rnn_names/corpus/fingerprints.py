"""Fingerprints: a list of names as sorted 64-bit numbers, to tell which names were in it.

The fingerprint of a name in NFC is a sum over its characters, modulo 2⁶⁴:

    Σ mix(code + 2²¹ · place + γ)        place = 0, 1, …

`mix` and γ are those of SplitMix64 (`rnn_names.arrays`). The file format fixes all this. A name
that is not in a list of n is taken for one of it with probability n / 2⁶⁴. Where a model keeps only
the uppermost bits of fingerprints, as bundled ones keep 44, the others are 0.
"""

import numpy as np

from rnn_names.arrays import INCREMENT, Array, mix
from rnn_names.corpus.names import Names

PACKED_BITS = 44  # uppermost bits that are kept in a packed form
PACKED_BYTES = 6  # of a gap between two of them
MIN_BITS = 32  # a model keeps at least so many
HASHED_AT_ONCE = 1 << 16  # names whose characters are mixed together; it bounds the memory


def compute_fingerprints(names: Names) -> Array:
    """The fingerprint of each name, in any normal form of Unicode: (len(names),) uint64.

    >>> prints = compute_fingerprints(Names.from_strings(["Ada", "Adam", ""]))
    >>> [f"{number:016x}" for number in prints.tolist()]
    ['74593662d8621658', 'e78207bd940fa492', '0000000000000000']
    """
    result = np.empty(len(names), np.uint64)
    for start in range(0, len(names), HASHED_AT_ONCE):
        part = names[start : start + HASHED_AT_ONCE].in_nfc()
        place = np.arange(len(part.codes)) - np.repeat(part.offsets[:-1], part.lengths)
        # The sum over a name is the difference of two sums from the beginning, modulo 2⁶⁴.
        sums = np.append(np.uint64(0), np.cumsum(terms(part.codes, place)))
        result[start : start + HASHED_AT_ONCE] = sums[part.offsets[1:]] - sums[part.offsets[:-1]]
    return result


def terms(codes: Array, places: Array) -> Array:
    """The terms that characters at some places add to a fingerprint."""
    return mix(codes.astype(np.uint64) + (places.astype(np.uint64) << np.uint64(21)) + INCREMENT)


def upper_bits(prints: Array, bits: int) -> Array:
    """Fingerprints of which only the uppermost `bits` are kept, sorted and each once."""
    return np.unique(prints & np.uint64(-1 << (64 - bits) & 2**64 - 1))


def lowest_kept(known: Array) -> int:
    """The lowest bit that fingerprints keep, as a number: 1 where they keep all.

    >>> lowest_kept(np.array([0b1101000, 0b0110000], np.uint64))
    8
    """
    together = int(np.bitwise_or.reduce(known))
    return min(together & -together or 1, 1 << (64 - MIN_BITS))


def packed(prints: Array) -> Array:
    """The form of files for fingerprints of `PACKED_BITS`: (PACKED_BYTES, n) uint8.

    Row k has byte k, the lowest first, of the gaps between the fingerprints' uppermost bits.
    """
    gaps = np.diff(prints >> np.uint64(64 - PACKED_BITS), prepend=np.uint64(0)).astype("<u8")
    return np.ascontiguousarray(gaps.view(np.uint8).reshape(-1, 8).T[:PACKED_BYTES])


def unpacked(rows: Array) -> Array:
    """The fingerprints of a file, in whatever form, as uint64."""
    if rows.dtype == np.uint8:
        gaps = np.zeros((rows.shape[1], 8), np.uint8)
        gaps[:, :PACKED_BYTES] = rows.T
        return np.cumsum(gaps.view("<u8").ravel(), dtype=np.uint64) << np.uint64(64 - PACKED_BITS)
    return rows.astype(np.uint64) << np.uint64(64 - 8 * rows.dtype.itemsize)


def union(a: Array, b: Array) -> Array:
    """The fingerprints of two lists together, sorted, of as few bits as either has."""
    kept = np.uint64(-max(lowest_kept(a), lowest_kept(b)) & 2**64 - 1)
    return np.union1d(a & kept, b & kept)


def among(prints: Array, known: Array) -> Array:
    """Whether each is among `known`, which are sorted, as far as their bits are kept: (n,) bool."""
    if not len(known):
        return np.zeros(len(prints), dtype=bool)
    wanted = prints & np.uint64(-lowest_kept(known) & 2**64 - 1)
    at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return known[at] == wanted

"""Additions to NumPy: a short name for the type of an array, and a few small operations."""

import math
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names.errors import RnnNamesError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Self

Array = np.ndarray[Any, np.dtype[Any]]
"""An array; docstrings and comments state its shape, and its type where that is not obvious."""


@cache
def check_products() -> None:
    """Raises RnnNamesError if BLAS has a faulty kernel for this processor, as in some emulators.

    Otherwise names would silently be nonsense. NumPy does not use BLAS for products of integers.
    """
    a, b = (np.arange(1024).reshape(32, 32) % k for k in (5, 7))
    x: Array
    y: Array
    for dtype in (np.float32, np.float64):
        x, y = a.astype(dtype), b.astype(dtype)
        with np.errstate(all="ignore"):
            products = np.array([x @ y, x @ y.T, x.T @ y])
        if not np.array_equal(products, [a @ b, a @ b.T, a.T @ b]):
            raise RnnNamesError(
                "matrix products come out wrong here: NumPy's BLAS has a faulty kernel for this "
                "processor; set OPENBLAS_CORETYPE=ARMV8, or HASWELL on x86"
            )


INCREMENT = np.uint64(0x9E3779B97F4A7C15)  # γ of SplitMix64
_MULTIPLIERS = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def mix(z: Array) -> Array:
    """The output function of SplitMix64, in place: (n,) uint64.

    Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators".
    """
    z ^= z >> np.uint64(30)
    z *= _MULTIPLIERS[0]
    z ^= z >> np.uint64(27)
    z *= _MULTIPLIERS[1]
    z ^= z >> np.uint64(31)
    return z


def ranges(starts: Array, sizes: Array) -> Array:
    """For each start, the `size` numbers start, start + 1, …, one range after another: (Σ sizes,).

    >>> ranges(np.array([5, 0, 40]), np.array([2, 0, 3])).tolist()
    [5, 6, 40, 41, 42]
    """
    # Within each range, the result differs from a plain count 0, 1, 2, … by a constant.
    differences = np.repeat(starts - (np.cumsum(sizes) - sizes), sizes)
    return np.arange(len(differences)) + differences


def slices(bounds: Array) -> list[slice]:
    """The slices between neighbouring bounds.

    >>> slices(np.array([0, 2, 5]))
    [slice(0, 2, None), slice(2, 5, None)]
    """
    return [slice(a, b) for a, b in pairwise(bounds.tolist())]


def row_maxima(rows: Array) -> Array:
    """The largest number of each row, (m, 1).

    `rows.max` takes 15 to 50 % longer for rows of 27 to 110 numbers (NumPy 2.4).
    """
    return np.fmax.reduce(rows, axis=-1, keepdims=True)


def rows_by_length(lengths: Array) -> list[Array]:
    """The rows of each length, in ascending order of length.

    >>> [rows.tolist() for rows in rows_by_length(np.array([4, 2, 4]))]
    [[1], [0, 2]]
    """
    order = np.argsort(lengths, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(lengths[order])) + 1)


def stable_order(keys: Array) -> Array:
    """The stable sorting order of integers ≥ 0; NumPy sorts integers of 8 and 16 bits faster."""
    return np.argsort(keys.astype(np.min_scalar_type(int(keys.max(initial=0)))), kind="stable")


def rounded(weights: Array, bits: int = 7) -> Array:
    """float32 numbers rounded to a mantissa of `bits` bits, halves upwards; 7 bits are bfloat16.

    >>> rounded(np.array([1, 1 / 3, -1e-5], np.float32)).tolist()
    [1.0, 0.333984375, -1.0013580322265625e-05]
    """
    dropped = 23 - bits
    half, mask = np.uint32(1 << dropped >> 1), np.uint32(2**32 - (1 << dropped))
    return ((weights.view(np.uint32) + half) & mask).view(np.float32)


class Rows:
    """Base of dataclasses whose fields are arrays with one row per item."""

    def __getitem__(self, rows: Any) -> "Self":
        """The selected rows."""
        return type(self)(*(column[rows] for column in vars(self).values()))

    @classmethod
    def concatenate(cls, parts: "Sequence[Self]") -> "Self":
        """The rows of all parts, in order."""
        columns = zip(*(vars(part).values() for part in parts), strict=True)
        return cls(*map(np.concatenate, columns))


class Workspace:
    """Arrays that are reused from one minibatch to the next, by name.

    Allocating an array of megabytes takes longer than the arithmetic on it.

    >>> work = Workspace()
    >>> work("cache", 2, 3)[:] = 7
    >>> work("cache", 2, 3)[0].tolist()  # the same array
    [7.0, 7.0, 7.0]
    """

    def __init__(self, dtype: Any = np.float32) -> None:
        self.dtype = np.dtype(dtype)
        self._flat: dict[str, Array] = {}

    def __call__(self, name: str, *shape: int) -> Array:
        """The array of this name, which keeps its values if its shape is the same."""
        size = math.prod(shape)
        flat = self._flat.get(name)
        if flat is None or flat.size < size:
            self._flat[name] = flat = np.empty(size + size // 4, self.dtype)
        return flat[:size].reshape(shape)


def differs_from_previous(values: Array) -> Array:
    """Whether each value differs from the one before it, True for the first: (m,) bool.

    >>> differs_from_previous(np.array([3, 3, 5])).tolist()
    [True, False, True]
    """
    result = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=result[1:])
    return result

"""The array type, operations that NumPy lacks, reusable arrays, and a check of matrix products."""

import math
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from rnn_names.errors import RnnNamesError

Array = np.ndarray[Any, np.dtype[Any]]
"""An array. Docstrings and comments give its shape, and its type unless it is obvious."""

LEAST_LOG = -1e300  # replaces −∞ where it is subtracted, since −∞ − −∞ is not a number


def ranges(starts: Array, sizes: Array) -> Array:
    """The ranges start, start + 1, …, one for each start and size, concatenated: (Σ sizes,).

    >>> ranges(np.array([5, 0, 40]), np.array([2, 0, 3])).tolist()
    [5, 6, 40, 41, 42]
    """
    # The result differs from a plain count 0, 1, 2, … by a constant within each range.
    differences = np.repeat(starts - (np.cumsum(sizes) - sizes), sizes)
    return np.arange(len(differences)) + differences


def slices(bounds: Array) -> list[slice]:
    """The slices between neighbouring bounds.

    >>> slices(np.array([0, 2, 5]))
    [slice(0, 2, None), slice(2, 5, None)]
    """
    return [slice(a, b) for a, b in pairwise(bounds.tolist())]


def differs_from_previous(values: Array) -> Array:
    """Whether each value differs from the one before it, True for the first: (m,) bool.

    >>> differs_from_previous(np.array([3, 3, 5])).tolist()
    [True, False, True]
    """
    result = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=result[1:])
    return result


def row_maxima(rows: Array) -> Array:
    """The maximum of each row, (m, 1); `rows.max` takes 15 to 50 % longer (NumPy 2.4)."""
    return np.fmax.reduce(rows, axis=-1, keepdims=True)


def log_sum(terms: Array) -> Array:
    """The logarithm of Σ exp(terms) over the last axis, without overflow; overwrites `terms`."""
    top = np.maximum(row_maxima(terms), LEAST_LOG)
    terms -= top
    np.exp(terms, out=terms)
    with np.errstate(divide="ignore"):
        return np.log(terms.sum(axis=-1)) + top[..., 0]


def log_difference(log_a: float, log_b: float) -> float:
    """The logarithm of a − b, or of 1e-300 a if b is not smaller than a."""
    if log_b == -math.inf:
        return log_a
    return log_a + math.log(max(-math.expm1(min(log_b - log_a, 0)), 1e-300))


def rows_by_length(lengths: Array) -> list[Array]:
    """The rows of each length, in ascending order of length.

    >>> [rows.tolist() for rows in rows_by_length(np.array([4, 2, 4]))]
    [[1], [0, 2]]
    """
    order = np.argsort(lengths, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(lengths[order])) + 1)


def rounded(weights: Array, bits: int = 7) -> Array:
    """float32 numbers rounded to a mantissa of `bits` bits, halves away from 0; 7 give bfloat16.

    >>> rounded(np.array([1, 1 / 3, -1e-5], np.float32)).tolist()
    [1.0, 0.333984375, -1.0013580322265625e-05]
    """
    dropped = 23 - bits
    half, mask = np.uint32(1 << dropped >> 1), np.uint32(2**32 - (1 << dropped))
    return ((weights.view(np.uint32) + half) & mask).view(np.float32)


def structured(**columns: Array) -> Array:
    """A structured array, (m,), whose fields are the columns, (m, …) each.

    >>> structured(place=np.array([1, 2]), is_known=np.array([True, False]))["place"].tolist()
    [1, 2]
    """
    fields = [(name, column.dtype, column.shape[1:]) for name, column in columns.items()]
    result = np.empty(len(next(iter(columns.values()))), fields)
    for name, column in columns.items():
        result[name] = column
    return result


class Workspace:
    """Named arrays that are reused, since allocating megabytes takes longer than their arithmetic.

    >>> work = Workspace()
    >>> work("cache", 2, 3)[:] = 7
    >>> work("cache", 2, 3)[0].tolist()  # the same array
    [7.0, 7.0, 7.0]
    """

    def __init__(self, dtype: Any = np.float32) -> None:
        self.dtype = np.dtype(dtype)
        self._flat: dict[str, Array] = {}

    def __call__(self, name: str, *sizes: int) -> Array:
        """The array with this name; it keeps its values if the sizes are the same."""
        total = math.prod(sizes)
        flat = self._flat.get(name)
        if flat is None or flat.size < total:
            self._flat[name] = flat = np.empty(total + total // 4, self.dtype)
        return flat[:total].reshape(sizes)


@cache
def check_products() -> None:
    """Raises RnnNamesError unless BLAS's products of floats equal NumPy's products of integers."""

    def products(a: Array, b: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.array([a @ b, a @ b.T, a.T @ b])

    a, b = (np.arange(1024).reshape(32, 32) % k for k in (5, 7))
    exact, floats = products(a, b), (np.float32, np.float64)
    if not all(np.array_equal(products(a.astype(t), b.astype(t)), exact) for t in floats):
        reason = "NumPy's BLAS has a faulty kernel for this processor"
        advice = "set OPENBLAS_CORETYPE=ARMV8, or HASWELL on x86"
        raise RnnNamesError(f"matrix products come out wrong here: {reason}; {advice}")

"""Checks once that matrix products come out right: with a faulty BLAS, names would be nonsense."""

from functools import cache

import numpy as np

from rnn_names.arrays import Array
from rnn_names.errors import RnnNamesError


@cache
def check_products() -> None:
    """Raises RnnNamesError unless BLAS's products equal NumPy's own, of integers."""
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

"""A kernel of BLAS that computes nonsense is told; tests/arm_check.sh has a real one, emulated."""

import numpy as np
import pytest

from rnn_names.arrays import check_products
from rnn_names.errors import RnnNamesError


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_wrong_products_are_reported(dtype, monkeypatch):
    equal = np.array_equal
    monkeypatch.setattr(np, "array_equal", lambda a, b: a.dtype != dtype and equal(a, b))
    with pytest.raises(RnnNamesError, match="matrix products come out wrong here"):
        check_products.__wrapped__()


def test_products_of_this_machine_are_right():
    check_products.__wrapped__()

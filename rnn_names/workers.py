"""Threads that share out array work.

NumPy lets go of the interpreter lock inside its array operations, so threads that each work on a part of a batch keep several cores
busy, element-wise functions included; BLAS threads, which only speed up matrix products, are turned off meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import numpy as np


@contextmanager
def worker_threads(n: int) -> Iterator[ThreadPoolExecutor]:
    """A pool of `n` threads; BLAS uses one thread in each for as long as the context lasts.

    The threads do not warn of overflow: who starts the work looks at what comes out.
    """
    from threadpoolctl import threadpool_limits

    quiet = partial(np.seterr, over="ignore", invalid="ignore")
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(n, initializer=quiet) as pool:
        yield pool

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

    The threads do not warn of overflow: who starts the work looks at what comes out. An interrupt does not wait for what they are
    at, which nobody wants any more.
    """
    from threadpoolctl import threadpool_limits

    quiet = partial(np.seterr, over="ignore", invalid="ignore")
    with threadpool_limits(1, user_api="blas"):
        pool, interrupted = ThreadPoolExecutor(n, initializer=quiet), False
        try:
            yield pool
        except KeyboardInterrupt:
            interrupted = True
            raise
        finally:
            pool.shutdown(wait=not interrupted, cancel_futures=interrupted)

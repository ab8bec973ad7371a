"""Threads that share array work: NumPy releases the interpreter's lock inside its operations.

BLAS's threads, which speed up only matrix products, are switched off meanwhile.
"""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from rnn_names import system
from rnn_names.errors import FewThreadsWarning, warn

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

Submit = Callable[..., Callable[[], Any]]
"""Calls a function in a thread; returns a function that waits for its value."""
Threads = tuple[Submit, int]
"""A `Submit` and the number of calls that run at the same time."""

_blas_has_one_thread = False
# Environment variables that keep BLAS from starting threads.
ONE_BLAS_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"), "1")
# Seconds between switches of threads, since NumPy's operations are shorter than Python's 5 ms.
SWITCH_INTERVAL = 1e-4
_settings, _inside = ExitStack(), 0  # of the whole process; the number of active contexts
# Re-entrant, since a forgotten generator may be collected and its context closed in any thread.
_guard = system.ForkSafeLock()


def start_blas_with_one_thread() -> None:
    """Keeps BLAS from starting threads if NumPy is not loaded yet."""
    global _blas_has_one_thread
    if "numpy" not in sys.modules:
        os.environ.update(ONE_BLAS_THREAD)
        _blas_has_one_thread = True


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Makes BLAS use one thread and Python switch threads more often within the context.

    Contexts of generators may end in any order; the last one to end restores the settings.
    """
    global _inside
    with _guard.lock:
        if not _inside:
            if not _blas_has_one_thread:
                from threadpoolctl import threadpool_limits

                _settings.enter_context(threadpool_limits(1, user_api="blas"))
            _settings.callback(sys.setswitchinterval, sys.getswitchinterval())
            sys.setswitchinterval(SWITCH_INTERVAL)
        _inside += 1
    try:
        yield
    finally:
        with _guard.lock:
            _inside -= 1
            if not _inside:
                _settings.close()


@contextmanager
def worker_threads(n: int) -> Iterator[Threads]:
    """Lets `n` threads make calls within the context, with one BLAS thread in each.

    Yields a `Submit` and the number of threads. If `n` is 1, or if threads cannot be started (with
    a warning), the thread that asks for a value makes the call. The end of the context cancels the
    calls that have not begun; after an interrupt, it does not wait for the others.
    """
    with one_blas_thread():
        pool = _start_pool(n) if n > 1 else None
        if pool is None:
            yield deferred, 1
            return
        interrupted = False
        try:
            yield (lambda *call: pool.submit(_quietly, *call).result), n
        except KeyboardInterrupt:
            interrupted = True
            raise
        finally:
            with suppress(RuntimeError):  # a thread of the pool may collect a forgotten stream
                pool.shutdown(wait=not interrupted, cancel_futures=True)


def _start_pool(n: int) -> "ThreadPoolExecutor | None":
    """Starts a pool of `n` threads; None, with a warning, if they cannot all be started."""
    from concurrent.futures import ThreadPoolExecutor

    pool, all_started = ThreadPoolExecutor(n), threading.Event()
    try:
        for _ in range(n):
            pool.submit(all_started.wait)  # a waiting thread cannot take the next call
    except RuntimeError:
        reason = "no further thread can be started (a limit on processes or memory?)"
        message = f"{reason}: one thread does all the work, which takes longer"
        warn(message, FewThreadsWarning)
        pool.shutdown(wait=False)
        return None
    finally:
        all_started.set()
    return pool


def deferred(function: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
    """A call that is made when its value is requested."""
    return partial(_quietly, function, *arguments)


def _quietly(function: Callable[..., Any], *arguments: Any) -> Any:
    import numpy as np

    with np.errstate(over="ignore", invalid="ignore"):
        return function(*arguments)

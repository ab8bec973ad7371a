"""Fair turns: each side of a comparison is a process of its own, and works when it is told to.

So no side's libraries, threads or settings are in another's way, and this process, which only gives
the turns, stays small.
"""

from __future__ import annotations

import importlib
import multiprocessing
import statistics
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

PAUSE = 0.05
"""Seconds before each turn, for the threads of the last one to go to sleep."""


class Contender:
    """An object in a process of its own, whose methods can be called from here."""

    def __init__(self, factory: str, *arguments: Any) -> None:
        """Starts the process; `factory` is the class, as "module:name".

        Its arguments and its methods' results must be plain values.
        """
        context = multiprocessing.get_context("spawn")
        self._pipe, far_end = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(far_end, factory, arguments), daemon=True
        )
        self._process.start()
        far_end.close()
        self._result()

    def call(self, method: str, *arguments: Any) -> Any:
        """Calls a method and gives what it returns."""
        self._pipe.send((method, arguments))
        return self._result()

    def _result(self) -> Any:
        done, value = self._pipe.recv()
        if not done:
            raise RuntimeError(f"a contender failed:\n{value}")
        return value

    def __enter__(self) -> Contender:
        """The contender itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ends its process."""
        self._pipe.close()
        self._process.join(timeout=10)
        if self._process.is_alive():
            self._process.kill()


def _serve(pipe: Connection, factory: str, arguments: tuple[Any, ...]) -> None:
    """The life of a contender's process."""
    module, name = factory.split(":")
    try:
        contender = getattr(importlib.import_module(module), name)(*arguments)
        pipe.send((True, None))
        while True:
            method, arguments = pipe.recv()
            pipe.send((True, getattr(contender, method)(*arguments)))
    except EOFError:
        pass
    except Exception:
        pipe.send((False, traceback.format_exc()))


def take_turns(
    sides: dict[str, Callable[[int], float]], rounds: int, first: int = 0
) -> dict[str, list[float]]:
    """What each side's function returns in each round; the order is turned round every time.

    The function is given the round's number.
    """
    values: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(first, first + rounds):
        for name in list(sides)[:: 1 if number % 2 else -1]:
            time.sleep(PAUSE)
            values[name].append(sides[name](number))
    return values


def quartiles(values: list[float]) -> tuple[float, float, float]:
    """The lower quartile, the median and the upper quartile.

    >>> quartiles([4.0, 1.0, 3.0, 2.0, 5.0])
    (2.0, 3.0, 4.0)
    """
    if len(values) == 1:
        return values[0], values[0], values[0]
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high

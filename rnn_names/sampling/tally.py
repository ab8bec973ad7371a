"""Tests of names by conditions, and the numbers of names that were tested and that passed."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from rnn_names.arrays import Array
from rnn_names.conditions.conditions import Condition
from rnn_names.corpus.names import Names


class Tally(dict[Any, tuple[int, int]]):
    """The numbers of names tested for each condition and passed, by the condition's title."""

    def add(self, more: Mapping[Any, tuple[int, int]]) -> None:
        """Adds the counts of another draw."""
        for title, (tested, passed) in more.items():
            before = self.get(title, (0, 0))
            self[title] = before[0] + tested, before[1] + passed

    @property
    def tightest(self) -> str:
        """The title of the condition that the smallest share of draws met; "" without a draw."""
        rates = {title: max(n, 0.5) / tested for title, (tested, n) in self.items() if tested}
        return min(rates, key=rates.__getitem__, default="")

    def explanation(self) -> str:
        """Why few names passed, for a message."""
        if not self.tightest:
            return "allow other lengths or another temperature, or train for longer"
        tested, passed = self[self.tightest]
        rate = f"1 in {tested / passed:,.0f}" if passed else f"fewer than 1 in {tested:,}"
        return f"the tightest condition was {self.tightest} (met by {rate} draws)"


class DrawnNames(NamedTuple):
    """The names of a draw that meet the conditions, their rows in the draw, and the tally."""

    names: Names
    rows: Array  # (len(names),) ascending, among all attempts of the draw
    tally: Tally


def rows_that_pass(conditions: Sequence[Condition], names: Names) -> tuple[Array, Tally]:
    """The rows of the names that meet all conditions, and the tally."""
    rows: Array = np.arange(len(names))
    tally = Tally()
    for condition in conditions:
        passes = condition.passes(names)
        rows, names = rows[passes], names.take(np.flatnonzero(passes))
        tally[condition.title] = len(passes), len(names)
    return rows, tally

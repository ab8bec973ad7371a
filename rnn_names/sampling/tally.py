"""How many names were held to each condition, and how many met it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from rnn_names.conditions.tests import Condition
    from rnn_names.corpus.names import Names

Tally = dict[str, tuple[int, int]]
"""For each condition, by its title: how many names were held to it, and how many passed."""


def meeting(conditions: Sequence[Condition], names: Names, tally: Tally) -> Names:
    """The names that meet all conditions; each condition sees those that met the ones before."""
    for condition in conditions:
        passes = condition.passes(names)
        add_to(tally, condition.title, len(names), int(passes.sum()))
        names = names.take(np.flatnonzero(passes))
    return names


def add_to(tally: Tally, title: str, tested: int, passed: int) -> None:
    """Counts `tested` more names that were held to a condition, of which `passed` met it."""
    before = tally.get(title, (0, 0))
    tally[title] = before[0] + tested, before[1] + passed

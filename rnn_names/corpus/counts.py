r"""Lists of names with counts, as census tables have them: a name, a tab and a whole number a line.

Mary\t7065
Anna\t2604

A list has counts if its first line that is not blank has one. Then every line must have one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rnn_names.corpus.names import Names, gathered
from rnn_names.errors import CorpusError

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_DIGITS = 11
"""Of a count: the sum of those of any list that fits a memory stays far below 2⁶³."""

TAB = ord("\t")


def split(lines: Names) -> tuple[Names, NDArray[np.int64]]:
    r"""Trimmed lines as names and counts; 0 for a line that does not end in a tab and a count.

    >>> names, counts = split(Names.from_strings(["Mary\t7065", "Anna", "\t5", ""]))
    >>> names.to_strings(), counts.tolist()
    (['Mary', 'Anna', '\t5', ''], [7065, 0, 0, 0])
    """
    starts, stops = lines.offsets[:-1], lines.offsets[1:]
    tabs = np.append(-1, np.flatnonzero(lines.codes == TAB))
    tab = tabs[np.searchsorted(tabs, stops) - 1]  # the last one before the end of each line
    digits = stops - tab - 1
    not_digit = np.append(0, np.cumsum((lines.codes < ord("0")) | (lines.codes > ord("9"))))
    counted = (tab > starts) & (digits >= 1) & (digits <= MAX_DIGITS)
    counted &= not_digit[stops] == not_digit[np.minimum(tab + 1, stops)]
    counts = np.zeros(len(lines), np.int64)
    rows = np.flatnonzero(counted)
    for place in range(int(digits[rows].max(initial=0))):
        on = rows[place < digits[rows]]
        counts[on] = counts[on] * 10 + (lines.codes[tab[on] + 1 + place].astype(np.int64) - 48)
    ends = np.where(counts > 0, tab, stops)
    return Names(*gathered(lines.codes, starts, ends)), counts


def checked(title: str, lines: Names, n_before: int) -> tuple[Names, NDArray[np.int64]]:
    """`split`, of a list that has counts; blank lines have none.

    Raises:
        CorpusError: for another line without one.
    """
    names, counts = split(lines)
    wrong = np.flatnonzero((counts == 0) & (lines.lengths > 0))
    if len(wrong):
        raise CorpusError(
            f"{title}, line {n_before + wrong[0] + 1}: no count, and the lines before have one: "
            f"end it in a tab and a whole number from 1 to {10**MAX_DIGITS - 1:,}"
        )
    return names, counts

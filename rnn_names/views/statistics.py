"""What a report compares: lengths and characters of a list and of names drawn from its model."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names.corpus.names import Names

if TYPE_CHECKING:
    from numpy.typing import NDArray

COUNTED_AT_ONCE = 1 << 18
"""Names whose characters are counted together; it bounds the memory."""

BARS = 30
"""Of a distribution, at most: as many as have room for their labels on a telephone."""


def is_among(name: str, names: Names) -> bool:
    """Whether a name is among some that are in code-point order.

    >>> names = Names.from_strings(["Ada", "Bo", "Cy"])
    >>> is_among("Bo", names), is_among("Di", names)
    (True, False)
    """
    row = bisect_left(range(len(names)), name, key=lambda i: _name(names, i))
    return row < len(names) and _name(names, row) == name


def _name(names: Names, row: int) -> str:
    return names[row : row + 1].to_strings()[0]


def length_counts(names: Names, counts: NDArray[np.int64]) -> Counter[int]:
    """How many names, repeats counted, have each length."""
    of_each = np.bincount(names.lengths, weights=counts)
    return Counter({length: int(n) for length, n in enumerate(of_each) if n})


def character_counts(names: Names, counts: NDArray[np.int64]) -> Counter[str]:
    """How often each character occurs, upper case as lower case, repeats of names counted."""
    totals: Counter[str] = Counter()
    for start in range(0, len(names), COUNTED_AT_ONCE):
        rows = slice(start, start + COUNTED_AT_ONCE)
        part, repeats = names[rows], counts[rows]
        n_each = np.bincount(part.codes, weights=np.repeat(repeats, part.lengths))
        for code in np.flatnonzero(n_each):
            character = chr(code)
            lower = character.lower()
            totals[lower if len(lower) == 1 else character] += int(n_each[code])
    return totals


def shares(counts: Counter[Any]) -> dict[Any, float]:
    """Counts as fractions of their sum."""
    total = counts.total()
    return {key: n / total for key, n in counts.items()}


def length_bars(
    in_list: dict[int, float], in_samples: dict[int, float]
) -> dict[str, tuple[float, float]]:
    """Bars for all lengths, at most `BARS`; the last one then stands for all longer ones, too.

    >>> length_bars({2: 0.25, 4: 0.75}, {2: 1.0})
    {'2': (0.25, 1.0), '3': (0, 0), '4': (0.75, 0)}
    """
    shortest, longest = min([*in_list, *in_samples]), max([*in_list, *in_samples])
    last = min(longest, shortest + BARS - 1)
    bars = {
        str(length): (in_list.get(length, 0), in_samples.get(length, 0))
        for length in range(shortest, last + 1)
    }
    if longest > last:
        tails = [
            sum(share for length, share in shares.items() if length >= last)
            for shares in (in_list, in_samples)
        ]
        bars.pop(str(last))
        bars[f"{last}+"] = (tails[0], tails[1])
    return bars


def character_bars(
    in_list: dict[str, float], in_samples: dict[str, float]
) -> dict[str, tuple[float, float]]:
    """Bars for the most frequent characters of the list.

    >>> character_bars({"b": 0.25, "a": 0.625, "␣": 0.125}, {"a": 1.0})
    {'a': (0.625, 1.0), 'b': (0.25, 0), '␣': (0.125, 0)}
    """
    frequent = sorted(in_list, key=lambda character: (-in_list[character], character))[:BARS]
    return {character: (in_list[character], in_samples.get(character, 0)) for character in frequent}


def labelled(counts: Counter[str]) -> Counter[str]:
    """Counts of characters by their labels; all white space has the same one.

    >>> labelled(Counter({"a": 3, " ": 2, "\u3000": 1}))
    Counter({'a': 3, '␣': 3})
    """
    totals: Counter[str] = Counter()
    for character, n in counts.items():
        totals[_visible(character)] += n
    return totals


def _visible(character: str) -> str:
    """A character as a label: spaces and combining marks would not be seen alone."""
    if character.isspace():
        return "␣"
    return "◌" + character if unicodedata.combining(character) else character

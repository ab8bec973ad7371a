"""What a report compares: lengths and characters of a list and of names drawn from its model."""

import math
import unicodedata
from collections import Counter
from typing import Any

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.names import Names

COUNTED_AT_ONCE = 1 << 18  # names whose characters are counted together; it bounds the memory
BARS = 30  # of a distribution, at most: as many as have room for their labels on a telephone
NAMES_MEASURED = 2000  # names drawn from the finished model to compare with the list
CHANCE = 3  # standard errors by which mean lengths may differ without being told


def length_note(names: Names, counts: Array, drawn: Names) -> str:
    """A sentence if drawn names differ from the list's in length by more than chance; else "".

    >>> ada, adam = Names.from_strings(["Ada"] * 50), Names.from_strings(["Adam"] * 50)
    >>> length_note(ada, np.ones(50, np.int64), adam)
    "Its names have 4.00 characters on average, the list's 3.00: not by chance."
    >>> length_note(ada, np.ones(50, np.int64), ada)
    ''
    """
    mean, variance = _mean(names.lengths, counts)
    mean_drawn, variance_drawn = _mean(drawn.lengths, np.ones(len(drawn), np.int64))
    error = math.sqrt(variance / len(names) + variance_drawn / len(drawn))
    if abs(mean_drawn - mean) <= CHANCE * error:
        return ""
    means = f"{mean_drawn:.2f} characters on average, the list's {mean:.2f}"
    return f"Its names have {means}: not by chance."


def _mean(lengths: Array, counts: Array) -> tuple[float, float]:
    mean = float(np.average(lengths, weights=counts))
    return mean, float(np.average((lengths - mean) ** 2, weights=counts))


def length_shares(names: Names, counts: Array) -> dict[int, float]:
    """The share of each length; name i counts `counts[i]` times."""
    of_each = np.bincount(names.lengths, weights=counts)
    return _shares(Counter({length: int(n) for length, n in enumerate(of_each) if n}))


def character_shares(names: Names, counts: Array) -> dict[str, float]:
    """The share of each character by its label; upper case counts as lower case."""
    totals: Counter[str] = Counter()
    for start in range(0, len(names), COUNTED_AT_ONCE):
        rows = slice(start, start + COUNTED_AT_ONCE)
        part, repeats = names[rows], counts[rows]
        of_each = np.bincount(part.codes, weights=np.repeat(repeats, part.lengths))
        for code in np.flatnonzero(of_each):
            totals[_label(chr(code))] += int(of_each[code])
    return _shares(totals)


def _shares(counts: Counter[Any]) -> dict[Any, float]:
    total = counts.total()
    return {key: n / total for key, n in counts.items()}


def _label(character: str) -> str:
    """A character as a label: spaces and combining marks would not be seen alone."""
    if character.isspace():
        return "␣"
    lower = character.lower()
    label = lower if len(lower) == 1 else character
    return "◌" + label if unicodedata.combining(label) else label


def length_bars(
    in_list: dict[int, float], in_samples: dict[int, float]
) -> dict[str, tuple[float, float]]:
    """Bars for all lengths, at most `BARS`; the last one then includes all longer ones.

    >>> length_bars({2: 0.25, 4: 0.75}, {2: 1.0})
    {'2': (0.25, 1.0), '3': (0, 0), '4': (0.75, 0)}
    """
    shortest, longest = min([*in_list, *in_samples]), max([*in_list, *in_samples])
    last = min(longest, shortest + BARS - 1)
    bars = {str(n): (in_list.get(n, 0), in_samples.get(n, 0)) for n in range(shortest, longest + 1)}
    rest = [bars.pop(str(n)) for n in range(last, longest + 1)]
    label = f"{last}+" if longest > last else str(last)
    bars[label] = sum(a for a, _ in rest), sum(b for _, b in rest)
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

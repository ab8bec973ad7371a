"""What a report compares: lengths and characters of a list and of names drawn from its model."""

import math
import unicodedata
from collections import Counter

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.names import Names

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


def length_bars(names: Names, counts: Array, drawn: Names) -> dict[str, tuple[float, float]]:
    """The shares of each length in a list and in drawn names; the last of `BARS` has all longer.

    >>> al, bo_and_adam = (Names.from_strings(names.split()) for names in ("Al", "Bo Adam"))
    >>> length_bars(bo_and_adam, np.array([1, 3]), al)
    {'2': (0.25, 1.0), '3': (0.0, 0.0), '4': (0.75, 0.0)}
    """
    longest = int(max(names.lengths.max(), drawn.lengths.max()))
    shortest = int(min(names.lengths.min(), drawn.lengths.min()))
    of_each = [
        np.bincount(names.lengths, counts, longest + 1),
        np.bincount(drawn.lengths, minlength=longest + 1),
    ]
    last = min(longest, shortest + BARS - 1)
    labels = {str(n): slice(n, n + 1) for n in range(shortest, last)}
    labels[f"{last}+" if longest > last else str(last)] = slice(last, None)
    in_list, in_drawn = (
        [float(n[bar].sum() / n.sum()) for bar in labels.values()] for n in of_each
    )
    return dict(zip(labels, zip(in_list, in_drawn, strict=True), strict=True))


def character_shares(names: Names, counts: Array) -> dict[str, float]:
    """The share of each character by its label, the most frequent first, whatever the case.

    >>> character_shares(Names.from_strings(["Al", "A"]), np.array([1, 2]))
    {'a': 0.75, 'l': 0.25}
    """
    totals: Counter[str] = Counter()
    of_each = np.bincount(names.codes, weights=np.repeat(counts, names.lengths))
    for code in np.flatnonzero(of_each):
        totals[_label(chr(code))] += int(of_each[code])
    ranked = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    return {character: n / totals.total() for character, n in ranked}


def _label(character: str) -> str:
    """A character as a label: spaces and combining marks would not be seen alone."""
    if character.isspace():
        return "␣"
    lower = character.lower()
    label = lower if len(lower) == 1 else character
    return "◌" + label if unicodedata.combining(label) else label

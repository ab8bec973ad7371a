"""First letters that the names of a line share, drawn in proportion to their probabilities.

The names of a line are to begin with one letter L, and each is to meet its own conditions. So L is
drawn with a probability proportional to the product over the names of

    P(L) · P(conditions | L)

One step of the network gives P(L). P(conditions | L) need not be known: an attempt draws L by the
product of P(L), and then a name of each part given L, until all of them meet their conditions.
Where attempts nearly always fail, as they do for many narrow parts, P(conditions | L) is measured
for each part and letter, L is drawn by the product, and each name until one meets its conditions.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from math import prod
from typing import Any

import numpy as np

from rnn_names.arrays import Array
from rnn_names.casts.lines import Line, NameSource
from rnn_names.casts.part_names import PILOTS, PartSampler, first_letter
from rnn_names.sampling.first_passing import FewFound, first_passing_attempts
from rnn_names.sampling.name_queue import MAX_ATTEMPTS
from rnn_names.sampling.random_keys import child, key_of, keys_of, weighted_index
from rnn_names.sampling.sampler import Tally

INITIALS = 3  # the path of the key of shared initials, beside NAMES and CHOICES
RARE_LINES = 1 / 500  # share of attempts below which conditions are measured
MIN_MEASURED = 1e-3  # of the highest probability: letters below that are not measured further


class SharedLetters:
    """Draws names of several parts of a line that begin with one letter."""

    def __init__(self, seed: int) -> None:
        self._key = key_of(seed, INITIALS)
        self._letter_weights = cache(letter_weights)

    def draw(
        self, sources: Sequence[NameSource], rounds: Array, numbers: Array, line: Line
    ) -> list[tuple[str, ...]]:
        """A name of each part for each round and line number, (n,) both.

        If the line has other names, which are kept, the names begin as these do. Raises FewFound,
        with a tally by the indices of the parts.
        """
        parts = tuple(source.names for source in sources)
        kept = {first_letter(name) for part, name in line.names.items() if part not in sources}
        weights, is_measured = dict.fromkeys(kept, 1.0), False
        if not kept:
            weights, is_measured = self._letter_weights(parts)
        weights = {a: p for a, p in weights.items() if all(a in x.letter_weights for x in parts)}
        if not weights:
            raise FewFound(Tally(), 0, [None] * len(numbers))
        candidates, shares = np.array([*weights]), [*weights.values()]
        keys = keys_of(self._key, rounds, numbers)
        keys_of_parts = [keys_of(source.key, rounds, numbers) for source in sources]

        def draw(rows: Array, attempts: Array) -> tuple[Sequence[Any], Array, Tally]:
            letter = candidates[weighted_index(child(keys[rows], attempts), 0, shares)]
            left, found, tally = np.arange(len(rows)), list[Sequence[str]](), Tally()
            given_up = list[int]()
            for place, (part, own) in enumerate(zip(parts, keys_of_parts, strict=True)):
                name_keys = child(own[rows[left]], attempts[left])
                texts: Sequence[str]
                if is_measured:
                    try:
                        texts = part.find(name_keys, letter[left])
                    except FewFound as error:
                        texts, given_up = error.results[: error.row], [left[error.row]]
                    met = np.arange(len(texts))
                else:
                    names, met, _ = part.draw(name_keys, letter[left])
                    texts = names.to_strings()
                tally[str(place)] = len(left), len(met)
                left = left[met]
                found = [*([each[k] for k in met.tolist()] for each in found), texts]
            lines = [*zip(*found, strict=True), *[None] * len(given_up)]
            return lines, np.append(left, given_up).astype(np.intp), tally

        largest, slowness = min(p.largest_walk for p in parts), max(p.slowness for p in parts)
        return first_passing_attempts(draw, len(keys), largest, MAX_ATTEMPTS // slowness)


def letter_weights(parts: tuple[PartSampler, ...]) -> tuple[dict[str, float], bool]:
    """The weights of the letters that names of all parts begin with; whether they are measured."""
    common = {*parts[0].letter_weights}.intersection(*(part.letter_weights for part in parts))
    letters = {each: prod(part.letter_weights[each] for part in parts) for each in sorted(common)}
    has_conditions = any(part.has_conditions for part in parts)
    measured = _measure(parts, letters) if has_conditions and letters else None
    return (letters, False) if measured is None else (measured, True)


def _measure(parts: Sequence[PartSampler], letters: Mapping[str, float]) -> dict[str, float] | None:
    """The letters' weights times the shares of names that meet the conditions, in fixed pilots.

    None where lines are not rare, or none is found. A letter is not measured further when three
    more successes of each part would leave it improbable.
    """
    candidates, weights = np.array([*letters]), np.array([*letters.values()])
    made, met = np.zeros((2, len(parts), len(candidates)))
    left, passing = np.arange(len(candidates)), weights
    for size in PILOTS:
        row = np.resize(left, size)
        for place, part in enumerate(parts):
            keys = keys_of(key_of(0, place), np.arange(size), size)
            _, kept, _ = part.draw(keys, candidates[row])
            made[place] += np.bincount(row, minlength=len(candidates))
            met[place] += np.bincount(row[kept], minlength=len(candidates))
        passing = weights * np.prod(met / made, axis=0)
        if size < PILOTS[-1] and passing.sum() > RARE_LINES * weights.sum():
            return None
        possible = weights * np.prod((met + 3) / made, axis=0)
        left = np.flatnonzero(possible >= MIN_MEASURED * passing.max())
    return dict(zip(letters, passing.tolist(), strict=True)) if passing.any() else None

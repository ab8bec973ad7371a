"""Names of a cast's parts by line, and first letters, drawn with their exact probabilities.

The names of a line are to begin with one letter L, and each is to meet its own conditions. So L is
drawn with a probability proportional to the product over the names of

    P(L) · P(conditions | L)

One step of the network gives P(L). P(conditions | L) need not be known: an attempt draws L by the
product of P(L), and then a name of each part given L. If all meet their conditions, they are the
line; if not, the next attempt draws another letter. Where attempts nearly always fail, as they do
for many narrow parts, P(conditions | L) is measured for each part and letter, L is drawn by the
product, and each name until one meets its conditions.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from rnn_names.arrays import Array
from rnn_names.conditions.options import Options
from rnn_names.corpus.names import Names
from rnn_names.network.language_model import LanguageModel
from rnn_names.sampling.attempts import MAX_ATTEMPTS
from rnn_names.sampling.first_met import FewFound, first_met
from rnn_names.sampling.numbers import child, key_of, keys_of, weighted_index
from rnn_names.sampling.sampler import Tally, sampler_of

MIN_ROUNDS = 1 << 5  # tried, at least, to find a name that fits the others
MAX_LINE_ATTEMPTS = 1 << 16  # attempts at lines that are drawn together
RARE_PART = 1 / 32  # share of names that meet their conditions, below which a tied part looks ahead
RARE_LETTER = 1e-4  # share of names below which a first letter counts as used up
RARE_LINES = 1 / 500  # share of attempts below which conditions are measured
PILOTS = 1 << 8, 1 << 12, 1 << 16  # names of each part, to see if lines are rare, and to measure
ENOUGH_MET = 16  # names of a pilot after which no larger one is drawn
MIN_MEASURED = 1e-3  # of the highest probability: letters below that are not measured further


def letter_of(name: str) -> str:
    """The first letter or digit of a name as readers compare it, without case or marks; else "".

    >>> [letter_of(name) for name in ("Élan", "E\u0301a", "øre", "Ł", "ßa", "Ｗa", "3rd", "-x")]
    ['e', 'e', 'ø', 'ł', 's', 'w', '3', '']
    """
    folded = unicodedata.normalize("NFKD", name[:1].casefold())
    return folded[:1] if folded[:1].isalnum() else ""


class PartNames:
    """Draws the names of a part by key, and given their first letters if these are tied.

    `letter_weights` are the probabilities that a name begins with each letter; `likely_letters`
    leaves those out that hardly any name begins with.
    """

    def __init__(self, model: LanguageModel, options: Options, is_tied: bool) -> None:
        sampler, self.options = sampler_of(model, options)
        self._sampler = sampler
        self.slowness = self.options.slowness
        self.largest_walk = max(min(sampler.largest_walk, MAX_LINE_ATTEMPTS) // self.slowness, 1)
        self.has_conditions = bool(sampler.may_be_rare or sampler.conditions)
        drawer: Any = sampler.drawer
        if sampler.may_be_rare:
            from rnn_names.sampling.guided import RARE, guided_if_rare

            drawer = guided_if_rare(sampler, RARE_PART if is_tied else RARE) or drawer
        sampler.drawer = drawer.by_letters if is_tied else drawer
        if is_tied:
            self._tie_to_letters(model)

    def _tie_to_letters(self, model: LanguageModel) -> None:
        """Starts names from every first character, grouped by letter."""
        roots = self._sampler.drawer.roots
        letters = [letter_of(chr(model.vocabulary.codes[text[0]])) for text in roots.texts]
        self.letter_weights, self._roots = dict[str, float](), dict[str, tuple[Array, Array]]()
        for letter in sorted({*letters} - {""}):
            of_letter = np.flatnonzero(np.array(letters) == letter)
            p = roots.weights[of_letter]
            if p.any():
                self.letter_weights[letter], self._roots[letter] = float(p.sum()), (of_letter, p)
        min_p = RARE_LETTER * sum(self.letter_weights.values())
        self.likely_letters = {letter: p for letter, p in self.letter_weights.items() if p >= min_p}

    def draw(self, keys: Array, letters: Array | None = None) -> tuple[Names, Array, Tally]:
        """The names that meet the conditions, as `Sampler.draw`; each of its letter, if given."""
        if letters is None:
            return self._sampler.draw(keys)
        root = np.zeros(len(keys), np.intp)
        for letter in {*letters.tolist()}:
            of_letter, p = self._roots[letter]
            rows = np.flatnonzero(letters == letter)
            root[rows] = of_letter[weighted_index(keys[rows], 0, p)]
        return self._sampler.draw(keys, root)

    @cached_property
    def _share_met(self) -> float:
        """The share of names that meet their conditions, in fixed pilots."""
        share = 1.0
        for size in PILOTS if self.has_conditions else ():
            n = max(size // self.slowness, 1)
            _, met, _ = self.draw(keys_of(key_of(0), np.arange(n)))
            share = max(len(met), 1) / n
            if len(met) >= ENOUGH_MET:
                break
        return share

    def max_rounds(self, limit: int) -> int:
        """The number of rounds in which a name is sought: fewer if one takes many attempts."""
        enough = int(MAX_ATTEMPTS * self._share_met) // self.slowness
        return min(limit // self.slowness, max(enough, MIN_ROUNDS))

    def find(self, keys: Array, letters: Array | None = None) -> list[str]:
        """A name for each key: that of the first attempt that meets the conditions."""

        def draw(rows: Array, attempts: Array) -> tuple[Sequence[str], Array, Tally]:
            of_rows = None if letters is None else letters[rows]
            names, met, tally = self.draw(child(keys[rows], attempts), of_rows)
            return names.to_strings(), met, tally

        return first_met(draw, len(keys), self.largest_walk, MAX_ATTEMPTS // self.slowness)


# --- One letter for all names of a line -----------------------------------------------------------


def common_letters(parts: tuple[PartNames, ...]) -> tuple[dict[str, float], bool]:
    """The weights of the letters that names of all parts begin with; whether they are measured."""
    common = {*parts[0].letter_weights}.intersection(*(part.letter_weights for part in parts))
    letters = {each: prod(part.letter_weights[each] for part in parts) for each in sorted(common)}
    has_conditions = any(part.has_conditions for part in parts)
    measured = _measure(parts, letters) if has_conditions and letters else None
    return (letters, False) if measured is None else (measured, True)


def draw_together(
    parts: Sequence[PartNames],
    letters: tuple[Mapping[str, float], bool],
    keys: Array,
    of_parts: Sequence[Array],
) -> list[tuple[str, ...]]:
    """Names of all parts, with one first letter, drawn by these weights, for each key."""
    weights, is_measured = letters
    weights = {a: p for a, p in weights.items() if all(a in part.letter_weights for part in parts)}
    if not weights:
        raise FewFound(Tally(), 0, [None] * len(keys))
    candidates, shares = np.array([*weights]), [*weights.values()]

    def draw(rows: Array, attempts: Array) -> tuple[Sequence[Any], Array, Tally]:
        letter = candidates[weighted_index(child(keys[rows], attempts), 0, shares)]
        left, found, tally = np.arange(len(rows)), list[Sequence[str]](), Tally()
        given_up = list[int]()
        for place, (part, own) in enumerate(zip(parts, of_parts, strict=True)):
            name_keys = child(own[rows[left]], attempts[left])
            texts: Sequence[str]
            if is_measured:
                try:
                    texts = part.find(name_keys, letter[left])
                except FewFound as error:
                    texts, given_up = error.found[: error.row], [left[error.row]]
                met = np.arange(len(texts))
            else:
                names, met, _ = part.draw(name_keys, letter[left])
                texts = names.to_strings()
            tally[str(place)] = len(left), len(met)
            left, found = left[met], [*([each[k] for k in met.tolist()] for each in found), texts]
        lines = [*zip(*found, strict=True), *[None] * len(given_up)]
        return lines, np.append(left, given_up).astype(np.intp), tally

    largest, slowness = min(p.largest_walk for p in parts), max(p.slowness for p in parts)
    return first_met(draw, len(keys), largest, MAX_ATTEMPTS // slowness)


def _measure(parts: Sequence[PartNames], letters: Mapping[str, float]) -> dict[str, float] | None:
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

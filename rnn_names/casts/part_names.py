"""Names of one part of a cast, drawn by the keys of lines."""

import unicodedata
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from rnn_names.arrays import Array
from rnn_names.conditions.options import Options
from rnn_names.corpus.names import Names
from rnn_names.network.language_model import LanguageModel
from rnn_names.sampling.first_passing import first_passing_attempts
from rnn_names.sampling.name_queue import MAX_ATTEMPTS
from rnn_names.sampling.random_keys import child, key_of, keys_of, weighted_index
from rnn_names.sampling.sampler import Tally, make_sampler

MIN_ROUNDS = 1 << 5  # tried, at least, to find a name that fits the others
MAX_LINE_ATTEMPTS = 1 << 16  # attempts at lines that are drawn together
RARE_PART = 1 / 32  # share of names that meet their conditions, below which a tied part looks ahead
RARE_LETTER = 1e-4  # share of names below which a first letter counts as used up
PILOTS = 1 << 8, 1 << 12, 1 << 16  # names of each part, to see if lines are rare, and to measure
ENOUGH_MET = 16  # names of a pilot after which no larger one is drawn


def first_letter(name: str) -> str:
    """The first letter or digit of a name as readers compare it, without case or marks; else "".

    >>> [first_letter(name) for name in ("Élan", "E\u0301a", "øre", "Ł", "ßa", "Ｗa", "3rd", "-x")]
    ['e', 'e', 'ø', 'ł', 's', 'w', '3', '']
    """
    folded = unicodedata.normalize("NFKD", name[:1].casefold())
    return folded[:1] if folded[:1].isalnum() else ""


class PartSampler:
    """Draws the names of a part by key; with given first letters, too, if `initials` ties them.

    `letter_weights` are the probabilities that a name begins with each letter; `likely_letters`
    leaves those out that hardly any name begins with.
    """

    def __init__(self, model: LanguageModel, options: Options, is_tied: bool) -> None:
        sampler, self.options = make_sampler(model, options)
        self.slowness = self.options.slowness
        self.largest_walk = max(min(sampler.largest_walk, MAX_LINE_ATTEMPTS) // self.slowness, 1)
        self.has_conditions = bool(sampler.may_be_rare or sampler.tested_conditions)
        source = sampler.walk_sampler
        if sampler.may_be_rare:
            from rnn_names.sampling.guided import RARE, guided_if_rare

            rare = RARE_PART if is_tied else RARE
            source = guided_if_rare(sampler, rare) or source
        self._sampler, self._source = sampler, source.by_letters if is_tied else source
        if is_tied:
            self._tie_to_letters(model)

    def _tie_to_letters(self, model: LanguageModel) -> None:
        """Starts names from every first character, grouped by letter."""
        roots = self._source.roots
        letters = [first_letter(chr(model.vocabulary.codes[text[0]])) for text in roots.texts]
        self.letter_weights, self._roots = dict[str, float](), dict[str, tuple[Array, Array]]()
        for letter in sorted({*letters} - {""}):
            of_letter = np.flatnonzero(np.array(letters) == letter)
            p = roots.weights[of_letter]
            if p.any():
                self.letter_weights[letter], self._roots[letter] = float(p.sum()), (of_letter, p)
        min_p = RARE_LETTER * sum(self.letter_weights.values())
        self.likely_letters = {letter: p for letter, p in self.letter_weights.items() if p >= min_p}

    def draw(self, keys: Array, letters: Array | None = None) -> tuple[Names, Array, Tally]:
        """The names that meet the conditions, as the sampler gives them; with first letters."""
        root: Array | None = None
        if letters is not None:
            root = np.zeros(len(keys), np.intp)
            for letter in {*letters.tolist()}:
                of_letter, p = self._roots[letter]
                rows = np.flatnonzero(letters == letter)
                root[rows] = of_letter[weighted_index(keys[rows], 0, p)]
        return self._sampler.filter(len(keys), *self._source.draw(keys, root))

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

        return first_passing_attempts(
            draw, len(keys), self.largest_walk, MAX_ATTEMPTS // self.slowness
        )

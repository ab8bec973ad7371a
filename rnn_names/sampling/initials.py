"""First letters of the names of a cast, drawn with their exact probabilities.

The names of a line are to begin with one letter L, and each is to meet its own conditions. So L is
drawn with a probability proportional to the product over the names of

    P(L) · P(conditions | L)

One step of the network gives P(L). P(conditions | L) need not be known: a *trial* draws L by the
product of P(L), and then a name of each model given L. If all meet their conditions, they are the
line; if not, the next trial draws another letter. Where many trials in a row fail, as they do for
many narrow parts, P(conditions | L) is measured for each name and letter, L is drawn by the
product, and each name until one meets its conditions.

Where conditions are rare, a model looks ahead (`rnn_names.lookahead.guide`): P(L) is then that of
the names which it proposes, and one of weight w passes with the probability w / bound, 1 at most.
Names with weights above the bound, about one in 200 of those that come out, come too seldom.
"""

import unicodedata
import warnings
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from itertools import accumulate, count, takewhile
from math import prod
from random import Random

import numpy as np

from rnn_names.arrays import Workspace
from rnn_names.conditions.automaton import anything
from rnn_names.conditions.beginnings import Beginnings
from rnn_names.conditions.edits import FarApart
from rnn_names.conditions.options import Options
from rnn_names.errors import RepeatedInitialsWarning, counted
from rnn_names.lookahead.guide import LookAhead
from rnn_names.network.language_model import LanguageModel
from rnn_names.sampling.sampler import Sampler, sampler_of

MOST_TRIALS = 1 << 21  # trials in a row that fail, or that measure, before a line is given up
TRIALS_OF_LETTERS = 1 << 14  # trials in a row that fail before letters are measured, or given up
ENOUGH_MET = 1 << 9  # successes that measure a share: to 5 %
LEAST_MEASURED = 1e-3  # of the most probable letter: those below are not measured further
TRIED_FOR_ONE = 64  # times as many trials as a success takes, before a letter is given up
RARE = 1 / 8  # share of names that meet their conditions, below which a model of a cast looks ahead
RARE_LETTER = 1e-4  # share of names below which a first letter does not count as one left
DRAWN_AT_FIRST, DRAWN_AT_MOST = 16, 1 << 12  # names that are drawn together, of each letter


def letter_of(name: str) -> str:
    """The first letter or digit of a name as readers compare it, without case or marks; else "".

    >>> [letter_of(name) for name in ("Élan", "E\u0301a", "øre", "Ł", "ßa", "Ｗa", "3rd", "-x")]
    ['e', 'e', 'ø', 'ł', 's', 'w', '3', '']
    """
    folded = unicodedata.normalize("NFKD", name[:1].casefold())
    return folded[:1] if folded[:1].isalnum() else ""


class Trials:
    """Names of a model by their first letter, whether or not they meet the conditions.

    `weights`, by letter, are proportional to the probability that a name begins with it (with a
    look-ahead: a name that it draws); `made` and `met` count trials and successes. A trial
    takes `slowness` times as long as usual, by order of magnitude.
    """

    def __init__(self, model: LanguageModel, options: Options) -> None:
        self._sampler = sampler = sampler_of(model, options)
        sampler.prepare_if_rare(RARE)
        first = sampler.next_probabilities(sampler.first_state, Workspace())[:, 0]
        if sampler.beginnings is not None:
            first *= sampler.beginnings.factors[0]
        self._look_ahead: LookAhead | None = None
        if sampler.preparation is not None:
            self._look_ahead = sampler.preparation.look_ahead_for(0)
            sampler.preparation.warn_of_shortcoming()
            first *= self._look_ahead.ahead[0]
        self._sum = first.sum()
        self._letters = np.array([letter_of(c) for c in ["", *model.vocabulary.characters]])
        if len(sampler.prefix):  # what is drawn first comes after it
            self._letters[:] = self._letters[sampler.prefix[0]]
        sums = {letter: first[self._letters == letter].sum() for letter in {*self._letters}}
        self.weights = {str(letter): float(sums[letter]) for letter in sorted(sums) if sums[letter]}
        self.made = self.met = 0
        self.slowness = sampler.options.slowness
        self._outcomes = {letter: self._drawn(letter, options.seed) for letter in self.weights}
        self._is_unique, self._earlier = options.unique, set[str]()
        self._far_apart = FarApart.of(options)

    def with_seed(self, seed: int) -> "Trials":
        """Trials with random numbers of their own, and with the same earlier names."""
        other = copy(self)
        other._outcomes = {letter: self._drawn(letter, seed) for letter in self.weights}
        return other

    def trial(self, letter: str) -> str:
        """A name that begins so; "" where the trial fails."""
        name = next(self._outcomes[letter])
        if name in self._earlier or (self._far_apart and name and not self._far_apart.is_far(name)):
            name = ""
        self.made += 1
        self.met += bool(name)
        return name

    def success(self, letter: str, most: int) -> str:
        """A name that begins so and meets the conditions; "" if all of `most` trials fail."""
        return next(filter(bool, (self.trial(letter) for _ in range(most))), "")

    def came_out(self, name: str) -> None:
        """Notes a name that became part of a line."""
        if self._is_unique:
            self._earlier.add(name)
        if self._far_apart is not None:
            self._far_apart.add([name])

    def _drawn(self, letter: str, seed: int | None) -> Iterator[str]:
        """Outcomes of trials of a letter, which are independent of each other, without an end."""
        bits, size = Random(f"{seed} {letter}"), DRAWN_AT_FIRST
        sampler = self._given(letter)
        while True:
            names, rows = sampler.draw_numbered(size, bits, self._look_ahead)
            for condition in sampler.conditions:
                passes = np.flatnonzero(condition.passes(names))
                names, rows = names.take(passes), rows[passes]
            met = dict(zip(rows.tolist(), names.to_strings(), strict=True))
            yield from (met.get(row, "") for row in range(size))
            size = min(2 * size, DRAWN_AT_MOST)

    def _given(self, letter: str) -> Sampler:
        """What draws names that begin with a letter: other first characters have factor 0."""
        sampler, n_y = copy(self._sampler), self._sampler.n_y
        begins = sampler.beginnings or Beginnings(anything(n_y), np.ones((1, n_y)), 1, 1.0)
        factors = begins.factors.copy()
        factors[0] *= (self._letters == letter) * self._sum / self.weights[letter]
        sampler.beginnings = replace(begins, factors=factors)
        return sampler


def alike(trials: Sequence[Trials], bits: Random) -> Iterator[tuple[str, ...]]:
    """Names of all `trials` that begin with one letter, drawn given that they do."""
    weights = {
        letter: weight
        for letter in trials[0].weights
        if letter and (weight := prod(each.weights.get(letter, 0) for each in trials))
    }
    while line := line_of(trials, weights, bits, TRIALS_OF_LETTERS):
        yield line
    shares = _measured(trials, weights)
    weights = {letter: weights[letter] * prod(each) for letter, each in shares.items()}
    while any(weights.values()):
        [letter] = bits.choices([*weights], [*weights.values()])
        line = tuple(
            each.success(letter, int(TRIED_FOR_ONE / share) + 1)
            for each, share in zip(trials, shares[letter], strict=True)
        )
        if all(line):
            _came_out(trials, line)
            yield line
        else:  # all were used, where none may come twice
            del weights[letter]


def _measured(trials: Sequence[Trials], weights: Mapping[str, float]) -> dict[str, Sequence[float]]:
    """By letter, the share of each model's trials that succeed; improbable letters are left out.

    A letter is left out if three more successes of each model would leave it improbable.
    """
    made, met = ({letter: np.zeros(len(trials)) for letter in weights} for _ in range(2))
    left, size, all_made = [*weights], DRAWN_AT_FIRST, 0

    def probability(letter: str, more: int = 0) -> float:
        return weights[letter] * float(np.prod((met[letter] + more) / made[letter]))

    while True:
        few = [(each, i) for each in left for i in range(len(trials)) if met[each][i] < ENOUGH_MET]
        all_made += size * len(few)
        if not few or all_made > MOST_TRIALS:
            return {each: (met[each] / made[each]).tolist() for each in left if met[each].all()}
        for letter, i in few:
            made[letter][i] += size
            met[letter][i] += sum(bool(trials[i].trial(letter)) for _ in range(size))
        least = LEAST_MEASURED * max(map(probability, left))
        left = [letter for letter in left if probability(letter, 3) >= least]
        size *= 2


def distinct(trials: Sequence[Trials], bits: Random) -> Iterator[tuple[str, ...]]:
    """Names of one model with first letters that differ: each drawn given the letters before it.

    When no letter is left, all may come again. Names end where no more are found.
    """
    weights, used = usual(trials[0].weights), set[str]()
    for number in count(1):
        free = {letter: weight for letter, weight in weights.items() if letter not in used}
        line = line_of(trials, free, bits, TRIALS_OF_LETTERS if used else MOST_TRIALS)
        if line is None and used:
            if number == len(used) + 1:  # the first time
                warnings.warn(
                    f"these names have only {counted(len(used), 'first letter')}: from line "
                    f"{number} on, they repeat",
                    RepeatedInitialsWarning,
                    stacklevel=2,
                )
            weights = {letter: weight for letter, weight in weights.items() if letter in used}
            used = set()
            line = line_of(trials, weights, bits, MOST_TRIALS)
        if line is None:
            return
        used.add(letter_of(line[0]))
        yield line


def usual(weights: Mapping[str, float]) -> dict[str, float]:
    """The weights of letters, without those that hardly any name begins with."""
    letters = {letter: weight for letter, weight in weights.items() if letter}
    least = RARE_LETTER * sum(letters.values())
    return {letter: weight for letter, weight in letters.items() if weight >= least}


def line_of(
    trials: Sequence[Trials], weights: Mapping[str, float], bits: Random, most: int
) -> tuple[str, ...] | None:
    """Names that begin with one of some letters; None after `most` trials that fail."""
    letters, up_to = list(weights), list(accumulate(weights.values()))
    most = min(most, MOST_TRIALS // max(each.slowness for each in trials))
    for _ in range(most if any(weights.values()) else 0):
        [letter] = bits.choices(letters, cum_weights=up_to)
        names = tuple(takewhile(bool, (each.trial(letter) for each in trials)))
        if len(names) == len(trials):
            _came_out(trials, names)
            return names
    return None


def _came_out(trials: Sequence[Trials], line: tuple[str, ...]) -> None:
    for each, name in zip(trials, line, strict=True):
        each.came_out(name)

"""Initials that the names of a line share, drawn in proportion to their probabilities.

The initial L of a line has a probability proportional to the product over its names of

    P(L) · P(conditions | L)

An attempt draws L by the factors P(L) and then a name for each part. If nearly all attempts would
fail, P(conditions | L) is also measured ("First letters of a cast" in docs/how-it-works.md).
"""

from collections.abc import Sequence, Set
from typing import Any

import numpy as np

from rnn_names.arrays import Array
from rnn_names.casts.pattern import INITIALS
from rnn_names.casts.sources import PILOTS, NameSource, Shortage
from rnn_names.conditions.tally import Tally
from rnn_names.errors import RareConditionsWarning, warn
from rnn_names.sampling.attempts import DEFAULT_BUDGET, NoAttemptPassed, first_passing_results
from rnn_names.sampling.random_keys import fixed_keys, keys_at, seed_key, subkeys, weighted_index
from rnn_names.system import cached_property

RARE_LINES = 1 / 500  # share of passing attempts below which P(conditions | L) is measured
MORE_PILOTS = 15  # more pilots of the largest size while a probable initial has too few names
ENOUGH_OF_INITIAL = 256  # passing names of each part after which its share is known to 6 %
MIN_MET = 4  # an initial with fewer passing names of any part is left out: lines might find none
MIN_MEASURED = 1e-3  # initials below this share of the most probable one are measured no further
MAX_ROUGH, MAX_MISSING = 0.01, 0.002  # shares of lines with rough or missing initials that warn


class SameInitialSource:
    """Gives names of parts that share an initial: any, or one of `allowed_initials` if given."""

    def __init__(
        self, seed: int, sources: tuple[NameSource, ...], allowed_initials: Set[str]
    ) -> None:
        self.sources, self._allowed_initials = sources, allowed_initials
        self._key = seed_key(seed, INITIALS)

    @cached_property
    def _weights(self) -> tuple[Array, Array, bool]:
        """The initials that lines may have, their weights, and whether these are measured."""
        weights_of = [source.initial_weights for source in self.sources]
        common = {*weights_of[0]}.intersection(*weights_of)
        allowed = self._allowed_initials
        initials = np.array(sorted(common & allowed if allowed else common))
        if allowed:
            return initials, np.ones(len(initials)), False
        weights = np.prod([[own[initial] for initial in initials] for own in weights_of], axis=0)
        has_conditions = any(source.has_conditions for source in self.sources)
        if has_conditions and len(initials):
            measured = _measured_weights(self.sources, initials, weights)
            if measured is not None:
                return initials, measured, True
        return initials, weights, False

    def max_candidates(self, limit: int) -> int:
        """The minimum of `NameSource.max_candidates` over the parts."""
        return min(source.max_candidates(limit) for source in self.sources)

    def shortage(self, tally: Tally | None = None) -> Shortage:
        """Why no names were found; blames the part whose names met their conditions least often."""
        shares = {source: met / max(made, 1) for source, (made, met) in (tally or {}).items()}
        worst = min(shares, key=shares.__getitem__, default=self.sources[0])
        return Shortage(worst, "no further names with the same first letter meet the conditions")

    def names_by_attempts(self, numbers: Array, rounds: Array) -> list[tuple[str, ...]]:
        """A name of each source for each line and round, (n,) both; may raise NoAttemptPassed."""
        initials, weights, is_measured = self._weights
        if not len(initials):
            raise NoAttemptPassed(Tally(), 0, [])
        keys = keys_at(self._key, rounds, numbers)  # round first; in `ChoiceSource`, line first
        keys_of = {source: keys_at(source.key, rounds, numbers) for source in self.sources}
        if is_measured:
            initial = initials[weighted_index(subkeys(keys, 0), 0, weights)]
            return _names_one_by_one(keys_of, initial)

        def make_attempts(lines: Array, attempts: Array) -> tuple[Sequence[Any], Array, Tally]:
            initial = initials[weighted_index(subkeys(keys[lines], attempts), 0, weights)]
            left, tally = np.arange(len(lines)), Tally()
            found: list[tuple[str, ...]] = [()] * len(lines)  # the names of the lines left
            for source, own_keys in keys_of.items():
                name_keys = subkeys(own_keys[lines[left]], attempts[left])
                names, passing, _ = source.draw_tested(name_keys, initial[left])
                tally[source] = len(left), len(passing)
                left = left[passing]
                new = zip(passing.tolist(), names.to_strings(), strict=True)
                found = [(*found[row], name) for row, name in new]
            return found, left, tally

        largest = min(source.largest_batch for source in self.sources)
        return first_passing_results(make_attempts, len(keys), largest, DEFAULT_BUDGET)


def _names_one_by_one(keys_of: dict[NameSource, Array], initial: Array) -> list[tuple[str, ...]]:
    """A name of each source for each line, with the line's initial; may raise NoAttemptPassed."""
    lines, tally = list[tuple[str, ...]]([()] * len(initial)), Tally()
    for source, keys in keys_of.items():
        n = len(lines)
        try:
            names = source.first_passing_names(subkeys(keys[:n], 0), initial[:n])
        except NoAttemptPassed as error:
            names = error.results[: error.number]
        tally[source] = n, len(names)
        lines = [(*line, *name) for line, name in zip(lines, names, strict=False)]
    if len(lines) < len(initial):  # the line after these gets no names
        raise NoAttemptPassed(tally, len(lines), lines)
    return lines


def _measured_weights(
    sources: Sequence[NameSource], initials: Array, weights: Array
) -> Array | None:
    """The weights times the measured shares P(conditions | L), (initials,).

    An initial is measured until enough names have met the conditions, or until it is known to be
    improbable; it gets 0 if few names have. Returns None if lines are not rare, or if no initial
    has enough names. Warns if the weights are too rough, or if the initials of too many lines may
    be missing.
    """
    made, n_met = np.zeros(len(initials)), np.zeros((len(sources), len(initials)))
    left = np.arange(len(initials))
    for pilot, size in enumerate([*PILOTS, *[PILOTS[-1]] * MORE_PILOTS]):
        n = max(size, len(left))  # names
        row = np.resize(left, n)  # the row of each name's initial
        # Each pilot has its own keys; other numbers would change the names of existing seeds.
        pilot_number = size + max(pilot + 1 - len(PILOTS), 0)
        made += np.bincount(row, minlength=len(initials))
        for place, source in enumerate(sources):
            keys = fixed_keys(n, place, inner=pilot_number)
            _, rows, _ = source.draw_tested(keys, initials[row])
            n_met[place] += np.bincount(row[rows], minlength=len(initials))
        least_met = n_met.min(axis=0)
        passing = weights * np.prod(n_met / made, axis=0)
        # Three more names are an upper bound (the rule of three: of 95 % if none met them).
        possible = weights * np.prod((n_met + 3) / made, axis=0)
        is_probable = possible >= MIN_MEASURED * passing.max()
        if size < PILOTS[-1] and passing.sum() > RARE_LINES * weights.sum():
            return None
        left = np.flatnonzero(is_probable & (least_met < ENOUGH_OF_INITIAL))
        if not len(left):
            break
    passing[least_met < MIN_MET] = 0
    if not passing.any():
        return None

    def share_below(n_names: int) -> float:
        """An upper bound of the share of lines whose initial has fewer than `n_names` names."""
        return float(possible[is_probable & (least_met < n_names)].sum() / passing.sum())

    if share_below(ENOUGH_OF_INITIAL) >= MAX_ROUGH or share_below(MIN_MET) >= MAX_MISSING:
        few = "so few names meet the conditions that the shares of the initials"
        warn(f"{few} are rough estimates, and some initials may be missing", RareConditionsWarning)
    return passing

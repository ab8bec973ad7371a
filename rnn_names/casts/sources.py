"""Lines of a cast, and the sources of their texts: names, or choices among alternatives.

Names of a line may share an initial, drawn in proportion to its probability: the product over the
names of

    P(L) · P(conditions | L)

An attempt draws L by the factors P(L), and then a name of each part. Where nearly all attempts
would fail, P(conditions | L) is also measured ("First letters of a cast" in docs/how-it-works.md).
"""

from collections.abc import Callable, Sequence, Set
from dataclasses import replace
from math import prod
from typing import Any, NamedTuple

import numpy as np

from rnn_names.arrays import Array
from rnn_names.casts.pattern import INITIALS, ChoicePart, NamePart, Part, Piece
from rnn_names.casts.pattern_files import parse_rules
from rnn_names.conditions.conditions import Tally
from rnn_names.corpus.characters import initial_of
from rnn_names.errors import CorpusError, RareConditionsWarning, warn
from rnn_names.network.language_model import LanguageModel
from rnn_names.sampling.attempts import MAX_ATTEMPTS, NoAttemptPassed, first_passing_results
from rnn_names.sampling.random_keys import keys_at, pilot_keys, seed_key, subkeys, weighted_index
from rnn_names.sampling.sampler import DrawnNames, make_sampler
from rnn_names.sampling.stream import guided_drawer_or_none
from rnn_names.system import cached_property

MIN_CANDIDATES = 1 << 5  # the fewest that are tried for a name before giving up
MAX_LINE_ATTEMPTS = 1 << 16  # the most attempts that are drawn together
RARE_PART = 1 / 32  # with `initials`, looking ahead is tried if a smaller share of names passes
RARE_INITIAL = 1e-4  # share of names below which an initial is left out
PILOTS = 1 << 8, 1 << 12, 1 << 16  # names of each part in pilots of growing size
ENOUGH_MET = 16  # passing names of a pilot, after which no larger one is drawn

RARE_LINES = 1 / 500  # share of attempts that pass, below which conditions are measured
MORE_PILOTS = 15  # more pilots of the largest size, while a probable initial has too few names
ENOUGH_OF_INITIAL = 256  # passing names of each part, after which its share is known to 6 %
MIN_MET = 4  # an initial with fewer passing names of any part is left out: a line might find none
MIN_MEASURED = 1e-3  # an initial below this share of the most probable one is measured no further
MAX_ROUGH, MAX_MISSING = 0.01, 0.002  # shares of rough and of missing lines that cause a warning

MOSTLY_REPEATS = "nearly all others are repeats"
NO_UNUSED_INITIAL = "no further name with a first letter that is still free meets the conditions"
NO_COMMON_INITIAL = "no further names with the same first letter meet the conditions"

LoadModel = Callable[[Sequence[Any]], LanguageModel]  # returns the blend of a part's models
ReadLines = Callable[[str], Sequence[str]]  # returns the lines of a file


class Line:
    """A line of a cast; candidate k for its names is drawn in round `first_round` + k.

    `names` maps the source of each name, in order, to the name, or to None while it is missing.
    `choices` maps each choice to the index of its alternative.
    """

    def __init__(self, number: int, first_round: int) -> None:
        self.number, self.first_round = number, first_round
        self.texts = tuple[str, ...]()  # the line, then its columns; empty until complete
        self.names = dict[NameSource, Any]()  # str, or None
        self.choices = dict[ChoiceSource, int]()


class Cause(NamedTuple):
    """Why a line gets no name."""

    source: "NameSource | None"  # of the part that has no more names
    why: str
    tightest: str = ""  # see `Tally`


class PartSource:
    """What the sources of all parts share; that of a reference has no more.

    `key` is the key of its random numbers.
    """

    def __init__(self, part: Part, seed: int, read: ReadLines) -> None:
        self.part, self.key = part, seed_key(seed, *part.path)
        self.rules = parse_rules(read(part.rules), part.rules) if part.rules else str


class ChoiceSource(PartSource):
    """Gives one of some alternatives."""

    def __init__(self, part: ChoicePart, seed: int, read: ReadLines) -> None:
        super().__init__(part, seed, read)
        self.alternatives: Sequence[Sequence[Piece]] = part.alternatives
        if part.file:
            self.alternatives = [(line,) for line in read(part.file)]
        if not self.alternatives:
            raise CorpusError("no lines in that file")
        self._deck = np.repeat(np.arange(len(self.alternatives)), part.weights or 1)

    def alternatives_of(self, numbers: Array, rounds: Array) -> Array:
        """(n,) the alternative of each line, dealt from a deck that is reshuffled once used up."""
        n = len(self._deck)
        if rounds.any():  # redrawn; unlike keys of names, these take the line before the round
            return self._deck[weighted_index(keys_at(self.key, numbers, rounds), 0, np.ones(n))]
        cycle, card = np.divmod(numbers, n)
        cycles, cycle_row = np.unique(cycle, return_inverse=True)  # each shuffles all cards
        keys = keys_at(self.key, (cycles[:, None] * n + np.arange(n)).ravel())
        shuffled = self._deck[np.argsort(keys.reshape(-1, n), axis=1)]  # (cycles, n)
        return shuffled[cycle_row, card]


class NameSource(PartSource):
    """Draws the names of a part by key; also names with given initials, if `with_initials`.

    `initial_weights` maps initials to weights proportional to their probabilities, times the
    completions of a guide if there is one. `likely_initials` omits those that hardly any name has.
    `pools` contains the indices of the pools of `UsedNames` from which its names have to be far.
    """

    part: NamePart
    pools: Sequence[int] = ()

    def __init__(
        self, part: NamePart, seed: int, read: ReadLines, load: LoadModel, with_initials: bool
    ) -> None:
        super().__init__(part, seed, read)
        lists: dict[str, Any] = {
            name: [line for file in files for line in read(file)]
            for name, files in part.files.items()
        }
        self.sources = (self,)  # the same attribute as `SameInitialSource.sources`
        model = load(part.models)
        sampler = make_sampler(model, replace(part.options, **lists))
        self.options = sampler.options
        self.largest_batch = min(sampler.largest_batch, MAX_LINE_ATTEMPTS)
        self.has_conditions = bool(sampler.may_be_rare or sampler.tested_conditions)
        guided_drawer = guided_drawer_or_none(sampler, RARE_PART if with_initials else None)
        self._sampler, self._drawer = sampler, guided_drawer or sampler.drawer
        if with_initials:
            self._group_by_initial(model)

    def _group_by_initial(self, model: LanguageModel) -> None:
        """Makes the first characters of names their roots, and groups these by initial."""
        self._drawer = self._drawer.from_first_characters()
        roots = self._drawer.roots
        codes = model.vocabulary.codes[[text[0] for text in roots.texts]]
        initials = np.array([initial_of(chr(code)) for code in codes])
        self.initial_weights, self._roots = dict[str, float](), dict[str, tuple[Array, Array]]()
        for initial in sorted({*initials.tolist()} - {""}):
            of_initial = np.flatnonzero(initials == initial)
            p = roots.weights[of_initial]
            if p.any():
                self.initial_weights[initial] = float(p.sum())
                self._roots[initial] = of_initial, p
        min_p = RARE_INITIAL * sum(self.initial_weights.values())
        weights = self.initial_weights.items()
        self.likely_initials = {initial: p for initial, p in weights if p >= min_p}

    def draw_tested(self, keys: Array, initials: Array | None = None) -> DrawnNames:
        """Like `Sampler.draw_tested`. With `initials`, (n,), each name begins with its initial."""
        root_of_name: Array | None = None
        if initials is not None:
            root_of_name = np.zeros(len(keys), np.intp)
            for initial in {*initials.tolist()}:
                of_initial, p = self._roots[initial]
                rows = np.flatnonzero(initials == initial)
                root_of_name[rows] = of_initial[weighted_index(keys[rows], 0, p)]
        return self._sampler.test(len(keys), *self._drawer.draw(keys, root_of_name))

    @cached_property
    def _share_met(self) -> float:
        """The share of names that meet their conditions, in fixed pilots."""
        share = 1.0
        for size in PILOTS if self.has_conditions else ():
            _, rows, _ = self.draw_tested(pilot_keys(size))
            share = max(len(rows), 1) / size
            if len(rows) >= ENOUGH_MET:
                break
        return share

    def max_candidates(self, limit: int) -> int:
        """The most candidates for a name of a line: below `limit` if names take many attempts."""
        return min(limit, max(int(MAX_ATTEMPTS * self._share_met), MIN_CANDIDATES))

    def names_of_lines(self, rounds: Array, numbers: Array) -> list[tuple[str]]:
        """Like `SameInitialSource.names_of_lines`, for one part."""
        return self.names_for(keys_at(self.key, rounds, numbers))

    def cause(self, tally: Tally | None = None) -> Cause:
        """Why no name was found: the conditions that attempts failed; without a tally, repeats."""
        if tally is None:
            return Cause(self, MOSTLY_REPEATS)
        return Cause(self, tally.explanation(), tally.tightest)

    def names_for(self, keys: Array, initials: Array | None = None) -> list[tuple[str]]:
        """For each key, (name,) of the first attempt that passes; may raise NoAttemptPassed."""

        def make_attempts(numbers: Array, attempts: Array) -> tuple[Sequence[Any], Array, Tally]:
            own_initials = None if initials is None else initials[numbers]
            names, rows, tally = self.draw_tested(subkeys(keys[numbers], attempts), own_initials)
            return [*zip(names.to_strings(), strict=True)], rows, tally

        return first_passing_results(make_attempts, len(keys), self.largest_batch, MAX_ATTEMPTS)


class SameInitialSource:
    """Gives names of several parts that share an initial: one of `kept` if given, else any."""

    def __init__(self, seed: int, sources: tuple[NameSource, ...], kept: Set[str]) -> None:
        self.sources, self._kept = sources, kept
        self._key = seed_key(seed, INITIALS)

    @cached_property
    def _weights(self) -> tuple[dict[str, float], bool]:
        """The weights of the initials that lines may have, and whether they are measured."""
        weights_of = [source.initial_weights for source in self.sources]
        common = {*weights_of[0]}.intersection(*weights_of)
        if self._kept:
            return dict.fromkeys(self._kept & common, 1.0), False
        weights = {initial: prod(own[initial] for own in weights_of) for initial in sorted(common)}
        has_conditions = any(source.has_conditions for source in self.sources)
        counts = _names_met_in_pilots(self.sources, weights) if common and has_conditions else None
        measured = counts and _weights_of_known(weights, *counts)
        return (measured, True) if measured else (weights, False)

    def max_candidates(self, limit: int) -> int:
        """The fewest `NameSource.max_candidates` of the parts."""
        return min(source.max_candidates(limit) for source in self.sources)

    def cause(self, tally: Tally | None = None) -> Cause:
        """Why no names were found, by the part whose names met their conditions least often."""
        shares = {source: met / max(made, 1) for source, (made, met) in (tally or {}).items()}
        worst = min(shares, key=shares.__getitem__, default=self.sources[0])
        return Cause(worst, NO_COMMON_INITIAL)

    def names_of_lines(self, rounds: Array, numbers: Array) -> list[tuple[str, ...]]:
        """A name of each source for each round and number, (n,) both; may raise NoAttemptPassed."""
        weights, is_measured = self._weights
        if not weights:
            raise NoAttemptPassed(Tally(), 0, [])
        initials, shares = np.array([*weights]), [*weights.values()]
        keys = keys_at(self._key, rounds, numbers)
        keys_of = {source: keys_at(source.key, rounds, numbers) for source in self.sources}
        if is_measured:
            initial = initials[weighted_index(subkeys(keys, 0), 0, shares)]
            return _names_one_by_one(keys_of, initial)

        def make_attempts(lines: Array, attempts: Array) -> tuple[Sequence[Any], Array, Tally]:
            initial = initials[weighted_index(subkeys(keys[lines], attempts), 0, shares)]
            left, tally = np.arange(len(lines)), Tally()
            found: list[tuple[str, ...]] = [()] * len(lines)  # the names of the lines left
            for source, own_keys in keys_of.items():
                name_keys = subkeys(own_keys[lines[left]], attempts[left])
                names, rows, _ = source.draw_tested(name_keys, initial[left])
                tally[source] = len(left), len(rows)
                left = left[rows]
                new = zip(rows.tolist(), names.to_strings(), strict=True)
                found = [(*found[row], name) for row, name in new]
            return found, left, tally

        largest = min(source.largest_batch for source in self.sources)
        return first_passing_results(make_attempts, len(keys), largest, MAX_ATTEMPTS)


def _names_one_by_one(keys_of: dict[NameSource, Array], initial: Array) -> list[tuple[str, ...]]:
    """A name of each source for each line, with the line's initial; may raise NoAttemptPassed."""
    lines, tally = list[tuple[str, ...]]([()] * len(initial)), Tally()
    for source, keys in keys_of.items():
        n = len(lines)
        try:
            names = source.names_for(subkeys(keys[:n], 0), initial[:n])
        except NoAttemptPassed as error:
            names = error.results[: error.number]
        tally[source] = n, len(names)
        lines = [(*line, *name) for line, name in zip(lines, names, strict=False)]
    if len(lines) < len(initial):  # the line after these gets no names
        raise NoAttemptPassed(tally, len(lines), lines)
    return lines


def _names_met_in_pilots(
    sources: Sequence[NameSource], prior: dict[str, float]
) -> tuple[Array, Array] | None:
    """How many names of each source were drawn, (initials,), and met their conditions.

    The latter is (sources, initials). Returns None if lines are not rare. An initial is measured
    until enough names met the conditions, or until it is known to be improbable.
    """
    initials, weights = np.array([*prior]), np.array([*prior.values()])
    made, n_met = np.zeros(len(initials)), np.zeros((len(sources), len(initials)))
    left = np.arange(len(initials))
    for pilot, size in enumerate([*PILOTS, *[PILOTS[-1]] * MORE_PILOTS]):
        n = max(size, len(left))  # names
        row = np.resize(left, n)  # the row of each name's initial
        pilot_number = size + max(pilot + 1 - len(PILOTS), 0)  # each pilot has keys of its own
        made += np.bincount(row, minlength=len(initials))
        for place, source in enumerate(sources):
            keys = pilot_keys(n, place, inner=pilot_number)
            _, rows, _ = source.draw_tested(keys, initials[row])
            n_met[place] += np.bincount(row[rows], minlength=len(initials))
        passing, _, is_probable = _measured_weights(weights, made, n_met)
        if size < PILOTS[-1] and passing.sum() > RARE_LINES * weights.sum():
            return None
        left = np.flatnonzero(is_probable & (n_met.min(axis=0) < ENOUGH_OF_INITIAL))
        if not len(left):
            break
    return made, n_met


def _measured_weights(weights: Array, made: Array, n_met: Array) -> tuple[Array, Array, Array]:
    """The initials' weights times the measured shares; bounds of them; whether they matter.

    The bound adds three names that met the conditions (the rule of three: a 95 % bound where none
    did). An initial matters unless its bound is negligible beside the most probable initial.
    """
    passing = weights * np.prod(n_met / made, axis=0)
    possible = weights * np.prod((n_met + 3) / made, axis=0)
    return passing, possible, possible >= MIN_MEASURED * passing.max()


def _weights_of_known(
    prior: dict[str, float], made: Array, n_met: Array
) -> dict[str, float] | None:
    """The measured weights, 0 for initials with few names; None if no initial has enough names.

    Warns if too many lines may have other initials.
    """
    weights = np.array([*prior.values()])
    passing, possible, is_probable = _measured_weights(weights, made, n_met)
    least_met = n_met.min(axis=0)
    passing[least_met < MIN_MET] = 0
    if not passing.any():
        return None

    def share_below(n_names: int) -> float:
        """An upper bound of the share of lines whose initial has fewer than `n_names` names."""
        return float(possible[is_probable & (least_met < n_names)].sum() / passing.sum())

    if share_below(ENOUGH_OF_INITIAL) >= MAX_ROUGH or share_below(MIN_MET) >= MAX_MISSING:
        few = "so few names meet the conditions that the shares of the initials"
        message = f"{few} are rough estimates, and some initials may be missing"
        warn(message, RareConditionsWarning)
    return dict(zip(prior, passing.tolist(), strict=True))

"""The sources of a cast's texts: names, or choices among alternatives."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from rnn_names.arrays import Array
from rnn_names.casts.pattern import ChoicePart, NamePart, Part, Piece
from rnn_names.casts.pattern_files import parse_rules
from rnn_names.conditions.tally import Tally
from rnn_names.corpus.characters import initial_of
from rnn_names.errors import CorpusError
from rnn_names.network.language_model import LanguageModel
from rnn_names.sampling.attempts import DEFAULT_BUDGET, first_passing_results
from rnn_names.sampling.random_keys import fixed_keys, keys_at, seed_key, subkeys, weighted_index
from rnn_names.sampling.rarity import guided_drawer_if_rare
from rnn_names.sampling.sampler import DrawnNames, make_sampler
from rnn_names.system import cached_property

MIN_CANDIDATES = 1 << 5  # minimum number of candidates tried for a name before giving up
MAX_PART_BATCH = 1 << 16  # maximum number of attempts that are drawn together
RARE_PART = 1 / 32  # with `initials`, looking ahead is tried if a smaller share is accepted
RARE_INITIAL = 1e-4  # share of names below which an initial is left out
PILOTS = 1 << 8, 1 << 12, 1 << 16  # names of each part in pilots of growing size
ENOUGH_MET = 16  # passing names of a pilot after which no larger one is drawn

MOSTLY_REPEATS = "nearly all others are repeats"

LoadModel = Callable[[Sequence[Any]], LanguageModel]  # returns the blend of a part's models
ReadLines = Callable[[str], Sequence[str]]  # returns the lines of a file


class Shortage(NamedTuple):
    """Why a line gets no name."""

    source: "NameSource | None"  # of the part that has no more names; None if lines repeat
    why: str
    tightest: str = ""  # see `Tally`


class PartSource:
    """Base class of sources; references use it as it is. `key` fixes a part's random numbers."""

    def __init__(self, part: Part, seed: int, read: ReadLines) -> None:
        self.part, self.key = part, seed_key(seed, *part.path)
        self.apply_rules: Callable[[str], str] = lambda text: text
        if part.rules_file:
            self.apply_rules = parse_rules(read(part.rules_file), part.rules_file)


class ChoiceSource(PartSource):
    """Gives one of several alternatives."""

    def __init__(self, part: ChoicePart, seed: int, read: ReadLines) -> None:
        super().__init__(part, seed, read)
        self.alternatives: Sequence[Sequence[Piece]] = part.alternatives
        if part.file:
            self.alternatives = [(line,) for line in read(part.file)]
        if not self.alternatives:
            raise CorpusError("the file has no lines")
        self._deck = np.repeat(np.arange(len(self.alternatives)), part.weights or 1)

    def alternatives_of(self, numbers: Array, rounds: Array) -> Array:
        """The alternative of each line, (n,), dealt from a deck that is reshuffled when used up."""
        n = len(self._deck)
        if rounds.any():  # redrawn; unlike keys of names, these take the line before the round
            return self._deck[weighted_index(keys_at(self.key, numbers, rounds), 0, np.ones(n))]
        cycle, card = np.divmod(numbers, n)
        cycles, cycle_row = np.unique(cycle, return_inverse=True)  # each shuffles all cards
        keys = keys_at(self.key, (cycles[:, None] * n + np.arange(n)).ravel())
        shuffled = self._deck[np.argsort(keys.reshape(-1, n), axis=1)]  # (cycles, n)
        return shuffled[cycle_row, card]


class NameSource(PartSource):
    """Draws the names of a part by key, also with given initials if `with_initials`.

    `initial_weights` maps initials to weights proportional to their probabilities, times the
    completions of a guide if there is one. `likely_initials` omits those that hardly any name has.
    `pools` contains the indices of the pools of `UsedNames` from which its names must be far.
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
        self.largest_batch = min(sampler.largest_batch, MAX_PART_BATCH)
        self.has_conditions = bool(sampler.may_be_rare or sampler.tested_conditions)
        guided_drawer = guided_drawer_if_rare(sampler, RARE_PART if with_initials else None)
        self._sampler, self._drawer = sampler, guided_drawer or sampler.unguided_drawer
        if with_initials:
            self._group_by_initial(model)

    def _group_by_initial(self, model: LanguageModel) -> None:
        """Makes the first characters of names their roots and groups these by initial."""
        self._drawer = self._drawer.rooted_at_first_characters()
        roots = self._drawer.roots
        codes = model.vocabulary.codes[[text[0] for text in roots.texts]]
        initials = np.array([initial_of(chr(code)) for code in codes])
        self.initial_weights, self._roots = dict[str, float](), dict[str, tuple[Array, Array]]()
        for initial in sorted({*initials.tolist()} - {""}):
            of_initial = np.flatnonzero(initials == initial)
            p = roots.relative_p[of_initial]
            if p.any():
                self.initial_weights[initial] = float(p.sum())
                self._roots[initial] = of_initial, p
        min_p = RARE_INITIAL * sum(self.initial_weights.values())
        weights = self.initial_weights.items()
        self.likely_initials = {initial: p for initial, p in weights if p >= min_p}

    def draw_tested(self, keys: Array, initials: Array | None = None) -> DrawnNames:
        """Like `Sampler.draw_tested`, for names that begin with `initials`, (n,), if given."""
        root_of_name: Array | None = None
        if initials is not None:
            root_of_name = np.zeros(len(keys), np.intp)
            for initial in {*initials.tolist()}:
                of_initial, p = self._roots[initial]
                rows = np.flatnonzero(initials == initial)
                root_of_name[rows] = of_initial[weighted_index(keys[rows], 0, p)]
        return self._sampler.test_drawn(len(keys), *self._drawer.draw(keys, root_of_name))

    @cached_property
    def _share_met(self) -> float:
        """The share of names that meet their conditions, in fixed pilots."""
        share = 1.0
        for size in PILOTS if self.has_conditions else ():
            _, passing, _ = self.draw_tested(fixed_keys(size))
            share = max(len(passing), 1) / size
            if len(passing) >= ENOUGH_MET:
                break
        return share

    def max_candidates(self, limit: int) -> int:
        """Maximum number of candidates for a name: below `limit` if names take many attempts."""
        return min(limit, max(int(DEFAULT_BUDGET * self._share_met), MIN_CANDIDATES))

    def names_by_attempts(self, numbers: Array, rounds: Array) -> list[tuple[str]]:
        """(name,) for each line and round, (n,) both; may raise NoAttemptPassed."""
        return self.first_passing_names(keys_at(self.key, rounds, numbers))

    def names_of_single_attempts(
        self, numbers: Array, rounds: Array, initials: Array
    ) -> list[tuple[str, ...]]:
        """(name,) for each line, round and initial, (n,) each; () if its only attempt fails."""
        keys = subkeys(keys_at(self.key, rounds, numbers), 0)
        names, passing, _ = self.draw_tested(keys, initials)
        found: list[tuple[str, ...]] = [()] * len(numbers)
        for row, name in zip(passing.tolist(), names.to_strings(), strict=True):
            found[row] = (name,)
        return found

    def shortage(self, tally: Tally | None = None) -> Shortage:
        """Why no name was found: the conditions not met or, if there is no tally, repeats."""
        if tally is None:
            return Shortage(self, MOSTLY_REPEATS)
        return Shortage(self, tally.explanation(), tally.tightest)

    def first_passing_names(self, keys: Array, initials: Array | None = None) -> list[tuple[str]]:
        """(name,) of each key's first attempt that passes; may raise NoAttemptPassed."""

        def make_attempts(numbers: Array, attempts: Array) -> tuple[Sequence[Any], Array, Tally]:
            own_initials = None if initials is None else initials[numbers]
            names, passing, tally = self.draw_tested(subkeys(keys[numbers], attempts), own_initials)
            return [*zip(names.to_strings(), strict=True)], passing, tally

        return first_passing_results(make_attempts, len(keys), self.largest_batch, DEFAULT_BUDGET)

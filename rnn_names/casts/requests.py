"""Requests for the names that lines lack, and the names and initials used so far.

A request has candidates, numbered from 0, each drawn with its own random numbers. The line gets the
first candidate that fits: one whose name was found and is far from all used names.

    candidate   0: Ada   1: Eve                  Ada is used, so the line gets Eve

A request asks a source for one name of a line. If the names of a line share an initial, one request
asks a `SameInitialSource` for all of them. A candidate makes attempts until one passes; if none
does, the cast ends before this line.

If lines have different initials, a `DifferentInitialRequest` asks for the first name of each line.
Each of its candidates makes a single attempt, so it may have no name:

    candidate   0: Ada   1: none   2: not drawn  no name was found for 1, so 2 is drawn next
"""

from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from itertools import accumulate, count, islice
from typing import Any

import numpy as np

from rnn_names.arrays import Array
from rnn_names.casts.initials import SameInitialSource
from rnn_names.casts.sources import NO_UNUSED_INITIAL, Line, NameSource, Shortage
from rnn_names.conditions.edits import DistantNames
from rnn_names.conditions.options import CommonOptions
from rnn_names.corpus.characters import initial_of
from rnn_names.errors import RepeatedInitialsWarning, plural, warn
from rnn_names.sampling.attempts import NoAttemptPassed
from rnn_names.sampling.random_keys import keys_at, subkeys, uniform

# A candidate is one try at a name of a line; an attempt is one draw within it.
MAX_CANDIDATES = 1 << 14  # the most candidates for a name of a line
CANDIDATES_AT_ONCE = 1 << 10  # the most candidates of a line drawn together
ONLY_ATTEMPT = 0  # the number of the only attempt that a candidate with an initial makes
INITIAL_POSITION = 1  # the position of the random number that chooses this initial
POINTS_AT_ONCE = 8  # candidates whose random numbers for initials are drawn together


class UsedNames:
    """The names used so far, in pools: a later name has to be far from the names in its pools.

    Pool 0 is for the cast's `min_edits`; the others are for single parts.
    """

    def __init__(self, min_edits: int) -> None:
        self._min_edits = min_edits
        self._pools = [DistantNames(max(min_edits, 1))]
        self.initials = UsedInitials()  # stays empty unless `initials` is "different"

    def pools_for(self, options: CommonOptions) -> list[int]:
        """The indices of the pools for a part: its own, which is added if needed, and pool 0.

        Names of a part with fewer `min_edits` than the cast are compared only with each other.
        """
        edits = options.min_edits or 0
        joins_others = edits >= self._min_edits > 0
        is_covered = joins_others and edits == self._min_edits and not options.exclude
        indices = [0] if joins_others else []
        if options.is_unique and not is_covered:
            indices.insert(0, len(self._pools))
            self._pools.append(DistantNames.from_options(options) or DistantNames(1))
        return indices

    def with_own_initials(self) -> "UsedNames":
        """The same names, with a copy of the initials that can be extended without a warning."""
        other = copy(self)
        other.initials = replace(self.initials, counts=self.initials.counts.copy(), warns=False)
        return other

    def are_far(self, names: Mapping[NameSource, str]) -> bool:
        """Whether names of a line are far from all used names and from each other."""
        among = DistantNames(max(self._min_edits, 1)) if len(names) > 1 else None
        for source, name in names.items():
            if not all(self._pools[index].is_far(name) for index in source.pools):
                return False
            if among and 0 in source.pools and not among.add_if_far(name):
                return False
        return True

    def add(self, names: Mapping[NameSource, str]) -> None:
        """Adds the names of a line."""
        for source, name in names.items():
            for index in source.pools:
                self._pools[index].add([name])


@dataclass
class UsedInitials:
    """Counts the lines with each initial, so that all initials come before any repeats."""

    counts: Counter[str] = field(default_factory=Counter)
    ruled_out: set[str] = field(default_factory=set)  # initials with no further names
    warns: bool = True

    def add(self, initial: str) -> None:
        """Counts the initial of a line, if it has to differ; warns when the first one repeats."""
        if not initial:
            return
        self.counts[initial] += 1
        if self.warns and self.counts[initial] == 2:
            self.warns = False
            letters, line = plural(len(self.counts), "first letter"), len(self.counts) + 1
            message = f"these names have only {letters}: from line {line} on, they repeat"
            warn(message, RepeatedInitialsWarning)

    def recount(self, lines: Iterable[Line]) -> None:
        """Counts the initials again, from the first names of these lines only."""
        names = (next(iter(line.names.values()), None) for line in lines)
        self.counts = Counter(initial_of(name) for name in names if name is not None)

    def available(self, source: NameSource) -> dict[str, float]:
        """The initials used least often, which the next line may have, with their weights."""
        weights = source.likely_initials
        counts = {initial: self.counts[initial] for initial in weights.keys() - self.ruled_out}
        fewest = min(counts.values(), default=0)
        return {initial: p for initial, p in weights.items() if counts.get(initial) == fewest}

    def rule_out(self, source: NameSource) -> bool:
        """Rules out the initials now available; returns False if there are none, or no line yet."""
        initials = self.available(source) if self.counts else {}
        self.ruled_out.update(initials)
        return bool(initials)


@dataclass(eq=False)
class Candidate:
    """The names that a source gives for a round of a line."""

    request: "Request"
    index: int  # the round minus the first round of the line
    initial: str  # that its names must have; "" for any
    is_drawn: bool = False
    names: Mapping[NameSource, str] = field(default_factory=dict)  # empty if none were found

    def may_fit(self, used: UsedNames) -> bool:
        """Whether it is not drawn yet, or has names far from those used and from each other."""
        return not self.is_drawn or (bool(self.names) and used.are_far(self.names))


class Request:
    """Asks a source for the names that a line lacks: of one part, or of several together."""

    def __init__(self, line: Line, source: NameSource | SameInitialSource) -> None:
        self.line, self.source = line, source
        self._candidates = dict[tuple[int, str], Candidate]()  # by index and initial
        self.shortage: Shortage | None = None  # why no further candidate can be drawn

    def candidate(self, index: int, initial: str = "") -> Candidate:
        """The candidate with this index and initial; "" means any initial."""
        if (index, initial) not in self._candidates:
            self._candidates[index, initial] = Candidate(self, index, initial)
        return self._candidates[index, initial]

    def candidates(self, used: UsedNames, begin: int = 0) -> Iterator[Candidate]:
        """The candidates, in order, starting at index `begin`."""
        return map(self.candidate, count(begin))

    def next_candidate(self, used: UsedNames) -> Candidate | None:
        """The first candidate that fits or is not drawn yet; None if there is no further one."""
        return next((each for each in self.candidates(used) if each.may_fit(used)), None)

    def next_batch(self, first: Candidate, used: UsedNames, waits: bool) -> list[Candidate]:
        """The next candidates to draw, in growing batches: 0, then 1 and 2, then 3 to 8.

        The batch is empty at the limit. A request that waits for earlier requests gets a sixteenth
        of the limit, since these may still use its names.
        """
        n = 1
        if first.index:
            limit = self._max_candidates // (16 if waits else 1)
            n = max(min(2 * first.index, CANDIDATES_AT_ONCE, limit - first.index), 0)
        candidates = islice(self.candidates(used, first.index), n)
        return [candidate for candidate in candidates if not candidate.is_drawn]

    @property
    def _max_candidates(self) -> int:
        return self.source.max_candidates(MAX_CANDIDATES)

    def try_other_initials(self, used: UsedNames) -> bool:
        """Switches to other initials if no candidate fits; returns False if none are left."""
        return False

    def final_shortage(self) -> Shortage:
        """Why no candidate fits and none is left to draw."""
        return self.shortage or self.source.shortage()

    def names_of_candidates(self, numbers: Array, rounds: Array, initials: Array) -> list[Any]:
        """The names of candidates, by the numbers of their lines and their rounds, (n,) each."""
        return self.source.names_by_attempts(numbers, rounds)


class DifferentInitialRequest(Request):
    """Asks for the first name of a line, with one of the initials used least so far.

    A candidate draws one of these initials and makes one attempt at a name that begins with it.
    """

    source: NameSource

    def __init__(self, line: Line, source: NameSource) -> None:
        super().__init__(line, source)
        self._begin = 0  # the index of the first candidate that may fit
        self._points = list[float]()  # one uniform random number for each candidate's initial

    def candidates(self, used: UsedNames, begin: int = 0) -> Iterator[Candidate]:
        """The candidates in order, with the initials now available; none if no initial is."""
        available = used.initials.available(self.source)
        initials, edges = [*available], [*accumulate(available.values())]
        for k in count(max(begin, self._begin)) if initials else ():
            while k >= len(self._points):
                rounds = self.line.first_round + len(self._points) + np.arange(POINTS_AT_ONCE)
                keys = keys_at(self.source.key, rounds, self.line.number)
                self._points += uniform(keys, INITIAL_POSITION).tolist()
            yield self.candidate(k, initials[bisect(edges, self._points[k] * edges[-1])])

    @property
    def _max_candidates(self) -> int:
        return MAX_CANDIDATES

    def try_other_initials(self, used: UsedNames) -> bool:
        """Switches to other initials if no candidate fits; returns False if none are left."""
        self._begin = 1  # 0 would also work, but would change the names of existing seeds
        return used.initials.rule_out(self.source)

    def final_shortage(self) -> Shortage:
        """Why no candidate fits and none is left to draw."""
        return Shortage(self.source, NO_UNUSED_INITIAL)

    def names_of_candidates(self, numbers: Array, rounds: Array, initials: Array) -> list[Any]:
        """Like `Request.names_of_candidates`, with these initials."""
        keys = subkeys(keys_at(self.source.key, rounds, numbers), ONLY_ATTEMPT)
        names, rows, _ = self.source.draw_tested(keys, initials)
        name_of = dict(zip(rows.tolist(), zip(names.to_strings(), strict=True), strict=True))
        return [name_of.get(row, ()) for row in range(len(keys))]


def draw_candidates(candidates: Iterable[Candidate]) -> None:
    """Draws candidates, those of the same kind of request and the same source together.

    If the search for a candidate ends without a name, its request stores why.
    """
    groups = defaultdict[Any, list[Candidate]](list)
    for candidate in candidates:
        groups[type(candidate.request), candidate.request.source].append(candidate)
    for group in groups.values():
        _draw_group(group)


def _draw_group(candidates: Sequence[Candidate]) -> None:
    first, lines = candidates[0].request, [candidate.request.line for candidate in candidates]
    index = np.array([candidate.index for candidate in candidates])
    rounds = np.array([line.first_round for line in lines]) + index
    numbers = np.array([line.number for line in lines])
    initials = np.array([candidate.initial for candidate in candidates])
    try:  # any request of the group will do: names depend only on its type and source
        names_of_each = first.names_of_candidates(numbers, rounds, initials)
    except NoAttemptPassed as error:
        names_of_each = error.results[: error.number]
        candidates[error.number].request.shortage = first.source.shortage(error.tally)
    for candidate, names in zip(candidates, names_of_each, strict=False):
        candidate.is_drawn = True
        candidate.names = dict(zip(first.source.sources, names, strict=False))

"""Lines of a cast, requests for the names that they lack, and the names and initials used so far.

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
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from itertools import accumulate, count, islice
from typing import Any, NamedTuple

import numpy as np

from rnn_names.casts.initials import SameInitialSource
from rnn_names.casts.sources import ChoiceSource, NameSource, Shortage
from rnn_names.conditions.edits import DistantNames
from rnn_names.corpus.characters import initial_of
from rnn_names.errors import RepeatedInitialsWarning, plural, warn
from rnn_names.options import CommonOptions
from rnn_names.sampling.attempts import NoAttemptPassed
from rnn_names.sampling.random_keys import keys_at, uniform

# A candidate is one try at a name of a line; an attempt is one draw within it.
MAX_CANDIDATES = 1 << 14  # maximum number of candidates for a name of a line
CANDIDATES_AT_ONCE = 1 << 10  # maximum number of candidates of a line drawn together
INITIAL_POSITION = 1  # the position of the random number that chooses this initial
POINTS_AT_ONCE = 8  # candidates whose random numbers for initials are drawn together


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


class UsedNames:
    """The names used so far.

    A later name must be far from the names in its pools. Pool 0 is for the cast's `min_edits`;
    the others are for single parts.
    """

    def __init__(self, min_edits: int) -> None:
        self._min_edits = min_edits
        self._pools = [DistantNames(max(min_edits, 1))]

    def add_pools_for(self, options: CommonOptions) -> list[int]:
        """Adds a pool for a part that needs its own; returns the indices of the part's pools.

        Names of a part with fewer `min_edits` than the cast are compared only with each other.
        """
        edits = options.min_edits or 0
        joins_others = edits >= self._min_edits > 0
        is_covered = joins_others and edits == self._min_edits and not options.exclude
        indices = [0] if joins_others else []
        if options.forbids_repeats and not is_covered:
            indices.insert(0, len(self._pools))
            self._pools.append(DistantNames.from_options(options) or DistantNames(1))
        return indices

    def are_far(self, names: Mapping[NameSource, str]) -> bool:
        """Whether the names of a line are far from all used names and from each other."""
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


class UsedInitials:
    """The number of lines with each initial, if initials must differ."""

    def __init__(self) -> None:
        self._n_lines = Counter[str]()  # by initial
        self._ruled_out = set[str]()  # initials with no further names
        self._warns_of_repeats = True

    def add(self, initial: str) -> None:
        """Counts the initial of a line, unless it is ""; warns when an initial first repeats."""
        if not initial:
            return
        self._n_lines[initial] += 1
        if self._warns_of_repeats and self._n_lines[initial] == 2:
            self._warns_of_repeats = False
            n = len(self._n_lines)
            only = f"only {plural(n, 'first letter')} can be used"
            warn(f"{only}, so letters repeat from line {n + 1} on", RepeatedInitialsWarning)

    def recount(self, lines: Iterable[Line]) -> None:
        """Counts the initials again, from the first names of these lines only."""
        names = (next(iter(line.names.values()), None) for line in lines)
        self._n_lines = Counter(initial_of(name) for name in names if name is not None)

    def tentative_copy(self) -> "UsedInitials":
        """A copy that can be extended without a warning."""
        other = copy(self)
        other._n_lines, other._warns_of_repeats = self._n_lines.copy(), False
        return other

    def available(self, source: NameSource) -> dict[str, float]:
        """The initials used least often, which the next line may have, with their weights."""
        weights = source.likely_initials
        counts = {initial: self._n_lines[initial] for initial in weights.keys() - self._ruled_out}
        fewest = min(counts.values(), default=0)
        return {initial: p for initial, p in weights.items() if counts.get(initial) == fewest}

    def rule_out_available(self, source: NameSource) -> bool:
        """Rules out the initials now available; returns False if there are none, or no line yet."""
        initials = self.available(source) if self._n_lines else {}
        self._ruled_out.update(initials)
        return bool(initials)


class Candidate(NamedTuple):
    """One try at the names that a request asks for."""

    number: int  # 0, 1, 2, …: its random numbers are those of round `line.first_round` + number
    initial: str  # that the names must have; "" for any


class Request:
    """Asks a source for the names that a line lacks: of one part, or of several together.

    Both kinds of sources have `sources`, `max_candidates`, `shortage` and `names_by_attempts`.
    """

    def __init__(self, line: Line, source: NameSource | SameInitialSource) -> None:
        self.line, self.source = line, source
        self.drawn = dict[Candidate, dict[NameSource, str]]()  # empty if no names were found
        self.shortage: Shortage | None = None  # why no further candidate can be drawn

    def candidates(self, initials: UsedInitials, begin: int = 0) -> Iterator[Candidate]:
        """The candidates, in order, starting at index `begin`."""
        return (Candidate(k, "") for k in count(begin))

    def next_candidate(self, used: UsedNames, initials: UsedInitials) -> Candidate | None:
        """The first candidate that fits or is not drawn yet; None if there are no more."""
        for candidate in self.candidates(initials):
            names = self.drawn.get(candidate)
            if names is None or (names and used.are_far(names)):
                return candidate
        return None

    def next_batch(self, first: Candidate, initials: UsedInitials, waits: bool) -> list[Candidate]:
        """The next candidates to draw, in growing batches: 0, then 1 and 2, then 3 to 8.

        The batch is empty at the limit. A request that waits for earlier requests gets a sixteenth
        of the limit, since these may still use its names.
        """
        n = 1
        if first.number:
            # A candidate with an initial makes a single attempt.
            limit = MAX_CANDIDATES if first.initial else self.source.max_candidates(MAX_CANDIDATES)
            limit //= 16 if waits else 1
            n = max(min(2 * first.number, CANDIDATES_AT_ONCE, limit - first.number), 0)
        candidates = islice(self.candidates(initials, first.number), n)
        return [candidate for candidate in candidates if candidate not in self.drawn]

    def give_up(self, initials: UsedInitials) -> Shortage | None:
        """Called if no candidate fits: returns the reason, or None to continue with others."""
        return self.shortage or self.source.shortage()


class DifferentInitialRequest(Request):
    """Asks for the first name of a line, with one of the initials used least so far.

    A candidate draws one of these initials and makes one attempt at a name that begins with it.
    """

    source: NameSource

    def __init__(self, line: Line, source: NameSource) -> None:
        super().__init__(line, source)
        self._begin = 0  # the index of the first candidate that may fit
        self._points = list[float]()  # one uniform random number for each candidate's initial

    def candidates(self, initials: UsedInitials, begin: int = 0) -> Iterator[Candidate]:
        """The candidates in order, with the initials now available; none if no initial is."""
        available = initials.available(self.source)
        letters, edges = [*available], [*accumulate(available.values())]
        for k in count(max(begin, self._begin)) if letters else ():
            while k >= len(self._points):
                rounds = self.line.first_round + len(self._points) + np.arange(POINTS_AT_ONCE)
                keys = keys_at(self.source.key, rounds, self.line.number)
                self._points += uniform(keys, INITIAL_POSITION).tolist()
            yield Candidate(k, letters[bisect(edges, self._points[k] * edges[-1])])

    def give_up(self, initials: UsedInitials) -> Shortage | None:
        """Rules out the initials so far; returns None, or the reason if there are no others."""
        # Candidate 0 is not drawn again with the new initials. That would be correct, but would
        # change the names of existing seeds.
        self._begin = 1
        if initials.rule_out_available(self.source):
            return None
        why = "no further name that meets the conditions begins with an unused letter"
        return Shortage(self.source, why)


def draw_candidates(candidates: Iterable[tuple[Request, Candidate]]) -> None:
    """Draws candidates of requests, those of the same source together.

    If the search for a candidate ends without a name, its request stores the reason.
    """
    groups = defaultdict[Any, list[tuple[Request, Candidate]]](list)
    for request, candidate in candidates:
        groups[request.source, bool(candidate.initial)].append((request, candidate))
    for (source, has_initials), group in groups.items():
        numbers = np.array([request.line.number for request, _ in group])
        rounds = np.array([request.line.first_round + each.number for request, each in group])
        try:
            if has_initials:
                initials = np.array([candidate.initial for _, candidate in group])
                names_of_each = source.names_of_single_attempts(numbers, rounds, initials)
            else:
                names_of_each = source.names_by_attempts(numbers, rounds)
        except NoAttemptPassed as error:
            names_of_each = error.results[: error.number]
            group[error.number][0].shortage = source.shortage(error.tally)
        for (request, candidate), names in zip(group, names_of_each, strict=False):
            request.drawn[candidate] = dict(zip(source.sources, names, strict=False))

"""Requests for the names that lines lack.

A request draws candidates one after another, and the line gets the first that fits. A candidate
does not fit if its name is too near one that another line uses, or if no name was found that meets
its conditions:

    candidate             0       1       2
    a name is used        Ada     Eve             Ada is used: the line gets Eve
    a search has failed   Ada     none            none was found: candidate 2 is drawn next

`Request` asks for one name. With `initials`, `DifferentInitialRequest` asks for the first name of a
line, with an initial of its own, and `SameInitialRequest` for all names of a line, with one.
"""

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, count, islice
from typing import NamedTuple

import numpy as np

from rnn_names.arrays import Array
from rnn_names.casts.initials import SharedInitials
from rnn_names.casts.sources import Line, NameSource
from rnn_names.casts.used_names import UsedNames
from rnn_names.corpus.characters import initial_of
from rnn_names.sampling.attempts import NoAttemptPassed
from rnn_names.sampling.random_keys import child, keys_at, uniform

MAX_CANDIDATES = 1 << 14  # the most candidates for a name of a line
CANDIDATES_AT_ONCE = 1 << 10  # the most candidates of a line drawn together
ONLY_ATTEMPT = 0  # the number of the attempt that a candidate with an initial makes at a name
INITIAL_POSITION = 1  # the position of the random number that chooses its initial
POINTS_AT_ONCE = 8  # candidates whose random numbers for initials are drawn together
MOSTLY_REPEATS = "nearly all others are repeats"
NO_INITIAL = "no further names {} first letter were found to meet the conditions"


class Cause(NamedTuple):
    """Why a line gets no name."""

    source: NameSource | None  # the part with no more names
    why: str
    tightest: str = ""  # as in `Tally`


@dataclass(eq=False)
class Candidate:
    """A candidate of a request."""

    request: "Request"
    offset: int  # its round minus the first round of the line
    initial: str = ""  # of its names; "" where none is chosen yet
    names: dict[NameSource, str] | None = None  # None until it is drawn; {} if none were found


Found = Sequence[Sequence[str]]  # of each candidate, a name of each source; or no names


class Request:
    """Asks for the name of one part of a line."""

    shortage_message = MOSTLY_REPEATS

    def __init__(self, line: Line, *sources: NameSource) -> None:
        self.line, self.sources = line, sources
        self._known = dict[tuple[int, str], Candidate]()  # by offset and initial
        self.cause: Cause | None = None  # why no further candidate can be drawn

    def candidate(self, offset: int, initial: str = "") -> Candidate:
        """The candidate of a round, with its names if it was drawn."""
        return self._known.setdefault((offset, initial), Candidate(self, offset, initial))

    def candidates(self, used: UsedNames, begin: int = 0) -> Iterator[Candidate]:
        """The candidates from an offset on, in order."""
        return map(self.candidate, count(begin))

    def next_candidate(self, used: UsedNames) -> Candidate | None:
        """The first candidate that fits or is not drawn yet; None if there is no further one."""
        for candidate in self.candidates(used):
            if candidate.names is None or (candidate.names and used.are_far(candidate.names)):
                return candidate
        return None

    def count_as_used(self, candidate: Candidate, used: UsedNames) -> None:
        """Adds the names of a candidate, if any were found, to those used."""
        used.add(candidate.names or {})

    def next_to_draw(self, begin: Candidate, used: UsedNames, is_next: bool) -> list[Candidate]:
        """The next candidates to draw, from `begin` on: 1, then 2, 4, 8 and so on, up to a limit.

        At the limit, there are none, and the cast ends at this line. A line that waits for earlier
        ones has a sixteenth of the limit, since those may use the names that are found for it.
        """
        n, begun = 1, begin.offset
        if begun:
            limit = self._max_candidates() // (1 if is_next else 16)
            n = max(min(2 * begun, CANDIDATES_AT_ONCE, limit - begun), 0)
        candidates = islice(self.candidates(used, begun), n)
        return [candidate for candidate in candidates if candidate.names is None]

    def _max_candidates(self) -> int:
        return min(source.max_candidates(MAX_CANDIDATES) for source in self.sources)

    def try_other_initials(self, used: UsedNames) -> bool:
        """Switches to other initials if no candidate fits; returns False if none are left."""
        return False

    def draw_candidates(self, candidates: Sequence[Candidate]) -> None:
        """Draws candidates of this request and of others of its kind, with the same sources."""
        rounds = np.array([each.request.line.first_round + each.offset for each in candidates])
        numbers = np.array([each.request.line.number for each in candidates])
        found = self._names_for(candidates, rounds, numbers)
        for candidate, names in zip(candidates, found, strict=False):
            candidate.names = dict(zip(candidate.request.sources, names, strict=False))

    def _names_for(self, candidates: Sequence[Candidate], rounds: Array, numbers: Array) -> Found:
        """The names of candidates, in lines with these numbers.

        Where a search ends without a name, the request of its candidate notes the cause, and there
        are names only for the candidates before it.
        """
        [source] = self.sources
        try:
            names = source.names_for(keys_at(source.key, rounds, numbers))
        except NoAttemptPassed as error:
            names = error.results[: error.number]
            candidates[error.number].request.cause = Cause(
                source, error.tally.explanation(), error.tally.tightest
            )
        return [(name,) for name in names]


class DifferentInitialRequest(Request):
    """Asks for the first name of a line, with one of the initials used least so far.

    A candidate draws one of these initials, and makes one attempt at a name that begins with it.
    """

    shortage_message = NO_INITIAL.format("with such a")

    def __init__(self, line: Line, *sources: NameSource) -> None:
        super().__init__(line, *sources)
        self._begin = 0  # the first candidate that may fit
        self._points = list[float]()  # uniform random numbers that choose each candidate's initial

    def candidates(self, used: UsedNames, begin: int = 0) -> Iterator[Candidate]:
        """The candidates in order, with the initials now available; none if no initial is."""
        available = used.initials.available(self.sources[0])
        initials, edges = [*available], [*accumulate(available.values())]
        for k in count(max(begin, self._begin)) if initials else ():
            while k >= len(self._points):
                rounds = self.line.first_round + len(self._points) + np.arange(POINTS_AT_ONCE)
                keys = keys_at(self.sources[0].key, rounds, self.line.number)
                self._points += uniform(keys, INITIAL_POSITION).tolist()
            yield self.candidate(k, initials[bisect(edges, self._points[k] * edges[-1])])

    def count_as_used(self, candidate: Candidate, used: UsedNames) -> None:
        """Adds the names of a candidate, if any were found, and its initial anyway."""
        super().count_as_used(candidate, used)
        used.initials.add(candidate.initial)

    def _max_candidates(self) -> int:
        return self.sources[0].affordable(MAX_CANDIDATES)

    def try_other_initials(self, used: UsedNames) -> bool:
        """Switches to other initials if no candidate fits; returns False if none are left."""
        self._begin = 1  # 0 would also work, but change the names of existing seeds
        return used.initials.rule_out(self.sources[0])

    def _names_for(self, candidates: Sequence[Candidate], rounds: Array, numbers: Array) -> Found:
        [source] = self.sources
        keys = child(keys_at(source.key, rounds, numbers), ONLY_ATTEMPT)
        names, rows, _ = source.draw(keys, np.array([each.initial for each in candidates]))
        found = dict(zip(rows.tolist(), zip(names.to_strings()), strict=True))
        return [found.get(index, ()) for index in range(len(candidates))]


class SameInitialRequest(Request):
    """Asks for names of several parts of a line, all with one initial: that of names it keeps."""

    shortage_message = NO_INITIAL.format("all with one")

    def __init__(self, line: Line, initials: SharedInitials, *sources: NameSource) -> None:
        super().__init__(line, *sources)
        self._initials = initials
        kept = (name for source, name in line.names.items() if source not in sources)
        self._kept = {*map(initial_of, kept)}

    def _names_for(self, candidates: Sequence[Candidate], rounds: Array, numbers: Array) -> Found:
        # All these requests keep the same names: none, or those of a redrawn line.
        try:
            return self._initials.names_of_lines(self.sources, rounds, numbers, self._kept)
        except NoAttemptPassed as error:
            shares = {source: met / max(made, 1) for source, (made, met) in error.tally.items()}
            worst = min(shares, key=shares.__getitem__, default=self.sources[0])
            candidates[error.number].request.cause = Cause(worst, self.shortage_message)
            return error.results[: error.number]

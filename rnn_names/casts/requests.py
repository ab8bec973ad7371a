"""Requests for the names that lines lack.

A request has candidates, which are drawn one after another. Its line has the first one that fits:
another line may have the name already, or no name was found that meets its conditions:

    candidate   0       1       2
    drawn       Ada     Eve                    Ada is used: the line gets Eve
    drawn       Ada     none                   none was found: the next one to draw is 2

`Request` asks for one name. With `initials`, `DifferentInitialRequest` asks for the first name of a
line, with an initial of its own, and `SameInitialRequest` for all names of a line, with one.
"""

from bisect import bisect
from collections.abc import Iterator, Sequence
from itertools import accumulate, count, islice
from typing import Any, NamedTuple

import numpy as np

from rnn_names.arrays import Array
from rnn_names.casts.initials import SharedInitials
from rnn_names.casts.lines import Line, NameSource
from rnn_names.casts.part_sampler import initial_of
from rnn_names.casts.used_names import UsedNames
from rnn_names.sampling.attempts import FewFound
from rnn_names.sampling.random_keys import child, keys_at, uniform

MAX_CANDIDATES = 1 << 14  # that do not fit, after which a line is given up
CANDIDATES_AT_ONCE = 1 << 10  # of a line that are drawn together, at most
POINTS_AT_ONCE = 8  # candidates whose random numbers for initials are drawn together
MOSTLY_REPEATS = "nearly all others are repeats"
NO_INITIAL = "no further names {} first letter were found to meet the conditions"


class Candidate(NamedTuple):
    """A candidate, and the initial of its names; "" where it is not chosen beforehand."""

    number: int
    initial: str = ""


Cause = tuple[NameSource | None, str]  # why there are no more names, and which part is the cause
Want = tuple["Request", Candidate]  # a candidate to draw
# By the index of the want, a name of each source; None where none met the conditions.
Found = dict[int, tuple[str, ...] | None]


class Request:
    """Asks for the name of one part of a line."""

    shortage_message = MOSTLY_REPEATS

    def __init__(self, line: Line, *sources: NameSource) -> None:
        self.line, self.sources = line, sources
        self.drawn = dict[Candidate, dict[NameSource, str] | None]()  # None where none was found
        self.cause: Cause | None = None  # why no further candidate can be drawn

    def candidates(self, used: UsedNames, begin: int = 0) -> Iterator[Candidate]:
        """The candidates from a number on, in order."""
        return map(Candidate, count(begin))

    def next_candidate(self, used: UsedNames) -> Candidate | None:
        """The first candidate that fits, or is not drawn yet; None if there are no more."""
        for candidate in self.candidates(used):
            if candidate not in self.drawn:
                return candidate
            names = self.drawn[candidate]
            if names is not None and used.are_far(names):
                return candidate
        return None

    def accept(self, candidate: Candidate, used: UsedNames) -> None:
        """Fills the line with a candidate, if it is drawn; its names count as used."""
        if names := self.drawn.get(candidate):
            self.line.chosen.update(names)
            used.add(names)

    def to_draw(self, begin: Candidate, used: UsedNames, is_next: bool) -> list[Want]:
        """The next candidates to draw: the first alone, else twice as many as come before `begin`.

        No candidates mean that the line is given up. Fewer are drawn unless the line `is_next`:
        lines before it may use the names that are found.
        """
        n = 1
        if begin.number:
            limit = self._max_candidates() // (1 if is_next else 16)
            n = max(min(2 * begin.number, CANDIDATES_AT_ONCE, limit - begin.number), 0)
        candidates = islice(self.candidates(used, begin.number), n)
        return [(self, candidate) for candidate in candidates if candidate not in self.drawn]

    def _max_candidates(self) -> int:
        return min(source.sampler.max_candidates(MAX_CANDIDATES) for source in self.sources)

    def try_other_initials(self, used: UsedNames) -> bool:
        """Turns to other initials when no candidate fits; False where there are none."""
        return False

    @classmethod
    def draw(cls, wants: Sequence[Want]) -> None:
        """Draws candidates of requests of the same sources, and notes the names in each request."""
        rounds = np.array([request.line.round_offset + each.number for request, each in wants])
        numbers = np.array([request.line.number for request, _ in wants])
        for index, texts in cls._find(wants, rounds, numbers).items():
            request, candidate = wants[index]
            names = dict(zip(request.sources, texts, strict=True)) if texts else None
            request.drawn[candidate] = names

    @staticmethod
    def _find(wants: Sequence[Want], rounds: Array, numbers: Array) -> Found:
        """Names for the candidates; those not sought, after one that is not found, are left out."""
        [source] = wants[0][0].sources
        try:
            names: Sequence[Any] = source.sampler.find(keys_at(source.key, rounds, numbers))
        except FewFound as error:
            names = error.results
            wants[error.row][0].cause = source, error.tally.explanation()
        return {index: (name,) for index, name in enumerate(names) if name is not None}


class DifferentInitialRequest(Request):
    """Asks for the first name of a line, with an initial that came least often in those before it.

    A candidate draws one of these initials, and makes one attempt at a name that begins with it.
    """

    shortage_message = NO_INITIAL.format("with such a")

    def __init__(self, line: Line, *sources: NameSource) -> None:
        super().__init__(line, *sources)
        self._begin = 0  # the first candidate that may fit
        self._points = list[float]()  # uniform random numbers that choose each candidate's initial

    def candidates(self, used: UsedNames, begin: int = 0) -> Iterator[Candidate]:
        """The candidates in order, with the initials now available; none if no initial is."""
        available = used.initials.available(self.sources[0].sampler)
        initials, edges = [*available], [*accumulate(available.values())]
        for k in count(max(begin, self._begin)) if initials else ():
            while k >= len(self._points):
                self.draw_points([self])
            yield Candidate(k, initials[bisect(edges, self._points[k] * edges[-1])])

    def accept(self, candidate: Candidate, used: UsedNames) -> None:
        """Fills the line with a candidate, if it is drawn; its initial counts as used anyway."""
        super().accept(candidate, used)
        used.initials.add(candidate.initial)

    def _max_candidates(self) -> int:
        return MAX_CANDIDATES // self.sources[0].sampler.test_cost

    def try_other_initials(self, used: UsedNames) -> bool:
        """Turns to other initials when no candidate fits; False where there are none."""
        self._begin = 1  # 0 would do, too, but change the names of seeds
        return used.initials.give_up(self.sources[0].sampler)

    @staticmethod
    def _find(wants: Sequence[Want], rounds: Array, numbers: Array) -> Found:
        [source] = wants[0][0].sources
        keys = child(keys_at(source.key, rounds, numbers), 0)
        names, rows, _ = source.sampler.draw(keys, np.array([each.initial for _, each in wants]))
        found: Found = dict.fromkeys(range(len(wants)))
        return found | dict(zip(rows.tolist(), zip(names.to_strings()), strict=True))

    @staticmethod
    def draw_points(requests: Sequence["DifferentInitialRequest"]) -> None:
        """Draws the random numbers of further candidates, for each request as many."""
        keys = np.array([request.sources[0].key[0] for request in requests], np.uint64)
        first = np.array([each.line.round_offset + len(each._points) for each in requests])
        rounds = first + np.arange(POINTS_AT_ONCE)[:, None]  # (POINTS_AT_ONCE, requests)
        numbers = np.array([request.line.number for request in requests])
        points = uniform(keys_at(keys, rounds, numbers), 1)
        for request, more in zip(requests, points.T.tolist(), strict=True):
            request._points += more


class SameInitialRequest(Request):
    """Asks for names of several parts of a line that have one initial, that of names it keeps."""

    shortage_message = NO_INITIAL.format("all with one")

    def __init__(self, line: Line, initials: SharedInitials, *sources: NameSource) -> None:
        super().__init__(line, *sources)
        self._initials = initials
        kept = (name for source, name in line.names.items() if source not in sources)
        self._kept = {*map(initial_of, kept)}

    @staticmethod
    def _find(wants: Sequence[Want], rounds: Array, numbers: Array) -> Found:
        requests: Any = [request for request, _ in wants]
        first = requests[0]
        # Wants are of new lines, which keep no names, or of one line that is redrawn.
        assert all(request._kept == first._kept for request in requests)
        try:
            names = first._initials.draw(first.sources, rounds, numbers, first._kept)
        except FewFound as error:
            shares = {int(at): met / max(made, 1) for at, (made, met) in error.tally.items()}
            worst = min(shares, key=shares.__getitem__, default=0)
            wants[error.row][0].cause = first.sources[worst], first.shortage_message
            names = error.results
        return {index: texts for index, texts in enumerate(names) if texts is not None}

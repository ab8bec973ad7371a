"""Requests for the names that lines lack.

A name is drawn in rounds. A line has the name of round 0; or if that does not fit, as when another
line has it, the name of the next round that fits:

    round       0       1       2
    drawn       Ada     Eve                    Ada is used: the line gets Eve
    drawn       Ada     none                   none was found: the next round to draw is 2

`Request` asks for one name. With `initials`, `LetterRequest` asks for the first name of a line that
begins with a letter of its own, and `SharedLetterRequest` for all names of a line, with one letter.
"""

from bisect import bisect
from collections.abc import Iterator, Sequence
from itertools import accumulate, count, islice
from typing import Any, NamedTuple

import numpy as np

from rnn_names.arrays import Array
from rnn_names.casts.initials import SharedLetters
from rnn_names.casts.lines import Line, NameSource
from rnn_names.casts.used_names import UsedNames
from rnn_names.sampling.first_passing import FewFound
from rnn_names.sampling.random_keys import child, keys_of, uniform

MAX_ROUNDS = 1 << 14  # rounds that do not fit, after which a line is given up
ROUNDS_AT_ONCE = 1 << 10  # rounds of a line that are drawn together, at most
POINTS_AT_ONCE = 8  # rounds whose random numbers for first letters are drawn together
MOSTLY_REPEATS = "nearly all others are repeats"
NO_LETTER = "no further names {} first letter were found to meet the conditions"


class Round(NamedTuple):
    """A round, and the first letter of its names; "" where that is not chosen beforehand."""

    number: int
    letter: str = ""


Cause = tuple[NameSource | None, str]  # why there are no more names, and which part is the cause
Want = tuple["Request", Round]
PartTexts = tuple[str, ...]  # a name of each part


class Request:
    """Asks for the name of one part of a line."""

    no_round_fits = MOSTLY_REPEATS

    def __init__(self, line: Line, *parts: NameSource) -> None:
        self.line, self.parts = line, parts
        self.drawn = dict[Round, dict[NameSource, str] | None]()  # names; None where none was found
        self.cause: Cause | None = None  # why no further round can be drawn

    def rounds(self, used: UsedNames, begin: int = 0) -> Iterator[Round]:
        """The rounds, in order."""
        return map(Round, count(begin))

    def next_round(self, used: UsedNames) -> Round | None:
        """The first round that fits, or is not drawn yet; None if there are no more."""
        for each in self.rounds(used):
            if each not in self.drawn:
                return each
            names = self.drawn[each]
            if names is not None and used.are_far(names):
                return each
        return None

    def accept(self, each: Round | None, used: UsedNames) -> None:
        """Fills the line from a round, if it is drawn; its names count as used."""
        if names := each and self.drawn.get(each):
            self.line.chosen.update(names)
            used.add(names)

    def to_draw(self, begin: Round | None, used: UsedNames, is_next: bool) -> list[Want]:
        """The rounds to draw from one on: two for each before it; none if the line is given up.

        Fewer are drawn unless the line `is_next`: lines before it may use what is found.
        """
        if begin is None:
            return []
        n = 1
        if begin.number:
            limit = self._max_rounds() // (1 if is_next else 16)
            n = max(min(2 * begin.number, ROUNDS_AT_ONCE, limit - begin.number), 0)
        rounds = islice(self.rounds(used, begin.number), n)
        return [(self, each) for each in rounds if each not in self.drawn]

    def _max_rounds(self) -> int:
        return min(source.names.max_rounds(MAX_ROUNDS) for source in self.parts)

    def try_other_letters(self, used: UsedNames) -> bool:
        """Turns to other first letters when no round fits; False where there are none."""
        return False

    @classmethod
    def draw(cls, wants: Sequence[Want]) -> None:
        """Draws rounds of requests for the same parts, and notes in each request what they gave."""
        rounds = np.array([request.line.first_round + each.number for request, each in wants])
        numbers = np.array([request.line.number for request, _ in wants])
        parts, found = wants[0][0].parts, cls._find(wants, rounds, numbers)
        for (request, each), names in zip(wants, found, strict=True):
            if names is not None or each.letter:
                request.drawn[each] = dict(zip(parts, names, strict=True)) if names else None

    @staticmethod
    def _find(wants: Sequence[Want], rounds: Array, numbers: Array) -> Sequence[PartTexts | None]:
        """Names of the parts for each want; None where none was found, or none was sought yet."""
        [source] = wants[0][0].parts
        try:
            found: Sequence[Any] = source.names.find(keys_of(source.key, rounds, numbers))
        except FewFound as error:
            found = error.results
            wants[error.row][0].cause = source, error.tally.tightest()
        return [None if name is None else (name,) for name in found]


class LetterRequest(Request):
    """Asks for the first name of a line, with a letter that came least often in those before it.

    A round draws one of these letters, and makes one attempt at a name that begins with it.
    """

    no_round_fits = NO_LETTER.format("with such a")

    def __init__(self, line: Line, *parts: NameSource) -> None:
        super().__init__(line, *parts)
        self._begin = 0  # the first round that may fit
        self._points = list[float]()  # uniform random numbers that choose the letter of each round

    def rounds(self, used: UsedNames, begin: int = 0) -> Iterator[Round]:
        """The rounds, in order, with the letters now available; none if no letter is."""
        available = used.letters.available(self.parts[0].names)
        letters, edges = [*available], [*accumulate(available.values())]
        for k in count(max(begin, self._begin)) if letters else ():
            while k >= len(self._points):
                self.draw_points([self])
            yield Round(k, letters[bisect(edges, self._points[k] * edges[-1])])

    def accept(self, each: Round | None, used: UsedNames) -> None:
        """Fills the line from a round, if it is drawn; its letter counts as used in any case."""
        super().accept(each, used)
        if each is not None:
            used.letters.add(each.letter)

    def _max_rounds(self) -> int:
        return MAX_ROUNDS // self.parts[0].names.slowness

    def try_other_letters(self, used: UsedNames) -> bool:
        """Turns to other first letters when no round fits; False where there are none."""
        self._begin = 1  # 0 would do, too, but change the names of seeds
        return used.letters.give_up(self.parts[0].names)

    @staticmethod
    def _find(wants: Sequence[Want], rounds: Array, numbers: Array) -> Sequence[PartTexts | None]:
        [source] = wants[0][0].parts
        keys = child(keys_of(source.key, rounds, numbers), 0)
        names, rows, _ = source.names.draw(keys, np.array([each.letter for _, each in wants]))
        found = dict(zip(rows.tolist(), zip(names.to_strings()), strict=True))
        return [*map(found.get, range(len(wants)))]

    @staticmethod
    def draw_points(requests: Sequence["LetterRequest"]) -> None:
        """Draws the random numbers of further rounds, for each request as many."""
        keys = np.array([request.parts[0].key[0] for request in requests], np.uint64)
        first = np.array([each.line.first_round + len(each._points) for each in requests])
        rounds = first + np.arange(POINTS_AT_ONCE)[:, None]  # (POINTS_AT_ONCE, requests)
        numbers = np.array([request.line.number for request in requests])
        points = uniform(keys_of(keys, rounds, numbers), 1)
        for request, more in zip(requests, points.T.tolist(), strict=True):
            request._points += more


class SharedLetterRequest(Request):
    """Asks for names of several parts of a line that begin with one letter."""

    no_round_fits = NO_LETTER.format("all with one")

    def __init__(self, line: Line, letters: SharedLetters, *parts: NameSource) -> None:
        super().__init__(line, *parts)
        self._letters = letters

    @staticmethod
    def _find(wants: Sequence[Want], rounds: Array, numbers: Array) -> Sequence[PartTexts | None]:
        first: Any = wants[0][0]
        try:
            return first._letters.draw(first.parts, rounds, numbers, first.line)
        except FewFound as error:
            shares = {int(part): met / max(made, 1) for part, (made, met) in error.tally.items()}
            worst = min(shares, key=shares.__getitem__, default=0)
            wants[error.row][0].cause = first.parts[worst], first.no_round_fits
            return error.results

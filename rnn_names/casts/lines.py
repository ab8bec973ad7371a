"""The lines of a cast: parts, lines, requests for names, and the names and letters taken."""

from bisect import bisect
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from rnn_names.arrays import Array
from rnn_names.casts.initials import PartNames
from rnn_names.casts.pattern import Alternatives, Part, Piece, Slot, rules_of
from rnn_names.conditions.edits import FarApart
from rnn_names.conditions.options import Options
from rnn_names.errors import CorpusError
from rnn_names.network.language_model import LanguageModel
from rnn_names.sampling.numbers import key_of, keys_of, uniform, weighted_index

Row = tuple[str, ...]  # a whole line, and the texts of its columns
Load = Callable[[Sequence[Any]], LanguageModel]  # gives the blend of the models of a slot
Read = Callable[[str], Sequence[str]]  # gives the lines of a file
POINTS_AT_ONCE = 8  # rounds whose random numbers for first letters are drawn together


class DrawnPart:
    """A part of the pattern with what it draws from."""

    source: PartNames  # of a slot

    def __init__(self, part: Part, seed: int, read: Read) -> None:
        self.part, self.key, self.is_name = part, key_of(seed, *part.path), isinstance(part, Slot)
        self.rules = rules_of(read(part.rules), part.rules) if part.rules else str
        self.tests: Sequence[int] = ()  # rows of `Taken.tests` that its names have to pass
        if isinstance(part, Alternatives):
            self.alternatives: Sequence[Sequence[Piece]] = part.alternatives
            if part.file:
                self.alternatives = [(line,) for line in read(part.file)]
            if not self.alternatives:
                raise CorpusError("no lines in that file")
            self._deck = np.repeat(np.arange(len(self.alternatives)), part.weights or 1)

    def picked(self, numbers: Array, rounds: Array) -> Array:
        """The alternative of each line, (n,), as from a deck: none repeats before all have come."""
        n = len(self._deck)
        if rounds.any():
            return self._deck[weighted_index(keys_of(self.key, numbers, rounds), 0, np.ones(n))]
        cycles, cards = np.divmod(numbers, n)
        cycles, which = np.unique(cycles, return_inverse=True)
        states = keys_of(self.key, (cycles[:, None] * n + np.arange(n)).ravel())
        return self._deck[np.argsort(states.reshape(-1, n), axis=1)[which, cards]]


class Line:
    """A line by its number. `earlier` is what stood in it, where it is redrawn."""

    row: Row

    def __init__(self, number: int, first_round: int) -> None:
        self.number, self.first_round = number, first_round
        self.chosen = dict[DrawnPart, Any]()  # names, or numbers of alternatives
        self.earlier = set[tuple[Any, str]]()

    @property
    def names(self) -> dict[DrawnPart, str]:
        """The names that stand in it, in order."""
        return {drawn: name for drawn, name in self.chosen.items() if drawn.is_name}

    def shown(self, parts: set[DrawnPart], place: int) -> set[tuple[Any, str]]:
        """The names, or the text of a choice, where the line is redrawn."""
        if all(drawn.is_name for drawn in parts):
            return {(drawn, self.chosen.get(drawn, "")) for drawn in parts}
        return {(place, self.row[place])}


class Request:
    """Names to be drawn for parts of a line, together: those of the first round that fits.

    `drawn` maps (round, first letter) to names; the letter is "" if it is not chosen beforehand,
    and the value None if the draw failed.
    """

    def __init__(self, line: Line, parts: tuple[DrawnPart, ...], chooses_letter: bool) -> None:
        self.line, self.parts, self.chooses_letter = line, parts, chooses_letter
        self.begin = self.round = 0  # the first round that may fit, and the one tried
        self.letter = ""
        self.drawn = dict[tuple[int, str], Row | None]()
        self.cause: Any = None  # why no more could be drawn
        self.letter_points = list[float]()  # random numbers of first letters, by round

    def letter_point(self, number: int) -> float:
        """The random number of a round's first letter."""
        while number >= len(self.letter_points):
            draw_letter_points([self])
        return self.letter_points[number]


def draw_letter_points(requests: Sequence[Request]) -> None:
    """Draws random numbers of further rounds, as many for each request."""
    if not requests:
        return
    keys = np.concatenate([request.parts[0].key for request in requests])
    first = np.array([each.line.first_round + len(each.letter_points) for each in requests])
    rounds = first + np.arange(POINTS_AT_ONCE)[:, None]
    numbers = np.array([request.line.number for request in requests])
    points = uniform(keys_of(keys, rounds, numbers), 1)
    for request, more in zip(requests, points.T.tolist(), strict=True):
        request.letter_points += more


class Taken:
    """The names that earlier lines took, by the tests that keep them apart, and first letters.

    The first test is that of `min_edits` of the cast; others are those of single parts.
    """

    def __init__(self, edits: int, tests: list[FarApart], letters: Counter[str]) -> None:
        self._edits, self.tests, self.letters = edits, tests, letters
        self.exhausted = set[str]()  # letters with which no name is found

    def add_tests(self, drawn: DrawnPart, options: Options, least: int) -> None:
        """Registers the tests that keep a part's names apart from names already taken.

        A part whose own `min_edits` is less than the cast's keeps apart from its own names only.
        """
        keeps_away = (options.min_edits or 0) >= least > 0
        is_covered = keeps_away and options.min_edits == least and not options.exclude
        drawn.tests = [0] * keeps_away
        if options.is_unique and not is_covered:
            drawn.tests = [len(self.tests), *drawn.tests]
            self.tests.append(FarApart.of(options) or FarApart(0))

    def fork(self) -> "Taken":
        """A copy that takes more in; this one stays as it is."""
        other = Taken(self._edits, [each.fork() for each in self.tests], self.letters.copy())
        other.exhausted = self.exhausted
        return other

    def add_if_far(self, names: Mapping[DrawnPart, str]) -> bool:
        """Adds the names of a line if all are far from those taken, and from each other."""
        among = FarApart(self._edits) if len(names) > 1 else None
        for drawn, name in names.items():
            if not all(self.tests[test].is_far(name) for test in drawn.tests):
                return False
            if among and 0 in drawn.tests and not among.add_if_far(name):
                return False
        for drawn, name in names.items():
            for test in drawn.tests:
                self.tests[test].add([name])
        return True

    def available(self, drawn: DrawnPart) -> dict[str, float]:
        """The weights of the first letters that came least often, exhausted ones left out."""
        likely, counts = drawn.source.likely_letters, self.letters
        left = likely.keys() - self.exhausted if self.exhausted else likely
        least = min((counts.get(a, 0) for a in left), default=0)
        return {a: p for a, p in likely.items() if a in left and counts.get(a, 0) == least}

    def letters_of(self, request: Request) -> Callable[[int], str]:
        """A function from a round to its names' first letter; "" if that is not chosen first."""
        if not (request.chooses_letter and (free := self.available(request.parts[0]))):
            return lambda number: ""
        letters, edges = [*free], [*accumulate(free.values())]
        return lambda number: letters[bisect(edges, request.letter_point(number) * edges[-1])]

    def try_to_fill(self, request: Request) -> bool:
        """Fills a line with the first drawn names that fit; False if none do.

        Then `request.round` and `request.letter` say which names to draw next.
        """
        request.round, letter_of = request.begin, self.letters_of(request)
        while True:
            request.letter = letter_of(request.round)
            if (request.round, request.letter) not in request.drawn:
                return False
            names = request.drawn[request.round, request.letter]
            if names is not None:
                standing = dict(zip(request.parts, names, strict=True))
                if self.add_if_far(standing):
                    request.line.chosen.update(standing)
                    self.count_letter(request)
                    return True
            request.round += 1

    def count_letter(self, request: Request) -> None:
        """Counts the first letter of a line."""
        if request.chooses_letter:
            self.letters[request.letter] += 1

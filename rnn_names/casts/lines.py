"""The lines of a cast: parts, lines, requests for names, and the names and letters taken."""

from bisect import bisect
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np

from rnn_names.arrays import Array
from rnn_names.casts.part_names import PartNames
from rnn_names.casts.pattern import OneOf, Part, Piece, Slot, rules_of
from rnn_names.conditions.edits import FarApart
from rnn_names.conditions.options import Options
from rnn_names.errors import CorpusError
from rnn_names.network.language_model import LanguageModel
from rnn_names.sampling.numbers import key_of, keys_of, uniform, weighted_index

Row = tuple[str, ...]  # a whole line, and the texts of its columns
Load = Callable[[Sequence[Any]], LanguageModel]  # gives the blend of the models of a slot
Read = Callable[[str], Sequence[str]]  # gives the lines of a file
POINTS_AT_ONCE = 8  # rounds whose random numbers for first letters are drawn together


class Round(NamedTuple):
    """A round, and the first letter of its names; "" where that is not chosen beforehand."""

    number: int
    letter: str


class PartSource:
    """A part of the pattern, and the key of its random numbers."""

    def __init__(self, part: Part, seed: int, read: Read) -> None:
        self.part, self.key = part, key_of(seed, *part.path)
        self.rules = rules_of(read(part.rules), part.rules) if part.rules else str


class NameSource(PartSource):
    """A name: what draws it, and the rows of `Taken.tests` that it has to pass."""

    def __init__(
        self, part: Slot, seed: int, read: Read, names: PartNames, tests: Sequence[int]
    ) -> None:
        super().__init__(part, seed, read)
        self.names, self.tests = names, tests


class ChoiceSource(PartSource):
    """A choice among alternatives."""

    def __init__(self, part: OneOf, seed: int, read: Read) -> None:
        super().__init__(part, seed, read)
        self.alternatives: Sequence[Sequence[Piece]] = part.alternatives
        if part.file:
            self.alternatives = [(line,) for line in read(part.file)]
        if not self.alternatives:
            raise CorpusError("no lines in that file")
        self._deck = np.repeat(np.arange(len(self.alternatives)), part.weights or 1)

    def picked(self, numbers: Array, rounds: Array) -> Array:
        """The alternative of each line, (n,), as from a deck: none repeats before all have come."""
        n = len(self._deck)
        if rounds.any():  # redrawn; keys of choices have the line before the round, unlike names
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
        self.chosen = dict[PartSource, Any]()  # names (None where missing), numbers of alternatives
        self.earlier = set[tuple[Any, str]]()

    @property
    def names(self) -> dict[NameSource, Any]:
        """The names that stand in it, in order."""
        return {each: name for each, name in self.chosen.items() if isinstance(each, NameSource)}

    def shown(self, parts: Set[PartSource], place: int) -> set[tuple[Any, str]]:
        """The names, or the text of a choice, where the line is redrawn."""
        if all(isinstance(source, NameSource) for source in parts):
            return {(source, self.chosen.get(source, "")) for source in parts}
        return {(place, self.row[place])}


class Request:
    """Names to be drawn for parts of a line, together: those of the first round that fits.

    `names_of_round` has those of each round that was drawn; None where that failed.
    """

    def __init__(self, line: Line, parts: tuple[NameSource, ...], chooses_letter: bool) -> None:
        self.line, self.parts, self.chooses_letter = line, parts, chooses_letter
        self.begin = 0  # the first round that may fit
        self.letter = ""  # of the round that fits
        self.names_of_round = dict[Round, Row | None]()
        self.cause: Any = None  # why no more could be drawn
        self.letter_points = list[float]()  # random numbers of first letters, by round

    def letter_point(self, k: int) -> float:
        """The random number of the first letter of round k."""
        while k >= len(self.letter_points):
            draw_letter_points([self])
        return self.letter_points[k]


def draw_letter_points(requests: Sequence[Request]) -> None:
    """Draws random numbers of further rounds, as many for each request."""
    if not requests:
        return
    keys = np.concatenate([request.parts[0].key for request in requests])
    first = np.array([each.line.first_round + len(each.letter_points) for each in requests])
    rounds = first + np.arange(POINTS_AT_ONCE)[:, None]  # (POINTS_AT_ONCE, requests)
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

    def tests_of(self, options: Options, min_edits: int) -> list[int]:
        """The rows of the tests that keep a part's names apart from names already taken.

        A part whose own `min_edits` is less than the cast's keeps apart from its own names only.
        """
        keeps_away = (options.min_edits or 0) >= min_edits > 0
        is_covered = keeps_away and options.min_edits == min_edits and not options.exclude
        rows = [0] if keeps_away else []
        if options.is_unique and not is_covered:
            rows.insert(0, len(self.tests))
            self.tests.append(FarApart.of(options) or FarApart(0))
        return rows

    def fork(self) -> "Taken":
        """A copy that takes more in; this one stays as it is."""
        other = Taken(self._edits, [each.fork() for each in self.tests], self.letters.copy())
        other.exhausted = self.exhausted
        return other

    def add_if_far(self, names: Mapping[NameSource, str]) -> bool:
        """Adds the names of a line if all are far from those taken, and from each other."""
        among = FarApart(self._edits) if len(names) > 1 else None
        for source, name in names.items():
            if not all(self.tests[test].is_far(name) for test in source.tests):
                return False
            if among and 0 in source.tests and not among.add_if_far(name):
                return False
        for source, name in names.items():
            for test in source.tests:
                self.tests[test].add([name])
        return True

    def available(self, source: NameSource) -> dict[str, float]:
        """The weights of the first letters that came least often, exhausted ones left out."""
        likely, counts = source.names.likely_letters, self.letters
        left = likely.keys() - self.exhausted if self.exhausted else likely
        fewest = min((counts.get(a, 0) for a in left), default=0)
        return {a: p for a, p in likely.items() if a in left and counts.get(a, 0) == fewest}

    def letters_of(self, request: Request) -> Callable[[int], str]:
        """A function from a round to its names' first letter; "" if that is not chosen first."""
        if not (request.chooses_letter and (free := self.available(request.parts[0]))):
            return lambda k: ""
        letters, edges = [*free], [*accumulate(free.values())]
        return lambda k: letters[bisect(edges, request.letter_point(k) * edges[-1])]

    def fill_or_next_round(self, request: Request) -> Round | None:
        """Fills a line with the first drawn names that fit, or returns the next round to draw."""
        letter_of = self.letters_of(request)
        k = request.begin
        while (next_round := Round(k, letter_of(k))) in request.names_of_round:
            if (names := request.names_of_round[next_round]) is not None:
                standing = dict[Any, str](zip(request.parts, names, strict=True))
                if self.add_if_far(standing):
                    request.line.chosen.update(standing)
                    request.letter = next_round.letter
                    self.count_letter(request, request.letter)
                    return None
            k += 1
        return next_round

    def count_letter(self, request: Request, letter: str) -> None:
        """Counts the first letter of a line."""
        if request.chooses_letter:
            self.letters[letter] += 1

"""Other names in some lines of a cast, while all else stays.

Each part of each line has random numbers of its own for this, so what comes into a line hardly
depends on which others are redrawn. A name is passed over only where it would break what holds for
the cast as it stands: `min_edits`, `unique`, a first letter that another line has, or a text of a
choice that another has while others are free. A name that was redrawn counts as one that came
before; its first letter is free again.
"""

import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import compress
from random import Random
from typing import Any

from rnn_names.conditions.edits import FarApart
from rnn_names.conditions.options import CastOptions
from rnn_names.conditions.pattern import Pattern, Slot, located
from rnn_names.errors import FewNewNamesWarning, SamplingError
from rnn_names.processes.threads import one_blas_thread
from rnn_names.sampling.cast import Part, Row, cast, kept_apart
from rnn_names.sampling.initials import Trials, alike, letter_of, line_of, usual

MOST_OF_NAME = 1 << 16  # trials in a row that fail before a name is given up
MOST_CANDIDATES = 1 << 10  # candidates for a line that may break what holds for the cast


def redrawn(pattern: Pattern, parts: Sequence[Part], wanted: CastOptions) -> Iterator[list[Row]]:
    """The lines of a cast, with those of `wanted.redraw` drawn anew, one after another.

    A line stays as it was, with FewNewNamesWarning, where no other name is found. SamplingError
    comes after the lines that could be had, if these are fewer.
    """
    rows, shortage = list[Row](), None
    try:
        for batch in cast(pattern, parts, replace(wanted, redraw=())):
            rows += batch
    except SamplingError as error:
        shortage = error
    with one_blas_thread():
        redrawing = _Redrawing(pattern, parts, wanted, rows)
        for number, part in wanted.redraw:
            if number in redrawing.rows and not redrawing.finds_other(number, part):
                place = f"{number}.{part}" if part else number
                warnings.warn(
                    f"redraw {place} stays as it was: nothing else was found that meets all "
                    "conditions beside the other lines",
                    FewNewNamesWarning,
                    stacklevel=2,
                )
    yield [*redrawing.rows.values()]
    if shortage:
        raise shortage


class _Redrawing:
    """The lines of a cast by number, and what proposes other texts for their parts."""

    def __init__(
        self, pattern: Pattern, parts: Sequence[Part], wanted: CastOptions, rows: Sequence[Row]
    ) -> None:
        self._pattern, self._wanted = pattern, wanted
        self.rows = dict(enumerate(rows, 1))
        self._pieces = [piece for piece in pattern.pieces if not isinstance(piece, str)]
        for number, part in wanted.redraw:
            if part > len(self._pieces):
                reason = f"a line has {len(self._pieces)} parts"
                raise SamplingError(f"redraw {number}.{part}: {reason}", ["redraw"])
        slots = [place for place, piece in enumerate(self._pieces) if isinstance(piece, Slot)]
        self._parts = dict(zip(slots, parts, strict=True))
        self._held = [*compress(slots, kept_apart(parts, wanted))]
        self._edits = (wanted.min_edits or 1) - 1
        self._far_apart = FarApart(self._edits, (row[i] for row in rows for i in self._held))
        first = [letter_of(row[slots[0]]) for row in rows] if slots else []
        self._came_first = Counter(first)
        self._lines = {pattern.line(row).strip() for row in rows}
        self._refused = Counter[tuple[int, int, str]]()  # by line and place, what was redrawn
        self._bits: dict[str, Random] = {}
        self._trials: dict[tuple[int, ...], Trials] = {}  # by part, and by part and line
        self._tied: dict[int, Iterator[Row]] = {}

    def finds_other(self, number: int, part: int) -> bool:
        """Draws another text for a part of a line, counted from 1, or other names for all if 0.

        False if none is found.
        """
        places = [part - 1] if part else [*self._parts] or [*range(len(self._pieces))]
        before = self.rows[number]
        names = [place for place in places if place in self._parts]
        self._refused.update((number, place, before[place]) for place in places)
        for _ in range(MOST_CANDIDATES):
            proposed = self._drawn(number, places)
            drawn = {place: text for place, text in proposed.items() if text is not None}
            if len(drawn) < len(places):
                return False
            row = tuple(drawn.get(place, text) for place, text in enumerate(before))
            line = self._pattern.line(row).strip()
            is_new = not any((number, place, drawn[place]) in self._refused for place in names)
            if row == before or not is_new or (self._wanted.unique and line in self._lines):
                texts = drawn.keys() - names
                self._refused.update((number, place, drawn[place]) for place in texts)
                continue
            held = [row[place] for place in names if place in self._held]
            are_apart = all(map(FarApart(self._edits).passes, held))
            if are_apart and all(map(self._far_apart.is_far, held)):
                self._far_apart.add(held)
                self.rows[number] = row
                self._lines.add(line)
                return True
        return False

    def _drawn(self, number: int, places: Sequence[int]) -> dict[int, str | None]:
        """A text for each place; None where there is none."""
        if self._wanted.initials == "same" and places == [*self._parts]:
            if number not in self._tied:
                models = [self._trials_of(place, number) for place in places]
                self._tied[number] = alike(models, self._bits_of("initials", number))
            return dict(zip(places, next(self._tied[number], [None] * len(places)), strict=True))
        return {
            place: (self._name if place in self._parts else self._text)(place, number)
            for place in places
        }

    def _name(self, place: int, number: int) -> str | None:
        trials, bits = self._trials_of(place, number), self._bits_of("letters", place, number)
        for letters in self._letters(place, number, trials.weights):
            if line := line_of([trials], letters, bits, MOST_OF_NAME):
                return line[0]
        return None

    def _letters(
        self, place: int, number: int, weights: dict[str, float]
    ) -> Iterator[dict[str, float]]:
        """The first letters that a name may have, those first that are to be tried first."""
        first = next(iter(self._parts))
        if self._wanted.initials == "same":
            letter = letter_of(self.rows[number][first])
            yield {letter: weights.get(letter, 0.0)}
        elif self._wanted.initials == "different" and place == first:
            others = [row[first] for each, row in self.rows.items() if each != number]
            lines, weights = Counter(map(letter_of, others)), usual(weights)
            if max(self._came_first.values()) > 1:  # no others were left
                weights = {
                    letter: weights[letter] for letter in weights if self._came_first[letter]
                }
            for n in sorted({lines[letter] for letter in weights}):
                yield {letter: weights[letter] for letter in weights if lines[letter] == n}
        else:
            yield weights

    def _text(self, place: int, number: int) -> str:
        """One of those texts of a choice that the line had least often, and then the others."""
        texts: Any = self._pieces[place]
        others = Counter(row[place] for each, row in self.rows.items() if each != number)
        bits = Random(self._seed_of("choice", place, number))  # the same order each time
        shuffled: list[str] = bits.sample(texts, len(texts))
        return min(shuffled, key=lambda text: (self._refused[number, place, text], others[text]))

    def _trials_of(self, place: int, number: int) -> Trials:
        if (place,) not in self._trials:
            part = self._parts[place]
            with located(self._pattern.text, part.slot.begin), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what there is to say was said of the first names
                trials = self._trials[place,] = Trials(part.model, part.options)
            for row in self.rows.values():
                trials.came_out(row[place])
        if (place, number) not in self._trials:
            seed = self._bits_of("names", place, number).getrandbits(64)
            self._trials[place, number] = self._trials[place,].with_seed(seed)
        return self._trials[place, number]

    def _bits_of(self, use: str, *key: int) -> Random:
        seed = self._seed_of(use, *key)
        return self._bits.setdefault(seed, Random(seed))

    def _seed_of(self, use: str, *key: int) -> str:
        """A seed of its own for each use, part and line, as counted from the cast's first."""
        line = self._wanted.start + key[-1]
        return " ".join(map(str, (self._wanted.seed, "redraw", use, *key[:-1], line)))

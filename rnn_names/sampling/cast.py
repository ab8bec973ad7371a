"""Casts: lines of several names, by a pattern.

Each part of a line is a function of the seed, the part's number among the names or among the
choices, and the line's number. So a change to one part leaves the others as they were, and lines
can be skipped; except where first letters tie names together (`rnn_names.sampling.initials`), and
where names must differ from those before them: a line that would break this is left out, or its
name is.

Where other names are to come into some lines while all else stays, they are those of later attempts
at the same number. A name is passed over only where it would break what holds for the cast as it
stands: `min_edits`, `unique`, a first letter that another line has, or a text of a choice that
another has while others are free. A name that was redrawn counts as one that came before; its first
letter is free again.
"""

import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from itertools import count, islice, product, tee
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

from rnn_names.arrays import Array
from rnn_names.conditions.edits import FarApart
from rnn_names.conditions.options import MOST_SKIPPED, CastOptions, Options
from rnn_names.conditions.pattern import Pattern, Slot, located
from rnn_names.corpus.names import Names
from rnn_names.errors import FewNewNamesWarning, RnnNamesError, SamplingError
from rnn_names.network.language_model import LanguageModel
from rnn_names.processes.threads import one_blas_thread
from rnn_names.sampling.initials import (
    Draw,
    PartNames,
    alike,
    distinct,
    in_order,
    letter_of,
    together,
    usual,
)
from rnn_names.sampling.numbers import key_of, states_of
from rnn_names.sampling.stream import ENDLESS, GivenUp, sample
from rnn_names.sampling.unique import Unique

OF_NAMES, OF_CHOICES, OF_INITIALS = 1, 2, 3  # uses of random numbers
LINES_OF_BATCH = 1 << 5, 1 << 14  # lines that are given together, at first and at most
TURNS_AT_ONCE = 1 << 10  # texts of a choice that are put in order together, if it has no more
MOST_REPEATS = 1 << 14  # lines in a row that are left out before a cast ends
REDRAWN = 1 << 32  # the first attempt at a name that is redrawn
MOST_OF_NAME = 1 << 16  # attempts in a row that fail before a name to be redrawn is given up
MOST_AT_ONCE = 1 << 12  # attempts at one that are drawn together
MOST_CANDIDATES = 1 << 10  # candidates for a line that may break what holds for the cast
Row = tuple[str, ...]  # the parts of a line: what each piece of the pattern that is not text became


class Part(NamedTuple):
    """What the names of a slot are drawn from, and what they must be like."""

    slot: Slot
    model: LanguageModel
    options: Options


def cast(pattern: Pattern, parts: Sequence[Part], wanted: CastOptions) -> Iterator[list[Row]]:
    """The parts of `wanted.count` lines, some lines at a time; `parts` are those of the slots.

    Those of `wanted.redraw` are drawn anew, one after another. A line stays as it was, with
    FewNewNamesWarning, where no other name is found. SamplingError comes after the lines that could
    be had, if these are fewer; its message shows the part that is the cause in the pattern.
    """
    seed = wanted.some_seed()
    seeds = [int(key_of(seed, OF_NAMES, place)[0]) for place in range(len(parts))]
    parts = [
        part._replace(options=replace(part.options, seed=own))
        for part, own in zip(parts, seeds, strict=True)
    ]
    if not wanted.redraw:
        yield from _drawn(pattern, parts, wanted, seed)
        return
    rows, shortage = list[Row](), None
    try:
        for batch in _drawn(pattern, parts, wanted, seed):
            rows += batch
    except SamplingError as error:
        shortage = error
    with one_blas_thread():
        redrawing = _Redrawing(pattern, parts, wanted, rows)
        for number, part in wanted.redraw:
            if number in redrawing.rows and not redrawing.redraw_line(number, part):
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


def _drawn(
    pattern: Pattern, parts: Sequence[Part], wanted: CastOptions, seed: int
) -> Iterator[list[Row]]:
    """The lines before any is drawn anew."""
    unique, delivered = None, 0
    if wanted.unique or wanted.remember is not None:
        unique = Unique(wanted.count, wanted.remember)
    with one_blas_thread():
        n = ENDLESS if unique else wanted.count
        rows = islice(_rows(pattern, parts, wanted, seed, n), n)
        for batch in _batches(rows if wanted.count else iter(())):
            if unique:
                lines = [pattern.line(row).strip() for row in batch]
                new = unique.rows(Names.from_strings(lines))
                batch = [batch[row] for row in new.tolist()]
            delivered += len(batch)
            yield batch
            if delivered == wanted.count:
                return
            if unique and unique.is_exhausted:
                break
    if delivered < wanted.count:
        only = f"only {delivered:,} of {wanted.count:,} lines found"
        raise SamplingError(f"{only}: nearly all others are repeats")


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Rows in lists, the first ones short; an error comes after all rows before it."""
    (size, most), error = LINES_OF_BATCH, None
    while error is None:
        batch = list[Row]()
        try:
            for row in islice(rows, size):
                batch.append(row)
        except RnnNamesError as raised:
            error = raised
        if not batch and error is None:
            return
        yield batch
        size = min(2 * size, most)
    raise error


def _rows(
    pattern: Pattern, parts: Sequence[Part], wanted: CastOptions, seed: int, n: int
) -> Iterator[Row]:
    """The lines from `wanted.start` on: n or more."""
    pieces: list[Any] = [piece for piece in pattern.pieces if not isinstance(piece, str)]
    choices = [piece for piece in pieces if not isinstance(piece, Slot)]
    texts = (
        _turns(each, key_of(seed, OF_CHOICES, number), wanted.start)
        for number, each in enumerate(choices)
    )
    apart, initials = _Apart(dict(enumerate(parts)), wanted), wanted.initials or ""
    if initials and not parts:
        raise SamplingError("initials: there is no {MODEL} in the pattern", ["initials"])
    n_tied = {"same": len(parts), "different": 1}.get(initials, 0)
    is_tied = initials == "different" or any(part.options.is_unique for part in parts)
    if is_tied and wanted.start > MOST_SKIPPED:
        reason = f"each depends on those before it, and at most {MOST_SKIPPED:,} can be skipped"
        raise SamplingError(f"start {wanted.start:,}: some names of these lines {reason}", ["start"])
    first = _tied(pattern, parts[:n_tied], wanted, key_of(seed, OF_INITIALS), n, apart)
    columns = [map(itemgetter(k), each) for k, each in enumerate(tee(first, n_tied))]
    for place in range(n_tied, len(parts)):
        columns.append(_stream(pattern, parts[place], wanted, n, apart, place))
    names = iter(columns)
    yield from zip(
        *(next(names if isinstance(piece, Slot) else texts) for piece in pieces), strict=False
    )


def _turns(texts: Sequence[str], key: Array, start: int) -> Iterator[str]:
    """All texts in random order, and again, from some line on: none comes twice before all came."""
    n = len(texts)
    cycles = max(TURNS_AT_ONCE // n, 1)
    skipped = start % n
    for first in count(start // n, cycles):
        numbers = np.arange(first * n, (first + cycles) * n).reshape(cycles, n)
        order = np.argsort(states_of(key, numbers), axis=1, kind="stable").ravel()
        yield from map(texts.__getitem__, order[skipped:].tolist())
        skipped = 0


def _stream(
    pattern: Pattern, part: Part, wanted: CastOptions, n: int, apart: "_Apart", place: int
) -> Iterator[str]:
    """The names of a part by itself, n or more; from the first on if they depend on each other."""
    options, skipped = part.options, wanted.start
    if not options.is_unique:
        options, skipped = replace(options, start=wanted.start), 0
    n = ENDLESS if wanted.min_edits else n + skipped
    with located(pattern.text, part.slot.begin):
        batches = sample(part.model, n, options)
        names: Iterable[str] = (name for batch in batches for name in batch.to_strings())
        if place in apart.places:
            names = filter(apart.whole.passes, names)
        yield from islice(names, skipped, None)


def _tied(
    pattern: Pattern, parts: Sequence[Part], wanted: CastOptions, key: Array, n: int, apart: "_Apart"
) -> Iterator[Row]:
    """Names that begin with one letter, of all parts, or with letters that differ, of one."""
    tied = [_part_names(pattern, part) for part in parts]
    if wanted.initials == "different":
        with _given_up(pattern, parts, "with such a"):
            names = distinct(tied[0], key, lambda name: apart.let_in({0: name}) is None)
            yield from islice(zip(names), wanted.start, None)
        return
    is_made = any(part.options.is_unique for part in parts)
    begin, end = (0, ENDLESS) if is_made else (wanted.start, min(wanted.start + n, ENDLESS))
    with _given_up(pattern, parts, "all with one"):
        lines = in_order(alike(tied, key), begin, end, tied)
        rows = (tuple(line.split("\n")) for names in lines for line in names.to_strings())
        yield from islice(apart.kept(rows), wanted.start - begin, None)


def _part_names(pattern: Pattern, part: Part, is_tied: bool = True) -> PartNames:
    with located(pattern.text, part.slot.begin):
        return PartNames(part.model, part.options, is_tied)


@contextmanager
def _given_up(pattern: Pattern, parts: Sequence[Part], how: str) -> Iterator[None]:
    """Makes GivenUp, whose tally is by part, an error that shows the rarest one."""
    try:
        yield
    except GivenUp as error:
        shares = {place: met / max(made, 1) for place, (made, met) in error.tally.items()}
        rarest = int(min(shares, key=shares.__getitem__, default=0))
    else:
        return
    with located(pattern.text, parts[rarest].slot.begin):
        raise SamplingError(
            f"no further names {how} first letter were found to meet the conditions"
        )


class _Apart:
    """Tells which names of a cast repeat, or come too near to, one before them.

    Names of a part whose own `min_edits` is less than the cast's do not keep away from the others.
    """

    def __init__(self, parts: Mapping[int, Part], wanted: CastOptions) -> None:
        self._edits = (least := wanted.min_edits or 1) - 1
        self.whole = FarApart(self._edits)
        self.places, self._own = set[int](), dict[int, FarApart]()
        for place, (_, _, options) in parts.items():
            if wanted.min_edits and (options.min_edits or 0) >= least:
                self.places.add(place)
            if options.is_unique:
                self._own[place] = FarApart.of(options) or FarApart(0)

    def clash(self, names: Mapping[int, str]) -> int | None:
        """The first part whose name cannot come in, beside those before it and these."""
        among = FarApart(self._edits)
        for place, name in names.items():
            if place in self._own and not self._own[place].is_far(name):
                return place
            if place in self.places and not (self.whole.is_far(name) and among.passes(name)):
                return place
        return None

    def add(self, names: Mapping[int, str]) -> None:
        for place, name in names.items():
            if place in self._own:
                self._own[place].add([name])
            if place in self.places:
                self.whole.add([name])

    def let_in(self, names: Mapping[int, str]) -> int | None:
        """Adds names if they can come in; else the first part whose name cannot."""
        place = self.clash(names)
        if place is None:
            self.add(names)
        return place

    def kept(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows that can come in, in order; GivenUp if hardly any can."""
        failed = 0
        for row in rows:
            place = self.let_in(dict(enumerate(row)))
            failed += 1
            if place is None:
                failed = 0
                yield row
            elif failed == MOST_REPEATS:
                raise GivenUp({str(place): (failed, 0)})


class _Redrawing:
    """The lines of a cast by number, and what proposes other texts for their parts."""

    def __init__(
        self, pattern: Pattern, parts: Sequence[Part], wanted: CastOptions, rows: Sequence[Row]
    ) -> None:
        self._pattern, self._wanted = pattern, wanted
        self.rows = dict(enumerate(rows, 1))
        self._pieces: list[Any] = [each for each in pattern.pieces if not isinstance(each, str)]
        for number, part in wanted.redraw:
            if part > len(self._pieces):
                reason = f"a line has {len(self._pieces)} parts"
                raise SamplingError(f"redraw {number}.{part}: {reason}", ["redraw"])
        slots = [place for place, piece in enumerate(self._pieces) if isinstance(piece, Slot)]
        self._parts = dict(zip(slots, parts, strict=True))  # by place, as all that follow
        self._apart = _Apart(self._parts, wanted)
        for row in rows:
            self._apart.add({place: row[place] for place in slots})
        self._first_letters = Counter(letter_of(row[slots[0]]) for row in rows if slots)
        self._lines = {pattern.line(row).strip() for row in rows}
        self._tried = Counter[tuple[int, int, str]]()  # by line and place, what was redrawn
        self._drawn = dict[int, PartNames]()

    def redraw_line(self, number: int, part: int) -> bool:
        """Draws another text for a part of a line, counted from 1, or other names for all if 0.

        False, and the line stays, if none is found.
        """
        places = [part - 1] if part else [*self._parts] or [*range(len(self._pieces))]
        before = self.rows[number]
        self._tried.update((number, place, before[place]) for place in places)
        for texts in islice(self._candidates(number, places), MOST_CANDIDATES):
            drawn = dict(zip(places, texts, strict=True))
            names = {place: drawn[place] for place in places if place in self._parts}
            row = tuple(drawn.get(place, text) for place, text in enumerate(before))
            line = self._pattern.line(row).strip()
            is_new = row != before and not (self._wanted.unique and line in self._lines)
            if any((number, place, name) in self._tried for place, name in names.items()):
                continue
            if is_new and self._apart.let_in(names) is None:
                self.rows[number] = row
                self._lines.add(line)
                return True
        return False

    def _candidates(self, number: int, places: Sequence[int]) -> Iterator[Sequence[str]]:
        """Texts for some places, all of which are names, or all choices."""
        if places[0] not in self._parts:
            return product(*(self._texts(number, place) for place in places))
        if self._wanted.initials == "same" and places == [*self._parts]:
            return (line.split("\n") for line in self._later(number, self._alike))
        return zip(*(self._names(number, place) for place in places), strict=False)

    def _texts(self, number: int, place: int) -> list[str]:
        """The texts of a choice: those first that this line had, and others have, least often."""
        texts, other_lines = self._pieces[place], self.rows.keys() - {number}
        others = Counter(self.rows[each][place] for each in other_lines)
        attempts = REDRAWN + np.arange(len(texts))
        states = states_of(self._key(OF_CHOICES, place), self._line(number), attempts)
        shuffled = [texts[k] for k in np.argsort(states).tolist()]
        return sorted(shuffled, key=lambda text: (self._tried[number, place, text], others[text]))

    def _names(self, number: int, place: int) -> Iterator[str]:
        """Other names for a place; those first whose first letter is to be tried first."""
        first, how = next(iter(self._parts)), self._wanted.initials
        part, key = self._part(place), self._key(OF_INITIALS)
        if how is None or (how == "different" and place != first):
            yield from self._later(
                number, lambda *given: part.drawn(states_of(part.key, *given))
            )
        elif how == "same":
            letter = letter_of(self.rows[number][first])
            yield from self._later(number, together([part], {letter: 1.0}, key))
        else:
            others = self.rows.keys() - {number}
            lines = Counter(letter_of(self.rows[each][first]) for each in others)
            weights = usual(part.weights)
            if max(self._first_letters.values()) > 1:  # no others were left
                weights = {each: weights[each] for each in weights if self._first_letters[each]}
            for n in sorted({lines[letter] for letter in weights}):
                letters = {each: weights[each] for each in weights if lines[each] == n}
                yield from self._later(number, together([part], letters, key))

    def _later(self, number: int, draw: Draw) -> Iterator[str]:
        """What passes of the attempts at a line that are kept for redrawing, in order."""
        first, size, failed = REDRAWN, LINES_OF_BATCH[0], 0
        while failed < MOST_OF_NAME:
            attempts = first + np.arange(size)
            names, _, _ = draw(np.full(size, self._line(number)), attempts)
            yield from names.to_strings()
            failed = 0 if len(names) else failed + size
            first, size = first + size, min(2 * size, MOST_AT_ONCE)

    @cached_property
    def _alike(self) -> Draw:
        return alike([self._part(place) for place in self._parts], self._key(OF_INITIALS))

    def _part(self, place: int) -> PartNames:
        if place not in self._drawn:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what there is to say was said of the first names
                is_tied = self._wanted.initials is not None
                self._drawn[place] = _part_names(self._pattern, self._parts[place], is_tied)
        return self._drawn[place]

    def _key(self, *use: int) -> Array:
        return key_of(self._wanted.some_seed(), *use)

    def _line(self, number: int) -> Array:
        """The number of a line in the whole cast, counted from 0."""
        return np.array([self._wanted.start + number - 1])

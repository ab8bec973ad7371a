"""Casts: lines of several names, by a pattern.

Each part of a line is a function of the seed, of the part's number among the names or the choices,
and of the line's number. So a change to one part leaves the others as they were; except where first
letters tie them together (`rnn_names.sampling.initials`). A name that would repeat one before it,
or be too near, where it must not, is left out, and later ones move up.

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
from functools import cache
from itertools import count, islice, product, tee
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

from rnn_names.arrays import Array
from rnn_names.conditions.edits import FarApart
from rnn_names.conditions.options import MOST_SKIPPED, CastOptions, Options
from rnn_names.conditions.pattern import Pattern, Slot, located
from rnn_names.corpus.names import Names
from rnn_names.errors import FewNewNamesWarning, RnnNamesError, SamplingError, counted
from rnn_names.network.language_model import LanguageModel
from rnn_names.processes.threads import one_blas_thread
from rnn_names.sampling import initials
from rnn_names.sampling.attempts import ENDLESS, GivenUp
from rnn_names.sampling.initials import Draw, PartNames, letter_of
from rnn_names.sampling.numbers import key_of, states_of
from rnn_names.sampling.sampler import settled
from rnn_names.sampling.stream import sample
from rnn_names.sampling.unique import Unique

NAMES, CHOICES, INITIALS = 1, 2, 3  # what random numbers are for
LINES_OF_BATCH = 1 << 5, 1 << 14  # lines that are given together, at first and at most
MOST_REPEATS = 1 << 14  # lines in a row that are left out before a cast ends
REDRAWN = 1 << 32  # the first attempt at a name that is redrawn
MOST_OF_NAME = 1 << 16  # attempts in a row that fail before a name to be redrawn is given up
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
    lines = _Lines(pattern, parts, wanted)
    if not wanted.redraw:
        yield from lines.drawn()
        return
    rows, shortage = list[Row](), None
    try:
        for batch in lines.drawn():
            rows += batch
    except SamplingError as error:
        shortage = error
    redrawing = _Redrawing(lines, rows)
    with one_blas_thread():
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


class _Lines:
    """The lines of a cast. A place is that of a part in its line, counted from 0."""

    def __init__(self, pattern: Pattern, parts: Sequence[Part], wanted: CastOptions) -> None:
        self.pattern, self.wanted = pattern, wanted
        self.pieces: list[Any] = [each for each in pattern.pieces if not isinstance(each, str)]
        self.keys, self.parts = dict[int, Array](), dict[int, Part]()  # by place
        seed, rest, numbers = wanted.some_seed(), iter(parts), Counter[int]()
        for place, piece in enumerate(self.pieces):
            use = NAMES if isinstance(piece, Slot) else CHOICES
            key = self.keys[place] = key_of(seed, use, numbers[use])
            numbers[use] += 1
            if isinstance(piece, Slot):
                slot, model, options = next(rest)
                own = settled(replace(options, seed=int(key[0])), model)
                self.parts[place] = Part(slot, model, own)
        self.key = key_of(seed, INITIALS)
        tied = {"same": len(parts), "different": 1}.get(wanted.initials or "", 0)
        self.tied = [*self.parts][:tied]  # places whose first letters depend on others
        if wanted.initials and not parts:
            raise SamplingError("initials: there is no {MODEL} in the pattern", ["initials"])
        self.is_made = any(part.options.is_unique for part in self.parts.values())
        if wanted.start > MOST_SKIPPED and (self.is_made or wanted.initials == "different"):
            reason = f"lines depend on those before; at most {MOST_SKIPPED:,} can be skipped"
            raise SamplingError(f"start {wanted.start:,}: {reason}", ["start"])

    def drawn(self) -> Iterator[list[Row]]:
        """The lines before any is drawn anew."""
        wanted, unique, delivered = self.wanted, None, 0
        if wanted.unique or wanted.remember is not None:
            unique = Unique(wanted.count, wanted.remember)
        with one_blas_thread():
            n = ENDLESS if unique else wanted.count
            for batch in _batches(islice(self._rows(n), n) if n else iter(())):
                if unique:
                    lines = [self.pattern.line(row).strip() for row in batch]
                    batch = [batch[k] for k in unique.rows(Names.from_strings(lines)).tolist()]
                delivered += len(batch)
                yield batch
                if delivered == wanted.count:
                    return
                if unique and unique.is_exhausted:
                    break
        only = f"only {delivered:,} of {wanted.count:,} lines found"
        raise SamplingError(f"{only}: nearly all others are repeats")

    def _rows(self, n: int) -> Iterator[Row]:
        """The lines from `wanted.start` on, n or more."""
        apart, tied = _Apart(self, self.tied), self.tied
        rows = tee(self._tied_rows(n, apart), len(tied))
        columns: dict[int, Iterator[str]] = {}
        columns |= {tied[k]: map(itemgetter(k), each) for k, each in enumerate(rows)}
        for place in range(len(self.pieces)):
            if place not in self.parts:
                columns[place] = self._turns(place)
            elif place not in tied:
                columns[place] = self._stream(place, n, apart)
        return zip(*(columns[place] for place in range(len(columns))), strict=False)

    def _turns(self, place: int) -> Iterator[str]:
        """The texts of a choice in random order, and again: none comes twice before all came."""
        texts, n = self.pieces[place], len(self.pieces[place])
        cycles = LINES_OF_BATCH[1] // 16 // n + 1  # that are put in order together
        skipped = self.wanted.start % n
        for first in count(self.wanted.start // n, cycles):
            numbers = np.arange(first * n, (first + cycles) * n).reshape(cycles, n)
            order = np.argsort(states_of(self.keys[place], numbers), axis=1)
            yield from map(texts.__getitem__, order.ravel()[skipped:].tolist())
            skipped = 0

    def _stream(self, place: int, n: int, apart: "_Apart") -> Iterator[str]:
        """The names of a part by itself; all before them are drawn where they depend on these."""
        (slot, model, options), skipped = self.parts[place], self.wanted.start
        if not options.is_unique:
            options, skipped = replace(options, start=skipped), 0
        n = ENDLESS if self.wanted.min_edits else n + skipped
        with located(self.pattern.text, slot.begin):
            batches = sample(model, n, options)
            names: Iterator[str] = (name for batch in batches for name in batch.to_strings())
            if self.wanted.min_edits:
                names = (name for name in names if apart.let_in({place: name}) is None)
            yield from islice(names, skipped, None)

    def _tied_rows(self, n: int, apart: "_Apart") -> Iterator[Row]:
        """Names that begin with one letter, of all parts, or with letters that differ, of one."""
        start, names = self.wanted.start, [self.names_of(place) for place in self.tied]
        if self.wanted.initials == "different":
            with self._given_up("with such a"):
                found = initials.different(
                    names[0], self.key, lambda name: apart.let_in({self.tied[0]: name}) is None
                )
                yield from islice(zip(found, strict=False), start, None)
            return
        begin, end = (0, ENDLESS) if self.is_made else (start, min(start + n, ENDLESS))
        with self._given_up("all with one"):
            lines = initials.in_order(initials.alike(names, self.key), begin, end, names)
            rows = (tuple(line.split("\n")) for each in lines for line in each.to_strings())
            yield from islice(self._kept(rows, apart), start - begin, None)

    def _kept(self, rows: Iterable[Row], apart: "_Apart") -> Iterator[Row]:
        """The rows that can come in, in order; GivenUp if hardly any can."""
        failed = 0
        for row in rows:
            place = apart.let_in(dict(zip(self.tied, row, strict=True)))
            if place is None:
                failed = 0
                yield row
            elif (failed := failed + 1) == MOST_REPEATS:
                raise GivenUp({str(self.tied.index(place)): (failed, 0)})

    @contextmanager
    def _given_up(self, how: str) -> Iterator[None]:
        """Makes an error of GivenUp, whose tally is by part."""
        try:
            yield
        except GivenUp as error:
            shares = {place: met / max(made, 1) for place, (made, met) in error.tally.items()}
            rarest = self.parts[self.tied[int(min(shares, key=shares.__getitem__, default=0))]]
            message = f"no further names {how} first letter were found to meet the conditions"
            with located(self.pattern.text, rarest.slot.begin):
                raise SamplingError(message) from None

    def names_of(self, place: int) -> PartNames:
        slot, model, options = self.parts[place]
        with located(self.pattern.text, slot.begin):
            return PartNames(model, options, is_tied=place in self.tied)


class _Apart:
    """Lets names of a cast in that do not repeat names before them, or come too near to them.

    `min_edits` of the cast holds for all names, except parts whose own `min_edits` is less. What
    holds for each part by itself is only seen to for some places.
    """

    def __init__(self, lines: _Lines, places: Iterable[int]) -> None:
        least = lines.wanted.min_edits or 0
        self._edits = max(least - 1, 0)
        self._all = FarApart(self._edits)
        self._tests: dict[int, list[FarApart]] = {}
        for place, (_, _, options) in lines.parts.items():
            own = [FarApart.of(options) or FarApart(0)] if options.is_unique else []
            keeps_away = (options.min_edits or 0) >= least > 0
            self._tests[place] = own * (place in places) + [self._all] * keeps_away

    def let_in(self, names: Mapping[int, str]) -> int | None:
        """Adds names, by place, if all can come in; or tells the first place of one that cannot."""
        among = FarApart(self._edits)
        for place, name in names.items():
            tests = self._tests[place]
            is_far = all(test.is_far(name) for test in tests)
            if not is_far or (self._all in tests and not among.passes(name)):
                return place
        self.add(names)
        return None

    def add(self, names: Mapping[int, str]) -> None:
        for place, name in names.items():
            for test in self._tests[place]:
                test.add([name])


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Rows in lists, the first ones short; an error comes after all rows before it."""
    batch, (size, most) = list[Row](), LINES_OF_BATCH
    try:
        for row in rows:
            batch.append(row)
            if len(batch) == size:
                yield batch
                batch, size = [], min(2 * size, most)
    except RnnNamesError:
        yield batch
        raise
    yield batch


class _Redrawing:
    """The lines of a cast by number, from 1, and what proposes other texts for their parts."""

    def __init__(self, lines: _Lines, rows: Sequence[Row]) -> None:
        self._lines, self.rows = lines, dict(enumerate(rows, 1))
        for number, part in lines.wanted.redraw:
            if part > len(lines.pieces):
                reason = f"a line has {counted(len(lines.pieces), 'part')}"
                raise SamplingError(f"redraw {number}.{part}: {reason}", ["redraw"])
        self._apart = _Apart(lines, lines.parts)
        for row in rows:
            self._apart.add({place: row[place] for place in lines.parts})
        self._letters = Counter(letter_of(row[place]) for row in rows for place in lines.tied[:1])
        self._texts_of_lines = {lines.pattern.line(row).strip() for row in rows}
        self._tried = Counter[tuple[int, int, str]]()  # by line and place, what was redrawn
        self._names_of = cache(lines.names_of)
        self._alike = cache(lambda: initials.alike([*map(self._names_of, lines.tied)], lines.key))

    def redraw_line(self, number: int, part: int) -> bool:
        """Draws another text for a part of a line, counted from 1, or other names for all if 0.

        False, and the line stays, if none is found.
        """
        lines, before = self._lines, self.rows[number]
        places = [part - 1] if part else [*lines.parts] or [*range(len(lines.pieces))]
        self._tried.update((number, place, before[place]) for place in places)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what there is to say was said of the first names
            for texts in islice(self._candidates(number, places), MOST_CANDIDATES):
                drawn = dict(zip(places, texts, strict=True))
                names = {place: drawn[place] for place in places if place in lines.parts}
                row = tuple(drawn.get(place, text) for place, text in enumerate(before))
                line = lines.pattern.line(row).strip()
                is_old = row == before or (lines.wanted.unique and line in self._texts_of_lines)
                if is_old or any((number, *each) in self._tried for each in names.items()):
                    continue
                if self._apart.let_in(names) is None:
                    self.rows[number] = row
                    self._texts_of_lines.add(line)
                    return True
        return False

    def _candidates(self, number: int, places: Sequence[int]) -> Iterator[Sequence[str]]:
        """Texts for some places, all of which are names, or all choices."""
        lines = self._lines
        if places[0] not in lines.parts:
            return product(*(self._texts(number, place) for place in places))
        if lines.wanted.initials == "same" and places == lines.tied:
            return (line.split("\n") for line in self._later(number, self._alike()))
        return zip(*(self._names(number, place) for place in places), strict=False)

    def _texts(self, number: int, place: int) -> list[str]:
        """The texts of a choice: those first that this line had, and others have, least often."""
        texts: Sequence[str] = self._lines.pieces[place]
        others = Counter(row[place] for each, row in self.rows.items() if each != number)
        at = np.array([self._lines.wanted.start + number - 1])
        states = states_of(self._lines.keys[place], at, REDRAWN + np.arange(len(texts)))
        shuffled = [texts[k] for k in np.argsort(states).tolist()]
        return sorted(shuffled, key=lambda text: (self._tried[number, place, text], others[text]))

    def _names(self, number: int, place: int) -> Iterator[str]:
        """Other names for a place, with a first letter that it may have."""
        lines, names = self._lines, self._names_of(place)
        if place not in lines.tied:
            yield from self._later(number, lambda *at: names.drawn(states_of(names.key, *at)))
            return
        if lines.wanted.initials == "same":
            letters = {letter_of(self.rows[number][lines.tied[0]]): 1.0}
        else:
            letters = initials.usual(names.weights)
            if max(self._letters.values()) > 1:  # no others were left
                letters = {each: letters[each] for each in letters if self._letters[each]}
            others = (row[place] for each, row in self.rows.items() if each != number)
            had = Counter(map(letter_of, others))
            least = min(had[each] for each in letters)
            letters = {each: letters[each] for each in letters if had[each] == least}
        yield from self._later(number, initials.together([names], letters, lines.key))

    def _later(self, number: int, draw: Draw) -> Iterator[str]:
        """What passes of the attempts at a line that are kept for redrawing, in order."""
        first, size, failed = REDRAWN, 1 << 4, 0
        while failed < MOST_OF_NAME:
            at = np.full(size, self._lines.wanted.start + number - 1)
            names, _, _ = draw(at, first + np.arange(size))
            yield from names.to_strings()
            failed = 0 if len(names) else failed + size
            first, size = first + size, min(2 * size, 1 << 12)

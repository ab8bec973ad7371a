"""Casts: lines of several names, by a pattern.

Each part of the pattern draws from a stream of its own, made from the seed and its number among the
names, or among the choices. So a change to one part leaves the others as they were; except where
first letters tie them together (`rnn_names.sampling.initials`). With `min_edits`, a name that is
too near to one before it in the cast is left out.

Where other names are to come into some lines while all else stays, each part of each line has
random numbers of its own for this: what comes into a line hardly depends on which others are
redrawn. A name is passed over only where it would break what holds for the cast as it stands:
`min_edits`, `unique`, a first letter that another line has, or a text of a choice that another has
while others are free. A name that was redrawn counts as one that came before; its first letter is
free again.
"""

import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import compress, islice, repeat
from random import Random
from typing import Any, NamedTuple

from rnn_names.conditions.edits import FarApart
from rnn_names.conditions.options import CastOptions, Options
from rnn_names.conditions.pattern import Pattern, Slot, located
from rnn_names.corpus.names import Names
from rnn_names.errors import FewNewNamesWarning, RnnNamesError, SamplingError, counted
from rnn_names.network.language_model import LanguageModel
from rnn_names.processes.threads import one_blas_thread
from rnn_names.sampling.initials import Trials, alike, distinct, letter_of, line_of, usual
from rnn_names.sampling.sampler import FIRST_BLOCK
from rnn_names.sampling.stream import ENDLESS, sample
from rnn_names.sampling.unique import Unique

LINES_OF_BATCH = 1 << 14  # lines that are given together, at most
MOST_OF_NAME = 1 << 16  # trials in a row that fail before a name to be redrawn is given up
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
    if not wanted.redraw:
        yield from _drawn(pattern, parts, wanted)
        return
    rows, shortage = list[Row](), None
    try:
        for batch in _drawn(pattern, parts, wanted):
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


def _drawn(pattern: Pattern, parts: Sequence[Part], wanted: CastOptions) -> Iterator[list[Row]]:
    """The lines before any is drawn anew."""
    seed = wanted.some_seed()
    is_unique = wanted.unique or wanted.remember is not None
    n = ENDLESS if is_unique else min(wanted.start + wanted.count, ENDLESS)
    unique = Unique(wanted.count, wanted.remember) if is_unique else None
    delivered = 0
    with one_blas_thread():
        names = _names(pattern, parts, wanted, seed, n)
        rows = islice(_rows(pattern, names, seed), min(wanted.start, n), n)
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


def _rows(pattern: Pattern, names: Iterator[Row], seed: int) -> Iterator[Row]:
    pieces: list[Any] = [piece for piece in pattern.pieces if not isinstance(piece, str)]
    choices = [piece for piece in pieces if not isinstance(piece, Slot)]
    turns = [_turns(each, Random(f"{seed} choice {i}")) for i, each in enumerate(choices)]
    for row in names:
        rest, chosen = iter(row), map(next, turns)
        yield tuple(next(rest if isinstance(piece, Slot) else chosen) for piece in pieces)


def _turns(texts: Sequence[str], bits: Random) -> Iterator[str]:
    """All texts in random order, and again: none comes twice before all came."""
    while True:
        yield from bits.sample(texts, len(texts))


def _names(
    pattern: Pattern, parts: Sequence[Part], wanted: CastOptions, seed: int, n: int
) -> Iterator[Row]:
    """The names of each line. With `min_edits`, those too near to one before are left out."""
    initials = wanted.initials or ""
    if initials and not parts:
        raise SamplingError("initials: there is no {MODEL} in the pattern", ["initials"])
    n_tied = {"same": len(parts), "different": 1}.get(initials, 0)
    seeds = [Random(f"{seed} name {number}").getrandbits(64) for number in range(len(parts))]
    parts = [
        part._replace(options=replace(part.options, seed=own))
        for part, own in zip(parts, seeds, strict=True)
    ]
    before = FarApart((wanted.min_edits or 1) - 1)
    # `bool` lets every name through.
    tests = [before.passes if each else bool for each in _kept_apart(parts, wanted)]
    streams = [
        filter(test, _stream(pattern, part, ENDLESS if wanted.min_edits else n))
        for part, test in zip(parts[n_tied:], tests[n_tied:], strict=True)
    ]
    first: Iterator[Row] = repeat(())
    if n_tied:
        first = _tied(pattern, parts[:n_tied], initials, Random(f"{seed} initials"))
    others: Iterator[Row] = zip(*streams, strict=False) if streams else repeat(())
    far = (row for row in first if all(test(name) for test, name in zip(tests, row, strict=False)))
    return (names + more for names, more in zip(far, others, strict=False))


def _kept_apart(parts: Sequence[Part], wanted: CastOptions) -> list[bool]:
    """Whether names of each part keep away from all others: not if its own `min_edits` is less."""
    least = wanted.min_edits or 0
    return [(part.options.min_edits or 0) >= least > 0 for part in parts]


def _stream(pattern: Pattern, part: Part, n: int) -> Iterator[str]:
    with located(pattern.text, part.slot.begin):
        for names in sample(part.model, n, part.options):
            yield from names.to_strings()


def _tied(pattern: Pattern, parts: Sequence[Part], initials: str, bits: Random) -> Iterator[Row]:
    """Names that begin with one letter, of all parts, or with letters that differ, of one."""
    trials = []
    for part in parts:
        with located(pattern.text, part.slot.begin):
            trials.append(Trials(part.model, part.options))
    yield from alike(trials, bits) if initials == "same" else distinct(trials, bits)
    rarest = min(range(len(trials)), key=lambda i: trials[i].met / max(trials[i].made, 1))
    with located(pattern.text, parts[rarest].slot.begin):
        how = "all with one" if initials == "same" else "with such a"
        raise SamplingError(
            f"no further names {how} first letter were found to meet the conditions"
        )


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Rows in lists, the first ones short; an error comes after all rows before it."""
    size, error = FIRST_BLOCK, None
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
        size = min(2 * size, LINES_OF_BATCH)
    raise error


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
                reason = f"a line has {counted(len(self._pieces), 'part')}"
                raise SamplingError(f"redraw {number}.{part}: {reason}", ["redraw"])
        slots = [place for place, piece in enumerate(self._pieces) if isinstance(piece, Slot)]
        self._parts = dict(zip(slots, parts, strict=True))
        self._apart = [*compress(slots, _kept_apart(parts, wanted))]
        self._edits = (wanted.min_edits or 1) - 1
        self._far_apart = FarApart(self._edits, (row[i] for row in rows for i in self._apart))
        self._first_letters = Counter(letter_of(row[slots[0]]) for row in rows if slots)
        self._lines = {pattern.line(row).strip() for row in rows}
        self._tried = Counter[tuple[int, int, str]]()  # by line and place, what was redrawn
        self._unseeded: dict[int, Trials] = {}  # by place
        self._trials: dict[tuple[int, int], tuple[Trials, Random]] = {}  # by place and line
        self._tied: dict[int, Iterator[Row]] = {}  # by line

    def redraw_line(self, number: int, part: int) -> bool:
        """Draws another text for a part of a line, counted from 1, or other names for all if 0.

        False, and the line stays, if none is found.
        """
        places = [part - 1] if part else [*self._parts] or [*range(len(self._pieces))]
        before = self.rows[number]
        of_names = [place for place in places if place in self._parts]
        self._tried.update((number, place, before[place]) for place in places)
        for _ in range(MOST_CANDIDATES):
            drawn = self._drawn(number, places)
            if len(drawn) < len(places):
                return False
            row = tuple(drawn.get(place, text) for place, text in enumerate(before))
            line = self._pattern.line(row).strip()
            is_new = not any((number, place, drawn[place]) in self._tried for place in of_names)
            if row == before or not is_new or (self._wanted.unique and line in self._lines):
                of_texts = drawn.keys() - of_names
                self._tried.update((number, place, drawn[place]) for place in of_texts)
                continue
            apart = [row[place] for place in of_names if place in self._apart]
            are_apart = all(map(FarApart(self._edits).passes, apart))
            if are_apart and all(map(self._far_apart.is_far, apart)):
                self._far_apart.add(apart)
                self.rows[number] = row
                self._lines.add(line)
                return True
        return False

    def _drawn(self, number: int, places: Sequence[int]) -> dict[int, str]:
        """A text for each place for which there is one."""
        if self._wanted.initials == "same" and places == [*self._parts]:
            if number not in self._tied:
                trials = [self._trials_of(place, number)[0] for place in places]
                self._tied[number] = alike(trials, self._bits("initials", number))
            return dict(zip(places, next(self._tied[number], ()), strict=False))
        drawn = dict[int, str]()
        for place in places:
            if place not in self._parts:
                drawn[place] = self._text(place, number)
            elif name := self._name(place, number):
                drawn[place] = name
        return drawn

    def _name(self, place: int, number: int) -> str:
        trials, bits = self._trials_of(place, number)
        for letters in self._letters(place, number, trials.weights):
            if line := line_of([trials], letters, bits, MOST_OF_NAME):
                return line[0]
        return ""

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
            if max(self._first_letters.values()) > 1:  # no others were left
                weights = {each: weights[each] for each in weights if self._first_letters[each]}
            for n in sorted({lines[letter] for letter in weights}):
                yield {letter: weights[letter] for letter in weights if lines[letter] == n}
        else:
            yield weights

    def _text(self, place: int, number: int) -> str:
        """A text of a choice: of those that this line had least often, one rarest in the others."""
        texts: Any = self._pieces[place]
        others = Counter(row[place] for each, row in self.rows.items() if each != number)
        bits = self._bits("choice", place, number)  # the same order each time
        shuffled: list[str] = bits.sample(texts, len(texts))
        return min(shuffled, key=lambda text: (self._tried[number, place, text], others[text]))

    def _trials_of(self, place: int, number: int) -> tuple[Trials, Random]:
        """What draws names of a part for a line, and random numbers for their first letters."""
        if place not in self._unseeded:
            part = self._parts[place]
            with located(self._pattern.text, part.slot.begin), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what there is to say was said of the first names
                self._unseeded[place] = Trials(part.model, part.options)
            for row in self.rows.values():
                self._unseeded[place].came_out(row[place])
        if (place, number) not in self._trials:
            seed = self._bits("names", place, number).getrandbits(64)
            bits = self._bits("letters", place, number)
            self._trials[place, number] = self._unseeded[place].with_seed(seed), bits
        return self._trials[place, number]

    def _bits(self, use: str, *key: int) -> Random:
        """Random numbers of each use, part and line, as counted from the cast's first."""
        line = self._wanted.start + key[-1]
        return Random(" ".join(map(str, (self._wanted.seed, "redraw", use, *key[:-1], line))))

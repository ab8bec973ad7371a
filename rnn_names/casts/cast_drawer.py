"""Draws the lines of a cast.

Each part of a line is a function of the seed, of the part's place in the pattern and of the line's
number: its key follows from the seed and its path. So a change to one part leaves the others
as they were; except where first letters tie them (`rnn_names.casts.initials`).

A line has its names of round 0, or if one breaks a condition (it is a repeat, say), those of the
next round that fits. Redrawing uses later rounds; the old name counts as taken, and its first
letter is free again.
"""

import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from rnn_names.arrays import Array
from rnn_names.casts.initials import PartNames, common_letters, draw_together, letter_of
from rnn_names.casts.lines import (
    DrawnPart,
    Line,
    Load,
    Read,
    Request,
    Row,
    Taken,
    draw_letter_points,
)
from rnn_names.casts.pattern import Again, Pattern, Piece, Slot, located
from rnn_names.conditions.edits import FarApart
from rnn_names.conditions.options import CastOptions
from rnn_names.corpus.characters import in_one_line
from rnn_names.corpus.names import Names
from rnn_names.errors import RepeatedInitialsWarning, SamplingError, counted
from rnn_names.sampling.attempts import ENDLESS
from rnn_names.sampling.first_met import FewFound
from rnn_names.sampling.numbers import child, key_of, keys_of
from rnn_names.sampling.sampler import Tally
from rnn_names.sampling.unique import REPEATS, Unique

INITIALS = 3  # the path of the key of shared initials, beside NAMES and CHOICES
FIRST_LINES, LINES_GROWTH = 1 << 5, 16  # lines first drawn together; the factor for the next ones
MAX_INDEPENDENT_LINES = 1 << 14  # lines that are drawn together, at most
MAX_DEPENDENT_LINES = 1 << 11  # the same, where lines depend on those before them
MAX_SKIPPED = 10**7  # the most lines that are drawn to be skipped
MAX_ROUNDS = 1 << 14  # rounds that do not fit, after which a line is given up
ROUNDS_AT_ONCE = 1 << 10  # rounds of a line that are drawn together, at most
MAX_WANTS = 1 << 13  # rounds of all lines that are drawn together, about at most

Cause = tuple[DrawnPart | None, str] | None  # why there are no more lines, and which part says so
Want = tuple[Request, int, str]  # some names to draw, their round, and their first letter, or ""
MOSTLY_REPEATS = "nearly all others are repeats"


class CastDrawer:
    """Draws the lines of a cast."""

    def __init__(self, pattern: Pattern, wanted: CastOptions, load: Load, read: Read) -> None:
        self._pattern, self._wanted, seed = pattern, wanted, wanted.some_seed()
        load, read = cache(load), cache(read)
        self._same, self._different = (wanted.initials == each for each in ("same", "different"))
        self._key, self._letters_of = key_of(seed, INITIALS), cache(common_letters)
        least = wanted.min_edits or 0
        edits = max(least - 1, 0)
        self._taken = Taken(edits, [FarApart(edits)], Counter())
        self._parts = dict[Any, DrawnPart]()
        for part in pattern.parts:
            with located(pattern.text, part.begin):
                self._parts[part] = drawn = DrawnPart(part, seed, read)
                if isinstance(part, Slot):
                    model, lists = load(part.models), dict[str, Any]()
                    for name, files in part.files.items():
                        lists[name] = [line for file in files for line in read(file)]
                    options = replace(part.options, **lists)
                    drawn.source = PartNames(model, options, wanted.initials is not None)
                    self._taken.add_tests(drawn, drawn.source.options, least)
        self._name_parts = names = [drawn for drawn in self._parts.values() if drawn.is_name]
        if wanted.initials and not names:
            raise SamplingError("initials: there is no {MODEL} in the pattern", ["initials"])
        self._depends_on_earlier = self._different or any(drawn.tests for drawn in names)
        if wanted.start > MAX_SKIPPED and self._depends_on_earlier:
            reason = f"lines depend on those before; at most {MAX_SKIPPED:,} can be skipped"
            raise SamplingError(f"start {wanted.start:,}: {reason}", ["start"])

    # --- Lines, some at a time --------------------------------------------------------------------

    def lines(self) -> Iterator[list[Line]]:
        """The lines of the cast, some at a time."""
        wanted, unique, delivered = self._wanted, None, 0
        if wanted.unique or wanted.remember is not None:
            unique = Unique(wanted.count, wanted.remember)
        begin, end = wanted.start, ENDLESS if unique else wanted.start + wanted.count
        at, size, in_vain = 0 if self._depends_on_earlier else begin, FIRST_LINES, 0
        while delivered < wanted.count:
            size = min(size, unique.needed()) if unique else size
            new = self._new_lines(np.arange(at, min(at + size, end)))
            lines, cause = self._complete(new)
            lines = lines[max(begin - at, 0) :]
            for line in lines:
                line.row = self._row(line)
            if unique:
                texts = [in_one_line(line.row[0]) for line in lines]
                lines = [lines[k] for k in unique.admit(Names.from_strings(texts)).tolist()]
            delivered += len(lines)
            yield lines
            in_vain = 0 if lines or at < begin else in_vain + len(new)
            most = MAX_DEPENDENT_LINES if self._depends_on_earlier else MAX_INDEPENDENT_LINES
            if unique:
                limits = (drawn.source.most_rounds(REPEATS) for drawn in self._name_parts)
                most_in_vain = min(limits, default=REPEATS)
                most = min(most, most_in_vain)
                if unique.window_is_exhausted() or in_vain >= most_in_vain:
                    cause = None, MOSTLY_REPEATS
            if cause and delivered < wanted.count:
                (drawn, why), only = cause, f"only {delivered:,} of {wanted.count:,} lines found"
                with located(self._pattern.text, drawn.part.begin) if drawn else nullcontext():
                    raise SamplingError(f"{only}: {why}")
            at += size
            size = min(size * LINES_GROWTH, most)

    def _row(self, line: Line) -> Row:
        """The text of a line, and those of its columns."""
        columns = dict.fromkeys(self._pattern.columns, "")
        whole = self._written(self._pattern.pieces, line, columns)
        return (whole, *columns.values())

    def _written(self, pieces: Sequence[Piece], line: Line, columns: dict[str, str]) -> str:
        """The text of some pieces in a line; `columns` get the texts of its parts."""
        texts = list[str]()
        for piece in pieces:
            if isinstance(piece, str):
                texts.append(piece)
                continue
            drawn = self._parts[piece]
            if isinstance(piece, Again):
                text = columns[piece.column]
            else:
                text = line.chosen[drawn]
                if not drawn.is_name:
                    text = self._written(drawn.alternatives[text], line, columns)
                if piece.column:
                    columns[piece.column] = text
            texts.append(text and drawn.rules(text))
        return "".join(texts)

    # --- What stands in lines ---------------------------------------------------------------------

    def _new_lines(
        self,
        numbers: Array,
        rounds: Array | None = None,
        kept: Mapping[DrawnPart, Any] | None = None,
    ) -> list[Line]:
        """Lines by numbers and rounds, (m,), with what is kept of them; other names are None."""
        rounds, kept = np.zeros(len(numbers), int) if rounds is None else rounds, kept or {}
        lines = [*map(Line, numbers.tolist(), rounds.tolist())]
        picks = dict[tuple[int, ...], Array]()  # of each choice: (m,), −1 in lines without it
        for part, drawn in self._parts.items():
            if isinstance(part, Again):
                continue
            rows = np.arange(len(lines))
            if part.holder is not None:
                choice, alternative = part.holder
                rows = np.flatnonzero(picks[choice] == alternative)
            values = [kept.get(drawn)] * len(rows)
            if not drawn.is_name:
                picks[part.path] = np.full(len(lines), -1)
                if drawn not in kept:
                    values = drawn.picked(numbers[rows], rounds[rows]).tolist()
                picks[part.path][rows] = values
            for row, value in zip(rows.tolist(), values, strict=True):
                lines[row].chosen[drawn] = value
        return lines

    def _requests(self, lines: Sequence[Line]) -> list[Request]:
        """Requests for the names that some lines lack, in order."""
        requests = list[Request]()
        for line in lines:
            names = line.names
            missing = [drawn for drawn, name in names.items() if name is None]
            first = next(iter(names), None) if self._different else None
            if not self._same:
                requests += [Request(line, (drawn,), drawn is first) for drawn in missing]
            elif missing:
                requests.append(Request(line, tuple(missing), chooses_letter=False))
        draw_letter_points([request for request in requests if request.chooses_letter])
        return requests

    def _complete(self, lines: list[Line]) -> tuple[list[Line], Cause]:
        """Fills each line from the first round that fits, one after another.

        Stops at the first line for which none is found, and returns the cause. Names are drawn for
        all unfilled lines together. Lines after the first unfilled one are provisional: what they
        take is noted in a fork of `taken`, and they are checked again.
        """
        requests, begin = self._requests(lines), 0
        while True:
            taken, wants = self._taken, list[Want]()
            for place in range(begin, len(requests)):
                request, is_certain = requests[place], taken is self._taken
                if taken.try_to_fill(request):
                    if is_certain and request.chooses_letter:
                        self._warn_of_repeats(request.letter)
                    continue
                if is_certain:
                    if cause := self._cause(request):
                        return lines[: lines.index(request.line)], cause
                    begin, taken = place, taken.fork()
                wants += self._wants(request, taken, is_certain)
                taken.count_letter(request)
                if len(wants) >= MAX_WANTS:
                    break
            if taken is self._taken:
                return lines, None
            self._draw(wants)

    def _wants(self, request: Request, taken: Taken, is_certain: bool) -> list[Want]:
        """The draws of a line's next rounds: of one, then of twice as many as so far."""
        n, letter_of = 1, taken.letters_of(request)
        if request.round and (is_certain or not request.chooses_letter):  # its letter stays
            most = self._most_rounds(request) // (1 if is_certain else 16)
            n = min(2 * request.round, ROUNDS_AT_ONCE, most - request.round)
        draws = ((k, letter_of(k)) for k in range(request.round, request.round + n))
        return [
            (request, *draw)
            for draw in draws
            if draw not in request.drawn and bool(draw[1]) == request.chooses_letter
        ]

    def _draw(self, wants: Sequence[Want]) -> None:
        """Draws names for some rounds of some lines."""
        groups = dict[tuple[tuple[DrawnPart, ...], bool], list[Want]]()
        for want in wants:
            groups.setdefault((want[0].parts, want[0].chooses_letter), []).append(want)
        for (parts, chooses_letter), some in groups.items():
            rounds = np.array([request.line.first_round + number for request, number, _ in some])
            at = rounds, np.array([request.line.number for request, *_ in some])
            keys = keys_of(parts[0].key, *at)
            found: Sequence[Any]
            try:
                if chooses_letter:  # one attempt at each letter
                    letters = np.array([letter for *_, letter in some])
                    names, met, _ = parts[0].source.draw(child(keys, 0), letters)
                    of_rows = dict(zip(met.tolist(), zip(names.to_strings()), strict=True))
                    found = [*map(of_rows.get, range(len(some)))]
                elif self._same:
                    found = self._together(parts, at, some[0][0].line)
                else:
                    found = [(name,) for name in parts[0].source.find(keys)]
            except FewFound as error:
                if self._same:
                    found, cause = error.found, self._no_letter(parts, error.tally)
                else:
                    found = [None if name is None else (name,) for name in error.found]
                    cause = parts[0], error.tally.tightest()
                some[error.row][0].cause = cause
            for (request, number, letter), names in zip(some, found, strict=True):
                if names is not None or chooses_letter:
                    request.drawn[number, letter] = names

    def _together(
        self, parts: tuple[DrawnPart, ...], at: tuple[Array, Array], line: Line
    ) -> list[Row]:
        """Names of some parts of a line, all with one first letter, for each round and number."""
        kept = {letter_of(name): 1.0 for drawn, name in line.names.items() if drawn not in parts}
        sources = [drawn.source for drawn in parts]
        letters = (kept, False) if kept else self._letters_of(tuple(sources))
        keys = [keys_of(drawn.key, *at) for drawn in parts]
        return draw_together(sources, letters, keys_of(self._key, *at), keys)

    # --- Where no names are found -----------------------------------------------------------------

    def _cause(self, request: Request) -> Cause:
        """Why no more names can be drawn for a line, if all before it are certain."""
        taken, first = self._taken, request.parts[0]
        is_over = request.round > 0 and request.round >= self._most_rounds(request)
        if is_over and request.letter and taken.letters:
            taken.exhausted.update(taken.available(first))
            request.begin = 1
            is_over = taken.try_to_fill(request)
        if request.cause or not (is_over or (request.chooses_letter and not request.letter)):
            return request.cause
        is_tied = self._same or request.chooses_letter
        return self._no_letter(request.parts, Tally()) if is_tied else (first, MOSTLY_REPEATS)

    def _most_rounds(self, request: Request) -> int:
        """The rounds in which names are sought; with a given letter, a round is one attempt."""
        names = [drawn.source for drawn in request.parts]
        if request.chooses_letter:
            return MAX_ROUNDS // names[0].slowness
        return min(each.most_rounds(MAX_ROUNDS) for each in names)

    def _no_letter(self, parts: Sequence[DrawnPart], tally: Tally) -> tuple[DrawnPart, str]:
        shares = {place: met / max(made, 1) for place, (made, met) in tally.items()}
        how = "all with one" if self._same else "with such a"
        cause = f"no further names {how} first letter were found to meet the conditions"
        return parts[int(min(shares, key=shares.__getitem__, default=0))], cause

    def _warn_of_repeats(self, letter: str) -> None:
        """Warns when the first letter of a line is the first that repeats."""
        letters = self._taken.letters
        if letters[letter] == 2 and letters.total() == len(letters) + 1:
            warnings.warn(
                f"these names have only {counted(len(letters), 'first letter')}: "
                f"from line {len(letters) + 1} on, they repeat",
                RepeatedInitialsWarning,
                stacklevel=2,
            )

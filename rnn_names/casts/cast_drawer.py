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
from rnn_names.casts.initials import common_letters, draw_together
from rnn_names.casts.lines import (
    ChoiceSource,
    Line,
    Load,
    NameSource,
    PartSource,
    Read,
    Request,
    Round,
    Row,
    Taken,
    draw_letter_points,
)
from rnn_names.casts.part_names import PartNames, letter_of
from rnn_names.casts.pattern import OneOf, Pattern, Piece, Reference, Slot, located
from rnn_names.conditions.edits import FarApart
from rnn_names.conditions.options import CastOptions
from rnn_names.corpus.characters import in_one_line
from rnn_names.corpus.names import Names
from rnn_names.errors import RepeatedInitialsWarning, SamplingError, plural
from rnn_names.processes.threads import Submit, deferred, worker_threads
from rnn_names.sampling.first_passing import FewFound
from rnn_names.sampling.name_queue import ENDLESS
from rnn_names.sampling.numbers import child, key_of, keys_of
from rnn_names.sampling.sampler import Tally
from rnn_names.sampling.unique import REPEATS, Unique
from rnn_names.sampling.workers import WORTH_THREADS
from rnn_names.system import usable_cores

INITIALS = 3  # the path of the key of shared initials, beside NAMES and CHOICES
FIRST_LINES, LINES_GROWTH = 1 << 5, 16  # lines first drawn together; the factor for the next ones
MAX_INDEPENDENT_LINES = 1 << 14  # lines that are drawn together, at most
MAX_DEPENDENT_LINES = 1 << 11  # the same, where lines depend on those before them
MAX_SKIPPED = 10**7  # the most lines that are drawn to be skipped
MAX_ROUNDS = 1 << 14  # rounds that do not fit, after which a line is given up
ROUNDS_AT_ONCE = 1 << 10  # rounds of a line that are drawn together, at most
MAX_WANTS = 1 << 13  # rounds of all lines that are drawn together, about at most

Cause = tuple[PartSource | None, str] | None  # why there are no more lines, and which part says so
Want = tuple[Request, Round]
MOSTLY_REPEATS = "nearly all others are repeats"


class CastDrawer:
    """Draws the lines of a cast."""

    def __init__(self, pattern: Pattern, wanted: CastOptions, load: Load, read: Read) -> None:
        self._pattern, self._wanted = pattern, wanted
        self._same = wanted.initials == "same"
        self._different = wanted.initials == "different"
        seed, min_edits = wanted.some_seed(), wanted.min_edits or 0
        self._key = key_of(seed, INITIALS)
        self._letters_of = cache(common_letters)
        edits = max(min_edits - 1, 0)
        self._taken = Taken(edits, [FarApart(edits)], Counter())
        self._submit: Submit = deferred
        self._parts = dict[Any, PartSource]()
        load, read = cache(load), cache(read)
        for part in pattern.parts:
            with located(pattern.text, part.begin):
                if isinstance(part, Slot):
                    lists: dict[str, Any] = {
                        name: [line for file in files for line in read(file)]
                        for name, files in part.files.items()
                    }
                    options = replace(part.options, **lists)
                    names = PartNames(load(part.models), options, wanted.initials is not None)
                    tests = self._taken.tests_of(names.options, min_edits)
                    self._parts[part] = NameSource(part, seed, read, names, tests)
                elif isinstance(part, OneOf):
                    self._parts[part] = ChoiceSource(part, seed, read)
                else:
                    self._parts[part] = PartSource(part, seed, read)
        self._names = [each for each in self._parts.values() if isinstance(each, NameSource)]
        if wanted.initials and not self._names:
            raise SamplingError("initials: there is no {MODEL} in the pattern", ["initials"])
        self._depends_on_earlier = self._different or any(source.tests for source in self._names)
        if wanted.start > MAX_SKIPPED and self._depends_on_earlier:
            reason = f"lines depend on those before; at most {MAX_SKIPPED:,} can be skipped"
            raise SamplingError(f"start {wanted.start:,}: {reason}", ["start"])

    # --- Lines, some at a time --------------------------------------------------------------------

    def lines(self) -> Iterator[list[Line]]:
        """The lines of the cast, some at a time. Where there are many, parts share the cores."""
        is_large = self._wanted.count * len(self._names) >= WORTH_THREADS
        n_threads = min(usable_cores(), len(self._names)) if is_large else 1
        with worker_threads(n_threads) as (self._submit, _):
            try:
                yield from self._batches()
            finally:
                self._submit = deferred  # for what is redrawn afterwards

    def _batches(self) -> Iterator[list[Line]]:
        wanted = self._wanted
        unique = None
        if wanted.unique or wanted.remember is not None:
            unique = Unique(wanted.count, wanted.remember)
        begin, end = wanted.start, ENDLESS if unique else wanted.start + wanted.count
        first = 0 if self._depends_on_earlier else begin
        max_size = MAX_DEPENDENT_LINES if self._depends_on_earlier else MAX_INDEPENDENT_LINES
        if unique:
            limits = (source.names.max_rounds(REPEATS) for source in self._names)
            max_in_vain = min(limits, default=REPEATS)
            max_size = min(max_size, max_in_vain)
        size, delivered, in_vain = FIRST_LINES, 0, 0
        while delivered < wanted.count:
            size = min(size, unique.needed()) if unique else size
            new = self._new_lines(np.arange(first, min(first + size, end)))
            lines, cause = self._complete(new)
            lines = lines[max(begin - first, 0) :]
            for line in lines:
                line.row = self._row(line)
            if unique:
                texts = [in_one_line(line.row[0]) for line in lines]
                lines = [lines[row] for row in unique.admit(Names.from_strings(texts)).tolist()]
            delivered += len(lines)
            yield lines
            in_vain = 0 if lines or first < begin else in_vain + len(new)
            if unique and (unique.window_is_exhausted() or in_vain >= max_in_vain):
                cause = None, MOSTLY_REPEATS
            if cause and delivered < wanted.count:
                source, why = cause
                reason = f"only {delivered:,} of {wanted.count:,} lines found: {why}"
                with located(self._pattern.text, source.part.begin) if source else nullcontext():
                    raise SamplingError(reason)
            first += size
            size = min(size * LINES_GROWTH, max_size)

    def _row(self, line: Line) -> Row:
        """The text of a line, and those of its columns."""
        columns = dict.fromkeys(self._pattern.columns, "")
        whole = self._written(self._pattern.pieces, line, columns)
        return (whole, *columns.values())

    def _written(self, pieces: Sequence[Piece], line: Line, columns: dict[str, str]) -> str:
        """The text of these pieces in a line; `columns` get the texts of its parts."""
        texts = list[str]()
        for piece in pieces:
            if isinstance(piece, str):
                texts.append(piece)
                continue
            source = self._parts[piece]
            if isinstance(piece, Reference):
                text = columns[piece.column]
            else:
                text = line.chosen[source]
                if isinstance(source, ChoiceSource):
                    text = self._written(source.alternatives[text], line, columns)
                if piece.column:
                    columns[piece.column] = text
            texts.append(text and source.rules(text))
        return "".join(texts)

    # --- What stands in lines ---------------------------------------------------------------------

    def _new_lines(
        self,
        numbers: Array,
        rounds: Array | None = None,
        kept: Mapping[PartSource, Any] | None = None,
    ) -> list[Line]:
        """Lines by numbers and rounds, (m,), with what is kept of them; other names are None."""
        rounds, kept = np.zeros(len(numbers), int) if rounds is None else rounds, kept or {}
        lines = [*map(Line, numbers.tolist(), rounds.tolist())]
        picks = dict[tuple[int, ...], Array]()  # of each choice: (m,), −1 in lines without it
        for part, source in self._parts.items():
            if isinstance(part, Reference):
                continue
            rows = np.arange(len(lines))
            if part.holder is not None:
                choice, alternative = part.holder
                rows = np.flatnonzero(picks[choice] == alternative)
            values = [kept.get(source)] * len(rows)
            if isinstance(source, ChoiceSource):
                picks[part.path] = np.full(len(lines), -1)
                if source not in kept:
                    values = source.picked(numbers[rows], rounds[rows]).tolist()
                picks[part.path][rows] = values
            for row, value in zip(rows.tolist(), values, strict=True):
                lines[row].chosen[source] = value
        return lines

    def _requests(self, lines: Sequence[Line]) -> list[Request]:
        """Requests for the names that some lines lack, in order."""
        requests = list[Request]()
        for line in lines:
            names = line.names
            missing = [source for source, name in names.items() if name is None]
            first = next(iter(names), None) if self._different else None
            if not self._same:
                requests += [Request(line, (source,), source is first) for source in missing]
            elif missing:
                requests.append(Request(line, tuple(missing), chooses_letter=False))
        draw_letter_points([request for request in requests if request.chooses_letter])
        return requests

    def _complete(self, lines: list[Line]) -> tuple[list[Line], Cause]:
        """Fills each line from the first round that fits, one after another.

        Stops at the first line for which none is found, and returns the cause.
        """
        requests = self._requests(lines)
        place = 0
        while True:
            place, next_round = self._fill_in_order(requests, place)
            if next_round is None:
                return lines, None
            request = requests[place]
            if cause := self._cause(request, next_round):
                return lines[: lines.index(request.line)], cause
            self._prefetch(requests[place:], next_round)

    def _fill_in_order(self, requests: list[Request], begin: int) -> tuple[int, Round | None]:
        """Fills lines up to the first whose names are not drawn yet: its place, and the round."""
        taken = self._taken
        for place, request in enumerate(requests[begin:], begin):
            next_round = taken.fill_or_next_round(request)
            is_over = next_round and next_round.letter and self._is_over(request, next_round)
            if is_over and taken.letters:
                taken.exhausted.update(taken.available(request.parts[0]))
                request.begin = 1  # 0 would do, too, but change the names of seeds
                next_round = taken.fill_or_next_round(request)
            if next_round:
                return place, next_round
            if request.chooses_letter:
                self._warn_of_repeats(request.letter)
        return len(requests), None

    def _prefetch(self, requests: Sequence[Request], next_round: Round) -> None:
        """Draws names for the first unfilled line, and at once for those after it.

        The lines after it are filled provisionally, as if its names fitted: a fork of `taken`
        counts what they take, and `_fill_in_order` checks them again.
        """
        taken = self._taken.fork()
        wants = self._wants(requests[0], taken, next_round.number, is_first=True)
        taken.count_letter(requests[0], next_round.letter)
        for request in requests[1:]:
            if len(wants) >= MAX_WANTS:
                break
            if this_round := taken.fill_or_next_round(request):
                wants += self._wants(request, taken, this_round.number, is_first=False)
                taken.count_letter(request, this_round.letter)
        self._draw(wants)

    def _wants(self, request: Request, taken: Taken, begin: int, is_first: bool) -> list[Want]:
        """The rounds from `begin` on: first one, then twice as many as so far."""
        n = 1
        letter_of_round = taken.letters_of(request)
        if begin and (is_first or not request.chooses_letter):  # no line before it changes letters
            limit = self._max_rounds(request) // (1 if is_first else 16)
            n = min(2 * begin, ROUNDS_AT_ONCE, limit - begin)
        rounds = (Round(k, letter_of_round(k)) for k in range(begin, begin + n))
        return [
            (request, each)
            for each in rounds
            if each not in request.names_of_round and bool(each.letter) == request.chooses_letter
        ]

    def _draw(self, wants: Sequence[Want]) -> None:
        """Draws the rounds that are wanted, and notes in each request what they gave."""
        groups = dict[tuple[tuple[NameSource, ...], bool], list[Want]]()
        for want in wants:
            groups.setdefault((want[0].parts, want[0].chooses_letter), []).append(want)
        calls = [self._submit(self._drawn, *kind, group) for kind, group in groups.items()]
        for group, call in zip(groups.values(), calls, strict=True):
            for (request, each), names in zip(group, call(), strict=True):
                if names is not None or each.letter:
                    request.names_of_round[each] = names

    def _drawn(
        self, parts: tuple[NameSource, ...], chooses_letter: bool, group: Sequence[Want]
    ) -> Sequence[Row | None]:
        """The names that some parts get in each round; a request learns why there are no more."""
        rounds = np.array([request.line.first_round + each.number for request, each in group])
        numbers = np.array([request.line.number for request, _ in group])
        keys = keys_of(parts[0].key, rounds, numbers)
        found: Sequence[Any]
        try:
            if chooses_letter:  # one attempt at each letter
                letters = np.array([each.letter for _, each in group])
                names, met, _ = parts[0].names.draw(child(keys, 0), letters)
                of_rows = dict(zip(met.tolist(), zip(names.to_strings()), strict=True))
                found = [*map(of_rows.get, range(len(group)))]
            elif self._same:
                found = self._together(parts, rounds, numbers, group[0][0].line)
            else:
                found = [(name,) for name in parts[0].names.find(keys)]
        except FewFound as error:
            if self._same:
                found, cause = error.results, self._no_letter(parts, error.tally)
            else:
                found = [None if name is None else (name,) for name in error.results]
                cause = parts[0], error.tally.tightest()
            group[error.row][0].cause = cause
        return found

    def _together(
        self, parts: tuple[NameSource, ...], rounds: Array, numbers: Array, line: Line
    ) -> list[Row]:
        """Names of these parts of a line, all with one first letter, for each round and number."""
        kept = {letter_of(name): 1.0 for source, name in line.names.items() if source not in parts}
        names = [source.names for source in parts]
        letters = (kept, False) if kept else self._letters_of(tuple(names))
        keys = [keys_of(source.key, rounds, numbers) for source in parts]
        return draw_together(names, letters, keys_of(self._key, rounds, numbers), keys)

    # --- Where no names are found -----------------------------------------------------------------

    def _is_over(self, request: Request, next_round: Round) -> bool:
        """Whether too many rounds were in vain to draw a further one."""
        return 0 < next_round.number >= self._max_rounds(request)

    def _cause(self, request: Request, next_round: Round) -> Cause:
        """Why no more names can be drawn for a line, if all before it are filled."""
        has_no_letter = request.chooses_letter and not next_round.letter
        if request.cause or not (has_no_letter or self._is_over(request, next_round)):
            return request.cause
        if self._same or request.chooses_letter:
            return self._no_letter(request.parts, Tally())
        return request.parts[0], MOSTLY_REPEATS

    def _max_rounds(self, request: Request) -> int:
        """The rounds in which names are sought; with a given letter, a round is one attempt."""
        names = [source.names for source in request.parts]
        if request.chooses_letter:
            return MAX_ROUNDS // names[0].slowness
        return min(each.max_rounds(MAX_ROUNDS) for each in names)

    def _no_letter(self, parts: Sequence[NameSource], tally: Tally) -> tuple[PartSource, str]:
        shares = {place: met / max(made, 1) for place, (made, met) in tally.items()}
        how = "all with one" if self._same else "with such a"
        cause = f"no further names {how} first letter were found to meet the conditions"
        return parts[int(min(shares, key=shares.__getitem__, default=0))], cause

    def _warn_of_repeats(self, letter: str) -> None:
        """Warns when the first letter of a line is the first that repeats."""
        letters = self._taken.letters
        if letters[letter] == 2 and letters.total() == len(letters) + 1:
            warnings.warn(
                f"these names have only {plural(len(letters), 'first letter')}: "
                f"from line {len(letters) + 1} on, they repeat",
                RepeatedInitialsWarning,
                stacklevel=2,
            )

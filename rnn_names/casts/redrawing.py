"""Redraws lines, or parts of them; the others stay."""

import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Set
from itertools import zip_longest
from typing import TypeVar

import numpy as np

from rnn_names.casts.cast_drawer import MAX_ROUNDS, ROUNDS_AT_ONCE, CastDrawer
from rnn_names.casts.lines import Line, NameSource, PartSource, Request
from rnn_names.casts.part_names import letter_of
from rnn_names.errors import FewNewNamesWarning, SamplingError, plural

Item = TypeVar("Item")
REDRAWN = 1 << 32  # the first round of what is redrawn


class RedrawingCast(CastDrawer):
    """Draws the lines of a cast, those of `redraw` anew, and lines like one of them."""

    def redrawn_lines(self) -> Iterator[list[Line]]:
        """All lines together, those of `redraw` drawn anew."""
        shortage = None
        columns = self._pattern.columns
        lines = list[Line]()
        for number, part in self._wanted.redraw:
            if part not in columns and not (isinstance(part, int) and part <= len(columns)):
                named = f" ({', '.join(columns)})" if isinstance(part, str) else ""
                reason = f"a line has {plural(len(columns), 'part')}{named}"
                raise SamplingError(f"redraw {number}.{part}: {reason}", ["redraw"])
        try:
            for batch in self.lines():
                lines += batch
        except SamplingError as error:
            shortage = error
        for number, part in self._wanted.redraw:
            place = columns.index(part) + 1 if part in columns else part
            if number <= len(lines) and not self._redraw(lines, number - 1, place):
                what = f"{number}.{part}" if part else number
                warnings.warn(
                    f"redraw {what} stays as it was: nothing else was found that meets all "
                    "conditions beside the other lines",
                    FewNewNamesWarning,
                    stacklevel=2,
                )
        yield lines
        if shortage:
            raise shortage

    def _redraw(self, lines: list[Line], at: int, place: int) -> bool:
        """Draws another text for a column, or names for a line if 0; False if none fits."""
        line, others = lines[at], lines[:at] + lines[at + 1 :]
        parts: Set[PartSource] = {*line.names} or {*line.chosen}
        if place:
            parts = self._parts_at(line, place)
        if not parts:  # of an alternative that does not stand there
            return False
        line.earlier |= line.shown(parts, place)
        first = [[*each.names.values()][:1] for each in others]
        self._taken.letters = Counter(letter_of(name) for names in first for name in names)
        is_text = not any(isinstance(source, NameSource) for source in parts)
        of_others = {each.row[place] for each in others}
        # Prefer a text that no other line has.
        for avoided in [of_others, set[str]()] if is_text else [set[str]()]:
            for new in self._later(line, parts):
                if new.shown(parts, place) & line.earlier or new.row[place] in avoided:
                    continue
                if self._wanted.unique and new.row[0] in {each.row[0] for each in others}:
                    continue
                names = {source: name for source, name in new.names.items() if source in parts}
                if self._taken.add_if_far(names):
                    new.earlier = line.earlier
                    lines[at] = new
                    return True
        return False

    def _parts_at(self, line: Line, place: int) -> set[PartSource]:
        """The parts that a column of a line comes from."""
        column = self._pattern.columns[place - 1]
        paths = [source.part.path for source in line.chosen if source.part.column == column]
        return {
            source
            for source in self._parts.values()
            if any(source.part.path[: len(path)] == path for path in paths)
        }

    def alike(self, line: Line, place: int = 0) -> Iterator[Line]:
        """Many lines that differ from one in a single name: in its first, its second, and so on.

        With the place of a column, only names there change; if none is there, its text does.
        """
        parts: Set[PartSource] = self._parts_at(line, place) if place else {*line.names}
        names: list[Set[PartSource]] = [{source} for source in line.names if source in parts]
        return in_turn(self._later(line, new) for new in names or [parts])

    def _later(self, line: Line, parts: Set[PartSource]) -> Iterator[Line]:
        """The line in later rounds of these parts; the rest is kept."""
        kept = {source: of for source, of in line.chosen.items() if source not in parts}
        first, size = 0, 4
        requests = list[Request]()
        slowness = [source.names.slowness for source in parts if isinstance(source, NameSource)]
        end = MAX_ROUNDS // max(slowness, default=1)
        while first < end and not any(request.cause for request in requests):
            rounds = REDRAWN + first + np.arange(size)
            lines = self._new_lines(np.full(size, line.number), rounds, kept)
            requests = self._requests(lines)
            wants = [self._wants(request, self._taken, 0, is_first=False) for request in requests]
            self._draw([want for of_request in wants for want in of_request])
            for request in requests:
                for names in filter(None, request.names_of_round.values()):
                    request.line.chosen.update(zip(request.parts, names, strict=True))
            for new in lines:
                if None not in new.chosen.values():
                    new.row = self._row(new)
                    yield new
            first, size = first + size, min(2 * size, ROUNDS_AT_ONCE)


def in_turn(streams: Iterable[Iterator[Item]]) -> Iterator[Item]:
    """One of each stream, then the next of each, until all have ended."""
    rows = zip_longest(*streams, fillvalue=None)
    return (each for row in rows for each in row if each is not None)

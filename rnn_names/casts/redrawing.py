"""Redraws lines of a cast, or parts of them, and draws lines like one of them."""

import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from itertools import zip_longest
from typing import Any, TypeVar

from rnn_names.casts.cast_drawer import CastDrawer
from rnn_names.casts.sources import Line, NameSource, PartSource
from rnn_names.errors import FewNewNamesWarning, SamplingError, plural

Item = TypeVar("Item")


class LineRedrawer:
    """Replaces parts of drawn lines with texts of later rounds; all else stays."""

    def __init__(self, drawer: CastDrawer) -> None:
        self.drawer = drawer
        self._columns = drawer.pattern.columns
        # The contents that each line had so far, by its index.
        self._earlier = defaultdict[int, set[tuple[Any, str]]](set)

    def redrawn_lines(self) -> Iterator[list[Line]]:
        """All lines together; the lines in `redraw` are drawn anew."""
        shortage, columns, redraw = None, self._columns, self.drawer.options.redraw
        lines = list[Line]()
        for number, part in redraw:
            if part not in columns and not (isinstance(part, int) and part <= len(columns)):
                named = f" ({', '.join(columns)})" if isinstance(part, str) else ""
                reason = f"a line has {plural(len(columns), 'part')}{named}"
                raise SamplingError(f"redraw {number}.{part}: {reason}", ["redraw"])
        try:
            for batch in self.drawer.lines():
                lines += batch
        except SamplingError as error:
            shortage = error
        for number, part in redraw:
            column = columns.index(part) + 1 if part in columns else part
            if number <= len(lines) and not self._redraw(lines, number - 1, column):
                what = f"{number}.{part}" if part else number
                reason = "nothing else was found that meets all conditions beside the other lines"
                if not self._sources_at(lines[number - 1], column):
                    reason = "the line has an alternative without this part"
                message = f"redraw {what} stays as it was: {reason}"
                warnings.warn(message, FewNewNamesWarning, stacklevel=2)
        yield lines
        if shortage:
            raise shortage

    def _redraw(self, lines: list[Line], index: int, column: int) -> bool:
        """Draws another text for a column, or other names for the whole line if `column` is 0.

        Returns False if none fits. The old names still count as used, but the old initial is free
        again.
        """
        line, others = lines[index], lines[:index] + lines[index + 1 :]
        sources = self._sources_at(line, column)
        if not sources:  # the part is in an alternative that the line does not use
            return False
        earlier, used, options = self._earlier[index], self.drawer.used, self.drawer.options
        earlier |= _contents(line, sources, column)
        if options.initials == "different":
            used.initials.recount(others)
        is_text = not any(isinstance(source, NameSource) for source in sources)
        other_texts = {other.texts[column] for other in others}
        # Prefer a text that no other line has.
        for avoided in [other_texts, set[str]()] if is_text else [set[str]()]:
            for new in self.drawer.later_lines(line, sources):
                if _contents(new, sources, column) & earlier or new.texts[column] in avoided:
                    continue
                if options.unique and new.texts[0] in {other.texts[0] for other in others}:
                    continue
                names = {source: name for source, name in new.names.items() if source in sources}
                if used.are_far(names):
                    used.add(names)
                    lines[index] = new
                    return True
        return False

    def _sources_at(self, line: Line, column: int) -> set[PartSource]:
        """The sources of a column; if `column` is 0, those of all names, or else of all choices."""
        if not column:
            return {*line.names} or {*line.picks}
        label = self._columns[column - 1]
        in_line: list[PartSource] = [*line.names, *line.picks]
        paths = [source.part.path for source in in_line if source.part.label == label]
        return {
            source
            for part, source in self.drawer.source_of.items()
            if any(part.path[: len(path)] == path for path in paths)
        }

    def variants_of(self, line: Line, column: int = 0) -> Iterator[Line]:
        """Many lines that differ from `line` in a single name: its first, its second, and so on.

        With `column`, only the names in that column change; a column without names gets another
        text.
        """
        sources: Set[PartSource] = self._sources_at(line, column)
        names: list[Set[PartSource]] = [{source} for source in line.names if source in sources]
        return roundrobin(self.drawer.later_lines(line, new) for new in names or [sources])


def _contents(line: Line, sources: Set[PartSource], column: int) -> set[tuple[Any, str]]:
    """The texts of these sources in a line: their names, or the text of a column with a choice."""
    names = [source for source in sources if isinstance(source, NameSource)]
    if len(names) == len(sources):
        return {(source, line.names.get(source) or "") for source in names}
    return {(column, line.texts[column])}


def roundrobin(streams: Iterable[Iterator[Item]]) -> Iterator[Item]:
    """The first item of each stream, then the second of each, and so on."""
    return (item for items in zip_longest(*streams) for item in items if item is not None)

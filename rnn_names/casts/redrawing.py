"""Lines with other texts in place of some: those of the option `redraw`, and variants for `pick`.

New texts come from later rounds; all others stay as they were. For example, line 2 of
`{men} of {home=welsh-towns}` with seed 3:

                        Terrion of Plaenlxhaf
    redraw=[2]          Azarius of Llwyn-wen     other names
    redraw=["2.home"]   Terrion of Llwyn-wen     another home
    redraw=[2, "2.1"]   Tukel of Llwyn-wen       other names, then another first part
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from itertools import zip_longest
from typing import Any

import numpy as np

from rnn_names.casts.cast_drawer import CastDrawer
from rnn_names.casts.requests import CANDIDATES_AT_ONCE, MAX_CANDIDATES, Line, draw_candidates
from rnn_names.casts.sources import NameSource, PartSource
from rnn_names.errors import FewNewNamesWarning, SamplingError, plural, warn

FIRST_REDRAW_ROUND = 1 << 32  # the first round of lines that are redrawn


def redrawn_lines(drawer: CastDrawer) -> Iterator[list[Line]]:
    """Yields all lines in one batch, after redrawing those in the option `redraw` one by one.

    If nothing else is found for a line, it stays as it was, with a FewNewNamesWarning.
    """
    shortage, lines = None, list[Line]()
    redraw = [(number, str(part or "")) for number, part in drawer.options.redraw]
    earlier = defaultdict[int, set[tuple[Any, str]]](set)  # old contents, by number
    columns, column_of = drawer.pattern.columns, drawer.pattern.column_numbers
    for number, part in redraw:
        if part not in column_of:
            named = "" if part.isdecimal() else f" ({', '.join(columns)})"
            reason = f"a line has {plural(len(columns), 'part')}{named}"
            raise SamplingError(f"redraw {number}.{part}: {reason}", ["redraw"])
    try:
        for batch in drawer.lines():
            lines += batch
    except SamplingError as error:
        shortage = error
    for number, part in redraw:
        if number > len(lines):
            continue
        if reason := _redraw(drawer, lines, number - 1, column_of[part], earlier[number]):
            what = f"{number}.{part}" if part else number
            warn(f"redraw {what} stays as it was: {reason}", FewNewNamesWarning)
    yield lines
    if shortage:
        raise shortage


def _redraw(
    drawer: CastDrawer, lines: list[Line], index: int, column: int, earlier: set[tuple[Any, str]]
) -> str:
    """Draws another text for a column, or other names for the whole line if `column` is 0.

    Returns why the line stays as it was, or "". The old names still count as used, but the old
    initial is free again.
    """
    line, others = lines[index], lines[:index] + lines[index + 1 :]
    sources = _sources_at(drawer, line, column)
    if not sources:
        return "this part is not in the alternative that the line has"
    earlier |= _contents(line, sources, column)
    if drawer.options.initials == "different":
        drawer.used_initials.recount(others)
    is_text = not any(isinstance(source, NameSource) for source in sources)
    other_texts = {other.texts[column] for other in others}
    other_lines = {other.texts[0] for other in others if drawer.options.unique}
    # Prefer a text that no other line has.
    for avoided in [other_texts, set[str]()] if is_text else [set[str]()]:
        for new in _later_lines(drawer, line, sources):
            if _contents(new, sources, column) & earlier or new.texts[column] in avoided:
                continue
            if new.texts[0] in other_lines:
                continue
            names = {source: name for source, name in new.names.items() if source in sources}
            if drawer.used.are_far(names):
                drawer.used.add(names)
                lines[index] = new
                return ""
    return "nothing else was found that meets all conditions and fits the other lines"


def variants_of(drawer: CastDrawer, line: Line, column: int = 0) -> Iterator[Line]:
    """Lines that differ from `line` in one name or, in a column without names, in its text."""
    sources = _sources_at(drawer, line, column)
    names: list[set[PartSource]] = [{source} for source in line.names if source in sources]
    return roundrobin(_later_lines(drawer, line, new) for new in names or [sources])


def _later_lines(drawer: CastDrawer, line: Line, sources: Set[PartSource]) -> Iterator[Line]:
    """Yields copies of a line in which these sources give texts of later rounds."""
    chosen: dict[Any, Any] = {**line.names, **line.choices}
    unchanged = {source: chosen[source] for source in chosen.keys() - sources}
    first, size = 0, 4
    while first < MAX_CANDIDATES:
        rounds = FIRST_REDRAW_ROUND + first + np.arange(size)
        lines = drawer.new_lines(np.full(size, line.number), rounds, unchanged)
        requests = drawer.requests_for(lines)
        used, initials = drawer.used, drawer.used_initials
        next_ones = ((each, each.next_candidate(used, initials)) for each in requests)
        candidates = [(request, candidate) for request, candidate in next_ones if candidate]
        draw_candidates(candidates)
        for request, candidate in candidates:
            request.line.names.update(request.drawn.get(candidate, {}))
        for new in lines:
            if None not in new.names.values():
                new.texts = drawer.texts_of(new)
                yield new
        if any(request.shortage for request in requests):
            return
        first, size = first + size, min(2 * size, CANDIDATES_AT_ONCE)


def _sources_at(drawer: CastDrawer, line: Line, column: int) -> set[PartSource]:
    """The sources of a column; column 0 means all names, or all choices if there is no name."""
    if not column:
        return {*line.names} or {*line.choices}
    label = drawer.pattern.columns[column - 1]
    in_line: list[PartSource] = [*line.names, *line.choices]
    paths = [source.part.path for source in in_line if source.part.label == label]
    return {
        source
        for part, source in drawer.source_of.items()
        if any(part.path[: len(path)] == path for path in paths)
    }


def _contents(line: Line, sources: set[PartSource], column: int) -> set[tuple[Any, str]]:
    """The names of these sources in a line, or the text of the column if any is a choice."""
    names = [source for source in sources if isinstance(source, NameSource)]
    if len(names) == len(sources):
        return {(source, line.names.get(source) or "") for source in names}
    return {(column, line.texts[column])}


def roundrobin(streams: Iterable[Iterator[Any]]) -> Iterator[Any]:
    """The first item of each stream, then the second of each, and so on."""
    return (item for items in zip_longest(*streams) for item in items if item is not None)

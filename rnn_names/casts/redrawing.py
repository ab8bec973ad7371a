"""Redraws lines of a cast, or parts of them, and draws lines like one of them.

All texts that are not redrawn stay; new ones come from later rounds.
"""

import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any

from rnn_names.casts.cast_drawer import CastDrawer
from rnn_names.casts.sources import Line, NameSource, PartSource
from rnn_names.errors import FewNewNamesWarning, SamplingError, plural


def redrawn_lines(drawer: CastDrawer) -> Iterator[list[Line]]:
    """All lines together; those in the option `redraw` are drawn anew."""
    shortage, columns, redraw = None, drawer.pattern.columns, drawer.options.redraw
    lines = list[Line]()
    earlier = defaultdict[int, set[tuple[Any, str]]](set)  # contents that each line had, by index
    for number, part in redraw:
        if part not in columns and not (isinstance(part, int) and part <= len(columns)):
            named = f" ({', '.join(columns)})" if isinstance(part, str) else ""
            reason = f"a line has {plural(len(columns), 'part')}{named}"
            raise SamplingError(f"redraw {number}.{part}: {reason}", ["redraw"])
    try:
        for batch in drawer.lines():
            lines += batch
    except SamplingError as error:
        shortage = error
    for number, part in redraw:
        column, index = columns.index(part) + 1 if part in columns else part, number - 1
        if index < len(lines) and not _redraw(drawer, lines, index, column, earlier[index]):
            what = f"{number}.{part}" if part else number
            reason = "nothing else was found that meets all conditions beside the other lines"
            if not drawer.sources_at(lines[index], column):
                reason = "the line has an alternative without this part"
            message = f"redraw {what} stays as it was: {reason}"
            warnings.warn(message, FewNewNamesWarning, stacklevel=2)
    yield lines
    if shortage:
        raise shortage


def _redraw(
    drawer: CastDrawer, lines: list[Line], index: int, column: int, earlier: set[tuple[Any, str]]
) -> bool:
    """Draws another text for a column, or other names for the whole line if `column` is 0.

    Returns False if none fits that is not among the `earlier` contents. The old names still count
    as used, but the old initial is free again.
    """
    line, others = lines[index], lines[:index] + lines[index + 1 :]
    sources = drawer.sources_at(line, column)
    if not sources:  # the part is in an alternative that the line does not use
        return False
    earlier |= _contents(line, sources, column)
    used, options = drawer.used, drawer.options
    if options.initials == "different":
        used.initials.recount(others)
    is_text = not any(isinstance(source, NameSource) for source in sources)
    other_texts = {other.texts[column] for other in others}
    # Prefer a text that no other line has.
    for avoided in [other_texts, set[str]()] if is_text else [set[str]()]:
        for new in drawer.later_lines(line, sources):
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


def _contents(line: Line, sources: set[PartSource], column: int) -> set[tuple[Any, str]]:
    """The texts of these sources in a line: their names, or the text of a column with a choice."""
    names = [source for source in sources if isinstance(source, NameSource)]
    if len(names) == len(sources):
        return {(source, line.names.get(source) or "") for source in names}
    return {(column, line.texts[column])}


def variants_of(drawer: CastDrawer, line: Line, column: int = 0) -> Iterator[Line]:
    """Many lines that differ from `line` in a single name, or in the text of a column without."""
    sources = drawer.sources_at(line, column)
    names: list[set[PartSource]] = [{source} for source in line.names if source in sources]
    return roundrobin(drawer.later_lines(line, new) for new in names or [sources])


def roundrobin(streams: Iterable[Iterator[Any]]) -> Iterator[Any]:
    """The first item of each stream, then the second of each, and so on."""
    return (item for items in zip_longest(*streams) for item in items if item is not None)

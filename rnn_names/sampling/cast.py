"""Casts: lines of several names, by a pattern; and the next ones of their parts, where redrawn."""

import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from rnn_names.conditions.options import CastOptions
from rnn_names.conditions.pattern import Pattern
from rnn_names.errors import FewNewNamesWarning, SamplingError, counted
from rnn_names.processes.threads import one_blas_thread
from rnn_names.sampling.cast_drawer import CastDrawer
from rnn_names.sampling.cast_lines import Line, Part, Row
from rnn_names.sampling.initials import letter_of

REDRAWN = 1 << 32  # the first round of what is redrawn


def cast(
    pattern: Pattern,
    parts: Sequence[Part],
    wanted: CastOptions,
    read: Callable[[str], Sequence[str]],
) -> Iterator[list[Row]]:
    """The lines wanted, some at a time. `parts` are those of slots; `read` gives a file's lines.

    Those of `wanted.redraw` are drawn anew, one after another. A line stays as it was, with
    FewNewNamesWarning, where nothing else is found. SamplingError comes after the lines that could
    be had, if these are fewer; its message shows the part that is the cause in the pattern.
    """
    lines = _Redrawing(pattern, parts, wanted, read)
    with one_blas_thread():
        yield from lines.redrawn() if wanted.redraw else (rows for _, _, rows in lines.drawn_rows())


class _Redrawing(CastDrawer):
    """The lines of a cast, some of which are drawn anew."""

    def redrawn(self) -> Iterator[list[Row]]:
        """The lines as they come of `redraw`, together."""
        shortage, columns = None, [*self._pattern.columns]
        for number, part in self._wanted.redraw:
            if part not in columns and not (isinstance(part, int) and part <= len(columns)):
                named = f" ({', '.join(columns)})" * isinstance(part, str)
                reason = f"a line has {counted(len(columns), 'part')}{named}"
                raise SamplingError(f"redraw {number}.{part}: {reason}", ["redraw"])
        lines = list[Line]()
        try:
            for batch, at, rows in self.drawn_rows():
                for row, texts in zip(at, rows, strict=True):
                    lines.append(Line(batch.numbers[row], texts, batch.standing(row), set()))
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
        yield [line.texts for line in lines]
        if shortage:
            raise shortage

    def _redraw(self, lines: list["Line"], at: int, place: int) -> bool:
        """Draws another text for a column, or other names for a line if 0; False if none fits."""
        line, others = lines[at], lines[:at] + lines[at + 1 :]
        nodes = {node for node in line.standing if node.is_name} or {*line.standing}
        if place:
            column = [*self._pattern.columns][place - 1]
            nodes = {node for node in line.standing if node.column == column}
            nodes |= {below for node in nodes for below in node.below()}
        line.had.update(line.shown(nodes, place))
        kept = {node: of for node, of in line.standing.items() if node not in nodes}
        first = [[n for node, n in each.standing.items() if node.is_name][:1] for each in others]
        self._letters = Counter(letter_of(name) for names in first for name in names)
        is_text = not any(node.is_name for node in nodes)
        of_others = {each.texts[place] for each in others} if is_text else {*()}
        for avoided in (of_others, {*()}):  # a text that no other line has, if there is one
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what there is to say was said of the first names
                rows = list[Row]()
                for batch, k in self._rounds(line.number, nodes, kept, REDRAWN):
                    rows = self._lines(batch) if k == 0 else rows
                    new = line._replace(texts=rows[k], standing=batch.standing(k))
                    if new.shown(nodes, place) & line.had or new.texts[place] in avoided:
                        continue
                    if self._wanted.unique and new.texts[0] in {each.texts[0] for each in others}:
                        continue
                    stand = [
                        each for each in nodes if each.is_name and k in batch.rows.get(each, ())
                    ]
                    names = {node: batch.values[node][k] for node in stand}
                    if self._apart.let_in(names):
                        lines[at] = new
                        return True
        return False

"""Casts: lines of several names, by a pattern.

Each part of a line is a function of the seed, of the part's place in the pattern and of the line's
number. A part's key is that of the seed and of its path: its number among the names or the choices
of its sequence, after the choice and the alternative that hold it. So a change to one part leaves
the others as they were; except where first letters tie them (`rnn_names.sampling.initials`).

A name is that of round 0 at its line. Where it may not come, since it repeats one before it, say,
it is that of the next round that fits. What is redrawn is that of a later round, in the same way; a
name that was there counts as one that came before, and its first letter is free again.
"""

import warnings
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from itertools import accumulate, islice
from typing import Any

import numpy as np

from rnn_names.arrays import Array
from rnn_names.conditions.options import MOST_SKIPPED, CastOptions
from rnn_names.conditions.pattern import Again, Choice, LinesOf, Pattern, Slot, located, rules_of
from rnn_names.corpus.names import Names
from rnn_names.errors import CorpusError, RepeatedInitialsWarning, SamplingError, counted
from rnn_names.sampling.attempts import ENDLESS
from rnn_names.sampling.cast_lines import Apart, Batch, Node, Part, Row, texts_of
from rnn_names.sampling.initials import FewFound, PartNames, alike, letter_of, together
from rnn_names.sampling.numbers import child, key_of, states_of, uniform
from rnn_names.sampling.sampler import Tally
from rnn_names.sampling.stream import tightest
from rnn_names.sampling.unique import Unique

NAMES, CHOICES, INITIALS = 1, 2, 3  # what keys are for
FIRST_LINES, LINES_GROWTH = 1 << 5, 16  # lines that are drawn together; then so many times as many
MOST_FREE, MOST_OF_TIED = 1 << 14, 1 << 9  # at most; and where they depend on those before them
MOST_ROUNDS = 1 << 14  # rounds in a row that do not fit, before a line is given up


class CastDrawer:
    """What draws the lines of a cast."""

    def __init__(
        self,
        pattern: Pattern,
        parts: Sequence[Part],
        wanted: CastOptions,
        read: Callable[[str], Sequence[str]],
    ) -> None:
        self._pattern, self._wanted, self._seed = pattern, wanted, wanted.some_seed()
        self._same, self._different = (wanted.initials == each for each in ("same", "different"))
        self._is_made = self._different or any(part.options.is_unique for part in parts)
        if wanted.initials and not parts:
            raise SamplingError("initials: there is no {MODEL} in the pattern", ["initials"])
        if wanted.start > MOST_SKIPPED and self._is_made:
            reason = f"lines depend on those before; at most {MOST_SKIPPED:,} can be skipped"
            raise SamplingError(f"start {wanted.start:,}: {reason}", ["start"])
        self._read, self._parts = cache(read), {part.slot: part for part in parts}
        self._columns = {each: name for name, of in pattern.columns.items() for each in of}
        self._names = list[Node]()  # those of slots, in order
        self._pieces = self._nodes(pattern.pieces, ())
        self._key, self._alike = key_of(self._seed, INITIALS), cache(alike)
        options = {node: self._parts[node.piece].options for node in self._names}
        self._apart, self._letters = Apart(wanted, options), Counter[str]()
        self._gone = set[str]()  # letters with which no name is found
        self._ahead = FIRST_LINES  # lines whose first letters are planned

    def _nodes(self, pieces: Sequence[Any], path: tuple[int, ...]) -> list[str | Node]:
        numbers, nodes = Counter[int](), list[str | Node]()
        for piece in pieces:
            if isinstance(piece, str):
                nodes.append(piece)
                continue
            use = NAMES if isinstance(piece, Slot) else CHOICES
            own = (*path, use, numbers[use])
            numbers[use] += not isinstance(piece, Again)
            node = self._node(piece, own)
            nodes.append(node)
            if isinstance(piece, Choice):
                held = [self._nodes(each, (*own, k)) for k, each in enumerate(piece.alternatives)]
                node.hold(held, piece.weights)
        return nodes

    def _node(self, piece: Any, path: tuple[int, ...]) -> Node:
        with located(self._pattern.text, piece.begin):
            rules = rules_of(self._read(piece.rules)) if piece.rules else None
            node = Node(piece, key_of(self._seed, *path), self._columns.get(piece, ""), rules)
            if isinstance(piece, LinesOf):
                lines = self._read(piece.path)
                if not lines:
                    raise CorpusError("no lines in that file")
                node.hold([[line] for line in lines], [1] * len(lines))
            elif isinstance(piece, Slot):
                part = self._parts[piece]
                node.names = PartNames(part.model, part.options, self._wanted.initials is not None)
                self._names.append(node)
        return node

    # --- Lines, some at a time --------------------------------------------------------------------

    def drawn_rows(self) -> Iterator[tuple[Batch, list[int], list[Row]]]:
        """Batches, the numbers in them of lines that come out, and these lines."""
        wanted, unique, delivered = self._wanted, None, 0
        if wanted.unique or wanted.remember is not None:
            unique = Unique(wanted.count, wanted.remember)
        for batch, begin in self._batches(ENDLESS if unique else wanted.count):
            rows, at = self._lines(batch)[begin:], [*range(begin, batch.end)]
            if unique:
                texts = [row[0].replace("\n", " / ").strip() for row in rows]
                new = unique.rows(Names.from_strings(texts)).tolist()
                rows, at = [rows[k] for k in new], [at[k] for k in new]
            delivered += len(rows)
            yield batch, at, rows
            if delivered == wanted.count:
                return
            node, cause = batch.cause
            if unique and unique.is_exhausted:
                cause = "nearly all others are repeats"
            if cause:
                error = SamplingError(
                    f"only {delivered:,} of {wanted.count:,} lines found: {cause}"
                )
                if node is None:
                    raise error
                with located(self._pattern.text, node.piece.begin):
                    raise error

    def _batches(self, n: int) -> Iterator[tuple[Batch, int]]:
        """The lines from `wanted.start` on, n of them, and how many of each batch to leave out."""
        begin, size = self._wanted.start, FIRST_LINES
        end, at = begin + n, 0 if self._is_made else begin
        while at < end:
            batch = self._drawn(np.arange(at, min(at + size, end)))
            if self._is_made:
                self._settle(batch)
            yield batch, min(max(begin - at, 0), batch.end)
            at += batch.size
            size = min(size * LINES_GROWTH, MOST_OF_TIED if self._is_made else MOST_FREE)

    def _lines(self, batch: Batch) -> list[Row]:
        """What is written, of lines that are whole."""
        columns = {column: [""] * batch.end for column in self._pattern.columns}
        lines = texts_of(self._pieces, np.arange(batch.end), batch, columns)
        return [*zip(lines, *columns.values(), strict=True)]

    # --- What stands in lines ---------------------------------------------------------------------

    def _drawn(
        self,
        numbers: Array,
        rounds: Mapping[Node, Array] | None = None,
        kept: Mapping[Node, Any] | None = None,
    ) -> Batch:
        """Lines by their numbers, (m,).

        For one line again and again, some nodes have other `rounds` (m,) than 0; others are `kept`.
        """
        is_one_line, batch = kept is not None, Batch(numbers)
        kept, rounds = kept or {}, rounds or {}
        for node in self._names:
            batch.values[node] = np.full(batch.size, None)
            batch.rounds[node] = np.zeros(batch.size, np.int64) + rounds.get(node, 0)
        self._choose(self._pieces, np.arange(batch.size), batch, rounds, kept)
        has_name = np.zeros(batch.size, bool)
        stands = np.zeros((batch.size, len(self._names)), bool)
        for k, node in enumerate(self._names):
            rows = batch.rows.get(node, np.zeros(0, np.intp))
            is_first, has_name[rows] = ~has_name[rows] & self._different, True
            if node in kept:
                batch.values[node][rows] = kept[node]
                continue
            stands[rows, k] = True
            batch.first[rows[is_first]] = node
            if not self._same:
                self._draw(batch, node, rows[~is_first])
        if self._different and is_one_line:
            self._draw_first(batch, np.arange(batch.size))
        letters = {letter_of(kept[node]): 1.0 for node in self._names if node in kept}
        for kind in np.unique(stands, axis=0) if self._same else ():
            if kind.any():
                nodes = [self._names[k] for k in np.flatnonzero(kind)]
                rows = np.flatnonzero((stands == kind).all(axis=1))
                self._draw_alike(batch, nodes, rows, letters)
        return batch

    def _choose(
        self, pieces: Sequence[Any], rows: Array, batch: Batch, rounds: Any, kept: Any
    ) -> None:
        """Notes in which lines nodes stand, and picks alternatives."""
        for node in pieces:
            if isinstance(node, str) or isinstance(node.piece, Again) or not len(rows):
                continue
            batch.rows[node] = rows
            if node.is_name:
                continue
            picks = batch.values[node] = np.full(batch.size, -1)
            of_rows = rounds[node][rows] if node in rounds else np.zeros(1, int)
            picks[rows] = kept[node] if node in kept else node.picked(batch.numbers[rows], of_rows)
            for pick, pieces in enumerate(node.alternatives if node.texts is None else ()):
                self._choose(pieces, rows[picks[rows] == pick], batch, rounds, kept)

    def _draw(self, batch: Batch, node: Node, rows: Array) -> None:
        """Draws the names of a node in some lines."""
        try:
            found = node.names.found(
                states_of(node.key, batch.rounds[node][rows], batch.numbers[rows])
            )
        except FewFound as error:
            found = error.found
            batch.cut(rows[len(found)], (node, tightest(error.tally)))
        batch.values[node][rows[: len(found)]] = found

    def _draw_alike(
        self, batch: Batch, nodes: Sequence[Node], rows: Array, letters: Mapping[str, float]
    ) -> None:
        """Draws names of some lines that begin with one letter, which may be given."""
        at, parts = (batch.rounds[nodes[0]][rows], batch.numbers[rows]), [n.names for n in nodes]
        states, of_parts = states_of(self._key, *at), [states_of(node.key, *at) for node in nodes]
        among = (letters, False) if letters else self._alike(tuple(parts))
        try:
            found = together(parts, among, states, of_parts)
        except FewFound as error:
            found = error.found
            batch.cut(rows[len(found)], self._no_letter(nodes, error.tally))
        for k, node in enumerate(nodes):
            batch.values[node][rows[: len(found)]] = [line.split("\n")[k] for line in found]

    def _no_letter(self, nodes: Sequence[Node], tally: Tally) -> tuple[Node, str]:
        shares = {place: met / max(made, 1) for place, (made, met) in tally.items()}
        how = "all with one" if self._same else "with such a"
        cause = f"no further names {how} first letter were found to meet the conditions"
        return nodes[int(min(shares, key=shares.__getitem__, default=0))], cause

    def _free(self, node: Node, letters: Counter[str]) -> dict[str, float]:
        """The weights of first letters that came least often."""
        usual = {a: p for a, p in node.names.usual.items() if a not in self._gone}
        least = min(map(letters.__getitem__, usual), default=0)
        return {a: p for a, p in usual.items() if letters[a] == least}

    def _draw_first(self, batch: Batch, rows: Array) -> None:
        """An attempt at the first names of some lines; None for those that meet no condition.

        Letters are those that came least often, if all names of lines before have those drawn here.
        """
        rows = rows[batch.first[rows] != None]  # noqa: E711 - of each
        if not len(rows):
            return
        nodes, letters, numbers = batch.first[rows], self._letters.copy(), batch.numbers[rows]
        rounds = [batch.rounds[node][row] for node, row in zip(nodes, rows, strict=True)]
        keys = np.concatenate([node.key for node in nodes])
        states, chosen = states_of(keys, np.array(rounds), numbers), list[str]()
        for node, point in zip(nodes, uniform(states, 1).tolist(), strict=True):
            free = self._free(node, letters)
            edges = [*accumulate(free.values())]
            chosen.append([*free][bisect(edges, point * edges[-1])] if free else "")
            letters[chosen[-1]] += int(numbers[0] != numbers[-1])
        for node in {*nodes}:
            of_node = np.flatnonzero((nodes == node) & (np.array(chosen) != ""))
            drawn = node.names.drawn(child(states[of_node], 0), np.array(chosen)[of_node])
            batch.values[node][rows[of_node]] = None
            batch.values[node][rows[of_node[drawn[1]]]] = drawn[0].to_strings()

    # --- Lines that depend on those before them ---------------------------------------------------

    def _settle(self, batch: Batch) -> None:
        """Goes on to later rounds where names do not fit beside those before them, in order."""
        planned = 0  # lines below it have first names that fit if those of all before them do
        self._draw_spares(batch)
        for row in range(batch.end):
            if row == planned and self._different:
                planned, self._ahead = row + self._ahead, min(2 * self._ahead, MOST_OF_TIED)
                self._draw_first(batch, np.arange(row, min(planned, batch.size)))
            first = batch.first[row]
            nodes = [
                node
                for node in batch.rows
                if node is first or batch.values[node][row] not in (None, -1)
            ]
            nodes = [node for node in nodes if node.is_name]
            for unit in [nodes] * bool(nodes) if self._same else [[node] for node in nodes]:
                if unit[0] is not first and not any(self._apart.tests[node] for node in unit):
                    continue
                names = self._fitting(batch, row, unit)
                while not names and unit[0] is first and self._letters:
                    if not (left := self._free(first, self._letters)):
                        break
                    self._gone.update(left)
                    names = self._fitting(batch, row, unit)
                if not names:
                    is_tied = self._same or unit[0] is first
                    repeats = unit[0], "nearly all others are repeats"
                    batch.cut(row, self._no_letter(unit, {}) if is_tied else repeats)
                    return
                if unit[0] is first:
                    letter = letter_of(names[first])
                    if letter != letter_of(batch.values[first][row] or ""):
                        planned, self._ahead = row + 1, max(self._ahead // 4, 1)
                    self._count(letter)
                for node, name in names.items():
                    batch.values[node][row] = name

    def _count(self, letter: str) -> None:
        """Counts the first letter of a line; a warning says when the first one comes again."""
        if self._letters[letter] and max(self._letters.values()) == 1:
            lines = self._letters.total()
            warnings.warn(
                f"these names have only {counted(lines, 'first letter')}: "
                f"from line {lines + 1} on, they repeat",
                RepeatedInitialsWarning,
                stacklevel=2,
            )
        self._letters[letter] += 1

    def _draw_spares(self, batch: Batch) -> None:
        """Draws names of some later rounds where those of the first do not fit as it is."""
        for node in () if self._same else self._names:
            rows = batch.rows.get(node, np.zeros(0, np.intp))
            rows = rows[(batch.first[rows] != node) & (rows < batch.end)]
            had = {row: [batch.values[node][row]] for row in rows.tolist()}
            for first, n in ((1, 1), (2, 2), (4, 4)) if self._apart.tests[node] else ():
                far = {
                    row for row in had if any(self._apart.is_far(node, name) for name in had[row])
                }
                rows = np.array([row for row in had if row not in far], np.intp)
                states = states_of(
                    node.key,
                    np.tile(first + np.arange(n), len(rows)),
                    np.repeat(batch.numbers[rows], n),
                )
                with suppress(FewFound):
                    found = iter(node.names.found(states))
                    had = {row: [*islice(found, n)] for row in rows.tolist()}
                    for row, names in had.items():
                        batch.spares.setdefault((node, row), []).extend(names)

    def _fitting(self, batch: Batch, row: int, unit: Sequence[Node]) -> dict[Node, str] | None:
        """The names for some nodes of a line that come in: those of the first round that fits."""
        names = {node: batch.values[node][row] for node in unit}
        if self._apart.let_in(names):
            return names
        spares = batch.spares.get((unit[0], row), [])
        for name in spares:
            if self._apart.let_in({unit[0]: name}):
                return {unit[0]: name}
        kept = {node: of for node, of in batch.standing(row).items() if node not in unit}
        for later, k in self._rounds(batch.numbers[row], unit, kept, 1 + len(spares)):
            names = {node: later.values[node][k] for node in unit}
            if self._apart.let_in(names):
                return names
        return None

    def _rounds(
        self, number: int, nodes: Collection[Node], kept: Mapping[Node, Any], first: int
    ) -> Iterator[tuple[Batch, int]]:
        """A line with later rounds of some nodes; the rest is kept."""
        size, most = (
            4,
            MOST_ROUNDS // max([node.names.slowness for node in nodes if node.is_name] or [1]),
        )
        begin = first
        while first < begin + most:
            rounds = dict.fromkeys(nodes, first + np.arange(size))
            batch = self._drawn(np.full(size, number), rounds, kept)
            yield from ((batch, k) for k in range(batch.end))
            if batch.end < size:
                return
            first, size = first + size, min(2 * size, 1 << 10)

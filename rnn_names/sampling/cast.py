"""Casts: lines of several names, by a pattern.

Each part of a line is a function of the seed, of the part's place in the pattern and of the line's
number. A part's key is that of the seed and its path: its number among the names or the choices of
its sequence, below the choice and the alternative that hold it. So a change to one part leaves the
others as they were; except where first letters tie them (`rnn_names.sampling.initials`).

A name is that of round 0 at its line. Where it may not come, since it repeats one before it, say,
it is that of the next round that fits. What is redrawn is that of later rounds, in the same way; a
name that was there counts as one that came before, and its first letter is free again.
"""

import warnings
from bisect import bisect
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np

from rnn_names.arrays import Array
from rnn_names.conditions.edits import FarApart
from rnn_names.conditions.options import MOST_SKIPPED, CastOptions, Options
from rnn_names.conditions.pattern import (
    Again,
    Choice,
    LinesOf,
    Pattern,
    Piece,
    Slot,
    located,
    rules_of,
)
from rnn_names.corpus.names import Names
from rnn_names.errors import (
    CorpusError,
    FewNewNamesWarning,
    RepeatedInitialsWarning,
    SamplingError,
    counted,
)
from rnn_names.network.language_model import LanguageModel
from rnn_names.processes.threads import one_blas_thread
from rnn_names.sampling.initials import FewFound, PartNames, alike, letter_of, together
from rnn_names.sampling.numbers import child, choices, key_of, states_of, uniform
from rnn_names.sampling.stream import ENDLESS, tightest
from rnn_names.sampling.unique import Unique

NAMES, CHOICES, INITIALS = 1, 2, 3  # what keys are for
FIRST_LINES, GROWTH = 1 << 5, 16  # lines that are drawn together; then so many times as many
MOST_LINES, MOST_OF_TIED = 1 << 14, 1 << 10  # at most; and where they depend on those before them
MOST_OF_LETTERS = 1 << 14  # rounds in a row that fail before no letter is left
MOST_ROUNDS = 1 << 14  # rounds in a row that do not fit before a cast ends
MOST_REDRAWN = 1 << 10  # the same of a line to be redrawn
REDRAWN = 1 << 32  # the first round of what is redrawn
Row = tuple[str, ...]  # a whole line, and the texts of its columns


class Part(NamedTuple):
    """What the names of a slot are drawn from, and what they must be like."""

    slot: Slot
    model: LanguageModel
    options: Options


def cast(
    pattern: Pattern,
    parts: Sequence[Part],
    wanted: CastOptions,
    read: Callable[[str], Sequence[str]],
) -> Iterator[list[Row]]:
    """The lines wanted, some at a time; `parts` are those of the slots, `read` gives a file's lines.

    Those of `wanted.redraw` are drawn anew, one after another. A line stays as it was, with
    FewNewNamesWarning, where nothing else is found. SamplingError comes after the lines that could
    be had, if these are fewer; its message shows the part that is the cause in the pattern.
    """
    lines = _Cast(pattern, parts, wanted, read)
    with one_blas_thread():
        yield from _Redrawing(lines).rows() if wanted.redraw else lines.rows()


class _Node:
    """A piece of the pattern that is not text. `column` is what it is called, if anything."""

    alternatives: Sequence[Sequence[Any]] = ()  # of a choice: pieces, each a text or a _Node
    texts: Sequence[str] | None = None  # of a choice among texts
    deck: Array  # of a choice: each alternative as often as it weighs
    names: PartNames  # of a slot

    def __init__(self, piece: Any, key: Array, column: str, rules: Any) -> None:
        self.piece, self.key, self.column, self.rules = piece, key, column, rules
        self.is_name = isinstance(piece, Slot)

    def hold(self, alternatives: Sequence[Sequence[Any]], weights: Sequence[int]) -> None:
        """Makes it a choice."""
        self.alternatives = alternatives
        self.deck = np.repeat(np.arange(len(weights)), weights)
        if all(isinstance(piece, str) for pieces in alternatives for piece in pieces):
            self.texts = [*map("".join, alternatives)]

    def below(self) -> Iterator["_Node"]:
        """The nodes in its alternatives, at all depths."""
        for pieces in self.alternatives if self.texts is None else ():
            for piece in pieces:
                if isinstance(piece, _Node):
                    yield piece
                    yield from piece.below()

    def picked(self, numbers: Array, rounds: Array | int) -> Array:
        """Which alternative stands in each line, (n,): none again before all came, as in a deck."""
        n = len(self.deck)
        if np.any(rounds):
            return self.deck[choices(states_of(self.key, numbers, rounds), 0, np.ones(n))]
        cycles, cards = np.divmod(numbers, n)
        cycles, which = np.unique(cycles, return_inverse=True)
        states = states_of(self.key, (cycles[:, None] * n + np.arange(n)).ravel())
        return self.deck[np.argsort(states.reshape(-1, n), axis=1)[which, cards]]


class _Batch:
    """Lines that are drawn together, m of them, and what stands in them."""

    def __init__(self, numbers: Array) -> None:
        self.numbers, self.size = numbers, len(numbers)
        self.places = dict[_Node, Array]()  # the lines in which a node stands, rising
        self.picks, self.names = dict[_Node, Array](), dict[_Node, Array]()  # (m,)
        self.rounds = dict[_Node, Array]()  # (m,) of its names
        self.first = np.full(self.size, None, object)  # (m,) nodes whose letter is to be a new one
        # Lines that are whole, and why those after them are not.
        self.end, self.cause = self.size, None

    def cut(self, end: int, cause: Any) -> None:
        """Notes that lines from `end` on could not be had."""
        if end < self.end:
            self.end, self.cause = end, cause

    def standing(self, row: int) -> dict[_Node, Any]:
        """The names and the picks of a line."""
        values: dict[_Node, Array] = {**self.picks, **self.names}
        return {node: each[row] for node, each in values.items() if self.has(node, row)}

    def has(self, node: _Node, row: int) -> bool:
        at = int(np.searchsorted(self.places[node], row))
        return at < len(self.places[node]) and self.places[node][at] == row


class _Cast:
    """What draws the lines of a cast."""

    def __init__(
        self,
        pattern: Pattern,
        parts: Sequence[Part],
        wanted: CastOptions,
        read: Callable[[str], Sequence[str]],
    ) -> None:
        self.pattern, self.wanted, self._seed = pattern, wanted, wanted.some_seed()
        if wanted.initials and not parts:
            raise SamplingError("initials: there is no {MODEL} in the pattern", ["initials"])
        self.is_made = wanted.initials == "different"  # lines depend on those before them
        self.is_made |= any(part.options.is_unique for part in parts)
        if wanted.start > MOST_SKIPPED and self.is_made:
            reason = f"lines depend on those before; at most {MOST_SKIPPED:,} can be skipped"
            raise SamplingError(f"start {wanted.start:,}: {reason}", ["start"])
        self._read, self._parts = cache(read), {part.slot: part for part in parts}
        self._columns = {each: name for name, of in pattern.columns.items() for each in of}
        self.names = list[_Node]()  # those of slots, in order
        self.pieces = self._nodes(pattern.pieces, ())
        self._key, self._alike = key_of(self._seed, INITIALS), cache(self._alike_of)
        self.apart = _Apart(wanted, {node: self._parts[node.piece].options for node in self.names})
        self._letters = _Letters()

    def _nodes(self, pieces: Sequence[Piece], path: tuple[int, ...]) -> list[str | _Node]:
        numbers, nodes = Counter[int](), list[str | _Node]()
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
                alternatives = enumerate(piece.alternatives)
                held = [self._nodes(each, (*own, k)) for k, each in alternatives]
                node.hold(held, piece.weights)
        return nodes

    def _node(self, piece: Any, path: tuple[int, ...]) -> _Node:
        with located(self.pattern.text, piece.begin):
            rules = rules_of(self._read(piece.rules)) if piece.rules else None
            node = _Node(piece, key_of(self._seed, *path), self._columns.get(piece, ""), rules)
            if isinstance(piece, LinesOf):
                lines = self._read(piece.path)
                if not lines:
                    raise CorpusError("no lines in that file")
                node.hold([[line] for line in lines], [1] * len(lines))
            elif isinstance(piece, Slot):
                _, model, options = self._parts[piece]
                node.names = PartNames(model, options, self.wanted.initials is not None)
                self.names.append(node)
        return node

    # --- Lines, some at a time --------------------------------------------------------------------

    def rows(self) -> Iterator[list[Row]]:
        for _, _, rows in self.drawn_rows():
            yield rows

    def drawn_rows(self) -> Iterator[tuple[_Batch, list[int], list[Row]]]:
        """Batches, the numbers in them of lines that come out, and these lines."""
        wanted, unique, delivered = self.wanted, None, 0
        if wanted.unique or wanted.remember is not None:
            unique = Unique(wanted.count, wanted.remember)
        for batch, begin in self._batches(ENDLESS if unique else wanted.count):
            rows, at = self.lines(batch)[begin : batch.end], [*range(begin, batch.end)]
            if unique:
                texts = [row[0].replace("\n", " / ").strip() for row in rows]
                new = unique.rows(Names.from_strings(texts)).tolist()
                rows, at = [rows[k] for k in new], [at[k] for k in new]
            delivered += len(rows)
            yield batch, at, rows
            only = f"only {delivered:,} of {wanted.count:,} lines found: "
            if unique and unique.is_exhausted and delivered < wanted.count:
                raise SamplingError(f"{only}nearly all others are repeats")
            if batch.cause is not None:
                node, cause = batch.cause
                with located(self.pattern.text, node.piece.begin):
                    raise SamplingError(cause if self.wanted.initials else only + cause)
            if delivered == wanted.count:
                return

    def _batches(self, n: int) -> Iterator[tuple[_Batch, int]]:
        """The lines from `wanted.start` on, n of them, and how many of each batch to leave out."""
        begin, size = self.wanted.start, FIRST_LINES
        end, at = begin + n, 0 if self.is_made else begin
        while at < end:
            batch = self.drawn(np.arange(at, min(at + size, end)))
            if self.is_made:
                self._settle(batch)
            yield batch, min(max(begin - at, 0), batch.end)
            at, size = (
                at + batch.size,
                min(size * GROWTH, MOST_OF_TIED if self.is_made else MOST_LINES),
            )

    def lines(self, batch: _Batch) -> list[Row]:
        """What is written."""
        columns = {column: [""] * batch.size for column in self.pattern.columns}
        lines = self._texts(self.pieces, np.arange(batch.size), batch, columns)
        return [*zip(lines, *columns.values(), strict=True)]

    def _texts(self, pieces: Sequence[Any], rows: Array, batch: _Batch, columns: Any) -> list[str]:
        """What some pieces become in some lines."""
        made = [
            [each] * len(rows) if isinstance(each, str) else self._text(each, rows, batch, columns)
            for each in pieces
        ]
        return [*map("".join, zip(*made, strict=True))] if made else [""] * len(rows)

    def _text(self, node: _Node, rows: Array, batch: _Batch, columns: Any) -> list[str]:
        if isinstance(node.piece, Again):
            column = columns[node.piece.name]
            texts = [column[row] for row in rows.tolist()]
        elif node.is_name:
            texts = batch.names[node][rows].tolist()
        elif node.texts is not None:
            texts = [node.texts[pick] for pick in batch.picks[node][rows].tolist()]
        else:
            texts, picks = [""] * len(rows), batch.picks[node][rows]
            for pick, pieces in enumerate(node.alternatives):
                at = np.flatnonzero(picks == pick)
                for k, text in zip(
                    at.tolist(), self._texts(pieces, rows[at], batch, columns), strict=True
                ):
                    texts[k] = text
        if node.column and len(rows) == batch.size:
            columns[node.column] = texts
        elif node.column:
            for row, text in zip(rows.tolist(), texts, strict=True):
                columns[node.column][row] = text
        return texts if node.rules is None else [*map(node.rules, texts)]

    # --- What stands in lines ---------------------------------------------------------------------

    def drawn(
        self,
        numbers: Array,
        rounds: Mapping[_Node, Array] | None = None,
        kept: Mapping[_Node, Any] | None = None,
        letters: Counter[str] | None = None,
    ) -> _Batch:
        """Lines by their numbers, (m,). What is kept stands in all of them.

        `rounds` (m,) are 0 where they are not given. A first letter that is to be a new one is one
        of those that come least often among `letters`; without these, such names are left out.
        """
        batch, rounds, kept = _Batch(numbers), rounds or {}, kept or {}
        self._choose(self.pieces, np.arange(batch.size), batch, rounds, kept)
        fresh, has_name = list[_Node](), np.zeros(batch.size, bool)
        for node in self.names:
            rows = batch.places.get(node, np.zeros(0, np.intp))
            batch.names[node] = np.full(batch.size, kept.get(node), object)
            batch.rounds[node] = np.zeros(batch.size, np.int64) + rounds.get(node, 0)
            is_first = ~has_name[rows]
            has_name[rows] = True
            if node in kept or not len(rows):
                continue
            fresh.append(node)
            if self.wanted.initials == "different":
                batch.first[rows[is_first]] = node
                if letters is not None:
                    least = min(letters[each] for each in node.names.usual)
                    usual = {a: p for a, p in node.names.usual.items() if letters[a] == least}
                    self._draw_together(batch, [node], rows[is_first], (usual, False))
                rows = rows[~is_first]
            if self.wanted.initials != "same":
                self._draw(batch, node, rows)
        if self.wanted.initials == "same" and fresh:
            kept_letters = {letter_of(kept[node]): 1.0 for node in self.names if node in kept}
            stands = np.zeros((batch.size, len(fresh)), bool)
            for k, node in enumerate(fresh):
                stands[batch.places[node], k] = True
            for kind in np.unique(stands, axis=0):
                nodes = tuple(fresh[k] for k in np.flatnonzero(kind))
                if nodes:
                    among = (kept_letters, True) if kept_letters else self._alike(nodes)
                    rows = np.flatnonzero((stands == kind).all(axis=1))
                    self._draw_together(batch, nodes, rows, among)
        return batch

    def _choose(
        self,
        pieces: Sequence[Any],
        rows: Array,
        batch: _Batch,
        rounds: Mapping[_Node, Array],
        kept: Mapping[_Node, Any],
    ) -> None:
        """Notes in which lines nodes stand, and picks alternatives."""
        for node in pieces:
            if isinstance(node, str) or isinstance(node.piece, Again) or not len(rows):
                continue
            batch.places[node] = rows
            if node.is_name:
                continue
            picks = batch.picks[node] = np.full(batch.size, kept.get(node, 0))
            if node not in kept:
                of_rows = rounds[node][rows] if node in rounds else 0
                picks[rows] = node.picked(batch.numbers[rows], of_rows)
            if node.texts is None:
                for pick, alternative in enumerate(node.alternatives):
                    self._choose(alternative, rows[picks[rows] == pick], batch, rounds, kept)

    def _draw(self, batch: _Batch, node: _Node, rows: Array) -> None:
        """Draws the names of a node in some lines."""
        states = states_of(node.key, batch.rounds[node][rows], batch.numbers[rows])
        try:
            found = node.names.found(states)
        except FewFound as error:
            found = error.found
            batch.cut(rows[len(found)], (node, tightest(error.tally)))
        batch.names[node][rows[: len(found)]] = found

    def _draw_together(
        self, batch: _Batch, nodes: Sequence[_Node], rows: Array, letters: Any
    ) -> None:
        """Draws names that begin with one of some letters, in some lines."""
        if not len(rows):
            return
        at = batch.rounds[nodes[0]][rows], batch.numbers[rows]
        parts, weights = [node.names for node in nodes], letters[0]
        common = {a: p for a, p in weights.items() if all(a in part.weights for part in parts)}
        states, of_parts = states_of(self._key, *at), [states_of(node.key, *at) for node in nodes]
        try:
            found = together(parts, (common, letters[1]), states, of_parts)
        except FewFound as error:
            found = error.found
            batch.cut(rows[len(found)], self._no_letter(nodes, error.tally))
        for k, texts in enumerate(zip(*(line.split("\n") for line in found), strict=True)):
            batch.names[nodes[k]][rows[: len(found)]] = texts

    def _alike_of(self, nodes: Sequence[_Node]) -> Any:
        return alike([node.names for node in nodes])

    def _no_letter(self, nodes: Sequence[_Node], tally: Mapping[str, Any]) -> tuple[_Node, str]:
        shares = {place: met / max(made, 1) for place, (made, met) in tally.items()}
        how = "all with one" if self.wanted.initials == "same" else "with such a"
        message = f"no further names {how} first letter were found to meet the conditions"
        return nodes[int(min(shares, key=shares.__getitem__, default=0))], message

    # --- Lines that depend on those before them ---------------------------------------------------

    def _settle(self, batch: _Batch) -> None:
        """Goes on to later rounds where names do not fit beside those before them, in order."""
        in_line: list[list[_Node]] = [[] for _ in range(batch.size)]
        for node in self.names:
            self._skip_near(batch, node)
            for row in batch.places.get(node, ()):
                in_line[row].append(node)
        for row, nodes in enumerate(in_line[: batch.end]):
            units = [[node] for node in nodes]
            if nodes and self.wanted.initials == "same":
                units = [nodes]
            for unit in units:
                is_lettered = batch.first[row] in unit
                if not is_lettered and not any(self.apart.tests[node] for node in unit):
                    continue
                later = self._with_new_letter if is_lettered else self._candidates
                for names in later(batch, row, unit):
                    if self.apart.let_in(names):
                        break
                else:
                    is_tied = is_lettered or self.wanted.initials == "same"
                    repeats = unit[0], "nearly all others are repeats"
                    batch.cut(row, self._no_letter(unit, {}) if is_tied else repeats)
                    return
                for node, name in names.items():
                    batch.names[node][row] = name
                if is_lettered:
                    self._letters.used.add(letter_of(batch.names[unit[0]][row]))

    def _skip_near(self, batch: _Batch, node: _Node) -> None:
        """Goes on to the next round where names do not fit beside those of earlier batches."""
        rows = batch.places.get(node, np.zeros(0, np.intp))
        rows = rows[(batch.first[rows] != node) & (rows < batch.end)]
        if self.wanted.initials == "same" or not self.apart.tests[node]:
            return
        for _ in range(2):
            rows = rows[[not self.apart.is_far(node, name) for name in batch.names[node][rows]]]
            if not len(rows):
                return
            batch.rounds[node][rows] += 1
            self._draw(batch, node, rows)

    def _candidates(
        self, batch: _Batch, row: int, unit: Sequence[_Node]
    ) -> Iterator[dict[_Node, str]]:
        """Names for some nodes of a line, from the next round to later ones."""
        yield {node: batch.names[node][row] for node in unit}
        kept = {node: of for node, of in batch.standing(row).items() if node not in unit}
        first, size = int(batch.rounds[unit[0]][row]) + 1, 4
        most = MOST_ROUNDS // max(node.names.slowness for node in unit)
        while first < most:
            rounds = dict.fromkeys(unit, first + np.arange(size))
            more = self.drawn(np.full(size, batch.numbers[row]), rounds, kept)
            yield from ({node: more.names[node][k] for node in unit} for k in range(more.end))
            if more.end < size:
                return
            first, size = first + size, min(2 * size, 1 << 10)

    def _with_new_letter(
        self, batch: _Batch, row: int, unit: Sequence[_Node]
    ) -> Iterator[dict[_Node, str]]:
        """First names for a line that begin with a letter that no line before has, round by round."""
        [node], letters, at, failed = unit, self._letters, 0, 0
        most = MOST_OF_LETTERS // node.names.slowness
        while True:
            free = letters.free(node)
            if not free or failed >= most:
                if not letters.used:
                    return
                letters.start_anew(free)
                failed = 0
                continue
            name = letters.next_name(batch, row, at, failed)
            if name:
                yield {node: name}
            at, failed = at + 1, failed + 1


class _Letters:
    """First letters of lines, none of which comes again before all came."""

    def __init__(self) -> None:
        self.used, self._gone, self._lines = set[str](), set[str](), 0
        # Lines, rounds and names as they come if all names that are planned before them may stay.
        self._planned, self._ahead = deque[tuple[int, int, str]](), FIRST_LINES

    def free(self, node: _Node, used: Collection[str] | None = None) -> dict[str, float]:
        """The weights of letters that are left."""
        taken = self._gone | (self.used if used is None else {*used})
        return {a: p for a, p in node.names.usual.items() if a not in taken}

    def start_anew(self, left: Iterable[str]) -> None:
        """All letters may come again, but for those that are left, since no name has them."""
        if not self._lines:
            self._lines = len(self.used)
            warnings.warn(
                f"these names have only {counted(self._lines, 'first letter')}: "
                f"from line {self._lines + 1} on, they repeat",
                RepeatedInitialsWarning,
                stacklevel=2,
            )
        self._gone.update(left)
        self.used.clear()
        self._planned.clear()

    def next_name(self, batch: _Batch, row: int, at: int, failed: int) -> str:
        """The first name of a line in some round; "" if it does not meet the conditions."""
        number = int(batch.numbers[row])
        if not self._planned or self._planned[0][:2] != (number, at):
            ahead = 4 * self._ahead if not self._planned else self._ahead // 4
            self._ahead = min(max(ahead, 1), MOST_OF_TIED)
            self._planned = deque(self._plan(batch, row, at, failed))
        return self._planned.popleft()[2]

    def _plan(
        self, batch: _Batch, row: int, at: int, failed: int
    ) -> Iterator[tuple[int, int, str]]:
        """Names of the lines that come next; of this line alone, several, if it has failed."""
        rows = [row + k for k in range(self._ahead) if row + k < batch.size]
        rounds = np.array([at, *[0] * (len(rows) - 1)])
        if failed:
            rows, rounds = [row] * min(2 * failed, MOST_OF_TIED), at + np.arange(2 * failed)
        rows = [each for each in rows if batch.first[each] is not None]
        nodes, numbers = batch.first[rows], batch.numbers[rows]
        rounds = rounds[: len(rows)]
        states = states_of(np.concatenate([node.key for node in nodes]), rounds, numbers)
        used, letters = {*self.used}, list[str]()
        for node, point in zip(nodes, uniform(states, 1).tolist(), strict=True):
            free = self.free(node, used)
            if not free:
                used.clear()
                free = self.free(node, used)
            edges = [*accumulate(free.values())]
            letters.append([*free][bisect(edges, point * edges[-1])])
            if not failed:
                used.add(letters[-1])
        names = [""] * len(rows)
        for node in {*nodes}:
            at_node = np.flatnonzero(nodes == node)
            of_node = np.array(letters)[at_node]
            drawn, met, _ = node.names.drawn(child(states[at_node], 0), of_node)
            for k, name in zip(at_node[met].tolist(), drawn.to_strings(), strict=True):
                names[k] = name
        return zip(numbers.tolist(), rounds.tolist(), names, strict=True)


class _Apart:
    """Lets names of a cast in that do not repeat names before them, or come too near to them.

    `min_edits` of the cast holds for all names, except parts whose own `min_edits` is less.
    """

    def __init__(self, wanted: CastOptions, of: Mapping[_Node, Options]) -> None:
        least = wanted.min_edits or 0
        self._edits, self._all = max(least - 1, 0), FarApart(max(least - 1, 0))
        self.tests: dict[_Node, list[FarApart]] = {}
        for node, options in of.items():
            keeps_away = (options.min_edits or 0) >= least > 0
            is_covered = keeps_away and options.min_edits == least and not options.exclude
            own = options.is_unique and not is_covered
            self.tests[node] = [FarApart.of(options) or FarApart(0)] * own
            self.tests[node] += [self._all] * keeps_away

    def is_far(self, node: _Node, name: str) -> bool:
        return all(test.is_far(name) for test in self.tests[node])

    def let_in(self, names: Mapping[_Node, str]) -> bool:
        """Adds names if all can come in, or none."""
        among = FarApart(self._edits)
        for node, name in names.items():
            if not self.is_far(node, name) or (
                len(names) > 1 and self._all in self.tests[node] and not among.passes(name)
            ):
                return False
        self.add(names)
        return True

    def add(self, names: Mapping[_Node, str]) -> None:
        for node, name in names.items():
            for test in self.tests[node]:
                test.add([name])


class _Redrawing:
    """The lines of a cast, by number from 1, and other texts for their parts."""

    def __init__(self, cast: _Cast) -> None:
        self._cast, self._columns = cast, [*cast.pattern.columns]
        self._rows, self._standing = dict[int, Row](), dict[int, dict[_Node, Any]]()
        self._numbers, self._had = dict[int, int](), set[tuple[int, Any, str]]()

    def rows(self) -> Iterator[list[Row]]:
        cast, shortage, redraw = self._cast, None, list[tuple[int, int]]()
        for number, part in cast.wanted.redraw:
            redraw.append((number, self._place(number, part)))
        try:
            for batch, at, rows in cast.drawn_rows():
                for row, line in zip(at, rows, strict=True):
                    number = len(self._rows) + 1
                    self._rows[number], self._standing[number] = line, batch.standing(row)
                    self._numbers[number] = int(batch.numbers[row])
        except SamplingError as error:
            shortage = error
        for number, place in redraw:
            if number in self._rows and not self._redraw(number, place):
                what = f"{number}.{place}" if place else number
                warnings.warn(
                    f"redraw {what} stays as it was: nothing else was found that meets all "
                    "conditions beside the other lines",
                    FewNewNamesWarning,
                    stacklevel=2,
                )
        yield [*self._rows.values()]
        if shortage:
            raise shortage

    def _place(self, number: int, part: int | str) -> int:
        """Which column a part is, from 1; 0 for all names of a line."""
        if isinstance(part, int) and part <= len(self._columns):
            return part
        if part in self._columns:
            return self._columns.index(str(part)) + 1
        named = f" ({', '.join(self._columns)})" * isinstance(part, str)
        reason = f"a line has {counted(len(self._columns), 'part')}{named}"
        raise SamplingError(f"redraw {number}.{part}: {reason}", ["redraw"])

    def _redraw(self, number: int, place: int) -> bool:
        """Draws another text for a column, or other names for the line if 0; False if none fits."""
        cast, row, before = self._cast, self._rows[number], self._standing[number]
        redrawn = {node for node in before if node.is_name} or {*before}
        if place:
            redrawn = {node for node in before if node.column == self._columns[place - 1]}
            redrawn |= {below for node in redrawn for below in node.below()}
        is_text = not any(node.is_name for node in redrawn)
        self._had |= self._shown(number, place, row, before, redrawn)
        others = {each[place] for at, each in self._rows.items() if at != number}
        lines = {each[0].strip() for each in self._rows.values() if cast.wanted.unique}
        for avoided in (others, {*()})[not is_text :]:  # a text that no other line has, if there is
            for row, standing in self._candidates(number, redrawn):
                is_old = self._shown(number, place, row, standing, redrawn) & self._had
                if is_old or row[0].strip() in lines or (is_text and row[place] in avoided):
                    continue
                new = {n: name for n, name in standing.items() if n.is_name and n in redrawn}
                if cast.apart.let_in(new):
                    self._rows[number], self._standing[number] = row, standing
                    return True
        return False

    def _shown(
        self, number: int, place: int, row: Row, standing: Any, redrawn: Collection[_Node]
    ) -> set[tuple[int, Any, str]]:
        """What a line has where it is redrawn: names, or the text of a choice."""
        if all(node.is_name for node in redrawn):
            return {(number, node, standing[node]) for node in redrawn}
        return {(number, place, row[place])}

    def _candidates(
        self, number: int, redrawn: Collection[_Node]
    ) -> Iterator[tuple[Row, dict[_Node, Any]]]:
        """What later rounds bring for some nodes of a line, in order."""
        cast, size = self._cast, 1 << 4
        kept = {node: of for node, of in self._standing[number].items() if node not in redrawn}
        letters = Counter[str]()
        for at, standing in self._standing.items():
            names = [standing[node] for node in cast.names if node in standing]
            letters.update([*map(letter_of, names[:1])] * (at != number))
        for first in range(REDRAWN, REDRAWN + MOST_REDRAWN, size):
            rounds = dict.fromkeys(redrawn, first + np.arange(size))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what there is to say was said of the first names
                batch = cast.drawn(np.full(size, self._numbers[number]), rounds, kept, letters)
            yield from zip(
                cast.lines(batch)[: batch.end], map(batch.standing, range(batch.end)), strict=True
            )
            if batch.end < size:
                return

"""What the lines of a cast are made of: the parts of a pattern, and what stands in some lines."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from rnn_names.arrays import Array
from rnn_names.conditions.edits import FarApart
from rnn_names.conditions.options import CastOptions, Options
from rnn_names.conditions.pattern import Again, Slot
from rnn_names.network.language_model import LanguageModel
from rnn_names.sampling.initials import PartNames
from rnn_names.sampling.numbers import choices, states_of

Row = tuple[str, ...]  # a whole line, and the texts of its columns


class Part(NamedTuple):
    """What the names of a slot are drawn from, and what they must be like."""

    slot: Slot
    model: LanguageModel
    options: Options


class Node:
    """A piece of the pattern that is not text. `column` is what it is called, if anything."""

    alternatives: Sequence[Sequence[Any]] = ()  # of a choice: pieces, each a text or a Node
    texts: Sequence[str] | None = None  # of a choice among texts
    deck: Array  # of a choice: each alternative as often as it weighs
    names: PartNames  # of a slot

    def __init__(self, piece: Any, key: Array, column: str, rules: Any) -> None:
        self.piece, self.key, self.column, self.rules = piece, key, column, rules
        self.is_name = isinstance(piece, Slot)

    def hold(self, alternatives: Sequence[Sequence[Any]], weights: Sequence[int]) -> None:
        """Makes it a choice."""
        self.alternatives, self.deck = alternatives, np.repeat(np.arange(len(weights)), weights)
        if all(isinstance(piece, str) for pieces in alternatives for piece in pieces):
            self.texts = [*map("".join, alternatives)]

    def below(self) -> Iterator["Node"]:
        """The nodes in its alternatives, at all depths."""
        for pieces in self.alternatives if self.texts is None else ():
            for node in pieces:
                if isinstance(node, Node):
                    yield node
                    yield from node.below()

    def picked(self, numbers: Array, rounds: Array) -> Array:
        """Which alternative stands in each line, (n,): none again before all came, as in a deck."""
        n = len(self.deck)
        if rounds.any():
            return self.deck[choices(states_of(self.key, numbers, rounds), 0, np.ones(n))]
        cycles, cards = np.divmod(numbers, n)
        cycles, which = np.unique(cycles, return_inverse=True)
        states = states_of(self.key, (cycles[:, None] * n + np.arange(n)).ravel())
        return self.deck[np.argsort(states.reshape(-1, n), axis=1)[which, cards]]


class Batch:
    """Lines that are drawn together, m of them, and what stands in them."""

    def __init__(self, numbers: Array) -> None:
        self.numbers, self.size = numbers, len(numbers)
        self.rows = dict[Node, Array]()  # lines in which a node stands, rising
        self.values = dict[Node, Array]()  # (m,) names, or which alternatives; None or −1 for none
        self.rounds = dict[Node, Array]()  # (m,) of names
        self.spares = dict[tuple[Node, int], list[str]]()  # names of later rounds, by line
        self.first = np.full(self.size, None, object)  # (m,) nodes whose first letters differ
        self.end, self.cause = self.size, (None, "")  # lines that are whole, and why others are not

    def cut(self, end: int, cause: Any) -> None:
        """Notes that lines from `end` on could not be had."""
        if end < self.end:
            self.end, self.cause = end, cause

    def standing(self, row: int) -> dict[Node, Any]:
        """What stands in a line."""
        here = {node: values[row] for node, values in self.values.items()}
        return {node: value for node, value in here.items() if value is not None and value != -1}


class Line(NamedTuple):
    """A line that may be redrawn; `had` is what stood in it."""

    number: int
    texts: Row
    standing: dict[Node, Any]
    had: set[tuple[Any, str]]

    def shown(self, nodes: Collection[Node], place: int) -> set[tuple[Any, str]]:
        """What stands where it is redrawn: names, or the text of a choice."""
        if all(node.is_name for node in nodes):
            return {(node, self.standing.get(node, "")) for node in nodes}
        return {(place, self.texts[place])}


class Apart:
    """Lets names of a cast in that do not repeat names before them, or come too near to them.

    `min_edits` of the cast holds for all names, except parts whose own `min_edits` is less.
    """

    def __init__(self, wanted: CastOptions, of: Mapping[Node, Options]) -> None:
        least = wanted.min_edits or 0
        self._edits, self._all = max(least - 1, 0), FarApart(max(least - 1, 0))
        self.tests: dict[Node, list[FarApart]] = {}
        for node, options in of.items():
            keeps_away = (options.min_edits or 0) >= least > 0
            is_covered = keeps_away and options.min_edits == least and not options.exclude
            own = [FarApart.of(options) or FarApart(0)] if options.is_unique else []
            self.tests[node] = own * (not is_covered) + [self._all] * keeps_away

    def is_far(self, node: Node, name: str) -> bool:
        """Whether a name can come in by itself."""
        return all(test.is_far(name) for test in self.tests[node])

    def let_in(self, names: Mapping[Node, Any]) -> bool:
        """Adds the names of a line if all can come in; none is None."""
        among = FarApart(self._edits)
        for node, name in names.items():
            if name is None or not self.is_far(node, name):
                return False
            if self._all in self.tests[node] and not among.passes(name):
                return False
        for node, name in names.items():
            for test in self.tests[node]:
                test.add([name])
        return True


def texts_of(pieces: Sequence[Any], rows: Array, batch: Batch, columns: Any) -> list[str]:
    """What some pieces become in some lines."""
    made = [
        [each] * len(rows) if isinstance(each, str) else _text(each, rows, batch, columns)
        for each in pieces
    ]
    return [*map("".join, zip(*made, strict=True))] if made else [""] * len(rows)


def _text(node: Node, rows: Array, batch: Batch, columns: Any) -> list[str]:
    if not len(rows):  # such a node may stand in no line
        return []
    if isinstance(node.piece, Again):
        texts = [columns[node.piece.name][row] for row in rows.tolist()]
    elif node.is_name:
        texts = [name or "" for name in batch.values[node][rows].tolist()]
    elif node.texts is not None:
        texts = [node.texts[pick] for pick in batch.values[node][rows].tolist()]
    else:
        texts, picks = [""] * len(rows), batch.values[node][rows]
        for pick, pieces in enumerate(node.alternatives):
            at = np.flatnonzero(picks == pick)
            made = texts_of(pieces, rows[at], batch, columns)
            for k, text in zip(at.tolist(), made, strict=True):
                texts[k] = text
    if node.column:
        for row, text in zip(rows.tolist(), texts, strict=True):
            columns[node.column][row] = text
    return texts if node.rules is None else [*map(node.rules, texts)]

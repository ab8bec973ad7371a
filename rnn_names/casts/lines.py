"""Lines of a cast, and the sources of their texts: choices among alternatives, or names."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from rnn_names.arrays import Array
from rnn_names.casts.pattern import ChoicePart, Part, Piece
from rnn_names.errors import CorpusError, short_repr
from rnn_names.network.language_model import LanguageModel
from rnn_names.sampling.random_keys import keys_at, seed_key, weighted_index

LineTexts = tuple[str, ...]  # a whole line, and the texts of its columns
LoadModel = Callable[[Sequence[Any]], LanguageModel]  # gives the blend of the models of a part
ReadLines = Callable[[str], Sequence[str]]  # gives the lines of a file

_RULE = re.compile(r"(.*?)\s*->\s*((?:[^\\]|\\[1-9](?!\d))*)")


class PartSource:
    """Gives the texts of a part of the pattern; `key` is the key of its random numbers."""

    def __init__(self, part: Part, seed: int, read: ReadLines) -> None:
        self.part, self.key = part, seed_key(seed, *part.path)
        self.rules = parse_rules(read(part.rules), part.rules) if part.rules else str


class ChoiceSource(PartSource):
    """Gives one of some alternatives."""

    def __init__(self, part: ChoicePart, seed: int, read: ReadLines) -> None:
        super().__init__(part, seed, read)
        self.alternatives: Sequence[Sequence[Piece]] = part.alternatives
        if part.file:
            self.alternatives = [(line,) for line in read(part.file)]
        if not self.alternatives:
            raise CorpusError("no lines in that file")
        self._deck = np.repeat(np.arange(len(self.alternatives)), part.weights or 1)

    def alternatives_of(self, numbers: Array, rounds: Array) -> Array:
        """The alternative of each line, (n,), from a deck: all come before any repeats."""
        n = len(self._deck)
        if rounds.any():  # redrawn; keys of choices have the line before the round, unlike names
            return self._deck[weighted_index(keys_at(self.key, numbers, rounds), 0, np.ones(n))]
        cycle, card = np.divmod(numbers, n)
        cycles, cycle_row = np.unique(cycle, return_inverse=True)  # each shuffles the deck anew
        keys = keys_at(self.key, (cycles[:, None] * n + np.arange(n)).ravel())
        shuffled = self._deck[np.argsort(keys.reshape(-1, n), axis=1)]  # (cycles, n)
        return shuffled[cycle_row, card]


class Line:
    """A line by its number; candidate k of its names is drawn in round `first_round` + k.

    `names` has the name of each part of the line, in order, and None where it is still missing;
    `picks` has the index of the alternative of each choice.
    """

    def __init__(self, number: int, first_round: int) -> None:
        self.number, self.first_round = number, first_round
        self.texts: LineTexts = ()  # until the line has all its names
        self.names = dict[Any, Any]()  # of each `NameSource`, str or None
        self.picks = dict[ChoiceSource, int]()


def parse_rules(lines: Iterable[str], file: str = "") -> Callable[[str], str]:
    r"""A function that changes a text by the first rule that fits: EXPRESSION -> REPLACEMENT.

    >>> [*map(parse_rules(["(.*)i$ -> \\1a", "$ -> s"]), ["Helgi", "Gunnar"])]
    ['Helga', 'Gunnars']
    """
    rules, where = [], f"{file}: " if file else ""
    for line in lines:
        if line.startswith("#"):
            continue
        if (found := _RULE.fullmatch(line)) is None:
            raise CorpusError(f"{where}{short_repr(line)}: no rule; write EXPRESSION -> TEXT")
        try:
            rules.append((re.compile(found[1]), found[2]))
            re.sub(*rules[-1], "")
        except (re.error, IndexError, RecursionError, OverflowError, ValueError) as error:
            raise CorpusError(f"{where}rule {short_repr(line)}: {error}") from None

    def changed(text: str) -> str:
        try:
            rule = next((rule for rule in rules if rule[0].search(text)), None)
            return text if rule is None else rule[0].sub(rule[1], text, count=1)
        except SystemError as error:  # Python 3.11 raises it for groups in possessive repeats
            message = "this version of Python cannot match a rule"
            raise CorpusError(f"{where}{message}: {error}") from None

    return changed

"""Regular expressions as automata.

Python's own parser reads them, so the syntax is that of `re`. An expression that is not regular
(with back-references or look-around) has no automaton, nor has one with flags.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from rnn_names.conditions.automaton import (
    ANY,
    EMPTY,
    MAX_STATES,
    NOTHING,
    Automaton,
    NoAutomatonError,
    Terms,
)
from rnn_names.corpus.characters import MAX_NAME_LENGTH
from rnn_names.corpus.vocabulary import Vocabulary


def matching(
    patterns: Iterable[str], vocabulary: Vocabulary, ignore_case: bool = False
) -> Automaton:
    """Accepts the names that one of some regular expressions matches as a whole.

    For ".*ab" there are three states: nothing of "ab" read yet, "a" read, "ab" read. Each row below
    is a state, and holds the states after "a" and after "b".

    >>> from rnn_names.corpus.vocabulary import Vocabulary
    >>> matching([".*ab"], Vocabulary("ab")).after[:, 1:].tolist()
    [[1, 0], [1, 2], [1, 0]]
    """
    reading = _Reading(vocabulary, ignore_case)
    try:
        term = reading.terms.either([reading.expression(pattern) for pattern in patterns])
        return reading.terms.automaton(term, len(vocabulary))
    except (AttributeError, ValueError, TypeError, RecursionError) as error:
        # The parser of another Python may give something else.
        raise NoAutomatonError(str(error)) from error


def _parser() -> Any:
    from importlib import import_module
    from warnings import catch_warnings, simplefilter

    try:
        return import_module("re._parser")
    except ModuleNotFoundError:  # Python 3.10
        with catch_warnings():
            simplefilter("ignore")
            return import_module("sre_parse")


class _Reading:
    def __init__(self, vocabulary: Vocabulary, ignore_case: bool) -> None:
        self.terms, self._characters = Terms(), vocabulary.characters
        self._flags = re.IGNORECASE if ignore_case else 0

    def expression(self, pattern: str) -> int:
        """The term of an expression."""
        parsed = _parser().parse(pattern)
        if parsed.getwidth()[0] > MAX_NAME_LENGTH:  # no name is so long: spare all the states
            return NOTHING
        if parsed.state.flags & ~re.UNICODE.value:
            raise NoAutomatonError("flags")
        items = list(parsed)  # without ^ and $ at the ends: a whole name is matched anyway
        if items and str(items[0][1]) in ("AT_BEGINNING", "AT_BEGINNING_STRING"):
            items = items[1:]
        if items and str(items[-1][1]) in ("AT_END", "AT_END_STRING"):
            items = items[:-1]
        return self.sequence(items)

    def sequence(self, parsed: Iterable[Any]) -> int:
        return self.terms.sequence([self.item(str(op), value) for op, value in parsed])

    def item(self, kind: str, value: Any) -> int:
        """The term of one item: what the parser calls it, and what it holds."""
        if kind in ("LITERAL", "RANGE", "CATEGORY"):
            return self.one_of([(kind, value)])
        if kind == "NOT_LITERAL":
            return self.one_of([("NEGATE", None), ("LITERAL", value)])
        if kind == "ANY":
            return ANY
        if kind == "IN":
            return self.one_of(value)
        if kind == "BRANCH":
            return self.terms.either([self.sequence(branch) for branch in value[1]])
        if kind == "SUBPATTERN" and not (value[1] or value[2]):
            return self.sequence(value[3])
        if kind in ("MAX_REPEAT", "MIN_REPEAT"):
            least, most, part = value
            most = None if str(most) == "MAXREPEAT" else most
            return self.repeat(self.sequence(part), least, most)
        raise NoAutomatonError(kind)

    def repeat(self, term: int, least: int, most: int | None) -> int:
        """A term from `least` to `most` times; None for any number of times from `least` on."""
        if max(least, most or 0) > MAX_STATES:
            raise NoAutomatonError("too many states")
        rest = self.terms.many(term) if most is None else EMPTY
        for _ in range(0 if most is None else most - least):
            rest = self.terms.either([EMPTY, self.terms.then(term, rest)])
        for _ in range(least):
            rest = self.terms.then(term, rest)
        return rest

    def one_of(self, items: list[Any]) -> int:
        """The term of a set of characters."""
        is_negated = bool(items) and str(items[0][0]) == "NEGATE"
        indices: set[int] = set()
        for kind, value in items[is_negated:]:
            matches = re.compile(_expression(str(kind), value), self._flags).match
            indices |= {i for i, c in enumerate(self._characters, 1) if matches(c)}
        others = {*range(1, len(self._characters) + 1)} - indices
        return self.terms.one_of(others if is_negated else indices)


def same(character: str, ignore_case: bool) -> Callable[[str], object]:
    """Tells whether a character is this one, or is so but for its case.

    >>> [c for c in "ςΣσsſ" if same("ς", ignore_case=True)(c)]
    ['ς', 'Σ', 'σ']
    """
    return re.compile(re.escape(character), re.IGNORECASE if ignore_case else 0).match


def _expression(kind: str, value: Any) -> str:
    if kind == "LITERAL":
        return re.escape(chr(value))
    if kind == "RANGE":
        return f"[{'-'.join(re.escape(chr(code)) for code in value)}]"
    if kind == "CATEGORY":
        _, *negation, name = str(value).split("_")
        escape = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}[name]
        return escape.upper() if negation else escape
    raise NoAutomatonError(kind)

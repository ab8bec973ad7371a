"""Finite automata over vocabulary indices: what a name's spelling must be, as a table of states.

A pattern (a suffix, something contained, a regular expression for the whole name) is made up of a few kinds of term, and the
automaton's states are what remains to be matched after each character: the derivatives of the term (Brzozowski 1964). Terms are
tuples that their constructors keep in a simplest form, so that equal ones are found again and the states are few.

Regular expressions are read by Python's own parser, so that the syntax is that of `re`; what is not regular (back-references,
look-around) or not of the plain kind (flags) has no automaton.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names.errors import RnnNamesError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rnn_names.vocabulary import Vocabulary

MAX_STATES = 2000


class NoAutomatonError(RnnNamesError):
    """A pattern that no automaton of at most `MAX_STATES` states stands for."""


@dataclass(frozen=True)
class Automaton:
    """A deterministic automaton; it starts in state 0.

    Attributes:
        after: (S, n_y) int32. The state after each state and character; column 0, the end of the name, is not used.
        accepting: (S,) bool. Whether a name may end in each state.
    """

    after: NDArray[np.int32]
    accepting: NDArray[np.bool_]

    def run(self, indices: NDArray[Any], lengths: NDArray[Any]) -> NDArray[np.int32]:
        """The state after each of some texts, as an (m, L) rectangle of indices and (m,) lengths: (m,) int32."""
        state = np.zeros(len(lengths), np.int32)
        for place in range(int(lengths.max(initial=0))):
            inside = np.flatnonzero(lengths > place)
            state[inside] = self.after[state[inside], indices[inside, place]]
        return state

    def __and__(self, other: Automaton) -> Automaton:
        """The automaton of what both accept, of the pairs of states that can be reached."""
        number = {(0, 0): 0}
        pairs, rows = [(0, 0)], []
        for a, b in pairs:  # grows as it is read
            targets = list(zip(self.after[a].tolist(), other.after[b].tolist(), strict=True))
            for pair in dict.fromkeys(targets):
                if pair not in number:
                    number[pair] = len(pairs)
                    pairs.append(pair)
            if len(pairs) > MAX_STATES:
                raise NoAutomatonError("too many states")
            rows.append([number[pair] for pair in targets])
        first, second = np.array(pairs).T
        return Automaton(np.array(rows, np.int32), self.accepting[first] & other.accepting[second])


def anything(n_y: int) -> Automaton:
    """Accepts all texts."""
    return Automaton(np.zeros((1, n_y), np.int32), np.ones(1, dtype=bool))


def ending_in(text: str, vocabulary: Vocabulary) -> Automaton:
    """Accepts the texts that end in one.

    >>> from rnn_names.vocabulary import Vocabulary
    >>> ending_in("ab", Vocabulary("ab")).after[:, 1:].tolist()  # the states: nothing of it yet, "a", "ab"
    [[1, 0], [1, 2], [1, 0]]
    """
    return _automaton(_then(ANYTHING, _literal(text, vocabulary)), vocabulary)


def containing(text: str, vocabulary: Vocabulary) -> Automaton:
    """Accepts the texts that contain one."""
    return _automaton(_then(ANYTHING, _then(_literal(text, vocabulary), ANYTHING)), vocabulary)


def matching(pattern: str, vocabulary: Vocabulary) -> Automaton:
    """Accepts the texts that a regular expression matches as a whole.

    Raises:
        NoAutomatonError: for an expression that is not regular, has flags, or needs too many states.
    """
    try:
        parsed = _parser().parse(pattern)
        if parsed.state.flags & ~re.UNICODE.value:
            raise NoAutomatonError("flags")
        return _automaton(_from_parsed(_without_anchors(list(parsed)), _Alphabet(vocabulary)), vocabulary)
    except (AttributeError, ValueError, TypeError, RecursionError) as error:  # another Python's parser
        raise NoAutomatonError(str(error)) from error


# --- Terms ---------------------------------------------------------------------------------------------------------------------

Term = tuple[Any, ...]

NOTHING: Term = ("nothing",)
EMPTY: Term = ("empty",)
ANY: Term = ("one of", None)
"""One character, whichever."""
ANYTHING: Term = ("many", ANY)


def _one_of(indices: Iterable[int]) -> Term:
    indices = frozenset(indices)
    return ("one of", indices) if indices else NOTHING


def _literal(text: str, vocabulary: Vocabulary) -> Term:
    """A text; NOTHING if it has characters that the vocabulary lacks."""
    return reduce(_then, (_one_of({1 + vocabulary.characters.find(c)} - {0}) for c in text), EMPTY)


def _then(first: Term, second: Term) -> Term:
    if NOTHING in (first, second):
        return NOTHING
    if EMPTY in (first, second):
        return second if first == EMPTY else first
    if first[0] == "then":  # right-associated, so that equal sequences are equal tuples
        return ("then", first[1], _then(first[2], second))
    return ("then", first, second)


def _either(terms: Iterable[Term]) -> Term:
    flat: set[Term] = set()
    for term in terms:
        flat |= term[1] if term[0] == "either" else {term}
    flat.discard(NOTHING)
    if ANYTHING in flat:
        return ANYTHING
    if len(flat) > 1:
        return ("either", frozenset(flat))
    return flat.pop() if flat else NOTHING


def _many(term: Term) -> Term:
    if term in (NOTHING, EMPTY):
        return EMPTY
    return term if term[0] == "many" else ("many", term)


def _may_end(term: Term) -> bool:
    """Whether the term matches the empty text."""
    kind = term[0]
    if kind == "then":
        return _may_end(term[1]) and _may_end(term[2])
    if kind == "either":
        return any(map(_may_end, term[1]))
    return kind in ("empty", "many")


def _derivative(term: Term, index: int) -> Term:
    """What remains to be matched of a term after a character."""
    kind = term[0]
    if kind == "one of":
        return EMPTY if term[1] is None or index in term[1] else NOTHING
    if kind == "then":
        rest = _then(_derivative(term[1], index), term[2])
        return _either((rest, _derivative(term[2], index))) if _may_end(term[1]) else rest
    if kind == "either":
        return _either(_derivative(part, index) for part in term[1])
    if kind == "many":
        return _then(_derivative(term[1], index), term)
    return NOTHING


def _automaton(term: Term, vocabulary: Vocabulary) -> Automaton:
    """The automaton whose states are the term and its derivatives."""
    representatives, column = _alike(term, len(vocabulary))
    number = {term: 0}
    terms, rows = [term], []
    for state in terms:  # grows as it is read
        targets = [_derivative(state, index) for index in representatives]
        for target in targets:
            if target not in number:
                number[target] = len(terms)
                terms.append(target)
        if len(terms) > MAX_STATES:
            raise NoAutomatonError("too many states")
        rows.append([number[target] for target in targets])
    return Automaton(np.array(rows, np.int32)[:, column], np.array([_may_end(term) for term in terms]))


def _alike(term: Term, n_y: int) -> tuple[list[int], NDArray[np.intp]]:
    """Characters that a term does not tell apart: one of each kind, and the kind of each index."""
    sets: set[frozenset[int]] = set()
    to_do = [term]
    while to_do:
        part = to_do.pop()
        if part[0] == "one of" and part[1] is not None:
            sets.add(part[1])
        to_do += part[1] if part[0] == "either" else [inner for inner in part[1:] if isinstance(inner, tuple)]
    kinds: dict[tuple[bool, ...], int] = {}
    representatives: list[int] = []
    column = np.zeros(n_y, np.intp)
    for index in range(1, n_y):
        kind = tuple(index in indices for indices in sets)
        if kind not in kinds:
            kinds[kind] = len(representatives)
            representatives.append(index)
        column[index] = kinds[kind]
    return representatives, column


# --- Regular expressions -------------------------------------------------------------------------------------------------------


def _parser() -> Any:
    """Python's parser of regular expressions, which has no public name."""
    from importlib import import_module
    from warnings import catch_warnings, simplefilter

    try:
        return import_module("re._parser")
    except ModuleNotFoundError:  # Python 3.10
        with catch_warnings():
            simplefilter("ignore")
            return import_module("sre_parse")


class _Alphabet:
    """The vocabulary, as the items of a parsed expression see it."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.codes = {ord(c): 1 + i for i, c in enumerate(vocabulary.characters)}
        self.all = frozenset(self.codes.values())

    def items(self, items: list[Any]) -> frozenset[int]:
        """The indices that a set of characters stands for."""
        negated = bool(items) and str(items[0][0]) == "NEGATE"
        indices: set[int] = set()
        for op, value in items[negated:]:
            kind = str(op)
            if kind == "LITERAL":
                indices |= self.where(lambda code, value=value: code == value)
            elif kind == "RANGE":
                indices |= self.where(lambda code, value=value: value[0] <= code <= value[1])
            elif kind == "CATEGORY":
                escape = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}[str(value).rpartition("_")[2]]
                escape = escape.upper() if "_NOT_" in str(value) else escape
                indices |= self.where(lambda code, escape=escape: re.match(escape, chr(code)) is not None)
            else:
                raise NoAutomatonError(kind)
        return self.all - indices if negated else frozenset(indices)

    def where(self, holds: Any) -> set[int]:
        return {index for code, index in self.codes.items() if holds(code)}


def _without_anchors(parsed: list[Any]) -> list[Any]:
    """^ and $ at the ends say what matching the whole name says anyway."""
    if parsed and str(parsed[0][1]) in ("AT_BEGINNING", "AT_BEGINNING_STRING"):
        parsed = parsed[1:]
    if parsed and str(parsed[-1][1]) in ("AT_END", "AT_END_STRING"):
        parsed = parsed[:-1]
    return parsed


def _from_parsed(parsed: Iterable[Any], alphabet: _Alphabet) -> Term:
    """The term of a parsed expression."""
    return reduce(_then, [_from_item(str(op), value, alphabet) for op, value in parsed], EMPTY)


def _from_item(kind: str, value: Any, alphabet: _Alphabet) -> Term:
    if kind in ("LITERAL", "RANGE", "CATEGORY"):
        return _one_of(alphabet.items([(kind, value)]))
    if kind == "NOT_LITERAL":
        return _one_of(alphabet.items([("NEGATE", None), ("LITERAL", value)]))
    if kind == "ANY":
        return ANY
    if kind == "IN":
        return _one_of(alphabet.items(value))
    if kind == "BRANCH":
        return _either(_from_parsed(branch, alphabet) for branch in value[1])
    if kind == "SUBPATTERN" and not (value[1] or value[2]):
        return _from_parsed(value[3], alphabet)
    if kind in ("MAX_REPEAT", "MIN_REPEAT"):
        least, most, part = value
        term = _from_parsed(part, alphabet)
        if least > MAX_STATES or (str(most) != "MAXREPEAT" and most > MAX_STATES):
            raise NoAutomatonError("too many states")
        rest = _many(term) if str(most) == "MAXREPEAT" else EMPTY
        for _ in range(0 if str(most) == "MAXREPEAT" else most - least):
            rest = _either((EMPTY, _then(term, rest)))
        for _ in range(least):
            rest = _then(term, rest)
        return rest
    raise NoAutomatonError(kind)

"""Finite automata over vocabulary indices, which accept or reject the spelling of a name.

Regular expressions have the syntax of `re`, whose parser reads them. Expressions that are not
regular (with back-references or look-around) have no automaton; neither do those with flags other
than `i`.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.characters import MAX_NAME_LENGTH, folded
from rnn_names.corpus.names import IndexedNames, Names, Vocabulary
from rnn_names.errors import RnnNamesError

MAX_STATES, MAX_PAIRS = 2000, 8000  # states of an automaton; of an intersection of two
MAX_BEGINNINGS = 1 << 8  # beginnings of words to avoid: an automaton of more takes long to make
JAMO = {*map(chr, range(0x1160, 0x1200))}  # letters that join those before to a Korean syllable


class NoAutomatonError(RnnNamesError):
    """A pattern has no automaton, or only one that is too large."""


@dataclass(frozen=True)
class Automaton:
    """A deterministic automaton of S states; it starts in state 0."""

    after: Array  # (S, n_y) the next state, by state and character; column EOS is not used
    accepting: Array  # (S,) whether a name may end in each state

    def run(self, names: IndexedNames) -> Array:
        """The state after each name: (len(names),)."""
        state = np.zeros(len(names), np.int32)
        lengths = names.lengths
        for place in range(int(lengths.max(initial=0))):
            inside = np.flatnonzero(lengths > place)
            indices = names.codes[names.offsets[inside] + place]
            state[inside] = self.after[state[inside], indices]
        return state

    def accepts(self, names: Names, vocabulary: Vocabulary) -> Array:
        """Whether it accepts each name: (len(names),) bool."""
        return self.accepting[self.run(vocabulary.indexed(names))]

    def __and__(self, other: "Automaton") -> "Automaton":
        """The intersection, which accepts what both accept; its states are pairs of states."""
        ours, theirs = self.after.tolist(), other.after.tolist()
        pairs, after = reachable_states(
            (0, 0), lambda pair: [*zip(ours[pair[0]], theirs[pair[1]], strict=True)], MAX_PAIRS
        )
        first, second = np.array(pairs).T
        return Automaton(after, self.accepting[first] & other.accepting[second]).minimized()

    def minimized(self) -> "Automaton":
        """The smallest automaton that accepts the same texts, by Moore's algorithm (1956).

        Two states differ if only one accepts, or if a character leads to states that differ.
        """
        after = np.unique(self.after[:, 1:], axis=1)  # many characters lead to the same states
        group, n_groups = self.accepting.astype(np.intp), 0
        while True:
            key = np.column_stack([group, group[after]])
            _, first, group = np.unique(key, axis=0, return_index=True, return_inverse=True)
            group = group.ravel()  # NumPy 2.0 returns a column
            if len(first) == n_groups:
                break
            n_groups = len(first)
        order = np.argsort(first)  # groups are numbered by their first state, so 0 is the start
        number = np.argsort(order).astype(np.int32)[group]  # (S,)
        return Automaton(number[self.after[first[order]]], self.accepting[first[order]])


def reachable_states(
    start: Hashable, next_states: Callable[[Any], list[Any]], max_states: int = MAX_STATES
) -> tuple[list[Any], Array]:
    """All reachable states, and for each the numbers of the states that follow it, (S, kinds)."""
    number, states, after = {start: 0}, [start], []
    for state in states:  # the list grows meanwhile
        targets = next_states(state)
        for target in targets:
            if target not in number:
                number[target] = len(states)
                states.append(target)
        if len(states) > max_states:
            raise NoAutomatonError("too many states")
        after.append([number[target] for target in targets])
    return states, np.array(after, np.int32)


def build_automaton(
    start: Hashable,
    all_after: Callable[[Any, list[Any]], list[Any]],
    kinds: Sequence[Hashable],
    accepts: Callable[[Any], bool],
) -> Automaton:
    """An automaton whose transitions depend only on the kind of each character.

    `all_after` returns the states after a state and each of some kinds; `kinds` has the kind of
    each character of the vocabulary; `accepts` tells which states are accepting.
    """
    distinct = [*dict.fromkeys(kinds)]
    states, after = reachable_states(start, lambda state: all_after(state, distinct))
    column = [0, *map(distinct.index, kinds)]
    return Automaton(after[:, column], np.array([*map(accepts, states)]))


def anything(n_y: int) -> Automaton:
    """Accepts all texts."""
    return Automaton(np.zeros((1, n_y), np.int32), np.ones(1, dtype=bool))


def avoiding(words: Collection[str], vocabulary: Vocabulary) -> Automaton:
    """Accepts the texts that contain none of the words, ignoring case.

    A state is the longest suffix of the text so far that is the beginning of a word; None after a
    whole word.

    >>> names, vocabulary = Names.from_strings(["aAa", "baA", "Ab", "aab"]), Vocabulary("abA")
    >>> avoiding(["ab"], vocabulary).accepts(names, vocabulary).tolist()
    [True, True, False, False]
    """
    each = [*map(folded, vocabulary.characters)]
    if any(unicodedata.category(text[0])[0] == "M" or text[0] in JAMO for text in each):
        raise NoAutomatonError("marks: a name is not folded character by character")
    words = {*map(folded, words)} - {""}
    beginnings = {""} | {word[:n] for word in words for n in range(len(word))}
    if len(beginnings) > MAX_BEGINNINGS:
        raise NoAutomatonError("too many words")

    def after(read: str | None, text: str) -> str | None:
        for c in text:
            if read is None:
                break
            ends = [(read + c)[i:] for i in range(len(read) + 2)]
            read = next(filter(beginnings.__contains__, ends)) if words.isdisjoint(ends) else None
        return read

    return build_automaton(
        "",
        lambda read, kinds: [after(read, text) for text in kinds],
        each,
        lambda read: read is not None,
    )


# --- Regular expressions --------------------------------------------------------------------------

MAX_SIZE = 1 << 20  # items and steps: (a{0,999}){999} is a short expression with many steps
MAX_STEPS_READ = 1 << 24  # work for the states: a state of (a{0,99}){99} is a set of thousands
Steps = frozenset[int]  # numbers of steps that may come next
END, ANYTHING = 0, 1  # steps: the text may end here; any text may follow

_parser: Any = vars(re).get("_parser") or vars(re)["sre_parse"]  # the latter in Python 3.10
_compiler: Any = vars(re).get("_compiler") or vars(re)["sre_compile"]


def matching(
    patterns: Iterable[str], vocabulary: Vocabulary, ignore_case: bool = False
) -> Automaton:
    """Accepts the names that fully match any of the regular expressions.

    ".*ab" has three states: nothing of "ab" was read, "a" was read, "ab" was read. Each row below
    is a state, and contains the states after "a" and after "b".

    >>> matching([".*ab"], Vocabulary("ab")).after[:, 1:].tolist()
    [[1, 0], [1, 2], [1, 0]]
    """
    reading = _Reading(vocabulary.characters, ignore_case)
    try:
        return reading.automaton(Steps().union(*map(reading.expression, patterns)))
    except (AttributeError, ValueError, TypeError) as error:
        # The parser of another Python version may return something else.
        raise NoAutomatonError(str(error)) from error


class _Reading:
    """Reads expressions from right to left into a nondeterministic automaton of steps.

    A step is a character of a set, followed by other steps. "b|ca" begins with two steps: b, then
    the end; and c, then a step that is a, then the end. A loop, such as "a*", is a step without a
    character, followed by its own beginning. The states of the deterministic
    automaton are the sets of possible next steps.
    """

    def __init__(self, characters: str, ignore_case: bool) -> None:
        self._characters = characters
        self._flags = self._given_flags = re.UNICODE | (re.IGNORECASE if ignore_case else 0)
        self._any = frozenset(range(1, len(characters) + 1))
        self._sets: dict[tuple[int, str], frozenset[int]] = {}  # that match, by flags and item
        self._steps = [(frozenset[int](), Steps()), (self._any, Steps([ANYTHING]))]
        self._number: dict[tuple[frozenset[int], Steps], int] = {}  # of steps with characters
        self._size = self._work = 0

    def expression(self, pattern: str) -> Steps:
        """The steps that an expression begins with."""
        parsed = _parser.parse(pattern)
        if parsed.getwidth()[0] > MAX_NAME_LENGTH:  # no name is that long
            return Steps()
        if parsed.state.flags & ~(re.UNICODE | re.IGNORECASE).value:
            raise NoAutomatonError("flags")
        self._flags = self._given_flags | parsed.state.flags
        is_anchored = bool(parsed) and str(parsed[0][1]).startswith("AT_BEGINNING")
        return self._sequence(parsed[is_anchored:], Steps([END]))

    def _sequence(self, items: Any, rest: Steps) -> Steps:
        """The steps that a sequence of items begins with, if `rest` follows."""
        self._size += len(items) + len(rest) + 1
        if self._size > MAX_SIZE:
            raise NoAutomatonError("too large")
        for item in reversed(items):
            rest = self._item(item, rest)
        return rest

    def _item(self, item: Any, rest: Steps) -> Steps:
        """The steps that an item begins with; it is a pair of the parser's kind and a value."""
        kind, value = str(item[0]), item[1]
        if kind in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
            return self._step(self._matched(item), rest)
        if kind == "AT" and str(value).startswith("AT_END"):
            return Steps([END]) if self._may_end(rest) else Steps()
        if kind == "BRANCH":
            return Steps().union(*(self._sequence(branch, rest) for branch in value[1]))
        if kind == "SUBPATTERN" and not (value[1] or value[2]):
            return self._sequence(value[3], rest)
        if kind in ("MAX_REPEAT", "MIN_REPEAT"):
            at_least, at_most, part = value
            at_least = min(at_least, MAX_NAME_LENGTH + 1)  # more repeats must be empty
            if at_most >= MAX_NAME_LENGTH:  # as for "a*"
                rest = self._loop(part, rest)
            else:
                rest = self._times(part, at_most - at_least, rest, rest)
            return self._times(part, at_least, rest, Steps())
        raise NoAutomatonError(kind)

    def _matched(self, item: Any) -> frozenset[int]:
        key = self._flags, str(item)
        if key not in self._sets:
            expression = _parser.SubPattern(_parser.State(), [item])
            matches = _compiler.compile(expression, self._flags).match
            indices = frozenset(i for i, c in enumerate(self._characters, 1) if matches(c))
            self._sets[key] = indices
        return self._sets[key]

    def _step(self, indices: frozenset[int], rest: Steps) -> Steps:
        """The step of a character of a set followed by `rest`; equal steps have one number."""
        if not indices or not rest:
            return Steps()
        number = self._number.setdefault((indices, rest), len(self._steps))
        if number == len(self._steps):
            self._steps.append((indices, rest))
        return Steps([number])

    def _times(self, part: Any, count: int, rest: Steps, or_else: Steps) -> Steps:
        """The steps of `count` times a part, then `rest`; `or_else` may replace each time."""
        for _ in range(count):
            before, rest = rest, self._sequence(part, rest) | or_else
            if rest == before:  # for instance, if the part is always empty
                break
        return rest

    def _loop(self, part: Any, rest: Steps) -> Steps:
        """The steps of a part zero or more times and then `rest`."""
        number = len(self._steps)
        loop = Steps([number])
        self._steps.append((frozenset(), rest))
        begin = self._sequence(part, loop)
        if END in rest and begin == self._step(self._any, loop):
            return Steps([ANYTHING])  # as for ".*" at the end
        self._steps[number] = frozenset(), begin | rest
        return loop

    def _reached(self, steps: Steps) -> set[int]:
        """The steps, and the steps that loops among them begin with."""
        reached, waiting = set[int](), [*steps]
        while waiting:
            number = waiting.pop()
            if number not in reached:
                reached.add(number)
                characters, following = self._steps[number]
                waiting += () if characters else following
        return reached

    def _may_end(self, steps: Steps) -> bool:
        return not self._reached(steps).isdisjoint((END, ANYTHING))

    def _all_after(self, steps: Steps, indices: Sequence[int]) -> list[Steps]:
        """The possible steps after each of the characters, one of each kind."""
        after: dict[int, set[int]] = {index: set() for index in indices}
        for number in self._reached(steps):
            characters, following = self._steps[number]
            for index in characters & after.keys():
                after[index] |= following
                self._work += len(following)
            if self._work > MAX_STEPS_READ:
                raise NoAutomatonError("too large")
        return [Steps([ANYTHING] if ANYTHING in steps else steps) for steps in after.values()]

    def automaton(self, start: Steps) -> Automaton:
        """The deterministic automaton that starts with some steps."""
        sets = {indices for indices, _ in self._steps} - {self._any}
        kinds: dict[tuple[bool, ...], int] = {}  # a character of each kind that steps distinguish
        kind_of_each = [
            kinds.setdefault(tuple(i in indices for indices in sets), i) for i in sorted(self._any)
        ]
        return build_automaton(start, self._all_after, kind_of_each, self._may_end)


def same_character(character: str, ignore_case: bool) -> Callable[[str], object]:
    """A test of whether a character equals this one, perhaps ignoring case.

    >>> [c for c in "ςΣσsſ" if same_character("ς", ignore_case=True)(c)]
    ['ς', 'Σ', 'σ']
    """
    return re.compile(re.escape(character), re.IGNORECASE if ignore_case else 0).match

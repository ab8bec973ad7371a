"""Regular expressions as automata.

Python's own parser reads them, so the syntax is that of `re`. An expression that is not regular
(with back-references or look-around) has no automaton, nor does one with flags.

An expression is read from its end to its beginning, as a nondeterministic automaton of steps: one
character out of some, and what comes after it. "b|ca" begins with two: one is b, and then the end;
the other is c, and then a step that is a, and then the end. The states of the deterministic
automaton are the sets of steps that may come next.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from rnn_names.conditions.automaton import Automaton, NoAutomatonError, automaton_of
from rnn_names.corpus.characters import MAX_NAME_LENGTH
from rnn_names.corpus.vocabulary import Vocabulary

MAX_SIZE = 1 << 20  # of all that is read: (a{0,999}){999} is short, and its steps are many
MOST_STEPS = 1 << 24  # steps looked at for the states: those of (a{0,99}){99} are sets of thousands

Steps = frozenset[int]  # the numbers of those that may come next; below 0, of loops ("a*")

END, ANYTHING = 0, 1  # steps: there the text may end; any text may come

_parser: Any = vars(re).get("_parser") or vars(re)["sre_parse"]  # the latter in Python 3.10
_compiler: Any = vars(re).get("_compiler") or vars(re)["sre_compile"]


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
    reading = _Reading(vocabulary.characters, ignore_case)
    try:
        return reading.automaton(Steps().union(*map(reading.expression, patterns)))
    except (AttributeError, ValueError, TypeError, RecursionError) as error:
        # The parser of another Python may give something else.
        raise NoAutomatonError(str(error)) from error


class _Reading:
    def __init__(self, characters: str, ignore_case: bool) -> None:
        self._characters = characters
        self._flags = re.UNICODE | (re.IGNORECASE if ignore_case else 0)
        self._any = frozenset(range(1, len(characters) + 1))
        self._sets: dict[str, frozenset[int]] = {}  # by the item that matches these characters
        self._steps = [(frozenset[int](), Steps()), (self._any, Steps([ANYTHING]))]
        self._number: dict[tuple[frozenset[int], Steps], int] = {}
        self._loops: dict[int, Steps] = {}  # what they begin with
        self._after: dict[int, dict[int, Steps]] = {}  # by step or loop, and by character
        self._size = self._work = 0

    def expression(self, pattern: str) -> Steps:
        """What an expression begins with."""
        parsed = _parser.parse(pattern)
        if parsed.getwidth()[0] > MAX_NAME_LENGTH:  # no name is so long: spare all the steps
            return Steps()
        if parsed.state.flags & ~re.UNICODE.value:
            raise NoAutomatonError("flags")
        is_anchored = bool(parsed) and str(parsed[0][1]).startswith("AT_BEGINNING")
        return self._sequence(parsed[is_anchored:], Steps([END]))

    def _sequence(self, items: Any, after: Steps) -> Steps:
        """What items begin with, one after another, where `after` comes behind them."""
        self._size += len(items) + len(after) + 1
        if self._size > MAX_SIZE:
            raise NoAutomatonError("too large")
        for item in reversed(items):
            after = self._item(item, after)
        return after

    def _item(self, item: Any, after: Steps) -> Steps:
        """What an item begins with. It is a pair: what the parser calls it, and what it holds."""
        kind, value = str(item[0]), item[1]
        if kind in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
            return self._step(self._matched(item), after)
        if kind == "AT" and str(value).startswith("AT_END"):
            return Steps([END]) if self._may_end(after) else Steps()
        if kind == "BRANCH":
            return Steps().union(*(self._sequence(each, after) for each in value[1]))
        if kind == "SUBPATTERN" and not (value[1] or value[2]):
            return self._sequence(value[3], after)
        if kind in ("MAX_REPEAT", "MIN_REPEAT"):
            least, most, part = value
            if str(most) == "MAXREPEAT":
                after = self._loop(part, after)
            else:
                after = self._times(part, most - least, after, after)
            return self._times(part, least, after, Steps())
        raise NoAutomatonError(kind)

    def _matched(self, item: Any) -> frozenset[int]:
        """The indices of the characters that an item matches."""
        if str(item) not in self._sets:
            expression = _parser.SubPattern(_parser.State(), [item])
            matches = _compiler.compile(expression, self._flags).match
            indices = frozenset(i for i, c in enumerate(self._characters, 1) if matches(c))
            self._sets[str(item)] = indices
        return self._sets[str(item)]

    def _step(self, indices: frozenset[int], after: Steps) -> Steps:
        """One character out of some, and what comes after it; equal steps are one."""
        if not indices or not after:
            return Steps()
        number = self._number.setdefault((indices, after), len(self._steps))
        if number == len(self._steps):
            self._steps.append((indices, after))
        return Steps([number])

    def _times(self, part: Any, count: int, after: Steps, behind: Steps) -> Steps:
        """A part `count` times and then `after`; before each time, `behind` may come instead."""
        for _ in range(count):
            before, after = after, self._sequence(part, after) | behind
            if after == before:  # it can be empty only, for instance
                break
        return after

    def _loop(self, part: Any, after: Steps) -> Steps:
        """A part any number of times, none included."""
        number = -1 - len(self._loops)
        self._loops[number], loop = after, Steps([number])
        begin = self._sequence(part, loop)
        if END in after and begin == self._step(self._any, loop):
            return Steps([ANYTHING])  # as for ".*" at the end
        self._loops[number] = begin | after
        return loop

    def _without_loops(self, steps: Iterable[int]) -> Steps:
        """The steps, and in place of each loop those that it begins with."""
        found, waiting = set[int](), [*steps]
        while waiting:
            number = waiting.pop()
            if number not in found:
                found.add(number)
                waiting += self._looked_at(self._loops.get(number, Steps()))
        return Steps(found - self._loops.keys())

    def _may_end(self, steps: Steps) -> bool:
        return not self._without_loops(steps).isdisjoint((END, ANYTHING))

    def _all_after(self, steps: Iterable[int], indices: Sequence[int]) -> list[Steps]:
        """What may come after each of some characters, one of each kind."""
        after: dict[int, set[int]] = {index: set() for index in indices}
        for number in steps:
            if number not in self._after:
                if number in self._loops:
                    each = self._all_after(self._without_loops([number]), indices)
                    self._after[number] = dict(zip(indices, each, strict=True))
                else:
                    characters, following = self._steps[number]
                    self._after[number] = dict.fromkeys(characters & after.keys(), following)
            for index, following in self._after[number].items():
                after[index] |= self._looked_at(following)
        return [Steps([ANYTHING]) if ANYTHING in each else Steps(each) for each in after.values()]

    def _looked_at(self, steps: Steps) -> Steps:
        """These steps, counted: their sets may be large, and many."""
        self._work += len(steps)
        if self._work > MOST_STEPS:
            raise NoAutomatonError("too large")
        return steps

    def automaton(self, start: Steps) -> Automaton:
        """The deterministic automaton of the texts that begin with some steps."""
        sets = {indices for indices, _ in self._steps} - {self._any}
        kinds: dict[tuple[bool, ...], int] = {}  # an index of each kind that steps tell apart
        return automaton_of(
            start,
            self._all_after,
            [kinds.setdefault(tuple(i in each for each in sets), i) for i in sorted(self._any)],
            self._may_end,
        )


def same(character: str, ignore_case: bool) -> Callable[[str], object]:
    """Tells whether a character is this one, or is so but for its case.

    >>> [c for c in "ςΣσsſ" if same("ς", ignore_case=True)(c)]
    ['ς', 'Σ', 'σ']
    """
    return re.compile(re.escape(character), re.IGNORECASE if ignore_case else 0).match

"""Builds automata for regular expressions from the syntax trees of Python's parser.

Some expressions have no automaton here, such as those with back-references, look-around or word
boundaries, or with flags other than `i`.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np

from rnn_names.conditions.automaton import Automaton, NoAutomatonError, build_automaton
from rnn_names.corpus.characters import MAX_NAME_LENGTH, folded
from rnn_names.corpus.names import Vocabulary

MAX_SIZE = 1 << 20  # items and steps: (a{0,999}){999} is a short expression with many steps
MAX_BEGINNINGS = 1 << 8  # beginnings of words to avoid; building an automaton for more takes long
MAX_STEPS_READ = 1 << 24  # work for the states: a state of (a{0,99}){99} has thousands of steps
JAMO = {*map(chr, range(0x1160, 0x1200))}  # letters that join the previous one in a Korean syllable
Steps = frozenset[int]  # numbers of steps that may come next
END, ANYTHING = 0, 1  # steps: the text may end here; any text may follow

_parser: Any = vars(re).get("_parser") or vars(re)["sre_parse"]  # the latter in Python 3.10
_compiler: Any = vars(re).get("_compiler") or vars(re)["sre_compile"]


def matching(
    patterns: Iterable[str], vocabulary: Vocabulary, ignore_case: bool = False
) -> Automaton:
    """Accepts the names that fully match any of the regular expressions.

    ".*ab" has three states: nothing of "ab" was read, "a" was read, "ab" was read. Each row below
    contains the states that follow one of them after "a" and after "b".

    >>> matching([".*ab"], Vocabulary("ab")).next_state[:, 1:].tolist()
    [[1, 0], [1, 2], [1, 0]]
    """
    builder = _StepBuilder(vocabulary.characters, ignore_case)
    try:
        return builder.automaton(Steps().union(*map(builder.steps_of, patterns)))
    except (AttributeError, ValueError, TypeError) as error:
        # Parsers of other Python versions may return something else.
        raise NoAutomatonError(str(error)) from error


def without_words(words: Collection[str], vocabulary: Vocabulary) -> Automaton:
    """Accepts the texts that contain none of the folded words when they are folded.

    >>> from rnn_names.corpus.names import Names
    >>> names, vocabulary = Names.from_strings(["aAa", "baA", "Ab", "aab"]), Vocabulary("abA")
    >>> without_words(["ab"], vocabulary).accepts(names, vocabulary).tolist()
    [True, True, False, False]
    """
    each = [*map(folded, vocabulary.characters)]
    if any(unicodedata.category(text[0])[0] == "M" or text[0] in JAMO for text in each):
        raise NoAutomatonError("marks: a name is not folded character by character")
    if len({word[:n] for word in words for n in range(len(word))}) > MAX_BEGINNINGS:
        raise NoAutomatonError("too many words")
    letters = sorted({*"".join(each)})  # "ß" is read as "ss"
    pattern = f".*({'|'.join(map(re.escape, words))}).*"
    containing = matching([pattern], Vocabulary("".join(letters)))
    state = np.arange(len(containing.accepting), dtype=np.int32)
    after = [state] * (len(each) + 1)
    for character, text in enumerate(each, 1):
        for c in text:
            after[character] = containing.next_state[after[character], letters.index(c) + 1]
    return Automaton(np.column_stack(after), ~containing.accepting)


class _StepBuilder:
    """Builds a nondeterministic automaton of steps, reading expressions from right to left.

    A step reads a character of a set and leads to other steps. "b|ca" begins with two steps: one
    reads b and leads to the end, the other reads c and leads to a step for a. A loop such as "a*"
    is a step that reads nothing and leads to its part or to what follows it. A state of the
    automaton is a set of next steps.
    """

    def __init__(self, characters: str, ignore_case: bool) -> None:
        self._characters = characters
        self._flags = self._given_flags = re.UNICODE | (re.IGNORECASE if ignore_case else 0)
        self._any = frozenset(range(1, len(characters) + 1))
        self._sets: dict[tuple[int, str], frozenset[int]] = {}  # matches, by flags and item
        self._steps = [(frozenset[int](), Steps()), (self._any, Steps([ANYTHING]))]
        self._number: dict[tuple[frozenset[int], Steps], int] = {}  # of steps that read characters
        self._size = self._work = 0

    def steps_of(self, pattern: str) -> Steps:
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
            at_least = min(at_least, MAX_NAME_LENGTH + 1)  # further repeats must be empty
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
        """The step that reads a character of a set; `rest` follows. Equal steps share a number."""
        if not indices or not rest:
            return Steps()
        number = self._number.setdefault((indices, rest), len(self._steps))
        if number == len(self._steps):
            self._steps.append((indices, rest))
        return Steps([number])

    def _times(self, part: Any, count: int, rest: Steps, or_else: Steps) -> Steps:
        """The steps of a part `count` times, then `rest`; each time, `or_else` may come instead."""
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
        """The steps and the steps that loops among them lead to."""
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

    def _states_after(self, steps: Steps, indices: Sequence[int]) -> list[Steps]:
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
        """The deterministic automaton that starts with the given steps."""
        sets = {indices for indices, _ in self._steps} - {self._any}
        kinds: dict[tuple[bool, ...], int] = {}  # a character of each kind that steps distinguish
        kind_of_each = [
            kinds.setdefault(tuple(i in indices for indices in sets), i) for i in sorted(self._any)
        ]
        return build_automaton(start, self._states_after, kind_of_each, self._may_end)

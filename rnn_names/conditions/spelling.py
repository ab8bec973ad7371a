"""The spelling of names: one automaton for their shape, length and all conditions on their text.

A walk carries the automaton's state for each node, and stops a name as soon as it can no longer be
completed.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np

from rnn_names.arrays import Array
from rnn_names.conditions.automaton import Automaton, NoAutomatonError, anything
from rnn_names.corpus.names import EOS, Names, Vocabulary
from rnn_names.corpus.shape import Shape
from rnn_names.errors import VocabularyError, short_repr
from rnn_names.network.ahead import value_table

MAX_TABLE = 1 << 24  # numbers in a table of all states, characters and lengths

Indices = tuple[int, ...]  # vocabulary indices


def names_from_indices(texts: Sequence[Indices]) -> Names:
    """Texts as names, in indices."""
    indices = np.array([*chain.from_iterable(texts)], np.intp)
    return Names.from_lengths(indices, np.array([*map(len, texts)], np.intp))


@dataclass(frozen=True)
class Condition:
    """A condition on names."""

    title: str  # the name of its option, and what was asked
    passes: Callable[[Names], Array]  # which names meet it: (len(names),) bool
    automaton: Automaton | None = None  # of the spelling, if the condition has one
    # Makes a large one, which is followed only where few names meet the condition.
    automaton_if_rare: Callable[[], Automaton] | None = None


class Spelling:
    """The texts from `min_length` to `max_length` that an automaton of S states accepts."""

    def __init__(self, automaton: Automaton, min_length: int, max_length: int) -> None:
        self.automaton, self.min_length, self.max_length = automaton, min_length, max_length
        # (max_length + 1, S) whether a name may end, by its length and state
        self.may_end = (np.arange(max_length + 1) >= min_length)[:, None] & automaton.accepting

    @cached_property
    def counts(self) -> Array:
        """The number of ways to complete a text, by its length and state: (max_length + 2, S)."""
        ones = np.ones(self.automaton.after.shape[1])
        with np.errstate(over="ignore"):
            return value_table(lambda _: ones, self.automaton.after, self.may_end.astype(float))

    @cached_property
    def can_be_met(self) -> Array:
        """Whether a text of this length, in this state, can be completed: (max_length + 2, S)."""
        return self.counts > 0

    def may_follow(self, length: int, states: Array) -> Array:
        """Whether each character, or the end, may follow m texts of a length: (m, n_y) bool."""
        may_follow: Array = self.can_be_met[length + 1][self.automaton.after[states]]
        may_follow[:, EOS] = self.may_end[length, states]
        return may_follow

    def texts(self, root: Indices) -> list[Indices]:
        """All texts that are accepted and begin with a root."""
        start = self.automaton.run(names_from_indices([root]))
        found, waiting = list[Indices](), [(root, start[0])]
        for text, state in waiting:  # grows as it is read
            may_follow = self.may_follow(len(text), np.array([state]))[0]
            if may_follow[EOS]:
                found.append(text)
            following = np.flatnonzero(may_follow[1:]) + 1
            waiting += [((*text, c), self.automaton.after[state, c]) for c in following.tolist()]
        return found


def joint_automaton(
    n_y: int,
    shape: Shape | None,
    conditions: Iterable[Condition],
    max_length: int,
    follows_large: bool = False,
) -> tuple[Automaton, list[Condition], list[Condition]]:
    """An automaton for the shape and the conditions that fit into it; these; and the others.

    If it `follows_large`, it takes the large automata that rare conditions have, too.
    """
    automaton = of_shape(shape) if shape is not None else anything(n_y)
    max_states = MAX_TABLE // (n_y * (max_length + 1))
    followed: list[Condition] = []
    others: list[Condition] = []
    for condition in conditions:
        try:
            own = condition.automaton
            if follows_large and condition.automaton_if_rare:
                own = condition.automaton_if_rare()
            joined = automaton & own if own else None
        except NoAutomatonError:
            joined = None
        if joined is None or len(joined.accepting) > max_states:
            others.append(condition)
        else:
            automaton = joined
            followed.append(condition)
    return automaton, followed, others


def of_shape(shape: Shape) -> Automaton:
    """Accepts the texts of a shape. Its states are the kinds of the last character."""
    kinds = len(shape.barred)
    after = np.where(shape.barred, kinds, np.arange(kinds))
    after = np.append(after, np.full((1, kinds), kinds), axis=0)  # what is wrong stays wrong
    return Automaton(after[:, shape.kind].astype(np.int32), np.append(~shape.barred[:, 0], False))


def encoded(option: str, text: str, vocabulary: Vocabulary) -> Indices:
    """The indices of an option's text; an error if no name can hold it."""
    for character in text:
        if character not in vocabulary.characters:
            raise VocabularyError(
                f"{option} {short_repr(text)}: the model does not know the character {character!r}",
                settings=[option],
            )
    return tuple(vocabulary.encode(np.array([ord(c) for c in text], np.uint32)).tolist())

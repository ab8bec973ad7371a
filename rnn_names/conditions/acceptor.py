"""An acceptor: an automaton and bounds on the length, which decide which texts names may have.

For names of at most 3 characters, and the suffix "ab":

    prefix    a name may end    it can be completed
    "a"       no                yes, by "b" or "ab"
    "ab"      yes               yes, by nothing more
    "ba"      no                yes, by "b"
    "bb"      no                no: the walk gives it up
"""

import numpy as np

from rnn_names.arrays import Array
from rnn_names.conditions.automaton import Automaton
from rnn_names.corpus.names import EOS, IndexedTexts, Indices, names_from_indices
from rnn_names.network.completion import value_table
from rnn_names.system import cached_property


class Acceptor:
    """The texts from `min_length` to `max_length` that an automaton of S states accepts."""

    def __init__(self, automaton: Automaton, min_length: int, max_length: int) -> None:
        self.automaton, self.min_length, self.max_length = automaton, min_length, max_length
        # By length and state: whether a name may end, (max_length + 1, S); the number of ways to
        # complete a text, and whether there is any, (max_length + 2, S) both.
        self.may_end = (np.arange(max_length + 1) >= min_length)[:, None] & automaton.accepting
        ones = np.ones(automaton.next_state.shape[1])
        with np.errstate(over="ignore"):
            self.n_completions = value_table(
                lambda _: ones, automaton.next_state, self.may_end.astype(float)
            )
        self.can_be_completed = self.n_completions > 0

    @cached_property
    def log_may_end(self) -> Array:
        """0 where a name may end, else −∞, by length and state: (max_length + 1, S)."""
        return np.where(self.may_end, 0.0, -np.inf)

    def may_follow(self, length: int, automaton_state: Array) -> Array:
        """Whether each character, or the end, may follow m texts of a length: (m, n_y) bool."""
        may_follow: Array = self.can_be_completed[length + 1][
            self.automaton.next_state[automaton_state]
        ]
        may_follow[:, EOS] = self.may_end[length, automaton_state]
        return may_follow

    def accepted_texts(self, roots: IndexedTexts) -> list[Indices]:
        """All accepted texts that begin with a root."""
        states = self.automaton.run(names_from_indices(roots))
        accepted, waiting = list[Indices](), [*zip(roots, states, strict=True)]
        for text, state in waiting:  # the list grows meanwhile
            for c in np.flatnonzero(self.may_follow(len(text), np.array([state]))[0]).tolist():
                if c == EOS:
                    accepted.append(text)
                else:
                    waiting.append(((*text, c), self.automaton.next_state[state, c]))
        return accepted

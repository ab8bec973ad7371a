"""Roots: the texts that names begin from, each with the network's state and its probability.

Mostly there is one, the empty text, or a prefix that is asked for. For several prefixes, or one in
any case, there are several: the first draw of a name chooses among them. For casts that tie first
letters, the roots are all the first characters.
"""

from collections.abc import Sequence
from itertools import chain, groupby
from typing import Any, NamedTuple

import numpy as np

from rnn_names.arrays import Array, Workspace
from rnn_names.conditions.automaton import Automaton
from rnn_names.conditions.spelling import Text
from rnn_names.corpus.names import Names
from rnn_names.network.ahead import LEAST_LOG
from rnn_names.sampling.frontier import Children
from rnn_names.sampling.next_character import NextCharacter
from rnn_names.sampling.numbers import choices


class Roots(NamedTuple):
    """R texts, none of which begins another one, as indices."""

    texts: Sequence[Text]
    states: Array  # (R, n_a) hidden states after them
    log_prob: Array  # (R,) natural logarithms of numbers that are proportional to probabilities
    carried: Any  # (R,) what a walk carries along: at first, the state of the spelling's automaton

    @property
    def lengths(self) -> Array:
        """Characters of each text, (R,)."""
        return np.array([*map(len, self.texts)])

    def draw(self, keys: Array) -> Array:
        """A root for each name, (n,), by its first random number; see `numbers`."""
        if len(self.texts) == 1:
            return np.zeros(len(keys), np.intp)
        return choices(keys, 0, self.weights)

    @property
    def weights(self) -> Array:
        """Numbers proportional to the probabilities, 1 at most: (R,)."""
        return np.exp(self.log_prob - max(self.log_prob.max(), LEAST_LOG))

    def texts_of(self, root: Array) -> Array:
        """The texts of some roots of one length, (n, length)."""
        used, which = np.unique(root, return_inverse=True)
        return np.array([self.texts[row] for row in used.tolist()], np.intp)[which]


def roots_of(texts: Sequence[Text], source: NextCharacter, automaton: Automaton) -> Roots:
    """The roots with these texts; their states come level by level, as in a walk."""
    work, states = Workspace(source.dtype), source.first_state
    found = dict[Text, tuple[Array, float]]()
    prefixes = sorted({text[:n] for text in texts for n in range(len(text) + 1)}, key=len)
    above: dict[Text, int] = {(): 0}
    log_prob = np.zeros(1)
    for length, group in groupby(prefixes, key=len):
        level = list(group)
        if length:
            parent = np.array([above[text[:-1]] for text in level])
            last = np.array([text[-1] for text in level])
            log_prob = log_prob[parent] + source.log_probabilities(states, work)[parent, last]
            states = source.states_after(Children(states, parent, last), work).copy()
        above = {text: row for row, text in enumerate(level)}
        found.update(zip(level, zip(states, log_prob.tolist(), strict=True), strict=True))
    of_texts = [found[text] for text in texts]
    indices = np.array([*chain.from_iterable(texts)], np.intp)
    return Roots(
        texts,
        np.array([state for state, _ in of_texts]),
        np.array([p for _, p in of_texts]),
        automaton.run(Names.from_lengths(indices, np.array([*map(len, texts)]))),
    )

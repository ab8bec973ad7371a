"""A walk that looks ahead (`rnn_names.lookahead.guide`): independent proposals, with weights."""

from dataclasses import dataclass
from random import Random

import numpy as np

from rnn_names.arrays import Array, Rows, Workspace
from rnn_names.lookahead.guide import LookAhead
from rnn_names.network.prefix_tree import EOS
from rnn_names.sampling.walk import Children, Walk, WalkSource


@dataclass
class _Known(Rows):
    """What is known of some nodes, m of them."""

    automaton_state: Array  # (m,) after each node's prefix
    context: Array  # (m,) of the Markov chain
    visited: Array  # (m,) row among the visited prefixes; −1 for others
    log_weight: Array  # (m,) natural logarithm of the weight so far


class GuidedWalk(Walk):
    """Draws `size` names by a look-ahead, from a source in float64.

    `log_weights`, (size,), are −∞ for those in vain.
    """

    known: _Known

    def __init__(self, source: WalkSource, size: int, bits: Random, look_ahead: LookAhead) -> None:
        super().__init__(source, size, bits)
        self.work = Workspace(np.float64)
        self.look_ahead, root = look_ahead, look_ahead.prefixes
        context = look_ahead.contexts.longest(root.string[:1])
        self.known = _Known(root.automaton_state[:1], context, np.zeros(1, int), np.zeros(1))
        self.log_weights = np.full(size, -np.inf)

    def _weigh(self, probabilities: Array, length: int, names: Array, node: Array) -> None:
        """Multiplies the probabilities by what is ahead, and weights by the total."""
        look_ahead, known = self.look_ahead, self.known
        with np.errstate(divide="ignore"):
            terms = np.log(probabilities)  # (n_y, nodes)
        if look_ahead.visits is not None:
            there = np.bincount(node, minlength=probabilities.shape[1])
            look_ahead.visits.passed(known.visited, terms.T, there)
        at = known.visited, known.context, known.automaton_state
        self._log_ahead = look_ahead.of_next(*at, length)  # (nodes, n_y)
        terms += self._log_ahead.T
        top = np.maximum(terms.max(axis=0), -1e300)  # finite also where all are −∞
        np.exp(terms - top, out=probabilities)  # at least one is 1, or none is above 0
        total = probabilities.sum(axis=0)
        probabilities[EOS, total == 0] = 1  # a dead end: the name ends here, and its weight is 0
        with np.errstate(divide="ignore"):
            known.log_weight = known.log_weight + np.log(total) + top

    def _end(self, names: Array, node: Array, length: int) -> None:
        # A log weight is Σ log(total / ahead): log total is in it, and ahead of EOS is 1.
        super()._end(names, node, length)
        self.log_weights[names] = self.known.log_weight[node]

    def _known_of(self, children: Children) -> _Known:
        _, parent, character = children
        look_ahead, known, visited = self.look_ahead, self.known, self.known.visited[parent]
        automaton_state = look_ahead.automaton.after[known.automaton_state[parent], character]
        if look_ahead.visits is None:
            visited = look_ahead.prefixes.child(visited, character)
        else:
            visited = look_ahead.visits.child(visited, character, automaton_state)
        context = look_ahead.contexts.after[known.context[parent], character]
        log_weight = known.log_weight[parent] - self._log_ahead[parent, character]
        return _Known(automaton_state, context, visited, log_weight)

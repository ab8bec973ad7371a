"""A walk that looks ahead (`rnn_names.lookahead.guide`): its names have weights.

On the way, a name of weight w can become w / mean names of weight `mean`: names that lose weight
are given up early, and those above a ceiling, which would be repeated anyway, are split: their
copies go on apart. Otherwise one or two names would have nearly all the weight in the end.
"""

from dataclasses import dataclass
from random import Random

import numpy as np

from rnn_names.arrays import Array, Rows
from rnn_names.lookahead.guide import MAX_LOG_COPIES, LookAhead
from rnn_names.lookahead.preparation import Weights
from rnn_names.network.choice import LARGEST_WALK
from rnn_names.network.prefix_tree import EOS
from rnn_names.sampling.walk import Children, Placed, Walk, WalkSource, changes

FLOOR = 0.3  # of the mean weight: names below it are given up by chance


@dataclass
class _Known(Rows):
    """What is known of some nodes, m of them."""

    automaton_state: Array  # (m,) after each node's prefix
    context: Array  # (m,) of the Markov chain
    visited: Array  # (m,) row among the visited prefixes; −1 for others
    log_weight: Array  # (m,) natural logarithm of the weight so far


class GuidedWalk(Walk):
    """Draws `size` names by a look-ahead; copies have the columns after those."""

    known: _Known

    def __init__(self, source: WalkSource, size: int, bits: Random, look_ahead: LookAhead) -> None:
        super().__init__(source, size, bits)
        self.look_ahead, self._size, root = look_ahead, size, look_ahead.prefixes
        context = look_ahead.contexts.longest(root.string[:1])
        self.known = _Known(root.automaton_state[:1], context, np.zeros(1, int), np.zeros(1))
        self._log_weights = np.zeros(size)
        self._family = np.arange(size, dtype=np.int32)
        self._free = np.zeros(0, np.int32)  # columns of names that were given up
        self._log_means = np.full(source.max_length + 1, -np.inf)
        if look_ahead.log_means is None:  # whole levels, so that the mean weight of each is known
            self.nodes_at_once = LARGEST_WALK

    @property
    def weights(self) -> Weights:
        """Those of the names that have a length, when all are drawn."""
        kept = self.lengths > 0
        return Weights(self._size, self._log_weights[kept], self._family[kept], self._log_means)

    def _weigh(self, probabilities: Array, length: int, names: Array, node: Array) -> Placed:
        """Multiplies the probabilities by what is ahead, and weights by the total."""
        look_ahead, known = self.look_ahead, self.known
        if look_ahead.visits is not None:
            there = np.bincount(node, minlength=probabilities.shape[1])
            look_ahead.visits.passed(known.visited, probabilities.T, there)
        at = known.visited, known.context, known.automaton_state
        self._ahead = look_ahead.of_next(*at, length)  # (nodes, n_y)
        probabilities *= self._ahead.T
        total = probabilities.sum(axis=0)
        probabilities[EOS, total == 0] = 1  # a dead end: the name ends here, and its weight is 0
        with np.errstate(divide="ignore"):
            known.log_weight = known.log_weight + np.log(total)
        return self._resample(length, names, node)

    def _end(self, names: Array, node: Array, length: int) -> None:
        # A log weight is Σ log(total / ahead): log total is in it, and ahead of EOS is 1.
        super()._end(names, node, length)
        self._log_weights[names] = self.known.log_weight[node]

    def _known_of(self, children: Children) -> _Known:
        _, parent, character = children
        look_ahead, known, visited = self.look_ahead, self.known, self.known.visited[parent]
        automaton_state = look_ahead.automaton.after[known.automaton_state[parent], character]
        if look_ahead.visits is None:
            visited = look_ahead.prefixes.child(visited, character)
        else:
            visited = look_ahead.visits.child(visited, character, automaton_state)
        context = look_ahead.contexts.after[known.context[parent], character]
        log_weight = known.log_weight[parent] - np.log(self._ahead[parent, character])
        return _Known(automaton_state, context, visited, log_weight)

    def _resample(self, length: int, names: Array, node: Array) -> Placed:
        """Gives up names of small weight and splits those of large weight, by chance.

        Returns the names that go on, and the node that each is at.
        """
        log_means, log_weight = self.look_ahead.log_means, self.known.log_weight
        if log_means is None:
            log_means = self._log_means
            ended = self._log_weights[self.lengths > 0]
            there = np.concatenate([ended, log_weight[node]])
            log_means[length:] = np.logaddexp.reduce(there) - np.log(self._size)
        log_mean = log_means[length]
        if log_mean == -np.inf:  # no name at all can meet the conditions
            return names, node
        log_ratio = log_weight - log_mean
        is_far = (log_ratio < np.log(FLOOR)) | (log_ratio > np.log(self.look_ahead.ceiling))
        if not is_far.any():
            return names, node
        uniform = np.frombuffer(self.bits.randbytes(4 * len(node)), "<u4") * 2.0**-32
        expected = np.where(is_far, np.exp(np.minimum(log_ratio, MAX_LOG_COPIES)), 1)[node]
        copies = np.floor(expected + uniform).astype(np.intp)
        if copies.sum() > LARGEST_WALK:  # more than `choose` can tell apart
            return names, node
        self.known.log_weight = np.where(is_far, log_mean, log_weight)
        rows = np.repeat(np.arange(len(names)), copies)
        self._free = np.append(self._free, names[copies == 0])
        is_copy = ~changes(rows)
        names, node = names[rows], node[rows]
        names[is_copy] = self._columns_like(names[is_copy], length)
        return names, node

    def _columns_like(self, names: Array, length: int) -> Array:
        """Columns for copies of some names, which have `length` characters so far."""
        missing, size = len(names) - len(self._free), len(self.lengths)
        if missing > 0:
            more = max(missing, size // 8)
            self.text = np.pad(self.text, ((0, 0), (0, more)))
            self.lengths, self._family, self._log_weights = (
                np.pad(each, (0, more)) for each in (self.lengths, self._family, self._log_weights)
            )
            self._free = np.append(self._free, np.arange(size, size + more, dtype=np.int32))
        columns, self._free = np.split(self._free, [len(names)])
        self.text[:length, columns] = self.text[:length, names]
        self._family[columns] = self._family[names]
        return columns

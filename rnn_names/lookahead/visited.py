"""The prefixes that draws have visited, and how draws record them."""

from dataclasses import dataclass, fields

import numpy as np

from rnn_names.arrays import LEAST_LOG, Array, log_sum, rows_by_length
from rnn_names.conditions.automaton import Automaton
from rnn_names.corpus.names import Names
from rnn_names.ngram.contexts import extended, max_symbols
from rnn_names.system import cached_property

HISTORY_SYMBOLS = 6  # symbols of a history, and so of the longest contexts of `chain`
MAX_RECORDED_NUMBERS = 1 << 22  # probabilities that a draw records, n_y for each new prefix


@dataclass
class VisitedPrefixes:
    """The N prefixes that draws have visited, each after its parent, the next shorter prefix."""

    parent: Array  # (N,) row of the prefix without its last character; 0 for row 0
    character: Array  # (N,) index of the last character
    length: Array  # (N,) characters
    automaton_state: Array  # (N,) state of the conditions' automaton
    history: Array  # (N,) the last symbols, up to `HISTORY_SYMBOLS`, as in `ngram.contexts`
    log_probabilities: Array  # (N, n_y) the network's, of the next character
    n_names: Array  # (N,) how many drawn names began with each prefix

    @classmethod
    def only_root(cls, root: Array, automaton: Automaton) -> "VisitedPrefixes":
        """Only the root, which no draw has visited yet."""
        n_y = automaton.next_state.shape[1]
        history = np.zeros(1, np.int64)
        for symbol in (n_y, *root):
            history = extended(history, symbol, n_y, max_symbols(n_y, HISTORY_SYMBOLS))
        return cls(
            parent=np.zeros(1, np.int64),
            character=np.zeros(1, np.int32),
            length=np.array([len(root)]),
            automaton_state=automaton.run(Names.from_lengths(root, np.array([len(root)]))),
            history=history,
            log_probabilities=np.zeros((1, n_y)),
            n_names=np.zeros(1),
        )

    def __len__(self) -> int:
        return len(self.parent)

    @cached_property
    def _sorted(self) -> tuple[Array, Array]:
        """The sorted ids of all prefixes but the root, n_y · parent + character; their rows."""
        child_ids = self.parent[1:] * self.log_probabilities.shape[1] + self.character[1:]
        order = np.argsort(child_ids, kind="stable")
        return child_ids[order], order + 1

    def child(self, row: Array, character: Array) -> Array:
        """The rows of prefixes, given by `row`, with a character added, (m,); −1 if not visited."""
        child_ids, row_of_id = self._sorted
        if not len(child_ids):
            return np.full(len(row), -1)
        child_id = row * self.log_probabilities.shape[1] + character
        at = np.minimum(np.searchsorted(child_ids, child_id), len(child_ids) - 1)
        return np.where((child_ids[at] == child_id) & (row >= 0), row_of_id[at], -1)

    def fill_completion(self, log_completion: Array) -> Array:
        """Fills in `log_completion`, (N, n_y), in place; returns that of each prefix, (N,).

        `log_completion` has an estimate for each next character. If the character leads to a
        visited prefix, the completion of that prefix replaces the estimate.
        """
        terms = self.log_probabilities + log_completion
        terms[self.parent[1:], self.character[1:]] = -np.inf
        values = log_sum(terms)
        for rows in rows_by_length(self.length)[:0:-1]:
            parent, character = self.parent[rows], self.character[rows]
            log_completion[parent, character] = values[rows]
            terms = self.log_probabilities[parent, character] + values[rows]
            np.logaddexp.at(values, parent, terms)
        return values

    def log_reach(self, log_steps: Array) -> Array:
        """The log-probability of reaching each prefix by steps of `log_steps`, (N, n_y): (N,)."""
        log_reach = np.zeros(len(self))
        for rows in rows_by_length(self.length)[1:]:
            parent = self.parent[rows]
            log_reach[rows] = log_reach[parent] + log_steps[parent, self.character[rows]]
        return log_reach

    def most_probable(self, log_completion: Array, size: int) -> Array:
        """The ascending rows of the `size` prefixes that guided draws are most likely to visit."""
        guided = self.log_probabilities + log_completion
        guided -= np.maximum(log_sum(guided.copy()), LEAST_LOG)[:, None]
        most_probable_first = np.lexsort((self.length, -self.log_reach(guided)))
        return np.sort(most_probable_first[:size])

    def take(self, rows: Array) -> "VisitedPrefixes":
        """The prefixes in the given ascending rows, which include all parents."""
        new = np.zeros(len(self), np.int64)
        new[rows] = np.arange(len(rows))
        parts = {column.name: getattr(self, column.name)[rows] for column in fields(self)}
        return VisitedPrefixes(**{**parts, "parent": new[parts["parent"]]})


class VisitRecorder:
    """Records the prefixes that a draw visits, in rows: first `known` prefixes, then new ones."""

    def __init__(self, known: VisitedPrefixes) -> None:
        self.known, self.n_recorded = known, 0
        self._n_rows = len(known)
        self._most = len(known) + MAX_RECORDED_NUMBERS // known.log_probabilities.shape[1]
        self._new: list[tuple[Array, ...]] = []
        self._recorded: list[tuple[Array, ...]] = []

    def child_or_new(self, row: Array, character: Array, automaton_state: Array) -> Array:
        """The row of each longer prefix, a new one if necessary; −1 if there is no room."""
        rows = self.known.child(row, character)
        new = np.flatnonzero((rows < 0) & (row >= 0))[: self._most - self._n_rows]
        rows[new] = self._n_rows + np.arange(len(new))
        self._n_rows += len(new)
        self._new.append((row[new], character[new], automaton_state[new]))
        return rows

    def record(self, rows: Array, log_probabilities: Array, n_names: Array) -> None:
        """Records the network's predictions after the prefixes and how many names have each."""
        has_row = np.flatnonzero(rows >= 0)
        self.n_recorded += len(has_row)
        self._recorded.append((rows[has_row], log_probabilities[has_row], n_names[has_row]))

    def all_prefixes(self) -> VisitedPrefixes:
        """The known prefixes and the new ones."""
        known, n_y = self.known, self.known.log_probabilities.shape[1]
        n_symbols = max_symbols(n_y, HISTORY_SYMBOLS)
        n_new, first = self._n_rows - len(known), len(known)
        columns = (getattr(known, column.name) for column in fields(known))
        widths = ((0, n_new), (0, 0))
        grown = VisitedPrefixes(*(np.pad(column, widths[: column.ndim]) for column in columns))
        for parent, character, automaton_state in self._new:  # parents were added by earlier calls
            rows = slice(first, first + len(parent))
            grown.parent[rows], grown.character[rows] = parent, character
            grown.automaton_state[rows] = automaton_state
            grown.length[rows] = grown.length[parent] + 1
            grown.history[rows] = extended(grown.history[parent], character, n_y, n_symbols)
            first = rows.stop
        for visited, log_probabilities, n_names in self._recorded:
            grown.log_probabilities[visited] = log_probabilities
            grown.n_names[visited] += n_names
        return grown

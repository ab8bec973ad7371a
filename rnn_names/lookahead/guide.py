"""Looking ahead: names that meet a rare condition are found without drawing all others.

The network says what comes next, not what is still to come. The look-ahead adds a guess at that:
`ahead`, the probability that a name which has come so far will meet the conditions in the end. Each
next character is then drawn with

    q(c | prefix)  =  P(c | prefix) · ahead(prefix, c) / total
    total          =  Σ_c P(c | prefix) · ahead(prefix, c)

So a name's importance weight, P(name) / q(name), is the product over its characters of total /
ahead(c). Were the guess right, all would have one weight: the probability of the conditions.

An example: first names that end in "pp". After "Phil" the network gives i 0.29, o 0.21, l 0.16,
a 0.12, and so on. What is ahead of these four, by the guess, is 2e-4, 7e-4, 3e-5 and 1e-5: so they
are drawn with probabilities of about 0.26, 0.65, 0.02 and 0.005.

At prefixes that earlier draws have visited, the guess comes from what the network said there, and
elsewhere from a Markov chain (`rnn_names.ngram.chain`).

A name of weight w comes out w / bound times, rounded up or down at random. So the expected share of
every name is the network's own, whatever the guess is worth, as long as it is above 0 wherever the
conditions can still be met; `UNSEEN` in `chain` sees to that. A bad guess shows in two ways only:
names are drawn in vain, and a name of large weight is repeated. The bound is chosen so that few are
(`rnn_names.lookahead.preparation`). Draws are independent of each other.

At a temperature of 0.02, names that meet a condition may have probabilities of 1e-300: all that is
ahead, and all weights, are kept as natural logarithms.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np

from rnn_names.arrays import Array
from rnn_names.conditions.automaton import Automaton
from rnn_names.conditions.spelling import Spelling
from rnn_names.corpus.names import EOS
from rnn_names.network.ahead import LEAST_LOG, by_level, log_expected, on_tree
from rnn_names.ngram.chain import LONGEST_CONTEXT, fitted_chain, max_contexts, sharpened
from rnn_names.ngram.contexts import Contexts, extended, max_symbols

MAX_RECORDED_NUMBERS = 1 << 22  # probabilities that a draw records; more new prefixes are left out
MAX_COPIES = 32  # how often one proposal may give its name
MAX_VISITED = 1 << 22  # probabilities that the visited prefixes keep, n_y for each


@dataclass(frozen=True)
class LookAhead:
    """Guides draws towards names that an automaton accepts.

    The first one knows nothing (`unguided`); others are `learned` from what draws have visited,
    and measured (`preparation.with_bound`). With `visits`, a draw is one to learn from.
    """

    spelling: Spelling  # what names have to look like, by an automaton of S states
    log_may_end: Array  # (max_length + 1, S) 0 where a name may end, by length and state; else −∞
    prefixes: VisitedPrefixes  # the visited ones, N of them
    # (N, n_y) what is ahead of each character after each visited prefix; in column EOS, 0
    # where a name may end and else −∞
    log_ahead: Array
    contexts: Contexts  # of the Markov chain, K of them
    table: Array  # (max_length + 2, K, S) log ahead by the chain, by length and state
    log_bound: float = 0.0  # natural logarithm of the weight with which a name comes once
    acceptance: float = 0.0  # share of draws that give a name, as measured
    repeats: float = 1.0  # share of names that are repeats, as measured
    visits: Visits | None = None  # where prefixes are recorded, numbered as in `prefixes`

    @classmethod
    def unguided(cls, spelling: Spelling, prefix: Array) -> LookAhead:
        """One that guesses 1 everywhere: draws stay as they are, with weights of 1."""
        states, n_y = spelling.automaton.after.shape
        return cls(
            spelling,
            np.zeros(spelling.may_end.shape),
            VisitedPrefixes.beginning(prefix, spelling.automaton),
            log_ahead=np.zeros((1, n_y)),
            contexts=Contexts(np.zeros(1, np.int64), n_y),
            table=np.zeros((spelling.max_length + 2, 1, states)),
        )

    def learned(
        self, prefixes: VisitedPrefixes, temperature: float, *, explores: bool
    ) -> LookAhead:
        """One that has learned from prefixes that were visited at a temperature.

        If it `explores`, names that end at one of these are left out: they are known.
        """
        automaton, max_length = self.spelling.automaton, self.spelling.max_length
        chain = fitted_chain(
            prefixes.string,
            prefixes.length,
            prefixes.log_probabilities,
            prefixes.n_names,
            max_length,
            max_contexts(automaton, max_length),
            temperature,
        )
        log_may_end = np.where(self.spelling.may_end, 0, -np.inf)
        by_chain = replace(
            self,
            log_may_end=log_may_end,
            contexts=chain.contexts,
            table=chain.log_ahead(automaton, log_may_end),
        )
        ahead: Array = np.empty(prefixes.log_probabilities.shape)
        context = chain.contexts.longest(prefixes.string)
        nowhere = np.full(len(prefixes), -1)
        for rows in by_level(prefixes.length):
            at = nowhere[rows], context[rows], prefixes.automaton_state[rows]
            ahead[rows] = by_chain.log_ahead_of_next(*at, int(prefixes.length[rows[0]]))
        # Of too many prefixes, the most promising are kept. To explore, names that end at known
        # prefixes are then left out, and what is ahead is counted again.
        is_large = ahead.size > MAX_VISITED
        if is_large or not explores:
            prefixes.count_in(ahead)
        if is_large:
            kept = prefixes.most_probable(ahead, MAX_VISITED // ahead.shape[1])
            prefixes, ahead = prefixes.take(kept), ahead[kept]
        if explores:
            ahead[:, EOS] = -np.inf
            prefixes.count_in(ahead)
        return replace(by_chain, prefixes=prefixes, log_ahead=ahead)

    @property
    def log_value(self) -> float:
        """Natural logarithm of the guess at the probability of the conditions."""
        return float(log_expected(self.prefixes.log_probabilities[0], self.log_ahead[0]))

    def log_ahead_of_next(self, visited: Array, context: Array, state: Array, length: int) -> Array:
        """Log ahead of each next character after m prefixes of `length` characters: (m, n_y).

        `visited` has rows of `prefixes`, and others where these lack one: there the chain guesses.
        """
        known = (visited >= 0) & (visited < len(self.log_ahead))
        if known.all():
            return self.log_ahead[visited]
        next_context = self.contexts.after[context, :-1]
        ahead = self.table[length + 1][next_context, self.spelling.automaton.after[state]]
        ahead[:, EOS] = self.log_may_end[length, state]
        ahead[known] = self.log_ahead[visited[known]]
        return ahead

    def copies(self, log_weights: Array, uniform: Array) -> Array:
        """The copies of each name: weight / bound, rounded by chance; `MAX_COPIES` at most.

        `uniform` are random numbers from 0 to 1.
        """
        expected = np.exp(np.minimum(log_weights - self.log_bound, np.log(MAX_COPIES)))
        return np.floor(expected + uniform).astype(np.intp)


@dataclass
class VisitedPrefixes:
    """Prefixes that draws have visited, N of them, and what the network said after each.

    What is ahead of a prefix follows from that (`rnn_names.network.ahead`), with a guess only where
    no longer prefix was visited. Each comes after its parent, which is one character shorter.
    """

    parent: Array  # (N,) row of the prefix without the last character; row 0 is its own
    character: Array  # (N,) index of the last character
    length: Array  # (N,) characters
    automaton_state: Array  # (N,) state of the conditions' automaton
    string: Array  # (N,) the last symbols, up to `LONGEST_CONTEXT`, as in `ngram.contexts`
    log_probabilities: Array  # (N, n_y) the network's, of what comes next
    n_names: Array  # (N,) how many names had each

    @classmethod
    def beginning(cls, prefix: Array, automaton: Automaton) -> VisitedPrefixes:
        """The prefix that every name begins with, not visited yet."""
        n_y = automaton.after.shape[1]
        string = np.zeros(1, np.int64)
        for symbol in (n_y, *prefix):
            string = extended(string, symbol, n_y, max_symbols(n_y, LONGEST_CONTEXT))
        return cls(
            parent=np.zeros(1, np.int64),
            character=np.zeros(1, np.int32),
            length=np.array([len(prefix)]),
            automaton_state=automaton.run(prefix[None], np.array([len(prefix)])),
            string=string,
            log_probabilities=np.zeros((1, n_y)),
            n_names=np.zeros(1),
        )

    def __len__(self) -> int:
        return len(self.parent)

    @cached_property
    def _sorted(self) -> tuple[Array, Array]:
        """A key of each prefix but the first, by parent and character, rising; and its row."""
        keys = self.parent[1:] * self.log_probabilities.shape[1] + self.character[1:]
        order = np.argsort(keys, kind="stable")
        return keys[order], order + 1

    def child(self, row: Array, character: Array) -> Array:
        """Rows of the prefixes one character longer than those of some rows; −1 where unknown."""
        keys, order = self._sorted
        if not len(keys):
            return np.full(len(row), -1)
        key = row * self.log_probabilities.shape[1] + character
        at = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
        return np.where((keys[at] == key) & (row >= 0), order[at], -1)

    def sharpened(self, power: float) -> VisitedPrefixes:
        """The same prefixes at a temperature that is `power` times as low."""
        return replace(self, log_probabilities=sharpened(self.log_probabilities, power))

    def count_in(self, log_ahead: Array) -> None:
        """Overwrites what is ahead of a character where it leads to one of the prefixes."""
        tree = self.parent, self.character, self.length
        on_tree(self.log_probabilities, log_ahead, *tree, logs=True)

    def log_probs(self, log_steps: Array) -> Array:
        """Natural logarithm of each prefix's probability by its steps', given the first (N,)."""
        log_probs = np.zeros(len(self))
        for rows in by_level(self.length)[1:]:
            above = self.parent[rows]
            log_probs[rows] = log_probs[above] + log_steps[above, self.character[rows]]
        return log_probs

    def most_probable(self, log_ahead: Array, size: int) -> Array:
        """Rows, rising, of the `size` prefixes that guided draws are most likely to visit."""
        guided = self.log_probabilities + log_ahead
        guided -= np.maximum(log_expected(guided, np.zeros(1)), LEAST_LOG)[:, None]
        return np.sort(np.lexsort((self.length, -self.log_probs(guided)))[:size])

    def take(self, rows: Array) -> VisitedPrefixes:
        """Some of the prefixes, rows rising; the beginnings of each are among them."""
        new = np.zeros(len(self), np.int64)
        new[rows] = np.arange(len(rows))
        parts = {each.name: getattr(self, each.name)[rows] for each in fields(self)}
        return VisitedPrefixes(**{**parts, "parent": new[parts["parent"]]})


class Visits:
    """Records the prefixes that a draw visits: `known` ones, and new ones behind them."""

    def __init__(self, known: VisitedPrefixes) -> None:
        self.known, self.n_recorded = known, 0
        self._n_rows = len(known)
        self._most = len(known) + MAX_RECORDED_NUMBERS // known.log_probabilities.shape[1]
        self._new: list[tuple[Array, ...]] = []
        self._recorded: list[tuple[Array, ...]] = []

    def child(self, row: Array, character: Array, automaton_state: Array) -> Array:
        """The row of each longer prefix. A new one gets the next; −1 when no more are recorded."""
        rows = self.known.child(row, character)
        new = np.flatnonzero((rows < 0) & (row >= 0))[: self._most - self._n_rows]
        rows[new] = self._n_rows + np.arange(len(new))
        self._n_rows += len(new)
        self._new.append((row[new], character[new], automaton_state[new]))
        return rows

    def record(self, rows: Array, log_probabilities: Array, names: Array) -> None:
        """Records what the network said after some prefixes, and how many names had them."""
        kept = np.flatnonzero(rows >= 0)
        self.n_recorded += len(kept)
        self._recorded.append((rows[kept], log_probabilities[kept], names[kept]))

    def joined(self) -> VisitedPrefixes:
        """All prefixes that are known now."""
        known, n_y = self.known, self.known.log_probabilities.shape[1]
        n_symbols = max_symbols(n_y, LONGEST_CONTEXT)
        n_new, first = self._n_rows - len(known), len(known)
        columns = (getattr(known, each.name) for each in fields(known))
        widths = ((0, n_new), (0, 0))
        grown = VisitedPrefixes(*(np.pad(column, widths[: column.ndim]) for column in columns))
        for parent, character, automaton_state in self._new:  # none together with its parent
            rows = slice(first, first + len(parent))
            grown.parent[rows], grown.character[rows] = parent, character
            grown.automaton_state[rows] = automaton_state
            grown.length[rows] = grown.length[parent] + 1
            grown.string[rows] = extended(grown.string[parent], character, n_y, n_symbols)
            first = rows.stop
        for visited, log_probabilities, names in self._recorded:
            grown.log_probabilities[visited] = log_probabilities
            grown.n_names[visited] += names
        return grown

"""Looking ahead: how names that meet a rare condition are found without drawing all others.

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

At prefixes that earlier draws have passed, the guess comes from what the network said there, and
elsewhere from a Markov chain (`rnn_names.ngram.chain`).

A name of weight w comes out w / bound times, rounded up or down at random. So the expected share of
every name is the network's own, whatever the guess is worth, as long as it is above 0 wherever the
conditions can still be met; `UNSEEN` in `chain` and `LEAST` in `ahead` see to that. A bad guess
shows in two ways only: names are drawn in vain, and a name of large weight is repeated. The bound
is chosen so that few are (`rnn_names.lookahead.preparation`).

Where a block of the stream is small, and a name comes many times at once, the block's end may cut
some of them off; this is not corrected.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property
from random import Random

import numpy as np

from rnn_names.arrays import Array
from rnn_names.conditions.automaton import Automaton
from rnn_names.network.ahead import by_level, on_tree
from rnn_names.network.choice import LARGEST_WALK
from rnn_names.network.prefix_tree import EOS
from rnn_names.ngram.chain import LONGEST_CONTEXT, fitted, max_contexts
from rnn_names.ngram.contexts import Contexts, extended, max_symbols

MAX_NUMBERS = 1 << 23  # probabilities that are kept of a draw; further new prefixes are not
MAX_VISITED = 1 << 22  # numbers that the visited prefixes take, n_y each
DRAWN_BY_LEVEL = 1 << 12  # names that are drawn together, level by level, at most
MAX_BOUND = 64  # in mean weights; higher: more draws for a name, lower: more repeats
MAX_LOG_COPIES = 30  # e³⁰ copies of a name fit an integer, and no draw can hold so many


@dataclass(frozen=True)
class LookAhead:
    """Guides draws towards names that an automaton accepts.

    The first one knows nothing (`unguided`); others are `learned` from what draws have passed, and
    measured (`preparation.with_bound`). With `visits`, a draw is one to learn from.
    """

    automaton: Automaton  # of the conditions, S states
    min_length: int  # in characters
    max_length: int  # in characters
    prefixes: VisitedPrefixes  # the visited ones, N of them
    # (N, n_y) what is ahead of each character after each visited prefix; in column EOS, 1
    # where a name may end and else 0
    ahead: Array
    contexts: Contexts  # of the Markov chain, K of them
    table: Array  # (max_length + 2, K, S) ahead by the chain, by length and state
    may_end: Array  # (max_length + 1, S) whether a name may, by length and state: 1 or 0
    # (max_length + 1,) natural logarithm of the mean weight of a draw at each length; None to
    # take it from the draw at hand, which then goes on level by level
    log_means: Array | None
    log_bound: float = 0.0  # natural logarithm of the weight with which a name comes once
    ceiling: float = MAX_BOUND  # in mean weights; names above it are split
    acceptance: float = 0.0  # rate: of the names drawn, how many come out, as measured
    repeats: float = 0.0  # of the names that come out, the share that are repeats, as measured
    visits: Visits | None = None  # where prefixes are recorded, numbered as in `prefixes`

    @classmethod
    def unguided(
        cls, automaton: Automaton, prefix: Array, min_length: int, max_length: int
    ) -> LookAhead:
        """One whose guess is always 1, so draws stay as they are, with weights of 1."""
        states, n_y = automaton.after.shape
        return cls(
            automaton,
            min_length,
            max_length,
            VisitedPrefixes.beginning(prefix, automaton),
            ahead=np.ones((1, n_y)),
            contexts=Contexts(np.zeros(1, np.int64), n_y),
            table=np.ones((max_length + 2, 1, states)),
            may_end=np.ones((max_length + 1, states)),
            log_means=np.zeros(max_length + 1),
        )

    def learned(self, prefixes: VisitedPrefixes) -> LookAhead:
        """One that has learned from visited prefixes."""
        seen = prefixes.string, prefixes.length, prefixes.probabilities, prefixes.passed
        n_contexts = max_contexts(self.automaton, self.max_length)
        chain = fitted(*seen, self.max_length, n_contexts)
        by_chain = replace(
            self,
            contexts=chain.contexts,
            table=chain.ahead(self.automaton, self.min_length, self.max_length),
            may_end=self.automaton.may_end(self.min_length, self.max_length),
            log_means=None,
            ceiling=MAX_BOUND,
        )
        ahead: Array = np.empty(prefixes.probabilities.shape)
        context = chain.contexts.longest(prefixes.string)
        nowhere = np.full(len(prefixes), -1)
        for rows in by_level(prefixes.length):
            at = nowhere[rows], context[rows], prefixes.automaton_state[rows]
            ahead[rows] = by_chain.of_next(*at, int(prefixes.length[rows[0]]))
        on_tree(prefixes.probabilities, ahead, prefixes.parent, prefixes.character, prefixes.length)
        if ahead.size > MAX_VISITED:
            kept = prefixes.most_probable(ahead, MAX_VISITED // ahead.shape[1])
            prefixes, ahead = prefixes.take(kept), ahead[kept]
        return replace(by_chain, prefixes=prefixes, ahead=ahead)

    @property
    def log_value(self) -> float:
        """Natural logarithm of the guess at the probability of the conditions."""
        with np.errstate(divide="ignore"):
            return float(np.log(self.prefixes.probabilities[0] @ self.ahead[0]))

    @property
    def largest_walk(self) -> int:
        """How many names may be drawn together."""
        return DRAWN_BY_LEVEL if self.log_means is None else LARGEST_WALK

    def of_next(self, visited: Array, context: Array, state: Array, length: int) -> Array:
        """What is ahead of each next character after m prefixes of `length` characters: (m, n_y).

        `visited` has rows of `prefixes`, and others where these lack one: there the chain guesses.
        """
        known = (visited >= 0) & (visited < len(self.ahead))
        if known.all():
            return self.ahead[visited]
        next_context = self.contexts.after[context, :-1]
        ahead = self.table[length + 1][next_context, self.automaton.after[state]]
        ahead[:, EOS] = self.may_end[length, state]
        ahead[known] = self.ahead[visited[known]]
        return ahead

    def copies(self, log_weights: Array, bits: Random) -> Array:
        """How often each name comes out: weight / bound, rounded by chance."""
        uniform = (np.frombuffer(bits.randbytes(8 * len(log_weights)), "<u8") >> 11) * 2.0**-53
        expected = np.exp(np.minimum(log_weights - self.log_bound, MAX_LOG_COPIES))
        return np.floor(expected + uniform).astype(np.intp)


@dataclass
class VisitedPrefixes:
    """Prefixes that draws have passed, N of them, and what the network said there.

    What is ahead of a prefix follows from that (`rnn_names.network.ahead`), with a guess only where
    no longer prefix was passed. Each comes after its parent, which is one character shorter.
    """

    parent: Array  # (N,) row of the prefix without the last character; row 0 is its own
    character: Array  # (N,) index of the last character
    length: Array  # (N,) characters
    automaton_state: Array  # (N,) state of the conditions' automaton
    string: Array  # (N,) the last symbols, up to `LONGEST_CONTEXT`, as in `ngram.contexts`
    probabilities: Array  # (N, n_y) float32. The network's, of what comes next
    passed: Array  # (N,) how many names have passed

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
            probabilities=np.zeros((1, n_y), np.float32),
            passed=np.zeros(1),
        )

    def __len__(self) -> int:
        return len(self.parent)

    @cached_property
    def _sorted(self) -> tuple[Array, Array]:
        """A key of each prefix but the first, by parent and character, rising; and its row."""
        keys = self.parent[1:] * self.probabilities.shape[1] + self.character[1:]
        order = np.argsort(keys, kind="stable")
        return keys[order], order + 1

    def child(self, row: Array, character: Array) -> Array:
        """Rows of the prefixes one character longer than those of some rows; −1 where unknown."""
        keys, order = self._sorted
        if not len(keys):
            return np.full(len(row), -1)
        key = row * self.probabilities.shape[1] + character
        at = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
        return np.where((keys[at] == key) & (row >= 0), order[at], -1)

    def log_probs(self, steps: Array) -> Array:
        """Natural logarithm of each prefix's probability by `steps`, given the first (N,)."""
        log_probs = np.zeros(len(self))
        with np.errstate(divide="ignore"):
            for rows in by_level(self.length)[1:]:
                above = self.parent[rows]
                of_last = steps[above, self.character[rows]].astype(np.float64)
                log_probs[rows] = log_probs[above] + np.log(of_last)
        return log_probs

    def most_probable(self, ahead: Array, size: int) -> Array:
        """Rows, rising, of the `size` prefixes that draws guided by `ahead` pass most likely."""
        guided = self.probabilities * ahead
        guided /= np.maximum(guided.sum(axis=1, keepdims=True), 1e-300)
        return np.sort(np.lexsort((self.length, -self.log_probs(guided)))[:size])

    def take(self, rows: Array) -> VisitedPrefixes:
        """Some of the prefixes, rows rising; the beginnings of each are among them."""
        new = np.zeros(len(self), np.int64)
        new[rows] = np.arange(len(rows))
        parts = {each.name: getattr(self, each.name)[rows] for each in fields(self)}
        return VisitedPrefixes(**{**parts, "parent": new[parts["parent"]]})


class Visits:
    """Records the prefixes that a draw passes: `known` ones, and new ones behind them."""

    def __init__(self, known: VisitedPrefixes) -> None:
        self.known, self.n_passed = known, 0
        self._n_rows = len(known)
        self._most = len(known) + MAX_NUMBERS // known.probabilities.shape[1]
        self._new: list[tuple[Array, ...]] = []
        self._passed: list[tuple[Array, ...]] = []

    def child(self, row: Array, character: Array, automaton_state: Array) -> Array:
        """The row of each longer prefix. A new one gets the next; −1 when no more are recorded."""
        rows = self.known.child(row, character)
        new = np.flatnonzero((rows < 0) & (row >= 0))[: self._most - self._n_rows]
        rows[new] = self._n_rows + np.arange(len(new))
        self._n_rows += len(new)
        self._new.append((row[new], character[new], automaton_state[new]))
        return rows

    def passed(self, rows: Array, probabilities: Array, names: Array) -> None:
        """Notes what the network gave after some prefixes, and how many names are there."""
        kept = np.flatnonzero(rows >= 0)
        self.n_passed += len(kept)
        self._passed.append((rows[kept], probabilities[kept].astype(np.float32), names[kept]))

    def joined(self) -> VisitedPrefixes:
        """All prefixes that are known now."""
        known, n_y = self.known, self.known.probabilities.shape[1]
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
        for passed, probabilities, names in self._passed:
            grown.probabilities[passed] = probabilities
            grown.passed[passed] += names
        return grown

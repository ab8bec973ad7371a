"""Looking ahead: how names that meet a rare condition are found without drawing all others.

The network says what comes next, not what is still to come. The look-ahead adds a guess at that:
`ahead`, the probability that a name which has come so far will meet the conditions in the end. Each
next character is then drawn with

    q(c | prefix)  =  P(c | prefix) · ahead(prefix, c) / total
    total          =  Σ_c P(c | prefix) · ahead(prefix, c)

So a name's weight, P(name) / q(name), is the product over its characters of total / ahead(c). Were
the guess right, every name would have the same weight: the probability of the conditions.

An example: first names that end in "pp". After "Phil" the network gives i 0.29, o 0.21, l 0.16,
a 0.12, and so on. What is ahead of these four, by the guess, is 2e-4, 7e-4, 3e-5 and 1e-5: so they
are drawn with probabilities of about 0.26, 0.65, 0.02 and 0.005.

At prefixes that earlier draws have passed, the guess comes from what the network said there
(`rnn_names.lookahead.visited`), and elsewhere from a Markov chain (`rnn_names.ngram.chain`).

A name of weight w comes out w / bound times, rounded up or down at random. So the expected share of
every name is the network's own, whatever the guess is worth, as long as it is above 0 wherever the
conditions can still be met; `UNSEEN` in `chain` and `LEAST` in `ahead` see to that. A bad guess
shows in two ways only: names are drawn in vain, and a name of large weight is repeated. The bound
is chosen so that few are (`rnn_names.lookahead.preparation`).

On the way, too, a name of weight w can become w / mean names of weight `mean`: names that lose
weight are given up early, and those above `MAX_BOUND`, which would be repeated anyway, are split:
their copies go on apart. Otherwise weights would drift apart until one or two names have it all.

Where a block of the stream is small, and a name comes many times at once, the block's end may take
some of them; this is not corrected.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

import numpy as np

from rnn_names.arrays import Array, Rows
from rnn_names.conditions.automaton import Automaton
from rnn_names.lookahead.visited import VisitedPrefixes, Visits
from rnn_names.network.ahead import by_level, on_tree
from rnn_names.network.choice import LARGEST_WALK
from rnn_names.network.prefix_tree import EOS
from rnn_names.ngram.chain import MarkovChain, fitted, max_contexts

MAX_TABLE = 1 << 24  # numbers in the tables of all states, characters and lengths
MAX_VISITED = 1 << 22  # numbers that the visited prefixes take, n_y each
FLOOR = 0.3  # of the mean weight: names below it are given up by chance
DRAWN_BY_LEVEL = 1 << 12  # names that are drawn together, level by level, at most
MAX_BOUND = 64  # in mean weights; higher: more draws for a name, lower: more repeats
MAX_LOG_COPIES = 30  # e³⁰ copies of a name fit an integer, and no draw can hold so many


def max_states(n_y: int, max_length: int) -> int:
    """How many states an automaton may have, so that tables stay below `MAX_TABLE`."""
    return MAX_TABLE // (n_y * (max_length + 1))


@dataclass(frozen=True)
class LookAheadState(Rows):
    """What the look-ahead knows of some nodes of a draw, m of them."""

    automaton_state: Array  # (m,) after each node's prefix
    context: Array  # (m,) of the Markov chain
    visited: Array  # (m,) row among the visited prefixes; −1 for others
    log_weight: Array  # (m,) natural logarithm of the weight so far


@dataclass(frozen=True)
class LookAhead:
    """Guides draws towards names that an automaton accepts.

    kind        fields that are set                         made by
    unguided    those without a default                     `Sampler.unguided_look_ahead`
    learned     chain, table and ahead, too                 `learned`
    measured    log_bound, log_means, share, repeats, too   `preparation.with_bound`
    recording   visits, beside those of any kind            `replace`, for draws to learn from
    """

    automaton: Automaton  # of the conditions
    min_length: int  # in characters
    max_length: int  # in characters
    prefixes: VisitedPrefixes  # the visited ones, N of them
    chain: MarkovChain | None = None  # the Markov chain
    table: Array | None = None  # (max_length + 2, K, S) ahead by the chain, by length and state
    # (N, n_y) what is ahead of each character after each visited prefix; in column EOS, 1
    # where a name may end and else 0
    ahead: Array | None = None
    log_bound: float = 0.0  # natural logarithm of the weight with which a name comes once
    # (max_length + 1,) natural logarithm of the mean weight of a draw at each length; None to
    # take it from the draw at hand, which then goes on level by level
    log_means: Array | None = None
    ceiling: float = MAX_BOUND  # in mean weights; names above it are split
    share: float = 0.0  # of the names drawn, how many come out, as measured
    repeats: float = 0.0  # of the names that come out, the share that are repeats, as measured
    visits: Visits | None = None  # where prefixes are recorded, numbered as in `prefixes`

    def learned(self, prefixes: VisitedPrefixes) -> LookAhead:
        """One that has learned from visited prefixes."""
        chain = fitted(
            prefixes.string,
            prefixes.length,
            prefixes.probabilities,
            prefixes.passed,
            self.max_length,
            max_contexts(self.automaton, self.max_length),
        )
        table = chain.ahead(self.automaton, self.min_length, self.max_length)
        grown = replace(self, chain=chain, table=table, log_means=None, ceiling=MAX_BOUND)
        n_y = self.automaton.after.shape[1]
        ahead = np.empty((len(prefixes), n_y))
        contexts = chain.contexts.longest(prefixes.string)
        for rows in by_level(prefixes.length):
            length = int(prefixes.length[rows[0]])
            ahead[rows] = grown._guess(contexts[rows], prefixes.automaton_state[rows], length)
        on_tree(prefixes.probabilities, ahead, prefixes.parent, prefixes.character, prefixes.length)
        if ahead.size > MAX_VISITED:
            kept = prefixes.most_passed(ahead, MAX_VISITED // n_y)
            prefixes, ahead = prefixes.take(kept), ahead[kept]
        return replace(grown, prefixes=prefixes, ahead=ahead)

    @property
    def log_value(self) -> float:
        """Natural logarithm of the guess at the probability of the conditions."""
        assert self.ahead is not None
        with np.errstate(divide="ignore"):
            return float(np.log(self.prefixes.probabilities[0] @ self.ahead[0]))

    @property
    def largest_walk(self) -> int:
        """How many names may be drawn together."""
        return DRAWN_BY_LEVEL if self.log_means is None else LARGEST_WALK

    def count_possible(self) -> float:
        """How many names the automaton accepts; infinity for very many."""
        counts = self.automaton.counts(self.min_length, self.max_length)
        return float(counts[self.prefixes.length[0], self.prefixes.automaton_state[0]])

    def first(self) -> LookAheadState:
        """The state of the root."""
        root, context = self.prefixes, np.zeros(1, np.int32)
        if self.chain is not None:
            context = self.chain.contexts.longest(root.string[:1]).astype(np.int32)
        return LookAheadState(root.automaton_state[:1], context, np.zeros(1, np.int64), np.zeros(1))

    def weigh(
        self, probabilities: Array, ahead_state: LookAheadState, length: int, node: Array
    ) -> tuple[LookAheadState, Array | None]:
        """Multiplies the probabilities of the next characters, (n_y, m), in place by what is ahead.

        The prefixes have `length` characters; `node` (k,) is where each name is. Returns the
        state, weighed by `total`; and what is ahead, (m, n_y), None for unguided draws.
        """
        if self.visits is not None:
            names = np.bincount(node, minlength=probabilities.shape[1])
            self.visits.passed(ahead_state.visited, probabilities.T, names)
        if self.ahead is None:
            return ahead_state, None
        known = (ahead_state.visited >= 0) & (ahead_state.visited < len(self.ahead))
        if known.all():
            ahead = self.ahead[ahead_state.visited]
        else:
            ahead = self._guess(ahead_state.context, ahead_state.automaton_state, length)
            ahead[known] = self.ahead[ahead_state.visited[known]]
        probabilities *= ahead.T
        total = probabilities.sum(axis=0)
        probabilities[EOS, total == 0] = 1  # a dead end: the name ends here, and its weight is 0
        with np.errstate(divide="ignore"):
            return replace(ahead_state, log_weight=ahead_state.log_weight + np.log(total)), ahead

    def split(
        self, ahead_state: LookAheadState, node: Array, log_mean: float, bits: Random
    ) -> tuple[LookAheadState, Array]:
        """Gives up names of small weight and splits those of large weight, by chance.

        `node` (k,) is where each name is; `log_mean` is of the mean weight at their length.
        Returns the state, and (k,) how many names each becomes.
        """
        copies = np.ones(len(node), np.intp)
        if log_mean == -np.inf:  # no name at all can meet the conditions
            return ahead_state, copies
        off = ahead_state.log_weight - log_mean
        far = (off < np.log(FLOOR)) | (off > np.log(self.ceiling))
        if not far.any():
            return ahead_state, copies
        log_weight = np.where(far, log_mean, ahead_state.log_weight)
        uniform = np.frombuffer(bits.randbytes(4 * len(node)), "<u4") * 2.0**-32
        changed = np.flatnonzero(far[node])
        copies[changed] = np.exp(np.minimum(off, MAX_LOG_COPIES))[node[changed]] + uniform[changed]
        return replace(ahead_state, log_weight=log_weight), copies

    def follow(
        self, ahead_state: LookAheadState, parent: Array, character: Array, ahead: Array | None
    ) -> LookAheadState:
        """The state of children, as in `frontier.Children`; `ahead` is what `weigh` gave."""
        automaton_state = self.automaton.after[ahead_state.automaton_state[parent], character]
        context, visited = ahead_state.context[parent], ahead_state.visited[parent]
        log_weight = ahead_state.log_weight[parent]
        if self.visits is not None:
            visited = self.visits.child(visited, character, automaton_state)
        else:
            visited = self.prefixes.child(visited, character)
        if self.chain is not None and ahead is not None:
            context = self.chain.contexts.after[context, character]
            log_weight = log_weight - np.log(ahead[parent, character])
        return LookAheadState(automaton_state, context, visited, log_weight)

    def copies(self, log_weights: Array, bits: Random) -> Array:
        """How often each name comes out: weight / bound, rounded by chance."""
        uniform = (np.frombuffer(bits.randbytes(8 * len(log_weights)), "<u8") >> 11) * 2.0**-53
        expected = np.exp(np.minimum(log_weights - self.log_bound, MAX_LOG_COPIES))
        return np.floor(expected + uniform).astype(np.intp)

    def _guess(self, context: Array, automaton_state: Array, length: int) -> Array:
        """What is ahead of each next character by the chain: (m, n_y)."""
        assert self.chain is not None and self.table is not None
        next_context = self.chain.contexts.after[context, :-1]
        ahead = self.table[length + 1][next_context, self.automaton.after[automaton_state]]
        ahead[:, EOS] = self.automaton.accepting[automaton_state] & (length >= self.min_length)
        return ahead

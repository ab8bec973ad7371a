"""Looking ahead: how names that meet a rare condition are found without drawing the many that do
not.

The network says what comes next, not what is still to come. The guide has a guess at that: `ahead`,
the chance that a name which has come to a state of the conditions' automaton, with a certain last
character and length, will meet the conditions in the end. It comes from a small Markov model of the
network (what the network says next, on the average over places with the same last character and
automaton state), by a recursion from the longest length down.

A name is then drawn with each character's probability p multiplied by what is ahead of it:  q = p ·
ahead / Σ p · ahead. So it comes with the wrong law, but how wrong is known: its weight, (its
probability by the network) / (its probability when drawn so), is the product of  Σ p · ahead  over
its places, divided by that of the chosen  ahead. It is kept with the chance weight / `highest`,
which makes the law of what is kept the network's own law given the conditions (von Neumann's
rejection). A guess that is off costs time; it does not show in the law.

`highest`, the bound of the weights, is the largest of a pilot of 32,768 names, and the only thing
here that is not exact: a name whose weight is above it comes more rarely than it should. Were the
weights of the pilot drawn again, about one of them would be above; so the share of the law that is
in the wrong place is about (highest / mean weight) / 32,768 at most: its bias.

Measured on a plain cell of 256 units trained on first names, which draws 160,000 names/s per core
without a guide:

    condition                     meet it    names/s without   with a guide   pilot   bias, bound
    (half the pilot: bound, measured)
    --suffix xyz                  6.0e-7               0.1           4,600   0.5 s   0.10 %
    (0.36 %, below 0.01 %)
    --contains zq --contains x    2.2e-7              0.04           1,000   0.6 s   0.29 %
    (1.5 %, 0.10 %)
    --match Q.*q.*x               2.8e-8             0.005           1,500   0.3 s   0.41 %
    (1.4 %, 0.15 %)
    --suffix q                    6.3e-4               100           1,300   0.4 s   0.45 %
    (0.41 %, 0.23 %)
    --min-length 15               5.2e-5                 8              89   1.7 s   0.93 %
    (1.7 %, 1.3 %)

"Measured" is the mean excess of weights over the bound in 200,000 to 400,000 further names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names.network.prefix_tree import EOS

if TYPE_CHECKING:
    from random import Random

    from numpy.typing import NDArray

    from rnn_names.sampling.dfa import Automaton

CONTEXTS = 128
"""Last characters that are told apart; the rarer ones of a large vocabulary (by code point) share
one."""

UNSEEN = 0.01
"""Share of the guess at the next character that is spread evenly, so that nothing possible is ruled
out."""

LEAN = 5.0
"""Places that count for the guess from fewer circumstances."""

MAX_TABLE = 1 << 24
"""Numbers in a table."""


def max_states(n_y: int, max_length: int) -> int:
    """How many states an automaton may have, so that its guide's tables stay below `MAX_TABLE`."""
    return MAX_TABLE // (n_y * (max_length + 1))


@dataclass(frozen=True)
class LookAheadState:
    """Where some nodes of a walk stand.

    Attributes:
        state: (m,) of the automaton.
        last: (m,) context of the last character.
        log_weight: (m,) natural logarithm of the weight so far.
    """

    state: NDArray[np.int32]
    last: NDArray[np.intp]
    log_weight: NDArray[np.float64]

    def __getitem__(self, nodes: slice) -> LookAheadState:
        """Those of some of the nodes."""
        return LookAheadState(self.state[nodes], self.last[nodes], self.log_weight[nodes])

    @staticmethod
    def concatenate(parts: list[LookAheadState]) -> LookAheadState:
        """Those of all nodes of several parts, in order."""
        return LookAheadState(
            np.concatenate([part.state for part in parts]),
            np.concatenate([part.last for part in parts]),
            np.concatenate([part.log_weight for part in parts]),
        )


class Guide:
    """Steers a walk towards names that an automaton accepts.

    It begins with what is possible at all for what is ahead, and so leaves the network's law alone
    but for dead ends. `learn` makes it better by what it has seen.

    Attributes:
        ahead: for each length up to the longest, (n_y, S): what is ahead of each next character in
            each state; in row EOS, 1 where a name may end and else 0.
        log_highest: natural logarithm of the bound of the weights.
    """

    def __init__(self, automaton: Automaton, min_length: int, max_length: int) -> None:
        self.automaton, self.min_length, self.max_length = automaton, min_length, max_length
        n_states, n_y = automaton.after.shape
        self._context = np.minimum(np.arange(n_y), CONTEXTS - 1)
        seen_states = n_states if n_states * n_y * CONTEXTS <= MAX_TABLE else 1
        self._seen = np.zeros((min(n_y, CONTEXTS), seen_states, n_y))
        self._learns = True
        with np.errstate(
            over="ignore"
        ):  # the number of names that are possible: of chances, 200 in a row could come to 0
            self.ahead = [
                (ahead > 0).astype(float) for ahead in self._look_ahead(np.ones((1, 1, n_y)))
            ]
        self.log_highest = 0.0

    def first(self, prefix: NDArray[Any]) -> LookAheadState:
        """The marks of the node after a prefix of indices."""
        state = self.automaton.run(prefix[None], np.array([len(prefix)]))
        last = self._context[prefix[-1:]] if len(prefix) else np.zeros(1, np.intp)
        return LookAheadState(state, last, np.zeros(1))

    def is_hopeless(self, first: LookAheadState, length: int) -> bool:
        """Whether no name at all meets the conditions."""
        return not self.ahead[length][:, first.state].any()

    def steer(
        self, chances: NDArray[np.float64], marks: LookAheadState, length: int
    ) -> LookAheadState:
        """Multiplies the chances of the next characters, (n_y, m) by column, by what is ahead of
        them; the marks after that.
        """
        if self._learns:
            np.add.at(
                self._seen,
                (marks.last, np.minimum(marks.state, self._seen.shape[1] - 1)),
                chances.T,
            )
        chances *= self.ahead[length][:, marks.state]
        total = chances.sum(axis=0)
        chances[EOS, total == 0] = 1  # a dead end: the name ends here, and its weight is 0
        with np.errstate(divide="ignore"):
            return replace(marks, log_weight=marks.log_weight + np.log(total))

    def follow(
        self, marks: LookAheadState, parent: NDArray[Any], character: NDArray[Any], length: int
    ) -> LookAheadState:
        """The marks of children: child i goes on from node parent[i], which `steer` has seen, with
        character[i].
        """
        state = marks.state[parent]
        log_weight = marks.log_weight[parent] - np.log(self.ahead[length][character, state])
        return LookAheadState(
            self.automaton.after[state, character], self._context[character], log_weight
        )

    def keeps(self, log_weights: NDArray[np.float64], bits: Random) -> NDArray[np.bool_]:
        """Which of some finished names are kept, by chance."""
        uniform = (
            (np.frombuffer(bits.randbytes(8 * len(log_weights)), "<u8") >> 11) + 0.5
        ) * 2.0**-53
        kept: NDArray[np.bool_] = np.log(uniform) < log_weights - self.log_highest
        return kept

    def learn(self) -> None:
        """Looks ahead by all that the network has said so far."""
        general = _average(self._seen.sum(axis=(0, 1), keepdims=True), 1 / self._seen.shape[2])
        by_last = _average(self._seen.sum(axis=1, keepdims=True), general)
        by_both = _average(self._seen, by_last)
        self.ahead = self._look_ahead((1 - UNSEEN) * by_both + UNSEEN / self._seen.shape[2])

    def settle(self, log_weights: NDArray[np.float64], drawn: int) -> float:
        """Takes the bound from the weights of the names that a pilot of `drawn` names brought, and
        ends learning; the share kept.
        """
        self._learns = False
        self.log_highest = float(log_weights.max(initial=-np.inf))
        if self.log_highest == -np.inf:
            return 0.0
        return float(np.exp(log_weights - self.log_highest).sum()) / drawn

    def _look_ahead(self, next_character: NDArray[np.float64]) -> list[NDArray[np.float64]]:
        """`ahead` by the chances of the next character: (contexts or 1, S or 1, n_y)."""
        after, accepting = self.automaton.after, self.automaton.accepting
        tables = [np.zeros(after.T.shape) for _ in range(self.max_length + 1)]
        for length in range(self.max_length, -1, -1):
            ahead = tables[length]
            ahead[EOS] = accepting & (length >= self.min_length)
            if length < self.max_length:
                # (contexts or 1, S): by last character and state, one character on
                later = np.einsum("xsc,cs->xs", next_character, tables[length + 1])
                ahead[1:] = later[np.minimum(self._context[1:, None], len(later) - 1), after.T[1:]]
        return tables


def _average(seen: NDArray[np.float64], otherwise: Any) -> NDArray[np.float64]:
    """The mean of the chances that were added up along the last axis, leaning on another guess
    where few were seen.
    """
    n = seen.sum(axis=-1, keepdims=True)
    return (seen + LEAN * otherwise) / (n + LEAN)

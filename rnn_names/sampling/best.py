"""The most probable names, exactly: best-first search over the tree of prefixes.

No name is more probable than any of its beginnings. So when the open beginnings are looked into
from the most probable one down, a finished name that is at least as probable as every beginning
still open comes next in the list, for certain. The network runs for many open beginnings at once;
some of them would not have been needed, which costs a little time and changes nothing.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rnn_names.corpus.names import Names
from rnn_names.errors import SamplingError, setting
from rnn_names.network import rnn
from rnn_names.network.prefix_tree import EOS
from rnn_names.network.threads import one_blas_thread
from rnn_names.sampling.sampler import Sampler

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rnn_names.network.language_model import LanguageModel
    from rnn_names.sampling.options import Options

AT_ONCE = 256
"""Beginnings that the network runs for together."""

MAX_MEMORY = 1 << 29
"""Bytes that open beginnings may take."""

BYTES_PER_BEGINNING = 300
"""What an open beginning takes besides a hidden state."""


class _Beginning(NamedTuple):
    """An open beginning of names; they sort by falling probability, and then by age."""

    minus_log_prob: float
    number: int
    text: str
    character: int
    """Index of the last character of `text`."""
    state: int
    """Of the conditions' automaton, after `text`."""
    before: NDArray[Any]
    """(n_a,) hidden state before that character; shared by those that part there."""


def best(model: LanguageModel, count: int, options: Options) -> Iterator[Names]:
    """The names that are most probable by a model's law and meet the conditions, from the most
    probable down, in parts.

    The law is that of `rnn_names.sampling.stream` at the temperature, top-k and top-p of `options`;
    `seed` and `unique` make no difference; `start` skips names.

    Raises:
        VocabularyError, SamplingError: as `rnn_names.sampling.stream.sample`; SamplingError, too,
            when the search would take more memory than `MAX_MEMORY`, after the names that are
            certain.
    """
    search = _Search(Sampler(model, options), options.start + count)
    skipped = found = 0
    with one_blas_thread():
        while found < options.start + count and search.is_open:
            search.step()
            certain = search.certain(options.start + count - found)
            found += len(certain)
            skip = min(options.start - skipped, len(certain))
            skipped += skip
            yield Names.from_strings(certain[skip:])
            if search.n_open > search.limit:
                raise SamplingError(
                    f"only {found - skipped:,} of {count:,} names are certain: more than "
                    f"{search.limit:,} beginnings are open; ask for "
                    f"fewer names, or for a prefix, a lower {setting('max_length')} or a lower "
                    f"{setting('temperature')}"
                )
    if found < options.start + count:
        raise SamplingError(
            f"only {found - skipped:,} of {count:,} names found: no others meet the conditions"
        )


class _Search:
    """Open beginnings and finished names, each as a heap from the most probable down."""

    def __init__(self, walk: Sampler, wanted: int) -> None:
        self.walk, self.wanted, self.work = walk, wanted, rnn.Workspace()
        self.limit = MAX_MEMORY // (BYTES_PER_BEGINNING + 4 * walk.first_state.size)
        self.characters = [chr(code) for code in walk.codes]
        self.possible, _, _ = walk.possible()
        self.number = 0
        self._open: list[_Beginning] = []
        self._finished: list[tuple[float, int, str]] = []
        self._bar: list[
            float
        ] = []  # the log-probabilities of the `wanted` best finished names, the lowest first
        self._root = wanted > 0

    @property
    def is_open(self) -> bool:
        """Whether the list can still become longer."""
        return bool(self._root or self._open or self._finished)

    @property
    def n_open(self) -> int:
        """Beginnings that are open."""
        return len(self._open)

    def step(self) -> None:
        """Looks into the most probable open beginnings."""
        if self._root:  # the prefix: its own probability is left out, here as in sampling
            self._root = False
            state = self.possible.first(self.walk.prefix).state
            self._look_into(
                [0.0],
                ["".join(self.characters[i] for i in self.walk.prefix)],
                state,
                self.walk.first_state,
            )
            return
        batch = [heapq.heappop(self._open) for _ in range(min(AT_ONCE, len(self._open)))]
        if batch:
            character = np.array([beginning.character for beginning in batch])
            before = np.stack([beginning.before for beginning in batch])
            states = self.walk.states_after(before, np.arange(len(batch)), character, self.work)
            self._look_into(
                [-beginning.minus_log_prob for beginning in batch],
                [beginning.text for beginning in batch],
                np.array([beginning.state for beginning in batch]),
                states,
            )

    def _look_into(
        self, log_probs: list[float], texts: list[str], state: NDArray[Any], states: NDArray[Any]
    ) -> None:
        """Finishes the names that end at some beginnings, and opens the beginnings that go on from
        there.
        """
        length = np.array([len(text) for text in texts])
        chances = self.walk.next_chances(states, self.work)
        chances *= np.stack(
            [self.possible.ahead[n][:, s] for n, s in zip(length, state, strict=True)], axis=1
        )
        with np.errstate(divide="ignore"):
            log_chances = np.log(chances) + log_probs
        ends = np.flatnonzero(log_chances[EOS] > self.bar)
        for i, text in zip(ends, self.meeting([texts[i] for i in ends]), strict=True):
            if text:
                self._finish(float(log_chances[EOS, i]), text)
        characters, rows = np.nonzero(log_chances[1:] > self.bar)
        after = self.possible.automaton.after[state[rows], characters + 1]
        values = log_chances[characters + 1, rows]
        before = {row: states[row].copy() for row in np.unique(rows)}
        for value, row, character, new in zip(
            values.tolist(), rows.tolist(), (characters + 1).tolist(), after.tolist(), strict=True
        ):
            self.number += 1
            text = texts[row] + self.characters[character]
            heapq.heappush(
                self._open, _Beginning(-value, self.number, text, character, new, before[row])
            )

    def meeting(self, texts: list[str]) -> list[str]:
        """The texts, with an empty one for each that breaks a condition."""
        names, meets = Names.from_strings(texts), np.ones(len(texts), dtype=bool)
        for condition in self.walk.conditions:
            meets &= condition.passes(names)
        return [text if met else "" for text, met in zip(texts, meets, strict=True)]

    @property
    def bar(self) -> float:
        """A log-probability that what can still get into the list is above; -inf while the list is
        not full.
        """
        return self._bar[0] if len(self._bar) == self.wanted else -np.inf

    def _finish(self, log_prob: float, text: str) -> None:
        self.number += 1
        heapq.heappush(self._finished, (-log_prob, self.number, text))
        heapq.heappush(self._bar, log_prob)
        if len(self._bar) > self.wanted:
            heapq.heappop(self._bar)

    def certain(self, count: int) -> list[str]:
        """Takes the finished names, `count` at most, that no open beginning can come before."""
        names: list[str] = []
        while (
            len(names) < count
            and self._finished
            and (not self._open or self._finished[0][0] <= self._open[0].minus_log_prob)
        ):
            names.append(heapq.heappop(self._finished)[2])
        return names

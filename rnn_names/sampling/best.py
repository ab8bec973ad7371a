"""The most probable names, exactly: a search of all prefixes above a bound.

No name is more probable than any of its beginnings. So all names above some probability are found
by looking into every prefix above it, and into no other. The bound is lowered from search to
search, until there are as many names as wanted: the prefixes above it grow about as 1 / bound, so
that all searches before the last cost little. The search goes depth first: few prefixes wait at any
time. Whenever it knows twice the names wanted, the bound rises to the least of the better half.

Where there would be too many prefixes, the search stops at a higher bound: the names above that are
certain, and an error says how many they are.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rnn_names.arrays import Array, Rows, Workspace
from rnn_names.conditions.edits import FarApart
from rnn_names.conditions.options import CommonOptions
from rnn_names.corpus.names import Names
from rnn_names.errors import LongNamesWarning, SamplingError
from rnn_names.network.language_model import LanguageModel
from rnn_names.network.prefix_tree import EOS
from rnn_names.processes.threads import one_blas_thread
from rnn_names.sampling.frontier import Children, Frontier, NodeBatch
from rnn_names.sampling.sampler import Sampler, sampler_of
from rnn_names.sampling.stream import ENDLESS
from rnn_names.sampling.unique import Remembered

AT_ONCE = 1024  # prefixes that the network runs for together
CHARACTERS_AT_ONCE = 1 << 26  # of waiting prefixes: fewer run together where names are long
MAX_PER_CHARACTER = 1 << 16  # prefixes from which on the ranking leaves out longer names
MAX_PREFIXES = 1 << 22  # where a search ends, after 10 to 30 seconds for the bundled models
LONG_NAMES = 50  # characters from which it ends sooner, since their prefixes take longer
FIRST_BOUND = -8.0  # log-probability, in nats: some thousand prefixes at most lie above it
LEAST_LOWER, MOST_LOWER = 1.2, 8.0  # what the bound, as a probability, is divided by
_Name = tuple[float, list[int]]  # what it is ranked by, and its indices
Progress = Callable[[int], Any]  # takes how many more prefixes are done


def best(
    model: LanguageModel,
    count: int,
    options: CommonOptions,
    progress: Progress | None = None,
    *,
    rank: str = "total",
) -> Iterator[Names]:
    """The most probable names that meet the conditions, from the most probable down, in parts.

    `seed` and `unique` make no difference; `start` skips names. Names of one probability come in
    the order of their characters. After the names that are certain, SamplingError is raised if
    there are too few.

    With `rank` "per-character", names go by the mean log-probability of their characters, the end
    counted and a single prefix left out. Where the longest name has M characters, its end counted,
    a name of L is ranked by M / L times its log-probability: no more than that of any of its
    beginnings, so the same search finds them.
    """
    if options.remember is None:
        names, shortage = _found(model, count, options, progress, rank)
    else:
        file, new = Remembered(options.remember), replace(options, remember=None)
        with file.turn() as (others, _):
            new = replace(new, exclude=[*new.exclude, *others.to_strings()])
        names, shortage = _found(model, count, new, progress, rank)
        with file.turn() as (others, added):
            if len(others):  # another run added names meanwhile: once more, and it has to wait
                new = replace(new, exclude=[*new.exclude, *others.to_strings()])
                names, shortage = _found(model, count, new, progress, rank)
            added.append(names)
    if count:
        yield names
    if shortage:
        raise shortage


def _found(
    model: LanguageModel,
    count: int,
    options: CommonOptions,
    progress: Progress | None,
    rank: str,
) -> tuple[Names, SamplingError | None]:
    """The names, and an error if they are too few."""
    wanted = options.start + count
    sampler = sampler_of(model, options)
    search = _Search(sampler, wanted, progress, rank)
    if not count:
        return Names.from_strings([]), None
    with one_blas_thread():
        if rank == "per-character" and options.max_length is None:
            longest = _longest_in_reach(sampler, wanted)
            if longest < sampler.max_length:
                warnings.warn(
                    f"the ranking is of names of at most {longest} characters; to look into longer "
                    "ones would take too long",
                    LongNamesWarning,
                    stacklevel=2,
                )
                shorter = Sampler(model, replace(sampler.options, max_length=longest))
                search = _Search(shorter, wanted, progress, rank)
        is_done, names = search.run(), search.far_apart
        while len(names) < wanted and len(search.certain) == search.wanted:
            search = _Search(search.sampler, 2 * search.wanted, progress, rank)
            is_done, names = search.run(), search.far_apart
    names, shortage = names[options.start : wanted], None
    if len(names) < count:
        found = "found" if is_done else "are certain"
        reason, named = search.reason()
        shortage = SamplingError(
            f"only {len(names):,} of {count:,} names {found}: {reason}", settings=named
        )
    return Names.from_strings(names), shortage


def _longest_in_reach(sampler: Sampler, wanted: int) -> int:
    """The length up to which names can be ranked per character before the search must end.

    Where the longest names have M characters, the end counted, all names of a mean of at least
    bound / M have a log-probability above the bound. So they are known, and if there are as many as
    wanted, they are the best. The longer names may be, the lower the bound must be.
    """
    begun, reach = len(sampler.prefix), 0
    search = _Search(sampler, ENDLESS, None)
    for bound, names in search.by_bound():
        if search.is_all:
            return sampler.max_length
        length = np.array([len(text) + 1 - begun for _, text in names])
        mean = (np.array([log_prob for log_prob, _ in names]) + search.log_share) / length
        for longest in range(sampler.max_length, max(reach, sampler.min_length) - 1, -1):
            most = longest + 1 - begun
            if np.sum((length <= most) & (mean >= bound / most)) >= wanted:
                reach = longest
                break
        if reach == sampler.max_length or search.n_prefixes >= MAX_PER_CHARACTER:
            break
    return reach or sampler.max_length


@dataclass(frozen=True)
class _Prefixes(Rows):
    """Prefixes of one length to look into, m of them, given the prefix of all names."""

    text: Array
    automaton_state: Array
    log_prob: Array


class _Search:
    def __init__(
        self, sampler: Sampler, wanted: int, progress: Progress | None, rank: str = "total"
    ) -> None:
        self.sampler, self.wanted, self.progress = sampler, wanted, progress
        self._is_per_character = rank == "per-character"
        self.unguided, _, self._others = sampler.unguided_look_ahead()
        self.automaton = self.unguided.automaton
        self._can_be_finished = self.automaton.counts(sampler.min_length, sampler.max_length) > 0
        # Natural logarithm of the probability that a name begins as it must, if not in one way.
        self.log_share = float(np.log(sampler.beginnings.share)) if sampler.beginnings else 0.0
        size = sampler.n_y * sampler.max_length**2
        self._at_once = max(min(AT_ONCE, CHARACTERS_AT_ONCE // size), 1)
        self._work = Workspace()
        self.certain: list[str] = []  # the names found for sure, from the most probable down
        self.done = 0  # prefixes looked into
        self.n_prefixes = 0  # of these, in the last search
        self._left_out = -np.inf  # the highest log-probability of what was below the bound
        self._vanished = False

    def run(self) -> bool:
        """Looks for the names. Says whether they are all that there are, or as many as wanted."""
        found: list[_Name] = []
        for _, found in self.by_bound():
            if len(found) == self.wanted:
                break
        self.certain = ["".join(chr(self.sampler.codes[i]) for i in text) for _, text in found]
        return len(found) == self.wanted or self.is_all

    @property
    def is_all(self) -> bool:
        """Whether the last search left out nothing that is possible."""
        return self._left_out == -np.inf

    def by_bound(self) -> Iterator[tuple[float, list[_Name]]]:
        """Searches above lower and lower bounds: gives each bound, and the best names above it.

        Ends with the last names that are possible, or where there are too many prefixes.
        """
        most = MAX_PREFIXES * LONG_NAMES // max(self.sampler.min_length, LONG_NAMES)
        bound, n_steps, n_before = FIRST_BOUND, 1, 0
        while (names := self._above(bound, most - self.done)) is not None:
            yield bound, names
            affordable = (most - self.done) / self.n_prefixes
            if self.is_all or affordable < LEAST_LOWER:
                return
            # Names above a bound grow as prefixes do: about as 1 / its probability. Where these
            # grow more slowly, larger and larger steps.
            factor = min(2 * self.wanted / max(len(names), 1), MOST_LOWER, affordable)
            n_steps = 2 * n_steps if self.n_prefixes < 2 * n_before else 1
            bound = min(bound, self._left_out) - n_steps * float(np.log(factor))
            n_before = self.n_prefixes

    @property
    def far_apart(self) -> list[str]:
        """The names that are certain, without those that `min_edits` leaves out."""
        far_apart = FarApart.of(self.sampler.options)
        return self.certain if far_apart is None else [*filter(far_apart.passes, self.certain)]

    def reason(self) -> tuple[str, list[str]]:
        """Why there are not more names; and the options that this names."""
        if not self.is_all:
            return (
                f"the search ended after {self.done:,} beginnings of names; ask for fewer names, "
                "or for a prefix, a lower max_length or a lower temperature"
            ), ["prefix", "max_length", "temperature"]
        if self._vanished:
            return (
                "the probabilities of all others that meet the conditions are too small for the "
                "network's numbers; a higher temperature makes them larger"
            ), ["temperature"]
        return "no others meet the conditions", []

    def _ranked(self, log_probs: Array, length: Array) -> Array:
        """What names of some lengths are ranked by, (m,), from their log-probabilities."""
        if not self._is_per_character:
            return log_probs
        begun = len(self.sampler.prefix)
        longest = self.sampler.max_length - begun + 1
        return (log_probs + self.log_share) * longest / (length - begun + 1)

    def _above(self, bound: float, most: int) -> list[_Name] | None:
        """The most probable names above a bound; None where there are more than `most` prefixes."""
        found, self._left_out, self.n_prefixes = _BestNames(self.wanted, bound), -np.inf, 0
        frontier = Frontier(self.sampler.max_length + 2, self._at_once)
        prefix, states = self.sampler.prefix, self.sampler.first_state
        text = prefix[None].astype(np.min_scalar_type(self.sampler.n_y))
        automaton_state = self.unguided.prefixes.automaton_state[:1]
        length, prefixes = len(prefix), _Prefixes(text, automaton_state, np.zeros(1))
        while True:
            self.n_prefixes += len(prefixes.text)
            self.done += len(prefixes.text)
            frontier.add(length + 1, self._look_into(prefixes, states, found))
            if self.progress is not None:
                self.progress(len(prefixes.text))
            if not frontier:
                return found.names()
            if self.n_prefixes >= most:
                self._left_out = bound
                return None
            length, (nodes, prefixes, _, _) = frontier.take()
            states = self.sampler.states_after(nodes, self._work)

    def _look_into(self, batch: _Prefixes, states: Array, found: _BestNames) -> NodeBatch:
        """Records the names that end at some prefixes, and gives the prefixes that go on."""
        length = batch.text.shape[1]
        probabilities = self.sampler.next_probabilities(states, self._work).T
        beginnings = self.sampler.beginnings
        if beginnings is not None and length < beginnings.depth:
            beginnings.narrow(probabilities.T, batch.text)
        may_follow = np.zeros(probabilities.shape, bool)
        may_follow[:, EOS] = self.automaton.accepting[batch.automaton_state]
        may_follow[:, EOS] &= length >= self.sampler.min_length
        after = self.automaton.after[batch.automaton_state]
        may_follow[:, 1:] = self._can_be_finished[length + 1][after[:, 1:]]
        if (may_follow & (probabilities == 0)).any():
            self._vanished = not (self.sampler.options.top_k or self.sampler.options.top_p)
            may_follow &= probabilities > 0
        with np.errstate(divide="ignore"):
            log_probs = np.log(probabilities) + batch.log_prob[:, None]
        log_probs[:, EOS] = self._ranked(log_probs[:, EOS], np.array(length))
        is_above = may_follow & (log_probs >= found.bound)
        below = log_probs[may_follow & ~is_above]
        self._left_out = max(self._left_out, float(below.max(initial=-np.inf)))
        ends = np.flatnonzero(is_above[:, EOS])
        ends = ends[self._meets(batch.text[ends], np.full(len(ends), length))]
        found.add(batch.text[ends], log_probs[ends, EOS])
        parent, character = np.nonzero(is_above[:, 1:])
        character += 1
        last = character[:, None].astype(batch.text.dtype)
        text = np.concatenate([batch.text[parent], last], axis=1)
        longer = _Prefixes(text, after[parent, character], log_probs[parent, character])
        return NodeBatch(Children(states, parent, character), longer)

    def _meets(self, text: Array, length: Array) -> Array:
        """Whether texts, (m, L) indices, meet all conditions but those of the automaton."""
        meets = np.ones(len(text), bool)
        if self._others and len(text):
            inside = np.arange(text.shape[1]) < length[:, None]
            names = Names.from_lengths(self.sampler.codes[text[inside]], length)
            for condition in self._others:
                meets &= condition.passes(names)
        return meets


class _BestNames:
    """The most probable names above a bound, which rises once there are enough of them."""

    def __init__(self, wanted: int, bound: float) -> None:
        self.wanted, self.bound = wanted, bound
        self._names: list[_Name] = []

    def add(self, texts: Array, ranked: Array) -> None:
        """Records names and what they are ranked by."""
        self._names += zip(ranked.tolist(), texts.tolist(), strict=True)
        if len(self._names) >= 2 * self.wanted:
            self._names = self.names()
            self.bound = max(self.bound, self._names[-1][0])

    def names(self) -> list[_Name]:
        """As many names as wanted, the best ones first."""
        return sorted(self._names, key=lambda name: (-name[0], name[1]))[: self.wanted]

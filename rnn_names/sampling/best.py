"""The most probable names, exactly: a search of all prefixes above a bound.

No name is more probable than any of its beginnings. So where 20 names above some probability are
known, from a few draws, the 20 most probable names of all are found by looking into every prefix
above it, and into no other. The search goes depth first: few prefixes wait at any time.

How many prefixes lie above a bound is estimated from unguided draws: when one of M draws passes a
prefix of probability P, that stands for 1 / (M P) prefixes (Knuth 1975, "Estimating the efficiency
of backtrack programs"). Where there would be too many, the search stops at a higher bound: the
names above that are certain, and an error says how many they are.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from random import Random

import numpy as np

from rnn_names.arrays import Array, Rows, Workspace
from rnn_names.conditions.edits import FarApart
from rnn_names.conditions.options import CommonOptions
from rnn_names.corpus.names import Names
from rnn_names.errors import LongNamesWarning, SamplingError
from rnn_names.lookahead.preparation import Preparation
from rnn_names.lookahead.visited import VisitedPrefixes, Visits
from rnn_names.network.language_model import LanguageModel
from rnn_names.network.prefix_tree import EOS
from rnn_names.processes.threads import one_blas_thread
from rnn_names.sampling.frontier import Children, Frontier, NodeBatch
from rnn_names.sampling.sampler import Sampler, sampler_of
from rnn_names.sampling.unique import Remembered

AT_ONCE = 1024  # prefixes that the network runs for together
CHARACTERS_AT_ONCE = 1 << 26  # of waiting prefixes: fewer run together where names are long
FEW_DRAWS, MANY_DRAWS = 1 << 10, 1 << 13  # unguided, for a bound; many where few bring none
FEW_PREFIXES = 1 << 14
FIRST_PREFIXES = 1 << 18  # a longer search begins with about so many, to test the estimate
MAX_PER_CHARACTER = 1 << 18  # where the longest names are left out of a ranking per character
MAX_PREFIXES = 1 << 22  # where a search ends, after 10 to 30 seconds for the bundled models
LONG_NAMES = 50  # characters from which it ends sooner, since their prefixes take longer
LOWER = float(np.log(16))  # nats by which the bound falls where too few names lie above it
MARGIN = 1e-3  # nats: probabilities computed in different batches differ by rounding
Progress = Callable[[int, int], None]  # takes how many prefixes are done, and how many are expected


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
    search = _Search(sampler_of(model, options), wanted, progress, rank)
    if not count:
        return Names.from_strings([]), None
    with one_blas_thread():
        if rank == "per-character" and options.max_length is None:
            # All that comes after a beginning might cost nothing. So the longer names may be, the
            # further the search must go.
            longest = search.longest_within(MAX_PER_CHARACTER)
            if longest < search.sampler.max_length:
                warnings.warn(
                    f"the ranking is of names of at most {longest} characters; to look into longer "
                    "ones would take too long",
                    LongNamesWarning,
                    stacklevel=2,
                )
                shorter = Sampler(model, replace(search.sampler.options, max_length=longest))
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
        size = sampler.n_y * sampler.max_length**2
        self._at_once = max(min(AT_ONCE, CHARACTERS_AT_ONCE // size), 1)
        self._most = MAX_PREFIXES * LONG_NAMES // max(sampler.min_length, LONG_NAMES)
        self._work = Workspace()
        self.certain: list[str] = []  # the names found for sure, from the most probable down
        self.done = self._expected = 0  # prefixes looked into
        self._is_all = self._vanished = False

    def run(self) -> bool:
        """Looks for the names. Says whether they are all that there are, or as many as wanted."""
        estimate, goal = self._goal
        bound, last, scale = max(goal, estimate.bound_of(FIRST_PREFIXES)), np.inf, 1.0
        while bound < last:
            before, expected = self.done, max(estimate.count_above(bound), 1.0)
            self._expected = before + int(expected * scale)
            names = self._above(bound)
            if names is None:
                return False
            self.certain, last, scale = names, bound, (self.done - before) / expected
            if len(names) == self.wanted or self._is_all:
                return True
            bound = goal if goal < bound else bound - LOWER
            bound = max(bound, estimate.bound_of((self._most - self.done) / scale))
        return False

    @property
    def far_apart(self) -> list[str]:
        """The names that are certain, without those that `min_edits` leaves out."""
        far_apart = FarApart.of(self.sampler.options)
        return self.certain if far_apart is None else [*filter(far_apart.passes, self.certain)]

    def longest_within(self, most: int) -> int:
        """The length of names up to which a ranking per character takes about `most` prefixes."""
        estimate, goal = self._goal
        begun, longest = len(self.sampler.prefix), self.sampler.max_length
        per_character = goal / (longest - begun + 1)
        while longest > self.sampler.min_length and (
            estimate.count_above(per_character * (longest - begun + 1)) > most
        ):
            longest -= 1
        return longest

    def reason(self) -> tuple[str, list[str]]:
        """Why there are not more names; and the options that this names."""
        if not self._is_all:
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

    # --- The bound -------------------------------------------------------------------------------

    @cached_property
    def _goal(self) -> tuple[_Estimate, float]:
        """An estimate of the prefixes, and a bound with as many names above it as wanted."""
        visits = self._unguided_draws(FEW_DRAWS)
        estimate = _Estimate(visits.joined(), self._can_be_finished)
        goal = self._bound_of(visits.joined())
        if goal is None or estimate.count_above(goal) > FEW_PREFIXES:
            visits = self._unguided_draws(MANY_DRAWS)
            estimate = _Estimate(visits.joined(), self._can_be_finished)
            preparation = Preparation(self.sampler.weighed, self.unguided, visits)
            for rounds in range(3):
                preparation.after(rounds)
                goal = self._bound_of(preparation.prefixes)
                if goal is not None and estimate.count_above(goal) <= FIRST_PREFIXES:
                    break
        return estimate, estimate.bound_of(FIRST_PREFIXES) if goal is None else goal

    def _unguided_draws(self, size: int) -> Visits:
        visits = Visits(self.unguided.prefixes)
        self.sampler.walk(size, Random(0), replace(self.unguided, visits=visits))
        return visits

    def _bound_of(self, prefixes: VisitedPrefixes) -> float | None:
        """The log-probability that as many names as wanted have, at least; None without them.

        Only names whose prefixes were all passed count: the probability of their end is known.
        """
        with np.errstate(divide="ignore"):
            log_probs = prefixes.log_probs() + np.log(prefixes.probabilities[:, EOS])
        log_probs = self._ranked(log_probs, prefixes.length)
        is_name = self.automaton.accepting[prefixes.automaton_state] & np.isfinite(log_probs)
        rows = np.flatnonzero(is_name & (prefixes.length >= self.sampler.min_length))
        rows = rows[np.argsort(-log_probs[rows], kind="stable")]
        texts = prefixes.texts(rows, self.sampler.prefix)
        meets = self._meets(texts, prefixes.length[rows])
        kept = log_probs[rows[meets]]
        return None if len(kept) < self.wanted else float(kept[self.wanted - 1]) - MARGIN

    def _ranked(self, log_probs: Array, length: Array) -> Array:
        """What names of some lengths are ranked by, (m,), from their log-probabilities."""
        if not self._is_per_character:
            return log_probs
        beginnings, begun = self.sampler.beginnings, len(self.sampler.prefix)
        log_share = 0.0 if beginnings is None else float(np.log(beginnings.share))
        longest = self.sampler.max_length - begun + 1
        return (log_probs + log_share) * longest / (length - begun + 1)

    # --- The search ------------------------------------------------------------------------------

    def _above(self, bound: float) -> list[str] | None:
        """The most probable names above a bound, as many as wanted; None where it takes too long.

        `_is_all` then says whether nothing possible is below the bound.
        """
        found, self._is_all = _Found(self.wanted, bound), True
        frontier = Frontier(self.sampler.max_length + 2, self._at_once)
        prefix, states = self.sampler.prefix, self.sampler.first_state
        text = prefix[None].astype(np.min_scalar_type(self.sampler.n_y))
        state = self.unguided.prefixes.automaton_state[:1]
        length, prefixes = len(prefix), _Prefixes(text, state, np.zeros(1))
        while True:
            self.done += len(prefixes.text)
            frontier.add(length + 1, self._look_into(prefixes, states, found))
            if self.progress is not None:
                self.progress(self.done, max(self._expected, self.done))
            if not frontier:
                return found.names(self.sampler.codes)
            if self.done >= self._most:
                self._is_all = False
                return None
            length, (nodes, prefixes, _, _) = frontier.take()
            states = self.sampler.states_after(nodes, self._work)

    def _look_into(self, batch: _Prefixes, states: Array, found: _Found) -> NodeBatch:
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
        self._is_all &= bool((is_above == may_follow).all())
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


class _Found:
    """The most probable names above a bound, which rises once there are enough of them."""

    def __init__(self, wanted: int, bound: float) -> None:
        self.wanted, self.bound = wanted, bound
        self._names: list[tuple[float, list[int]]] = []  # minus the log-probability, and indices

    def add(self, texts: Array, log_probs: Array) -> None:
        """Records names."""
        self._names += zip((-log_probs).tolist(), texts.tolist(), strict=True)
        if len(self._names) >= 2 * self.wanted + AT_ONCE:
            self._names = sorted(self._names)[: self.wanted]
            self.bound = max(self.bound, -self._names[-1][0])

    def names(self, codes: Array) -> list[str]:
        """The names, from the most probable down."""
        best = sorted(self._names)[: self.wanted]
        return ["".join(chr(codes[index]) for index in text) for _, text in best]


class _Estimate:
    """How many prefixes lie above a bound, by unguided draws."""

    def __init__(self, prefixes: VisitedPrefixes, can_be_finished: Array) -> None:
        log_probs = prefixes.log_probs()
        kept = can_be_finished[prefixes.length, prefixes.automaton_state] & np.isfinite(log_probs)
        order = np.argsort(-log_probs[kept], kind="stable")
        self._falling = log_probs[kept][order]
        share = prefixes.passed[kept][order] / prefixes.passed[0]
        self._count = np.cumsum(share / np.exp(np.maximum(self._falling, -600)))

    def count_above(self, bound: float) -> float:
        """About how many prefixes have a log-probability of at least `bound`."""
        n = int(np.searchsorted(-self._falling, -bound, side="right"))
        return float(self._count[n - 1]) if n else 1.0

    def bound_of(self, count: float) -> float:
        """The lowest log-probability above which there are about `count` prefixes at most."""
        n = int(np.searchsorted(self._count, count, side="right"))
        return -np.inf if n == len(self._count) else float(self._falling[max(n - 1, 0)])

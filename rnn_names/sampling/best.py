"""The most probable names, exactly: a search of all prefixes above a bound.

No name is more probable than any of its beginnings. So all names above some probability are found
by looking into every prefix above it, and into no other. The bound is lowered from search to
search, until there are as many names as wanted: the prefixes above it grow about as 1 / bound, so
that all searches before the last cost little. The search goes depth first: few prefixes wait at any
time. When it knows twice as many names as wanted, the bound rises to the least of the better half.

Where there would be too many prefixes, the search stops at a higher bound: the names above that are
certain, and an error says how many they are.
"""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rnn_names.arrays import Array, Rows, Workspace, rows_by_length
from rnn_names.conditions.edits import FarApart
from rnn_names.conditions.options import CommonOptions
from rnn_names.conditions.spelling import names_from_indices
from rnn_names.corpus.names import EOS, Names
from rnn_names.errors import LongNamesWarning, SamplingError, count_phrase
from rnn_names.network.language_model import LanguageModel
from rnn_names.processes.threads import one_blas_thread
from rnn_names.sampling.name_queue import ENDLESS
from rnn_names.sampling.remembered import Remembered
from rnn_names.sampling.sampler import ConditionalSampler, make_sampler, rows_that_pass
from rnn_names.sampling.walk import Children, Frontier, NodeBatch

AT_ONCE = 1024  # prefixes for which the network runs together
CHARACTERS_AT_ONCE = 1 << 26  # of waiting prefixes: fewer run together where names are long
MAX_PER_CHARACTER = 1 << 16  # prefixes from which on the ranking leaves out longer names
MAX_PREFIXES = 1 << 22  # where a search ends, after 10 to 30 seconds for the bundled models
LONG_NAMES = 50  # characters from which it ends sooner, since their prefixes take longer
FIRST_BOUND = -8.0  # log-probability, in nats: some thousand prefixes at most lie above it
MIN_BOUND_STEP, MAX_BOUND_STEP = 1.2, 8.0  # by which the bound, as a probability, is divided
COLD = 0.5  # the temperature below which the network runs in float64
_Name = tuple[float, list[int]]  # the number that ranks it, and its indices
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

    def search(others: Names) -> tuple[Names, SamplingError | None]:
        excluded = [*options.exclude, *others.to_strings()]
        return _search(
            model, count, replace(options, exclude=excluded, remember=None), progress, rank
        )

    if options.remember is None:
        names, shortage = search(Names.from_strings([]))
    else:
        file = Remembered(options.remember)
        with file.turn() as (before, _):
            pass
        names, shortage = search(before)
        with file.turn() as (others, added):
            if len(others):  # another run added names meanwhile: once more, and it has to wait
                names, shortage = search(Names.concatenate([before, others]))
            added.append(names)
    if count:
        yield names
    if shortage:
        raise shortage


def _search(
    model: LanguageModel, count: int, options: CommonOptions, progress: Progress | None, rank: str
) -> tuple[Names, SamplingError | None]:
    """The names found, and an error if they are too few."""
    sampler, options = make_sampler(model, options)
    search = _Search(sampler, progress, rank)
    last = options.start + count
    if not count:
        return Names.from_strings([]), None
    with one_blas_thread():
        if rank == "per-character" and options.max_length is None:
            longest = _longest_in_reach(_Search(sampler, None, "total"), last)
            if longest < sampler.spelling.max_length:
                warnings.warn(
                    f"the ranking is of names of at most {count_phrase(longest, 'character')}; to look "
                    "into longer ones would take too long",
                    LongNamesWarning,
                    stacklevel=2,
                )
                shorter = ConditionalSampler(model, replace(sampler.options, max_length=longest))
                search = _Search(shorter, progress, rank)
        wanted = last
        while True:
            names = certain = search.run(wanted)
            if far_apart := FarApart.of(options):
                names = [*filter(far_apart.add_if_far, certain)]
            if len(names) >= last or len(certain) < wanted:
                break
            wanted *= 2  # since `min_edits` leaves some out
    names = names[options.start : last]
    found = Names.from_strings(names)
    if len(names) == count:
        return found, None
    only = f"only {len(names):,} of {count:,} names"
    if search.is_all:
        return found, SamplingError(f"{only} found: no others meet the conditions", [])
    return found, SamplingError(
        f"{only} are certain: the search ended after {search.done:,} beginnings of names; ask for "
        "fewer names, or for a prefix, a lower max_length or a lower temperature",
        ["prefix", "max_length", "temperature"],
    )


def _longest_in_reach(search: "_Search", wanted: int) -> int:
    """The length up to which names can be ranked per character before the search must end.

    Where the longest names have M characters, the end counted, all names of a mean of at least
    bound / M have a log-probability above the bound. So they are known, and if there are as many as
    wanted, they are the best. The longer names may be, the lower the bound must be.
    """
    shortest, longest = search.spelling.min_length, search.spelling.max_length
    reach = 0
    for bound, names in search.by_bound(ENDLESS):
        if search.is_all:
            return longest
        length = np.array([len(text) for _, text in names]) - search.begun
        mean = np.array([log_prob for log_prob, _ in names]) / length
        up_to = np.arange(shortest, longest + 1)[:, None] - search.begun
        n_known = np.sum((length <= up_to) & (mean >= bound / up_to), axis=1)
        reach = max([reach, *(up_to[n_known >= wanted, 0] + search.begun).tolist()])
        if reach == longest or search.n_prefixes >= MAX_PER_CHARACTER:
            break
    return reach or longest


@dataclass(frozen=True)
class _Prefixes(Rows):
    """Prefixes of one length to look into, m of them."""

    text: Array
    automaton_state: Array
    log_prob: Array  # natural logarithm of their probability; a single prefix is left out


class _Search:
    def __init__(self, sampler: ConditionalSampler, progress: Progress | None, rank: str) -> None:
        self.sampler, self.spelling, self._progress = sampler, sampler.spelling, progress
        self._is_per_character = rank == "per-character"
        # At low temperatures, the best names may take steps too improbable for float32.
        drawer = sampler.walk_sampler
        self._source, self._roots = drawer.quick, drawer.roots
        if (sampler.options.temperature or 1) < COLD:
            self._source, self._roots = drawer.exact, drawer.exact_roots
        self._is_one = len(drawer.texts) == 1  # prefix, whose probability is left out
        # Characters of each name that do not count; its end counts.
        self.begun = len(drawer.texts[0]) - 1 if self._is_one else -1
        size = self._source.n_y * self.spelling.max_length**2
        self._at_once = max(min(AT_ONCE, CHARACTERS_AT_ONCE // size), 1)
        self._work = Workspace(self._source.dtype)
        self.done = 0  # prefixes looked into
        self.n_prefixes = 0  # prefixes of the last search
        self._best: list[_Name] = []  # above the bound, twice as many as wanted at most
        self._left_out = -np.inf  # the highest log-probability of what was below the bound

    def run(self, wanted: int) -> list[str]:
        """The most probable names, from the most probable down: as many as wanted, if possible."""
        self.done = 0
        found: list[_Name] = []
        for _, found in self.by_bound(wanted):
            if len(found) == wanted:
                break
        texts = names_from_indices([tuple(text) for _, text in found])
        return self.sampler.walk_sampler.in_characters(texts).to_strings()

    @property
    def is_all(self) -> bool:
        """Whether the last search left out nothing that is possible."""
        return self._left_out == -np.inf

    def by_bound(self, wanted: int) -> Iterator[tuple[float, list[_Name]]]:
        """Searches above lower and lower bounds: gives each bound, and the best names above it.

        Ends with the last names that are possible, or where there are too many prefixes.
        """
        max_prefixes = MAX_PREFIXES * LONG_NAMES // max(self.spelling.min_length, LONG_NAMES)
        bound, n_steps, n_before = FIRST_BOUND, 1, 0
        while self._reaches(bound, max_prefixes - self.done, wanted):
            yield bound, self._best
            affordable = (max_prefixes - self.done) / self.n_prefixes
            if self.is_all or affordable < MIN_BOUND_STEP:
                return
            # Names above a bound grow as prefixes do: about as 1 / its probability. Where these
            # grow more slowly, larger and larger steps.
            factor = min(2 * wanted / max(len(self._best), 1), MAX_BOUND_STEP, affordable)
            n_steps = 2 * n_steps if self.n_prefixes < 2 * n_before else 1
            bound = min(bound, self._left_out) - n_steps * float(np.log(factor))
            n_before = self.n_prefixes

    def _reaches(self, bound: float, max_prefixes: int, wanted: int) -> bool:
        """Looks for the best names above a bound. False where there are too many prefixes."""
        self._best, self._bound, self._wanted = [], bound, wanted
        self._left_out = -np.inf
        self.n_prefixes = 0
        self._frontier = Frontier(self._at_once)
        roots = self._roots
        log_prob = np.zeros(1) if self._is_one else roots.log_prob
        for rows in rows_by_length(roots.lengths):
            text = roots.texts_of(rows).astype(np.min_scalar_type(self._source.n_y))
            prefixes = _Prefixes(text, roots.node_data[rows], log_prob[rows])
            self._look_into(prefixes, roots.states[rows])
        while self._frontier:
            if self.n_prefixes >= max_prefixes:
                self._left_out = bound
                return False
            _, (nodes, prefixes, _, _) = self._frontier.take()
            self._look_into(prefixes, self._source.states_after(nodes, self._work))
        self._keep_best()
        return True

    def _look_into(self, batch: _Prefixes, states: Array) -> None:
        """Records the names that end at some prefixes; the prefixes that go on wait."""
        spelling, (n, length) = self.spelling, batch.text.shape
        self.n_prefixes += n
        self.done += n
        if self._progress is not None:
            self._progress(n)
        log_probs = self._source.log_probabilities(states, self._work) + batch.log_prob[:, None]
        may_follow = spelling.may_follow(length, batch.automaton_state) & (log_probs > -np.inf)
        after = spelling.automaton.after[batch.automaton_state]
        if self._is_per_character:
            log_probs[:, EOS] *= (spelling.max_length - self.begun) / (length - self.begun)
        is_above = may_follow & (log_probs >= self._bound)
        below = log_probs[may_follow & ~is_above]
        self._left_out = max(self._left_out, float(below.max(initial=-np.inf)))
        self._record(batch.text, log_probs[:, EOS], np.flatnonzero(is_above[:, EOS]))
        parent, character = np.nonzero(is_above[:, 1:])
        character += 1
        last = character[:, None].astype(batch.text.dtype)
        text = np.concatenate([batch.text[parent], last], axis=1)
        longer = _Prefixes(text, after[parent, character], log_probs[parent, character])
        self._frontier.add(length + 1, NodeBatch(Children(states, parent, character), longer))

    def _record(self, text: Array, ranked: Array, ends: Array) -> None:
        """Records the names, rows `ends`, that meet the conditions outside the automaton.

        The bound rises once there are twice as many as wanted.
        """
        codes = self.sampler.model.vocabulary.codes[text[ends]].ravel()
        names = Names.from_lengths(codes, np.full(len(ends), text.shape[1]))
        passed, _ = rows_that_pass(self.sampler.conditions, names)
        ends = ends[passed]
        self._best += zip(ranked[ends].tolist(), text[ends].tolist(), strict=True)
        if len(self._best) >= 2 * self._wanted:
            self._keep_best()
            self._bound = max(self._bound, self._best[-1][0])

    def _keep_best(self) -> None:
        """Keeps as many names as wanted, the best ones first."""
        self._best.sort(key=lambda name: (-name[0], name[1]))
        del self._best[self._wanted :]

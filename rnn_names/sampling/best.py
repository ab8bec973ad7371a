"""Finds the most probable names by an exhaustive search of the prefixes above a bound.

A name is at most as probable as each of its prefixes, so extending every prefix above a bound finds
all names above it. The bound is lowered from search to search until there are enough names or too
many prefixes. Probabilities are computed in float32 unless the temperature is low, so names whose
probabilities differ by less than the rounding error can come in either order.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from rnn_names.arrays import Array, Workspace, rows_by_length, structured
from rnn_names.conditions.edits import DistantNames
from rnn_names.corpus.names import EOS, Names, names_from_indices
from rnn_names.errors import LongNamesWarning, SamplingError, TooFewNamesError, plural, warn
from rnn_names.network.language_model import LanguageModel
from rnn_names.options import CommonOptions
from rnn_names.processes.threads import one_blas_thread
from rnn_names.sampling.admission import ENDLESS
from rnn_names.sampling.frontier import Children, Frontier, NodeBatch
from rnn_names.sampling.remembered import Remembered
from rnn_names.sampling.sampler import Sampler, make_sampler

PREFIXES_AT_ONCE = 1024  # prefixes that are extended together
CHARACTERS_AT_ONCE = 1 << 26  # limits the prefixes extended together if names may be long
MAX_PER_CHARACTER = 1 << 16  # prefixes after which a ranking per character leaves out longer names
MAX_PREFIXES = 1 << 22  # prefixes of all searches: 10 to 30 seconds for the bundled models
LONG_NAMES = 50  # characters; if all names are longer, fewer prefixes are allowed
FIRST_BOUND = -8.0  # log-probability in nats; at most 2,980 prefixes of each length lie above it
MIN_BOUND_STEP, MAX_BOUND_STEP = 1.2, 8.0  # factors by which one step lowers exp(bound)
COLD = 0.5  # below this temperature, the network runs in float64: some steps are very improbable
_Name = tuple[float, list[int]]  # its rank score and its indices
Progress = Callable[[int], Any]  # takes the number of prefixes just extended


def best(
    model: LanguageModel,
    count: int,
    options: CommonOptions,
    progress: Progress | None = None,
    *,
    rank: str = "total",
) -> Iterator[Names]:
    """Yields the most probable names that meet the conditions, all together and in order.

    `start` skips names. Equally probable names are in the order of their characters. SamplingError
    is raised after the names if too few are certain.

    `rank="per-character"` ranks names by the mean log-probability of their characters, including
    the end and excluding a single prefix. If the longest allowed name has M of these, a name with L
    gets the score M / L times its log-probability, which is at most that of any of its prefixes.
    """

    def search(others: Names) -> tuple[Names, SamplingError | None]:
        excluded = [*options.exclude, *others.to_strings()]
        without = replace(options, exclude=excluded, remember=None)
        return _search(model, count, without, progress, rank)

    if options.remember is None:
        names, shortage = search(Names.from_strings([]))
    else:
        file = Remembered(options.remember)
        with file.locked() as (before, _):
            pass
        names, shortage = search(before)
        with file.locked() as (others, added):
            if len(others):  # another run has added names: search again, holding the lock
                names, shortage = search(Names.concatenate([before, others]))
            added.append(names)
    if count:
        yield names
    if shortage:
        raise shortage


def _search(
    model: LanguageModel, count: int, options: CommonOptions, progress: Progress | None, rank: str
) -> tuple[Names, SamplingError | None]:
    sampler = make_sampler(model, options)
    options = sampler.options
    search = _Search(sampler, progress, rank)
    last = options.start + count
    if not count:
        return Names.from_strings([]), None
    with one_blas_thread():
        if rank == "per-character" and options.max_length is None:
            longest = _longest_in_reach(_Search(sampler, None, "total"), last)
            if longest < sampler.acceptor.max_length:
                what = f"only names of at most {plural(longest, 'character')} are ranked"
                message = f"{what}; searching longer ones would take too long"
                warn(message, LongNamesWarning)
                shorter = Sampler(model, replace(sampler.options, max_length=longest))
                search = _Search(shorter, progress, rank)
        wanted = last
        while True:  # all searches together extend at most MAX_PREFIXES
            names = certain = search.run(wanted)
            if far_apart := DistantNames.from_options(options):
                names = [*filter(far_apart.add_if_far, certain)]
            if len(names) >= last or len(certain) < wanted:
                break
            wanted *= 2  # since `min_edits` leaves some out
    names = names[options.start : last]
    found = Names.from_strings(names)
    if len(names) == count:
        return found, None
    only = f"only {len(names):,} of {count:,} names"
    if search.has_all:
        message = f"{only} found: no others meet the conditions"
        return found, TooFewNamesError(message, n_found=len(names))
    reason = f"the search ended after {search.n_extended:,} beginnings of names"
    hint = "ask for fewer names, or set a prefix, a lower max_length or a lower temperature"
    message = f"{only} are certain: {reason}; {hint}"
    return found, SamplingError(message, ["prefix", "max_length", "temperature"])


def _longest_in_reach(search: "_Search", wanted: int) -> int:
    """The length up to which names can be ranked per character before the search must end.

    If names have at most M characters, counting the end, a name whose mean is at least bound / M
    has a log-probability of at least the bound, so the search finds it.
    """
    shortest, longest = search.acceptor.min_length, search.acceptor.max_length
    reach = 0
    for bound in search.bounds(ENDLESS):
        if search.has_all:
            return longest
        ranked = search.n_ranked(np.array([len(text) for _, text in search.names]))
        mean = np.array([log_prob for log_prob, _ in search.names]) / ranked
        lengths = np.arange(shortest, longest + 1)
        most_ranked = search.n_ranked(lengths)[:, None]
        n_known = np.sum((ranked <= most_ranked) & (mean >= bound / most_ranked), axis=1)
        reach = max([reach, *lengths[n_known >= wanted].tolist()])
        if reach == longest or search.n_prefixes >= MAX_PER_CHARACTER:
            break
    return reach or longest


class _Search:
    """Searches prefixes above ever lower bounds; `names` are the best of the last search."""

    def __init__(self, sampler: Sampler, progress: Progress | None, rank: str) -> None:
        self.sampler, self.acceptor, self.progress = sampler, sampler.acceptor, progress
        self.is_per_character = rank == "per-character"
        drawer = sampler.unguided_drawer
        self.predictor, self.roots = drawer.predictor, drawer.roots
        if self.predictor.temperature < COLD:
            self.predictor, self.roots = drawer.float64_predictor, drawer.float64_roots
        self.log_prob, self._n_given = self.roots.log_relative_p, 0
        if len(drawer.texts) == 1:  # the probability of a single prefix is left out
            self.log_prob, self._n_given = np.zeros(1), len(drawer.texts[0])
        size = self.predictor.n_y * self.acceptor.max_length**2
        self.at_once = max(min(PREFIXES_AT_ONCE, CHARACTERS_AT_ONCE // size), 1)
        self._work = Workspace(self.predictor.dtype)
        self.n_extended = 0  # prefixes, in all searches so far
        self.has_all = False  # whether the last search found all possible names

    def n_ranked(self, length: Any) -> Any:
        """The number of characters by which names of a length are ranked, without a sole prefix."""
        return length + 1 - self._n_given  # the end counts

    def run(self, wanted: int) -> list[str]:
        """The `wanted` most probable names, or all that were found, in order."""
        names: list[_Name] = []
        for _ in self.bounds(wanted):
            names = self.names
            if len(names) == wanted:
                break
        texts = names_from_indices([tuple(text) for _, text in names])
        return self.sampler.model.vocabulary.spelled(texts).to_strings()

    def bounds(self, wanted: int) -> Iterator[float]:
        """Searches for `wanted` names above ever lower bounds and yields each bound."""
        max_prefixes = MAX_PREFIXES * LONG_NAMES // max(self.acceptor.min_length, LONG_NAMES)
        bound, n_steps, n_before = FIRST_BOUND, 1, 0
        while True:
            self.names = list[_Name]()  # at most 2 * wanted
            self.n_prefixes = 0  # extended by this search
            self._left_out = -np.inf  # the highest log-probability below the bound
            if not self._search_above(bound, wanted, max_prefixes - self.n_extended):
                return
            self.has_all = self._left_out == -np.inf
            yield bound
            max_factor = (max_prefixes - self.n_extended) / self.n_prefixes
            if self.has_all or max_factor < MIN_BOUND_STEP:
                return
            # Names and prefixes grow about as 1 / exp(bound); if prefixes do not, steps get larger.
            n_found = max(len(self.names), 1)
            factor = min(min(2 * wanted, MAX_BOUND_STEP * n_found) / n_found, max_factor)
            n_steps = 2 * n_steps if self.n_prefixes < 2 * n_before else 1
            bound = min(bound, self._left_out) - n_steps * float(np.log(factor))
            n_before = self.n_prefixes

    def _search_above(self, bound: float, wanted: int, max_prefixes: int) -> bool:
        """Finds the best names above a bound; returns False if there are too many prefixes."""
        self._wanted, self._raised_bound, self._frontier = wanted, bound, Frontier(self.at_once)
        roots, predictor = self.roots, self.predictor
        for rows in rows_by_length(roots.lengths):
            prefixes = structured(
                text=roots.texts_of(rows).astype(np.min_scalar_type(predictor.n_y)),
                automaton_state=roots.node_fields["automaton_state"][rows],
                log_prob=self.log_prob[rows],
            )
            self._extend(prefixes, roots.states[rows])
        while self._frontier:
            if self.n_prefixes >= max_prefixes:
                return False
            _, (nodes, prefixes, _, _) = self._frontier.pop()
            self._extend(prefixes, predictor.states_after(nodes, self._work))
        self._keep_best()
        return True

    def _extend(self, prefixes: Array, states: Array) -> None:
        """Records the names that end at the given prefixes and queues the longer prefixes."""
        acceptor, text = self.acceptor, prefixes["text"]
        n, length = text.shape
        self.n_prefixes += n
        self.n_extended += n
        if self.progress is not None:
            self.progress(n)
        log_probs = self.predictor.log_probabilities(states, self._work)
        log_probs += prefixes["log_prob"][:, None]
        automaton_state = prefixes["automaton_state"]
        may_follow = acceptor.may_follow(length, automaton_state) & (log_probs > -np.inf)
        if self.is_per_character:
            log_probs[:, EOS] *= self.n_ranked(acceptor.max_length) / self.n_ranked(length)
        is_above = may_follow & (log_probs >= self._raised_bound)
        below = log_probs[may_follow & ~is_above]
        self._left_out = max(self._left_out, float(below.max(initial=-np.inf)))
        self._record(text, log_probs[:, EOS], np.flatnonzero(is_above[:, EOS]))
        parent, character = np.nonzero(is_above[:, 1:])  # (longer prefixes,) both
        character += 1
        last = character[:, None].astype(text.dtype)
        longer = structured(
            text=np.concatenate([text[parent], last], axis=1),
            automaton_state=acceptor.automaton.next_state[automaton_state[parent], character],
            log_prob=log_probs[parent, character],
        )
        self._frontier.add(length + 1, NodeBatch(Children(states, parent, character), longer))

    def _record(self, text: Array, ranked: Array, ends: Array) -> None:
        """Records the names in rows `ends` that meet the other conditions; may raise the bound."""
        codes = self.sampler.model.vocabulary.codes[text[ends]].ravel()
        names = Names.from_lengths(codes, np.full(len(ends), text.shape[1]))
        passing, _ = self.sampler.rows_that_pass(names)
        ends = ends[passing]
        self.names += zip(ranked[ends].tolist(), text[ends].tolist(), strict=True)
        if len(self.names) >= 2 * self._wanted:
            self._keep_best()
            self._raised_bound = max(self._raised_bound, self.names[-1][0])

    def _keep_best(self) -> None:
        self.names.sort(key=lambda name: (-name[0], name[1]))
        del self.names[self._wanted :]

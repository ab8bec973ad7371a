"""The stream of a seed's names, for `sample` and `stream`."""

import os
from collections.abc import Iterator

import numpy as np

from rnn_names.conditions.edits import DistantNames
from rnn_names.conditions.tally import Tally
from rnn_names.corpus.names import Names
from rnn_names.errors import SamplingError, TooFewNamesError, plural
from rnn_names.network.language_model import LanguageModel
from rnn_names.options import RandomOptions
from rnn_names.processes.threads import one_blas_thread, worker_threads
from rnn_names.sampling.admission import ENDLESS, WINDOW, Admission
from rnn_names.sampling.attempts import DEFAULT_BUDGET
from rnn_names.sampling.name_queue import NameQueue
from rnn_names.sampling.random_keys import seed_key
from rnn_names.sampling.rarity import guided_drawer_if_rare
from rnn_names.sampling.sampler import Sampler, make_sampler
from rnn_names.system import usable_cores

WORTH_THREADS = 1 << 14  # minimum number of names (with a guide, proposals) for threads
MAX_THREADS = 4  # each needs memory for its names, and more threads would need too much
MAX_BUDGET_CHARACTERS = 1 << 23  # limits the attempts of a budget if all names are long


def names_of_stream(
    model: LanguageModel, count: int, options: RandomOptions, budget: int | None = None
) -> Iterator[Names]:
    """Yields `count` names, in pieces; raises TooFewNamesError after the last if there are fewer.

    It may make `budget` attempts (by default `DEFAULT_BUDGET`, fewer if names must be long), and
    another `budget` for every 16 admitted names. Under rare conditions, each group of 64 names may
    make `budget` proposals.
    """
    process = os.getpid()
    with one_blas_thread():
        sampler = make_sampler(model, options)
        forbids_repeats = sampler.options.forbids_repeats
        if not count:
            return
        far_apart = DistantNames.from_options(sampler.options)
        admission = Admission(count, forbids_repeats, options.remember, WINDOW, far_apart)
        n_possible = sampler.n_possible if forbids_repeats else np.inf
        tally = Tally()
        for names in _drawn_names(sampler, options.seed_or_random(), admission, budget, tally):
            rows = admission.admit(names)
            admission.warn_if_few_are_new()
            yield names if len(rows) == len(names) else names.take(rows)
            if os.getpid() != process:  # forked: the threads exist only in the parent
                advice = "begin a stream in each process"
                raise SamplingError(f"this stream began before the process forked: {advice}")
            if admission.n_admitted == count:
                return
            if admission.n_admitted >= n_possible or admission.is_exhausted:
                tally = Tally()  # repeats are the cause, not a condition
                break
        raise _too_few_names(sampler, admission, tally, n_possible)


def _drawn_names(
    sampler: Sampler, seed: int, admission: Admission, budget: int | None, tally: Tally
) -> Iterator[Names]:
    """Yields names from the option `start` on, in pieces, until too few attempts pass.

    The caller admits each piece before it asks for the next one. `tally` counts the attempts.
    """
    guided_drawer = guided_drawer_if_rare(sampler)
    key, start = seed_key(seed), sampler.options.start
    yield_rate = guided_drawer.guide.yield_rate if guided_drawer else 1
    is_large = admission.count >= WORTH_THREADS * yield_rate
    budget = min(budget or DEFAULT_BUDGET, MAX_BUDGET_CHARACTERS // sampler.acceptor.min_length)
    with worker_threads(min(usable_cores(), MAX_THREADS) if is_large else 1) as threads:
        if guided_drawer is None:
            yield from NameQueue(sampler, key, start, budget, admission, threads, tally).names()
        else:
            # Imported only if needed, since importing takes time.
            from rnn_names.sampling.name_groups import NameGroups

            groups = NameGroups(sampler, guided_drawer, key, budget)
            yield from groups.names(start, admission, threads, tally)


def _too_few_names(
    sampler: Sampler, admission: Admission, tally: Tally, n_possible: float
) -> TooFewNamesError:
    """The error that says how many names were found and why there are no more."""
    options = sampler.options
    count, n_found, causes = admission.count, admission.n_admitted, list[str]()
    if options.forbids_repeats:
        # `min_edits` is both a tested condition and the check for repeats, under one title. So take
        # the number tested from the condition, and the number passed from admission.
        title = "unique" if options.min_edits is None else "min_edits"
        tested, _ = tally.get(title, (admission.n_tested, 0))
        tally[title] = tested, n_found
    if n_found < n_possible:
        causes.append(tally.explanation())
    if n_possible < count < ENDLESS or n_found >= n_possible:
        causes.append(f"no more than {n_possible:,.0f} can meet {sampler.acceptor_title}")
    names = plural(n_found, "name")
    if count < ENDLESS:
        names = f"{n_found:,} of {plural(count, 'name')}"
    message = f"only {names} found: {'; '.join(causes)}"
    settings, tightest = options.non_defaults, tally.tightest
    return TooFewNamesError(message, settings, n_found=n_found, tightest=tightest)

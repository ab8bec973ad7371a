"""Names under rare conditions: proposals by a guide, corrected to the model's distribution.

A proposal of weight w (`rnn_names.lookahead.guide`) yields w / bound copies of its name,
rounded at random. Names come in groups of one size: those of group g are from its proposals 0, 1,
2, …, each with random numbers of its own. So a group is a function of the seed and its number.
"""

from collections.abc import Iterator

import numpy as np

from rnn_names.arrays import Array, differs_from_previous, ranges
from rnn_names.conditions.options import CommonOptions
from rnn_names.conditions.spelling import Texts
from rnn_names.corpus.characters import MAX_NAME_LENGTH
from rnn_names.corpus.names import Names
from rnn_names.lookahead.guide import MAX_COPIES, Guide
from rnn_names.lookahead.preparation import least_log_bound
from rnn_names.lookahead.visited import Visits
from rnn_names.processes.threads import Submit
from rnn_names.sampling.attempts import OutOfAttempts
from rnn_names.sampling.guided_walk import GuidedWalk, guided_roots, with_raised_guesses
from rnn_names.sampling.name_queue import GROWTH
from rnn_names.sampling.random_keys import keys_at, seed_key, uniform
from rnn_names.sampling.sampler import Sampler
from rnn_names.sampling.spelling_sampler import SpellingSampler
from rnn_names.sampling.tally import Tally
from rnn_names.sampling.unique import Admission
from rnn_names.sampling.walk import Roots
from rnn_names.system import cached_property

MAX_PROPOSALS = 1 << 16  # the most proposals drawn together
MAX_TRUNCATED = 0.02  # the accepted share of names from a root that its bound cuts off
PILOT_OF_ROOTS = 1 << 15  # names drawn to measure their weights by their first characters
BURN_IN, GROUP_SIZE = MAX_COPIES - 1, 64
"""How many names a group drops at its beginning, and how many it yields after that.

A proposal may give up to `MAX_COPIES` copies of its name in a row, and the end of a group cuts such
a run. The dropped names cut runs at the beginning of a group as often, so that every copy has the
same probability to be yielded, whatever the length of its run.
"""
DRAWN_PER_GROUP = BURN_IN + GROUP_SIZE  # names that a group draws
COPIES_POSITION = MAX_NAME_LENGTH + 1  # where the random number for the number of copies is


class GuidedSampler(SpellingSampler):
    """Draws names that meet rare conditions, by a guide.

    Only `groups` also tests the conditions of `sampler` that are not in the spelling.
    """

    def __init__(
        self, sampler: Sampler, options: CommonOptions, texts: Texts, guide: Guide
    ) -> None:
        super().__init__(sampler.model, options, guide.spelling, texts)
        self.sampler, self.guide = sampler, guide

    def with_texts(self, texts: Texts) -> "GuidedSampler":
        """A sampler whose names begin from other texts, of one more character."""
        return GuidedSampler(self.sampler, self._options, texts, self.guide)

    @cached_property
    def roots(self) -> Roots:
        """The roots of guided walks; if there are several, with weights within the bound."""
        roots = guided_roots(self.exact_roots, self.guide)
        if len(roots.texts) == 1:
            return roots
        # A guess that is too low for one root shows in the weights of names that begin from it.
        size = max(PILOT_OF_ROOTS // len(roots.texts), 1)
        root = np.repeat(np.arange(len(roots.texts)), size)
        walk = GuidedWalk(self.exact, keys_at(seed_key(0), np.arange(len(root))), self.guide)
        walk.run(roots, root)
        log_weights = walk.log_weights.reshape(-1, size) - self.guide.log_bound
        log_bounds = np.array([least_log_bound(w, MAX_TRUNCATED) for w in log_weights])
        return with_raised_guesses(roots, np.maximum(log_bounds, 0))

    def run_walk(
        self, keys: Array, root: Array | None = None, visits: Visits | None = None
    ) -> GuidedWalk:
        """A finished walk that has drawn proposals by their keys, (n,)."""
        walk = GuidedWalk(self.exact, keys, self.guide, visits)
        walk.run(self.roots, root)
        return walk

    def propose(self, keys: Array, root: Array | None = None) -> tuple[Names, Array, Array]:
        """The names with at least one copy, their rows, and the copies of every proposal, (n,)."""
        walk = self.run_walk(keys, root)
        copies = self.guide.copies(walk.log_weights, uniform(keys, COPIES_POSITION))
        walk.lengths[copies == 0] = 0
        return self.in_characters(walk.completed), np.flatnonzero(walk.lengths), copies

    def draw(self, keys: Array, root: Array | None = None) -> tuple[Names, Array]:
        """As `SpellingSampler.draw`, with at most one copy per proposal."""
        # A draw takes at most one copy, so names whose weight exceeds the bound come too rarely.
        # Preparation measures their share, and accepts MAX_REPEATS; heavy names that it did not
        # draw add to it.
        names, rows, _ = self.propose(keys, root)
        return names, rows

    def names(
        self, key: Array, begin: int, budget: int, admission: Admission, threads: tuple[Submit, int]
    ) -> Iterator[Names]:
        """Yields the names from `begin` on, in parts; raises OutOfAttempts after the last.

        `budget` limits the proposals of one group; unlike in `NameQueue`, accepted names do not
        extend it.
        """
        submit, n_threads = threads
        group, n_skipped = divmod(begin, GROUP_SIZE)  # the next group, and its names before `begin`
        size = 1  # groups that a thread draws together
        max_size = max(int(MAX_PROPOSALS * self.guide.acceptance) // GROUP_SIZE, 1)
        tally = Tally()
        while left := admission.needed():
            size = min(size, left // GROUP_SIZE // n_threads + 1, max_size)
            numbers = group + np.arange(n_threads * size).reshape(n_threads, size)
            calls = [submit(self.groups, key, of_thread, budget) for of_thread in numbers]
            for call in calls:
                names, counts = call()
                tally.add(counts)
                yield names[n_skipped:]
                if len(names) < size * GROUP_SIZE:
                    raise OutOfAttempts(tally)
                n_skipped = 0
            group, size = group + n_threads * size, size * GROWTH

    def groups(self, key: Array, numbers: Array, budget: int) -> tuple[Names, Tally]:
        """The names of groups, (n,), in order, `GROUP_SIZE` names for each, and the tally.

        A group ends after `budget` proposals. The first group with fewer names is the last.
        """
        tally = Tally()
        waiting = np.arange(len(numbers))  # groups without enough names
        n_proposals = 0  # drawn for each of them
        at_a_time = int(1.1 * DRAWN_PER_GROUP / self.guide.acceptance) + 8  # proposals of a group
        # From each batch: the group and the proposal of m names, (m,) both, and these names.
        batches: list[tuple[Array, Array, Names]] = []
        n_names = np.zeros(len(numbers), np.intp)
        while len(waiting) and n_proposals < budget:
            at_a_time = max(min(at_a_time, MAX_PROPOSALS // len(waiting), budget - n_proposals), 1)
            group = np.repeat(waiting, at_a_time)
            proposal = np.tile(n_proposals + np.arange(at_a_time), len(waiting))
            names, rows, copies = self.propose(keys_at(key, numbers[group], proposal))
            names, rows, counts = self.sampler.filter(len(group), names, rows)
            tally.add(counts)
            each_copy = np.repeat(np.arange(len(rows)), copies[rows])
            rows = rows[each_copy]
            batches.append((group[rows], proposal[rows], names.take(each_copy)))
            n_names += np.bincount(group[rows], minlength=len(numbers))
            waiting = np.flatnonzero(n_names < DRAWN_PER_GROUP)
            n_proposals += at_a_time
            at_a_time *= 2
        groups, proposals, parts = zip(*batches, strict=True)
        order = _in_order(np.concatenate(groups), np.concatenate(proposals), n_names)
        return Names.concatenate([*parts]).take(order), tally


def _in_order(group: Array, proposal: Array, n_names: Array) -> Array:
    """The rows of the names to yield, group by group, up to the first group with too few names.

    Within a group, the first copies of all names come first, so that repeats are far apart.

    Args:
        group, proposal: of each name; proposals rise within each group.
        n_names: the number of names of each group.
    """
    order = np.argsort(group, kind="stable")
    # A group with too few for the burn-in drops none, and yields its first GROUP_SIZE.
    burn_in = np.where(n_names < DRAWN_PER_GROUP, 0, BURN_IN)
    rank = ranges(-burn_in, n_names)
    last = int(np.argmax(np.append(n_names, 0) < GROUP_SIZE))
    order = order[(rank >= 0) & (rank < GROUP_SIZE) & (group[order] <= last)]
    is_new = differs_from_previous(proposal[order]) | differs_from_previous(group[order])
    starts = np.flatnonzero(is_new)
    n_copies = np.diff(np.append(starts, len(order)))
    copy = ranges(np.zeros_like(n_copies), n_copies)  # 0 for the first copy of a name, then 1, 2, …
    return order[np.lexsort((copy, group[order]))]

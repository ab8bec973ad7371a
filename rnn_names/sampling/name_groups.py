"""The names of a stream under rare conditions, group by group.

All groups have the same size. A group makes proposals 0, 1, 2, …, each with its own random numbers,
leaves out the first `LEFT_OUT` copies and yields the next 64. The names of a group depend only on
the seed and the number of the group.
"""

from collections.abc import Iterator

import numpy as np

from rnn_names.arrays import Array, differs_from_previous, ranges
from rnn_names.conditions.tally import Tally
from rnn_names.corpus.names import Names
from rnn_names.lookahead.guide import MAX_COPIES
from rnn_names.processes.threads import Threads
from rnn_names.sampling.admission import Admission
from rnn_names.sampling.guided import GuidedDrawer
from rnn_names.sampling.name_queue import GROWTH
from rnn_names.sampling.random_keys import keys_at
from rnn_names.sampling.sampler import Sampler

MAX_PROPOSALS = 1 << 16  # maximum number of proposals drawn together
# A proposal of large weight gives a run of copies, and the end of a group may cut a run short. If
# the beginning of a group were never cut, names with long runs would be too rare. Leaving out the
# first copies cuts runs there, too, about equally often.
LEFT_OUT, GROUP_SIZE = MAX_COPIES - 1, 64
DRAWN_PER_GROUP = LEFT_OUT + GROUP_SIZE  # names that a group draws, if its budget allows


class NameGroups:
    """Draws groups of names, with at most `budget` proposals each, from a seed's key."""

    def __init__(self, sampler: Sampler, drawer: GuidedDrawer, key: Array, budget: int) -> None:
        self._sampler, self._drawer, self._key, self._budget = sampler, drawer, key, budget

    def names(
        self, start: int, admission: Admission, threads: Threads, tally: Tally
    ) -> Iterator[Names]:
        """Yields names from `start` on, in parts; ends after a group with too few names.

        The caller must admit the names of each part before it asks for the next one.
        """
        submit, n_threads = threads
        next_group, n_skipped = divmod(start, GROUP_SIZE)  # the next group; names in it to skip
        size = 1  # groups that a thread draws together
        max_size = max(int(MAX_PROPOSALS * self._drawer.guide.yield_rate) // GROUP_SIZE, 1)
        while names_left := admission.n_to_draw():
            size = min(size, names_left // GROUP_SIZE // n_threads + 1, max_size)
            groups = next_group + np.arange(n_threads * size).reshape(n_threads, size)
            calls = [submit(self.names_of_groups, of_thread) for of_thread in groups]
            for call in calls:
                names, counts = call()
                tally.add(counts)
                yield names[n_skipped:]
                if len(names) < size * GROUP_SIZE:
                    return
                n_skipped = 0
            next_group, size = next_group + n_threads * size, size * GROWTH

    def names_of_groups(self, groups: Array) -> tuple[Names, Tally]:
        """The names of the groups, (n,), and a tally; stops after a group with too few names."""
        tally = Tally()
        waiting = np.arange(len(groups))  # groups without enough names
        n_proposals = 0  # drawn for each waiting group
        at_a_time = int(1.1 * DRAWN_PER_GROUP / self._drawer.guide.yield_rate) + 8  # for each group
        # Per batch, for its m names: the row of the group, the number of the proposal; the names.
        batches: list[tuple[Array, Array, Names]] = []
        n_names = np.zeros(len(groups), np.intp)
        while len(waiting) and (proposals_left := self._budget - n_proposals) > 0:
            at_a_time = max(min(at_a_time, MAX_PROPOSALS // len(waiting), proposals_left), 1)
            group_of_proposal = np.repeat(waiting, at_a_time)
            number_of_proposal = np.tile(n_proposals + np.arange(at_a_time), len(waiting))
            keys = keys_at(self._key, groups[group_of_proposal], number_of_proposal)
            names, rows, copies = self._drawer.propose(keys)
            names, rows, counts = self._sampler.test_drawn(len(keys), names, rows)
            tally.add(counts)
            each_copy = np.repeat(np.arange(len(rows)), copies[rows])
            rows, names = rows[each_copy], names.take(each_copy)
            batches.append((group_of_proposal[rows], number_of_proposal[rows], names))
            n_names += np.bincount(group_of_proposal[rows], minlength=len(groups))
            waiting = np.flatnonzero(n_names < DRAWN_PER_GROUP)
            n_proposals += at_a_time
            at_a_time *= 2
        group_of_name, proposal_of_name, parts = zip(*batches, strict=True)
        order = _in_order(np.concatenate(group_of_name), np.concatenate(proposal_of_name), n_names)
        return Names.concatenate([*parts]).take(order), tally


def _in_order(group_of_name: Array, proposal_of_name: Array, n_names: Array) -> Array:
    """The rows of the names to yield, group by group, up to the first group with too few names."""
    order = np.argsort(group_of_name, kind="stable")
    # A group with too few names leaves out none and yields its first GROUP_SIZE.
    n_left_out = np.where(n_names < DRAWN_PER_GROUP, 0, LEFT_OUT)
    rank = ranges(-n_left_out, n_names)
    last = int(np.argmax(np.append(n_names, 0) < GROUP_SIZE))
    order = order[(rank >= 0) & (rank < GROUP_SIZE) & (group_of_name[order] <= last)]
    group, proposal = group_of_name[order], proposal_of_name[order]
    starts = np.flatnonzero(differs_from_previous(proposal) | differs_from_previous(group))
    n_copies = np.diff(np.append(starts, len(order)))
    # In each group, the first copies of all names come first, so that repeats are far apart.
    copy = ranges(np.zeros_like(n_copies), n_copies)  # 0, 1, … of each name
    return order[np.lexsort((copy, group))]

"""A draw of many names, cut into shares that are walked one by one or at the same time.

A cut lies between two first characters (after the prefix) where that leaves shares of similar size.
So names of two shares have hardly a beginning in common, and shares together have nearly as few
nodes as one walk with all of their names. A share needs less memory than such a walk.
"""

from __future__ import annotations

import math
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rnn_names.corpus.names import Names
from rnn_names.network.arrays import stable_order
from rnn_names.sampling.frontier import changes
from rnn_names.sampling.walk import Drawn, Step, Walk

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rnn_names.sampling.sampler import Sampler


class Share(NamedTuple):
    """Some names of a draw, and the random bits for all but their first character.

    Attributes:
        step: which names they are, and their first characters.
        bits: for the rest of them.
    """

    step: Step
    bits: Random


def shares_of(sampler: Sampler, size: int, bits: Random) -> list[Share]:
    """Draws the first character of `size` names, and cuts the names into two shares or more."""
    steps = []
    for start in range(0, size, sampler.share_size):
        walk = Walk(sampler, min(sampler.share_size, size - start), bits)
        names, branch, *_ = walk.first_step()
        steps.append((names + np.int32(start), branch))
    names, branch = (np.concatenate(each) for each in zip(*steps, strict=True))
    order = stable_order(branch)
    names, branch = names[order], branch[order]
    cuts = _cuts(branch, max(math.ceil(size / sampler.share_size), 2))
    return [
        Share(Step(names[a:b], branch[a:b]), Random(bits.getrandbits(64)))
        for a, b in pairwise(cuts)
    ]


def walked(sampler: Sampler, share: Share) -> Drawn:
    """Draws the rest of the names of a share."""
    names, branch, *_ = share.step
    walk = Walk(sampler, len(names), share.bits)
    return walk.go_on(Step(np.arange(len(names), dtype=np.int32), branch))


def joined(size: int, shares: list[Share], drawn: list[Drawn]) -> tuple[Names, NDArray[np.int32]]:
    """The names of all shares of a draw of `size` names.

    Returns:
        the names, as indices, share after share; and in which order they are in the draw, which is
        a random one.
    """
    place = np.full(size, -1, np.int32)  # of each name of the draw
    lengths = np.concatenate([part.lengths for part in drawn])
    names = np.concatenate([share.step.names for share in shares])[lengths > 0]
    place[names] = np.arange(len(names), dtype=np.int32)
    codes = np.concatenate([part.codes for part in drawn])
    return Names.from_lengths(codes, lengths[lengths > 0]), place[place >= 0]


def _cuts(branch: NDArray[Any], shares: int) -> list[int]:
    """Where names are cut into shares, from 0 to how many there are.

    `branch` is what each has drawn, (k,), rising. A cut lies between two branches: at the nearest
    place to where shares would be equal. In a branch of more than a share, it lies right there. So
    no share is more than twice as large as if they were equal.

    >>> _cuts(np.array([0, 0, 0, 0, 1, 1, 2, 2, 2]), 3)
    [0, 4, 6, 9]
    """
    even = np.arange(shares + 1) * len(branch) // shares
    starts = np.append(np.flatnonzero(changes(branch)), len(branch))
    nearest = starts[np.abs(starts[:, None] - even).argmin(axis=0)]
    is_near = np.abs(nearest - even) <= len(branch) // (2 * shares)
    return np.unique(np.where(is_near, nearest, even)).tolist()

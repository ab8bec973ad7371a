"""Decides whether to look ahead: a pilot measures the share of names that the acceptor accepts."""

from typing import TYPE_CHECKING

from rnn_names.sampling.random_keys import fixed_keys
from rnn_names.sampling.sampler import Sampler

if TYPE_CHECKING:
    from rnn_names.sampling.guided import GuidedDrawer

PILOT_SIZE = 1 << 13  # names of a pilot, a trial draw that measures how rare conditions are
RARE = 1 / 200  # looking ahead is tried if at most this share of names is accepted
MIN_GAIN = 5  # the guide is used if it multiplies the share of useful draws by more than this


def guided_drawer_if_rare(
    sampler: Sampler, max_share: float | None = None
) -> "GuidedDrawer | None":
    """A drawer that looks ahead; None if that hardly helps, or if names are not rare.

    Names are rare if at most `max_share` of them (by default `RARE`) are accepted.
    """
    max_share = RARE if max_share is None else max_share
    if not sampler.may_be_rare or (share := share_accepted(sampler, max_share)) > max_share:
        return None
    # Imported only if needed, since importing takes longer than drawing a few names.
    from rnn_names.sampling.preparation import prepare_guided_drawer, warn_of_rarity

    drawer = prepare_guided_drawer(sampler)
    if drawer is None or drawer.guide.yield_rate <= MIN_GAIN * share:
        return None
    warn_of_rarity(drawer)
    return drawer


def share_accepted(sampler: Sampler, max_share: float) -> float:
    """The share of the model's names that are accepted, measured with fixed keys.

    Draws 8,192 names, or only 1,024 if more than the share `max_share` of these is accepted.
    """
    share = 0.0
    for size in (PILOT_SIZE // 8, PILOT_SIZE):
        names, _ = sampler.unguided_drawer.draw(fixed_keys(size))
        share = len(names) / size
        if share > max_share:
            break
    return share

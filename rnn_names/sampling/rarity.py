"""Whether names that meet the conditions are rare; if so, prepares a sampler that looks ahead."""

import math
import warnings

import numpy as np

from rnn_names.errors import RareConditionsWarning
from rnn_names.lookahead.guide import MAX_REPEATS
from rnn_names.sampling.guided import GuidedSampler
from rnn_names.sampling.preparation import MANY_MISSED, few_names_dominate, prepared_sampler
from rnn_names.sampling.random_keys import keys_at, seed_key
from rnn_names.sampling.sampler import Sampler

PILOT_SIZE = 1 << 13  # names of a pilot, a trial draw that measures how rare conditions are
RARE = 1 / 200  # looking ahead is tried if a smaller share of names meets the conditions
MIN_GAIN = 5  # the guide is used if it multiplies the share of useful draws by more than this
LOG_HARDLY_ANY = math.log(1e-6)  # a probability of the conditions with which names can be missing


def share_with_spelling(sampler: Sampler, rare: float) -> float:
    """The share of names with the required spelling, measured with fixed keys.

    If it is clearly above `rare`, fewer names are drawn.
    """
    share = 0.0
    for size in (PILOT_SIZE // 8, PILOT_SIZE):
        names, _ = sampler.spelling_sampler.draw(keys_at(seed_key(0), np.arange(size)))
        share = len(names) / size
        if share > rare:
            break
    return share


def guided_if_rare(sampler: Sampler, rare: float | None = None) -> GuidedSampler | None:
    """A sampler that looks ahead, or None if that is not needed or hardly helps.

    It is needed if a share of at most `rare` (default: `RARE`) of the model's names has the
    spelling. It helps if more than `MIN_GAIN` times as many draws then yield a name. The result
    does not depend on the seed.
    """
    rare = RARE if rare is None else rare
    share = share_with_spelling(sampler, rare)
    if share > rare:
        return None
    guided = prepared_sampler(sampler)
    if guided is None or guided.guide.acceptance <= MIN_GAIN * share:
        return None
    _warn_of_rarity(guided)
    return guided


def _warn_of_rarity(guided: GuidedSampler) -> None:
    """Warns, with RareConditionsWarning, if many names are repeats, or some may be missing."""
    guide, temperature = guided.guide, guided.exact_predictor.temperature
    # At a temperature T < 1, a name's probability is nearly the power 1 / T of that at 1.
    are_hardly_any = guide.log_p_conditions * min(temperature, 1) < LOG_HARDLY_ANY
    knows_all = guide.log_p_conditions - guide.log_known < 1e-6
    may_miss = are_hardly_any and not knows_all and few_names_dominate(guide, temperature)
    has_missed = guide.missed > MANY_MISSED
    if guide.repeats > MAX_REPEATS and not has_missed:
        what = (
            f"that about {guide.repeats:.1%} of those drawn are repeats of others; the share of "
            "each name is right on average only"
        )
    elif has_missed or may_miss:
        what = "that some may be missing, and the others too frequent"
    else:
        return
    warnings.warn(f"so few names meet the conditions {what}", RareConditionsWarning, stacklevel=4)

"""Whether names that meet the conditions are rare; if so, prepares a sampler that looks ahead."""

import re
from dataclasses import replace
from itertools import count

import numpy as np

from rnn_names.arrays import Array
from rnn_names.conditions.automaton import NoAutomatonError, matching
from rnn_names.conditions.spelling import Indices, Spelling, names_from_indices
from rnn_names.lookahead.guide import Guide
from rnn_names.lookahead.preparation import GuidedDraws, prepare_guide, warn_of_rarity
from rnn_names.lookahead.visited import Visits
from rnn_names.sampling.guided import GuidedSampler
from rnn_names.sampling.guided_walk import GuidedWalk
from rnn_names.sampling.random_keys import keys_at, seed_key
from rnn_names.sampling.sampler import Sampler

PILOT_SIZE = 1 << 13  # names of a pilot, a trial draw that measures how rare conditions are
RARE = 1 / 200  # looking ahead is tried if a smaller share of names meets the conditions
MIN_GAIN = 5  # the guide is used if it multiplies the share of useful draws by more than this


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
    guided = _prepare(sampler)
    if guided is None or guided.guide.acceptance <= MIN_GAIN * share:
        return None
    warn_of_rarity(guided.guide, guided.exact_predictor.temperature)
    return guided


def _prepare(sampler: Sampler) -> GuidedSampler | None:
    """A guided sampler that has learned from draws; None if its automaton would be too large."""
    try:
        spelling, text = _with_one_root(sampler)
    except NoAutomatonError:  # there are very many prefixes
        return None
    unguided = Guide.unguided(spelling, np.array(text, int))
    # At a lower temperature, rounding errors would be larger than the differences of names.
    temperature = min(max(sampler.options.temperature or 1, 1e-9), 1e30)
    guide = prepare_guide(_SamplerDraws(sampler, text), unguided, temperature)
    options = replace(sampler.options, temperature=temperature)
    return GuidedSampler(sampler.model, options, [text], guide)


class _SamplerDraws(GuidedDraws):
    """Guided draws from a sampler's model, from one root; each has a number of its own."""

    def __init__(self, sampler: Sampler, root: Indices) -> None:
        self._sampler, self._root, self._numbers = sampler, root, count(1)

    def draw(self, temperature: float, size: int, guide: Guide, visits: Visits) -> Array:
        keys = keys_at(seed_key(0, next(self._numbers)), np.arange(size))
        return self._proposer(temperature, guide).run_walk(keys, visits=visits).log_weights

    def beam_search(self, temperature: float, width: int, guide: Guide, visits: Visits) -> None:
        proposer, no_keys = self._proposer(temperature, guide), np.zeros(0, np.uint64)
        walk = GuidedWalk(proposer.exact_predictor, no_keys, guide, visits)
        walk.beam_search(proposer.roots, width)

    def _proposer(self, temperature: float, guide: Guide) -> GuidedSampler:
        options = replace(self._sampler.options, temperature=temperature)
        return GuidedSampler(self._sampler.model, options, [self._root], guide)


def _with_one_root(sampler: Sampler) -> tuple[Spelling, Indices]:
    """The spelling and its only root: of several prefixes, the automaton requires one of them."""
    texts, spelling = sampler.spelling_sampler.texts, sampler.spelling
    if len(texts) == 1:
        return spelling, texts[0]
    prefixes = sampler.spelling_sampler.in_characters(names_from_indices(texts)).to_strings()
    patterns = [f"{re.escape(prefix)}.*" for prefix in prefixes]
    automaton = spelling.automaton & matching(patterns, sampler.model.vocabulary)
    return Spelling(automaton, spelling.min_length, spelling.max_length), ()

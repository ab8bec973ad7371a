"""Names under rare conditions: proposals by a guide, corrected to the model's distribution.

A proposal of weight w (`rnn_names.lookahead.guide`) yields w / bound copies of its name,
rounded at random.
"""

from dataclasses import replace

import numpy as np

from rnn_names.arrays import Array
from rnn_names.conditions.options import CommonOptions
from rnn_names.conditions.spelling import Texts
from rnn_names.corpus.characters import MAX_NAME_LENGTH
from rnn_names.corpus.names import Names
from rnn_names.lookahead.guide import Guide, least_log_bound
from rnn_names.lookahead.visited import Visits
from rnn_names.network.language_model import LanguageModel
from rnn_names.sampling.guided_walk import GuidedWalk, guided_roots
from rnn_names.sampling.random_keys import keys_at, seed_key, uniform
from rnn_names.sampling.spelling_sampler import SpellingSampler
from rnn_names.sampling.walk import Roots
from rnn_names.system import cached_property

MAX_TRUNCATED = 0.02  # the accepted share of names from a root that its bound cuts off
PILOT_OF_ROOTS = 1 << 15  # names drawn to measure their weights by their first characters
COPIES_POSITION = MAX_NAME_LENGTH + 1  # where the random number for the number of copies is


class GuidedSampler(SpellingSampler):
    """Draws names of a rare spelling, by a guide."""

    def __init__(
        self, model: LanguageModel, options: CommonOptions, texts: Texts, guide: Guide
    ) -> None:
        super().__init__(model, options, guide.spelling, texts)
        self.guide = guide

    def with_texts(self, texts: Texts) -> "GuidedSampler":
        """A sampler whose names begin from other texts, of one more character."""
        return GuidedSampler(self._model, self._options, texts, self.guide)

    @cached_property
    def roots(self) -> Roots:
        """The roots of guided walks; if there are several, with weights within the bound."""
        roots = guided_roots(self.exact_roots, self.guide)
        if len(roots.texts) == 1:
            return roots
        # A guess that is too low for one root shows in the weights of names that begin from it.
        size = max(PILOT_OF_ROOTS // len(roots.texts), 1)
        root = np.repeat(np.arange(len(roots.texts)), size)
        keys = keys_at(seed_key(0), np.arange(len(root)))
        walk = GuidedWalk(self.exact_predictor, keys, self.guide)
        walk.run(roots, root)
        log_weights = walk.log_weights.reshape(-1, size) - self.guide.log_bound
        log_bounds = np.array([least_log_bound(w, MAX_TRUNCATED) for w in log_weights])
        raised = np.maximum(log_bounds, 0)
        data = replace(roots.data, log_weight=roots.data.log_weight - raised)
        return roots._replace(data=data, log_prob=roots.log_prob + raised)

    def run_walk(
        self, keys: Array, root: Array | None = None, visits: Visits | None = None
    ) -> GuidedWalk:
        """A finished walk that has drawn proposals by their keys, (n,)."""
        walk = GuidedWalk(self.exact_predictor, keys, self.guide, visits)
        walk.run(self.roots, root)
        return walk

    def propose(self, keys: Array, root: Array | None = None) -> tuple[Names, Array, Array]:
        """The names with at least one copy, their rows, and the copies of every proposal, (n,)."""
        walk = self.run_walk(keys, root)
        copies = self.guide.copies(walk.log_weights, uniform(keys, COPIES_POSITION))
        walk.lengths[copies == 0] = 0
        return self.in_characters(walk.completed), np.flatnonzero(walk.lengths), copies

    def draw(self, keys: Array, root: Array | None = None) -> tuple[Names, Array]:
        """As `SpellingSampler.draw`, for casts: with at most one copy per proposal."""
        # So names whose weight exceeds the bound are too rare. Preparation measures their share,
        # and accepts MAX_REPEATS; heavy names that it did not draw add to it.
        names, rows, _ = self.propose(keys, root)
        return names, rows

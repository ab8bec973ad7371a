"""Names under rare conditions: proposals by a guide, corrected to the model's distribution.

A `GuidedWalk` draws proposals: names with weights (`rnn_names.lookahead.guide`). A proposal of
weight w yields w / bound copies of its name, rounded at random.
"""

from dataclasses import dataclass, replace

import numpy as np

from rnn_names.arrays import Array, Workspace
from rnn_names.conditions.options import CommonOptions
from rnn_names.conditions.spelling import Texts
from rnn_names.corpus.characters import MAX_NAME_LENGTH
from rnn_names.corpus.names import EOS, Names
from rnn_names.lookahead.guide import Guide, least_log_bound
from rnn_names.lookahead.visited import Visits
from rnn_names.network.completion import LEAST_LOG
from rnn_names.network.language_model import LanguageModel
from rnn_names.sampling.network_predictor import NetworkPredictor
from rnn_names.sampling.random_keys import keys_at, seed_key, uniform
from rnn_names.sampling.spelling_sampler import SpellingSampler
from rnn_names.sampling.walk import Children, NodeData, Roots, Walk
from rnn_names.system import cached_property

MAX_TRUNCATED = 0.02  # the accepted share of names from a root that its bound cuts off
PILOT_OF_ROOTS = 1 << 15  # names drawn to measure their weights by their first characters
COPIES_POSITION = MAX_NAME_LENGTH + 1  # where the random number for the number of copies is


@dataclass
class GuidedData(NodeData):
    """The data of m nodes of a guided walk."""

    product_row: Array  # (m,) row among the guide's product states
    visited_row: Array  # (m,) row among the visited prefixes; −1 for others
    log_weight: Array  # (m,) natural logarithm of the weight so far


@dataclass
class PredictedData(GuidedData):
    """The data of nodes whose next characters are predicted: weights include the total."""

    log_completion: Array  # (m, n_y) of each next character


class GuidedWalk(Walk):
    """Draws names by a guide; `log_weights`, (names,), are −∞ for names that did not end.

    With `visits`, the walk records the prefixes that it visits there.
    """

    predictor: NetworkPredictor

    def __init__(
        self, predictor: NetworkPredictor, keys: Array, guide: Guide, visits: Visits | None = None
    ) -> None:
        super().__init__(predictor, guide.spelling, keys)
        self.guide, self.visits = guide, visits
        self.log_weights = np.full(len(keys), -np.inf)

    def beam_search(self, roots: Roots, width: int) -> None:
        """Visits, of each length, the `width` prefixes that draws most probably visit."""
        work, length = Workspace(self.predictor.dtype), len(roots.texts[0])
        states, data, log_prob = roots.states, roots.data, np.zeros(1)
        while len(states):
            p, _, data = self._predict(states, data, length, np.arange(len(states)), work)
            with np.errstate(divide="ignore"):
                log_probs = log_prob[:, None] + np.log(p / p.sum(axis=0)).T  # (nodes, n_y)
            log_probs[:, EOS] = -np.inf
            parent, character = np.divmod(_largest(log_probs.ravel(), width), self.predictor.n_y)
            children = Children(states, parent, character)
            next_state = self.spelling.automaton.after[data.automaton_state[parent], character]
            data = self._child_data(children, data, next_state)
            log_prob, length = log_probs[parent, character], length + 1
            states = self.predictor.states_after(children, work).copy()

    def _predict(
        self, states: Array, data: GuidedData, length: int, node: Array, work: Workspace
    ) -> tuple[Array, Array | float, PredictedData]:
        """Multiplies probabilities by the estimates, and weights by the total; records visits."""
        log_p = self.predictor.log_probabilities(states, work)
        if self.visits is not None:
            n_names = np.bincount(node, minlength=len(states))
            self.visits.record(data.visited_row, log_p, n_names)
        product_row, visited_row = data.product_row, data.visited_row
        estimates = self.guide.log_completion_of_next(visited_row, product_row, length)
        terms = np.ascontiguousarray((log_p + estimates).T)  # (n_y, nodes)
        top = np.maximum(terms.max(axis=0), LEAST_LOG)
        probabilities = np.exp(terms - top)  # at least one is 1, or none is above 0
        total = probabilities.sum(axis=0)
        probabilities[EOS, total == 0] = 1  # a dead end: the name ends here, and its weight is 0
        with np.errstate(divide="ignore"):
            log_weight = data.log_weight + np.log(total) + top
        rows = product_row, visited_row
        predicted = PredictedData(data.automaton_state, *rows, log_weight, estimates)
        return probabilities, 0.0, predicted  # float64: too rarely too close to call to draw again

    def _end(self, rows: Array, node: Array, data: PredictedData, length: int) -> None:
        # A log weight is Σ log(total / completion): log total is in it, and that of EOS is 1.
        super()._end(rows, node, data, length)
        self.log_weights[rows] = data.log_weight[node]

    def _child_data(self, children: Children, data: PredictedData, next_state: Array) -> GuidedData:
        _, parent, character = children
        guide, parent_row = self.guide, data.visited_row[parent]
        if self.visits is None:
            visited_row = guide.prefixes.child(parent_row, character)
        else:
            visited_row = self.visits.child(parent_row, character, next_state)
        product_row = guide.product.after[data.product_row[parent], character]
        log_weight = data.log_weight[parent] - data.log_completion[parent, character]
        return GuidedData(next_state, product_row, visited_row, log_weight)


def _largest(logs: Array, size: int) -> Array:
    """The ascending positions of the `size` largest logarithms, (m,), without those of −∞."""
    least = np.partition(logs, -size)[-size] if size < len(logs) else -np.inf
    position = np.flatnonzero((logs >= least) & (logs > -np.inf))
    return np.sort(position[np.argsort(-logs[position], kind="stable")[:size]])


def guided_roots(roots: Roots, guide: Guide) -> Roots:
    """Roots for a guided walk: the guide's prefix, or texts one character longer."""
    prefixes, automaton_state = guide.prefixes, roots.data.automaton_state
    product_row = guide.first_product_row
    if [*map(len, roots.texts)] == [prefixes.length[0]]:
        data = GuidedData(automaton_state, product_row, np.zeros(1, int), np.zeros(1))
        return roots._replace(data=data)
    last = np.array([text[-1] for text in roots.texts])
    log_completion = guide.log_completion[0, last]
    product_row = guide.product.after[product_row[0], last]
    visited_row = prefixes.child(np.zeros_like(last), last)
    # The weight's first factor is total / completion.
    log_weight = guide.log_p_conditions - np.maximum(log_completion, LEAST_LOG)
    data = GuidedData(automaton_state, product_row, visited_row, log_weight)
    return roots._replace(data=data, log_prob=roots.log_prob + log_completion)


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
        # An estimate that is too low for one root shows in the weights of names that begin from it.
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

"""Names under rare conditions: proposals drawn with a guide, corrected to the model's distribution.

A proposal gives weight / bound copies of its name, rounded at random:

    weight / bound    copies
    1                 1
    0.25              1 for one proposal in four, else 0
    2.5               2 or 3
"""

import numpy as np

from rnn_names.arrays import LEAST_LOG, Array, structured
from rnn_names.corpus.characters import MAX_NAME_LENGTH
from rnn_names.corpus.names import EOS, IndexedTexts, Names
from rnn_names.lookahead.guide import Guide, least_log_bound
from rnn_names.lookahead.visited import VisitRecorder
from rnn_names.network.language_model import LanguageModel
from rnn_names.options import CommonOptions
from rnn_names.sampling.frontier import Children
from rnn_names.sampling.network_predictor import NetworkPredictor, Prediction
from rnn_names.sampling.random_keys import fixed_keys, uniform
from rnn_names.sampling.walk import Roots, Walk, WalkDrawer
from rnn_names.system import cached_property

MAX_TRUNCATED = 0.02  # tolerated share of a root's names that the bound cuts off
PILOT_OF_ROOTS = 1 << 15  # names drawn from all roots together to measure weights
COPIES_POSITION = MAX_NAME_LENGTH + 1  # of the random number that rounds a number of copies


class GuidedWalk(Walk):
    """Draws names with a guide; `log_weights`, (names,), are −∞ for names that did not end.

    The walk records the prefixes that it visits with `recorder`, if given. The fields of some
    nodes, for first names that end in "pp":

        `node_fields`     Phil   Philip   Philipp   Pheup
        automaton_state   2      3        4         3        of the acceptor; 3 after p, 4 after pp
        product_row       2225   5885     6868      2099     among the guide's product states
        visited_row       14223  32758    33528     −1       among visited prefixes; −1 for others
        log_weight        −5.57  −7.15    −8.07     −4.63    so far, natural logarithm
    """

    predictor: NetworkPredictor

    def __init__(
        self,
        predictor: NetworkPredictor,
        keys: Array,
        guide: Guide,
        recorder: VisitRecorder | None = None,
    ) -> None:
        super().__init__(predictor, guide.acceptor, keys)
        self.guide, self.recorder = guide, recorder
        self.log_weights = np.full(len(keys), -np.inf)

    def _predict(
        self, length: int, states: Array, node_fields: Array, node_of_name: Array
    ) -> Prediction:
        """Multiplies probabilities by completions, (nodes, n_y), which it keeps for `_fields_of`.

        Multiplies the weight of each node, in place, by the total, and records the visit.
        """
        log_p = self.predictor.log_probabilities(states, self._work)
        visited_row = node_fields["visited_row"]
        if self.recorder is not None:
            n_names = np.bincount(node_of_name, minlength=len(states))
            self.recorder.record(visited_row, log_p, n_names)
        product_row = node_fields["product_row"]
        self._log_completion = self.guide.log_completion_of_next(visited_row, product_row, length)
        terms = np.ascontiguousarray((log_p + self._log_completion).T)  # (n_y, nodes)
        top = np.maximum(terms.max(axis=0), LEAST_LOG)
        probabilities = np.exp(terms - top)  # at least one is 1, or none is above 0
        total = probabilities.sum(axis=0)
        probabilities[EOS, total == 0] = 1  # a dead end: the name ends here with weight 0
        with np.errstate(divide="ignore"):
            node_fields["log_weight"] += np.log(total)
        node_fields["log_weight"] += top
        # Choices too close to call are so rare in float64 that no name is drawn again.
        return probabilities, 0.0

    def _end(self, length: int, node_fields: Array, name_rows: Array, node_of_name: Array) -> None:
        # A log weight is Σ log(total / completion). Every total was added; EOS has completion 1.
        super()._end(length, node_fields, name_rows, node_of_name)
        self.log_weights[name_rows] = node_fields["log_weight"][node_of_name]

    def _fields_of(self, node_fields: Array, children: Children, automaton_state: Array) -> Array:
        _, parent, character = children
        parent_row = node_fields["visited_row"][parent]
        if self.recorder is None:
            visited_row = self.guide.prefixes.child(parent_row, character)
        else:
            visited_row = self.recorder.child_or_new(parent_row, character, automaton_state)
        return structured(
            automaton_state=automaton_state,
            product_row=self.guide.product.next_row[node_fields["product_row"][parent], character],
            visited_row=visited_row,
            log_weight=node_fields["log_weight"][parent] - self._log_completion[parent, character],
        )

    def beam_search(self, roots: Roots, width: int) -> None:
        """Visits, for each length, the `width` prefixes that draws are most likely to visit."""
        states, node_fields, length = roots.states, roots.node_fields.copy(), len(roots.texts[0])
        log_reach = np.zeros(1)  # of each node
        while len(states):
            one_for_each = np.arange(len(states))  # as if one name were at each node
            p, _ = self._predict(length, states, node_fields, one_for_each)
            with np.errstate(divide="ignore"):
                log_branch = log_reach[:, None] + np.log(p / p.sum(axis=0)).T  # (nodes, n_y)
            log_branch[:, EOS] = -np.inf
            parent, character = np.divmod(_largest(log_branch.ravel(), width), self.predictor.n_y)
            children = Children(states, parent, character)
            automaton_state = self.acceptor.automaton.next_state[
                node_fields["automaton_state"][parent], character
            ]
            node_fields = self._fields_of(node_fields, children, automaton_state)
            log_reach, length = log_branch[parent, character], length + 1
            states = self.predictor.states_after(children, self._work).copy()


def _largest(logs: Array, size: int) -> Array:
    """The ascending positions of the `size` largest of m logarithms, leaving out −∞."""
    least = np.partition(logs, -size)[-size] if size < len(logs) else -np.inf
    position = np.flatnonzero((logs >= least) & (logs > -np.inf))
    return np.sort(position[np.argsort(-logs[position], kind="stable")[:size]])


def guided_roots(roots: Roots, guide: Guide) -> Roots:
    """The roots with a guided walk's fields. A root is the guide's own, or one character longer."""
    product_row, visited_row, log_weight = guide.root_product_row, np.zeros(1, int), np.zeros(1)
    is_longer = len(roots.texts[0]) > guide.prefixes.length[0]
    if len(roots.texts) > 1 or is_longer:
        last = np.array([text[-1] for text in roots.texts])
        log_completion = guide.log_completion_visited[0, last]
        roots = roots._replace(log_relative_p=roots.log_relative_p + log_completion)
        product_row = guide.product.next_row[product_row[0], last]
        visited_row = guide.prefixes.child(np.zeros_like(last), last)
        # The weight's first factor is total / completion.
        log_weight = guide.log_p_conditions - np.maximum(log_completion, LEAST_LOG)
    node_fields = structured(
        automaton_state=roots.node_fields["automaton_state"],
        product_row=product_row,
        visited_row=visited_row,
        log_weight=log_weight,
    )
    return roots._replace(node_fields=node_fields)


class GuidedDrawer(WalkDrawer):
    """Draws names that meet rare conditions, using a guide."""

    def __init__(
        self, model: LanguageModel, options: CommonOptions, texts: IndexedTexts, guide: Guide
    ) -> None:
        super().__init__(model, options, guide.acceptor, texts)
        self.guide = guide

    def with_texts(self, texts: IndexedTexts) -> "GuidedDrawer":
        """A drawer whose names begin with other texts, one character longer."""
        return GuidedDrawer(self._model, self._options, texts, self.guide)

    @cached_property
    def roots(self) -> Roots:
        """The roots of guided walks; if there are several, weights are scaled to fit the bound."""
        roots = guided_roots(self.float64_roots, self.guide)
        if len(roots.texts) == 1:
            return roots
        # If the estimate for a root is too low, the weights of its names are too high.
        size = max(PILOT_OF_ROOTS // len(roots.texts), 1)
        root_of_name = np.repeat(np.arange(len(roots.texts)), size)
        keys = fixed_keys(len(root_of_name))
        walk = GuidedWalk(self.float64_predictor, keys, self.guide)
        walk.run(roots, root_of_name)
        log_weights = walk.log_weights.reshape(-1, size) - self.guide.log_bound
        log_bounds = np.array([least_log_bound(w, MAX_TRUNCATED) for w in log_weights])
        raised = np.maximum(log_bounds, 0)
        roots.node_fields["log_weight"] -= raised
        return roots._replace(log_relative_p=roots.log_relative_p + raised)

    def propose(self, keys: Array, root_of_name: Array | None = None) -> tuple[Names, Array, Array]:
        """The names with copies, their rows, and the number of copies of every proposal, (n,)."""
        walk = GuidedWalk(self.float64_predictor, keys, self.guide)
        walk.run(self.roots, root_of_name)
        copies = self.guide.copies(walk.log_weights, uniform(keys, COPIES_POSITION))
        walk.lengths[copies == 0] = 0
        return self._model.vocabulary.spelled(walk.completed), np.flatnonzero(walk.lengths), copies

    def draw(self, keys: Array, root_of_name: Array | None = None) -> tuple[Names, Array]:
        """Like `WalkDrawer.draw`, for casts; returns at most one copy of each proposal."""
        # Names with weights above the bound should have more copies, so they are too rare here.
        names, rows, _ = self.propose(keys, root_of_name)
        return names, rows

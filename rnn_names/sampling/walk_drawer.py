"""Draws one name for each key: a name that the acceptor accepts, from one network.

A walk in float32 draws all names; the few that are too close to call (`choice`) are drawn again in
float64, with the same keys. So a name does not depend on the processor, nor on the other names.
"""

import numpy as np

from rnn_names.arrays import Array, Workspace, records
from rnn_names.conditions.acceptor import Acceptor
from rnn_names.conditions.options import CommonOptions
from rnn_names.corpus.names import IndexedNames, IndexedTexts, Names, names_from_indices
from rnn_names.network import rnn
from rnn_names.network.language_model import LanguageModel
from rnn_names.network.prefix_tree import prefix_tree
from rnn_names.network.scoring import prefix_log_probs
from rnn_names.sampling.network_predictor import NetworkPredictor
from rnn_names.sampling.random_keys import uniform, weighted_index
from rnn_names.sampling.walk import Roots, Walk
from rnn_names.system import cached_property


class WalkDrawer:
    """Draws accepted names that begin from some texts, the roots of its walks."""

    def __init__(
        self, model: LanguageModel, options: CommonOptions, acceptor: Acceptor, texts: IndexedTexts
    ) -> None:
        self.acceptor, self.texts = acceptor, texts
        self._model, self._options = model, options

    def draw(self, keys: Array, root_of_name: Array | None = None) -> tuple[Names, Array]:
        """Draws a name for each key, (n,); returns those that are accepted, and their rows.

        Each name begins with the root in row `root_of_name`, (n,), or else with a random root.
        """
        walk = Walk(self.predictor, self.acceptor, keys)
        walk.run(self.roots, root_of_name)
        close = np.flatnonzero(walk.is_close)
        if len(close):
            again = Walk(self.exact_predictor, self.acceptor, keys[close])
            roots_of_close = None if root_of_name is None else root_of_name[close]
            again.run(self.exact_roots, roots_of_close)
            walk.characters[:, close], walk.lengths[close] = again.characters, again.lengths
        return self.in_characters(walk.completed), np.flatnonzero(walk.lengths)

    def in_characters(self, names: IndexedNames) -> Names:
        """Names with code points instead of indices."""
        return Names(self._model.vocabulary.codes[names.codes], names.offsets)

    @cached_property
    def predictor(self) -> NetworkPredictor:
        """Predicts the next character, in float32."""
        return NetworkPredictor(self._model.params, self._options)

    @cached_property
    def exact_predictor(self) -> NetworkPredictor:
        """Predicts it in float64; these predictions define the names."""
        return NetworkPredictor(self._model.params, self._options, np.float64)

    @cached_property
    def exact_roots(self) -> Roots:
        """The roots, in float64."""
        return self._roots_by(self.exact_predictor)

    @cached_property
    def roots(self) -> Roots:
        """The roots, in float32; if there are several, with their exact probabilities."""
        roots = self._roots_by(self.predictor)
        if len(self.texts) == 1:
            return roots
        return roots._replace(log_prob=self.exact_roots.log_prob)  # no margin guards their choice

    def _roots_by(self, predictor: NetworkPredictor) -> Roots:
        names, work = names_from_indices(self.texts), Workspace(predictor.dtype)
        tree = prefix_tree(*names.padded(), predictor.n_y)
        states = rnn.hidden_states(tree, predictor.params, work)
        log_prob = prefix_log_probs(tree, predictor.log_probabilities(states, work))
        node_records = records(automaton_state=self.acceptor.automaton.run(names))
        return Roots(self.texts, states[tree.ends], log_prob[tree.ends], node_records)

    def with_texts(self, texts: IndexedTexts) -> "WalkDrawer":
        """A drawer whose names begin from other texts."""
        return WalkDrawer(self._model, self._options, self.acceptor, texts)

    def from_first_characters(self) -> "WalkDrawer":
        """A drawer whose roots are all possible first characters, unless there is a prefix."""
        if [*self.texts] != [()]:
            return self
        first = self.acceptor.may_follow(0, self.exact_roots.node_records["automaton_state"])[0]
        return self.with_texts([(character,) for character in np.flatnonzero(first).tolist()])

    def chunk_of(self, keys: Array, n: int) -> Array:
        """The chunk of each name, 0 to n − 1; names that begin alike share one: (names,).

        The first two random numbers of a name decide its beginning.
        """
        roots = self.roots
        p, position, position_after = roots.weights, 0, roots.lengths
        if len(roots.texts) == 1:
            position = len(roots.texts[0])
            p = self.predictor.next_probabilities(roots.states, Workspace())[0][:, 0]
            position_after = np.full(len(p), position + 1)
        p /= p.sum()
        beginning = weighted_index(keys, position, p)
        # On a line from 0 to 1, each beginning has a piece as long as its probability.
        within = uniform(keys, position_after[beginning])
        point = (np.cumsum(p) - p)[beginning] + p[beginning] * within
        return np.minimum(n * point, n - 1).astype(np.min_scalar_type(n))

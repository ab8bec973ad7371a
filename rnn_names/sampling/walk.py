"""A walk draws many names together, going down the tree of their prefixes from its roots.

Names with a common prefix are at one node, for which the network runs once. This walk draws names
0 to 3 from one root, the empty text:

    node    names there    each chooses its next character
    ""      0 1 2 3        A B A B
    "A"     0 2            d l
    "B"     1 3            o o
    "Ad"    0              the end: name 0 is "Ad"
    …

A name is given up as soon as no continuation of it can be accepted. The few names that are too
close to call (`choice`) are drawn again in float64, so a name depends neither on the processor nor
on the others.
"""

from typing import NamedTuple

import numpy as np

from rnn_names.arrays import (
    LEAST_LOG,
    Array,
    Workspace,
    differs_from_previous,
    rows_by_length,
    structured,
)
from rnn_names.conditions.automaton import Acceptor
from rnn_names.corpus.characters import MAX_NAME_LENGTH
from rnn_names.corpus.names import EOS, IndexedNames, IndexedTexts, Names, names_from_indices
from rnn_names.network import rnn
from rnn_names.network.language_model import LanguageModel, prefix_log_probs
from rnn_names.network.prefix_tree import prefix_tree
from rnn_names.options import CommonOptions
from rnn_names.sampling.choice import MAX_NAMES_OF_WALK, choose
from rnn_names.sampling.frontier import Children, Frontier, NodeBatch
from rnn_names.sampling.network_predictor import NetworkPredictor, Prediction, Predictor
from rnn_names.sampling.random_keys import weighted_index
from rnn_names.system import cached_property


class Roots(NamedTuple):
    """The R texts that names can begin with; none is a prefix of another.

    Usually there is one: the empty text or the required prefix. Several are alternative prefixes,
    or first characters for casts with `initials`.
    """

    texts: IndexedTexts
    states: Array  # (R, n_a) hidden states after them
    log_relative_p: Array  # (R,) log-probabilities, up to a common constant
    node_fields: Array  # (R,) a structured array, as in `NodeBatch`

    @property
    def lengths(self) -> Array:
        """The number of characters of each text: (R,)."""
        return np.array([*map(len, self.texts)])

    @property
    def relative_p(self) -> Array:
        """Numbers proportional to the probabilities, at most 1: (R,)."""
        return np.exp(self.log_relative_p - max(self.log_relative_p.max(), LEAST_LOG))

    def choose(self, keys: Array) -> Array:
        """The root of each name, (n,), chosen by its random number at position 0."""
        if len(self.texts) == 1:
            return np.zeros(len(keys), np.intp)
        return weighted_index(keys, 0, self.relative_p)

    def texts_of(self, rows: Array) -> Array:
        """The texts of the roots in the given rows, (n,), all of one length: (n, length)."""
        return np.array([self.texts[row] for row in rows.tolist()], np.intp)


class Walk:
    """Draws name k with the random numbers of `keys[k]` into column k of `characters`."""

    def __init__(self, predictor: Predictor, acceptor: Acceptor, keys: Array) -> None:
        assert len(keys) <= MAX_NAMES_OF_WALK  # more would not fit into a sort key of `choose`
        self.predictor, self.acceptor, self.keys = predictor, acceptor, keys
        index_type = np.min_scalar_type(predictor.n_y)
        self.characters = np.zeros((acceptor.max_length, len(keys)), index_type)
        # The length stays 0 for a name that is not accepted or is too close to call.
        self.lengths = np.zeros(len(keys), np.min_scalar_type(MAX_NAME_LENGTH))
        self.is_close = np.zeros(len(keys), bool)
        self._frontier, self._work = Frontier(predictor.nodes_at_once), Workspace(predictor.dtype)

    def run(self, roots: Roots, root_of_name: Array | None = None) -> None:
        """Draws every name from the root in row `root_of_name`, (names,), or from a random root."""
        self.root_of_name = roots.choose(self.keys) if root_of_name is None else root_of_name
        self._begin(roots, self.root_of_name)
        while self._frontier:
            length, (children, node_fields, name_rows, node_of_name) = self._frontier.pop()
            states = self.predictor.states_after(children, self._work)
            self._extend(length, states, node_fields, name_rows, node_of_name)

    def _begin(self, roots: Roots, root_of_name: Array) -> None:
        """Starts every name at its root, for batches of roots of equal length."""
        at_once = self.predictor.nodes_at_once
        for same_length in rows_by_length(roots.lengths):
            used_roots = same_length[np.isin(same_length, root_of_name)]
            for start in range(0, len(used_roots), at_once):
                nodes = used_roots[start : start + at_once]  # (nodes,) ascending rows of `roots`
                name_rows = np.flatnonzero(np.isin(root_of_name, nodes)).astype(np.int32)
                name_rows = name_rows[np.argsort(root_of_name[name_rows], kind="stable")]
                node_of_name = np.searchsorted(nodes, root_of_name[name_rows])
                texts = roots.texts_of(nodes)  # (nodes, length)
                length = texts.shape[1]
                self.characters[:length, name_rows] = texts[node_of_name].T
                states, node_fields = roots.states[nodes], roots.node_fields[nodes]
                self._extend(length, states, node_fields, name_rows, node_of_name)

    def _extend(
        self, length: int, states: Array, node_fields: Array, name_rows: Array, node_of_name: Array
    ) -> None:
        """Extends or ends the names at the given nodes, whose prefixes have `length` characters.

        Their children wait in the frontier for a later call. If n_y is 30, names 7 and 3 draw
        character 1 and name 5 draws 4 at node 0, and name 6 draws 2 at node 1:

            name_rows              7  3  5  6
            node_of_name           0  0  0  1
            branch_of_name         1  1  4 32     n_y · node + character
            branch_row_of_name     0  0  1  2     among the distinct branches: 1, 4 and 32
            parent_of_branch       0  0  1        of these branches
            character_of_branch    1  4  2
        """
        acceptor, n_y = self.acceptor, self.predictor.n_y
        probabilities, margin = self._predict(length, states, node_fields, node_of_name)
        name_rows, branch_of_name, is_close = choose(
            probabilities, margin, name_rows, node_of_name, self.keys, length
        )
        self.is_close[name_rows[is_close]] = True
        # For each distinct branch: (branches,)
        is_first = differs_from_previous(branch_of_name)
        parent_of_branch, character_of_branch = np.divmod(branch_of_name[is_first], n_y)
        automaton_state = node_fields["automaton_state"][parent_of_branch]
        next_automaton_state = acceptor.automaton.next_state[automaton_state, character_of_branch]
        ends = character_of_branch == EOS
        may_end = ends & acceptor.may_end[length, automaton_state]
        goes_on = ~ends & acceptor.can_be_accepted[length + 1, next_automaton_state]
        # For each name again: (k,)
        branch_row_of_name = np.cumsum(is_first, dtype=np.int32) - 1
        ended = np.flatnonzero(may_end[branch_row_of_name] & ~is_close)
        parent_of_ended = parent_of_branch[branch_row_of_name[ended]]
        self._end(length, node_fields, name_rows[ended], parent_of_ended)
        longer = np.flatnonzero(goes_on[branch_row_of_name] & ~is_close)
        if len(longer):
            name_rows, branch_row_of_name = name_rows[longer], branch_row_of_name[longer]
            self.characters[length, name_rows] = character_of_branch[branch_row_of_name]
            node_of_name = (np.cumsum(goes_on, dtype=np.int32) - 1)[branch_row_of_name]
            children = Children(states, parent_of_branch[goes_on], character_of_branch[goes_on])
            child_fields = self._fields_of(node_fields, children, next_automaton_state[goes_on])
            batch = NodeBatch(children, child_fields, name_rows, node_of_name)
            self._frontier.add(length + 1, batch)

    @property
    def completed(self) -> IndexedNames:
        """The completed names: each column up to its length, unless that is 0."""
        inside = np.arange(len(self.characters))[:, None] < self.lengths  # (longest, names)
        return Names.from_lengths(self.characters.T[inside.T], self.lengths[self.lengths > 0])

    # What a guided walk overrides:
    def _predict(
        self, length: int, states: Array, node_fields: Array, node_of_name: Array
    ) -> Prediction:
        """Predicts what follows the nodes."""
        return self.predictor.next_probabilities(states, self._work)

    def _end(self, length: int, node_fields: Array, name_rows: Array, node_of_name: Array) -> None:
        """Ends some names at their nodes."""
        self.lengths[name_rows] = length

    def _fields_of(self, node_fields: Array, children: Children, automaton_state: Array) -> Array:
        """The fields of children, whose `automaton_state` is given."""
        return structured(automaton_state=automaton_state)


class WalkDrawer:
    """Draws accepted names that begin with one of its `texts`, the roots of its walks."""

    def __init__(
        self, model: LanguageModel, options: CommonOptions, acceptor: Acceptor, texts: IndexedTexts
    ) -> None:
        self.acceptor, self.texts = acceptor, texts
        self._model, self._options = model, options

    def draw(self, keys: Array, root_of_name: Array | None = None) -> tuple[Names, Array]:
        """Draws a name for each key, (n,); returns those that are accepted, and their rows.

        `root_of_name`: see `Walk.run`.
        """
        walk = Walk(self.predictor, self.acceptor, keys)
        walk.run(self.roots, root_of_name)
        close = np.flatnonzero(walk.is_close)
        if len(close):
            again = Walk(self.float64_predictor, self.acceptor, keys[close])
            again.run(self.float64_roots, walk.root_of_name[close])
            walk.characters[:, close], walk.lengths[close] = again.characters, again.lengths
        return self._model.vocabulary.spelled(walk.completed), np.flatnonzero(walk.lengths)

    @cached_property
    def predictor(self) -> NetworkPredictor:
        """Predicts the next character, in float32."""
        return NetworkPredictor(self._model.params, self._options)

    @cached_property
    def float64_predictor(self) -> NetworkPredictor:
        """Predicts the next character in float64; these predictions define the names."""
        return NetworkPredictor(self._model.params, self._options, np.float64)

    @cached_property
    def float64_roots(self) -> Roots:
        """The roots, in float64."""
        return self._roots_by(self.float64_predictor)

    @cached_property
    def roots(self) -> Roots:
        """The roots, in float32; if there are several, with their probabilities in float64."""
        roots = self._roots_by(self.predictor)
        if len(self.texts) == 1:
            return roots
        exact = self.float64_roots.log_relative_p  # exact, since no margin guards their choice
        return roots._replace(log_relative_p=exact)

    def _roots_by(self, predictor: NetworkPredictor) -> Roots:
        names, work = names_from_indices(self.texts), Workspace(predictor.dtype)
        tree = prefix_tree(*names.padded(), predictor.n_y)
        states = rnn.hidden_states(tree, predictor.params, work)
        log_prob = prefix_log_probs(tree, predictor.log_probabilities(states, work))
        node_fields = structured(automaton_state=self.acceptor.automaton.run(names))
        return Roots(self.texts, states[tree.ends], log_prob[tree.ends], node_fields)

    def with_texts(self, texts: IndexedTexts) -> "WalkDrawer":
        """A drawer whose names begin with other texts."""
        return WalkDrawer(self._model, self._options, self.acceptor, texts)

    def rooted_at_first_characters(self) -> "WalkDrawer":
        """A drawer whose roots are all possible first characters, unless there is a prefix."""
        if [*self.texts] != [()]:
            return self
        first = self.acceptor.may_follow(0, self.float64_roots.node_fields["automaton_state"])[0]
        return self.with_texts([(character,) for character in np.flatnonzero(first).tolist()])

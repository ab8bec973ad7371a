"""Draws names and tests them against all conditions on single names.

If an automaton can check a condition, the condition is part of the acceptor, and walks draw only
names that meet it. The other conditions are tested on whole names. For `--suffix pp --novel`:

    acceptor    suffix 'pp', the length, the shape of the list's names
    tested      novel
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from rnn_names.arrays import Array, Workspace
from rnn_names.conditions.automaton import Acceptor
from rnn_names.conditions.boldness import with_boldness
from rnn_names.conditions.conditions import Condition, joint_automaton, make_conditions
from rnn_names.conditions.prefixes import spelled_prefixes
from rnn_names.conditions.tally import Tally
from rnn_names.corpus.names import Names, names_from_indices
from rnn_names.errors import CaseWarning, SamplingError, VocabularyError, plural, short_repr, warn
from rnn_names.network.language_model import LanguageModel
from rnn_names.options import CommonOptions, or_list
from rnn_names.sampling.walk import WalkDrawer

FEW_POSSIBLE = 1 << 10  # if at most as many spellings are possible, all are tested first
# Attempts of a batch. A larger one shares more prefixes, but takes more memory and delays names.
MIN_BATCH, MAX_BATCH, MAX_PROBABILITIES_OF_BATCH = 1 << 5, 1 << 20, 1 << 26
LONG_NAME = 32  # characters; if all names of a list are longer, many drawn ones may be too short
SHAPE_HINT = (
    "; without any_shape, a name may not begin with a lower-case letter, have a capital right "
    "after a letter, or have two spaces or punctuation marks in a row, unless one in the list does"
)


def length_limits(model: LanguageModel, options: CommonOptions) -> tuple[int, int]:
    """The minimum and maximum length of names, from the options or else from the list."""
    prefix_lengths = [*map(len, options.prefix or ("",))]
    shortest, longest = options.min_length, options.max_length
    if shortest is None:  # an explicit maximum takes precedence
        shortest = min(model.shortest, longest or model.shortest)
    shortest = max(shortest, min(prefix_lengths), 1)
    if longest is None:
        longest = max(model.longest, shortest, *prefix_lengths)
    if shortest > longest:
        cause = "prefix" if options.prefix and min(prefix_lengths) == shortest else "min_length"
        message = f"{cause} requires at least {shortest} characters; max_length allows {longest}"
        raise SamplingError(message, [cause, "max_length"])
    return shortest, longest


class DrawnNames(NamedTuple):
    """The names of a draw that meet the conditions."""

    names: Names
    rows: Array  # (len(names),) the ascending rows of their attempts, among all of the draw
    tally: Tally


class Sampler:
    """Draws names with a `WalkDrawer` and tests them (`rows_that_pass`).

    Raises SamplingError if no name is possible.

    Attributes:
        acceptor: the shape, the lengths and the conditions that an automaton can check.
        automaton_conditions, tested_conditions: the conditions in it; those tested on whole names.
        unguided_drawer: draws accepted names without a guide.
        shape: the shape of the list's names, possibly wider for a prefix; None for any shape.
        respelled: the prefixes whose case was ignored, as typed and as read.
        n_possible: the number of texts that the acceptor accepts; infinity for very many.
        acceptor_title: what the acceptor requires, for messages.
    """

    def __init__(self, model: LanguageModel, options: CommonOptions) -> None:
        self.model, self.options = model, options
        shortest, longest = length_limits(model, options)
        limits = plural(longest, "character")
        if shortest < longest:
            limits = f"{shortest} to {limits}"
        shape = None if options.any_shape else model.shape
        texts, self.shape, self.respelled = spelled_prefixes(options, model.vocabulary, shape)
        all_conditions = make_conditions(model, options)
        automaton, self.automaton_conditions, self.tested_conditions = joint_automaton(
            len(model.vocabulary), self.shape, all_conditions, longest
        )
        self.acceptor = Acceptor(automaton, shortest, longest)
        texts = [text for text in texts if len(text) <= longest]
        self.unguided_drawer = WalkDrawer(model, options, self.acceptor, texts)
        roots = self.unguided_drawer.roots
        automaton_state = roots.node_fields["automaton_state"]
        n_continuations = self.acceptor.n_continuations[roots.lengths, automaton_state]
        self.n_possible = float(n_continuations.sum())
        shaped = " and the shape of the list's names" if self.shape is not None else ""
        titles = self.titles_with_prefix(self.automaton_conditions), f"a length of {limits}{shaped}"
        self.acceptor_title = ", ".join(filter(None, titles))
        self._check_spellings(all_conditions, limits)
        self._check_first_characters()

    @property
    def largest_batch(self) -> int:
        """Maximum number of names to draw together; smaller for a large vocabulary."""
        largest_batch = MAX_PROBABILITIES_OF_BATCH >> len(self.model.vocabulary).bit_length()
        return min(max(largest_batch, MIN_BATCH), MAX_BATCH)

    def draw_tested(self, keys: Array) -> DrawnNames:
        """Draws a name for each key, (n,), and tests it."""
        return self.test_drawn(len(keys), *self.unguided_drawer.draw(keys))

    def test_drawn(self, n_drawn: int, names: Names, rows: Array) -> DrawnNames:
        """Tests the accepted names of `n_drawn` attempts, in `rows`; returns those that pass."""
        chosen, tally = self.rows_that_pass(names)
        tally = Tally({self.acceptor_title: (n_drawn, len(names)), **tally})
        return DrawnNames(names.take(chosen), rows[chosen], tally)

    def rows_that_pass(self, names: Names) -> tuple[Array, Tally]:
        """The rows of the names that meet the conditions on whole names, and the tally."""
        rows, tally = np.arange(len(names)), Tally()
        for condition in self.tested_conditions:
            passes = condition.test(names)
            rows, names = rows[passes], names.take(np.flatnonzero(passes))
            tally[condition.title] = len(passes), len(names)
        return rows, tally

    @property
    def may_be_rare(self) -> bool:
        """Whether accepted names may be rare; a pilot then measures how rare.

        The shape alone can make them rare only at a temperature above 1.
        """
        options = self.options
        shortest_listed = self.model.shortest if self.model.shortest > LONG_NAME else 0
        shortest = options.min_length or shortest_listed
        limits_length = shortest > 1 or options.max_length is not None
        temperature = self.unguided_drawer.predictor.temperature
        may_often_break_shape = self.shape is not None and temperature > 1
        looks_at_text = bool(self.automaton_conditions or options.prefix)
        return limits_length or may_often_break_shape or looks_at_text

    def _check_spellings(self, all_conditions: Sequence[Condition], limits: str) -> None:
        """Raises SamplingError if no spelling is possible, or if there are few and none passes."""
        possible, hint, conditions = self.n_possible, "", self.automaton_conditions
        if not possible and self.shape is not None:
            hint = SHAPE_HINT
        elif self.tested_conditions and 0 < possible <= FEW_POSSIBLE:
            texts = self.acceptor.accepted_texts(self.unguided_drawer.texts)
            spelled = self.model.vocabulary.spelled(names_from_indices(texts))
            hint, conditions = f"; all {possible:,.0f} spellings were tried", [*all_conditions]
            possible = len(self.rows_that_pass(spelled)[0])
        if not possible:
            what = f"no name of {limits} can meet all of {self.titles_with_prefix(conditions)}"
            raise SamplingError(what + hint, [*self.options.non_defaults, "any_shape"])

    def _check_first_characters(self) -> None:
        """Raises SamplingError if min-p, temperature, top-k and top-p rule out every beginning."""
        options, drawer = self.options, self.unguided_drawer
        roots, predictor = drawer.roots, drawer.predictor
        if options.prefix:
            # A single prefix is not drawn, so only top-k and top-p can rule it out.
            can_be_ruled_out = len(roots.texts) > 1 or predictor.top_k or predictor.top_p
            is_possible = not can_be_ruled_out or (roots.log_relative_p > -np.inf).any()
            what = f"prefix {or_list(options.prefix)}: no name can begin this way"
        else:
            log_p = predictor.log_probabilities(roots.states, Workspace())
            may_follow = self.acceptor.may_follow(0, roots.node_fields["automaton_state"])
            # With `any_shape`, this is no error yet: the stream then ends with TooFewNamesError.
            is_possible = self.shape is None or (log_p[may_follow] > -np.inf).any()
            what = f"no name can begin in a way that the list's names do{SHAPE_HINT}"
        if not is_possible:
            named = "prefix" if options.prefix else "any_shape"
            raise SamplingError(f"{what} (at this min-p, temperature, top-k and top-p)", [named])

    def titles_with_prefix(self, conditions: Sequence[Condition]) -> str:
        """The required prefix and the titles of the conditions, for a message."""
        prefixes = self.options.prefix
        titles = [f"prefix {or_list(prefixes)}"] if prefixes else []
        return ", ".join([*titles, *(condition.title for condition in conditions)])


def make_sampler(model: LanguageModel, options: CommonOptions) -> Sampler:
    """A sampler whose options have the presets of their boldness.

    If no name can match the texts as typed, their case is ignored, with a CaseWarning.
    """
    try:
        sampler = Sampler(model, with_boldness(options, model))
        notes = [
            f"no name in the list begins with {short_repr(typed)}; reading it as {short_repr(read)}"
            for typed, read in sampler.respelled.items()
        ]
    except (SamplingError, VocabularyError) as error:
        if options.any_shape or options.ignore_case:
            raise
        try:
            sampler = Sampler(model, with_boldness(replace(options, ignore_case=True), model))
        except (SamplingError, VocabularyError):
            raise error from None
        all_conditions = [*sampler.automaton_conditions, *sampler.tested_conditions]
        on_text = [each for each in all_conditions if each.automaton and not each.ignores_case]
        notes = [
            f"no name can match as typed; ignoring case in {sampler.titles_with_prefix(on_text)}"
        ]
    if notes:
        warn("; ".join(notes), CaseWarning)
    return sampler

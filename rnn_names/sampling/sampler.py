"""Names drawn together. One that breaks a condition (its length, say) is discarded.

Where the conditions on length and spelling are so rare that this would take long,
`rnn_names.lookahead.guide` looks ahead.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from rnn_names.conditions.automaton import NoAutomatonError
from rnn_names.conditions.options import CommonOptions, any_of
from rnn_names.corpus.names import Names
from rnn_names.errors import CaseWarning, SamplingError, VocabularyError, quoted
from rnn_names.network.choice import LARGEST_WALK
from rnn_names.network.language_model import LanguageModel
from rnn_names.sampling.continuations import SHAPE_HINT, Continuations
from rnn_names.sampling.walk import Drawn, Walk

if TYPE_CHECKING:
    from rnn_names.conditions.conditions import Condition
    from rnn_names.lookahead.guide import LookAhead
    from rnn_names.lookahead.preparation import Preparation
    from rnn_names.lookahead.weights import Weights

FIRST_BLOCK = 32  # names of the first block, a few more than are drawn by default
WALKS_PER_BLOCK = 4  # walks in the largest blocks; more share more prefixes, and draw more in vain
PILOT = 1 << 13  # names drawn to see how rare the conditions are
LOOK_AHEAD_BELOW = 1 / 200  # looking ahead is tried where a smaller share meets the conditions
GAIN = 5  # the look-ahead is used if it multiplies the share of useful draws by more than this
FEW_POSSIBLE = 1 << 10  # spellings; so few are held to the other conditions one by one

NO_CONDITIONS = {
    *("temperature", "top_k", "top_p"),
    *("prefix", "ignore_case", "min_length", "max_length", "any_shape"),
    *("edits", "remember", "seed", "start", "unique", "count", "rank"),
}
"""The options that make no condition on finished names."""

Tally = dict[str, tuple[int, int]]  # by condition: how many names were held to it, how many passed


class Sampler(Continuations):
    """Draws names from a model, many together, each with a length within the limits."""

    def __init__(self, model: LanguageModel, options: CommonOptions) -> None:
        super().__init__(model, options)
        # A power of two, the smaller the larger the vocabulary.
        self.largest_walk = min(max(1 << (23 - self.n_y.bit_length()), FIRST_BLOCK), LARGEST_WALK)
        self.share_size = self.largest_walk // 2  # of large blocks; at most twice as many
        self.preparation: Preparation | None = None  # covers some of the conditions, if rare
        self.conditions: list[Condition] = []  # of names that are drawn
        # Their module is only imported where there are any: twenty names should come at once.
        if not NO_CONDITIONS.issuperset(options.given):
            from rnn_names.conditions.conditions import conditions_of

            self.conditions = conditions_of(model, options)
        if any(each.automaton for each in self.conditions):
            self.unguided_look_ahead()  # or SamplingError, if no name can be spelled so

    @property
    def largest_block(self) -> int:
        """Names of the largest blocks of the stream; with a look-ahead, those of one walk."""
        return self.largest_walk * (1 if self.preparation else WALKS_PER_BLOCK)

    @property
    def length_option(self) -> str:
        """What the limits of length are called in messages."""
        shape = " and the shape of the list's names" if self.shape is not None else ""
        return f"a length of {self._lengths} characters{shape}"

    @property
    def _lengths(self) -> str:
        least, most = self.min_length, self.max_length
        return f"{least} to {most}" if least < most else f"{most}"

    def prepare_if_rare(self, rare: float = 0) -> Tally:
        """Prepares a look-ahead if the conditions on length and spelling turn out to be rare.

        Rare is a share of `rare` or `LOOK_AHEAD_BELOW` at most; this does not depend on the seed.
        Returns how many names of the pilot met each condition; nothing if they are not rare.
        """
        is_common = (self.options.min_length or 1) <= 1 and self.options.max_length is None
        is_common &= self.shape is None or self.options.temperature <= 1  # hotter, many break it
        if is_common and not self.conditions:
            return {}
        self.conditions = [self._followed_if_rare(each) for each in self.conditions]
        unguided, covered, others = self.unguided_look_ahead()
        if is_common and not covered:
            return {}
        from rnn_names.lookahead.preparation import Preparation
        from rnn_names.lookahead.visited import Visits

        tally: Tally = {}
        bits = Random(0)
        for size in (PILOT // 8, PILOT):  # a few are enough to see that conditions are not rare
            tally.clear()
            visits = Visits(unguided.prefixes)
            pilot = self.walk(size, bits, replace(unguided, visits=visits))
            first = self.in_characters(pilot.names)
            add_to(tally, self.length_option, size, len(first))
            met = len(meeting(covered, first, tally)) / size
            if met > max(rare, LOOK_AHEAD_BELOW):
                return {}
        preparation = Preparation(self.weighed, unguided, visits)
        if preparation.after(0).share <= GAIN * met:
            return {}
        self.preparation, self.conditions = preparation, others
        return tally

    def _followed_if_rare(self, condition: Condition) -> Condition:
        """The condition, with the automaton that it has where few names meet it, if few do.

        Where hardly any name has a length and shape that are allowed, that is not known.
        """
        if condition.automaton_if_rare is None:
            return condition
        for size, common in ((FIRST_BLOCK, 10), (PILOT // 8, 1)):  # a few are mostly enough to see
            names = self.in_characters(self.walk(size, Random(0)).names)
            if condition.passes(names).sum() > common * LOOK_AHEAD_BELOW * len(names):
                return condition
        if len(names) * LOOK_AHEAD_BELOW >= 1:  # those of the larger draw
            with suppress(NoAutomatonError):
                return replace(condition, automaton=condition.automaton_if_rare())
        return condition

    def is_prepared(self, block: int) -> bool:
        """Whether the look-ahead for a block, by its number, needs no more rounds."""
        return self.preparation is None or self.preparation.has(_rounds(block))

    def look_ahead_for(self, block: int) -> LookAhead | None:
        """The look-ahead for a block, if there is one; prepared where it is not yet."""
        return None if self.preparation is None else self.preparation.after(_rounds(block))

    def unguided_look_ahead(self) -> tuple[LookAhead, list[Condition], list[Condition]]:
        """An unguided look-ahead, the conditions that it covers, the others; or SamplingError."""
        from rnn_names.conditions.automaton import anything
        from rnn_names.conditions.beginnings import of_shape
        from rnn_names.conditions.conditions import spelling
        from rnn_names.lookahead.guide import LookAhead, max_states
        from rnn_names.lookahead.visited import VisitedPrefixes

        start = of_shape(self.shape) if self.shape is not None else anything(self.n_y)
        if self.beginnings is not None:
            start &= self.beginnings.automaton
        automaton, covered, others = spelling(
            self.conditions, max_states(self.n_y, self.max_length), start
        )
        root = VisitedPrefixes.beginning(self.prefix, automaton)
        unguided = LookAhead(automaton, self.min_length, self.max_length, root)
        count, hint, titles = unguided.count_possible(), "", covered
        if not count:
            hint = SHAPE_HINT if self.shape is not None else ""
        elif others and count <= FEW_POSSIBLE:
            texts = automaton.texts(self.prefix.tolist(), self.min_length, self.max_length)
            codes = [self.codes[list(text)] for text in texts]
            names = Names.from_lengths(np.concatenate(codes), np.array([*map(len, codes)]))
            hint, titles = f"; {count:,.0f} tried, which is all", self.conditions
            count = len(meeting(others, names, {}))
        if not count:
            raise SamplingError(
                f"no name of {self._lengths} characters can meet all of "
                f"{self._titles(titles)}{hint}",
                settings=[*self.options.given, "any_shape"],
            )
        return unguided, covered, others

    def count_possible(self) -> tuple[float, str]:
        """How many names can meet the conditions on length and spelling; and these, in words."""
        unguided, covered, _ = self.unguided_look_ahead()
        return unguided.count_possible(), self._titles(covered) or self.length_option

    def _titles(self, covered: list[Condition]) -> str:
        titles, prefixes = [each.title for each in covered], self.options.prefix
        if prefixes:
            titles.insert(0, f"prefix {any_of(prefixes)}")
        return ", ".join(titles)

    def draw(self, size: int, bits: Random, look_ahead: LookAhead | None = None) -> Names:
        """Draws `size` names and returns those of an allowed length, as often as weights say."""
        drawn = self.walk(size, bits, look_ahead)
        names = self.in_characters(drawn.names)
        if look_ahead is None or drawn.weights is None:
            return names
        rows = np.repeat(np.arange(len(names)), look_ahead.copies(drawn.weights.log_weights, bits))
        # In random order: a repeat should not follow its name.
        order = np.argsort(np.frombuffer(bits.randbytes(8 * len(rows)), "<u8"), kind="stable")
        return names.take(rows[order])

    def walk(self, size: int, bits: Random, look_ahead: LookAhead | None = None) -> Drawn:
        """Draws `size` names together."""
        walk = Walk(self, size, bits, look_ahead)
        return walk.go_on(walk.first_step())

    def weighed(self, size: int, bits: Random, look_ahead: LookAhead) -> Weights:
        """The weights of `size` draws."""
        weights = self.walk(size, bits, look_ahead).weights
        assert weights is not None
        return weights


def sampler_of(model: LanguageModel, options: CommonOptions) -> Sampler:
    """A sampler; if no name can match as typed, case is ignored, with a CaseWarning."""
    try:
        sampler = Sampler(model, options)
        read = [f"prefix {quoted(a)} as {quoted(b)}" for a, b in sampler.in_other_case.items()]
    except (SamplingError, VocabularyError) as error:
        if options.any_shape or options.ignore_case:
            raise
        try:
            sampler = Sampler(model, replace(options, ignore_case=True))
        except (SamplingError, VocabularyError):
            raise error from None
        texts = [each for each in sampler.conditions if each.automaton]
        read = [f"{sampler._titles(texts)} in any case"]
    if read:
        warnings.warn(f"read as the list is written: {', '.join(read)}", CaseWarning, stacklevel=4)
    return sampler


def _rounds(block: int) -> int:
    """Rounds of preparation before a block of the stream: one more for every second block.

    >>> [_rounds(block) for block in range(9)]
    [0, 0, 0, 1, 1, 2, 2, 3, 3]
    """
    return max(block - 1, 0) // 2


def meeting(conditions: Sequence[Condition], names: Names, tally: Tally) -> Names:
    """The names that meet all conditions; each condition sees those that met the ones before."""
    for condition in conditions:
        passes = condition.passes(names)
        add_to(tally, condition.title, len(names), int(passes.sum()))
        names = names.take(np.flatnonzero(passes))
    return names


def add_to(tally: Tally, title: str, tested: int, passed: int) -> None:
    """Counts `tested` more names that were held to a condition, of which `passed` met it."""
    before = tally.get(title, (0, 0))
    tally[title] = before[0] + tested, before[1] + passed

"""Names drawn together. One that breaks a condition (its length, say) is discarded.

Where the conditions on length and spelling are so rare that this would take long,
`rnn_names.lookahead.guide` looks ahead.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rnn_names.arrays import Array
from rnn_names.conditions.automaton import Automaton, NoAutomatonError, anything
from rnn_names.conditions.beginnings import of_shape
from rnn_names.conditions.options import CommonOptions, any_of
from rnn_names.corpus.names import Names
from rnn_names.errors import CaseWarning, SamplingError, VocabularyError, quoted
from rnn_names.network.choice import LARGEST_WALK
from rnn_names.network.language_model import LanguageModel
from rnn_names.sampling.continuations import SHAPE_HINT, Continuations
from rnn_names.sampling.walk import Walk

if TYPE_CHECKING:
    from typing_extensions import Self

    from rnn_names.conditions.conditions import Condition
    from rnn_names.lookahead.guide import LookAhead

FIRST_BLOCK = 32  # names of the first block, a few more than are drawn by default
WALKS_PER_BLOCK = 4  # of the largest; with more, names share more prefixes, and more are in vain
PILOT = 1 << 13  # names drawn to see how rare the conditions are
LOOK_AHEAD_BELOW = 1 / 200  # looking ahead is tried where a smaller share meets the conditions
GAIN = 5  # the look-ahead is used if it multiplies the share of useful draws by more than this
MAX_TABLE = 1 << 24  # numbers in the look-ahead's tables of all states, characters and lengths
FEW_POSSIBLE = 1 << 10  # spellings; so few are held to the other conditions one by one

NO_CONDITIONS = {
    *("temperature", "top_k", "top_p"),
    *("prefix", "ignore_case", "min_length", "max_length", "any_shape"),
    *("edits", "remember", "seed", "start", "unique", "count", "rank"),
}
"""The options that make no condition on finished names."""

Tally = dict[str, tuple[int, int]]  # by condition: how many names were held to it, how many passed


class Spelling(NamedTuple):
    """How names can be spelled, as far as an automaton follows it."""

    automaton: Automaton
    state: Array  # (1,) its state after the prefix of all names
    counts: Array  # (max_length + 2, S) how many texts it accepts, by length so far and state
    size: float  # how many in all; infinity for very many
    covered: list[Condition]  # those that it follows
    others: list[Condition]
    title: str  # what it follows, for a message


class Sampler(Continuations):
    """Draws names from a model, many together, each with a length within the limits."""

    def __init__(self, model: LanguageModel, options: CommonOptions) -> None:
        super().__init__(model, options)
        # A power of two, the smaller the larger the vocabulary.
        self.largest_walk = min(max(1 << (23 - self.n_y.bit_length()), FIRST_BLOCK), LARGEST_WALK)
        self.share_size = self.largest_walk // 2  # of large blocks; at most twice as many
        least, most = self.min_length, self.max_length
        self._limits = f"{least} to {most}" if least < most else f"{most}"
        shape = " and the shape of the list's names" if self.shape is not None else ""
        self.length_title = f"a length of {self._limits} characters{shape}"  # for messages
        self.look_ahead: LookAhead | None = None  # covers some of the conditions, if rare
        self.conditions: list[Condition] = []  # of names that are drawn
        # Their module is only imported where there are any: twenty names should come at once.
        if not NO_CONDITIONS.issuperset(options.given):
            from rnn_names.conditions.conditions import conditions_of

            self.conditions = conditions_of(model, options)
        if any(each.automaton for each in self.conditions):
            self.spelling = self._make_spelling()  # or SamplingError, if no name can be

    @property
    def largest_block(self) -> int:
        """Names of the largest blocks of the stream; with a look-ahead, those of one walk."""
        return self.largest_walk * (1 if self.look_ahead else WALKS_PER_BLOCK)

    @cached_property
    def spelling(self) -> Spelling:
        """How names can be spelled; or SamplingError, if no name can."""
        return self._make_spelling()

    def _make_spelling(self) -> Spelling:
        from rnn_names.conditions.conditions import joint_automaton

        start = of_shape(self.shape) if self.shape is not None else anything(self.n_y)
        if self.beginnings is not None:
            start &= self.beginnings.automaton
        most_states = MAX_TABLE // (self.n_y * (self.max_length + 1))
        automaton, covered, others = joint_automaton(self.conditions, most_states, start)
        state = automaton.run(self.prefix[None], np.array([len(self.prefix)]))
        counts = automaton.counts(self.min_length, self.max_length)
        count = float(counts[len(self.prefix), state[0]])
        possible, hint, titles = count, "", covered
        if not count:
            hint = SHAPE_HINT if self.shape is not None else ""
        elif others and count <= FEW_POSSIBLE:
            texts = automaton.texts(self.prefix.tolist(), self.min_length, self.max_length)
            codes = [self.codes[list(text)] for text in texts]
            names = Names.from_lengths(np.concatenate(codes), np.array([*map(len, codes)]))
            hint, titles = f"; {count:,.0f} tried, which is all", self.conditions
            possible = len(meeting(others, names, {}))
        if not possible:
            what = f"no name of {self._limits} characters can meet all of {self._titles(titles)}"
            raise SamplingError(what + hint, [*self.options.given, "any_shape"])
        title = self._titles(covered) or self.length_title
        return Spelling(automaton, state, counts, count, covered, others, title)

    def _titles(self, covered: list[Condition]) -> str:
        titles, prefixes = [each.title for each in covered], self.options.prefix
        if prefixes:
            titles.insert(0, f"prefix {any_of(prefixes)}")
        return ", ".join(titles)

    def prepare_if_rare(self, rare: float | None = None) -> Tally:
        """Prepares a look-ahead if the conditions on length and spelling turn out to be rare.

        They are if a share of at most `rare` of the names meets them (default: `LOOK_AHEAD_BELOW`);
        the seed does not matter. Returns how many names of the pilot met each condition; nothing if
        they are not rare.
        """
        most_fit = (self.options.min_length or 1) <= 1 and self.options.max_length is None
        most_fit &= self.shape is None or self.options.temperature <= 1  # hotter, many break it
        if most_fit and not self.conditions:
            return {}
        for place, condition in enumerate(self.conditions):
            if condition.automaton_if_rare is not None and self._is_rare(condition):
                with suppress(NoAutomatonError):
                    followed = replace(condition, automaton=condition.automaton_if_rare())
                    self.conditions[place] = followed
                    self.spelling = self._make_spelling()
        if most_fit and not self.spelling.covered:
            return {}
        from rnn_names.lookahead.guide import LookAhead
        from rnn_names.lookahead.preparation import prepared, warn_of_repeats

        tally, bits = Tally(), Random(0)
        for size in (PILOT // 8, PILOT):  # a few are enough to see that conditions are not rare
            tally.clear()
            names = self.draw(size, bits)
            add_to(tally, self.length_title, size, len(names))
            share_met = len(meeting(self.spelling.covered, names, tally)) / size
            if share_met > (LOOK_AHEAD_BELOW if rare is None else rare):
                return {}
        limits = self.min_length, self.max_length
        unguided = LookAhead.unguided(self.spelling.automaton, self.prefix, *limits)
        temperature = min(max(self.options.temperature, 1e-3), 1e30)
        look_ahead = prepared(self._draw_to_learn, unguided, self.min_length, temperature)
        if look_ahead.acceptance <= GAIN * share_met:
            return {}
        warn_of_repeats(look_ahead)
        self.look_ahead, self.conditions = look_ahead, self.spelling.others
        return tally

    def _draw_to_learn(self, temperature: float, size: int, look_ahead: LookAhead) -> Array:
        from rnn_names.sampling.guided import GuidedWalk

        source = self.in_float64(temperature)
        walk = GuidedWalk(source, size, Random(size), look_ahead)
        walk.go_on(walk.first_step())
        return walk.log_weights

    def _is_rare(self, condition: Condition) -> bool:
        """Whether few names meet a condition; False where hardly any has a length and shape."""
        for size, margin in ((FIRST_BLOCK, 10), (PILOT // 8, 1)):  # a few are mostly enough to see
            names = self.draw(size, Random(0))
            if condition.passes(names).sum() > margin * LOOK_AHEAD_BELOW * len(names):
                return False
        return len(names) * LOOK_AHEAD_BELOW >= 1  # else the larger draw is too small to tell

    def draw(self, size: int, bits: Random, look_ahead: LookAhead | None = None) -> Names:
        """Draws `size` names. Returns those of an allowed length.

        With a look-ahead, each comes as many times as its weight says, in random order.
        """
        names, _ = self.draw_numbered(size, bits, look_ahead)
        if look_ahead is None:
            return names
        # In random order: a repeat should not follow its name.
        order = np.argsort(np.frombuffer(bits.randbytes(8 * len(names)), "<u8"), kind="stable")
        return names.take(order)

    def draw_numbered(
        self, size: int, bits: Random, look_ahead: LookAhead | None = None
    ) -> tuple[Names, Array]:
        """The names of `draw`, each before its repeats, and the number of each one's draw."""
        if look_ahead is None:
            walk = Walk(self, size, bits)
            names = self.in_characters(walk.go_on(walk.first_step()))
            return names, np.flatnonzero(walk.lengths)
        from rnn_names.sampling.guided import GuidedWalk

        guided = GuidedWalk(self.exact, size, bits, look_ahead)
        names = self.in_characters(guided.go_on(guided.first_step()))
        number = np.flatnonzero(guided.lengths)
        uniform = (np.frombuffer(bits.randbytes(8 * size), "<u8") >> 11) * 2.0**-53
        copies = look_ahead.copies(guided.log_weights, uniform)[number]
        rows = np.repeat(np.arange(len(names)), copies)
        return names.take(rows), number[rows]

    @cached_property
    def exact(self) -> Self:
        """Itself in float64, which draws with a look-ahead."""
        return self.in_float64(self.options.temperature)


def sampler_of(model: LanguageModel, options: CommonOptions) -> Sampler:
    """A sampler; if no name can match as typed, case is ignored, with a CaseWarning."""
    try:
        sampler = Sampler(model, options)
        notes = [f"prefix {quoted(a)} as {quoted(b)}" for a, b in sampler.in_other_case.items()]
    except (SamplingError, VocabularyError) as error:
        if options.any_shape or options.ignore_case:
            raise
        try:
            sampler = Sampler(model, replace(options, ignore_case=True))
        except (SamplingError, VocabularyError):
            raise error from None
        spelled = [each for each in sampler.conditions if each.automaton]
        notes = [f"{sampler._titles(spelled)} in any case"]
    if notes:
        warnings.warn(f"read as the list is written: {', '.join(notes)}", CaseWarning, stacklevel=4)
    return sampler


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

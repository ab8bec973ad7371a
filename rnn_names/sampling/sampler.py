"""What a walk needs to know: how names begin, go on and end, by a model and some options.

`rnn_names.sampling.walk` goes down the tree of the prefixes drawn so far. The network runs once for
each *distinct* prefix, and the names at a node are split over its characters in one draw. A name
that breaks a condition (its length, say) is thrown away: what is left has the model's distribution
given the conditions. Where the conditions on length and spelling are so rare that this would take
long, `rnn_names.lookahead.guide` looks ahead.
"""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from itertools import groupby
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names.conditions.beginnings import Beginnings, Text, one_of, shortest_ones
from rnn_names.conditions.options import Options, any_of
from rnn_names.corpus.characters import MAX_NAME_LENGTH
from rnn_names.corpus.names import Names
from rnn_names.corpus.vocabulary import UNKNOWN
from rnn_names.errors import SamplingError, VocabularyError, quoted
from rnn_names.network import rnn
from rnn_names.network.choice import LARGEST_WALK, keep_top_k, keep_top_p
from rnn_names.network.prefix_tree import EOS
from rnn_names.sampling.tally import Tally, add_to, meeting
from rnn_names.sampling.walk import Drawn, Walk

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rnn_names.conditions.tests import Condition
    from rnn_names.corpus.vocabulary import Vocabulary
    from rnn_names.lookahead.guide import LookAhead
    from rnn_names.lookahead.preparation import Preparation, Prepared
    from rnn_names.lookahead.weights import Weights
    from rnn_names.network.language_model import LanguageModel

FIRST_BLOCK = 32
"""Names of the stream's first block, a few more than are drawn when nobody says how many.

Each further block is twice as large, up to `Sampler.largest_block`.
"""

WALKS_PER_BLOCK = 4
"""Without a look-ahead, the largest blocks have so many times the names of the largest walk.

The larger the block, the more prefixes names have in common, and the fewer nodes there are: for
the first names, 1.38 a name in blocks of 131,072, 1.14 in 262,144, 0.94 in 524,288 and 0.77 in
1,048,576. But a block is drawn as a whole, also where few of its names are wanted."""

MEMORY_AT_ONCE = 1 << 23
"""Bytes for nodes whose states are computed together. The more nodes, the less often two threads
wait for one another: 1,024 of a plain cell of 256 units made 1.1 times as many names a second as
512. For a GRU, with three times the arithmetic per node, more than 512 made no difference."""

NODES_AT_ONCE = 512, 2048
"""The fewest and the most nodes together, whatever `MEMORY_AT_ONCE` says."""

PILOT = 1 << 13
"""Names drawn to see how rare the conditions are."""

LOOK_AHEAD_BELOW = 1 / 200
"""Where a smaller share of the names meets the conditions, looking ahead is tried."""

GAIN = 5
"""Looking ahead is worth it if so many times the share of the draws comes out."""


ANY_BEGINNING_HINT = (
    "; no name of the list begins with a lower-case letter, so none comes out, unless "
    "any_beginning is set"
)


DISTRIBUTION = "temperature", "top_k", "top_p"
"""The options that say how probable a character is."""

KEPT_HERE = {
    *(*DISTRIBUTION, "seed", "start", "unique"),
    *("prefix", "min_length", "max_length", "any_beginning"),
}
"""The options that make no condition on finished names."""


class Sampler:
    """Draws names from a model, many together, each with a length within the limits.

    Attributes:
        beginnings: how names may begin, where there is more than one way but not any.
        conditions: what names are held to after they are drawn.
        preparation: what prepares a look-ahead, if conditions are rare; those that it covers are
            then not among `conditions`.
        has_warned: whether it was said that the look-ahead is not as good as it should be.
    """

    def __init__(self, model: LanguageModel, options: Options) -> None:
        self.options, prefixes = options, shortest_ones(options.prefixes or [""])
        self.params, self.cell = model.params, rnn.cell_of(model.params)
        self.weights = rnn.step_weights(model.params)
        self.codes, self.n_y = model.vocabulary.codes, len(model.vocabulary)
        shortest = options.min_length
        if shortest is None:  # an explicit limit from above wins
            shortest = min(model.shortest, options.max_length or model.shortest)
        self.min_length = max(shortest, min(map(len, prefixes)), 1)
        longest = max(model.longest, self.min_length, *map(len, prefixes))
        self.max_length: int = longest if options.max_length is None else options.max_length
        if not self.min_length <= self.max_length <= MAX_NAME_LENGTH:
            raise SamplingError(
                f"no name can have {self.min_length} to {self.max_length} characters; at most "
                f"{MAX_NAME_LENGTH} are possible"
            )
        # A power of two, the smaller the larger the vocabulary.
        self.largest_walk = min(max(1 << (23 - self.n_y.bit_length()), FIRST_BLOCK), LARGEST_WALK)
        self.share_size = self.largest_walk // 2  # about; at most, a share has the largest walk
        self.nodes_at_once = _nodes_at_once(model.hidden_size, self.cell, self.n_y)
        self.beginnings: Beginnings | None = None
        self._begin(model, [_encoded(prefix, model.vocabulary) for prefix in prefixes])
        self.preparation: Preparation | None = None
        self.has_warned = False
        self.conditions: list[Condition] = []
        if _has_conditions(options):
            from rnn_names.conditions.tests import conditions_of

            self.conditions = conditions_of(model, options)

    def without_conditions(self) -> Sampler:
        """A copy for the helper process: the same walks, but no conditions on finished names."""
        sampler, kept = copy(self), {name: getattr(self.options, name) for name in DISTRIBUTION}
        sampler.options, sampler.conditions = Options(**kept), []
        return sampler

    @property
    def largest_block(self) -> int:
        """Names of the largest blocks of the stream; with a look-ahead, those of one walk."""
        return self.largest_walk * (1 if self.preparation else WALKS_PER_BLOCK)

    @property
    def length_option(self) -> str:
        """What the limits of length are called in messages."""
        return f"a length of {self.min_length} to {self.max_length} characters"

    def _begin(self, model: LanguageModel, prefixes: list[Text]) -> None:
        """The state from which every name goes on, and which ways it can go."""
        prefix = prefixes[0] if len(prefixes) == 1 else ()
        self.prefix = np.array(prefix, np.int32)
        state, work, is_possible = self.params["a0"][None], rnn.Workspace(), True
        for character in (EOS, *prefix):
            if character != EOS and (self.options.top_k or self.options.top_p):
                is_possible &= self.next_probabilities(state, work)[character, 0] > 0
            state = self.states_after(state, np.array([0]), np.array([character]), work).copy()
        self.first_state = state
        what = f"prefix {any_of(self.options.prefixes)}: no name begins so"
        if len(prefixes) > 1:
            possible = [prefix for prefix in prefixes if len(prefix) <= self.max_length]
            self.beginnings = one_of(possible, self.n_y, self._next_after)
        elif not (prefix or self.options.any_beginning or model.lower_case_beginnings):
            upper = np.flatnonzero(~model.vocabulary.lower_case[1:]) + 1
            self.beginnings = one_of(upper[:, None].tolist(), self.n_y, self._next_after)
            what = f"every name would begin with a lower-case letter{ANY_BEGINNING_HINT}"
        if not (is_possible and (self.beginnings is None or self.beginnings.share)):
            raise SamplingError(
                f"{what} (at this temperature, top-k and top-p)",
                settings=["prefix" if self.options.prefixes else "any_beginning"],
            )

    def _next_after(self, texts: list[Text]) -> NDArray[np.float64]:
        """The probabilities of the next character after some texts: (m, n_y).

        The first text is empty; each other one goes on, by a character, from one of the level
        before.
        """
        work, states = rnn.Workspace(), self.first_state
        above: dict[Text, int] = {(): 0}
        probabilities = [self.next_probabilities(states, work).T]
        for _, group in groupby(texts[1:], key=len):
            level = list(group)
            parent = np.array([above[text[:-1]] for text in level])
            last = np.array([text[-1] for text in level])
            states = self.states_after(states, parent, last, work).copy()
            probabilities.append(self.next_probabilities(states, work).T)
            above = {text: i for i, text in enumerate(level)}
        return np.concatenate(probabilities)

    def look_ahead(self) -> Tally:
        """Looks ahead from now on if conditions on length and spelling turn out to be rare.

        The pilot does not depend on the seed: all streams of a model and its conditions are drawn
        alike.

        Returns:
            how many names of the pilot met each of those conditions; nothing if they are not rare.

        Raises:
            SamplingError: if no name can meet the conditions.
        """
        any_length = (self.options.min_length or 1) <= 1 and self.options.max_length is None
        if any_length and not self.conditions:
            return {}
        unguided, covered, others = self.possible()
        if any_length and not covered:
            return {}
        from rnn_names.lookahead.preparation import Preparation
        from rnn_names.lookahead.visited import Visits

        tally: Tally = {}
        bits = Random(0)
        for drawn in (PILOT // 8, PILOT):  # a few are enough to see that conditions are not rare
            tally.clear()
            visits = Visits(unguided.prefixes)
            pilot = self.walked(drawn, bits, replace(unguided, visits=visits))
            first = self.in_characters(pilot.names)
            add_to(tally, self.length_option, drawn, len(first))
            met = len(meeting(covered, first, tally)) / drawn
            if met > LOOK_AHEAD_BELOW:
                return {}
        preparation = Preparation(self.weighed, unguided, visits)
        if preparation.after(0).share <= GAIN * met:
            return {}
        self.preparation, self.conditions = preparation, others
        return tally

    def prepare(self, block: int) -> None:
        """Prepares the look-ahead for a block of the stream, by its number, where there is one.

        The first three blocks are drawn after a quick preparation. Then there is one more round
        before every second block: before those of 256, 1,024, 4,096, … names.
        """
        if self.preparation is not None:
            self.preparation.after(_rounds(block))

    def is_prepared(self, block: int) -> bool:
        """Whether `prepare` has nothing to do for a block."""
        return self.preparation is None or self.preparation.has(_rounds(block))

    def prepared(self, block: int) -> Prepared | None:
        """The look-ahead for a block, if there is one."""
        return None if self.preparation is None else self.preparation.after(_rounds(block))

    def possible(self) -> tuple[LookAhead, list[Condition], list[Condition]]:
        """A look-ahead that knows nothing yet, the conditions that it covers, and the others.

        Raises:
            SamplingError: if no name is possible.
        """
        from rnn_names.conditions.tests import spelling
        from rnn_names.lookahead.guide import LookAhead, max_states

        begins = self.beginnings.automaton if self.beginnings is not None else None
        automaton, covered, others = spelling(
            self.conditions, self.n_y, max_states(self.n_y, self.max_length), begins
        )
        possible = automaton.counts(self.min_length, self.max_length) > 0
        length = len(self.prefix)
        if not possible[length, automaton.run(self.prefix[None], np.array([length]))].any():
            hint = ""
            if begins is not None and not self.options.prefixes:
                hint = ANY_BEGINNING_HINT
            raise SamplingError(
                f"no name of {self.min_length} to {self.max_length} characters can meet all of "
                f"{self._titles(covered)}{hint}",
                settings=[*self.options.given, "any_beginning"],
            )
        unguided = LookAhead.unguided(automaton, self.min_length, self.max_length, self.prefix)
        return unguided, covered, others

    def count_possible(self) -> tuple[float, str]:
        """How many names can meet the conditions on length and spelling; and these, for a message.

        Raises:
            SamplingError: if no name can.
        """
        look_ahead, covered, _ = self.possible()
        n = look_ahead.automaton.counts(self.min_length, self.max_length)[
            len(self.prefix), look_ahead.prefixes.automaton_state[0]
        ]
        return float(n), self._titles(covered) or self.length_option

    def _titles(self, covered: list[Condition]) -> str:
        titles, prefixes = [each.title for each in covered], self.options.prefixes
        if prefixes:
            titles.insert(0, f"prefix {any_of(prefixes)}")
        return ", ".join(titles)

    def draw(self, size: int, bits: Random, look_ahead: LookAhead | None = None) -> Names:
        """Draws `size` names together and keeps those that meet the conditions of length.

        With a look-ahead, each name comes as often as its weight asks for.
        """
        drawn = self.walked(size, bits, look_ahead)
        names = self.in_characters(drawn.names)
        if look_ahead is None or drawn.weights is None:
            return names
        rows = np.repeat(np.arange(len(names)), look_ahead.copies(drawn.weights.log_weights, bits))
        # In random order: a repeat should not follow its name.
        order = np.argsort(np.frombuffer(bits.randbytes(8 * len(rows)), "<u8"), kind="stable")
        return names.take(rows[order])

    def walked(self, size: int, bits: Random, look_ahead: LookAhead | None = None) -> Drawn:
        """Draws `size` names together."""
        walk = Walk(self, size, bits, look_ahead)
        return walk.go_on(walk.first_step())

    def weighed(self, size: int, bits: Random, look_ahead: LookAhead) -> Weights:
        """The weights of `size` draws."""
        weights = self.walked(size, bits, look_ahead).weights
        assert weights is not None
        return weights

    def in_characters(self, names: Names) -> Names:
        """Names with code points in place of indices."""
        return Names(self.codes[names.codes], names.offsets)

    def next_probabilities(self, states: NDArray[Any], work: rnn.Workspace) -> NDArray[np.float64]:
        """The probabilities of the next character after each state, by column: (n_y, nodes).

        A column sums to 1, apart from rounding.
        """
        by_column = work("logits", self.n_y, len(states))
        logits = rnn.output_layer(states, self.params, out=by_column.T)
        if self.options.temperature != 1:
            # With the maximum taken off first, a tiny temperature makes −∞ of the rest and keeps
            # the best; float32 ends at 1e±38.
            logits -= logits.max(axis=1, keepdims=True)
            with np.errstate(over="ignore"):
                logits /= min(max(self.options.temperature, 1e-30), 1e30)
        rnn.softmax(logits, out=logits)
        probabilities = by_column.astype(np.float64)
        if self.options.top_k is not None and self.options.top_k < self.n_y:
            keep_top_k(probabilities, self.options.top_k)
        if self.options.top_p is not None and self.options.top_p < 1:
            keep_top_p(probabilities, self.options.top_p)
        return probabilities

    def states_after(
        self,
        states: NDArray[Any],
        parent: NDArray[Any],
        character: NDArray[Any],
        work: rnn.Workspace,
    ) -> NDArray[Any]:
        """The states after one more character, in `work`.

        Child i goes on from row parent[i] with character[i]. Every row of `states` (p, n_a) should
        have a child, since its recurrent projection is computed.
        """
        n_a, cell, m = states.shape[1], self.cell, len(parent)
        kept, children = work("kept", cell.blocks, m, n_a), work("states", m, n_a)
        rnn.next_states(states, parent, character, cell, self.weights, kept, work, out=children)
        return children


def _encoded(prefix: str, vocabulary: Vocabulary) -> Text:
    """A prefix as indices."""
    codes = Names.from_strings([prefix]).codes
    indices = vocabulary.encode(codes)
    unknown = codes[indices == UNKNOWN]
    if len(unknown):
        raise VocabularyError(
            f"prefix {quoted(prefix)}: the model does not know the character {chr(unknown[0])!r}",
            settings=["prefix"],
        )
    return tuple(indices.tolist())


def _rounds(block: int) -> int:
    """Rounds of careful preparation before a block of the stream.

    >>> [_rounds(block) for block in range(9)]
    [0, 0, 0, 1, 1, 2, 2, 3, 3]
    """
    return max(block - 1, 0) // 2


def _nodes_at_once(n_a: int, cell: rnn.Cell, n_y: int) -> int:
    """The power of two of nodes that `MEMORY_AT_ONCE` holds, within bounds."""
    # Of a node: its recurrent projection, twice; from_x; its state; and the probabilities of the
    # next characters as float32 and, twice, as float64.
    each = 4 * (2 * cell.width + cell.gates + 1) * n_a + 20 * n_y
    fewest, most = NODES_AT_ONCE
    return min(max(1 << (MEMORY_AT_ONCE // each | 1).bit_length() - 1, fewest), most)


def _has_conditions(options: Options) -> bool:
    """Whether there are any beyond those that the sampler itself keeps.

    Their module is only imported then: twenty names should come at once.
    """
    return not KEPT_HERE.issuperset(options.given)

"""How names begin, go on and end, by a model and some options."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from itertools import chain, groupby
from typing import TYPE_CHECKING

import numpy as np

from rnn_names.arrays import Array, Workspace
from rnn_names.conditions.automaton import MAX_STATES, same
from rnn_names.conditions.beginnings import Beginnings, Text, encoded, one_of, shortest_ones
from rnn_names.conditions.options import CommonOptions, any_of
from rnn_names.corpus.characters import MAX_NAME_LENGTH
from rnn_names.corpus.names import UNKNOWN, Names, Vocabulary
from rnn_names.errors import SamplingError, quoted
from rnn_names.network import rnn
from rnn_names.network.cells import Cell, step_weights
from rnn_names.network.choice import keep_top_k, keep_top_p
from rnn_names.network.language_model import LanguageModel
from rnn_names.network.prefix_tree import EOS
from rnn_names.sampling.walk import Children, WalkSource

if TYPE_CHECKING:
    from typing_extensions import Self

MEMORY_AT_ONCE = 1 << 23  # bytes of nodes computed together; with fewer, threads wait more often
NODES_AT_ONCE = 512, 2048  # the fewest and the most nodes together, whatever `MEMORY_AT_ONCE` says

SHAPE_HINT = (
    "; unless any_shape is set, no name begins with a lower-case letter, has a capital right after "
    "a letter, or two spaces or marks in a row, where none of the list does"
)


class Continuations(WalkSource):
    """The source of a walk: hidden states; `codes`, (n_y,), are code points.

    `in_other_case` has prefixes that the list has in another case only, and how they are read.
    """

    def __init__(self, model: LanguageModel, options: CommonOptions) -> None:
        self.options, prefixes = options, options.prefix or ("",)
        self.params, self.weights = model.params, step_weights(model.params)
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
        self.nodes_at_once = _nodes_at_once(model.hidden_size, self.weights.cell, self.n_y)
        self.beginnings: Beginnings | None = None
        self.shape = None if options.any_shape else model.shape
        self.in_other_case: dict[str, str] = {}
        spelled = [self._spellings(prefix, model.vocabulary) for prefix in prefixes]
        self._roots = shortest_ones(chain.from_iterable(spelled))
        self._begin(self._roots)

    def in_float64(self, temperature: float) -> Self:
        """The same with all computed in float64, at a temperature."""
        exact = copy(self)
        exact.params = {name: array.astype(np.float64) for name, array in self.params.items()}
        exact.weights = step_weights(exact.params)
        exact.options = replace(self.options, temperature=temperature)
        exact._begin(self._roots)
        return exact

    def _spellings(self, prefix: str, vocabulary: Vocabulary) -> list[Text]:
        """A prefix as indices: as it is, or in any case if that is asked for.

        One that no name of the list could begin with is tried in any case, too. If that is no help,
        names may begin so nevertheless.
        """
        exact = tuple(vocabulary.encode(Names.from_strings([prefix]).codes).tolist())
        fits = self.shape.fits if self.shape is not None else lambda text: True
        if UNKNOWN not in exact and fits(exact) and not self.options.ignore_case:
            return [exact]
        found = _in_any_case(prefix, vocabulary, fits)
        if found and not self.options.ignore_case:
            self.in_other_case[prefix] = "".join(chr(self.codes[index]) for index in found[0])
        if not found:
            if self.options.ignore_case:
                found = _in_any_case(prefix, vocabulary, lambda text: True)
            found = found or [encoded("prefix", prefix, vocabulary)]
            for text in found:
                self.shape = self.shape.allowing(text) if self.shape is not None else None
        return found

    def _begin(self, prefixes: list[Text]) -> None:
        """The state from which every name goes on, and which ways it can go."""
        prefix = prefixes[0] if len(prefixes) == 1 else ()
        self.prefix = np.array(prefix, np.int32)
        state, is_possible = self.params["a0"][None], True
        work = Workspace(state.dtype)
        for character in (EOS, *prefix):
            if character != EOS and (self.options.top_k or self.options.top_p):
                is_possible &= self.next_probabilities(state, work)[character, 0] > 0
            child = Children(state, np.array([0]), np.array([character]))
            state = self.states_after(child, work).copy()
        self.first_state = state
        what = f"prefix {any_of(self.options.prefix)}: no name begins so"
        if len(prefixes) > 1:
            possible = [prefix for prefix in prefixes if len(prefix) <= self.max_length]
            self.beginnings = one_of(possible, self.n_y, self._next_after)
        elif self.shape is not None and not prefix:
            first = np.flatnonzero(~self.shape.barred[0, self.shape.kind[1:]]) + 1
            self.beginnings = one_of(first[:, None].tolist(), self.n_y, self._next_after)
            what = f"every name would begin as none of the list does{SHAPE_HINT}"
        if not (is_possible and (self.beginnings is None or self.beginnings.share)):
            named = ["prefix" if self.options.prefix else "any_shape"]
            raise SamplingError(f"{what} (at this temperature, top-k and top-p)", named)

    def _next_after(self, texts: list[Text]) -> Array:
        """The probabilities of the next character that `beginnings.one_of` asks for: (m, n_y)."""
        states = self.first_state
        work = Workspace(states.dtype)
        above: dict[Text, int] = {(): 0}
        probabilities = [self.next_probabilities(states, work).T]
        for _, group in groupby(texts[1:], key=len):
            level = list(group)
            parent = np.array([above[text[:-1]] for text in level])
            last = np.array([text[-1] for text in level])
            states = self.states_after(Children(states, parent, last), work).copy()
            probabilities.append(self.next_probabilities(states, work).T)
            above = {text: i for i, text in enumerate(level)}
        return np.concatenate(probabilities)

    def in_characters(self, names: Names) -> Names:
        """Names with code points in place of indices."""
        return Names(self.codes[names.codes], names.offsets)

    def next_probabilities(self, states: Array, work: Workspace) -> Array:
        """The probabilities of the next character, by the options: (n_y, nodes)."""
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

    def states_after(self, children: Children, work: Workspace) -> Array:
        """The hidden states of some nodes, (m, n_a), in memory of `work`."""
        return rnn.next_states(*children, self.weights, work)


def _in_any_case(prefix: str, vocabulary: Vocabulary, fits: Callable[[Text], bool]) -> list[Text]:
    """Those spellings of a prefix in upper and lower case whose beginnings all fit, as indices."""
    found: list[Text] = [()]
    for character in prefix:
        is_same = same(character, ignore_case=True)
        cases = [i for i, c in enumerate(vocabulary.characters, 1) if is_same(c)]
        cases.sort(key=lambda index: vocabulary.characters[index - 1] != character)
        longer = [(*text, index) for text in found for index in cases]
        found = [text for text in longer if fits(text)]
        if len(found) > MAX_STATES:
            reason = "too long to be followed in upper and lower case"
            raise SamplingError(f"prefix {quoted(prefix)}: {reason}", ["prefix"])
    return found


def _nodes_at_once(n_a: int, cell: Cell, n_y: int) -> int:
    """The power of two of nodes that `MEMORY_AT_ONCE` holds, within bounds."""
    # Of a node: its recurrent projection, twice; from_x; its state; and the probabilities of the
    # next characters as float32 and, twice, as float64.
    each = 4 * (2 * cell.parent_blocks + cell.gates + 1) * n_a + 20 * n_y
    fewest, most = NODES_AT_ONCE
    return min(max(1 << (MEMORY_AT_ONCE // each | 1).bit_length() - 1, fewest), most)

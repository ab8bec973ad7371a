"""Drawing new names from a network.

A seed fixes an endless stream of names. The stream is cut into blocks, each drawn with random numbers of its own, so that blocks can
be drawn on several cores, and a later part of the stream without what lies before it. The first blocks are small, so that a few names
come at once; later ones are large, since names drawn together share their beginnings: a block is a walk down the tree of the prefixes
drawn so far, and the network runs once for each *distinct* one.

A name that breaks a condition (its length, say) is thrown away and drawn again: what comes out has the model's law given the
conditions.
"""

from __future__ import annotations

import math
import os
import unicodedata
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_names import rnn
from rnn_names.batches import EOS
from rnn_names.corpus import Names
from rnn_names.errors import SamplingError, VocabularyError
from rnn_names.vocabulary import MAX_NAME_LENGTH, UNKNOWN
from rnn_names.workers import worker_threads

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rnn_names.model import Model

FIRST_BLOCK = 64
"""Names of the stream's first block; each further one is twice as large, up to `LARGEST_BLOCK` (less for a large vocabulary)."""

LARGEST_BLOCK = 1 << 17
"""Names. Larger blocks share more beginnings, and take more memory."""

MAX_THREADS = 4
"""Each thread holds a block; more of them would not use more memory than promised."""

NODES_AT_ONCE = 1024
"""Nodes whose states are computed together: few enough for the processor's cache, many enough to hide the calls."""

DRAWS_PER_BLOCK = 1 << 21
"""A block that is not full after as many draws is given up."""


@dataclass(frozen=True)
class Options:
    """What names are wanted.

    Attributes:
        temperature: the logits are divided by it: below 1 for safer names, above 1 for wilder ones.
        seed: fixes the stream of names; None for a new stream each time.
        start: how many names of the stream to skip.
        prefix: how every name begins.
        min_length: in characters.
        max_length: in characters; None for the length of the longest name trained on.
    """

    temperature: float = 1.0
    seed: int | None = None
    start: int = 0
    prefix: str = ""
    min_length: int = 1
    max_length: int | None = None


def sample(model: Model, count: int, options: Options) -> Iterator[Names]:
    """Draws `count` names, in parts; the codes of each part are code points.

    Raises:
        VocabularyError: for a prefix with characters that the model does not know.
        SamplingError: for options that no name can meet; or, after the names that could be had, when more are not found.
    """
    walk = _Walk(model, options)
    seed = np.random.SeedSequence(options.seed).entropy
    threads = min(os.cpu_count() or 1, MAX_THREADS)
    delivered = 0
    with worker_threads(threads) as pool:
        pending: deque[Future[tuple[Names, bool]]] = deque()
        try:
            for block in _blocks(options.start, count, walk.largest_block):
                pending.append(pool.submit(_draw_block, walk, seed, block))
                if len(pending) < threads and block.stop < options.start + count:
                    continue
                while pending and (len(pending) == threads or block.stop >= options.start + count):
                    names, full = pending.popleft().result()
                    delivered += len(names)
                    yield names
                    if not full:
                        raise SamplingError(walk.too_rare(delivered, count))
        finally:
            for future in pending:
                future.cancel()


@dataclass(frozen=True)
class _Block:
    """A part of the stream: `size` names, of which those from `skip` to `need` are wanted; `stop` is where it ends in the stream."""

    number: int
    size: int
    skip: int
    need: int
    stop: int


def _blocks(start: int, count: int, largest: int) -> Iterator[_Block]:
    """The blocks that hold the names start, …, start + count − 1 of a stream."""
    number, begin, size = 0, 0, min(FIRST_BLOCK, largest)
    while begin + size <= start and size < largest:
        number, begin, size = number + 1, begin + size, min(2 * size, largest)
    if begin + size <= start:  # all further blocks are of the largest size
        skipped = (start - begin) // size
        number, begin = number + skipped, begin + skipped * size
    while begin < start + count:
        yield _Block(number, size, max(start - begin, 0), min(start + count - begin, size), begin + size)
        number, begin, size = number + 1, begin + size, min(2 * size, largest)


def _draw_block(walk: _Walk, seed: Any, block: _Block) -> tuple[Names, bool]:
    """The wanted names of a block, and whether they are all there.

    How many are drawn at a time depends on the block alone, never on how many are needed: each name of a stream stays where it is.
    """
    bits = np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(block.number,)))
    parts: list[Names] = []
    found, drawn, size = 0, 0, block.size
    while found < block.need and drawn < DRAWS_PER_BLOCK:
        names = walk.draw(size, bits)
        parts.append(names)
        found, drawn = found + len(names), drawn + size
        missing = (block.size - found) * drawn // max(found, 1)
        size = min(missing + missing // 16 + FIRST_BLOCK, walk.largest_block)
    names = Names.concatenate(parts)
    return names[block.skip : block.need], found >= block.need


class _Walk:
    """Draws names by walking down the tree of their prefixes, level by level."""

    def __init__(self, model: Model, options: Options) -> None:
        if not (math.isfinite(options.temperature) and options.temperature > 0):
            raise SamplingError(f"temperature {options.temperature}: must be a finite number above 0")
        self.options = options
        self.params, self.cell = model.params, rnn.cell_of(model.params)
        self.codes, self.n_y = model.vocabulary.codes, len(model.vocabulary)
        longest = max(int(model.training.get("longest", MAX_NAME_LENGTH)), len(options.prefix), options.min_length)
        self.max_length: int = longest if options.max_length is None else options.max_length
        if not max(options.min_length, len(options.prefix), 1) <= self.max_length <= MAX_NAME_LENGTH:
            raise SamplingError(
                f"no name can have {max(options.min_length, len(options.prefix), 1)} to {self.max_length} characters; "
                f"at most {MAX_NAME_LENGTH} are possible"
            )
        # A power of two that bounds the (names, n_y) arrays of a level.
        self.largest_block = min(max(1 << (23 - self.n_y.bit_length()), FIRST_BLOCK), LARGEST_BLOCK)
        self._follow_prefix(model)

    def _follow_prefix(self, model: Model) -> None:
        """The state from which every name goes on."""
        prefix = Names.from_strings([unicodedata.normalize("NFC", self.options.prefix)]).codes
        self.prefix = model.vocabulary.encode(prefix)
        unknown = prefix[self.prefix == UNKNOWN]
        if len(unknown):
            raise VocabularyError(f"prefix {self.options.prefix!r}: the model does not know the character {chr(unknown[0])!r}")
        work = rnn.Workspace()
        state = self.params["a0"][None]
        for character in [EOS, *self.prefix]:
            state = self._states(state, np.array([0]), np.array([character]), work)
        self.first_state = state

    def draw(self, size: int, bits: np.random.PCG64) -> Names:
        """Draws `size` names together and keeps those that meet the conditions."""
        depth, work = self.max_length, rnn.Workspace()
        text = np.zeros((depth, size), np.min_scalar_type(self.n_y))
        text[: len(self.prefix)] = self.prefix[:, None]
        lengths = np.zeros(size, np.int64)  # stays 0 for a name that goes on past the limit
        # A part of the tree: states, by way of those above; which names are at them, and at which; the level. Going down in one
        # part before the next keeps few states alive.
        parts: list[Any] = [(partial(np.asarray, self.first_state), np.arange(size), np.zeros(size, np.intp), len(self.prefix))]
        while parts:
            make_states, names, node, length = parts.pop()
            states = make_states()
            names, branch = self._choose(states, names, node, bits, work)
            character = branch % self.n_y
            goes_on = character != EOS
            lengths[names[~goes_on]] = length
            if length == depth:
                continue
            names, branch = names[goes_on], branch[goes_on]
            text[length, names] = character[goes_on]
            first = np.diff(branch, prepend=-1) > 0
            node, (parent, character) = np.cumsum(first) - 1, np.divmod(branch[first], self.n_y)
            for start in range(0, len(parent), NODES_AT_ONCE):
                nodes = slice(start, start + NODES_AT_ONCE)
                here = slice(*np.searchsorted(node, (start, start + NODES_AT_ONCE)))
                children = partial(self._states, states, parent[nodes], character[nodes], work)
                parts.append((children, names[here], node[here] - start, length + 1))
        kept = np.flatnonzero(lengths >= max(self.options.min_length, 1))
        lengths = lengths[kept]
        inside = np.arange(depth) < lengths[:, None]
        offsets = np.concatenate(([0], np.cumsum(lengths)))
        return Names(self.codes[text.T[kept][inside]], offsets)

    def _choose(
        self, states: NDArray[Any], names: NDArray[Any], node: NDArray[Any], bits: np.random.PCG64, work: rnn.Workspace
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """A next character for each name: the names in a new order, and the branch that each takes, n_y node + character, sorted."""
        # A number line on which node k owns [k, k + 1), cut up by the probabilities of its characters. With 32 random bits a point,
        # node + fraction is exact; with points in order, neighbours read the same memory.
        points = node + (bits.random_raw(len(names)) >> np.uint64(32)) * 2.0**-32
        order = np.argsort(points, kind="stable")
        branch = np.searchsorted(self._edges(states, work).ravel(), points[order], side="right")
        return names[order], branch

    def _edges(self, states: NDArray[Any], work: rnn.Workspace) -> NDArray[np.float64]:
        """K plus the cumulative probabilities of the next character after state k: (nodes, n_y)."""
        by_column = work("logits", self.n_y, len(states))
        logits = rnn.output_layer(states, self.params, out=by_column.T)
        # With the maximum taken off first, a tiny temperature makes −∞ of the rest and keeps the best; float32 ends at 1e±38.
        logits -= logits.max(axis=1, keepdims=True)
        with np.errstate(over="ignore"):
            logits /= min(max(self.options.temperature, 1e-30), 1e30)
        rnn.softmax(logits, out=logits)
        edges = by_column.astype(np.float64)
        for i in range(1, self.n_y):  # np.cumsum along this axis takes ten times as long
            edges[i] += edges[i - 1]
        edges /= edges[-1]
        edges += np.arange(len(states))
        return np.ascontiguousarray(edges.T)

    def _states(self, states: NDArray[Any], parent: NDArray[Any], character: NDArray[Any], work: rnn.Workspace) -> NDArray[Any]:
        """The states after one more character: child i goes on from row parent[i] with character[i]; parents are in order."""
        n_a, cell, m = states.shape[1], self.cell, len(parent)
        new_parent = np.diff(parent, prepend=-1) > 0
        parents = parent[new_parent]
        handed_on = work("handed_on", len(parents), cell.carried * n_a)
        cell.hand_on(states[parents], self.params, handed_on)
        from_a = work("from_a", m, cell.carried * n_a)
        handed_on.take(np.cumsum(new_parent) - 1, axis=0, out=from_a, mode="clip")
        from_x = rnn.input_layer(character, self.params, out=work("from_x", m, cell.gates * n_a))
        children = np.empty((m, n_a), states.dtype)
        cell.step(from_x, from_a, children)
        return children

    def too_rare(self, delivered: int, count: int) -> str:
        """The message for an order that could not be filled."""
        return (
            f"only {delivered:,} of {count:,} names found: of {DRAWS_PER_BLOCK:,} drawn, too few met the conditions; "
            "allow other lengths or another temperature, or train for longer"
        )

"""Drawing new names from a network.

A seed fixes an endless stream of names. The stream is cut into blocks, each drawn with random numbers of its own, so that blocks can
be drawn on several cores, and a later part of the stream without what lies before it. The first blocks are small, so that a few names
come at once; later ones are large, since names drawn together share their beginnings: a block is a walk down the tree of the prefixes
drawn so far, and the network runs once for each *distinct* one.

A name that breaks a condition (its length, say) is thrown away and drawn again: what comes out has the model's law given the
conditions. Where the conditions on length and spelling are so rare that this would take long, `rnn_names.guide` looks ahead.
"""

from __future__ import annotations

import math
import os
import unicodedata
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import accumulate, chain
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rnn_names import rnn
from rnn_names.batches import EOS
from rnn_names.corpus import Names
from rnn_names.errors import SamplingError, VocabularyError, quoted
from rnn_names.vocabulary import MAX_NAME_LENGTH, UNKNOWN
from rnn_names.workers import one_blas_thread, worker_threads

if TYPE_CHECKING:
    from concurrent.futures import Future

    from numpy.typing import NDArray

    from rnn_names.conditions import Condition
    from rnn_names.guide import Guide, Marks
    from rnn_names.model import Model

FIRST_BLOCK = 32
"""Names of the stream's first block, a few more than are drawn when nobody says how many.

Each further block is twice as large, up to `LARGEST_BLOCK` (less for a large vocabulary).
"""

LARGEST_BLOCK = 1 << 17
"""Names. Larger blocks share more beginnings, and take more memory."""

MAX_THREADS = 4
"""Each thread holds a block: more of them would use more memory than promised."""

MEMORY_AT_ONCE = 1 << 23
"""Bytes that the nodes take whose states are computed together. The more nodes, the less often two threads wait for one another: 1,024
of a plain cell of 256 units made 1.1 times as many names a second as 512. For a GRU, with three times the arithmetic per node,
more than 512 made no difference."""

NODES_AT_ONCE = 512, 2048
"""The fewest and the most of them, whatever they take."""

DRAWS_PER_BLOCK = 1 << 21
"""A block that is not full after as many draws, and as many more for every `FOUND_PER_BUDGET` names found, is given up."""

FOUND_PER_BUDGET = 16
"""Names that earn a block another `DRAWS_PER_BLOCK` draws: one in 130,000 may meet the conditions, however many are wanted."""

REPEATS = 1 << 16
"""A stream of unique names is given up when so many names of it bring fewer than one new one in 4,096."""

PILOT = 1 << 13
"""Names drawn to see how rare the conditions are."""

RARE = 1 / 200
"""Where a smaller share of the names meets the conditions, looking ahead is tried."""

GAIN = 5
"""A guide is taken if it keeps so many times the share that meets the conditions without it."""


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
        suffix: how every name ends.
        contains: a collection of texts that are each somewhere in every name.
        match: a regular expression that matches every name as a whole.
        exclude: a collection of names that must not come out; their case does not count.
        exclude_words: a collection of texts that must not be anywhere in a name; their case does not count.
        novel: only names that are not in the corpus that the model was trained on.
        unique: no name twice; only for a stream from its start, since what is a repeat depends on all before it.
        top_k: at each place only the `top_k` most probable next characters, the end of the name among them, are possible.
        top_p: at each place only the most probable next characters that together have a probability of at least `top_p` are possible.

    Temperature, then top-k, then top-p make the law that names come by; the others are conditions that it is given.
    """

    temperature: float = 1.0
    seed: int | None = None
    start: int = 0
    prefix: str = ""
    min_length: int = 1
    max_length: int | None = None
    suffix: str = ""
    contains: Collection[str] = ()
    match: str | None = None
    exclude: Collection[str] = ()
    exclude_words: Collection[str] = ()
    novel: bool = False
    unique: bool = False
    top_k: int | None = None
    top_p: float | None = None

    def __post_init__(self) -> None:
        """Refuses what cannot be.

        Raises:
            SamplingError: for values that make no sense.
        """
        if not (math.isfinite(self.temperature) and self.temperature > 0):
            raise SamplingError(f"temperature {self.temperature}: must be a finite number above 0")
        if self.top_k is not None and self.top_k < 1:
            raise SamplingError(f"top-k {self.top_k}: must be at least 1")
        if self.top_p is not None and not 0 < self.top_p <= 1:
            raise SamplingError(f"top-p {self.top_p}: must be above 0 and at most 1")
        if self.start < 0:
            raise SamplingError(f"start {self.start}: must be at least 0")
        for option in ("contains", "exclude", "exclude_words"):
            if isinstance(getattr(self, option), str):
                raise SamplingError(f"{option} {quoted(getattr(self, option))}: must be a list of texts, not a single one")
        texts = [("prefix", self.prefix), ("suffix", self.suffix), *(("contains", text) for text in self.contains)]
        for option, text in texts:
            length = len(unicodedata.normalize("NFC", text))
            if length > MAX_NAME_LENGTH:
                raise SamplingError(f"{option} {quoted(text)}: {length:,} characters, and a name has at most {MAX_NAME_LENGTH}")
        if self.unique and self.start:
            raise SamplingError("unique names are told from the stream's first name on: leave out either --unique or --start")


def sample(model: Model, count: int, options: Options) -> Iterator[Names]:
    """Draws `count` names, in parts; the codes of each part are code points.

    Raises:
        VocabularyError: for a prefix, suffix or contained text with characters that the model does not know.
        SamplingError: for options that no name can meet; or, after the names that could be had, when more are not found.
    """
    walk = Walk(model, options)
    with one_blas_thread():
        tallies = walk.look_ahead() if count else {}
        unique = _Unique(count) if options.unique else None
        delivered = 0
        # How much of the stream it takes to find the wanted unique names is not known before.
        blocks = _blocks(options.start, min(count, 1) * _ENDLESS if unique else count, walk.largest_block)
        for names, full, tally in _drawn(walk, blocks):
            for option, (tested, passed) in tally.items():
                _count(tallies, option, tested, passed)
            if unique is not None:
                names = unique.new(names)
                tallies["--unique"] = unique.tested, unique.passed
                full = full and not unique.is_exhausted
            delivered += len(names)
            yield names
            if delivered == count:
                return
            if not full:
                raise SamplingError(_shortage(delivered, count, tallies))


def glimpse(model: Model, count: int, seed: int) -> list[str]:
    """At most `count` names, from not many more draws: a look at a network in training, of which few names may come to an end."""
    walk, bits = Walk(model, Options()), Random(seed)
    size, drawn = min(count + FIRST_BLOCK, walk.largest_block), 0
    names: list[str] = []
    while len(names) < count and drawn < 2 * count:
        names, drawn = names + walk.draw(size, bits).to_strings(), drawn + size
    return names[:count]


def _drawn(walk: Walk, blocks: Iterator[_Block]) -> Iterator[tuple[Names, bool, Tally]]:
    """What `_draw_block` gives for each block, in order: the first at once, of the others a few at a time on as many threads."""
    seed = int.from_bytes(os.urandom(16), "little") if walk.options.seed is None else walk.options.seed
    for block in blocks:
        yield _draw_block(walk, seed, block)
        break
    further = next(blocks, None)
    if further is None:
        return
    threads = min(os.cpu_count() or 1, MAX_THREADS)
    pending: deque[Future[tuple[Names, bool, Tally]]] = deque()
    with worker_threads(threads) as pool:
        try:
            for block in chain([further], blocks):
                pending.append(pool.submit(_draw_block, walk, seed, block))
                if len(pending) == threads:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()


def _shortage(delivered: int, count: int, tallies: Tally) -> str:
    """The message for an order that could not be filled."""
    what = "allow other lengths or another temperature, or train for longer"
    rates = {option: max(passed, 0.5) / tested for option, (tested, passed) in tallies.items() if tested}
    if rates:
        option = min(rates, key=lambda option: rates[option])
        tested, passed = tallies[option]
        rate = f"1 in {tested / passed:,.0f}" if passed else f"fewer than 1 in {tested:,}"
        what = f"the tightest condition was {option} ({rate} drawn passes)"
    return f"only {delivered:,} of {count:,} names found: {what}"


class _Unique:
    """Lets each name through once. It keeps 8 bytes a name, its fingerprint: the chance that it drops a new one is nil."""

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        self.seen = np.zeros(0, np.uint64)
        self.tested = self.passed = 0
        self._last = 0, 0

    def new(self, names: Names) -> Names:
        """The names that were not among any before, in order, up to the number wanted in all."""
        from rnn_names.fingerprints import among, fingerprints

        prints, first = np.unique(fingerprints(names), return_index=True)
        fresh = ~among(prints, self.seen)
        rows = np.sort(first[fresh])[: self.wanted - self.passed]
        self.seen = np.union1d(self.seen, prints[fresh])
        self.tested, self.passed = self.tested + len(names), self.passed + len(rows)
        return names.take(rows)

    @property
    def is_exhausted(self) -> bool:
        """Whether the last `REPEATS` names of the stream were next to all repeats."""
        tested, passed = self.tested - self._last[0], self.passed - self._last[1]
        if tested < REPEATS:
            return False
        self._last = self.tested, self.passed
        return passed < tested / 4096


_ENDLESS = 1 << 62

Tally = dict[str, tuple[int, int]]
"""For each condition, by its option: how many names were held to it, and how many passed."""


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


def _draw_block(walk: Walk, seed: int, block: _Block) -> tuple[Names, bool, Tally]:
    """The wanted names of a block, whether they are all there, and how the conditions did.

    How many are drawn at a time depends on the block alone, never on how many are needed: each name of a stream stays where it is.
    """
    bits = Random(f"{seed} {block.number}")  # Python makes its state from a SHA-512 of the text: blocks have nothing in common
    parts: list[Names] = []
    tally: Tally = {}
    found, drawn, size = 0, 0, block.size
    while found < block.need and drawn < DRAWS_PER_BLOCK * (1 + found // FOUND_PER_BUDGET):
        names = walk.draw(size, bits)
        if walk.guide is None:
            _count(tally, walk.length_option, size, len(names))
        names = _meeting(walk.conditions, names, tally)
        parts.append(names)
        found, drawn = found + len(names), drawn + size
        missing = (block.size - found) * drawn // max(found, 1)
        size = min(missing + missing // 16 + FIRST_BLOCK, walk.largest_block)
    names = Names.concatenate(parts)
    return names[block.skip : block.need], found >= block.need, tally


def _meeting(conditions: list[Condition], names: Names, tally: Tally) -> Names:
    """The names that meet all conditions; each condition sees those that met the ones before."""
    for condition in conditions:
        passes = condition.passes(names)
        _count(tally, condition.option, len(names), int(passes.sum()))
        names = names.take(np.flatnonzero(passes))
    return names


def _count(tally: Tally, option: str, tested: int, passed: int) -> None:
    before = tally.get(option, (0, 0))
    tally[option] = before[0] + tested, before[1] + passed


class Walk:
    """Draws names by walking down the tree of their prefixes, level by level.

    Attributes:
        conditions: what names are held to after they are drawn.
        guide: what leads the walk to names that meet rare conditions, if it does; those conditions are then not among the others.
    """

    def __init__(self, model: Model, options: Options) -> None:
        self.options, prefix = options, unicodedata.normalize("NFC", options.prefix)
        self.params, self.cell = rnn.with_fast_transpose(model.params), rnn.cell_of(model.params)
        self.codes, self.n_y = model.vocabulary.codes, len(model.vocabulary)
        self.min_length = max(options.min_length, len(prefix), 1)
        longest = max(int(model.training.get("longest", MAX_NAME_LENGTH)), self.min_length)
        self.max_length: int = longest if options.max_length is None else options.max_length
        if not self.min_length <= self.max_length <= MAX_NAME_LENGTH:
            raise SamplingError(
                f"no name can have {self.min_length} to {self.max_length} characters; at most {MAX_NAME_LENGTH} are possible"
            )
        # A power of two that bounds the (names, n_y) arrays of a level.
        self.largest_block = min(max(1 << (23 - self.n_y.bit_length()), FIRST_BLOCK), LARGEST_BLOCK)
        self.nodes_at_once = _nodes_at_once(model.hidden_size, self.cell, self.n_y)
        # The input layer's result for each character: a name's inputs are one-hot.
        self.inputs = rnn.input_layer(np.arange(self.n_y), self.params)
        self._follow_prefix(model, prefix)
        self.guide: Guide | None = None
        self.conditions: list[Condition] = []
        if _has_conditions(options):
            from rnn_names.conditions import conditions_of

            self.conditions = conditions_of(model, options)

    @property
    def length_option(self) -> str:
        """What the limits of length are called in messages."""
        return f"a length of {self.min_length} to {self.max_length} characters"

    def _follow_prefix(self, model: Model, prefix: str) -> None:
        """The state from which every name goes on."""
        codes = Names.from_strings([prefix]).codes
        self.prefix = model.vocabulary.encode(codes)
        unknown = codes[self.prefix == UNKNOWN]
        if len(unknown):
            raise VocabularyError(f"prefix {quoted(prefix)}: the model does not know the character {chr(unknown[0])!r}")
        state = self.params["a0"][None]
        for character in [EOS, *self.prefix]:
            state = self.states_after(state, np.array([0]), np.array([character]), rnn.Workspace())
        self.first_state = state

    def look_ahead(self) -> Tally:
        """Takes a guide if conditions on length and spelling turn out to be rare; how they did in a pilot.

        The pilot does not depend on the seed: all streams of a model and its conditions come by one law.

        Raises:
            SamplingError: if no name can meet the conditions.
        """
        any_length = self.options.min_length <= 1 and self.options.max_length is None
        if any_length and not self.conditions:
            return {}
        guide, covered, others = self.possible()
        if any_length and not covered:
            return {}
        tally: Tally = {}
        bits = Random(0)
        for drawn in (PILOT // 8, PILOT):
            tally.clear()
            first = self.draw(drawn, bits)
            _count(tally, self.length_option, drawn, len(first))
            met = len(_meeting(covered, first, tally)) / drawn
            if met > RARE:
                return {}
        self.guide = guide
        for _ in range(4):
            self.draw_weighed(PILOT // 8, bits)
            guide.learn()
        _, log_weights = self.draw_weighed(4 * PILOT, bits)
        if guide.settle(log_weights, 4 * PILOT) <= GAIN * met:
            self.guide = None
            return {}
        self.conditions = others
        return tally

    def possible(self) -> tuple[Guide, list[Condition], list[Condition]]:
        """A guide that has learned nothing yet, and only knows what is possible; the conditions that it covers, and the others.

        Raises:
            SamplingError: if no name is possible.
        """
        from rnn_names.conditions import spelling
        from rnn_names.guide import Guide, max_states

        automaton, covered, others = spelling(self.conditions, self.n_y, max_states(self.n_y, self.max_length))
        guide = Guide(automaton, self.min_length, self.max_length)
        if guide.is_hopeless(guide.first(self.prefix), len(self.prefix)):
            raise SamplingError(
                f"no name of {self.min_length} to {self.max_length} characters can meet all of "
                + ", ".join(
                    [f"--prefix {quoted(self.options.prefix)}"] * bool(self.options.prefix) + [each.option for each in covered]
                )
            )
        return guide, covered, others

    def draw(self, size: int, bits: Random) -> Names:
        """Draws `size` names together and keeps those that meet the conditions of length, and of the guide."""
        names, log_weights = self.draw_weighed(size, bits)
        return names if self.guide is None else names.take(np.flatnonzero(self.guide.keeps(log_weights, bits)))

    def draw_weighed(self, size: int, bits: Random) -> tuple[Names, NDArray[np.float64]]:
        """Draws `size` names, without those of a wrong length; the names, and the natural logarithms of their weights.

        A weight is how much more often a name would come by the network's own law; without a guide, it is 1.
        """
        work, guide, waiting = rnn.Workspace(), self.guide, _Waiting(self.max_length + 1, self.nodes_at_once)
        text = np.zeros((self.max_length, size), np.min_scalar_type(self.n_y))
        text[: len(self.prefix)] = self.prefix[:, None]
        lengths = np.zeros(size, np.min_scalar_type(MAX_NAME_LENGTH))  # stays 0 for a name that goes on past the limit
        log_weights = np.zeros(size)
        states, length = self.first_state, len(self.prefix)
        marks = guide.first(self.prefix) if guide else None
        names, node = np.arange(size, dtype=np.int32), np.zeros(size, np.int32)
        while True:
            chances = self.next_chances(states, work)
            if guide and marks:
                marks = guide.steer(chances, marks, length)
            names, branch = _choose(chances, names, node, bits)
            parent = branch // self.n_y
            character = branch - parent * self.n_y
            ends = character == EOS
            lengths[names[ends]] = length
            if marks:
                log_weights[names[ends]] = marks.log_weight[parent[ends]]
            if length < self.max_length:
                on = np.flatnonzero(~ends)
                names, branch, parent, character = names[on], branch[on], parent[on], character[on]
                text[length, names] = character
                first = _changes(branch)
                children = parent[first], character[first]
                below = guide.follow(marks, *children, length) if guide and marks else None
                waiting.add(length + 1, states, *children, below, names, np.cumsum(first, dtype=np.int32) - 1)
            if not waiting:
                break
            length, part = waiting.take()
            states = self.states_after(part.above, part.parent, part.character, work)
            marks, names, node = part.marks, part.names, part.node
        kept = lengths >= self.min_length
        inside = np.arange(self.max_length)[:, None] < np.where(kept, lengths, 0)
        offsets = np.concatenate(([0], np.cumsum(lengths[kept], dtype=np.int64)))
        return Names(self.codes[text.T[inside.T]], offsets), log_weights[kept]

    def next_chances(self, states: NDArray[Any], work: rnn.Workspace) -> NDArray[np.float64]:
        """The probabilities of the next character after each state, by column: (n_y, nodes). A column may be off 1 by rounding."""
        by_column = work("logits", self.n_y, len(states))
        logits = rnn.output_layer(states, self.params, out=by_column.T)
        if self.options.temperature != 1:
            # With the maximum taken off first, a tiny temperature makes −∞ of the rest and keeps the best; float32 ends at 1e±38.
            logits -= logits.max(axis=1, keepdims=True)
            with np.errstate(over="ignore"):
                logits /= min(max(self.options.temperature, 1e-30), 1e30)
        rnn.softmax(logits, out=logits)
        chances = by_column.astype(np.float64)
        if self.options.top_k is not None and self.options.top_k < self.n_y:
            _keep_top_k(chances, self.options.top_k)
        if self.options.top_p is not None and self.options.top_p < 1:
            _keep_top_p(chances, self.options.top_p)
        return chances

    def states_after(
        self, states: NDArray[Any], parent: NDArray[Any], character: NDArray[Any], work: rnn.Workspace
    ) -> NDArray[Any]:
        """The states after one more character, in `work`: child i goes on from row parent[i] with character[i].

        Every row of `states` (p, n_a) should have a child: what it hands on is computed.
        """
        n_a, cell, m = states.shape[1], self.cell, len(parent)
        handed_on = work("handed_on", len(states), cell.carried * n_a)
        cell.hand_on(states, self.params, handed_on)
        from_a = handed_on.take(parent, axis=0, out=work("from_a", m, cell.carried * n_a), mode="clip")
        from_x = self.inputs.take(character, axis=0, out=work("from_x", m, cell.gates * n_a), mode="clip")
        children = work("states", m, n_a)
        cell.step(from_x, from_a, children)
        return children


class _Part(NamedTuple):
    """Some nodes of one level, m of them, whose states are still to be computed.

    Attributes:
        above: (p, n_a) states of the nodes that they hang from.
        parent: (m,) which row of `above` each hangs from, rising.
        character: (m,) index of the character that leads into each.
        marks: what the guide knows of them, if there is one.
        names: (k,) the names that are at them.
        node: (k,) at which node each name is, rising.
    """

    above: NDArray[Any]
    parent: NDArray[Any]
    character: NDArray[Any]
    marks: Marks | None
    names: NDArray[Any]
    node: NDArray[Any]


class _Waiting:
    """The nodes that a walk has still to go to, by level.

    Only as many as are computed together are taken where that is possible, and the deepest of those, so that few wait on any level.
    """

    def __init__(self, levels: int, at_once: int) -> None:
        self._at_once = at_once
        self._parts: list[list[_Part]] = [[] for _ in range(levels)]
        self._nodes = [0] * levels

    def __bool__(self) -> bool:
        """Whether there are any."""
        return any(self._nodes)

    def add(
        self,
        level: int,
        states: NDArray[Any],
        parent: NDArray[Any],
        character: NDArray[Any],
        marks: Marks | None,
        names: NDArray[Any],
        node: NDArray[Any],
    ) -> None:
        """Adds nodes, of which `states` holds the states of all that they may hang from; the rest as in `_Part`."""
        for start in range(0, len(parent), self._at_once):
            nodes = slice(start, start + self._at_once)
            here = slice(*np.searchsorted(node, (start, start + self._at_once)))
            first = _changes(parent[nodes])
            above = states.take(parent[nodes][first], axis=0)
            below = marks and marks[nodes]
            self._parts[level].append(_Part(above, np.cumsum(first) - 1, character[nodes], below, names[here], node[here] - start))
        self._nodes[level] += len(parent)

    def take(self) -> tuple[int, _Part]:
        """At most `at_once` nodes, of the deepest level where so many wait, or else of the first where any do; and the level."""
        full = [level for level, n in enumerate(self._nodes) if n >= self._at_once]
        level = full[-1] if full else next(level for level, n in enumerate(self._nodes) if n)
        parts = self._parts[level]
        taken = [parts.pop()]
        n = len(taken[0].parent)
        while parts and n + len(parts[-1].parent) <= self._at_once:
            taken.append(parts.pop())
            n += len(taken[-1].parent)
        self._nodes[level] -= n
        return level, _joined(taken)


def _nodes_at_once(n_a: int, cell: rnn.Cell, n_y: int) -> int:
    """The power of two of nodes that `MEMORY_AT_ONCE` holds, within bounds."""
    # Of a node: what it hands on, twice; from_x; its state; and its chances as float32 and, twice, as float64.
    each = 4 * (2 * cell.carried + cell.gates + 1) * n_a + 20 * n_y
    fewest, most = NODES_AT_ONCE
    return min(max(1 << (MEMORY_AT_ONCE // each | 1).bit_length() - 1, fewest), most)


def _joined(parts: list[_Part]) -> _Part:
    """Parts of one level as one."""
    above = [0, *accumulate(len(part.above) for part in parts)]
    nodes = [0, *accumulate(len(part.parent) for part in parts)]
    return _Part(
        np.concatenate([part.above for part in parts]),
        np.concatenate([part.parent + n for part, n in zip(parts, above, strict=False)]),
        np.concatenate([part.character for part in parts]),
        parts[0].marks and parts[0].marks.concatenate([part.marks for part in parts if part.marks]),
        np.concatenate([part.names for part in parts]),
        np.concatenate([part.node + n for part, n in zip(parts, nodes, strict=False)]),
    )


def _changes(rising: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether each number is not the one before it: (m,) bool."""
    changes = np.ones(len(rising), bool)
    np.not_equal(rising[1:], rising[:-1], out=changes[1:])
    return changes


def _has_conditions(options: Options) -> bool:
    """Whether there are any beyond prefix and lengths; the room of conditions is only entered then."""
    wanted = (options.suffix, options.contains, options.exclude, options.exclude_words, options.novel)
    return any(map(bool, wanted)) or options.match is not None


def _choose(
    chances: NDArray[np.float64], names: NDArray[Any], node: NDArray[Any], bits: Random
) -> tuple[NDArray[Any], NDArray[Any]]:
    """A next character for each name: the names in a new order, and the branch that each takes, n_y node + character, sorted.

    `chances` (n_y, nodes) of each next character are spent; a column need not sum to 1.
    """
    # A number line on which node k owns [k, k + 1), cut up by the chances of its characters, and a point on it for each name: 32 random
    # bits after those of its node. With points in order, neighbours read the same memory; with the name's place in the bits after
    # that, no two are equal, so there is one order, and numbers are sorted several times as fast as an index of them.
    points = node.astype(np.uint64)
    points <<= 32
    points |= np.frombuffer(bits.randbytes(4 * len(names)), "<u4")
    points <<= _PLACE_BITS
    points |= np.arange(len(names), dtype=np.uint64)
    points.sort()
    names = names[(points & np.uint64((1 << _PLACE_BITS) - 1)).astype(np.int32)]
    points >>= _PLACE_BITS
    edges = chances
    for i in range(1, len(edges)):  # np.cumsum along this axis takes ten times as long
        edges[i] += edges[i - 1]
    edges /= edges[-1]
    edges += np.arange(edges.shape[1])
    branch = np.searchsorted(np.ascontiguousarray(edges.T).ravel(), points * 2.0**-32, side="right")
    return names, branch.astype(np.int32)


_PLACE_BITS = (LARGEST_BLOCK - 1).bit_length()
"""For a name's place among those drawn together; 15 of 64 bits are left for its node."""


def _keep_top_k(chances: NDArray[np.float64], k: int) -> None:
    """Leaves the k largest of each column, and any equal to the k-th, and makes their sum 1."""
    chances[chances < np.partition(chances, -k, axis=0)[-k]] = 0
    chances /= chances.sum(axis=0)


def _keep_top_p(chances: NDArray[np.float64], p: float) -> None:
    """Leaves the fewest largest of each column that sum to p, and any equal to the least of them, and makes their sum 1."""
    falling = -np.sort(-chances, axis=0)
    last = np.minimum((np.cumsum(falling, axis=0) < p * falling.sum(axis=0)).sum(axis=0), len(chances) - 1)
    chances[chances < falling[last, np.arange(chances.shape[1])]] = 0
    chances /= chances.sum(axis=0)

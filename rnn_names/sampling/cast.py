"""Casts: lines of several names, by a pattern.

Each part of the pattern draws from a stream of its own, made from the seed and its number among the
names, or among the choices. So a change to one part leaves the others as they were; except where
first letters tie them together (`rnn_names.sampling.initials`). With `min_edits`, a name that is
too near to one before it in the cast is left out.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice, repeat
from random import Random
from typing import Any, NamedTuple

from rnn_names.conditions.edits import FarApart
from rnn_names.conditions.options import CastOptions, Options
from rnn_names.conditions.pattern import Pattern, Slot, located
from rnn_names.corpus.names import Names
from rnn_names.errors import RnnNamesError, SamplingError
from rnn_names.network.language_model import LanguageModel
from rnn_names.processes.threads import one_blas_thread
from rnn_names.sampling.initials import Trials, alike, distinct
from rnn_names.sampling.sampler import FIRST_BLOCK
from rnn_names.sampling.stream import ENDLESS, sample
from rnn_names.sampling.unique import Unique

LINES_OF_BATCH = 1 << 14  # lines that are given together, at most
Row = tuple[str, ...]  # the parts of a line: what each piece of the pattern that is not text became


class Part(NamedTuple):
    """What the names of a slot are drawn from, and what they must be like."""

    slot: Slot
    model: LanguageModel
    options: Options


def cast(pattern: Pattern, parts: Sequence[Part], wanted: CastOptions) -> Iterator[list[Row]]:
    """The parts of `wanted.count` lines, some lines at a time; `parts` are those of the slots.

    SamplingError comes after the lines that could be had, if these are fewer; its message shows the
    part that is the cause in the pattern.
    """
    seed = int.from_bytes(os.urandom(16), "little") if wanted.seed is None else wanted.seed
    is_unique = wanted.unique or wanted.remember is not None
    n = ENDLESS if is_unique else min(wanted.start + wanted.count, ENDLESS)
    unique = Unique(wanted.count, wanted.remember) if is_unique else None
    delivered = 0
    with one_blas_thread():
        names = _names(pattern, parts, wanted, seed, n)
        rows = islice(_rows(pattern, names, seed), min(wanted.start, n), n)
        for batch in _batches(rows if wanted.count else iter(())):
            if unique:
                lines = [pattern.line(row).strip() for row in batch]
                new = unique.rows(Names.from_strings(lines))
                batch = [batch[row] for row in new.tolist()]
            delivered += len(batch)
            yield batch
            if delivered == wanted.count:
                return
            if unique and unique.is_exhausted:
                break
    if delivered < wanted.count:
        raise SamplingError(
            f"only {delivered:,} of {wanted.count:,} lines found: nearly all others are repeats"
        )


def _rows(pattern: Pattern, names: Iterator[Row], seed: int) -> Iterator[Row]:
    pieces: list[Any] = [piece for piece in pattern.pieces if not isinstance(piece, str)]
    choices = [piece for piece in pieces if not isinstance(piece, Slot)]
    turns = [_turns(each, Random(f"{seed} choice {i}")) for i, each in enumerate(choices)]
    for row in names:
        rest, chosen = iter(row), iter(turns)
        yield tuple(
            next(rest) if isinstance(piece, Slot) else next(next(chosen)) for piece in pieces
        )


def _turns(texts: Sequence[str], bits: Random) -> Iterator[str]:
    """All texts in random order, and again: none comes twice before all came."""
    while True:
        yield from bits.sample(texts, len(texts))


def _names(
    pattern: Pattern, parts: Sequence[Part], wanted: CastOptions, seed: int, n: int
) -> Iterator[Row]:
    """The names of each line. With `min_edits`, those too near to one before are left out."""
    initials = wanted.initials
    if initials and not parts:
        raise SamplingError("initials: there is no {MODEL} in the pattern", ["initials"])
    tied = {"same": len(parts), "different": 1}.get(initials or "", 0)
    draw = alike if initials == "same" else distinct
    seeds = [Random(f"{seed} name {number}").getrandbits(64) for number in range(len(parts))]
    parts = [
        part._replace(options=replace(part.options, seed=own))
        for part, own in zip(parts, seeds, strict=True)
    ]
    by_letter = _tied(pattern, parts[:tied], draw, Random(f"{seed} initials"))
    before = FarApart((wanted.min_edits or 1) - 1)
    # All names are true.
    tests = [before.passes if each else bool for each in kept_apart(parts, wanted)]
    streams = [
        filter(test, _stream(pattern, part, ENDLESS if wanted.min_edits else n))
        for part, test in zip(parts[tied:], tests[tied:], strict=True)
    ]
    first: Iterator[Row] = by_letter if tied else repeat(())
    others: Iterator[Row] = zip(*streams, strict=False) if streams else repeat(())
    far = (row for row in first if all(test(name) for test, name in zip(tests, row, strict=False)))
    return (names + more for names, more in zip(far, others, strict=False))


def kept_apart(parts: Sequence[Part], wanted: CastOptions) -> list[bool]:
    """Whether the names of each part keep away from all others; some are nearer to their own."""
    least = wanted.min_edits or 0
    return [(part.options.min_edits or 0) >= least > 0 for part in parts]


def _stream(pattern: Pattern, part: Part, n: int) -> Iterator[str]:
    with located(pattern.text, part.slot.begin):
        for names in sample(part.model, n, part.options):
            yield from names.to_strings()


def _tied(
    pattern: Pattern,
    parts: Sequence[Part],
    draw: Callable[[Sequence[Trials], Random], Iterator[Row]],
    bits: Random,
) -> Iterator[Row]:
    models = []
    for part in parts:
        with located(pattern.text, part.slot.begin):
            models.append(Trials(part.model, part.options))
    yield from draw(models, bits)
    rarest = min(range(len(models)), key=lambda i: models[i].met / max(models[i].made, 1))
    with located(pattern.text, parts[rarest].slot.begin):
        how = "all with one first letter" if draw is alike else "with such a first letter"
        raise SamplingError(f"no further names {how} were found to meet the conditions")


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Rows in lists, the first ones short; an error comes after all rows before it."""
    size, error = FIRST_BLOCK, None
    while error is None:
        batch = list[Row]()
        try:
            for row in islice(rows, size):
                batch.append(row)
        except RnnNamesError as raised:
            error = raised
        if not batch and error is None:
            return
        yield batch
        size = min(2 * size, LINES_OF_BATCH)
    raise error

"""Roots: the texts that names begin from, each with the network's state and its probability.

Mostly there is one, the empty text, or a prefix that is asked for. For several prefixes, or one in
any case, there are several: the first draw of a name chooses among them. For casts that tie first
letters, the roots are all the first characters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from rnn_names.arrays import Array, Workspace
from rnn_names.conditions.automaton import MAX_STATES, Automaton, same
from rnn_names.conditions.options import CommonOptions
from rnn_names.conditions.spelling import Text, encoded
from rnn_names.corpus.names import UNKNOWN, Names, Vocabulary
from rnn_names.corpus.shape import Shape
from rnn_names.errors import SamplingError, quoted
from rnn_names.sampling.next_character import NextCharacter
from rnn_names.sampling.walk import Children, Roots


def roots_of(texts: Sequence[Text], source: NextCharacter, automaton: Automaton) -> Roots:
    """The roots with these texts; their states come level by level, as in a walk."""
    work, states = Workspace(source.dtype), source.first_state
    found = dict[Text, tuple[Array, float]]()
    prefixes = sorted({text[:n] for text in texts for n in range(len(text) + 1)}, key=len)
    above: dict[Text, int] = {(): 0}
    log_prob = np.zeros(1)
    for length, group in groupby(prefixes, key=len):
        level = list(group)
        if length:
            parent = np.array([above[text[:-1]] for text in level])
            last = np.array([text[-1] for text in level])
            log_prob = log_prob[parent] + source.log_probabilities(states, work)[parent, last]
            states = source.states_after(Children(states, parent, last), work).copy()
        above = {text: row for row, text in enumerate(level)}
        found.update(zip(level, zip(states, log_prob.tolist(), strict=True), strict=True))
    of_texts = [found[text] for text in texts]
    known = [automaton.run(np.array([text], np.intp), np.array([len(text)])) for text in texts]
    return Roots(
        texts,
        np.array([state for state, _ in of_texts]),
        np.array([p for _, p in of_texts]),
        np.concatenate(known),
    )


# --- Prefixes that are asked for ------------------------------------------------------------------


class Prefixes(NamedTuple):
    """How prefixes that are asked for can be spelled."""

    texts: list[Text]  # none of which begins another one
    shape: Shape | None  # which they have, whatever it is
    in_other_case: dict[str, str]  # those that the list has in another case only, and how


def spelled_prefixes(
    options: CommonOptions, vocabulary: Vocabulary, shape: Shape | None
) -> Prefixes:
    """The prefixes as they are, or in any case if that is asked for.

    One that no name of the list could begin with is tried in any case, too. If that is no help,
    names may begin so nevertheless.
    """
    texts, in_other_case, wanted = list[Text](), dict[str, str](), shape
    fits = shape.fits if shape is not None else lambda text: True
    for prefix in options.prefix or ("",):
        exact = tuple(vocabulary.encode(Names.from_strings([prefix]).codes).tolist())
        if UNKNOWN not in exact and fits(exact) and not options.ignore_case:
            texts.append(exact)
            continue
        found = _in_any_case(prefix, vocabulary, fits)
        if found and not options.ignore_case:
            in_other_case[prefix] = "".join(vocabulary.characters[i - 1] for i in found[0])
        if not found:
            if options.ignore_case:
                found = _in_any_case(prefix, vocabulary, lambda text: True)
            found = found or [encoded("prefix", prefix, vocabulary)]
            for text in found:
                wanted = wanted.allowing(text) if wanted is not None else None
        texts += found
    texts = shortest_ones(texts)
    if len(texts) > MAX_STATES:
        raise SamplingError(
            f"prefix: {len(texts):,} prefixes are too many to follow at once", ["prefix"]
        )
    return Prefixes(texts, wanted, in_other_case)


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


def shortest_ones(texts: Iterable[Text]) -> list[Text]:
    """Texts without those that begin with another one of them, in order.

    >>> shortest_ones([(13, 2), (13, 1, 5), (13, 1)])
    [(13, 1), (13, 2)]
    """
    kept: list[Text] = []
    for text in sorted(texts):
        if not (kept and text[: len(kept[-1])] == kept[-1]):
            kept.append(text)
    return kept

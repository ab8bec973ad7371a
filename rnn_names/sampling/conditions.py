"""Conditions on names: each says which of many names meet it, and what it is called in messages.

They look at whole names and know nothing of the network. Those on the spelling have an automaton,
too, which lets the sampler look ahead when few names would meet them
(`rnn_names.sampling.lookahead`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING

import numpy as np

from rnn_names.corpus.vocabulary import UNKNOWN
from rnn_names.errors import VocabularyError, quoted, setting
from rnn_names.sampling.dfa import (
    Automaton,
    NoAutomatonError,
    anything,
    containing,
    ending_in,
)
from rnn_names.sampling.options import any_of, compiled
from rnn_names.sampling.regex import matching
from rnn_names.sampling.tally import Condition

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rnn_names.corpus.names import Names
    from rnn_names.corpus.vocabulary import Vocabulary
    from rnn_names.network.language_model import LanguageModel
    from rnn_names.sampling.options import Options

NAMES_AT_ONCE = 1 << 13
"""Names whose rectangle of characters is made at once, to keep memory flat."""


def conditions_of(model: LanguageModel, options: Options) -> list[Condition]:
    """The conditions of some options, but for prefix and lengths, which the walk itself keeps; the
    quickest to tell first.

    Raises:
        VocabularyError: for a text with characters that the model does not know.
        SamplingError: for a regular expression that is none, or `novel` with a model that has no
            fingerprints.
    """
    known, found = model.vocabulary, list[Condition]()
    if options.suffixes:
        found.append(_ending(options.suffixes, known))
    for text in options.contained:
        found.append(
            Spelling(
                f"{setting('contains')} {quoted(text)}",
                containing(_checked("contains", text, known), known),
                known,
            )
        )
    if options.patterns:
        found.append(_match(options.patterns, known))
    if options.novel:
        model.knows([])  # refuses if it cannot tell
        found.append(_Test(setting("novel"), lambda names: ~model.knows(names)))
    if options.exclude:
        excluded = {_folded(name) for name in options.exclude}
        found.append(_Test(setting("exclude"), _each(lambda name: _folded(name) not in excluded)))
    words = {_folded(word) for word in options.exclude_words} - {""}
    if words:
        found.append(
            _Test(
                setting("exclude_words"),
                _each(
                    lambda name: not _holds_any(_folded(name), words, sorted({*map(len, words)}))
                ),
            )
        )
    return found


def spelling(
    conditions: Iterable[Condition],
    n_y: int,
    max_states: int,
    start: Automaton | None = None,
) -> tuple[Automaton, list[Condition], list[Condition]]:
    """One automaton for what can be told by automata, the conditions that it covers, and the
    others.

    It covers nothing, and accepts everything, if more than `max_states` states would be needed.
    `start`, an automaton for the beginnings, is always covered.
    """
    start = start or anything(n_y)
    covered: list[Condition] = [
        condition for condition in conditions if isinstance(condition, Spelling)
    ]
    others = [condition for condition in conditions if not isinstance(condition, Spelling)]
    automata = (condition.automaton for condition in covered if isinstance(condition, Spelling))
    try:
        automaton = reduce(and_, automata, start)
    except NoAutomatonError:
        automaton = None
    if automaton is None or len(automaton.accepting) > max_states:
        return start, [], covered + others
    return automaton, covered, others


@dataclass(frozen=True)
class Spelling:
    """A condition with an automaton."""

    title: str
    automaton: Automaton
    vocabulary: Vocabulary

    def passes(self, names: Names) -> NDArray[np.bool_]:
        """As `Condition.passes`."""
        passes = np.zeros(len(names), dtype=bool)
        for start in range(0, len(names), NAMES_AT_ONCE):
            codes, lengths = names[start : start + NAMES_AT_ONCE].padded()
            states = self.automaton.run(self.vocabulary.encode(codes), lengths)
            passes[start : start + NAMES_AT_ONCE] = self.automaton.accepting[states]
        return passes


@dataclass(frozen=True)
class _Test:
    """A condition that is a function."""

    title: str
    passes: Callable[[Names], NDArray[np.bool_]]


def _ending(suffixes: Sequence[str], vocabulary: Vocabulary) -> Condition:
    title = f"{setting('suffix')} {any_of(suffixes)}"
    texts = tuple(_checked("suffix", text, vocabulary) for text in suffixes)
    try:
        return Spelling(title, ending_in(texts, vocabulary), vocabulary)
    except NoAutomatonError:
        return _Test(title, _each(lambda name: name.endswith(texts)))


def _match(patterns: Sequence[str], vocabulary: Vocabulary) -> Condition:
    title = f"{setting('match')} {any_of(patterns)}"
    expressions = [compiled(pattern) for pattern in patterns]
    try:
        automata = [matching(expression.pattern, vocabulary) for expression in expressions]
        return Spelling(title, reduce(or_, automata), vocabulary)
    except NoAutomatonError:
        return _Test(title, _each(lambda name: any(e.fullmatch(name) for e in expressions)))


def _checked(option: str, text: str, vocabulary: Vocabulary) -> str:
    """The text in NFC; an error if no name can hold it."""
    text = unicodedata.normalize("NFC", text)
    for character in text:
        if vocabulary.encode(np.array([ord(character)]))[0] == UNKNOWN:
            raise VocabularyError(
                f"{setting(option)} {quoted(text)}: the model does not know the character "
                f"{character!r}"
            )
    return text


def _each(test: Callable[[str], bool]) -> Callable[[Names], NDArray[np.bool_]]:
    """A test of single names as a test of many."""
    return lambda names: np.fromiter(map(test, names.to_strings()), dtype=bool, count=len(names))


def _folded(text: str) -> str:
    """A text as it is compared where case does not count.

    >>> _folded("STRASSE") == _folded("Straße")
    True
    """
    return unicodedata.normalize("NFC", text.casefold())


def _holds_any(text: str, words: set[str], lengths: list[int]) -> bool:
    """Whether some word, of one of the lengths, is inside a text.

    >>> _holds_any("grassland", {"ass", "xyz"}, [3])
    True
    """
    return any(text[i : i + n] in words for n in lengths for i in range(len(text) - n + 1))

"""Conditions on whole names: each tells which of many names meet it.

Those on the spelling have an automaton, too, with which `rnn_names.lookahead.guide` can look ahead.
"""

import os
import re
from collections.abc import Callable, Collection, Sequence
from functools import cache, partial
from typing import cast

import numpy as np

from rnn_names.arrays import Array
from rnn_names.conditions.automaton import NoAutomatonError, free_of, matching
from rnn_names.conditions.edits import within_edits
from rnn_names.conditions.near_list import NearList
from rnn_names.conditions.options import CommonOptions, any_of, compiled
from rnn_names.conditions.spelling import Condition, encoded
from rnn_names.corpus.characters import folded
from rnn_names.corpus.fingerprints import among, fingerprints, lowest_kept, unpacked
from rnn_names.corpus.names import Names, Vocabulary
from rnn_names.corpus.shape import have_triples, lower_case
from rnn_names.errors import SamplingError, short_repr
from rnn_names.network.language_model import LanguageModel, log_probs, require_fingerprints

# The most names of a list, times the lowest bit that its fingerprints keep: of more names, too many
# others would seem to be two edits away. That is 2,048 names of 32 bits, 8 million of 44.
MAX_OF_TWICE_EDITED = 1 << 43

N_GIVEN = 3  # characters that do not count for `min_mean_p`: rare beginnings are no mistakes

RUDE_WORDS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "rude.txt")
"""The words of `clean`: most only as whole words, so that Dickens and Scunthorpe stay."""

COMMON_WORDS = os.path.join(os.path.dirname(RUDE_WORDS), "words.npy")
"""The fingerprints of the words of `no_words`; data/make_words.py makes them."""


def make_conditions(model: LanguageModel, options: CommonOptions) -> list[Condition]:
    """The conditions that options ask for, but prefixes and lengths; the quickest come first."""
    vocabulary, found, ignore_case = model.vocabulary, list[Condition](), options.ignore_case
    if options.suffix:
        texts = [_literal("suffix", text, vocabulary, ignore_case) for text in options.suffix]
        title = f"suffix {any_of(options.suffix)}"
        found.append(_matching(title, [f".*({'|'.join(texts)})"], vocabulary, ignore_case))
    for text in options.contains:
        pattern = f".*{_literal('contains', text, vocabulary, ignore_case)}.*"
        found.append(_matching(f"contains {short_repr(text)}", [pattern], vocabulary, ignore_case))
    if options.match:
        title = f"match {any_of(options.match)}"
        found.append(_matching(title, options.match, vocabulary, ignore_case))
    if options.like:
        found.append(_like(options, vocabulary))
    if options.known_triples:
        found.append(known_triples_condition(model, options))
    if options.novel:
        require_fingerprints(model)
        found.append(Condition("novel", lambda names: ~model.knows(names)))
    if options.listed:
        own = _own_list(model)
        found.append(Condition("listed", lambda names: among(fingerprints(names), own)))
    if options.exclude:
        excluded = {folded(name) for name in options.exclude}
        found.append(Condition("exclude", _one_by_one(lambda name: folded(name) not in excluded)))
    words = {folded(word) for word in options.exclude_words} - {""}
    if words:
        lengths = {*map(len, words)}
        large = partial(free_of, words, vocabulary)

        def is_free(name: str) -> bool:
            text = folded(name)
            parts = (text[i : i + n] for n in lengths for i in range(len(text) - n + 1))
            return words.isdisjoint(parts)

        found.append(Condition("exclude_words", _one_by_one(is_free), automaton_if_rare=large))
    if options.clean:
        found.append(Condition("clean", _one_by_one(is_clean)))
    if options.no_words:
        found.append(Condition("no_words", lambda names: ~are_words(names)))
    if options.min_edits is not None and not options.listed:
        of_any_shape = options.any_shape or bool(options.prefix)
        found.append(_far_from_list(model, options.min_edits - 1, of_any_shape))
    if options.min_mean_p:
        found.append(_probable(model, options.min_mean_p))
    return found


def _matching(
    title: str, patterns: Collection[str], vocabulary: Vocabulary, ignore_case: bool
) -> Condition:
    expressions = [compiled(pattern, ignore_case) for pattern in patterns]
    try:
        automaton = matching([each.pattern for each in expressions], vocabulary, ignore_case)
    except NoAutomatonError:
        return Condition(title, _one_by_one(lambda name: _matches_any(expressions, name, title)))
    return Condition(title, lambda names: automaton.accepts(names, vocabulary), automaton)


def _like(options: CommonOptions, vocabulary: Vocabulary) -> Condition:
    title = f"like {any_of(options.like)} (edits: {options.edits})"
    try:
        automaton = within_edits(options.like, options.edits, vocabulary, options.ignore_case)
    except NoAutomatonError:
        raise SamplingError(
            f"{title}: too much to follow at once; ask for fewer edits, or fewer names at a time",
            ["like", "edits"],
        ) from None
    return Condition(title, lambda names: automaton.accepts(names, vocabulary), automaton)


def _matches_any(expressions: Sequence[re.Pattern[str]], name: str, title: str) -> bool:
    try:
        return any(expression.fullmatch(name) for expression in expressions)
    except SystemError as error:  # Python 3.11 has it for groups in possessive repeats
        raise SamplingError(
            f"{title}: this version of Python cannot match it: {error}", settings=["match"]
        ) from None


def _own_list(model: LanguageModel) -> Array:
    """The fingerprints of the model's own list; an error if it keeps none."""
    require_fingerprints(model)
    return cast(Array, model.own_fingerprints)


def _far_from_list(model: LanguageModel, edits: int, of_any_shape: bool) -> Condition:
    known = _own_list(model)
    if edits > 1 and len(known) > MAX_OF_TWICE_EDITED // lowest_kept(known):
        raise SamplingError(
            f"min_edits {edits + 1}: of its list of {len(known):,} names, this model keeps too "
            "little to tell; 2 is the most",
            ["min_edits"],
        )
    near_list = NearList(model, of_any_shape)
    return Condition("min_edits", lambda names: ~near_list.near(names, edits))


def _probable(model: LanguageModel, least: float) -> Condition:
    """Of ("a", "b", "c", "d", EOS), the mean of log p(d | "abc") and log p(EOS | "abcd") counts."""
    params = {name: array.astype(np.float64) for name, array in model.params.items()}

    def passes(names: Names) -> Array:
        n_counted = np.maximum(names.lengths + 1 - N_GIVEN, 1)
        scores = log_probs(params, model.vocabulary, names, N_GIVEN)
        return scores >= n_counted * np.log(least)

    return Condition("min_mean_p", passes)


def known_triples_condition(model: LanguageModel, options: CommonOptions) -> Condition:
    """The condition `known_triples`; an error if a text that is asked for has other triples."""
    known = model.known_triples
    if known is None:
        raise SamplingError(
            "known_triples: the model does not keep which characters its list has in a row: train "
            "it again; of an alphabet of hundreds of characters it does not",
            ["known_triples"],
        )

    def has(text: str) -> bool:
        text = lower_case(text)
        if len(text) < 3:
            return any(text in pair or text in pair[1] + known[pair] for pair in known)
        return all(text[i] in known.get(text[i - 2 : i], "") for i in range(2, len(text)))

    asked = [("contains", text, [text]) for text in options.contains]
    asked.append(("prefix", any_of(options.prefix), [f"\n{text}" for text in options.prefix]))
    asked.append(("suffix", any_of(options.suffix), [f"{text}\n" for text in options.suffix]))
    for option, title, texts in asked:
        if texts and not any(map(has, texts)):
            raise SamplingError(
                f"{option} {title}: no name of the list has each three of these characters in a "
                "row, as known_triples wants it",
                [option, "known_triples"],
            )
    return Condition("known_triples", lambda names: have_triples(names, model.vocabulary, known))


def _literal(option: str, text: str, vocabulary: Vocabulary, ignore_case: bool) -> str:
    """A regular expression for a text; an error if no name can hold it."""
    if not ignore_case:
        encoded(option, text, vocabulary)
    return re.escape(text)


def _one_by_one(test: Callable[[str], bool]) -> Callable[[Names], Array]:
    return lambda names: np.fromiter(map(test, names.to_strings()), dtype=bool, count=len(names))


@cache
def common_words() -> Array:
    """The fingerprints of common words, with a capital."""
    gaps = np.load(COMMON_WORDS)
    return unpacked(np.cumsum(gaps, dtype=gaps.dtype))


def are_words(names: Names) -> Array:
    """Whether each name is a common English word: (len(names),) bool."""
    capitalised = Names.from_strings([name.capitalize() for name in names.to_strings()])
    return among(fingerprints(capitalised), common_words())


@cache
def rude_words() -> tuple[frozenset[str], tuple[str, ...]]:
    """Rude and loaded words, folded: whole ones, and parts, where a space is the end of a word."""
    with open(RUDE_WORDS, encoding="utf-8") as file:
        words = [folded(word) for line in file if line[0] != "#" for word in line.split()]
    parts = tuple(f" {word} ".replace(" *", "").replace("* ", "") for word in words if "*" in word)
    return frozenset(word for word in words if "*" not in word), parts


def is_clean(name: str) -> bool:
    """Whether there is no rude word in a name.

    >>> names = ("Cassandra", "Dickens", "Scunthorpe", "Moby Dick", "Badfuckery", "Shitbourne")
    >>> [name for name in names if is_clean(name)]
    ['Cassandra', 'Dickens', 'Scunthorpe']
    """
    words = re.findall(r"[^\W\d_]+", folded(name))
    whole, parts = rude_words()
    text = f" {' '.join(words)} "
    return whole.isdisjoint(words) and not any(part in text for part in parts)

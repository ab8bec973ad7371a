"""Conditions on whole names, and the joint automaton of those on text, such as a suffix."""

import re
from collections.abc import Callable, Collection, Iterable, Set
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from rnn_names.arrays import Array
from rnn_names.conditions.automaton import Automaton, NoAutomatonError, any_text, shape_automaton
from rnn_names.conditions.edits import within_edits
from rnn_names.conditions.near_list import NearList
from rnn_names.conditions.prefixes import check_known
from rnn_names.conditions.regex import matching, without_words
from rnn_names.conditions.word_lists import are_words, is_clean
from rnn_names.corpus.characters import folded, without_case
from rnn_names.corpus.fingerprints import among, fingerprint
from rnn_names.corpus.names import Names, Vocabulary
from rnn_names.corpus.shape import Shape, have_triples, lower_case
from rnn_names.errors import SamplingError, short_repr
from rnn_names.network.language_model import LanguageModel, log_probs, require_fingerprints
from rnn_names.options import CommonOptions, compiled, or_list

MAX_TABLE = 1 << 24  # the size of a table by state, character and length
N_NOT_COUNTED = 3  # first characters, for `min_mean_p`, since rare beginnings are no mistakes


@dataclass(frozen=True)
class Condition:
    """A condition on names."""

    title: str  # its option and value
    test: Callable[[Names], Array]  # whether each name meets it: (len(names),) bool
    automaton: Automaton | None = None  # accepts the same names, if the condition has one
    ignores_case: bool = False  # regardless of `ignore_case`


def make_conditions(model: LanguageModel, options: CommonOptions) -> list[Condition]:
    """The conditions in the options, except prefixes and lengths, fastest first."""
    vocabulary, conditions, ignore_case = model.vocabulary, list[Condition](), options.ignore_case
    if not ignore_case:
        for option in ("suffix", "contains"):
            for text in getattr(options, option):
                check_known(option, text, vocabulary)
    if options.suffix:
        # "$" keeps `re` from merging single characters into a set. Such a set does not ignore the
        # case of characters above U+FFFF.
        pattern = f".*({'|'.join(f'{re.escape(text)}$' for text in options.suffix)})"
        title = f"suffix {or_list(options.suffix)}"
        conditions.append(_pattern_condition(title, [pattern], vocabulary, ignore_case))
    for text in options.contains:
        title = f"contains {short_repr(text)}"
        pattern = f".*{re.escape(text)}.*"
        conditions.append(_pattern_condition(title, [pattern], vocabulary, ignore_case))
    if options.match:
        title = f"match {or_list(options.match)}"
        conditions.append(_pattern_condition(title, options.match, vocabulary, ignore_case))
    if options.like:
        conditions.append(_like_condition(options, vocabulary))
    if options.known_triples:
        check_known_triples(model, options)
        are_known = partial(have_triples, vocabulary=vocabulary, known=model.known_triples)
        conditions.append(Condition("known_triples", are_known))
    if options.novel:
        require_fingerprints(model)
        conditions.append(Condition("novel", lambda names: ~model.knows(names)))
    if options.listed:
        own = require_fingerprints(model, of_own_list=True)
        conditions.append(Condition("listed", lambda names: among(fingerprint(names), own)))
    if options.exclude:
        excluded = {folded(name) for name in options.exclude}
        is_allowed = _one_by_one(lambda name: folded(name) not in excluded)
        conditions.append(Condition("exclude", is_allowed))
    words = {folded(word) for word in options.exclude_words} - {""}
    if words:
        conditions.append(_exclude_words_condition(words, vocabulary))
    if options.clean:
        conditions.append(Condition("clean", _one_by_one(is_clean)))
    if options.no_words:
        conditions.append(Condition("no_words", lambda names: ~are_words(names)))
    if options.min_edits is not None and not options.listed:
        require_fingerprints(model, of_own_list=True)
        near_list = NearList(model, any_shape=options.any_shape or bool(options.prefix))
        most = options.min_edits - 1
        conditions.append(Condition("min_edits", lambda names: ~near_list.near(names, most)))
    if options.min_mean_p:
        conditions.append(_min_mean_p_condition(model, options.min_mean_p))
    return conditions


def joint_automaton(
    n_y: int, shape: Shape | None, conditions: Iterable[Condition], max_length: int
) -> tuple[Automaton, list[Condition], list[Condition]]:
    """Joins the shape and as many conditions as possible into one automaton.

    Returns it, the conditions in it, and those left to be tested on whole names.
    """
    automaton = shape_automaton(shape) if shape is not None else any_text(n_y)
    max_states = MAX_TABLE // (n_y * (max_length + 1))
    included, others = list[Condition](), list[Condition]()
    for condition in conditions:
        try:
            joined = condition.automaton and automaton & condition.automaton
        except NoAutomatonError:
            joined = None
        if joined and len(joined.accepting) <= max_states:
            automaton = joined
            included.append(condition)
        else:
            others.append(condition)
    return automaton, included, others


def _pattern_condition(
    title: str, patterns: Collection[str], vocabulary: Vocabulary, ignore_case: bool
) -> Condition:
    expressions = [compiled(pattern, ignore_case) for pattern in patterns]

    def matches_any(name: str) -> bool:
        try:
            return any(expression.fullmatch(name) for expression in expressions)
        except SystemError as error:  # Python 3.11 raises it for groups in possessive repeats
            message = f"{title}: this version of Python cannot match it: {error}"
            raise SamplingError(message, ["match"]) from None

    try:
        automaton = matching([each.pattern for each in expressions], vocabulary, ignore_case)
    except NoAutomatonError:
        return Condition(title, _one_by_one(matches_any))
    except RecursionError:  # not one by one: that would depend on the stack's depth
        message = f"{title}: its groups are nested too deeply"
        raise SamplingError(message, ["match"]) from None
    return Condition(title, lambda names: automaton.accepts(names, vocabulary), automaton)


def _exclude_words_condition(words: Set[str], vocabulary: Vocabulary) -> Condition:
    def is_free(name: str) -> bool:
        text = folded(name)
        return not any(word in text for word in words)

    try:
        automaton = without_words(words, vocabulary)
    except NoAutomatonError:
        automaton = None
    return Condition("exclude_words", _one_by_one(is_free), automaton, ignores_case=True)


def _like_condition(options: CommonOptions, vocabulary: Vocabulary) -> Condition:
    title = f"like {or_list(options.like)} (edits {options.edits})"
    try:
        automaton = within_edits(options.like, options.edits, vocabulary, options.ignore_case)
    except NoAutomatonError:
        hint = "ask for fewer edits, or fewer names at a time"
        message = f"{title}: too much to follow at once; {hint}"
        raise SamplingError(message, ["like", "edits"]) from None
    return Condition(title, lambda names: automaton.accepts(names, vocabulary), automaton)


def _min_mean_p_condition(model: LanguageModel, least: float) -> Condition:
    """The condition `min_mean_p`: of "abcd", only p(d | "abc") and p(EOS | "abcd") count."""
    params = {name: array.astype(np.float64) for name, array in model.params.items()}

    def passes(names: Names) -> Array:
        n_counted = np.maximum(names.lengths + 1 - N_NOT_COUNTED, 1)
        scores = log_probs(params, model.vocabulary, names, N_NOT_COUNTED)
        return scores >= n_counted * np.log(least)

    return Condition("min_mean_p", passes)


def check_known_triples(model: LanguageModel, options: CommonOptions) -> None:
    """Raises SamplingError if the model has no triples, or if a required text has other triples."""
    known = model.known_triples
    if known is None:
        reason = "the model has no record of which three characters its list has in a row"
        hint = "train it again (for an alphabet of hundreds of characters, none are kept)"
        raise SamplingError(f"known_triples: {reason}: {hint}", ["known_triples"])

    @cache
    def triples_in(fold: Callable[[str], str]) -> set[str]:
        return {"".join(map(fold, pair + last)) for pair in known for last in known[pair]}

    def has_known(option: str, text: str) -> bool:
        # The case of a prefix may be ignored even without `ignore_case`.
        fold = without_case if options.ignore_case or option == "prefix" else str
        triples, characters = triples_in(fold), [*map(fold, lower_case(text))]
        if len(characters) < 3:
            return any("".join(characters) in triple for triple in triples)
        return all("".join(characters[i : i + 3]) in triples for i in range(len(characters) - 2))

    required = [("contains", text, [text]) for text in options.contains]
    required.append(("prefix", or_list(options.prefix), [f"\n{text}" for text in options.prefix]))
    required.append(("suffix", or_list(options.suffix), [f"{text}\n" for text in options.suffix]))
    for option, title, texts in required:
        if texts and not any(has_known(option, text) for text in texts):
            reason = "contains three characters in a row that no name in the list has"
            message = f"{option} {title}: {reason}, which known_triples rules out"
            raise SamplingError(message, [option, "known_triples"])


def _one_by_one(test: Callable[[str], bool]) -> Callable[[Names], Array]:
    return lambda names: np.fromiter(map(test, names.to_strings()), dtype=bool, count=len(names))

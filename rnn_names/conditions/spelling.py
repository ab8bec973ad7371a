"""A spelling: the texts that names may have, by an automaton and bounds on their lengths.

The automaton joins the shape of the list's names and conditions on the text.

A walk knows the automaton's state at each node, and stops a name as soon as it cannot be completed.
"""

from collections.abc import Callable, Sequence
from itertools import chain

import numpy as np

from rnn_names.arrays import Array
from rnn_names.conditions.automaton import MAX_STATES, Automaton
from rnn_names.conditions.options import CommonOptions
from rnn_names.conditions.regex import same_character
from rnn_names.corpus.names import EOS, UNKNOWN, IndexedNames, Names, Vocabulary
from rnn_names.corpus.shape import Shape
from rnn_names.errors import SamplingError, VocabularyError, short_repr
from rnn_names.network.completion import value_table
from rnn_names.system import cached_property

Indices = tuple[int, ...]  # a text as vocabulary indices
Texts = Sequence[Indices]


def names_from_indices(texts: Texts) -> IndexedNames:
    """Texts as names."""
    indices = np.array([*chain.from_iterable(texts)], np.intp)
    return Names.from_lengths(indices, np.array([*map(len, texts)], np.intp))


class Spelling:
    """The texts from `min_length` to `max_length` that an automaton of S states accepts."""

    def __init__(self, automaton: Automaton, min_length: int, max_length: int) -> None:
        self.automaton, self.min_length, self.max_length = automaton, min_length, max_length
        # By length and state: whether a name may end, (max_length + 1, S); the number of ways to
        # complete a text, and whether there is any, (max_length + 2, S) both.
        self.may_end = (np.arange(max_length + 1) >= min_length)[:, None] & automaton.accepting
        ones = np.ones(automaton.after.shape[1])
        with np.errstate(over="ignore"):
            self.counts = value_table(lambda _: ones, automaton.after, self.may_end.astype(float))
        self.can_be_completed = self.counts > 0

    @cached_property
    def log_may_end(self) -> Array:
        """0 where a name may end, else −∞, by length and state: (max_length + 1, S)."""
        return np.where(self.may_end, 0.0, -np.inf)

    def may_follow(self, length: int, automaton_state: Array) -> Array:
        """Whether each character, or the end, may follow m texts of a length: (m, n_y) bool."""
        may_follow: Array = self.can_be_completed[length + 1][self.automaton.after[automaton_state]]
        may_follow[:, EOS] = self.may_end[length, automaton_state]
        return may_follow

    def texts(self, roots: Texts) -> list[Indices]:
        """All accepted texts that begin with a root."""
        states = self.automaton.run(names_from_indices(roots))
        accepted, waiting = list[Indices](), [*zip(roots, states, strict=True)]
        for text, state in waiting:  # the list grows meanwhile
            may_follow = self.may_follow(len(text), np.array([state]))[0]
            if may_follow[EOS]:
                accepted.append(text)
            following = np.flatnonzero(may_follow[1:]) + 1
            waiting += [((*text, c), self.automaton.after[state, c]) for c in following.tolist()]
        return accepted


def of_shape(shape: Shape) -> Automaton:
    """Accepts the texts of a shape. A state is the kind of the last character."""
    kinds = len(shape.barred)
    after = np.where(shape.barred, kinds, np.arange(kinds))
    after = np.append(after, np.full((1, kinds), kinds), axis=0)  # a state for barred texts
    return Automaton(after[:, shape.kind].astype(np.int32), np.append(~shape.barred[:, 0], False))


def encoded(option: str, text: str, vocabulary: Vocabulary) -> Indices:
    """The indices of an option's text, or an error if the model does not know a character."""
    for character in text:
        if character not in vocabulary.characters:
            message = f"the model does not know the character {character!r}"
            raise VocabularyError(f"{option} {short_repr(text)}: {message}", [option])
    return tuple(vocabulary.encode(np.array([ord(c) for c in text], np.uint32)).tolist())


# --- Prefixes -------------------------------------------------------------------------------------


def spelled_prefixes(
    options: CommonOptions, vocabulary: Vocabulary, shape: Shape | None
) -> tuple[Texts, Shape | None, dict[str, str]]:
    """The prefixes as given, or in upper and lower case with `ignore_case`.

    No prefix is the beginning of another. If no name of the list's shape can begin with a prefix,
    its case is ignored. If that does not help, the shape is changed to allow it. Also returns the
    changed shape, and the spelling in the list of each prefix that has another case there.
    """
    texts, in_other_case = list[Indices](), dict[str, str]()
    allowed = shape
    fits = shape.fits if shape is not None else lambda text: True
    for prefix in options.prefix or ("",):
        exact = tuple(vocabulary.encode(Names.from_strings([prefix]).codes).tolist())
        if UNKNOWN not in exact and fits(exact) and not options.ignore_case:
            texts.append(exact)
            continue
        spellings = _in_any_case(prefix, vocabulary, fits)
        if spellings and not options.ignore_case:
            in_other_case[prefix] = "".join(vocabulary.characters[i - 1] for i in spellings[0])
        if not spellings:
            if options.ignore_case:
                spellings = _in_any_case(prefix, vocabulary, lambda text: True)
            spellings = spellings or [encoded("prefix", prefix, vocabulary)]
            for text in spellings:
                allowed = allowed and allowed.allowing(text)
        texts += spellings
    all_texts = {*texts}
    texts = sorted(t for t in all_texts if all_texts.isdisjoint(t[:n] for n in range(len(t))))
    if len(texts) > MAX_STATES:
        message = f"prefix: {len(texts):,} prefixes are too many to follow at once"
        raise SamplingError(message, ["prefix"])
    return texts, allowed, in_other_case


def _in_any_case(
    prefix: str, vocabulary: Vocabulary, fits: Callable[[Indices], bool]
) -> list[Indices]:
    """The spellings of a prefix in upper and lower case whose beginnings all fit, as indices."""
    spellings: list[Indices] = [()]
    for character in prefix:
        is_same = same_character(character, ignore_case=True)
        cases = [i for i, c in enumerate(vocabulary.characters, 1) if is_same(c)]
        cases.sort(key=lambda index: vocabulary.characters[index - 1] != character)
        longer = [(*text, index) for text in spellings for index in cases]
        spellings = [text for text in longer if fits(text)]
        if len(spellings) > MAX_STATES:
            reason = "too long to be followed in upper and lower case"
            raise SamplingError(f"prefix {short_repr(prefix)}: {reason}", ["prefix"])
    return spellings

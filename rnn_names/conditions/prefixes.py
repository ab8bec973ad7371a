"""The spellings of the required prefixes: as given, or in another case."""

from collections.abc import Callable
from typing import NamedTuple

from rnn_names.conditions.automaton import MAX_STATES, same_character
from rnn_names.conditions.options import CommonOptions
from rnn_names.conditions.spelling import Indices, encoded
from rnn_names.corpus.names import UNKNOWN, Names, Vocabulary
from rnn_names.corpus.shape import Shape
from rnn_names.errors import SamplingError, short_repr


class Prefixes(NamedTuple):
    """What names may begin with."""

    texts: list[Indices]  # none is a prefix of another
    shape: Shape | None  # of names, changed so that it allows these texts
    in_other_case: dict[str, str]  # the list's spelling of prefixes that have another case there


def spelled_prefixes(
    options: CommonOptions, vocabulary: Vocabulary, shape: Shape | None
) -> Prefixes:
    """The prefixes as given, or in any case with `ignore_case`.

    A prefix that no name of the list's shape can begin with is also tried in any case. If that does
    not help, the shape is changed to allow it.
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
        raise SamplingError(
            f"prefix: {len(texts):,} prefixes are too many to follow at once", ["prefix"]
        )
    return Prefixes(texts, allowed, in_other_case)


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

"""The spellings of prefixes that are asked for: as they are, or in another case."""

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

    texts: list[Indices]  # none of which begins another one
    shape: Shape | None  # of names, changed so that it allows these
    in_other_case: dict[str, str]  # how the list writes those that it has in another case only


def spelled_prefixes(
    options: CommonOptions, vocabulary: Vocabulary, shape: Shape | None
) -> Prefixes:
    """The prefixes as they are, or in any case if that is asked for.

    One that no name of the list could begin with is tried in any case, too. If that is no help,
    names may begin so nevertheless.
    """
    texts, in_other_case = list[Indices](), dict[str, str]()
    allowed = shape
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
                allowed = allowed and allowed.allowing(text)
        texts += found
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
    """Those spellings of a prefix in upper and lower case whose beginnings all fit, as indices."""
    found: list[Indices] = [()]
    for character in prefix:
        is_same = same_character(character, ignore_case=True)
        cases = [i for i, c in enumerate(vocabulary.characters, 1) if is_same(c)]
        cases.sort(key=lambda index: vocabulary.characters[index - 1] != character)
        longer = [(*text, index) for text in found for index in cases]
        found = [text for text in longer if fits(text)]
        if len(found) > MAX_STATES:
            reason = "too long to be followed in upper and lower case"
            raise SamplingError(f"prefix {short_repr(prefix)}: {reason}", ["prefix"])
    return found

"""The spellings of prefixes that are asked for: as they are, or in another case."""

from collections.abc import Callable

from rnn_names.conditions.automaton import MAX_STATES, same_character
from rnn_names.conditions.options import CommonOptions
from rnn_names.conditions.spelling import Text, encoded
from rnn_names.corpus.names import UNKNOWN, Names, Vocabulary
from rnn_names.corpus.shape import Shape
from rnn_names.errors import SamplingError, quoted


def spelled_prefixes(
    options: CommonOptions, vocabulary: Vocabulary, shape: Shape | None
) -> tuple[list[Text], Shape | None, dict[str, str]]:
    """The prefixes as they are, or in any case if that is asked for; none begins another one.

    One that no name of the list could begin with is tried in any case, too. If that is no help,
    names may begin so nevertheless.

    Returns:
        the prefixes; the shape, changed so that it allows them; and how the list writes those that
        it has in another case only.
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
                wanted = wanted and wanted.allowing(text)
        texts += found
    every = {*texts}
    texts = sorted(text for text in every if every.isdisjoint(text[:n] for n in range(len(text))))
    if len(texts) > MAX_STATES:
        raise SamplingError(
            f"prefix: {len(texts):,} prefixes are too many to follow at once", ["prefix"]
        )
    return texts, wanted, in_other_case


def _in_any_case(prefix: str, vocabulary: Vocabulary, fits: Callable[[Text], bool]) -> list[Text]:
    """Those spellings of a prefix in upper and lower case whose beginnings all fit, as indices."""
    found: list[Text] = [()]
    for character in prefix:
        is_same = same_character(character, ignore_case=True)
        cases = [i for i, c in enumerate(vocabulary.characters, 1) if is_same(c)]
        cases.sort(key=lambda index: vocabulary.characters[index - 1] != character)
        longer = [(*text, index) for text in found for index in cases]
        found = [text for text in longer if fits(text)]
        if len(found) > MAX_STATES:
            reason = "too long to be followed in upper and lower case"
            raise SamplingError(f"prefix {quoted(prefix)}: {reason}", ["prefix"])
    return found

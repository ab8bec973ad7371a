"""Spells required prefixes with the model's characters, as typed or in another case.

If all names in the list begin with a capital:

    typed    prefix
    Mac      Mac
    mac      Mac
    -mac     -mac; the shape of the list's names does not allow it, so the shape is changed
"""

from rnn_names.conditions.automaton import MAX_STATES
from rnn_names.corpus.characters import without_case
from rnn_names.corpus.names import UNKNOWN, IndexedTexts, Indices, Names, Vocabulary
from rnn_names.corpus.shape import Shape
from rnn_names.errors import SamplingError, VocabularyError, short_repr
from rnn_names.options import CommonOptions


def check_known(option: str, text: str, vocabulary: Vocabulary) -> None:
    """Raises VocabularyError if the model does not know a character of an option's text."""
    for character in text:
        if character not in vocabulary.characters:
            message = f"the model does not know the character {character!r}"
            raise VocabularyError(f"{option} {short_repr(text)}: {message}", [option])


def spelled_prefixes(
    options: CommonOptions, vocabulary: Vocabulary, shape: Shape | None
) -> tuple[IndexedTexts, Shape | None, dict[str, str]]:
    """The prefixes as typed, or in upper and lower case with `ignore_case`.

    If the shape of the list's names does not allow a prefix, its case is ignored. If that does not
    help, the shape is changed to allow it. Also returns the shape and, for each prefix whose case
    was changed, the first spelling.
    """
    texts, respelled, wider_shape = list[Indices](), dict[str, str](), shape
    for prefix in options.prefix or ("",):
        exact = tuple(vocabulary.encode(Names.from_strings([prefix]).codes).tolist())
        if not options.ignore_case and UNKNOWN not in exact and _fits(exact, shape):
            spellings = [exact]
        else:
            spellings = _in_any_case(prefix, vocabulary, shape)
        if not spellings and options.ignore_case:
            spellings = _in_any_case(prefix, vocabulary, None)
        if not spellings:
            check_known("prefix", prefix, vocabulary)
            spellings = [exact]
        elif not options.ignore_case and spellings != [exact]:
            respelled[prefix] = "".join(vocabulary.characters[i - 1] for i in spellings[0])
        for text in spellings:
            if wider_shape is not None:
                wider_shape = wider_shape.allowing(text)
        texts += spellings
    all_texts = {*texts}
    texts = sorted(t for t in all_texts if all_texts.isdisjoint(t[:n] for n in range(len(t))))
    if len(texts) > MAX_STATES:
        message = f"prefix: {len(texts):,} prefixes are too many to follow at once"
        raise SamplingError(message, ["prefix"])
    return texts, wider_shape, respelled


def _fits(text: Indices, shape: Shape | None) -> bool:
    return shape is None or shape.fits(text)


def _in_any_case(prefix: str, vocabulary: Vocabulary, shape: Shape | None) -> list[Indices]:
    """The spellings of a prefix in upper and lower case that fit a shape, as indices."""
    spellings: list[Indices] = [()]
    for character in prefix:
        same = without_case(character)
        cases = [i for i, c in enumerate(vocabulary.characters, 1) if without_case(c) == same]
        cases.sort(key=lambda index: vocabulary.characters[index - 1] != character)
        longer = [(*text, index) for text in spellings for index in cases]
        spellings = [text for text in longer if _fits(text, shape)]
        if len(spellings) > MAX_STATES:
            reason = "too long to be followed in upper and lower case"
            raise SamplingError(f"prefix {short_repr(prefix)}: {reason}", ["prefix"])
    return spellings

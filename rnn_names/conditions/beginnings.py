"""How names may begin: with some first characters only, or with one of several prefixes.

The first characters are drawn with the model's distribution given that the name begins as it may
(`rnn_names.network.ahead`). The texts on the way to a prefix are few. For the prefixes "Mar" and
"Mo", what is ahead is 1 after "Mar" or "Mo", P("r" | "Ma") after "Ma", and 0 after "A".
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from rnn_names.arrays import Array
from rnn_names.conditions.automaton import MAX_STATES, Automaton
from rnn_names.corpus.names import Vocabulary
from rnn_names.corpus.shape import Shape
from rnn_names.errors import SamplingError, VocabularyError, quoted
from rnn_names.network.ahead import on_tree

Text = tuple[int, ...]  # vocabulary indices


@dataclass(frozen=True)
class Beginnings:
    """How names may begin."""

    automaton: Automaton  # accepts the texts that begin so. State 0 is the empty text.
    factors: Array  # (S, n_y) of each next character: ahead(text c) / ahead(text)
    depth: int  # after so many characters every factor is 1
    share: float  # the probability, by the model's distribution, that a name begins so

    def narrow(self, probabilities: Array, texts: Array) -> None:
        """Multiplies probabilities of the next character, (n_y, m), after texts, (m, length)."""
        lengths = np.full(len(texts), texts.shape[1])
        probabilities *= self.factors[self.automaton.run(texts, lengths)].T


def one_of(
    prefixes: Sequence[Sequence[int]], n_y: int, next_probabilities: Callable[[list[Text]], Array]
) -> Beginnings:
    """Names begin with one of some prefixes, none of which is empty or begins another.

    `next_probabilities` gives those of the next character after some texts, (m, n_y), level by
    level.

    >>> even = lambda texts: np.full((len(texts), 3), 1 / 3)
    >>> one_of([(1, 1), (2,)], 3, even).factors.round(2).tolist()[:2]     # at first, and after a 1
    [[0.0, 0.75, 2.25], [0.0, 3.0, 0.0]]
    """
    whole = [tuple(prefix) for prefix in prefixes]
    on_the_way = {()} | {prefix[:length] for prefix in whole for length in range(len(prefix))}
    if len(on_the_way) > MAX_STATES:
        raise SamplingError(
            f"prefix: {len(whole):,} prefixes are too many to follow at once", settings=["prefix"]
        )
    texts = sorted(on_the_way, key=lambda text: (len(text), text))
    state = {text: row for row, text in enumerate(texts)}
    # The last two states are one for any text that begins as it may, and one for all others.
    begun, lost = len(texts), len(texts) + 1
    after = np.full((len(texts) + 2, n_y), lost, np.int32)
    after[begun] = begun
    for text in [*texts[1:], *whole]:
        after[state[text[:-1]], text[-1]] = state.get(text, begun)
    ahead = (after[:begun] == begun).astype(float)
    values = on_tree(
        next_probabilities(texts),
        ahead,
        parent=np.array([state[text[:-1]] for text in texts]),
        character=np.array([0, *(text[-1] for text in texts[1:])]),
        length=np.array([len(text) for text in texts]),
    )
    factors = np.ones(after.shape)
    factors[:begun] = ahead / np.where(values, values, 1)[:, None]
    automaton = Automaton(after, np.arange(len(after)) == begun)
    return Beginnings(automaton, factors, max(map(len, whole), default=0), float(values[0]))


def shortest_ones(prefixes: Iterable[Text]) -> list[Text]:
    """Prefixes without those that begin with another one of them, in order.

    >>> shortest_ones([(13, 2), (13, 1, 5), (13, 1)])
    [(13, 1), (13, 2)]
    """
    kept: list[Text] = []
    for prefix in sorted(prefixes):
        if not (kept and prefix[: len(kept[-1])] == kept[-1]):
            kept.append(prefix)
    return kept


def of_shape(shape: Shape) -> Automaton:
    """Accepts the texts of a shape. Its states are the kinds of the last character."""
    kinds = len(shape.barred)
    after = np.where(shape.barred, kinds, np.arange(kinds))
    after = np.append(after, np.full((1, kinds), kinds), axis=0)  # what is wrong stays wrong
    return Automaton(after[:, shape.kind].astype(np.int32), np.append(~shape.barred[:, 0], False))


def encoded(option: str, text: str, vocabulary: Vocabulary) -> Text:
    """The indices of an option's text; an error if no name can hold it."""
    for character in text:
        if character not in vocabulary.characters:
            raise VocabularyError(
                f"{option} {quoted(text)}: the model does not know the character {character!r}",
                settings=[option],
            )
    return tuple(vocabulary.encode(np.array([ord(c) for c in text], np.uint32)).tolist())

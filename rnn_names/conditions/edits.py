"""Names within a few edits of others; an edit inserts, deletes or replaces a character.

The Levenshtein distance, the fewest edits, is computed row by row. Each character c gives a row:

    row[i] = min(row_before[i − 1] + (0 if c is text[i − 1] else 1),      kept or replaced
                 row_before[i] + 1,                                       c inserted
                 row[i − 1] + 1)                                          text[i − 1] deleted

where row[i] is the distance to the first i characters of the text. All distances above the allowed
edits are stored as one number, so few rows occur. They are an automaton's states (Schulz & Mihov
2002).
"""

from collections.abc import Collection, Iterable
from functools import lru_cache

from rnn_names.conditions.automaton import Automaton, build_automaton
from rnn_names.conditions.options import CommonOptions
from rnn_names.conditions.regex import same_character
from rnn_names.corpus.characters import MAX_NAME_LENGTH, folded
from rnn_names.corpus.names import Vocabulary


def within_edits(
    texts: Collection[str], edits: int, vocabulary: Vocabulary, ignore_case: bool = False
) -> Automaton:
    """Accepts names at most `edits` edits away from any of the texts.

    A character of the texts that equals none of the vocabulary matches no character of a name.

    >>> from rnn_names.corpus.names import Names
    >>> names, vocabulary = Names.from_strings(["ab", "b", "cb", "acb", "ba"]), Vocabulary("abc")
    >>> within_edits(["ab"], 1, vocabulary).accepts(names, vocabulary).tolist()
    [True, True, True, True, False]
    """
    is_same_as = {c: same_character(c, ignore_case) for text in texts for c in text}

    def kind(character: str) -> str:
        """The first character of the texts that equals this one; "" if there is none."""
        return next((c for c, is_same in is_same_as.items() if is_same(character)), "")

    targets = [[*map(kind, text)] for text in texts]
    return build_automaton(
        tuple(_first_row(text, edits) for text in targets),
        lambda rows, kinds: [
            tuple(_next_row(row, text, c, edits) for row, text in zip(rows, targets, strict=True))
            for c in kinds
        ],
        [*map(kind, vocabulary.characters)],
        lambda rows: any(row[-1] <= edits for row in rows),
    )


def _first_row(text: Collection[str], edits: int) -> tuple[int, ...]:
    return tuple(min(i, edits + 1) for i in range(len(text) + 1))


def _next_row(
    row: tuple[int, ...], text: Iterable[str], character: str, edits: int
) -> tuple[int, ...]:
    left = min(row[0] + 1, edits + 1)
    following = [left]
    for i, c in enumerate(text):
        left = min(row[i] + (c != character), row[i + 1] + 1, left + 1, edits + 1)
        following.append(left)
    return tuple(following)


class DistantNames:
    """Names from which others must differ by at least `min_edits` edits.

    Two texts at most k edits apart become the same text after up to k deletions in each. A table
    lists names by their shortened texts, so a name is compared only with names that share one.
    """

    def __init__(self, min_edits: int, others: Iterable[str] = ()) -> None:
        self._near = min_edits - 1  # the most edits between names that are too near each other
        self._names: dict[str, list[str]] = {}  # by their shortened texts
        self.add(others)

    @classmethod
    def from_options(cls, options: CommonOptions) -> "DistantNames | None":
        """The set for `min_edits`; None if the option is not set."""
        edits = options.min_edits
        return None if edits is None else cls(edits, options.exclude)

    def add_if_far(self, name: str) -> bool:
        """Adds a name if it is far from all names in the set; returns whether it was added."""
        if not self.is_far(name):
            return False
        self.add([name])
        return True

    def is_far(self, name: str) -> bool:
        """Whether a name is far from every name in the set."""
        name, shortened = _shortened(name, self._near)
        return not any(
            self._are_near(name, other)
            for text in shortened & self._names.keys()
            for other in self._names[text]
        )

    def add(self, names: Iterable[str]) -> None:
        """Adds names, even if they are near others."""
        for name in names:
            name_folded, shortened = _shortened(name, self._near)
            for text in shortened:
                self._names.setdefault(text, []).append(name_folded)

    def _are_near(self, a: str, b: str) -> bool:
        row = _first_row(a, self._near)
        for character in b:
            row = _next_row(row, a, character, self._near)
        return row[-1] <= self._near


@lru_cache(1 << 14)
def _shortened(name: str, edits: int) -> tuple[str, frozenset[str]]:
    """A folded name and the texts that remain after up to `edits` deletions."""
    n_deletions = edits if len(name) <= MAX_NAME_LENGTH + edits else 0
    name = folded(name)
    texts = {name}
    for _ in range(n_deletions):
        texts |= {text[:i] + text[i + 1 :] for text in texts for i in range(len(text))}
    return name, frozenset(texts)

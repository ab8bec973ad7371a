"""Names within a few edits of others; an edit inserts, deletes or replaces a character.

The Levenshtein distance, the minimum number of edits, is computed row by row. For a character c:

    row[i] = min(row_before[i − 1] + (0 if c is text[i − 1] else 1),      kept or replaced
                 row_before[i] + 1,                                       c inserted
                 row[i − 1] + 1)                                          text[i − 1] deleted

where row[i] is the distance to the first i characters of the text. All distances above the allowed
edits are stored as one number, so few rows occur. They are an automaton's states (Schulz & Mihov
2002).
"""

from collections.abc import Callable, Collection, Iterable

from rnn_names.conditions.automaton import Automaton, build_automaton
from rnn_names.corpus.characters import MAX_NAME_LENGTH, folded, without_case
from rnn_names.corpus.names import Vocabulary
from rnn_names.options import CommonOptions


def within_edits(
    texts: Collection[str], edits: int, vocabulary: Vocabulary, ignore_case: bool = False
) -> Automaton:
    """Accepts names at most `edits` edits away from any of the texts.

    >>> from rnn_names.corpus.names import Names
    >>> names, vocabulary = Names.from_strings(["ab", "b", "cb", "acb", "ba"]), Vocabulary("abc")
    >>> within_edits(["ab"], 1, vocabulary).accepts(names, vocabulary).tolist()
    [True, True, True, True, False]
    """
    kind: Callable[[str], str] = without_case if ignore_case else str
    targets = [[*map(kind, text)] for text in texts]
    of_texts = {c for target in targets for c in target}
    too_many = edits + 1  # stands for all distances above `edits`

    def next_row(row: tuple[int, ...], text: list[str], character: str) -> tuple[int, ...]:
        following = [min(row[0] + 1, too_many)]
        for i, c in enumerate(text):
            distances = row[i] + (c != character), row[i + 1] + 1, following[i] + 1, too_many
            following.append(min(distances))
        return tuple(following)

    return build_automaton(
        tuple(tuple(min(i, too_many) for i in range(len(text) + 1)) for text in targets),
        lambda rows, kinds: [tuple(map(next_row, rows, targets, [c] * len(rows))) for c in kinds],
        [c if c in of_texts else "" for c in map(kind, vocabulary.characters)],
        lambda rows: any(row[-1] <= edits for row in rows),
    )


class DistantNames:
    """Names from which others must differ by at least `min_edits` edits, which is 1 or 2.

    Two names are at most one edit apart if and only if they fit the same pattern, in which a star
    stands for one character or none: "Ada" and "Ida" fit "*da", "Ada" and "Adam" fit "Ada*".
    """

    def __init__(self, min_edits: int, others: Iterable[str] = ()) -> None:
        self._patterns_of = _patterns if min_edits > 1 else lambda name: [folded(name)]
        self._patterns = set[str]()
        self.add(others)

    @classmethod
    def from_options(cls, options: CommonOptions) -> "DistantNames | None":
        """The set for `min_edits`; None if the option is not set."""
        edits = options.min_edits
        return None if edits is None else cls(edits, options.exclude)

    def add_if_far(self, name: str) -> bool:
        """Adds a name if it is far from all names in the set; returns whether it was added."""
        patterns = self._patterns_of(name)
        is_far = self._patterns.isdisjoint(patterns)
        if is_far:
            self._patterns.update(patterns)
        return is_far

    def is_far(self, name: str) -> bool:
        """Whether a name is far from every name in the set."""
        return self._patterns.isdisjoint(self._patterns_of(name))

    def add(self, names: Iterable[str]) -> None:
        """Adds names, even if they are near others."""
        for name in names:
            self._patterns.update(self._patterns_of(name))


def _patterns(name: str) -> list[str]:
    """The patterns that a folded name fits, with a line break for the star."""
    name = folded(name)
    # A valid name folds to at most 3 · MAX_NAME_LENGTH characters, so nothing valid is near.
    if len(name) > 3 * MAX_NAME_LENGTH + 1:
        return []
    return [f"{name[:i]}\n{name[i + n :]}" for n in (0, 1) for i in range(len(name) - n + 1)]

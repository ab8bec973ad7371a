"""Names that are a few edits away from others: a character put in, left out or replaced by another.

The fewest edits from one text to another are the Levenshtein distance. It comes row by row, one
for each character c that is read of a name:

    row[i] = min(row_before[i − 1] + (0 if c is text[i − 1] else 1),      kept or replaced
                 row_before[i] + 1,                                       c put in
                 row[i − 1] + 1)                                          text[i − 1] left out

and row[i] is how far what was read is from the first i characters of the text. Distances beyond
the edits that are allowed are all alike, so there are few rows: they are the states of an
automaton (Schulz & Mihov 2002).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from itertools import chain, pairwise
from typing import TYPE_CHECKING

import numpy as np

from rnn_names.arrays import Array
from rnn_names.conditions.automaton import Automaton, NoAutomatonError, explored
from rnn_names.conditions.options import CommonOptions
from rnn_names.conditions.regex import same
from rnn_names.corpus.characters import MAX_NAME_LENGTH
from rnn_names.corpus.fingerprints import among, fingerprints, terms
from rnn_names.corpus.names import Names
from rnn_names.corpus.vocabulary import Vocabulary

if TYPE_CHECKING:
    from rnn_names.network.language_model import LanguageModel

EDITED_AT_ONCE = 1 << 13  # edits at a place that are looked up together: they fit the cache
EDITED_TOGETHER = 1 << 6  # names of which the first of two edits are made together
EDITS_LOOKED_UP = 0, 32, 128, 1 << 30  # first edits of a name after which near ones are done with


def within(
    texts: Collection[str], edits: int, vocabulary: Vocabulary, ignore_case: bool = False
) -> Automaton:
    """Accepts what is at most so many edits away from one of some texts.

    Characters of the texts that the vocabulary lacks are never those of a name.

    >>> automaton = within(["ab"], 1, Vocabulary("abc"))
    >>> [bool(automaton.accepting[automaton.run(np.array([text]), np.array([len(text)]))[0]])
    ...  for text in ([1, 2], [2], [3, 2], [1, 3, 2], [2, 1])]
    [True, True, True, True, False]
    """
    spelled = [[*unicodedata.normalize("NFC", text)] for text in texts]
    known = {c: same(c, ignore_case) for text in spelled for c in text}

    def kind(character: str) -> str:
        """The first that is the same; those that are in none of the texts are all alike."""
        return next((c for c, matches in known.items() if matches(character)), "")

    spelled = [[*map(kind, text)] for text in spelled]
    each = [*map(kind, vocabulary.characters)]
    kinds = [*dict.fromkeys(each)]
    start = tuple(tuple(min(i, edits + 1) for i in range(len(text) + 1)) for text in spelled)
    states, after = explored(
        start,
        lambda rows: [
            tuple(_next_row(row, text, c, edits) for row, text in zip(rows, spelled, strict=True))
            for c in kinds
        ],
    )
    column = [0, *map(kinds.index, each)]
    accepting = [any(row[-1] <= edits for row in rows) for rows in states]
    return Automaton(after[:, column], np.array(accepting))


def _next_row(row: tuple[int, ...], text: list[str], character: str, edits: int) -> tuple[int, ...]:
    left = min(row[0] + 1, edits + 1)
    following = [left]
    for i, c in enumerate(text):
        left = min(row[i] + (c != character), row[i + 1] + 1, left + 1, edits + 1)
        following.append(left)
    return tuple(following)


def free_of(words: Collection[str], vocabulary: Vocabulary) -> Automaton:
    """Accepts what contains none of some words, where case does not count.

    A state is the longest end of what was read that begins a word; None where one was inside.

    >>> automaton = free_of(["ab"], Vocabulary("abA"))
    >>> [bool(automaton.accepting[automaton.run(np.array([text]), np.array([len(text)]))[0]])
    ...  for text in ([1, 3, 1], [2, 1, 3], [3, 2], [1, 1, 2])]
    [True, True, False, False]
    """
    each = [*map(folded, vocabulary.characters)]
    if any(unicodedata.category(c)[0] == "M" for text in each for c in text):
        raise NoAutomatonError("marks: a name is not folded character by character")
    words, kinds = {*map(folded, words)} - {""}, [*dict.fromkeys(each)]
    beginnings = {""} | {word[:n] for word in words for n in range(len(word))}

    def after(read: str | None, text: str) -> str | None:
        for c in text:
            if read is None:
                break
            ends = [(read + c)[i:] for i in range(len(read) + 2)]
            read = next(filter(beginnings.__contains__, ends)) if words.isdisjoint(ends) else None
        return read

    start: str | None = ""
    states, following = explored(start, lambda read: [after(read, text) for text in kinds])
    column = [0, *map(kinds.index, each)]
    return Automaton(following[:, column], np.array([read is not None for read in states]))


class FarApart:
    """Lets names through that are more than so many edits away from all that came before.

    Two texts that are k edits apart have a text in common that each becomes by leaving out k
    characters or fewer. So all these texts are kept, and few names need to be compared.
    """

    def __init__(self, edits: int, others: Iterable[str] = ()) -> None:
        self._edits = edits
        self._names: dict[str, list[str]] = {}  # by what they become
        self.add(others)

    @classmethod
    def of(cls, options: CommonOptions) -> FarApart | None:
        """What `min_edits` asks for; None where it is not given."""
        if options.min_edits is None:
            return None
        return cls(options.min_edits - 1, options.exclude)

    def passes(self, name: str) -> bool:
        """Whether a name is let through; the next ones will keep away from it, too."""
        if not self.is_far(name):
            return False
        self.add([name])
        return True

    def is_far(self, name: str) -> bool:
        """Whether a name would be let through."""
        name = folded(name)
        return not any(
            _are_near(name, other, self._edits)
            for text in _left_out(name, self._edits) & self._names.keys()
            for other in self._names[text]
        )

    def add(self, names: Iterable[str]) -> None:
        """Takes names for such that came before."""
        for name in map(folded, names):
            for text in _left_out(name, self._edits):
                self._names.setdefault(text, []).append(name)


def _left_out(text: str, most: int) -> set[str]:
    found = {text}
    for _ in range(most):
        found |= {each[:i] + each[i + 1 :] for each in found for i in range(len(each))}
    return found


def _are_near(a: str, b: str, edits: int) -> bool:
    row, text = tuple(min(i, edits + 1) for i in range(len(a) + 1)), list(a)
    for character in b:
        row = _next_row(row, text, character, edits)
    return row[-1] <= edits


def folded(text: str) -> str:
    """A text as it is compared where case does not count.

    >>> folded("STRASSE") == folded("Straße")
    True
    """
    return unicodedata.normalize("NFC", text.casefold())


# --- A list that is known by fingerprints ---------------------------------------------------------


class NearList:
    """Tells which names are few edits away from a list of which only fingerprints are kept.

    Everything that a name becomes by an edit is looked up. A fingerprint is a sum over characters
    (`rnn_names.corpus.fingerprints`). So an edit at place i keeps the terms of what is before it,
    and those of what is behind it are taken one place to the left or the right, or stay.

    An edit leaves capitals where words begin: "Abera" without its first letter is looked up as
    "Bera", and "Llandeg" with a space in it as "Llan Deg", too. Where names of the list may have
    either case, so may a letter that comes in: at the beginning of later words, as in "Stoke on
    Trent"; within words, if it has such names as "MacRae" (`inner_capitals`); and at the beginning,
    if it has such as "de Vries" (`small_beginnings`). The case of one first letter is no edit.
    """

    def __init__(
        self,
        known: Array,
        vocabulary: Vocabulary,
        inner_capitals: bool = False,
        small_beginnings: bool = False,
    ) -> None:
        self._known, self._vocabulary = known, vocabulary
        self._inner_capitals, self._small_beginnings = inner_capitals, small_beginnings
        self._two_edits_away: dict[str, bool] = {}
        characters = vocabulary.characters
        index = {c: i for i, c in enumerate("\n" + characters)}
        self._lower = np.array([0, *(index.get(c.lower(), index[c]) for c in characters)])
        self._upper = np.array([0, *(index.get(c.upper(), index[c]) for c in characters)])
        self._is_upper = np.array([False, *map(str.isupper, characters)])
        self._is_mark = np.array([False, *(not c.isalnum() for c in characters)])
        self._letters = np.unique(self._lower[1:])
        self._either = np.union1d(self._letters, self._upper[self._letters])
        self._marks = np.flatnonzero(self._is_mark)
        places = np.arange(MAX_NAME_LENGTH + 2)
        # (n_y, places) what each character adds to a fingerprint; 0 for none.
        self._terms = terms(vocabulary.codes[:, None], places)
        self._terms[0] = 0
        # A first look at a few bits of a fingerprint tells that most are not in the list.
        bits = min(max(len(known).bit_length() + 6, 12), 24)
        self._shift = np.uint64(64 - bits)
        self._may_be = np.zeros(1 << bits, dtype=bool)
        first = known >> self._shift
        self._may_be[first.astype(np.intp)] = True

    @classmethod
    def of(cls, model: LanguageModel) -> NearList:
        """What tells which names are near the model's own list."""
        known = model.own_fingerprints
        assert known is not None
        has_inner = model.pairs is None or any(pair in model.pairs for pair in ("aA", "AA", "xA"))
        return cls(known, model.vocabulary, has_inner, model.lower_case_beginnings)

    def near(self, names: Names, edits: int) -> Array:
        """Whether each name is at most `edits`, 0 to 2, away from one of the list: (n,)."""
        names = self._composed(names)
        near = self._near(names, edits)
        left = np.flatnonzero(~near)
        others = [self._in_other_case(text) for text in names.take(left).to_strings()]
        rows = np.repeat(left, [*map(len, others)])
        if len(rows):
            texts = Names.from_strings(chain.from_iterable(others))
            near[rows[self._near(texts, edits)]] = True
        return near

    def _in_other_case(self, name: str) -> list[str]:
        """The name with the first letter of a word in the other case, where names may have both."""
        found = list[str]()
        for i, c in enumerate(name):
            swapped = c.swapcase()
            is_known = swapped != c and swapped in self._vocabulary.characters
            if is_known and self._may_begin_small(name, i):
                found.append(name[:i] + swapped + name[i + 1 :])
        return found

    def _may_begin_small(self, name: str, i: int) -> bool:
        """Whether a word begins at a place, where names may have a small letter or a capital."""
        return not name[i - 1].isalnum() if i else self._small_beginnings

    def _near(self, names: Names, edits: int) -> Array:
        near = among(fingerprints(names), self._known)
        left = np.flatnonzero(~near) if edits else np.zeros(0, np.intp)
        left = left[np.argsort(names.lengths[left], kind="stable")]
        at_once = max(EDITED_AT_ONCE // len(self._letters), 1)
        for start in range(0, len(left), at_once):
            rows = left[start : start + at_once]
            near[rows] = self._are_one_edit_away(names.take(rows))
        left = np.flatnonzero(~near) if edits > 1 else left[:0]
        for start in range(0, len(left), EDITED_TOGETHER):
            rows = left[start : start + EDITED_TOGETHER]
            near[rows] = self._are_two_edits_away(names.take(rows).to_strings())
        return near

    def _are_two_edits_away(self, texts: list[str]) -> list[bool]:
        """Whether each name that is no nearer is two edits away from one of the list.

        A near one mostly is by many first edits, so that a few are looked up before the others.
        """
        known = self._two_edits_away
        edited = {text: self._edited(text) for text in texts if text not in known}
        for first, last in pairwise(EDITS_LOOKED_UP):
            left = [text for text in edited if not known.get(text)]
            parts = [edited[text][first:last] for text in left]
            near = self._near(Names.from_strings(chain.from_iterable(parts)), 1).tolist()
            for text, part in zip(left, parts, strict=True):
                known[text], near = any(near[: len(part)]), near[len(part) :]
        return [known[text] for text in texts]

    def _composed(self, names: Names) -> Names:
        """The names in NFC, as the list is; a letter may have been drawn before its mark."""
        characters = self._vocabulary.characters
        if not any(map(unicodedata.combining, characters)):
            return names
        texts, known = names.to_strings(), {*characters}
        composed = [unicodedata.normalize("NFC", text) for text in texts]
        pairs = zip(texts, composed, strict=True)
        return Names.from_strings(b if known.issuperset(b) else a for a, b in pairs)

    def _edited(self, name: str) -> list[str]:
        """What a name becomes by an edit."""
        letters, either, marks = (
            [self._vocabulary.characters[i - 1] for i in indices]
            for indices in (self._letters, self._either, self._marks)
        )
        found = set[str]()
        for i in range(len(name) + 1):
            before, at, after = name[:i], name[i : i + 1], name[i + 1 :]
            following, rest = after[:1], after[1:]
            in_case = str.upper if at.isupper() else str
            next_word = following if at.isalnum() else following.lower()
            found.update((before + in_case(next_word) + rest, before + after))
            found.update(before + in_case(c) + next_word + rest for c in letters)
            found.update(before + in_case(c) + at.lower() + after for c in letters)
            for place_after in (following, following.upper()):
                found.update(before + c + place_after + rest for c in marks)
            for place_after in (at, at.upper()):
                found.update(before + c + place_after + after for c in marks)
            if self._may_begin_small(name, i) or (i and self._inner_capitals):
                found.update(
                    before + c + each + rest for c in either for each in (following, next_word)
                )
                found.update(before + c + each + after for c in either for each in (at, at.lower()))
        return [*found]

    def _are_one_edit_away(self, names: Names) -> Array:
        """Whether each name is one edit away from one of the list: (m,).

        All arrays are (m, L + 1) by the place of the edit, and then by the character that comes in.
        """
        codes, lengths = names.padded()
        text = self._vocabulary.encode(codes)
        text[np.arange(text.shape[1]) >= lengths[:, None]] = 0
        text = np.pad(text, ((0, 0), (0, 1)))  # what is put in may stand behind the last character
        place, following = np.arange(text.shape[1]), np.pad(text[:, 1:], ((0, 0), (0, 1)))
        # Parts of a fingerprint: before a place, at it, behind it.
        at, one_left = self._terms[text, place], self._terms[text, np.maximum(place - 1, 0)]
        before = np.cumsum(at, axis=1) - at
        left_out = before + _sums(one_left) - one_left
        replaced = before + _sums(at) - at
        put_in = before + _sums(self._terms[text, place + 1])
        # Capitals: where words begin, and no longer begin.
        up, upper, lower = self._is_upper[text], self._upper, self._lower
        next_word = np.where(self._is_mark[text], lower[following], following)
        into_lower = np.where(up, lower[text], text)

        def changed(characters: Array, into: Array, places: Array) -> Array:
            return self._terms[into, places] - self._terms[characters, places]

        letters, capitals, either, marks = (
            self._terms[indices][:, place].T
            for indices in (self._letters, upper[self._letters], self._either, self._marks)
        )
        letters = np.where(up[..., None], capitals, letters)
        in_case = left_out + changed(following, np.where(up, upper[following], next_word), place)
        replaced_in_word = replaced + changed(following, next_word, place + 1)
        put_in_word = put_in + changed(text, into_lower, place + 1)
        replaced_between = replaced + changed(following, upper[following], place + 1)
        put_in_between = put_in + changed(text, upper[text], place + 1)
        row, at_place = np.nonzero(self._may_have_either_case(text))
        near = np.zeros(len(text), bool)
        for prints in (
            left_out,
            in_case,
            replaced_in_word[..., None] + letters,
            put_in_word[..., None] + letters,
            *(
                each[..., None] + marks
                for each in (replaced, replaced_between, put_in, put_in_between)
            ),
        ):
            found, found_at, *_ = self._found(prints)
            near[found[found_at <= lengths[found]]] = True  # not in what fills up a shorter name
        for each in (replaced, replaced_in_word, put_in, put_in_word):
            found = row[self._found(each[row, at_place, None] + either[at_place])[0]]
            near[found] = True
        return near

    def _may_have_either_case(self, text: Array) -> Array:
        """Where a letter of a name of the list might be a capital or not: (m, L + 1) bool."""
        is_there = np.pad(text[:, :-1] > 0, ((0, 0), (1, 0)))  # up to behind the last character
        begins = np.pad(self._is_mark[text[:, :-1]], ((0, 0), (1, 0)))
        varies = is_there & (begins | self._inner_capitals)
        varies[:, 0] = self._small_beginnings
        return varies

    def _found(self, prints: Array) -> tuple[Array, ...]:
        """The indices of those that are in the list, as of `np.nonzero`."""
        found = np.flatnonzero(self._may_be[(prints >> self._shift).view(np.int64)])
        found = found[among(prints.ravel()[found], self._known)]
        return np.unravel_index(found, prints.shape)


def _sums(terms: Array) -> Array:
    return np.cumsum(terms[:, ::-1], axis=1)[:, ::-1]

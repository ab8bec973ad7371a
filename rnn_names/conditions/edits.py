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
from collections.abc import Collection, Iterable, Iterator
from itertools import chain, pairwise

import numpy as np

from rnn_names.arrays import Array
from rnn_names.conditions.automaton import Automaton, NoAutomatonError, automaton_of, same
from rnn_names.conditions.options import CommonOptions
from rnn_names.corpus.characters import MAX_NAME_LENGTH, composed
from rnn_names.corpus.fingerprints import among, fingerprints, terms
from rnn_names.corpus.names import Names, Vocabulary
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
    known = {c: same(c, ignore_case) for text in texts for c in text}

    def kind(character: str) -> str:
        """The first that is the same; those that are in none of the texts are all alike."""
        return next((c for c, matches in known.items() if matches(character)), "")

    spelled = [[*map(kind, text)] for text in texts]
    start = tuple(tuple(min(i, edits + 1) for i in range(len(text) + 1)) for text in spelled)
    return automaton_of(
        start,
        lambda rows, kinds: [
            tuple(_next_row(row, text, c, edits) for row, text in zip(rows, spelled, strict=True))
            for c in kinds
        ],
        [*map(kind, vocabulary.characters)],
        lambda rows: any(row[-1] <= edits for row in rows),
    )


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
    words = {*map(folded, words)} - {""}
    beginnings = {""} | {word[:n] for word in words for n in range(len(word))}

    def after(read: str | None, text: str) -> str | None:
        for c in text:
            if read is None:
                break
            ends = [(read + c)[i:] for i in range(len(read) + 2)]
            read = next(filter(beginnings.__contains__, ends)) if words.isdisjoint(ends) else None
        return read

    return automaton_of(
        "",
        lambda read, kinds: [after(read, text) for text in kinds],
        each,
        lambda read: read is not None,
    )


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
        """Records names as already used."""
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
    return composed(text.casefold())


# --- A list that is known by fingerprints ---------------------------------------------------------


class NearList:
    """Tells which names are few edits away from a model's own list, of which it has fingerprints.

    Everything that a name becomes by an edit is looked up. A fingerprint is a sum over characters
    (`rnn_names.corpus.fingerprints`). So an edit at place i keeps the terms of what is before it,
    and those of what is behind it are taken one place to the left or the right, or stay.

    An edit leaves capitals where words begin: "Abera" without its first letter is looked up as
    "Bera", and "Llandeg" with a space in it as "Llan Deg", too. Where names of the list may have
    either case, so may a letter that comes in: at the beginning of later words, as in "Stoke on
    Trent"; within words, if it has such names as "MacRae" (`inner_capitals`); and at the beginning,
    if it has such as "de Vries" (`small_beginnings`). The case of one first letter is no edit.
    """

    def __init__(self, model: LanguageModel) -> None:
        known, vocabulary, pairs = model.own_fingerprints, model.vocabulary, model.pairs
        assert known is not None
        self._known, self._vocabulary = known, vocabulary
        self._inner_capitals = pairs is None or not {"aA", "AA", "xA"}.isdisjoint(pairs)
        self._small_beginnings = model.lower_case_beginnings
        characters = vocabulary.characters
        index = {c: i for i, c in enumerate("\n" + characters)}
        self._lower = np.array([0, *(index.get(c.lower(), index[c]) for c in characters)])
        self._upper = np.array([0, *(index.get(c.upper(), index[c]) for c in characters)])
        self._is_upper = np.array([False, *map(str.isupper, characters)])
        self._is_mark = np.array([False, *(not c.isalnum() for c in characters)])
        self._letters = np.unique(self._lower[1:])
        self._either = np.union1d(self._letters, self._upper[self._letters])
        self._marks = np.flatnonzero(self._is_mark)
        # (places, n_y) what each character adds to a fingerprint; 0 for none.
        self._terms = terms(vocabulary.codes, np.arange(MAX_NAME_LENGTH + 5)[:, None])
        self._terms[:, 0] = 0
        # A first look at a few bits of a fingerprint tells that most are not in the list.
        bits = min(max(len(known).bit_length() + 6, 12), 24)
        self._shift = np.uint64(64 - bits)
        self._may_be = np.zeros(1 << bits, dtype=bool)
        first = known >> self._shift
        self._may_be[first.astype(np.intp)] = True

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

    def _composed(self, names: Names) -> Names:
        """The names in NFC, as the list is; a letter may have been drawn before its mark."""
        characters = self._vocabulary.characters
        if not any(map(unicodedata.combining, characters)):
            return names
        texts, known = names.to_strings(), {*characters}
        pairs = zip(texts, map(composed, texts), strict=True)
        return Names.from_strings(b if known.issuperset(b) else a for a, b in pairs)

    def _in_other_case(self, name: str) -> list[str]:
        """The name with the first letter of a word in the other case, where names may have both."""
        found = list[str]()
        for i, c in enumerate(name):
            swapped = c.swapcase()
            begins = not name[i - 1].isalnum() if i else self._small_beginnings
            if begins and swapped != c and swapped in self._vocabulary.characters:
                found.append(name[:i] + swapped + name[i + 1 :])
        return found

    def _near(self, names: Names, edits: int) -> Array:
        near = among(fingerprints(names), self._known)
        of_one = self._are_one_edit_away, max(EDITED_AT_ONCE // len(self._letters), 1)
        of_two = self._are_two_edits_away, EDITED_TOGETHER
        for are_near, at_once in (of_one, of_two)[:edits]:
            left = np.flatnonzero(~near)
            left = left[np.argsort(names.lengths[left], kind="stable")]
            for start in range(0, len(left), at_once):
                rows = left[start : start + at_once]
                near[rows] = are_near(names.take(rows))
        return near

    def _are_one_edit_away(self, names: Names) -> Array:
        """Whether each name is one edit away from one of the list: (m,)."""
        text, lengths = self._padded(names)
        columns = np.arange(text.shape[1])
        at = self._terms[columns, text]
        before = np.cumsum(at, axis=1) - at
        # What is from a place on, moved by an edit before it: (m, L + 3).
        moved = dict[int, Array]()
        for places in (-1, 0, 1):
            behind = self._terms[np.maximum(columns + places, 0), text]
            moved[places] = np.cumsum(behind[:, ::-1], axis=1)[:, ::-1]
        near = np.zeros(len(text), bool)
        for row, place, out, come, put_in, after in self._edits(text, lengths):
            prints = before[row, place] + self._terms[place + come, after]
            prints += moved[come - out][row, place + out + 1]
            at_place = place[:, None] * self._terms.shape[1]
            prints = prints[:, None] + self._terms.take(at_place + put_in)
            near[row[self._found(prints)]] = True
        return near

    def _are_two_edits_away(self, names: Names) -> Array:
        """Whether each name that is no nearer is two edits away from one of the list: (m,).

        A near one mostly is by many first edits, so that a few are looked up before the others.
        """
        rows, edited = self._edited(names)
        # Each first edit once, in the order of fingerprints, which is any.
        of_rows = fingerprints(edited) ^ rows.astype(np.uint64)
        edits = np.unique(of_rows, return_index=True)[1]
        near = np.zeros(len(names), bool)
        for first, last in pairwise(EDITS_LOOKED_UP):
            some = edits[first * len(names) : last * len(names)]
            some = some[~near[rows[some]]]
            near[rows[some[self._near(edited.take(some), 1)]]] = True
        return near

    def _edited(self, names: Names) -> tuple[Array, Names]:
        """What names become by an edit, and which name each comes from."""
        text, lengths = self._padded(names)
        columns, rows, edited = np.arange(text.shape[1]), list[Array](), list[Array]()
        for row, place, out, come, put_in, after in self._edits(text, lengths):
            k, each = put_in.shape[-1], np.arange(len(row))
            behind = columns > place[:, None] + come
            texts = text[row[:, None], np.minimum(columns + behind * (out - come), columns[-1])]
            texts = np.repeat(texts[:, None], k, axis=1)  # (p, k, L + 3)
            texts[each, :, place] = put_in
            texts[each, :, place + come] = after[:, None]
            rows.append(np.repeat(row, k))
            edited.append(texts.reshape(-1, len(columns)))
        texts = np.concatenate(edited)
        lengths = np.count_nonzero(texts, axis=1)
        codes = self._vocabulary.codes[texts[texts != 0]]
        is_text = lengths > 0
        return np.concatenate(rows)[is_text], Names.from_lengths(codes, lengths[is_text])

    def _padded(self, names: Names) -> tuple[Array, Array]:
        """Names as indices, 0 behind their ends: (m, L + 3); and their lengths, (m,)."""
        text, lengths = self._vocabulary.coded(names).padded()
        return np.pad(text, ((0, 0), (0, 3))), lengths

    def _edits(
        self, text: Array, lengths: Array
    ) -> Iterator[tuple[Array, Array, int, int, Array, Array]]:
        """All edits of some names, kind by kind.

        Yields rows and places of `text`, (p,); how many characters go out there, and how many come
        in, 0 or 1; each that may come in, (p, k) or (k,), or 0; and what then follows in place of
        what is there, (p,).
        """
        row, place = np.nonzero(np.arange(text.shape[1]) <= lengths[:, None])
        at, following = text[row, place], text[row, place + 1]
        lower, upper = self._lower, self._upper
        is_upper = self._is_upper[at]
        next_word = np.where(self._is_mark[at], lower[following], following)
        letters = np.where(is_upper[:, None], upper[self._letters], self._letters)
        for after in (following, np.where(is_upper, upper[following], next_word)):
            yield row, place, 1, 0, np.zeros(1, int), after
        yield row, place, 1, 1, letters, next_word
        yield row, place, 0, 1, letters, lower[at]
        for out, after in ((1, following), (1, upper[following]), (0, at), (0, upper[at])):
            yield row, place, out, 1, self._marks, after
        begins = np.where(place > 0, self._is_mark[text[row, place - 1]], self._small_beginnings)
        either = np.flatnonzero(begins | ((place > 0) & self._inner_capitals))
        row, place, at, following, next_word = (
            each[either] for each in (row, place, at, following, next_word)
        )
        for out, after in ((1, following), (1, next_word), (0, at), (0, lower[at])):
            yield row, place, out, 1, self._either, after

    def _found(self, prints: Array) -> Array:
        """The rows of those that are in the list."""
        found = np.flatnonzero(self._may_be[(prints >> self._shift).view(np.int64)])
        found = found[among(prints.ravel()[found], self._known)]
        return np.unravel_index(found, prints.shape)[0]

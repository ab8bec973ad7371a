"""Finds names that are in a list or one edit away from it, using only the list's fingerprints.

All texts that are one edit away from a name are looked up. A fingerprint is a sum over characters
(`rnn_names.corpus.fingerprints`), so an edit does not change the terms of the characters before it.
The characters after it stay, or move one place to the left or right.

Words keep their capitals: "Abera" without its first letter is looked up as "Bera". Both cases are
tried where names in the list may have either: at the beginning of later words ("Stoke on Trent");
within words, if the list has names like "MacRae" (`_inner_capitals`); at the beginning, if it has
names like "de Vries" (`_lower_case_beginnings`). Case is ignored at these beginnings of words.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np

from rnn_names.arrays import Array
from rnn_names.corpus.characters import MAX_NAME_LENGTH, composed
from rnn_names.corpus.fingerprints import among, fingerprint, terms
from rnn_names.corpus.names import Names
from rnn_names.network.language_model import LanguageModel

EDITED_AT_ONCE = 1 << 13  # edits that are looked up together: they fit into the cache
MAX_SPELLINGS = 1 << 6  # spellings of a name whose words may begin in either case

# Kinds of edits: how many characters are deleted and how many are inserted there.
DELETION, REPLACEMENT, INSERTION = (1, 0), (1, 1), (0, 1)


class NearList:
    """Tests which names are near a model's own list. Names have its shape unless `any_shape`."""

    def __init__(self, model: LanguageModel, any_shape: bool = False) -> None:
        prints, vocabulary, pairs = model.own_fingerprints, model.vocabulary, model.pairs
        assert prints is not None
        self._prints, self._vocabulary = prints, vocabulary
        has_inner_capitals = pairs is None or not {"aA", "AA", "xA"}.isdisjoint(pairs)
        self._inner_capitals = any_shape or has_inner_capitals
        self._lower_case_beginnings = any_shape or model.lower_case_beginnings
        characters = vocabulary.characters
        index = {c: i for i, c in enumerate("\n" + characters)}
        self._lower = np.array([0, *(index.get(c.lower(), index[c]) for c in characters)])
        self._upper = np.array([0, *(index.get(c.upper(), index[c]) for c in characters)])
        self._is_upper = np.array([False, *map(str.isupper, characters)])
        self._is_punctuation = np.array([False, *(not c.isalnum() for c in characters)])
        self._letters = np.unique(self._lower[1:])
        self._in_both_cases = np.union1d(self._letters, self._upper[self._letters])
        self._punctuation = np.flatnonzero(self._is_punctuation)
        # (places, n_y) the term that each character adds to a fingerprint; 0 for no character.
        self._terms = terms(vocabulary.codes, np.arange(MAX_NAME_LENGTH + 5)[:, None])
        self._terms[:, 0] = 0
        # The first bits of a fingerprint usually show that it is not in the list.
        bits = min(max(len(prints).bit_length() + 6, 12), 24)
        self._shift = np.uint64(64 - bits)
        self._may_be = np.zeros(1 << bits, dtype=bool)
        self._may_be[(prints >> self._shift).astype(np.intp)] = True

    def near(self, names: Names, edits: int) -> Array:
        """Whether each name is at most `edits` (0 or 1) from a name in the list: (n,) bool."""
        # If few names meet the other conditions, the same ones are drawn again and again.
        _, first, row = np.unique(fingerprint(names), return_index=True, return_inverse=True)
        spellings = [*map(self._spellings, names.take(first).to_strings())]
        near = self._near(Names.from_strings(chain.from_iterable(spellings)), edits)
        return np.logical_or.reduceat(near, np.cumsum([0, *map(len, spellings)])[:-1])[row]

    def _spellings(self, name: str) -> list[str]:
        """The name, in NFC if the vocabulary allows it, with either case where a word may begin."""
        in_nfc, characters = composed(name), self._vocabulary.characters
        name = in_nfc if all(c in characters for c in in_nfc) else name
        spellings = [name]
        for i, c in enumerate(name):
            swapped = c.swapcase()
            begins = not name[i - 1].isalnum() if i else self._lower_case_beginnings
            if begins and swapped != c and swapped in characters and len(spellings) < MAX_SPELLINGS:
                spellings += [text[:i] + swapped + text[i + 1 :] for text in spellings]
        return spellings

    def _near(self, names: Names, edits: int) -> Array:
        near = among(fingerprint(names), self._prints)
        if edits:
            left = np.flatnonzero(~near)
            left = left[np.argsort(names.lengths[left], kind="stable")]
            at_once = max(EDITED_AT_ONCE // len(self._letters), 1)
            for start in range(0, len(left), at_once):
                rows = left[start : start + at_once]
                near[rows] = self._are_one_edit_away(names.take(rows))
        return near

    def _are_one_edit_away(self, names: Names) -> Array:
        text, lengths = self._vocabulary.indexed(names).padded()
        text = np.pad(text, ((0, 0), (0, 3)))  # (m, L + 3), with 0 after the ends of names
        columns = np.arange(text.shape[1])
        at = self._terms[columns, text]
        before = np.cumsum(at, axis=1) - at
        # Sums of the terms from each place to the end, moved by −1, 0 or 1 places: (m, L + 3) each.
        terms_by = {by: self._terms[np.maximum(columns + by, 0), text] for by in (-1, 0, 1)}
        moved = {by: np.cumsum(each[:, ::-1], axis=1)[:, ::-1] for by, each in terms_by.items()}
        near = np.zeros(len(text), bool)
        for row, place, (deleted, inserted), characters, following in self._edits(text, lengths):
            edited = before[row, place] + self._terms[place + inserted, following]
            edited += moved[inserted - deleted][row, place + deleted + 1]
            at_place = place[:, None] * self._terms.shape[1]
            edited = edited[:, None] + self._terms.take(at_place + characters)
            at = np.flatnonzero(self._may_be[(edited >> self._shift).view(np.int64)])
            at = at[among(edited.ravel()[at], self._prints)]
            near[row[np.unravel_index(at, edited.shape)[0]]] = True
        return near

    def _edits(
        self, text: Array, lengths: Array
    ) -> Iterator[tuple[Array, Array, tuple[int, int], Array, Array]]:
        """Yields all edits of the given names, p of one kind at a time.

        For each, yields the row of the name and the place in it, (p,) both; the kind; the indices
        of characters that may be inserted, (p, k) or (k,), or 0 for none; and the character after
        them, (p,), possibly in another case.
        """
        row, place = np.nonzero(np.arange(text.shape[1]) <= lengths[:, None])
        at, following = text[row, place], text[row, place + 1]
        lower, upper, is_upper = self._lower, self._upper, self._is_upper[at]
        next_word = np.where(self._is_punctuation[at], lower[following], following)
        letters = np.where(is_upper[:, None], upper[self._letters], self._letters)
        begins = np.where(
            place > 0, self._is_punctuation[text[row, place - 1]], self._lower_case_beginnings
        )
        capital_moved = np.where(is_upper | begins, upper[following], next_word)
        either = begins | ((place > 0) & self._inner_capitals)  # where either case is possible
        all_places: Any = slice(None)
        for kind, places, characters, cases in [
            (DELETION, all_places, np.zeros(1, int), [following, capital_moved]),
            (REPLACEMENT, all_places, letters, [next_word]),
            (INSERTION, all_places, letters, [lower[at]]),
            (REPLACEMENT, all_places, self._punctuation, [following, upper[following]]),
            (INSERTION, all_places, self._punctuation, [at, upper[at]]),
            (REPLACEMENT, either, self._in_both_cases, [following, next_word]),
            (INSERTION, either, self._in_both_cases, [at, lower[at]]),
        ]:
            for after in cases:
                yield row[places], place[places], kind, characters, after[places]

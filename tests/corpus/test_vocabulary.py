"""Characters to indices and back."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_names.corpus.characters import refused_characters
from rnn_names.corpus.names import UNKNOWN, Names, Vocabulary

CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\n")


@given(strings=st.lists(st.text(CHARACTERS, max_size=6), max_size=8), other=st.text(max_size=10))
def test_indices_follow_code_points_and_are_invertible(strings, other):
    vocabulary = Vocabulary.from_names(Names.from_strings(strings))
    known = sorted(set("".join(strings)))
    assert vocabulary.characters == "".join(known)
    assert len(vocabulary) == len(known) + 1
    codes = np.array([ord(c) for c in known + list(other)], np.uint32)
    expected = [*range(1, len(known) + 1)]
    expected += [known.index(c) + 1 if c in known else UNKNOWN for c in other]
    assert vocabulary.encode(codes).tolist() == expected
    assert [chr(vocabulary.codes[i]) for i in range(1, len(vocabulary))] == known


def test_index_0_is_the_end_of_a_name():
    vocabulary = Vocabulary("ab")
    assert chr(vocabulary.codes[0]) == "\n"
    codes = np.array([ord("\n"), 0, 0x10FFFF, 0xFFFFFFFF], np.uint32)
    assert vocabulary.encode(codes).tolist() == [UNKNOWN] * 4


def test_the_order_of_a_file_is_kept():
    # A model's rows follow its vocabulary string, whatever order a stranger chose.
    vocabulary = Vocabulary("zéa")
    assert vocabulary.encode(np.array([ord(c) for c in "aéz"])).tolist() == [3, 2, 1]


@settings(max_examples=50)
@given(a=st.text(CHARACTERS, max_size=8), b=st.text(CHARACTERS, max_size=8))
def test_a_union_has_the_characters_of_both_once(a, b):
    one, other = (Vocabulary("".join(sorted(set(text)))) for text in (a, b))
    assert one.union(other).characters == "".join(sorted({*a, *b}))


def test_refused_characters_are_named():
    harmful = "\x00\t\n\r\x1b\x7f\x85\x9b\u2028\u2029\ufeff\u202e\u2066\u200f\ud800"
    assert refused_characters(f"a{harmful}b é愛\u200d") == harmful
